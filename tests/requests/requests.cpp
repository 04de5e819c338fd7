// Random requests at once on models of random weights, one family after another: chats and embeddings of three
// tenants, some held to a form, some cancelled, with a prefix cache in memory and on disk, with guesses and
// without, with restarts between. Holds that each ends once, that its usage adds up, that no tenant's pages serve
// another one, that forms are kept, and that answers are those that the same requests get alone.
//
//   check_requests FOLDER [--requests N] [--seed S]
//
// FOLDER has .gguf files, whole ones. Status 0: all that held. 77: FOLDER has none.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <set>
#include <thread>

#include "ask.h"

namespace {

using namespace sluice;
using namespace sluice::check;
namespace fs = std::filesystem;

constexpr std::size_t kAtOnce = 12;
constexpr std::uint64_t kRounds = 4;      // starts of the engine per family
constexpr std::uint64_t kAloneEvery = 7;  // of these requests one is asked alone too
constexpr std::chrono::seconds kPatience{120};

struct Counts {
  std::uint64_t asked = 0, ended = 0, cancelled = 0, stopped = 0, alone = 0, formed = 0, restored = 0,
                embedded = 0;
  std::int64_t guessed = 0, right = 0;
};

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "sluice-requests-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

std::unique_ptr<engine::Engine> load(const std::string& file, const std::string& folder, int drafts) {
  engine::LoadOptions options;
  options.path = file;
  options.threads = 2;
  options.context = 512;
  options.prefill_chunk = 24;
  options.drafts = file.find("deepseek4") != std::string::npos ? 0 : drafts;
  options.slots = folder.empty() ? 1 : 4;
  if (!folder.empty()) {
    options.cache_bytes = std::uint64_t{12} << 20;
    options.cache_folder = folder;
    options.cache_folder_bytes = std::uint64_t{48} << 20;
    options.cache_tenants.assign(std::begin(kTenants), std::end(kTenants));
  }
  auto engine = engine::Engine::load(options);
  if (engine) return std::move(*engine);
  std::printf("%s\n", engine.error().to_string().c_str());
  return nullptr;
}

// One family's requests.
class Family {
 public:
  Family(std::string file, std::uint64_t seed, Counts& counts)
      : file_(std::move(file)), seed_(seed), random_(seed), counts_(counts), alone_(load(file_, "", 0)) {}

  bool run(std::uint64_t requests) {
    if (!alone_) return false;
    Asked probe;
    probe.embed = true;
    probe.request.operation = chat::Operation::Embed;
    probe.request.inputs = {"one"};
    can_embed_ = submit(*alone_, probe, probe.heard, {}).empty();
    if (can_embed_ && !probe.heard->wait(kPatience)) return wrong(probe, "no end");
    for (std::uint64_t round = 0; round < kRounds; ++round)
      if (!run_round(round, requests / kRounds)) return false;
    return true;
  }

 private:
  bool run_round(std::uint64_t round, std::uint64_t requests) {
    auto engine = load(file_, folder_.path, round % 2 == 0 ? 4 : 0);
    if (!engine) return false;
    for (std::uint64_t i = 0; i < requests; ++i) {
      if (!ask(*engine, seed_ + round * requests + i)) return false;
      if (random_() % 6 == 0) cancel(*engine);
      if (random_() % 400 == 0) engine->forget_prefixes();
      while (asked_.size() >= kAtOnce)
        if (!settle_oldest()) return false;
    }
    const std::size_t left = round % 2 == 1 ? 4 : 0;  // under which the engine is destroyed
    while (asked_.size() > left)
      if (!settle_oldest()) return false;
    counts_.guessed += engine->guesses().made;
    counts_.right += engine->guesses().right;
    if (left == 0) return all_came_back(*engine);
    engine.reset();
    while (!asked_.empty())
      if (!settle_oldest()) return false;
    return true;
  }

  bool ask(engine::Engine& engine, std::uint64_t seed) {
    Asked asked = make(seed, can_embed_);
    asked.first = !asked.embed && !seen_.contains(asked.cache.tenant + "/" + asked.begins);
    if (!asked.embed && asked.cache.keep != engine::Keep::Nothing)
      seen_.insert(asked.cache.tenant + "/" + asked.begins);
    const std::string refused = submit(engine, asked, asked.heard, asked.cache);
    if (!refused.empty()) return wrong(asked, refused);
    ++counts_.asked;
    asked_.push_back(std::move(asked));
    return true;
  }

  void cancel(engine::Engine& engine) {
    Asked& one = asked_[random_() % asked_.size()];
    if (one.cancelled) return;
    engine.cancel(one.job);
    one.cancelled = true;
    one.calls_at_cancel = one.heard->calls();
  }

  bool settle_oldest() {
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    if (!asked.cancelled && !asked.heard->wait(kPatience)) return wrong(asked, "no end");
    if (const std::string what = judge(asked); !what.empty()) return wrong(asked, what);
    counts_.cancelled += asked.cancelled ? 1 : 0;
    if (asked.cancelled) return true;
    if (!asked.heard->error.empty()) {
      ++counts_.stopped;
      return true;
    }
    ++counts_.ended;
    counts_.embedded += asked.embed ? 1 : 0;
    counts_.restored += asked.heard->usage->cache_hit > 0 ? 1 : 0;
    counts_.formed += asked.form != Form::None && asked.heard->finish == chat::FinishReason::Stop ? 1 : 0;
    return asked.seed % kAloneEvery != 0 || same_alone(asked);
  }

  bool same_alone(Asked& asked) {
    const auto heard = std::make_shared<Heard>();
    ++counts_.alone;
    if (const std::string refused = submit(*alone_, asked, heard, {}); !refused.empty())
      return wrong(asked, refused);
    if (!heard->wait(kPatience)) return wrong(asked, "alone it does not end");
    const std::string what = compare(*asked.heard, *heard);
    return what.empty() || wrong(asked, what);
  }

  // Nothing runs any more once all ended or were cancelled; who was cancelled leaves within a step.
  bool all_came_back(engine::Engine& engine) {
    for (int i = 0; i < 5000 && engine.running() > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (engine.running() == 0) return true;
    std::printf("%s: %d jobs run although all have ended\n", file_.c_str(), engine.running());
    return false;
  }

  bool wrong(const Asked& asked, const std::string& what) const {
    std::printf("%s, request %llu of tenant %s: %s\nanswer: %s\n", file_.c_str(),
                static_cast<unsigned long long>(asked.seed), asked.cache.tenant.c_str(), what.c_str(),
                asked.heard->text.c_str());
    return false;
  }

  const std::string file_;
  const std::uint64_t seed_;
  std::mt19937_64 random_;
  Counts& counts_;
  Folder folder_;
  bool can_embed_ = false;
  std::unique_ptr<engine::Engine> alone_;
  std::set<std::string> seen_;  // tenants' beginnings of which pages may be kept
  std::deque<Asked> asked_;     // oldest first
};

int run(const std::string& folder, std::uint64_t requests, std::uint64_t seed) {
  std::vector<std::string> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".gguf") files.push_back(entry.path().string());
  if (files.empty()) {
    std::printf("SKIPPED: no models in %s\n", folder.c_str());
    return 77;
  }
  std::sort(files.begin(), files.end());
  Counts counts;
  for (const std::string& file : files)
    if (!Family(file, seed, counts).run(requests / files.size())) return 1;
  std::printf(
      "%llu requests on %zu models: %llu ended (%llu held to a form, %llu with pages restored, %llu embeddings), "
      "%llu "
      "cancelled, %llu stopped with the engine; %llu asked alone too: the same; %lld tokens guessed, %lld right\n",
      static_cast<unsigned long long>(counts.asked), files.size(), static_cast<unsigned long long>(counts.ended),
      static_cast<unsigned long long>(counts.formed), static_cast<unsigned long long>(counts.restored),
      static_cast<unsigned long long>(counts.embedded), static_cast<unsigned long long>(counts.cancelled),
      static_cast<unsigned long long>(counts.stopped), static_cast<unsigned long long>(counts.alone),
      static_cast<long long>(counts.guessed), static_cast<long long>(counts.right));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t requests = 300, seed = 1;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
    if (std::strcmp(arguments[i], "--requests") == 0) requests = value;
    if (std::strcmp(arguments[i], "--seed") == 0) seed = value;
  }
  if (count < 2 || count % 2 != 0) {
    std::fprintf(stderr, "usage: check_requests FOLDER [--requests N] [--seed S]\n");
    return 1;
  }
  return run(arguments[1], requests, seed);
}
