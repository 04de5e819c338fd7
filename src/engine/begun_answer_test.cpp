// Answers that the client began: the model goes on exactly where it would have stood, in words, in reasoning, and
// in the form that is asked for.
#include <doctest/doctest.h>

#include <fstream>
#include <future>

#include "engine/engine.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

struct Said {
  std::string text, reasoning;
  std::vector<chat::ToolCallDelta> calls;
  std::optional<chat::FinishReason> finish;
};

Said ask(Engine& engine, const chat::Request& request) {
  Said said;
  std::promise<void> ended;
  const auto job = engine.submit(request, [&](chat::Chunk chunk) {
    for (const chat::Event& event : chunk.events) {
      if (const auto* delta = std::get_if<chat::TextDelta>(&event)) said.text += delta->text;
      if (const auto* delta = std::get_if<chat::ReasoningDelta>(&event)) said.reasoning += delta->text;
      if (const auto* call = std::get_if<chat::ToolCallDelta>(&event)) said.calls.push_back(*call);
      if (const auto* finish = std::get_if<chat::Finish>(&event)) said.finish = finish->reason;
    }
    if (chunk.last) ended.set_value();
  });
  REQUIRE_MESSAGE(job.has_value(), job.error().to_string());
  ended.get_future().wait();
  return said;
}

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
  if (!std::ifstream(path)) {
    MESSAGE("SKIPPED: " << path << " is not there");
    return nullptr;
  }
  LoadOptions options;
  options.path = path;
  options.threads = 2;
  auto engine = Engine::load(options);
  REQUIRE_MESSAGE(engine.has_value(), engine.error().to_string());
  return std::move(*engine);
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
  chat::Request request = begun("{");
  chat::Tool tool;
  tool.name = "f";
  tool.strict = true;
  tool.parameters = R"({"type":"object"})";
  request.tools = {tool};
  request.sampling.max_tokens = 4;
  CHECK(ask(*engine, request).calls.empty());
}

}  // namespace sluice::engine
