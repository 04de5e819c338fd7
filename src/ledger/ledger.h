// The face of the ledger: exactly one record per request, opened before a byte leaves and closed with its outcome.
//
// A record holds who, label, decision, attempts, usage, cost and times; never prompt or answer text, nor a secret.
// Opening and closing each append one entry to a hash-chained log (entry hash = SHA-256 of the previous hash and
// the entry's canonical JSON), as does what people decide on held requests, so that a changed, removed or
// reordered entry is found by verify(). A record that is open when the ledger is opened again belonged to a killed
// process and is closed as `interrupted`.
//
// Threads: all calls may come from any thread; one writer thread owns the database and commits waiting entries
// together. `done` is called on the writer thread and must not block; what is refused at once (ledger.overloaded,
// ledger.invalid, ledger.read_only) or stands in the journal is told before the call returns, on the caller's
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "chat/event.h"

namespace sluice::ledger {

struct Opening {
  std::string id;  // request id "req_..."
  UtcTime time;
  std::string principal, tenant, team;
  std::string protocol;     // "openai_chat"
  std::string route;        // the client's model name
  std::string decision;     // id
  std::string revision;     // policy revision
  std::string label_class;  // "regulated"
  std::string categories;   // "health,pii"
  std::string provenance;   // JSON array: source, detail, class, category
  std::string verdicts;     // JSON array: deployment, allowed, reason
  bool stream = false;
  std::string ticket;                  // of an approval that it waits for or was admitted by; empty: none
  std::vector<std::string> approvers;  // whose approval admitted it; empty: nobody's
};

struct Attempt {
  std::string deployment;
  std::string model;  // the exact model that was asked
  std::string zone, jurisdiction;
  UtcTime started;
  std::int64_t took_ms = 0;
  std::string outcome;       // "ok" or an error code
  std::string content_hash;  // keyed HMAC-SHA-256 hex of the bytes sent; empty if none left this process
  std::string revision;  // of a policy that came into force before this was sent, and decided as well; or empty
};

struct Closing {
  std::string id;
  UtcTime time;
  std::string outcome;     // "ok", "policy.denied", "client.gone", "upstream.stalled", "interrupted", ...
  int status = 0;          // HTTP status sent to the client; 0 if none
  std::string deployment;  // that served; empty if none
  std::string model;       // exact model that served
  std::vector<Attempt> attempts;
  std::optional<chat::Usage> usage;           // absent: unknown (say so, never zero)
  std::optional<std::int64_t> cost_nano_usd;  // 1e-9 USD; absent: unknown price or usage
  std::int64_t first_token_us = -1;           // from accept to first content sent; -1: none was sent
  std::int64_t total_us = 0;
};

struct Record {
  Opening opening;
  std::optional<Closing> closing;  // absent: still open
};

// The action of an act that says which policy is in force from its time on; without ticket and deployments.
inline constexpr const char* kPolicyInForce = "policy_in_force";

// What a person did that changes what may be sent, or shows somebody a text: on a held request, or with the
// policy.
struct Act {
  UtcTime time;
  std::string action;             // "approved", "refused", "read", kPolicyInForce
  std::string ticket;             // "tkt_..."
  std::string principal, person;  // whose key, and who holds it
  std::string tenant;
  std::string reason;        // in the person's own words; empty for "read"; a policy's: how it came
  std::string content_hash;  // keyed, of the request that the ticket is for; of a policy: its digest
  std::string revision;      // of the policy
  std::vector<std::string> deployments;
};

struct ActOptions {
  int limit = 50;
  std::string ticket;  // filter; empty: all
};

struct ListOptions {
  int limit = 50;
  std::string outcome;     // filter; empty: all; "open": not closed yet
  std::string deployment;  // filter
  std::optional<UtcTime> since;
};

struct LedgerOptions {
  std::size_t max_waiting = 16'384;  // openings accepted and not yet written; one more is ledger.overloaded
  // A record is in the file when `done` is called, so that a kill of the process at any moment loses none. A loss
  // of power may lose those of the last moments (never break the chain); true: not even those, at the price of one
  // disk flush for each group.
  bool survive_power_loss = false;
  // Openings and closings are appended to a file of their own by the caller's thread, one write each, and moved to
  // the database together, some 30 ms later or before the next reading through this ledger. They survive a kill as
  // if they were in the database. Not with survive_power_loss (ledger.invalid).
  bool journal = false;
  std::size_t journal_bytes = 4u << 20;  // of each of its two halves, when the file is made
};

class Ledger {
 public:
  // Opens or creates DIR/ledger.sqlite, migrates it, closes what was left open. Errors: ledger.open, ledger.locked
  // (another process writes there), ledger.corrupt, ledger.newer.
  static Result<std::unique_ptr<Ledger>> open(const std::string& data_dir, const Clock& clock);
  static Result<std::unique_ptr<Ledger>> open(const std::string& data_dir, const Clock& clock,
                                              const LedgerOptions& options);
  // For `sluice records` beside a running gateway: no writes, no closing of open records.
  static Result<std::unique_ptr<Ledger>> open_read_only(const std::string& data_dir);
  virtual ~Ledger() = default;  // writes what is waiting, then stops

  using Done = std::function<void(Status)>;
  // Later: the caller calls wake() at the end of its turn, so that the openings of one turn share a commit, and
  // its closings one write. An opening that is left without wake() may wait for long.
  enum class Wake { Now, Later };
  // done after it is in the database file or the journal, or with the reason why not: ledger.full,
  // ledger.read_only, ledger.io, ledger.busy, ledger.overloaded, ledger.duplicate, ledger.invalid. The request
  // must then not be sent. True if done was called already: nothing is left to wake.
  virtual bool open_record(Opening opening, Done done, Wake when = Wake::Now) = 0;
  virtual void wake() = 0;  // what waits is written now; cheap if that is under way
  // A closing may wait for 2 ms after the latest commit, so that it shares the next one. Also
  // ledger.unknown_record, ledger.already_closed; never ledger.overloaded. A record whose closing could not be
  // written stays open and is closed as `interrupted` at the next start. In the journal, what contradicts the
  // records (a second opening or closing, one of no record) is found when it is moved, and is logged and left out.
  // Later: with the journal it is written with the next opening, by wake(), or when the journal is moved,
  // whichever comes first, and `done` comes then.
  virtual void close_record(Closing closing, Done done, Wake when = Wake::Now) = 0;
  // Written like an opening, and refused for the same reasons. What was done has no effect before `done` says so.
  virtual void write_act(Act act, Done done) = 0;
  virtual Result<std::vector<Act>> acts(const ActOptions& options) const = 0;      // newest first
  virtual Result<std::vector<Record>> list(const ListOptions& options) const = 0;  // newest first
  virtual Result<Record> show(std::string_view id) const = 0;                      // ledger.unknown_record
  // Walks the whole chain; the number of entries, or ledger.chain_broken with the entry's number.
  virtual Result<std::int64_t> verify() const = 0;
  virtual int interrupted_at_start() const = 0;
};

}  // namespace sluice::ledger
