// A conversation as the token ids that a model was trained on. Special tokens are put in by id and every text of
// the request goes through Tokenizer::encode(), so that text can never forge a turn.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/request.h"
#include "engine/prompt/reasoning.h"

namespace sluice::engine::gguf {
class File;
}

namespace sluice::engine {

class Tokenizer;

// How a model writes its tool calls.
enum class ToolDialect {
  None,    // the format has no words for tools
  Dsml32,  // <｜DSML｜function_calls> ... of DeepSeek V3.2
  Dsml4,   // <｜DSML｜tool_calls> ... of V4
  Dsml41,  // <｜DSML｜ calls> ... of V4.1
  Fenced,  // V3 and R1: marks around function, name and a fenced block of JSON
  Marked,  // V3.1: marks around name and JSON
  Hermes,  // <tool_call>{"name": ..., "arguments": ...}</tool_call> of Qwen and other ChatML models
  Bare     // Llama 3: the answer is {"name": ..., "parameters": ...}
};

// Immutable after create(); every member may be called from any thread. The tokenizer must outlive it.
class PromptFormat {
 public:
  // Chooses by `sluice.prompt_format`, else by the marks in the file's chat template (one of no known kind is run
  // as it is), else by the special tokens of the vocabulary, else plain. Errors: engine.unsupported (a format or
  // template that is not known, or one whose special tokens are not in the vocabulary).
  static Result<std::unique_ptr<PromptFormat>> create(const gguf::File& file, const Tokenizer& tokenizer);
  virtual ~PromptFormat() = default;

  // The whole prompt, BOS included where the model has one. Errors: engine.unsupported_field with the path of what
  // this format has no words for (tool calls and results, parts that are not text), engine.empty_prompt.
  virtual Result<std::vector<std::int32_t>> render(const chat::Request& request) const = 0;
  // "r1", "deepseek", "deepseek-v3.1", "deepseek-v3.2", "deepseek-v4", "deepseek-v4-0731", "deepseek-v4.1",
  // "chatml", "llama3", "guide", "plain"
  virtual const std::string& name() const = 0;
  virtual const std::string& reason()
      const = 0;  // why this one was chosen, one sentence for `sluice models inspect`
  // The prompt ends inside <think>: the answer begins with reasoning.
  virtual bool opens_in_reasoning(const chat::Request& request) const = 0;
  virtual bool can_think() const = 0;     // the thinking switch has an effect
  virtual bool takes_effort() const = 0;  // reasoning_effort has levels
  virtual ToolDialect dialect() const = 0;
};

}  // namespace sluice::engine
