#include <algorithm>

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
  return trace.missed;
}

std::string provenance_line(const sense::Provenance& why) {
  std::string line = "  " + pad(why.source, 10) + " " + why.detail;
  line += " -> ";
  if (why.category) line += std::string(sense::category_name(*why.category)) + ", ";
  return line + "at least " + sense::class_name(why.cls) + "\n";
}

std::string verdict_lines(const Decision& decision, const Verdict& v) {
  std::string place =
      std::string(config::zone_name(v.zone)) + (v.jurisdiction.empty() ? "" : ", " + v.jurisdiction);
  std::string text =
      v.deployment + " (" + place + "): " + (v.allowed ? "ALLOWED" : "DENIED") + ", " + v.reason + "\n";
  for (const ObligationUse& use : v.obligations)
    text += "  obligation " + obligation_name(use) + ", asked for by " + use.rule + "\n";
  std::size_t width = 0;
  for (const RuleTrace& t : v.trace) width = std::max(width, t.rule.size());
  for (const RuleTrace& t : v.trace) {
    std::string outcome =
        t.matched ? (t.deny ? "denies" : "allows") : "does not apply: " + why_not(t, decision, v);
    text += "  " + pad(t.rule, width) + " " + (t.deny ? "(deny) " : "(allow)") + " " + outcome + "\n";
  }
  return text;
}

}  // namespace

std::string explain(const Decision& decision) {
  std::string text = "label " + decision.label.to_string() + "\n";
  for (const sense::Provenance& why : decision.label.provenance) text += provenance_line(why);
  if (decision.label.provenance.empty()) text += "  nothing was found and no floor applies\n";
  text += "policy " + decision.revision + "\n";
  for (const Verdict& verdict : decision.verdicts) text += verdict_lines(decision, verdict);
  std::string names;
  for (const std::string& name : decision.allowed()) names += (names.empty() ? "" : ", ") + name;
  text += names.empty() ? "may go nowhere: the request is refused\n" : "may go to " + names + "\n";
  return text;
}

}  // namespace sluice::policy
