// Words: the context words of one detector, each with the tags it stands for, and questions such as "is there a
// word with this tag within 40 bytes before this number?".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sense/scan/document.h"

namespace sluice::sense::detect {

using Tags = std::uint64_t;  // one bit a meaning; each detector has its own

class Words {
 public:
  explicit Words(scan::PhraseSet& set, scan::Edge edge = scan::Edge::Word)
      : set_(&set), owner_(set.new_owner()), edge_(edge) {}

  // Phrases with '|' between them. With Edge::Name a phrase of several words also stands for the identifiers that
  // are made of them: "account number" for account_number, account-number and accountNumber.
  void add(Tags tags, std::string_view phrases) { add(tags, phrases, edge_); }
  void add(Tags tags, std::string_view phrases, scan::Edge edge) {
    scan::for_each_phrase(phrases, [&](std::string_view phrase) {
      add_one(tags, phrase, edge);
      if (edge != scan::Edge::Name || phrase.find(' ') == phrase.npos) return;
      for (const char* joint : {"_", "-", ""}) {
        std::string name;
        for (const char c : phrase) c == ' ' ? name += joint : name += c;
        add_one(tags, name, edge);
      }
    });
  }

  const std::vector<scan::PhraseHit>& hits(const scan::Document& doc) const { return doc.phrases[owner_]; }
  Tags tags(const scan::PhraseHit& hit) const { return tags_[hit.id]; }

  // All tags of the words that end at most `before` bytes before `start` or begin at most `after` bytes after
  // `end`; not all any more, once one of `enough` is among them.
  Tags around(const scan::Document& doc, std::size_t start, std::size_t end, std::size_t before, std::size_t after,
              Tags enough = 0) const;
  // In a record of a table the same, but of names of columns only the one of that cell: that a neighbour is an
  // account says nothing of this number.
  Tags around_cell(const scan::Document& doc, std::size_t start, std::size_t end, std::size_t before,
                   std::size_t after) const;

 private:
  void add_one(Tags tags, std::string_view phrase, scan::Edge edge) {
    const std::uint16_t id = set_->add(owner_, phrase, edge);
    tags_.resize(id + 1u);
    tags_[id] = tags;
  }

  scan::PhraseSet* set_;  // the Judge's, which outlives its detectors; used by add() only
  scan::PhraseSet::Owner owner_;
  scan::Edge edge_;
  std::vector<Tags> tags_;
};

}  // namespace sluice::sense::detect
