#include "sense/own/dictionary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>

#include "text/normalise.h"
#include "text/utf8.h"

namespace sluice::sense::own {
namespace {

constexpr std::size_t kMostTerms = 1'000'000;  // about 60 bytes each
constexpr std::size_t kLongestTerm = 500;      // bytes
constexpr std::size_t kMostSigns = 20;         // bytes before the first word or behind the last
constexpr std::size_t kFilterBits = 1 << 19;   // 64 KiB: few first words of a large dictionary share one
constexpr std::size_t kMostHits = 1000;        // of one dictionary in a window: as many as a judgement lists

std::size_t filter_bit(std::uint64_t hash) { return hash >> 32 & (kFilterBits - 1); }

}  // namespace

Result<Dictionary> Dictionary::compile(const std::vector<config::OwnDictionary>& written, const WordHash& hash,
                                       std::uint16_t first) {
  Dictionary all;
  all.first_ = first;
  all.count_ = written.size();
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto own = static_cast<std::uint16_t>(first + i);
    for (const config::Said& term : written[i].terms) {
      SLUICE_TRY_VOID(all.add(term, own, hash));
    }
    if (!written[i].file.text.empty()) {
      SLUICE_TRY_VOID(all.read(written[i].file, own, hash));
    }
  }
  all.build();
  return all;
}

// A term a line; blank lines don't count.
Status Dictionary::read(const config::Said& file, std::uint16_t own, const WordHash& hash) {
  std::ifstream in(file.text, std::ios::binary);
  if (!in) return fail("config.value", "can't read " + file.text, file.where, "let this process read it");
  const std::size_t before = terms_.size();
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.pop_back();
    line.erase(0, line.find_first_not_of(" \t"));
    if (line.empty()) continue;
    SLUICE_TRY_VOID(add({std::move(line), file.text + ":" + std::to_string(number)}, own, hash));
    line.clear();
  }
  if (in.bad()) return fail("config.value", "can't read " + file.text, file.where, "let this process read it");
  if (terms_.size() == before)
    return fail("config.value", "there is no term in " + file.text, file.where, "write one a line");
  return {};
}

Status Dictionary::add(const config::Said& said, std::uint16_t own, const WordHash& hash) {
  if (!text::valid_utf8(said.text))
    return fail("config.value", "the term is not UTF-8", said.where, "convert the file, for example with iconv");
  const std::string lower = scan::lower_case(text::normalise(said.text).text), term = folded(lower);
  const std::vector<Token> words = hash.tokens(lower), kept = hash.tokens(term);
  if (words.empty())
    return fail("config.value", "the term has no letter and no digit", said.where, "use a pattern for signs");
  if (words.size() > WordHash::kLongestRun || term.size() > kLongestTerm)
    return fail("config.value", "the term is longer than 16 words or 500 bytes", said.where,
                "take the part of it that tells most, or fingerprints of the text");
  if (terms_.size() == kMostTerms)
    return fail("config.value", "there are more than a million terms", said.where,
                "use a pattern for regular ones");
  const std::size_t before = kept.front().start, behind = term.size() - kept.back().end;
  if (before > kMostSigns || behind > kMostSigns)
    return fail("config.value", "the term begins or ends with too many signs", said.where, "leave them out");
  terms_.push_back({static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint16_t>(term.size()),
                    static_cast<std::uint8_t>(before), static_cast<std::uint8_t>(behind),
                    static_cast<std::uint8_t>(words.size()), own});
  texts_ += term;
  hashes_.push_back(WordHash::Runs(hash, words).of(0, words.size()));
  first_words_.push_back(words.front().hash);
  return {};
}

void Dictionary::build() {
  if (terms_.empty()) return;
  filter_.assign(kFilterBits / 64, 0);
  slots_.assign(std::bit_ceil(terms_.size() * 2), {});
  beginnings_.assign(slots_.size(), {});
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    const std::size_t bit = filter_bit(first_words_[t]);
    filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
    std::size_t at = first_words_[t] & (beginnings_.size() - 1);
    while (beginnings_[at].lengths != 0 && beginnings_[at].hash != first_words_[t])
      at = (at + 1) & (beginnings_.size() - 1);
    beginnings_[at].hash = first_words_[t];
    beginnings_[at].lengths |= std::uint32_t{1} << terms_[t].words;
    at = hashes_[t] & (slots_.size() - 1);
    while (slots_[at].term != 0 && !same(slots_[at], t)) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {hashes_[t], static_cast<std::uint32_t>(t + 1)};
  }
  hashes_ = {};
  first_words_ = {};
}

// Whether this slot has the same term for the same dictionary.
bool Dictionary::same(const Slot& slot, std::size_t term) const {
  const Term& other = terms_[slot.term - 1];
  return slot.hash == hashes_[term] && other.own == terms_[term].own && text_of(other) == text_of(terms_[term]);
}

std::uint32_t Dictionary::lengths_at(std::uint64_t first_word) const {
  const std::size_t bit = filter_bit(first_word);
  if ((filter_[bit / 64] >> bit % 64 & 1) == 0) return 0;
  std::size_t at = first_word & (beginnings_.size() - 1);
  while (beginnings_[at].lengths != 0 && beginnings_[at].hash != first_word)
    at = (at + 1) & (beginnings_.size() - 1);
  return beginnings_[at].lengths;
}

// The words are the term's; the signs between and around them have to be, too.
bool Dictionary::stands(const Term& term, const scan::Document& doc, std::span<const Token> words,
                        scan::Hit& hit) const {
  if (words.front().start < term.before || words.back().end + term.behind > doc.lower.size()) return false;
  hit.start = words.front().start - term.before;
  hit.end = words.back().end + term.behind;
  if (hit.end - hit.start > 4 * kLongestTerm) return false;  // blanks upon blanks
  return folded(std::string_view(doc.lower).substr(hit.start, hit.end - hit.start)) == text_of(term);
}

void Dictionary::find(const scan::Document& doc, const std::vector<Token>& tokens, const WordHash::Runs& runs,
                      std::vector<scan::Hit>& hits) const {
  std::vector<Latest> latest(count_);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::uint32_t lengths = lengths_at(tokens[i].hash);
    while (lengths != 0) {  // the longest first
      const auto count = static_cast<std::size_t>(std::bit_width(lengths) - 1);
      lengths &= ~(std::uint32_t{1} << count);
      if (count > tokens.size() - i) continue;
      const auto words = std::span(tokens).subspan(i, count);
      const std::uint64_t hash = runs.of(i, count);
      for (std::size_t at = hash & (slots_.size() - 1); slots_[at].term != 0; at = (at + 1) & (slots_.size() - 1))
        if (slots_[at].hash == hash) take(terms_[slots_[at].term - 1], doc, words, latest, hits);
    }
  }
}

void Dictionary::take(const Term& term, const scan::Document& doc, std::span<const Token> words,
                      std::vector<Latest>& latest, std::vector<scan::Hit>& hits) const {
  Latest& last = latest[term.own - first_];
  scan::Hit hit{scan::Kind::Own, 0.95};
  hit.own = term.own;
  if (last.count == kMostHits || !stands(term, doc, words, hit)) return;
  if (last.count > 0 && hit.end <= last.end && hit.start >= last.start) return;  // part of a longer term
  last = {hit.start, hit.end, last.count + 1};
  hits.push_back(hit);
}

}  // namespace sluice::sense::own
