// What every kind of ledger does alike: reading the file, once it holds what was acknowledged before.
#pragma once

#include <string>
#include <utility>

#include "ledger/ledger.h"
#include "ledger/reading.h"

namespace sluice::ledger {

class ReadingLedger : public Ledger {
 public:
  explicit ReadingLedger(std::string data_dir) : data_dir_(std::move(data_dir)) {}
  Result<std::vector<Record>> list(const ListOptions& options) const override {
    settle();
    return list_records(data_dir_, options);
  }
  Result<std::vector<Act>> acts(const ActOptions& options) const override {
    settle();
    return list_acts(data_dir_, options);
  }
  Result<Record> show(std::string_view id) const override {
    settle();
    return show_record(data_dir_, id);
  }
  Result<std::int64_t> verify() const override {
    settle();
    return verify_chain(data_dir_);
  }

 protected:
  // Returns when what stood in the journal has moved to the database, or can't for now.
  virtual void settle() const = 0;
  const std::string& data_dir() const { return data_dir_; }

 private:
  std::string data_dir_;
};

}  // namespace sluice::ledger
