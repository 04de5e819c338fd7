#include "backend/local.h"

#include <mutex>

#include "wire/openai_embeddings.h"

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
      if (!chunk.raw.empty()) {  // a whole answer
        waiting.raw = std::move(chunk.raw);
        waiting.protocol = chunk.protocol;
        waiting.closing = chunk.closing;
      }
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

// The answer to a request for embeddings, put together as its vectors come.
struct Vectors {
  std::string model;
  bool base64 = false;
  std::vector<std::string> written;  // JSON, by input

  void put(std::size_t input, std::span<const float> vector) {
    if (written.size() <= input) written.resize(input + 1);
    written[input] = wire::openai_embedding(input, vector, base64);
  }
  chat::Chunk whole(chat::Chunk end) const {
    for (const chat::Event& event : end.events)
      if (const auto* usage = std::get_if<chat::Usage>(&event))
        end.raw = wire::openai_embeddings(model, written, usage->prompt());
    end.protocol = chat::Protocol::OpenAiEmbeddings;
    end.closing = true;
    return end;
  }
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
    auto job = request.operation == chat::Operation::Embed ? embed(request, mailbox)
                                                           : answer_to(request, mailbox, context.cache);
    if (!job) co_return fail(job.error());
    answer->started(*job);
    co_return std::unique_ptr<Answer>(std::move(answer));
  }

  Served served() const override { return served_; }
  bool ready() const override { return true; }

 private:
  Result<engine::JobId> answer_to(const chat::Request& request, const std::shared_ptr<Mailbox>& mailbox,
                                  const engine::CacheUse& cache) {
    return engine_->submit(request, [mailbox](chat::Chunk chunk) { mailbox->put(std::move(chunk)); }, cache);
  }
  Result<engine::JobId> embed(const chat::Request& request, const std::shared_ptr<Mailbox>& mailbox) {
    auto vectors = std::make_shared<Vectors>();
    vectors->model = request.model;
    vectors->base64 = wire::wants_base64(request);
    engine::EmbeddingSink sink;
    sink.vector = [vectors](std::size_t input, std::span<const float> vector) { vectors->put(input, vector); };
    sink.end = [vectors, mailbox](chat::Chunk end) { mailbox->put(vectors->whole(std::move(end))); };
    return engine_->embed(request, std::move(sink));
  }

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
