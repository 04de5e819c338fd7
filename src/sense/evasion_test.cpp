// Numbers and keys that somebody writes so that a detector does not see them, and pages of harmless numbers that
// look alike. Both are made here, from identifiers whose check digits come from tests/golden/identifiers.txt.
#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "sense/test_text.h"

namespace sluice::sense {
namespace {

using testing::standard_judge;

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {
    std::ifstream in("tests/golden/identifiers.txt");
    for (std::string name, value, verdict, line; std::getline(in, line);) {
      std::istringstream words(line);
      if (words >> name >> value >> verdict && verdict == "ok") valid_[name].push_back(value);
    }
  }
  bool ready() const { return valid_.count("iban") && valid_.count("poland_pesel"); }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(list.size())];
  }
  const std::string& valid(const std::string& name) { return one_of(valid_.at(name)); }
  std::string digits(std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string letters(std::size_t count) {
    static const std::string all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string text;
    while (text.size() < count) text += one_of(all);
    return text;
  }
  // ISO/IEC 7812-1 annex B: every second digit from the right doubled, its digits summed, to a multiple of ten.
  std::string card() {
    std::string number = one_of(std::array<const char*, 4>{"4", "52", "37", "6011"});
    number += digits((number[0] == '3' ? 14 : 15) - number.size());
    int sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
      int value = number[number.size() - 1 - i] - '0';
      if (i % 2 == 0) value = value * 2 - (value > 4 ? 9 : 0);
      sum += value;
    }
    return number + static_cast<char>('0' + (10 - sum % 10) % 10);
  }

 private:
  std::mt19937 random_;
  std::map<std::string, std::vector<std::string>> valid_;
};

std::vector<std::string> cut(const std::string& text, const std::vector<std::size_t>& sizes) {
  std::vector<std::string> groups;
  std::size_t at = 0;
  for (std::size_t size : sizes) {
    groups.push_back(text.substr(at, size));
    at += size;
  }
  return groups;
}

std::vector<std::string> by_four(const std::string& text) {
  if (text.size() == 15) return cut(text, {4, 6, 5});
  std::vector<std::string> groups;
  for (std::size_t at = 0; at < text.size(); at += 4) groups.push_back(text.substr(at, 4));
  return groups;
}

std::string join(const std::vector<std::string>& groups, const std::string& gap, const std::string& before = "",
                 const std::string& behind = "") {
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) text += (i == 0 ? "" : gap) + groups[i];
  return before + text + behind;
}

// One of the writings that hide a number.
std::string hidden(Maker& make, const std::vector<std::string>& groups) {
  static const std::vector<std::string> gaps = {
      "\t",    ",",    ", ",       "; ",      " | ",     "\n",        "\n  ",   "\r\n", "\n> ",
      "<wbr>", "<br>", "<!-- -->", "&zwnj;",  "&#8203;", "&nbsp;",    "&shy;",  " • ",  "·",
      "\\\n",  "~~",   "+",        "</b><b>", "**",      "</td><td>", "<span>", "__"};
  static const std::vector<std::string> joints = {"\" + \"", "\" +\n    \"", "\" & \"", "\"\n  \"", "\" . \""};
  if (make.below(4) == 0) return join(groups, make.one_of(joints), "\"", "\"");
  return join(groups, make.one_of(gaps));
}

bool finds(const std::string& text, CategorySet categories) {
  return standard_judge().judge_text(text, {}).label.categories.intersects(categories);
}

struct Share {
  std::size_t found = 0, all = 0;
  std::string missed;
  void count(const std::string& text, CategorySet categories) {
    ++all;
    if (finds(text, categories))
      ++found;
    else if (missed.size() < 2000)
      missed += "[" + text + "]\n";
  }
  bool at_least(double share) const { return double(found) >= share * double(all); }
};

}  // namespace

TEST_CASE("cards and IBANs are found whatever stands between their groups") {
  Maker make(1);
  REQUIRE(make.ready());
  Share share;
  const std::vector<std::string> frames = {"Please charge ", "my number is ", "x = ", "here:\n"};
  for (int i = 0; i < 400; ++i) {
    const std::string& frame = make.one_of(frames);
    share.count(frame + hidden(make, by_four(make.card())) + " today", {Category::Financial});
    share.count(frame + hidden(make, by_four(make.valid("iban"))) + " today", {Category::Financial});
  }
  CHECK_MESSAGE(share.at_least(0.95), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("national identifiers beside their name are found whatever stands between their groups") {
  Maker make(2);
  REQUIRE(make.ready());
  struct Id {
    const char *validator, *name;
    std::vector<std::size_t> groups;
  };
  const std::vector<Id> ids = {{"poland_pesel", "PESEL", {4, 4, 3}},
                               {"germany_tax_id", "Steuer-ID", {2, 3, 3, 3}},
                               {"india_aadhaar", "Aadhaar", {4, 4, 4}},
                               {"netherlands_bsn", "BSN", {4, 2, 3}},
                               {"brazil_cpf", "CPF", {3, 3, 3, 2}},
                               {"canada_sin", "SIN", {3, 3, 3}},
                               {"switzerland_ahv", "AHV-Nummer", {3, 4, 4, 2}}};
  Share share;
  for (int i = 0; i < 400; ++i) {
    const Id& id = make.one_of(ids);
    share.count(
        "My " + std::string(id.name) + " is " + hidden(make, cut(make.valid(id.validator), id.groups)) + ".",
        {Category::GovId});
  }
  CHECK_MESSAGE(share.at_least(0.9), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("keys are found in joined strings, broken lines and letters apart") {
  Maker make(3);
  const std::vector<std::string> gaps = {"\" + \"", "\" +\n      \"", "\"\n   \"", "\" . \"", "\" & \"", "\\\n",
                                         "\n",      "\n    ",         "\n> "};
  Share share;
  for (int i = 0; i < 300; ++i) {
    const std::vector<std::string> keys = {"ghp_" + make.letters(36), "sk_live_" + make.letters(24),
                                           "npm_" + make.letters(36), "glpat-" + make.letters(20)};
    const std::string& key = make.one_of(keys);
    const std::size_t first = 8 + make.below(8);
    const std::string& gap = make.one_of(gaps);
    const bool quoted = gap[0] == '"';
    std::string text =
        join({key.substr(0, first), key.substr(first)}, gap, quoted ? "\"" : "", quoted ? "\"" : "");
    if (i % 8 == 0) {
      text.clear();
      for (const char c : key) text += std::string(text.empty() ? "" : " ") + c;
    }
    share.count("the token is " + text, {Category::Credentials});
  }
  CHECK_MESSAGE(share.at_least(0.9), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("a hidden number is shown where it stands") {
  const Judgement judgement = standard_judge().judge_text("Größe 7: 4539,5787,6362,1486 und mehr", {});
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].detector == "payment_card");
  CHECK(judgement.findings[0].start == 9);
  CHECK(judgement.findings[0].end == 28);
}

TEST_CASE("pages of numbers are no cards") {
  Maker make(4);
  std::size_t alarms = 0;
  std::string wrong;
  const std::vector<std::string> rows = {",", "\t", " | ", ", ", ";"};
  for (int i = 0; i < 600; ++i) {
    std::string text;
    const std::string& gap = make.one_of(rows);
    const std::size_t columns = 3 + make.below(6), size = 2 + make.below(7), lines = 2 + make.below(30);
    for (std::size_t line = 0; line < lines; ++line) {
      std::vector<std::string> cells;
      for (std::size_t c = 0; c < columns; ++c) cells.push_back(make.digits(size));
      text += join(cells, gap) + "\n";
    }
    const Judgement judgement = standard_judge().judge_text(text, {});
    if (judgement.label.categories.empty()) continue;
    ++alarms;
    wrong +=
        judgement.findings.empty() ? "" : judgement.findings[0].detector + " in\n" + text.substr(0, 200) + "\n";
  }
  CHECK_MESSAGE(alarms <= 6, alarms << " of 600:\n"
                                    << wrong);  // a check digit of ten is right by chance now and then
  for (const char* text :
       {"2026-01-19T12:30:45,123 INFO [4111] rows=1111 took 1111 ms, 1111 more", "1,234,567,890,123 people",
        "int t[] = {4, 5, 39, 578, 76, 3, 62, 1486};", "see pages 45, 39, 57, 87, 63, 62, 14, 85 and 90",
        "[[4539, 5787], [6362, 1486], [1234, 5678], [1111, 2222]]", "v1.2.3, v4.5.6, v7.8.9",
        "<td>45</td><td>39.57</td><td>87.63</td><td>62.14</td>"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

}  // namespace sluice::sense
