#include "engine/model_options.h"

#include <algorithm>

#include "engine/tensor/pool.h"

namespace sluice::engine {

model::Options model_options(const LoadOptions& options, const model::Shape& shape) {
  model::Options wanted;
  wanted.threads = options.threads > 0 ? options.threads : std::min(tensor::usable_processors(), kMostThreads);
  wanted.slots = options.slots;
  wanted.context = options.context > 0 ? options.context : std::min(shape.context, kDefaultContext);
  wanted.exact = options.exact;
  wanted.kv_type = options.kv_type;
  wanted.logits = wanted.slots * (1 + options.drafts);
  wanted.rows = wanted.logits + options.prefill_chunk;
  wanted.beside = options.cache_bytes;
  return wanted;
}

}  // namespace sluice::engine
