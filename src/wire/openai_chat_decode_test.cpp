#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "json/json_random.h"
#include "json/writer.h"
#include "wire/openai_chat.h"

using namespace sluice;
using chat::Part;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

chat::Request decoded(std::string body) {
  auto request = wire::decode_openai_chat(std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}

std::string sent_as(const chat::Request& request, const char* model) {
  wire::Target target;
  target.model = model;
  target.thinking = wire::ThinkingSwitch::Thinking;
  auto outgoing = wire::encode_openai_chat(request, target);
  if (!outgoing) FAIL(outgoing.error().to_string());
  return outgoing->body;
}

// A body with one user message and `fields` ("\"n\":2").
std::string with(const std::string& fields) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + fields + "}";
}
std::string with_message(const std::string& message) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"},)" + message + "]}";
}

struct Refused {
  std::string code, where, message;
};
Refused refused(std::string body) {
  auto request = wire::decode_openai_chat(std::move(body));
  if (request) return {"accepted", "", ""};
  return {request.error().code, request.error().where, request.error().message};
}

}  // namespace

TEST_CASE("decode: a full request arrives in the vocabulary, whatever it does not know is kept") {
  auto r = decoded(R"({
    "model":"auto","temperature":0.5,"top_p":0.9,"min_p":0.1,"top_k":-1,"seed":-1,"max_tokens":100,"max_completion_tokens":50,
    "stop":["a","b"],"n":1,"stream":true,"stream_options":{"include_usage":true,"x":1},"user":"u1","thinking":{"type":"disabled"},
    "reasoning_effort":"high","tool_choice":"auto","response_format":{"type":"json_object"},"logprobs":true,
    "messages":[
      {"role":"developer","content":"d"},
      {"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]},
      {"role":"user","name":"ann","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},
        {"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},{"type":"file","file":{"file_id":"f"}},
        {"type":"hologram","x":1}]},
      {"role":"assistant","content":null,"reasoning_content":"thinking","refusal":null,
       "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},
                     {"id":"c2","type":"custom","custom":{"name":"g","input":"raw"}}]},
      {"role":"tool","tool_call_id":"c1","content":"42"},
      {"role":"function","name":"f","content":"43"}],
    "tools":[{"type":"function","function":{"name":"f","description":"does f","parameters":{"type":"object"},"strict":true}},
             {"type":"web_search"}],
    "functions":[{"name":"old"}],"metadata":{"k":"v"},"big":123456789012345678901234567890})");
  CHECK(r.model == "auto");
  CHECK(r.sampling.temperature == 0.5);
  CHECK(r.sampling.top_k == 0);
  CHECK(r.sampling.seed == 18446744073709551615ull);
  CHECK(r.sampling.max_tokens == 50);
  CHECK(r.sampling.stop == std::vector<std::string>{"a", "b"});
  CHECK(r.stream);
  CHECK(r.include_usage);
  CHECK(r.thinking == false);
  CHECK(r.reasoning_effort == "high");
  CHECK(r.tool_choice.raw == "\"auto\"");
  CHECK(r.format.raw == R"({"type":"json_object"})");
  CHECK(r.user == "u1");
  REQUIRE(r.messages.size() == 6);
  CHECK(r.messages[0].role == chat::Role::Developer);
  CHECK(r.messages[1].text() == "ab");
  CHECK(r.messages[2].name == "ann");
  std::vector<Part::Kind> kinds;
  for (const Part& part : r.messages[2].parts) kinds.push_back(part.kind);
  CHECK(kinds ==
        std::vector<Part::Kind>{Part::Kind::Image, Part::Kind::Audio, Part::Kind::File, Part::Kind::Unknown});
  CHECK(r.messages[3].reasoning == "thinking");
  CHECK(r.messages[3].tool_calls.size() == 2);
  CHECK(r.messages[4].tool_call_id == "c1");
  CHECK(r.messages[5].role == chat::Role::Tool);
  CHECK(r.tools[0].name == "f");
  CHECK(r.tools[0].parameters == R"({"type":"object"})");
  std::set<std::string> extra;
  for (const auto& field : r.extra) extra.insert(field.path);
  CHECK(extra == std::set<std::string>{"$.stream_options.x", "$.messages[1].content[1].cache_control",
                                       "$.messages[3].refusal", "$.messages[3].tool_calls[1].type",
                                       "$.messages[3].tool_calls[1].custom", "$.functions", "$.metadata",
                                       "$.big"});
  CHECK(chat::unreadable_parts(r).size() == 4);
}

TEST_CASE("decode: a wrong type is refused with its path, what was expected and what was found") {
  auto check = [](std::string body, std::string where, std::string message) {
    CAPTURE(body);
    Refused r = refused(body);
    CHECK(r.code == "request.invalid");
    CHECK(r.where == where);
    CHECK(r.message.find(message) != std::string::npos);
  };
  check("[]", "$", "expected an object");
  check("{}", "$.model", "missing");
  check(R"({"model":1})", "$.model", "expected a string, found a number");
  check(R"({"model":""})", "$.model", "name of a model");
  check(R"({"model":"m"})", "$.messages", "missing");
  check(R"({"model":"m","messages":{}})", "$.messages", "expected an array of messages, found an object");
  check(R"({"model":"m","messages":[]})", "$.messages", "at least one");
  check(with_message("7"), "$.messages[1]", "found a number");
  check(with_message(R"({"content":"x"})"), "$.messages[1].role", "missing");
  check(with_message(R"({"role":"root","content":"x"})"), "$.messages[1].role", "one of system");
  check(with_message(R"({"role":"user"})"), "$.messages[1].content", "missing");
  check(with_message(R"({"role":"user","content":null})"), "$.messages[1].content", "found null");
  check(with_message(R"({"role":"user","content":{"text":"x"}})"), "$.messages[1].content", "found an object");
  check(with_message(R"({"role":"user","content":["x"]})"), "$.messages[1].content[0]", "found a string");
  check(with_message(R"({"role":"user","content":[{"text":"x"}]})"), "$.messages[1].content[0].type", "missing");
  check(with_message(R"({"role":"user","content":[{"type":"text","text":1}]})"), "$.messages[1].content[0].text",
        "found a number");
  check(with_message(R"({"role":"user","content":"x","name":[]})"), "$.messages[1].name", "found an array");
  check(with_message(R"({"role":"assistant","tool_calls":{}})"), "$.messages[1].tool_calls", "found an object");
  check(with_message(R"({"role":"assistant","tool_calls":[{"id":"a"}]})"), "$.messages[1].tool_calls[0].function",
        "missing");
  check(with_message(R"({"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}}]})"),
        "$.messages[1].tool_calls[0].function.arguments", "found an object");
  check(with(R"("tools":{})"), "$.tools", "found an object");
  check(with(R"("tools":[{"type":"function"}])"), "$.tools[0].function", "missing");
  check(with(R"("tools":[{"type":"function","function":{"name":"f","parameters":"{}"}}])"),
        "$.tools[0].function.parameters", "found a string");
  check(with(R"("temperature":"1")"), "$.temperature", "found a string");
  check(with(R"("temperature":-0.1)"), "$.temperature", "at least 0");
  check(with(R"("temperature":1e999)"), "$.temperature", "at least 0");
  check(with(R"("top_p":1.5)"), "$.top_p", "0 to 1");
  check(with(R"("max_tokens":0)"), "$.max_tokens", "at least 1");
  check(with(R"("max_tokens":1.5)"), "$.max_tokens", "integer");
  check(with(R"("top_k":-2)"), "$.top_k", "at least 0");
  check(with(R"("seed":18446744073709551616)"), "$.seed", "64 bits");
  check(with(R"("stop":7)"), "$.stop", "found a number");
  check(with(R"("stop":["a",7])"), "$.stop[1]", "found a number");
  check(with(R"("stop":"")"), "$.stop", "none of them empty");
  check(with(R"("stop":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"])"), "$.stop",
        "at most 16");
  check(with(R"("stream":"true")"), "$.stream", "found a string");
  check(with(R"("stream_options":true)"), "$.stream_options", "found a boolean");
  check(with(R"("stream_options":{"include_usage":1})"), "$.stream_options.include_usage", "found a number");
  check(with(R"("thinking":true)"), "$.thinking", "found a boolean");
  check(with(R"("tool_choice":[])"), "$.tool_choice", "found an array");
  check(with(R"("response_format":"json")"), "$.response_format", "found a string");
  check(with(R"("n":0)"), "$.n", "1 to 128");
  check(with(R"("n":129)"), "$.n", "1 to 128");
  check(with(R"("logprobs":5)"), "$.logprobs", "found a number");
  check(with(R"("top_logprobs":21)"), "$.top_logprobs", "0 to 20");
  check(with(R"("frequency_penalty":2.5)"), "$.frequency_penalty", "-2 to 2");
  check(with(R"("logit_bias":[])"), "$.logit_bias", "found an array");
  check(with(R"("parallel_tool_calls":"no")"), "$.parallel_tool_calls", "found a string");
  check(with(R"("response_format":{"type":"json_schema"})"), "$.response_format.json_schema", "missing");
  check(with(R"("thinking":{"type":"enabled"},"reasoning_effort":"none")"), "$.reasoning_effort", "turns it on");
  check(with_message(R"({"role":"user","content":"x","prefix":true})"), "$.messages[1].prefix", "assistant");
  check(with_message(R"({"role":"assistant","content":"x","prefix":true},{"role":"user","content":"y"})"),
        "$.messages[1].prefix", "last");
  CHECK(refused(R"({"model":"m","model":"n","messages":[]})").code == "json.duplicate_key");
}

TEST_CASE("decode: null stands for a field that is not set") {
  auto r =
      decoded(with(R"("temperature":null,"tools":null,"stop":null,"n":null,"stream":null,"stream_options":null,)"
                   R"("tool_choice":null,"max_tokens":null,"user":null,"thinking":null)"));
  CHECK(r.extra.empty());
  CHECK_FALSE(r.sampling.temperature);
  CHECK_FALSE(r.stream);
}

TEST_CASE("decode: a thinking mode that is neither on nor off is kept as it came") {
  auto r = decoded(with(R"("thinking":{"type":"adaptive","budget_tokens":9})"));
  CHECK_FALSE(r.thinking);
  REQUIRE(r.extra.size() == 2);
  CHECK(r.extra[0].path == "$.thinking");
}

TEST_CASE("decode: the whole vocabulary of chat completions has its place") {
  using Mode = chat::ToolChoice::Mode;
  using Kind = chat::OutputFormat::Kind;
  auto r = decoded(with(
      R"("n":3,"logprobs":true,"top_logprobs":5,"frequency_penalty":-1,"presence_penalty":2,"logit_bias":{"9":-100},)"
      R"("parallel_tool_calls":false,"user_id":"u","tool_choice":{"type":"function","function":{"name":"f"}},)"
      R"("response_format":{"type":"json_schema","json_schema":{"name":"s","description":"d","strict":true,"schema":{"type":"object"}}},)"
      R"("chat_template_kwargs":{"enable_thinking":false,"x":1},"store":false,"metadata":{"a":"b"},"service_tier":"flex",)"
      R"("prompt_cache_key":"k","verbosity":"low","tools":[{"type":"function","function":{"name":"f","strict":true}},{"type":"web_search"}])"));
  CHECK(r.sampling.n == 3);
  CHECK(r.sampling.logprobs);
  CHECK(r.sampling.top_logprobs == 5);
  CHECK(r.sampling.frequency_penalty == -1.0);
  CHECK(r.sampling.presence_penalty == 2.0);
  CHECK(r.sampling.logit_bias == R"({"9":-100})");
  CHECK(r.parallel_tool_calls == false);
  CHECK(r.user == "u");
  CHECK(r.tool_choice.mode == Mode::Named);
  CHECK(r.tool_choice.name == "f");
  CHECK(r.format.kind == Kind::JsonSchema);
  CHECK(r.format.name == "s");
  CHECK(r.format.description == "d");
  CHECK(r.format.strict == true);
  CHECK(r.format.schema == R"({"type":"object"})");
  CHECK(r.thinking == false);
  CHECK(r.tools[0].strict == true);
  CHECK(r.tools[0].kind == chat::Tool::Kind::Function);
  CHECK(r.tools[1].kind == chat::Tool::Kind::Other);
  std::map<std::string, bool> hints;
  for (const auto& field : r.extra) hints[field.path] = field.hint;
  CHECK(hints == std::map<std::string, bool>{{"$.chat_template_kwargs.x", false},
                                             {"$.store", true},
                                             {"$.metadata", true},
                                             {"$.service_tier", true},
                                             {"$.prompt_cache_key", true},
                                             {"$.verbosity", false}});
  auto choice = [](const char* value) {
    return decoded(with(std::string("\"tool_choice\":") + value)).tool_choice.mode;
  };
  CHECK(choice("\"auto\"") == Mode::Auto);
  CHECK(choice("\"none\"") == Mode::None);
  CHECK(choice("\"required\"") == Mode::Required);
  CHECK(choice("\"any\"") == Mode::Other);
  CHECK(choice(R"({"type":"allowed_tools"})") == Mode::Other);
  CHECK(decoded(with(R"("function_call":{"name":"g"})")).tool_choice.name == "g");
  CHECK(decoded(with(R"("response_format":{"type":"json_object","schema":{}})")).format.kind == Kind::Other);
  CHECK(decoded(with(R"("reasoning_effort":"none")")).thinking == false);
  CHECK_FALSE(decoded(with(R"("store":true)")).extra.at(0).hint);
}

TEST_CASE("decode: images, reasoning by both names, and a message to be continued") {
  auto r = decoded(R"({"model":"m","messages":[
    {"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.example/a.png","detail":"low"}},
      {"type":"image_url","image_url":"data:image/png;base64,AAAA"},{"type":"image_url","image_url":{"url":"file:///etc"}}]},
    {"role":"assistant","content":"a","reasoning":"thought"},{"role":"assistant","content":"b","reasoning_content":""},
    {"role":"assistant","content":"c","prefix":true}]})");
  const auto& parts = r.messages[0].parts;
  CHECK(parts[0].url == "https://x.example/a.png");
  CHECK(parts[0].detail == "low");
  CHECK(parts[1].media_type == "image/png");
  CHECK(parts[1].data == "AAAA");
  CHECK(parts[2].url.empty());
  CHECK(parts[2].data.empty());
  CHECK(r.messages[1].reasoning == "thought");
  CHECK(r.messages[2].has_reasoning);
  CHECK_FALSE(r.messages[3].has_reasoning);
  CHECK(r.messages[3].prefix);
  CHECK(r.extra.empty());
}

TEST_CASE("encode: the client's bytes with the model replaced, and usage asked for when streaming") {
  std::string body =
      "{ \"messages\":[{\"role\":\"user\",\"content\":\"h\\u0069\"}] , \"seed\":12345678901234567890, "
      "\"x\":1.0e0,\"model\" : \"auto\" }";
  CHECK(sent_as(decoded(body), "deep\"seek") ==
        "{ \"messages\":[{\"role\":\"user\",\"content\":\"h\\u0069\"}] , \"seed\":12345678901234567890, "
        "\"x\":1.0e0,\"model\" : \"deep\\\"seek\" }");
  auto encoded = [](const std::string& fields) {
    std::string all = sent_as(decoded(with(fields)), "m");
    return all.substr(with("").size() - 1);
  };
  CHECK(encoded(R"("stream":false)") == R"("stream":false})");
  CHECK(encoded(R"("stream":true)") == R"("stream":true,"stream_options":{"include_usage":true}})");
  CHECK(encoded(R"("stream":true,"stream_options":null)") ==
        R"("stream":true,"stream_options":{"include_usage":true}})");
  CHECK(encoded(R"("stream":true,"stream_options":{"include_usage":false,"a":1})") ==
        R"("stream":true,"stream_options":{"include_usage":true,"a":1}})");
  CHECK(encoded(R"("stream":true,"stream_options":{})") ==
        R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST_CASE(
    "decode: requests that DeepSeek's hosted API answered are read, and go out byte for byte but the model") {
  const std::string folder = "../shared/encodings/dsv4_hosted_api/official";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("SKIPPED: ../shared/encodings/dsv4_hosted_api is not there");
    return;
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto doc = json::Doc::parse(file_text(entry.path()));
    REQUIRE(doc);
    json::Value root = (*doc)->root();
    std::string body(root["request"].raw());
    auto request = decoded(body);
    ++files;
    CHECK(request.messages.at(0).text() == root["prompt"].string());
    CHECK(request.thinking == false);
    CHECK(request.sampling.max_tokens == 4);
    CHECK(request.sampling.temperature == 0.0);
    std::string sent = sent_as(request, "other");
    std::size_t at = sent.find("\"other\"");
    REQUIRE(at != std::string::npos);
    CHECK(sent.replace(at, 7, "\"deepseek-v4-flash\"") == body);
  }
  CHECK(files == 5);
}

namespace {

// Random chat bodies. Every string that is not the protocol's own begins with "zq", some of them escaped.
class RandomBody {
 public:
  explicit RandomBody(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    json::Writer w;
    w.object().member("model", "m").key("messages").array();
    for (std::uint64_t n = 1 + below(4); n > 0; --n) message(w);
    w.end();
    if (chance(40)) tools(w);
    if (chance(20)) json(w.key("response_format").object(), 2, true).end();
    if (chance(20)) json(w.key("tool_choice").object(), 2, true).end();
    if (chance(20)) string(w.key("tool_choice_note"));
    if (chance(20)) string(string(w.key("stop").array())).end();
    if (chance(20)) string(w.key("user"));
    if (chance(20)) string(w.key("reasoning_effort"));
    if (chance(20)) extras(w.key("thinking").object().member("type", "enabled")).end();
    if (chance(20)) extras(w.key("stream_options").object().member("include_usage", true)).end();
    if (chance(20)) json(w.key("functions").array(), 2, false).end();
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

  // Inside an open object: members of unknown names. Inside an open array: elements.
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
  json::Writer& extras(json::Writer& w) { return chance(25) ? json(w, 2, true) : w; }

  void part(json::Writer& w) {
    w.object();
    switch (below(5)) {
      case 0:
        string(w.member("type", "refusal").key("refusal"));
        break;
      case 1:
        extras(string(w.member("type", "image_url").key("image_url").object().key("url"))).end();
        break;
      case 2:
        string(w.key("type"));
        break;
      default:
        string(w.member("type", "text").key("text"));
    }
    extras(w).end();
  }

  void content(json::Writer& w) {
    w.key("content");
    if (chance(50)) {
      string(w);
      return;
    }
    w.array();
    for (std::uint64_t n = below(4); n > 0; --n) part(w);
    w.end();
  }

  void message(json::Writer& w) {
    static const char* const kRoles[] = {"system",   "developer", "user",     "tool",
                                         "function", "assistant", "assistant"};
    std::string role = kRoles[below(7)];
    w.object().member("role", role);
    if (role != "assistant" || chance(50)) content(w);
    if (chance(20)) string(w.key("name"));
    if (chance(20)) string(w.key("tool_call_id"));
    if (chance(20)) string(w.key("reasoning_content"));
    if (role == "assistant" && chance(60)) {
      w.key("tool_calls").array();
      for (std::uint64_t n = 1 + below(3); n > 0; --n) tool_call(w);
      w.end();
    }
    extras(w).end();
  }

  void tool_call(json::Writer& w) {
    string(w.object().key("id"));
    if (chance(25)) {
      json(string(w.key("type")).key("custom").object(), 1, true).end();
    } else {
      string(string(w.member("type", "function").key("function").object().key("name")).key("arguments"));
      extras(w).end();
    }
    extras(w).end();
  }

  void tools(json::Writer& w) {
    w.key("tools").array();
    for (std::uint64_t n = 1 + below(3); n > 0; --n) {
      w.object();
      if (chance(25)) {
        string(w.key("type"));
      } else {
        string(w.member("type", "function").key("function").object().key("name"));
        if (chance(70)) string(w.key("description"));
        if (chance(70)) json(w.key("parameters").object(), 3, true).end();
        extras(w).end();
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
const std::set<std::string> kProtocol = {"model",
                                         "messages",
                                         "role",
                                         "content",
                                         "name",
                                         "tool_call_id",
                                         "reasoning_content",
                                         "tool_calls",
                                         "id",
                                         "type",
                                         "function",
                                         "arguments",
                                         "custom",
                                         "text",
                                         "refusal",
                                         "tools",
                                         "description",
                                         "parameters",
                                         "response_format",
                                         "tool_choice",
                                         "stop",
                                         "user",
                                         "reasoning_effort",
                                         "thinking",
                                         "enabled",
                                         "stream_options",
                                         "include_usage",
                                         "system",
                                         "developer",
                                         "tool",
                                         "assistant",
                                         "m"};

}  // namespace

TEST_CASE("decode: in random bodies every string, key or value, is judged or is a word of the protocol") {
  int strings = 0, requests = 0;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    std::string body = RandomBody(seed).make();
    CAPTURE(body);
    auto request = wire::decode_openai_chat(body);
    if (!request) FAIL(request.error().to_string());
    ++requests;
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
  CHECK(requests == 5000);
  CHECK(strings > 100'000);
}

TEST_CASE("decode: parts that are no text are named as unreadable in random bodies") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    auto request = wire::decode_openai_chat(RandomBody(seed).make());
    REQUIRE(request);
    std::vector<std::string> expected;
    for (json::Value message : request->body->root()["messages"]) {
      if (!message["content"].is(json::Type::Array)) continue;
      for (json::Value part : message["content"]) {
        std::string type = *part["type"].string();
        if (type != "text" && type != "refusal") expected.push_back(part.path());
      }
    }
    CHECK(chat::unreadable_parts(*request) == expected);
  }
}
