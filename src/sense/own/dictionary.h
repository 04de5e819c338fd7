// Own dictionaries: lists of terms, found as whole words in one pass however many they are. A term of several
// words is found by the hash of its words, then compared letter by letter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/detectors.h"
#include "sense/own/tokens.h"
#include "sense/scan/detector.h"

namespace sluice::sense::own {

class Dictionary {
 public:
  // All dictionaries together; hits of the i-th one have `own` = first + i. Errors: config.value.
  static Result<Dictionary> compile(const std::vector<config::OwnDictionary>& written, const WordHash& hash,
                                    std::uint16_t first);

  bool empty() const { return terms_.empty(); }
  std::size_t size() const { return terms_.size(); }
  void find(const scan::Document& doc, const std::vector<Token>& tokens, const WordHash::Runs& runs,
            std::vector<scan::Hit>& hits) const;

 private:
  struct Term {
    std::uint32_t text = 0;  // in texts_: folded
    std::uint16_t size = 0;
    std::uint8_t before = 0,
                 behind = 0;  // bytes of signs before its first word and behind its last: ".NET", "C++"
    std::uint8_t words = 0;
    std::uint16_t own = 0;
  };
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t term = 0;  // its index + 1; 0: empty
  };
  // Of a term's first word: which numbers of words the terms have that begin with it.
  struct Beginning {
    std::uint64_t hash = 0;
    std::uint32_t lengths = 0;  // bit n: some have n; 0: empty
  };
  // Of each dictionary in one text.
  struct Latest {
    std::uint32_t start = 0, end = 0;  // of its latest hit
    std::size_t count = 0;
  };

  Status add(const config::Said& term, std::uint16_t own, const WordHash& hash);
  Status read(const config::Said& file, std::uint16_t own, const WordHash& hash);
  void build();
  bool same(const Slot& slot, std::size_t term) const;
  void take(const Term& term, const scan::Document& doc, std::span<const Token> words, std::vector<Latest>& latest,
            std::vector<scan::Hit>& hits) const;
  std::uint32_t lengths_at(std::uint64_t first_word) const;
  bool stands(const Term& term, const scan::Document& doc, std::span<const Token> words, scan::Hit& hit) const;
  std::string_view text_of(const Term& term) const {
    return std::string_view(texts_).substr(term.text, term.size);
  }

  std::uint16_t first_ = 0;
  std::size_t count_ = 0;  // of dictionaries
  std::vector<Term> terms_;
  std::string texts_;
  std::vector<std::uint64_t> hashes_, first_words_;  // of each term; needed until they are built
  std::vector<std::uint64_t> filter_;                // a bit for each first word
  std::vector<Slot> slots_;
  std::vector<Beginning> beginnings_;
};

}  // namespace sluice::sense::own
