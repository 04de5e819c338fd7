#include <doctest/doctest.h>

#include "wire/openai_completions.h"

using namespace sluice;
using chat::Chunk;
using chat::FinishReason;
using wire::Piece;

namespace {

chat::Request decoded(std::string body) {
  auto request = wire::decode_openai_completions(std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}
chat::Request with(const std::string& fields) { return decoded(R"({"model":"m","prompt":"p",)" + fields + "}"); }

std::string refused(std::string body) {
  auto request = wire::decode_openai_completions(std::move(body));
  return request ? "accepted" : request.error().code + " " + request.error().where;
}

std::string sent(const chat::Request& request) {
  wire::Target target;
  target.model = "other";
  auto outgoing = wire::encode_openai_completions(request, target);
  return outgoing ? outgoing->body : outgoing.error().code + " " + outgoing.error().where;
}

std::vector<std::string> texts(std::vector<Piece> pieces) {
  std::vector<std::string> out;
  for (Piece& piece : pieces) {
    CHECK(piece.event.empty());
    out.push_back(std::move(piece.data));
  }
  return out;
}

std::vector<std::string> pass(const std::vector<std::string>& events, bool include_usage) {
  chat::Request r = decoded(include_usage ? R"({"model":"m","prompt":"p","stream_options":{"include_usage":true}})"
                                          : R"({"model":"m","prompt":"p"})");
  auto reader = wire::make_openai_completions_reader();
  auto writer = wire::make_openai_completions_writer(r, {"req_1", 5});
  std::vector<Piece> out;
  for (const std::string& event : events) writer->stream(reader->read_event("", event), out);
  writer->stream(reader->end(), out);
  writer->finish_stream(out);
  return texts(std::move(out));
}

std::string failure_of(const Chunk& chunk) {
  for (const chat::Event& event : chunk.events)
    if (auto* failure = std::get_if<chat::Failure>(&event)) return failure->error.code;
  return "";
}

}  // namespace

TEST_CASE("completions decode: prompts in every form, and every setting in its place") {
  CHECK(with(R"("x":1)").inputs == std::vector<std::string>{"p"});
  CHECK(decoded(R"({"model":"m","prompt":["a","b"]})").inputs == std::vector<std::string>{"a", "b"});
  for (const char* tokens : {"[1,2]", "[[1,2],[3]]"}) {
    auto r = decoded(std::string(R"({"model":"m","prompt":)") + tokens + "}");
    CHECK(r.inputs.empty());
    CHECK(r.inputs_are_tokens);
    CHECK(chat::unreadable_parts(r) == std::vector<std::string>{"$.input"});
  }
  auto r =
      with(R"("suffix":"s","echo":true,"max_tokens":3,"temperature":0,"top_p":1,"n":2,"best_of":2,"stop":["a","b"],
    "logprobs":4,"stream":true,"stream_options":{"include_usage":true},"seed":-1,"frequency_penalty":-2,
    "presence_penalty":1,"logit_bias":{"50256":-100},"user":"u","own":{"k":"zq"},"ignored":null)");
  CHECK(r.suffix == "s");
  CHECK(r.echo);
  CHECK(r.sampling.max_tokens == 3);
  CHECK(r.sampling.n == 2);
  CHECK(r.sampling.stop == std::vector<std::string>{"a", "b"});
  CHECK(r.sampling.logprobs);
  CHECK(r.sampling.top_logprobs == 4);
  CHECK(r.include_usage);
  CHECK(r.sampling.seed == 18446744073709551615ull);
  CHECK(r.sampling.frequency_penalty == -2.0);
  CHECK(r.sampling.logit_bias == R"({"50256":-100})");
  CHECK(r.user == "u");
  REQUIRE(r.extra.size() == 2);
  std::string seen;
  for (const chat::VisibleText& text : chat::visible_texts(r)) seen += std::string(text.text) + "\n";
  for (const char* word : {"p", "s", "a", "b", "50256", "u", "k", "zq", "own", "ignored"}) {
    CAPTURE(word);
    CHECK(seen.find(word) != std::string::npos);
  }
}

TEST_CASE("completions decode: what is wrong or not done is refused by name") {
  CHECK(refused("[]") == "request.invalid $");
  CHECK(refused(R"({"model":"m"})") == "request.invalid $.prompt");
  CHECK(refused(R"({"model":"m","prompt":null})") == "request.invalid $.prompt");
  CHECK(refused(R"({"model":"m","prompt":[]})") == "request.invalid $.prompt");
  CHECK(refused(R"({"model":"m","prompt":["a",1]})") == "request.invalid $.prompt");
  CHECK(refused(R"({"model":"m","prompt":[["a"]]})") == "request.invalid $.prompt");
  CHECK(refused(R"({"model":"m","prompt":"p","n":0})") == "request.invalid $.n");
  CHECK(refused(R"({"model":"m","prompt":"p","logprobs":21})") == "request.invalid $.logprobs");
  CHECK(refused(R"({"model":"m","prompt":"p","echo":"x"})") == "request.invalid $.echo");
  CHECK(refused(R"({"model":"m","prompt":"p","frequency_penalty":3})") == "request.invalid $.frequency_penalty");
  CHECK(refused(R"({"model":"m","prompt":"p","best_of":3})") == "request.unsupported $.best_of");
  CHECK(refused(R"({"model":"m","prompt":"p","best_of":1,"n":2})") == "request.unsupported $.best_of");
  CHECK(refused(R"({"model":"m","prompt":"p","best_of":1})") == "accepted");
}

TEST_CASE("completions encode: the client's bytes with the model replaced; a conversation is no text") {
  CHECK(sent(decoded("{ \"prompt\":\"h\\u0069\" ,\"model\": \"m\",\"x\":1.0e0}")) ==
        "{ \"prompt\":\"h\\u0069\" ,\"model\": \"other\",\"x\":1.0e0}");
  CHECK(sent(with(R"("stream":true)")) ==
        R"({"model":"other","prompt":"p","stream":true,"stream_options":{"include_usage":true}})");
  CHECK(sent(with(R"("stream":true,"stream_options":{"include_usage":false})")) ==
        R"({"model":"other","prompt":"p","stream":true,"stream_options":{"include_usage":true}})");
  CHECK(sent(chat::Request()) == "request.unsupported $.model");
}

TEST_CASE("completions: a whole answer is read, and passes through as it came") {
  const std::string body =
      R"({"id":"c","object":"text_completion","model":"up","choices":[{"text":"Hel","index":0,"logprobs":null,"finish_reason":"length"},)"
      R"({"text":"lo","index":1,"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}})";
  auto reader = wire::make_openai_completions_reader();
  Chunk chunk = reader->read_whole("\n" + body);
  std::string text;
  for (const chat::Event& event : chunk.events)
    if (auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
  CHECK(text == "Hello");
  CHECK(std::get<chat::Usage>(chunk.events.at(2)) == chat::Usage{4, 1, 2, 0});
  CHECK(std::get<chat::Finish>(chunk.events.back()).reason == FinishReason::Length);
  CHECK(chunk.last);
  CHECK(reader->model() == "up");
  chat::Request r = with(R"("n":2)");
  auto writer = wire::make_openai_completions_writer(r, {"req_1", 5});
  writer->collect(chunk);
  CHECK(writer->whole() == body);
  CHECK(failure_of(wire::make_openai_completions_reader()->read_whole("")) == "upstream.truncated");
  CHECK(failure_of(wire::make_openai_completions_reader()->read_whole("<html>")) == "upstream.protocol");
  CHECK(failure_of(wire::make_openai_completions_reader()->read_whole("{}")) == "upstream.protocol");
  CHECK(failure_of(wire::make_openai_completions_reader()->read_whole(R"({"error":{"message":"x"}})")) != "");
}

TEST_CASE("completions: streamed pieces pass through, with usage where clients expect it") {
  const std::string a = R"({"choices":[{"text":"a","index":0,"finish_reason":null}]})";
  const std::string b = R"({"choices":[{"text":"b","index":1,"finish_reason":null}]})";
  const std::string end_a = R"({"choices":[{"text":"","index":0,"finish_reason":"stop"}]})";
  const std::string end_b = R"({"choices":[{"text":"","index":1,"finish_reason":"stop"}]})";
  const std::string usage = R"({"prompt_tokens":1,"completion_tokens":2})";
  const std::string apart = R"({"choices":[],"usage":)" + usage + "}";
  const std::string on_end = R"({"choices":[{"text":"","index":0,"finish_reason":"stop"}],"usage":)" + usage + "}";
  using List = std::vector<std::string>;
  CHECK(pass({a, end_a, apart, "[DONE]"}, true) == List{a, end_a, apart, "[DONE]"});
  CHECK(pass({a, end_a, apart, "[DONE]"}, false) == List{a, end_a, "[DONE]"});
  CHECK(pass({a, on_end, "[DONE]"}, true) ==
        List{a, R"({"choices":[{"text":"","index":0,"finish_reason":"stop"}],"usage":null})", apart, "[DONE]"});
  // A second text that begins after the first has ended stays behind it.
  CHECK(pass({a, end_a, b, end_b, apart, "[DONE]"}, true) == List{a, end_a, b, end_b, apart, "[DONE]"});
  CHECK(pass({a, b, end_b, end_a, "[DONE]"}, false) == List{a, b, end_b, end_a, "[DONE]"});
}

TEST_CASE("completions: an answer that breaks off ends with an error and without its finish") {
  const std::string a = R"({"choices":[{"text":"a","index":0,"finish_reason":null}]})";
  const std::string end = R"({"choices":[{"text":"","index":0,"finish_reason":"stop"}]})";
  const std::string b = R"({"choices":[{"text":"b","index":1,"finish_reason":null}]})";
  const std::vector<std::vector<std::string>> streams = {{a}, {a, end}, {a, "[DONE]"}, {a, b, end, "[DONE]"}};
  for (const auto& events : streams) {
    auto out = pass(events, false);
    CHECK(out.back().find("upstream.truncated") != std::string::npos);
  }
  CHECK(pass({a, end}, false).size() == 2);
  auto out =
      pass({a, R"({"choices":[{"text":"b","index":0,"finish_reason":"insufficient_system_resource"}]})"}, false);
  CHECK(out.back().find("upstream.unavailable") != std::string::npos);
}

TEST_CASE("completions: what a deployment without a form of its own says is written in the protocol's") {
  chat::Request r = with(R"("stream_options":{"include_usage":true})");
  std::vector<Chunk> chunks(3);
  chunks[0].events = {chat::TextDelta{"a\n"}, chat::TextDelta{"b"}};
  chunks[1].events = {chat::TextDelta{"c"}};
  chunks[2].events = {chat::Usage{1, 2, 3, 0}, chat::Finish{FinishReason::Length}};
  chunks[2].last = true;
  auto stream = wire::make_openai_completions_writer(r, {"req_1", 5});
  auto whole = wire::make_openai_completions_writer(r, {"req_1", 5});
  std::vector<Piece> out;
  for (const Chunk& chunk : chunks) {
    stream->stream(chunk, out);
    whole->collect(chunk);
  }
  stream->finish_stream(out);
  const std::string head = R"({"id":"cmpl-req_1","object":"text_completion","created":5,"model":"m","choices":[)";
  const std::string usage =
      R"("usage":{"prompt_tokens":3,"completion_tokens":3,"total_tokens":6,"prompt_tokens_details":{"cached_tokens":1},)"
      R"("completion_tokens_details":{"reasoning_tokens":0}}})";
  CHECK(texts(out) ==
        std::vector<std::string>{
            head + R"({"text":"a\nb","index":0,"logprobs":null,"finish_reason":null}],"usage":null})",
            head + R"({"text":"c","index":0,"logprobs":null,"finish_reason":null}],"usage":null})",
            head + R"({"text":"","index":0,"logprobs":null,"finish_reason":"length"}],"usage":null})",
            head + "]," + usage, "[DONE]"});
  CHECK(whole->whole() ==
        head + R"({"text":"a\nbc","index":0,"logprobs":null,"finish_reason":"length"}],)" + usage);
}
