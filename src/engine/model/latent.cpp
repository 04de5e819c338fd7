#include "engine/model/latent.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::engine::model {

using tensor::Buffer;

namespace {

Status bind_queries(Binder& binder, const std::string& prefix, const Shape& shape, LatentWeights& weights) {
  const int rank = shape.latent.q_rank;
  if (rank == 0) {
    SLUICE_TRY(weights.q, binder.matrix(prefix + "attn_q.weight", shape.q_width(), shape.embedding));
    return {};
  }
  SLUICE_TRY(weights.q_down, binder.matrix(prefix + "attn_q_a.weight", rank, shape.embedding));
  SLUICE_TRY(weights.q_norm, binder.vector(prefix + "attn_q_a_norm.weight", rank));
  SLUICE_TRY(weights.q_up, binder.matrix(prefix + "attn_q_b.weight", shape.q_width(), rank));
  return {};
}

}  // namespace

Result<LatentWeights> bind_latent(Binder& binder, const std::string& prefix, const Shape& shape) {
  const LatentShape& latent = shape.latent;
  LatentWeights weights;
  SLUICE_TRY_VOID(bind_queries(binder, prefix, shape, weights));
  SLUICE_TRY(weights.kv_down,
             binder.matrix(prefix + "attn_kv_a_mqa.weight", latent.kv_rank + shape.rope_dims, shape.embedding));
  SLUICE_TRY(weights.kv_norm, binder.vector(prefix + "attn_kv_a_norm.weight", latent.kv_rank));
  if (binder.has(prefix + "attn_kv_b.weight")) {  // one matrix: of each head the keys, then the values
    const int head = latent.nope + latent.value;
    SLUICE_TRY(const auto both, binder.matrix(prefix + "attn_kv_b.weight", shape.heads * head, latent.kv_rank));
    for (int i = 0; i < shape.heads; ++i) {
      weights.keys.push_back(rows_of(both, i * head, latent.nope));
      weights.values.push_back(rows_of(both, i * head + latent.nope, latent.value));
    }
  } else {
    SLUICE_TRY(weights.absorb,
               binder.matrices(prefix + "attn_k_b.weight", shape.heads, latent.kv_rank, latent.nope));
    SLUICE_TRY(weights.values,
               binder.matrices(prefix + "attn_v_b.weight", shape.heads, latent.value, latent.kv_rank));
  }
  SLUICE_TRY(weights.output,
             binder.matrix(prefix + "attn_output.weight", shape.embedding, shape.heads * latent.value));
  return weights;
}

LatentAttention::LatentAttention(const Shape& shape, const Options& options, Cache cache, Pass& pass)
    : shape_(shape),
      pass_(pass),
      cache_(std::move(cache)),
      angles_(shape.rope, shape.rope_dims, options.rows),
      wide_(shape.key_width()),
      scale_(static_cast<float>(rope_score_factor(shape.rope) / std::sqrt(static_cast<double>(shape.head_dim)))),
      q_down_(options.rows, shape.latent.q_rank),
      q_(options.rows, shape.q_width()),
      kv_(options.rows, wide_),
      nope_(options.rows * shape.heads, shape.latent.nope),
      absorbed_(options.rows * shape.heads, shape.latent.kv_rank),
      latent_q_(options.rows * shape.heads, wide_),
      attended_(options.rows * shape.heads, shape.latent.kv_rank),
      values_(options.rows * shape.heads, shape.latent.value),
      a_(options.rows, shape.heads * shape.latent.value) {
  tiles_.reserve(static_cast<std::size_t>(options.rows));
}

std::uint64_t LatentAttention::bytes(const Shape& shape, const Options& options) {
  const LatentShape& latent = shape.latent;
  const int copies = options.rows * shape.heads;
  return Buffer::bytes(options.rows, latent.q_rank) + Buffer::bytes(options.rows, shape.q_width()) +
         Buffer::bytes(options.rows, shape.key_width()) + Buffer::bytes(copies, latent.nope) +
         2 * Buffer::bytes(copies, latent.kv_rank) + Buffer::bytes(copies, shape.key_width()) +
         Buffer::bytes(copies, latent.value) + Buffer::bytes(options.rows, shape.heads * latent.value);
}

void LatentAttention::begin() {
  angles_.prepare(pass_);
  cut_tiles(pass_, 1, tiles_);
}

void LatentAttention::project(const LatentWeights& weights) {
  tensor::Compute& compute = pass_.compute();
  const int count = pass_.count();
  if (weights.q.rows > 0) {
    const std::array<tensor::Product, 2> in{
        {{&weights.q, q_.row(0), nullptr}, {&weights.kv_down, kv_.row(0), nullptr}}};
    compute.multiply(pass_.h(), count, in);
  } else {
    const std::array<tensor::Product, 2> in{
        {{&weights.q_down, q_down_.row(0), nullptr}, {&weights.kv_down, kv_.row(0), nullptr}}};
    compute.multiply(pass_.h(), count, in);
    compute.rms_norm(q_down_, count, weights.q_norm, shape_.epsilon, q_down_);
    const std::array<tensor::Product, 1> up{{{&weights.q_up, q_.row(0), nullptr}}};
    compute.multiply(q_down_, count, up);
  }
  const int rank = shape_.latent.kv_rank;
  pass_.for_rows(shape_.q_width(), [&](int i) {
    compute.kernels().rms_norm(kv_.row(i), weights.kv_norm.data(), shape_.epsilon, rank, kv_.row(i));
    angles_.turn(Rope::Interleaved, kv_.row(i) + rank, i);
    for (int head = 0; head < shape_.heads; ++head) {
      float* q = q_.row(i) + head * shape_.head_dim;
      std::copy_n(q, shape_.latent.nope, nope_.row(by_head(head, i)));
      angles_.turn(Rope::Interleaved, q + shape_.latent.nope, i);
    }
  });
}

// latent_q = [W_k^T q_nope, q_rope] per head.
void LatentAttention::absorb(const LatentWeights& weights) {
  const int count = pass_.count(), rank = shape_.latent.kv_rank;
  const bool split = weights.keys.empty();
  products_.clear();
  for (int head = 0; head < shape_.heads; ++head) {
    const auto& weight = (split ? weights.absorb : weights.keys)[static_cast<std::size_t>(head)];
    products_.push_back({&weight, absorbed_.row(0), nullptr, by_head(head, 0), count});
  }
  if (split)
    pass_.compute().multiply(nope_, count * shape_.heads, products_);
  else
    pass_.compute().multiply_transposed(nope_, count * shape_.heads, products_);
  pass_.for_rows(std::int64_t{wide_} * shape_.heads, [&](int i) {
    for (int head = 0; head < shape_.heads; ++head) {
      float* q = latent_q_.row(by_head(head, i));
      std::copy_n(absorbed_.row(by_head(head, i)), rank, q);
      std::copy_n(q_.row(i) + head * shape_.head_dim + shape_.latent.nope, shape_.rope_dims, q + rank);
    }
  });
}

void LatentAttention::store_row(int layer, int index) {
  const Row& row = pass_.row(index);
  const std::size_t at = static_cast<std::size_t>(row.position) * static_cast<std::size_t>(wide_);
  if (cache_.exact())
    std::copy_n(kv_.row(index), wide_, cache_.keys(row.slot, layer) + at);
  else
    pass_.compute().kernels().to_half(kv_.row(index), wide_, cache_.half_keys(row.slot, layer) + at);
}

void LatentAttention::attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch) {
  std::array<const float*, tensor::kMaxQueries> q;
  std::array<float*, tensor::kMaxQueries> out;
  std::array<int, tensor::kMaxQueries> counts;
  tensor::Attention attention;
  for (int i = tile.first; i < tile.first + tile.rows; ++i)
    for (int head = first_head; head < first_head + heads; ++head) {
      const auto j = static_cast<std::size_t>(attention.queries++);
      q[j] = latent_q_.row(by_head(head, i));
      out[j] = attended_.row(by_head(head, i));
      counts[j] = pass_.row(i).position + 1;
    }
  const int slot = pass_.row(tile.first).slot;
  attention.q = q.data();
  attention.out = out.data();
  attention.counts = counts.data();
  attention.stride = static_cast<std::size_t>(wide_);
  attention.head_dim = wide_;
  attention.value_dim = shape_.latent.kv_rank;
  attention.scale = scale_;
  attention.scratch = scratch;
  if (cache_.exact()) {
    attention.k = attention.v = cache_.keys(slot, layer);
    pass_.compute().kernels().attend_f32(attention);
  } else {
    attention.k = attention.v = cache_.half_keys(slot, layer);
    pass_.compute().kernels().attend_f16(attention);
  }
}

void LatentAttention::attend(int layer) {
  pass_.for_rows(wide_, [&](int i) { store_row(layer, i); });
  // All heads read the same cache; a task takes some of them for one row.
  const int heads = std::min(shape_.heads, tensor::kMaxQueries);
  const int parts = (shape_.heads + heads - 1) / heads;
  const int tiles = static_cast<int>(tiles_.size());
  pass_.compute().for_each(tiles * parts, true, [&](int i, float* scratch) {
    const int first = i % parts * heads;
    attend_tile(layer, tiles_[static_cast<std::size_t>(i / parts)], first, std::min(heads, shape_.heads - first),
                scratch);
  });
}

void LatentAttention::output(const LatentWeights& weights) {
  const int count = pass_.count(), width = shape_.latent.value;
  products_.clear();
  for (int head = 0; head < shape_.heads; ++head)
    products_.push_back(
        {&weights.values[static_cast<std::size_t>(head)], values_.row(0), nullptr, by_head(head, 0), count});
  pass_.compute().multiply(attended_, count * shape_.heads, products_);
  for (int i = 0; i < count; ++i)
    for (int head = 0; head < shape_.heads; ++head)
      std::copy_n(values_.row(by_head(head, i)), width, a_.row(i) + head * width);
  const std::array<tensor::Product, 1> out{{{&weights.output, pass_.result().row(0), nullptr}}};
  pass_.compute().multiply(a_, count, out);
}

void LatentAttention::apply(const LatentWeights& weights, int layer) {
  project(weights);
  absorb(weights);
  attend(layer);
  output(weights);
}

}  // namespace sluice::engine::model
