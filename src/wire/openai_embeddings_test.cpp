#include <doctest/doctest.h>

#include "wire/openai_embeddings.h"

using namespace sluice;

namespace {

std::string refused(std::string body) {
  auto request = wire::decode_openai_embeddings(std::move(body));
  return request ? "accepted" : request.error().code + " " + request.error().where;
}

std::string read(std::string_view body) {
  chat::Chunk chunk = wire::make_openai_embeddings_reader()->read_whole(body);
  CHECK(chunk.last);
  auto* failure = std::get_if<chat::Failure>(&chunk.events.at(0));
  return failure ? failure->error.code : "ok";
}

}  // namespace

TEST_CASE("embeddings: every input is judged, token ids are named as unreadable") {
  auto r = wire::decode_openai_embeddings(
      R"({"model":"m","input":["first","second"],"encoding_format":"base64","dimensions":8,"user":"u","own":"zq"})");
  REQUIRE(r);
  CHECK(r->operation == chat::Operation::Embed);
  CHECK(r->inputs == std::vector<std::string>{"first", "second"});
  std::string seen;
  for (const chat::VisibleText& text : chat::visible_texts(*r)) seen += std::string(text.text) + "\n";
  for (const char* word : {"first", "second", "base64", "u", "zq"}) CHECK(seen.find(word) != std::string::npos);
  auto tokens = wire::decode_openai_embeddings(R"({"model":"m","input":[[1,2],[3]]})");
  REQUIRE(tokens);
  CHECK(chat::unreadable_parts(*tokens) == std::vector<std::string>{"$.input"});
}

TEST_CASE("embeddings: what is wrong is refused with its path") {
  CHECK(refused(R"({"model":"m"})") == "request.invalid $.input");
  CHECK(refused(R"({"model":"m","input":[]})") == "request.invalid $.input");
  CHECK(refused(R"({"model":"m","input":["a",1]})") == "request.invalid $.input");
  CHECK(refused(R"({"model":"m","input":"a","dimensions":0})") == "request.invalid $.dimensions");
  CHECK(refused(R"({"model":"m","input":"a","encoding_format":"hex"})") == "request.invalid $.encoding_format");
  CHECK(refused(R"({"model":"m","input":"a","stream":true})") == "request.unsupported $.stream");
  CHECK(refused(R"({"model":"m","input":"a","stream":false,"user":null})") == "accepted");
}

TEST_CASE("embeddings: the client's bytes go out with the model replaced, and to nothing else than embeddings") {
  auto r = wire::decode_openai_embeddings("{\"input\": \"h\\u0069\", \"model\":\"m\" }");
  REQUIRE(r);
  wire::Target target;
  target.model = "e5";
  CHECK(wire::encode_openai_embeddings(*r, target)->body == "{\"input\": \"h\\u0069\", \"model\":\"e5\" }");
  CHECK(wire::encode_openai_embeddings(chat::Request(), target).error().code == "request.unsupported");
}

TEST_CASE("embeddings: an answer passes through whole with its usage, anything else is an error") {
  auto r = wire::decode_openai_embeddings(R"({"model":"m","input":"a"})");
  REQUIRE(r);
  const std::string body =
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2e-3]}],"model":"e5","usage":{"prompt_tokens":9,"total_tokens":9}})";
  auto reader = wire::make_openai_embeddings_reader();
  chat::Chunk chunk = reader->read_whole(body);
  CHECK(std::get<chat::Usage>(chunk.events.at(0)) == chat::Usage{0, 9, 0, 0});
  CHECK(std::holds_alternative<chat::Finish>(chunk.events.at(1)));
  CHECK(reader->done());
  CHECK(reader->model() == "e5");
  auto writer = wire::make_openai_embeddings_writer(*r, {"req_1", 1});
  writer->collect(chunk);
  CHECK(writer->whole() == body);
  CHECK(read("") == "upstream.protocol");
  CHECK(read("{}") == "upstream.protocol");
  CHECK(read(R"({"error":{"message":"x"}})") != "ok");
  auto streamed = wire::make_openai_embeddings_reader();
  CHECK(std::holds_alternative<chat::Failure>(streamed->read_event("", "{}").events.at(0)));
  auto mute = wire::make_openai_embeddings_writer(*r, {"req_1", 1});
  chat::Chunk words;
  words.events = {chat::TextDelta{"hi"}, chat::Finish{}};
  mute->collect(words);
  CHECK(mute->whole().find("upstream.protocol") != std::string::npos);
}

TEST_CASE("embeddings: a vector is written so that either form reads back the same floats") {
  const std::vector<float> vector{0.1f, -1.0f / 3, 0.0f, 1e-38f, 0.99999994f};
  const std::string numbers = wire::openai_embedding(3, vector, false);
  auto doc = json::Doc::parse(numbers);
  REQUIRE(doc);
  CHECK((*doc)->root()["index"].integer() == 3);
  std::vector<float> read;
  for (json::Value v : (*doc)->root()["embedding"]) read.push_back(static_cast<float>(*v.number()));
  CHECK(read == vector);
  // The bytes as `struct.pack("<5f", ...)` and `base64` of Python have them.
  CHECK(wire::openai_embedding(0, vector, true) ==
        R"({"object":"embedding","index":0,"embedding":"zczMPauqqr4AAAAA7uNsAP//fz8="})");
  const std::vector<std::string> data{numbers, numbers};
  auto whole = json::Doc::parse(wire::openai_embeddings("m\"", data, 7));
  REQUIRE(whole);
  CHECK((*whole)->root()["data"].size() == 2);
  CHECK((*whole)->root()["model"].string() == "m\"");
  CHECK((*whole)->root()["usage"]["total_tokens"].integer() == 7);
  auto asked = wire::decode_openai_embeddings(R"({"model":"m","input":"a","encoding_format":"base6\u0034"})");
  REQUIRE(asked);
  CHECK(wire::wants_base64(*asked));
  CHECK_FALSE(wire::wants_base64(*wire::decode_openai_embeddings(R"({"model":"m","input":"a"})")));
}
