// The ledger that writes. What comes in is accepted in one of two ways:
//
//   journal  the caller's thread appends it (journal.h) and goes on at once; the writer thread moves it to the
//            database later, with all that came meanwhile;
//   slow     it waits for the writer thread, which commits it and then says so. This way go acts, what the journal
//            does not take, and openings while the journal can't be moved: a full disk refuses them as it would
//            without a journal.
//
// What was accepted first stands first in the chain: the writer thread takes from both at one moment, and writes
// nothing of the slow way before what had been journaled by then.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger.h"

namespace sluice::ledger {

// Takes the data directory, moves what a killed process left in its journal, closes what was left open, and starts
// the writer thread. Errors: those of Ledger::open.
Result<std::unique_ptr<Ledger>> open_for_writing(const std::string& data_dir, const Clock& clock,
                                                 const LedgerOptions& options);

}  // namespace sluice::ledger
