// Every label, subject and place that a policy can tell apart, and its answer for all labels at once. Private to
// this room.
//
// The conditions of a rule are independent: on the label, on the subject, on the place. For a subject and a place
// each rule, floor and declassification is therefore on or off, and many subjects and places switch the same ones:
// only the distinct switchings are looked at. A name that no rule mentions is stood for by the empty name. Labels
// are bits in 40 words, so that one rule is applied to all 2,560 labels by 40 instructions. The wish to stay at
// home is a property of the label, but few rules ask for it: it is switched like a property of the subject.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "policy/model.h"

namespace sluice::policy {

inline constexpr int kSets = 1 << sense::kCategories;    // category sets
inline constexpr int kLabels = sense::kClasses * kSets;  // label = class * kSets + categories
inline constexpr std::size_t kWords = kLabels / 64;
inline constexpr std::size_t kWordsPerClass = kSets / 64;
inline constexpr std::size_t kMostPairs = 200'000;  // distinct subjects x places; about a second of work

using LabelBits = std::array<std::uint64_t, kWords>;
using LabelMap = std::array<std::uint16_t, kLabels>;
using Switches = std::vector<bool>;  // one per item

inline bool has(const LabelBits& bits, int index) { return bits[std::size_t(index / 64)] >> (index % 64) & 1; }
inline void put(LabelBits& bits, int index) { bits[std::size_t(index / 64)] |= 1ull << (index % 64); }
inline sense::Class class_at(int index) { return sense::Class(index / kSets); }
inline sense::CategorySet categories_at(int index) {
  return sense::CategorySet::from_bits(std::uint16_t(index % kSets));
}
sense::Label label_at(int index, bool wish = false);

struct Place {
  config::Zone zone = config::Zone::Device;
  std::string jurisdiction, deployment;
  config::Deployment as_deployment() const;
};

struct SubjectPoint {
  Subject subject;
  bool wish = false;
  Switches on;
};
struct PlacePoint {
  Place place;
  Switches on;
};

// One condition of a policy on subjects and places.
struct Item {
  const Who* who = nullptr;      // null: none
  const Where* where = nullptr;  // null: none
  bool wish = false;
  LastDay until;
  bool permits = false;                 // how `until` is read
  const Declassification* d = nullptr;  // on if it is claimed
  enum class By : std::uint8_t { No, Principal, Team, Role } by = By::No;
};

// The items of one policy, in this order: rules, floors, declassifications (scope, by principal, by team, by
// role), assertions.
class Items {
 public:
  explicit Items(const Model& model);
  const std::vector<Item>& all() const { return all_; }
  std::size_t floor(std::size_t i) const { return model_.rules.size() + i; }
  std::size_t assertion(std::size_t i) const {
    return model_.rules.size() + model_.floors.size() + 4 * model_.declassifications.size() + i;
  }
  // The declassification that applies, or null.
  const Declassification* claimed(const Switches& subject_on) const;

 private:
  const Model& model_;
  std::vector<Item> all_;
};

// Empty if there are too many to look at.
std::vector<SubjectPoint> distinct_subjects(const std::vector<Item>& items);
std::vector<PlacePoint> distinct_places(const std::vector<Item>& items);
Switches switches_of(const std::vector<Item>& items, const Place& place);
Switches switches_of(const std::vector<Item>& items, const Subject& subject, bool wish);

// What floors make of each label, for one switching of the floors.
struct Floored {
  LabelMap to;
  LabelBits reachable{};  // labels that floors leave as they are: those that decisions are made on
  bool same = false;      // no floor is on: only the categories' own floors raise
};

// The answers of one policy for a subject and a place. Indices are labels after floors and declassification.
struct Answers {
  LabelBits allowed{}, held{};          // by rules without a transformation
  LabelBits bridged{};                  // labels that have to be transformed
  LabelBits via_allowed{}, via_held{};  // of these, where what is left is allowed or held
  LabelBits surely{};                   // of these, where the transformation never leaves anything behind

  State state(int index) const;
};

class Table {
 public:
  explicit Table(const Model& model);
  const Items& items() const { return items_; }
  const Floored& floored(const Switches& subject_on);
  Answers answers(const Switches& subject_on, const Switches& place_on);
  // The label that rules see.
  int lowered(const Switches& subject_on, int floored_index) const;

 private:
  struct On;  // the rules that are switched on
  void bridge(const On& on, const Switches& subject_on, Answers& out);
  int rest_of(int index, sense::CategorySet transformed, const Switches& subject_on);
  bool meet(const On& on, int index, int rest) const;

  const Model& model_;
  Items items_;
  std::vector<LabelBits> labels_;  // per rule
  std::map<Switches, Floored> floored_;
};

LabelBits labels_of(const What& what);

}  // namespace sluice::policy
