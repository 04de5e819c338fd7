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
  std::mt19937_64 random(17);
  const int cases = cases_wanted();
  int ended = 0, refused = 0;
  for (int i = 0; i < cases; ++i) {
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
}

}  // namespace
}  // namespace sluice::engine::constraint
