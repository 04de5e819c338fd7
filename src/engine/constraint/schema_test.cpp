// Random schemas, random answers and tool calls, and valijson as the judge, which nobody here wrote.
#include "engine/constraint/schema_judge.h"

#include <doctest/doctest.h>

#include "engine/constraint/constraint.h"
#include "engine/constraint/random_schema.h"
#include "engine/constraint/test_vocabulary.h"
#include "engine/constraint/tool_grammar.h"
#include "engine/prompt/tool_calls.h"
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

namespace {

constexpr ToolDialect kDialects[] = {ToolDialect::Dsml32, ToolDialect::Dsml4,  ToolDialect::Dsml41,
                                     ToolDialect::Fenced, ToolDialect::Marked, ToolDialect::Hermes,
                                     ToolDialect::Bare};

// How a block of calls may begin, as ToolCallParser reads it.
std::vector<std::string> openings(ToolDialect dialect) {
  switch (dialect) {
    case ToolDialect::Dsml32:
      return {"<\uFF5CDSML\uFF5Cfunction_calls>", "<\\DSML\\function_calls>", "<|DSML|function_calls>"};
    case ToolDialect::Dsml4:
      return {"<\uFF5CDSML\uFF5Ctool_calls>", "<\\DSML\\tool_calls>", "<|DSML|tool_calls>"};
    case ToolDialect::Dsml41:
      return {"<\uFF5CDSML\uFF5C calls>", "<\\DSML\\ calls>", "<|DSML| calls>"};
    case ToolDialect::Hermes:
      return {"<tool_call>"};
    case ToolDialect::Bare:
      return {"{"};
    default:
      return {"<\uFF5Ctool\u2581calls\u2581begin\uFF5C>"};
  }
}

// A model that knows nothing and begins a call now and then, often only the beginning of its mark.
Outcome write_calls(const std::shared_ptr<const Grammar>& grammar, const TestVocabulary& vocabulary,
                    const std::shared_ptr<const TokenTrie>& trie, std::mt19937_64& random,
                    const std::vector<std::string>& marks) {
  Constraint constraint(grammar, trie, vocabulary);
  Outcome out;
  std::string wanted;  // of a mark, still to come
  for (int step = 0; step < 6000; ++step) {
    if (constraint.complete()) return {out.text, constraint.may_end()};
    const TokenSet& allowed = constraint.allowed();
    std::vector<std::int32_t> tokens;
    for (std::int32_t id = 0; id < vocabulary.size(); ++id)
      if (allowed.has(id)) tokens.push_back(id);
    REQUIRE_MESSAGE(!tokens.empty(), out.text);
    const bool free = allowed.has(TestVocabulary::kEnd);
    if (!free) wanted.clear();
    if (free && wanted.empty() && (out.text.empty() ? random() % 2 == 0 : random() % 6 == 0)) {
      wanted = marks[random() % marks.size()];
      if (random() % 3 == 0) wanted.resize(random() % wanted.size());
    }
    std::int32_t chosen = tokens[random() % tokens.size()];
    std::vector<std::int32_t> closing;
    for (const int byte : {int('}'), int(']'), int('"'), int('0'), int('n'), int('1'), int('<')})
      if (allowed.has(byte)) closing.push_back(byte);
    if (!free && (step > 80 || random() % 4 == 0) && !closing.empty()) chosen = closing[random() % closing.size()];
    if (!wanted.empty() && allowed.has(static_cast<unsigned char>(wanted[0]))) {
      chosen = static_cast<unsigned char>(wanted[0]);
      wanted.erase(0, 1);
    } else if (free && step > 60) {
      chosen = TestVocabulary::kEnd;
    }
    if (chosen == TestVocabulary::kEnd) return {out.text, true};
    vocabulary.append_token_text(out.text, chosen, false);
    constraint.take(chosen);
  }
  return out;
}

// Of schemas whose objects have no names but the declared ones: others may come twice, which no grammar can tell.
std::optional<std::string> closed_schema(std::uint64_t seed) {
  const std::string x = RandomSchema(seed).text();
  const auto count = [&x](const std::string& part) {
    int found = 0;
    for (std::size_t at = x.find(part); at != std::string::npos; at = x.find(part, at + 1)) ++found;
    return found;
  };
  if (count("{}") + count("$ref") + count("allOf") + count("oneOf") > 0) return std::nullopt;
  if (count("\"type\":\"object\"") != count("\"additionalProperties\":false")) return std::nullopt;
  return R"({"type":"object","properties":{"x":)" + x + R"(,"n":{"type":"integer"}},"required":["x"],)" +
         R"("additionalProperties":false})";
}

}  // namespace

TEST_CASE("wherever a text begins a call, in whatever spelling, its arguments are valid by the strict schema") {
  const TestVocabulary vocabulary({"<", "<\xEF", "</", ">\n", "DSML", "tool", "_call", "call>", "<tool_call>{"});
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  const int cases = cases_wanted(), first = first_case();
  int judged = 0, plain = 0, refused = 0;
  for (int i = first; i < first + cases; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const auto schema = closed_schema(seed);
    if (!schema) continue;
    const ToolDialect dialect = kDialects[seed % std::size(kDialects)];
    CAPTURE(i);
    CAPTURE(*schema);
    std::mt19937_64 random(seed + 29);
    const bool one = seed % 2 == 0;
    const auto grammar = tool_text_grammar(dialect, {{"look_up", *schema, true}, {"now", "", false}}, one);
    if (!grammar) {
      CHECK(grammar.error().code == "engine.constraint");
      ++refused;
      continue;
    }
    for (int again = 0; again < 4; ++again) {
      const std::vector<std::string> marks = openings(dialect);
      const Outcome out = write_calls(*grammar, vocabulary, trie, random, marks);
      CAPTURE(out.text);
      if (!out.ended) continue;
      ToolCallParser parser(dialect, {"look_up", "now"});
      std::vector<chat::Event> events;
      parser.feed(out.text, events);
      parser.end(events);
      ++plain;
      for (const chat::Event& event : events) {
        if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
          // What a reader would take for a block is one.
          const std::string_view words = text->text;
          for (const std::string& mark : marks) {
            const std::size_t at =
                dialect == ToolDialect::Bare ? words.find_first_not_of(" \t\r\n") : words.find(mark);
            REQUIRE((at == std::string_view::npos || !words.substr(at).starts_with(mark)));
          }
          continue;
        }
        const auto& call = std::get<chat::ToolCallDelta>(event);
        ++judged;
        if (call.name == "now")
          REQUIRE(call.arguments == "{}");
        else
          REQUIRE(judge(*schema, call.arguments) == "");
      }
    }
  }
  MESSAGE(judged, " calls judged valid in ", plain, " answers, ", refused, " schemas refused");
  CHECK(judged >= plain / 2);
  CHECK(judged >= cases / 10);
}

// Where a naive search finds the first mark, the text before is free and what follows is a block of forced calls.
TEST_CASE("text without a mark is free, byte for byte") {
  std::mt19937_64 random(31);
  for (const ToolDialect dialect : kDialects) {
    if (dialect == ToolDialect::Bare) continue;
    const std::vector<ToolForm> tools{{"now", "", true}};
    const auto text = tool_text_grammar(dialect, tools, true), block = tool_call_grammar(dialect, tools, true);
    REQUIRE(text.has_value());
    REQUIRE(block.has_value());
    const std::vector<std::string> marks = openings(dialect);
    Automaton automaton(*text);
    int begun = 0;
    for (int i = 0; i < 3000; ++i) {
      std::string written;
      for (int part = 0; part < 6; ++part) {
        const std::string& mark = marks[random() % marks.size()];
        const std::size_t from = random() % mark.size();
        written += random() % 4 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                     : mark.substr(random() % 2 == 0 ? 0 : from, 1 + random() % mark.size());
      }
      std::size_t first = std::string::npos, end = 0;
      for (const std::string& mark : marks)
        if (const std::size_t at = written.find(mark); at < first) first = at, end = at + mark.size();
      Automaton::State state = automaton.start();
      for (std::size_t at = 0; at < std::min(end > 0 ? end : written.size(), written.size()); ++at) {
        REQUIRE(state != Automaton::kDead);
        REQUIRE(automaton.accepts(state));  // the answer may end anywhere in free text
        state = automaton.step(state, static_cast<unsigned char>(written[at]));
      }
      REQUIRE(state != Automaton::kDead);
      REQUIRE(automaton.accepts(state) == (first == std::string::npos));
      begun += first != std::string::npos;
      if (first == std::string::npos || written.substr(first, marks[0].size()) != marks[0]) continue;
      Automaton forced(*block);
      Automaton::State other = forced.start();
      const std::string before =
          dialect == ToolDialect::Dsml32 || dialect == ToolDialect::Dsml4 || dialect == ToolDialect::Dsml41
              ? "\n\n"
              : "";
      for (const char c : before + marks[0]) other = forced.step(other, static_cast<unsigned char>(c));
      // Both take the same bytes until the block is whole.
      while (!forced.complete(other)) {
        std::string both;
        for (unsigned byte = 0; byte < 256; ++byte) {
          const auto b = static_cast<unsigned char>(byte);
          const bool one = automaton.step(state, b) != Automaton::kDead;
          REQUIRE(one == (forced.step(other, b) != Automaton::kDead));
          if (one) both += static_cast<char>(b);
        }
        const auto chosen = static_cast<unsigned char>(both[random() % both.size()]);
        state = automaton.step(state, chosen), other = forced.step(other, chosen);
      }
      REQUIRE(automaton.accepts(state));
    }
    CHECK(begun > 100);
  }
}

bool takes(const std::string& schema, const std::string& answer) {
  const auto grammar = parse_schema(schema);
  REQUIRE_MESSAGE(grammar.has_value(), (grammar ? "" : grammar.error().to_string()));
  Automaton automaton(*grammar);
  Automaton::State state = automaton.start();
  for (const char c : answer) {
    if (state == Automaton::kDead) return false;
    state = automaton.step(state, static_cast<unsigned char>(c));
  }
  return state != Automaton::kDead && automaton.accepts(state);
}

// Pydantic and zod write every union and every optional member so.
TEST_CASE("a reference to a list of alternatives is those alternatives") {
  const std::string optional =
      R"({"$defs":{"u":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"$ref":"#/$defs/u"})";
  CHECK(takes(optional, "17"));
  CHECK(takes(optional, "null"));
  CHECK(!takes(optional, "\"a\""));
  const std::string list =
      R"({"$defs":{"n":{"anyOf":[{"$ref":"#/$defs/m"},{"type":"null"}]},"m":{"title":"M","type":"object","properties":)"
      R"({"next":{"$ref":"#/$defs/n"}},"required":["next"],"additionalProperties":false}},"allOf":[{"$ref":"#/$defs/n"}]})";
  CHECK(takes(list, "null"));
  CHECK(takes(list, R"({"next": {"next": null}})"));
  CHECK(!takes(list, R"({"next": 1})"));
  const std::string itself =
      R"({"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"},{"type":"integer"}]}},"$ref":"#/$defs/a"})";
  CHECK(takes(itself, "4"));
  const std::string beside =
      R"({"$defs":{"u":{"type":"object","required":["k"],"anyOf":[{"properties":{"k":{"const":1}}},)"
      R"({"properties":{"k":{"const":2}}}]}},"$ref":"#/$defs/u"})";
  CHECK(takes(beside, R"({"k": 2})"));
  CHECK(!takes(beside, R"({"k": 3})"));
}

// A client may send any of these. Each took longer than anybody waits, or all memory, or is of a kind that could.
TEST_CASE("a schema that says much in few words is read or refused, at once") {
  const auto chain = [](const std::string& keyword, int levels) {
    std::string out = R"({"$ref":"#/$defs/d0","$defs":{)";
    for (int i = 0; i < levels; ++i) {
      const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
      out += "\"d" + std::to_string(i) + "\":{\"" + keyword + "\":[" + next + "," + next + "]},";
    }
    return out + "\"d" + std::to_string(levels) + R"(":{"type":"integer"}}})";
  };
  for (const char* keyword : {"allOf", "anyOf"}) CHECK_MESSAGE(takes(chain(keyword, 40), "5"), keyword);

  const auto repeated = [](int times, const std::string& part) {
    std::string out = part;
    for (int i = 1; i < times; ++i) out += "," + part;
    return out;
  };
  const auto numbered = [](int count, const std::string& before, const std::string& behind) {
    std::string out;
    for (int i = 0; i < count; ++i) out += (i > 0 ? "," : "") + before + std::to_string(i) + behind;
    return out;
  };
  const std::string values = R"({"enum":[)" + numbered(20'000, "\"v", "\"") + "]}";
  const std::string schemas[] = {
      R"({"allOf":[)" + repeated(30, R"({"anyOf":[{"type":"integer"},{"type":"null"}]})") + "]}",
      R"({"allOf":[)" + repeated(3, values) + "]}",
      R"({"oneOf":[)" + numbered(20'000, R"({"const":"v)", "\"}") + "]}",
      R"({"oneOf":[)" + repeated(2, values) + "]}",
      R"({"allOf":[)" + repeated(2'000, R"({"minLength":1})") + "]}",
      R"({"properties":{)" + numbered(20'000, "\"p", R"(":{"$ref":"#/$defs/d"})") + R"(},"$defs":{)" +
          numbered(20'000, "\"a", "\":{}") + R"(,"d":{"type":"integer"}}})",
  };
  for (const std::string& schema : schemas) {
    CAPTURE(schema.substr(0, 100));
    const auto grammar = parse_schema(schema);
    REQUIRE(!grammar.has_value());
    CHECK(grammar.error().code == "engine.constraint");
  }
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
