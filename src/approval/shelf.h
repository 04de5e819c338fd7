// The file behind the desk: tickets as rows. Knows no rule of approval. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "approval/ticket.h"
#include "base/result.h"
#include "store/database.h"

namespace sluice::approval {

// An error of the store as this room's: "store.full" becomes "approval.unavailable" with the cause in the message;
// what stops a start keeps its name ("approval.newer").
Error shelf_error(Error error);

class Shelf {
 public:
  static Result<Shelf> open(const std::string& data_dir);

  Result<store::Transaction> begin() { return store::Transaction::begin(database_); }
  // The text goes at `text_until`, if not sooner.
  Status insert(const Ticket& ticket, const std::optional<std::string>& sealed,
                std::optional<UtcTime> text_until = {});
  // Ending a ticket deletes its text.
  Status set_state(const std::string& id, State state);
  Status add(const std::string& id, const Decision& decision);
  Status add(const std::string& id, const Use& use);
  Status release(std::string_view id, std::string_view request);

  Result<std::optional<Ticket>> find(std::string_view id);
  // The latest ticket of this very request that has not expired or been used.
  Result<std::optional<Ticket>> find_same(const Asked& asked, UtcTime now);
  Result<std::vector<Ticket>> of_tenant(std::string_view tenant, std::optional<State> state, int limit);
  Result<std::optional<std::string>> sealed_text(std::string_view id);
  Result<std::int64_t> pending_of(const Person& person);
  // Ends what is over, forgets what ended before `forget`.
  Status expire(UtcTime now, UtcTime forget);
  // Texts that are kept.
  Result<std::int64_t> texts();
  // Leaves nothing in the write-ahead log, where a copy of what was deleted may stand. False: somebody reads
  // there.
  Result<bool> empty_log();
  // The latest moment that stands in the file.
  Result<UtcTime> latest();

 private:
  explicit Shelf(store::Database database) : database_(std::move(database)) {}
  Result<std::vector<Ticket>> read(store::Statement& query);
  Status read_rest(Ticket& ticket);
  store::Database database_;
};

}  // namespace sluice::approval
