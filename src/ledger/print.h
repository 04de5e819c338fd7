// Records for the terminal and for programs. Control characters, which an upstream's model name could carry, are
// shown as '?'.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace sluice::ledger {

std::string format_list(
    const std::vector<Record>& records);          // a table with a line for each; what is unknown is "-"
std::string format_record(const Record& record);  // everything about one, in lines
// One line of JSON without its end: the opening's members and "closing": {...} or null.
std::string record_json(const Record& record);
std::string format_acts(const std::vector<Act>& acts);  // a line for each
std::string act_json(const Act& act);                   // one line of JSON without its end
std::string format_usd(std::int64_t nano);              // "$0.001234567"

}  // namespace sluice::ledger
