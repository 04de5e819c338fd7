// Any bytes as a policy: refused with a place or a counterexample, or a policy whose decisions are the same each
// time and that no higher class loosens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/policy.h"

namespace {

using namespace sluice;

void must(bool holds) {
  if (!holds) std::abort();
}

config::Deployment deployment(const char* name, config::Zone zone, const char* jurisdiction) {
  config::Deployment out;
  out.name = name;
  out.zone = zone;
  out.jurisdiction = jurisdiction;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const auto policy = policy::Policy::parse(yaml, "fuzz.yaml");
  if (!policy) {
    must(policy.error().code.starts_with("policy.") && policy.error().where.starts_with("fuzz.yaml"));
    return 0;
  }
  static const std::vector<config::Deployment> kAll = {
      deployment("here", config::Zone::Device, "local"), deployment("rack", config::Zone::Private, "DE"),
      deployment("cloud", config::Zone::Managed, "EU"), deployment("api", config::Zone::Hosted, "CN")};
  std::vector<const config::Deployment*> candidates;
  for (const config::Deployment& one : kAll) candidates.push_back(&one);
  policy::Subject subject;
  subject.principal = "p", subject.team = "t", subject.route = "r";
  std::vector<bool> before(kAll.size(), true);
  for (int c = 0; c <= int(sense::Class::Restricted); ++c) {
    sense::Label label;
    label.cls = sense::Class(c);
    const auto decision = (*policy)->decide(label, subject, candidates);
    must(decision.allowed() == (*policy)->decide(label, subject, candidates).allowed());
    must(decision.verdicts.size() == kAll.size());
    for (std::size_t i = 0; i < kAll.size(); ++i) {
      must(!decision.verdicts[i].allowed || before[i]);
      before[i] = decision.verdicts[i].allowed;
    }
    must(!policy::explain(decision).empty());
  }
  return 0;
}
