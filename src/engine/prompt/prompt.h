// A conversation as the token ids that a model was trained on. Special tokens are put in by id and every text of the
// request goes through Tokenizer::encode(), so that text can never forge a turn.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/event.h"
#include "chat/request.h"

namespace sluice::engine::gguf {
class File;
}

namespace sluice::engine {

class Tokenizer;

// Immutable after create(); every member may be called from any thread. The tokenizer must outlive it.
class PromptFormat {
 public:
  // Chooses by `sluice.prompt_format`, else by the marks in the file's chat template, else by the special tokens of
  // the vocabulary, else plain. Errors: engine.unsupported (a format or template that is not known, or one whose
  // special tokens are not in the vocabulary).
  static Result<std::unique_ptr<PromptFormat>> create(const gguf::File& file, const Tokenizer& tokenizer);
  virtual ~PromptFormat() = default;

  // The whole prompt, BOS included where the model has one. Errors: engine.unsupported_field with the path of what
  // this format has no words for (tool calls and results, parts that are not text), engine.empty_prompt.
  virtual Result<std::vector<std::int32_t>> render(const chat::Request& request) const = 0;
  virtual const std::string& name() const = 0;    // "r1", "chatml", "llama3", "guide", "plain"
  virtual const std::string& reason() const = 0;  // why this one was chosen, one sentence for `sluice models inspect`
  // The prompt ends inside <think>: the answer begins with reasoning.
  virtual bool opens_in_reasoning(const chat::Request& request) const = 0;
};

// Splits <think>...</think> out of an answer that arrives in pieces of any size. Blank lines after </think> are
// dropped; without a </think> all stays reasoning. Only the first block counts, and only at the answer's beginning:
// a later "<think>" is text.
class ReasoningSplitter {
 public:
  explicit ReasoningSplitter(bool starts_in_reasoning);
  // Appends the deltas that are certain by now; an empty delta is never made.
  void feed(std::string_view text, std::vector<chat::Event>& out);
  // What was held back as a possible tag is text after all.
  void end(std::vector<chat::Event>& out);
  bool in_reasoning() const { return state_ == State::Reasoning; }

 private:
  enum class State { Start, Reasoning, AfterReasoning, Text };
  bool step(std::vector<chat::Event>& out);
  void emit(std::size_t count, std::vector<chat::Event>& out);

  State state_;
  bool opened_;       // a <think> was read or implied: the next one directly after it is a repetition
  std::string held_;  // read but not yet certain; shorter than a tag plus white space before it
};

}  // namespace sluice::engine
