#include <doctest/doctest.h>

#include "wire/openai_chat.h"

using namespace sluice;
using wire::OpenAiChatReader;
using wire::OpenAiChatWriter;
using Payloads = std::vector<std::string>;

namespace {

// What a writer of choice `index` makes of an upstream's stream.
Payloads relayed(int index, const Payloads& upstream) {
  OpenAiChatReader reader;
  OpenAiChatWriter writer("chatcmpl-1", 7, "auto", true, {index, false});
  Payloads out;
  for (const std::string& data : upstream) writer.stream(reader.read_chunk(data), out);
  writer.stream(reader.end(), out);
  writer.finish_stream(out);
  return out;
}

json::Value root_of(const std::string& text, std::shared_ptr<const json::Doc>& keep) {
  auto doc = json::Doc::parse(text);
  REQUIRE(doc);
  keep = *doc;
  return keep->root();
}

}  // namespace

TEST_CASE(
    "choices: an upstream's pieces carry the choice's index and the request's id, and no end of the stream") {
  Payloads out = relayed(
      2,
      {R"({"id":"up","choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0,"id":"c"}]}}],"big":12345678901234567890})",
       R"({"id":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})",
       "[DONE]"});
  REQUIRE(out.size() == 2);
  CHECK(
      out[0] ==
      R"({"id":"chatcmpl-1","choices":[{"index":2,"delta":{"content":"a","tool_calls":[{"index":0,"id":"c"}]}}],"big":12345678901234567890})");
  CHECK(out[1] == R"({"id":"chatcmpl-1","choices":[{"index":2,"delta":{},"finish_reason":"stop"}],"usage":null})");
}

TEST_CASE("choices: translated pieces carry the index too, and the end of all is written once with the sum") {
  OpenAiChatWriter writer("chatcmpl-1", 7, "auto", true, {1, false});
  Payloads out;
  chat::Chunk chunk;
  chunk.events = {chat::TextDelta{"a"}, chat::Usage{0, 3, 1}, chat::Finish{}};
  chunk.last = true;
  writer.stream(chunk, out);
  writer.finish_stream(out);
  REQUIRE(out.size() == 2);
  for (const std::string& piece : out) CHECK(piece.find(R"("choices":[{"index":1,)") != std::string::npos);
  CHECK(out[1].find(R"("finish_reason":"stop")") != std::string::npos);

  chat::Request request;
  request.model = "auto";
  std::vector<wire::Piece> end;
  wire::finish_openai_chat_choices(request, {"1", 7}, {0, 6, 2}, end);
  REQUIRE(end.size() == 1);  // usage was not asked for
  CHECK(end[0].data == "[DONE]");
  request.include_usage = true;
  end.clear();
  wire::finish_openai_chat_choices(request, {"1", 7}, {0, 6, 2}, end);
  REQUIRE(end.size() == 2);
  std::shared_ptr<const json::Doc> keep;
  json::Value root = root_of(end[0].data, keep);
  CHECK(root["id"].string() == "chatcmpl-1");
  CHECK(root["choices"].size() == 0);
  CHECK(root["usage"]["total_tokens"].integer() == 8);
}

TEST_CASE("choices: whole answers join into one, in order, with usage summed at every depth") {
  auto answer = [](const char* text, int prompt, int hit) {
    return std::string(R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":")") + text +
           R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":)" + std::to_string(prompt) +
           R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(hit) + R"(}},"k":1.0e0})";
  };
  CHECK(wire::join_openai_chat({answer("a", 5, 1), answer("b", 7, 2)}) ==
        R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"},)"
        R"({"index":1,"message":{"role":"assistant","content":"b"},"finish_reason":"stop"}],)"
        R"("usage":{"prompt_tokens":12,"prompt_tokens_details":{"cached_tokens":3}},"k":1.0e0})");
}

TEST_CASE("choices: log-probabilities and a refusal are read, and written where no raw form can be passed on") {
  const std::string first = R"({"token":"a","logprob":-0.5,"top_logprobs":[]})",
                    second = R"({"token":"b","logprob":-1e-3,"top_logprobs":[]})";
  OpenAiChatReader reader;
  OpenAiChatWriter streamed("id", 7, "auto", false), whole("id", 7, "auto", false);
  Payloads out;
  auto give = [&](chat::Chunk chunk) {
    chunk.raw.clear();
    streamed.stream(chunk, out);
    whole.collect(chunk);
  };
  give(reader.read_chunk(R"({"choices":[{"delta":{"content":"a"},"logprobs":{"content":[)" + first + "]}}]}"));
  give(reader.read_chunk(R"({"choices":[{"delta":{"content":"b"},"logprobs":{"content":[)" + second + "]}}]}"));
  give(reader.read_chunk(R"({"choices":[{"delta":{"refusal":"no"},"finish_reason":"stop"}]})"));
  give(reader.read_chunk("[DONE]"));
  give(reader.end());
  REQUIRE(out.size() == 3);
  CHECK(out[0].find(R"("logprobs":{"content":[)" + first + "],\"refusal\":null}") != std::string::npos);
  CHECK(out[2].find(R"("delta":{"refusal":"no"},"logprobs":null)") != std::string::npos);
  std::shared_ptr<const json::Doc> keep;
  json::Value choice = root_of(whole.whole(), keep)["choices"].at(0);
  CHECK(choice["logprobs"]["content"].raw() == "[" + first + "," + second + "]");
  CHECK(choice["message"]["content"].string() == "ab");
  CHECK(choice["message"]["refusal"].string() == "no");
}

TEST_CASE("choices: which stop string ended an answer is told by vLLM and SGLang in their own ways") {
  auto stop_of = [](const std::string& fields) {
    OpenAiChatReader reader;
    chat::Chunk chunk = reader.read_whole(R"({"choices":[{"message":{"content":"a"},)" + fields + "}]}");
    auto* finish = std::get_if<chat::Finish>(&chunk.events.back());
    REQUIRE(finish);
    CHECK(finish->reason == chat::FinishReason::Stop);
    return finish->stop_sequence;
  };
  CHECK(stop_of(R"("finish_reason":"stop","stop_reason":"END")") == "END");
  CHECK(stop_of(R"("finish_reason":"stop","matched_stop":"END")") == "END");
  CHECK(stop_of(R"("finish_reason":{"type":"stop","matched":"END"})") == "END");
  CHECK(stop_of(R"("finish_reason":"stop","stop_reason":151643)").empty());
}
