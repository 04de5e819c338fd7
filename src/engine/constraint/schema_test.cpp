// Random schemas, random answers, and valijson as the judge, which nobody here wrote.
#include "engine/constraint/schema_judge.h"

#include <doctest/doctest.h>

#include "engine/constraint/constraint.h"
#include "engine/constraint/random_schema.h"
#include "engine/constraint/test_vocabulary.h"
#include "json/doc.h"
#include "json/writer.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

using namespace test;

TEST_CASE("whatever schema is given, every answer parses and is valid") {
  const TestVocabulary vocabulary;
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  const int cases = cases_wanted(), first = first_case();
  int ended = 0, refused = 0;
  for (int i = first; i < first + cases; ++i) {
    CAPTURE(i);
    std::mt19937_64 random(static_cast<std::uint64_t>(i) + 17);
    const std::string schema = RandomSchema(static_cast<std::uint64_t>(i)).text();
    CAPTURE(schema);
    const auto grammar = parse_schema(schema);
    if (!grammar) {
      CAPTURE(grammar.error().to_string());
      CHECK(grammar.error().code == "engine.constraint");
      ++refused;
      continue;
    }
    const Outcome out = write_randomly(*grammar, vocabulary, trie, random, 80);
    CAPTURE(out.text);
    if (!out.ended) continue;
    ++ended;
    REQUIRE(text::valid_utf8(out.text));
    REQUIRE(judge(schema, out.text) == "");
  }
  MESSAGE(cases, " schemas: ", ended, " answers judged valid, ", refused, " schemas refused, ",
          cases - ended - refused, " answers not ended");
  CHECK(ended + refused >= cases * 98 / 100);
  CHECK(refused <= cases / 10);
}

// Which characters a pattern's text may have, and how they are escaped. Every place of the Basic Multilingual
// Plane is tried as an escape, so that a wrong one cannot hide among the others.
TEST_CASE("around an unanchored pattern stands any character, and no half of a surrogate pair") {
  const auto grammar = parse_schema(R"({"type":"string","pattern":"[0-9]+"})");
  REQUIRE(grammar.has_value());
  const auto takes = [&](const std::string& text) {
    Automaton automaton(*grammar);
    Automaton::State state = automaton.start();
    for (std::size_t i = 0; i < text.size() && state != Automaton::kDead; ++i)
      state = automaton.step(state, static_cast<unsigned char>(text[i]));
    return state != Automaton::kDead && automaton.accepts(state);
  };
  for (const char* escape : {R"(\")", R"(\\)", R"(\b)", R"(\f)", R"(\n)", R"(\r)", R"(\t)"}) {
    CHECK_MESSAGE(takes("\"7" + std::string(escape) + "\""), std::string(escape));
    CHECK_MESSAGE(takes("\"" + std::string(escape) + "7\""), std::string(escape));
  }
  for (int c = 0; c <= 0xFFFF; ++c) {
    char spelled[8];
    std::snprintf(spelled, sizeof(spelled), "\\u%04x", static_cast<unsigned>(c));
    const bool control =
        c < 0x20 && std::string_view("\b\f\n\r\t").find(static_cast<char>(c)) == std::string_view::npos;
    REQUIRE_MESSAGE(takes("\"" + std::string(spelled) + "7\"") == control, std::string(spelled));
  }
}

TEST_CASE("what a grammar cannot hold is refused where it stands") {
  const auto where = [](const std::string& schema) {
    const auto grammar = parse_schema(schema);
    REQUIRE_MESSAGE(!grammar.has_value(), schema);
    return grammar.error().where;
  };
  CHECK(where(R"({"type":"array","uniqueItems":true})") == "$.uniqueItems");
  CHECK(where(R"({"properties":{"a":{"not":{}}}})") == "$.properties.a.not");
  CHECK(where(R"({"type":"string","format":"iri"})") == "$.format");
  CHECK(where("{\"pattern\":\"(?=x)\"}").starts_with("$.pattern"));
  CHECK(where(R"({"type":"integer","minimum":3,"maximum":2})") == "$.maximum");
  CHECK(where(R"({"$ref":"#/nowhere"})") == "${0}");
  CHECK(where(R"({"$ref":"http://example.org/x"})") == "${0}");
  CHECK(where(R"({"oneOf":[{"type":"string"},{"type":"string","maxLength":3}]})") == "$.oneOf");
  CHECK(where(R"({"type":"integer","multipleOf":3})") == "$.multipleOf");
  CHECK_FALSE(parse_schema("{\"$ref\":\"#\"}").has_value());
  CHECK_FALSE(parse_schema("false").has_value());
  CHECK_FALSE(parse_schema(R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})").has_value());
  CHECK_FALSE(parse_schema("{").has_value());
  CHECK_FALSE(parse_schema(R"({"enum":["a"],"maxLength":0})").has_value());
  CHECK(parse_schema("true").has_value());
}

TEST_CASE("the judge can say no") {
  CHECK(judge(R"({"type":"integer"})", "1") == "");
  CHECK(judge(R"({"type":"integer"})", "\"1\"") != "");
  CHECK(judge(R"({"type":"object","required":["a"]})", "{}") != "");
  CHECK(judge(R"({"type":"string","maxLength":2})", "\"abc\"") != "");
  CHECK(judge(R"({"type":"string","maxLength":2})", R"("\u0000bc")") != "");
  CHECK(judge(R"({"type":"string","pattern":"[0-9]+"})", R"("\u00001")") == "");
  CHECK(judge(R"({"anyOf":[{"type":"string","format":"date"},{"type":"null"}]})", "null") == "");
  CHECK(judge(R"({"anyOf":[{"type":"string","format":"date"},{"type":"null"}]})", "\"2026-13-01\"") != "");
}

}  // namespace
}  // namespace sluice::engine::constraint
