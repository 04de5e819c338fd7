#include "engine/constraint/marked_text.h"

#include <map>

#include "base/check.h"

namespace sluice::engine::constraint {
namespace {

using Id = GrammarBuilder::Id;

// The longest end of `text` that begins a mark.
std::string longest_beginning(const std::string& text, const std::vector<MarkedText>& marks) {
  for (std::size_t from = 0; from < text.size(); ++from)
    for (const MarkedText& one : marks)
      if (one.mark.starts_with(std::string_view(text).substr(from))) return text.substr(from);
  return "";
}

}  // namespace

// Aho and Corasick 1975, Efficient string matching: a state is the longest end of the text so far that begins a
// mark, and a rule of the grammar says which bytes lead from it to which.
Id text_with(GrammarBuilder& b, const std::vector<MarkedText>& marks) {
  std::map<std::string, Id> states{{"", b.declare()}};
  for (const MarkedText& one : marks) {
    SLUICE_CHECK(!one.mark.empty(), "a form without a mark before it is no marked text");
    for (std::size_t size = 1; size < one.mark.size(); ++size)
      if (const std::string begun = one.mark.substr(0, size); !states.contains(begun))
        states.emplace(begun, b.declare());
  }
  Grammar::Bytes in_marks;
  for (const MarkedText& one : marks)
    for (const char c : one.mark) in_marks.set(static_cast<unsigned char>(c));
  for (const auto& [begun, rule] : states) {
    std::map<Id, Grammar::Bytes> to{{states.at(""), ~in_marks}};
    std::vector<Id> ways{b.literal("")};
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!in_marks.test(byte)) continue;
      const std::string next = longest_beginning(begun + static_cast<char>(byte), marks);
      if (const auto state = states.find(next); state != states.end()) {
        to[state->second].set(byte);
        continue;
      }
      for (const MarkedText& one : marks)
        if (one.mark == next)
          ways.push_back(b.sequence({b.byte(Grammar::Bytes().set(byte)), one.then, states.at("")}));
    }
    for (const auto& [state, bytes] : to) ways.push_back(b.sequence({b.byte(bytes), state}));
    b.define(rule, b.choice(ways));
  }
  return states.at("");
}

}  // namespace sluice::engine::constraint
