#include "backend/local.h"

#include <mutex>

namespace sluice::backend {
namespace {

// Where the engine's thread puts events and the loop's thread takes them. What waits here is bounded by the
// engine's context length: a job can't produce more tokens than that.
struct Mailbox {
  explicit Mailbox(net::Loop& loop) : ready(loop) {}
  std::mutex lock;  // guards `waiting`
  chat::Chunk waiting;
  bool cancelled = false;  // loop's thread only
  net::Signal ready;

  void put(chat::Chunk chunk) {
    {
      std::lock_guard guard(lock);
      for (auto& event : chunk.events) waiting.events.push_back(std::move(event));
      waiting.last = chunk.last;
    }
    ready.set();
  }
  chat::Chunk take() {
    std::lock_guard guard(lock);
    return std::exchange(waiting, {});
  }
};

class LocalAnswer : public Answer {
 public:
  LocalAnswer(std::shared_ptr<engine::Engine> engine, std::shared_ptr<Mailbox> mailbox, Served served)
      : engine_(std::move(engine)), mailbox_(std::move(mailbox)), served_(std::move(served)) {}
  ~LocalAnswer() override { stop(); }

  void started(engine::JobId job) {
    job_ = job;
    ended_ = false;
  }

  net::Task<chat::Chunk> next() override {
    for (;;) {
      if (mailbox_->cancelled) co_return cancelled_chunk();
      mailbox_->ready.reset();
      chat::Chunk chunk = mailbox_->take();
      if (chunk.last) ended_ = true;
      if (chunk.last || !chunk.events.empty()) co_return chunk;
      co_await mailbox_->ready.wait();
    }
  }

  void cancel() override {
    stop();
    mailbox_->cancelled = true;
    mailbox_->ready.set();
  }

  Served served() const override { return served_; }

 private:
  void stop() {
    if (!ended_) engine_->cancel(job_);
    ended_ = true;
  }
  static chat::Chunk cancelled_chunk() {
    chat::Chunk chunk;
    chunk.events.push_back(chat::Failure{{"request.cancelled", "the request was cancelled", "", ""}});
    chunk.last = true;
    return chunk;
  }

  std::shared_ptr<engine::Engine> engine_;
  std::shared_ptr<Mailbox> mailbox_;
  Served served_;
  engine::JobId job_ = 0;
  bool ended_ = true;  // until started(): a job that was refused is not there to cancel
};

class Local : public Backend {
 public:
  Local(net::Loop& loop, const config::Deployment& deployment, std::shared_ptr<engine::Engine> engine)
      : loop_(loop), engine_(std::move(engine)) {
    const engine::ModelInfo& info = engine_->info();
    served_ = {deployment.name, info.name + "; " + info.family + "; " + info.quantisation, info.digest};
  }

  net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request,
                                                 const CallContext& context) override {
    auto mailbox = std::make_shared<Mailbox>(loop_);
    auto answer = std::make_unique<LocalAnswer>(engine_, mailbox, served_);
    auto sink = [mailbox](chat::Chunk chunk) { mailbox->put(std::move(chunk)); };
    auto job = engine_->submit(request, std::move(sink), context.cache);
    if (!job) co_return fail(job.error());
    answer->started(*job);
    co_return std::unique_ptr<Answer>(std::move(answer));
  }

  Served served() const override { return served_; }
  bool ready() const override { return true; }

 private:
  net::Loop& loop_;
  std::shared_ptr<engine::Engine> engine_;
  Served served_;
};

}  // namespace

std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::Engine> engine) {
  return std::make_unique<Local>(loop, deployment, std::move(engine));
}

}  // namespace sluice::backend
