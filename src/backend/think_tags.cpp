#include "backend/think_tags.h"

#include <algorithm>

namespace sluice::backend {
namespace {

constexpr std::string_view kOpen = "<think>", kClose = "</think>", kSpace = " \t\r\n";
// Longer white space before an answer is the answer's own: what is held is bounded.
constexpr std::size_t kHeldText = 256, kHeldChunks = 64;

bool ends_text(const chat::Event& event) {
  return !std::holds_alternative<chat::TextDelta>(event) && !std::holds_alternative<chat::Usage>(event);
}

// How much of the end may be the beginning of white space and the closing tag.
std::size_t open_end(std::string_view text) {
  for (std::size_t n = std::min(text.size(), kClose.size() - 1); n > 0; --n)
    if (kClose.starts_with(text.substr(text.size() - n))) {
      std::size_t last = text.find_last_not_of(kSpace, text.size() - n - 1);
      if (n == text.size()) return n;
      return last == text.npos ? text.size() : text.size() - last - 1;
    }
  std::size_t last = text.find_last_not_of(kSpace);
  return last == text.npos ? text.size() : text.size() - last - 1;
}

}  // namespace

// What an answer is, is known by its first characters, or by anything else that comes before them.
void ThinkTags::decide(const chat::Chunk& chunk) {
  bool ended = chunk.last, tokens = false;  // log-probabilities belong to tokens: their text stays whole
  for (const chat::Event& event : chunk.events) {
    auto* delta = std::get_if<chat::TextDelta>(&event);
    if (delta) seen_ += delta->text;
    if (delta && !delta->logprobs.empty()) tokens = true;
    if (!ends_text(event)) continue;
    ended = true;
    break;
  }
  std::string_view begun = seen_;
  begun.remove_prefix(std::min(begun.find_first_not_of(kSpace), begun.size()));
  bool may_begin = !tokens && kOpen.starts_with(begun) && seen_.size() <= kHeldText && held_.size() < kHeldChunks;
  if (begun.starts_with(kOpen) && !tokens) {
    state_ = State::Thinking;
  } else if (ended || !may_begin) {
    state_ = State::Plain;
  }
}

void ThinkTags::add(chat::Chunk chunk, std::vector<chat::Chunk>& out) {
  if (state_ == State::Plain) return out.push_back(std::move(chunk));
  if (state_ != State::Undecided) {
    split(chunk);
    return out.push_back(std::move(chunk));
  }
  decide(chunk);
  held_.push_back(std::move(chunk));
  if (state_ == State::Undecided) return;
  if (state_ == State::Thinking) {
    // The opening tag and what stands before it are no text of anybody's.
    std::size_t drop = seen_.find(kOpen) + kOpen.size();
    for (chat::Chunk& each : held_) {
      for (chat::Event& event : each.events) {
        auto* delta = std::get_if<chat::TextDelta>(&event);
        if (!delta) continue;
        std::size_t n = std::min(drop, delta->text.size());
        delta->text.erase(0, n);
        drop -= n;
      }
      split(each);
    }
  }
  for (chat::Chunk& each : held_) out.push_back(std::move(each));
  held_ = {};
  seen_ = {};
}

void ThinkTags::split(chat::Chunk& chunk) {
  std::vector<chat::Event> events;
  for (chat::Event& event : chunk.events) {
    if (auto* delta = std::get_if<chat::TextDelta>(&event)) {
      if (state_ == State::Thinking) {
        think(delta->text, events);
      } else {
        answer(delta->text, events);
      }
      continue;
    }
    if (ends_text(event)) flush(events);
    events.push_back(std::move(event));
  }
  chunk.events = std::move(events);
  chunk.raw.clear();
  chunk.raw_event.clear();
  chunk.closing = false;
}

void ThinkTags::think(std::string_view text, std::vector<chat::Event>& out) {
  std::string all = std::move(tail_) + std::string(text);
  tail_.clear();
  if (!thought_) all.erase(0, std::min(all.find_first_not_of(kSpace), all.size()));
  std::size_t close = all.find(kClose);
  std::string_view reasoning = std::string_view(all).substr(0, close);
  std::size_t hold = close == all.npos ? open_end(reasoning) : 0;
  if (close != all.npos) reasoning = reasoning.substr(0, reasoning.find_last_not_of(kSpace) + 1);
  tail_ = reasoning.substr(reasoning.size() - hold);
  reasoning.remove_suffix(hold);
  if (!reasoning.empty()) out.push_back(chat::ReasoningDelta{std::string(reasoning)});
  thought_ = thought_ || !reasoning.empty();
  if (close == all.npos) return;
  state_ = State::AfterTag;
  answer(std::string_view(all).substr(close + kClose.size()), out);
}

void ThinkTags::answer(std::string_view text, std::vector<chat::Event>& out) {
  if (state_ == State::AfterTag) {
    std::size_t at = text.find_first_not_of(kSpace);
    if (at == text.npos) return;
    text.remove_prefix(at);
    state_ = State::Answer;
  }
  if (!text.empty()) out.push_back(chat::TextDelta{std::string(text)});
}

// The reasoning ends without its tag: what was held is the model's words, but not the white space at its end.
void ThinkTags::flush(std::vector<chat::Event>& out) {
  std::string rest = std::move(tail_);
  tail_.clear();
  rest.resize(rest.find_last_not_of(kSpace) + 1);
  if (!rest.empty()) out.push_back(chat::ReasoningDelta{std::move(rest)});
}

}  // namespace sluice::backend
