#include "gateway/chorus.h"

#include <doctest/doctest.h>

#include <map>

using namespace sluice;
using namespace std::chrono_literals;
using gateway::Chorus;
using gateway::Voice;
using net::Task;

namespace {

// What one call to the fake deployment does.
struct Part {
  std::vector<std::string> words;  // one chunk each
  Duration pause = 1ms;            // before each
  std::string error;               // of ask(), if not empty
  std::string breaks;              // after the words, if not empty
};

class FakeAnswer : public backend::Answer {
 public:
  FakeAnswer(net::Loop& loop, Part part, int& alive) : loop_(loop), part_(std::move(part)), alive_(alive) {
    ++alive_;
  }
  ~FakeAnswer() override { --alive_; }
  Task<chat::Chunk> next() override {
    chat::Chunk chunk;
    co_await loop_.sleep(part_.pause);
    if (cancelled_) {
      chunk.events.push_back(chat::Failure{{"request.cancelled", "", "", ""}});
      chunk.last = true;
    } else if (said_ < part_.words.size()) {
      chunk.events.push_back(chat::TextDelta{part_.words[said_++]});
    } else {
      chunk.last = true;
      if (part_.breaks.empty()) {
        chunk.events.push_back(chat::Finish{});
      } else {
        chunk.events.push_back(chat::Failure{{part_.breaks, "", "", ""}});
      }
    }
    co_return chunk;
  }
  void cancel() override { cancelled_ = true; }
  backend::Served served() const override { return {"d", "m", ""}; }

 private:
  net::Loop& loop_;
  Part part_;
  int& alive_;
  std::size_t said_ = 0;
  bool cancelled_ = false;
};

class FakeBackend : public backend::Backend {
 public:
  FakeBackend(net::Loop& loop, std::vector<Part> parts) : loop_(loop), parts_(std::move(parts)) {}
  Task<Result<std::unique_ptr<backend::Answer>>> ask(const chat::Request&, const backend::CallContext&) override {
    Part part = parts_[asked_++];
    co_await loop_.sleep(1ms);
    if (!part.error.empty()) co_return fail(part.error, "");
    co_return std::make_unique<FakeAnswer>(loop_, std::move(part), alive);
  }
  backend::Served served() const override { return {"d", "m", ""}; }
  bool ready() const override { return true; }
  int alive = 0;

 private:
  net::Loop& loop_;
  std::vector<Part> parts_;
  std::size_t asked_ = 0;
};

struct Hall {
  net::Loop loop;
  gateway::Shared shared;
  gateway::Meters meters;
  chat::Request request;
  std::optional<FakeBackend> backend;

  explicit Hall(std::vector<Part> parts) {
    config::Deployment d;
    d.name = "d";
    shared.settings.deployments.push_back(d);
    voices_ = parts.size();
    backend.emplace(loop, std::move(parts));
  }
  std::unique_ptr<Chorus> chorus() {
    std::vector<std::unique_ptr<Voice>> voices;
    for (std::size_t i = 0; i < voices_; ++i)
      voices.push_back(std::make_unique<Voice>(loop, shared, meters, std::vector<backend::Backend*>{&*backend},
                                               gateway::Asked{&request, nullptr}, backend::CallContext()));
    return std::make_unique<Chorus>(loop, std::move(voices));
  }
  void run(Task<void> task) {
    loop.spawn(run_task(loop, std::move(task)));
    loop.run();
  }

 private:
  static Task<void> run_task(net::Loop& loop, Task<void> task) {
    co_await task;
    co_await loop.sleep(20ms);  // what was cancelled ends
    loop.stop();
  }
  std::size_t voices_ = 0;
};

Task<void> hear_all(Chorus& chorus, std::map<std::size_t, std::string>& heard) {
  for (std::size_t ended = 0; ended < chorus.size();) {
    std::size_t voice = 0;
    chat::Chunk chunk = co_await chorus.next(voice);
    for (const chat::Event& event : chunk.events) {
      if (auto* text = std::get_if<chat::TextDelta>(&event)) heard[voice] += text->text;
      if (auto* failure = std::get_if<chat::Failure>(&event)) heard[voice] += "!" + failure->error.code;
    }
    ended += chunk.last ? 1 : 0;
  }
}

}  // namespace

TEST_CASE("chorus: every voice is heard whole and in its own order, whatever their speeds") {
  Hall hall({{{"a", "b", "c"}, 1ms, "", ""},
             {{"1", "2"}, 7ms, "", ""},
             {{"x", "y", "z", "w"}, 2ms, "", "upstream.stalled"}});
  auto body = [](Hall& h) -> Task<void> {
    auto chorus = h.chorus();
    Status status = co_await chorus->attempt();
    REQUIRE(status);
    std::map<std::size_t, std::string> heard;
    co_await hear_all(*chorus, heard);
    CHECK(heard == std::map<std::size_t, std::string>{{0, "abc"}, {1, "12"}, {2, "xyzw!upstream.stalled"}});
  };
  hall.run(body(hall));
  CHECK(hall.backend->alive == 0);
}

TEST_CASE("chorus: one voice that can't begin ends all, before anything was given out") {
  Hall hall({{{"a"}, 5ms, "", ""}, {{}, 1ms, "upstream.refused", ""}, {{"long"}, 10ms, "", ""}});
  auto body = [](Hall& h) -> Task<void> {
    auto chorus = h.chorus();
    Status status = co_await chorus->attempt();
    REQUIRE_FALSE(status);
    CHECK(status.error().code == "upstream.refused");
  };
  hall.run(body(hall));
  CHECK(hall.backend->alive == 0);
}

TEST_CASE("chorus: a client that leaves midway leaves nothing running") {
  Hall hall(
      {{std::vector<std::string>(1000, "a"), 1ms, "", ""}, {std::vector<std::string>(1000, "b"), 1ms, "", ""}});
  auto body = [](Hall& h) -> Task<void> {
    auto chorus = h.chorus();
    Status status = co_await chorus->attempt();
    REQUIRE(status);
    for (int i = 0; i < 5; ++i) {
      std::size_t voice = 0;
      chat::Chunk chunk = co_await chorus->next(voice);
      CHECK_FALSE(chunk.last);
    }
    chorus.reset();
  };
  hall.run(body(hall));
  CHECK(hall.backend->alive == 0);
}

TEST_CASE("chorus: a client that leaves before the first chunk was taken ends it, too") {
  Hall hall({{{"a", "b"}, 1ms, "", ""}, {{"c", "d"}, 1ms, "", ""}});
  bool ended = false;
  auto body = [](Hall& h, bool& over) -> Task<void> {
    auto chorus = h.chorus();
    Status status = co_await chorus->attempt();
    REQUIRE(status);
    chorus->cancel();
    std::size_t voice = 0;
    chat::Chunk chunk = co_await chorus->next(voice);
    CHECK(chunk.last);
    CHECK(gateway::failure_in(chunk) != nullptr);
    over = true;
  };
  auto late = [](net::Loop& loop) -> Task<void> {
    co_await loop.sleep(2s);
    loop.stop();
  };
  hall.loop.spawn(late(hall.loop));
  hall.run(body(hall, ended));
  CHECK(ended);
}
