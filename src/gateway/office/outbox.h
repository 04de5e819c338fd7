// Notices that wait for their delivery, in DIR/notices.sqlite: a restart loses none. Knows no receiver. One
// thread.
//
// Errors: notify.open, notify.newer, notify.corrupt, ... where a start can't use the file; notify.unavailable.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "gateway/office/notice.h"
#include "store/database.h"

namespace sluice::gateway {

class Outbox {
 public:
  struct Waiting {
    std::int64_t number = 0;  // in the order they came
    std::string body;         // notice_json()
    UtcTime made, due;
    int failures = 0;  // deliveries that failed
  };

  static Result<Outbox> open(const std::string& data_dir);

  // In one transaction.
  Status add(std::span<const Notice> notices);
  // The one of this target that is due first; of several the oldest.
  Result<std::optional<Waiting>> next(std::string_view target);
  Status postpone(std::int64_t number, UtcTime due);  // one more failure
  Status remove(std::int64_t number);
  Result<std::int64_t> waiting(std::string_view target);
  // Those of targets that the configuration does not have any more go; how many.
  Result<std::int64_t> keep_only(std::span<const std::string> targets);

 private:
  explicit Outbox(store::Database database) : database_(std::move(database)) {}
  store::Database database_;
};

}  // namespace sluice::gateway
