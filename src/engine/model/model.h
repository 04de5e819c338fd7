// A loaded model: tokens in, logits out, and the hidden states behind them.
//
// Rows of several sequences are computed together. Each sequence lives in a slot; its row at position p sees the
// rows that were computed for the same slot at positions 0 .. p, and nothing else. A row's logits and hidden
// state do not depend on what it is batched with, nor on how a prompt was cut into chunks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/model/kv_type.h"
#include "engine/model/memory.h"
#include "engine/model/pages.h"
#include "engine/model/shape.h"

namespace sluice::engine::tensor {
struct Weight;
}

namespace sluice::engine::model {

struct Options {
  int threads = 1;
  int slots = 1;
  int context = 0;               // positions per slot, 1 .. the model's
  int rows = 64;                 // most rows per forward()
  bool exact = false;            // F32 activations and cache
  KvType kv_type = KvType::F16;  // of the cache, where it is not exact
  std::uint64_t beside = 0;      // bytes that the caller is going to allocate too: counted where memory is checked
  int logits = 0;                // most rows per forward() that want logits; 0: one per slot
  // Sees what meets each weight (tensor/compute.h); null but for tools.
  std::function<void(const tensor::Weight& weight, const float* x, int rows)> watch;
};

inline KvType used_kv_type(const Options& options) { return options.exact ? KvType::F32 : options.kv_type; }

struct Row {
  std::int32_t token = 0;
  int slot = 0;
  int position = 0;
  bool wants_logits = false;
  bool wants_hidden = false;
};

// Not thread-safe: one thread calls forward(), which uses the model's own pool.
class Model {
 public:
  // The file must outlive the model. Errors: gguf.* and engine.unsupported from the file, engine.memory.
  static Result<std::unique_ptr<Model>> load(const gguf::File& file, const Options& options);
  virtual ~Model() = default;
  // What such a model takes, its weights apart. Options as for load().
  static MemoryNeed need(const Shape& shape, const Options& options);

  virtual const Shape& shape() const = 0;
  // A sequence may go on from any of its positions, as if the rows behind it had never been. Otherwise only from
  // its first or from behind its last.
  virtual bool goes_back() const { return true; }
  // Preconditions: at most Options::rows rows; tokens, slots and positions in range; rows of one slot adjacent and
  // in ascending, gapless order of position.
  virtual void forward(std::span<const Row> rows) = 0;
  // [vocabulary] of the i-th row of the last forward() that wanted logits; valid until the next.
  virtual std::span<float> logits(int i) = 0;
  // The slots' state, between two passes.
  virtual Pages& pages() = 0;
  // [embedding] of the i-th row of the last forward() that wanted it: the residual stream behind the final norm,
  // from which the logits are computed; valid until the next.
  virtual std::span<const float> hidden(int i) = 0;
};

}  // namespace sluice::engine::model
