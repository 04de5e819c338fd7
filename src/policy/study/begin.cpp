// `sluice policy init`: four answers make a policy.
#include "policy/study/study.h"

namespace sluice::policy {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

struct Zones {
  std::vector<std::string> home{"device"}, contract, all;
  explicit Zones(const Beginning& b) {
    if (b.private_machines) home.emplace_back("private");
    contract = home;
    if (b.managed) contract.emplace_back("managed");
    all = contract;
    if (b.hosted) all.emplace_back("hosted");
  }
};

// "this machine, machines that we run and the cloud under contract"
std::string places(const std::vector<std::string>& zones) {
  std::string text;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (i > 0) text += i + 1 == zones.size() ? " and " : ", ";
    text += zones[i] == "device"    ? "this machine"
            : zones[i] == "private" ? "machines that we run"
            : zones[i] == "managed" ? "the cloud under contract"
                                    : "a model vendor's API";
  }
  return text;
}

// Whoever answers the questions reads these sentences and no rules: each says what the rules below hold.
std::string head_text(const Beginning& b, const Zones& zones, const std::string& revision) {
  std::string text = "# Where our texts may go.\n#\n";
  text += "# Public and internal texts may go to " + places(zones.all) + ".\n";
  text += "# Confidential texts (personal data, source code, business matters) stay with " +
          places(zones.contract) + ".\n";
  text += "# Regulated texts (health, finance, law, official identifiers) stay with " + places(zones.home) + ".\n";
  if (!b.area.empty())
    text += "# Personal data, official identifiers and health data never leave " + b.area + ".\n";
  if (b.managed || b.hosted)
    text += "# What asks to stay here (\"keep this local\") stays with " + places(zones.home) + ".\n";
  text += std::string("# Restricted texts (secrets, and whatever could not be judged) ") +
          (b.approvals ? "wait for an approval, and then stay on this machine.\n" : "are not answered at all.\n");
  return text + "policy: v1\nrevision: " + revision + "\ndefault_class: internal\n\n";
}

std::string rules_text(const Beginning& b, const Zones& zones) {
  std::string text = "rules:\n";
  text += "  - {id: public, allow: [public], zones: " + join(zones.all) + "}\n";
  text += "  - {id: internal, allow: [internal], zones: " + join(zones.all) + ", oblige: [log_no_content]}\n";
  text += "  - {id: confidential, allow: [confidential], zones: " + join(zones.contract) +
          ", oblige: [log_no_content]}\n";
  text += "  - {id: regulated, allow: [regulated], zones: " + join(zones.home) +
          ", oblige: [log_no_content, no_shared_cache]}\n";
  if (b.approvals)
    text +=
        "  - {id: restricted, hold: [restricted], zones: [device], ttl: 24h, oblige: [log_no_content, "
        "no_shared_cache]}\n";
  text += "  - {id: no-secrets-outside, deny: {categories: [credentials]}, zones: [private, managed, hosted]}\n";
  text += "  - {id: stays-at-home, deny: {wish: local_only}, zones: [managed, hosted]}\n";
  if (!b.area.empty())
    text += "  - {id: stays-in-area, deny: {categories: [pii, gov_id, health]}, jurisdictions_not: [" + b.area +
            ", local]}\n";
  return text;
}

std::string proofs_text(const Beginning& b) {
  std::string text = "\nassert:\n";
  text += "  - never: {class: \">=confidential\", zone: hosted}\n";
  text += std::string("  - never: {class: \">=") + (b.managed ? "regulated" : "confidential") +
          "\", zone: [managed, hosted]}\n";
  if (!b.private_machines) text += "  - never: {class: \">=regulated\", zone: [private, managed, hosted]}\n";
  text += std::string("  - never: {class: restricted") + (b.approvals ? ", unless: held" : "") + "}\n";
  text += "  - never: {wish: local_only, zone: [managed, hosted]}\n";
  if (!b.area.empty())
    text += "  - never: {categories: [pii, gov_id, health], jurisdiction_not: [" + b.area + ", local]}\n";
  text += "  - always: {class: \"<=regulated\", zone: device}\n";
  text +=
      std::string("\ntests:\n  - {class: public, zone: hosted, want: ") + (b.hosted ? "allow" : "deny") + "}\n";
  text += std::string("  - {class: internal, zone: hosted, want: ") + (b.hosted ? "allow" : "deny") + "}\n";
  text += std::string("  - {categories: [source_code], zone: managed, want: ") + (b.managed ? "allow" : "deny") +
          "}\n";
  std::string inside = b.area.empty() ? "" : ", jurisdiction: " + b.area;
  text += "  - {categories: [health], zone: private" + inside +
          ", want: " + (b.private_machines ? "allow" : "deny") + "}\n";
  // Another country, or one that nobody knows.
  if (!b.area.empty())
    for (const char* category : {"pii", "gov_id", "health"})
      text += std::string("  - {categories: [") + category + "], zone: private, want: deny}\n";
  text += std::string("  - {categories: [credentials], zone: device, want: ") + (b.approvals ? "hold" : "deny") +
          "}\n";
  return text;
}

}  // namespace

std::string beginning_text(const Beginning& b, const std::string& revision) {
  Zones zones(b);
  return head_text(b, zones, revision) + rules_text(b, zones) + proofs_text(b);
}

}  // namespace sluice::policy
