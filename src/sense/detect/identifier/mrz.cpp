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

class Mrz : public scan::Detector {
 public:
  explicit Mrz(scan::PhraseSet& set) : words_(set) { words_.add(kFiller, "<<", scan::Edge::Any); }

  const char* name() const override { return "mrz"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (hit.start < taken) continue;
      const Line first = line_at(doc, hit.start);
      taken = first.end;
      const std::size_t size = first.text.size();
      if (size != 44 && size != 36 && size != 30) continue;
      const Line second = line_after(doc, first);
      if (second.text.size() != size || first.text.substr(2, 3) == "UTO") continue;  // Utopia, of the standard
      const std::string_view number = size == 30 ? first.text.substr(5, 10) : second.text.substr(0, 10);
      const std::string_view birth = size == 30 ? second.text.substr(0, 7) : second.text.substr(13, 7);
      if (!checks(number.substr(0, 9), number[9]) || !checks(birth.substr(0, 6), birth[6])) continue;
      taken = second.end;
      hits.push_back(Hit{size == 30 ? Kind::NationalId : Kind::Passport, 0.98,
                         static_cast<std::uint32_t>(first.start), static_cast<std::uint32_t>(second.end)});
    }
    return {};
  }

 private:
  Words words_;
};

}  // namespace

Made make_mrz(scan::PhraseSet& set) { return std::make_unique<Mrz>(set); }

}  // namespace sluice::sense::detect
