#include "engine/measure/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

namespace sluice::engine::measure {
namespace {

constexpr const char* kQwen = "../shared/engine/tiny-qwen3-Q8_0.gguf";
constexpr const char* kLlama = "../shared/engine/tiny-llama-Q8_0.gguf";

bool there() {
  const bool found = std::filesystem::exists(kQwen) && std::filesystem::exists(kLlama);
  if (!found) MESSAGE("SKIPPED: the tiny models are not there");
  return found;
}

std::string prose(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i)
    text += "Number " + std::to_string(i * 7919 % 1000) + " is neither the first nor the last of its kind. ";
  return text;
}

Options options(const char* a, const char* b, int sentences) {
  Options o;
  o.a = a;
  o.b = b;
  o.text = prose(sentences);
  o.context = 64;
  o.threads = 2;
  return o;
}

}  // namespace

TEST_CASE("a file compared with itself has lost nothing, and its stretches are whole") {
  if (!there()) return;
  const auto same = compare(options(kQwen, kQwen, 20));
  REQUIRE_MESSAGE(same.has_value(), same.error().to_string());
  CHECK(same->stretches > 3);
  CHECK(same->tokens == same->stretches * 31);  // the second half of 64, and the last token has no next
  CHECK(same->divergence.value == 0);
  CHECK(same->divergence_most == 0);
  CHECK(same->ratio.value == 1);
  CHECK(same->agreement.value == 1);
  CHECK(same->agreement.interval->first < 1);
  CHECK(same->perplexity_a.value == same->perplexity_b.value);
  CHECK(same->perplexity_a.interval->first < same->perplexity_a.value);
}

TEST_CASE("fast and exact arithmetic of one file differ little, and by something") {
  if (!there()) return;
  Options o = options(kQwen, kQwen, 12);
  const auto fast = compare(o);
  o.exact = true;
  const auto exact = compare(o);
  REQUIRE(fast.has_value());
  REQUIRE(exact.has_value());
  const double ratio = fast->perplexity_a.value / exact->perplexity_a.value;
  CHECK(ratio != 1);
  CHECK(std::fabs(ratio - 1) < 0.1);
}

TEST_CASE("a limit of stretches is kept, and a text of one stretch has no interval") {
  if (!there()) return;
  Options o = options(kQwen, kQwen, 20);
  o.stretches = 2;
  CHECK(compare(o)->stretches == 2);
  o.stretches = 0;
  o.text = "A short text of a few tokens.";
  const auto single = compare(o);
  REQUIRE(single.has_value());
  CHECK(single->stretches == 1);
  CHECK(!single->ratio.interval);
  o.text = "a";
  CHECK(compare(o).error().code == "compare.text");
}

TEST_CASE("files whose tokens differ are not compared") {
  if (!there()) return;
  const auto other = compare(options(kQwen, kLlama, 20));
  REQUIRE(!other);
  CHECK(other.error().code == "compare.vocabulary");
  CHECK(other.error().message.starts_with("token "));
}

}  // namespace sluice::engine::measure
