#include "approval/ticket.h"

#include <algorithm>
#include <array>
#include <set>

#include "json/doc.h"
#include "json/writer.h"

namespace sluice::approval {
namespace {

constexpr std::array<const char*, 5> kStates{"pending", "approved", "refused", "expired", "used"};
constexpr std::string_view kAdministrator = "admin";

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void write_names(json::Writer& w, const std::vector<std::string>& names) {
  w.array();
  for (const std::string& name : names) w.value(name);
  w.end();
}

std::vector<std::string> names_of(json::Value array) {
  std::vector<std::string> names;
  for (json::Value name : array) names.push_back(name.string().value_or(""));
  return names;
}

}  // namespace

const char* state_name(State state) { return kStates[std::size_t(state)]; }

std::optional<State> parse_state(std::string_view name) {
  for (std::size_t i = 0; i < kStates.size(); ++i)
    if (name == kStates[i]) return State(i);
  return std::nullopt;
}

bool Place::may_approve(const Person& person) const {
  if (approvers.empty()) return has(person.roles, kAdministrator);
  return std::any_of(approvers.begin(), approvers.end(), [&](const std::string& approver) {
    return approver == person.principal || approver == person.team || has(person.roles, approver);
  });
}

bool can_be_approved(const Place& place, const Person& by, const std::vector<Person>& keys) {
  std::set<std::string> people;
  for (const Person& person : keys)
    if (person.tenant == by.tenant && !person.same_as(by) && place.may_approve(person))
      people.insert(person.person);
  return int(people.size()) >= place.quorum;
}

int Ticket::approvals(const Place& place) const {
  std::vector<const Person*> people;
  for (const Decision& d : decisions) {
    if (!d.ruling.approves || !has(d.ruling.deployments, place.deployment)) continue;
    auto same = [&](const Person* other) { return other->same_as(d.by); };
    if (std::none_of(people.begin(), people.end(), same)) people.push_back(&d.by);
  }
  return int(people.size());
}

std::vector<std::string> Ticket::approved(UtcTime now) const {
  std::vector<std::string> names;
  for (const Place& place : asked.places)
    if (now < expires_at(place) && approvals(place) >= std::max(place.quorum, 1))
      names.push_back(place.deployment);
  return names;
}

std::string places_json(const std::vector<Place>& places) {
  json::Writer w;
  w.array();
  for (const Place& p : places) {
    w.object().member("deployment", p.deployment).member("zone", p.zone).member("jurisdiction", p.jurisdiction);
    w.member("rule", p.rule).key("approvers");
    write_names(w, p.approvers);
    w.member("ttl_s", p.ttl_s).member("quorum", p.quorum).end();
  }
  return w.end().take();
}

Result<std::vector<Place>> read_places(std::string_view text) {
  SLUICE_TRY(auto doc, json::Doc::parse(std::string(text)));
  std::vector<Place> places;
  for (json::Value value : doc->root()) {
    Place p;
    auto take = [&](const char* key, std::string& out) { out = value[key].string().value_or(""); };
    take("deployment", p.deployment);
    take("zone", p.zone);
    take("jurisdiction", p.jurisdiction);
    take("rule", p.rule);
    p.approvers = names_of(value["approvers"]);
    auto ttl = value["ttl_s"].integer();
    auto quorum = value["quorum"].integer();
    if (!ttl || !quorum || *quorum < 1 || p.deployment.empty())
      return fail("approval.corrupt", "a ticket's deployments can't be read");
    p.ttl_s = *ttl;
    p.quorum = int(*quorum);
    places.push_back(std::move(p));
  }
  return places;
}

std::string names_json(const std::vector<std::string>& names) {
  json::Writer w;
  write_names(w, names);
  return w.take();
}

std::vector<std::string> read_names(std::string_view text) {
  auto doc = json::Doc::parse(std::string(text));
  return doc ? names_of((*doc)->root()) : std::vector<std::string>();
}

}  // namespace sluice::approval
