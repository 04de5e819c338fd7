// The machine-readable zone of passports, visas and identity cards (ICAO 9303): lines of 44, 36 or 30 characters
// with check digits over document number and birth date.
#include <algorithm>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kFiller = 1;

bool is_zone(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<'; }

bool checks(std::string_view field, char digit) {
  static constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    const int v = c == '<' ? 0 : c <= '9' ? c - '0' : c - 'A' + 10;
    sum += v * kWeights[i % 3];
  }
  return digit >= '0' && digit <= '9' && sum % 10 == digit - '0';
}

struct Line {
  std::size_t start = 0, end = 0;
  std::string_view text;
};

Line line_at(const Document& doc, std::size_t at) {
  Line line{at, at, {}};
  while (line.start > 0 && is_zone(doc.text[line.start - 1])) --line.start;
  while (line.end < doc.text.size() && is_zone(doc.text[line.end])) ++line.end;
  line.text = doc.slice(line.start, line.end);
  return line;
}

Line line_after(const Document& doc, const Line& line) {
  std::size_t at = line.end;
  while (at < doc.text.size() && at - line.end < 4 &&
         (doc.text[at] == '\r' || doc.text[at] == '\n' || doc.text[at] == ' '))
    ++at;
  return at == line.end ? Line{} : line_at(doc, at);
}

// A field without the fillers behind it.
std::string_view bare(std::string_view field) {
  const std::size_t end = field.find_last_not_of('<');
  return end == field.npos ? std::string_view() : field.substr(0, end + 1);
}

bool is_sex(char c) { return c == 'M' || c == 'F' || c == 'X' || c == '<'; }

bool all_letters(std::string_view field) {
  return std::all_of(field.begin(), field.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '<'; });
}

class Mrz : public scan::Detector {
 public:
  explicit Mrz(scan::PhraseSet& set) : words_(set) { words_.add(kFiller, "<<", scan::Edge::Any); }

  const char* name() const override { return "mrz"; }

  // A line that is a little too long or too short was copied by hand: the check digits tell.
  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    Line before;
    for (const auto& hit : words_.hits(doc)) {
      if (hit.start < taken) continue;
      const Line line = line_at(doc, hit.start);
      taken = line.end;
      if (line.text.size() < 24 || line.text.size() > 60) continue;
      if (!booklet(doc, before, line, hits)) card(doc, line, hits);
      before = line;
    }
    return {};
  }

 private:
  static void report(const Document& doc, Kind kind, std::string_view field, std::vector<Hit>& hits) {
    const auto start = static_cast<std::uint32_t>(field.data() - doc.text.data());
    hits.push_back(Hit{kind, 0.98, start, static_cast<std::uint32_t>(start + field.size())});
  }

  // "<< FAMILY<<GIVEN" of the first line.
  static void name_of(const Document& doc, std::string_view field, std::vector<Hit>& hits) {
    field = bare(field);
    if (field.size() >= 4 && field.find("<<") != field.npos && all_letters(field))
      report(doc, Kind::Person, field, hits);
  }

  // The second line of a passport, a visa or a card of two lines: number, nationality, birth, sex, expiry.
  static bool booklet(const Document& doc, const Line& first, const Line& line, std::vector<Hit>& hits) {
    const std::string_view t = line.text;
    if (t.size() < 28 || !checks(t.substr(0, 9), t[9]) || !all_letters(t.substr(10, 3)) || !is_sex(t[20]))
      return false;
    if (!checks(t.substr(13, 6), t[19]) || !checks(t.substr(21, 6), t[27])) return false;
    if (t.find_first_of("0123456789") == t.npos || bare(t.substr(0, 9)).size() < 5) return false;
    const bool follows = first.end > 0 && first.text.size() > 5 && line.start - first.end < 6;
    if (t.substr(10, 3) == "UTO" || (follows && first.text.substr(2, 3) == "UTO")) return true;  // of the standard
    const bool card = follows && first.text[0] != 'P' && first.text[0] != 'V';
    report(doc, card ? Kind::NationalId : Kind::Passport, bare(t.substr(0, 9)), hits);
    report(doc, Kind::DateOfBirth, t.substr(13, 6), hits);
    if (follows) name_of(doc, first.text.substr(5), hits);
    return true;
  }

  // The first of a card's three lines: kind, state, number; below it birth, sex, expiry.
  static void card(const Document& doc, const Line& line, std::vector<Hit>& hits) {
    const std::string_view t = line.text;
    if ((t[0] != 'I' && t[0] != 'A' && t[0] != 'C') || !all_letters(t.substr(1, 4))) return;
    const Line second = line_after(doc, line);
    if (second.text.size() < 18 || t.substr(2, 3) == "UTO") return;
    const std::string_view u = second.text;
    if (!checks(t.substr(5, 9), t[14]) || !checks(u.substr(0, 6), u[6]) || !checks(u.substr(8, 6), u[14])) return;
    if (!is_sex(u[7])) return;
    report(doc, Kind::NationalId, bare(t.substr(5, 9)), hits);
    report(doc, Kind::DateOfBirth, u.substr(0, 6), hits);
    const Line third = line_after(doc, second);
    if (third.text.size() >= 10) name_of(doc, third.text, hits);
  }

  Words words_;
};

}  // namespace

Made make_mrz(scan::PhraseSet& set) { return std::make_unique<Mrz>(set); }

}  // namespace sluice::sense::detect
