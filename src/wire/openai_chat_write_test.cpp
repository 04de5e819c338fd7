#include <doctest/doctest.h>

#include <map>
#include <random>

#include "wire/openai_chat.h"

using namespace sluice;
using chat::Chunk;
using chat::FinishReason;
using wire::OpenAiChatReader;
using wire::OpenAiChatWriter;

namespace {

struct Answer {
  std::string text, reasoning;
  std::map<int, std::vector<std::string>> calls;  // id, name, arguments
  std::optional<chat::Usage> usage;
  std::optional<FinishReason> finish;
  std::string failure;
  bool operator==(const Answer&) const = default;
};

void add(Answer& a, const Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* e = std::get_if<chat::TextDelta>(&event)) a.text += e->text;
    if (auto* e = std::get_if<chat::ReasoningDelta>(&event)) a.reasoning += e->text;
    if (auto* e = std::get_if<chat::Usage>(&event)) a.usage = *e;
    if (auto* e = std::get_if<chat::Finish>(&event)) a.finish = e->reason;
    if (auto* e = std::get_if<chat::Failure>(&event)) a.failure = e->error.code;
    if (auto* e = std::get_if<chat::ToolCallDelta>(&event)) {
      auto& call = a.calls.try_emplace(e->index, 3).first->second;
      call[0] += e->id;
      call[1] += e->name;
      call[2] += e->arguments;
    }
  }
}

// Reads what a writer wrote, as chunks that carry their raw form.
std::vector<Chunk> read(const std::vector<std::string>& payloads) {
  OpenAiChatReader reader;
  std::vector<Chunk> chunks;
  for (const std::string& payload : payloads) {
    CHECK(payload.find_first_of("\r\n") == std::string::npos);
    chunks.push_back(reader.read_chunk(payload));
  }
  chunks.push_back(reader.end());
  return chunks;
}

std::vector<std::string> write(const std::vector<Chunk>& chunks, bool include_usage) {
  OpenAiChatWriter writer("chatcmpl-1", 1700000000, "auto", include_usage);
  std::vector<std::string> out;
  for (const Chunk& chunk : chunks) writer.stream(chunk, out);
  writer.finish_stream(out);
  return out;
}

Answer sum(const std::vector<Chunk>& chunks) {
  Answer a;
  for (const Chunk& chunk : chunks) add(a, chunk);
  return a;
}

class RandomAnswer {
 public:
  explicit RandomAnswer(std::uint64_t seed) : random_(seed) {}

  // Any order of deltas, split into chunks anywhere.
  std::vector<Chunk> make() {
    std::vector<chat::Event> events;
    int calls = 0;
    for (std::uint64_t n = below(12); n > 0; --n) {
      switch (below(4)) {
        case 0:
          events.push_back(chat::ReasoningDelta{text()});
          break;
        case 1:
          if (calls == 0 || below(2) == 0) {
            events.push_back(
                chat::ToolCallDelta{calls++, "call_" + std::to_string(below(99)), "fn" + text(), text()});
          } else {
            events.push_back(chat::ToolCallDelta{int(below(std::uint64_t(calls))), "", "", text()});
          }
          break;
        default:
          events.push_back(chat::TextDelta{text()});
      }
    }
    if (below(4) != 0) {
      auto completion = std::int64_t(below(1000));
      events.push_back(chat::Usage{std::int64_t(below(1000)), std::int64_t(below(1000)), completion,
                                   std::int64_t(below(std::uint64_t(completion) + 1))});
    }
    events.push_back(chat::Finish{FinishReason(below(4))});
    std::vector<Chunk> chunks(1);
    for (auto& event : events) {
      if (below(3) == 0) chunks.emplace_back();
      chunks.back().events.push_back(std::move(event));
    }
    chunks.back().last = true;
    return chunks;
  }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  std::string text() {
    static const char* const kPieces[] = {
        "a", " ",      "\n",     "\r\n", "\"",   "\\",       "\xC3\xA9",     "\xF0\x9F\x98\x80",
        "{", "data: ", "[DONE]", "\t",   "\x01", "</think>", "\xE2\x80\xA8", "long plain text "};
    std::string out;
    for (std::uint64_t n = below(5); n > 0; --n) out += kPieces[below(std::size(kPieces))];
    return out;
  }
  std::mt19937_64 random_;
};

Chunk text_chunk(std::string text) { return Chunk{{chat::TextDelta{std::move(text)}}, "", false}; }

}  // namespace

TEST_CASE("writer: random answers, written and read, are the same answers, streamed, passed through and whole") {
  int with_usage = 0;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    CAPTURE(seed);
    RandomAnswer random(seed);
    std::vector<Chunk> chunks = random.make();
    bool include_usage = random.below(2) == 0;
    Answer expected = sum(chunks);
    Answer streamed = expected;
    if (!include_usage) streamed.usage.reset();
    with_usage += streamed.usage.has_value();

    std::vector<Chunk> read_back = read(write(chunks, include_usage));
    Answer heard = sum(read_back);
    // Empty pieces of a call's arguments and names need not be told; calls that exist are.
    CHECK(heard == streamed);

    // A second hop gets raw pieces and passes them on.
    std::vector<std::string> passed = write(read_back, include_usage);
    CHECK(passed == write(chunks, include_usage));
    CHECK(sum(read(passed)) == streamed);

    OpenAiChatWriter writer("chatcmpl-1", 1, "auto", include_usage);
    for (const Chunk& chunk : chunks) writer.collect(chunk);
    OpenAiChatReader reader;
    Chunk whole = reader.read_whole(writer.whole());
    Answer heard_whole;
    add(heard_whole, whole);
    CHECK(heard_whole == expected);
    OpenAiChatWriter second("chatcmpl-2", 2, "x", false);
    second.collect(whole);
    CHECK(second.whole() == writer.whole());
  }
  CHECK(with_usage > 3000);
}

TEST_CASE("writer: pieces have exactly OpenAI's shape") {
  std::vector<Chunk> chunks = {text_chunk("Hi"), text_chunk(" there")};
  chunks.push_back(Chunk{{chat::Usage{16, 5, 9, 4}, chat::Finish{FinishReason::Stop}}, "", true});
  const std::string head =
      R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"auto","choices":[)";
  CHECK(
      write(chunks, true) ==
      std::vector<std::string>{
          head +
              R"({"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null})",
          head + R"({"index":0,"delta":{"content":" there"},"logprobs":null,"finish_reason":null}],"usage":null})",
          head + R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null})",
          head +
              R"(],"usage":{"prompt_tokens":21,"completion_tokens":9,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":4},"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":5}})",
          "[DONE]"});
  CHECK(write(chunks, false).size() == 4);
  CHECK(write(chunks, false)[0].find("usage") == std::string::npos);
  CHECK(write({Chunk{{chat::Finish{}}, "", true}}, false)[0].find(
            R"("delta":{"role":"assistant","content":""})") != std::string::npos);
  Chunk call{{chat::ToolCallDelta{0, "c", "f", ""}, chat::ToolCallDelta{0, "", "", "{}"}}, "", false};
  std::vector<std::string> out = write({call, Chunk{{chat::Finish{FinishReason::ToolCalls}}, "", true}}, false);
  CHECK(
      out[0].find(
          R"("delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]})") !=
      std::string::npos);
  CHECK(out[1].find(R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})") != std::string::npos);
}

TEST_CASE("writer: a whole answer has exactly OpenAI's shape") {
  OpenAiChatWriter writer("chatcmpl-1", 7, "auto", false);
  writer.collect(Chunk{{chat::ReasoningDelta{"hm"}, chat::TextDelta{"Hi"}}, "", false});
  writer.collect(Chunk{{chat::Usage{0, 5, 9, 4}, chat::Finish{FinishReason::Interrupted}}, "", true});
  CHECK(
      writer.whole() ==
      R"({"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"auto","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"reasoning_content":"hm"},"logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":4},"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":5}})");
}

TEST_CASE("writer: a partial answer never looks whole") {
  Chunk failure{{chat::Failure{{"upstream.stalled", "it stopped", "", ""}}}, "", true};
  auto is_error = [](const std::string& payload) { return payload.starts_with(R"({"error":{)"); };
  for (bool usage : {true, false}) {
    std::vector<std::string> out = write({text_chunk("Hi"), failure, text_chunk("more")}, usage);
    REQUIRE(out.size() == 2);
    CHECK(is_error(out[1]));
    CHECK(out[1].find("upstream.stalled") != std::string::npos);
    out = write({text_chunk("Hi")}, usage);
    REQUIRE(out.size() == 2);
    CHECK(is_error(out[1]));
  }
  // The upstream gave its finish reason and then broke: its last piece was held back.
  OpenAiChatReader reader;
  OpenAiChatWriter writer("i", 1, "m", false);
  std::vector<std::string> out;
  writer.stream(reader.read_chunk(R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]})"),
                out);
  writer.stream(reader.read_chunk(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"), out);
  CHECK(out.size() == 1);
  writer.stream(reader.end(), out);
  writer.finish_stream(out);
  REQUIRE(out.size() == 2);
  CHECK(is_error(out[1]));
  OpenAiChatWriter whole("i", 1, "m", false);
  whole.collect(text_chunk("a"));
  CHECK(is_error(whole.whole()));
  whole.collect(failure);
  CHECK(whole.whole().find("upstream.stalled") != std::string::npos);
}

namespace {

std::vector<std::string> pass(const std::vector<std::string>& pieces, bool include_usage) {
  OpenAiChatReader reader;
  OpenAiChatWriter writer("i", 1, "m", include_usage);
  std::vector<std::string> out;
  for (const std::string& piece : pieces) writer.stream(reader.read_chunk(piece), out);
  writer.stream(reader.end(), out);
  writer.finish_stream(out);
  return out;
}

}  // namespace

TEST_CASE("writer: an upstream's own bytes pass through, and line breaks in them can't forge an event") {
  std::string first =
      "{ \"id\":\"up\",\n\n\"x\": "
      "12345678901234567890123,\r\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\\nb\"}}]}";
  std::string finish = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"y":1.0})";
  std::vector<std::string> out = pass({first, finish, "[DONE]"}, false);
  REQUIRE(out.size() == 3);
  CHECK(out[0] ==
        "{ \"id\":\"up\",  \"x\": 12345678901234567890123, "
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\\nb\"}}]}");
  CHECK(out[1] == finish);
  CHECK(out[2] == "[DONE]");
}

TEST_CASE("writer: usage stands where OpenAI's clients expect it, wherever the upstream put it") {
  const std::string text = R"({"id":"u","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]})";
  const std::string finish = R"({"id":"u","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
  const std::string usage = R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"own":4})";
  const std::string apart = R"({"id":"u","choices":[],"usage":)" + usage + "}";
  const std::string on_finish =
      R"({"id":"u","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":)" + usage + "}";
  // A piece of its own: to those who asked, and to no one else.
  CHECK(pass({text, finish, apart, "[DONE]"}, true) == std::vector<std::string>{text, finish, apart, "[DONE]"});
  CHECK(pass({text, finish, apart, "[DONE]"}, false) == std::vector<std::string>{text, finish, "[DONE]"});
  CHECK(pass({text, apart, finish, "[DONE]"}, false) == std::vector<std::string>{text, finish, "[DONE]"});
  // On the last piece with content: moved for those who asked, left for the others.
  CHECK(pass({text, on_finish, "[DONE]"}, true) ==
        std::vector<std::string>{
            text, R"({"id":"u","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null})", apart,
            "[DONE]"});
  CHECK(pass({text, on_finish, "[DONE]"}, false) == std::vector<std::string>{text, on_finish, "[DONE]"});
}

TEST_CASE("writer: a whole answer where a stream was asked for is told as pieces") {
  OpenAiChatReader reader;
  Chunk chunk = reader.read_whole(R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]})");
  std::vector<std::string> out = write({chunk}, false);
  REQUIRE(out.size() == 3);
  CHECK(out[0].find(R"("content":"Hi")") != std::string::npos);
  CHECK(out[0].find("chat.completion.chunk") != std::string::npos);
}

TEST_CASE("writer: an upstream that goes on after its finish reason does not grow memory, and loses nothing") {
  std::vector<std::string> pieces = {R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"};
  for (int i = 0; i < 100; ++i) pieces.push_back(R"({"choices":[],"n":)" + std::to_string(i) + "}");
  pieces.push_back("[DONE]");
  CHECK(pass(pieces, false) == pieces);
}
