// The answers of a policy for all labels at once; judge.cpp says the same for one label, in words.
#include <algorithm>

#include "policy/space.h"

namespace sluice::policy {
namespace {

int index_of(sense::Class cls, int categories) { return int(cls) * kSets + categories; }

LabelBits& operator|=(LabelBits& a, const LabelBits& b) {
  for (std::size_t w = 0; w < kWords; ++w) a[w] |= b[w];
  return a;
}

bool intersects(const LabelBits& a, const LabelBits& b) {
  std::uint64_t any = 0;
  for (std::size_t w = 0; w < kWords; ++w) any |= a[w] & b[w];
  return any != 0;
}

}  // namespace

// Each label counts with its class raised to the floors of its categories.
LabelBits labels_of(const What& what) {
  LabelBits bits{};
  for (int i = 0; i < kLabels; ++i) {
    sense::Label label = label_at(i, true);
    label.cls = std::max(label.cls, floor_of(label.categories));
    if (!missed(what, label)) put(bits, i);
  }
  return bits;
}

State Answers::state(int index) const {
  if (has(bridged, index))
    return has(via_allowed, index) ? State::Allowed : has(via_held, index) ? State::Held : State::Denied;
  return has(allowed, index) ? State::Allowed : has(held, index) ? State::Held : State::Denied;
}

struct Table::On {
  std::vector<std::size_t> holds, bridges, lifted;  // rules, by number; lifted: denials unless transformed
  LabelBits allow{}, hold{}, deny{}, hard{};        // hard: denials without exception
  bool may_disagree = false;                        // some holds have no approver in common
};

Table::Table(const Model& model) : model_(model), items_(model) {
  for (const Rule& rule : model.rules) labels_.push_back(labels_of(rule.what));
}

const Floored& Table::floored(const Switches& subject_on) {
  auto first = subject_on.begin() + std::ptrdiff_t(items_.floor(0));
  Switches key(first, first + std::ptrdiff_t(model_.floors.size()));
  auto [entry, fresh] = floored_.try_emplace(std::move(key));
  Floored& out = entry->second;
  if (!fresh) return out;
  out.same = std::find(entry->first.begin(), entry->first.end(), true) == entry->first.end();
  for (int i = 0; i < kLabels; ++i) {
    sense::CategorySet set = categories_at(i);
    sense::Class cls = class_at(i);
    for (bool higher = true; higher;) {
      higher = false;
      for (std::size_t f = 0; f < model_.floors.size(); ++f) {
        const Floor& floor = model_.floors[f];
        if (!entry->first[f] || (floor.when_categories && !floor.when_categories->intersects(set))) continue;
        higher = higher || !floor.categories.subset_of(set);
        set = set | floor.categories;
        if (floor.cls) cls = std::max(cls, *floor.cls);
      }
    }
    cls = std::max(cls, floor_of(set));
    out.to[std::size_t(i)] = std::uint16_t(index_of(cls, set.bits()));
    if (out.to[std::size_t(i)] == i) put(out.reachable, i);
  }
  return out;
}

int Table::lowered(const Switches& subject_on, int index) const {
  const Declassification* d = items_.claimed(subject_on);
  if (!d) return index;
  sense::Label label = label_at(index);
  lower(*d, label);
  return index_of(label.cls, label.categories.bits());
}

Answers Table::answers(const Switches& subject_on, const Switches& place_on) {
  On on;
  for (std::size_t r = 0; r < model_.rules.size(); ++r) {
    if (!subject_on[r] || !place_on[r]) continue;
    const Rule& rule = model_.rules[r];
    if (rule.effect == Effect::Hold) on.holds.push_back(r);
    if (rule.effect == Effect::Deny) {
      on.deny |= labels_[r];
      if (rule.unless_transformed)
        on.lifted.push_back(r);
      else
        on.hard |= labels_[r];
    } else if (rule.bridge()) {
      on.bridges.push_back(r);
    } else {
      (rule.effect == Effect::Hold ? on.hold : on.allow) |= labels_[r];
    }
  }
  on.may_disagree = on.holds.size() > 1;
  Answers out;
  for (std::size_t w = 0; w < kWords; ++w) {
    out.held[w] = on.hold[w] & ~on.deny[w];
    out.allowed[w] = on.allow[w] & ~on.hold[w] & ~on.deny[w];
  }
  if (on.may_disagree)
    for (int i = 0; i < kLabels; ++i)
      if (has(out.held, i) && !meet(on, i, -1)) out.held[std::size_t(i / 64)] &= ~(1ull << (i % 64));
  if (!on.bridges.empty()) bridge(on, subject_on, out);
  return out;
}

// Whether the holds that match the text as it is, or what is left of it, accept an approver in common. A bridge
// counts only for the text as it is. rest < 0: nothing is transformed, and no bridge counts.
bool Table::meet(const On& on, int index, int rest) const {
  std::optional<std::vector<std::string>> common;
  for (std::size_t r : on.holds) {
    bool bridges = model_.rules[r].bridge();
    bool matches =
        (has(labels_[r], index) && (rest >= 0 || !bridges)) || (rest >= 0 && !bridges && has(labels_[r], rest));
    const auto& approvers = model_.rules[r].hold.approvers;
    if (!matches || approvers.empty()) continue;
    if (!common) {
      common = approvers;
      continue;
    }
    std::erase_if(*common, [&](const std::string& name) {
      return std::find(approvers.begin(), approvers.end(), name) == approvers.end();
    });
    if (common->empty()) return false;
  }
  return true;
}

int Table::rest_of(int index, sense::CategorySet transformed, const Switches& subject_on) {
  const Floored& floors = floored(subject_on);
  int categories = index % kSets;
  int covered = categories & transformed.bits();
  int rest = categories & ~covered;
  sense::Class cls = class_at(index);
  sense::Class explained = class_at(floors.to[std::size_t(covered)]);
  if (cls <= explained) cls = sense::Class::Public;
  cls = std::max({cls, model_.default_class, floor_of(sense::CategorySet::from_bits(std::uint16_t(rest)))});
  return lowered(subject_on, floors.to[std::size_t(index_of(cls, rest))]);
}

void Table::bridge(const On& on, const Switches& subject_on, Answers& out) {
  for (std::size_t r : on.bridges) out.bridged |= labels_[r];
  if (!intersects(out.bridged, out.bridged)) return;
  for (int i = 0; i < kLabels; ++i) {
    if (!has(out.bridged, i) || has(on.hard, i)) continue;
    sense::CategorySet transforms;
    bool held = has(on.hold, i);
    for (std::size_t r : on.bridges) {
      if (!has(labels_[r], i)) continue;
      transforms = transforms | model_.rules[r].transforms();
      held = held || model_.rules[r].effect == Effect::Hold;
    }
    if (surely_removes(model_, categories_at(i), transforms)) put(out.surely, i);
    transforms = removable(model_, {}, transforms);
    bool denied = false;
    for (std::size_t r : on.lifted) {
      if (!has(labels_[r], i)) continue;
      unsigned objected = unsigned(i % kSets);
      if (model_.rules[r].what.categories) objected &= model_.rules[r].what.categories->bits();
      denied = denied || objected == 0 || (objected & ~unsigned(transforms.bits()));
    }
    if (denied) continue;
    int rest = rest_of(i, transforms, subject_on);
    if (!has(out.allowed, rest) && !has(out.held, rest)) continue;
    held = held || has(out.held, rest);
    if (held && on.may_disagree && !meet(on, i, rest)) continue;
    put(held ? out.via_held : out.via_allowed, i);
  }
}

}  // namespace sluice::policy
