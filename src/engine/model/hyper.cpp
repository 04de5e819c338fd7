#include "engine/model/hyper.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::engine::model {
namespace {

using tensor::Buffer;

float sigmoid(float z) { return 1.0f / (1.0f + std::exp(-z)); }

// Sinkhorn and Knopp 1967: rows and columns of m[from][to] are normalised in turn, after a softmax of each row.
void balance(float* m, int n, int steps, float epsilon) {
  for (int from = 0; from < n; ++from) {
    float* row = m + from * n;
    const float most = *std::max_element(row, row + n);
    float sum = 0;
    for (int to = 0; to < n; ++to) sum += row[to] = std::exp(row[to] - most);
    for (int to = 0; to < n; ++to) row[to] = row[to] / sum + epsilon;
  }
  for (int step = 0; step < steps; ++step) {
    for (int from = 0; from < n && step > 0; ++from) {
      float sum = epsilon;
      for (int to = 0; to < n; ++to) sum += m[from * n + to];
      for (int to = 0; to < n; ++to) m[from * n + to] /= sum;
    }
    for (int to = 0; to < n; ++to) {
      float sum = epsilon;
      for (int from = 0; from < n; ++from) sum += m[from * n + to];
      for (int from = 0; from < n; ++from) m[from * n + to] /= sum;
    }
  }
}

}  // namespace

Result<HyperWeights> bind_hyper(Binder& binder, const std::string& prefix, const Shape& shape, bool at_end) {
  const int n = shape.compressed.streams, outputs = at_end ? n : n * (2 + n);
  HyperWeights weights;
  SLUICE_TRY(weights.mix, binder.matrix(prefix + "fn.weight", outputs, n * shape.embedding));
  SLUICE_TRY(weights.base, binder.vector(prefix + "base.weight", outputs));
  SLUICE_TRY(weights.scale, binder.vector(prefix + "scale.weight", at_end ? 1 : 3));
  return weights;
}

HyperConnections::HyperConnections(const Shape& shape, const Options& options, Pass& pass)
    : n_(shape.compressed.streams),
      embedding_(shape.embedding),
      steps_(shape.compressed.sinkhorn_steps),
      epsilon_(shape.compressed.stream_epsilon),
      norm_epsilon_(shape.epsilon),
      pass_(pass),
      ones_(static_cast<std::size_t>(n_ * embedding_), 1.0f),
      streams_(options.rows, n_ * embedding_),
      normed_(options.rows, n_ * embedding_),
      mixes_(options.rows, n_ * (2 + n_)) {}

std::uint64_t HyperConnections::bytes(const Shape& shape, const Options& options) {
  const int n = shape.compressed.streams;
  return 2 * Buffer::bytes(options.rows, n * shape.embedding) + Buffer::bytes(options.rows, n * (2 + n));
}

void HyperConnections::begin() {
  pass_.for_rows(n_ * embedding_, [&](int i) {
    for (int s = 0; s < n_; ++s) std::copy_n(pass_.x().row(i), embedding_, streams_.row(i) + s * embedding_);
  });
}

void HyperConnections::mix(const HyperWeights& weights) {
  pass_.compute().rms_norm(streams_, pass_.count(), ones_, norm_epsilon_, normed_);
  mixes_.set_columns(weights.mix.rows);
  const std::array<tensor::Product, 1> products{{{&weights.mix, mixes_.row(0), nullptr}}};
  pass_.compute().multiply(normed_, pass_.count(), products);
}

// Logits of the weights become weights.
void HyperConnections::weigh(const HyperWeights& weights, int index) {
  float* m = mixes_.row(index);
  const float* base = weights.base.data();
  for (int s = 0; s < n_; ++s) m[s] = sigmoid(m[s] * weights.scale[0] + base[s]) + epsilon_;
  if (weights.mix.rows == n_) return;
  for (int s = n_; s < 2 * n_; ++s) m[s] = 2 * sigmoid(m[s] * weights.scale[1] + base[s]);
  for (int s = 2 * n_; s < weights.mix.rows; ++s) m[s] = m[s] * weights.scale[2] + base[s];
  balance(m + 2 * n_, n_, steps_, epsilon_);
}

void HyperConnections::gather(int index) {
  const float *m = mixes_.row(index), *stream = streams_.row(index);
  float* x = pass_.x().row(index);
  for (int e = 0; e < embedding_; ++e) x[e] = stream[e] * m[0];
  for (int s = 1; s < n_; ++s) {
    stream += embedding_;
    for (int e = 0; e < embedding_; ++e) x[e] += stream[e] * m[s];
  }
}

void HyperConnections::read(const HyperWeights& weights) {
  mix(weights);
  pass_.for_rows(n_ * embedding_, [&](int i) {
    weigh(weights, i);
    gather(i);
  });
}

void HyperConnections::write() {
  pass_.for_rows(n_ * n_ * embedding_, [&](int i) {
    const float *m = mixes_.row(i), *result = pass_.result().row(i);
    float *streams = streams_.row(i), *mixed = normed_.row(i);  // free until the next read()
    for (int to = 0; to < n_; ++to)
      for (int e = 0; e < embedding_; ++e) {
        float sum = result[e] * m[n_ + to];
        for (int from = 0; from < n_; ++from) sum += streams[from * embedding_ + e] * m[2 * n_ + from * n_ + to];
        mixed[to * embedding_ + e] = sum;
      }
    std::copy_n(mixed, n_ * embedding_, streams);
  });
}

}  // namespace sluice::engine::model
