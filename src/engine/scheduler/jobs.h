// Jobs for a fake model and who collects their answers. Only tests include this.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/scheduler/fakes.h"
#include "engine/scheduler/scheduler.h"
#include "text/utf8.h"

namespace sluice::engine {

inline constexpr int kContext = 4000;

class Collector {
 public:
  std::function<void(chat::Chunk)> sink() {
    return [this](chat::Chunk chunk) {
      std::lock_guard guard(lock_);
      ++calls;
      calls_after_end += ended_;
      for (chat::Event& event : chunk.events) {
        if (auto* delta = std::get_if<chat::TextDelta>(&event)) {
          split_characters += !text::valid_utf8(delta->text);
          text += delta->text;
        }
        if (auto* delta = std::get_if<chat::ReasoningDelta>(&event)) reasoning += delta->text;
        if (auto* call = std::get_if<chat::ToolCallDelta>(&event))
          made.push_back(call->name + " " + call->arguments);
        if (auto* counted = std::get_if<chat::Usage>(&event)) usage = *counted;
        if (auto* finished = std::get_if<chat::Finish>(&event)) {
          finish = finished->reason;
          stop_sequence = finished->stop_sequence;
        }
        if (auto* failed = std::get_if<chat::Failure>(&event)) error = failed->error.code;
      }
      ended_ = ended_ || chunk.last;
      changed_.notify_all();
    };
  }
  Collector& wait() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return ended_; });
    return *this;
  }
  void wait_for_calls(int count) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return calls >= count; });
  }
  int calls_now() {
    std::lock_guard guard(lock_);
    return calls;
  }
  int calls = 0, calls_after_end = 0, split_characters = 0;
  std::vector<std::string> made;  // tool calls
  std::string text, reasoning, error, stop_sequence;
  chat::Usage usage;
  std::optional<chat::FinishReason> finish;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool ended_ = false;
};

inline JobRequest job(const std::string& prompt, Collector& collector, std::vector<std::string> stops = {}) {
  JobRequest request;
  request.prompt = FakeTokenizer().encode(prompt);
  request.sampler.temperature = 0;
  request.stops = std::move(stops);
  request.sink = collector.sink();
  return request;
}

// "abc|" is continued by "abc" and the end.
inline std::int32_t echo(const std::vector<std::int32_t>& so_far) {
  const auto bar = std::find(so_far.begin(), so_far.end(), '|') - so_far.begin();
  const std::size_t written = so_far.size() - static_cast<std::size_t>(bar) - 1;
  return written < static_cast<std::size_t>(bar) ? so_far[written] : FakeTokenizer::kEnd;
}
inline std::int32_t letters_forever(const std::vector<std::int32_t>& so_far) {
  return 'a' + static_cast<std::int32_t>(so_far.size() % 26);
}

struct Setup {
  Setup(SchedulerLimits limits, FakeModel::Rule rule, std::vector<std::string> pieces = {})
      : tokenizer(std::move(pieces)),
        model(limits.slots, limits.slots + limits.chunk, tokenizer.size() + 7, std::move(rule)),
        scheduler(std::make_unique<Scheduler>(model, tokenizer, limits)) {}
  FakeTokenizer tokenizer;
  FakeModel model;
  std::unique_ptr<Scheduler> scheduler;
};

inline SchedulerLimits limits(int slots = 4, int chunk = 8, int queue = 256) {
  return {slots, kContext, chunk, queue};
}

}  // namespace sluice::engine
