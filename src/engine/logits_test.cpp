#include "engine/logits.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "engine/model/golden.h"

namespace sluice::engine {
namespace {

constexpr const char* kBase = "../shared/engine/tiny-llama-Q8_0";

}  // namespace

TEST_CASE("logits of a prompt are the reference's, greedy and forced, from text and from ids") {
  const auto prompts = model::read_golden(std::string(kBase) + ".json");
  if (prompts.empty()) {
    MESSAGE("SKIPPED: " << std::string(kBase) << " is not there");
    return;
  }
  const model::GoldenPrompt& golden = prompts[0];
  LogitsRequest request;
  request.path = std::string(kBase) + ".gguf";
  request.prompt = golden.text;
  request.exact = true;
  request.predict = 8;
  request.chunk = 5;
  const auto greedy = compute_logits(request);
  REQUIRE_MESSAGE(greedy.has_value(), greedy.error().to_string());
  CHECK(greedy->tokens == golden.tokens);
  CHECK(greedy->continuation == std::vector<int>(golden.ref.greedy.begin(), golden.ref.greedy.begin() + 8));
  CHECK(std::fabs(*greedy->mean_nll - golden.ref.mean_nll) < 1e-3);
  REQUIRE(greedy->top.size() == 8);
  for (std::size_t step = 0; step < 8; ++step)
    for (std::size_t i = 0; i < 10; ++i)
      CHECK(std::fabs(static_cast<double>(greedy->top[step][i].second) - golden.ref.top10[step][i].second) < 2e-3);
  CHECK(!greedy->text.empty());

  request.prompt.reset();
  request.tokens = golden.tokens;
  request.forced = greedy->continuation;
  request.forced[0] = (request.forced[0] + 1) % 256;
  request.all_positions = true;
  const auto forced = compute_logits(request);
  REQUIRE(forced.has_value());
  CHECK(forced->continuation == request.forced);
  CHECK(forced->top.size() == golden.tokens.size() - 1 + 8);
  CHECK(forced->top[golden.tokens.size() - 1] == greedy->top[0]);
  CHECK(forced->top[golden.tokens.size()] != greedy->top[1]);
}

TEST_CASE("special tokens are read by their names in a whole prompt, and not in plain text") {
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-deepseek2-Q4_K_M"}) {
    const std::string base = std::string("../shared/engine/") + name;
    for (const model::GoldenPrompt& golden : model::read_golden(base + ".json")) {
      LogitsRequest request;
      request.path = base + ".gguf";
      request.prompt = golden.text;
      request.predict = 0;
      const auto whole = compute_logits(request);
      REQUIRE(whole.has_value());
      CHECK(whole->tokens == golden.tokens);
      request.plain = true;
      const auto plain = compute_logits(request);
      REQUIRE(plain.has_value());
      const bool named =
          golden.text.find("<|") != std::string::npos || golden.text.find("<｜") != std::string::npos;
      CHECK((plain->tokens == golden.tokens) == !named);
    }
  }
}

TEST_CASE("what can't be computed is refused with its reason") {
  if (!std::ifstream(std::string(kBase) + ".gguf")) return;
  LogitsRequest request;
  request.path = std::string(kBase) + ".gguf";
  const auto code = [&] {
    const auto result = compute_logits(request);
    return result ? std::string() : result.error().code;
  };
  CHECK(code() == "engine.empty_prompt");
  request.tokens = {1 << 20};
  CHECK(code() == "engine.vocabulary");
  request.tokens = {1};
  request.forced = {-1};
  CHECK(code() == "engine.vocabulary");
  request.forced.clear();
  request.predict = 1 << 24;
  CHECK(code() == "engine.context_exceeded");
  request.path = "/dev/null";
  CHECK(code().starts_with("gguf."));
}

TEST_CASE("held to a grammar, every family writes what the reference writes") {
  std::ifstream file("../shared/engine/json.gbnf");
  if (!file) {
    MESSAGE("SKIPPED: ../shared/engine/json.gbnf is not there");
    return;
  }
  const std::string grammar(std::istreambuf_iterator<char>(file), {});
  int compared = 0;
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0", "tiny-deepseek2-Q4_K_M",
                           "tiny-deepseek4-MXFP4_MOE"}) {
    const std::string base = std::string("../shared/engine/") + name;
    for (const model::GoldenPrompt& golden : model::read_golden(base + ".json")) {
      if (golden.ref.grammar.empty()) continue;
      LogitsRequest request;
      request.path = base + ".gguf";
      request.tokens = golden.tokens;
      request.grammar = grammar;
      request.predict = 64;
      request.exact = true;
      const auto held = compute_logits(request);
      REQUIRE_MESSAGE(held.has_value(), held.error().to_string());
      CHECK(held->continuation == golden.ref.grammar);
      ++compared;
    }
  }
  CHECK(compared == 15);
  LogitsRequest broken;
  broken.path = "../shared/engine/tiny-llama-Q8_0.gguf";
  broken.tokens = {1};
  broken.grammar = "root ::= nothing";
  CHECK(compute_logits(broken).error().code == "engine.constraint");
}

}  // namespace sluice::engine
