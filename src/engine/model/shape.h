// The sizes and constants of a transformer, as the metadata says, checked against limits that no real model
// reaches.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/model/rope.h"

namespace sluice::engine::model {

struct Shape {
  std::string architecture;  // "llama", "qwen3"
  int blocks = 0;            // transformer layers
  int embedding = 0;         // width of the residual stream
  int feed_forward = 0;      // width inside the feed-forward network
  int heads = 0;             // query heads
  int kv_heads = 0;          // key and value heads; heads is a multiple of it
  int head_dim = 0;
  int rope_dims = 0;   // leading dimensions of a head that are rotated; even
  int vocabulary = 0;  // tokens
  int context = 0;     // positions the model was trained on
  float epsilon = 0;   // of the RMS norms
  RopeScaling rope;

  int q_width() const { return heads * head_dim; }
  int kv_width() const { return kv_heads * head_dim; }
};

// Errors: gguf.missing_key, gguf.key_type, gguf.value (key and range), engine.unsupported (a variant of the
// architecture that this build does not compute).
Result<Shape> read_shape(const gguf::File& file);

}  // namespace sluice::engine::model
