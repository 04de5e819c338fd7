// Reading and verifying a ledger's file, beside the process that writes it or without one.
//
// Each call opens a connection of its own and sees one consistent state, so that readers share nothing with the
// writer thread or with each other. Reads are rare: commands and an administrator's pages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/ledger.h"

namespace sluice::ledger {

// Returns when what stands in the journal has moved to the database, which the process that writes does within
// some 30 ms; without such a process, after a quarter of a second.
void wait_until_moved(const std::string& data_dir);
Status check_readable(const std::string& data_dir);  // the file is there and has the version we know
Result<std::vector<Record>> list_records(const std::string& data_dir, const ListOptions& options);
Result<std::vector<Act>> list_acts(const std::string& data_dir, const ActOptions& options);
Result<Record> show_record(const std::string& data_dir, std::string_view id);
// The number of entries. ledger.chain_broken names the first entry that does not follow from the one before it, or
// that its record does not agree with; ledger.corrupt a file that SQLite finds damaged.
Result<std::int64_t> verify_chain(const std::string& data_dir);

}  // namespace sluice::ledger
