#include "engine/model/compressed.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/model/indexer.h"

namespace sluice::engine::model {

using tensor::Buffer;

namespace {

Result<CompressorWeights> bind_compressor(Binder& binder, const std::string& prefix, const Shape& shape, int dim,
                                          int ratio) {
  const int width = (ratio == 4 ? 2 : 1) * dim;
  CompressorWeights weights;
  SLUICE_TRY(weights.values, binder.matrix(prefix + "kv.weight", width, shape.embedding));
  SLUICE_TRY(weights.scores, binder.matrix(prefix + "gate.weight", width, shape.embedding));
  SLUICE_TRY(weights.places, binder.floats(prefix + "ape.weight", ratio, width));
  SLUICE_TRY(weights.norm, binder.vector(prefix + "norm.weight", dim));
  return weights;
}

Status bind_output(Binder& binder, const std::string& prefix, const Shape& shape, CompressedWeights& weights) {
  const CompressedShape& c = shape.compressed;
  const int width = shape.q_width() / c.output_groups;
  SLUICE_TRY(const auto down,
             binder.matrix(prefix + "attn_output_a.weight", c.output_groups * c.output_rank, width));
  for (int group = 0; group < c.output_groups; ++group)
    weights.output_down.push_back(rows_of(down, group * c.output_rank, c.output_rank));
  SLUICE_TRY(weights.output_up,
             binder.matrix(prefix + "attn_output_b.weight", shape.embedding, c.output_groups * c.output_rank));
  return {};
}

}  // namespace

Result<CompressedWeights> bind_compressed(Binder& binder, const std::string& prefix, const Shape& shape,
                                          int layer) {
  const CompressedShape& c = shape.compressed;
  const int ratio = c.ratios[static_cast<std::size_t>(layer)];
  CompressedWeights weights;
  SLUICE_TRY(weights.q_down, binder.matrix(prefix + "attn_q_a.weight", c.q_rank, shape.embedding));
  SLUICE_TRY(weights.q_norm, binder.vector(prefix + "attn_q_a_norm.weight", c.q_rank));
  SLUICE_TRY(weights.q_up, binder.matrix(prefix + "attn_q_b.weight", shape.q_width(), c.q_rank));
  SLUICE_TRY(weights.kv, binder.matrix(prefix + "attn_kv.weight", shape.head_dim, shape.embedding));
  SLUICE_TRY(weights.kv_norm, binder.vector(prefix + "attn_kv_a_norm.weight", shape.head_dim));
  SLUICE_TRY(weights.sinks, binder.vector(prefix + "attn_sinks.weight", shape.heads));
  SLUICE_TRY_VOID(bind_output(binder, prefix, shape, weights));
  if (ratio > 0) {
    SLUICE_TRY(weights.compressor,
               bind_compressor(binder, prefix + "attn_compressor_", shape, shape.head_dim, ratio));
  }
  if (ratio == 4) {
    SLUICE_TRY(weights.index_compressor,
               bind_compressor(binder, prefix + "indexer_compressor_", shape, c.index_dim, ratio));
    SLUICE_TRY(weights.index_q,
               binder.matrix(prefix + "indexer.attn_q_b.weight", c.index_heads * c.index_dim, c.q_rank));
    SLUICE_TRY(weights.index_heads, binder.matrix(prefix + "indexer.proj.weight", c.index_heads, shape.embedding));
  }
  return weights;
}

CompressedAttention::CompressedAttention(const Shape& shape, const Options& options, CompressedCache cache,
                                         Pass& pass)
    : shape_(shape),
      c_(shape_.compressed),
      pass_(pass),
      cache_(std::move(cache)),
      near_angles_(shape.rope, shape.rope_dims, options.rows),
      far_angles_(c_.rope, shape.rope_dims, options.rows),
      nope_(shape.head_dim - shape.rope_dims),
      ones_(static_cast<std::size_t>(shape.head_dim), 1.0f),
      q_down_(options.rows, c_.q_rank),
      q_(options.rows, shape.q_width()),
      kv_(options.rows, shape.head_dim),
      values_(options.rows, 2 * shape.head_dim),
      scores_(options.rows, 2 * shape.head_dim),
      index_values_(options.rows, 2 * c_.index_dim),
      index_scores_(options.rows, 2 * c_.index_dim),
      index_q_(options.rows, c_.index_heads * c_.index_dim),
      index_heads_(options.rows, c_.index_heads),
      attended_(options.rows * c_.output_groups, shape.q_width() / c_.output_groups),
      down_(options.rows * c_.output_groups, c_.output_rank),
      low_(options.rows, c_.output_groups * c_.output_rank),
      seen_(static_cast<std::size_t>(options.rows)) {}

std::uint64_t CompressedAttention::bytes(const Shape& shape, const Options& options) {
  const CompressedShape& c = shape.compressed;
  const int rows = options.rows;
  return Buffer::bytes(rows, c.q_rank) + 2 * Buffer::bytes(rows, shape.q_width()) +
         Buffer::bytes(rows, shape.head_dim) + 2 * Buffer::bytes(rows, 2 * shape.head_dim) +
         2 * Buffer::bytes(rows, 2 * c.index_dim) + Buffer::bytes(rows, c.index_heads * (c.index_dim + 1)) +
         2 * Buffer::bytes(rows, c.output_groups * c.output_rank) +
         static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(c.window + c.index_top) * sizeof(void*);
}

void CompressedAttention::begin() {
  near_angles_.prepare(pass_);
  far_angles_.prepare(pass_);
}

void CompressedAttention::project(const CompressedWeights& weights, int ratio) {
  tensor::Compute& compute = pass_.compute();
  const int count = pass_.count();
  products_ = {{&weights.q_down, q_down_.row(0), nullptr}, {&weights.kv, kv_.row(0), nullptr}};
  if (ratio > 0) {
    values_.set_columns(weights.compressor.values.rows);
    scores_.set_columns(weights.compressor.values.rows);
    products_.push_back({&weights.compressor.values, values_.row(0), nullptr});
    products_.push_back({&weights.compressor.scores, scores_.row(0), nullptr});
  }
  if (ratio == 4) {
    products_.push_back({&weights.index_compressor.values, index_values_.row(0), nullptr});
    products_.push_back({&weights.index_compressor.scores, index_scores_.row(0), nullptr});
    products_.push_back({&weights.index_heads, index_heads_.row(0), nullptr});
  }
  compute.multiply(pass_.h(), count, products_);
  compute.rms_norm(q_down_, count, weights.q_norm, shape_.epsilon, q_down_);
  products_ = {{&weights.q_up, q_.row(0), nullptr}};
  if (ratio == 4) products_.push_back({&weights.index_q, index_q_.row(0), nullptr});
  compute.multiply(q_down_, count, products_);
}

// Norms heads and turns the last dimensions of each by the rows' positions.
void CompressedAttention::turn(const CompressedWeights& weights, const Angles& angles, int ratio) {
  const tensor::Kernels& kernels = pass_.compute().kernels();
  const int d = shape_.head_dim;
  pass_.for_rows(shape_.q_width(), [&](int i) {
    for (int head = 0; head < shape_.heads; ++head) {
      float* q = q_.row(i) + head * d;
      kernels.rms_norm(q, ones_.data(), shape_.epsilon, d, q);
      angles.turn(Rope::Interleaved, q + nope_, i);
    }
    kernels.rms_norm(kv_.row(i), weights.kv_norm.data(), shape_.epsilon, d, kv_.row(i));
    angles.turn(Rope::Interleaved, kv_.row(i) + nope_, i);
    for (int head = 0; head < c_.index_heads && ratio == 4; ++head)
      angles.turn(Rope::Interleaved, index_q_.row(i) + (head + 1) * c_.index_dim - shape_.rope_dims, i);
  });
}

void CompressedAttention::store_row(const CompressedWeights& weights, int layer, int index) {
  const Row& row = pass_.row(index);
  kv_store(pass_.compute().kernels(), cache_.type(), kv_.row(index), shape_.head_dim,
           cache_.near(row.slot, layer, row.position));
  const int ratio = c_.ratios[static_cast<std::size_t>(layer)];
  if (ratio == 0) return;
  const auto store = [&](const CompressorWeights& compressor, const float* values, const float* scores,
                         float* to) {
    const int width = compressor.values.rows;
    std::copy_n(values, width, to);
    const float* place = compressor.places.data() + static_cast<std::ptrdiff_t>(row.position % ratio) * width;
    for (int i = 0; i < width; ++i) to[width + i] = scores[i] + place[i];
  };
  store(weights.compressor, values_.row(index), scores_.row(index), cache_.state(row.slot, layer, row.position));
  if (ratio == 4)
    store(weights.index_compressor, index_values_.row(index), index_scores_.row(index),
          cache_.index_state(row.slot, layer, row.position));
  if ((row.position + 1) % ratio != 0) return;
  compress(weights.compressor, layer, index, false);
  if (ratio == 4) compress(weights.index_compressor, layer, index, true);
}

// The block that ends at the row becomes one vector: of its own positions the second part, of those of the block
// before it the first; a compressor without overlap has one part.
void CompressedAttention::compress(const CompressorWeights& weights, int layer, int index, bool indexer) {
  const Row& row = pass_.row(index);
  const int ratio = c_.ratios[static_cast<std::size_t>(layer)], block = row.position / ratio;
  const int dim = static_cast<int>(weights.norm.size()), width = weights.values.rows, parts = width / dim;
  const int first = std::max(0, (block - (parts - 1)) * ratio);
  std::vector<float> most(static_cast<std::size_t>(dim), -INFINITY), sum(most.size()), out(most.size());
  const auto inputs = [&](int position) {
    const float* state =
        indexer ? cache_.index_state(row.slot, layer, position) : cache_.state(row.slot, layer, position);
    return state + (position >= block * ratio ? (parts - 1) * dim : 0);
  };
  for (int position = first; position <= row.position; ++position) {
    const float* score = inputs(position) + width;
    for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], score[i]);
  }
  for (int position = first; position <= row.position; ++position) {
    const float *value = inputs(position), *score = value + width;
    for (std::size_t i = 0; i < most.size(); ++i) {
      const float weight = std::exp(score[i] - most[i]);
      sum[i] += weight;
      out[i] += weight * value[i];
    }
  }
  for (std::size_t i = 0; i < most.size(); ++i) out[i] /= sum[i];
  pass_.compute().kernels().rms_norm(out.data(), weights.norm.data(), shape_.epsilon, dim, out.data());
  far_angles_.turn_by(Rope::Interleaved, out.data() + dim - shape_.rope_dims, block * ratio);
  kv_store(pass_.compute().kernels(), indexer ? index_type(cache_.type()) : cache_.type(), out.data(), dim,
           indexer ? cache_.index(row.slot, layer, block) : cache_.far(row.slot, layer, block));
}

// What the row's queries are given, in the order of positions: blocks, then the nearest.
void CompressedAttention::choose(int layer, int index, float* scratch) {
  const Row& row = pass_.row(index);
  const int ratio = c_.ratios[static_cast<std::size_t>(layer)];
  std::vector<const void*>& seen = seen_[static_cast<std::size_t>(index)];
  seen.clear();
  const int blocks = ratio > 0 ? (row.position + 1) / ratio : 0;
  if (ratio == 4 && blocks > c_.index_top) {
    std::vector<int> chosen;
    const IndexQuery query{index_q_.row(index), index_heads_.row(index), c_.index_heads, c_.index_dim};
    const IndexKeys keys{cache_.index(row.slot, layer, 0), cache_.type() == KvType::F32, blocks};
    choose_keys(pass_.compute().kernels(), query, keys, c_.index_top, chosen, scratch);
    for (int block : chosen) seen.push_back(cache_.far(row.slot, layer, block));
  } else {
    for (int block = 0; block < blocks; ++block) seen.push_back(cache_.far(row.slot, layer, block));
  }
  for (int position = std::max(0, row.position - c_.window + 1); position <= row.position; ++position)
    seen.push_back(cache_.near(row.slot, layer, position));
}

float* CompressedAttention::head_result(int head, int index) {
  const int group = shape_.heads / c_.output_groups;  // heads of a group
  return attended_.row(head / group * pass_.count() + index) + head % group * shape_.head_dim;
}

void CompressedAttention::attend_heads(const CompressedWeights& weights, int index, int first_head, int heads,
                                       float* scratch) {
  const std::vector<const void*>& seen = seen_[static_cast<std::size_t>(index)];
  std::array<const float*, tensor::kMaxQueries> q;
  std::array<float*, tensor::kMaxQueries> out;
  std::array<int, tensor::kMaxQueries> counts;
  counts.fill(static_cast<int>(seen.size()));
  for (int j = 0; j < heads; ++j) {
    q[static_cast<std::size_t>(j)] = q_.row(index) + (first_head + j) * shape_.head_dim;
    out[static_cast<std::size_t>(j)] = head_result(first_head + j, index);
  }
  tensor::Attention attention;
  attention.q = q.data();
  attention.out = out.data();
  attention.counts = counts.data();
  attention.queries = heads;
  attention.head_dim = shape_.head_dim;
  attention.scale = 1.0f / std::sqrt(static_cast<float>(shape_.head_dim));
  attention.scratch = scratch;
  attention.sinks = weights.sinks.data() + first_head;
  attention.rows = seen.data();
  kv_attend(pass_.compute().kernels(), cache_.type(), attention);
}

void CompressedAttention::attend(const CompressedWeights& weights, int layer) {
  tensor::Compute& compute = pass_.compute();
  const int count = pass_.count();
  compute.for_each(count, count > 1, [&](int i, float* scratch) { choose(layer, i, scratch); });
  int heads = std::min(shape_.heads, tensor::kMaxQueries);
  while (heads > 1 && count * ((shape_.heads + heads - 1) / heads) < compute.threads()) heads /= 2;
  const int parts = (shape_.heads + heads - 1) / heads;
  compute.for_each(count * parts, true, [&](int i, float* scratch) {
    const int first = i % parts * heads;
    attend_heads(weights, i / parts, first, std::min(heads, shape_.heads - first), scratch);
  });
}

void CompressedAttention::output(const CompressedWeights& weights, const Angles& angles) {
  const int count = pass_.count();
  pass_.for_rows(shape_.q_width(), [&](int i) {
    for (int head = 0; head < shape_.heads; ++head)
      angles.turn_back(Rope::Interleaved, head_result(head, i) + nope_, i);
  });
  products_.clear();
  for (int group = 0; group < c_.output_groups; ++group)
    products_.push_back(
        {&weights.output_down[static_cast<std::size_t>(group)], down_.row(0), nullptr, group * count, count});
  pass_.compute().multiply(attended_, c_.output_groups * count, products_);
  for (int i = 0; i < count; ++i)
    for (int group = 0; group < c_.output_groups; ++group)
      std::copy_n(down_.row(group * count + i), c_.output_rank, low_.row(i) + group * c_.output_rank);
  const std::array<tensor::Product, 1> up{{{&weights.output_up, pass_.result().row(0), nullptr}}};
  pass_.compute().multiply(low_, count, up);
}

void CompressedAttention::apply(const CompressedWeights& weights, int layer) {
  const int ratio = c_.ratios[static_cast<std::size_t>(layer)];
  const Angles& angles = ratio > 0 ? far_angles_ : near_angles_;
  project(weights, ratio);
  turn(weights, angles, ratio);
  for (int i = 0; i < pass_.count(); ++i) store_row(weights, layer, i);
  attend(weights, layer);
  output(weights, angles);
}

}  // namespace sluice::engine::model
