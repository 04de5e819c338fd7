#include <algorithm>
#include <map>

#include "policy/study/cover.h"
#include "policy/study/study.h"
#include "policy/study/world.h"

namespace sluice::policy {
namespace {

constexpr std::size_t kMostJudgements = 40'000'000;  // half a minute

std::string obligations_of(const Verdict& v) {
  std::vector<std::string> names;
  for (const ObligationUse& use : v.obligations) names.push_back(obligation_name(use));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no obligations" : text;
}

std::string terms_of(const Hold& hold) {
  std::vector<std::string> approvers = hold.approvers;
  std::sort(approvers.begin(), approvers.end());
  std::string text = std::to_string(hold.quorum) + " of";
  for (const std::string& name : approvers) text += " " + name;
  return text + " within " + std::to_string(hold.ttl_s / 60) + " min";
}

// From and to, as far as they differ; both empty if nothing does.
std::pair<std::string, std::string> difference(const Verdict& a, const Verdict& b) {
  std::string from = state_name(a.state()), to = state_name(b.state());
  if (from != to) return {from, to};
  if (a.state() == State::Denied) return {};
  std::string before = obligations_of(a), after = obligations_of(b);
  if (a.hold && b.hold) {
    before += ", " + terms_of(*a.hold);
    after += ", " + terms_of(*b.hold);
  }
  if (before == after) return {};
  return {from + ", " + before, to + ", " + after};
}

int index_of(const sense::Label& label) { return int(label.cls) * kSets + label.categories.bits(); }

using Key = std::pair<std::pair<std::string, std::string>, LabelBits>;
// By difference and labels: places, and for each the subjects.
using Found = std::map<Key, std::map<std::string, std::vector<std::string>>>;

Found find(const Model& before, const Model& after, const World& world) {
  Found found;
  for (const Seen& seen : world.subjects) {
    std::string who = subject_text(seen);
    for (const config::Deployment* d : seen.where) {
      std::map<std::pair<std::string, std::string>, LabelBits> here;
      for (const sense::Label& label : valid_labels()) {
        auto change = difference(judge_in_full(before, label, seen, *d).verdict,
                                 judge_in_full(after, label, seen, *d).verdict);
        if (!change.first.empty()) put(here[change], index_of(label));
      }
      for (auto& [change, bits] : here) found[{change, bits}][place_text(*d)].push_back(who);
    }
  }
  return found;
}

int count(const LabelBits& bits) {
  int n = 0;
  for (int i = 0; i < kLabels; ++i) n += has(bits, i);
  return n;
}

}  // namespace

Result<std::vector<Change>> compare(const Policy& before, const Policy& after, const config::Settings* settings) {
  World world = World::of_rules({&before.model(), &after.model()}, settings);
  std::size_t places = settings ? settings->deployments.size() : world.places.size();
  if (!world.complete || world.subjects.size() * places * valid_labels().size() > kMostJudgements)
    return fail("policy.too_large", "the two policies tell too many subjects and places apart to compare them all",
                "", "compare them in a configuration: --config sluice.yaml");
  std::vector<Change> changes;
  for (auto& [key, where] : find(before.model(), after.model(), world)) {
    std::map<std::vector<std::string>, std::vector<std::string>> by_who;
    for (auto& [place, who] : where) by_who[who].push_back(place);
    for (auto& [who, in] : by_who) {
      Change change{key.first.first, key.first.second, cover(key.second), who, in, 0};
      change.pairs = count(key.second) * int(who.size()) * int(in.size());
      if (who.size() == world.subjects.size()) change.who.clear();
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

std::string describe(const std::vector<Change>& changes) {
  if (changes.empty()) return "nothing changes: both give the same answer for every label, subject and place\n";
  auto lines = [](const char* head, const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += std::string(text.empty() ? head : "         ") + item + "\n";
    return text;
  };
  std::string text;
  long pairs = 0;
  for (const Change& c : changes) {
    text += c.from + " -> " + c.to + "\n";
    text += lines("  what   ", c.labels) + lines("  where  ", c.where);
    text += c.who.empty() ? "  who    everybody\n" : lines("  who    ", c.who);
    pairs += c.pairs;
  }
  return text + std::to_string(pairs) + " combinations of label, subject and place change\n";
}

}  // namespace sluice::policy
