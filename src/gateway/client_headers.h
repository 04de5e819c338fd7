// What a client tells Sluice itself about a request, in headers x-sluice-*.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/codec.h"
#include "sense/label.h"

namespace sluice::gateway {

// request.invalid for a header that is meant for Sluice and is none of its own: a misspelt x-sluice-class would
// declare nothing, and the text would go where its sender has said that it may not.
Status check_own_headers(const http::Headers& headers);

// What the client declares of its request in the header x-sluice-class, as labels are written: "confidential",
// "regulated; health,pii". It only raises. request.invalid where a word is none.
Result<sense::Label> declared_label(const http::Headers& headers);
Result<sense::Label> declared_label(std::string_view value);

}  // namespace sluice::gateway
