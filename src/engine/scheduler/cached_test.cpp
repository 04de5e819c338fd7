// Prompts that begin behind what the prefix cache holds.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/test_folder.h"
#include "engine/scheduler/jobs.h"

namespace sluice::engine {
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
