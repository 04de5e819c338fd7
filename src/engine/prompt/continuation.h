// The prompt of a text completion: a text that the model goes on with, without turns and without a template.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "chat/request.h"

namespace sluice::engine {

class Tokenizer;

// BOS where the file says that a prompt begins with it, then the request's one prompt as plain text, which can
// never forge a mark. With a suffix the prompt is that of the vocabulary's own fill-in-the-middle marks:
//   DeepSeek   <｜fim▁begin｜> prompt <｜fim▁hole｜> suffix <｜fim▁end｜>
//   Qwen       <|fim_prefix|> prompt <|fim_suffix|> suffix <|fim_middle|>
// Errors: engine.unsupported_field ($.prompt: several prompts, or token ids; $.suffix: the vocabulary has no such
// marks), engine.empty_prompt.
Result<std::vector<std::int32_t>> render_continuation(const chat::Request& request, const Tokenizer& tokenizer);

}  // namespace sluice::engine
