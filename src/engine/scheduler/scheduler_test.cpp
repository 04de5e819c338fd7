#include "engine/scheduler/scheduler.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "engine/constraint/constraint.h"
#include "engine/scheduler/jobs.h"

namespace sluice::engine {

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
  CHECK(plain.stop_sequence == "END");
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
    // Slow enough that none reaches the end of its context while this thread waits for a processor.
    const auto slowly = [](const std::vector<std::int32_t>& so_far) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return letters_forever(so_far);
    };
    Setup setup(limits(2), slowly);
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

}  // namespace sluice::engine
