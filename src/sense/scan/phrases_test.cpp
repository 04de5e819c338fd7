#include "sense/scan/phrases.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <tuple>

using namespace sluice::sense::scan;

namespace {

using Found = std::vector<std::vector<PhraseHit>>;

Found find(const PhraseSet& set, std::string_view text) {
  Found found;
  set.find(lower_case(text), found);
  return found;
}

}  // namespace

TEST_CASE("every occurrence of every phrase is found, as a search one by one finds them") {
  std::mt19937 rng(3);
  std::uniform_int_distribution<int> letter(0, 2), size(1, 6);
  const auto word = [&](int n) {
    std::string s;
    for (int i = 0; i < n; ++i) s += static_cast<char>('a' + letter(rng));
    return s;
  };
  for (int round = 0; round < 60; ++round) {
    PhraseSet set;
    const auto owner = set.new_owner();
    std::vector<std::string> phrases;
    for (int i = 0; i < 25; ++i) {
      phrases.push_back(word(size(rng)));
      CHECK(set.add(owner, phrases.back(), Edge::Any) == i);
    }
    set.build();
    const std::string text = word(300);
    const Found found = find(set, text);
    std::size_t expected = 0;
    for (std::size_t p = 0; p < phrases.size(); ++p) {
      for (std::size_t at = text.find(phrases[p]); at != text.npos; at = text.find(phrases[p], at + 1)) {
        ++expected;
        CHECK(std::any_of(found[owner].begin(), found[owner].end(), [&](const PhraseHit& h) {
          return h.id == p && h.start == at && h.end == at + phrases[p].size();
        }));
      }
    }
    CHECK(found[owner].size() == expected);
    CHECK(std::is_sorted(found[owner].begin(), found[owner].end(),
                         [](const PhraseHit& a, const PhraseHit& b) { return a.end < b.end; }));
  }
}

TEST_CASE("a long text, which is searched in several places at once, gives the hits of its pieces one by one") {
  std::mt19937 rng(5);
  std::uniform_int_distribution<int> letter(0, 3), size(1, 60);
  const auto word = [&](int n) {
    std::string s;
    while (n-- > 0) s += "ab c"[letter(rng)];
    return s;
  };
  for (int round = 0; round < 20; ++round) {
    const std::string text = word(1900 + round * 197);  // up to eight places
    PhraseSet set;
    const auto owner = set.new_owner();
    std::vector<std::string> phrases;
    for (int i = 0; i < 40; ++i) {
      const auto n = static_cast<std::size_t>(size(rng));
      phrases.push_back(i % 2 ? text.substr(rng() % (text.size() - n), n) : word(4));
      set.add(owner, phrases.back(), Edge::Any);
    }
    // Across the eighths, where one search ends and the next begins.
    for (std::size_t eighth = 1; eighth < 8; ++eighth) {
      phrases.push_back(text.substr(text.size() / 8 * eighth - 30, 60));
      set.add(owner, phrases.back(), Edge::Any);
    }
    set.build();
    std::multiset<std::array<std::size_t, 3>> expected, found;
    for (std::size_t p = 0; p < phrases.size(); ++p) {
      for (std::size_t at = text.find(phrases[p]); at != text.npos; at = text.find(phrases[p], at + 1))
        expected.insert({p, at, at + phrases[p].size()});
    }
    const Found hits = find(set, text);
    for (const PhraseHit& h : hits[owner]) found.insert({h.id, h.start, h.end});
    CHECK(found == expected);
    CHECK(std::is_sorted(hits[owner].begin(), hits[owner].end(),
                         [](const PhraseHit& a, const PhraseHit& b) { return a.end < b.end; }));
  }
}

TEST_CASE("edges hold as asked") {
  PhraseSet set;
  const auto word = set.new_owner(), start = set.new_owner(), any = set.new_owner(), unit = set.new_owner();
  set.add(word, "pin", Edge::Word);
  set.add(start, "pin", Edge::Start);
  set.add(any, "pin", Edge::Any);
  set.add(unit, "mg", Edge::AfterDigit);
  const auto end = set.new_owner();
  set.add(end, "pin", Edge::End);
  set.build();
  const Found found = find(set, "PIN pins spin 5 mg 7mg mg omg 8 mgs");
  CHECK(found[word].size() == 1);
  CHECK(found[start].size() == 2);
  CHECK(found[any].size() == 3);
  CHECK(found[unit].size() == 2);
  CHECK(found[end].size() == 2);
}

TEST_CASE("a word ends where a character of a script without spaces begins") {
  PhraseSet set;
  const auto owner = set.new_owner();
  set.add(owner, "dni", Edge::Word);
  set.build();
  CHECK(find(set, "的dni是")[owner].size() == 1);
  CHECK(find(set, "ändni")[owner].empty());
  CHECK(find(set, "dniñ")[owner].empty());
}

TEST_CASE("lower case keeps the length and folds Latin, Greek and Cyrillic capitals") {
  CHECK(lower_case("ÀÉÖß×÷ ΑΣ АЯЁ Z") == "àéöß×÷ ασ аяё z");
  CHECK(lower_case("ΆΈΉΊΌΎΏ") == "άέήίόύώ");
  CHECK(lower_case("ŞİĞ ČŘĎŠŽŤŇ ŁÓŹĆŻĄĘŚ ŐŰ ĀĒ ĹĽ Ÿıĸŉſ") == "şİğ čřďšžťň łóźćżąęś őű āē ĺľ Ÿıĸŉſ");
  const std::string text = "Straße ÄÖÜ ПРИВЕТ 漢字";
  CHECK(lower_case(text).size() == text.size());
  CHECK(lower_case("\xC3").size() == 1);
}

namespace {

using Characters = std::vector<std::string>;  // one each, as UTF-8

// What the comments at Edge say of a phrase between these two characters, the empty one being an end of the text.
bool edge_allows(Edge edge, const std::string& before_that, const std::string& before, const std::string& after) {
  const auto digit = [](const std::string& c) { return c == "1"; };
  const auto alnum = [&](const std::string& c) { return c == "a" || c == "b" || digit(c); };
  const auto letter = [&](const std::string& c) { return alnum(c) || c == "é"; };
  const auto word = [&](const std::string& c) { return letter(c) || c == "_"; };
  switch (edge) {
    case Edge::Word:
      return !word(before) && !word(after);
    case Edge::Name:
      return !letter(before) && !letter(after);
    case Edge::Start:
      return !word(before);
    case Edge::End:
      return !word(after);
    case Edge::Any:
      return true;
    case Edge::AfterDigit:
      return !word(after) && (digit(before) || (before == " " && digit(before_that)));
    case Edge::BehindDigit:
      return digit(before);
    case Edge::Fresh:
      return !alnum(before);
  }
  return false;
}

std::string joined(const Characters& characters, std::size_t from, std::size_t to) {
  std::string all;
  for (std::size_t i = from; i < to; ++i) all += characters[i];
  return all;
}

}  // namespace

TEST_CASE("phrases of any characters and edges are found just where a search one by one finds them") {
  const Characters alphabet = {"a", "a", "b", "1", " ", " ", "-", "_", "\n", "é", "中"};
  std::mt19937 rng(17);
  const auto some = [&](std::size_t most) {
    Characters characters(1 + rng() % most);
    for (std::string& c : characters) c = alphabet[rng() % alphabet.size()];
    return characters;
  };
  std::size_t found_in_all = 0;
  for (int round = 0; round < 300; ++round) {
    PhraseSet set;
    const auto owner = set.new_owner();
    std::vector<std::pair<std::string, Edge>> phrases;
    const Characters text = some(round % 3 == 0 ? 30 : 400);
    for (int i = 0; i < 30; ++i) {
      // Every second one is a piece of the text, so that long ones occur, too.
      const std::size_t from = rng() % text.size();
      const std::size_t to = std::min<std::size_t>(text.size(), from + 1 + rng() % 20);
      const Characters other = some(4);
      const std::string phrase = i % 2 ? joined(text, from, to) : joined(other, 0, other.size());
      if (phrase.size() > 60) continue;
      phrases.emplace_back(phrase, static_cast<Edge>(rng() % 8));
      set.add(owner, phrases.back().first, phrases.back().second);
    }
    set.build();
    using Hit = std::tuple<std::size_t, std::size_t, std::size_t>;
    std::vector<Hit> expected, got;
    std::vector<std::size_t> offset{0};
    for (const std::string& c : text) offset.push_back(offset.back() + c.size());
    const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : std::string(); };
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::size_t shortest = offset[i];
      for (std::size_t k = i + 1; k <= text.size() && k <= i + 60; ++k) {
        const std::string here = joined(text, i, k);
        for (std::size_t p = 0; p < phrases.size(); ++p) {
          if (phrases[p].first != here || !edge_allows(phrases[p].second, at(i - 2), at(i - 1), at(k))) continue;
          expected.emplace_back(offset[i], offset[k], p);
          if (shortest == offset[i]) shortest = offset[k];
        }
      }
      CHECK(set.end_at(joined(text, 0, text.size()), offset[i]) == shortest);
    }
    const Found found = find(set, joined(text, 0, text.size()));
    for (const PhraseHit& hit : found[owner]) got.emplace_back(hit.start, hit.end, hit.id);
    std::sort(expected.begin(), expected.end());
    std::sort(got.begin(), got.end());
    CHECK(got == expected);
    found_in_all += got.size();
  }
  CHECK(found_in_all > 10'000);
}
