// Families with grouped queries against the formulas of their papers, qwen3moe among them, of which there is no
// reference file.
#include <doctest/doctest.h>

#include "engine/model/grouped_reference.h"
#include "engine/model/resume.h"

namespace sluice::engine::model {

TEST_CASE("llama, qwen3 and qwen3moe are computed as their papers say") {
  std::vector<int> tokens;
  for (int i = 0; i < 40; ++i) tokens.push_back(i * i * 5 % TinyGrouped::kTokens);
  for (const char* architecture : {"llama", "qwen3", "qwen3moe"}) {
    CAPTURE(architecture);
    const TinyGrouped tiny(architecture, 32);
    const std::string bytes = tiny.file();
    auto file = gguf::File::from_bytes(bytes, "sample");
    REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
    for (const bool exact : {true, false}) {
      Options options;
      options.context = 64;
      options.exact = exact;
      auto model = Model::load(**file, options);
      REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
      CHECK((*model)->shape().is_mixture(0) == (std::string(architecture) == "qwen3moe"));
      const auto got = logits_of(**model, tokens, 0, 0, tokens.size(), 7);
      for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{17}, tokens.size()}) {
        CAPTURE(count);
        const std::vector<int> some(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
        CHECK(farthest(got[count - 1], tiny.logits(some)) < (exact ? 1e-4 : 1e-2));
      }
    }
  }
}

}  // namespace sluice::engine::model
