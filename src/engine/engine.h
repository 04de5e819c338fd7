// The engine's face: a GGUF model that answers chat requests on this machine's processor.
//
// Threads: an Engine owns one scheduler thread and a pool of compute threads. load(), submit() and cancel() may be
// called from any thread. The sink of a job is called on the scheduler thread only, in order, and must not block:
// it hands events over and returns. After the chunk with last = true the sink is not called again.
// Concurrent jobs are decoded together, one token each per step; a prompt is prefilled in chunks between steps, so
// that it delays other jobs by a chunk at most.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chat/event.h"
#include "chat/request.h"
#include "engine/cache/use.h"
#include "engine/model/kv_type.h"

namespace sluice::engine {

inline constexpr int kMostThreads = 256;
inline constexpr int kDefaultContext = 4096;  // positions; the cache of larger ones is asked for explicitly

struct LoadOptions {
  std::string path;                            // a .gguf file; empty if `embedded` is used
  std::string_view embedded;                   // bytes of a GGUF that outlive the engine (the built-in guide)
  std::string embedded_name;                   // what to call it in messages
  int threads = 0;                             // compute threads; 0: one per hardware thread
  int context = 0;                             // positions per job; 0: min(model's, 4096)
  int slots = 4;                               // jobs decoded together; more wait in a queue
  int queue = 256;                             // jobs that may wait; more are refused (engine.busy)
  int prefill_chunk = 64;                      // prompt tokens per step
  int drafts = 0;                              // tokens guessed per answer and step; 0: none
  bool exact = false;                          // F32 activations and cache: the reference numbers, slower
  model::KvType kv_type = model::KvType::F16;  // of keys and values, where it is not exact
  std::uint64_t cache_bytes = 0;               // of the prefix cache; 0: none
  // What the pages on disk are bound to besides the model: a start with something else finds none.
  std::string cache_rules;
  std::string cache_folder;  // where prefixes outlive the process; empty: nowhere
  std::uint64_t cache_folder_bytes = std::uint64_t{4} << 30;
  std::chrono::seconds cache_folder_age = std::chrono::hours(24 * 7);  // how long one is kept
  std::vector<std::string> cache_tenants;  // who share it equally; nobody else has any of it
};

struct ModelInfo {
  std::string name;           // general.name or the file's name
  std::string architecture;   // "llama", "qwen2"
  std::string family;         // "DeepSeek-R1-Distill-Qwen (distilled, dense)", as far as the file tells
  std::string quantisation;   // "Q4_K (84%), Q6_K (16%)" by parameters
  std::string prompt_format;  // "r1", "chatml", "guide", "plain"
  std::vector<std::pair<std::string, std::string>> quantisation_by_part;  // "experts", "MXFP4 (100%)"
  std::uint64_t parameters = 0;
  std::uint64_t active_parameters = 0;  // that one token is multiplied with
  std::uint64_t file_bytes = 0;
  std::uint64_t kv_bytes_per_token = 0;
  std::string kv_type;                        // of keys and values: "f16"
  std::uint64_t kv_bytes_per_token_q8_0 = 0;  // what they would be so; 0: this model can't keep them so
  int context_trained = 0;                    // positions
  int context = 0;                            // positions per job as loaded
  int vocabulary = 0;                         // tokens
  int embedding = 0;                          // dimensions of a text's vector
  std::string digest;  // "sha256:..." of the whole file (up to 64 MiB) or "header-sha256:..." of its header
};

using Sink = std::function<void(chat::Chunk)>;
using JobId = std::uint64_t;

// Both are called like a Sink: on the scheduler thread, and they must not block.
struct EmbeddingSink {
  // Once for each input, in any order: [dimensions], of length 1 (L2).
  std::function<void(std::size_t input, std::span<const float> vector)> vector;
  Sink end;  // once, with Usage and Finish behind the last vector, or with a Failure
};

class Engine {
 public:
  // Errors: gguf.* (the file, with key or offset), engine.unsupported (what it is, what is supported; a kv_type
  // that the model can't have),
  // engine.memory (needed and available bytes).
  static Result<std::unique_ptr<Engine>> load(const LoadOptions& options);
  virtual ~Engine() = default;  // running jobs end with a Failure engine.stopped
  virtual const ModelInfo& info() const = 0;
  // Refuses what can't be honoured, naming the field: engine.context_exceeded, engine.busy,
  // engine.unsupported_field (images, tools where the prompt format has no words for them), engine.constraint (a
  // schema or grammar that cannot be held). Streams TextDelta and ReasoningDelta as they come (UTF-8 whole), each
  // tool call as one ToolCallDelta once it is complete, then Usage and Finish in the last chunk. response_format,
  // tool_choice and the extra field `grammar` (GBNF) are honoured token by token: an answer that ends with Stop or
  // ToolCalls has the form that was asked for.
  // The longest prefix of the prompt that the cache holds for this tenant is not computed again; Usage tells its
  // tokens as cache_hit. The answer is the same, bit for bit.
  virtual Result<JobId> submit(const chat::Request& request, Sink sink, const CacheUse& cache = {}) = 0;
  // Operation::CountTokens: the tokens of the prompt that submit() would compute for these messages and tools.
  // Refuses as submit() does. An engine without a tokenizer of its own refuses.
  virtual Result<std::int64_t> count_tokens(const chat::Request& request);
  // Operation::Embed: the final hidden states of each input, pooled as the file says (embedding.h) and brought to
  // length 1; with the extra field `dimensions` the first so many of them, brought to length 1 again. Inputs that
  // are text get BOS and EOS as the file says and are otherwise plain; token ids are taken from the body as they
  // are. The inputs are read some at a time among the chats, each at most as long as the context. Refuses as
  // submit() does.
  virtual Result<JobId> embed(const chat::Request& request, EmbeddingSink sink) = 0;
  virtual void cancel(JobId job) = 0;  // frees the slot within one step; the sink gets no more calls after return
  // Forgets every prefix, in memory and on disk, and keeps none of what runs now: the rules for keeping have
  // changed.
  virtual void forget_prefixes() = 0;
  virtual int running() const = 0;  // jobs decoding or waiting
  // Tokens that were guessed (LoadOptions::drafts) since the start, and how many of them were right.
  struct Guesses {
    std::int64_t made = 0, right = 0;
  };
  virtual Guesses guesses() const { return {}; }
};

}  // namespace sluice::engine
