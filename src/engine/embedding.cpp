#include "engine/embedding.h"

#include <algorithm>
#include <limits>

#include "json/doc.h"

namespace sluice::engine {
namespace {

constexpr std::size_t kMostInputs = 2048;  // of one request, as OpenAI has it

std::string place(std::size_t input) { return "$.input[" + std::to_string(input) + "]"; }

Failure no_token(const Tokenizer& tokenizer) {
  return fail("engine.unsupported_field", "the model's tokens are 0 to " + std::to_string(tokenizer.size() - 1),
              "$.input", "send text, or this model's token ids");
}

Result<std::vector<std::int32_t>> tokens_of(json::Value list, const Tokenizer& tokenizer) {
  std::vector<std::int32_t> ids;
  ids.reserve(list.size());
  for (const json::Value id : list) {
    const auto number = id.integer();
    if (!number || *number < 0 || *number >= tokenizer.size()) return no_token(tokenizer);
    ids.push_back(static_cast<std::int32_t>(*number));
  }
  return ids;
}

Status read_tokens(const chat::Request& request, const Tokenizer& tokenizer, EmbeddingTask& task) {
  const json::Value input = request.body ? request.body->root()["input"] : json::Value();
  const bool several = input.size() > 0 && input.at(0).is(json::Type::Array);
  if (several && input.size() > kMostInputs) return {};  // refused by its number
  if (!several) {
    SLUICE_TRY(auto ids, tokens_of(input, tokenizer));
    task.tokens.push_back(std::move(ids));
    return {};
  }
  for (const json::Value list : input) {
    SLUICE_TRY(auto ids, tokens_of(list, tokenizer));
    task.tokens.push_back(std::move(ids));
  }
  return {};
}

// A text cannot have fewer tokens than its bytes divided by the longest one's.
Status refuse_long(const EmbeddingTask& task, const Tokenizer& tokenizer, int context) {
  const std::size_t most = static_cast<std::size_t>(context) * tokenizer.longest_token();
  for (std::size_t i = 0; i < task.texts.size(); ++i)
    if (task.texts[i].size() > most)
      return fail("engine.context_exceeded",
                  "the text has " + std::to_string(task.texts[i].size()) + " bytes, which no " +
                      std::to_string(context) + " tokens can stand for",
                  place(i), "send less text or load the model with a larger `context`");
  return {};
}

Status read_dimensions(const chat::Request& request, const ModelInfo& info, EmbeddingTask& task) {
  for (const chat::ExtraField& field : request.extra) {
    if (field.path != "$.dimensions") continue;
    const auto doc = json::Doc::parse(field.raw);
    const auto wanted = doc ? (*doc)->root().integer() : std::nullopt;
    if (!wanted || *wanted < 1 || *wanted > info.embedding)
      return fail("engine.unsupported_field",
                  "the model's vectors have " + std::to_string(info.embedding) + " dimensions", field.path,
                  "ask for 1 to as many, or leave the field out");
    task.dimensions = static_cast<int>(*wanted);
  }
  return {};
}

const Error* failure_of(const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events)
    if (const auto* failure = std::get_if<chat::Failure>(&event)) return &failure->error;
  return nullptr;
}

}  // namespace

EmbeddingForm embedding_form(const gguf::File& file, const std::string& architecture) {
  EmbeddingForm form;
  form.add_eos = file.boolean("tokenizer.ggml.add_eos_token").value_or(false);
  const std::string key = architecture + ".pooling_type";
  if (!file.has(key)) {
    form.pooling = architecture == "qwen3" ? Pooling::Last : Pooling::Mean;
    return form;
  }
  const auto type = file.unsigned_integer(key);
  if (type == 1) form.pooling = Pooling::Mean;
  if (type == 2) form.pooling = Pooling::First;
  if (type == 3) form.pooling = Pooling::Last;
  form.refusal = key + " of the model's file is " + (type ? std::to_string(*type) : file.value_type(key)) +
                 ": it gives no vector for a text; 1 (mean), 2 (first token) and 3 (last token) do";
  return form;
}

Result<EmbeddingTask> embedding_task(const chat::Request& request, const Tokenizer& tokenizer,
                                     const ModelInfo& info) {
  EmbeddingTask task;
  SLUICE_TRY_VOID(read_dimensions(request, info, task));
  if (request.inputs_are_tokens) {
    SLUICE_TRY_VOID(read_tokens(request, tokenizer, task));
  } else {
    task.texts = request.inputs;
  }
  if (task.size() == 0 || task.size() > kMostInputs)
    return fail("engine.unsupported_field",
                "the built-in engine takes 1 to " + std::to_string(kMostInputs) + " inputs a request", "$.input",
                "send them in several requests");
  SLUICE_TRY_VOID(refuse_long(task, tokenizer, info.context));
  return task;
}

EmbeddingRun::EmbeddingRun(Scheduler& scheduler, const Tokenizer& tokenizer, EmbeddingForm form,
                           EmbeddingTask task, EmbeddingSink sink, std::function<void()> ended)
    : scheduler_(scheduler),
      tokenizer_(tokenizer),
      form_(std::move(form)),
      task_(std::move(task)),
      sink_(std::move(sink)),
      ended_(std::move(ended)) {}

Result<std::vector<std::int32_t>> EmbeddingRun::prompt_of(std::size_t input) const {
  std::vector<std::int32_t> ids;
  if (!task_.tokens.empty()) {
    ids = task_.tokens[input];
  } else {
    if (tokenizer_.add_bos() && tokenizer_.bos() >= 0) ids.push_back(tokenizer_.bos());
    const std::vector<std::int32_t> text = tokenizer_.encode(task_.texts[input]);
    ids.insert(ids.end(), text.begin(), text.end());
    if (form_.add_eos && tokenizer_.eos() >= 0) ids.push_back(tokenizer_.eos());
  }
  if (ids.empty())
    return fail("engine.empty_prompt", "the input holds no text, and this model has no token to begin with",
                place(input), "send some text");
  return ids;
}

Status EmbeddingRun::submit_next(bool admitted) {
  const std::size_t input = next_;
  JobRequest job;
  SLUICE_TRY(job.prompt, prompt_of(input));
  job.pooled = std::make_shared<PooledText>(*form_.pooling);
  job.admitted = admitted;
  job.sink = [self = shared_from_this(), input, pooled = job.pooled](chat::Chunk chunk) {
    self->done(input, *pooled, chunk);
  };
  auto id = scheduler_.submit(std::move(job));
  if (!id) {
    Error error = id.error();
    if (error.where == "$.input") error.where = place(input);
    return fail(std::move(error));
  }
  parts_.push_back({input, *id});
  ++next_;
  return {};
}

Status EmbeddingRun::start(int at_a_time) {
  Status status;
  {
    std::lock_guard guard(lock_);
    while (status && next_ < task_.size() && parts_.size() < static_cast<std::size_t>(at_a_time))
      status = submit_next(!parts_.empty());
    if (!status) over_ = true;
  }
  if (!status) drop_parts();
  return status;
}

void EmbeddingRun::done(std::size_t input, PooledText& pooled, const chat::Chunk& chunk) {
  if (const Error* error = failure_of(chunk)) return fail_with(*error);
  const std::vector<float> vector = pooled.vector(task_.dimensions);
  if (vector.empty())
    return fail_with(
        {"engine.numeric", "the model computed no usable numbers", place(input), "the model file may be damaged"});
  {
    std::lock_guard guard(lock_);
    if (over_) return;
  }
  sink_.vector(input, vector);
  chat::Usage usage;
  Status status;
  bool last = false;
  {
    std::lock_guard guard(lock_);
    if (over_) return;
    for (const chat::Event& event : chunk.events)
      if (const auto* counted = std::get_if<chat::Usage>(&event)) tokens_ += counted->prompt();
    last = over_ = ++done_ == task_.size();
    usage.cache_miss = tokens_;
    if (next_ < task_.size()) status = submit_next(true);
    // Whoever cancels waits for the parts that are still here: not for this one, which has nothing more to call.
    if (status && !last) std::erase_if(parts_, [input](const Part& part) { return part.input == input; });
  }
  if (!status) return fail_with(status.error());
  if (!last) return;
  chat::Chunk end;
  end.events = {usage, chat::Finish{}};
  end.last = true;
  sink_.end(std::move(end));
  ended_();
}

void EmbeddingRun::fail_with(Error error) {
  {
    std::lock_guard guard(lock_);
    if (over_) return;
    over_ = true;
  }
  drop_parts();
  chat::Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  sink_.end(std::move(chunk));
  ended_();
}

void EmbeddingRun::cancel() {
  {
    std::lock_guard guard(lock_);
    over_ = true;
  }
  drop_parts();
}

// Nothing is submitted once the run is over: these are all.
void EmbeddingRun::drop_parts() {
  std::vector<Part> parts;
  {
    std::lock_guard guard(lock_);
    parts = parts_;
  }
  for (const Part& part : parts) scheduler_.cancel(part.job);
}

}  // namespace sluice::engine
