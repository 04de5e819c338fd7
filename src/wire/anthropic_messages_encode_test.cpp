#include <doctest/doctest.h>

#include "json/writer.h"
#include "wire/anthropic_messages.h"

using namespace sluice;
using chat::Part;
using chat::Role;
using wire::Target;

namespace {

Target deepseek() {
  Target t;
  t.model = "deepseek-flash";
  t.thinking = wire::ThinkingSwitch::Thinking;
  t.thinks_by_default = t.keeps_reasoning = t.needs_reasoning = t.prefix = t.images = true;
  t.forced_tools_thinking = t.json_schema = t.parallel_switch = false;
  t.efforts = {"low", "high", "max"};
  return t;
}
Target vendor() {
  Target t;
  t.model = "claude";
  t.thinking = wire::ThinkingSwitch::Thinking;
  t.verifies_signatures = t.keeps_reasoning = t.images = t.prefix = t.top_k = true;
  t.efforts = {"low", "medium", "high"};
  return t;
}

chat::Message said(Role role, std::string text) {
  chat::Message m;
  m.role = role;
  m.parts.push_back(Part{Part::Kind::Text, std::move(text), ""});
  return m;
}
chat::Request asked() {
  chat::Request r;
  r.model = "auto";
  r.messages = {said(Role::User, "hi")};
  r.sampling.max_tokens = 100;
  return r;
}

wire::Outgoing sent(const chat::Request& request, const Target& target) {
  auto out = wire::encode_anthropic_messages(request, target);
  if (!out) FAIL(out.error().to_string());
  REQUIRE(json::Doc::parse(out->body));
  return *out;
}
std::string refused_at(const chat::Request& request, const Target& target) {
  auto out = wire::encode_anthropic_messages(request, target);
  if (out) return "accepted";
  CHECK(out.error().code == "request.unsupported");
  return out.error().where;
}
std::string member(const wire::Outgoing& out, const char* name) {
  auto doc = json::Doc::parse(out.body);
  return std::string((*doc)->root()[name].raw());
}

chat::Request anthropic(std::string body) {
  auto r = wire::decode_anthropic_messages(chat::Operation::Generate, std::move(body));
  if (!r) FAIL(r.error().to_string());
  return *r;
}

}  // namespace

TEST_CASE("anthropic encode: the same protocol gets the client's bytes with the model replaced") {
  std::string body =
      "{ \"messages\":[{\"role\":\"user\",\"content\":\"h\\u0069\"}] ,\"x\":1.0e0, \"max_tokens\":9,\"model\" : "
      "\"auto\" }";
  wire::Outgoing out = sent(anthropic(body), deepseek());
  CHECK(out.body ==
        "{ \"messages\":[{\"role\":\"user\",\"content\":\"h\\u0069\"}] ,\"x\":1.0e0, \"max_tokens\":9,\"model\" : "
        "\"deepseek-flash\" }");
  CHECK(out.notes.empty());
}

TEST_CASE("anthropic encode: thinking that we signed does not go to a vendor that checks signatures") {
  std::string ours = wire::our_signature("msg_1", 0);
  std::string thinking = R"({"type":"thinking","thinking":"hm","signature":")" + ours + R"("})";
  std::string theirs = R"({"type":"thinking","thinking":"ah","signature":"EqQB"})";
  std::string head = R"({"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"a"},)";
  std::string tail = R"(,{"role":"user","content":"b"}]})";
  auto turn = [&](const std::string& blocks) {
    return R"({"role":"assistant","content":[)" + blocks + R"(],"k": 1})";
  };
  std::string text = R"({"type": "text","text":"x"})";
  chat::Request request = anthropic(head + turn(thinking + " , " + theirs + "," + text) + tail);
  wire::Outgoing out = sent(request, vendor());
  CHECK(member(out, "messages") ==
        R"([{"role":"user","content":"a"},)" + turn(theirs + "," + text) + R"(,{"role":"user","content":"b"}])");
  CHECK(out.notes.size() == 1);
  // Elsewhere it stays, byte for byte.
  CHECK(sent(request, deepseek()).body.find(thinking + " , " + theirs) != std::string::npos);
  // A turn that held nothing else would be empty, which the vendor refuses.
  CHECK(member(sent(anthropic(head + turn(thinking) + tail), vendor()), "messages") ==
        R"([{"role":"user","content":"a"},{"role":"user","content":"b"}])");
}

TEST_CASE("anthropic encode: a forced tool call switches default thinking off where both can't be, and says so") {
  std::string body = R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}],)"
                     R"("tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"})";
  wire::Outgoing out = sent(anthropic(body + "}"), deepseek());
  CHECK(member(out, "thinking") == R"({"type":"disabled"})");
  CHECK(out.notes == std::vector<std::string>{"thinking off: tool_choice is forced"});
  CHECK(sent(anthropic(body + "}"), vendor()).notes.empty());
  CHECK(refused_at(anthropic(body + R"(,"thinking":{"type":"enabled"}})"), deepseek()) == "$.tool_choice");
  chat::Request other = asked();
  other.tools.push_back({"f", "", "", ""});
  other.tool_choice.mode = chat::ToolChoice::Mode::Required;
  out = sent(other, deepseek());
  CHECK(member(out, "thinking") == R"({"type":"disabled"})");
  CHECK(member(out, "tool_choice") == R"({"type":"any"})");
}

TEST_CASE("anthropic encode: a conversation with tools is translated turn by turn") {
  chat::Request r;
  r.model = "auto";
  r.stream = true;
  r.user = "u1";
  r.messages = {said(Role::System, "one"), said(Role::Developer, "two"), said(Role::User, "hi")};
  r.messages.back().parts.push_back({Part::Kind::Image, "", "{}", "https://e.org/a.png"});
  r.messages.back().parts.push_back({Part::Kind::Image, "", "{}", "", "image/png", "AA=="});
  chat::Message call = said(Role::Assistant, "");
  call.reasoning = "hm";
  call.tool_calls = {{"call_1", "f", " {\"a\": 1.0} "}, {"call:2", "g", ""}, {"call_3", "g", "{broken"}};
  r.messages.push_back(call);
  chat::Message result = said(Role::Tool, "42");
  result.tool_call_id = "call_1";
  r.messages.push_back(result);
  result = said(Role::Tool, "43");
  result.tool_call_id = "call:2";
  result.is_error = true;
  r.messages.push_back(result);
  r.messages.push_back(said(Role::User, "go on"));
  r.tools.push_back({"f", "does f", R"({"properties":{}})", ""});
  wire::Outgoing out = sent(r, deepseek());
  CHECK(member(out, "system") == R"([{"type":"text","text":"one"},{"type":"text","text":"two"}])");
  auto doc = json::Doc::parse(out.body);
  json::Value messages = (*doc)->root()["messages"];
  REQUIRE(messages.size() == 3);
  CHECK(messages.at(0)["content"].raw() ==
        R"([{"type":"text","text":"hi"},{"type":"image","source":{"type":"url","url":"https://e.org/a.png"}},)"
        R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}])");
  json::Value turn = messages.at(1)["content"];
  REQUIRE(turn.size() == 4);
  CHECK(turn.at(0)["thinking"].string() == "hm");
  CHECK(turn.at(0)["signature"].string()->starts_with(wire::kOurSignature));
  CHECK(turn.at(1).raw() == R"({"type":"tool_use","id":"call_1","name":"f","input":{"a": 1.0}})");
  CHECK(turn.at(2)["input"].raw() == "{}");
  CHECK(turn.at(3)["input"].raw() == R"({"_invalid_arguments":"{broken"})");
  json::Value results = messages.at(2)["content"];
  REQUIRE(results.size() == 3);
  CHECK(results.at(0).raw() == R"({"type":"tool_result","tool_use_id":"call_1","content":"42"})");
  CHECK(results.at(1)["tool_use_id"].string() == turn.at(2)["id"].string());
  CHECK(results.at(1)["tool_use_id"].string()->find(':') == std::string::npos);
  CHECK(results.at(1)["is_error"].boolean() == true);
  CHECK(results.at(2)["text"].string() == "go on");
  CHECK(member(out, "tools") ==
        R"([{"name":"f","description":"does f","input_schema":{"properties":{},"type":"object"}}])");
  CHECK(member(out, "max_tokens") == "32000");
  CHECK(member(out, "metadata") == R"({"user_id":"u1"})");
  CHECK(member(out, "stream") == "true");
  CHECK(out.notes.size() == 2);  // the length, and the arguments
}

TEST_CASE("anthropic encode: results of tools stand first in their turn, as the API demands") {
  chat::Request r = asked();
  chat::Message call = said(Role::Assistant, "");
  call.tool_calls = {{"c1", "f", "{}"}};
  chat::Message result = said(Role::Tool, "42");
  result.tool_call_id = "c1";
  r.messages = {said(Role::User, "a"), call, said(Role::User, "meanwhile"), result};
  auto doc = json::Doc::parse(sent(r, deepseek()).body);
  json::Value turn = (*doc)->root()["messages"].at(2)["content"];
  CHECK(turn.at(0)["type"].string() == "tool_result");
  CHECK(turn.at(1)["text"].string() == "meanwhile");
}

TEST_CASE("anthropic encode: sampling, thinking, effort and format") {
  chat::Request r = asked();
  r.sampling.temperature = 0.5;
  r.sampling.top_p = 0.25;
  r.sampling.top_k = 7;
  r.sampling.stop = {"a"};
  r.sampling.max_tokens = 5000;
  r.thinking = true;
  r.reasoning_effort = "high";
  r.format.kind = chat::OutputFormat::Kind::JsonSchema;
  r.format.schema = R"({"type":"object"})";
  CHECK(
      sent(r, vendor()).body ==
      R"({"model":"claude","max_tokens":5000,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],)"
      R"("thinking":{"type":"enabled","budget_tokens":2500},)"
      R"("output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},)"
      R"("temperature":0.5,"top_p":0.25,"top_k":7,"stop_sequences":["a"]})");
  r = asked();
  r.thinking = false;
  r.reasoning_effort = "none";
  CHECK(member(sent(r, deepseek()), "thinking") == R"({"type":"disabled"})");
  r = asked();
  r.tools.push_back({"f", "", "", ""});
  r.parallel_tool_calls = false;
  CHECK(member(sent(r, vendor()), "tool_choice") == R"({"type":"auto","disable_parallel_tool_use":true})");
  CHECK(sent(r, deepseek()).notes ==
        std::vector<std::string>{"not honoured by the deployment: $.parallel_tool_calls"});
  CHECK(member(sent(r, deepseek()), "tool_choice").empty());
  wire::Target careful = deepseek();
  careful.effort_needs_thinking = true;
  r = asked();
  r.thinking = false;
  r.reasoning_effort = "high";
  CHECK(sent(r, careful).notes == std::vector<std::string>{"dropped reasoning_effort: thinking is off"});
  CHECK(member(sent(r, careful), "output_config").empty());
}

TEST_CASE("anthropic encode: what can't be said is refused with the client's name of the field") {
  auto check = [](const std::string& where, auto change) {
    CAPTURE(where);
    chat::Request r = asked();
    change(r);
    CHECK(refused_at(r, deepseek()) == where);
  };
  using Kind = chat::OutputFormat::Kind;
  check("$.seed", [](auto& r) { r.sampling.seed = 1; });
  check("$.logprobs", [](auto& r) { r.sampling.logprobs = true; });
  check("$.logit_bias", [](auto& r) { r.sampling.logit_bias = "{\"1\":2}"; });
  check("$.frequency_penalty", [](auto& r) { r.sampling.frequency_penalty = 0.5; });
  check("$.presence_penalty", [](auto& r) { r.sampling.presence_penalty = -0.5; });
  check("$.top_k", [](auto& r) { r.sampling.top_k = 5; });
  check("$.min_p", [](auto& r) { r.sampling.min_p = 0.1; });
  check("$.temperature", [](auto& r) { r.sampling.temperature = 1.5; });
  check("$.response_format", [](auto& r) { r.format.kind = Kind::JsonObject; });
  check("$.response_format", [](auto& r) { r.format.kind = Kind::JsonSchema; });
  check("$.reasoning_effort", [](auto& r) { r.reasoning_effort = "medium"; });
  check("$.messages[1]", [](auto& r) { r.messages.push_back(said(Role::System, "later")); });
  check("$.messages[1]", [](auto& r) { r.messages.push_back(said(Role::Assistant, "x")); });
  check("$.messages[1].tool_call_id", [](auto& r) { r.messages.push_back(said(Role::Tool, "x")); });
  check("$.messages[0].content[1]", [](auto& r) { r.messages[0].parts.push_back({Part::Kind::Audio, "", "{}"}); });
  check("$.messages", [](auto& r) { r.messages = {said(Role::System, "x")}; });
  check("$.tools[0]", [](auto& r) { r.tools.push_back({"w", "", "", "{}", chat::Tool::Kind::Other}); });
  check("$.own", [](auto& r) { r.extra.push_back({"$.own", "1", "own"}); });
  check("$.prompt", [](auto& r) {
    r.protocol = chat::Protocol::OpenAiCompletions;
    r.inputs = {"x"};
  });
  check("$.text.format", [](auto& r) {
    r.protocol = chat::Protocol::OpenAiResponses;
    r.format.kind = Kind::JsonObject;
  });
  chat::Request r = asked();
  r.extra = {{"$.metadata", "{}", "metadata", true}, {"$.x", "null", "x"}};
  r.sampling.frequency_penalty = 0;
  r.sampling.logit_bias = "{}";
  CHECK(sent(r, deepseek()).notes == std::vector<std::string>{"dropped $.metadata"});
  Target blind = deepseek();
  blind.images = false;
  r = asked();
  r.messages[0].parts.push_back({Part::Kind::Image, "", "{}", "https://e.org/a.png"});
  CHECK(refused_at(r, blind) == "$.messages[0].content[1]");
}

TEST_CASE("anthropic encode: an answer that was begun is continued where the deployment can") {
  chat::Request r = asked();
  r.messages.push_back(said(Role::Assistant, "It is"));
  r.messages.back().prefix = true;
  CHECK(sent(r, deepseek()).body.find(R"({"role":"assistant","content":[{"type":"text","text":"It is"}]})") !=
        std::string::npos);
  Target t = deepseek();
  t.prefix = false;
  CHECK(refused_at(r, t) == "$.messages[1].prefix");
}

TEST_CASE("anthropic encode: a translated request decodes to the same conversation") {
  chat::Request r = asked();
  chat::Message a = said(Role::Assistant, "text");
  a.reasoning = "thought";
  a.tool_calls = {{"c1", "f", "{\"x\":[1,2]}"}};
  chat::Message t = said(Role::Tool, "result");
  t.tool_call_id = "c1";
  r.messages = {said(Role::System, "s"), said(Role::User, "u"), a, t, said(Role::User, "more")};
  chat::Request back = anthropic(sent(r, deepseek()).body);
  REQUIRE(back.messages.size() == r.messages.size());
  for (std::size_t i = 0; i < r.messages.size(); ++i) {
    CHECK(back.messages[i].role == r.messages[i].role);
    CHECK(back.messages[i].text() == r.messages[i].text());
    CHECK(back.messages[i].reasoning == r.messages[i].reasoning);
    CHECK(back.messages[i].tool_call_id == r.messages[i].tool_call_id);
  }
  CHECK(back.messages[2].tool_calls.at(0).arguments == "{\"x\":[1,2]}");
}
