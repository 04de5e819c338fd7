// How long a decision takes, and a proof. Medians; run from the root of the repository:
//   build/bench/bench/policy/bench_policy
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "policy/study/study.h"

using namespace sluice;

namespace {

double median_of(int rounds, const std::function<void()>& work) {
  std::vector<double> took;
  for (int i = 0; i < rounds; ++i) {
    auto began = std::chrono::steady_clock::now();
    work();
    took.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  std::nth_element(took.begin(), took.begin() + rounds / 2, took.end());
  return took[std::size_t(rounds / 2)];
}

sense::Label label_of(int kind) {
  sense::Label label;
  label.raise(sense::Class::Internal, {"default", "", sense::Class::Internal, {}});
  auto find = [&](sense::Category c) { label.raise(c, {"finding", "detector", sense::floor_of(c), c}); };
  if (kind >= 1) find(sense::Category::Pii);
  if (kind >= 2) find(sense::Category::Health);
  if (kind >= 3) find(sense::Category::Credentials);
  return label;
}

// One decision for a route of four deployments, one in each zone.
void decide(const char* name, const policy::Policy& policy) {
  std::vector<config::Deployment> places;
  for (int zone = 0; zone < config::kZones; ++zone) {
    config::Deployment d;
    d.name = "deployment-" + std::to_string(zone);
    d.zone = config::Zone(zone);
    d.jurisdiction = zone == 0 ? "local" : "DE";
    places.push_back(d);
  }
  std::vector<const config::Deployment*> candidates;
  for (const config::Deployment& d : places) candidates.push_back(&d);
  policy::Subject subject;
  subject.principal = "ana";
  subject.team = "research";
  subject.workload = "fraud";
  subject.route = "chat";
  subject.time = UtcTime{1'800'000'000'000'000};
  constexpr int kBatch = 100, kRounds = 501;  // short batches: other work on the machine disturbs few of them
  for (int kind = 0; kind < 4; ++kind) {
    sense::Label label = label_of(kind);
    double each = median_of(kRounds, [&] {
      for (int i = 0; i < kBatch; ++i) policy.decide(label, subject, candidates);
    });
    double one = median_of(kRounds, [&] {
      for (int i = 0; i < kBatch; ++i) policy.decide(label, subject, {candidates[3]});
    });
    std::printf("%-22s %-28s %6.2f us for 4 deployments, %5.2f us for one\n", name, label.to_string().c_str(),
                each / kBatch * 1e6, one / kBatch * 1e6);
  }
}

// As many rules, teams and dates as anyone would write by hand.
std::string large(int teams) {
  std::string yaml = "policy: v1\nrevision: large\nrules:\n  - {id: A, allow: \">=public\", zones: [device]}\n";
  for (int i = 0; i < teams; ++i) {
    std::string n = std::to_string(i);
    yaml += "  - {id: T" + n +
            ", allow: \"<=internal\", zones: [private, managed], jurisdictions: [EU, CH], when: {teams: [t" + n +
            "], categories_only: []}}\n";
    yaml += "  - {id: P" + n + ", deny: {class: \">=internal\"}, deployments: [d" + std::to_string(i % 5) +
            "], when: {principals: [p" + n + "]}, until: 2026-0" + std::to_string(1 + i % 2) + "-01}\n";
  }
  return yaml + "assert:\n  - never: {class: \">=confidential\", zone: hosted}\n";
}

void prove(const std::string& name, const std::string& text) {
  auto policy = policy::Policy::parse(text, name);
  if (!policy) {
    std::printf("%s\n", policy.error().to_string().c_str());
    return;
  }
  policy::Extent e = policy::extent(**policy);
  double took = median_of(5, [&] { (void)policy::Policy::parse(text, name); });
  std::printf(
      "%-22s %3zu rules, %2zu assertions, %6zu subjects x %3zu places x 2560 labels: read and proved in %8.2f "
      "ms\n",
      name.c_str(), e.rules, e.assertions, e.subjects, e.places, took * 1e3);
}

}  // namespace

int main() {
  auto built_in = policy::Policy::parse(policy::default_policy_text(), "default");
  decide("default", **built_in);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("examples/policies")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files)
    decide(std::filesystem::path(file).stem().c_str(), **policy::Policy::read(file));
  prove("default", std::string(policy::default_policy_text()));
  for (const std::string& file : files)
    prove(std::filesystem::path(file).stem(), *config::read_text_file(file, "policy"));
  prove("40 teams, 40 people", large(40));
  prove("70 teams, 70 people", large(70));
}
