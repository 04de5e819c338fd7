#include "engine/model_set.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "base/test_folder.h"

namespace sluice::engine {
namespace {

// What the set has loaded, seen from outside; takes part in no decision of the set.
struct World {
  std::mutex lock;
  std::condition_variable changed;
  std::set<std::string> loaded;
  std::vector<std::string> loads;  // in order
  std::uint64_t bytes = 0, most_bytes = 0;
  int gate = 1 << 30;  // so many loads may go on
  std::string failing;
  std::map<std::string, std::vector<std::string>> rules;  // of each loading
  std::map<std::string, int> forgot;                      // how often each has forgotten its prefixes
  int refusals = 0;                                       // so many loads find too little memory

  void wait_for(const std::function<bool()>& condition) {
    std::unique_lock guard(lock);
    changed.wait(guard, condition);
  }
};

std::uint64_t size_of(const std::string& name) { return static_cast<std::uint64_t>(name[0] - '0') * 100; }

class FakeEngine : public Engine {
 public:
  FakeEngine(World& world, std::string name) : world_(world) {
    info_.name = std::move(name);
    std::lock_guard guard(world_.lock);
    CHECK(world_.loaded.insert(info_.name).second);
    world_.bytes += size_of(info_.name);
    world_.most_bytes = std::max(world_.most_bytes, world_.bytes);
    world_.changed.notify_all();
  }
  ~FakeEngine() override {
    CHECK(users == 0);
    std::lock_guard guard(world_.lock);
    world_.loaded.erase(info_.name);
    world_.bytes -= size_of(info_.name);
    world_.changed.notify_all();
  }
  const ModelInfo& info() const override { return info_; }
  Result<JobId> submit(const chat::Request&, Sink, const CacheUse&) override { return fail("x", "x"); }
  Result<JobId> embed(const chat::Request&, EmbeddingSink) override { return fail("x", "x"); }
  void cancel(JobId) override {}
  void forget_prefixes() override {
    std::lock_guard guard(world_.lock);
    ++world_.forgot[info_.name];
  }
  int running() const override { return 0; }
  std::atomic<int> users{0};

 private:
  World& world_;
  ModelInfo info_;
};

ModelSet::Loader loader(World& world) {
  return [&world](const LoadOptions& options) -> Result<std::unique_ptr<Engine>> {
    {
      std::unique_lock guard(world.lock);
      world.loads.push_back(options.path);
      world.rules[options.path].push_back(options.cache_rules);
      world.changed.notify_all();
      world.changed.wait(guard, [&] { return world.gate > 0; });
      --world.gate;
      if (options.path == world.failing) return fail("gguf.magic", "broken");
      if (world.refusals > 0) {
        --world.refusals;
        return fail("engine.memory", "the system has too little");
      }
    }
    return std::unique_ptr<Engine>(std::make_unique<FakeEngine>(world, options.path));
  };
}

// "3a" takes 300 bytes.
std::vector<Examined> models(std::initializer_list<const char*> names) {
  std::vector<Examined> out;
  for (const char* name : names) {
    Examined model;
    model.options.path = name;
    model.info.context = 10;
    model.footprint = {size_of(name) - 10, 6, 4};
    out.push_back(std::move(model));
  }
  return out;
}

// Somebody who asks for a model and keeps it until told otherwise.
class Asker {
 public:
  void ask(ModelSet& set, std::size_t model) {
    set.lease(model, owner_, [this](Result<ModelSet::Lease> lease) {
      std::lock_guard guard(lock_);
      ++answers;
      if (lease) lease_ = std::move(*lease);
      if (!lease) error = lease.error();
      changed_.notify_all();
    });
  }
  std::string wait() {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return answers > 0; });
    return lease_ ? lease_->info().name : error.code;
  }
  bool answered() {
    std::lock_guard guard(lock_);
    return answers > 0;
  }
  void give_back() {
    std::lock_guard guard(lock_);
    lease_.reset();
  }
  void leave() { owner_.reset(); }
  int answers = 0;
  Error error;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::shared_ptr<int> owner_ = std::make_shared<int>();
  ModelSet::Lease lease_;
};

std::string use(ModelSet& set, std::size_t model) {
  Asker asker;
  asker.ask(set, model);
  return asker.wait();
}

}  // namespace

TEST_CASE("a model is loaded once for all who wait, and the one idle longest makes room") {
  World world;
  ModelSet set(models({"3a", "3b", "3c", "9d"}), 700, loader(world));
  CHECK(set.state(0) == ModelSet::State::NotLoaded);
  world.gate = 0;
  Asker askers[5];
  for (Asker& asker : askers) asker.ask(set, 0);
  world.wait_for([&] { return world.loads.size() == 1; });
  CHECK(set.state(0) == ModelSet::State::Loading);
  {
    std::lock_guard guard(world.lock);
    world.gate = 1 << 30;
    world.changed.notify_all();
  }
  for (Asker& asker : askers) CHECK(asker.wait() == "3a");
  for (Asker& asker : askers) asker.give_back();
  CHECK(world.loads == std::vector<std::string>{"3a"});
  CHECK(use(set, 1) == "3b");
  CHECK(use(set, 0) == "3a");  // still there; now 3b has been idle longer
  CHECK(use(set, 2) == "3c");
  CHECK(world.loaded == std::set<std::string>{"3a", "3c"});
  CHECK(set.state(1) == ModelSet::State::NotLoaded);
  CHECK(set.state(2) == ModelSet::State::Loaded);
  CHECK(world.loads == std::vector<std::string>{"3a", "3b", "3c"});
  Asker large;
  large.ask(set, 3);
  CHECK(large.wait() == "engine.memory");
  CHECK(large.error.message.find("`memory`") != std::string::npos);
  CHECK(world.loaded.size() == 2);
}

TEST_CASE("a model in use stays, and who needs its room waits for it, but not behind newer requests for it") {
  World world;
  ModelSet set(models({"3a", "3b", "5c"}), 700, loader(world));
  Asker a, b, c;
  a.ask(set, 0);
  CHECK(a.wait() == "3a");
  b.ask(set, 1);
  CHECK(b.wait() == "3b");
  c.ask(set, 2);  // needs both gone
  // 3b is the newer one, but both must go: neither takes new requests before c is served.
  const auto until_it_waits = [&](std::size_t model) {
    for (;;) {
      auto asker = std::make_unique<Asker>();
      asker->ask(set, model);
      if (!asker->answered()) return asker;
      std::this_thread::yield();
    }
  };
  const auto again = until_it_waits(0), b_again = until_it_waits(1);
  a.give_back();
  world.wait_for([&] { return world.loaded.size() == 1; });
  CHECK_FALSE(c.answered());
  CHECK_FALSE(again->answered());
  b.give_back();
  CHECK(c.wait() == "5c");
  c.give_back();
  CHECK(again->wait() == "3a");
  CHECK(b_again->wait() == "3b");
  CHECK(world.most_bytes <= 700);
}

TEST_CASE("who has gone is not served, and what nobody waits for is not loaded") {
  World world;
  ModelSet set(models({"5a", "5b", "5c"}), 700, loader(world));
  Asker a, b, c;
  a.ask(set, 0);
  CHECK(a.wait() == "5a");
  b.ask(set, 1);
  c.ask(set, 2);
  b.leave();
  a.give_back();
  CHECK(c.wait() == "5c");
  CHECK_FALSE(b.answered());
  CHECK(world.loads == std::vector<std::string>{"5a", "5c"});
}

TEST_CASE("a failure is told to all who wait and tried again for the next, and little memory costs idle models") {
  World world;
  ModelSet set(models({"1a", "1b", "1c"}), 700, loader(world));
  world.failing = "1a";
  CHECK(use(set, 0) == "gguf.magic");
  CHECK(set.state(0) == ModelSet::State::NotLoaded);
  world.failing = "";
  CHECK(use(set, 0) == "1a");
  CHECK(use(set, 1) == "1b");
  world.refusals = 1;
  CHECK(use(set, 2) == "1c");
  CHECK(world.loaded == std::set<std::string>{"1b", "1c"});
  world.refusals = 9;
  CHECK(use(set, 0) == "engine.memory");
  CHECK(world.loaded.empty());
  world.refusals = 0;
  CHECK(use(set, 0) == "1a");
}

TEST_CASE("who waits when the set ends is told so, and a lease outlives the set") {
  World world;
  Asker a, b;
  {
    ModelSet set(models({"5a", "5b"}), 700, loader(world));
    a.ask(set, 0);
    CHECK(a.wait() == "5a");
    b.ask(set, 1);
  }
  CHECK(b.wait() == "engine.stopped");
  CHECK(a.wait() == "5a");
  CHECK(world.loaded.size() == 1);
  a.give_back();
  CHECK(world.loaded.empty());
}

TEST_CASE("many threads use many models: everyone is served, never by more memory than allowed") {
  World world;
  ModelSet set(models({"1a", "2b", "3c", "4d", "5e", "6f"}), 900, loader(world));
  std::vector<std::jthread> threads;
  std::atomic<int> served{0};
  for (unsigned seed = 0; seed < 8; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 60; ++i) {
        std::mutex lock;
        std::condition_variable changed;
        ModelSet::Lease got;
        auto owner = std::make_shared<int>();
        const std::size_t model = random() % set.size();
        set.lease(model, owner, [&](Result<ModelSet::Lease> lease) {
          std::lock_guard guard(lock);
          got = std::move(*lease);
          changed.notify_all();
        });
        std::unique_lock guard(lock);
        changed.wait(guard, [&] { return got != nullptr; });
        auto& engine = dynamic_cast<FakeEngine&>(*got);
        ++engine.users;
        if (got->info().name == set.model(model).options.path) ++served;
        std::this_thread::yield();
        --engine.users;
        got.reset();
      }
    });
  threads.clear();
  CHECK(served == 8 * 60);
  CHECK(world.most_bytes <= 900);
}

TEST_CASE(
    "all models forget their prefixes: loaded ones, those being loaded before they are lent, and what is on "
    "disk") {
  namespace fs = std::filesystem;
  const TestFolder folder;
  const std::string page =
      std::string(32, 'a') + "/" + std::string(64, 'b') + "." + std::string(16, '0') + ".page";
  for (const std::string& file : {std::string("lock"), std::string("key"), page, std::string("notes")})
    folder.write(file, "x");
  World world;
  std::vector<Examined> all = models({"3a", "3b", "3c", "3d"});
  for (Examined& model : all) model.options.cache_rules = "first";
  all[3].options.cache_folder = folder.path();
  ModelSet set(std::move(all), 1000, loader(world));
  CHECK(use(set, 0) == "3a");
  world.gate = 0;
  Asker loading;
  loading.ask(set, 1);
  world.wait_for([&] { return world.loads.size() == 2; });
  set.forget_prefixes("second");
  CHECK(world.forgot == std::map<std::string, int>{{"3a", 1}});
  CHECK(!fs::exists(folder / page));
  CHECK(fs::exists(folder / "key"));
  CHECK(fs::exists(folder / "notes"));
  {
    std::lock_guard guard(world.lock);
    world.gate = 1 << 30;
    world.changed.notify_all();
  }
  CHECK(loading.wait() == "3b");
  CHECK(world.forgot == std::map<std::string, int>{{"3a", 1}, {"3b", 1}});
  CHECK(use(set, 2) == "3c");
  CHECK(world.rules["3a"] == std::vector<std::string>{"first"});
  CHECK(world.rules["3b"] == std::vector<std::string>{"first"});
  CHECK(world.rules["3c"] == std::vector<std::string>{"second"});
  set.forget_prefixes("third");
  CHECK(world.forgot == std::map<std::string, int>{{"3a", 2}, {"3b", 2}, {"3c", 1}});
}

namespace {

// Tokens of the prompt that were not computed.
std::int64_t hit(ModelSet& set, std::size_t model) {
  std::promise<Result<ModelSet::Lease>> promised;
  const auto owner = std::make_shared<int>();
  set.lease(model, owner, [&](Result<ModelSet::Lease> lease) { promised.set_value(std::move(lease)); });
  const auto lease = promised.get_future().get();
  REQUIRE_MESSAGE(lease.has_value(), lease.error().to_string());
  chat::Request request;
  request.protocol = chat::Protocol::OpenAiCompletions;
  std::string prompt;
  for (int i = 0; i < 40; ++i) prompt += "line " + std::to_string(i) + ": the dog ran over the hill\n";
  request.inputs = {prompt};
  request.sampling.max_tokens = 1;
  std::int64_t found = -1;
  std::promise<void> ended;
  const auto sink = [&](chat::Chunk chunk) {
    for (const chat::Event& event : chunk.events)
      if (const auto* usage = std::get_if<chat::Usage>(&event)) found = usage->cache_hit;
    if (chunk.last) ended.set_value();
  };
  REQUIRE((*lease)->submit(request, sink, {"acme", Keep::Disk}).has_value());
  ended.get_future().wait();
  return found;
}

}  // namespace

TEST_CASE("pages of a model that nobody loads go when they are too old, at the start and later") {
  namespace fs = std::filesystem;
  const TestFolder folder;
  const std::string tenant = std::string(32, 'a') + "/";
  const auto page = [&](char key) { return tenant + std::string(64, key) + "." + std::string(16, '0') + ".page"; };
  const std::string old = page('b'), young = page('c'), draft = page('d') + ".new", other = tenant + "notes";
  for (const std::string& file : {std::string("lock"), std::string("key"), old, young, draft, other})
    folder.write(file, "x");
  const auto written = [&](const std::string& file, std::chrono::hours ago) {
    fs::last_write_time(folder / file, fs::file_time_type::clock::now() - ago);
  };
  const auto wait_for_end_of = [&](const std::string& file) {
    for (int i = 0; i < 2000 && fs::exists(folder / file); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK_FALSE(fs::exists(folder / file));
  };
  for (const std::string& file : {old, other}) written(file, std::chrono::hours(3));
  World world;
  std::vector<Examined> all = models({"3a", "3b"});
  all[1].options.cache_folder = folder.path();
  all[1].options.cache_folder_age = std::chrono::hours(2);
  ModelSet set(std::move(all), 1000, loader(world), std::chrono::milliseconds(20));
  wait_for_end_of(old);
  wait_for_end_of(draft);
  CHECK(fs::exists(folder / young));
  CHECK(fs::exists(folder / other));
  CHECK(use(set, 0) == "3a");
  written(young, std::chrono::hours(3));
  wait_for_end_of(young);
  CHECK(fs::exists(folder / "key"));
  // Whoever has the folder open looks after it.
  folder.write(old, "x");
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(flock(lock, LOCK_EX | LOCK_NB) == 0);
  written(old, std::chrono::hours(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(fs::exists(folder / old));
  close(lock);
  wait_for_end_of(old);
}

TEST_CASE("models that take turns find their prefixes on disk again, until all is forgotten") {
  const TestFolder folder;
  std::vector<Examined> both;
  std::uint64_t most = 0;
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen3-Q8_0"}) {
    LoadOptions options;
    options.path = "../shared/engine/" + std::string(name) + ".gguf";
    if (!std::ifstream(options.path)) {
      MESSAGE("SKIPPED: " << options.path << " is not there");
      return;
    }
    options.context = 1024;
    options.threads = 2;
    options.cache_bytes = 16 << 20;
    options.cache_tenants = {"acme"};
    options.cache_rules = "first";
    options.cache_folder = folder / ("model-" + std::string(name));
    both.push_back(examine(options).value());
    most = std::max(most, both.back().footprint.bytes());
  }
  {
    ModelSet set(both, most, &Engine::load);  // room for one
    CHECK(hit(set, 0) == 0);
    CHECK(hit(set, 1) == 0);
    CHECK(hit(set, 0) > 0);
    CHECK(hit(set, 1) > 0);  // 0 is not loaded now
    set.forget_prefixes("second");
    CHECK(hit(set, 1) == 0);
    CHECK(hit(set, 0) == 0);
  }
  for (Examined& model : both) model.options.cache_rules = "second";
  ModelSet set(both, most, &Engine::load);
  CHECK(hit(set, 0) > 0);
}

TEST_CASE("a footprint counts the logits of guessed tokens too") {
  LoadOptions options;
  options.path = "../shared/engine/tiny-qwen3-Q8_0.gguf";
  options.slots = 8;
  if (!std::ifstream(options.path)) return;
  const auto without = examine(options);
  options.drafts = 16;
  const auto with = examine(options);
  REQUIRE(without.has_value());
  REQUIRE(with.has_value());
  const auto logits = std::uint64_t{8} * 16 * static_cast<std::uint64_t>(with->info.vocabulary) * 4;
  CHECK(with->footprint.buffers >= without->footprint.buffers + logits);
  CHECK(with->footprint.bytes() == with->footprint.weights + with->footprint.cache + with->footprint.buffers);
}

TEST_CASE("a file's footprint is its bytes and those of its keys and values, as loading it tells") {
  LoadOptions options;
  options.path = "../shared/engine/tiny-qwen3-Q8_0.gguf";
  options.slots = 3;
  options.context = 1 << 24;  // more than the model has
  if (!std::ifstream(options.path)) {
    MESSAGE("SKIPPED: " << options.path << " is not there");
    return;
  }
  auto examined = examine(options);
  REQUIRE(examined.has_value());
  auto engine = Engine::load(examined->options);
  REQUIRE(engine.has_value());
  const ModelInfo& info = (*engine)->info();
  CHECK(examined->info.context == info.context_trained);
  CHECK(examined->info.name == info.name);
  CHECK(examined->info.digest == info.digest);
  CHECK(examined->footprint.weights == info.file_bytes);
  CHECK(examined->footprint.cache == info.kv_bytes_per_token * 3 * static_cast<std::uint64_t>(info.context));
  options.path = "README.md";
  CHECK(examine(options).error().code == "gguf.magic");
}

}  // namespace sluice::engine
