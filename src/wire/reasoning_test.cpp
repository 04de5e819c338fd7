#include "wire/reasoning.h"

#include <doctest/doctest.h>

#include <map>

using namespace sluice;
using chat::Protocol;

namespace {

std::optional<wire::Restored> restore(Protocol protocol, const std::string& body,
                                      std::map<std::string, std::string> known) {
  auto doc = json::Doc::parse(body);
  REQUIRE(doc);
  auto lookup = [&](const std::vector<std::string>& calls, std::string_view text) {
    for (const std::string& call : calls)
      if (known.contains(call)) return std::optional(known[call]);
    if (known.contains(std::string(text))) return std::optional(known[std::string(text)]);
    return std::optional<std::string>();
  };
  return wire::restore_reasoning(protocol, **doc, lookup);
}

}  // namespace

TEST_CASE("reasoning: a chat turn gets back what it thought, by its call or its text, and nothing else changes") {
  const std::string body =
      R"({"model":"m","tools":[{}],"big":12345678901234567890,"messages":[{"role":"user","content":"q"},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1"},{"id":"c2"}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"r"},{"role":"assistant","content":"done"},)"
      R"({"role":"assistant","content":"kept","reasoning_content":""},{"role":"assistant","content":"unknown"}]})";
  auto restored = restore(Protocol::OpenAiChat, body, {{"c2", "I \"thought\""}, {"done", "then"}});
  REQUIRE(restored);
  CHECK(restored->turns == 2);
  CHECK(restored->unknown == 1);
  std::string expected = body;
  auto put = [&](const std::string& after, const std::string& what) {
    expected.insert(expected.find(after) + after.size(), what);
  };
  put(R"({"id":"c2"}])", R"(,"reasoning_content":"I \"thought\"")");
  put(R"("content":"done")", R"(,"reasoning_content":"then")");
  put(R"("content":"unknown")", R"(,"reasoning_content":"")");
  CHECK(restored->body == expected);
}

TEST_CASE(
    "reasoning: a turn nobody remembers gets an empty thought, which the vendor takes; one to continue does not") {
  auto restored =
      restore(Protocol::OpenAiChat,
              R"({"tools":[1],"messages":[{"role":"assistant","tool_calls":[{"id":"c9"}]},)"
              R"({"role":"assistant","content":"t"},{"role":"assistant","content":"p","prefix":true}]})",
              {});
  REQUIRE(restored);
  CHECK(restored->unknown == 2);
  CHECK(
      restored->body ==
      R"({"tools":[1],"messages":[{"role":"assistant","tool_calls":[{"id":"c9"}],"reasoning_content":""},)"
      R"({"role":"assistant","content":"t","reasoning_content":""},{"role":"assistant","content":"p","prefix":true}]})");
}

TEST_CASE("reasoning: a messages turn gets a signed thinking block before its other blocks") {
  auto restored = restore(
      Protocol::AnthropicMessages,
      R"({"tools":[{}],"messages":[{"role":"assistant","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"t1"}]},)"
      R"({"role":"assistant","content":"plain"},)"
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"own"},{"type":"tool_use","id":"t1"}]}]})",
      {{"t1", "why"}, {"plain", "because"}});
  REQUIRE(restored);
  CHECK(restored->turns == 2);
  auto doc = json::Doc::parse(restored->body);
  REQUIRE(doc);
  json::Value messages = (*doc)->root()["messages"];
  CHECK(messages.at(0)["content"].size() == 3);
  CHECK(messages.at(0)["content"].at(0)["thinking"].string() == "why");
  CHECK(messages.at(0)["content"].at(0)["signature"].string()->starts_with("sluice-"));
  CHECK(messages.at(0)["content"].at(2)["id"].string() == "t1");
  CHECK(messages.at(1)["content"].at(0)["thinking"].string() == "because");
  CHECK(messages.at(1)["content"].at(1)["text"].string() == "plain");
  CHECK(messages.at(2)["content"].size() == 2);
}

TEST_CASE("reasoning: a responses turn gets one reasoning item before its first item") {
  auto restored = restore(Protocol::OpenAiResponses,
                          R"({"tools":[{}],"input":[{"role":"user","content":"q"},)"
                          R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},)"
                          R"({"type":"function_call","call_id":"f1"},{"type":"function_call","call_id":"f2"},)"
                          R"({"type":"function_call_output","call_id":"f1","output":"1"},)"
                          R"({"type":"reasoning","content":[]},{"type":"function_call","call_id":"f1"}]})",
                          {{"f1", "hm"}});
  REQUIRE(restored);
  CHECK(restored->turns == 1);
  auto doc = json::Doc::parse(restored->body);
  REQUIRE(doc);
  json::Value input = (*doc)->root()["input"];
  REQUIRE(input.size() == 8);  // seven and one
  CHECK(input.at(1)["type"].string() == "reasoning");
  CHECK(input.at(1)["content"].at(0)["text"].string() == "hm");
  CHECK(input.at(2)["role"].string() == "assistant");
}

TEST_CASE("reasoning: nothing is done where there are no tools or nothing is missing") {
  CHECK_FALSE(restore(Protocol::OpenAiChat, R"({"messages":[{"role":"assistant","content":"a"}]})", {{"a", "r"}}));
  CHECK_FALSE(restore(Protocol::OpenAiChat, R"({"tools":[],"messages":[{"role":"assistant","content":"a"}]})",
                      {{"a", "r"}}));
  CHECK_FALSE(
      restore(Protocol::OpenAiChat, R"({"tools":[1],"messages":[{"role":"user","content":"a"}]})", {{"a", "r"}}));
  CHECK_FALSE(restore(Protocol::OpenAiResponses, R"({"tools":[1],"input":"text"})", {{"text", "r"}}));
}

TEST_CASE("reasoning: one call named in very many turns is looked up only while the body may still be read") {
  std::string body = R"({"tools":[{}],"messages":[{"role":"assistant","tool_calls":[{"id":"c"}]})";
  for (int i = 1; i < 200; ++i) body += R"(,{"role":"assistant","tool_calls":[{"id":"c"}]})";
  auto doc = json::Doc::parse(body + "]}");
  REQUIRE(doc);
  const std::string thought(1 << 20, 'x');
  int asked = 0;
  auto lookup = [&](const std::vector<std::string>&, std::string_view) {
    ++asked;
    return std::optional(thought);
  };
  auto restored = wire::restore_reasoning(Protocol::OpenAiChat, **doc, lookup);
  REQUIRE(restored);
  CHECK(asked == 65);
  CHECK_FALSE(json::Doc::parse(restored->body));  // which is refused for its size
}
