// Words of people's names: given names common in some twenty languages, words that are capitalised and no names,
// and the names that manuals and forms use for nobody.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// All take lower case (see scan::lower_case).
bool is_given_name(std::string_view word);
bool is_no_name(std::string_view word);           // "Service", "Street", "Monday"
bool is_placeholder_name(std::string_view name);  // "john doe", "max mustermann"

}  // namespace sluice::sense::detect
