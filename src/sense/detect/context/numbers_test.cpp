#include "sense/detect/context/numbers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

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

}  // namespace
}  // namespace sluice::sense::detect
