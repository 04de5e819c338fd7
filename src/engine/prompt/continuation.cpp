#include "engine/prompt/continuation.h"

#include <array>
#include <optional>

#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

// Marks before the text, before what follows the gap, and before the gap's own text.
struct GapMarks {
  std::int32_t begin, suffix, middle;
};

// DeepSeek-Coder's README and Qwen2.5-Coder's: both put the gap's text last.
constexpr std::array<std::array<std::string_view, 3>, 2> kGapMarks = {{
    {"<\uFF5Cfim\u2581begin\uFF5C>", "<\uFF5Cfim\u2581hole\uFF5C>", "<\uFF5Cfim\u2581end\uFF5C>"},
    {"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"},
}};

std::optional<GapMarks> gap_marks(const Tokenizer& tokenizer) {
  for (const auto& names : kGapMarks) {
    const auto begin = tokenizer.token_id(names[0]), suffix = tokenizer.token_id(names[1]);
    const auto middle = tokenizer.token_id(names[2]);
    if (begin && suffix && middle) return GapMarks{*begin, *suffix, *middle};
  }
  return std::nullopt;
}

Failure refuse(const char* path, std::string what, std::string hint) {
  return fail("engine.unsupported_field", std::move(what), path, std::move(hint));
}

}  // namespace

Result<std::vector<std::int32_t>> render_continuation(const chat::Request& request, const Tokenizer& tokenizer) {
  if (request.inputs_are_tokens)
    return refuse("$.prompt", "the built-in engine takes a prompt as text, not as token ids", "send the text");
  if (request.inputs.size() > 1)
    return refuse("$.prompt", "the built-in engine continues one prompt a request",
                  "send a request for each prompt");
  TokenWriter out(tokenizer);
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) out.mark(tokenizer.bos());
  const std::string prompt = request.inputs.empty() ? "" : request.inputs[0];
  if (request.suffix.empty()) {
    out.text(prompt);
  } else {
    const std::optional<GapMarks> marks = gap_marks(tokenizer);
    if (!marks)
      return refuse("$.suffix", "the model's vocabulary has no marks for a gap to fill",
                    "leave suffix out, or use a model that was trained to fill gaps");
    out.mark(marks->begin);
    out.text(prompt);
    out.mark(marks->suffix);
    out.text(request.suffix);
    out.mark(marks->middle);
  }
  std::vector<std::int32_t> ids = out.finish();
  if (!ids.empty()) return ids;
  return fail("engine.empty_prompt", "the prompt holds no text, and this model has no token to begin with",
              "$.prompt", "send some text to continue");
}

}  // namespace sluice::engine
