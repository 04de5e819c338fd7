#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "json/json_random.h"
#include "json/writer.h"
#include "wire/openai_responses.h"

using namespace sluice;
using chat::Part;
using chat::Role;

namespace {

chat::Request decoded(std::string body) {
  auto request = wire::decode_openai_responses(std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}
chat::Request with_items(const std::string& items) { return decoded(R"({"model":"m","input":[)" + items + "]}"); }
chat::Request with(const std::string& fields) { return decoded(R"({"model":"m","input":"hi",)" + fields + "}"); }

const chat::ExtraField* extra(const chat::Request& request, std::string_view path) {
  for (const chat::ExtraField& field : request.extra)
    if (field.path == path) return &field;
  return nullptr;
}
bool asks(const chat::Request& request, std::string_view path) {
  const chat::ExtraField* field = extra(request, path);
  return field != nullptr && !field->hint;
}
bool hints(const chat::Request& request, std::string_view path) {
  const chat::ExtraField* field = extra(request, path);
  return field != nullptr && field->hint;
}

struct Refused {
  std::string code, where, message;
};
Refused refused(std::string body) {
  auto request = wire::decode_openai_responses(std::move(body));
  if (request) return {"accepted", "", ""};
  return {request.error().code, request.error().where, request.error().message};
}

}  // namespace

TEST_CASE("responses decode: a string is one user's message, after the instructions") {
  auto r = decoded(R"({"model":"m","input":"hi","instructions":"be brief"})");
  REQUIRE(r.messages.size() == 2);
  CHECK(r.messages[0].role == Role::System);
  CHECK(r.messages[0].text() == "be brief");
  CHECK(r.messages[1].role == Role::User);
  CHECK(r.messages[1].text() == "hi");
  CHECK(r.protocol == chat::Protocol::OpenAiResponses);
}

TEST_CASE("responses decode: items of one assistant's turn are one message, results are tool messages") {
  auto r = with_items(R"(
    {"role":"developer","content":"d"},
    {"type":"message","role":"user","content":[{"type":"input_text","text":"what"},
      {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
      {"type":"input_image","image_url":"https://x/y.png"},{"type":"input_image","file_id":"f"},
      {"type":"input_file","file_id":"f"},{"type":"hologram","x":1}]},
    {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
    {"type":"message","id":"msg_1","status":"completed","role":"assistant",
     "content":[{"type":"output_text","text":"look","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"no"}]},
    {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}","status":"completed"},
    {"type":"function_call","call_id":"c2","name":"g","arguments":"{\"a\":1}"},
    {"type":"function_call_output","call_id":"c1","output":"42"},
    {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"4"},{"type":"input_text","text":"3"}]},
    {"role":"assistant","content":"done"})");
  REQUIRE(r.messages.size() == 6);
  CHECK(r.messages[0].role == Role::Developer);
  std::vector<Part::Kind> kinds;
  for (const Part& part : r.messages[1].parts) kinds.push_back(part.kind);
  CHECK(kinds == std::vector<Part::Kind>{Part::Kind::Text, Part::Kind::Image, Part::Kind::Image, Part::Kind::Image,
                                         Part::Kind::File, Part::Kind::Unknown});
  CHECK(r.messages[1].parts[1].media_type == "image/png");
  CHECK(r.messages[1].parts[1].data == "AAAA");
  CHECK(r.messages[1].parts[1].detail == "low");
  CHECK(r.messages[1].parts[2].url == "https://x/y.png");
  const chat::Message& turn = r.messages[2];
  CHECK(turn.role == Role::Assistant);
  CHECK(turn.has_reasoning);
  CHECK(turn.reasoning == "hm");
  CHECK(turn.text() == "lookno");
  REQUIRE(turn.tool_calls.size() == 2);
  CHECK(turn.tool_calls[0].id == "c1");
  CHECK(turn.tool_calls[1].arguments == R"({"a":1})");
  CHECK(r.messages[3].tool_call_id == "c1");
  CHECK(r.messages[4].role == Role::Tool);
  CHECK(r.messages[4].text() == "43");
  CHECK(r.messages[5].text() == "done");
  CHECK_FALSE(r.messages[5].has_reasoning);
  REQUIRE(r.extra.size() == 1);
  CHECK(hints(r, "$.input[*].id"));
  CHECK(r.extra[0].raw == R"(["rs_1","msg_1","fc_1"])");
  CHECK(chat::unreadable_parts(r).size() == 5);
}

TEST_CASE("responses decode: what nobody can read is unreadable, what can be read is judged as a field") {
  auto r = with_items(R"(
    {"type":"reasoning","summary":[{"type":"summary_text","text":"sum"}],"encrypted_content":"gAAAA"},
    {"type":"item_reference","id":"msg_9"},{"id":"msg_8"},{"type":"compaction","encrypted_content":"zz"},
    {"type":"web_search_call","id":"ws_1","action":{"type":"search","query":"seen"}},
    {"type":"custom_tool_call","call_id":"c1","name":"patch","input":"*** Begin"},
    {"type":"custom_tool_call_output","call_id":"c1","output":"ok"})");
  CHECK(r.messages[0].reasoning == "sum");
  CHECK(chat::unreadable_parts(r) ==
        std::vector<std::string>{"$.messages[0].content[0]", "$.messages[1].content[0]",
                                 "$.messages[2].content[0]", "$.messages[3].content[0]"});
  CHECK(asks(r, "$.input[4]"));
  CHECK(asks(r, "$.input[5].type"));
  REQUIRE(r.messages[4].tool_calls.size() == 1);
  CHECK(r.messages[4].tool_calls[0].arguments == "*** Begin");
  CHECK(r.messages[5].tool_call_id == "c1");
  auto elsewhere =
      decoded(R"({"model":"m","prompt":{"id":"pmpt_1"},"conversation":"conv_1","previous_response_id":"resp_1"})");
  CHECK(elsewhere.messages.empty());
  CHECK(chat::unreadable_parts(elsewhere) ==
        std::vector<std::string>{"$.previous_response_id", "$.prompt", "$.conversation"});
}

TEST_CASE("responses decode: settings arrive in the vocabulary") {
  auto r =
      with(R"("max_output_tokens":9,"temperature":0.5,"top_p":0.9,"top_logprobs":3,"stream":true,"store":false,
    "include":["message.output_text.logprobs"],"parallel_tool_calls":false,"previous_response_id":"resp_1",
    "reasoning":{"effort":"high","summary":null},"safety_identifier":"u1","truncation":"disabled",
    "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},
             {"type":"web_search"}],"tool_choice":{"type":"function","name":"f"},
    "text":{"verbosity":"medium","format":{"type":"json_schema","name":"plan","schema":{"type":"object"},"strict":true}},
    "metadata":{"a":"b"},"prompt_cache_key":"k","service_tier":"auto","background":false)");
  CHECK(r.sampling.max_tokens == 9);
  CHECK(r.sampling.top_logprobs == 3);
  CHECK(r.sampling.logprobs);
  CHECK(r.stream);
  CHECK(r.store == false);
  CHECK(r.parallel_tool_calls == false);
  CHECK(r.previous_response_id == "resp_1");
  CHECK(r.reasoning_effort == "high");
  CHECK(r.user == "u1");
  REQUIRE(r.tools.size() == 2);
  CHECK(r.tools[0].name == "f");
  CHECK(r.tools[0].description == "d");
  CHECK(r.tools[0].parameters == R"({"type":"object"})");
  CHECK(r.tools[0].strict == true);
  CHECK(r.tools[1].kind == chat::Tool::Kind::Other);
  CHECK(r.tool_choice.mode == chat::ToolChoice::Mode::Named);
  CHECK(r.tool_choice.name == "f");
  CHECK(r.format.kind == chat::OutputFormat::Kind::JsonSchema);
  CHECK(r.format.name == "plan");
  CHECK(r.format.schema == R"({"type":"object"})");
  for (const char* path :
       {"$.metadata", "$.prompt_cache_key", "$.service_tier", "$.truncation", "$.text.verbosity"}) {
    CAPTURE(path);
    CHECK(hints(r, path));
  }
  CHECK(r.extra.size() == 5);
  CHECK(with(R"("reasoning":{"effort":"none"})").thinking == false);
}

TEST_CASE("responses decode: only what asks for nothing is a hint") {
  CHECK(hints(with(R"("include":["reasoning.encrypted_content"])"), "$.include"));
  CHECK(asks(with(R"("include":["reasoning.encrypted_content","file_search_call.results"])"), "$.include"));
  CHECK(asks(with(R"("truncation":"auto")"), "$.truncation"));
  CHECK(asks(with(R"("text":{"verbosity":"low"})"), "$.text.verbosity"));
  CHECK(asks(with(R"("max_tool_calls":3)"), "$.max_tool_calls"));
  CHECK(asks(with(R"("stop":["x"])"), "$.stop"));
  CHECK(hints(with(R"("stream_options":{"include_obfuscation":false})"), "$.stream_options.include_obfuscation"));
  CHECK(with(R"("tools":null,"text":null,"reasoning":null,"conversation":null)").extra.empty());
  CHECK(with(R"("tool_choice":{"type":"allowed_tools","tools":[]})").tool_choice.mode ==
        chat::ToolChoice::Mode::Other);
}

TEST_CASE("responses decode: a wrong type is refused with its path, what was expected and what was found") {
  auto check = [](std::string body, std::string where, std::string message) {
    CAPTURE(body);
    Refused r = refused(body);
    CHECK(r.code == "request.invalid");
    CHECK(r.where == where);
    CHECK(r.message.find(message) != std::string::npos);
  };
  auto field = [](const std::string& text) { return R"({"model":"m","input":"x",)" + text + "}"; };
  auto item = [](const std::string& text) { return R"({"model":"m","input":[)" + text + "]}"; };
  check("[]", "$", "expected an object");
  check("{}", "$.model", "missing");
  check(R"({"model":"m"})", "$.input", "missing");
  check(R"({"model":"m","input":[]})", "$.input", "at least one");
  check(R"({"model":"m","input":7})", "$.input", "found a number");
  check(R"({"model":"m","input":"x","instructions":[]})", "$.instructions", "found an array");
  check(item("7"), "$.input[0]", "found a number");
  check(item(R"({"role":"root","content":"x"})"), "$.input[0].role", "one of user");
  check(item(R"({"role":"user"})"), "$.input[0].content", "missing");
  check(item(R"({"role":"user","content":[{"type":"input_text"}]})"), "$.input[0].content[0].text", "missing");
  check(item(R"({"type":"function_call","name":"f","arguments":"{}"})"), "$.input[0].call_id", "missing");
  check(item(R"({"type":"function_call","call_id":"c","name":"f","arguments":{}})"), "$.input[0].arguments",
        "found an object");
  check(item(R"({"type":"function_call_output","call_id":"c"})"), "$.input[0].output", "missing");
  check(item(R"({"type":"reasoning","content":"x"})"), "$.input[0].content", "found a string");
  check(field(R"("max_output_tokens":0)"), "$.max_output_tokens", "at least 1");
  check(field(R"("top_logprobs":21)"), "$.top_logprobs", "0 to 20");
  check(field(R"("tools":[{"type":"function"}])"), "$.tools[0].name", "missing");
  check(field(R"("text":{"format":{"type":"json_schema","name":"n"}})"), "$.text.format.schema", "missing");
  check(field(R"("store":"no")"), "$.store", "found a string");
  check(field(R"("previous_response_id":"")"), "$.previous_response_id", "an earlier response");
  CHECK(refused(field(R"("background":true)")).code == "request.unsupported");
  CHECK(refused(field(R"("background":true)")).where == "$.background");
}

namespace {

// Random bodies. Every string that is not the protocol's own begins with "zq", some of them escaped.
class RandomBody {
 public:
  explicit RandomBody(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    json::Writer w;
    w.object().member("model", "m");
    if (chance(20)) {
      string(w.key("input"));
    } else {
      w.key("input").array();
      for (std::uint64_t n = 1 + below(5); n > 0; --n) item(w);
      w.end();
    }
    if (chance(30)) string(w.key("instructions"));
    if (chance(40)) tools(w);
    if (chance(20)) json(w.key("tool_choice").object(), 2, true).end();
    if (chance(20)) string(w.key("tool_choice_note"));
    if (chance(20)) format(w);
    if (chance(20)) extras(string(w.key("reasoning").object().key("effort"))).end();
    for (const char* name : {"user", "safety_identifier", "prompt_cache_key", "service_tier", "truncation"})
      if (chance(15)) string(w.key(name));
    if (chance(20)) json(w.key("metadata").object(), 2, true).end();
    if (chance(20)) string(string(w.key("include").array())).end();
    if (chance(10)) json(w.key("prompt").object(), 2, true).end();
    if (chance(10)) extras(w.key("stream_options").object()).end();
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
          if (chance(50)) {
            w.null();
          } else {
            w.value(int(below(1000)));
          }
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
  json::Writer& extras(json::Writer& w) { return chance(25) ? json(w, 2, true) : w; }

  void format(json::Writer& w) {
    w.key("text").object().key("format").object();
    if (chance(50)) {
      json(string(w.member("type", "json_schema").key("name")).key("schema").object(), 2, true).end();
    } else {
      string(w.key("type"));
    }
    extras(w).end();
    if (chance(50)) string(w.key("verbosity"));
    extras(w).end();
  }

  void part(json::Writer& w) {
    w.object();
    switch (below(6)) {
      case 0:
        string(w.member("type", "refusal").key("refusal"));
        break;
      case 1:
        string(w.member("type", "input_image").key("image_url"));
        break;
      case 2:
        string(w.key("type"));
        break;
      case 3:
        json(string(w.member("type", "output_text").key("text")).key("annotations").array(), 2, false).end();
        break;
      default:
        string(w.member("type", "input_text").key("text"));
    }
    extras(w).end();
  }

  void content(json::Writer& w, const char* name) {
    w.key(name);
    if (chance(50)) {
      string(w);
      return;
    }
    w.array();
    for (std::uint64_t n = below(4); n > 0; --n) part(w);
    w.end();
  }

  void item(json::Writer& w) {
    w.object();
    switch (below(9)) {
      case 0:
        string(string(string(w.member("type", "function_call").key("call_id")).key("name")).key("arguments"));
        break;
      case 1:
        content(string(w.member("type", "function_call_output").key("call_id")), "output");
        break;
      case 2:
        reasoning(w);
        break;
      case 3:
        string(string(string(w.member("type", "custom_tool_call").key("call_id")).key("name")).key("input"));
        break;
      case 4:
        json(w.member("type", "web_search_call").key("action").object(), 2, true).end();
        break;
      case 5:
        json(string(w.key("type")).key("payload").object(), 2, true).end();
        break;
      default:
        static const char* const kRoles[] = {"system", "developer", "user", "assistant"};
        content(w.member("type", "message").member("role", kRoles[below(4)]), "content");
    }
    if (chance(40)) string(w.key("id"));
    if (chance(20)) string(w.key("status"));
    extras(w).end();
  }

  void reasoning(json::Writer& w) {
    w.member("type", "reasoning").key("summary").array();
    if (chance(50)) extras(string(w.object().member("type", "summary_text").key("text"))).end();
    w.end().key("content").array();
    if (chance(50)) extras(string(w.object().member("type", "reasoning_text").key("text"))).end();
    w.end();
    if (chance(30)) string(w.key("encrypted_content"));
  }

  void tools(json::Writer& w) {
    w.key("tools").array();
    for (std::uint64_t n = 1 + below(3); n > 0; --n) {
      w.object();
      if (chance(25)) {
        string(w.key("type"));
      } else {
        string(w.member("type", "function").key("name"));
        if (chance(70)) string(w.key("description"));
        if (chance(70)) json(w.key("parameters").object(), 3, true).end();
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

}  // namespace

TEST_CASE(
    "responses decode: in random bodies every string, key or value, is judged or is a word of the protocol") {
  int ours = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    std::string body = RandomBody(seed).make();
    CAPTURE(body);
    auto request = wire::decode_openai_responses(body);
    if (!request) FAIL(request.error().to_string());
    chat::VisibleTexts texts = chat::visible_texts(*request);
    every_string(request->body->root(), [&](const std::string& text) {
      if (!text.starts_with("zq")) return;  // the generator writes no other strings but the protocol's own words
      ++ours;
      bool judged = std::any_of(texts.begin(), texts.end(), [&](const chat::VisibleText& seen) {
        return seen.text.find(text) != std::string::npos;
      });
      CHECK_MESSAGE(judged, text);
    });
    for (const chat::VisibleText& seen : texts) CHECK(seen.path.find("zq") == std::string::npos);
  }
  CHECK(ours > 80'000);
}
