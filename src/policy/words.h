// The closed vocabulary of a policy file, read and written. Private to this room. Errors have the place of the
// node: policy.value, policy.unknown_class, policy.unknown_category, policy.unknown_obligation.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "policy/model.h"

namespace sluice::policy {

// Letters, digits, '.', '_' and '-', at most 64.
bool valid_id(std::string_view id);
std::vector<std::string> category_words();
inline constexpr std::array<const char*, config::kZones> kZoneWords{"device", "private", "managed", "hosted"};
inline constexpr std::array<const char*, 3> kWantWords{"deny", "hold", "allow"};  // in the order of State

Result<ObligationUse> read_obligation(const config::Node& node, const std::string& rule);
Result<sense::Class> read_class(const config::Node& node);
// confidential, ">=confidential", "<=confidential" or a list of classes; a bit for each.
Result<std::uint8_t> read_classes(const config::Node& node);
Result<sense::CategorySet> read_categories(const config::Node& node);      // a list with at least one
Result<sense::CategorySet> read_any_categories(const config::Node& node);  // a list, may be empty
// A list, or a single value for a list of one. `if_empty`: what to do about an empty list, where leaving the key
// out is no remedy or means something.
Result<std::vector<std::string>> read_names(const config::Node& node,
                                            const char* if_empty = "name something or remove the key");
Result<std::vector<std::string>> read_jurisdictions(const config::Node& node);
Result<std::uint8_t> read_zones(const config::Node& node);
Result<std::uint8_t> read_parts(const config::Node& node);
Result<int> read_day(const config::Node& node);  // 2026-12-31, in days since 1970-01-01
std::string day_text(int day);

}  // namespace sluice::policy
