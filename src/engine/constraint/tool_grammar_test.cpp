#include "engine/constraint/tool_grammar.h"

#include <doctest/doctest.h>

#include "engine/constraint/test_vocabulary.h"
#include "engine/prompt/tool_calls.h"
#include "json/doc.h"

namespace sluice::engine::constraint {
namespace {

using namespace test;

TEST_CASE("a forced answer is calls of declared tools with valid arguments, in every dialect") {
  const TestVocabulary vocabulary;
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  std::mt19937_64 random(23);
  const std::vector<ToolForm> tools = {
      {"get_weather",
       R"({"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["c","f"]},"days":{"type":"integer","minimum":1,)"
       R"("maximum":14},"more":{"type":"array","items":{"type":"string","maxLength":3},"maxItems":3}},"required":["city","days"]})",
       true},
      {"now", "", false},
      {"odd", R"({"type":"object","properties":{"n":{"not":{}}}})", false}};
  for (const ToolDialect dialect :
       {ToolDialect::Dsml32, ToolDialect::Dsml4, ToolDialect::Dsml41, ToolDialect::Fenced, ToolDialect::Marked,
        ToolDialect::Hermes, ToolDialect::Bare}) {
    CAPTURE(static_cast<int>(dialect));
    const bool dsml =
        dialect == ToolDialect::Dsml32 || dialect == ToolDialect::Dsml4 || dialect == ToolDialect::Dsml41;
    const std::vector<ToolForm> known(tools.begin(), tools.end() - (dsml ? 1 : 0));
    for (const bool one : {true, false}) {
      const auto grammar = tool_call_grammar(dialect, known, one);
      REQUIRE_MESSAGE(grammar.has_value(), (grammar ? "" : grammar.error().to_string()));
      int ended = 0;
      for (int i = 0; i < 60; ++i) {
        const Outcome out = write_randomly(*grammar, vocabulary, trie, random, 150);
        if (!out.ended) continue;
        ++ended;
        CAPTURE(out.text);
        ToolCallParser parser(dialect, {"get_weather", "now", "odd"});
        std::vector<chat::Event> events;
        parser.feed(out.text, events);
        parser.end(events);
        REQUIRE_FALSE(events.empty());
        // Members of an object whose names nobody declared may have one name twice: no grammar can tell, and the
        // reader takes no such object for a call.
        if (std::holds_alternative<chat::TextDelta>(events[0]) && out.text.find("odd") != std::string::npos)
          continue;
        if (one) REQUIRE(events.size() == 1);
        for (const chat::Event& event : events) {
          const auto* call = std::get_if<chat::ToolCallDelta>(&event);
          REQUIRE(call != nullptr);
          auto doc = json::Doc::parse(call->arguments);
          REQUIRE(doc.has_value());
          const json::Value arguments = (*doc)->root();
          if (call->name != "get_weather") continue;
          REQUIRE(arguments["city"].string().has_value());
          const auto days = arguments["days"].integer();
          REQUIRE((days && *days >= 1 && *days <= 14));
          if (arguments["unit"]) REQUIRE((arguments["unit"].string() == "c" || arguments["unit"].string() == "f"));
          for (const json::Value item : arguments["more"]) REQUIRE(item.string().has_value());
        }
      }
      CHECK(ended > 20);
    }
  }
}

TEST_CASE("a strict schema that cannot be held is refused with the tool's name") {
  const auto refused = tool_call_grammar(ToolDialect::Hermes, {{"f", R"({"not":{}})", true}}, true);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("tool f") != std::string::npos);
  CHECK_FALSE(tool_call_grammar(ToolDialect::None, {{"f", "", false}}, true).has_value());
  CHECK(tool_call_grammar(ToolDialect::Hermes, {{"f", R"({"not":{}})", false}}, true).has_value());
}

}  // namespace
}  // namespace sluice::engine::constraint
