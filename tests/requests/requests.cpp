// Random requests at once on models of random weights: chats and embeddings of three tenants, some held to a form,
// some cancelled, with a prefix cache in memory and on disk, with guesses and without, with restarts between. They
// go to each model by itself in turn, and then, from two threads, to all of them as one deployment whose memory
// holds two. Holds that each ends once, that its usage adds up, that no tenant's pages serve another one, that
// forms are kept, that slots come back and bounds of memory hold, and that answers are those that the same
// requests get alone.
//
//   check_requests FOLDER [--requests N] [--seed S] [--seconds T]
//
// FOLDER has .gguf files, whole ones. After T seconds (0: never) nothing more is asked; what was asked is judged
// and counted. Status 0: all that held. 77: FOLDER has none.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "engine/model_set.h"
#include "under_way.h"

namespace {

using namespace sluice;
using namespace sluice::check;
namespace fs = std::filesystem;

constexpr int kSlots = 4;
constexpr std::uint64_t kFolderBytes = std::uint64_t{48} << 20;
constexpr std::uint64_t kLaps = 4;         // at least: starts of the engine per model
constexpr std::uint64_t kMostInRow = 500;  // requests between two starts, about
constexpr std::uint64_t kFewer = 8;  // a mixture gets one of so many requests: its tokens cost ten times as much
constexpr std::uint64_t kStay = 60;  // requests to one model of a set before another one, about

bool is_mixture(const std::string& file) { return file.find("deepseek") != std::string::npos; }

std::uint64_t share_of(const std::string& file, std::uint64_t requests) {
  return is_mixture(file) ? std::max(requests / kFewer, std::min<std::uint64_t>(requests, 6)) : requests;
}

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

// Answers that take turns with others, with a cache.
engine::LoadOptions options_of(const std::string& file, const std::string& folder, std::uint64_t lap) {
  engine::LoadOptions options;
  options.path = file;
  options.threads = lap / 2 % 2 == 0 ? 2 : 1;
  options.context = 512;
  options.prefill_chunk = 24;
  options.drafts = lap % 2 == 1 || file.find("deepseek4") != std::string::npos ? 0 : 4;
  options.slots = kSlots;
  options.cache_bytes = std::uint64_t{12} << 20;
  options.cache_folder = folder;
  options.cache_folder_bytes = kFolderBytes;
  options.cache_tenants.assign(std::begin(kTenants), std::end(kTenants));
  return options;
}

std::unique_ptr<engine::Engine> load(const engine::LoadOptions& options) {
  auto engine = engine::Engine::load(options);
  if (engine) return std::move(*engine);
  std::printf("%s\n", engine.error().to_string().c_str());
  return nullptr;
}

bool folder_fits(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".page") bytes += entry.file_size();
  if (bytes <= kFolderBytes) return true;
  std::printf("%llu bytes of pages on disk, more than may be\n", static_cast<unsigned long long>(bytes));
  return false;
}

// One model's requests.
class Family {
 public:
  explicit Family(const std::string& file) {
    engine::LoadOptions options;
    options.path = file;
    options.threads = 1;
    options.context = 512;
    options.slots = 1;
    alone_ = load(options);
    model_.file = file;
    model_.alone = alone_.get();
  }

  const Model& model() const { return model_; }

  bool probe() {
    if (!alone_) return false;
    Asked probe;
    probe.embed = true;
    probe.request.operation = chat::Operation::Embed;
    probe.request.inputs = {"one"};
    model_.can_embed = submit(*alone_, probe, probe.heard, {}).empty();
    return !model_.can_embed || probe.heard->wait(kPatience);
  }

  bool run(std::uint64_t lap, std::uint64_t requests, std::uint64_t seed, Progress& progress, Counts& counts) {
    if (progress.over()) return true;
    std::shared_ptr<engine::Engine> engine = load(options_of(model_.file, folder_.path, lap));
    if (!engine) return false;
    const std::shared_ptr<engine::Engine> seen(engine.get(), [](engine::Engine*) {});  // does not keep it
    UnderWay under_way(seed, progress);
    const std::uint64_t share = share_of(model_.file, requests);
    for (std::uint64_t i = 0; i < share && !progress.over(); ++i) {
      if (!under_way.ask(seen, model_)) return false;
      if (under_way.one_in(400)) engine->forget_prefixes();
    }
    const bool cut = lap % 2 == 1;  // the engine is destroyed under the last ones
    if (!under_way.settle(cut ? kSlots : 0)) return false;
    under_way.counts.guessed = engine->guesses().made;
    under_way.counts.right = engine->guesses().right;
    if (!cut && !slots_are_free(*engine, model_, kSlots)) return false;
    engine.reset();
    if (!under_way.settle(0) || !folder_fits(folder_.path)) return false;
    counts.add(under_way.counts);
    return true;
  }

 private:
  Folder folder_;
  Model model_;
  std::unique_ptr<engine::Engine> alone_;
};

// A lease that was asked for and may come later.
struct Lent {
  std::mutex lock;
  std::condition_variable came;
  std::optional<Result<engine::ModelSet::Lease>> lease;
};

// All models as one deployment, of which two fit into memory.
class Deployment {
 public:
  explicit Deployment(const std::vector<std::unique_ptr<Family>>& families) {
    for (const auto& family : families) {
      models_.push_back(family->model());
      models_.back().judges_first = false;  // two threads ask, and models come and go
      folders_.push_back(std::make_unique<Folder>());
    }
  }

  bool run(std::uint64_t lap, std::uint64_t requests, std::uint64_t seed, Progress& progress, Counts& counts) {
    if (progress.over()) return true;
    std::vector<engine::Examined> examined;
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      auto one = engine::examine(options_of(models_[i].file, folders_[i]->path, lap));
      if (!one) return false;
      sizes.push_back(one->footprint.bytes());
      examined.push_back(std::move(*one));
    }
    std::sort(sizes.rbegin(), sizes.rend());
    const std::uint64_t memory = sizes[0] + (sizes.size() > 1 ? sizes[1] : 0);
    engine::ModelSet set(std::move(examined), memory, [this](const engine::LoadOptions& options) {
      ++loads_;
      return engine::Engine::load(options);
    });
    std::vector<Model> models = models_, others = models_;
    Counts mine, theirs;
    bool other_holds = false;
    std::thread other([&] { other_holds = ask(set, others, requests / 2, seed + 1, progress, theirs); });
    const bool holds = ask(set, models, requests - requests / 2, seed, progress, mine);
    other.join();
    counts.add(mine);
    counts.add(theirs);
    return holds && other_holds;
  }

  std::uint64_t loads() const { return loads_; }

 private:
  static bool ask(engine::ModelSet& set, std::vector<Model>& models, std::uint64_t requests, std::uint64_t seed,
                  Progress& progress, Counts& counts) {
    UnderWay under_way(seed, progress);
    std::size_t at = under_way.below(models.size());
    for (std::uint64_t i = 0; i < requests && !progress.over(); ++i) {
      if (under_way.one_in(share_of(models[at].file, kStay))) at = under_way.below(models.size());
      if (under_way.one_in(400)) set.forget_prefixes();
      engine::ModelSet::Lease lease = wait_for(set, at, under_way);
      if (!lease || !under_way.ask(lease, models[at])) return false;
    }
    if (!under_way.settle(0)) return false;
    counts.add(under_way.counts);
    return true;
  }

  // What is under way keeps its models loaded, so that it must end where there is no room.
  static engine::ModelSet::Lease wait_for(engine::ModelSet& set, std::size_t model, UnderWay& under_way) {
    const auto lent = std::make_shared<Lent>();
    set.lease(model, lent, [lent = std::weak_ptr(lent)](Result<engine::ModelSet::Lease> lease) {
      const auto waits = lent.lock();
      std::lock_guard guard(waits->lock);
      waits->lease = std::move(lease);
      waits->came.notify_all();
    });
    const auto came = [&lent] { return lent->lease.has_value(); };
    for (;;) {
      {
        std::unique_lock guard(lent->lock);
        const auto patience =
            under_way.empty() ? std::chrono::milliseconds(kPatience) : std::chrono::milliseconds(5);
        if (lent->came.wait_for(guard, patience, came)) {
          if (*lent->lease) return **lent->lease;
          std::printf("no lease: %s\n", lent->lease->error().to_string().c_str());
          return nullptr;
        }
      }
      if (under_way.empty()) {
        std::printf("a lease of model %zu never came\n", model);
        return nullptr;
      }
      if (!under_way.settle_oldest()) return nullptr;
    }
  }

  std::vector<Model> models_;
  std::vector<std::unique_ptr<Folder>> folders_;
  std::atomic<std::uint64_t> loads_{0};
};

std::vector<std::string> models_in(const std::string& folder) {
  std::vector<std::string> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".gguf") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

void report(const Progress& progress, const Counts& counts, std::size_t models, std::uint64_t loads) {
  const auto number = [](auto value) { return static_cast<long long>(value); };
  std::printf(
      "%lld requests on %zu models in %lld s: %lld ended (%lld held to a form, %lld with pages restored, "
      "%lld embeddings), %lld cancelled, %lld stopped with the engine; %lld asked alone too: the same; "
      "%lld tokens guessed, %lld right; %lld loads of models that share memory\n",
      number(progress.asked()), models, number(progress.seconds()), number(counts.ended), number(counts.formed),
      number(counts.restored), number(counts.embedded), number(counts.cancelled), number(counts.stopped),
      number(counts.alone), number(counts.guessed), number(counts.right), number(loads));
}

int run(const std::string& folder, std::uint64_t requests, std::uint64_t seed, std::uint64_t seconds) {
  std::vector<std::unique_ptr<Family>> families;
  for (const std::string& file : models_in(folder)) families.push_back(std::make_unique<Family>(file));
  if (families.empty()) {
    std::printf("SKIPPED: no models in %s\n", folder.c_str());
    return 77;
  }
  for (const auto& family : families)
    if (!family->probe()) return 1;
  Deployment deployment(families);
  Progress progress(seed, requests, std::chrono::seconds(seconds));
  Counts counts;
  const std::uint64_t places = families.size() + 1;
  const std::uint64_t in_row = std::clamp<std::uint64_t>(requests / (places * kLaps), 1, kMostInRow);
  for (std::uint64_t lap = 0; !progress.over(); ++lap) {
    for (const auto& family : families)
      if (!family->run(lap, in_row, seed + lap, progress, counts)) return 1;
    if (!deployment.run(lap, in_row, seed + lap, progress, counts)) return 1;
  }
  report(progress, counts, families.size(), deployment.loads());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t requests = 300, seed = 1, seconds = 0;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
    if (std::strcmp(arguments[i], "--requests") == 0) requests = value;
    if (std::strcmp(arguments[i], "--seed") == 0) seed = value;
    if (std::strcmp(arguments[i], "--seconds") == 0) seconds = value;
  }
  if (count < 2 || count % 2 != 0) {
    std::fprintf(stderr, "usage: check_requests FOLDER [--requests N] [--seed S] [--seconds T]\n");
    return 1;
  }
  return run(arguments[1], requests, seed, seconds);
}
