// PhraseSet: finds every occurrence of some thousand phrases in one pass over a text (Aho and Corasick 1975), with
// positions. RE2::Set tells which patterns occur but not where, and detectors need the place of each anchor.
//
// The text is expected in lower case (see lower_case), and so are the phrases. Immutable after build; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sense::scan {

// What must stand around a phrase.
enum class Edge : std::uint8_t {
  Word,       // no letter, digit or '_' on either side
  Start,      // none before
  End,        // none after
  Any,        // anything: scripts without spaces, parts of identifiers
  AfterDigit  // a digit before, at most one space between; no letter after: "5 mg"
};

struct PhraseHit {
  std::uint32_t start = 0, end = 0;  // bytes
  std::uint16_t id = 0;              // what add() returned for this owner
};

class PhraseSet {
 public:
  // A family of phrases with its own numbering, so that each detector reads only its own hits.
  using Owner = std::uint16_t;

  Owner new_owner() { return owners_++; }
  // Returns the phrase's number within its owner, counted from 0. Precondition: not built yet, lower case, not
  // empty, at most 60 bytes.
  std::uint16_t add(Owner owner, std::string_view phrase, Edge edge = Edge::Word);
  void build();
  std::size_t owners() const { return owners_; }
  // hits[owner] receives the hits in order of their ends. Precondition: built; less than 4 GiB of text.
  void find(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const;

 private:
  struct Phrase {
    std::string text;
    Owner owner;
    std::uint16_t id;
    Edge edge;
  };
  using State = std::uint16_t;
  static constexpr State kEndsPhrase = 0x8000;  // in next_: the state ends a phrase

  State child(State state, std::uint8_t symbol);
  void insert(std::uint32_t phrase);
  void link();
  void renumber(const std::vector<State>& order);
  // Where the search came to a state that ends phrases.
  struct Stop {
    std::uint32_t end = 0;  // of the phrases, in the text
    std::uint32_t state = 0;
  };
  // What ends in a state; as small as it can be, since a search reads many of them.
  struct Output {
    Owner owner;
    std::uint16_t id;
    std::uint8_t size;
    Edge edge;
  };
  template <std::size_t Lanes>
  void find_in_lanes(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const;
  // Goes through [from, to) of the text from `row` on and notes the stops whose edges may hold.
  std::size_t walk(std::string_view lower, std::size_t from, std::size_t to, std::size_t row,
                   std::vector<Stop>& stops) const;
  void step(std::string_view lower, std::size_t at, std::size_t& row, std::vector<Stop>& stops) const;
  void report(const Stop& stop, std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const;
  void collect_outputs(const std::vector<State>& fail, const std::vector<State>& order);

  std::uint16_t owners_ = 0;
  std::vector<std::uint16_t> next_id_;  // per owner
  std::vector<Phrase> phrases_;
  std::array<std::uint8_t, 256> symbol_{};  // byte -> column; 0: no phrase contains it
  std::size_t columns_ = 1;
  std::vector<State> next_;                         // [state * columns_ + column]
  std::vector<std::vector<std::uint32_t>> ending_;  // per state, while building
  std::vector<std::uint32_t> first_output_;         // per state; outputs of s: [first_output_[s], [s + 1])
  std::vector<Output> outputs_;
  std::vector<std::uint8_t> ends_anywhere_;  // per state: an output may be followed by a letter
};

// ASCII, Latin-1, Greek and Cyrillic letters in lower case; the length and every other byte stay, so that offsets
// are those of the input.
std::string lower_case(std::string_view utf8);

// Calls take(phrase) for each of the phrases, which stand in one string with '|' between them: the form of all
// word tables, since a list of strings fills a line with each word.
template <class Take>
void for_each_phrase(std::string_view phrases, Take take) {
  while (!phrases.empty()) {
    const std::size_t bar = phrases.find('|');
    take(phrases.substr(0, bar));
    phrases.remove_prefix(bar == phrases.npos ? phrases.size() : bar + 1);
  }
}

// A letter, digit, '_' or any byte of a character beyond ASCII.
constexpr bool is_word_byte(char c) {
  const auto b = static_cast<unsigned char>(c);
  return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' || b >= 0x80;
}

}  // namespace sluice::sense::scan
