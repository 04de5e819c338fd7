#include "engine/prompt/reasoning.h"

#include <algorithm>

namespace sluice::engine {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kBlank = " \t\r\n";

// How many bytes at the end of `text` could be the beginning of `tag`.
std::size_t possible_tag(std::string_view text, std::string_view tag) {
  for (std::size_t size = std::min(text.size(), tag.size() - 1); size > 0; --size) {
    if (tag.starts_with(text.substr(text.size() - size))) return size;
  }
  return 0;
}

}  // namespace

void ReasoningSplitter::feed(std::string_view text, std::vector<chat::Event>& out) {
  held_.append(text);
  while (step(out)) {
  }
}

void ReasoningSplitter::end(std::vector<chat::Event>& out, bool cut_off) {
  if (cut_off) return held_.clear();
  if (state_ == State::Opened || state_ == State::Closed) {  // white space that led to nothing
    if (held_.find_first_not_of(kBlank) == std::string::npos) held_.clear();
  }
  emit(held_.size(), out);
}

// Does what can be done with what is held; false when more has to arrive.
bool ReasoningSplitter::step(std::vector<chat::Event>& out) {
  if (held_.empty()) return false;
  switch (state_) {
    case State::Start:
    case State::Opened:
    case State::Closed:
      return step_before_text(out);
    case State::Reasoning:
      return step_reasoning(out);
    case State::Text:
      emit(held_.size(), out);
      return false;
  }
  return false;
}

bool ReasoningSplitter::step_before_text(std::vector<chat::Event>& out) {
  const std::size_t first = held_.find_first_not_of(kBlank);
  const std::string_view rest =
      first == std::string::npos ? std::string_view() : std::string_view(held_).substr(first);
  const bool opens = state_ == State::Start || (state_ == State::Opened && may_repeat_);
  if (opens && rest.starts_with(kOpen)) {
    held_.erase(0, first + kOpen.size());
    state_ = State::Opened;
    may_repeat_ = false;
    return true;
  }
  const bool undecided = rest.empty() || (opens && kOpen.starts_with(rest));
  if (state_ != State::Start) {  // whole blank lines go at once; an indentation may still belong to text
    const std::size_t line = held_.find_last_of('\n', first);
    if (line != std::string::npos) held_.erase(0, line + 1);
  }
  if (undecided) return false;
  state_ = state_ == State::Opened ? State::Reasoning : State::Text;
  return true;
}

bool ReasoningSplitter::step_reasoning(std::vector<chat::Event>& out) {
  const std::size_t close = held_.find(kClose);
  if (close != std::string::npos) {
    emit(close, out);
    held_.erase(0, kClose.size());
    state_ = State::Closed;
    return true;
  }
  emit(held_.size() - possible_tag(held_, kClose), out);
  return false;
}

void ReasoningSplitter::emit(std::size_t count, std::vector<chat::Event>& out) {
  if (count == 0) return;
  std::string text = held_.substr(0, count);
  held_.erase(0, count);
  if (in_reasoning()) {
    out.push_back(chat::ReasoningDelta{std::move(text)});
  } else {
    out.push_back(chat::TextDelta{std::move(text)});
  }
}

}  // namespace sluice::engine
