#include "approval/desk.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "approval/shelf.h"
#include "base/id.h"

namespace sluice::approval {
namespace {

constexpr int kMostListed = 1'000;

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Failure unknown(std::string_view id) {
  return fail("approval.unknown", "there is no ticket of this id here", std::string(id),
              "GET /sluice/approvals lists those you asked for or may approve");
}

// One error for each way a ticket can have ended; `where` is its id.
Error ending(const Ticket& t) {
  if (t.state == State::Refused) {
    const Decision& last = t.decisions.back();
    return {"approval.refused", "the request was refused by " + last.by.person + ": " + last.ruling.reason, t.id,
            "ask the approver, or change the request"};
  }
  if (t.state == State::Used)
    return {"approval.used", "this approval has been used: one approval admits one answer", t.id,
            "send the request without the ticket, to ask again"};
  return {"approval.expired", "the ticket expired at " + format_utc(t.expires), t.id,
          "send the request without the ticket, to ask again"};
}

// What differs between what was approved and what is sent under its ticket.
std::string difference(const Asked& approved, const Asked& sent) {
  if (approved.content != sent.content) return "the content is not what the ticket is for";
  if (approved.revision != sent.revision) return "the policy has another revision now";
  if (approved.route != sent.route) return "the request is for another model";
  if (approved.label_class != sent.label_class || approved.categories != sent.categories)
    return "the content is judged differently now";
  if (approved.places != sent.places) return "the deployments or the terms for them are not the same";
  return "";
}

// No C0, DEL or C1 (U+0080..U+009F, in UTF-8 C2 80..C2 9F): they would steer the terminal of whoever reads it.
bool printable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c < 0x20 || c == 0x7F || c1) return false;
  }
  return true;
}

Status check_reason(const std::string& reason) {
  bool blank = reason.find_first_not_of(' ') == reason.npos;
  if (!blank && reason.size() <= kMostReasonBytes && printable(reason)) return {};
  return fail("approval.reason", "a decision needs a reason of one line, at most 1000 bytes", "$.reason",
              "say why, without the text itself: the reason is kept in the ledger");
}

class FileDesk : public Desk {
 public:
  FileDesk(Shelf shelf, Vault vault, UtcTime latest, const Clock& clock)
      : clock_(clock),
        shelf_(std::move(shelf)),
        vault_(std::move(vault)),
        latest_(latest),
        tick_(clock.monotonic()) {}

  const Vault& vault() const override { return vault_; }

  Result<Presented> present(const Asked& asked, std::string_view named, std::string_view request) override {
    return change([&](UtcTime time) -> Result<Presented> {
      std::optional<Ticket> found;
      if (named.empty()) {
        SLUICE_TRY(found, shelf_.find_same(asked, time));
      } else {
        SLUICE_TRY(found, named_ticket(asked, named));
      }
      if (!found) return create(asked, time);
      Ticket& ticket = *found;
      if (ticket.state == State::Pending) return Presented{std::move(ticket), false, {}};
      if (ticket.state != State::Approved) return fail(ending(ticket));
      std::vector<std::string> deployments = ticket.approved(time);
      if (deployments.empty()) {  // what was approved is over, and another deployment still waits
        ticket.state = State::Pending;
        SLUICE_TRY_VOID(shelf_.set_state(ticket.id, ticket.state));
        return Presented{std::move(ticket), false, {}};
      }
      Use use{time, std::string(request), false};
      SLUICE_TRY_VOID(shelf_.add(ticket.id, use));
      SLUICE_TRY_VOID(shelf_.set_state(ticket.id, State::Used));
      ticket.state = State::Used;
      ticket.uses.push_back(std::move(use));
      return Presented{std::move(ticket), true, std::move(deployments)};
    });
  }

  Status release(std::string_view ticket, std::string_view request) override {
    auto released = change([&](UtcTime) -> Result<bool> {
      SLUICE_TRY_VOID(shelf_.release(ticket, request));
      return true;
    });
    if (!released) return fail(released.error());
    return {};
  }

  Result<Ticket> decide(const Person& by, std::string_view id, const Ruling& ruling,
                        const Record& record) override {
    return change([&](UtcTime time) -> Result<Ticket> {
      SLUICE_TRY(Ticket ticket, visible(by, id));
      SLUICE_TRY_VOID(may_decide(ticket, by));
      SLUICE_TRY_VOID(check_reason(ruling.reason));
      SLUICE_TRY(Decision decision, make_decision(ticket, by, ruling, time));
      ticket.decisions.push_back(decision);
      if (!ruling.approves) ticket.state = State::Refused;
      if (ruling.approves && !ticket.approved(time).empty()) ticket.state = State::Approved;
      SLUICE_TRY_VOID(shelf_.add(ticket.id, decision));
      SLUICE_TRY_VOID(shelf_.set_state(ticket.id, ticket.state));
      SLUICE_TRY_VOID(record(ticket, decision));
      return ticket;
    });
  }

  Result<std::vector<Ticket>> list(const Person& who, std::optional<State> state) override {
    return change([&](UtcTime) -> Result<std::vector<Ticket>> {
      SLUICE_TRY(auto tickets, shelf_.of_tenant(who.tenant, state, kMostListed));
      std::erase_if(tickets, [&](const Ticket& ticket) { return !sees(who, ticket); });
      return tickets;
    });
  }

  Result<Ticket> show(const Person& who, std::string_view id) override {
    return change([&](UtcTime) { return visible(who, id); });
  }

  Result<std::string> text(const Person& who, std::string_view id) override {
    return change([&](UtcTime) -> Result<std::string> {
      SLUICE_TRY(Ticket ticket, visible(who, id));
      SLUICE_TRY_VOID(may_decide(ticket, who));
      SLUICE_TRY(auto sealed, shelf_.sealed_text(ticket.id));
      if (!sealed)
        return fail("approval.text", "no text is kept with this ticket, only its hash", ticket.id,
                    "approvals: {keep_text: true} in sluice.yaml keeps it, encrypted, until the ticket ends");
      return vault_.unseal(*sealed, ticket.id);
    });
  }

  Result<std::size_t> sweep() override {
    auto swept = change([&](UtcTime) -> Result<std::size_t> {
      SLUICE_TRY(std::int64_t left, shelf_.texts());
      const std::size_t gone = texts_ > left ? std::size_t(texts_ - left) : 0;
      texts_ = left;
      log_holds_text_ = log_holds_text_ || gone > 0;
      return gone;
    });
    std::lock_guard hold(mutex_);
    if (swept && log_holds_text_) {
      auto emptied = shelf_.empty_log();
      if (!emptied) return fail(shelf_error(std::move(emptied).error()));
      log_holds_text_ = !*emptied;
    }
    return swept;
  }

 private:
  // One transaction under the lock, of which nothing stays if it fails. What is over is ended before it, for good.
  template <class Work>
  auto change(Work work) -> decltype(work(UtcTime())) {
    std::lock_guard hold(mutex_);
    advance();
    auto run = [&]() -> decltype(work(UtcTime())) {
      SLUICE_TRY_VOID(shelf_.expire(latest_, {latest_.micros - kKeepEndedS * 1'000'000}));
      SLUICE_TRY(auto transaction, shelf_.begin());
      auto result = work(latest_);
      if (result) {
        SLUICE_TRY_VOID(transaction.commit());
      }
      return result;
    };
    auto result = run();
    if (!result) return fail(shelf_error(std::move(result).error()));
    return result;
  }

  void advance() {
    MonotonicTime tick = clock_.monotonic();
    auto passed = std::chrono::duration_cast<std::chrono::microseconds>(tick - tick_).count();
    tick_ = tick;
    latest_ = std::max(UtcTime{latest_.micros + passed}, clock_.utc());
  }

  static bool sees(const Person& who, const Ticket& ticket) {
    if (who.tenant != ticket.asked.by.tenant) return false;
    return who.principal == ticket.asked.by.principal || may_decide(ticket, who).has_value();
  }

  // A ticket that this person may not see does not exist for them.
  Result<Ticket> visible(const Person& who, std::string_view id) {
    SLUICE_TRY(auto ticket, shelf_.find(id));
    if (!ticket || ticket->asked.by.tenant != who.tenant) return unknown(id);
    if (sees(who, *ticket)) return std::move(*ticket);
    // In the same tenant the reason is told: another key of who asked, or no approver.
    return fail(may_decide(*ticket, who).error());
  }

  Result<std::optional<Ticket>> named_ticket(const Asked& asked, std::string_view named) {
    SLUICE_TRY(auto ticket, shelf_.find(named));
    const Person& by = asked.by;
    if (!ticket || ticket->asked.by.tenant != by.tenant || ticket->asked.by.principal != by.principal ||
        ticket->asked.by.person != by.person)
      return unknown(named);
    std::string what = difference(ticket->asked, asked);
    if (!what.empty())
      return fail("approval.void", "ticket " + ticket->id + " does not hold for this request: " + what, ticket->id,
                  "send exactly what was held, or leave out the ticket to ask again");
    return ticket;
  }

  Result<Presented> create(const Asked& asked, UtcTime time) {
    SLUICE_TRY(std::int64_t pending, shelf_.pending_of(asked.by));
    if (std::size_t(pending) >= kMostPending)
      return fail("approval.too_many", std::to_string(kMostPending) + " requests of this key wait for approval",
                  "", "wait until some are decided or expire");
    Ticket ticket;
    ticket.id = random_id("tkt_");
    ticket.asked = asked;
    ticket.asked.text.reset();
    ticket.asked.text_until.reset();
    ticket.created = time;
    for (const Place& place : asked.places) ticket.expires = std::max(ticket.expires, ticket.expires_at(place));
    std::optional<std::string> sealed;
    if (asked.text && asked.text->size() <= kMostTextBytes) sealed = vault_.seal(*asked.text, ticket.id);
    ticket.text_kept = sealed.has_value();
    SLUICE_TRY_VOID(shelf_.insert(ticket, sealed, asked.text_until));
    if (sealed) ++texts_;
    return Presented{std::move(ticket), false, {}, true};
  }

  static Result<Decision> make_decision(const Ticket& ticket, const Person& by, const Ruling& ruling,
                                        UtcTime time) {
    if (ticket.state != State::Pending && ticket.state != State::Approved) {
      return fail("approval.decided", ending(ticket).message, ticket.id, "there is nothing to decide any more");
    }
    Decision decision{time, by, ruling};
    decision.ruling.deployments.clear();
    for (const Place& place : ticket.asked.places) {
      bool wanted = ruling.deployments.empty() || has(ruling.deployments, place.deployment);
      if (wanted && place.may_approve(by) && time < ticket.expires_at(place))
        decision.ruling.deployments.push_back(place.deployment);
    }
    for (const std::string& name : ruling.deployments)
      if (!has(decision.ruling.deployments, name))
        return fail("approval.deployment", "the ticket has no deployment of this name that you may approve",
                    "$.deployments", "leave deployments out to approve all that you may");
    for (const Decision& earlier : ticket.decisions)
      if (ruling.approves && earlier.by.same_as(by) && earlier.ruling.deployments == decision.ruling.deployments)
        return fail("approval.decided", "you have approved this already; a quorum counts people", ticket.id,
                    "somebody else has to approve it as well");
    return decision;
  }

  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  Shelf shelf_;
  Vault vault_;                 // immutable
  UtcTime latest_;              // this desk's time, as of the latest call,
  MonotonicTime tick_;          // and when that was
  std::int64_t texts_ = 0;      // kept, as of the latest sweep, and those that came since
  bool log_holds_text_ = true;  // a copy of a deleted one may stand in the write-ahead log
};

}  // namespace

Status may_decide(const Ticket& ticket, const Person& person) {
  if (ticket.asked.by.same_as(person))
    return fail("approval.self", "nobody decides on a request of their own, nor with another key of theirs",
                ticket.id, "somebody else has to approve it");
  const auto& places = ticket.asked.places;
  if (std::any_of(places.begin(), places.end(), [&](const Place& place) { return place.may_approve(person); }))
    return {};
  return fail("approval.forbidden", "this key is not among the approvers that the policy names", ticket.id,
              "GET /sluice/approvals lists what it may approve");
}

Result<std::unique_ptr<Desk>> Desk::open(const std::string& data_dir, Vault vault, const Clock& clock) {
  auto shelf = Shelf::open(data_dir);
  if (!shelf) return fail(shelf_error(std::move(shelf).error()));
  auto latest = shelf->latest();
  if (!latest) return fail(shelf_error(std::move(latest).error()));
  return std::make_unique<FileDesk>(std::move(*shelf), std::move(vault), *latest, clock);
}

}  // namespace sluice::approval
