// `sluice` without its judge and its ledger, for the benchmark's row "bare": what the way of a request costs
// before anything is classified or recorded. It is made of the very libraries of the program that ships; the
// linker puts what stands here in the place of the two. So there is no such switch in Sluice that anybody could
// forget.
#include <filesystem>
#include <system_error>

#include "ledger/ledger.h"
#include "sense/sense.h"

namespace sluice::sense {
namespace {

class NoJudge : public Judge {
 public:
  Judgement judge(const chat::Request&, const JudgeOptions&) const override { return {}; }
  Judgement judge_text(std::string_view, const JudgeOptions&) const override { return {}; }
};

}  // namespace

Result<std::unique_ptr<Judge>> bare_create(const config::OwnDetectors&) asm(
    "__wrap__ZN6sluice5sense5Judge6createERKNS_6config12OwnDetectorsE");
Result<std::unique_ptr<Judge>> bare_create(const config::OwnDetectors&) {
  return std::unique_ptr<Judge>(std::make_unique<NoJudge>());
}

}  // namespace sluice::sense

namespace sluice::ledger {
namespace {

class NoLedger : public Ledger {
 public:
  bool open_record(Opening, Done done, Wake) override {
    done(Status());
    return true;
  }
  void wake() override {}
  void close_record(Closing, Done done, Wake) override { done(Status()); }
  void write_act(Act, Done done) override { done(Status()); }
  Result<std::vector<Act>> acts(const ActOptions&) const override { return none(); }
  Result<std::vector<Record>> list(const ListOptions&) const override { return none(); }
  Result<Record> show(std::string_view) const override { return none(); }
  Result<std::int64_t> verify() const override { return none(); }
  int interrupted_at_start() const override { return 0; }

 private:
  static Failure none() { return fail("ledger.read_only", "this program, made for a benchmark, has no ledger"); }
};

}  // namespace

Result<std::unique_ptr<Ledger>> bare_open(const std::string&, const Clock&, const LedgerOptions&) asm(
    "__wrap__ZN6sluice6ledger6Ledger4openERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_5ClockERKNS0_"
    "13LedgerOptionsE");
Result<std::unique_ptr<Ledger>> bare_open(const std::string& data_dir, const Clock&, const LedgerOptions&) {
  std::error_code ignored;
  std::filesystem::create_directories(data_dir, ignored);  // the first to need it, as the ledger is
  return std::unique_ptr<Ledger>(std::make_unique<NoLedger>());
}

}  // namespace sluice::ledger
