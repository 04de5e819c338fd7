#include "engine/scheduler/scheduler.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <limits>
#include <mutex>
#include <thread>

#include "base/test_folder.h"
#include "engine/constraint/constraint.h"
#include "engine/scheduler/fakes.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

constexpr int kContext = 4000;

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
        if (auto* finished = std::get_if<chat::Finish>(&event)) finish = finished->reason;
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
  std::string text, reasoning, error;
  chat::Usage usage;
  std::optional<chat::FinishReason> finish;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool ended_ = false;
};

JobRequest job(const std::string& prompt, Collector& collector, std::vector<std::string> stops = {}) {
  JobRequest request;
  request.prompt = FakeTokenizer().encode(prompt);
  request.sampler.temperature = 0;
  request.stops = std::move(stops);
  request.sink = collector.sink();
  return request;
}

// "abc|" is continued by "abc" and the end.
std::int32_t echo(const std::vector<std::int32_t>& so_far) {
  const auto bar = std::find(so_far.begin(), so_far.end(), '|') - so_far.begin();
  const std::size_t written = so_far.size() - static_cast<std::size_t>(bar) - 1;
  return written < static_cast<std::size_t>(bar) ? so_far[written] : FakeTokenizer::kEnd;
}
std::int32_t letters_forever(const std::vector<std::int32_t>& so_far) {
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

SchedulerLimits limits(int slots = 4, int chunk = 8, int queue = 256) { return {slots, kContext, chunk, queue}; }

}  // namespace

TEST_CASE("many jobs of all lengths, on few slots, each get the answer to their own prompt") {
  for (int chunk : {1, 7, 64}) {
    Setup setup(limits(3, chunk), echo);
    std::vector<Collector> answers(40);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      std::string text = "job " + std::to_string(i) + " ";
      while (text.size() < 5 + i * i % 170) text += static_cast<char>('A' + text.size() % 20);
      texts.push_back(text);
      REQUIRE(setup.scheduler->submit(job(text + "|", answers[i])).has_value());
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i].wait();
      CHECK(answers[i].text == texts[i]);
      CHECK(answers[i].finish == chat::FinishReason::Stop);
      CHECK(answers[i].usage.cache_miss == static_cast<std::int64_t>(texts[i].size() + 1));
      CHECK(answers[i].usage.completion == static_cast<std::int64_t>(texts[i].size() + 1));
      CHECK(answers[i].calls_after_end == 0);
    }
    setup.scheduler.reset();
    CHECK(setup.model.violations.load() == 0);
  }
}

TEST_CASE("a long prompt delays an answer in progress by a chunk per token, and no step has more prompt rows") {
  Setup setup(limits(4, 8), letters_forever);
  Collector writer, reader;
  JobRequest first = job("x", writer);
  first.max_tokens = 300;
  // The long prompt arrives while the fifth token is being delivered.
  first.sink = [&, deliver = writer.sink(), calls = 0](chat::Chunk chunk) mutable {
    if (++calls == 5) {
      JobRequest late = job(std::string(800, 'p'), reader);
      late.max_tokens = 3;
      REQUIRE(setup.scheduler->submit(std::move(late)).has_value());
    }
    deliver(std::move(chunk));
  };
  REQUIRE(setup.scheduler->submit(std::move(first)).has_value());
  reader.wait();
  writer.wait();
  setup.scheduler.reset();
  int reading_steps = 0;
  for (const auto& batch : setup.model.batches) {
    if (!batch.contains(1) || batch.at(1) == 1) continue;
    ++reading_steps;
    CHECK(batch.at(1) <= 8);
    CHECK(batch.contains(0));  // the writer got its token in that very step
  }
  CHECK(reading_steps == 100);
}

TEST_CASE("prompts take turns, so a short one is not stuck behind a long one") {
  Setup setup(limits(3, 8), letters_forever);
  Collector first, long_one, short_one;
  int long_calls = -1;
  JobRequest a = job(std::string(3000, 'p'), long_one), b = job(std::string(16, 'q'), short_one),
             c = job("x", first);
  a.max_tokens = b.max_tokens = c.max_tokens = 1;
  b.sink = [&, deliver = short_one.sink()](chat::Chunk chunk) {
    long_calls = long_one.calls_now();
    deliver(std::move(chunk));
  };
  // Both are submitted between the same two steps.
  c.sink = [&, deliver = first.sink()](chat::Chunk chunk) {
    REQUIRE(setup.scheduler->submit(std::move(a)).has_value());
    REQUIRE(setup.scheduler->submit(std::move(b)).has_value());
    deliver(std::move(chunk));
  };
  REQUIRE(setup.scheduler->submit(std::move(c)).has_value());
  short_one.wait();
  long_one.wait();
  CHECK(long_calls == 0);
}

TEST_CASE("stop strings end an answer before themselves, also across tokens, and not inside reasoning") {
  Setup setup(limits(), echo);
  Collector plain, reasoning;
  REQUIRE(setup.scheduler->submit(job("one two END three|", plain, {"END"})).has_value());
  CHECK(plain.wait().text == "one two ");
  CHECK(plain.finish == chat::FinishReason::Stop);
  JobRequest thinking = job("the END is near</think>now the END of it|", reasoning, {"END"});
  thinking.form.starts_in_reasoning = true;
  REQUIRE(setup.scheduler->submit(std::move(thinking)).has_value());
  CHECK(reasoning.wait().reasoning == "the END is near");
  CHECK(reasoning.text == "now the ");
  CHECK(reasoning.usage.reasoning == 23);
  CHECK(reasoning.usage.completion == 34);
}

TEST_CASE("tool calls come as calls, and stop strings let them pass") {
  Setup setup(limits(), echo);
  const std::string call = R"(<tool_call>{"name":"f","arguments":{"a":"END"}}</tool_call>)";
  const auto hermes = [](JobRequest request, bool one) {
    request.form.calls = ToolDialect::Hermes;
    request.form.tools = {"f"};
    request.form.one_call = one;
    return request;
  };
  Collector two, one, none;
  REQUIRE(
      setup.scheduler->submit(hermes(job("well\n" + call + "\n" + call + "|", two, {"END"}), false)).has_value());
  CHECK(two.wait().text == "well");
  CHECK(two.made == std::vector<std::string>{R"(f {"a":"END"})", R"(f {"a":"END"})"});
  CHECK(two.finish == chat::FinishReason::ToolCalls);
  REQUIRE(setup.scheduler->submit(hermes(job(call + call + "|", one), true)).has_value());
  CHECK(one.wait().made.size() == 1);
  CHECK(one.finish == chat::FinishReason::ToolCalls);
  REQUIRE(setup.scheduler->submit(hermes(job("<tool_call>{ END of it|", none, {"END"}), false)).has_value());
  CHECK(none.wait().text == "<tool_call>{ ");
  CHECK(none.finish == chat::FinishReason::Stop);
  Collector cut;
  JobRequest short_of_it = hermes(job("well\n" + call + "|", cut), false);
  short_of_it.max_tokens = 5 + static_cast<int>(call.find("ND"));
  REQUIRE(setup.scheduler->submit(std::move(short_of_it)).has_value());
  CHECK(cut.wait().text == "well");
  CHECK(cut.made == std::vector<std::string>{R"(f {"a":"E)"});
  CHECK(cut.finish == chat::FinishReason::Length);
}

TEST_CASE("characters split over tokens are sent whole, and broken ones as U+FFFD") {
  Setup setup(limits(), echo);
  Collector whole, broken;
  const std::string text = "naïve 世界 🦙 fin";
  REQUIRE(setup.scheduler->submit(job(text + "|", whole)).has_value());
  CHECK(whole.wait().text == text);
  CHECK(whole.split_characters == 0);
  REQUIRE(setup.scheduler->submit(job("a\xff b\xe4\xb8|", broken)).has_value());
  CHECK(broken.wait().text.starts_with("a\uFFFD b\uFFFD"));
  CHECK(broken.split_characters == 0);
}

TEST_CASE("max_tokens and the context end an answer with length") {
  Setup setup(limits(), letters_forever);
  Collector counted, filled;
  JobRequest a = job("x", counted);
  a.max_tokens = 7;
  REQUIRE(setup.scheduler->submit(std::move(a)).has_value());
  CHECK(counted.wait().text == "bcdefgh");
  CHECK(counted.finish == chat::FinishReason::Length);
  REQUIRE(setup.scheduler->submit(job(std::string(kContext - 5, 'p'), filled)).has_value());
  CHECK(filled.wait().finish == chat::FinishReason::Length);
  CHECK(filled.usage.completion == 6);  // the last token needs no position of its own
  Collector none;
  auto refused = setup.scheduler->submit(job(std::string(kContext, 'p'), none));
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == "engine.context_exceeded");
  setup.scheduler.reset();
  CHECK(setup.model.violations.load() == 0);
}

TEST_CASE("jobs beyond slots and queue are refused as busy, and room returns") {
  // The model stands still once the first job has begun: however slow this thread is, no job ends by itself.
  std::atomic<int> steps{0};
  std::atomic<bool> go{false};
  auto standing = [&](const std::vector<std::int32_t>& history) {
    if (++steps > 1)
      while (!go) std::this_thread::yield();
    return letters_forever(history);
  };
  Setup setup(limits(1, 8, 2), standing);
  Collector answers[4];
  auto first = setup.scheduler->submit(job("x", answers[0]));
  REQUIRE(first.has_value());
  answers[0].wait_for_calls(1);  // it is in the slot
  auto second = setup.scheduler->submit(job("x", answers[1]));
  auto third = setup.scheduler->submit(job("x", answers[2]));
  auto fourth = setup.scheduler->submit(job("x", answers[3]));
  REQUIRE(!fourth.has_value());
  CHECK(fourth.error().code == "engine.busy");
  CHECK(setup.scheduler->running() == 3);
  go = true;
  setup.scheduler->cancel(*second);
  CHECK(setup.scheduler->submit(job("x", answers[3])).has_value());
  setup.scheduler.reset();  // before the collectors go
}

TEST_CASE("after cancel returned the sink is silent, and the slot serves the next job") {
  Setup setup(limits(1), letters_forever);
  for (int round = 0; round < 50; ++round) {
    Collector answer;
    auto id = setup.scheduler->submit(job("x", answer));
    REQUIRE(id.has_value());
    answer.wait_for_calls(1 + round % 3);
    setup.scheduler->cancel(*id);
    const int calls = answer.calls_now();
    const int steps = setup.model.steps.load();
    std::this_thread::yield();
    CHECK(answer.calls_now() == calls);
    CHECK(setup.model.steps.load() <= steps + 2);
  }
  setup.scheduler->cancel(12345);  // unknown ids are nobody's
}

TEST_CASE("a sink may cancel its own job and submit another") {
  Setup setup(limits(1), letters_forever);
  Collector second;
  std::mutex lock;
  std::uint64_t id = 0;
  std::atomic<int> calls{0};
  JobRequest first = job("x", second);
  first.sink = [&](chat::Chunk) {
    std::lock_guard guard(lock);
    ++calls;
    setup.scheduler->cancel(id);
    JobRequest next = job("y", second);
    next.max_tokens = 2;
    REQUIRE(setup.scheduler->submit(std::move(next)).has_value());
  };
  {
    std::lock_guard guard(lock);
    id = setup.scheduler->submit(std::move(first)).value();
  }
  CHECK(second.wait().text == "bc");
  CHECK(calls.load() == 1);
}

TEST_CASE("destroying the scheduler ends every job, running or waiting, with engine.stopped") {
  std::vector<Collector> answers(6);
  {
    Setup setup(limits(2), letters_forever);
    for (Collector& answer : answers) REQUIRE(setup.scheduler->submit(job("x", answer)).has_value());
    answers[0].wait_for_calls(1);
  }
  for (Collector& answer : answers) {
    CHECK(answer.wait().error == "engine.stopped");
    CHECK(!answer.finish.has_value());
  }
}

TEST_CASE("logits that are no numbers end the answer with a failure, and others go on") {
  Setup setup(limits(), [](const std::vector<std::int32_t>& so_far) {
    return so_far[0] == '!' && so_far.size() > 3 ? -1 : letters_forever(so_far);
  });
  Collector broken, sound;
  REQUIRE(setup.scheduler->submit(job("!", broken)).has_value());
  JobRequest other = job("x", sound);
  other.max_tokens = 20;
  REQUIRE(setup.scheduler->submit(std::move(other)).has_value());
  CHECK(broken.wait().error == "engine.numeric");
  CHECK(sound.wait().usage.completion == 20);
}

TEST_CASE("clients that submit and cancel from many threads at once leave nothing behind") {
  Setup setup(limits(3, 8, 1000), echo);
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (int c = 0; c < 4; ++c)
    clients.emplace_back([&, c] {
      for (int i = 0; i < 40; ++i) {
        Collector answer;
        const std::string text = "client " + std::to_string(c) + " turn " + std::to_string(i);
        auto id = setup.scheduler->submit(job(text + "|", answer));
        if (!id) {
          ++wrong;
        } else if ((i + c) % 3 == 0) {
          setup.scheduler->cancel(*id);
        } else if (answer.wait().text != text) {
          ++wrong;
        }
      }
    });
  for (std::thread& client : clients) client.join();
  CHECK(wrong.load() == 0);
  setup.scheduler.reset();
  CHECK(setup.model.violations.load() == 0);
}

namespace {

std::vector<float> expected_vector(const std::string& text, Pooling pooling) {
  std::vector<std::int32_t> so_far;
  std::vector<std::vector<float>> states;
  for (const std::int32_t token : FakeTokenizer().encode(text)) {
    so_far.push_back(token);
    states.push_back(FakeModel::state_of(so_far));
  }
  std::vector<double> sum(4, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < states.size(); ++i)
    for (std::size_t j = 0; j < 4; ++j)
      if (pooling == Pooling::Mean || (pooling == Pooling::First ? i == 0 : i + 1 == states.size()))
        sum[j] += static_cast<double>(states[i][j]);
  for (const double s : sum) squares += s * s;
  std::vector<float> out;
  for (const double s : sum) out.push_back(static_cast<float>(s / std::sqrt(squares)));
  return out;
}

}  // namespace

TEST_CASE("texts become vectors among answers, which go on at every step") {
  FakeModel model(3, 3 + 8, 257, echo);
  const FakeTokenizer tokenizer;
  std::vector<JobRequest> texts;
  Collector chat, pooled[5];
  const std::string long_text(1000, 'x');
  const std::string inputs[] = {"one", long_text + "y", "another", long_text + "z", "a"};
  const Pooling ways[] = {Pooling::Mean, Pooling::Last, Pooling::First, Pooling::Mean, Pooling::Last};
  {
    Scheduler scheduler(model, tokenizer, {3, kContext, 8, 10});
    REQUIRE(scheduler.submit(job(std::string(200, 'c') + "|", chat)).has_value());
    for (std::size_t i = 0; i < 5; ++i) {
      JobRequest request = job(inputs[i], pooled[i]);
      request.pooled = std::make_shared<PooledText>(ways[i]);
      texts.push_back(request);
      REQUIRE(scheduler.submit(std::move(request)).has_value());
    }
    CHECK(chat.wait().text == std::string(200, 'c'));
    for (std::size_t i = 0; i < 5; ++i) {
      pooled[i].wait();
      CHECK(texts[i].pooled->vector() == expected_vector(inputs[i], ways[i]));
      CHECK(pooled[i].calls == 1);
      CHECK(pooled[i].usage.prompt() == static_cast<std::int64_t>(inputs[i].size()));
      CHECK(pooled[i].usage.completion == 0);
      CHECK(pooled[i].finish == chat::FinishReason::Stop);
    }
    CHECK(scheduler.running() == 0);
  }
  CHECK(model.violations == 0);
  for (const auto& batch : model.batches) {
    int rows = 0;
    for (const auto& [slot, count] : batch) rows += count;
    CHECK(rows <= 8 + 1);
  }
}

TEST_CASE(
    "a text to be pooled may fill the context and no more, and a part of what was admitted may always wait") {
  FakeModel model(1, 1 + 8, 257, echo);
  const FakeTokenizer tokenizer;
  Scheduler scheduler(model, tokenizer, {1, 16, 8, 0});
  Collector full, more;
  JobRequest request = job(std::string(16, 'x'), full);
  request.pooled = std::make_shared<PooledText>(Pooling::Mean);
  CHECK(scheduler.submit(request).error().code == "engine.busy");
  request.admitted = true;
  REQUIRE(scheduler.submit(request).has_value());
  CHECK(full.wait().finish == chat::FinishReason::Stop);
  request = job(std::string(17, 'x'), more);
  request.pooled = std::make_shared<PooledText>(Pooling::Mean);
  CHECK(scheduler.submit(std::move(request)).error().code == "engine.context_exceeded");
}

TEST_CASE("the first dimensions of a vector have length 1 again") {
  PooledText pooled(Pooling::Mean);
  pooled.take(std::vector<float>{1, 2, 2, 7});
  pooled.take(std::vector<float>{5, 6, 4, 9});
  const std::vector<float> two = pooled.vector(2);
  CHECK(two == std::vector<float>{0.6f, 0.8f});
  PooledText none(Pooling::Last);
  none.take(std::vector<float>{0, std::numeric_limits<float>::quiet_NaN()});
  CHECK(none.vector().empty());
  CHECK(none.vector(1).empty());
}

namespace {

struct CachedSetup {
  explicit CachedSetup(bool at_end_only, std::uint64_t pages = 1000, FakeModel::Rule rule = echo)
      : model(2, 2 + 11, tokenizer.size() + 7, std::move(rule)) {
    model.form.at_end_only = at_end_only;
    auto made = PrefixCache::create(model.form, {pages * (model.form.bytes + 768), {"acme", "other"}});
    REQUIRE(made.has_value());
    cache = std::move(*made);
    scheduler = std::make_unique<Scheduler>(model, tokenizer, limits(2, 11), cache.get());
  }
  // The answer, and how many tokens of the prompt came from the cache.
  std::pair<std::string, std::int64_t> answer(const std::string& prompt, const CacheUse& use) {
    Collector collector;
    JobRequest request = job(prompt, collector);
    request.cache = use;
    REQUIRE(scheduler->submit(std::move(request)).has_value());
    collector.wait();
    CHECK(collector.usage.prompt() == static_cast<std::int64_t>(prompt.size()));
    return {collector.text, collector.usage.cache_hit};
  }
  FakeTokenizer tokenizer;
  FakeModel model;
  std::unique_ptr<PrefixCache> cache;
  std::unique_ptr<Scheduler> scheduler;
};

const CacheUse kAcme{"acme", Keep::Memory};

}  // namespace

TEST_CASE("a prompt begins behind what its tenant left, whole pages of it, and at least one token is computed") {
  for (bool at_end_only : {false, true}) {
    CachedSetup setup(at_end_only);
    const std::string text = "the quick brown fox jumps|";
    using Answer = std::pair<std::string, std::int64_t>;
    const std::string echoed = text.substr(0, text.size() - 1);
    CHECK(setup.answer(text, kAcme) == Answer(echoed, 0));
    CHECK(setup.answer(text, kAcme) == Answer(echoed, 24));  // 26 tokens in pages of 4
    CHECK(setup.answer(text, {"other", Keep::Memory}) == Answer(echoed, 0));
    if (!at_end_only) CHECK(setup.answer(text, {"", Keep::Memory}) == Answer(echoed, 0));  // does not stop at ends
    CHECK(setup.answer("the quick|", kAcme) == Answer("the quick", 8));
    CHECK(setup.answer("the quic", kAcme).second == 4);  // the second page would be all of it
    // The conversation goes on: the answer was kept as well, but for its end, which was never computed.
    CHECK(setup.answer(text + echoed + "!", kAcme).second == 48);
    setup.scheduler.reset();
    CHECK(setup.model.violations.load() == 0);
  }
}

TEST_CASE("a job that nothing may be kept of uses what is there and leaves nothing") {
  CachedSetup setup(false);
  CHECK(setup.answer("a text of some length|", {"acme", Keep::Nothing}).second == 0);
  CHECK(setup.answer("a text of some length|", kAcme).second == 0);
  CHECK(setup.answer("a text of some length|", {"acme", Keep::Nothing}).second == 20);
}

TEST_CASE("a job whose numbers were unusable leaves no page, nor what continues one of its pages") {
  std::atomic<bool> broken{false};
  CachedSetup setup(false, 1000, [&](const auto& so_far) { return broken ? -1 : echo(so_far); });
  const std::string text = "a text of some length ", longer = text + "that goes on";
  CHECK(setup.answer("another text|", kAcme).second == 0);
  CHECK(setup.answer(longer + "|", kAcme).second == 0);
  CHECK(setup.answer(longer + "|", kAcme).second == 32);
  const auto trie =
      std::make_shared<const constraint::TokenTrie>(setup.tokenizer, std::vector<std::string_view>());
  auto grammar = constraint::parse_grammar("root ::= [a-z ]+");
  REQUIRE(grammar.has_value());
  for (bool has_form : {false, true}) {
    broken = true;
    Collector failed;
    JobRequest request = job(text + "and on|", failed);
    request.cache = kAcme;
    if (has_form) {
      request.grammar = *grammar;
      request.trie = trie;
    }
    REQUIRE(setup.scheduler->submit(std::move(request)).has_value());
    CHECK(failed.wait().error == "engine.numeric");
    broken = false;
    using Answer = std::pair<std::string, std::int64_t>;
    CHECK(setup.answer(longer + "|", kAcme) == Answer(longer, 0));
  }
  CHECK(setup.answer("another text|", kAcme).second == 12);
}

TEST_CASE("jobs that run together, with few pages to keep, get their own answers") {
  for (bool at_end_only : {false, true}) {
    CachedSetup setup(at_end_only, 30);
    std::vector<Collector> answers(120);
    std::vector<std::string> texts;
    std::int64_t hits = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      std::string text = std::string(4 + i * 7 % 23, static_cast<char>('a' + i % 3)) + std::to_string(i % 5);
      texts.push_back(text);
      JobRequest request = job(text + "|", answers[i]);
      request.cache = {i % 4 == 0 ? "other" : "acme", Keep::Memory};
      REQUIRE(setup.scheduler->submit(std::move(request)).has_value());
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CHECK(answers[i].wait().text == texts[i]);
      hits += answers[i].usage.cache_hit;
    }
    CHECK(hits > 100);
    setup.scheduler.reset();
    CHECK(setup.model.violations.load() == 0);
    CHECK(setup.cache->bytes() <= 30 * (setup.model.form.bytes + 768));
  }
}

TEST_CASE("what is to be forgotten is not found again, nor what was running then") {
  CachedSetup setup(false);
  const std::string text = "a text of some length|";
  CHECK(setup.answer(text, kAcme).second == 0);
  CHECK(setup.answer(text, kAcme).second == 20);
  setup.scheduler->forget_prefixes();
  CHECK(setup.cache->bytes() == 0);
  CHECK(setup.answer(text, kAcme).second == 0);
  CHECK(setup.answer(text, kAcme).second == 20);
  Collector running;
  std::thread forgetter;
  JobRequest request = job(text, running);
  request.prompt = FakeTokenizer().encode(std::string(500, 'x') + "|");
  request.cache = kAcme;
  request.sink = [&, deliver = running.sink(), calls = 0](chat::Chunk chunk) mutable {
    deliver(std::move(chunk));
    if (++calls != 3) return;
    forgetter = std::thread([&] { setup.scheduler->forget_prefixes(); });
  };
  REQUIRE(setup.scheduler->submit(std::move(request)).has_value());
  running.wait();
  forgetter.join();
  CHECK(setup.answer(std::string(500, 'x') + "|", kAcme).second == 0);
}

TEST_CASE("pages on disk are read while others go on, and give the same answers") {
  const TestFolder folder;
  const std::string text(50, 'q');
  std::atomic<bool> hold{false};
  for (int restart = 0; restart < 3; ++restart) {
    FakeTokenizer tokenizer;
    FakeModel model(2, 2 + 11, tokenizer.size() + 7, echo);
    DiskOptions wanted;
    wanted.folder = folder.path();
    wanted.bytes = 1 << 20;
    wanted.age = std::chrono::hours(1);
    wanted.tenants = {"acme"};
    wanted.page_bytes = model.form.bytes;
    wanted.now = [&hold] {  // the cache's thread asks for the time of every page that it reads
      while (hold) std::this_thread::yield();
      return std::int64_t{1'800'000'000};
    };
    auto disk = DiskPages::open(wanted);
    REQUIRE(disk.has_value());
    auto cache = PrefixCache::create(model.form, {100 * (model.form.bytes + 768), {"acme"}}, std::move(*disk));
    REQUIRE(cache.has_value());
    Collector slow, slower, quick;
    {
      Scheduler scheduler(model, tokenizer, limits(2, 11), cache->get());
      hold = restart > 0;
      JobRequest request = job(text + "|", slow);
      request.cache = {"acme", Keep::Disk};
      REQUIRE(scheduler.submit(std::move(request)).has_value());
      REQUIRE(scheduler.submit(job("quick|", quick)).has_value());
      CHECK(quick.wait().text == "quick");
      if (restart == 2) {  // a job that waits for the disk can be cancelled, and the engine be stopped
        request = job(text + "|", slower);
        request.cache = {"acme", Keep::Disk};
        auto id = scheduler.submit(std::move(request));
        REQUIRE(id.has_value());
        scheduler.cancel(*id);
        while (scheduler.running() > 1) std::this_thread::yield();
        CHECK(slower.calls_now() == 0);
      }
      hold = false;
      CHECK(slow.wait().text == text);
      CHECK(slow.usage.cache_hit == (restart > 0 ? 48 : 0));
    }
    CHECK(model.violations.load() == 0);
  }
}

}  // namespace sluice::engine
