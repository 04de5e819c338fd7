// Holds that nobody can end: rules that accept no approver in common, and approvers whom the keys don't have.
#include <algorithm>

#include "policy/study/cover.h"
#include "policy/study/odd.h"

namespace sluice::policy {
namespace {

constexpr std::size_t kMostNamed = 3;

template <class List>
std::string few(const List& list, const char* between) {
  std::string text;
  std::size_t n = 0;
  for (const std::string& one : list)
    if (n++ < kMostNamed) text += (text.empty() ? "" : between) + one;
  return n > kMostNamed ? text + " and " + std::to_string(n - kMostNamed) + " more" : text;
}

// "H1, H2" as a set.
std::set<std::string> ids_of(const std::string& rules) {
  std::set<std::string> ids;
  for (std::size_t at = 0; at <= rules.size();) {
    const std::size_t end = std::min(rules.find(", ", at), rules.size());
    ids.insert(rules.substr(at, end - at));
    at = end + 2;
  }
  return ids;
}

// Those of which no other one is a part: what holds for H1 alone holds for H1 and H2.
template <class Map>
std::vector<std::string> smallest(const Map& by_rules, auto counts) {
  std::vector<std::string> out;
  for (const auto& [rules, one] : by_rules) {
    if (!counts(one)) continue;
    const std::set<std::string> ids = ids_of(rules);
    auto part = [&](const auto& entry) {
      const std::set<std::string> others = ids_of(entry.first);
      return counts(entry.second) && others.size() < ids.size() &&
             std::includes(ids.begin(), ids.end(), others.begin(), others.end());
    };
    if (std::none_of(by_rules.begin(), by_rules.end(), part)) out.push_back(rules);
  }
  return out;
}

}  // namespace

Holds::Holds(const Model& model, const config::Settings* settings, const Approvable& approvable)
    : model_(model), settings_(settings), approvable_(approvable) {}

void Holds::see(const Seen& seen, const Judged& judged, const config::Deployment& d) {
  const Verdict& v = judged.verdict;
  if (!v.nobody_approves.empty()) {
    Scope& scope = contradictions_[v.nobody_approves];
    put(scope.labels, int(judged.raised.cls) * kSets + judged.raised.categories.bits());
    Seen undated = seen;
    if (settings_) undated.subject.time.reset();  // today's
    scope.who.insert(subject_text(undated));
    scope.where.insert(place_text(d));
    if (scope.example.empty())
      scope.example =
          as_test({judged.raised.cls, judged.raised.categories, seen.wish, seen.subject, d.name,
                   config::zone_name(d.zone), d.zone == config::Zone::Device ? "" : d.jurisdiction, State::Held});
  }
  if (!settings_ || !approvable_ || v.state() != State::Held) return;
  Terms& terms = terms_[v.hold->rule];
  const std::string& who = seen.subject.principal;
  if (!terms.asked.insert(who).second) return;
  terms.hold = *v.hold;
  if (!approvable_(*v.hold, who)) terms.hopeless.insert(who);
}

std::vector<Remark> Holds::remarks() const {
  std::vector<Remark> out;
  for (const std::string& rules : smallest(contradictions_, [](const Scope&) { return true; }))
    out.push_back(contradiction(rules, contradictions_.at(rules)));
  // Where somebody's requests can be approved, the hold is of use.
  auto useless = [](const Terms& terms) { return terms.hopeless.size() == terms.asked.size(); };
  for (const std::string& rules : smallest(terms_, useless)) out.push_back(unapproved(rules, terms_.at(rules)));
  return out;
}

Remark Holds::contradiction(const std::string& rules, const Scope& scope) const {
  return {"contradiction",
          "the holds " + rules + " accept no approver in common, so that what all of them hold is denied: " +
              few(cover(scope.labels), "; ") + ", in " + few(scope.where, ", ") + ", for " + few(scope.who, "; ") +
              ". Put - " + scope.example + " under tests and change their approvers until it passes",
          place_of(rules)};
}

Remark Holds::unapproved(const std::string& rules, const Terms& terms) const {
  const int quorum = std::max(terms.hold.quorum, 1);
  const std::string needed =
      std::to_string(quorum) + (quorum == 1 ? " approval" : " approvals of different people");
  return {"approvers",
          "nothing that rule " + rules + " holds will ever be sent: it needs " + needed + " by " +
              (terms.hold.approvers.empty() ? "the role admin" : few(terms.hold.approvers, " or ")) +
              (settings_->keys.empty() ? ", and the configuration has no keys"
                                       : ", and not as many people besides who asks (" + few(terms.asked, ", ") +
                                             ") have a key of the tenant that may give one"),
          place_of(rules)};
}

const std::string& Holds::place_of(const std::string& rules) const {
  const std::string first = rules.substr(0, rules.find(", "));
  for (const Rule& rule : model_.rules)
    if (rule.id == first) return rule.place;
  return model_.file;
}

}  // namespace sluice::policy
