// Requests that were submitted and have not been judged yet, how many there were of each sort, and when to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include "ask.h"
#include "engine/engine.h"

namespace sluice::check {

inline constexpr std::chrono::seconds kPatience{300};  // for one answer; sanitizers on a busy machine are slow

struct Counts {
  std::uint64_t ended = 0, cancelled = 0, stopped = 0, alone = 0, formed = 0, restored = 0, embedded = 0;
  std::int64_t guessed = 0, right = 0;
  void add(const Counts& other);
};

// How far the run has come; says so every 1,000 requests. Thread-safe.
class Progress {
 public:
  Progress(std::uint64_t first_seed, std::uint64_t requests, std::chrono::seconds at_most);
  bool over() const;     // nothing more is to be asked
  std::uint64_t take();  // the next request's seed
  std::uint64_t asked() const { return asked_; }
  std::int64_t seconds() const;

 private:
  const std::uint64_t first_seed_, requests_;
  const std::chrono::steady_clock::time_point began_;
  const std::chrono::seconds at_most_;
  std::atomic<std::uint64_t> asked_{0};
};

// A model and what is known of what its prefix cache may hold.
struct Model {
  std::string file;
  engine::Engine* alone = nullptr;  // the same model with one slot and no cache
  bool can_embed = false;
  bool judges_first = true;    // whether `seen` tells all that the cache may hold
  std::set<std::string> seen;  // tenants' beginnings of which pages may be kept
};

// One thread's. Everything that returns a bool says what is wrong on standard output and returns false.
class UnderWay {
 public:
  UnderWay(std::uint64_t seed, Progress& progress) : random_(seed), progress_(progress) {}

  // One more, at an engine that is kept as long as the request is; settles the oldest where too many are under
  // way, and cancels one now and then.
  bool ask(const std::shared_ptr<engine::Engine>& engine, Model& model);
  bool settle(std::size_t left);  // until so many are left
  bool empty() const { return asked_.empty(); }
  bool settle_oldest();
  bool one_in(std::uint64_t n) { return random_() % n == 0; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  Counts counts;

 private:
  void cancel_one();
  bool same_alone(Asked& asked);

  std::mt19937_64 random_;
  Progress& progress_;
  std::deque<Asked> asked_;  // oldest first
};

// Each slot takes a job: one that a request had and that did not come back would keep one of these waiting.
bool slots_are_free(engine::Engine& engine, const Model& model, int slots);

}  // namespace sluice::check
