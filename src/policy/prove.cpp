// Proof by enumeration: monotonicity (S10) and the file's assertions, over every label, every subject, every place
// and every time that the rules can tell apart.
#include <algorithm>
#include <bit>

#include "policy/space.h"

namespace sluice::policy {
namespace {

int first_of(std::size_t word, std::uint64_t bits) { return int(word) * 64 + std::countr_zero(bits); }

// What floors and a declassification make of each label.
struct Final {
  LabelMap of;
  // They change nothing but to raise a class to its categories' floors, which the answers for a label already
  // have.
  bool same = false;
};

// The labels whose final label is in `bits`.
LabelBits before(const LabelBits& bits, const Final& final_of) {
  if (final_of.same) return bits;
  LabelBits out{};
  for (int i = 0; i < kLabels; ++i)
    if (has(bits, final_of.of[std::size_t(i)])) put(out, i);
  return out;
}

// A label that is in `bits` while one step lower, a class less or a category less, is not: {higher, lower}.
std::optional<std::pair<int, int>> step_up(const LabelBits& bits) {
  for (std::size_t w = kWordsPerClass; w < kWords; ++w)
    if (std::uint64_t wrong = bits[w] & ~bits[w - kWordsPerClass])
      return std::pair{first_of(w, wrong), first_of(w, wrong) - kSets};
  for (int c = 0; c < sense::kCategories; ++c) {
    for (std::size_t w = 0; w < kWords; ++w) {
      std::uint64_t without;  // bit i: the label i without category c is in `bits`
      std::uint64_t with = ~0ull;
      if (c < 6) {
        static constexpr std::uint64_t kHas[] = {0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
                                                 0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
        with = kHas[c];
        without = (bits[w] & ~with) << (1 << c);
      } else {
        std::size_t step = std::size_t(1) << (c - 6);
        if (!(w & step)) continue;
        without = bits[w ^ step];
      }
      if (std::uint64_t wrong = bits[w] & with & ~without)
        return std::pair{first_of(w, wrong), first_of(w, wrong) ^ (1 << c)};
    }
  }
  return std::nullopt;
}

// What an assertion counts: as sent, for `never`; as answered, for `always`.
struct Counted {
  LabelBits sent{}, answered{};
};

class Prover {
 public:
  explicit Prover(const Model& model) : model_(model), table_(model) {
    for (const Assertion& assertion : model.assertions) assertion_labels_.push_back(labels_of(assertion.what));
  }

  Status run() {
    const std::vector<Item>& items = table_.items().all();
    std::vector<SubjectPoint> subjects = distinct_subjects(items);
    std::vector<PlacePoint> places = distinct_places(items);
    if (subjects.empty() || subjects.size() * places.size() > kMostPairs)
      return fail(
          "policy.too_large",
          "the rules name too many teams, principals, routes, dates and places to be proved: " +
              (subjects.empty() ? "more than " + std::to_string(kMostPairs) : std::to_string(subjects.size())) +
              " subjects x " + std::to_string(places.size()) + " places",
          "", "use teams instead of principals, or fewer conditions");
    for (const SubjectPoint& subject : subjects) {
      SLUICE_TRY_VOID(prove_subject(subject, places));
    }
    return {};
  }

 private:
  Status prove_subject(const SubjectPoint& subject, const std::vector<PlacePoint>& places) {
    const Floored& floored = table_.floored(subject.on);
    Final final_of;
    final_of.same = floored.same && !table_.items().claimed(subject.on);
    for (int i = 0; i < kLabels; ++i)
      final_of.of[std::size_t(i)] = std::uint16_t(table_.lowered(subject.on, floored.to[std::size_t(i)]));
    std::vector<LabelBits> somewhere(model_.assertions.size());
    for (const PlacePoint& place : places) {
      Answers answers = table_.answers(subject.on, place.on);
      SLUICE_TRY_VOID(check_monotone(answers, final_of, subject, place.place));
      SLUICE_TRY_VOID(check_assertions(answers, final_of, floored, subject, place, somewhere));
    }
    return check_some_zone(floored, subject, somewhere);
  }

  // Of texts that are sent as they are. A transformation makes another text, which is judged again.
  Status check_monotone(const Answers& answers, const Final& final_of, const SubjectPoint& subject,
                        const Place& place) const {
    LabelBits allowed = before(answers.allowed, final_of), open = before(answers.held, final_of);
    for (std::size_t w = 0; w < kWords; ++w) open[w] |= allowed[w];
    for (const LabelBits* bits : {&allowed, &open}) {
      auto wrong = step_up(*bits);
      if (!wrong) continue;
      auto state = [&](int i) {
        return has(allowed, i) ? State::Allowed : has(open, i) ? State::Held : State::Denied;
      };
      auto [higher, lower] = *wrong;
      return fail("policy.not_monotone",
                  "a higher label may go where a lower one may not: " +
                      as_test(example(higher, subject, place, state(higher))) + " holds, and so does " +
                      as_test(example(lower, subject, place, state(lower))),
                  rules_of(final_of.of[std::size_t(higher)], subject, place),
                  "a class or category that is found must never open a way: allow the lower label as well, or "
                  "deny the higher one");
    }
    return {};
  }

  // Where the rule stands that opens the way.
  std::string rules_of(int index, const SubjectPoint& subject, const Place& place) const {
    config::Deployment deployment = place.as_deployment();
    for (const Rule& rule : model_.rules)
      if (rule.effect != Effect::Deny && !missed(rule, label_at(index, subject.wish), subject.subject, deployment))
        return rule.place;
    return "";
  }

  static Example example(int index, const SubjectPoint& subject, const Place& place, State want) {
    std::string jurisdiction = place.zone == config::Zone::Device ? "" : place.jurisdiction;
    return {class_at(index),  categories_at(index),          subject.wish, subject.subject,
            place.deployment, config::zone_name(place.zone), jurisdiction, want};
  }

  static Counted count(const Answers& a, const Unless& unless, const Final& final_of) {
    Counted out;
    for (std::size_t w = 0; w < kWords; ++w) {
      std::uint64_t as_is = a.allowed[w] & ~a.bridged[w], held = a.held[w] & ~a.bridged[w];
      out.sent[w] = as_is | (unless.held ? 0 : held);
      if (!unless.transformed) out.sent[w] |= a.via_allowed[w] | (unless.held ? 0 : a.via_held[w]);
      // A transformation answers where it takes away whatever may be found of its categories.
      out.answered[w] = as_is | (a.via_allowed[w] & a.surely[w]);
      if (unless.held) out.answered[w] |= held | (a.via_held[w] & a.surely[w]);
    }
    out.sent = before(out.sent, final_of);
    out.answered = before(out.answered, final_of);
    return out;
  }

  Status check_assertions(const Answers& answers, const Final& final_of, const Floored& floored,
                          const SubjectPoint& subject, const PlacePoint& place,
                          std::vector<LabelBits>& somewhere) const {
    bool claimed = table_.items().claimed(subject.on) != nullptr;
    for (std::size_t a = 0; a < model_.assertions.size(); ++a) {
      const Assertion& assertion = model_.assertions[a];
      std::size_t item = table_.items().assertion(a);
      if (!subject.on[item] || !place.on[item] || (claimed && assertion.unless.declassified)) continue;
      Counted counted = count(answers, assertion.unless, final_of);
      for (std::size_t w = 0; w < kWords; ++w) {
        somewhere[a][w] |= counted.answered[w];
        if (assertion.some_zone) continue;
        std::uint64_t scope = assertion_labels_[a][w] & floored.reachable[w];
        std::uint64_t wrong = scope & (assertion.always ? ~counted.answered[w] : counted.sent[w]);
        if (!wrong) continue;
        int index = first_of(w, wrong);
        State found = answers.state(final_of.of[std::size_t(index)]);
        State want = assertion.always ? State::Allowed : State::Denied;
        if (assertion.always && leaves_topics(answers, final_of.of[std::size_t(index)]))
          return refuted_by_topics(assertion, example(index, subject, place.place, want));
        return refuted(assertion, example(index, subject, place.place, want), found,
                       has(answers.bridged, final_of.of[std::size_t(index)]));
      }
    }
    return {};
  }

  Status check_some_zone(const Floored& floored, const SubjectPoint& subject,
                         const std::vector<LabelBits>& somewhere) const {
    for (std::size_t a = 0; a < model_.assertions.size(); ++a) {
      const Assertion& assertion = model_.assertions[a];
      if (!assertion.some_zone || !subject.on[table_.items().assertion(a)]) continue;
      if (assertion.unless.declassified && table_.items().claimed(subject.on)) continue;
      for (std::size_t w = 0; w < kWords; ++w) {
        std::uint64_t wrong = assertion_labels_[a][w] & floored.reachable[w] & ~somewhere[a][w];
        if (!wrong) continue;
        Example e = example(first_of(w, wrong), subject, Place{}, State::Allowed);
        for (int zone = config::kZones - 1; zone >= 0; --zone)
          if (assertion.where.zones >> zone & 1) e.zone = config::zone_name(config::Zone(zone));
        return refuted(assertion, e, State::Denied, false);
      }
    }
    return {};
  }

  // It is open by a transformation, which takes away values and not topics.
  static bool leaves_topics(const Answers& answers, int index) {
    return has(answers.bridged, index) && answers.state(index) != State::Denied && !has(answers.surely, index);
  }

  static Status refuted_by_topics(const Assertion& assertion, const Example& wanted) {
    return fail("policy.assertion_failed",
                "this always does not hold: what is found as a topic has no place where it could be transformed, "
                "and is denied in - " +
                    as_test(wanted),
                assertion.place, "allow it without a transformation, or drop the assertion");
  }

  // `wanted` is a test that the assertion implies and that fails.
  static Status refuted(const Assertion& assertion, const Example& wanted, State found, bool transformed) {
    std::string reason =
        assertion.some_zone ? "none of the zones allows it" : std::string("it is ") + state_name(found);
    if (transformed && found != State::Denied) reason += " once transformed";
    return fail("policy.assertion_failed",
                std::string("this ") + (assertion.always ? "always" : "never") + " does not hold: " + reason +
                    " in - " + as_test(wanted),
                assertion.place,
                "put that line under tests and change the rules until it passes, or drop the assertion");
  }

  const Model& model_;
  Table table_;
  std::vector<LabelBits> assertion_labels_;
};

}  // namespace

Status prove(const Model& model) { return Prover(model).run(); }

}  // namespace sluice::policy
