// The face of this room: tickets of held requests, and what people decide on them.
//
//   SLUICE_TRY(auto desk, Desk::open(data_dir, vault, clock));
//   desk->present(asked, "", id)     a held request comes: it is admitted, or waits on its ticket
//   desk->decide(person, ticket, ruling, record)     an approver decides
//
// An approval binds tenant, key, content, label, policy revision, route and the deployments with their terms: a
// request in which one of these differs is another request, with a ticket of its own. It admits the request until
// one answer was given, or it expires; a use that failed before the client got anything is released. Whoever asked
// never decides, with none of their keys; a quorum counts people. One refusal ends the ticket, and the same
// request is refused until the ticket would have expired. Nobody sees or decides tickets of another tenant.
//
// Time never runs backwards here, nor stands still: it is the later one of the wall clock and of what stood in the
// file plus what the monotonic clock says has passed. A wall clock that is set back revives nothing, and one that
// was ahead for a while makes nothing last longer.
//
// Kept in DIR/approvals.sqlite. A change is in the file when the call returns (a kill at any moment loses none).
// A kept text is sealed by the Vault and goes when its ticket ends. Thread-safe; calls block for a commit.
//
// Errors: approval.unknown (no such ticket for this person), approval.void (the ticket named does not fit this
// request; the message says what differs), approval.refused, approval.expired, approval.used, approval.decided,
// approval.self, approval.forbidden, approval.reason, approval.deployment, approval.too_many,
// approval.text (none is kept), approval.corrupt, approval.unavailable (the file can't be read or written).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "approval/ticket.h"
#include "approval/vault.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::approval {

inline constexpr std::size_t kMostPending = 1'000;        // tickets of one key that wait
inline constexpr std::size_t kMostReasonBytes = 1'000;    // of an approver's reason
inline constexpr std::size_t kMostTextBytes = 4u << 20;   // a longer text is not kept
inline constexpr std::int64_t kKeepEndedS = 30 * 86'400;  // an ended ticket is forgotten then; the ledger is not

struct Presented {
  Ticket ticket;
  bool admitted = false;                 // else it waits
  std::vector<std::string> deployments;  // when admitted: these and no others
  bool created = false;                  // the ticket is new
};

class Desk {
 public:
  // The clock outlives the desk. Errors: approval.open, approval.newer, approval.corrupt, ... with the file.
  static Result<std::unique_ptr<Desk>> open(const std::string& data_dir, Vault vault, const Clock& clock);
  virtual ~Desk() = default;

  virtual const Vault& vault() const = 0;
  // `named`: the ticket that the client names; empty: the request finds its own. An admitted request holds the
  // approval: until release() it is used.
  virtual Result<Presented> present(const Asked& asked, std::string_view named, std::string_view request) = 0;
  // The request ended before the client got an answer: its approval holds again.
  virtual Status release(std::string_view ticket, std::string_view request) = 0;

  // Called with what the ticket will be, after every check and before the decision has effect; if it fails,
  // nothing is decided.
  using Record = std::function<Status(const Ticket& ticket, const Decision& decision)>;
  virtual Result<Ticket> decide(const Person& by, std::string_view ticket, const Ruling& ruling,
                                const Record& record) = 0;

  // Those that this person asked for or may approve, newest first.
  virtual Result<std::vector<Ticket>> list(const Person& who, std::optional<State> state) = 0;
  virtual Result<Ticket> show(const Person& who, std::string_view ticket) = 0;
  // The kept text, for those who may approve it.
  virtual Result<std::string> text(const Person& who, std::string_view ticket) = 0;

  // Ends what is over though nobody asks, and leaves no copy of its text in the file or beside it; how many texts
  // went since the last time.
  virtual Result<std::size_t> sweep() = 0;
};

// Whether this person may decide this ticket: approval.self, approval.forbidden.
Status may_decide(const Ticket& ticket, const Person& person);

}  // namespace sluice::approval
