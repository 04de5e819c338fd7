#include "sense/own/dictionary.h"
#include "base/test_folder.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

namespace sluice::sense::own {
namespace {

struct Made {
  WordHash hash;
  Dictionary dictionary;
  scan::PhraseSet phrases;
};

config::OwnDictionary list_of(const std::vector<std::string>& terms) {
  config::OwnDictionary d;
  for (std::size_t i = 0; i < terms.size(); ++i) d.terms.push_back({terms[i], "term " + std::to_string(i)});
  return d;
}

Made make(const std::vector<config::OwnDictionary>& lists, std::uint16_t first = 0) {
  Made made;
  auto dictionary = Dictionary::compile(lists, made.hash, first);
  REQUIRE_MESSAGE(dictionary.has_value(), (dictionary ? "" : dictionary.error().to_string()));
  made.dictionary = std::move(*dictionary);
  made.phrases.build();
  return made;
}

std::vector<scan::Hit> find(const Made& made, std::string_view text) {
  const scan::Document doc = scan::Document::of(text, made.phrases);
  const auto tokens = made.hash.tokens(doc.lower);
  const WordHash::Runs runs(made.hash, tokens);
  std::vector<scan::Hit> hits;
  made.dictionary.find(doc, tokens, runs, hits);
  return hits;
}

std::string found_text(const Made& made, std::string_view text) {
  std::string all;
  const scan::Document doc = scan::Document::of(text, made.phrases);
  for (const scan::Hit& hit : find(made, text)) all += "[" + std::string(doc.slice(hit.start, hit.end)) + "]";
  return all;
}

Error error_of(const config::OwnDictionary& list) {
  const WordHash hash;
  auto dictionary = Dictionary::compile({list}, hash, 0);
  REQUIRE(!dictionary.has_value());
  return dictionary.error();
}

}  // namespace

TEST_CASE("terms are whole words, in any case and width, with any blanks between") {
  const Made made = make({list_of({"Project Falcon", "Łódź plant", "C++", ".NET", "R&D", "机密项目"})});
  CHECK(found_text(made, "about PROJECT  falcon, and") == "[PROJECT  falcon]");
  CHECK(found_text(made, "Ｐｒｏｊｅｃｔ\nFal\u200Bcon") == "[Project\nFalcon]");
  CHECK(found_text(made, "project_falcon.txt project-falcon") == "[project_falcon][project-falcon]");
  CHECK(found_text(made, "the ŁÓDŹ PLANT") == "[ŁÓDŹ PLANT]");
  CHECK(found_text(made, "he writes c++, not C") == "[c++]");
  CHECK(found_text(made, "in .net and net") == "[.net]");
  CHECK(found_text(made, "r&d or R & D or rd") == "[r&d]");
  CHECK(found_text(made, "这是机密项目的计划") == "[机密项目]");
  for (const char* text : {"projects falcon", "project falcons", "myproject falcon", "project. falcon",
                           "projectfalcon", "falcon project", "项目", ""})
    CHECK_MESSAGE(found_text(made, text).empty(), text);
}

TEST_CASE("the longest term of each dictionary is shown, and a shorter one of another") {
  const Made made = make({list_of({"falcon", "falcon heavy", "heavy metal"}), list_of({"heavy"})}, 40);
  const auto hits = find(made, "falcon heavy metal");
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].own == 40);
  CHECK(hits[0].end == 12);
  CHECK(hits[1].own == 40);  // it goes on where the longer one has ended
  CHECK(hits[1].start == 7);
  CHECK(hits[2].own == 41);
}

TEST_CASE("random texts: what a reference finds word by word is found, and nothing else") {
  std::mt19937 random(3);
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  const std::vector<std::string> alphabet = {"a", "b", "ab", "ba", "abc", "x1"};
  const std::vector<std::string> gaps = {" ", "  ", "\n", ", ", ".", "-", "_", "", "+"};
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> terms;
    while (terms.size() < 4) {
      std::string term = alphabet[std::size_t(pick(6))];
      for (int more = pick(3); more > 0; --more) term += " " + alphabet[std::size_t(pick(6))];
      terms.insert(term);
    }
    std::vector<config::OwnDictionary> lists;  // one each, so that none hides another
    for (const std::string& term : terms) lists.push_back(list_of({term}));
    const Made made = make(lists);
    std::string text;
    for (int i = 0; i < 60; ++i) text += alphabet[std::size_t(pick(6))] + gaps[std::size_t(pick(9))];
    std::set<std::pair<std::size_t, std::size_t>> expected, found;
    std::size_t own = 0;
    for (const std::string& term : terms) {
      std::string pattern = term;
      RE2::GlobalReplace(&pattern, " ", "[ \n_-]+");
      const RE2 reference("(?:^|[^0-9a-z])(" + pattern + ")(?:$|[^0-9a-z])");
      re2::StringPiece match[2];
      for (std::size_t at = 0; reference.Match(text, at, text.size(), RE2::UNANCHORED, match, 2);) {
        expected.insert({std::size_t(match[1].data() - text.data()), own});
        at = std::size_t(match[1].data() - text.data()) + 1;
      }
      ++own;
    }
    for (const scan::Hit& hit : find(made, text)) found.insert({hit.start, hit.own});
    CHECK_MESSAGE(found == expected, text);
  }
}

TEST_CASE("a hundred thousand terms of a file, each found") {
  const TestFolder folder;
  const std::string path = folder / "terms";
  {
    std::ofstream out(path);
    out << "\xEF\xBB\xBF";
    for (int i = 0; i < 100'000; ++i) out << "customer number" << i << " limited" << (i % 2 ? "\r\n\n" : "\n");
  }
  config::OwnDictionary list;
  list.file = {path, "here"};
  const Made made = make({list});
  CHECK(made.dictionary.size() == 100'000);
  std::string text;
  for (int i = 0; i < 100'000; i += 997) text += "Customer Number" + std::to_string(i) + " Limited; ";
  CHECK(find(made, text).size() == 101);
  CHECK(find(made, "customer number100000 limited, customer limited").empty());
}

TEST_CASE("more hits of one dictionary than are listed don't hide those of another") {
  const Made made = make({list_of({"public"}), list_of({"secret"})});
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "public ";
  const auto hits = find(made, text + "secret");
  CHECK(hits.back().own == 1);
}

TEST_CASE("what can't be a term is refused with its place, and without its text") {
  const auto check = [](const std::string& term, const char* message) {
    const Error error = error_of(list_of({"fine", term}));
    CHECK(error.code == "config.value");
    CHECK(error.where == "term 1");
    CHECK_MESSAGE(error.message.find(message) != std::string::npos, error.to_string());
  };
  check("+++", "no letter");
  check(std::string(501, 'x'), "longer than");
  check("a b c d e f g h i j k l m n o p q", "longer than 16 words");
  check("\xFF", "not UTF-8");
  check("((((((((((((((((((((((a", "too many signs");
  config::OwnDictionary list;
  list.file = {"/nonexistent/terms.txt", "here"};
  CHECK(error_of(list).where == "here");
}

}  // namespace sluice::sense::own
