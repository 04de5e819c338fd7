// The closed vocabulary of a policy file: obligations and names, read and written. Private to this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "policy/policy.h"

namespace sluice::policy {

// Letters, digits, '.', '_' and '-', at most 64.
bool valid_id(std::string_view id);
std::vector<std::string> category_words();
// policy.unknown_obligation, policy.unknown_category or policy.value.
Result<ObligationUse> read_obligation(const config::Node& node, const std::string& rule);

}  // namespace sluice::policy
