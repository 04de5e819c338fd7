#include "ledger/ledger.h"

#include <utility>

#include "ledger/book.h"
#include "ledger/reading_ledger.h"
#include "ledger/writing.h"

namespace sluice::ledger {
namespace {

class ReadOnlyLedger : public ReadingLedger {
 public:
  using ReadingLedger::ReadingLedger;
  bool open_record(Opening, Done done, Wake) override {
    refuse(done);
    return true;
  }
  void close_record(Closing, Done done, Wake) override { refuse(done); }
  void write_act(Act, Done done) override { refuse(done); }
  void wake() override {}
  int interrupted_at_start() const override { return 0; }

 private:
  void settle() const override { wait_until_moved(data_dir()); }
  static void refuse(const Done& done) { done(fail("ledger.read_only", "this ledger was opened for reading")); }
};

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& data_dir, const Clock& clock) {
  return open(data_dir, clock, LedgerOptions());
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& data_dir, const Clock& clock,
                                             const LedgerOptions& options) {
  auto ledger = open_for_writing(data_dir, clock, options);
  if (!ledger) return fail(ledger_error(std::move(ledger).error()));
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open_read_only(const std::string& data_dir) {
  SLUICE_TRY_VOID(check_readable(data_dir));
  return std::make_unique<ReadOnlyLedger>(data_dir);
}

}  // namespace sluice::ledger
