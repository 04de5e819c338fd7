// Answers that the client began: the model goes on exactly where it would have stood, in words, in reasoning, and
// in the form that is asked for.
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/gguf/gguf.h"
#include "engine/test_answer.h"
#include "engine/tokenizer/tokenizer.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

chat::Request begun(const std::string& words, const std::string& reasoning = "") {
  chat::Request request;
  for (const char* text : {"Tell me a story.", words.c_str()}) {
    chat::Message message;
    message.parts.push_back({chat::Part::Kind::Text, text, ""});
    request.messages.push_back(std::move(message));
  }
  request.messages[1].role = chat::Role::Assistant;
  request.messages[1].reasoning = reasoning;
  request.messages[1].prefix = true;
  request.sampling.temperature = 0;
  request.sampling.max_tokens = 60;
  return request;
}

std::unique_ptr<Engine> load(const std::string& path) {
  LoadOptions options;
  options.path = path;
  options.threads = 2;
  return load_if_there(options);
}

constexpr const char* kStories = "../shared/weights/stories260K-F32.gguf";

}  // namespace

TEST_CASE("an answer goes on from wherever it is cut as it would have gone on") {
  auto engine = load(kStories);
  if (!engine) return;
  const std::string first = "Once upon a time there was a";
  const std::string rest = ask(*engine, begun(first)).text;
  REQUIRE(rest.size() > 100);
  CHECK(rest.front() == ' ');  // blanks count
  int cuts = 0;
  for (std::size_t at = rest.find(' ', 1); at < rest.size() / 2; at = rest.find(' ', at + 1), ++cuts) {
    CAPTURE(rest.substr(0, at));
    const std::string more = ask(*engine, begun(first + rest.substr(0, at))).text;
    CHECK(more.starts_with(rest.substr(at)));
  }
  CHECK(cuts >= 8);
}

TEST_CASE("an answer that was begun has its form from its first byte on") {
  auto engine = load(kStories);
  if (!engine) return;
  for (std::int64_t seed = 0; seed < 6; ++seed) {
    const std::string first = R"({"name": "Lily", "age": 1)";
    chat::Request request = begun(first);
    request.sampling.temperature = 1.5;
    request.sampling.seed = seed;
    request.format.kind = chat::OutputFormat::Kind::JsonSchema;
    request.format.schema =
        R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","maximum":150}},)"
        R"("required":["name","age"],"additionalProperties":false})";
    const Said said = ask(*engine, request);
    CAPTURE(said.text);
    CHECK(said.finish == chat::FinishReason::Stop);
    const auto doc = json::Doc::parse(first + said.text);
    REQUIRE(doc.has_value());
    const auto age = (*doc)->root()["age"].integer().value_or(0);
    CHECK((age == 1 || (age >= 10 && age <= 150)));
    request.messages[1].parts[0].text = "Here it is: {";
    const auto refused = engine->submit(request, [](chat::Chunk) {});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == "engine.constraint");
    CHECK(refused.error().where == "$.messages[1].content");
  }
}

TEST_CASE("reasoning that was begun goes on as reasoning; behind words of the answer there is none") {
  for (const char* name : {"tiny-qwen2-Q4_K_M", "tiny-deepseek4-MXFP4_MOE"}) {
    auto engine = load("../shared/engine/" + std::string(name) + ".gguf");
    if (!engine) return;
    CAPTURE(name);
    const Said reasons = ask(*engine, begun("", "First, "));
    CHECK(reasons.text.empty());
    CHECK(!reasons.reasoning.empty());
    for (const char* reasoning : {"", "First, who?"}) {
      const Said answers = ask(*engine, begun("Once", reasoning));
      CHECK(answers.reasoning.empty());
      CHECK(!answers.text.empty());
    }
  }
}

TEST_CASE("what goes on behind a beginning is no call of a dialect whose calls are whole answers") {
  auto engine = load("../shared/engine/tiny-llama-Q8_0.gguf");
  if (!engine) return;
  chat::Tool tool;
  tool.name = "f";
  for (const std::string first : {"", "So: "}) {
    CAPTURE(first);
    chat::Request request = begun(first);
    if (first.empty()) request.messages.pop_back();
    request.tools = {tool};
    request.sampling.max_tokens = 200;
    request.extra.push_back(
        {"$.guided_regex", "\"" + first + R"(\\{\"name\": \"f\", \"parameters\": \\{\\}\\}")"});
    const Said said = ask(*engine, request);
    CHECK(said.calls.size() == (first.empty() ? 1 : 0));  // the same words are one where nothing was begun
    CHECK(said.text == (first.empty() ? "" : R"({"name": "f", "parameters": {}})"));
  }
}

TEST_CASE("what goes on is no new beginning: its blanks count, and a tag that opens reasoning is text") {
  const std::string path = "../shared/engine/tiny-deepseek4-MXFP4_MOE.gguf";
  auto engine = load(path);
  if (!engine) return;
  const auto file = gguf::File::open(path);
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::create(**file);
  REQUIRE(tokenizer.has_value());
  const auto only = [&](chat::Request request, std::string_view token) {
    const auto id = (*tokenizer)->token_id(token);
    REQUIRE(id.has_value());
    request.sampling.logit_bias = "{\"" + std::to_string(*id) + "\":100}";
    request.sampling.max_tokens = 3;
    return ask(*engine, request);
  };
  const Said words = only(begun("Once"), "<think>");
  CHECK(words.text == "<think><think><think>");
  CHECK(words.reasoning.empty());
  const std::string blank = "\n";
  std::string name;
  for (std::int32_t id = 0; id < (*tokenizer)->size() && name.empty(); ++id) {
    std::string bytes;
    (*tokenizer)->append_token_text(bytes, id, false);
    if (bytes == blank) name = std::to_string(id);
  }
  REQUIRE(!name.empty());
  for (const bool reasons : {true, false}) {
    chat::Request request = reasons ? begun("", "First,") : begun("First,");
    request.sampling.logit_bias = "{\"" + name + "\":100}";
    request.sampling.max_tokens = 3;
    const Said said = ask(*engine, request);
    CHECK((reasons ? said.reasoning : said.text) == "\n\n\n");
    CHECK((reasons ? said.text : said.reasoning).empty());
  }
  // The first closes what was begun; behind it the tag is text.
  const Said closed = only(begun("", "First,"), "</think>");
  CHECK(closed.reasoning.empty());
  CHECK(closed.text == "</think></think>");
}

}  // namespace sluice::engine
