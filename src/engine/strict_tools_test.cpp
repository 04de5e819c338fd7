// Strict tools whose call is the model's own choice: what it says without a call is what it would have said, and a
// call that it begins has valid arguments.
#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/gguf/gguf.h"
#include "engine/test_answer.h"
#include "engine/tokenizer/tokenizer.h"
#include "json/doc.h"
#include "json/writer.h"

namespace sluice::engine {
namespace {

struct Dialect {
  const char* file;
  const char* opening;  // a call's
};
constexpr Dialect kDialects[] = {{"tiny-llama-Q8_0", "{"},
                                 {"tiny-qwen2-Q4_K_M", "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>"},
                                 {"tiny-qwen3-Q8_0", "<tool_call>"},
                                 {"tiny-deepseek2-Q4_K_M", "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>"},
                                 {"tiny-deepseek4-MXFP4_MOE", "<\uFF5CDSML\uFF5Ctool_calls>"}};

chat::Request question(bool strict) {
  chat::Request request;
  chat::Message message;
  message.parts.push_back({chat::Part::Kind::Text, "What is the weather in Paris?", ""});
  request.messages.push_back(std::move(message));
  chat::Tool tool;
  tool.name = "get_weather";
  tool.strict = strict;
  tool.parameters =
      R"({"type":"object","properties":{"city":{"enum":["Paris","Rome"]},"days":{"type":"integer","minimum":1,"maximum":9}},)"
      R"("required":["city","days"],"additionalProperties":false})";
  request.tools = {tool};
  request.sampling.temperature = 0.9;
  request.sampling.max_tokens = 60;
  return request;
}

// Makes the tokens of `opening`, and those that end reasoning or an answer, likelier.
std::string bias(const std::string& path, const std::string& opening) {
  const auto file = gguf::File::open(path);
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::create(**file);
  REQUIRE(tokenizer.has_value());
  json::Writer out;
  out.object();
  for (std::int32_t id = 0; id < (*tokenizer)->size(); ++id) {
    std::string name;
    (*tokenizer)->append_token_text(name, id, true);
    if (name.size() > 1 && opening.find(name) != std::string::npos) out.member(std::to_string(id), 6);
    if (name == "</think>" || (name == "{" && opening == name))
      out.member(std::to_string(id), 9);
    else if (name == "{" || name == "<" || name == ">" || (*tokenizer)->is_end(id))
      out.member(std::to_string(id), 4);
  }
  return out.end().take();
}

std::unique_ptr<Engine> load(const std::string& path) {
  LoadOptions options;
  options.path = path;
  options.threads = 2;
  options.context = 2048;
  return load_if_there(options);
}

}  // namespace

TEST_CASE("strict tools change nothing of an answer that calls none, reasoning and ends included") {
  for (const Dialect& dialect : kDialects) {
    auto engine = load("../shared/engine/" + std::string(dialect.file) + ".gguf");
    if (!engine) continue;
    CAPTURE(dialect.file);
    int same = 0;
    for (std::int64_t seed = 0; seed < 5; ++seed) {
      chat::Request strict = question(true), loose = question(false);
      strict.sampling.seed = loose.sampling.seed = seed;
      // Without a mark the first brace decides, so that fewer tokens may come first, and a draw among them is
      // another.
      if (dialect.opening == std::string("{"))
        for (chat::Request* request : {&strict, &loose}) {
          request->sampling.temperature = 0;
          request->messages[0].parts[0].text += std::string(static_cast<std::size_t>(seed), '?');
        }
      const Said held = ask(*engine, strict), free = ask(*engine, loose);
      if (!held.calls.empty() || !free.calls.empty() || free.text.starts_with("{")) continue;
      ++same;
      CHECK(held.text == free.text);
      CHECK(held.reasoning == free.reasoning);
      CHECK(held.finish == free.finish);
    }
    CHECK(same >= 4);
  }
}

TEST_CASE("a call that a model begins by itself has arguments as its strict tool says") {
  int calls = 0, cut_off = 0;
  for (const Dialect& dialect : kDialects) {
    const std::string path = "../shared/engine/" + std::string(dialect.file) + ".gguf";
    auto engine = load(path);
    if (!engine) return;
    CAPTURE(dialect.file);
    const std::string pushed = bias(path, dialect.opening);
    for (std::int64_t seed = 0; seed < 8; ++seed) {
      chat::Request request = question(true);
      request.thinking =
          dialect.file == std::string("tiny-llama-Q8_0") ? std::nullopt : std::optional<bool>(false);
      request.sampling.seed = seed;
      request.sampling.logit_bias = pushed;
      request.sampling.max_tokens = 250;
      const Said said = ask(*engine, request);
      for (const chat::ToolCallDelta& call : said.calls) {
        if (said.finish == chat::FinishReason::Length && !json::Doc::parse(call.arguments).has_value()) {
          ++cut_off;  // the limit of tokens came first
          CHECK(&call == &said.calls.back());
          CHECK(call.name == "get_weather");
          continue;
        }
        ++calls;
        CAPTURE(call.arguments);
        CHECK(call.name == "get_weather");
        const auto doc = json::Doc::parse(call.arguments);
        REQUIRE(doc.has_value());
        const json::Value arguments = (*doc)->root();
        CHECK(arguments.size() == 2);
        const auto city = arguments["city"].string();
        CHECK((city == "Paris" || city == "Rome"));
        const auto days = arguments["days"].integer().value_or(0);
        CHECK((days >= 1 && days <= 9));
      }
      if (dialect.opening != std::string("{")) CHECK(said.text.find(dialect.opening) == std::string::npos);
    }
    MESSAGE(std::string(dialect.file) << ": " << calls << " calls so far, " << cut_off << " cut off");
  }
  CHECK(calls >= 12);
}

TEST_CASE("a strict schema that can't be held is refused, whoever chooses") {
  auto engine = load("../shared/engine/tiny-qwen3-Q8_0.gguf");
  if (!engine) return;
  chat::Request request = question(true);
  request.tools[0].parameters = R"({"type":"object","properties":{"a":{"not":{}}}})";
  const auto refused = engine->submit(request, [](chat::Chunk) {});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == "engine.constraint");
  CHECK(refused.error().where.starts_with("$.tools"));
  CHECK(refused.error().message.find("get_weather") != std::string::npos);
  request.tools[0].strict = false;
  request.sampling.max_tokens = 2;
  CHECK_NOTHROW(ask(*engine, request));
}

}  // namespace sluice::engine
