#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "json/writer.h"
#include "wire/openai_chat.h"
#include "wire/openai_error.h"

using namespace sluice;

namespace {

// All that a sequence of chunks says.
struct Heard {
  std::string text, reasoning, calls, end;
  std::optional<chat::Usage> usage;
  std::string message;
};

void hear(Heard& h, const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* e = std::get_if<chat::TextDelta>(&event)) h.text += e->text;
    if (auto* e = std::get_if<chat::ReasoningDelta>(&event)) h.reasoning += e->text;
    if (auto* e = std::get_if<chat::ToolCallDelta>(&event))
      h.calls += std::to_string(e->index) + "|" + e->id + "|" + e->name + "|" + e->arguments + ";";
    if (auto* e = std::get_if<chat::Usage>(&event)) h.usage = *e;
    if (auto* e = std::get_if<chat::Finish>(&event)) h.end += chat::finish_reason_name(e->reason);
    if (auto* e = std::get_if<chat::Failure>(&event)) {
      h.end += e->error.code;
      h.message = e->error.message;
    }
  }
}

Heard streamed(const std::vector<std::string>& pieces) {
  wire::OpenAiChatReader reader;
  Heard h;
  for (const std::string& piece : pieces) hear(h, reader.read_chunk(piece));
  chat::Chunk end = reader.end();
  CHECK(end.last);
  hear(h, end);
  return h;
}

Heard whole(std::string_view body) {
  wire::OpenAiChatReader reader;
  Heard h;
  chat::Chunk chunk = reader.read_whole(body);
  CHECK(chunk.last);
  hear(h, chunk);
  return h;
}

std::string piece(const std::string& delta, const std::string& reason = "null", const std::string& more = "") {
  return R"({"id":"x","object":"chat.completion.chunk","created":1,"model":"deepseek-flash","choices":[{"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + reason + "}]" + more + "}";
}

const char* const kUsage =
    R"(,"usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":16},)"
    R"("completion_tokens_details":{"reasoning_tokens":4},"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":5})";

}  // namespace

TEST_CASE("reader: DeepSeek's stream with usage on the last piece with content") {
  Heard h =
      streamed({piece(R"({"role":"assistant","content":null,"reasoning_content":""})"),
                piece(R"({"role":null,"content":null,"reasoning_content":"We "})"),
                piece(R"({"reasoning_content":"think"})"), piece(R"({"content":"","reasoning_content":null})"),
                piece(R"({"content":"Hi"})"), piece(R"({"content":" there"})"),
                piece(R"({"content":"","reasoning_content":null})", "\"stop\"", kUsage), "[DONE]"});
  CHECK(h.text == "Hi there");
  CHECK(h.reasoning == "We think");
  CHECK(h.end == "stop");
  CHECK(h.usage == chat::Usage{16, 5, 9, 4});
}

TEST_CASE("reader: usage on a piece of its own, with no choices") {
  std::string usage = R"({"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[])" +
                      std::string(kUsage) + "}";
  Heard h = streamed({piece(R"({"role":"assistant","content":"Hi"})", "null", ",\"usage\":null"),
                      piece("{}", "\"length\""), usage, "[DONE]"});
  CHECK(h.text == "Hi");
  CHECK(h.end == "length");
  CHECK(h.usage == chat::Usage{16, 5, 9, 4});
}

TEST_CASE("reader: tool calls in pieces, and the shapes other servers give them") {
  Heard h = streamed(
      {piece(
           R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_00_a","type":"function","function":{"name":"f","arguments":""}}]})"),
       piece(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]})"),
       piece(
           R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"id":"b","function":{"name":"g","arguments":{"x":1}}}]})"),
       piece(R"({"tool_calls":null})", "\"tool_calls\""), "[DONE]"});
  CHECK(h.calls == "0|call_00_a|f|;0|||{\"a\";0|||:1};1|b|g|{\"x\":1};");
  CHECK(h.end == "tool_calls");
  CHECK(streamed({piece(R"({"reasoning":"vllm"})"), piece("{}", "\"stop\""), "[DONE]"}).reasoning == "vllm");
  CHECK(streamed({piece(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})"),
                  piece("{}", "\"stop\""), "[DONE]"})
            .text == "ab");
}

TEST_CASE("reader: calls that a server gives one number, or none, are not run together, in events and in bytes") {
  auto call = [](const std::string& index, const std::string& id, const std::string& name, const char* arguments) {
    std::string fields = index.empty() ? "" : "\"index\":" + index + ",";
    if (!id.empty()) fields += "\"id\":\"" + id + "\",";
    std::string function = name.empty() ? "" : "\"name\":\"" + name + "\",";
    return piece("{\"tool_calls\":[{" + fields + "\"function\":{" + function + "\"arguments\":\"" + arguments +
                 "\"}}]}");
  };
  for (const char* index : {"0", ""}) {
    CAPTURE(index);
    CHECK(streamed({call(index, "a", "f", "{}"), call(index, "b", "f", "{"), call(index, "b", "", "}"),
                    call("1", "c", "g", "{}"), call("1", "", "", " ")})
              .calls == "0|a|f|{};1|b|f|{;1|b||};2|c|g|{};2||| ;");
    // An id made up for each piece is not another call.
    CHECK(streamed({call(index, "a", "f", "{"), call(index, "x", "", "}")}).calls == "0|a|f|{;0|x||};");
    wire::OpenAiChatReader reader;
    const std::string first = call(index, "a", "f", "{}"), second = call(index, "b", "f", "{}");
    CHECK(reader.read_chunk(first).raw == first);
    std::string raw = reader.read_chunk(second).raw;
    CHECK(raw.find("\"index\":1") != raw.npos);
  }
  CHECK(streamed({call("1", "b", "f", "{}"), call("0", "a", "f", "{}")}).calls == "1|b|f|{};0|a|f|{};");
  const std::string apart = call("3", "a", "f", "{}");  // a number of its own is kept, and the bytes with it
  wire::OpenAiChatReader reader;
  CHECK(reader.read_chunk(apart).raw == apart);
}

TEST_CASE("reader: a stream without a finish reason or without [DONE] is never a whole answer") {
  CHECK(streamed({}).end == "upstream.truncated");
  CHECK(streamed({piece(R"({"content":"Hi"})")}).end == "upstream.truncated");
  CHECK(streamed({piece(R"({"content":"Hi"})"), "[DONE]"}).end == "upstream.truncated");
  CHECK(streamed({piece(R"({"content":"Hi"})", "\"stop\"")}).end == "upstream.truncated");
  CHECK(streamed({"[DONE]"}).end == "upstream.truncated");
  wire::OpenAiChatReader reader;
  (void)reader.read_chunk(piece("{}", "\"stop\""));
  CHECK(reader.read_chunk("[DONE]").events.empty());
  CHECK(reader.done());
  CHECK(reader.end().events.size() == 1);
  CHECK(reader.end().events.empty());  // the end is told once
  CHECK(reader.model() == "deepseek-flash");
}

TEST_CASE("reader: an answer that breaks off by its own word is a failure, an unknown reason an interruption") {
  CHECK(streamed({piece(R"({"content":"Hi"})"), piece("{}", "\"insufficient_system_resource\""), "[DONE]"}).end ==
        "upstream.unavailable");
  CHECK(streamed({piece("{}", "\"abort\""), "[DONE]"}).end == "upstream.unavailable");
  CHECK(streamed({piece("{}", "\"content_filter\""), "[DONE]"}).end == "content_filter");
  CHECK(streamed({piece("{}", "\"something_new\""), "[DONE]"}).end == "interrupted");
  Heard h = streamed({piece(R"({"content":"half"})", "\"insufficient_system_resource\"")});
  CHECK(h.text == "half");
  CHECK(h.end == "upstream.unavailable");
}

TEST_CASE("reader: an error object inside a 200 becomes a failure of the right name") {
  auto end = [](std::string error) {
    Heard in_whole = whole("\n\n{\"error\":" + error + "}"),
          in_stream = streamed({piece(R"({"content":"a"})"), "{\"error\":" + error + "}"});
    CHECK(in_whole.end == in_stream.end);
    return in_whole.end;
  };
  CHECK(
      end(R"({"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"})") ==
      "upstream.balance");
  CHECK(end(R"({"message":"Rate limit reached for TPM","type":"rate_limit_error"})") == "upstream.unavailable");
  CHECK(end(R"({"message":"x","type":"server_error","code":"server_overloaded"})") == "upstream.unavailable");
  CHECK(end(R"({"message":"x","type":"authentication_error"})") == "upstream.auth");
  CHECK(end(R"({"message":"x","type":"invalid_request_error","code":"invalid_request_error"})") ==
        "upstream.refused");
  CHECK(end(R"({"message":"x","type":"BadRequestError","code":400})") == "upstream.refused");
  CHECK(end(R"({"message":"x","type":"InternalServerError","code":500})") == "upstream.unavailable");
  CHECK(end(R"({"message":"x","code":"timeout"})") == "upstream.timeout");
  CHECK(end(R"({})") == "upstream.unavailable");
  CHECK(end(R"("only a string")") == "upstream.unavailable");
  CHECK(whole(R"({"object":"error","message":"too long","type":"BadRequestError","code":400})").end ==
        "upstream.refused");
}

TEST_CASE("reader: after a failure nothing comes any more") {
  wire::OpenAiChatReader reader;
  CHECK(reader.read_chunk(R"({"error":{"message":"x"}})").last);
  chat::Chunk after = reader.read_chunk(piece(R"({"content":"more"})"));
  CHECK(after.events.empty());
  CHECK(after.last);
  CHECK(reader.end().events.empty());
}

TEST_CASE("reader: what is not an answer is named, and none of it is shown") {
  CHECK(whole("").end == "upstream.truncated");
  CHECK(whole("\n\n\n").end == "upstream.truncated");
  for (const char* body : {"<html>gateway secret</html>", "[]", "7", "{}", R"({"choices":[]})",
                           R"({"choices":[{"text":"secret"}]})", R"({"choices":"secret"})"}) {
    CAPTURE(body);
    Heard h = whole(body);
    CHECK(h.end == "upstream.protocol");
    CHECK(h.message.find("secret") == std::string::npos);
  }
  CHECK(streamed({"{\"choices\":[{\"delta\":"}).end == "upstream.protocol");
  CHECK(streamed({"[]"}).end == "upstream.protocol");
  CHECK(streamed({R"({"choices":[{"index":1,"delta":{"content":"b"}}]})"}).end == "upstream.protocol");
  // Odd but harmless shapes are no errors.
  CHECK(streamed({R"({"choices":{}})", R"({"choices":[7,null,{"delta":[]}]})", R"({"model":7,"usage":[1]})",
                  piece("{}", "\"stop\""), "[DONE]"})
            .end == "stop");
}

TEST_CASE("reader: whole answers as DeepSeek's hosted API gave them") {
  const std::string folder = "../shared/encodings/dsv4_hosted_api/official";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("SKIPPED: ../shared/encodings/dsv4_hosted_api is not there");
    return;
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    auto doc = json::Doc::parse(std::string(std::istreambuf_iterator<char>(in), {}));
    REQUIRE(doc);
    json::Value root = (*doc)->root();
    // The fixture keeps the parts of the answer; this is the envelope they came in, blank lines of the queue
    // included.
    std::string body = "\n\n\n{\"id\":\"1\",\"object\":\"chat.completion\",\"created\":1,\"model\":" +
                       std::string(root["model"].raw()) +
                       ",\"choices\":[{\"index\":0,\"message\":" + std::string(root["message"].raw()) +
                       ",\"logprobs\":{\"content\":" + std::string(root["steps"].raw()) +
                       "},\"finish_reason\":" + std::string(root["finish_reason"].raw()) +
                       "}],\"usage\":" + std::string(root["usage"].raw()) + "}\n";
    Heard h = whole(body);
    ++files;
    CHECK(h.text == *root["message"]["content"].string());
    CHECK(h.end == *root["finish_reason"].string());
    REQUIRE(h.usage);
    CHECK(h.usage->prompt() == root["usage"]["prompt_tokens"].integer());
    CHECK(h.usage->total() == root["usage"]["total_tokens"].integer());
    CHECK(h.usage->cache_hit == root["usage"]["prompt_cache_hit_tokens"].integer());
    CHECK(h.usage->cache_miss == root["usage"]["prompt_cache_miss_tokens"].integer());
  }
  CHECK(files == 5);
}

TEST_CASE("reader: usage parts sum to totals, whatever a provider sends") {
  std::mt19937_64 random(9);
  static const char* const kFields[] = {"prompt_tokens",           "completion_tokens",        "total_tokens",
                                        "prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "reasoning_tokens"};
  auto value = [&](json::Writer& w) {
    switch (random() % 12) {
      case 0:
        w.null();
        break;
      case 1:
        w.value("7");
        break;
      case 2:
        w.value(-5);
        break;
      case 3:
        w.raw("1e300");
        break;
      case 4:
        w.raw("9223372036854775807");
        break;
      case 5:
        w.raw("3.5");
        break;
      default:
        w.value(random() % 50);
    }
  };
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    json::Writer w;
    w.object().key("choices").array().object().key("message").object().end().end().end().key("usage").object();
    for (const char* field : kFields) {
      if (random() % 3 != 0) value(w.key(field));
    }
    if (random() % 2) value(w.key("prompt_tokens_details").object().key("cached_tokens")), w.end();
    if (random() % 2) value(w.key("completion_tokens_details").object().key("reasoning_tokens")), w.end();
    std::string body = w.end().end().take();
    CAPTURE(body);
    Heard h = whole(body);
    if (!h.usage) continue;
    ++read;
    CHECK(h.usage->valid());
    CHECK(h.usage->prompt() + h.usage->completion == h.usage->total());
    // Where the provider's own numbers are counts that agree with each other, they are kept.
    auto doc = json::Doc::parse(body);
    json::Value usage = (*doc)->root()["usage"];
    auto count = [&](const char* name) {
      auto n = usage[name].integer();
      return n && *n >= 0 && *n < 1000 ? n : std::nullopt;
    };
    auto prompt = count("prompt_tokens"), completion = count("completion_tokens"), total = count("total_tokens");
    if (prompt) CHECK(h.usage->prompt() == *prompt);
    if (prompt && completion && total && *prompt + *completion == *total) CHECK(h.usage->total() == *total);
  }
  CHECK(read > 20'000);
}

TEST_CASE("reader: published usage examples of other providers add up") {
  auto usage = [](const std::string& json) {
    return whole(R"({"choices":[{"message":{"content":"a"}}],"usage":)" + json + "}").usage;
  };
  // OpenAI: cached and reasoning tokens in details.
  CHECK(
      usage(
          R"({"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":128}})") ==
      chat::Usage{1920, 86, 300, 128});
  // SGLang: reasoning at the top.
  CHECK(
      usage(
          R"({"prompt_tokens":10,"completion_tokens":8,"total_tokens":18,"reasoning_tokens":5,"prompt_tokens_details":null})") ==
      chat::Usage{0, 10, 8, 5});
  // Reasoning beside the completion: only the total tells.
  CHECK(
      usage(
          R"({"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}})") ==
      chat::Usage{0, 32, 103, 94});
  CHECK(usage(R"({"prompt_tokens":32,"completion_tokens":9,"prompt_cache_miss_tokens":12})") ==
        chat::Usage{20, 12, 9, 0});
  CHECK(usage("{}") == std::nullopt);
}

TEST_CASE("chat, read: log-probabilities stand on one line, whatever stood between their tokens") {
  wire::OpenAiChatReader reader;
  chat::Chunk chunk = reader.read_chunk(
      "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":"
      "[{\"token\":\n\"a\",\"logprob\":-0.5,\r\n\"bytes\":[\n97]}]}}]}");
  REQUIRE(chunk.events.size() == 1);
  const auto& said = std::get<chat::TextDelta>(chunk.events[0]);
  CHECK(said.text == "a");
  CHECK(said.logprobs == R"({"token": "a","logprob":-0.5,  "bytes":[ 97]})");
}
