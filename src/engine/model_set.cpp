#include "engine/model_set.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/check.h"
#include "engine/cache/disk.h"
#include "engine/describe.h"
#include "engine/gguf/gguf.h"
#include "engine/model/cache.h"
#include "engine/model/shape.h"
#include "engine/model_options.h"
#include "engine/prompt/prompt.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

std::string mebibytes(std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

Error too_large(const Examined& model, std::uint64_t memory) {
  return {"engine.memory",
          "the model needs " + mebibytes(model.footprint.bytes()) + " (" + mebibytes(model.footprint.weights) +
              " of weights, " + mebibytes(model.footprint.cache) + " of keys and values for " +
              std::to_string(model.options.slots) + " slots x " + std::to_string(model.info.context) +
              " positions, " + mebibytes(model.footprint.kept) + " of kept prefixes, " +
              mebibytes(model.footprint.buffers) + " of buffers); `memory` of its deployment is " +
              mebibytes(memory),
          model.options.path, "raise `memory`, or lower `context` or `slots`"};
}

Result<std::unique_ptr<gguf::File>> open_file(const LoadOptions& options) {
  if (options.path.empty()) return gguf::File::from_bytes(options.embedded, options.embedded_name);
  return gguf::File::open(options.path);
}

}  // namespace

Result<Examined> examine(LoadOptions options) {
  SLUICE_TRY(const auto file, open_file(options));
  SLUICE_TRY(const model::Shape shape, model::read_shape(*file));
  Examined out;
  options.context = std::min(options.context > 0 ? options.context : kDefaultContext, shape.context);
  out.info = describe(*file, shape);
  out.info.context = options.context;
  SLUICE_TRY_VOID(model::check_kv_type(shape, options.kv_type, options.exact));
  const model::KvType kv_type = options.exact ? model::KvType::F32 : options.kv_type;
  out.info.kv_bytes_per_token = model::Cache::bytes_per_position(shape, kv_type);
  out.info.kv_type = model::kv_type_name(kv_type);
  out.footprint.weights = file->size();
  const model::MemoryNeed need = model::Model::need(shape, model_options(options, shape));
  out.footprint.cache = need.cache;
  out.footprint.buffers = need.buffers;
  out.footprint.kept = options.cache_bytes;
  out.options = std::move(options);
  return out;
}

Result<Examined> inspect(LoadOptions options) {
  SLUICE_TRY(const auto file, open_file(options));
  SLUICE_TRY(const auto tokenizer, Tokenizer::create(*file));
  SLUICE_TRY(const auto format, PromptFormat::create(*file, *tokenizer));
  SLUICE_TRY(Examined out, examine(std::move(options)));
  out.info.prompt_format = format->name();
  return out;
}

std::optional<std::uint64_t> available_memory() { return model::available_memory(); }

const char* state_name(ModelSet::State state) {
  switch (state) {
    case ModelSet::State::NotLoaded:
      return "not loaded";
    case ModelSet::State::Loading:
      return "loading";
    case ModelSet::State::Loaded:
      break;
  }
  return "loaded";
}

struct ModelSet::Shared : std::enable_shared_from_this<Shared> {
  struct Waiting {
    std::weak_ptr<void> owner;
    Taker taker;
  };
  struct Place {
    Examined model;
    std::unique_ptr<Engine> engine;  // null: not loaded
    int leases = 0;
    bool loading = false;
    bool leaving = false;    // takes no new requests: it has to make room
    std::string rules;       // LoadOptions::cache_rules of its next loading
    std::uint64_t used = 0;  // when it was leased or given back last, counted
    std::vector<Waiting> waiting;
  };

  Shared(std::vector<Examined> models, std::uint64_t most, Loader load, std::chrono::milliseconds often)
      : memory(most), loader(std::move(load)), sweep(often) {
    places.resize(models.size());
    for (std::size_t i = 0; i < models.size(); ++i) {
      places[i].rules = models[i].options.cache_rules;
      places[i].model = std::move(models[i]);
    }
  }

  Lease lend(std::size_t index);  // under lock
  void give_back(std::size_t index);
  bool wanted(Place& place);  // under lock
  Place* idle_longest();      // under lock
  bool make_room(std::unique_lock<std::mutex>& guard, std::size_t index);
  void choose_leaving(std::uint64_t missing);  // under lock
  void load(std::unique_lock<std::mutex>& guard, std::size_t index);
  void hand_out(std::unique_lock<std::mutex>& guard, std::size_t index, const Error* error);
  void unload(std::unique_lock<std::mutex>& guard, Place& place);
  void forget_old(std::unique_lock<std::mutex>& guard);
  void work();

  const std::uint64_t memory;
  const Loader loader;
  const std::chrono::milliseconds sweep;
  // Held while pages of models that are not loaded are removed: who forgets them must not find the folder taken by
  // who looks for old ones. Never taken under `lock`.
  std::mutex folders;
  mutable std::mutex lock;  // guards what follows; neither takers nor engines are called or ended under it
  std::condition_variable wake;
  std::vector<Place> places;
  std::deque<std::size_t> queue;  // models to load
  std::uint64_t in_use = 0;       // bytes of what is loaded or being loaded
  std::uint64_t now = 0;          // counts leases and their ends
  std::uint64_t forgotten = 0;    // counts calls of forget_prefixes()
  bool stopping = false;
};

ModelSet::ModelSet(std::vector<Examined> models, std::uint64_t memory, Loader loader,
                   std::chrono::milliseconds sweep)
    : shared_(std::make_shared<Shared>(std::move(models), memory, std::move(loader), sweep)) {
  thread_ = std::jthread([shared = shared_] { shared->work(); });
}

ModelSet::~ModelSet() {
  {
    std::lock_guard guard(shared_->lock);
    shared_->stopping = true;
  }
  shared_->wake.notify_all();
}

void ModelSet::lease(std::size_t model, const std::weak_ptr<void>& owner, Taker taker) {
  Lease lent;
  {
    std::lock_guard guard(shared_->lock);
    SLUICE_CHECK(model < shared_->places.size(), "the deployments name models of the set only");
    Shared::Place& place = shared_->places[model];
    if (place.engine && !place.leaving) {
      lent = shared_->lend(model);
    } else {
      place.waiting.push_back({owner, std::move(taker)});
      if (std::find(shared_->queue.begin(), shared_->queue.end(), model) == shared_->queue.end() && !place.loading)
        shared_->queue.push_back(model);
    }
  }
  if (lent) return taker(std::move(lent));
  shared_->wake.notify_all();
}

ModelSet::State ModelSet::state(std::size_t model) const {
  std::lock_guard guard(shared_->lock);
  const Shared::Place& place = shared_->places[model];
  if (place.engine) return State::Loaded;
  return place.loading ? State::Loading : State::NotLoaded;
}

// Leased meanwhile, so that none is unloaded under the call. One that is being loaded forgets before it is lent.
void ModelSet::forget_prefixes(const std::optional<std::string>& rules) {
  std::vector<Lease> loaded;
  std::vector<std::string> folders;  // of those that are not
  {
    std::lock_guard guard(shared_->lock);
    ++shared_->forgotten;
    for (std::size_t i = 0; i < shared_->places.size(); ++i) {
      Shared::Place& place = shared_->places[i];
      if (rules) place.rules = *rules;
      if (place.engine)
        loaded.push_back(shared_->lend(i));
      else if (!place.model.options.cache_folder.empty())
        folders.push_back(place.model.options.cache_folder);
    }
  }
  for (const Lease& engine : loaded) engine->forget_prefixes();
  std::lock_guard guard(shared_->folders);
  for (const std::string& folder : folders) forget_folder(folder);
}

// What a model is does not change: no lock.
const Examined& ModelSet::model(std::size_t model) const { return shared_->places[model].model; }

std::size_t ModelSet::size() const { return shared_->places.size(); }

ModelSet::Lease ModelSet::Shared::lend(std::size_t index) {
  Place& place = places[index];
  ++place.leases;
  place.used = ++now;
  return Lease(place.engine.get(), [self = shared_from_this(), index](Engine*) { self->give_back(index); });
}

void ModelSet::Shared::give_back(std::size_t index) {
  {
    std::lock_guard guard(lock);
    --places[index].leases;
    places[index].used = ++now;
  }
  wake.notify_all();
}

// Is anybody left who waits for it?
bool ModelSet::Shared::wanted(Place& place) {
  std::erase_if(place.waiting, [](const Waiting& each) { return each.owner.expired(); });
  return !place.waiting.empty();
}

ModelSet::Shared::Place* ModelSet::Shared::idle_longest() {
  Place* found = nullptr;
  for (Place& place : places)
    if (place.engine && place.leases == 0 && (found == nullptr || place.used < found->used)) found = &place;
  return found;
}

void ModelSet::Shared::unload(std::unique_lock<std::mutex>& guard, Place& place) {
  std::unique_ptr<Engine> engine = std::move(place.engine);
  place.leaving = false;
  guard.unlock();
  engine.reset();
  guard.lock();
  in_use -= place.model.footprint.bytes();
}

void ModelSet::Shared::choose_leaving(std::uint64_t missing) {
  std::vector<Place*> loaded;
  for (Place& place : places)
    if (place.engine) loaded.push_back(&place);
  std::sort(loaded.begin(), loaded.end(), [](const Place* a, const Place* b) { return a->used < b->used; });
  std::uint64_t freed = 0;
  for (Place* place : loaded)
    if (place->leaving) freed += place->model.footprint.bytes();
  for (Place* place : loaded) {
    if (freed >= missing) return;
    if (place->leaving) continue;
    place->leaving = true;
    freed += place->model.footprint.bytes();
  }
}

// False: nobody waits for it any more, or the set is stopping.
bool ModelSet::Shared::make_room(std::unique_lock<std::mutex>& guard, std::size_t index) {
  Place& place = places[index];
  const std::uint64_t needed = place.model.footprint.bytes();
  while (!stopping && wanted(place)) {
    if (in_use + needed <= memory) return true;
    if (Place* idle = idle_longest()) {
      unload(guard, *idle);
      continue;
    }
    choose_leaving(in_use + needed - memory);
    wake.wait(guard);
  }
  return false;
}

// Takes everybody who waits for the model out of the queue.
void ModelSet::Shared::hand_out(std::unique_lock<std::mutex>& guard, std::size_t index, const Error* error) {
  std::vector<std::pair<Taker, Result<Lease>>> answers;
  for (Waiting& each : places[index].waiting) {
    const auto owner = each.owner.lock();
    if (!owner) continue;
    Result<Lease> answer = error ? Result<Lease>(fail(*error)) : Result<Lease>(lend(index));
    answers.emplace_back(std::move(each.taker), std::move(answer));
  }
  places[index].waiting.clear();
  guard.unlock();
  for (auto& [taker, answer] : answers) taker(std::move(answer));
  answers.clear();
  guard.lock();
}

void ModelSet::Shared::load(std::unique_lock<std::mutex>& guard, std::size_t index) {
  Place& place = places[index];
  const std::uint64_t needed = place.model.footprint.bytes();
  place.loading = true;
  in_use += needed;
  Result<std::unique_ptr<Engine>> engine;
  for (;;) {
    LoadOptions options = place.model.options;
    options.cache_rules = place.rules;
    std::uint64_t known = forgotten;
    guard.unlock();
    engine = loader(options);
    guard.lock();
    while (engine && known != forgotten) {
      known = forgotten;
      guard.unlock();
      (*engine)->forget_prefixes();
      guard.lock();
    }
    // The system may have less than the set may use.
    Place* idle = !engine && engine.error().code == "engine.memory" ? idle_longest() : nullptr;
    if (idle == nullptr) break;
    unload(guard, *idle);
  }
  place.loading = false;
  if (engine) {
    place.engine = std::move(*engine);
    return hand_out(guard, index, nullptr);
  }
  in_use -= needed;
  hand_out(guard, index, &engine.error());
}

// On the thread that loads, so that none of these models is loaded meanwhile.
void ModelSet::Shared::forget_old(std::unique_lock<std::mutex>& guard) {
  std::vector<const LoadOptions*> idle;
  for (const Place& place : places)
    if (!place.engine && !place.model.options.cache_folder.empty()) idle.push_back(&place.model.options);
  guard.unlock();
  {
    std::lock_guard removing(folders);
    for (const LoadOptions* each : idle) forget_old_pages(each->cache_folder, each->cache_folder_age);
  }
  guard.lock();
}

void ModelSet::Shared::work() {
  std::unique_lock guard(lock);
  auto next_sweep = std::chrono::steady_clock::now();
  for (;;) {
    wake.wait_until(guard, next_sweep, [this] { return stopping || !queue.empty(); });
    if (!stopping && std::chrono::steady_clock::now() >= next_sweep) {
      forget_old(guard);
      next_sweep = std::chrono::steady_clock::now() + sweep;
    }
    if (stopping) break;
    if (queue.empty()) continue;
    const std::size_t index = queue.front();
    Place& place = places[index];
    if (place.model.footprint.bytes() > memory) {
      queue.pop_front();
      const Error error = too_large(place.model, memory);
      hand_out(guard, index, &error);
      continue;
    }
    // One that was to leave and has not yet: whom it was to make room for has gone, or has been served.
    const bool there = place.engine != nullptr;
    const bool room = there || make_room(guard, index);
    if (stopping) break;
    for (Place& each : places) each.leaving = false;
    queue.pop_front();
    if (there) hand_out(guard, index, nullptr);
    if (room && !there) load(guard, index);
  }
  const Error stopped{"engine.stopped", "the engine was stopped before the model was loaded", "", "ask again"};
  for (std::size_t i = 0; i < places.size(); ++i) hand_out(guard, i, &stopped);
}

}  // namespace sluice::engine
