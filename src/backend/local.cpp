#include "backend/local.h"

#include <mutex>
#include <optional>

#include "wire/openai_embeddings.h"

namespace sluice::backend {
namespace {

using engine::ModelSet;

// Where the engine's thread puts events and the loop's thread takes them. What waits here is bounded by the
// engine's context length: a job can't produce more tokens than that.
struct Mailbox {
  explicit Mailbox(net::Loop& loop) : ready(loop) {}
  std::mutex lock;  // guards `waiting` and `lease`
  chat::Chunk waiting;
  std::optional<Result<ModelSet::Lease>> lease;  // of a model that had to be loaded first
  bool cancelled = false;                        // loop's thread only
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
  void put_lease(Result<ModelSet::Lease> lent) {
    {
      std::lock_guard guard(lock);
      lease = std::move(lent);
    }
    ready.set();
  }
  std::optional<Result<ModelSet::Lease>> take_lease() {
    std::lock_guard guard(lock);
    return std::exchange(lease, std::nullopt);
  }
};
using MailboxPointer = std::shared_ptr<Mailbox>;

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

Result<engine::JobId> embed(engine::Engine& engine, const chat::Request& request, const MailboxPointer& mailbox) {
  auto vectors = std::make_shared<Vectors>();
  vectors->model = request.model;
  vectors->base64 = wire::wants_base64(request);
  engine::EmbeddingSink sink;
  sink.vector = [vectors](std::size_t input, std::span<const float> vector) { vectors->put(input, vector); };
  sink.end = [vectors, mailbox](chat::Chunk end) { mailbox->put(vectors->whole(std::move(end))); };
  return engine.embed(request, std::move(sink));
}

constexpr engine::JobId kNoJob = 0;  // no engine gives it to a job: cancelling it does nothing

Result<engine::JobId> count(engine::Engine& engine, const chat::Request& request, const MailboxPointer& mailbox) {
  chat::Usage usage;
  SLUICE_TRY(usage.cache_miss, engine.count_tokens(request));
  chat::Chunk whole;
  whole.events = {usage, chat::Finish{}};
  whole.last = true;
  mailbox->put(std::move(whole));
  return kNoJob;
}

Result<engine::JobId> submit(engine::Engine& engine, const chat::Request& request, const MailboxPointer& mailbox,
                             const engine::CacheUse& cache) {
  if (request.operation == chat::Operation::Embed) return embed(engine, request, mailbox);
  if (request.operation == chat::Operation::CountTokens) return count(engine, request, mailbox);
  return engine.submit(request, [mailbox](chat::Chunk chunk) { mailbox->put(std::move(chunk)); }, cache);
}

chat::Chunk failed(Error error) {
  chat::Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

class LocalAnswer : public Answer {
 public:
  LocalAnswer(MailboxPointer mailbox, Served served) : mailbox_(std::move(mailbox)), served_(std::move(served)) {}
  ~LocalAnswer() override { stop(); }

  Status begin(ModelSet::Lease engine, const chat::Request& request, const engine::CacheUse& cache) {
    SLUICE_TRY(job_, submit(*engine, request, mailbox_, cache));
    engine_ = std::move(engine);
    ended_ = false;
    return {};
  }
  // The request is put once the mailbox has a lease.
  void begin_later(chat::Request request, engine::CacheUse cache) {
    later_ = std::make_unique<Later>(Later{std::move(request), std::move(cache)});
  }

  net::Task<chat::Chunk> next() override {
    for (;;) {
      if (mailbox_->cancelled) co_return failed({"request.cancelled", "the request was cancelled", "", ""});
      mailbox_->ready.reset();
      const Status begun = begin_if_lent();
      if (!begun) co_return failed(begun.error());
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
  struct Later {
    chat::Request request;
    engine::CacheUse cache;
  };

  Status begin_if_lent() {
    auto lease = later_ ? mailbox_->take_lease() : std::nullopt;
    if (!lease) return {};
    const auto later = std::exchange(later_, nullptr);
    if (!*lease) return fail(lease->error());
    return begin(std::move(**lease), later->request, later->cache);
  }
  void stop() {
    if (!ended_) engine_->cancel(job_);
    ended_ = true;
  }

  ModelSet::Lease engine_;  // null until the job is submitted
  MailboxPointer mailbox_;
  Served served_;
  std::unique_ptr<Later> later_;
  engine::JobId job_ = 0;
  bool ended_ = true;  // until begin(): a job that was refused is not there to cancel
};

Served served_by(const config::Deployment& deployment, const engine::ModelInfo& info) {
  return {deployment.name, info.name + "; " + info.family + "; " + info.quantisation, info.digest};
}

class Local : public Backend {
 public:
  Local(net::Loop& loop, const config::Deployment& deployment, std::shared_ptr<engine::Engine> engine)
      : loop_(loop), engine_(std::move(engine)), served_(served_by(deployment, engine_->info())) {}

  net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request,
                                                 const CallContext& context) override {
    auto answer = std::make_unique<LocalAnswer>(std::make_shared<Mailbox>(loop_), served_);
    SLUICE_CO_TRY_VOID(answer->begin(engine_, request, context.cache));
    co_return std::unique_ptr<Answer>(std::move(answer));
  }

  Served served() const override { return served_; }
  bool ready() const override { return true; }

 private:
  net::Loop& loop_;
  std::shared_ptr<engine::Engine> engine_;
  Served served_;
};

class SetMember : public Backend {
 public:
  SetMember(net::Loop& loop, const config::Deployment& deployment, std::shared_ptr<ModelSet> set,
            std::size_t model)
      : loop_(loop),
        set_(std::move(set)),
        model_(model),
        served_(served_by(deployment, set_->model(model).info)) {}

  // A model that is there is asked at once, so that what it refuses is refused here.
  net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request,
                                                 const CallContext& context) override {
    auto mailbox = std::make_shared<Mailbox>(loop_);
    auto answer = std::make_unique<LocalAnswer>(mailbox, served_);
    set_->lease(model_, mailbox, taker(mailbox));
    if (auto lease = mailbox->take_lease()) {
      if (!*lease) co_return fail(lease->error());
      SLUICE_CO_TRY_VOID(answer->begin(std::move(**lease), request, context.cache));
    } else {
      answer->begin_later(request, context.cache);
    }
    co_return std::unique_ptr<Answer>(std::move(answer));
  }

  Served served() const override { return served_; }
  bool ready() const override { return true; }

 private:
  static ModelSet::Taker taker(const MailboxPointer& mailbox) {
    return [box = std::weak_ptr<Mailbox>(mailbox)](Result<ModelSet::Lease> lease) {
      if (const MailboxPointer there = box.lock()) there->put_lease(std::move(lease));
    };
  }

  net::Loop& loop_;
  std::shared_ptr<ModelSet> set_;
  std::size_t model_;
  Served served_;
};

}  // namespace

std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::Engine> engine) {
  return std::make_unique<Local>(loop, deployment, std::move(engine));
}

std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::ModelSet> set, std::size_t model) {
  return std::make_unique<SetMember>(loop, deployment, std::move(set), model);
}

}  // namespace sluice::backend
