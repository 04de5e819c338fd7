// A proof seen in particular: every request that a configuration can bring.
#include <algorithm>
#include <array>
#include <map>

#include "policy/study/cover.h"
#include "policy/study/study.h"
#include "policy/study/world.h"

namespace sluice::policy {
namespace {

// The opposite of what an assertion says, found in a single answer.
bool refutes(const Model& model, const Assertion& a, const Judged& judged, const Seen& seen,
             const config::Deployment& d) {
  if (a.some_zone || missed(a.what, judged.raised) || missed(a.who, seen.subject) ||
      missed(a.where, d.zone, d.jurisdiction, d.name))
    return false;
  bool lowered = judged.raised.cls != judged.final.cls || judged.raised.categories != judged.final.categories;
  if (a.unless.declassified && lowered) return false;
  State state = judged.verdict.state();
  const sense::CategorySet transforms = judged.verdict.pseudonymise | judged.verdict.redact;
  if (a.always && !surely_removes(model, judged.final.categories, transforms)) return true;
  if (state == State::Held && a.unless.held) return false;
  if (a.always) return state != State::Allowed;
  return state != State::Denied && !(judged.verdict.transforms() && a.unless.transformed);
}

Error refuted(const Assertion& a, const Judged& judged, const Seen& seen, const config::Deployment& d) {
  Example e{judged.raised.cls,
            judged.raised.categories,
            seen.wish,
            seen.subject,
            d.name,
            config::zone_name(d.zone),
            d.zone == config::Zone::Device ? "" : d.jurisdiction,
            a.always ? State::Allowed : State::Denied};
  return {"policy.assertion_failed", "this statement does not hold in the configuration: - " + as_test(e), a.place,
          "change the rules, or drop the statement"};
}

// How a text may get to a place, each on a line of its own: what arrives as tokens or with something cut out is
// not what was asked.
struct Kind {
  State state;
  bool transformed;
  const char* how;
  bool has(const Verdict& v) const { return v.state() == state && v.transforms() == transformed; }
};
constexpr Kind kKinds[] = {{State::Allowed, false, ""},
                           {State::Allowed, true, ", only transformed"},
                           {State::Held, false, ", once approved"},
                           {State::Held, true, ", once approved and only transformed"}};

}  // namespace

Result<Survey> survey(const Policy& policy, const config::Settings& settings) {
  const Model& model = policy.model();
  World world = World::of_configuration({&model}, settings, std::nullopt);
  Survey out;
  out.subjects = int(world.subjects.size());
  std::map<std::string, std::array<LabelBits, std::size(kKinds)>>
      got;  // by route and position: labels of each kind, of usual subjects
  std::vector<std::string> order;
  for (const Seen& seen : world.subjects) {
    for (std::size_t position = 0; position < seen.where.size(); ++position) {
      const config::Deployment& d = *seen.where[position];
      std::string line = seen.subject.route + ", " + std::to_string(position + 1) + ". " + place_text(d);
      if (std::find(order.begin(), order.end(), line) == order.end()) order.push_back(line);
      auto& states = got.try_emplace(line).first->second;
      for (const sense::Label& label : valid_labels()) {
        Judged judged = judge_in_full(model, label, seen, d);
        ++out.decisions;
        for (const Assertion& a : model.assertions)
          if (refutes(model, a, judged, seen, d)) return fail(refuted(a, judged, seen, d));
        const int label_bit = int(judged.raised.cls) * kSets + judged.raised.categories.bits();
        for (std::size_t k = 0; seen.usual && k < std::size(kKinds); ++k)
          if (kKinds[k].has(judged.verdict)) put(states[k], label_bit);
      }
    }
  }
  out.positions = int(order.size());
  for (const std::string& line : order) {
    for (std::size_t k = 0; k < std::size(kKinds); ++k) {
      std::string what;
      for (const std::string& words : cover(got[line][k])) what += (what.empty() ? "" : "; ") + words;
      if (k == 0 || !what.empty())
        out.lines.push_back(line + kKinds[k].how + ": " + (what.empty() ? "nothing" : what));
    }
  }
  return out;
}

Result<std::vector<Tried>> try_tests(const std::string& file, const config::OwnDetectors& own,
                                     const config::Settings* settings) {
  SLUICE_TRY(std::string text, config::read_text_file(file, "policy"));
  SLUICE_TRY(Model model, parse_model(text, file, own));
  if (settings) {
    SLUICE_TRY_VOID(check_names(model, *settings));
  }
  std::vector<Tried> out;
  for (const Test& test : model.tests) out.push_back({test.path + " (" + test.place + ")", run_test(model, test)});
  return out;
}

Extent extent(const Policy& policy) {
  const Model& model = policy.model();
  Items items(model);
  Extent out;
  out.assertions = model.assertions.size();
  out.tests = model.tests.size();
  out.rules = model.rules.size();
  out.subjects = distinct_subjects(items.all()).size();
  out.places = distinct_places(items.all()).size();
  return out;
}

}  // namespace sluice::policy
