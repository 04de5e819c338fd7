#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "json/json_random.h"
#include "json/writer.h"
#include "wire/anthropic_messages.h"

using namespace sluice;
using chat::Part;
using chat::Role;

namespace {

chat::Request decoded(std::string body, chat::Operation operation = chat::Operation::Generate) {
  auto request = wire::decode_anthropic_messages(operation, std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}

// A body with one user message and `fields` ("\"top_k\":2").
std::string with(const std::string& fields) {
  return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],)" + fields + "}";
}
std::string with_message(const std::string& message) {
  return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},)" + message + "]}";
}
std::string with_block(const std::string& role, const std::string& block) {
  return with_message(R"({"role":")" + role + R"(","content":[)" + block + "]}");
}

struct Refused {
  std::string code, where, message;
};
Refused refused(std::string body) {
  auto request = wire::decode_anthropic_messages(chat::Operation::Generate, std::move(body));
  if (request) return {"accepted", "", ""};
  return {request.error().code, request.error().where, request.error().message};
}

const chat::ExtraField* extra(const chat::Request& request, const std::string& path) {
  for (const chat::ExtraField& field : request.extra) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("anthropic decode: a conversation with tools and thinking arrives turn by turn") {
  auto r = decoded(R"({"model":"claude-x","max_tokens":1024,"stream":true,
    "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Really."}],
    "messages":[
      {"role":"user","content":[{"type":"text","text":"What is this?"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
        {"type":"image","source":{"type":"url","url":"https://e.org/a.png"}},
        {"type":"document","source":{"type":"text","media_type":"text/plain","data":"doc"}}]},
      {"role":"assistant","content":[
        {"type":"thinking","thinking":"Let me ","signature":"s1"},{"type":"thinking","thinking":"see","signature":"s2"},
        {"type":"redacted_thinking","data":"xx"},
        {"type":"text","text":"Looking."},
        {"type":"tool_use","id":"toolu_1","name":"look","input":{"a": 1.0}},
        {"type":"tool_use","id":"toolu_2","name":"look","input":{}}]},
      {"role":"user","content":[{"type":"text","text":"first"},
        {"type":"tool_result","tool_use_id":"toolu_1","content":"15 degrees"},
        {"type":"tool_result","tool_use_id":"toolu_2","is_error":true,
         "content":[{"type":"text","text":"no"},{"type":"image","source":{"type":"url","url":"https://e.org/b.png"}}]},
        {"type":"text","text":"and now?"}]},
      {"role":"system","content":"a reminder"},
      {"role":"assistant","content":"It is"}]})");
  CHECK(r.protocol == chat::Protocol::AnthropicMessages);
  CHECK(r.stream);
  REQUIRE(r.messages.size() == 8);
  CHECK(r.messages[0].role == Role::System);
  CHECK(r.messages[0].text() == "Be brief.Really.");
  const auto& user = r.messages[1];
  CHECK(user.parts.at(1).kind == Part::Kind::Image);
  CHECK(user.parts[1].media_type == "image/png");
  CHECK(user.parts[1].data == "AA==");
  CHECK(user.parts[2].url == "https://e.org/a.png");
  CHECK(user.parts[3].kind == Part::Kind::File);
  const auto& assistant = r.messages[2];
  CHECK(assistant.reasoning == "Let me see");
  CHECK(assistant.has_reasoning);
  CHECK(assistant.signature == "s2");
  CHECK(assistant.text() == "Looking.");
  CHECK(assistant.parts[0].kind == Part::Kind::Unknown);
  CHECK(assistant.tool_calls.at(0).arguments == "{\"a\": 1.0}");
  CHECK(assistant.tool_calls.at(1).id == "toolu_2");
  CHECK_FALSE(assistant.prefix);
  CHECK(r.messages[3].role == Role::Tool);
  CHECK(r.messages[3].tool_call_id == "toolu_1");
  CHECK(r.messages[3].text() == "15 degrees");
  CHECK_FALSE(r.messages[3].is_error);
  CHECK(r.messages[4].is_error);
  CHECK(r.messages[4].parts.size() == 2);
  CHECK(r.messages[5].role == Role::User);
  CHECK(r.messages[5].text() == "firstand now?");
  CHECK(r.messages[6].role == Role::System);
  CHECK(r.messages[7].prefix);
  REQUIRE(extra(r, "$.system[0].cache_control"));
  CHECK(extra(r, "$.system[0].cache_control")->hint);
  CHECK(chat::unreadable_parts(r).size() == 5);
}

TEST_CASE("anthropic decode: every field of the API has its place, and hints are told from demands") {
  auto r = decoded(with(R"("temperature":0.5,"top_p":0.9,"top_k":5,"stop_sequences":["a","b"],
    "tools":[{"name":"f","description":"does f","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"}},
             {"type":"web_search_20250305","name":"web_search","max_uses":3},
             {"type":"custom","name":"g","input_schema":{},"defer_loading":true}],
    "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
    "thinking":{"type":"enabled","budget_tokens":2048},
    "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},
    "metadata":{"user_id":"u1","team":"t"},"service_tier":"auto","inference_geo":"eu","container":null,
    "mcp_servers":[{"url":"https://e.org"}],"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]},
    "cache_control":{"type":"ephemeral"},"own":1)"));
  CHECK(r.sampling.temperature == 0.5);
  CHECK(r.sampling.top_p == 0.9);
  CHECK(r.sampling.top_k == 5);
  CHECK(r.sampling.max_tokens == 9);
  CHECK(r.sampling.stop == std::vector<std::string>{"a", "b"});
  REQUIRE(r.tools.size() == 3);
  CHECK(r.tools[0].name == "f");
  CHECK(r.tools[0].parameters == R"({"type":"object"})");
  CHECK(r.tools[0].strict == true);
  CHECK(r.tools[1].kind == chat::Tool::Kind::Other);
  CHECK(r.tools[2].kind == chat::Tool::Kind::Function);
  CHECK(r.tool_choice.mode == chat::ToolChoice::Mode::Named);
  CHECK(r.tool_choice.name == "f");
  CHECK(r.parallel_tool_calls == false);
  CHECK(r.thinking == true);
  CHECK(r.thinking_budget == 2048);
  CHECK(r.reasoning_effort == "high");
  CHECK(r.format.kind == chat::OutputFormat::Kind::JsonSchema);
  CHECK(r.format.schema == R"({"type":"object"})");
  CHECK(r.user == "u1");
  std::set<std::string> hints, demands;
  for (const auto& field : r.extra) (field.hint ? hints : demands).insert(field.path);
  CHECK(hints == std::set<std::string>{"$.tools[0].cache_control", "$.metadata.team", "$.service_tier",
                                       "$.inference_geo", "$.container", "$.cache_control"});
  CHECK(demands ==
        std::set<std::string>{"$.tools[2].defer_loading", "$.mcp_servers", "$.context_management", "$.own"});
}

TEST_CASE("anthropic decode: switches in their other positions") {
  CHECK(decoded(with(R"("thinking":{"type":"disabled"})")).thinking == false);
  auto adaptive = decoded(with(R"("thinking":{"type":"adaptive"})"));
  CHECK_FALSE(adaptive.thinking);
  CHECK(extra(adaptive, "$.thinking")->hint);
  CHECK_FALSE(extra(decoded(with(R"("thinking":{"type":"between_tools"})")), "$.thinking")->hint);
  using Mode = chat::ToolChoice::Mode;
  CHECK(decoded(with(R"("tool_choice":{"type":"auto"})")).tool_choice.mode == Mode::Auto);
  CHECK(decoded(with(R"("tool_choice":{"type":"any"})")).tool_choice.mode == Mode::Required);
  CHECK(decoded(with(R"("tool_choice":{"type":"none"})")).tool_choice.mode == Mode::None);
  CHECK(decoded(with(R"("tool_choice":{"type":"soon"})")).tool_choice.mode == Mode::Other);
  CHECK(decoded(with(R"("output_format":{"type":"json_schema","schema":{}})")).format.schema == "{}");
  // Claude Code's way to say that nothing is to be cleared.
  auto keeps =
      decoded(with(R"("context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]})"));
  CHECK(extra(keeps, "$.context_management")->hint);
  auto none = decoded(with(R"("temperature":null,"tools":null,"thread":null,"thinking":null,"stream":null)"));
  CHECK(none.extra.empty());
}

TEST_CASE("anthropic decode: tokens are counted without max_tokens, and an answer needs it") {
  std::string body = R"({"model":"m","messages":[{"role":"user","content":"hi"}]})";
  CHECK(decoded(body, chat::Operation::CountTokens).operation == chat::Operation::CountTokens);
  CHECK(refused(body).where == "$.max_tokens");
}

TEST_CASE("anthropic decode: a wrong type is refused with its path, what was expected and what was found") {
  auto check = [](std::string body, std::string where, std::string message) {
    CAPTURE(body);
    Refused r = refused(body);
    CHECK(r.code == "request.invalid");
    CHECK(r.where == where);
    CHECK(r.message.find(message) != std::string::npos);
  };
  check("[]", "$", "expected an object");
  check("{}", "$.model", "missing");
  check(R"({"model":"m"})", "$.messages", "missing");
  check(R"({"model":"m","messages":[]})", "$.messages", "at least one");
  check(R"({"model":"m","messages":[{"role":"user","content":"a"}],"system":7})", "$.system", "found a number");
  check(R"({"model":"m","messages":[{"role":"user","content":"a"}],"system":[{"type":"image"}]})",
        "$.system[0].type", "text");
  check(with_message("7"), "$.messages[1]", "found a number");
  check(with_message(R"({"role":"tool","content":"x"})"), "$.messages[1].role", "user, assistant");
  check(with_message(R"({"role":"user"})"), "$.messages[1].content", "missing");
  check(with_message(R"({"role":"user","content":""})"), "$.messages[1].content", "not empty");
  check(with_message(R"({"role":"user","content":[]})"), "$.messages[1].content", "not empty");
  check(with_block("user", "7"), "$.messages[1].content[0]", "found a number");
  check(with_block("user", R"({"text":"x"})"), "$.messages[1].content[0].type", "missing");
  check(with_block("user", R"({"type":"text"})"), "$.messages[1].content[0].text", "missing");
  check(with_block("user", R"({"type":"image"})"), "$.messages[1].content[0].source", "missing");
  check(with_block("user", R"({"type":"tool_use","id":"a","name":"f","input":{}})"),
        "$.messages[1].content[0].type", "assistant");
  check(with_block("assistant", R"({"type":"tool_result","tool_use_id":"a"})"), "$.messages[1].content[0].type",
        "user");
  check(with_block("assistant", R"({"type":"tool_use","id":"a","name":"f","input":"{}"})"),
        "$.messages[1].content[0].input", "found a string");
  check(with_block("user", R"({"type":"tool_result"})"), "$.messages[1].content[0].tool_use_id", "missing");
  check(with_block("user", R"({"type":"tool_result","tool_use_id":"a","content":7})"),
        "$.messages[1].content[0].content", "found a number");
  check(with(R"("tools":[{"name":"f"}])"), "$.tools[0].input_schema", "missing");
  check(with(R"("temperature":2.5)"), "$.temperature", "from 0 to 2");
  check(with(R"("max_tokens":0)").replace(12, 15, ""), "$.max_tokens", "at least 1");
  check(with(R"("stop_sequences":"a")"), "$.stop_sequences", "found a string");
  check(with(R"("stop_sequences":[""])"), "$.stop_sequences[0]", "not empty");
  check(with(R"("tool_choice":"auto")"), "$.tool_choice", "found a string");
  check(with(R"("thinking":true)"), "$.thinking", "found a boolean");
  check(with(R"("output_config":{"format":{"type":"json_schema"}})"), "$.output_config.format.schema", "missing");
  std::string many = R"("stop_sequences":[)";
  for (int i = 0; i < 17; ++i) many += (i ? "," : "") + json::quote(std::to_string(i));
  check(with(many + "]"), "$.stop_sequences", "at most 16");
}

TEST_CASE("anthropic decode: a thread is refused in the form by which Anthropic's SDK goes on without it") {
  auto r = wire::decode_anthropic_messages(chat::Operation::Generate, with(R"("thread":{"type":"create"})"));
  REQUIRE_FALSE(r);
  CHECK(r.error().code == "request.thread_unsupported");
  CHECK(wire::http_status_of(r.error()) == 400);
  auto body = json::Doc::parse(wire::anthropic_error_body(r.error(), 400, "req_1"));
  json::Value error = (*body)->root()["error"];
  CHECK(error["type"].string() == "invalid_request_error");
  CHECK(error["details"]["error_code"].string() == "thread_unsupported_request");
}

namespace {

// Random bodies. Every string that is not the protocol's own begins with "zq", some of them escaped.
class RandomBody {
 public:
  explicit RandomBody(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    json::Writer w;
    w.object().member("model", "m").member("max_tokens", 9);
    if (chance(40)) content(w.key("system"), "system");
    w.key("messages").array();
    for (std::uint64_t n = 1 + below(4); n > 0; --n) message(w);
    w.end();
    if (chance(40)) tools(w);
    if (chance(20)) format(w.key(chance(50) ? "output_format" : "own_format"));
    if (chance(20)) {
      string(w.key("output_config").object().key("effort"));
      extras(w).end();
    }
    if (chance(20)) string(string(w.key("tool_choice").object().key("type")).key("name")).end();
    if (chance(20)) string(string(w.key("stop_sequences").array())).end();
    if (chance(20)) extras(string(w.key("metadata").object().key("user_id"))).end();
    if (chance(20))
      extras(w.key("thinking").object().member("type", "enabled").member("budget_tokens", 7)).end();
    else if (chance(20))
      extras(string(w.key("thinking").object().key("type"))).end();
    if (chance(20)) json(w.key("mcp_servers").array(), 2, false).end();
    if (chance(20)) json(w.key("context_management").object(), 2, true).end();
    extras(w);
    return w.end().take();
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  bool chance(int percent) { return random_.chance(percent); }
  std::string word() { return "zq" + std::to_string(next_++) + (chance(30) ? "\"\n\t\xC3\xA9\\ text" : ""); }

  json::Writer& string(json::Writer& w) {
    if (chance(50)) return w.value(word());
    std::string out = "\"";
    for (char c : "zq" + std::to_string(next_++)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", unsigned(c));
      out += chance(50) ? std::string(escape) : std::string(1, c);
    }
    return w.raw(out + "\"");
  }

  json::Writer& json(json::Writer& w, int depth, bool in_object) {
    for (std::uint64_t n = 1 + below(3); n > 0; --n) {
      if (in_object) w.key(word());
      switch (below(depth > 0 ? 5 : 3)) {
        case 0:
          w.value(int(below(1000)));
          break;
        case 1:
        case 2:
          string(w);
          break;
        case 3:
          json(w.object(), depth - 1, true).end();
          break;
        default:
          json(w.array(), depth - 1, false).end();
      }
    }
    return w;
  }
  json::Writer& extras(json::Writer& w) {
    if (chance(10)) string(w.key("cache_control").object().key("type")).end();
    return chance(25) ? json(w, 2, true) : w;
  }

  void format(json::Writer& w) {
    w.object().member("type", "json_schema").key("schema").object();
    json(w, 3, true).end();
    extras(w).end();
  }

  void text(json::Writer& w) { extras(string(w.object().member("type", "text").key("text"))).end(); }
  void plain_block(json::Writer& w) {
    switch (below(4)) {
      case 0:
        w.object().member("type", "image").key("source").object();
        string(w.member("type", "url").key("url"));
        extras(w).end();
        extras(w).end();
        break;
      case 1:
        extras(string(w.object().key("type"))).end();
        break;
      default:
        text(w);
    }
  }

  void block(json::Writer& w, const std::string& role) {
    if (role == "system") return text(w);
    if (role == "user" && chance(40)) {
      string(w.object().member("type", "tool_result").key("tool_use_id"));
      if (chance(80)) {
        w.key("content");
        if (chance(50)) {
          string(w);
        } else {
          w.array();
          for (std::uint64_t n = below(3); n > 0; --n) plain_block(w);
          w.end();
        }
      }
      extras(w).end();
    } else if (role == "assistant" && chance(30)) {
      string(string(w.object().member("type", "tool_use").key("id")).key("name"));
      json(w.key("input").object(), 2, true).end();
      extras(w).end();
    } else if (role == "assistant" && chance(40)) {
      string(string(w.object().member("type", "thinking").key("thinking")).key("signature"));
      extras(w).end();
    } else {
      plain_block(w);
    }
  }

  void content(json::Writer& w, const std::string& role) {
    if (chance(30)) {
      string(w);
      return;
    }
    w.array();
    for (std::uint64_t n = 1 + below(4); n > 0; --n) block(w, role);
    w.end();
  }

  void message(json::Writer& w) {
    static const char* const kRoles[] = {"system", "user", "user", "assistant", "assistant"};
    std::string role = kRoles[below(5)];
    w.object().member("role", role).key("content");
    content(w, role);
    extras(w).end();
  }

  void tools(json::Writer& w) {
    w.key("tools").array();
    for (std::uint64_t n = 1 + below(3); n > 0; --n) {
      w.object();
      if (chance(25)) {
        string(w.key("type"));
      } else {
        string(w.key("name"));
        if (chance(70)) string(w.key("description"));
        json(w.key("input_schema").object(), 3, true).end();
      }
      extras(w).end();
    }
    w.end();
  }

  json::test::RandomJson random_;
  int next_ = 100'000;  // of one width, so that no word is a part of another
};

void every_string(json::Value v, const std::function<void(const std::string&)>& visit) {
  if (!v.raw_key().empty()) visit(v.key());
  if (v.is(json::Type::String)) visit(*v.string());
  for (json::Value child : v) every_string(child, visit);
}

// The protocol's own words: keys of fields we know, role and type names, and the model, which is replaced.
const std::set<std::string> kProtocol = {"model",          "m",
                                         "max_tokens",     "messages",
                                         "role",           "content",
                                         "system",         "user",
                                         "assistant",      "type",
                                         "text",           "image",
                                         "source",         "url",
                                         "tool_result",    "tool_use_id",
                                         "tool_use",       "id",
                                         "name",           "input",
                                         "thinking",       "signature",
                                         "tools",          "description",
                                         "input_schema",   "tool_choice",
                                         "stop_sequences", "metadata",
                                         "user_id",        "enabled",
                                         "budget_tokens",  "output_config",
                                         "effort",         "output_format",
                                         "json_schema",    "schema"};

}  // namespace

TEST_CASE(
    "anthropic decode: in random bodies every string, key or value, is judged or is a word of the protocol") {
  int strings = 0;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    std::string body = RandomBody(seed).make();
    CAPTURE(body);
    auto request = wire::decode_anthropic_messages(chat::Operation::Generate, body);
    if (!request) FAIL(request.error().to_string());
    chat::VisibleTexts texts = chat::visible_texts(*request);
    every_string(request->body->root(), [&](const std::string& text) {
      ++strings;
      if (kProtocol.contains(text)) return;
      bool judged = std::any_of(texts.begin(), texts.end(), [&](const chat::VisibleText& seen) {
        return seen.text.find(text) != std::string::npos;
      });
      CHECK_MESSAGE(judged, text);
    });
    for (const chat::VisibleText& seen : texts) CHECK(seen.path.find("zq") == std::string::npos);
  }
  CHECK(strings > 100'000);
}
