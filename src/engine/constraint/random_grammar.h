// For tests: grammars without end, and a judge of answers under them.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "text/utf8.h"

namespace sluice::engine::constraint::test {

// Random grammars, and a matcher that follows their text in the plainest way.
struct Node {
  enum class Kind { Text, Class, Sequence, Choice, Repeat, Rule } kind = Kind::Text;
  std::string text;
  std::vector<Node> parts;
  int least = 0, most = -1, rule = 0;
};

class RandomGrammar {
 public:
  explicit RandomGrammar(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 4; ++i) rules_.push_back(node(3, i));
  }
  std::string text() const {
    static const char* const kNames[] = {"root", "b", "c-1", "d"};
    std::string out;
    for (std::size_t i = 0; i < rules_.size(); ++i)
      out += std::string(kNames[i]) + " ::= " + spell(rules_[i], kNames) + "\n";
    return out;
  }
  bool match(const std::string& text) {
    memory_.clear();
    text_ = text;
    return ends(rules_[0], 0).contains(text.size());
  }

 private:
  // A rule refers only to later ones, or, behind a text, to any.
  Node node(int depth, int rule) {
    static const char* const kTexts[] = {"a", "ab", "\u00E9", "\u4E16\u754C", "0", "\\\"", "b"};
    static const char* const kClasses[] = {"[a-c]", "[^a]", "[\u00E0-\u4E16]", "[0-9]"};
    Node out;
    const std::uint64_t kind = depth == 0 ? random_() % 2 : random_() % 8;
    if (kind == 0 || kind == 7) {
      out.text = kTexts[random_() % std::size(kTexts)];
    } else if (kind == 1) {
      out.kind = Node::Kind::Class;
      out.text = kClasses[random_() % std::size(kClasses)];
    } else if (kind == 2 || kind == 3) {
      out.kind = kind == 2 ? Node::Kind::Sequence : Node::Kind::Choice;
      for (std::uint64_t n = 1 + random_() % 3; n > 0; --n) out.parts.push_back(node(depth - 1, rule));
    } else if (kind == 4 || kind == 5) {
      out.kind = Node::Kind::Repeat;
      out.parts.push_back(node(depth - 1, rule));
      out.least = static_cast<int>(random_() % 3);
      out.most = random_() % 2 == 0 ? -1 : out.least + static_cast<int>(random_() % 3);
    } else if (rule < 3) {
      out.kind = Node::Kind::Rule;
      out.rule = rule + 1 + static_cast<int>(random_() % static_cast<unsigned>(3 - rule));
    } else {
      out.text = "x";
    }
    return out;
  }

  static std::string spell(const Node& node, const char* const* names) {
    std::string out;
    switch (node.kind) {
      case Node::Kind::Text:
        return "\"" + node.text + "\"";
      case Node::Kind::Class:
        return node.text;
      case Node::Kind::Rule:
        return names[node.rule];
      case Node::Kind::Repeat:
        out = "(" + spell(node.parts[0], names) + "){" + std::to_string(node.least) + ",";
        return out + (node.most < 0 ? "" : std::to_string(node.most)) + "}";
      default:
        for (const Node& part : node.parts)
          out += (out.empty() ? "" : node.kind == Node::Kind::Choice ? " | " : " ") + spell(part, names);
        return "(" + out + ")";
    }
  }

  std::set<std::size_t> ends(const Node& node, std::size_t at) {
    const auto key = std::make_pair(&node, at);
    if (const auto found = memory_.find(key); found != memory_.end()) return found->second;
    std::set<std::size_t> out;
    const std::string spelled = node.text == "\\\"" ? "\"" : node.text;
    switch (node.kind) {
      case Node::Kind::Text:
        if (text_.compare(at, spelled.size(), spelled) == 0) out.insert(at + spelled.size());
        break;
      case Node::Kind::Class:
        if (at < text_.size()) {
          std::size_t next = at;
          const std::uint32_t c = text::next_code_point(text_, next);
          const bool in = node.text == "[a-c]"   ? c >= 'a' && c <= 'c'
                          : node.text == "[^a]"  ? c != 'a'
                          : node.text == "[0-9]" ? c >= '0' && c <= '9'
                                                 : c >= 0xE0 && c <= 0x4E16;
          if (in) out.insert(next);
        }
        break;
      case Node::Kind::Rule:
        out = ends(rules_[static_cast<std::size_t>(node.rule)], at);
        break;
      case Node::Kind::Choice:
        for (const Node& part : node.parts) out.merge(ends(part, at));
        break;
      case Node::Kind::Sequence:
        out = {at};
        for (const Node& part : node.parts) out = all_ends(part, out);
        break;
      case Node::Kind::Repeat: {
        std::set<std::size_t> now{at};
        for (int i = 0; i < node.least; ++i) now = all_ends(node.parts[0], now);
        out = now;
        for (int i = node.least; (node.most < 0 || i < node.most) && !now.empty(); ++i) {
          now = all_ends(node.parts[0], now);
          std::set<std::size_t> fresh;
          for (const std::size_t end : now)
            if (out.insert(end).second) fresh.insert(end);
          now = fresh;
        }
        break;
      }
    }
    return memory_[key] = out;
  }
  std::set<std::size_t> all_ends(const Node& node, const std::set<std::size_t>& from) {
    std::set<std::size_t> out;
    for (const std::size_t at : from) out.merge(ends(node, at));
    return out;
  }

  std::mt19937_64 random_;
  std::vector<Node> rules_;
  std::map<std::pair<const Node*, std::size_t>, std::set<std::size_t>> memory_;
  std::string text_;
};

}  // namespace sluice::engine::constraint::test
