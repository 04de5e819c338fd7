// Where the answer begins to what somebody asked: "Agent: and the account number?\nCaller: sure, it's 48210077".
#pragma once

#include <cstddef>

#include "sense/scan/document.h"

namespace sluice::sense::detect {

// Behind the question and the name of who answers, and behind letters that are spelled ("T for tango, then");
// `at` itself where nothing was asked.
std::size_t answer_after(const scan::Document& doc, std::size_t at);

}  // namespace sluice::sense::detect
