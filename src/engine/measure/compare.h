// What a model's numbers became in another file of it: "what did quantisation cost?"
//
// Both models read the same text in stretches of `context` tokens that don't overlap (each behind a BOS, where the
// file says so; a shorter rest is left out). In the second half of each stretch, where every token has at least
// half a stretch before it, their next-token distributions P (of `a`, the reference) and Q (of `b`) are compared:
// - perplexity: exp of the mean negative log-likelihood of the text's tokens, of either;
// - ratio: perplexity of b over that of a; its interval is that of the paired differences, so it is much narrower;
// - divergence: the mean Kullback-Leibler divergence, sum of P log(P / Q), in nats;
// - agreement: how often the likeliest token is the same (of equals the lower id).
// Intervals: see estimate.h.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "engine/measure/estimate.h"
#include "engine/model/kv_type.h"

namespace sluice::engine::measure {

struct Options {
  std::string a, b;                              // .gguf files
  std::string text;                              // what to read; special tokens in it are text like any other
  int context = 512;                             // tokens per stretch, at most what both models have
  int stretches = 0;                             // at most so many; 0: all
  bool exact = false;                            // F32 activations and cache
  model::KvType kv_type_b = model::KvType::F16;  // in which B keeps its keys and values
  int threads = 1;
};

struct Comparison {
  int context = 0, stretches = 0;
  std::int64_t tokens = 0;  // that were compared
  Estimate perplexity_a, perplexity_b, ratio, divergence, agreement;
  double divergence_99 = 0, divergence_most = 0;  // 99 % of the tokens are below; the largest
};

using Watch = std::function<void(int stretch, int of)>;

// Errors: gguf.*, engine.unsupported and engine.memory from the files; compare.vocabulary where a token's id means
// something else in the other file, or the vocabularies differ in size; compare.text where the text has too few
// tokens; engine.numeric where a model computes values that are no numbers.
Result<Comparison> compare(const Options& options, const Watch& watch = {});

}  // namespace sluice::engine::measure
