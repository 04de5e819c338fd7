// PhraseSet: finds every occurrence of some thousand phrases in one pass over a text, with positions. RE2::Set
// tells which patterns occur but not where, and detectors need the place of each anchor.
//
// Two filters of 8 KiB, which stay in the first-level cache, say for nearly every place that no phrase begins
// there: one is asked at the beginnings of words, where most phrases must begin, the other everywhere. What passes
// is looked up by its first bytes and compared. (An automaton over as many phrases has a table of megabytes, and
// waits for memory at most bytes.)
//
// The text is expected in lower case (see lower_case), and so are the phrases. Immutable after build; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sense::scan {

// What must stand around a phrase.
enum class Edge : std::uint8_t {
  Word,       // no letter, digit or '_' on either side
  Name,       // no letter or digit: also a part of an identifier, as in customer_ssn
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
  // A phrase in an index: its first eight bytes decide for nearly every candidate.
  struct Entry {
    std::uint64_t begins = 0, mask = 0;
    std::uint32_t phrase = 0;
  };
  // The phrases that must stand at the beginning of a word, or the others, by their first four bytes; those of up
  // to three by two.
  class Index {
   public:
    void build(const std::vector<Phrase>& phrases, bool at_word_start);
    // Calls take(number of the phrase) for each phrase whose first bytes these eight begin with.
    template <class Take>
    void candidates(std::uint64_t eight, Take take) const;

   private:
    static constexpr int kBits = 16;
    static std::uint32_t slot(std::uint32_t key) { return key * 0x9E3779B1u >> (32 - kBits); }
    static void lay_out(const std::vector<std::vector<Entry>>& slots, std::vector<std::uint64_t>& filter,
                        std::vector<std::uint32_t>& first, std::vector<Entry>& entries);
    std::vector<std::uint64_t> four_filter_, two_filter_;  // a bit for each slot; two_filter_ is exact
    std::vector<std::uint32_t> four_first_, two_first_;    // per slot, into entries; one more at the end
    std::vector<Entry> four_, two_;
  };
  void take(std::uint32_t phrase, std::string_view lower, std::size_t at,
            std::vector<std::vector<PhraseHit>>& hits) const;

  std::uint16_t owners_ = 0;
  bool built_ = false;
  std::vector<std::uint16_t> next_id_;  // per owner
  std::vector<Phrase> phrases_;
  Index at_word_start_, anywhere_;
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
