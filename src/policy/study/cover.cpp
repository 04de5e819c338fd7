// A set of labels in few words: "regulated with health, without credentials", each covering as many as it can.
// What the words cover together is exactly the set.
#include "policy/study/cover.h"

namespace sluice::policy {
namespace {

constexpr int kAll = kSets - 1;

// Categories that must be there, and that must not.
struct Cube {
  int with = 0, without = 0;
  bool covers(int set) const { return (set & with) == with && !(set & without); }
};

// Labels below the floors of their categories don't occur: they may be covered or not.
bool occurs(sense::Class cls, int set) {
  return floor_of(sense::CategorySet::from_bits(std::uint16_t(set))) <= cls;
}

bool inside(const Cube& cube, sense::Class cls, const std::vector<bool>& wanted) {
  for (int set = 0; set < kSets; ++set)
    if (cube.covers(set) && occurs(cls, set) && !wanted[std::size_t(set)]) return false;
  return true;
}

// The largest cube around one set: each condition is dropped that can be.
Cube grown(int set, sense::Class cls, const std::vector<bool>& wanted) {
  Cube cube{set, kAll & ~set};
  for (int Cube::* side : {&Cube::without, &Cube::with})
    for (int c = 0; c < sense::kCategories; ++c) {
      int bit = 1 << c;
      if (!(cube.*side & bit)) continue;
      cube.*side &= ~bit;
      if (!inside(cube, cls, wanted)) cube.*side |= bit;
    }
  return cube;
}

std::string names(int set, const char* between) {
  std::string text;
  for (sense::Category c : sense::CategorySet::from_bits(std::uint16_t(set)).list())
    text += (text.empty() ? "" : between) + std::string(sense::category_name(c));
  return text;
}

std::string words(const Cube& cube, sense::Class cls) {
  std::string text = sense::class_name(cls);
  int possible = 0;
  for (int c = 0; c < sense::kCategories; ++c)
    if (sense::floor_of(sense::Category(c)) <= cls) possible |= 1 << c;
  int without = cube.without & possible;
  if (cube.with) text += " with " + names(cube.with, " and ");
  if (!without) return text;
  int others = possible & ~without & ~cube.with;
  if (!others) return text + (cube.with ? " and nothing else" : possible ? " without any category" : "");
  return text + ", without " + names(without, " or ");
}

}  // namespace

std::vector<std::string> cover(const LabelBits& labels) {
  std::vector<std::string> lines;
  for (int c = 0; c < sense::kClasses; ++c) {
    auto cls = sense::Class(c);
    std::vector<bool> wanted(kSets), open(kSets);
    for (int set = 0; set < kSets; ++set)
      open[std::size_t(set)] = wanted[std::size_t(set)] = occurs(cls, set) && has(labels, c * kSets + set);
    for (int set = 0; set < kSets; ++set) {
      if (!open[std::size_t(set)]) continue;
      Cube cube = grown(set, cls, wanted);
      for (int other = 0; other < kSets; ++other)
        if (cube.covers(other)) open[std::size_t(other)] = false;
      lines.push_back(words(cube, cls));
    }
  }
  return lines;
}

}  // namespace sluice::policy
