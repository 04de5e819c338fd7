// For tests: a vocabulary with every byte, pieces that cut characters and syntax in unusual places, and a reader
// that writes what a constraint allows.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/constraint/constraint.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::constraint::test {

class TestVocabulary : public Tokenizer {
 public:
  static constexpr std::int32_t kEnd = 256;

  explicit TestVocabulary(const std::vector<std::string>& more = {}) {
    pieces_.insert(pieces_.end(), more.begin(), more.end());
  }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> out;
    for (const char c : text) out.push_back(static_cast<unsigned char>(c));
    return out;
  }
  void append_token_text(std::string& out, std::int32_t id, bool) const override {
    if (id >= 0 && id < 256) out += static_cast<char>(id);
    if (id > 256 && id < size()) out += pieces_[static_cast<std::size_t>(id - 257)];
  }
  std::optional<std::int32_t> token_id(std::string_view) const override { return std::nullopt; }
  std::int32_t bos() const override { return -1; }
  std::int32_t eos() const override { return kEnd; }
  bool add_bos() const override { return false; }
  bool is_end(std::int32_t id) const override { return id == kEnd; }
  bool is_special(std::int32_t id) const override { return id == kEnd; }
  int size() const override { return 257 + static_cast<int>(pieces_.size()); }
  std::size_t longest_token() const override { return 16; }
  const std::string& description() const override { return description_; }

 private:
  std::vector<std::string> pieces_ = {"{\"",        "\":",      "\", \"",   "\"}",  "},",   "[[",       "]]",
                                      "null",       "true",     "false",    "\xC3", "\xA9", "\xE4\xB8", "\x96\xE7",
                                      "\x95\x8C",   "\xF0\x9F", "\x98\x80", "\\u",  "\\\"", "00",       "1.",
                                      "e+",         "-1",       "  ",       "\n  ", "abc",  "a\"",      "name",
                                      "hello \xC3", "\xA9\"",   "\"a",      "ab",   "cd",   "0123",     ",\""};
  std::string description_ = "for tests";
};

// What can be written under a grammar by a model that knows nothing: random tokens of those that are allowed, and
// after `patience` tokens those that lead to an end.
struct Outcome {
  std::string text;
  bool ended = false;
};

inline Outcome write_randomly(const std::shared_ptr<const Grammar>& grammar, const TestVocabulary& vocabulary,
                              const std::shared_ptr<const TokenTrie>& trie, std::mt19937_64& random,
                              int patience) {
  Constraint constraint(grammar, trie, vocabulary);
  Outcome out;
  for (int step = 0; step < patience + 4000; ++step) {
    if (constraint.complete()) {
      out.ended = constraint.may_end();
      return out;
    }
    const TokenSet& allowed = constraint.allowed();
    std::vector<std::int32_t> tokens;
    for (std::int32_t id = 0; id < vocabulary.size(); ++id)
      if (allowed.has(id)) tokens.push_back(id);
    REQUIRE_MESSAGE(!tokens.empty(), out.text);
    std::int32_t chosen = tokens[random() % tokens.size()];
    // A dull model ends when it may, at times at once.
    std::vector<std::int32_t> closing;
    for (const int wanted : {int('}'), int(']'), int('"'), int('0'), int('n'), int('1')})
      if (allowed.has(wanted)) closing.push_back(wanted);
    if ((step >= patience || random() % 4 == 0) && !closing.empty()) chosen = closing[random() % closing.size()];
    if (step >= patience && allowed.has(TestVocabulary::kEnd)) chosen = TestVocabulary::kEnd;
    if (chosen == TestVocabulary::kEnd) {
      out.ended = true;
      return out;
    }
    vocabulary.append_token_text(out.text, chosen, false);
    constraint.take(chosen);
  }
  return out;
}

// SLUICE_CONSTRAINT_CASES, or 300.
inline int cases_wanted() {
  const char* wanted = std::getenv("SLUICE_CONSTRAINT_CASES");
  return wanted != nullptr ? std::max(1, std::atoi(wanted)) : 300;
}

// The first case, SLUICE_CONSTRAINT_FIRST or 0. A case depends on its number alone: with the number that a failure
// shows, and SLUICE_CONSTRAINT_CASES=1, it comes again.
inline int first_case() {
  const char* first = std::getenv("SLUICE_CONSTRAINT_FIRST");
  return first != nullptr ? std::max(0, std::atoi(first)) : 0;
}

}  // namespace sluice::engine::constraint::test
