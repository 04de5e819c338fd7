// The true and false examples of every detector: tests/cases/sense/<detector>.case.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "json/doc.h"
#include "sense/kinds.h"
#include "sense/test_text.h"
#include "text/utf8.h"

namespace sluice::sense::testing {
namespace {

std::string unescape(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    const char c = line[++i];
    if (c == 'n') {
      out += '\n';
    } else if (c == 't') {
      out += '\t';
    } else if (c == 'u' && i + 1 < line.size() && line[i + 1] == '{') {
      const std::size_t close = line.find('}', i);
      text::append_utf8(out, static_cast<std::uint32_t>(
                                 std::stoul(std::string(line.substr(i + 2, close - i - 2)), nullptr, 16)));
      i = close;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<Case> read_cases(const std::string& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line.size() < 3 || (line[0] != '+' && line[0] != '-') || line[1] != ' ') {
      FAIL_CHECK(file << ":" << number << ": a line begins with '+ ', '- ' or '#'");
      continue;
    }
    cases.push_back({line[0] == '+', unescape(std::string_view(line).substr(2)), number});
  }
  return cases;
}

std::vector<Labelled> read_labelled(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path);
  std::vector<Labelled> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, line);
    all.push_back({line.substr(0, tab), unescape(std::string_view(line).substr(tab + 1))});
  }
  return all;
}

const Judge& standard_judge() {
  static const auto judge = Judge::create();
  REQUIRE(judge.has_value());
  return **judge;
}

bool has(const Judgement& judgement, std::string_view detector) {
  if (detector == "local_wish") return judgement.label.local_only;
  return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                     [&](const Finding& f) { return f.detector == detector; });
}

TEST_CASE("each detector finds its true examples and leaves its false ones") {
  std::set<std::string> detectors;
  for (std::size_t k = 0; k < scan::kKinds; ++k) detectors.insert(meaning_of(static_cast<scan::Kind>(k)).detector);
  for (const std::string& detector : detectors) {
    const std::string file = "tests/cases/sense/" + detector + ".case";
    const std::vector<Case> cases = read_cases(file);
    CHECK_MESSAGE(std::any_of(cases.begin(), cases.end(), [](const Case& c) { return c.found; }),
                  file << " needs a line '+ ...'");
    CHECK_MESSAGE(std::any_of(cases.begin(), cases.end(), [](const Case& c) { return !c.found; }),
                  file << " needs a line '- ...'");
    for (const Case& c : cases) {
      const Judgement judgement = standard_judge().judge_text(c.text, {});
      CHECK_MESSAGE(has(judgement, detector) == c.found, file << ":" << c.line << ": " << c.text);
      if (!c.found) continue;
      const std::size_t points = text::count_code_points(c.text);
      for (const Finding& f : judgement.findings) {
        CHECK_MESSAGE((f.start < f.end && f.end <= points), file << ":" << c.line << ": span outside the text");
      }
    }
  }
}

TEST_CASE("public texts stay public") {
  const std::string file = "tests/cases/sense/public.texts";
  for (const Case& c : read_cases(file)) {
    const Judgement judgement = standard_judge().judge_text(c.text, {});
    CHECK_MESSAGE(judgement.label.cls == Class::Public,
                  file << ":" << c.line << ": " << c.text << " -> " << judgement.label.to_string());
  }
}

TEST_CASE("a private person's telephone is one beside the opening hours of an office too") {
  for (const char* text :
       {"The helpline told me that Sara Lind needs a callback at 07700 900123.",
        "Call me on 0131 715 2280 after the office hours.",
        "Anna Kowalski, 0431 901 3377; Jan Zoll, 0431 901 3388; send all of them the new opening hours.",
        "Il nuovo orario di apertura. Chiama Giulia Rossi al +39 347 123 4567.",
        "Kim's home number is 0131 715 2280; the opening hours are on the door.",
        "Impressum geprüft. Ulf ist privat erreichbar: 0431 901 3377.",
        "I am at the office during opening hours. At night ring my flat, 0131 715 2280.",
        "Ask Sara, opening hours or not, on 07911 654321.",
        "opening hours;name;phone\n9-17;Anna Kowalski;0431 901 3377\n9-17;Piotr Nowak;0431 901 3388\n"}) {
    CAPTURE(text);
    CHECK(standard_judge().judge_text(text, {}).label.cls == Class::Confidential);
  }
}

}  // namespace sluice::sense::testing
