// Topic: the common machinery of detectors that know a subject by its words. Each word has a group and a weight; a
// window slides over the text, each distinct word in it counts once, and a short function decides on the sums.
// A table of words a topic, one decision a topic; no word alone decides unless its weight says so.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

inline constexpr std::size_t kTopicGroups = 7;
using Sums = std::array<double, kTopicGroups>;

class Topic : public scan::Detector {
 public:
  // Confidence that the window is about the topic; 0: it is not.
  using Decide = double (*)(const Sums&);

  struct Definition {
    const char* name;
    scan::Kind kind;
    Decide decide;
    int name_group = -1;  // group that gains `name_weight` for a full name in the window; -1: none
    double name_weight = 1;
    int money_group = -1;  // the same for an amount of money
    double money_weight = 1;
    int address_group = -1;  // the same for an address of a private network (RFC 1918)
    double address_weight = 1.5;
    int amount_group = -1;  // the same, with weight 1, for a number with two decimals: "1,204.50", "1.204,50"
    std::uint32_t window = 1200;  // bytes: about two paragraphs
    // A second, narrower window for texts in which nothing was found: what stands around a paragraph in a book may
    // speak against a topic whose marks stand close together. 0: none.
    std::uint32_t paragraph = 0;
    // Groups (a bit each) whose words, from this weight on, call for a closer look at what stands around them.
    unsigned telling = 0;
    double telling_weight = 1;
  };

  Topic(scan::PhraseSet& set, Definition definition);
  // Phrases with '|' between them.
  void add(int group, double weight, std::string_view phrases, scan::Edge edge = scan::Edge::Word);

  // Appends where words of telling groups begin, in bytes.
  void telling_places(const scan::Document& doc, std::vector<std::uint32_t>& places) const;

  const char* name() const override { return definition_.name; }
  Status detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const override;

 private:
  struct Word {
    int group;
    double weight;
  };
  struct Event {
    std::uint32_t start, end;
    std::uint32_t word;  // index in words_
  };

  void sweep(const std::vector<Event>& events, std::uint32_t window, std::vector<scan::Hit>& hits) const;
  bool says_new_after(const std::vector<Event>& events, std::uint32_t distance) const;
  void drop_doubles(std::vector<Event>& events) const;
  std::vector<Event> events_of(const scan::Document& doc) const;

  Definition definition_;
  scan::PhraseSet* set_;  // outlives the detector; used by add() only
  scan::PhraseSet::Owner owner_;
  std::set<std::pair<std::string, scan::Edge>> known_;
  std::vector<Word> words_;  // [0] full name, [1] money, [2] private address, [3] amount, then phrase id + 4
};

// Words of news, plots and lessons, which tell of people and matters that everybody may know.
void add_reporting(Topic& topic, int general_group);

}  // namespace sluice::sense::detect
