// Answers with guessed tokens are the answers without.
#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "engine/cache/prefix_cache.h"
#include "engine/constraint/constraint.h"
#include "engine/gguf/gguf.h"
#include "engine/model/model.h"
#include "engine/scheduler/fakes.h"
#include "engine/scheduler/scheduler.h"

namespace sluice::engine {
namespace {

struct Told {
  std::string text, logprobs, error;
  std::int64_t completion = 0;
  std::optional<chat::FinishReason> finish;
  bool operator==(const Told&) const = default;
};

class Listener {
 public:
  std::function<void(chat::Chunk)> sink() {
    return [this](chat::Chunk chunk) {
      std::lock_guard guard(lock_);
      for (const chat::Event& event : chunk.events) {
        if (const auto* delta = std::get_if<chat::TextDelta>(&event)) {
          told_.text += delta->text;
          told_.logprobs += delta->logprobs;
        }
        if (const auto* delta = std::get_if<chat::ReasoningDelta>(&event)) told_.text += "[" + delta->text + "]";
        if (const auto* counted = std::get_if<chat::Usage>(&event)) told_.completion = counted->completion;
        if (const auto* finished = std::get_if<chat::Finish>(&event)) told_.finish = finished->reason;
        if (const auto* failed = std::get_if<chat::Failure>(&event)) told_.error = failed->error.code;
      }
      ended_ = chunk.last;
      changed_.notify_all();
    };
  }
  Told wait() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return ended_; });
    return told_;
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  Told told_;
  bool ended_ = false;
};

constexpr int kDrafts = 4, kSlots = 3, kChunk = 16;

SchedulerLimits limits(int drafts, int context) {
  SchedulerLimits limits{kSlots, context, kChunk, 256, drafts};
  limits.drafts_pay = false;
  return limits;
}

struct Outcome {
  std::vector<Told> told;
  std::int64_t guessed = 0, right = 0;
};

Outcome run(model::Model& model, const Tokenizer& tokenizer, const SchedulerLimits& limits,
            const std::vector<JobRequest>& requests, PrefixCache* cache = nullptr) {
  Outcome outcome;
  std::vector<Listener> listeners(requests.size());
  Scheduler scheduler(model, tokenizer, limits, cache);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    JobRequest request = requests[i];
    request.sink = listeners[i].sink();
    REQUIRE(scheduler.submit(std::move(request)).has_value());
  }
  for (Listener& listener : listeners) outcome.told.push_back(listener.wait());
  outcome.guessed = scheduler.guessed();
  outcome.right = scheduler.guessed_right();
  return outcome;
}

}  // namespace

TEST_CASE("answers that repeat themselves take fewer steps, are the same, and stop where they would") {
  const FakeTokenizer tokenizer;
  // Repeats itself with a change now and then, and ends at last.
  const auto rule = [](const std::vector<std::int32_t>& so_far) -> std::int32_t {
    const std::size_t n = so_far.size();
    if (n >= 300) return FakeTokenizer::kEnd;
    return n % 37 == 0 ? 'A' + static_cast<std::int32_t>(n / 37) : 'a' + static_cast<std::int32_t>(n % 7);
  };
  std::vector<JobRequest> requests;
  for (int i = 0; i < 12; ++i) {
    JobRequest request;
    request.prompt = tokenizer.encode("prompt " + std::to_string(i));
    request.sampler.temperature = 0;
    if (i % 4 == 1) request.max_tokens = 20 + i;
    if (i % 4 == 2) request.stops = {"Dcd", "fgA"};
    if (i % 4 == 3) request.logprobs = 1;
    requests.push_back(std::move(request));
  }
  int steps[2] = {};
  Outcome outcomes[2];
  for (const int drafts : {0, kDrafts}) {
    FakeModel model(kSlots, kSlots * (1 + drafts) + kChunk, tokenizer.size(), rule);
    const std::size_t at = drafts > 0 ? 1 : 0;
    outcomes[at] = run(model, tokenizer, limits(drafts, 280), requests);
    CHECK(model.violations == 0);
    steps[at] = model.steps;
  }
  CHECK(outcomes[0].told == outcomes[1].told);
  CHECK(outcomes[0].guessed == 0);
  CHECK(outcomes[1].right > 100);
  CHECK(outcomes[1].right < outcomes[1].guessed);
  CHECK(steps[1] * 2 < steps[0]);
}

TEST_CASE("real models answer the same with guesses as without: seeded, greedy, penalised, held to a form") {
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0", "tiny-deepseek2-Q4_K_M"}) {
    CAPTURE(name);
    auto file = gguf::File::open("../shared/engine/" + std::string(name) + ".gguf");
    if (!file) {
      MESSAGE("SKIPPED: " << name << " is not there");
      return;
    }
    auto tokenizer = Tokenizer::create(**file);
    REQUIRE(tokenizer.has_value());
    const auto trie = std::make_shared<const constraint::TokenTrie>(**tokenizer, std::vector<std::string_view>());
    auto grammar = constraint::parse_grammar("root ::= ([a-c] [0-9] \",\"){3,40}");
    REQUIRE(grammar.has_value());
    std::vector<JobRequest> requests;
    for (std::uint64_t i = 0; i < 10; ++i) {
      JobRequest request;
      request.prompt =
          (*tokenizer)->encode("one two three four, one two three four, one two three " + std::to_string(i % 3));
      request.sampler.temperature = i % 3 == 0 ? 0 : 0.3;
      request.sampler.seed = i;
      request.max_tokens = 60;
      request.cache = {"tenant", Keep::Memory};
      if (i % 5 == 2) request.sampler.repetition_penalty = 1.1;
      if (i % 5 == 3) request.logprobs = 2;
      if (i % 5 == 4) request.grammar = *grammar, request.trie = trie;
      requests.push_back(std::move(request));
    }
    Outcome outcomes[3];
    for (int way = 0; way < 3; ++way) {  // without guesses, with them, with pages kept and found besides
      const int drafts = way > 0 ? kDrafts : 0;
      model::Options options;
      options.threads = 2;
      options.slots = kSlots;
      options.context = 200;
      options.logits = kSlots * (1 + drafts);
      options.rows = options.logits + kChunk;
      auto model = model::Model::load(**file, options);
      REQUIRE(model.has_value());
      CHECK((*model)->goes_back());
      std::unique_ptr<PrefixCache> cache;
      if (way == 2) {
        auto made = PrefixCache::create((*model)->pages().page_form(), CacheLimits{64u << 20, {"tenant"}});
        REQUIRE(made.has_value());
        cache = std::move(*made);
      }
      outcomes[way] = run(**model, **tokenizer, limits(drafts, 200), requests, cache.get());
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      CHECK(outcomes[0].told[i] == outcomes[1].told[i]);
      CHECK(outcomes[0].told[i] == outcomes[2].told[i]);
    }
    CHECK(outcomes[1].guessed > 20);
    CHECK(outcomes[1].right > 5);
    CHECK(outcomes[1].right < outcomes[1].guessed);
  }
}

}  // namespace sluice::engine
