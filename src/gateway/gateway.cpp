#include "gateway/gateway.h"

#include <set>
#include <thread>

#include "base/log.h"
#include "engine/builtin/builtin.h"
#include "gateway/keeping.h"
#include "gateway/policy_page.h"
#include "gateway/principal.h"
#include "gateway/worker.h"

namespace sluice::gateway {
namespace {

constexpr std::string_view kGuideModel = "builtin:guide";

std::vector<std::string> tenants_of(const config::Settings& settings) {
  std::set<std::string> tenants;
  for (const config::Key& key : settings.keys) tenants.insert(key.tenant);
  if (settings.keys.empty()) tenants.insert(Principal().tenant);
  return {tenants.begin(), tenants.end()};
}

engine::LoadOptions options_of(const config::Deployment& deployment, const std::vector<std::string>& tenants,
                               const policy::Policy& policy) {
  engine::LoadOptions options;
  options.threads = deployment.threads;
  options.context = deployment.context;
  options.slots = deployment.slots;
  options.drafts = deployment.drafts;
  options.kv_type =
      deployment.kv_cache == config::KvCache::Q8_0 ? engine::model::KvType::Q8_0 : engine::model::KvType::F16;
  options.cache_bytes = deployment.cache_bytes;
  options.cache_folder = deployment.cache_folder;
  options.cache_folder_bytes = deployment.cache_folder_bytes;
  options.cache_folder_age = std::chrono::duration_cast<std::chrono::seconds>(deployment.cache_folder_age);
  options.cache_rules = policy.digest();  // other rules may not let be kept what these did
  options.cache_tenants = tenants;
  if (deployment.model == kGuideModel) {
    options.embedded = engine::guide_gguf();
    options.embedded_name = kGuideModel;
  } else {
    options.path = deployment.model;
  }
  return options;
}

Error at_deployment(const config::Deployment& deployment, Error error) {
  error.where = deployment.where + (error.where.empty() ? "" : ", " + error.where);
  return error;
}

Result<std::shared_ptr<engine::Engine>> load_engine(const config::Deployment& deployment,
                                                    const std::vector<std::string>& tenants,
                                                    const policy::Policy& policy) {
  auto engine = engine::Engine::load(options_of(deployment, tenants, policy));
  if (!engine) return fail(at_deployment(deployment, engine.error()));
  return std::shared_ptr<engine::Engine>(std::move(*engine));
}

// The models of one deployment: their headers are read now, so that a file that can't be used stops the start.
Status examine_group(Shared& shared, const std::string& group, const std::vector<std::string>& tenants) {
  std::vector<engine::Examined> models;
  std::vector<std::string> names;
  std::uint64_t memory = 0;
  for (const config::Deployment& deployment : shared.settings.deployments) {
    if (deployment.group != group) continue;
    auto model = engine::examine(options_of(deployment, tenants, *shared.policy.current()));
    if (!model) return fail(at_deployment(deployment, model.error()));
    memory = deployment.memory;
    if (model->footprint.bytes() > memory)
      log::warn("engine.never_fits", {{"deployment", deployment.name},
                                      {"needs_bytes", std::int64_t(model->footprint.bytes())},
                                      {"memory_bytes", std::int64_t(memory)}});
    models.push_back(std::move(*model));
    names.push_back(deployment.name);
  }
  auto set = std::make_shared<engine::ModelSet>(std::move(models), memory);
  for (std::size_t i = 0; i < names.size(); ++i) shared.members[names[i]] = {set, i};
  return {};
}

Status load(Shared& shared) {
  const config::Settings& settings = shared.settings;
  SLUICE_TRY_VOID(start_policy(shared));
  if (settings.prices_file.empty()) {
    SLUICE_TRY(shared.prices, ledger::Prices::parse(ledger::default_prices_text(), "(built-in prices)"));
  } else {
    SLUICE_TRY(shared.prices, ledger::Prices::read(settings.prices_file));
  }
  if (const auto& tls = settings.listen.tls) {
    auto certificate = net::Certificate::load({tls->certificate_file, tls->key_file}, *shared.clock);
    if (!certificate) {
      Error error = certificate.error();
      error.where = tls->where + ", " + error.where;
      return fail(std::move(error));
    }
    shared.certificate = std::move(*certificate);
  }
  SLUICE_TRY(shared.judge, sense::Judge::create(settings.detectors));
  if (!settings.extractors.empty())
    shared.extracting = std::make_unique<Extracting>(settings.extractors, *shared.clock,
                                                     sha256_hex(random_id("") + random_id("")));
  ledger::LedgerOptions records;
  records.journal = true;
  SLUICE_TRY(shared.ledger, ledger::Ledger::open(settings.data_dir, *shared.clock, records));
  SLUICE_TRY_VOID(record_first_policy(shared));
  SLUICE_TRY(auto vault, approval::Vault::open(settings.data_dir));
  SLUICE_TRY(shared.desk, approval::Desk::open(settings.data_dir, std::move(vault), *shared.clock));
  SLUICE_TRY(shared.notifier, Notifier::create(settings.notify, settings.data_dir, shared.office, *shared.clock));
  const std::vector<std::string> tenants = tenants_of(settings);
  for (const config::Deployment& deployment : settings.deployments) {
    if (deployment.kind != config::Kind::Engine) continue;
    if (!deployment.group.empty()) {
      if (shared.members.count(deployment.name)) continue;
      SLUICE_TRY_VOID(examine_group(shared, deployment.group, tenants));
      continue;
    }
    SLUICE_TRY(shared.engines[deployment.name], load_engine(deployment, tenants, *shared.policy.current()));
  }
  return {};
}

class Running : public Gateway {
 public:
  ~Running() override {
    for (auto& worker : workers_) worker->stop();
    shared_.office.close();
  }

  Status start(config::Settings settings) {
    shared_.settings = std::move(settings);
    SLUICE_TRY_VOID(load(shared_));
    const config::Listen& listen = shared_.settings.listen;
    int loops = shared_.settings.loops;
    if (loops == 0) loops = int(std::max(1u, std::thread::hardware_concurrency()));
    shared_.judging = std::make_unique<Judging>(loops);
    std::uint16_t port = listen.port;
    for (int i = 0; i < loops; ++i) {
      SLUICE_TRY(auto worker, Worker::create(shared_, listen.host, port));
      port = worker->port();  // with port 0 the first one chooses
      workers_.push_back(std::move(worker));
    }
    // From here on, so that none is lost between the greeting and run(): it is answered as soon as the loop runs.
    net::on_stop_signals(workers_.front()->loop(), [this](int) { stop(); });
    net::on_reload_signal(workers_.front()->loop(), [this](int) { reload(); });
    return {};
  }

  std::uint16_t port() const override { return workers_.front()->port(); }
  int interrupted_at_start() const override { return shared_.ledger->interrupted_at_start(); }

  std::vector<Serving> serving() const override {
    std::vector<Serving> list;
    for (const config::Route& route : shared_.settings.routes) {
      Serving serving{route.model, {}};
      for (const std::string& name : route.deployments) {
        const config::Deployment& d = *shared_.settings.deployment(name);
        backend::Served served = workers_.front()->backends().at(name)->served();
        serving.deployments.push_back(name + " (" + config::zone_name(d.zone) + "): " + served.model);
      }
      list.push_back(std::move(serving));
    }
    return list;
  }

  void run() override {
    shared_.office.loop().spawn(sweep_for_good(shared_));
    shared_.office.open();
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      threads.emplace_back([worker = workers_[i].get()] { worker->run(); });
    workers_.front()->run();
    threads.clear();
    shared_.office.close();
    shared_.notifier->flush();  // what was told last
  }

  void stop() override {
    bool again = shared_.draining.exchange(true);
    log::info(again ? "gateway.stopping_now" : "gateway.draining", {});
    for (auto& worker : workers_) again ? worker->stop() : worker->drain();
  }

 private:
  // Certificate and policy; each tells the log what came of it, and what is in use stays where a file is bad.
  void reload() {
    shared_.office.post([this] {
      if (shared_.certificate) (void)shared_.certificate->reload();
      (void)reload_policy(shared_, nullptr);
    });
  }

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;  // after shared_: they use it
};

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::create(config::Settings settings) {
  auto gateway = std::make_unique<Running>();
  SLUICE_TRY_VOID(gateway->start(std::move(settings)));
  return std::unique_ptr<Gateway>(std::move(gateway));
}

}  // namespace sluice::gateway
