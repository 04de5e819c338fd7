#include <algorithm>
#include <initializer_list>

#include "policy/policy.h"

namespace sluice::policy {
namespace {

std::string pad(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// Why a rule does not apply, in words.
std::string why_not(const RuleTrace& trace, const Decision& decision, const Verdict& verdict) {
  if (trace.missed == "class") return std::string("not for class ") + sense::class_name(decision.label.cls);
  if (trace.missed == "categories") return "none of its categories was found";
  if (trace.missed == "categories_only") return "other categories than its own were found";
  if (trace.missed == "zones") return std::string("not for zone ") + config::zone_name(verdict.zone);
  if (trace.missed == "deployments") return "not for this deployment";
  std::string jurisdiction = verdict.jurisdiction.empty() ? "of unknown name" : verdict.jurisdiction;
  if (trace.missed == "jurisdictions") return "not for jurisdiction " + jurisdiction;
  if (trace.missed == "jurisdictions_not") return "not in jurisdiction " + jurisdiction;
  if (trace.missed == "teams") return "for other teams";
  if (trace.missed == "principals") return "for other principals";
  if (trace.missed == "routes") return "for other routes";
  if (trace.missed == "workloads") return "for other workloads";
  if (trace.missed == "wish") return "the text does not ask to stay here";
  if (trace.missed == "until") return "its time is over, or the time is not known";
  if (trace.missed == "unless") return "lifted, since what it objects to is transformed";
  return std::string(trace.missed);
}

std::string provenance_line(const sense::Provenance& why) {
  std::string line = "  " + pad(why.source, 10) + " " + why.detail;
  line += " -> ";
  if (why.category) line += std::string(sense::category_name(*why.category)) + ", ";
  return line + "at least " + sense::class_name(why.cls) + "\n";
}

const char* kind_of(const RuleTrace& t) { return t.deny ? "(deny) " : t.hold ? "(hold) " : "(allow)"; }

std::string outcome_of(const RuleTrace& t, const Decision& decision, const Verdict& v) {
  if (!t.matched) return "does not apply: " + why_not(t, decision, v);
  if (t.deny) return "denies";
  std::string outcome = t.hold ? "holds" : "allows";
  return t.bridge ? outcome + " what is left after its transformation, if other rules do" : outcome;
}

std::string hold_line(const Hold& hold) {
  std::string who;
  for (const std::string& name : hold.approvers) who += (who.empty() ? "" : ", ") + name;
  return "  needs the approval of " + (hold.quorum > 1 ? std::to_string(hold.quorum) + " of " : std::string()) +
         (who.empty() ? "whoever administers this Sluice" : who) + " within " + std::to_string(hold.ttl_s / 60) +
         " minutes\n";
}

bool only(const RuleTrace& t, std::initializer_list<const char*> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return t.missed == key; });
}

// What would have to be otherwise for this deployment to be allowed.
std::string change_lines(const Decision& decision, const Verdict& v) {
  std::string text, denies;
  for (const RuleTrace& t : v.trace)
    if (t.deny && t.matched) denies += (denies.empty() ? "" : ", ") + t.rule;
  if (!denies.empty())
    text += "  to change that: what " + denies + " objects to would have to go from the text (" +
            decision.label.to_string() + "), or the policy be changed\n";
  for (const RuleTrace& t : v.trace) {
    if (t.deny || t.matched || !denies.empty()) continue;
    if (only(t, {"class", "categories_only"}))
      text +=
          "  to change that: " + t.rule + " would " + (t.hold ? "hold" : "allow") + " a text of a lower label\n";
    if (only(t, {"teams", "principals", "routes", "workloads"}))
      text += "  to change that: " + t.rule + " would " + (t.hold ? "hold" : "allow") + " it for the " +
              std::string(t.missed) + " it names\n";
  }
  return text;
}

std::string verdict_lines(const Decision& decision, const Verdict& v) {
  constexpr const char* kStates[] = {"DENIED", "HELD", "ALLOWED"};
  std::string place =
      std::string(config::zone_name(v.zone)) + (v.jurisdiction.empty() ? "" : ", " + v.jurisdiction);
  std::string text =
      v.deployment + " (" + place + "): " + kStates[std::size_t(v.state())] + ", " + v.reason + "\n";
  if (v.hold) text += hold_line(*v.hold);
  for (const ObligationUse& use : v.obligations)
    text += "  obligation " + obligation_name(use) + ", asked for by " + use.rule + "\n";
  std::size_t width = 0;
  for (const RuleTrace& t : v.trace) width = std::max(width, t.rule.size());
  for (const RuleTrace& t : v.trace)
    text += "  " + pad(t.rule, width) + " " + kind_of(t) + " " + outcome_of(t, decision, v) + "\n";
  return v.state() == State::Denied ? text + change_lines(decision, v) : text;
}

std::string claim_line(const Declassified& claim) {
  if (!claim.applied) return "declassification " + claim.id + " does not apply: " + claim.why_not + "\n";
  return "declassification " + claim.id + " lowers the label from " + claim.before.to_string() +
         "; reason given: " + claim.reason + "\n";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string explain(const Decision& decision) {
  std::string text = "label " + decision.label.to_string() + "\n";
  for (const sense::Provenance& why : decision.label.provenance) text += provenance_line(why);
  if (decision.label.provenance.empty()) text += "  nothing was found and no floor applies\n";
  if (decision.label.local_only) text += "  the text asks to stay here\n";
  if (decision.declassified) text += claim_line(*decision.declassified);
  text += "policy " + decision.revision + "\n";
  for (const Verdict& verdict : decision.verdicts) text += verdict_lines(decision, verdict);
  for (std::size_t i = 0; i < decision.shadow.size() && i < decision.verdicts.size(); ++i)
    if (decision.shadow[i].state != decision.verdicts[i].state())
      text += "the shadow revision " + decision.shadow_revision + " would have " + decision.shadow[i].deployment +
              " " + state_name(decision.shadow[i].state) + ": " + decision.shadow[i].reason + "\n";
  std::string allowed = joined(decision.allowed()), held = joined(decision.held());
  if (!held.empty()) text += "may go to " + held + " once approved\n";
  if (!allowed.empty()) text += "may go to " + allowed + "\n";
  return allowed.empty() && held.empty() ? text + "may go nowhere: the request is refused\n" : text;
}

}  // namespace sluice::policy
