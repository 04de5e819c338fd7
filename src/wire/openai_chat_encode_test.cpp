#include <doctest/doctest.h>

#include <algorithm>

#include "wire/anthropic_messages.h"
#include "wire/openai_chat.h"
#include "wire/openai_responses.h"

using namespace sluice;
using Notes = std::vector<std::string>;

namespace {

// DeepSeek's chat as its documentation describes it: thinks unless told otherwise, refuses a forced tool while it
// does, knows max_tokens only, low/high/max, and no schema.
wire::Target deepseek() {
  wire::Target t;
  t.model = "deepseek-flash";
  t.thinking = wire::ThinkingSwitch::Thinking;
  t.thinks_by_default = t.keeps_reasoning = t.needs_reasoning = t.images = t.prefix = true;
  t.forced_tools_thinking = t.json_schema = t.seed = t.penalties = t.parallel_switch = t.logit_bias = false;
  t.efforts = {"low", "high", "max"};
  t.user_field = "user_id";
  return t;
}

wire::Target vllm() {
  wire::Target t;
  t.model = "m";
  t.thinking = wire::ThinkingSwitch::ChatTemplate;
  t.efforts = {"low", "medium", "high", "max"};
  return t;
}

wire::Target nim() {
  wire::Target t;
  t.model = "m";
  t.thinking = wire::ThinkingSwitch::Effort;
  t.thinks_by_default = true;
  t.efforts = {"high", "max"};
  return t;
}

const std::string kHead = R"({"model":"auto","messages":[{"role":"user","content":"hi"}])";

chat::Request asked(const std::string& fields) {
  auto request = wire::decode_openai_chat(kHead + (fields.empty() ? "" : "," + fields) + "}");
  if (!request) FAIL(request.error().to_string());
  return *request;
}

// What stands after the messages of the body that is sent for `fields`, or "code where" of a refusal.
std::string sent(const std::string& fields, const wire::Target& target, Notes* notes = nullptr) {
  chat::Request request = asked(fields);
  auto outgoing = wire::encode_openai_chat(request, target);
  if (!outgoing) return outgoing.error().code + " " + outgoing.error().where;
  if (notes != nullptr) *notes = outgoing->notes;
  std::string start = kHead;
  start.replace(start.find("auto"), 4, target.model);
  REQUIRE(outgoing->body.starts_with(start));
  return outgoing->body.substr(start.size());
}

// The body that a request of another protocol becomes, as JSON.
struct Translated {
  std::shared_ptr<const json::Doc> doc;
  Notes notes;
  std::string error;  // "code where"
  json::Value operator[](const char* key) const { return doc ? doc->root()[key] : json::Value(); }
};
Translated translated(Result<chat::Request> request, const wire::Target& target) {
  if (!request) FAIL(request.error().to_string());
  auto outgoing = wire::encode_openai_chat(*request, target);
  if (!outgoing) return {nullptr, {}, outgoing.error().code + " " + outgoing.error().where};
  auto doc = json::Doc::parse(outgoing->body);
  REQUIRE(doc);
  return {*doc, outgoing->notes, ""};
}
Translated from_messages(const std::string& body, const wire::Target& target) {
  return translated(wire::decode_anthropic_messages(chat::Operation::Generate, body), target);
}
Translated from_responses(const std::string& body, const wire::Target& target) {
  return translated(wire::decode_openai_responses(body), target);
}

bool has(const Notes& notes, const std::string& note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

}  // namespace

TEST_CASE("encode: a forced tool turns DeepSeek's thinking off and says so, unless thinking was asked for") {
  Notes notes;
  CHECK(sent(R"("tool_choice":"required")", deepseek(), &notes) ==
        R"(,"tool_choice":"required","thinking":{"type":"disabled"}})");
  CHECK(notes == Notes{"thinking off: tool_choice is forced"});
  CHECK(sent(R"("tool_choice":{"type":"function","function":{"name":"f"}},"reasoning_effort":"high")", deepseek(),
             &notes)
            .ends_with(R"("thinking":{"type":"disabled"}})"));
  CHECK(sent(R"("tool_choice":"required","thinking":{"type":"enabled"})", deepseek()) ==
        "request.unsupported $.tool_choice");
  CHECK(sent(R"("tool_choice":"required","thinking":{"type":"disabled"})", deepseek(), &notes) ==
        R"(,"tool_choice":"required","thinking":{"type":"disabled"}})");
  CHECK(notes.empty());
  CHECK(sent(R"("tool_choice":"auto")", deepseek()) == R"(,"tool_choice":"auto"})");
}

TEST_CASE("encode: the thinking switch is written as the target reads it, whichever form the client used") {
  CHECK(sent(R"("reasoning_effort":"none")", deepseek()) == R"(,"thinking":{"type":"disabled"}})");
  CHECK(sent(R"("chat_template_kwargs":{"thinking":false})", deepseek()) == R"(,"thinking":{"type":"disabled"}})");
  CHECK(sent(R"("chat_template_kwargs":{"enable_thinking":true,"x":1})", deepseek()) ==
        R"(,"chat_template_kwargs":{"x":1},"thinking":{"type":"enabled"}})");
  CHECK(sent(R"("thinking":{"type":"enabled"})", vllm()) ==
        R"(,"chat_template_kwargs":{"thinking":true,"enable_thinking":true}})");
  CHECK(sent(R"("chat_template_kwargs":{"thinking":false,"y":2})", vllm()) ==
        R"(,"chat_template_kwargs":{"thinking":false,"y":2,"enable_thinking":false}})");
  CHECK(sent(R"("thinking":{"type":"disabled"})", nim()) == R"(,"reasoning_effort":"none"})");
  CHECK(sent(R"("thinking":{"type":"enabled"})", nim()) == "}");
  Notes notes;
  CHECK(sent(R"("reasoning_effort":"max")", vllm(), &notes) ==
        R"(,"reasoning_effort":"max","chat_template_kwargs":{"thinking":true,"enable_thinking":true}})");
  CHECK(notes == Notes{"thinking on: reasoning_effort is set"});
  wire::Target mute;
  mute.model = "m";
  CHECK(sent(R"("thinking":{"type":"enabled"})", mute) == "request.unsupported $.thinking");
  CHECK(sent(R"("thinking":{"type":"disabled"})", mute) == "}");
}

TEST_CASE("encode: names of effort become the target's as DeepSeek's table of synonyms has them") {
  const std::pair<const char*, const char*> kTable[] = {{"minimal", "low"}, {"low", "low"},    {"medium", "high"},
                                                        {"high", "high"},   {"xhigh", "high"}, {"max", "max"},
                                                        {"ultra", "max"}};
  for (auto [said, meant] : kTable) {
    Notes notes;
    CHECK(sent(std::string("\"reasoning_effort\":\"") + said + "\"", deepseek(), &notes) ==
          std::string(",\"reasoning_effort\":\"") + meant + "\"}");
    CHECK(notes.empty() == (std::string(said) == meant));
  }
  CHECK(sent(R"("reasoning_effort":"heroic")", deepseek()) == "request.unsupported $.reasoning_effort");
  CHECK(sent(R"("reasoning_effort":"low")", wire::Target()) == "request.unsupported $.reasoning_effort");
}

TEST_CASE("encode: what only differs in its name or its count is rewritten, all other bytes stay") {
  Notes notes;
  CHECK(sent(R"("n":3,"x":12345678901234567890,"y":1.0e0)", deepseek()) ==
        R"(,"x":12345678901234567890,"y":1.0e0})");
  CHECK(sent(R"("n":1)", deepseek()) == R"(,"n":1})");
  CHECK(sent(R"("max_completion_tokens":9)", deepseek()) == R"(,"max_tokens":9})");
  CHECK(sent(R"("max_completion_tokens":9,"max_tokens":5)", deepseek()) == R"(,"max_tokens":5})");
  wire::Target openai;
  openai.model = "m";
  openai.max_tokens_field = "max_completion_tokens";
  openai.max_stop = 2;
  CHECK(sent(R"("max_tokens":5)", openai) == R"(,"max_completion_tokens":5})");
  CHECK(sent(R"("stop":["a","b","a"])", openai) == R"(,"stop":["a","b"]})");
  Notes ended;
  CHECK(sent(R"("stop":["a","b","c"])", openai, &ended) == R"(,"stop":["a","b"]})");
  CHECK(ended == Notes{"more stop strings than the deployment takes: the answer is ended here and written anew"});
  CHECK(sent(R"("stop":["a","b","c"],"logprobs":true)", openai) == "request.unsupported $.stop");
  CHECK(sent(R"("dsh_plugin_packages":["p"],"dsh_session_log":"all","k":1)", deepseek(), &notes) == R"(,"k":1})");
  CHECK(notes == Notes{"dropped $.dsh_plugin_packages", "dropped $.dsh_session_log"});
  CHECK(sent(R"("seed":1,"frequency_penalty":1,"presence_penalty":0)", deepseek(), &notes) ==
        R"(,"seed":1,"frequency_penalty":1,"presence_penalty":0})");
  CHECK(notes ==
        Notes{"not honoured by the deployment: $.seed", "not honoured by the deployment: $.frequency_penalty"});
}

TEST_CASE("encode: what a target can't do is refused by its field") {
  const char* schema =
      R"("response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}})";
  CHECK(sent(schema, deepseek()) == "request.unsupported $.response_format");
  CHECK(sent(schema, vllm()) == std::string(",") + schema + "}");
  CHECK(sent(R"("logit_bias":{"1":2})", deepseek()) == "request.unsupported $.logit_bias");
  wire::Target deaf = vllm();
  deaf.tool_choice = deaf.logprobs = deaf.strict_tools = false;
  CHECK(sent(R"("tool_choice":"required")", deaf) == "request.unsupported $.tool_choice");
  CHECK(sent(R"("logprobs":true)", deaf) == "request.unsupported $.logprobs");
  CHECK(sent(R"("tools":[{"type":"function","function":{"name":"f","strict":true}}])", deaf) ==
        "request.unsupported $.tools[0].function.strict");
  auto message = [](const std::string& text, const wire::Target& target) {
    auto request = wire::decode_openai_chat(R"({"model":"m","messages":[)" + text + "]}");
    REQUIRE(request);
    auto outgoing = wire::encode_openai_chat(*request, target);
    return outgoing ? outgoing->body : outgoing.error().code + " " + outgoing.error().where;
  };
  CHECK(message(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.example/a"}}]})",
                vllm()) == "request.unsupported $.messages[0].content[0]");
  CHECK(message(R"({"role":"assistant","content":"a","prefix":true})", vllm()) ==
        "request.unsupported $.messages[0].prefix");
  CHECK(message(R"({"role":"developer","content":"a"},{"role":"assistant","content":"b","reasoning":"r"})",
                deepseek()) == R"({"model":"deepseek-flash","messages":[{"role":"system","content":"a"},)"
                               R"({"role":"assistant","content":"b","reasoning_content":"r"}]})");
}

TEST_CASE("translate: an Anthropic conversation with tools, thinking and an image becomes a chat") {
  Translated t = from_messages(
      R"({"model":"c","max_tokens":100,"system":[{"type":"text","text":"be"},{"type":"text","text":"brief",
      "cache_control":{"type":"ephemeral"}}],"metadata":{"user_id":"u1"},"stop_sequences":["X"],"temperature":0.5,"stream":true,
      "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"b":{},"a":{}}}}],
      "tool_choice":{"type":"auto"},
      "messages":[{"role":"user","content":[{"type":"text","text":"see"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"I look"},
        {"type":"tool_use","id":"t1","name":"f","input":{"z":1}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r1","is_error":true},
        {"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"r2"}]},{"type":"text","text":"go on"}]}]})",
      deepseek());
  REQUIRE_MESSAGE(t.error.empty(), t.error);
  json::Value m = t["messages"];
  REQUIRE(m.size() == 6);
  CHECK(m.at(0)["role"].string() == "system");
  CHECK(m.at(0)["content"].string() == "be\n\nbrief");
  CHECK(m.at(1)["content"].raw() ==
        R"([{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}])");
  CHECK(m.at(2)["content"].string() == "I look");
  CHECK(m.at(2)["reasoning_content"].string() == "hm");
  REQUIRE(m.at(2)["tool_calls"].size() == 2);
  CHECK(m.at(2)["tool_calls"].at(0)["id"].string() == "t1");
  CHECK(m.at(2)["tool_calls"].at(0)["function"]["arguments"].string() == R"({"z":1})");
  CHECK(m.at(3)["role"].string() == "tool");
  CHECK(m.at(3)["tool_call_id"].string() == "t1");
  CHECK(m.at(3)["content"].string() == "r1");
  CHECK(m.at(4)["content"].string() == "r2");
  CHECK(m.at(5)["role"].string() == "user");
  CHECK(m.at(5)["content"].string() == "go on");
  CHECK(t["tools"].raw() == R"([{"type":"function","function":{"name":"f","description":"d",)"
                            R"("parameters":{"type":"object","properties":{"b":{},"a":{}}}}}])");
  CHECK(t["max_tokens"].integer() == 100);
  CHECK(t["stop"].raw() == R"(["X"])");
  CHECK(t["user_id"].string() == "u1");
  CHECK(t["tool_choice"].string() == "auto");
  CHECK(t["stream_options"]["include_usage"].boolean() == true);
  CHECK(has(t.notes, "dropped is_error of a tool result"));
  // What goes out is a valid request of the protocol, by its own decoder.
  CHECK(wire::decode_openai_chat(std::string(t.doc->text())));
}

TEST_CASE(
    "translate: what chat completions can't say is refused with the client's field, hints are dropped aloud") {
  const std::string head = R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"q"}])";
  auto error = [&](const std::string& fields, const wire::Target& target) {
    return from_messages(head + "," + fields + "}", target).error;
  };
  CHECK(error(R"("top_k":5)", deepseek()) == "request.unsupported $.top_k");
  CHECK(error(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])", deepseek())
            .starts_with("request.unsupported $.tools[0]"));
  CHECK(error(R"("mcp_servers":[{"type":"url","url":"https://x.example"}])", deepseek()) ==
        "request.unsupported $.mcp_servers");
  CHECK(error(R"("tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"},)"
              R"("thinking":{"type":"enabled","budget_tokens":1024})",
              deepseek()) == "request.unsupported $.tool_choice");
  Translated off = from_messages(
      head +
          R"(,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"}})",
      deepseek());
  CHECK(off["thinking"]["type"].string() == "disabled");
  CHECK(off["tool_choice"].raw() == R"({"type":"function","function":{"name":"f"}})");
  CHECK(has(off.notes, "thinking off: tool_choice is forced"));
  Translated prefill = from_messages(
      R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]})",
      deepseek());
  CHECK(prefill["messages"].at(1)["prefix"].boolean() == true);
  CHECK(
      from_messages(
          R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]})",
          vllm())
          .error == "request.unsupported $.messages");
}

// If each note were looked for among all others, this would take an hour.
TEST_CASE("translate: each of very many hints is told once") {
  constexpr std::size_t kHints = 700'000;
  std::string body = R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"q"}],"metadata":{)";
  for (std::size_t i = 0; i < kHints; ++i) body += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  const Translated t = from_messages(body + "}}", deepseek());
  REQUIRE_MESSAGE(t.error.empty(), t.error);
  CHECK(t.notes.size() == kHints);
  CHECK(t.notes.back() == "dropped $.metadata{" + std::to_string(kHints - 1) + "}");
}

TEST_CASE("translate: a Responses request becomes a chat, and a schema goes along where the target takes it") {
  const std::string body =
      R"({"model":"r","instructions":"be brief","max_output_tokens":50,"parallel_tool_calls":false,)"
      R"("text":{"format":{"type":"json_schema","name":"out","schema":{"type":"object"},"strict":true}},)"
      R"("tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}],)"
      R"("input":[{"role":"user","content":[{"type":"input_text","text":"q"}]},)"
      R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
      R"({"type":"function_call_output","call_id":"c1","output":"42"}]})";
  Translated t = from_responses(body, vllm());
  REQUIRE_MESSAGE(t.error.empty(), t.error);
  json::Value m = t["messages"];
  REQUIRE(m.size() == 4);
  CHECK(m.at(0)["content"].string() == "be brief");
  CHECK(m.at(1)["content"].string() == "q");
  CHECK(m.at(2)["tool_calls"].at(0)["id"].string() == "c1");
  CHECK(m.at(3)["tool_call_id"].string() == "c1");
  CHECK(m.at(3)["content"].string() == "42");
  CHECK(t["max_tokens"].integer() == 50);
  CHECK(t["parallel_tool_calls"].boolean() == false);
  CHECK(t["response_format"].raw() ==
        R"({"type":"json_schema","json_schema":{"name":"out","schema":{"type":"object"},"strict":true}})");
  CHECK(from_responses(body, deepseek()).error == "request.unsupported $.text.format");
}
