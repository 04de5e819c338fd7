#include "engine/model/mixture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace sluice::engine::model {
namespace {

using tensor::Buffer;

void gate_scores(Gate gate, std::span<const float> logits, std::vector<float>& scores) {
  scores.assign(logits.begin(), logits.end());
  if (gate == Gate::Softmax) {
    const float most = *std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (float& score : scores) sum += score = std::exp(score - most);
    for (float& score : scores) score /= sum;
    return;
  }
  for (float& score : scores) {
    if (gate == Gate::Sigmoid)
      score = 1.0f / (1.0f + std::exp(-score));
    else
      score = std::sqrt(score > 20.0f ? score : std::log1p(std::exp(score)));
  }
}

// Experts of other groups than the best get -infinity.
void keep_best_groups(const MixtureShape& shape, std::vector<float>& values) {
  const auto size = static_cast<std::size_t>(shape.experts / shape.groups);
  std::vector<float> sums;
  for (std::size_t begin = 0; begin < values.size(); begin += size) {
    float first = -INFINITY, second = -INFINITY;
    for (std::size_t i = begin; i < begin + size; ++i) {
      if (values[i] > first)
        second = std::exchange(first, values[i]);
      else
        second = std::max(second, values[i]);
    }
    sums.push_back(shape.gate == Gate::Softmax || size == 1 ? first : first + second);
  }
  std::vector<int> kept;
  best_of(sums, shape.groups_used, kept);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::find(kept.begin(), kept.end(), static_cast<int>(i / size)) == kept.end()) values[i] = -INFINITY;
}

}  // namespace

void best_of(std::span<const float> values, int count, std::vector<int>& out) {
  out.resize(values.size());
  std::iota(out.begin(), out.end(), 0);
  const auto value = [&](int i) {
    const float v = values[static_cast<std::size_t>(i)];
    return std::isnan(v) ? -INFINITY : v;
  };
  const auto better = [&](int a, int b) {
    const float x = value(a), y = value(b);
    return x > y || (x == y && a < b);
  };
  std::partial_sort(out.begin(), out.begin() + count, out.end(), better);
  out.resize(static_cast<std::size_t>(count));
}

void choose_experts(const MixtureShape& shape, std::span<const float> logits, std::span<const float> bias,
                    std::span<const std::int32_t> told, Choice& choice) {
  std::vector<float> scores;
  gate_scores(shape.gate, logits, scores);
  if (!told.empty()) {
    choice.experts.assign(told.begin(), told.end());
  } else {
    std::vector<float> values = scores;
    for (std::size_t i = 0; i < bias.size(); ++i) values[i] += bias[i];
    if (shape.groups > 1) keep_best_groups(shape, values);
    best_of(values, shape.used, choice.experts);
  }
  choice.weights.clear();
  float sum = 0;
  for (int expert : choice.experts) sum += choice.weights.emplace_back(scores[static_cast<std::size_t>(expert)]);
  const float least = 0x1p-14f;  // so that a sum of nothing divides nothing
  const float factor = static_cast<float>(shape.scale) / (shape.normalise ? std::max(sum, least) : 1.0f);
  for (float& weight : choice.weights) weight *= factor;
}

Mixture::Mixture(const Shape& shape, const Options& options, Pass& pass)
    : shape_(shape.mixture), embedding_(shape.embedding), pass_(pass) {
  if (shape_.experts == 0) return;
  const int copies = options.rows * shape_.used;
  logits_ = Buffer(options.rows, shape_.experts);
  in_ = Buffer(copies, embedding_);
  gate_ = Buffer(copies, shape_.feed_forward);
  up_ = Buffer(copies, shape_.feed_forward);
  choices_.resize(static_cast<std::size_t>(options.rows));
  places_.resize(static_cast<std::size_t>(copies));
}

std::uint64_t Mixture::bytes(const Shape& shape, const Options& options) {
  if (shape.mixture.experts == 0) return 0;
  const int copies = options.rows * shape.mixture.used;
  return Buffer::bytes(options.rows, shape.mixture.experts) + Buffer::bytes(copies, shape.embedding) +
         2 * Buffer::bytes(copies, shape.mixture.feed_forward);
}

void Mixture::choose(const MixtureWeights& weights) {
  const std::array<tensor::Product, 1> route{{{&weights.router, logits_.row(0), nullptr}}};
  pass_.compute().multiply(pass_.h(), pass_.count(), route);
  const auto used = static_cast<std::size_t>(shape_.used);
  pass_.for_rows(shape_.experts, [&](int i) {
    std::span<const std::int32_t> told;
    if (!weights.by_token.empty())
      told = std::span(weights.by_token).subspan(static_cast<std::size_t>(pass_.row(i).token) * used, used);
    choose_experts(shape_, {logits_.row(i), static_cast<std::size_t>(shape_.experts)}, weights.bias, told,
                   choices_[static_cast<std::size_t>(i)]);
  });
}

void Mixture::sort_by_expert() {
  counts_.assign(static_cast<std::size_t>(shape_.experts), 0);
  for (int i = 0; i < pass_.count(); ++i)
    for (int expert : choices_[static_cast<std::size_t>(i)].experts) ++counts_[static_cast<std::size_t>(expert)];
  firsts_.resize(counts_.size());
  std::exclusive_scan(counts_.begin(), counts_.end(), firsts_.begin(), 0);
  std::vector<int> next = firsts_;
  std::size_t at = 0;
  for (int i = 0; i < pass_.count(); ++i)
    for (int expert : choices_[static_cast<std::size_t>(i)].experts)
      places_[at++] = next[static_cast<std::size_t>(expert)]++;
}

void Mixture::apply(const MixtureWeights& weights, float limit, float shared_limit) {
  choose(weights);
  sort_by_expert();
  const int used = shape_.used, copies = pass_.count() * used;
  pass_.for_rows(embedding_ * used, [&](int i) {
    for (int j = 0; j < used; ++j)
      std::copy_n(pass_.h().row(i), embedding_, in_.row(places_[static_cast<std::size_t>(i * used + j)]));
  });
  const auto each_expert = [&](const std::vector<tensor::Weight>& stack, float* out) {
    for (std::size_t e = 0; e < stack.size(); ++e)
      if (counts_[e] > 0) products_.push_back({&stack[e], out, nullptr, firsts_[e], counts_[e]});
  };
  products_.clear();
  each_expert(weights.gate, gate_.row(0));
  each_expert(weights.up, up_.row(0));
  pass_.compute().multiply(in_, copies, products_);
  pass_.compute().swiglu(gate_, up_, copies, gate_, limit);
  products_.clear();
  each_expert(weights.down, in_.row(0));
  pass_.compute().multiply(gate_, copies, products_);
  if (weights.shared.gate.rows > 0) pass_.feed_forward(weights.shared, shared_limit);
  pass_.for_rows(embedding_ * used, [&](int i) {
    float* out = pass_.result().row(i);
    if (weights.shared.gate.rows == 0) std::fill_n(out, embedding_, 0.0f);
    for (int j = 0; j < used; ++j) {
      const float weight = choices_[static_cast<std::size_t>(i)].weights[static_cast<std::size_t>(j)];
      const float* part = in_.row(places_[static_cast<std::size_t>(i * used + j)]);
      for (int e = 0; e < embedding_; ++e) out[e] += weight * part[e];
    }
  });
}

}  // namespace sluice::engine::model
