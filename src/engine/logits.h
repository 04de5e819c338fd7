// A model's numbers for one sequence of tokens: what `sluice models logits` prints, to compare files and engines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/model/kv_type.h"

namespace sluice::engine {

struct LogitsRequest {
  std::string path;                   // a .gguf file
  std::optional<std::string> prompt;  // a whole prompt, behind a BOS where the file says so; or
  std::vector<std::int32_t> tokens;   // ids as they are
  bool plain = false;                 // names of special tokens in the prompt are text like any other
  int predict = 16;                   // tokens to go on for, each the likeliest
  std::vector<std::int32_t> forced;   // or these, whatever the model says
  std::string grammar;         // GBNF: of the tokens that it allows the likeliest, until it is fulfilled; or ""
  int top = 10;                // likeliest tokens per position
  bool all_positions = false;  // of the prompt too, not only where it goes on
  bool exact = false;          // F32 activations and cache
  model::KvType kv_type = model::KvType::F16;  // of keys and values, where it is not exact
  int threads = 0;                             // 0: one per processor
  int chunk = 64;                              // prompt tokens per step
};

using TopLogits = std::vector<std::pair<std::int32_t, float>>;  // token, logit; best first, of equals the lower id

struct LogitsResult {
  std::string architecture;
  std::vector<std::int32_t> tokens;        // of the prompt
  std::vector<std::int32_t> continuation;  // greedy or forced
  std::string text;                        // of the continuation; empty where the vocabulary is not known
  std::optional<double> mean_nll;          // of the prompt's tokens but the first, natural logarithm
  std::optional<double> continuation_nll;  // the same of the continuation
  // One per token of the continuation, from the logits before it; before them one per position of the prompt but
  // the last, with `all_positions`.
  std::vector<TopLogits> top;
};

// Errors: gguf.*, engine.unsupported, engine.memory from the file; engine.vocabulary for tokens outside of it;
// engine.context_exceeded; engine.empty_prompt; engine.constraint from the grammar, and where it has no way on.
Result<LogitsResult> compute_logits(const LogitsRequest& request);

}  // namespace sluice::engine
