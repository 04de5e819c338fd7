// For tests: small models with grouped queries, and their logits by the formulas of the papers, in double
// precision and one position after another. "llama" turns neighbouring pairs; "qwen3" norms heads and turns
// halves; "qwen3moe" has experts as well.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "engine/gguf/sample.h"
#include "engine/model/q8_reference.h"

namespace sluice::engine::model {

// Two layers; matrices by name, [depth][rows][columns].
class TinyGrouped {
 public:
  static constexpr int kTokens = 13;

  TinyGrouped(std::string architecture, int head_dim) : architecture_(std::move(architecture)), dim_(head_dim) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 0.3f);
    const auto add = [&](const std::string& name, int columns, int rows, int depth = 1) {
      Matrix matrix{columns, rows, depth, {}};
      const float middle = name.ends_with("norm.weight") ? 1.0f : 0.0f;
      for (int i = 0; i < columns * rows * depth; ++i) matrix.values.push_back(middle + normal(random));
      matrices_[name] = std::move(matrix);
    };
    add("token_embd.weight", kWidth, kTokens);
    add("output.weight", kWidth, kTokens);
    add("output_norm.weight", kWidth, 1);
    for (const std::string layer : {"blk.0.", "blk.1."}) {
      add(layer + "attn_norm.weight", kWidth, 1);
      add(layer + "attn_q.weight", kWidth, kHeads * dim_);
      add(layer + "attn_k.weight", kWidth, kKeyHeads * dim_);
      add(layer + "attn_v.weight", kWidth, kKeyHeads * dim_);
      add(layer + "attn_output.weight", kHeads * dim_, kWidth);
      add(layer + "ffn_norm.weight", kWidth, 1);
      if (qwen3()) add(layer + "attn_q_norm.weight", dim_, 1);
      if (qwen3()) add(layer + "attn_k_norm.weight", dim_, 1);
      const std::string kind = mixture() ? "_exps.weight" : ".weight";
      const int depth = mixture() ? kExperts : 1;
      add(layer + "ffn_gate" + kind, kWidth, kInner, depth);
      add(layer + "ffn_up" + kind, kWidth, kInner, depth);
      add(layer + "ffn_down" + kind, kInner, kWidth, depth);
      if (mixture()) add(layer + "ffn_gate_inp.weight", kWidth, kExperts);
    }
  }

  std::string file() const {
    gguf::Sample sample;
    sample.string("general.architecture", architecture_);
    std::vector<std::pair<std::string, std::uint32_t>> numbers{
        {"block_count", 2},
        {"context_length", 256},
        {"embedding_length", kWidth},
        {"feed_forward_length", kInner},
        {"attention.head_count", kHeads},
        {"attention.head_count_kv", kKeyHeads},
        {"attention.key_length", static_cast<std::uint32_t>(dim_)},
        {"attention.value_length", static_cast<std::uint32_t>(dim_)},
        {"rope.dimension_count", static_cast<std::uint32_t>(dim_)}};
    if (mixture()) {
      numbers.emplace_back("expert_count", kExperts);
      numbers.emplace_back("expert_used_count", kUsed);
      numbers.emplace_back("expert_feed_forward_length", kInner);
    }
    for (const auto& [key, value] : numbers) sample.u32(architecture_ + "." + key, value);
    sample.f32(architecture_ + ".attention.layer_norm_rms_epsilon", static_cast<float>(kEpsilon));
    for (const auto& [name, m] : matrices_) {
      std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(m.columns)};
      if (m.rows > 1) shape.push_back(static_cast<std::uint64_t>(m.rows));
      if (m.depth > 1) shape.push_back(static_cast<std::uint64_t>(m.depth));
      sample.tensor(name, shape, gguf::TensorType::F32,
                    std::string(reinterpret_cast<const char*>(m.values.data()), m.values.size() * sizeof(float)));
    }
    return sample.bytes();
  }

  // Logits after the last of `tokens`. `narrow`: keys and values are kept in Q8_0.
  std::vector<double> logits(const std::vector<int>& tokens, bool narrow = false) const {
    std::map<std::string, std::vector<Vector>> keys, values;
    Vector x;
    for (std::size_t p = 0; p < tokens.size(); ++p) {
      const float* row = matrices_.at("token_embd.weight").values.data() + tokens[p] * kWidth;
      x.assign(row, row + kWidth);
      for (const std::string layer : {"blk.0.", "blk.1."}) {
        const Vector h = norm(layer + "attn_norm.weight", x);
        Vector q = times(layer + "attn_q.weight", h), k = times(layer + "attn_k.weight", h),
               v = times(layer + "attn_v.weight", h);
        if (qwen3()) norm_heads(layer + "attn_q_norm.weight", q), norm_heads(layer + "attn_k_norm.weight", k);
        turn(q, static_cast<int>(p));
        turn(k, static_cast<int>(p));
        keys[layer].push_back(narrow ? through_q8_0(k) : k);
        values[layer].push_back(narrow ? through_q8_0(v) : v);
        add_to(x, times(layer + "attn_output.weight", attend(q, keys[layer], values[layer])));
        add_to(x, network(layer, norm(layer + "ffn_norm.weight", x)));
      }
    }
    return times("output.weight", norm("output_norm.weight", x));
  }

 private:
  using Vector = std::vector<double>;
  static constexpr int kWidth = 64, kHeads = 4, kKeyHeads = 2, kInner = 32, kExperts = 6, kUsed = 2;
  static constexpr double kEpsilon = 1e-5;
  struct Matrix {
    int columns, rows, depth;
    std::vector<float> values;
  };

  bool qwen3() const { return architecture_.starts_with("qwen3"); }
  bool mixture() const { return architecture_ == "qwen3moe"; }

  static void add_to(Vector& x, const Vector& y, double factor = 1) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += factor * y[i];
  }
  Vector times(const std::string& name, const Vector& x, int depth = 0) const {
    const Matrix& m = matrices_.at(name);
    Vector out;
    for (int r = 0; r < m.rows; ++r) {
      double sum = 0;
      for (int c = 0; c < m.columns; ++c)
        sum += static_cast<double>(m.values[static_cast<std::size_t>((depth * m.rows + r) * m.columns + c)]) *
               x[static_cast<std::size_t>(c)];
      out.push_back(sum);
    }
    return out;
  }
  Vector norm(const std::string& name, const Vector& x) const {
    double squares = 0;
    for (double value : x) squares += value * value;
    Vector out;
    for (std::size_t i = 0; i < x.size(); ++i)
      out.push_back(x[i] / std::sqrt(squares / static_cast<double>(x.size()) + kEpsilon) *
                    static_cast<double>(matrices_.at(name).values[i]));
    return out;
  }
  void norm_heads(const std::string& name, Vector& heads) const {
    for (auto at = heads.begin(); at != heads.end(); at += dim_) {
      const Vector one = norm(name, Vector(at, at + dim_));
      std::copy(one.begin(), one.end(), at);
    }
  }
  void turn(Vector& heads, int position) const {
    const auto dim = static_cast<std::size_t>(dim_), half = dim / 2;
    for (std::size_t head = 0; head < heads.size(); head += dim)
      for (std::size_t pair = 0; pair < half; ++pair) {
        const double angle = position * std::pow(10000.0, -2.0 * static_cast<double>(pair) / dim_);
        double& a = heads[head + (qwen3() ? pair : 2 * pair)];
        double& b = heads[head + (qwen3() ? pair + half : 2 * pair + 1)];
        const double before = a;
        a = before * std::cos(angle) - b * std::sin(angle);
        b = before * std::sin(angle) + b * std::cos(angle);
      }
  }
  // What the query's heads see of the keys and values so far.
  Vector attend(const Vector& q, const std::vector<Vector>& keys, const std::vector<Vector>& values) const {
    const auto dim = static_cast<std::size_t>(dim_);
    Vector out(q.size(), 0.0);
    for (std::size_t head = 0; head < kHeads; ++head) {
      const std::size_t at = head / (kHeads / kKeyHeads) * dim;
      double total = 0;
      for (std::size_t s = 0; s < keys.size(); ++s) {
        double score = 0;
        for (std::size_t i = 0; i < dim; ++i) score += q[head * dim + i] * keys[s][at + i];
        const double weight = std::exp(score / std::sqrt(dim_));
        total += weight;
        for (std::size_t i = 0; i < dim; ++i) out[head * dim + i] += weight * values[s][at + i];
      }
      for (std::size_t i = 0; i < dim; ++i) out[head * dim + i] /= total;
    }
    return out;
  }
  Vector expert(const std::string& layer, const Vector& h, const std::string& kind, int depth) const {
    Vector gate = times(layer + "ffn_gate" + kind, h, depth);
    const Vector up = times(layer + "ffn_up" + kind, h, depth);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
    return times(layer + "ffn_down" + kind, gate, depth);
  }
  // Of all experts the likeliest two, by a softmax over all whose chosen weights are brought to a sum of 1.
  Vector network(const std::string& layer, const Vector& h) const {
    if (!mixture()) return expert(layer, h, ".weight", 0);
    const Vector gates = times(layer + "ffn_gate_inp.weight", h);
    std::vector<int> order(kExperts);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int a, int b) {
      return gates[static_cast<std::size_t>(a)] > gates[static_cast<std::size_t>(b)];
    });
    double total = 0;
    for (int i = 0; i < kUsed; ++i)
      total += std::exp(gates[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    Vector out(kWidth, 0.0);
    for (int i = 0; i < kUsed; ++i) {
      const int chosen = order[static_cast<std::size_t>(i)];
      add_to(out, expert(layer, h, "_exps.weight", chosen),
             std::exp(gates[static_cast<std::size_t>(chosen)]) / total);
    }
    return out;
  }

  const std::string architecture_;
  const int dim_;
  std::map<std::string, Matrix> matrices_;
};

}  // namespace sluice::engine::model
