// One label, one subject, one deployment: the verdict.
//
// Rules without a transformation say where a text may go as it is. A rule with one (a bridge) opens no way of its
// own: it says what has to be taken out of the text, and what is left must find its way by the other rules.
#include <algorithm>

#include "policy/model.h"

namespace sluice::policy {
namespace {

constexpr std::string_view kBetween = ", ";

// Adds to a list of ids what is not in it yet.
void append(std::string& list, std::string_view item) {
  for (std::size_t at = list.find(item); at != list.npos; at = list.find(item, at + 1)) {
    std::size_t end = at + item.size();
    if ((at < 2 ? at == 0 : list.compare(at - 2, 2, kBetween) == 0) && (end == list.size() || list[end] == ','))
      return;
  }
  if (!list.empty()) list += kBetween;
  list += item;
}

bool same(const ObligationUse& a, const ObligationUse& b) {
  return a.kind == b.kind && a.number == b.number && a.categories == b.categories && a.text == b.text;
}

void add_obligation(std::vector<ObligationUse>& all, const ObligationUse& use) {
  for (ObligationUse& known : all) {
    if (!same(known, use)) continue;
    append(known.rule, use.rule);
    return;
  }
  all.push_back(use);
}

// The terms of all holds together: the shortest time, the largest quorum, and approvers that every one accepts.
// False if there is nobody whom all accept.
bool join_hold(std::optional<Hold>& all, const Hold& more) {
  if (!all) {
    all = more;
    return true;
  }
  append(all->rule, more.rule);
  all->ttl_s = std::min(all->ttl_s, more.ttl_s);
  all->quorum = std::max(all->quorum, more.quorum);
  if (more.approvers.empty()) return true;
  if (all->approvers.empty()) {
    all->approvers = more.approvers;
    return true;
  }
  std::erase_if(all->approvers, [&](const std::string& name) {
    return std::find(more.approvers.begin(), more.approvers.end(), name) == more.approvers.end();
  });
  return !all->approvers.empty();
}

// What the rules that match say, taken together.
struct Sum {
  std::string allows, denies, bridges;
  std::optional<Hold> hold;
  bool opens = false;  // some rule without a transformation allows or holds
  bool nobody_approves = false;
  std::vector<const Rule*> excused;  // deny rules that a transformation may lift
  sense::CategorySet pseudonymise, redact;

  void add(const Rule& rule, std::vector<ObligationUse>& obligations) {
    if (rule.effect == Effect::Deny) {
      if (rule.unless_transformed)
        excused.push_back(&rule);
      else
        append(denies, rule.id);
      return;
    }
    if (rule.effect == Effect::Hold && !join_hold(hold, rule.hold)) nobody_approves = true;
    opens = opens || !rule.bridge();
    if (rule.bridge())
      append(bridges, rule.id);
    else if (rule.effect == Effect::Allow)
      append(allows, rule.id);
    pseudonymise = pseudonymise | rule.pseudonymise;
    redact = redact | rule.redact;
    for (const ObligationUse& use : rule.obligations) add_obligation(obligations, use);
  }
  sense::CategorySet transforms() const { return pseudonymise | redact; }
};

// Whether the transformation takes away all that a deny rule objects to.
bool lifted(const Rule& rule, sense::CategorySet found, sense::CategorySet transformed) {
  auto objected = rule.what.categories
                      ? sense::CategorySet::from_bits(std::uint16_t(found.bits() & rule.what.categories->bits()))
                      : found;
  return !objected.empty() && objected.subset_of(transformed);
}

void mark_lifted(std::vector<RuleTrace>& trace, const std::string& id) {
  for (RuleTrace& t : trace) {
    if (t.rule != id) continue;
    t.matched = false;
    t.missed = "unless";
  }
}

// Rules that need no transformation, for a text as it is. Obligations are added to those of `verdict`.
State plainly(const Model& model, const sense::Label& label, const Subject& subject,
              const config::Deployment& deployment, Verdict& verdict, std::string& reason) {
  Sum sum;
  sum.hold = verdict.hold;
  for (const Rule& rule : model.rules) {
    if (rule.bridge() || missed(rule, label, subject, deployment)) continue;
    sum.add(rule, verdict.obligations);
  }
  for (const Rule* rule : sum.excused) append(sum.denies, rule->id);
  verdict.hold = sum.hold;
  if (!sum.denies.empty()) {
    reason = "denied by " + sum.denies;
    return State::Denied;
  }
  if (sum.nobody_approves) {
    reason = "held by " + sum.hold->rule + ", which accept no approver in common";
    verdict.nobody_approves = sum.hold->rule;
    return State::Denied;
  }
  if (!sum.opens) {
    reason = "no rule allows it";
    return State::Denied;
  }
  reason = sum.hold ? "held by " + sum.hold->rule : "allowed by " + sum.allows;
  return sum.hold ? State::Held : State::Allowed;
}

void settle(Verdict& verdict, State state, std::string reason) {
  if (state == State::Denied) return verdict.deny(std::move(reason));
  verdict.allowed = state == State::Allowed;
  verdict.reason = std::move(reason);
}

std::string names_of(sense::CategorySet categories) {
  std::string names;
  for (sense::Category c : categories.list()) append(names, sense::category_name(c));
  return names;
}

// What is left of the text must find its way by rules without a transformation.
void cross(const Model& model, const Sum& sum, const sense::Label& label, const Subject& subject,
           const config::Deployment& deployment, Verdict& verdict) {
  verdict.pseudonymise = sum.pseudonymise;
  verdict.redact = sum.redact;
  verdict.hold = sum.hold;
  sense::Label rest = best_after(model, label, sum.transforms(), subject);
  std::string reason;
  State state = plainly(model, rest, subject, deployment, verdict, reason);
  // What is named and found, and has no place in the text where it could be replaced.
  sense::CategorySet gone = removable(model, label, sum.transforms());
  sense::CategorySet named =
      sense::CategorySet::from_bits(std::uint16_t(label.categories.bits() & sum.transforms().bits()));
  std::string stays = names_of(sense::CategorySet::from_bits(std::uint16_t(named.bits() & ~gone.bits())));
  std::string without =
      gone.empty() ? "it is " + rest.to_string() : "without " + names_of(gone) + " it is " + rest.to_string();
  if (!stays.empty()) without += " (what was found of " + stays + " has no place and can't be replaced)";
  if (state == State::Denied) return verdict.deny(sum.bridges + " needs more: " + without + ", " + reason);
  settle(verdict, state, reason + " through " + sum.bridges + ": " + without);
}

}  // namespace

Verdict judge(const Model& model, const sense::Label& label, const Subject& subject,
              const config::Deployment& deployment) {
  Verdict verdict;
  verdict.deployment = deployment.name;
  verdict.zone = deployment.zone;
  verdict.jurisdiction = deployment.jurisdiction;
  verdict.trace.reserve(model.rules.size());
  Sum sum;
  for (const Rule& rule : model.rules) {
    const char* key = missed(rule, label, subject, deployment);
    verdict.trace.push_back({rule.id, key == nullptr, rule.effect == Effect::Deny,
                             key ? std::string_view(key) : std::string_view(), rule.effect == Effect::Hold,
                             rule.bridge()});
    if (!key) sum.add(rule, verdict.obligations);
  }
  for (const Rule* rule : sum.excused) {
    if (lifted(*rule, label.categories, removable(model, label, sum.transforms())))
      mark_lifted(verdict.trace, rule->id);
    else
      append(sum.denies, rule->id);
  }
  if (!sum.denies.empty()) {
    verdict.deny("denied by " + sum.denies);
  } else if (sum.nobody_approves) {
    verdict.nobody_approves = sum.hold->rule;
    verdict.deny("held by " + sum.hold->rule + ", which accept no approver in common");
  } else if (!sum.bridges.empty()) {
    cross(model, sum, label, subject, deployment, verdict);
  } else if (sum.hold) {
    verdict.hold = std::move(sum.hold);
    settle(verdict, State::Held, "held by " + verdict.hold->rule);
  } else if (!sum.allows.empty()) {
    settle(verdict, State::Allowed, "allowed by " + sum.allows);
  } else {
    verdict.deny("no rule allows it");
  }
  return verdict;
}

Verdict judge_again(const Model& model, const Verdict& first, const sense::Label& residual, const Subject& subject,
                    const config::Deployment& deployment) {
  Verdict verdict;
  verdict.deployment = deployment.name;
  verdict.zone = deployment.zone;
  verdict.jurisdiction = deployment.jurisdiction;
  if (first.state() == State::Denied) {
    verdict.deny(first.reason);
    return verdict;
  }
  verdict.obligations = first.obligations;
  verdict.hold = first.hold;
  std::string reason;
  State state = plainly(model, residual, subject, deployment, verdict, reason);
  settle(verdict, state,
         reason + (state == State::Denied ? "" : ", transformed") + ": what is left is " + residual.to_string());
  return verdict;
}

}  // namespace sluice::policy
