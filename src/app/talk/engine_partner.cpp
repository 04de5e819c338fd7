#include "app/talk/partner.h"

namespace sluice::app {
namespace {

class Job : public Speaking {
 public:
  Job(engine::Engine& engine, engine::JobId id) : engine_(engine), id_(id) {}
  ~Job() override { engine_.cancel(id_); }

 private:
  engine::Engine& engine_;
  engine::JobId id_;
};

class EnginePartner : public Partner {
 public:
  explicit EnginePartner(std::unique_ptr<engine::Engine> engine) : engine_(std::move(engine)) {}

  Result<std::unique_ptr<Speaking>> ask(const chat::Request& request, Mailbox& mailbox) override {
    SLUICE_TRY(const engine::JobId id,
               engine_->submit(request, [&mailbox](chat::Chunk chunk) { mailbox.put(std::move(chunk)); }));
    return std::make_unique<Job>(*engine_, id);
  }
  const std::string& model() const override { return engine_->info().name; }
  std::string described() const override {
    const engine::ModelInfo& info = engine_->info();
    return info.name + ", " + info.family + ", " + info.quantisation + ", " + std::to_string(info.context) +
           " positions";
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace

std::unique_ptr<Partner> engine_partner(std::unique_ptr<engine::Engine> engine) {
  return std::make_unique<EnginePartner>(std::move(engine));
}

}  // namespace sluice::app
