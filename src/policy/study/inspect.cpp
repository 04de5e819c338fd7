// What is wrong with a policy without being an error.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "policy/study/odd.h"
#include "policy/study/study.h"
#include "policy/study/world.h"
#include "policy/words.h"

namespace sluice::policy {
namespace {

// Label x subject x place; about two seconds of work. What is beyond it is not looked at, and said so.
constexpr std::size_t kMostJudgements = 4'000'000;
constexpr int kSoonDays = 14;

struct Tally {
  bool applies = false;
  bool matters = false;  // without it some answer would be another one
  bool opens = false;    // it is among those that let something be sent
};

std::set<std::string> duties_of(const Verdict& v) {
  std::set<std::string> names;
  for (const ObligationUse& use : v.obligations) names.insert(obligation_name(use));
  return names;
}

// In what is done, whatever the rules are called.
bool differ(const Verdict& a, const Verdict& b) {
  if (a.state() != b.state() || duties_of(a) != duties_of(b) || a.hold.has_value() != b.hold.has_value())
    return true;
  return a.hold && (a.hold->ttl_s != b.hold->ttl_s || a.hold->quorum != b.hold->quorum ||
                    a.hold->approvers != b.hold->approvers);
}

class Inspection {
 public:
  Inspection(const Policy& policy, const config::Settings* settings, UtcTime now, const Fulfils& fulfils,
             const Approvable& approvable)
      : model_(policy.model()),
        settings_(settings),
        now_(now),
        fulfils_(fulfils),
        tallies_(model_.rules.size()),
        without_(model_.rules.size()),
        holds_(model_, settings, approvable) {}

  std::vector<Remark> run() {
    look_at_entries();
    look_at_obligations();
    if (settings_) look_at_jurisdictions();
    look_at_answers();
    return std::move(remarks_);
  }

 private:
  void remark(const char* kind, std::string message, const std::string& place) {
    Remark r{kind, std::move(message), place};
    for (const Remark& known : remarks_)
      if (known.message == r.message && known.place == r.place) return;
    remarks_.push_back(std::move(r));
  }

  // Single entries: dates, and what says nothing.
  void look_at_entries() {
    for (const Rule& rule : model_.rules) look_at_date("rule " + rule.id, rule.until, rule.place);
    for (const Floor& floor : model_.floors) look_at_date(floor.id, floor.until, floor.place);
    for (const Declassification& d : model_.declassifications)
      look_at_date("declassification " + d.id, d.until, d.place);
    for (const Remark& r : vacuous(model_)) remark(r.kind.c_str(), r.message, r.place);
  }

  void look_at_date(const std::string& what, const LastDay& until, const std::string& place) {
    if (!until) return;
    constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
    auto today = now_.micros / kMicrosPerDay;
    if (*until < today)
      remark("expired", what + " ended after " + day_text(*until) + ": remove it or give it another date", place);
    else if (*until < today + kSoonDays)
      remark("expired", what + " ends after " + day_text(*until), place);
  }

  void look_at_obligations() {
    using O = Obligation;
    static constexpr std::pair<O, O> kPairs[] = {{O::LogNoContent, O::LogHashOnly},
                                                 {O::LogNoContent, O::LogRedacted},
                                                 {O::LogHashOnly, O::LogRedacted},
                                                 {O::NoTools, O::NoServerTools}};
    for (const Rule& rule : model_.rules) {
      std::map<O, int> uses;
      for (const ObligationUse& use : rule.obligations) ++uses[use.kind];
      for (auto [a, b] : kPairs)
        if (uses.count(a) && uses.count(b))
          remark("contradiction",
                 "rule " + rule.id + " obliges " + obligation_name({a}) + " and " + obligation_name({b}) +
                     ": the stricter one holds, so drop the other",
                 rule.place);
      for (O kind : {O::RetainDays, O::MaxOutput})
        if (auto found = uses.find(kind); found != uses.end() && found->second > 1)
          remark("contradiction", "rule " + rule.id + " obliges two different numbers: the smaller one holds",
                 rule.place);
      if (!(rule.pseudonymise.bits() & rule.redact.bits())) continue;
      remark("contradiction",
             "rule " + rule.id +
                 " pseudonymises and redacts the same category: it is redacted, and nothing is "
                 "restored in the answer",
             rule.place);
    }
    for (const Rule& rule : model_.rules) look_at_topics(rule);
    if (!settings_ || !fulfils_) return;
    for (const Rule& rule : model_.rules)
      for (const config::Deployment& d : settings_->deployments)
        for (const ObligationUse& use : rule.obligations)
          if (!missed(rule.where, d.zone, d.jurisdiction, d.name) && !fulfils_(use.kind, d))
            remark("unfulfilled",
                   "rule " + rule.id + " obliges " + obligation_name(use) + ", which " + d.name +
                       " can't fulfil: what the rule allows there is denied",
                   rule.place);
  }

  // A transformation replaces values where they stand; what is only ever found as a topic stands nowhere.
  void look_at_topics(const Rule& rule) {
    for (sense::Category c : rule.transforms().list())
      if (!model_.replaceable.values.has(c))
        remark("unfulfilled",
               "rule " + rule.id + " obliges a transformation of " + sense::category_name(c) +
                   ", which can't take it away: it is found as a topic, without a place in the text. What has it "
                   "is denied, unless a detector of your own finds values of it",
               rule.place);
  }

  void look_at_jurisdictions() {
    for (const Rule& rule : model_.rules) {
      if (rule.effect != Effect::Deny || !rule.where.jurisdictions) continue;
      for (const config::Deployment& d : settings_->deployments)
        if (d.jurisdiction.empty() && (rule.where.zones >> int(d.zone) & 1))
          remark("jurisdiction",
                 "where " + d.name + " stands is not known, so that rule " + rule.id +
                     " does not stop it: give the deployment its jurisdiction or write jurisdictions_not",
                 rule.place);
    }
  }

  void look_at_answers() {
    World world =
        settings_ ? World::of_configuration({&model_}, *settings_, now_) : World::of_rules({&model_}, nullptr);
    std::size_t judgements = 0;
    for (const Seen& seen : world.subjects) judgements += seen.where.size() * valid_labels().size();
    if (!world.complete || judgements > kMostJudgements) {
      remark("dead_rule", "there are too many subjects and places to look for rules that change nothing",
             model_.file);
      return;
    }
    for (const Seen& seen : world.subjects) look_at_subject(seen);
    for (const Remark& r : holds_.remarks()) remark(r.kind.c_str(), r.message, r.place);
    for (std::size_t r = 0; r < model_.rules.size(); ++r) look_at_tally(model_.rules[r], tallies_[r]);
    if (!settings_) return;
    for (const config::Deployment& d : settings_->deployments)
      if (!reached_.count(d.name))
        remark("unreachable",
               "nothing can reach the deployment " + d.name +
                   ": no route with it leads there for any "
                   "label, key and rule",
               d.where);
    look_at_dead_ends();
  }

  void look_at_subject(const Seen& seen) {
    for (const sense::Label& label : valid_labels()) {
      bool somewhere = false;
      sense::Label final;
      for (const config::Deployment* d : seen.where) {
        Judged judged = judge_in_full(model_, label, seen, *d);
        count(judged, seen, *d);
        holds_.see(seen, judged, *d);
        if (judged.verdict.state() != State::Denied) {
          somewhere = true;
          reached_.insert(d->name);
        }
        final = judged.raised;
      }
      if (!settings_ || !seen.usual || seen.where.empty()) continue;
      End& end = ends_[seen.subject.route][std::size_t(final.cls)];
      ++end.all;
      if (somewhere) continue;
      ++end.nowhere;
      if (!end.example.empty()) continue;
      Seen undated = seen;
      undated.subject.time.reset();
      end.example = final.to_string() + " for " + subject_text(undated);
    }
  }

  // Which rules made a difference to this answer.
  void count(const Judged& judged, const Seen& seen, const config::Deployment& d) {
    const Verdict& v = judged.verdict;
    int denies = 0, opens = 0;
    for (const RuleTrace& t : v.trace) {
      if (!t.matched) continue;
      if (t.deny) ++denies;
      if (!t.deny) ++opens;
    }
    bool open = v.state() != State::Denied;
    for (std::size_t r = 0; r < v.trace.size(); ++r) {
      const RuleTrace& t = v.trace[r];
      Tally& tally = tallies_[r];
      bool lifted = t.missed == "unless";
      tally.applies = tally.applies || t.matched || lifted;
      if (!t.matched) continue;
      bool alone = t.deny               ? denies == 1 && opens > 0
                   : t.hold || t.bridge ? open
                                        : open && (opens == 1 || (!model_.rules[r].obligations.empty()));
      tally.opens = tally.opens || (open && !t.deny);
      tally.matters = tally.matters || alone;
      if (!tally.matters && !t.deny) tally.matters = differ(v, judge(without(r), judged.final, seen.subject, d));
    }
  }

  // The policy as it would be if one of its rules were dropped.
  const Model& without(std::size_t r) {
    if (!without_[r]) {
      without_[r] = std::make_unique<Model>(model_);
      without_[r]->rules.erase(without_[r]->rules.begin() + std::ptrdiff_t(r));
    }
    return *without_[r];
  }

  void look_at_tally(const Rule& rule, const Tally& tally) {
    std::string here = settings_ ? " in this configuration" : "";
    if (!tally.applies)
      remark("dead_rule",
             "rule " + rule.id + " never applies" + here +
                 ": no label, subject and place meets all its "
                 "conditions",
             rule.place);
    else if (!tally.opens && rule.bridge())
      remark("dead_rule",
             "rule " + rule.id + " can never allow anything" + here +
                 ": what its transformation leaves "
                 "is allowed by no rule that needs none",
             rule.place);
    else if (!tally.matters && rule.effect != Effect::Deny)  // a denial may stand there in case others are widened
      remark("same_rule",
             "rule " + rule.id + " changes nothing" + here +
                 ": wherever it applies other rules decide "
                 "the same",
             rule.place);
  }

  void look_at_dead_ends() {
    for (const config::Route& route : settings_->routes) {
      const auto& ends = ends_[route.model];
      for (std::size_t c = 0; c < ends.size(); ++c) {
        if (!ends[c].nowhere) continue;
        std::string cls = sense::class_name(sense::Class(c));
        bool always = ends[c].nowhere == ends[c].all;
        remark("dead_end",
               "route " + route.model + " ends in nothing for " + (always ? "every text" : "some texts") +
                   " of class " + cls + (always ? "" : ", such as " + ends[c].example),
               route.where);
      }
    }
  }

  struct End {
    int all = 0, nowhere = 0;
    std::string example;
  };
  const Model& model_;
  const config::Settings* settings_;
  UtcTime now_;
  const Fulfils& fulfils_;
  std::vector<Tally> tallies_;
  std::vector<std::unique_ptr<Model>> without_;
  Holds holds_;
  std::set<std::string> reached_;
  std::map<std::string, std::array<End, sense::kClasses>> ends_;  // by route
  std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Remark> inspect(const Policy& policy, const config::Settings* settings, UtcTime now,
                            const Fulfils& fulfils, const Approvable& approvable) {
  return Inspection(policy, settings, now, fulfils, approvable).run();
}

}  // namespace sluice::policy
