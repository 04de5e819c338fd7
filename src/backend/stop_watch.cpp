#include "backend/stop_watch.h"

#include <utility>

namespace sluice::backend {

chat::Chunk StopWatch::take(chat::Chunk chunk) {
  chat::Chunk out;
  out.last = chunk.last;
  out.protocol = chunk.protocol;
  for (chat::Event& e : chunk.events) event(std::move(e), out);
  if (matcher_.matched()) {
    out.events.push_back(chat::Finish{chat::FinishReason::Stop, matcher_.which()});
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
  if (matcher_.matched() && !usage) return;
  if (!usage) release(out);
  out.events.push_back(std::move(event));
}

void StopWatch::text(std::string_view piece, chat::Chunk& out) {
  std::string certain = matcher_.feed(piece);
  if (!certain.empty()) out.events.push_back(chat::TextDelta{std::move(certain)});
}

void StopWatch::release(chat::Chunk& out) {
  std::string held = matcher_.end();
  if (!held.empty()) out.events.push_back(chat::TextDelta{std::move(held)});
}

namespace {

class StoppedAnswer : public Answer {
 public:
  StoppedAnswer(std::unique_ptr<Answer> inner, const std::vector<std::string>& stops)
      : inner_(std::move(inner)), watch_(stops) {}

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

std::unique_ptr<Answer> stop_at(std::unique_ptr<Answer> answer, const std::vector<std::string>& stops) {
  if (stops.empty()) return answer;
  return std::make_unique<StoppedAnswer>(std::move(answer), stops);
}

}  // namespace sluice::backend
