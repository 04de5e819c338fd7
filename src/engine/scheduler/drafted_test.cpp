// Answers with guessed tokens are the answers without.
#include <doctest/doctest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/test_folder.h"
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
  std::int64_t completion = 0, prompt = 0;
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
        if (const auto* counted = std::get_if<chat::Usage>(&event)) {
          told_.completion = counted->completion;
          told_.prompt = counted->cache_hit + counted->cache_miss;
          restored_ = counted->cache_hit;
        }
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
  std::int64_t restored() const { return restored_; }  // behind wait()

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  Told told_;
  std::int64_t restored_ = 0;
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
  std::int64_t guessed = 0, right = 0, restored = 0;
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
  for (Listener& listener : listeners) {
    outcome.told.push_back(listener.wait());
    outcome.restored += listener.restored();
  }
  outcome.guessed = scheduler.guessed();
  outcome.right = scheduler.guessed_right();
  return outcome;
}

// A model of the golden files, what reads its tokens, and requests that invite guesses.
struct Golden {
  std::unique_ptr<gguf::File> file;
  std::unique_ptr<Tokenizer> tokenizer;
  std::vector<JobRequest> requests;
};

constexpr int kContext = 240;

std::optional<Golden> golden(const std::string& name) {
  auto file = gguf::File::open("../shared/engine/" + name + ".gguf");
  if (!file) {
    MESSAGE("SKIPPED: " << name << " is not there");
    return std::nullopt;
  }
  auto tokenizer = Tokenizer::create(**file);
  REQUIRE(tokenizer.has_value());
  const auto trie = std::make_shared<const constraint::TokenTrie>(**tokenizer, std::vector<std::string_view>());
  auto grammar = constraint::parse_grammar("root ::= ([a-c] [0-9] \",\"){3,40}");
  auto schema = constraint::parse_schema(R"({"type":"array","items":{"enum":["red","green"]},"minItems":5})");
  REQUIRE(grammar.has_value());
  REQUIRE(schema.has_value());
  Golden made{std::move(*file), std::move(*tokenizer), {}};
  for (std::uint64_t i = 0; i < 16; ++i) {
    JobRequest request;
    request.prompt = made.tokenizer->encode(
        "one two three four, one two three four, one two three four, one two " + std::to_string(i % 3));
    request.sampler.temperature = i % 3 == 0 ? 0 : 0.3;
    request.sampler.seed = i;
    request.max_tokens = 60;
    request.cache = {"tenant", Keep::Disk};
    if (i % 8 == 2) request.sampler.repetition_penalty = 1.1;
    if (i % 8 == 3) request.logprobs = 2;
    if (i % 8 == 4) request.grammar = *grammar, request.trie = trie;
    if (i % 8 == 5) request.sampler.frequency_penalty = 0.2, request.sampler.presence_penalty = 0.1;
    if (i % 8 == 6) request.grammar = *schema, request.trie = trie;
    if (i % 8 == 7) request.sampler.bias = {{request.prompt.back(), 3.0}}, request.stops = {"e", "10"};
    made.requests.push_back(std::move(request));
  }
  return made;
}

std::unique_ptr<model::Model> load(const gguf::File& file, int drafts) {
  model::Options options;
  options.threads = 2;
  options.slots = kSlots;
  options.context = kContext;
  options.logits = kSlots * (1 + drafts);
  options.rows = options.logits + kChunk;
  auto model = model::Model::load(file, options);
  REQUIRE(model.has_value());
  return std::move(*model);
}

// Destroying it writes what waits, so the next one on the folder finds it.
std::unique_ptr<PrefixCache> open_cache(const std::string& folder, const model::PageForm& form) {
  DiskOptions options;
  options.folder = folder;
  options.bytes = std::uint64_t{256} << 20;
  options.age = std::chrono::hours(1);
  options.tenants = {"tenant"};
  options.identity = "golden";
  options.page_bytes = form.bytes;
  auto disk = DiskPages::open(std::move(options));
  REQUIRE(disk.has_value());
  auto made = PrefixCache::create(form, CacheLimits{std::uint64_t{64} << 20, {"tenant"}}, std::move(*disk));
  REQUIRE(made.has_value());
  return std::move(*made);
}

Outcome answers(const Golden& golden, int drafts, const std::string& folder = "") {
  const auto model = load(*golden.file, drafts);
  std::unique_ptr<PrefixCache> cache;
  if (!folder.empty()) cache = open_cache(folder, model->pages().page_form());
  return run(*model, *golden.tokenizer, limits(drafts, kContext), golden.requests, cache.get());
}

void check_same(const Outcome& one, const Outcome& other) {
  REQUIRE(one.told.size() == other.told.size());
  for (std::size_t i = 0; i < one.told.size(); ++i) {
    CAPTURE(i);
    CHECK(one.told[i] == other.told[i]);
  }
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
    const auto model = golden(name);
    if (!model) continue;
    const Outcome plain = answers(*model, 0);
    const Outcome guessed = answers(*model, kDrafts);
    check_same(plain, guessed);
    CHECK(plain.guessed == 0);
    CHECK(guessed.guessed > 20);
    CHECK(guessed.right > 5);
    CHECK(guessed.right < guessed.guessed);
  }
}

// Had a wrong guess come into a page, those who begin behind it would answer otherwise.
TEST_CASE("pages that were kept beside guesses serve answers without, and the other way round, from disk too") {
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0", "tiny-deepseek2-Q4_K_M"}) {
    CAPTURE(name);
    auto model = golden(name);
    if (!model) continue;
    const Outcome first = answers(*model, 0);
    // The next turn: the prompt is followed by its answer.
    Golden longer{std::move(model->file), std::move(model->tokenizer), model->requests};
    for (std::size_t i = 0; i < longer.requests.size(); ++i)
      for (const std::int32_t token : longer.tokenizer->encode(first.told[i].text + " one two"))
        if (longer.requests[i].prompt.size() < 170) longer.requests[i].prompt.push_back(token);
    const Outcome plain = answers(longer, 0);
    for (const int drafts : {0, kDrafts}) {
      const TestFolder folder;
      std::vector<JobRequest> next = longer.requests;
      longer.requests = model->requests;
      check_same(first, answers(longer, drafts, folder.path()));
      longer.requests = next;
      const Outcome restored = answers(longer, kDrafts - drafts, folder.path());  // after a restart
      check_same(plain, restored);
      CHECK(restored.restored > 0);
      const Outcome again = answers(longer, drafts, folder.path());
      check_same(plain, again);
      CHECK(again.restored >= restored.restored);
    }
  }
}

TEST_CASE("a model whose state can't go back says so, and answers the same with pages from disk") {
  const auto model = golden("tiny-deepseek4-MXFP4_MOE");
  if (!model) return;
  CHECK_FALSE(load(*model->file, 0)->goes_back());
  const TestFolder folder;
  const Outcome plain = answers(*model, 0);
  check_same(plain, answers(*model, 0, folder.path()));
  check_same(plain, answers(*model, 0, folder.path()));
}

TEST_CASE("cancelling amid guesses frees the slots, and who answers beside it answers the same") {
  const auto model = golden("tiny-qwen2-Q4_K_M");
  if (!model) return;
  const Outcome plain = answers(*model, 0);
  const auto loaded = load(*model->file, kDrafts);
  const TestFolder folder;
  const auto cache = open_cache(folder.path(), loaded->pages().page_form());
  Scheduler scheduler(*loaded, *model->tokenizer, limits(kDrafts, kContext), cache.get());
  std::vector<Listener> listeners(model->requests.size());
  for (int round = 0; round < 12; ++round) {
    const auto kept = static_cast<std::size_t>(round) % model->requests.size();
    std::vector<std::uint64_t> others;
    for (std::size_t i = 0; i < 4; ++i) {
      JobRequest other = model->requests[(kept + i) % model->requests.size()];
      other.sink = [](const chat::Chunk&) {};
      others.push_back(*scheduler.submit(std::move(other)));
    }
    JobRequest request = model->requests[kept];
    request.sink = listeners[kept].sink();
    REQUIRE(scheduler.submit(std::move(request)).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + 2 * round));
    for (const std::uint64_t other : others) scheduler.cancel(other);
    CHECK(listeners[kept].wait() == plain.told[kept]);
  }
  CHECK(scheduler.running() == 0);
  CHECK(scheduler.guessed() > 0);
}

}  // namespace sluice::engine
