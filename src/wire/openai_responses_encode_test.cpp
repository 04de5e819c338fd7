#include <doctest/doctest.h>

#include "wire/openai_responses.h"

using namespace sluice;
using chat::Part;
using chat::Role;
using wire::Target;

namespace {

// As DeepSeek's /responses is: thinking by default, no forced calls with it, reasoning kept, schemas, images.
Target deepseek() {
  Target target;
  target.model = "deepseek-flash";
  target.thinking = wire::ThinkingSwitch::Effort;
  target.thinks_by_default = true;
  target.forced_tools_thinking = false;
  target.keeps_reasoning = target.needs_reasoning = target.images = true;
  target.parallel_switch = false;
  target.efforts = {"none", "low", "high", "max"};
  return target;
}

chat::Message message(Role role, std::string text) {
  chat::Message m{.role = role};
  m.parts.push_back(Part{Part::Kind::Text, std::move(text), ""});
  return m;
}
chat::Request chat_request() {
  chat::Request r;
  r.model = "route";
  r.messages.push_back(message(Role::User, "hi"));
  return r;
}

wire::Outgoing sent(const chat::Request& request, const Target& target = deepseek()) {
  auto outgoing = wire::encode_openai_responses(request, target);
  if (!outgoing) FAIL(outgoing.error().to_string());
  CHECK(json::Doc::parse(outgoing->body));
  return *outgoing;
}
std::string refused(const chat::Request& request, const Target& target = deepseek()) {
  auto outgoing = wire::encode_openai_responses(request, target);
  return outgoing ? "accepted: " + outgoing->body : outgoing.error().code + " " + outgoing.error().where;
}
chat::Request responses(std::string body) {
  auto request = wire::decode_openai_responses(std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}

}  // namespace

TEST_CASE("responses encode: the client's own bytes with the model replaced") {
  const std::string body =
      "{ \"input\" : [ {\"role\":\"user\",\"content\":\"h\\u0069\"}],\"x\":1.0e0, \"model\":\"auto\"}";
  CHECK(
      sent(responses(body)).body ==
      "{ \"input\" : [ {\"role\":\"user\",\"content\":\"h\\u0069\"}],\"x\":1.0e0, \"model\":\"deepseek-flash\"}");
  // What the deployment can't combine: thinking gives way where the client left it open, else it is refused.
  auto forced = sent(responses(R"({"model":"m","input":"x","tool_choice":"required"})"));
  CHECK(forced.body ==
        R"({"model":"deepseek-flash","input":"x","tool_choice":"required","reasoning":{"effort":"none"}})");
  CHECK(forced.notes == std::vector<std::string>{"thinking off: tool_choice is forced"});
  CHECK(
      refused(responses(R"({"model":"m","input":"x","tool_choice":"required","reasoning":{"effort":"high"}})")) ==
      "request.unsupported $.tool_choice");
}

TEST_CASE("responses encode: a conversation of another protocol becomes items") {
  chat::Request r;
  r.messages = {message(Role::System, "s"), message(Role::Developer, "d"), message(Role::User, "look")};
  r.messages[2].parts.push_back(
      {.kind = Part::Kind::Image, .raw = "{}", .media_type = "image/png", .data = "AA=="});
  chat::Message turn = message(Role::Assistant, "I see");
  turn.reasoning = "hm";
  turn.has_reasoning = true;
  turn.tool_calls.push_back({"c1", "f", "{}"});
  r.messages.push_back(turn);
  chat::Message result = message(Role::Tool, "42");
  result.tool_call_id = "c1";
  r.messages.push_back(result);
  CHECK(sent(r).body == R"({"model":"deepseek-flash","input":[{"type":"message","role":"system","content":"s"},)"
                        R"({"type":"message","role":"system","content":"d"},)"
                        R"({"type":"message","role":"user","content":[{"type":"input_text","text":"look"},)"
                        R"({"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"}]},)"
                        R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},)"
                        R"({"type":"message","role":"assistant","content":"I see"},)"
                        R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
                        R"({"type":"function_call_output","call_id":"c1","output":"42"}],"store":false})");
  // What was sent is a request of this protocol, and says the same.
  chat::Request back = responses(sent(r).body);
  REQUIRE(back.messages.size() == 5);
  CHECK(back.messages[3].reasoning == "hm");
  CHECK(back.messages[3].tool_calls[0].id == "c1");
  CHECK(back.messages[2].parts[1].data == "AA==");
}

TEST_CASE("responses encode: reasoning goes where it is wanted, and is made empty where it must be there") {
  chat::Request r = chat_request();
  r.messages.push_back(message(Role::Assistant, "a"));
  CHECK(sent(r).body.find("reasoning") == std::string::npos);
  r.tools.push_back({.name = "f"});
  CHECK(sent(r).body.find(R"({"type":"reasoning_text","text":""})") != std::string::npos);
  r.messages[1].reasoning = "secret";
  Target plain;
  plain.model = "m";
  auto outgoing = sent(r, plain);
  CHECK(outgoing.body.find("secret") == std::string::npos);
  CHECK(outgoing.notes == std::vector<std::string>{"dropped the reasoning of earlier turns"});
}

TEST_CASE("responses encode: settings are said in this protocol's words") {
  chat::Request r = chat_request();
  r.sampling.temperature = 0.5;
  r.sampling.max_tokens = 7;
  r.sampling.logprobs = true;
  r.sampling.top_logprobs = 2;
  r.stream = true;
  r.user = "u";
  r.format.kind = chat::OutputFormat::Kind::JsonSchema;
  r.format.name = "plan";
  r.format.schema = R"({"type":"object"})";
  r.tools.push_back({.name = "f", .description = "d", .parameters = R"({"type":"object"})", .strict = true});
  r.tools.push_back({.name = "g"});
  r.tool_choice.mode = chat::ToolChoice::Mode::Auto;
  r.reasoning_effort = "medium";
  r.extra.push_back({"$.metadata", R"({"a":"b"})", "metadata", true});
  auto outgoing = sent(r);
  for (const char* piece :
       {R"("temperature":0.5)", R"("max_output_tokens":7)", R"("include":["message.output_text.logprobs"])",
        R"("top_logprobs":2)", R"("stream":true)", R"("user":"u")", R"("store":false)",
        R"("text":{"format":{"type":"json_schema","name":"plan","schema":{"type":"object"},"strict":false}})",
        R"({"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true})",
        R"({"type":"function","name":"g","parameters":{"type":"object","properties":{}},"strict":false})",
        R"("tool_choice":"auto")", R"("reasoning":{"effort":"high"})"}) {
    CAPTURE(piece);
    CHECK(outgoing.body.find(piece) != std::string::npos);
  }
  CHECK(outgoing.notes == std::vector<std::string>{"dropped $.metadata", "reasoning effort medium sent as high"});
}

TEST_CASE("responses encode: the thinking switch is a level of effort") {
  chat::Request r = chat_request();
  CHECK(sent(r).body.find("effort") == std::string::npos);
  r.thinking = false;
  CHECK(sent(r).body.find(R"("reasoning":{"effort":"none"})") != std::string::npos);
  r.thinking = true;
  CHECK(sent(r).body.find("effort") == std::string::npos);  // it does already
  r.tool_choice.mode = chat::ToolChoice::Mode::Named;
  r.tool_choice.name = "f";
  CHECK(refused(r) == "request.unsupported $.tool_choice");
  r.thinking.reset();
  auto forced = sent(r);
  CHECK(forced.body.find(R"("tool_choice":{"type":"function","name":"f"},"reasoning":{"effort":"none"})") !=
        std::string::npos);
  CHECK(forced.notes.size() == 1);
  Target mute;
  mute.thinks_by_default = true;
  chat::Request off = chat_request();
  off.thinking = false;
  CHECK(refused(off, mute) == "request.unsupported $.thinking");
}

TEST_CASE("responses encode: what can't be said is refused by the client's name for it") {
  using Change = void (*)(chat::Request&);
  const std::pair<const char*, Change> cases[] = {
      {"$.stop",
       [](chat::Request& r) {
         r.sampling.stop = {"x"};
         r.sampling.logprobs = true;
       }},
      {"$.seed", [](chat::Request& r) { r.sampling.seed = 1; }},
      {"$.top_k", [](chat::Request& r) { r.sampling.top_k = 5; }},
      {"$.min_p", [](chat::Request& r) { r.sampling.min_p = 0.1; }},
      {"$.logit_bias", [](chat::Request& r) { r.sampling.logit_bias = R"({"1":1})"; }},
      {"$.frequency_penalty", [](chat::Request& r) { r.sampling.frequency_penalty = 1; }},
      {"$.presence_penalty", [](chat::Request& r) { r.sampling.presence_penalty = -1; }},
      {"$.tools[0]", [](chat::Request& r) { r.tools.push_back({.kind = chat::Tool::Kind::Other}); }},
      {"$.messages[0].name", [](chat::Request& r) { r.messages[0].name = "ann"; }},
      {"$.messages[0].content[1]",
       [](chat::Request& r) { r.messages[0].parts.push_back({.kind = Part::Kind::Audio}); }},
      {"$.messages[0].content[1]",
       [](chat::Request& r) { r.messages[0].parts.push_back({.kind = Part::Kind::Image}); }},
      {"$.messages[1].prefix",
       [](chat::Request& r) {
         r.messages.push_back(message(Role::Assistant, "a"));
         r.messages[1].prefix = true;
       }},
      {"$.tool_choice", [](chat::Request& r) { r.tool_choice.mode = chat::ToolChoice::Mode::Other; }},
      {"$.response_format", [](chat::Request& r) { r.format.kind = chat::OutputFormat::Kind::Other; }},
      {"$.reasoning_effort", [](chat::Request& r) { r.reasoning_effort = "heroic"; }},
      {"$.unknown", [](chat::Request& r) { r.extra.push_back({"$.unknown", "1", "unknown"}); }},
      {"$.model", [](chat::Request& r) { r.protocol = chat::Protocol::OpenAiCompletions; }},
      {"$.model", [](chat::Request& r) { r.operation = chat::Operation::CountTokens; }},
  };
  for (const auto& [path, change] : cases) {
    chat::Request r = chat_request();
    change(r);
    CHECK(refused(r) == std::string("request.unsupported ") + path);
  }
  // The values that mean "off" ask for nothing.
  chat::Request r = chat_request();
  r.sampling.top_k = 0;
  r.sampling.frequency_penalty = 0;
  r.sampling.logit_bias = "{}";
  r.parallel_tool_calls = true;
  r.extra.push_back({"$.unknown", "null", "unknown"});
  CHECK(sent(r).body ==
        R"({"model":"deepseek-flash","input":[{"type":"message","role":"user","content":"hi"}],"store":false})");
}

TEST_CASE(
    "responses encode: an effort that goes because thinking is off is told, and so is a switch not honoured") {
  using Notes = std::vector<std::string>;
  chat::Request r = chat_request();
  r.thinking = false;
  r.reasoning_effort = "high";
  CHECK(sent(r).notes == Notes{"dropped reasoning_effort: thinking is off"});
  r = chat_request();
  r.reasoning_effort = "high";
  r.tools.push_back({"f", "", "", ""});
  r.tool_choice.mode = chat::ToolChoice::Mode::Required;
  CHECK(sent(r).notes ==
        Notes{"thinking off: tool_choice is forced", "dropped reasoning_effort: thinking is off"});
  r = chat_request();
  r.sampling.stop = {"x", "y", "x"};
  CHECK(sent(r).stops == Notes{"x", "y"});  // this protocol has no word for them
  CHECK(sent(r).body.find("stop") == std::string::npos);
  r = chat_request();
  r.parallel_tool_calls = false;
  CHECK(sent(r).notes == Notes{"not honoured by the deployment: $.parallel_tool_calls"});
}

TEST_CASE("responses: a conversation is continued from what was kept of it, the client's bytes untouched") {
  chat::Request first = responses(R"({"model":"m","instructions":"i","input":"h\u0069"})");
  const std::string whole = R"({"id":"resp_1","output":[{"type":"message","role":"assistant","content":[]}]})";
  const std::string kept = wire::response_items(first, whole);
  CHECK(
      kept ==
      R"([{"type":"message","role":"user","content":"h\u0069"},{"type":"message","role":"assistant","content":[]}])");
  const std::string inner = kept.substr(1, kept.size() - 2);
  auto continued = [&](std::string body) {
    auto doc = json::Doc::parse(std::move(body));
    REQUIRE(doc);
    auto out = wire::continue_response(**doc, kept);
    return out ? *out : out.error().code + " " + out.error().where;
  };
  CHECK(continued(
            R"({"model":"m", "previous_response_id":"resp_1","input": [ {"role":"user","content":"\u0061"}]})") ==
        R"({"model":"m","input": [ )" + inner + R"(,{"role":"user","content":"\u0061"}]})");
  CHECK(continued(R"({"previous_response_id":"resp_1","model":"m","input":"next"})") ==
        R"({"model":"m","input":[)" + inner + R"(,{"type":"message","role":"user","content":"next"}]})");
  CHECK(continued(R"({"model":"m","previous_response_id":"resp_1"})") ==
        R"({"model":"m","input":[)" + inner + "]}");
  CHECK(continued(R"({"model":"m","input":[]})") == R"({"model":"m","input":[)" + inner + "]}");
  CHECK(continued(R"({"model":"m","input":7})") == "request.invalid $.input");
  // And again: what was continued is kept whole.
  chat::Request second = responses(continued(R"({"previous_response_id":"r","model":"m","input":"next"})"));
  REQUIRE(second.messages.size() == 3);
  CHECK(second.previous_response_id.empty());
  CHECK(wire::response_items(second, whole) == "[" + inner +
                                                   R"(,{"type":"message","role":"user","content":"next"},)" +
                                                   R"({"type":"message","role":"assistant","content":[]}])");
  CHECK(wire::response_items(second, "{\"error\":1}").size() < wire::response_items(second, whole).size());
  auto doc = json::Doc::parse("{}");
  CHECK_FALSE(wire::continue_response(**doc, "{}"));
  CHECK_FALSE(wire::continue_response(**doc, "[1"));
}
