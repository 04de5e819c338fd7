#include "engine/model/attention.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::engine::model {

using tensor::Buffer;

Attention::Attention(const Shape& shape, const Options& options, Cache cache, std::span<const float> rope_divisors,
                     Pass& pass)
    : shape_(shape),
      pass_(pass),
      cache_(std::move(cache)),
      angles_(shape.rope, shape.rope_dims, options.rows, rope_divisors),
      q_(options.rows, shape.q_width()),
      k_(options.rows, shape.kv_width()),
      v_(options.rows, shape.kv_width()),
      a_(options.rows, shape.q_width()),
      odd_heads_(shape.head_dim % 8 != 0) {
  tiles_.reserve(static_cast<std::size_t>(options.rows));
}

std::uint64_t Attention::bytes(const Shape& shape, const Options& options) {
  return 2 * Buffer::bytes(options.rows, shape.q_width()) + 2 * Buffer::bytes(options.rows, shape.kv_width());
}

void Attention::begin() {
  angles_.prepare(pass_);
  const int group = shape_.heads / shape_.kv_heads;
  cut_tiles(pass_, std::max(tensor::kMaxQueries / group, 1), tiles_);
}

void Attention::project(const AttentionWeights& weights) {
  const auto bias = [](const std::vector<float>& values) { return values.empty() ? nullptr : values.data(); };
  const std::array<tensor::Product, 3> products{{{&weights.q, q_.row(0), bias(weights.q_bias)},
                                                 {&weights.k, k_.row(0), bias(weights.k_bias)},
                                                 {&weights.v, v_.row(0), bias(weights.v_bias)}}};
  pass_.compute().multiply(pass_.h(), pass_.count(), products);
}

void Attention::norm_heads(const AttentionWeights& weights) {
  const int d = shape_.head_dim;
  const auto each = [&](float* row, int heads, const std::vector<float>& weight) {
    for (int head = 0; head < heads; ++head, row += d)
      pass_.compute().kernels().rms_norm(row, weight.data(), shape_.epsilon, d, row);
  };
  pass_.for_rows(shape_.q_width(), [&](int i) {
    each(q_.row(i), shape_.heads, weights.q_norm);
    each(k_.row(i), shape_.kv_heads, weights.k_norm);
  });
}

void Attention::rotate(Rope rope) {
  pass_.for_rows(shape_.q_width(), [&](int i) {
    for (int head = 0; head < shape_.heads; ++head) angles_.turn(rope, q_.row(i) + head * shape_.head_dim, i);
    for (int head = 0; head < shape_.kv_heads; ++head) angles_.turn(rope, k_.row(i) + head * shape_.head_dim, i);
  });
}

void Attention::store_row(int layer, int index) {
  const Row& row = pass_.row(index);
  const tensor::Kernels& kernels = pass_.compute().kernels();
  const int width = shape_.kv_width();
  kv_store(kernels, cache_.type(), k_.row(index), width, cache_.keys(row.slot, layer, row.position));
  kv_store(kernels, cache_.type(), v_.row(index), width, cache_.values(row.slot, layer, row.position));
}

void Attention::attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch) {
  std::array<const float*, tensor::kMaxQueries> q;
  std::array<float*, tensor::kMaxQueries> out;
  std::array<int, tensor::kMaxQueries> counts;
  tensor::Attention attention;
  for (int i = tile.first; i < tile.first + tile.rows; ++i)
    for (int head = first_head; head < first_head + heads; ++head) {
      const auto j = static_cast<std::size_t>(attention.queries++);
      q[j] = q_.row(i) + head * shape_.head_dim;
      out[j] = a_.row(i) + head * shape_.head_dim;
      counts[j] = pass_.row(i).position + 1;
    }
  const int slot = pass_.row(tile.first).slot;
  const int kv_head = first_head / (shape_.heads / shape_.kv_heads);
  const std::size_t offset = kv_bytes(cache_.type(), kv_head * shape_.head_dim);
  attention.q = q.data();
  attention.out = out.data();
  attention.counts = counts.data();
  attention.k = cache_.keys(slot, layer, 0) + offset;
  attention.v = cache_.values(slot, layer, 0) + offset;
  attention.stride = cache_.key_bytes();
  attention.head_dim = shape_.head_dim;
  attention.scale = 1.0f / std::sqrt(static_cast<float>(shape_.head_dim));
  attention.scratch = scratch;
  kv_attend(odd_heads_ ? tensor::scalar_kernels() : pass_.compute().kernels(), cache_.type(), attention);
}

void Attention::attend(int layer) {
  pass_.for_rows(shape_.kv_width(), [&](int i) { store_row(layer, i); });
  // A task is a tile and some heads that read the same keys; fewer heads where tasks would be too few.
  const int tiles = static_cast<int>(tiles_.size());
  int heads = std::min(shape_.heads / shape_.kv_heads, tensor::kMaxQueries);
  while (shape_.heads / shape_.kv_heads % heads != 0) --heads;
  while (heads % 2 == 0 && tiles * (shape_.heads / heads) < pass_.compute().threads()) heads /= 2;
  const int parts = shape_.heads / heads;
  std::int64_t work = 0;
  for (int i = 0; i < pass_.count(); ++i) work += std::int64_t{pass_.row(i).position + 1} * shape_.q_width();
  pass_.compute().for_each(tiles * parts, work >= kWorthSharing, [&](int i, float* scratch) {
    attend_tile(layer, tiles_[static_cast<std::size_t>(i / parts)], i % parts * heads, heads, scratch);
  });
}

void Attention::output(const AttentionWeights& weights) {
  const std::array<tensor::Product, 1> products{{{&weights.output, pass_.result().row(0), nullptr}}};
  pass_.compute().multiply(a_, pass_.count(), products);
}

}  // namespace sluice::engine::model
