#include "sense/detect/context/numbers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "sense/detect/context/full_names.h"

namespace sluice::sense::detect {
namespace {

TEST_CASE("digits between two places are as many as are counted one by one") {
  scan::PhraseSet set;
  set.build();
  std::mt19937 random(29);
  const std::string alphabet = "0123456789 .-Aab,\n(";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t size = random() % 120; size > 0; --size) text += alphabet[random() % alphabet.size()];
    const scan::Document doc = scan::Document::of(text, set);
    const std::size_t from = random() % (text.size() + 1), to = from + random() % (text.size() - from + 1);
    const auto count = std::count_if(text.begin() + std::ptrdiff_t(from), text.begin() + std::ptrdiff_t(to),
                                     [](char c) { return c >= '0' && c <= '9'; });
    for (std::size_t least = 1; least < 12; ++least)
      CHECK(has_digits(doc, from, to, least) == (static_cast<std::size_t>(count) >= least));
  }
}

TEST_CASE("a full name ends somewhere whatever follows it, and is before a place only beside it") {
  scan::PhraseSet set;
  set.build();
  const auto before = [&](const std::string& text, const std::string& what) {
    const scan::Document doc = scan::Document::of(text, set);
    return follows_full_name(doc, doc.text.find(what));
  };
  CHECK(before("Wiebke Hansen-Loos, 0431", "0431"));
  CHECK(before("Gülseren Alptekin – 0505", "0505"));
  CHECK(before("| Bram Huisintveld | 0505", "0505"));
  CHECK(!before("Wiebke Hansen has 0431", "0431"));
  CHECK(!before("Wiebke, 0431", "0431"));
  CHECK(!before("0431", "0431"));
  std::mt19937 random(31);
  const std::string parts[] = {"Ana", "Łuk", "–", "。", " ", ",",  "É", "A",
                               "b",   "9",   "'", ".",  "-", "\n", "𝒜", "ß"};
  for (int round = 0; round < 3000; ++round) {
    std::string text = "Ana Bell";
    for (int k = 0; k < 12; ++k) text += parts[random() % std::size(parts)];
    const scan::Document doc = scan::Document::of(text, set);
    for (const std::uint32_t name : doc.names) {
      const std::size_t end = full_name_end(doc, name);
      CHECK(end > name);
      CHECK(end <= doc.text.size());
    }
  }
}

}  // namespace
}  // namespace sluice::sense::detect
