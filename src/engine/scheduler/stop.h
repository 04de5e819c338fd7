// Finds stop strings in a text that arrives in pieces, and holds back what may turn out to be the beginning of
// one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::engine {

class StopMatcher {
 public:
  explicit StopMatcher(const std::vector<std::string>& stops);

  // Returns what is certain not to belong to a stop string. After matched() everything is swallowed.
  std::string feed(std::string_view text);
  // What was held back, once no more text will come; text that comes all the same begins anew.
  std::string end();
  bool matched() const { return matched_; }
  // The string that ended the text, the longest of several; empty: none did.
  const std::string& which() const { return which_; }

 private:
  // Knuth, Morris and Pratt 1977: `fallback[n]` is the length of the longest proper prefix of the pattern that
  // ends its first n bytes. Work per byte is constant on average, however long and repetitive a client's stop
  // string is.
  struct Pattern {
    std::string text;
    std::vector<std::size_t> fallback;
    std::size_t have = 0;  // bytes of the pattern that the text ends with
  };
  static void advance(Pattern& pattern, char byte);

  std::vector<Pattern> patterns_;
  std::string held_, which_;
  bool matched_ = false;
};

}  // namespace sluice::engine
