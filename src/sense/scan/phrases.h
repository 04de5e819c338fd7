// PhraseSet: finds every occurrence of some thousand phrases in one pass over a text, with positions. RE2::Set
// tells which patterns occur but not where, and detectors need the place of each anchor.
//
// Most phrases begin with a whole word ("account number"), so that they can only stand where the text has that
// very word: each word of the text is looked up once, by its first bytes and its length. The others are looked up
// by a few of their bytes, and only at the places where those can stand: beginnings of words, signs, behind
// digits, and the few that may be a part of a word inside of words, too. Filters of 8 KiB, which stay in the
// first-level cache, say no for nearly every place. (An automaton over as many phrases has a table of megabytes,
// and waits for memory at most bytes.)
//
// The text is expected in lower case (see lower_case), and so are the phrases. Immutable after build; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sense::scan {

// What must stand around a phrase.
enum class Edge : std::uint8_t {
  Word,         // no letter, digit or '_' on either side
  Name,         // no letter or digit: also a part of an identifier, as in customer_ssn
  Start,        // none before
  End,          // none after
  Any,          // anything: scripts without spaces, parts of identifiers
  AfterDigit,   // a digit before, at most one space between; no letter after: "5 mg"
  BehindDigit,  // a digit right before, anything after
  Fresh         // no letter or digit of ASCII before, anything after
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
  // Where the shortest phrase that stands at this place ends; `at` if none does. Precondition: built.
  std::size_t end_at(std::string_view lower, std::size_t at) const;

 private:
  struct Phrase {
    std::string text;
    Owner owner;
    std::uint16_t id;
    Edge edge;
  };
  // A phrase in an index: its first sixteen bytes decide for nearly every candidate.
  struct Entry {
    std::uint64_t begins = 0, mask = 0;
    std::uint64_t goes_on = 0, more_mask = 0;
    std::uint32_t phrase = 0;
    std::uint8_t size = 0;
    std::uint8_t back = 0;  // bytes of the phrase before `begins`
    Edge edge = Edge::Any;
    Owner owner = 0;
    std::uint16_t id = 0;
  };
  struct Numbered {
    std::uint32_t phrase = 0;
    std::size_t back = 0;
  };
  struct Keyed {
    std::uint32_t hash;
    Entry entry;
  };
  // Entries by a hash of sixteen bits, and a bit for each hash that occurs.
  class Slots {
   public:
    void build(std::vector<Keyed> keyed);
    std::uint64_t may_have(std::uint32_t hash) const { return filter_[hash / 64] >> hash % 64 & 1; }
    void mark(std::uint32_t hash) { filter_[hash / 64] |= std::uint64_t{1} << hash % 64; }
    // All that have this hash, and some others.
    std::span<const Entry> entries(std::uint32_t hash) const;

   private:
    std::vector<std::uint64_t> filter_;
    std::vector<std::uint16_t> first_;  // per slot, into entries_; one more at the end
    std::vector<Entry> entries_;
  };
  // Phrases by their first bytes: five, or three where they have no more than four.
  struct Beginnings {
    void build(const std::vector<Phrase>& phrases, const std::vector<Numbered>& which);
    // Both 1 or 0. The first asks about a few bytes only, and does not know of phrases of one.
    std::uint64_t may_begin(std::uint64_t eight) const;
    std::uint64_t likely(std::uint64_t eight) const;

    Slots five, three, two, one;
    std::array<std::uint8_t, 256> alone{};  // 1: a phrase has no more than this byte
    bool any_alone = false;
    std::vector<std::uint64_t> filter;  // by the first four bytes, or three where there are phrases of two
    std::uint64_t filtered_bytes = 0;   // a mask of those
  };
  class Pass;

  // Where in a text a phrase is looked up: at the beginning of a word, at a letter or digit inside of a word that
  // has two more behind it, at a sign (no letter, digit, blank or line break; or a character beyond ASCII), or
  // anywhere.
  enum class Place { WordStart, Inside, Sign, Everywhere };
  struct Anchor {
    Place place;
    std::size_t back;  // bytes of the phrase that stand before it
  };
  static Anchor anchor_of(const Phrase& phrase);
  static std::size_t first_word(const Phrase& phrase);
  static Entry entry_of(const Phrase& phrase, Numbered which);
  std::uint16_t owners_ = 0;
  bool built_ = false;
  std::vector<std::uint16_t> next_id_;  // per owner
  std::vector<Phrase> phrases_;
  // Phrases that begin with a whole word: by that word, or by it and three bytes behind it.
  Slots words_, longer_;
  Beginnings at_word_start_, inside_, signs_, after_digit_, everywhere_;
  bool has_everywhere_ = false;
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

inline constexpr std::array<bool, 256> kWordBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t b = 0; b < table.size(); ++b)
    table[b] = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' || b >= 0x80;
  return table;
}();
// A letter, digit, '_' or any byte of a character beyond ASCII.
constexpr bool is_word_byte(char c) { return kWordBytes[static_cast<unsigned char>(c)]; }

}  // namespace sluice::sense::scan
