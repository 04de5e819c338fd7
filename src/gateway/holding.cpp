// Step "hold" of the way: a request that only an approval can open.
#include "gateway/holding.h"

#include <algorithm>

#include "base/id.h"
#include "base/log.h"
#include "gateway/keeping.h"
#include "gateway/way.h"
#include "json/doc.h"
#include "json/writer.h"

namespace sluice::gateway {
namespace {

constexpr std::size_t kMostFindings = 200;

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += between;
    text += name;
  }
  return text;
}

std::vector<approval::Person> people_of(const config::Settings& settings) {
  std::vector<approval::Person> people;
  for (const config::Key& key : settings.keys)
    people.push_back(person_of({key.name, key.tenant, key.team, key.workload, key.roles, key.person}));
  return people;
}

std::string operation_name(chat::Operation operation) {
  switch (operation) {
    case chat::Operation::Generate:
      return "generate";
    case chat::Operation::Embed:
      return "embed";
    case chat::Operation::CountTokens:
      return "count_tokens";
  }
  return "other";
}

}  // namespace

approval::Person person_of(const Principal& p) { return {p.name, p.person, p.tenant, p.team, p.roles}; }

std::vector<approval::Place> places_of(const policy::Decision& decision) {
  std::vector<approval::Place> places;
  for (const policy::Verdict& v : decision.verdicts) {
    if (v.state() != policy::State::Held) continue;
    approval::Place place{v.deployment, config::zone_name(v.zone), v.jurisdiction};
    place.rule = v.hold->rule;
    place.approvers = v.hold->approvers;
    place.ttl_s = v.hold->ttl_s;
    place.quorum = std::max(v.hold->quorum, 1);
    places.push_back(std::move(place));
  }
  return places;
}

bool can_be_approved(const policy::Hold& hold, const std::string& principal, const config::Settings& settings) {
  approval::Place place;
  place.approvers = hold.approvers;
  place.quorum = std::max(hold.quorum, 1);
  const std::vector<approval::Person> people = people_of(settings);
  for (const approval::Person& by : people)
    if (by.principal == principal) return approval::can_be_approved(place, by, people);
  return false;
}

std::string findings_json(const std::vector<sense::Finding>& findings) {
  json::Writer w;
  w.array();
  for (const sense::Finding& f : std::span(findings).first(std::min(findings.size(), kMostFindings))) {
    w.object().member("detector", f.detector).member("type", f.type);
    w.member("category", sense::category_name(f.category)).member("confidence", f.confidence);
    w.member("path", f.path).member("start", std::uint64_t(f.start)).member("end", std::uint64_t(f.end)).end();
  }
  if (findings.size() > kMostFindings)
    w.object().member("more", std::uint64_t(findings.size() - kMostFindings)).end();
  return w.end().take();
}

Error held(const approval::Ticket& ticket, const config::Settings& settings) {
  std::string message = "the request waits for approval under ticket " + ticket.id + " until " +
                        format_utc(ticket.expires).substr(0, 19) + "Z";
  const std::vector<approval::Person> keys = people_of(settings);
  bool possible = false;
  for (const approval::Place& place : ticket.asked.places) {
    message += "; " + place.deployment + ": held by " + place.rule + ", " +
               std::to_string(ticket.approvals(place)) + " of " + std::to_string(place.quorum) + " approvals by " +
               (place.approvers.empty() ? "admin" : joined(place.approvers, " or "));
    possible = possible || approval::can_be_approved(place, ticket.asked.by, keys);
  }
  if (!possible)
    return {"policy.held", message, "",
            "nobody here can approve it: no key of this tenant, of enough other people, has one of these roles"};
  return {"policy.held", message, "",
          "when it is approved (sluice approvals approve " + ticket.id + "), send exactly the same request again"};
}

std::vector<std::string> approvers_of(const approval::Presented& presented) {
  std::vector<std::string> people;
  for (const approval::Decision& d : presented.ticket.decisions) {
    auto opened = [&](const std::string& name) { return has(presented.deployments, name); };
    const auto& names = d.ruling.deployments;
    if (!d.ruling.approves || std::none_of(names.begin(), names.end(), opened)) continue;
    if (!has(people, d.by.person)) people.push_back(d.by.person);
  }
  return people;
}

void admit_approved(policy::Decision& decision, const approval::Presented& presented) {
  const std::string by = joined(approvers_of(presented), " and ");
  for (policy::Verdict& v : decision.verdicts) {
    if (v.state() != policy::State::Held || !has(presented.deployments, v.deployment)) continue;
    v.allowed = true;
    v.reason += ", approved by " + by + " (" + presented.ticket.id + ")";
  }
}

// Everything an approval binds. What is hashed is what was judged: the body with the conversation it names, and
// the same with the reasoning that was put back, where there is any.
approval::Asked Way::asked() const {
  approval::Asked asked;
  asked.by = person_of(principal_);
  asked.protocol = chat::protocol_name(front_.protocol);
  std::string_view body = request_.body->text();
  std::string_view restored = reasoned_ ? reasoned_->body->text() : std::string_view();
  asked.content = shared_.desk->vault().content_hash(
      principal_.tenant, asked.protocol + " " + operation_name(front_.operation), body, restored);
  std::string_view whole = reasoned_ ? restored : body;
  asked.bytes = whole.size();
  asked.revision = decision_.revision;
  asked.route = route_->model;
  asked.label_class = sense::class_name(decision_.label.cls);
  asked.categories = decision_.label.categories.to_string();
  asked.findings = findings_json(judgement_.findings);
  asked.places = places_of(decision_);
  Keeping keeping;
  for (const policy::Verdict& v : decision_.verdicts)
    if (v.state() == policy::State::Held) keeping.join(v);
  if (!shared_.settings.approvals.keep_text || !keeping.allowed) return asked;
  asked.text = std::string(whole);
  asked.text_until = sooner(keeping.until(shared_.policy_time.now()), earlier_until_);
  return asked;
}

// Only where nothing is open without an approval: a request that may go somewhere goes there.
Status Way::hold() {
  auto any = [this](policy::State state) {
    auto in_it = [state](const policy::Verdict& verdict) { return verdict.state() == state; };
    return std::any_of(decision_.verdicts.begin(), decision_.verdicts.end(), in_it);
  };
  if (any(policy::State::Allowed) || !any(policy::State::Held)) return {};
  std::string named(in_.headers.get(kTicketHeader).value_or(""));
  auto presented = shared_.desk->present(asked(), named, id_);
  if (!presented) return fail(presented.error());
  ticket_ = presented->ticket.id;
  if (!presented->admitted) {
    if (presented->created) tell_of_waiting(presented->ticket);
    // Whoever watches the log can tell the approvers.
    log::info("approval.waits",
              {{"ticket", ticket_}, {"id", id_}, {"tenant", principal_.tenant}, {"route", route_->model}});
    return fail(held(presented->ticket, shared_.settings));
  }
  approvers_ = approvers_of(*presented);
  admit_approved(decision_, *presented);
  return {};
}

void Way::tell_of_waiting(const approval::Ticket& ticket) const {
  if (!shared_.notifier) return;
  Notice notice;
  notice.event = "approval.waits";
  notice.time = time_;
  notice.request = id_;
  notice.ticket = ticket.id;
  notice.label_class = ticket.asked.label_class;
  notice.categories = ticket.asked.categories;
  notice.revision = ticket.asked.revision;
  std::vector<std::string> places, rules;
  for (const approval::Place& place : ticket.asked.places) {
    places.push_back(place.deployment);
    if (!has(rules, place.rule)) rules.push_back(place.rule);
  }
  notice.deployment = joined(places, ", ");
  notice.rule = joined(rules, ", ");
  for (const config::NotifyTarget& target : shared_.settings.notify) {
    if (!target.held) continue;
    notice.id = random_id("ntc_");
    notice.target = target.name;
    shared_.notifier->tell(notice);
  }
}

// A use that ended before the client got anything of an answer was none: the same request may be sent again.
// Before the client is told of the failure: it may do so at once, and another loop takes it.
void Way::release_approval() {
  bool answered = request_.stream ? content_sent_ : closing_.status == 200;
  if (approvers_.empty() || answered || released_) return;
  released_ = true;
  if (Status released = shared_.desk->release(ticket_, id_); !released)
    log::warn("approval.not_released", {{"ticket", ticket_}, {"code", released.error().code}});
}

}  // namespace sluice::gateway
