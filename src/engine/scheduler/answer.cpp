#include "engine/scheduler/answer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "text/utf8.h"

namespace sluice::engine {

AnswerText::AnswerText(const Tokenizer& tokenizer, const AnswerForm& form, const std::vector<std::string>& stops)
    : tokenizer_(tokenizer),
      splits_reasoning_(form.splits_reasoning),
      one_call_(form.one_call),
      splitter_(form.starts_in_reasoning, form.goes_on),
      calls_(form.calls, form.tools),
      stop_(stops) {
  std::vector<std::string_view> names = ToolCallParser::marks(form.calls);
  const std::vector<std::string_view> more = ToolCallParser::marks(form.spells);
  names.insert(names.end(), more.begin(), more.end());
  names.insert(names.end(), {"<think>", "</think>"});
  for (const std::string_view name : names)
    if (const auto id = tokenizer.token_id(name)) marks_.push_back(*id);
}

bool AnswerText::spelled(std::int32_t token) const {
  return std::find(marks_.begin(), marks_.end(), token) != marks_.end();
}

std::string AnswerText::text_of(std::int32_t token) const {
  std::string bytes;
  tokenizer_.append_token_text(bytes, token, spelled(token));
  return bytes;
}

void AnswerText::split(std::string_view whole) {
  if (splits_reasoning_) {
    splitter_.feed(whole, split_);
  } else {
    split_.push_back(chat::TextDelta{std::string(whole)});
  }
}

// Stop strings end the answer, not the reasoning before it and not a tool call: those pass untouched.
void AnswerText::pass_on(std::vector<chat::Event>& events, std::vector<chat::Event>& out) {
  for (chat::Event& event : events) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) {
      calls_.feed(delta->text, parsed_);
      pass_text(parsed_, out);
    } else {
      out.push_back(std::move(event));
    }
  }
  events.clear();
}

void AnswerText::pass_text(std::vector<chat::Event>& events, std::vector<chat::Event>& out) {
  for (chat::Event& event : events) {
    if (stop_.matched()) break;
    const auto* delta = std::get_if<chat::TextDelta>(&event);
    const auto* call = std::get_if<chat::ToolCallDelta>(&event);
    if (one_call_ && call != nullptr && call->index > 0) continue;
    std::string certain = delta != nullptr ? stop_.feed(delta->text) : stop_.end();
    if (!certain.empty()) out.push_back(chat::TextDelta{std::move(certain)});
    if (delta == nullptr) out.push_back(std::move(event));
  }
  events.clear();
}

// Reasoning and tool calls have no place for them.
void AnswerText::tell_logprobs(std::vector<chat::Event>& out, std::size_t from) {
  for (std::size_t i = from; i < out.size() && !logprobs_.empty(); ++i)
    if (auto* delta = std::get_if<chat::TextDelta>(&out[i])) delta->logprobs = std::exchange(logprobs_, {});
}

void AnswerText::feed(std::int32_t token, std::vector<chat::Event>& out, std::string_view logprob) {
  const bool before = splitter_.in_reasoning();
  const std::size_t from = out.size();
  tokenizer_.append_token_text(bytes_, token, spelled(token));
  const std::size_t incomplete = text::incomplete_tail(bytes_);
  const std::string whole = text::repair_utf8(std::string_view(bytes_).substr(0, bytes_.size() - incomplete));
  bytes_.erase(0, bytes_.size() - incomplete);
  if (!whole.empty()) split(whole);
  if (before || splitter_.in_reasoning()) ++reasoning_tokens_;
  const bool answers = !(splits_reasoning_ && (before || splitter_.in_reasoning()));
  if (answers && !logprob.empty()) logprobs_.append(logprobs_.empty() ? "" : ",").append(logprob);
  pass_on(split_, out);
  tell_logprobs(out, from);
}

void AnswerText::end(std::vector<chat::Event>& out, bool cut_off) {
  const std::size_t from = out.size();
  if (!bytes_.empty()) split(text::repair_utf8(bytes_));
  bytes_.clear();
  splitter_.end(split_, cut_off);
  pass_on(split_, out);
  calls_.end(parsed_, cut_off);
  pass_text(parsed_, out);
  std::string rest = stop_.end();
  if (!rest.empty()) out.push_back(chat::TextDelta{std::move(rest)});
  tell_logprobs(out, from);
}

}  // namespace sluice::engine
