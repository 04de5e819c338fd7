#include "engine/model/latent.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/model/indexer.h"

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

Status bind_indexer(Binder& binder, const std::string& prefix, const Shape& shape, LatentWeights& weights) {
  const LatentShape& latent = shape.latent;
  SLUICE_TRY(weights.index_q, binder.matrix(prefix + "indexer.attn_q_b.weight",
                                            latent.index_heads * latent.index_dim, latent.q_rank));
  SLUICE_TRY(weights.index_k, binder.matrix(prefix + "indexer.attn_k.weight", latent.index_dim, shape.embedding));
  SLUICE_TRY(weights.index_norm, binder.vector(prefix + "indexer.k_norm.weight", latent.index_dim));
  SLUICE_TRY(weights.index_bias, binder.vector(prefix + "indexer.k_norm.bias", latent.index_dim));
  SLUICE_TRY(weights.index_heads,
             binder.matrix(prefix + "indexer.proj.weight", latent.index_heads, shape.embedding));
  return {};
}

// Ba et al. 2016.
void layer_norm(std::span<const float> weight, std::span<const float> bias, float* x) {
  constexpr double kEpsilon = 1e-6;  // the reference's, which files do not say
  const auto n = static_cast<double>(weight.size());
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) mean += static_cast<double>(x[i]) / n;
  for (std::size_t i = 0; i < weight.size(); ++i) squares += std::pow(static_cast<double>(x[i]) - mean, 2);
  const double factor = 1 / std::sqrt(squares / n + kEpsilon);
  for (std::size_t i = 0; i < weight.size(); ++i)
    x[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor) * weight[i] + bias[i];
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
  if (latent.index_dim > 0) {
    SLUICE_TRY_VOID(bind_indexer(binder, prefix, shape, weights));
  }
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
      a_(options.rows, shape.heads * shape.latent.value),
      index_q_(options.rows, shape.latent.index_heads * shape.latent.index_dim),
      index_k_(options.rows, shape.latent.index_dim),
      index_heads_(options.rows, shape.latent.index_heads),
      seen_(static_cast<std::size_t>(options.rows)) {
  tiles_.reserve(static_cast<std::size_t>(options.rows));
}

std::uint64_t LatentAttention::bytes(const Shape& shape, const Options& options) {
  const LatentShape& latent = shape.latent;
  const int copies = options.rows * shape.heads;
  return Buffer::bytes(options.rows, latent.q_rank) + Buffer::bytes(options.rows, shape.q_width()) +
         Buffer::bytes(options.rows, shape.key_width()) + Buffer::bytes(copies, latent.nope) +
         2 * Buffer::bytes(copies, latent.kv_rank) + Buffer::bytes(copies, shape.key_width()) +
         Buffer::bytes(copies, latent.value) +
         Buffer::bytes(options.rows, (latent.index_heads + 1) * (latent.index_dim + 1)) +
         Buffer::bytes(options.rows, shape.heads * latent.value);
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

void LatentAttention::index(const LatentWeights& weights) {
  const int dim = shape_.latent.index_dim;
  const std::array<tensor::Product, 1> q{{{&weights.index_q, index_q_.row(0), nullptr}}};
  pass_.compute().multiply(q_down_, pass_.count(), q);
  const std::array<tensor::Product, 2> rest{
      {{&weights.index_k, index_k_.row(0), nullptr}, {&weights.index_heads, index_heads_.row(0), nullptr}}};
  pass_.compute().multiply(pass_.h(), pass_.count(), rest);
  pass_.for_rows(index_q_.columns(), [&](int i) {
    layer_norm(weights.index_norm, weights.index_bias, index_k_.row(i));
    angles_.turn(Rope::Halves, index_k_.row(i), i);
    for (int head = 0; head < shape_.latent.index_heads; ++head)
      angles_.turn(Rope::Halves, index_q_.row(i) + head * dim, i);
  });
}

void LatentAttention::store_row(int layer, int index) {
  const Row& row = pass_.row(index);
  const tensor::Kernels& kernels = pass_.compute().kernels();
  kv_store(kernels, cache_.type(), kv_.row(index), wide_, cache_.keys(row.slot, layer, row.position));
  if (shape_.latent.index_dim > 0)
    kv_store(kernels, index_type(cache_.type()), index_k_.row(index), shape_.latent.index_dim,
             cache_.values(row.slot, layer, row.position));
}

// Of more positions than the indexer gives, those that it chooses.
void LatentAttention::choose(int layer, int index, float* scratch) {
  const Row& row = pass_.row(index);
  std::vector<const void*>& seen = seen_[static_cast<std::size_t>(index)];
  seen.clear();
  if (row.position < shape_.latent.index_top) return;
  const IndexQuery query{index_q_.row(index), index_heads_.row(index), shape_.latent.index_heads,
                         shape_.latent.index_dim};
  const IndexKeys keys{cache_.values(row.slot, layer, 0), cache_.type() == KvType::F32, row.position + 1};
  std::vector<int> chosen;
  choose_keys(pass_.compute().kernels(), query, keys, shape_.latent.index_top, chosen, scratch);
  for (int position : chosen) seen.push_back(cache_.keys(row.slot, layer, position));
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
  const std::vector<const void*>& seen = seen_[static_cast<std::size_t>(tile.first)];  // tiles have one row
  if (!seen.empty()) {
    attention.rows = seen.data();
    counts.fill(static_cast<int>(seen.size()));
  }
  attention.q = q.data();
  attention.out = out.data();
  attention.counts = counts.data();
  attention.k = attention.v = cache_.keys(slot, layer, 0);
  attention.stride = cache_.key_bytes();
  attention.head_dim = wide_;
  attention.value_dim = shape_.latent.kv_rank;
  attention.scale = scale_;
  attention.scratch = scratch;
  kv_attend(pass_.compute().kernels(), cache_.type(), attention);
}

void LatentAttention::attend(int layer) {
  pass_.for_rows(wide_, [&](int i) { store_row(layer, i); });
  if (shape_.latent.index_dim > 0)
    pass_.compute().for_each(pass_.count(), pass_.count() > 1,
                             [&](int i, float* scratch) { choose(layer, i, scratch); });
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
  if (shape_.latent.index_dim > 0) index(weights);
  absorb(weights);
  attend(layer);
  output(weights);
}

}  // namespace sluice::engine::model
