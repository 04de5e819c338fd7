#include "under_way.h"

#include <cstdio>
#include <thread>
#include <vector>

namespace sluice::check {
namespace {

constexpr std::size_t kAtOnce = 12;
constexpr std::uint64_t kAloneEvery = 16;  // of these requests one is asked alone too
constexpr std::uint64_t kSayEvery = 1000;

bool wrong(const Asked& asked, const std::string& what) {
  std::printf("%s, request %llu of tenant %s: %s\nanswer: %s\n", asked.model->file.c_str(),
              static_cast<unsigned long long>(asked.seed), asked.cache.tenant.c_str(), what.c_str(),
              asked.heard->text.c_str());
  std::fflush(stdout);
  return false;
}

// When the jobs that were given to an engine at once began to answer, and when the first one ended.
struct Starts {
  std::mutex lock;
  std::set<std::uint64_t> begun;
  std::size_t begun_at_first_end = 0;
  void take(std::uint64_t job, bool last) {
    std::lock_guard guard(lock);
    begun.insert(job);
    if (last && begun_at_first_end == 0) begun_at_first_end = begun.size();
  }
};

}  // namespace

void Counts::add(const Counts& other) {
  ended += other.ended;
  cancelled += other.cancelled;
  stopped += other.stopped;
  alone += other.alone;
  formed += other.formed;
  restored += other.restored;
  embedded += other.embedded;
  guessed += other.guessed;
  right += other.right;
}

Progress::Progress(std::uint64_t first_seed, std::uint64_t requests, std::chrono::seconds at_most)
    : first_seed_(first_seed), requests_(requests), began_(std::chrono::steady_clock::now()), at_most_(at_most) {}

std::int64_t Progress::seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began_).count();
}

bool Progress::over() const {
  return asked_ >= requests_ || (at_most_.count() > 0 && seconds() >= at_most_.count());
}

std::uint64_t Progress::take() {
  const std::uint64_t number = asked_++;
  if (number > 0 && number % kSayEvery == 0) {
    std::printf("%llu of %llu asked after %lld s\n", static_cast<unsigned long long>(number),
                static_cast<unsigned long long>(requests_), static_cast<long long>(seconds()));
    std::fflush(stdout);
  }
  return first_seed_ + number;
}

bool UnderWay::ask(const std::shared_ptr<engine::Engine>& engine, Model& model) {
  while (asked_.size() >= kAtOnce)
    if (!settle_oldest()) return false;
  Asked asked = make(progress_.take(), model.can_embed);
  asked.engine = engine;
  asked.model = &model;
  const std::string beginning = asked.cache.tenant + "/" + asked.begins;
  asked.first = model.judges_first && !asked.embed && !model.seen.contains(beginning);
  if (!asked.embed && asked.cache.keep != engine::Keep::Nothing) model.seen.insert(beginning);
  const std::string refused = submit(*engine, asked, asked.heard, asked.cache);
  if (!refused.empty()) return wrong(asked, refused);
  asked_.push_back(std::move(asked));
  if (one_in(6)) cancel_one();
  return true;
}

void UnderWay::cancel_one() {
  Asked& one = asked_[below(asked_.size())];
  if (one.cancelled) return;
  one.engine->cancel(one.job);
  one.cancelled = true;
  one.calls_at_cancel = one.heard->calls();
}

bool UnderWay::settle(std::size_t left) {
  while (asked_.size() > left)
    if (!settle_oldest()) return false;
  return true;
}

bool UnderWay::settle_oldest() {
  Asked asked = std::move(asked_.front());
  asked_.pop_front();
  if (!asked.cancelled && !asked.heard->wait(kPatience)) return wrong(asked, "no end");
  if (const std::string what = judge(asked); !what.empty()) return wrong(asked, what);
  counts.cancelled += asked.cancelled ? 1 : 0;
  if (asked.cancelled) return true;
  if (!asked.heard->error.empty()) {
    ++counts.stopped;
    return true;
  }
  ++counts.ended;
  counts.embedded += asked.embed ? 1 : 0;
  counts.restored += asked.heard->usage->cache_hit > 0 ? 1 : 0;
  counts.formed += asked.form != Form::None && asked.heard->finish == chat::FinishReason::Stop ? 1 : 0;
  return asked.seed % kAloneEvery != 0 || same_alone(asked);
}

bool UnderWay::same_alone(Asked& asked) {
  const auto heard = std::make_shared<Heard>();
  ++counts.alone;
  if (const std::string refused = submit(*asked.model->alone, asked, heard, {}); !refused.empty())
    return wrong(asked, refused);
  if (!heard->wait(kPatience)) return wrong(asked, "alone it does not end");
  const std::string what = compare(*asked.heard, *heard);
  return what.empty() || wrong(asked, what);
}

// All of them begin before one ends, unless an answer is very short: then it is tried again.
bool slots_are_free(engine::Engine& engine, const Model& model, int slots) {
  // Who was cancelled leaves within a step.
  for (int i = 0; i < 5000 && engine.running() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  if (engine.running() > 0) {
    std::printf("%s: %d jobs run although all have ended\n", model.file.c_str(), engine.running());
    return false;
  }
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto starts = std::make_shared<Starts>();
    std::vector<Asked> jobs;
    for (int i = 0; i < slots; ++i) {
      Asked asked = long_answer(static_cast<std::uint64_t>(attempt * slots + i));
      const auto sink = [starts, i, heard = asked.heard](const chat::Chunk& chunk) {
        starts->take(static_cast<std::uint64_t>(i), chunk.last);
        heard->take(chunk);
      };
      if (const auto job = engine.submit(asked.request, sink); !job) {
        std::printf("%s: %s\n", model.file.c_str(), job.error().to_string().c_str());
        return false;
      }
      jobs.push_back(std::move(asked));
    }
    for (const Asked& asked : jobs)
      if (!asked.heard->wait(kPatience)) break;
    std::lock_guard guard(starts->lock);
    if (starts->begun_at_first_end == static_cast<std::size_t>(slots)) return true;
  }
  std::printf("%s: not all of %d slots take a job although all have ended\n", model.file.c_str(), slots);
  return false;
}

}  // namespace sluice::check
