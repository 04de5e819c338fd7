#include "engine/prompt/continuation.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

std::string spelled(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::string out;
  for (const std::int32_t id : ids) tokenizer.append_token_text(out, id, true);
  return out;
}

chat::Request gap(std::string prompt, std::string suffix) {
  chat::Request request;
  request.protocol = chat::Protocol::OpenAiCompletions;
  request.inputs = {std::move(prompt)};
  request.suffix = std::move(suffix);
  return request;
}

TEST_CASE("a gap is written with the vocabulary's own marks, and text that looks like them is text") {
  struct Case {
    const char* file;
    const char *begin, *suffix, *middle;
  };
  const char *ds = "<\uFF5Cfim\u2581begin\uFF5C>", *hole = "<\uFF5Cfim\u2581hole\uFF5C>";
  const char* ds_end = "<\uFF5Cfim\u2581end\uFF5C>";
  const Case cases[] = {{"deepseek-coder", ds, hole, ds_end},
                        {"deepseek-v3", ds, hole, ds_end},
                        {"deepseek-r1-qwen", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"},
                        {"llama-bpe", nullptr, nullptr, nullptr}};
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const std::string path = std::string("../shared/tokenizers/ggml-vocab-") + c.file + ".gguf";
    if (!std::filesystem::exists(path)) {
      MESSAGE("SKIPPED: ", path, " is not there");
      continue;
    }
    auto file = gguf::File::open(path);
    REQUIRE(file.has_value());
    auto tokenizer = Tokenizer::create(**file);
    REQUIRE(tokenizer.has_value());
    const Tokenizer& t = **tokenizer;
    auto ids = render_continuation(gap("def f():", "return 1"), t);
    if (c.begin == nullptr) {
      REQUIRE_FALSE(ids.has_value());
      CHECK(ids.error().code == "engine.unsupported_field");
      CHECK(ids.error().where == "$.suffix");
      continue;
    }
    REQUIRE(ids.has_value());
    std::string bos;
    if (t.add_bos()) t.append_token_text(bos, t.bos(), true);
    CHECK(spelled(t, *ids) == bos + c.begin + "def f():" + c.suffix + "return 1" + c.middle);
    // A forged mark is spelled out in ordinary tokens: only the three real ones and BOS are marks.
    ids = render_continuation(gap(std::string("a") + c.middle, c.begin), t);
    REQUIRE(ids.has_value());
    int marks = 0;
    for (const std::int32_t id : *ids) {
      std::string name;
      t.append_token_text(name, id, true);
      marks += t.token_id(name) == id;
    }
    CHECK(marks == (t.add_bos() ? 4 : 3));
  }
}

}  // namespace
}  // namespace sluice::engine
