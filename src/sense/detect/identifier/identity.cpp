// National identifiers of people, known by check digits or strict shapes; those whose check is weak are believed
// only beside a word that names them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sense/check/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/spoken.h"
#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"
#include "sense/detect/identifier/documented_ids.h"
#include "sense/detect/identifier/identity_table.h"

namespace sluice::sense::detect {
using namespace check;
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr std::size_t kSsnGroups[] = {3, 2, 4};

// Published as examples or famously misused; never issued to a person, or no longer.
bool is_documented_ssn(std::string_view s) {
  return s == "078051120" || s == "219099999" || s == "123456789" || s == "457555462" || s == "111223333" ||
         s == "987654321" || s.starts_with("98765432");
}

class Identity : public scan::Detector {
 public:
  explicit Identity(scan::PhraseSet& set) : words_(set, scan::Edge::Name) {
    add_id_words(words_);
    for (const NumericId& id : numeric_ids()) by_size_[id.digits].push_back(&id);
  }

  const char* name() const override { return "identity"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& run : doc.numbers) {
      const Groups g(doc, run);
      ssn(doc, g, hits);
      if (run.digits >= 8) numeric(doc, run, g, hits);
      mixed(doc, run, taken, hits);
    }
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & tag(kUs)) spoken_ssn(doc, hit, hits);
    }
    return {};
  }

 private:
  bool named(const Document& doc, std::size_t start, std::size_t end, IdName country) const {
    return words_.around_cell(doc, start, end, 60, 32) & (tag(country) | tag(kAnyId));
  }

  static void report(Kind kind, double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // 123-45-6789 by its shape; with other separators, or none, beside its name.
  void ssn(const Document& doc, const Groups& g, std::vector<Hit>& hits) const {
    for (std::size_t i = 0; i < g.count(); ++i) {
      const bool split = g.shaped(i, {kSsnGroups[0], kSsnGroups[1], kSsnGroups[2]});
      const bool bare = g.size(i) == 9 && g.count() <= 3;
      // In groups of any size, if nothing else stands in the run: the pieces of a conversation, or beside its
      // name.
      const bool joint = i == 0 && g.count() >= 2 && g.count() <= 9 && g.joined(0, g.count() - 1).size() == 9 &&
                         (doc.joint || !is_thousands(g));
      if (!split && !bare && !joint) continue;
      const std::size_t last = split ? i + 2 : bare ? i : g.count() - 1;
      const std::string digits = g.joined(i, last);
      if (!us_ssn(digits) || is_documented_ssn(digits)) continue;
      if (g.glued_before(i) || g.glued_after(last)) continue;
      if (bare && (is_of_passport(doc, g.start(i)) || is_of_bank(doc, g.start(i), digits))) continue;
      const bool dashed = split && g.uniform(i, last) && g.separator(i) == "-";
      const bool inside =
          (i > 0 && g.separator(i - 1) == "-") || (last + 1 < g.count() && g.separator(last) == "-");
      if (dashed && !inside) {
        report(Kind::UsSsn, named(doc, g.start(i), g.end(last), kUs) ? 0.98 : 0.85, g.start(i), g.end(last), hits);
      } else if (words_.around_cell(doc, g.start(i), g.end(last), split || bare || doc.joint ? 48 : 30, 24) &
                 tag(kUs)) {
        report(Kind::UsSsn, 0.8, g.start(i), g.end(last), hits);
      } else {
        continue;
      }
      i = last;
    }
  }

  // "SSN 105-62-9145, US passport 540523055": nine digits too, and named right before.
  static bool is_of_passport(const Document& doc, std::size_t start) {
    const std::size_t from = start > 28 ? start - 28 : 0;
    const std::string_view before = std::string_view(doc.lower).substr(from, start - from);
    const std::size_t passport = before.rfind("passport");
    return passport != before.npos && before.find_first_of("0123456789\n", passport) == before.npos &&
           before.find("social", passport) == before.npos && before.find("ssn", passport) == before.npos;
  }

  // "SSN 601-47-8219, pays into 97653897 at routing 122102572"
  static bool is_of_bank(const Document& doc, std::size_t start, std::string_view digits) {
    const std::size_t from = start > 24 ? start - 24 : 0;
    const std::string_view before = std::string_view(doc.lower).substr(from, start - from);
    if (!aba_routing(digits)) return false;
    for (const char* word : {"routing", "aba", "rtn", "transit"}) {
      const std::size_t at = before.rfind(word);
      if (at != before.npos && before.find_first_of("0123456789\n,;", at) == before.npos &&
          before.find("ss", at) == before.npos)
        return true;
    }
    return false;
  }

  // "106,427,685" and "106.427.685" are amounts.
  static bool is_thousands(const Groups& g) {
    return g.shaped(0, {3, 3, 3}) && g.uniform(0, 2) && g.separator(0) != "-";
  }

  // "my social is three four seven, six one, eight eight zero two"
  static void spoken_ssn(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    const Spoken said = spoken_after(doc, hit.end);
    if (said.digits.size() != 9 || !us_ssn(said.digits) || is_documented_ssn(said.digits)) return;
    if (!hits.empty() && hits.back().start == said.start) return;
    report(Kind::UsSsn, 0.8, said.start, said.end, hits);
  }

  void numeric(const Document& doc, const scan::NumberRun& run, const Groups& g, std::vector<Hit>& hits) const {
    // What is named anywhere near the run; most runs are not, which leaves the few identifiers that stand alone.
    const Tags near = words_.around(doc, run.start, run.end, 60, 32);
    const bool grouped = g.count() > 1 && g.count() <= 12;
    if (near == 0 && !grouped && run.digits != 13 && run.digits != 15 && run.digits != 18) return;
    std::array<char, 18> buffer;
    for (std::size_t first = 0; first < g.count(); ++first) {
      std::size_t size = 0;
      for (std::size_t last = first; last < g.count() && size + g.size(last) <= buffer.size(); ++last) {
        size += g.digits(last).copy(&buffer[size], g.size(last));
        if (size < 8) continue;
        if (numeric_at(doc, g, first, last, std::string_view(buffer.data(), size), near, hits)) {
          first = last;
          break;
        }
      }
    }
  }

  bool numeric_at(const Document& doc, const Groups& g, std::size_t first, std::size_t last,
                  std::string_view digits, Tags near, std::vector<Hit>& hits) const {
    // 2022-01-19 is a day.
    if (first + 2 == last && g.shaped(first, {4, 2, 2}) && g.digits(first + 1) <= "12" && g.digits(last) <= "31")
      return false;
    for (const NumericId* entry : by_size_[digits.size()]) {
      const NumericId& id = *entry;
      const bool may_be_named = near & (tag(id.name) | tag(kAnyId));
      if (!may_be_named && id.alone == Alone::Never) continue;
      const bool official = written_officially(g, first, last, id);
      const bool alone = (id.alone == Alone::Always ? official || first == last
                                                    : id.alone == Alone::Grouped && official && last > first) &&
                         !dashed_on(g, first, last);
      if (!may_be_named && !alone) continue;
      const bool whole = first == 0 && last + 1 == g.count();
      if (!official && first != last && !(whole && g.uniform(first, last)) && !doc.joint) continue;
      if (crosses_sentence(g, first, last)) continue;
      if (id.name == kChile && !official && (is_parted_otherwise(g, first, last) || !is_rut(doc, g, first, last)))
        continue;
      if (!id.valid(digits) || g.glued_before(first) || g.glued_after(last) || g.in_uuid(first, last)) continue;
      if (!named(doc, g.start(first), g.end(last), id.name) &&
          (!alone || is_other_thing(doc, g.start(first), g.end(last))))
        continue;
      if (!is_documented_id(digits)) report(id.kind, 0.9, g.start(first), g.end(last), hits);
      return true;
    }
    return false;
  }

  // "510-070-902.\n16": two numbers.
  static bool crosses_sentence(const Groups& g, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const std::string_view sign = g.separator(i);
      if (sign.find('\n') != sign.npos && sign.find('.') != sign.npos) return true;
    }
    return false;
  }

  // "docker run --publish 4200:4200": Chile's RUN has dots and a hyphen, if anything.
  static bool is_parted_otherwise(const Groups& g, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      if (g.separator(i) != "." && g.separator(i) != "-") return true;
    }
    return false;
  }

  // "16789432-1", or behind RUT: things of other kinds run in every log ("run 13462", "run stage 43382004").
  static bool is_rut(const Document& doc, const Groups& g, std::size_t first, std::size_t last) {
    if (first < last && g.separator(last - 1) == "-" && g.size(last) == 1) return true;
    constexpr std::size_t kNear = 40;
    const std::size_t start = g.start(first), from = start - std::min(start, kNear);
    const std::string_view before = std::string_view(doc.lower).substr(from, start - from);
    return before.find("rut") != before.npos || before.find("rol ") != before.npos;
  }

  // "782910-20220401-1445": a part of a longer number.
  static bool dashed_on(const Groups& g, std::size_t first, std::size_t last) {
    if (first == 0 && g.before(0) == '-') return true;  // "INV-201103-9423"
    return (first > 0 && g.separator(first - 1) == "-") || (last + 1 < g.count() && g.separator(last) == "-");
  }

  static bool written_officially(const Groups& g, std::size_t first, std::size_t last, const NumericId& id) {
    std::size_t count = 0;
    for (; count < id.groups.size() && id.groups[count] != 0; ++count) {
      if (first + count > last || g.size(first + count) != id.groups[count]) return false;
    }
    if (last - first + 1 != count) return false;
    const std::string_view separators = id.separators;
    for (std::size_t i = first; i < last && !separators.empty(); ++i) {
      if (g.separator(i) != separators.substr(i - first, 1)) return false;
    }
    return true;
  }

  // Identifiers that mix letters and digits: the word that contains a run of digits, without its separators.
  void mixed(const Document& doc, const scan::NumberRun& run, std::size_t& taken, std::vector<Hit>& hits) const {
    std::size_t start = run.start;
    while (start > taken && run.start - start < 20 && is_alnum(doc.text[start - 1])) --start;
    if (start < taken) return;
    std::size_t word = run.start;
    while (word < doc.text.size() && word - start < 20 && is_alnum(doc.text[word])) ++word;
    if (run.digits < 4 && word - start < 4) return;
    // "QQ 12 34 56 C", "VECJ 880326 XK4": two or four letters and a space before, a letter after.
    const auto upper = [&](std::size_t i) { return doc.text[i] >= 'A' && doc.text[i] <= 'Z'; };
    if (start == run.start && start >= 3 && doc.text[start - 1] == ' ') {
      std::size_t head = start - 1;
      while (head > taken && start - head < 6 && upper(head - 1)) --head;
      const std::size_t letters = start - 1 - head;
      if ((letters == 2 || letters == 4) && (head == 0 || !scan::is_word_byte(doc.text[head - 1])) &&
          mixed_from(doc, head, taken, hits))
        return;
    }
    mixed_from(doc, start, taken, hits);
  }

  bool mixed_from(const Document& doc, std::size_t start, std::size_t& taken, std::vector<Hit>& hits) const {
    std::array<char, 18> bare;
    std::size_t size = 0, end = start;
    bool letters = false;
    for (std::size_t i = start; i < doc.text.size() && size < bare.size(); ++i) {
      const char c = doc.text[i];
      if (is_alnum(c)) {
        letters = letters || c > '9';
        bare[size++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        end = i + 1;
        const bool last = end == doc.text.size() || !scan::is_word_byte(doc.text[end]) ||
                          static_cast<unsigned char>(doc.text[end]) >= 0xE2;
        if (last && letters && size >= 8 && mixed_at(doc, start, end, {bare.data(), size}, hits)) {
          taken = end;
          return true;
        }
      } else if (c == '(' && i == end && size >= 7) {  // A123456(7)
        hong_kong(doc, start, i, {bare.data(), size}, hits);
        return false;
      } else if (c == '+' || c == '-') {
        if (size == 6) hetu(doc, start, hits);
        if (c == '+' || i > end) return false;
      } else if ((c != ' ' && c != '.') || i > end) {
        return false;
      }
    }
    return false;
  }

  void hong_kong(const Document& doc, std::size_t start, std::size_t open, std::string_view bare,
                 std::vector<Hit>& hits) const {
    if (open + 2 >= doc.text.size() || doc.text[open + 2] != ')' || bare.size() > 8) return;
    if (hong_kong_id(std::string(bare) + doc.text[open + 1]))
      report(Kind::NationalId, 0.95, start, open + 3, hits);
  }

  // The sign between date and number is part of the Finnish identifier.
  void hetu(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    if (start + 11 > doc.text.size()) return;
    const std::string_view s = doc.slice(start, start + 11);
    const bool ends = start + 11 == doc.text.size() || !scan::is_word_byte(doc.text[start + 11]);
    const std::string bare = std::string(s.substr(0, 6)) + std::string(s.substr(7));
    if (ends && finland_hetu(s) && !is_documented_id(bare)) report(Kind::NationalId, 0.9, start, start + 11, hits);
  }

  bool mixed_at(const Document& doc, std::size_t start, std::size_t end, std::string_view bare,
                std::vector<Hit>& hits) const {
    for (const MixedId& id : mixed_ids()) {
      if (!has_shape(bare, id.shape) || !id.valid(bare)) continue;
      if (!id.alone && !named(doc, start, end, id.name)) continue;
      // "Abcde1234f" in lower case is a user name more often than a tax number.
      const bool upper = std::none_of(doc.text.begin() + static_cast<std::ptrdiff_t>(start),
                                      doc.text.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](char c) { return c >= 'a' && c <= 'z'; });
      if (!named(doc, start, end, id.name) &&
          (!upper || is_other_thing(doc, start, end) || is_written_both_ways(doc.slice(start, end))))
        continue;
      if (!is_documented_id(bare)) report(id.kind, 0.9, start, end, hits);
      return true;
    }
    return false;
  }

  // "SP 800-178 A": not how one writes one number.
  static bool is_written_both_ways(std::string_view text) {
    const bool blank = text.find(' ') != text.npos;
    return (blank && text.find('-') != text.npos) || (blank && text.find('.') != text.npos);  // "L15.51 C17.68"
  }

  bool is_other_thing(const Document& doc, std::size_t start, std::size_t end) const {
    return words_.around_cell(doc, start, end, 40, 12) & tag(kOtherThing);
  }

  static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static bool has_shape(std::string_view s, std::string_view shape) {
    if (s.size() != shape.size()) return false;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const bool digit = s[i] >= '0' && s[i] <= '9';
      if ((shape[i] == '9' && !digit) || (shape[i] == 'A' && digit)) return false;
    }
    return true;
  }

  Words words_;
  std::array<std::vector<const NumericId*>, 19> by_size_;  // by the number of digits
};

}  // namespace

Made make_identity(scan::PhraseSet& set) { return std::make_unique<Identity>(set); }

}  // namespace sluice::sense::detect
