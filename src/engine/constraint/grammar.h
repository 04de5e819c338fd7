// Context-free grammars over bytes, for answers that must have a form. Characters are broken up into their UTF-8
// bytes here, so that a token may end in the middle of one.
//
//   GrammarBuilder b;
//   const auto digits = b.repeat(b.chars(CodeSet::range('0', '9')), 1, 3);
//   auto grammar = b.build(b.sequence({b.literal("{"), digits, b.literal("}")}));
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sluice::engine::constraint {

// A set of Unicode characters; surrogates are never in it.
class CodeSet {
 public:
  static constexpr std::uint32_t kLast = 0x10FFFF;
  using Range = std::pair<std::uint32_t, std::uint32_t>;  // both ends included

  static CodeSet range(std::uint32_t first, std::uint32_t last);
  static CodeSet of(std::string_view utf8);
  static CodeSet all() { return range(0, kLast); }
  CodeSet& add(std::uint32_t first, std::uint32_t last);
  CodeSet& add(const CodeSet& other);
  CodeSet inverted() const;
  CodeSet without(const CodeSet& other) const { return inverted().add(other).inverted(); }
  CodeSet shared_with(const CodeSet& other) const { return inverted().add(other.inverted()).inverted(); }
  bool empty() const { return ranges_.empty(); }
  // In order, not touching. A set that is about to go gives them away: a loop over them outlives it.
  const std::vector<Range>& ranges() const& { return ranges_; }
  std::vector<Range> ranges() && { return std::move(ranges_); }

 private:
  void tidy();
  std::vector<Range> ranges_;
};

// Immutable; may be used from many threads. Rules are lists of alternatives; an alternative is a run of elements
// that ends with kEnd. An element is the number of a set of bytes, or -2 - r for rule r.
class Grammar {
 public:
  static constexpr std::int32_t kEnd = -1;
  using Bytes = std::bitset<256>;

  std::int32_t element(std::uint32_t at) const { return elements_[at]; }
  const Bytes& bytes(std::int32_t element) const { return sets_[static_cast<std::size_t>(element)]; }
  static std::size_t rule_of(std::int32_t element) { return static_cast<std::size_t>(-2 - element); }
  const std::vector<std::uint32_t>& alternatives(std::size_t rule) const {
    return rules_[rule];
  }  // where they begin
  std::size_t root() const { return root_; }
  // Bytes that no set tells apart are of one class.
  int classes() const { return classes_; }
  std::uint8_t class_of(unsigned char byte) const { return class_of_[byte]; }
  unsigned char sample_of(int byte_class) const { return samples_[static_cast<std::size_t>(byte_class)]; }

 private:
  friend class GrammarBuilder;
  std::vector<std::int32_t> elements_;
  std::vector<Bytes> sets_;
  std::vector<std::vector<std::uint32_t>> rules_;
  std::size_t root_ = 0;
  std::array<std::uint8_t, 256> class_of_{};
  std::vector<unsigned char> samples_;
  int classes_ = 0;
};

class GrammarBuilder {
 public:
  using Id = std::uint32_t;
  static constexpr int kNoLimit = -1;

  Id literal(std::string_view bytes);
  Id chars(const CodeSet& set);        // one character
  Id byte(const Grammar::Bytes& set);  // one of these bytes
  Id sequence(const std::vector<Id>& parts);
  Id choice(const std::vector<Id>& parts);  // of none: matches nothing
  Id repeat(Id part, int least, int most = kNoLimit);
  Id optional(Id part) { return repeat(part, 0, 1); }
  Id declare();  // a rule that is defined later
  void define(Id rule, Id as);

  // Errors, code engine.constraint: a grammar that matches nothing, one with a rule that begins with itself (left
  // recursion), one of more than 300,000 parts.
  Result<std::shared_ptr<const Grammar>> build(Id root);
  bool too_large() const { return size_ > kMostSize; }

 private:
  static constexpr std::size_t kMostSize = 300'000;
  using Sequence = std::vector<std::int32_t>;
  struct Rule {
    std::vector<Sequence> alternatives;
    bool open = false;  // declared: may be part of a cycle
  };
  Id add(Rule rule);
  std::int32_t set_of(unsigned first, unsigned last);
  std::int32_t set_of(const Grammar::Bytes& bytes);
  void add_range(std::uint32_t first, std::uint32_t last, Grammar::Bytes& ascii, Rule& rule);
  Status drop_unproductive(Id root);
  Status refuse_left_recursion() const;
  std::vector<bool> reachable(const std::function<bool(std::int32_t)>& good_bytes) const;
  void number_classes(Grammar& grammar) const;

  std::vector<Rule> rules_;
  std::vector<Grammar::Bytes> sets_;
  std::unordered_map<Grammar::Bytes, std::int32_t> set_index_;
  std::size_t size_ = 0;
};

}  // namespace sluice::engine::constraint
