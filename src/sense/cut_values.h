// Whether the parts of a finding are one value that was cut. The values of a map, of a schema or of a call's
// arguments stand beside one another without meaning it: a limit, a date and a year make a card's digits now and
// then, and any word before a commit's hash makes another hash of it.
#pragma once

#include <string_view>
#include <vector>

namespace sluice::sense {

// `parts` of a finding in the order in which they are read, at least two.
bool may_be_cut(const std::vector<std::string_view>& parts);

}  // namespace sluice::sense
