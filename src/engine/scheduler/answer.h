// From tokens to events: bytes to whole UTF-8, reasoning apart from text, text up to a stop string.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/event.h"
#include "engine/prompt/reasoning.h"
#include "engine/scheduler/stop.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

class AnswerText {
 public:
  // The tokenizer must outlive it. Without `splits_reasoning` all is text.
  AnswerText(const Tokenizer& tokenizer, bool starts_in_reasoning, const std::vector<std::string>& stops,
             bool splits_reasoning = true);

  // Appends what became certain with this token.
  void feed(std::int32_t token, std::vector<chat::Event>& out);
  // The answer ended: appends what was held back, unless a stop string ended it.
  void end(std::vector<chat::Event>& out);
  bool stopped() const { return stop_.matched(); }
  std::int64_t reasoning_tokens() const { return reasoning_tokens_; }

 private:
  void split(std::string_view whole);
  void pass_on(std::vector<chat::Event>& events, std::vector<chat::Event>& out);

  const Tokenizer& tokenizer_;
  const bool splits_reasoning_;
  ReasoningSplitter splitter_;
  StopMatcher stop_;
  // Reasoning marks of vocabularies that call them control tokens, which otherwise have no text; -1: none.
  std::int32_t think_ = -1, end_think_ = -1;
  std::string bytes_;  // the beginning of a character that is not complete yet
  std::vector<chat::Event> split_;
  std::int64_t reasoning_tokens_ = 0;
};

}  // namespace sluice::engine
