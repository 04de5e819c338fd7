#include "sense/own/patterns.h"

#include <doctest/doctest.h>

namespace sluice::sense::own {
namespace {

config::OwnPattern pattern(const std::string& regex) {
  config::OwnPattern p;
  p.name = "it";
  p.regex = {regex, "sluice.yaml:4:12"};
  return p;
}

struct Made {
  std::shared_ptr<const Patterns> patterns;
  scan::PhraseSet phrases;
  std::unique_ptr<scan::Detector> detector;
};

Made make(const std::vector<config::OwnPattern>& written) {
  Made made;
  auto patterns = Patterns::compile(written);
  REQUIRE_MESSAGE(patterns.has_value(), (patterns ? "" : patterns.error().to_string()));
  made.patterns = *patterns;
  made.detector = made.patterns->detector(made.phrases, 0);
  made.phrases.build();
  return made;
}

std::string found(const Made& made, std::string_view text) {
  const scan::Document doc = scan::Document::of(text, made.phrases);
  std::vector<scan::Hit> hits;
  REQUIRE(made.detector->detect(doc, hits).has_value());
  std::string all;
  for (const scan::Hit& hit : hits) {
    CHECK(hit.kind == scan::Kind::Own);
    all += std::to_string(hit.own) + "[" + std::string(doc.slice(hit.start, hit.end)) + "]";
  }
  return all;
}

Error error_of(const config::OwnPattern& written) {
  auto patterns = Patterns::compile({written});
  REQUIRE(!patterns.has_value());
  CHECK(patterns.error().code == "config.value");
  return patterns.error();
}

}  // namespace

TEST_CASE("a pattern finds what it says, in the canonical text") {
  const Made made = make({pattern(R"(\bKD-\d{6}\b)")});
  CHECK(found(made, "Kunde KD-482910 und KD-482911.") == "0[KD-482910]0[KD-482911]");
  CHECK(found(made, "ＫＤ－４８２９１０, K\u200BD-48\u00AD2912") == "0[KD-482910]0[KD-482912]");
  CHECK(found(made, "kd-482910 KD-4829101 XKD-482910").empty());
  auto any_case = pattern(R"(\bKD-\d{6}\b)");
  any_case.ignore_case = true;
  CHECK(found(make({any_case}), "kd-482910") == "0[kd-482910]");
}

TEST_CASE("a group is what is found, and ^ and $ stand at lines") {
  CHECK(found(make({pattern(R"(Kundennr\.? (\d+))")}), "Kundennr. 4711 und 4712") == "0[4711]");
  CHECK(found(make({pattern(R"((?:key|pin)=(\w+)?)")}), "key= pin=77") == "0[key=]0[77]");
  CHECK(found(make({pattern("^KD$")}), "a\nKD\nKD b\nKD") == "0[KD]0[KD]");
}

TEST_CASE("context words have to stand nearby, checks have to hold") {
  auto p = pattern(R"(\b\d{6}\b)");
  p.context = {{"Akte", "x"}, {"case file", "x"}};
  const Made made = make({p});
  CHECK(found(made, "Akte 482910") == "0[482910]");
  CHECK(found(made, "see 482910 in the CASE FILE") == "0[482910]");
  CHECK(found(made, "see 482910").empty());
  CHECK(found(made, "Aktenzeichen 482910").empty());
  CHECK(found(made, "Akte" + std::string(200, '.') + " 482910").empty());
  auto checked = pattern(R"(\b\d{4}-?\d{4}-?\d{4}-?\d{4}\b)");
  checked.check = {"luhn", "x"};
  CHECK(found(make({checked}), "4111-1111-1111-1111 4111111111111112") == "0[4111-1111-1111-1111]");
}

TEST_CASE("several patterns, each under its number") {
  const Made made = make({pattern("alpha"), pattern("b[eE]ta"), pattern("al")});
  CHECK(found(made, "alpha bEta") == "0[alpha]1[bEta]2[al]");
  CHECK(found(made, "gamma").empty());
  std::vector<config::OwnPattern> many;
  for (int i = 0; i < 256; ++i) many.push_back(pattern(R"(\b[A-Z]{2,40}\d{3,9}x)" + std::to_string(i) + R"(\b)"));
  CHECK(found(make(many), "AB123x7 AB123x255") == "7[AB123x7]255[AB123x255]");
}

TEST_CASE("matches are found across the steps of a long text, each once") {
  const Made made = make({pattern(R"(<[a-z]*>)"), pattern("never")});
  for (std::size_t start = 4080; start < 4110; ++start) {
    const std::string text = std::string(start, '.') + "<abc>" + std::string(9000, '.') + "<" +
                             std::string(1500, 'x') + ">" + std::string(5000, '.');
    CHECK(found(made, text) == "0[<abc>]0[<" + std::string(1500, 'x') + ">]");
  }
  std::string text;  // characters of several bytes at each step
  for (int i = 0; i < 9000; ++i) text += "ü";
  CHECK(found(make({pattern("(?:^|ü)ü{2}$")}), text) == "0[üüü]");
}

TEST_CASE("a pattern that looks far ahead for each match stays bounded") {
  const Made made = make({pattern("a[^b]*b|a")});
  const std::string text(64 * 1024, 'a');
  const scan::Document doc = scan::Document::of(text, made.phrases);
  std::vector<scan::Hit> hits;
  REQUIRE(made.detector->detect(doc, hits).has_value());
  CHECK(hits.size() == 1000);
}

TEST_CASE("what can't be a pattern is refused with its place") {
  for (const char* regex : {"(", "a)(b", "(?=a)", R"((a)\1)", "[z-a]", "a{2000}", R"(\p{Nope})"}) {
    const Error error = error_of(pattern(regex));
    CHECK_MESSAGE(error.message.find("RE2") != std::string::npos, regex);
    CHECK(error.where == "sluice.yaml:4:12");
    CHECK(!error.hint.empty());
  }
  for (const char* regex : {"a*", "(?:)", R"(\b)", "^", "$", "x?", "a|", "(?i)[ab]*"})
    CHECK_MESSAGE(error_of(pattern(regex)).message.find("nothing stands") != std::string::npos, regex);
  for (const char* regex : {R"(\Aab)", R"(ab\z)", R"(a\Cb)"})
    CHECK_MESSAGE(error_of(pattern(regex)).message.find("no meaning") != std::string::npos, regex);
  CHECK(error_of(pattern(R"([\p{L}\p{N}]{600}x[\p{L}\p{N}]{600})")).message.find("too large") !=
        std::string::npos);
  CHECK(found(make({pattern(R"(\Q\A\E\d)")}), R"(\A7)") == R"(0[\A7])");
  auto p = pattern("a");
  p.check = {"lunh", "sluice.yaml:5:3"};
  CHECK(error_of(p).where == "sluice.yaml:5:3");
  p = pattern("a");
  p.context = {{std::string(61, 'x'), "sluice.yaml:6:3"}};
  CHECK(error_of(p).where == "sluice.yaml:6:3");
}

}  // namespace sluice::sense::own
