// Values of this room: who asks, what is asked, what was decided. No I/O; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace sluice::approval {

// Somebody with a key. Several keys may belong to one human being: `person` is then the same.
struct Person {
  std::string principal;  // the key's name
  std::string person;     // who holds it; the key's name if nobody said
  std::string tenant, team;
  std::vector<std::string> roles;
  bool same_as(const Person& other) const {
    return principal == other.principal || person == other.person || principal == other.person ||
           person == other.principal;
  }
};

// A deployment that may have the request once it is approved, and what the policy asks for that.
struct Place {
  std::string deployment, zone, jurisdiction;
  std::string rule;                    // ids of the hold rules
  std::vector<std::string> approvers;  // principals, teams or roles; empty: the role "admin"
  std::int64_t ttl_s = 0;              // from the ticket's creation: to wait for the approval and to use it
  int quorum = 1;                      // how many different people have to approve
  bool operator==(const Place&) const = default;
  bool may_approve(const Person& person) const;  // by its approvers alone
};

// Whether enough of these people besides who asks may approve this place: those of the same tenant, each counted
// once however many keys they have.
bool can_be_approved(const Place& place, const Person& by, const std::vector<Person>& keys);

// A request that is held: everything an approval binds, and what an approver sees.
struct Asked {
  Person by;
  std::string content;    // Vault::content_hash of what was judged
  std::size_t bytes = 0;  // of the content
  std::string revision;   // of the policy
  std::string route, protocol;
  std::string label_class, categories;
  std::string findings;  // JSON array, without text
  std::vector<Place> places;
  std::optional<std::string> text;    // to be kept encrypted until the ticket ends; absent: only its hash is kept
  std::optional<UtcTime> text_until;  // the text goes then, if not sooner; of what is asked, not of a ticket
};

enum class State : std::uint8_t { Pending, Approved, Refused, Expired, Used };
const char* state_name(State state);  // "pending", ...
std::optional<State> parse_state(std::string_view name);

// What an approver decided, and why.
struct Ruling {
  bool approves = false;
  std::string reason;
  std::vector<std::string> deployments;  // approves these only; empty: all that the approver may approve
};

struct Decision {
  UtcTime time;
  Person by;
  Ruling ruling;  // its deployments are never empty
};

struct Use {
  UtcTime time;
  std::string request;    // id
  bool released = false;  // it failed before the client got an answer, so that the approval still holds
};

struct Ticket {
  std::string id;  // "tkt_..."
  State state = State::Pending;
  Asked asked;  // its text is never here: Desk::text()
  bool text_kept = false;
  UtcTime created, expires;  // expires: the last of its places
  std::vector<Decision> decisions;
  std::vector<Use> uses;

  UtcTime expires_at(const Place& place) const { return {created.micros + place.ttl_s * 1'000'000}; }
  int approvals(const Place& place) const;               // by different people
  std::vector<std::string> approved(UtcTime now) const;  // deployments whose quorum is met and not over, in order
};

// Fixed keys in a fixed order: equal places have equal texts.
std::string places_json(const std::vector<Place>& places);
Result<std::vector<Place>> read_places(std::string_view json);
std::string names_json(const std::vector<std::string>& names);
std::vector<std::string> read_names(std::string_view json);

}  // namespace sluice::approval
