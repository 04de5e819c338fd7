#include "engine/embedding.h"

#include <doctest/doctest.h>

#include <cmath>
#include <condition_variable>
#include <fstream>
#include <map>
#include <thread>

#include "engine/model/golden.h"
#include "json/writer.h"

namespace sluice::engine {
namespace {

using Vector = std::vector<float>;

class Vectors {
 public:
  EmbeddingSink sink() {
    EmbeddingSink sink;
    sink.vector = [this](std::size_t input, std::span<const float> vector) {
      std::lock_guard guard(lock_);
      CHECK_FALSE(ended_);
      CHECK(vectors_.emplace(input, Vector(vector.begin(), vector.end())).second);
    };
    sink.end = [this](chat::Chunk chunk) {
      std::lock_guard guard(lock_);
      CHECK_FALSE(ended_);
      for (const chat::Event& event : chunk.events) {
        if (const auto* failed = std::get_if<chat::Failure>(&event)) error = failed->error.code;
        if (const auto* counted = std::get_if<chat::Usage>(&event)) usage = *counted;
      }
      ended_ = chunk.last;
      changed_.notify_all();
    };
    return sink;
  }
  const std::map<std::size_t, Vector>& wait() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return ended_; });
    return vectors_;
  }
  std::string error;
  chat::Usage usage;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::map<std::size_t, Vector> vectors_;
  bool ended_ = false;
};

std::unique_ptr<Engine> load(const std::string& name, bool exact, int context = 1024) {
  LoadOptions options;
  options.path = "../shared/engine/" + name + ".gguf";
  options.threads = 2;
  options.context = context;
  options.exact = exact;
  if (!std::ifstream(options.path)) {
    MESSAGE("SKIPPED: " << options.path << " is not there");
    return nullptr;
  }
  auto engine = Engine::load(options);
  REQUIRE_MESSAGE(engine.has_value(), engine.error().to_string());
  return std::move(*engine);
}

chat::Request asking(std::vector<std::string> texts) {
  chat::Request request;
  request.protocol = chat::Protocol::OpenAiEmbeddings;
  request.operation = chat::Operation::Embed;
  request.inputs = std::move(texts);
  return request;
}

chat::Request asking_tokens(const std::string& json) {
  chat::Request request = asking({});
  request.inputs_are_tokens = true;
  request.body = *json::Doc::parse("{\"input\":" + json + "}");
  return request;
}

std::vector<Vector> embed(Engine& engine, const chat::Request& request) {
  Vectors got;
  auto job = engine.embed(request, got.sink());
  REQUIRE_MESSAGE(job.has_value(), job.error().to_string());
  std::vector<Vector> out;
  for (const auto& [input, vector] : got.wait()) {
    CHECK(input == out.size());
    out.push_back(vector);
  }
  CHECK(got.error == "");
  return out;
}

double worst(const Vector& vector, const std::vector<double>& reference) {
  double most = 0;
  for (std::size_t i = 0; i < reference.size(); ++i)
    most = std::max(most, std::fabs(static_cast<double>(vector[i]) - reference[i]));
  return most;
}

std::string ids(const std::vector<int>& tokens) {
  json::Writer w;
  w.array();
  for (const int token : tokens) w.value(token);
  return w.end().take();
}

}  // namespace

TEST_CASE("vectors are those of the reference: Qwen3 by the last token, others by the mean") {
  for (const std::string name : {"tiny-qwen3-Q8_0", "tiny-qwen2-Q4_K_M"})
    for (const bool exact : {true, false}) {
      CAPTURE(name);
      CAPTURE(exact);
      auto engine = load(name, exact);
      if (!engine) return;
      for (const auto& prompt : model::read_golden("../shared/engine/" + name + ".json")) {
        const auto& golden = name == "tiny-qwen3-Q8_0" ? prompt.ref.last : prompt.ref.mean;
        const auto& fast = name == "tiny-qwen3-Q8_0" ? prompt.kernels.last : prompt.kernels.mean;
        CAPTURE(prompt.tokens.size());
        const Vector vector = embed(*engine, asking_tokens(ids(prompt.tokens))).at(0);
        double theirs = 0;  // how far the reference's own fast path is from it
        for (std::size_t i = 0; i < golden.first.size(); ++i)
          theirs = std::max(theirs, std::fabs(fast.first[i] - golden.first[i]));
        CHECK(worst(vector, golden.first) < (exact ? 2e-5 : 2 * theirs));
        double squares = 0;
        for (const float v : vector) squares += static_cast<double>(v) * static_cast<double>(v);
        CHECK(std::fabs(squares - 1) < 1e-6);
      }
    }
}

TEST_CASE("many inputs at once, among chats, give bit for bit what each gives alone; text is its tokens") {
  auto engine = load("tiny-qwen2-Q4_K_M", false);
  if (!engine) return;
  std::vector<std::string> texts;
  for (int i = 0; i < 23; ++i)
    texts.push_back(std::string(static_cast<std::size_t>(1 + i * 7 % 90), static_cast<char>('a' + i)) + " once");
  std::vector<Vector> alone;
  for (const std::string& text : texts) alone.push_back(embed(*engine, asking({text})).at(0));
  chat::Request talk;
  talk.protocol = chat::Protocol::OpenAiCompletions;
  talk.inputs = {"Once upon a time"};
  talk.sampling.max_tokens = 400;
  auto job = engine->submit(talk, [](chat::Chunk) {});
  REQUIRE(job.has_value());
  Vectors got;
  REQUIRE(engine->embed(asking(texts), got.sink()).has_value());
  const auto& together = got.wait();
  engine->cancel(*job);
  REQUIRE(together.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(together.at(i) == alone[i]);
  CHECK(got.usage.completion == 0);
  // As the reference reads "Once upon a time": BOS and seven more.
  const auto golden = model::read_golden("../shared/engine/tiny-qwen2-Q4_K_M.json");
  REQUIRE(golden.at(0).text == "Once upon a time");
  CHECK(embed(*engine, asking({golden[0].text})) == embed(*engine, asking_tokens(ids(golden[0].tokens))));
  CHECK(embed(*engine, asking_tokens("[" + ids(golden[0].tokens) + ",[5]]")).size() == 2);
}

TEST_CASE("fewer dimensions are the first of the vector, brought to length 1") {
  auto engine = load("tiny-qwen3-Q8_0", false);
  if (!engine) return;
  const Vector all = embed(*engine, asking({"a text"})).at(0);
  CHECK(all.size() == 256);
  chat::Request request = asking({"a text"});
  request.extra.push_back({"$.dimensions", "16", "dimensions"});
  request.extra.push_back({"$.encoding_format", "\"base64\"", "encoding_format"});
  const Vector few = embed(*engine, request).at(0);
  REQUIRE(few.size() == 16);
  double squares = 0;
  for (std::size_t i = 0; i < 16; ++i) squares += static_cast<double>(all[i]) * static_cast<double>(all[i]);
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(std::fabs(few[i] - all[i] / static_cast<float>(std::sqrt(squares))) < 1e-6f);
}

TEST_CASE("what can't be embedded is refused with its place") {
  auto engine = load("tiny-qwen3-Q8_0", false, 32);
  if (!engine) return;
  const auto refused = [&](const chat::Request& request) -> std::string {
    Vectors got;
    auto job = engine->embed(request, got.sink());
    if (!job) return job.error().code + " " + job.error().where;
    got.wait();
    return got.error;
  };
  CHECK(refused(asking({"fits"})) == "");
  CHECK(refused(asking({"fits", std::string(1 << 20, 'x')})) == "engine.context_exceeded $.input[1]");
  CHECK(refused(asking({"fits", "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h"})) ==
        "engine.context_exceeded $.input[1]");
  CHECK(refused(asking({""})) == "engine.empty_prompt $.input[0]");
  CHECK(refused(asking(std::vector<std::string>(2049, "x"))) == "engine.unsupported_field $.input");
  CHECK(refused(asking_tokens("[1,2000000]")) == "engine.unsupported_field $.input");
  CHECK(refused(asking_tokens("[1,-1]")) == "engine.unsupported_field $.input");
  CHECK(refused(asking_tokens("[1,1.5]")) == "engine.unsupported_field $.input");
  CHECK(refused(asking_tokens("[[1],[]]")) == "engine.empty_prompt $.input[1]");
  // Found only when its turn comes, behind inputs that are read already.
  std::vector<std::string> late(20, "short");
  late.push_back("a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h");
  CHECK(refused(asking(late)) == "engine.context_exceeded");
  chat::Request request = asking({"x"});
  request.extra.push_back({"$.dimensions", "257", "dimensions"});
  CHECK(refused(request) == "engine.unsupported_field $.dimensions");
  request = asking({"x"});
  request.extra.push_back({"$.task", "\"search\"", "task"});
  CHECK(refused(request) == "engine.unsupported_field $.task");
  while (engine->running() > 0) std::this_thread::yield();  // what was dropped goes at the end of its step
}

TEST_CASE("a run that is cancelled calls nobody any more, at whatever moment") {
  auto engine = load("tiny-qwen3-Q8_0", false);
  if (!engine) return;
  for (int i = 0; i < 40; ++i) {
    std::atomic<bool> cancelled{false}, late{false};
    EmbeddingSink sink;
    sink.vector = [&](std::size_t, std::span<const float>) { late = late || cancelled; };
    sink.end = [&](chat::Chunk) { late = late || cancelled; };
    auto job = engine->embed(asking(std::vector<std::string>(8, "a text")), sink);
    REQUIRE(job.has_value());
    std::this_thread::sleep_for(std::chrono::microseconds(i * 150));
    engine->cancel(*job);
    cancelled = true;
    embed(*engine, asking({"another"}));
    CHECK_FALSE(late);
  }
  Vectors got;
  REQUIRE(engine->embed(asking(std::vector<std::string>(500, "a text")), got.sink()).has_value());
  engine.reset();
  got.wait();
  CHECK(got.error == "engine.stopped");
}

}  // namespace sluice::engine
