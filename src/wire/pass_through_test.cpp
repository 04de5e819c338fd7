#include "wire/pass_through.h"

#include <doctest/doctest.h>

#include "wire/protocol.h"

using namespace sluice;
using chat::Protocol;
using Notes = std::vector<std::string>;

namespace {

// Of DeepSeek: what its documentation says of all its protocols.
wire::Target thinker() {
  wire::Target t;
  t.model = "up";
  t.thinks_by_default = t.keeps_reasoning = t.needs_reasoning = t.images = t.effort_needs_thinking = true;
  t.forced_tools_thinking = t.parallel_switch = t.several = t.tool_parts = false;
  t.seed = t.logit_bias = t.penalties = false;
  t.efforts = {"low", "high", "max"};
  t.effort_synonyms = true;
  return t;
}
wire::Target messages_target() {
  wire::Target t = thinker();
  t.thinking = wire::ThinkingSwitch::Thinking;
  t.json_schema = t.strict_tools = false;
  t.hosted_tools = {"web_search_"};
  t.blocks = {"text", "image", "thinking", "tool_use", "tool_result"};
  t.ignored = {"$.mcp_servers", "$.service_tier", "$.top_k",   "$.thinking.budget_tokens",
               "$.metadata.",   "cache_control",  "citations", "is_error"};
  return t;
}
wire::Target responses_target() {
  wire::Target t = thinker();
  t.thinking = wire::ThinkingSwitch::Effort;
  t.hosted_tools = {"web_search", "custom"};
  t.ignored = {"$.conversation", "$.prompt", "$.truncation", "$.include", "$.metadata", "$.reasoning.summary"};
  return t;
}
wire::Target chat_target() {
  wire::Target t = thinker();
  t.thinking = wire::ThinkingSwitch::Thinking;
  t.user_field = "user_id";
  t.hosted_tools = std::vector<std::string>();
  t.ignored = {"$.functions", "$.function_call", "$.top_k", "$.min_p", "$.metadata", "$.store", "cache_control"};
  return t;
}
wire::Target texts_target() {
  wire::Target t = thinker();
  t.ignored = {"$.top_k", "$.min_p", "$.user", "$.user_id"};
  return t;
}

struct Sent {
  std::string refused;  // where; empty: it was not
  std::string body;
  Notes notes;
  std::vector<std::string> stops;
};

// The client's own protocol, to a deployment that speaks it.
Sent sent(Protocol protocol, std::string body, const wire::Target& target) {
  auto request = wire::decode(protocol, chat::Operation::Generate, std::move(body));
  if (!request) FAIL(request.error().to_string());
  auto out = wire::encode(protocol, *request, target);
  if (!out) {
    CHECK(out.error().code == "request.unsupported");
    return {out.error().where, "", {}, {}};
  }
  REQUIRE(json::Doc::parse(out->body));
  return {"", out->body, out->notes, out->stops};
}

Sent messages(const std::string& fields, const wire::Target& target = messages_target()) {
  return sent(Protocol::AnthropicMessages,
              R"({"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"a"}],)" + fields + "}",
              target);
}
Sent said(const std::string& blocks, const wire::Target& target = messages_target()) {
  return sent(Protocol::AnthropicMessages,
              R"({"model":"auto","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use",)"
              R"("id":"t","name":"f","input":{}}]},{"role":"user","content":[)" +
                  blocks + "]}]}",
              target);
}
Sent responses(const std::string& fields, const wire::Target& target = responses_target()) {
  return sent(Protocol::OpenAiResponses, R"({"model":"auto","input":"a",)" + fields + "}", target);
}
Sent conversation(const std::string& fields, const wire::Target& target = chat_target()) {
  return sent(Protocol::OpenAiChat,
              R"({"model":"auto","messages":[{"role":"user","content":"a"}],)" + fields + "}", target);
}
Sent text(const std::string& fields, const wire::Target& target = texts_target()) {
  return sent(Protocol::OpenAiCompletions, R"({"model":"auto","prompt":"a",)" + fields + "}", target);
}

Notes unhonoured(const std::string& field) { return {"not honoured by the deployment: " + field}; }
bool contains(const std::string& in, const std::string& part) { return in.find(part) != std::string::npos; }

const std::string kTool = R"("tools":[{"name":"f","input_schema":{"type":"object"}}])";

}  // namespace

TEST_CASE("pass through: Messages, a field that the deployment would ignore is refused by its name") {
  CHECK(messages(R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})").refused ==
        "$.output_config.format");
  CHECK(messages(R"("output_format":{"type":"json_schema","schema":{"type":"object"}})").refused ==
        "$.output_format");
  CHECK(messages(R"("top_k":5)").refused == "$.top_k");
  CHECK(messages(R"("top_k":0)").refused.empty());
  CHECK(messages(R"("mcp_servers":[{"type":"url","url":"https://mcp.example.com","name":"x"}])").refused ==
        "$.mcp_servers");
  CHECK(messages(R"("tools":[{"name":"f","input_schema":{},"strict":true}])").refused == "$.tools[0].strict");
  CHECK(messages(R"("tools":[{"name":"f","input_schema":{},"strict":false}])").refused.empty());
  CHECK(messages(kTool + R"(,"x":1)").refused.empty());  // nobody knows what it makes of this one
  // A deployment of the vendor's has all of it.
  wire::Target vendor;
  vendor.model = "up";
  vendor.images = true;
  for (const char* field : {R"("top_k":5)", R"("mcp_servers":[{"name":"x"}])",
                            R"("output_config":{"format":{"type":"json_schema","schema":{}}})",
                            R"("tools":[{"type":"code_execution_20250522","name":"c"}])"}) {
    CAPTURE(field);
    CHECK(messages(field, vendor).refused.empty());
    CHECK(messages(field, vendor).notes.empty());
  }
}

TEST_CASE("pass through: Messages, a block or a hosted tool that the deployment has not is refused at its place") {
  CHECK(said(R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"}})").refused ==
        "$.messages[1].content[0]");
  CHECK(said(R"({"type":"text","text":"x"},{"type":"search_result","source":"s","title":"t","content":[]})")
            .refused == "$.messages[1].content[1]");
  const std::string inner = R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"}})";
  CHECK(said(R"({"type":"tool_result","tool_use_id":"t","content":[)" + inner + "]}").refused ==
        "$.messages[1].content[0].content[0]");
  const std::string image = R"({"type":"image","source":{"type":"url","url":"https://example.com/a.png"}})";
  CHECK(said(image).refused.empty());
  wire::Target blind = messages_target();
  blind.images = false;
  CHECK(said(image, blind).refused == "$.messages[1].content[0]");
  CHECK(messages(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])").refused.empty());
  CHECK(messages(R"("tools":[{"name":"f","input_schema":{}},{"type":"code_execution_20250522","name":"c"}])")
            .refused == "$.tools[1]");
}

TEST_CASE("pass through: Messages, what changes nothing in the answer goes on with a note") {
  CHECK(messages(R"("service_tier":"auto")").notes == unhonoured("$.service_tier"));
  CHECK(messages(R"("metadata":{"user_id":"u","k":1})").notes == unhonoured("$.metadata.k"));
  CHECK(messages(R"("metadata":{"user_id":"u"})").notes.empty());
  CHECK(messages(R"("thinking":{"type":"enabled","budget_tokens":2000})").notes ==
        unhonoured("$.thinking.budget_tokens"));
  // One note for all marks.
  Sent marks = said(R"({"type":"text","text":"x","cache_control":{"type":"ephemeral"}},)"
                    R"({"type":"text","text":"y","cache_control":{"type":"ephemeral"}})");
  CHECK(marks.notes == unhonoured("cache_control"));
  CHECK(contains(marks.body, R"("cache_control":{"type":"ephemeral"})"));
  CHECK(said(R"({"type":"tool_result","tool_use_id":"t","content":"no","is_error":true})").notes ==
        unhonoured("is_error"));
  CHECK(said(R"({"type":"text","text":"x","citations":[{"cited_text":"c"}]})").notes == unhonoured("citations"));
  CHECK(messages(kTool + R"(,"tool_choice":{"type":"auto","disable_parallel_tool_use":true})").notes ==
        unhonoured("$.tool_choice.disable_parallel_tool_use"));
}

TEST_CASE("pass through: Messages, no effort goes where thinking is off") {
  const Notes dropped = {"dropped reasoning_effort: thinking is off"};
  Sent off = messages(R"("thinking":{"type":"disabled"},"output_config":{"effort":"high"})");
  CHECK(off.notes == dropped);
  CHECK_FALSE(contains(off.body, "output_config"));
  Sent more = messages(R"("thinking":{"type":"disabled"},"output_config":{"effort":"high","x":1})");
  CHECK(contains(more.body, R"("output_config":{"x":1})"));
  Sent forced = messages(kTool + R"(,"tool_choice":{"type":"any"},"output_config":{"effort":"high"})");
  CHECK(forced.notes == Notes{"thinking off: tool_choice is forced", "dropped reasoning_effort: thinking is off"});
  CHECK_FALSE(contains(forced.body, "effort"));
  Sent on = messages(R"("output_config":{"effort":"high"})");
  CHECK(on.notes.empty());
  CHECK(contains(on.body, R"("effort":"high")"));
  // Where the two go together, it stays.
  wire::Target vendor = messages_target();
  vendor.effort_needs_thinking = false;
  CHECK(messages(R"("thinking":{"type":"disabled"},"output_config":{"effort":"high"})", vendor).notes.empty());
}

TEST_CASE("pass through: an effort that the deployment takes for another one is sent as that, and it is told") {
  Sent medium = messages(R"("output_config":{"effort":"medium"})");
  CHECK(contains(medium.body, R"("output_config":{"effort":"high"})"));
  CHECK(medium.notes == Notes{"reasoning_effort medium sent as high"});
  Sent ultra = responses(R"("reasoning":{"effort":"ultra"})");
  CHECK(contains(ultra.body, R"("reasoning":{"effort":"max"})"));
  CHECK(ultra.notes == Notes{"reasoning_effort ultra sent as max"});
  CHECK(responses(R"("reasoning":{"effort":"low"})").notes.empty());
  CHECK(responses(R"("reasoning":{"effort":"none"})").notes.empty());
  CHECK(contains(responses(R"("reasoning":{"effort":"own"})").body, R"("effort":"own")"));
  wire::Target other = responses_target();
  other.effort_synonyms = false;  // a name that came after this table
  CHECK(contains(responses(R"("reasoning":{"effort":"xhigh"})", other).body, R"("effort":"xhigh")"));
}

TEST_CASE(
    "pass through: log-probabilities of a deployment that does not read include are asked for by top_logprobs") {
  for (auto [field, where] :
       {std::pair(R"("logprobs":true)", "$.logprobs"), std::pair(R"("logprobs":true,"top_logprobs":2)", "")}) {
    auto request =
        wire::decode(Protocol::OpenAiChat, chat::Operation::Generate,
                     R"({"model":"m","messages":[{"role":"user","content":"a"}],)" + std::string(field) + "}");
    REQUIRE(request);
    auto out = wire::encode(Protocol::OpenAiResponses, *request, responses_target());
    CHECK((out ? "" : out.error().where) == where);
  }
}

TEST_CASE("pass through: Responses, what the deployment would ignore is refused or noted") {
  CHECK(responses(R"("conversation":"conv_1")").refused == "$.conversation");
  CHECK(responses(R"("prompt":{"id":"pmpt_1"})").refused == "$.prompt");
  CHECK(responses(R"("truncation":"auto")").refused == "$.truncation");
  Sent disabled = responses(R"("truncation":"disabled")");  // as it is anyway
  CHECK(disabled.refused.empty());
  CHECK(disabled.notes.empty());
  CHECK(responses(R"("include":["file_search_call.results"])").refused == "$.include");
  CHECK(responses(R"("include":["reasoning.encrypted_content"])").notes == unhonoured("$.include"));
  CHECK(responses(R"("include":["message.output_text.logprobs"])").refused == "$.include");
  CHECK(responses(R"("include":["message.output_text.logprobs"],"top_logprobs":2)").refused.empty());
  CHECK(responses(R"("metadata":{"k":"v"})").notes == unhonoured("$.metadata"));
  CHECK(responses(R"("reasoning":{"effort":"high","summary":"auto"})").notes == unhonoured("$.reasoning.summary"));
  CHECK(responses(R"("parallel_tool_calls":false)").notes == unhonoured("$.parallel_tool_calls"));
  CHECK(responses(R"("parallel_tool_calls":true)").notes.empty());
  for (const char* type : {"code_interpreter", "file_search", "mcp", "web_search_preview"}) {
    CAPTURE(type);
    CHECK(responses(R"("tools":[{"type":")" + std::string(type) + "\"}]").refused == "$.tools[0]");
  }
  CHECK(responses(R"("tools":[{"type":"web_search"},{"type":"custom","name":"apply_patch"}])").refused.empty());
  wire::Target other;
  other.model = "up";
  other.images = true;
  for (const char* field : {R"("conversation":"conv_1")", R"("metadata":{"k":"v"})",
                            R"("tools":[{"type":"code_interpreter"}])", R"("parallel_tool_calls":false)"}) {
    CAPTURE(field);
    CHECK(responses(field, other).refused.empty());
    CHECK(responses(field, other).notes.empty());
  }
}

TEST_CASE("pass through: Responses, what a deployment lacks is refused as where it is translated") {
  wire::Target t = responses_target();
  t.json_schema = t.json_object = t.strict_tools = t.logprobs = t.images = t.tool_choice = false;
  CHECK(responses(R"("text":{"format":{"type":"json_schema","name":"a","schema":{}}})", t).refused ==
        "$.text.format");
  CHECK(responses(R"("text":{"format":{"type":"json_object"}})", t).refused == "$.text.format");
  CHECK(responses(R"("top_logprobs":2)", t).refused == "$.top_logprobs");
  const std::string tool = R"("tools":[{"type":"function","name":"f","parameters":{}}])";
  CHECK(responses(R"("tools":[{"type":"function","name":"f","parameters":{},"strict":true}])", t).refused ==
        "$.tools[0].strict");
  CHECK(responses(tool + R"(,"tool_choice":"required")", t).refused == "$.tool_choice");
  CHECK(responses(tool + R"(,"tool_choice":"none")", t).refused == "$.tool_choice");
  CHECK(responses(tool + R"(,"tool_choice":"auto")", t).refused.empty());
  const std::string image =
      R"({"model":"a","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://example.com/a"}]}]})";
  CHECK(sent(Protocol::OpenAiResponses, image, t).refused == "$.input");
}

TEST_CASE("pass through: a choice of tools goes to no deployment that does not read it, in no protocol") {
  wire::Target t;
  t.model = "up";
  t.tool_choice = false;
  CHECK(messages(kTool + R"(,"tool_choice":{"type":"tool","name":"f"})", t).refused == "$.tool_choice");
  CHECK(messages(kTool + R"(,"tool_choice":{"type":"none"})", t).refused == "$.tool_choice");
  CHECK(messages(kTool + R"(,"tool_choice":{"type":"auto"})", t).refused.empty());
  auto request = wire::decode(
      Protocol::OpenAiChat, chat::Operation::Generate,
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}],)"
      R"("tool_choice":"required"})");
  REQUIRE(request);
  for (Protocol protocol : {Protocol::OpenAiChat, Protocol::OpenAiResponses, Protocol::AnthropicMessages}) {
    CAPTURE(chat::protocol_name(protocol));
    for (auto mode : {chat::ToolChoice::Mode::Required, chat::ToolChoice::Mode::None}) {
      request->tool_choice.mode = mode;
      auto out = wire::encode(protocol, *request, t);
      REQUIRE_FALSE(out);
      CHECK(out.error().where == "$.tool_choice");
    }
  }
}

TEST_CASE(
    "pass through: chat, what the deployment would ignore is refused or noted, and its user is told its way") {
  CHECK(conversation(R"("top_k":5)").refused == "$.top_k");
  CHECK(conversation(R"("min_p":0.5)").refused == "$.min_p");
  CHECK(conversation(R"("min_p":0,"top_k":-1)").refused.empty());
  CHECK(conversation(R"("functions":[{"name":"f"}])").refused == "$.functions");
  CHECK(conversation(R"("function_call":"auto")").refused == "$.function_call");
  CHECK(conversation(R"("metadata":{"k":"v"})").notes == unhonoured("$.metadata"));
  CHECK(conversation(R"("store":true)").notes == unhonoured("$.store"));
  CHECK(conversation(R"("store":false)").notes.empty());
  CHECK(conversation(R"("tools":[{"type":"custom","custom":{"name":"x"}}])").refused == "$.tools[0]");
  Sent user = conversation(R"("user":"u\n1","x":1)");
  CHECK(user.body == R"({"model":"up","messages":[{"role":"user","content":"a"}],"x":1,"user_id":"u\n1"})");
  CHECK(user.notes.empty());
  CHECK(contains(conversation(R"("user_id":"u")").body, R"("user_id":"u")"));
  Sent both = conversation(R"("user":"a","user_id":"b")");
  CHECK(contains(both.body, R"("user_id":"b")"));
  CHECK(both.notes == unhonoured("$.user"));
  wire::Target other;
  other.model = "up";
  CHECK(contains(conversation(R"("user":"u","top_k":5,"functions":[])", other).body, R"("user":"u","top_k":5)"));
}

TEST_CASE("pass through: chat, the result of a tool becomes one string where the deployment takes nothing else") {
  auto result = [](const std::string& content, const wire::Target& target) {
    return sent(Protocol::OpenAiChat,
                R"({"model":"a","messages":[{"role":"user","content":[{"type":"text","text":"q"}]},)"
                R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":)"
                R"({"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":)" +
                    content + "}]}",
                target);
  };
  Sent joined = result(R"([{"type":"text","text":"a\""},{"type":"text","text":"b"}])", chat_target());
  CHECK(contains(joined.body, R"("tool_call_id":"c","content":"a\"\n\nb"})"));
  CHECK(contains(joined.body, R"("content":[{"type":"text","text":"q"}])"));  // a user's stays
  CHECK(joined.notes.empty());
  CHECK(contains(result("[]", chat_target()).body, R"("tool_call_id":"c","content":""})"));
  CHECK(contains(result(R"("h\u0069")", chat_target()).body, R"("content":"h\u0069"})"));
  CHECK(
      contains(result(R"([{"type":"text","text":"a"}])", wire::Target()).body, R"([{"type":"text","text":"a"}])"));
  CHECK(
      result(R"([{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}])", chat_target()).refused ==
      "$.messages[2].content[0]");
  CHECK(result(R"([{"type":"text","text":"a","x":1}])", chat_target()).refused == "$.messages[2].content[0].x");
  CHECK(result(R"([{"type":"text","text":"a","cache_control":{}}])", chat_target()).notes ==
        unhonoured("cache_control"));
  wire::Target reads = chat_target();
  reads.ignored.clear();
  CHECK(result(R"([{"type":"text","text":"a","cache_control":{}}])", reads).notes ==
        Notes{"dropped $.messages[2].content[0].cache_control"});
}

TEST_CASE("pass through: completions are checked as chat is") {
  CHECK(text(R"("n":2)").refused == "$.n");
  CHECK(text(R"("n":1)").refused.empty());
  CHECK(text(R"("logit_bias":{"1":5})").refused == "$.logit_bias");
  CHECK(text(R"("logit_bias":{})").refused.empty());
  CHECK(text(R"("top_k":5)").refused == "$.top_k");
  CHECK(text(R"("seed":1,"frequency_penalty":1,"presence_penalty":1,"user":"u")").notes ==
        Notes{"not honoured by the deployment: $.user", "not honoured by the deployment: $.seed",
              "not honoured by the deployment: $.frequency_penalty",
              "not honoured by the deployment: $.presence_penalty"});
  CHECK(text(R"("user_id":"u")").notes == unhonoured("$.user_id"));
  wire::Target few;
  few.model = "up";
  few.max_stop = 4;
  Sent more = text(R"("stop":["a","b","c","d","e"])", few);
  CHECK(more.body == R"({"model":"up","prompt":"a","stop":["a","b","c","d"]})");
  CHECK(more.stops == std::vector<std::string>{"e"});
  REQUIRE(more.notes.size() == 1);
  // Where one text can't be cut out of the answer.
  for (const char* field : {R"("n":2)", R"("echo":true)", R"("logprobs":1)"}) {
    CAPTURE(field);
    CHECK(text(std::string(R"("stop":["a","b","c","d","e"],)") + field, few).refused == "$.stop");
  }
  CHECK(text(R"("stop":["a","b","c","d"])", few).refused.empty());
  CHECK(text(R"("stop":["a","b","a","c","d"])", few).stops.empty());
  CHECK(text(R"("stop":["a","b","a","c","d"])", few).body ==
        R"({"model":"up","prompt":"a","stop":["a","b","c","d"]})");
  CHECK(text(R"("n":2,"seed":1,"logit_bias":{"1":5},"top_k":5,"user":"u")", few).notes.empty());
}

TEST_CASE("pass through: stop strings beyond a deployment's limit are left to whoever reads the answer") {
  wire::Target two;
  two.model = "up";
  two.max_stop = 2;
  Sent out = messages(R"("stop_sequences":["a","b","a","c"])", two);
  CHECK(contains(out.body, R"("stop_sequences":["a","b"])"));
  CHECK(out.stops == std::vector<std::string>{"c"});
  CHECK(messages(R"("stop_sequences":["a","b"])", two).notes.empty());
  auto request = wire::decode(Protocol::AnthropicMessages, chat::Operation::Generate,
                              R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}],)"
                              R"("stop_sequences":["a","b","c","d"]})");
  REQUIRE(request);
  auto translated = wire::encode(Protocol::OpenAiChat, *request, two);
  REQUIRE(translated);
  CHECK(contains(translated->body, R"("stop":["a","b"])"));
  CHECK(translated->stops == std::vector<std::string>{"c", "d"});
  request->protocol = Protocol::OpenAiChat;
  auto other = wire::encode(Protocol::AnthropicMessages, *request, two);
  REQUIRE(other);
  CHECK(contains(other->body, R"("stop_sequences":["a","b"])"));
  CHECK(other->stops == std::vector<std::string>{"c", "d"});
}
