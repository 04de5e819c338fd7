#include "sense/scan/decode/hints.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMinSpelled = 7;       // digits in a row
constexpr std::size_t kMaxBackwards = 4096;  // bytes of a text that is also read in ROT13 and backwards

// From zero to nine in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Turkish,
// Swedish.
constexpr std::string_view kDigits[] = {"zero|oh|null|zéro|cero|nul|ноль|sıfır|noll",
                                        "one|eins|un|une|uno|um|een|één|jeden|один|bir|ett",
                                        "two|zwei|zwo|deux|dos|due|dois|twee|dwa|два|iki|två",
                                        "three|drei|trois|tres|tre|três|drie|trzy|три|üç",
                                        "four|vier|quatre|cuatro|quattro|quatro|cztery|четыре|dört|fyra",
                                        "five|fünf|fuenf|cinq|cinco|cinque|vijf|pięć|пять|beş|fem",
                                        "six|sechs|seis|sei|zes|sześć|шесть|altı|sex",
                                        "seven|sieben|sept|siete|sette|sete|zeven|siedem|семь|yedi|sju",
                                        "eight|acht|huit|ocho|otto|oito|osiem|восемь|sekiz|åtta",
                                        "nine|neun|neuf|nueve|nove|negen|dziewięć|девять|dokuz|nio"};
// With the forms that are written on cheques.
constexpr std::string_view kHan[] = {"零|〇|영|공", "一|壹|壱|幺|일", "二|贰|貳|弐|이", "三|叁|參|叄|삼",
                                     "四|肆|사",    "五|伍|오",       "六|陆|陸|육",    "七|柒|칠",
                                     "八|捌|팔",    "九|玖|구"};

char rot13(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>('a' + (c - 'a' + 13) % 26);
  if (c >= 'A' && c <= 'Z') return static_cast<char>('A' + (c - 'A' + 13) % 26);
  return c;
}

// What may stand between two spelled digits.
bool is_gap(std::string_view gap) { return gap.size() <= 3 && gap.find_first_not_of(" ,-.\n") == gap.npos; }

}  // namespace

Hints::Hints(PhraseSet& set)
    : digits_(set.new_owner()), decoding_(set.new_owner()), base85_(set.new_owner()), uuencode_(set.new_owner()) {
  for (std::size_t d = 0; d < 10; ++d) {
    for_each_phrase(kDigits[d], [&](std::string_view word) {
      set.add(digits_, word);
      value_.push_back(static_cast<std::uint8_t>(d));
    });
    for_each_phrase(kHan[d], [&](std::string_view word) {
      set.add(digits_, word, Edge::Any);
      value_.push_back(static_cast<std::uint8_t>(d));
    });
  }
  for_each_phrase(
      "rot13|rot-13|rot 13|caesar|decode|decrypt|decipher|cipher|encoded|backwards|reversed|reverse|entschlüssele|"
      "dekodiere|rückwärts|décode|déchiffre|à l'envers|decodifica|descifra|al revés|unscramble",
      [&](std::string_view word) { set.add(decoding_, word); });
  for_each_phrase("base85|b85|a85|ascii85|base-85|b85decode|b85encode|a85decode|a85encode|rfc 1924|rfc1924",
                  [&](std::string_view word) { set.add(base85_, word); });
  for_each_phrase(
      "begin 644|begin 600|begin 640|begin 660|begin 664|begin 666|begin 400|begin 440|begin 444|"
      "begin 700|begin 750|begin 755|begin 775|begin 777",
      [&](std::string_view word) { set.add(uuencode_, word); });
}

void Hints::spelled(const Document& doc, std::vector<Piece>& found) const {
  const auto& words = doc.phrases[digits_];
  for (std::size_t i = 0; i < words.size();) {
    std::size_t last = i;
    while (last + 1 < words.size() && words[last + 1].start >= words[last].end &&
           is_gap(doc.slice(words[last].end, words[last + 1].start)))
      ++last;
    if (last - i + 1 >= kMinSpelled) {
      // With the words before, which say what number it is.
      Piece piece{{}, {}, true};
      std::size_t from = words[i].start > 64 ? words[i].start - 64u : 0;
      while (from < words[i].start && (static_cast<unsigned char>(doc.text[from]) & 0xC0) == 0x80) ++from;
      for (std::size_t at = from; at < words[i].start; ++at) {
        piece.text += doc.text[at];
        piece.origin.push_back(static_cast<std::uint32_t>(at));
      }
      for (std::size_t k = i; k <= last; ++k) {
        piece.text += static_cast<char>('0' + value_[words[k].id]);
        piece.origin.push_back(words[k].start);
      }
      piece.origin.push_back(words[last].end);
      found.push_back(std::move(piece));
    }
    i = last + 1;
  }
}

std::vector<Piece> Hints::readings(const Document& doc) const {
  std::vector<Piece> found;
  if (doc.phrases[digits_].size() >= kMinSpelled) spelled(doc, found);
  if (!doc.phrases[base85_].empty())
    for (Piece& piece : base85_runs(doc.text, true)) found.push_back(std::move(piece));
  std::size_t done = 0;
  for (const PhraseHit& hit : doc.phrases[uuencode_]) {
    if (hit.start < done || (hit.start > 0 && doc.text[hit.start - 1] != '\n')) continue;
    auto piece = uuencoded_at(doc.text, hit.start);
    if (!piece) continue;
    done = piece->origin.back();
    found.push_back(std::move(*piece));
  }
  if (doc.phrases[decoding_].empty() || doc.text.size() > kMaxBackwards) return found;
  Piece turned{doc.text, {}, true}, backwards{{}, {}, true};
  for (std::size_t i = 0; i < doc.text.size(); ++i) {
    turned.text[i] = rot13(doc.text[i]);
    turned.origin.push_back(static_cast<std::uint32_t>(i));
  }
  turned.origin.push_back(static_cast<std::uint32_t>(doc.text.size()));
  found.push_back(std::move(turned));
  const bool ascii =
      std::all_of(doc.text.begin(), doc.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) return found;
  backwards.text.assign(doc.text.rbegin(), doc.text.rend());
  // Offsets would fall; what is found backwards stands somewhere in the whole text.
  backwards.origin.assign(doc.text.size(), 0);
  backwards.origin.push_back(static_cast<std::uint32_t>(doc.text.size()));
  found.push_back(std::move(backwards));
  return found;
}

}  // namespace sluice::sense::scan
