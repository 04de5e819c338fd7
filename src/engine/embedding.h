// Texts as vectors: a request's inputs, read by the scheduler some at a time among the chats; private to this
// room.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/request.h"
#include "engine/engine.h"
#include "engine/gguf/gguf.h"
#include "engine/scheduler/scheduler.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

// How a model's file says that its texts become vectors.
struct EmbeddingForm {
  std::optional<Pooling> pooling;  // none: as `refusal` says
  std::string refusal;
  bool add_eos = false;  // behind every text, as the file says
};
// ARCH.pooling_type is llama.cpp's: 1 mean, 2 the first token's, 3 the last token's; others give no vector of a
// text. Where the file has no such key: the last token of Qwen3, whose embedding models are trained so, else the
// mean.
EmbeddingForm embedding_form(const gguf::File& file, const std::string& architecture);

// What a request wants, checked.
struct EmbeddingTask {
  std::vector<std::string> texts;                 // these, or
  std::vector<std::vector<std::int32_t>> tokens;  // these, taken as they are
  int dimensions = 0;                             // 0: all
  std::size_t size() const { return texts.empty() ? tokens.size() : texts.size(); }
};
// Errors: engine.unsupported_field ($.input: more than 2,048, or a number that is no token; $.dimensions: more
// than the model has), engine.context_exceeded ($.input[i]) for what cannot fit, engine.empty_prompt.
Result<EmbeddingTask> embedding_task(const chat::Request& request, const Tokenizer& tokenizer,
                                     const ModelInfo& info);

// Reads the inputs in order, as many at a time as the scheduler has slots; when one is done the next takes its
// place at the end of the queue, so that whoever came meanwhile comes first.
class EmbeddingRun : public std::enable_shared_from_this<EmbeddingRun> {
 public:
  // Scheduler and tokenizer must outlive the run's last call. `sink.end` is called once, unless start() fails or
  // cancel() comes first; `ended` after it, on the scheduler's thread too.
  EmbeddingRun(Scheduler& scheduler, const Tokenizer& tokenizer, EmbeddingForm form, EmbeddingTask task,
               EmbeddingSink sink, std::function<void()> ended);
  Status start(int at_a_time);
  void cancel();  // no sink is called after it returned, unless the caller is one

 private:
  struct Part {
    std::size_t input = 0;
    std::uint64_t job = 0;
  };
  Result<std::vector<std::int32_t>> prompt_of(std::size_t input) const;
  Status submit_next(bool admitted);  // under lock_
  void done(std::size_t input, PooledText& pooled, const chat::Chunk& chunk);
  void fail_with(Error error);
  void drop_parts();

  Scheduler& scheduler_;
  const Tokenizer& tokenizer_;
  const EmbeddingForm form_;
  const EmbeddingTask task_;
  const EmbeddingSink sink_;
  const std::function<void()> ended_;
  std::mutex lock_;          // guards what follows; no sink is called under it
  std::vector<Part> parts_;  // being read or waiting
  std::size_t next_ = 0, done_ = 0;
  std::int64_t tokens_ = 0;
  bool over_ = false;
};

}  // namespace sluice::engine
