// From tokens to events: bytes to whole UTF-8, reasoning apart from text, tool calls apart from both, text up to a
// stop string.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/event.h"
#include "engine/prompt/reasoning.h"
#include "engine/prompt/tool_calls.h"
#include "engine/scheduler/stop.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

// What an answer may hold besides text.
struct AnswerForm {
  bool starts_in_reasoning = false;
  bool goes_on = false;                    // the prompt holds its beginning already
  bool splits_reasoning = true;            // <think> begins reasoning; false: it is text like any other
  ToolDialect calls = ToolDialect::None;   // tool calls are looked for
  std::vector<std::string> tools;          // names of the declared tools
  bool one_call = false;                   // the answer ends with its first call
  ToolDialect spells = ToolDialect::None;  // this dialect's marks are text too, calls or not
};

class AnswerText {
 public:
  // The tokenizer must outlive it.
  AnswerText(const Tokenizer& tokenizer, const AnswerForm& form, const std::vector<std::string>& stops);

  // Appends what became certain with this token. `logprob`: what is told of it, an element of OpenAI's
  // logprobs.content; it comes with the text that its token became certain with.
  void feed(std::int32_t token, std::vector<chat::Event>& out, std::string_view logprob = {});
  // The answer ended: appends what was held back, unless a stop string ended it. `cut_off`: it reached its limit
  // of tokens (ToolCallParser::end).
  void end(std::vector<chat::Event>& out, bool cut_off = false);
  bool stopped() const { return stop_.matched() || (one_call_ && called()); }
  const std::string& stop_sequence() const { return stop_.which(); }  // that ended it; empty: none
  bool called() const { return calls_.calls() > 0; }
  std::string text_of(std::int32_t token) const;  // its bytes in this answer
  bool in_reasoning() const { return splits_reasoning_ && splitter_.in_reasoning(); }
  std::int64_t reasoning_tokens() const { return reasoning_tokens_; }

 private:
  void split(std::string_view whole);
  void pass_on(std::vector<chat::Event>& events, std::vector<chat::Event>& out);
  void tell_logprobs(std::vector<chat::Event>& out, std::size_t from);
  void pass_text(std::vector<chat::Event>& events, std::vector<chat::Event>& out);
  bool spelled(std::int32_t token) const;

  const Tokenizer& tokenizer_;
  const bool splits_reasoning_, one_call_;
  ReasoningSplitter splitter_;
  ToolCallParser calls_;
  StopMatcher stop_;
  // Marks of reasoning and tool calls that the vocabulary may call control tokens, which otherwise have no text.
  std::vector<std::int32_t> marks_;
  std::string bytes_;  // the beginning of a character that is not complete yet
  std::vector<chat::Event> split_, parsed_;
  std::string logprobs_;  // of tokens whose text has not come yet
  std::int64_t reasoning_tokens_ = 0;
};

}  // namespace sluice::engine
