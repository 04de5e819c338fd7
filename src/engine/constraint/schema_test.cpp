// Random schemas, random answers, and valijson as the judge, which nobody here wrote.
#include <doctest/doctest.h>

#include <boost/json/src.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "engine/constraint/constraint.h"
#include "engine/constraint/test_vocabulary.h"
#include "json/doc.h"
#include "json/writer.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

using namespace test;

std::string judge(const std::string& schema_text, const std::string& answer) {
  boost::json::error_code error;
  const boost::json::value schema_json = boost::json::parse(schema_text, error);
  if (error) return "schema: " + error.message();
  boost::json::parse_options options;
  options.max_depth = 4000;
  const boost::json::value value = boost::json::parse(answer, error, {}, options);
  if (error) return "answer: " + error.message();
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_json), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::BoostJsonAdapter(value), &results)) return "";
  valijson::ValidationResults::Error why;
  results.popError(why);
  return why.description.empty() ? "invalid" : why.description;
}

// A schema of what is supported, as draft-07 has it (which valijson knows).
class RandomSchema {
 public:
  explicit RandomSchema(std::uint64_t seed) : random_(seed) {}
  std::string text() {
    std::string body = schema(3, true);
    if (!uses_definitions_) return body;
    body.pop_back();
    return body + (body == "{" ? "" : ",") +
           R"("definitions":{"tree":{"type":"object","properties":{"v":{"type":"integer"},"next":{"type":"array","items":)"
           R"({"$ref":"#/definitions/tree"},"maxItems":2}},"required":["v"],"additionalProperties":false},"word":)"
           R"({"type":"string","minLength":1,"maxLength":4}}})";
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }

  std::string scalar_value() {
    static const char* const kValues[] = {
        "null",       "true",           "0", "-12", "3.5", "\"\"", "\"a b\"", "\"\\\"q\\\\\"", "\"\u4E16\"",
        "[1, \"x\"]", "{\"k\": [null]}"};
    return kValues[below(std::size(kValues))];
  }

  std::string schema(int depth, bool top = false) {
    switch (below(depth > 0 ? 16 : 10)) {
      case 0:
        return R"({"type":"boolean"})";
      case 1:
        return number("integer");
      case 2:
        return number("number");
      case 3:
      case 4:
        return string();
      case 5:
        return values();
      case 6:
        return R"({"const":)" + scalar_value() + "}";
      case 7:
        return top || chance(50) ? R"({"type":["null","string","integer"]})"
                                 : (chance(30) ? "{}" : R"({"type":"null"})");
      case 8:
        uses_definitions_ = true;
        return chance(50) ? R"({"$ref":"#/definitions/tree"})" : R"({"$ref":"#/definitions/word"})";
      case 9:
      case 10:
        return array(depth > 0 ? depth - 1 : 0);
      case 11:
        return R"({"anyOf":[)" + schema(depth - 1) + "," + schema(depth - 1) + "]}";
      case 12:
        return R"({"allOf":[{"type":"object","properties":{"x":)" + schema(depth - 1) +
               R"(},"required":["x"]},{"properties":{"y":)" + schema(depth - 1) + "}}]}";
      case 13:
        return R"({"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"v":)" + schema(depth - 1) +
               R"(},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"b"}},"required":["kind","w"]},)" +
               R"({"type":"string","maxLength":3}]})";
      default:
        return object(depth - 1);
    }
  }

  std::string number(const std::string& type) {
    std::string out = "{\"type\":\"" + type + "\"";
    const auto low = static_cast<std::int64_t>(below(2000)) - 1000;
    const auto high = low + 1 + static_cast<std::int64_t>(below(chance(50) ? 5 : 100000));
    if (chance(40)) out += (chance(70) ? ",\"minimum\":" : ",\"exclusiveMinimum\":") + std::to_string(low);
    if (chance(40)) out += (chance(70) ? ",\"maximum\":" : ",\"exclusiveMaximum\":") + std::to_string(high + 1);
    if (type == "number" && chance(10)) return R"({"type":"number","minimum":0.25,"exclusiveMaximum":0.5})";
    return out + "}";
  }

  std::string string() {
    static const char* const kPatterns[] = {"^[a-z]{1,4}$", "[0-9]+", "^(yes|no)$", "^\\\\d{3}-[A-F]{2}",
                                            "^\\\"q\\\"$"};
    std::string out = R"({"type":"string")";
    if (chance(25)) return out + ",\"pattern\":\"" + kPatterns[below(std::size(kPatterns))] + "\"}";
    if (chance(15)) return out + (chance(50) ? R"(,"format":"date"})" : R"(,"format":"uuid"})");
    if (chance(40)) out += ",\"minLength\":" + std::to_string(below(5));
    if (chance(40)) out += ",\"maxLength\":" + std::to_string(5 + below(10));
    return out + "}";
  }

  std::string values() {
    std::string out = "{\"enum\":[" + scalar_value();
    for (std::uint64_t n = below(4); n > 0; --n) out += "," + scalar_value();
    return out + "]}";
  }

  std::string array(int depth) {
    std::string out = R"({"type":"array","items":)" + schema(depth);
    if (chance(40)) out += ",\"minItems\":" + std::to_string(below(4));
    if (chance(50)) out += ",\"maxItems\":" + std::to_string(4 + below(4));
    return out + "}";
  }

  std::string object(int depth) {
    static const char* const kNames[] = {"a", "b", "name", "\u00E9", "x y", "q\\\"", "long_name"};
    std::string properties, required;
    for (const char* name : kNames) {
      if (!chance(35)) continue;
      properties += (properties.empty() ? "\"" : ",\"") + std::string(name) + "\":" + schema(depth);
      if (chance(50)) required += (required.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    }
    std::string out = R"({"type":"object","properties":{)" + properties + "}";
    if (!required.empty()) out += ",\"required\":[" + required + "]";
    if (chance(30)) out += ",\"additionalProperties\":" + (chance(50) ? "false" : schema(0));
    return out + "}";
  }

  std::mt19937_64 random_;
  bool uses_definitions_ = false;
};

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
