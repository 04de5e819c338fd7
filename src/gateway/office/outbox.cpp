#include "gateway/office/outbox.h"

#include <algorithm>

namespace sluice::gateway {
namespace {

constexpr std::int32_t kApplicationId = 0x534C4E54;  // "SLNT"

constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE notice (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  target TEXT NOT NULL,
  body TEXT NOT NULL,            -- JSON, without text of a request
  made INTEGER NOT NULL,         -- microseconds since 1970, UTC
  due INTEGER NOT NULL,
  failures INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_due ON notice (target, due, number);
)sql"};

Error outbox_error(Error error) {
  constexpr std::string_view kStore = "store.";
  if (!error.code.starts_with(kStore)) return error;
  const std::string what = error.code.substr(kStore.size());
  for (const char* kept : {"open", "newer", "older", "foreign", "corrupt"})
    if (what == kept) {
      error.code = "notify." + what;
      return error;
    }
  return {"notify.unavailable", "notices can't be kept or read (" + error.code + ")", error.where,
          "look at the disk that holds the data directory"};
}

template <class Work>
auto told(Work work) -> decltype(work()) {
  auto result = work();
  if (!result) return fail(outbox_error(std::move(result).error()));
  return result;
}

}  // namespace

Result<Outbox> Outbox::open(const std::string& data_dir) {
  return told([&]() -> Result<Outbox> {
    store::DatabaseOptions options;
    options.path = data_dir + "/notices.sqlite";
    options.application_id = kApplicationId;
    options.migrations = kMigrations;
    SLUICE_TRY(auto database, store::Database::open(options));
    return Outbox(std::move(database));
  });
}

Status Outbox::add(std::span<const Notice> notices) {
  return told([&]() -> Status {
    SLUICE_TRY(auto transaction, store::Transaction::begin(database_));
    SLUICE_TRY(auto insert,
               database_.prepare("INSERT INTO notice (target, body, made, due, failures) VALUES (?, ?, "
                                 "?, ?, 0)"));
    for (const Notice& n : notices) {
      std::string body = notice_json(n);
      SLUICE_TRY_VOID(insert.run({n.target, body, n.time.micros, n.time.micros}));
    }
    return transaction.commit();
  });
}

Result<std::optional<Outbox::Waiting>> Outbox::next(std::string_view target) {
  return told([&]() -> Result<std::optional<Waiting>> {
    SLUICE_TRY(auto query,
               database_.prepare("SELECT number, body, made, due, failures FROM notice WHERE target = ? "
                                 "ORDER BY due, number LIMIT 1"));
    SLUICE_TRY_VOID(query.start({target}));
    SLUICE_TRY(bool found, query.next());
    if (!found) return std::optional<Waiting>();
    Waiting waiting{query.integer(0),
                    std::string(query.text(1)),
                    {query.integer(2)},
                    {query.integer(3)},
                    int(query.integer(4))};
    query.end();
    return std::optional<Waiting>(std::move(waiting));
  });
}

Status Outbox::postpone(std::int64_t number, UtcTime due) {
  return told([&]() -> Status {
    SLUICE_TRY(auto update,
               database_.prepare("UPDATE notice SET due = ?, failures = failures + 1 WHERE number = ?"));
    return update.run({due.micros, number});
  });
}

Status Outbox::remove(std::int64_t number) {
  return told([&]() -> Status {
    SLUICE_TRY(auto remove, database_.prepare("DELETE FROM notice WHERE number = ?"));
    return remove.run({number});
  });
}

Result<std::int64_t> Outbox::waiting(std::string_view target) {
  return told([&]() -> Result<std::int64_t> {
    SLUICE_TRY(auto query, database_.prepare("SELECT count(*) FROM notice WHERE target = ?"));
    SLUICE_TRY_VOID(query.start({target}));
    SLUICE_TRY(bool found, query.next());
    std::int64_t count = found ? query.integer(0) : 0;
    query.end();
    return count;
  });
}

Result<std::int64_t> Outbox::keep_only(std::span<const std::string> targets) {
  return told([&]() -> Result<std::int64_t> {
    std::vector<std::string> gone;
    SLUICE_TRY(auto query, database_.prepare("SELECT DISTINCT target FROM notice"));
    SLUICE_TRY_VOID(query.start({}));
    for (;;) {
      SLUICE_TRY(bool more, query.next());
      if (!more) break;
      std::string name(query.text(0));
      if (std::find(targets.begin(), targets.end(), name) == targets.end()) gone.push_back(std::move(name));
    }
    std::int64_t count = 0;
    SLUICE_TRY(auto remove, database_.prepare("DELETE FROM notice WHERE target = ?"));
    for (const std::string& name : gone) {
      SLUICE_TRY_VOID(remove.run({name}));
      count += database_.changed_rows();
    }
    return count;
  });
}

}  // namespace sluice::gateway
