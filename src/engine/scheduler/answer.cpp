#include "engine/scheduler/answer.h"

#include <variant>

#include "text/utf8.h"

namespace sluice::engine {

AnswerText::AnswerText(const Tokenizer& tokenizer, bool starts_in_reasoning, const std::vector<std::string>& stops,
                       bool splits_reasoning)
    : tokenizer_(tokenizer),
      splits_reasoning_(splits_reasoning),
      splitter_(starts_in_reasoning),
      stop_(stops),
      think_(tokenizer.token_id("<think>").value_or(-1)),
      end_think_(tokenizer.token_id("</think>").value_or(-1)) {}

void AnswerText::split(std::string_view whole) {
  if (splits_reasoning_) {
    splitter_.feed(whole, split_);
  } else {
    split_.push_back(chat::TextDelta{std::string(whole)});
  }
}

// Stop strings end the answer, not the reasoning before it: reasoning passes untouched.
void AnswerText::pass_on(std::vector<chat::Event>& events, std::vector<chat::Event>& out) {
  for (chat::Event& event : events) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) {
      std::string certain = stop_.feed(delta->text);
      if (!certain.empty()) out.push_back(chat::TextDelta{std::move(certain)});
    } else {
      out.push_back(std::move(event));
    }
  }
  events.clear();
}

void AnswerText::feed(std::int32_t token, std::vector<chat::Event>& out) {
  const bool before = splitter_.in_reasoning();
  tokenizer_.append_token_text(bytes_, token, token == think_ || token == end_think_);
  const std::size_t incomplete = text::incomplete_tail(bytes_);
  const std::string whole = text::repair_utf8(std::string_view(bytes_).substr(0, bytes_.size() - incomplete));
  bytes_.erase(0, bytes_.size() - incomplete);
  if (!whole.empty()) split(whole);
  if (before || splitter_.in_reasoning()) ++reasoning_tokens_;
  pass_on(split_, out);
}

void AnswerText::end(std::vector<chat::Event>& out) {
  if (!bytes_.empty()) split(text::repair_utf8(bytes_));
  bytes_.clear();
  splitter_.end(split_);
  pass_on(split_, out);
  std::string rest = stop_.end();
  if (!rest.empty()) out.push_back(chat::TextDelta{std::move(rest)});
}

}  // namespace sluice::engine
