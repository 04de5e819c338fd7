#include "engine/engine.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "engine/answer_form.h"
#include "engine/cache/prefix_cache.h"
#include "engine/describe.h"
#include "engine/embedding.h"
#include "engine/gguf/gguf.h"
#include "engine/identity.h"
#include "engine/model/cache.h"
#include "engine/model/model.h"
#include "engine/model_options.h"
#include "engine/prompt/continuation.h"
#include "engine/prompt/conversation.h"
#include "engine/prompt/prompt.h"
#include "engine/refusal.h"
#include "engine/sampler/sampler.h"
#include "engine/sampling.h"
#include "engine/scheduler/scheduler.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

constexpr std::int64_t kContinuationTokens = 16;  // of a text completion that names no limit: OpenAI's default
constexpr int kMostSlots = 256;
constexpr int kMostChunk = 4096;
constexpr int kMostDrafts = 16;
constexpr int kMostQueue = 1 << 20;

Status check_option(const char* name, int value, int least, int most) {
  if (value >= least && value <= most) return {};
  return fail("engine.unsupported", std::string("option ") + name + " is " + std::to_string(value) + ", outside " +
                                        std::to_string(least) + " to " + std::to_string(most));
}

Status check_options(const LoadOptions& options) {
  SLUICE_TRY_VOID(check_option("threads", options.threads, 0, kMostThreads));
  SLUICE_TRY_VOID(check_option("context", options.context, 0, 1 << 27));
  SLUICE_TRY_VOID(check_option("slots", options.slots, 1, kMostSlots));
  SLUICE_TRY_VOID(check_option("queue", options.queue, 0, kMostQueue));
  if (options.cache_bytes > 0 && options.cache_tenants.empty())
    return fail("engine.unsupported", "a prefix cache without tenants serves nobody", "", "name them");
  if (options.cache_bytes == 0 && !options.cache_folder.empty())
    return fail("engine.unsupported", "a prefix cache on disk needs one in memory before it", options.cache_folder,
                "say how large");
  SLUICE_TRY_VOID(check_option("drafts", options.drafts, 0, kMostDrafts));
  return check_option("prefill_chunk", options.prefill_chunk, 1, kMostChunk);
}

// Ids of embedding runs, which the scheduler's never reach.
constexpr JobId kFirstRun = JobId{1} << 63;

// What a model's authors recommend where a client says nothing. R1 and its distillations: temperature 0.6 and
// top-p 0.95 (its README). The guide recites trained answers, so it takes the most likely token.
SamplerSettings default_sampling(const std::string& prompt_format) {
  if (prompt_format == "r1") return {.temperature = 0.6, .top_p = 0.95};
  if (prompt_format == "guide") return {.temperature = 0};
  return {};
}

// The answer begins with the prompt, as it came.
Sink echoing(std::string prompt, Sink sink) {
  return [prompt = std::move(prompt), sink = std::move(sink), told = false](chat::Chunk chunk) mutable {
    if (!told && !prompt.empty()) chunk.events.insert(chunk.events.begin(), chat::TextDelta{prompt});
    told = true;
    sink(std::move(chunk));
  };
}

// Null: none is wanted.
Result<std::unique_ptr<PrefixCache>> open_cache(const LoadOptions& options, const gguf::File& file,
                                                const model::PageForm& form, model::KvType kv_type) {
  if (options.cache_bytes == 0) return nullptr;
  std::unique_ptr<DiskPages> disk;
  if (!options.cache_folder.empty()) {
    DiskOptions wanted;
    wanted.folder = options.cache_folder;
    wanted.bytes = options.cache_folder_bytes;
    wanted.age = options.cache_folder_age;
    wanted.tenants = options.cache_tenants;
    wanted.identity = state_identity(file, options.exact, kv_type) + " " + options.cache_rules;
    wanted.page_bytes = form.bytes;
    wanted.stride = model::kv_stride(kv_type);
    SLUICE_TRY(disk, DiskPages::open(std::move(wanted)));
  }
  return PrefixCache::create(form, {options.cache_bytes, options.cache_tenants}, std::move(disk));
}

class LocalEngine : public Engine {
 public:
  static Result<std::unique_ptr<Engine>> load(const LoadOptions& options);

  const ModelInfo& info() const override { return info_; }
  Result<JobId> submit(const chat::Request& request, Sink sink, const CacheUse& cache) override;
  Result<std::int64_t> count_tokens(const chat::Request& request) override;
  Result<JobId> embed(const chat::Request& request, EmbeddingSink sink) override;
  void cancel(JobId job) override;
  void forget_prefixes() override { scheduler_->forget_prefixes(); }
  int running() const override { return scheduler_->running(); }
  Guesses guesses() const override { return {scheduler_->guessed(), scheduler_->guessed_right()}; }

 private:
  Status refuse(const chat::Request& request) const;
  Status refuse_hopeless(const chat::Request& request) const;
  Status set_form(const chat::Request& request, bool text, JobRequest& job) const;

  ModelInfo info_;
  EmbeddingForm embedding_;
  int slots_ = 1;
  std::mutex runs_lock_;  // guards runs_ and next_run_
  std::map<JobId, std::shared_ptr<EmbeddingRun>> runs_;
  JobId next_run_ = kFirstRun;
  // In the order of dependence: each uses those above it.
  std::unique_ptr<gguf::File> file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<PromptFormat> prompt_;
  std::shared_ptr<const constraint::TokenTrie> trie_;
  std::unique_ptr<model::Model> model_;
  std::unique_ptr<PrefixCache> cache_;  // null: none
  std::unique_ptr<Scheduler> scheduler_;
};

Result<std::unique_ptr<Engine>> LocalEngine::load(const LoadOptions& options) {
  SLUICE_TRY_VOID(check_options(options));
  auto engine = std::make_unique<LocalEngine>();
  if (options.path.empty()) {
    SLUICE_TRY(engine->file_, gguf::File::from_bytes(options.embedded, options.embedded_name));
  } else {
    SLUICE_TRY(engine->file_, gguf::File::open(options.path));
  }
  const gguf::File& file = *engine->file_;
  SLUICE_TRY(const model::Shape shape, model::read_shape(file));
  SLUICE_TRY(engine->tokenizer_, Tokenizer::create(file));
  if (engine->tokenizer_->size() > shape.vocabulary)
    return fail("gguf.value",
                "the tokenizer has " + std::to_string(engine->tokenizer_->size()) + " tokens, the model only " +
                    std::to_string(shape.vocabulary),
                file.name());
  SLUICE_TRY(engine->prompt_, PromptFormat::create(file, *engine->tokenizer_));
  engine->trie_ = std::make_shared<const constraint::TokenTrie>(*engine->tokenizer_,
                                                                ToolCallParser::marks(engine->prompt_->dialect()));

  const model::Options wanted = model_options(options, shape);
  SLUICE_TRY(engine->model_, model::Model::load(file, wanted));
  if (options.drafts > 0 && !engine->model_->goes_back())
    return fail("engine.unsupported",
                "drafts are asked for, and " + shape.architecture + " cannot take back what was guessed wrongly",
                file.name(), "leave `drafts` out or set it to 0");

  const model::KvType kv_type = model::used_kv_type(wanted);
  SLUICE_TRY(engine->cache_, open_cache(options, file, engine->model_->pages().page_form(), kv_type));
  engine->info_ = describe(file, shape);
  engine->info_.prompt_format = engine->prompt_->name();
  engine->info_.context = wanted.context;
  engine->info_.embedding = shape.embedding;
  engine->embedding_ = embedding_form(file, shape.architecture);
  engine->slots_ = wanted.slots;
  engine->info_.kv_bytes_per_token = model::Cache::bytes_per_position(shape, kv_type);
  engine->info_.kv_type = model::kv_type_name(kv_type);
  const SchedulerLimits limits{wanted.slots, wanted.context, options.prefill_chunk, options.queue, options.drafts};
  engine->scheduler_ =
      std::make_unique<Scheduler>(*engine->model_, *engine->tokenizer_, limits, engine->cache_.get());
  return engine;
}

// Reading a text costs time in proportion to its length, so one that can't fit is refused unread: n tokens stand
// for at most n times the longest token. Earlier answers may be shortened by a prompt format, and the guide takes
// the beginning of a question only; those don't count.
Status LocalEngine::refuse_hopeless(const chat::Request& request) const {
  const bool text = request.protocol == chat::Protocol::OpenAiCompletions;
  if (info_.prompt_format == "guide" && !text) return {};
  std::size_t bytes = request.suffix.size();
  for (const std::string& input : request.inputs) bytes += input.size();
  for (const chat::Message& message : request.messages)
    if (message.role != chat::Role::Assistant) bytes += message.text().size();
  const std::size_t most = static_cast<std::size_t>(info_.context) * tokenizer_->longest_token();
  if (bytes <= most) return {};
  return fail("engine.context_exceeded",
              std::string(text ? "the prompt has " : "the messages have ") + std::to_string(bytes) +
                  " bytes, which no " + std::to_string(info_.context) + " tokens can stand for",
              text ? "$.prompt" : "$.messages", "send less text or load the model with a larger `context`");
}

// What the answer is read for, and what it must be.
Status LocalEngine::set_form(const chat::Request& request, bool text, JobRequest& job) const {
  const chat::Message* begun = text ? nullptr : begun_answer(request);
  const std::string words = begun ? begun->text() : "";
  job.form.starts_in_reasoning = !text && prompt_->opens_in_reasoning(request);
  job.form.splits_reasoning = !text;
  job.form.goes_on = !words.empty() || (begun && job.form.starts_in_reasoning && !begun->reasoning.empty());
  ToolDialect dialect = prompt_->dialect();
  // Such a call is a whole answer, and what was begun is no part of one.
  if (dialect == ToolDialect::Bare && !words.empty()) dialect = ToolDialect::None;
  if (!text && !request.tools.empty() && request.tool_choice.mode != chat::ToolChoice::Mode::None) {
    job.form.calls = dialect;
    job.form.one_call = request.parallel_tool_calls == false;
    for (const chat::Tool& tool : request.tools) job.form.tools.push_back(tool.name);
  }
  SLUICE_TRY(auto form, answer_grammar(request, dialect));
  if (!form.grammar) return {};
  job.trie = trie_;
  job.form.spells = prompt_->dialect();  // as the tree does
  job.free_text = form.free_text;
  job.grammar = std::move(form.grammar);
  if (job.free_text) return {};
  // What must have a form has no reasoning that the prompt did not open, and has it from its beginning.
  job.form.splits_reasoning = job.form.starts_in_reasoning;
  job.begun = words;
  if (constraint::may_begin(job.grammar, words)) return {};
  return fail("engine.constraint", "the answer that was begun has not the form that is asked for",
              "$.messages[" + std::to_string(request.messages.size() - 1) + "].content",
              "begin it otherwise, or leave out one of the two");
}

Status LocalEngine::refuse(const chat::Request& request) const {
  SLUICE_TRY_VOID(refuse_unsupported(request));
  if (!request.reasoning_effort.empty() && request.reasoning_effort != "none" && !prompt_->takes_effort())
    return fail("engine.unsupported_field", "the model has no levels of reasoning effort", "$.reasoning_effort",
                "leave the field out or use a model that has them");
  SLUICE_TRY_VOID(refuse_hopeless(request));
  if (request.thinking == true && !prompt_->can_think())
    return fail("engine.unsupported_field", "the model has no reasoning to switch on", "$.thinking",
                "leave the field out or use a reasoning model");
  return {};
}

Result<std::int64_t> LocalEngine::count_tokens(const chat::Request& request) {
  SLUICE_TRY_VOID(refuse(request));
  SLUICE_TRY(const std::vector<std::int32_t> prompt, prompt_->render(request));
  return static_cast<std::int64_t>(prompt.size());
}

Result<JobId> LocalEngine::submit(const chat::Request& request, Sink sink, const CacheUse& cache) {
  SLUICE_TRY_VOID(refuse(request));
  JobRequest job;
  job.cache = cache;
  const bool text = request.protocol == chat::Protocol::OpenAiCompletions;
  if (text) {
    SLUICE_TRY(job.prompt, render_continuation(request, *tokenizer_));
  } else {
    SLUICE_TRY(job.prompt, prompt_->render(request));
  }
  if (job.prompt.empty())
    return fail("engine.empty_prompt", "the prompt has no tokens", "$.messages", "send a message with text");
  SLUICE_TRY(job.sampler, sampling_of(request, default_sampling(info_.prompt_format), tokenizer_->size()));
  if (request.sampling.logprobs || request.sampling.top_logprobs.value_or(0) > 0)
    job.logprobs = static_cast<int>(request.sampling.top_logprobs.value_or(0));
  job.max_tokens = request.sampling.max_tokens;
  job.stops = request.sampling.stop;
  SLUICE_TRY_VOID(set_form(request, text, job));
  if (text && !job.max_tokens) job.max_tokens = kContinuationTokens;
  job.sink =
      request.echo && !request.inputs.empty() ? echoing(request.inputs[0], std::move(sink)) : std::move(sink);
  return scheduler_->submit(std::move(job));
}

Result<JobId> LocalEngine::embed(const chat::Request& request, EmbeddingSink sink) {
  SLUICE_TRY_VOID(refuse_unsupported_embedding(request));
  if (!embedding_.pooling)
    return fail("engine.unsupported_field", embedding_.refusal, "$.input",
                "use a model whose deployment makes embeddings");
  SLUICE_TRY(auto task, embedding_task(request, *tokenizer_, info_));
  JobId id = 0;
  std::shared_ptr<EmbeddingRun> run;
  const auto forget = [this](JobId ended) {
    std::lock_guard guard(runs_lock_);
    runs_.erase(ended);
  };
  {
    std::lock_guard guard(runs_lock_);
    id = next_run_++;
    run = std::make_shared<EmbeddingRun>(*scheduler_, *tokenizer_, embedding_, std::move(task), std::move(sink),
                                         [forget, id] { forget(id); });
    runs_.emplace(id, run);
  }
  const Status status = run->start(slots_);
  if (status) return id;
  forget(id);
  return fail(status.error());
}

void LocalEngine::cancel(JobId job) {
  if (job < kFirstRun) return scheduler_->cancel(job);
  std::shared_ptr<EmbeddingRun> run;
  {
    std::lock_guard guard(runs_lock_);
    const auto found = runs_.find(job);
    if (found == runs_.end()) return;
    run = std::move(found->second);
    runs_.erase(found);
  }
  run->cancel();
}

}  // namespace

Result<std::int64_t> Engine::count_tokens(const chat::Request&) {
  return fail("engine.unsupported_field", "this engine counts no tokens without answering", "$.messages",
              "use a model whose deployment counts tokens");
}

Result<std::unique_ptr<Engine>> Engine::load(const LoadOptions& options) { return LocalEngine::load(options); }

}  // namespace sluice::engine
