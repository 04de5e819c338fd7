#include "backend/stop_watch.h"

#include <algorithm>
#include <utility>

namespace sluice::backend {

StopWatch::StopWatch(std::vector<std::string> stops) : stops_(std::move(stops)), matcher_(stops_) {
  for (const std::string& stop : stops_) longest_ = std::max(longest_, stop.size());
}

chat::Chunk StopWatch::take(chat::Chunk chunk) {
  chat::Chunk out;
  out.last = chunk.last;
  out.protocol = chunk.protocol;
  for (chat::Event& e : chunk.events) event(std::move(e), out);
  if (!hit_.empty()) {
    out.events.push_back(chat::Finish{chat::FinishReason::Stop, hit_});
    out.last = true;
  } else if (chunk.last) {
    release(out);
  }
  return out;
}

// A text ends where another kind of content begins. What came with a match, behind it, was never said; what it
// cost was.
void StopWatch::event(chat::Event&& event, chat::Chunk& out) {
  if (auto* said = std::get_if<chat::TextDelta>(&event)) return text(said->text, out);
  bool usage = std::holds_alternative<chat::Usage>(event);
  if (!hit_.empty() && !usage) return;
  if (!usage) release(out);
  out.events.push_back(std::move(event));
}

void StopWatch::text(std::string_view piece, chat::Chunk& out) {
  std::string certain;
  for (std::size_t i = 0; i < piece.size() && !matcher_.matched(); ++i) {
    certain += matcher_.feed(piece.substr(i, 1));
    tail_ += piece[i];
    if (tail_.size() > 2 * longest_) tail_.erase(0, tail_.size() - longest_);
  }
  if (!certain.empty()) out.events.push_back(chat::TextDelta{std::move(certain)});
  if (!matcher_.matched() || !hit_.empty()) return;
  // Of those that end at one place, the longest.
  for (const std::string& stop : stops_)
    if (stop.size() > hit_.size() && tail_.ends_with(stop)) hit_ = stop;
}

void StopWatch::release(chat::Chunk& out) {
  std::string held = matcher_.end();
  tail_.clear();
  if (!held.empty()) out.events.push_back(chat::TextDelta{std::move(held)});
}

namespace {

class StoppedAnswer : public Answer {
 public:
  StoppedAnswer(std::unique_ptr<Answer> inner, std::vector<std::string> stops)
      : inner_(std::move(inner)), watch_(std::move(stops)) {}

  net::Task<chat::Chunk> next() override;
  void cancel() override { inner_->cancel(); }
  bool waiting() const override { return inner_->waiting(); }
  std::vector<std::string> notes() const override { return inner_->notes(); }
  Served served() const override { return inner_->served(); }

 private:
  std::unique_ptr<Answer> inner_;
  StopWatch watch_;
};

net::Task<chat::Chunk> StoppedAnswer::next() {
  chat::Chunk chunk = co_await inner_->next();
  const bool more = !chunk.last;
  chunk = watch_.take(std::move(chunk));
  if (more && chunk.last) inner_->cancel();
  co_return chunk;
}

}  // namespace

std::unique_ptr<Answer> stop_at(std::unique_ptr<Answer> answer, std::vector<std::string> stops) {
  if (stops.empty()) return answer;
  return std::make_unique<StoppedAnswer>(std::move(answer), std::move(stops));
}

}  // namespace sluice::backend
