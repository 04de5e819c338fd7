// DeepSeek-V2 files as they come: compressed queries or not, keys and values in one tensor or in two. The expected
// logits are computed here by the papers' formulas, one position after another, without absorbing anything.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>

#include "engine/gguf/sample.h"
#include "engine/model/mixture.h"
#include "engine/model/q8_reference.h"
#include "engine/model/resume.h"

namespace sluice::engine::model {
namespace {

using Vector = std::vector<double>;
constexpr int kWidth = 32, kHeads = 2, kNope = 16, kRope = 8, kValue = 24, kRank = 24, kTokens = 11;
constexpr int kQRank = 24, kIndexHeads = 3, kIndexDim = 16, kIndexTop = 3;  // of V3.2
constexpr int kExperts = 4, kUsed = 2, kInner = 16;
constexpr double kEpsilon = 1e-6;

// A V2-Lite of two layers, the first dense, the second a mixture; matrices by name, [rows][columns].
struct Tiny {
  struct Matrix {
    int columns, rows, depth;
    std::vector<float> values;
  };
  std::map<std::string, Matrix> matrices;

  // `sparse`: V3.2 with compressed queries and an indexer.
  explicit Tiny(bool sparse) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 0.3f);
    const auto add = [&](const std::string& name, int columns, int rows, int depth = 1) {
      Matrix matrix{columns, rows, depth, {}};
      for (int i = 0; i < columns * rows * depth; ++i)
        matrix.values.push_back(name.ends_with("norm.weight") ? 1 + normal(random) : normal(random));
      matrices[name] = matrix;
    };
    add("token_embd.weight", kWidth, kTokens);
    add("output.weight", kWidth, kTokens);
    add("output_norm.weight", kWidth, 1);
    for (const std::string layer : {"blk.0.", "blk.1."}) {
      add(layer + "attn_norm.weight", kWidth, 1);
      if (sparse) {
        add(layer + "attn_q_a.weight", kWidth, kQRank);
        add(layer + "attn_q_a_norm.weight", kQRank, 1);
        add(layer + "attn_q_b.weight", kQRank, kHeads * (kNope + kRope));
        add(layer + "indexer.attn_q_b.weight", kQRank, kIndexHeads * kIndexDim);
        add(layer + "indexer.attn_k.weight", kWidth, kIndexDim);
        add(layer + "indexer.k_norm.weight", kIndexDim, 1);
        add(layer + "indexer.k_norm.bias", kIndexDim, 1);
        add(layer + "indexer.proj.weight", kWidth, kIndexHeads);
      } else {
        add(layer + "attn_q.weight", kWidth, kHeads * (kNope + kRope));
      }
      add(layer + "attn_kv_a_mqa.weight", kWidth, kRank + kRope);
      add(layer + "attn_kv_a_norm.weight", kRank, 1);
      add(layer + "attn_kv_b.weight", kRank, kHeads * (kNope + kValue));
      add(layer + "attn_output.weight", kHeads * kValue, kWidth);
      add(layer + "ffn_norm.weight", kWidth, 1);
    }
    for (const std::string name : {"gate", "up"}) {
      add("blk.0.ffn_" + name + ".weight", kWidth, 2 * kInner);
      add("blk.1.ffn_" + name + "_exps.weight", kWidth, kInner, kExperts);
      add("blk.1.ffn_" + name + "_shexp.weight", kWidth, 2 * kInner);
    }
    add("blk.0.ffn_down.weight", 2 * kInner, kWidth);
    add("blk.1.ffn_down_exps.weight", kInner, kWidth, kExperts);
    add("blk.1.ffn_down_shexp.weight", 2 * kInner, kWidth);
    add("blk.1.ffn_gate_inp.weight", kWidth, kExperts);
  }

  Vector times(const std::string& name, const Vector& x, int depth = 0) const {
    const Matrix& m = matrices.at(name);
    Vector out(static_cast<std::size_t>(m.rows), 0.0);
    for (int r = 0; r < m.rows; ++r)
      for (int c = 0; c < m.columns; ++c)
        out[static_cast<std::size_t>(r)] +=
            static_cast<double>(m.values[static_cast<std::size_t>((depth * m.rows + r) * m.columns + c)]) *
            x[static_cast<std::size_t>(c)];
    return out;
  }
  Vector norm(const std::string& name, const Vector& x) const {
    double squares = 0;
    for (double value : x) squares += value * value;
    Vector out;
    for (std::size_t i = 0; i < x.size(); ++i)
      out.push_back(x[i] / std::sqrt(squares / static_cast<double>(x.size()) + kEpsilon) *
                    static_cast<double>(matrices.at(name).values[i]));
    return out;
  }
  Vector network(const std::string& prefix, const std::string& suffix, const Vector& h, int depth = 0) const {
    Vector gate = times(prefix + "ffn_gate" + suffix + ".weight", h, depth);
    const Vector up = times(prefix + "ffn_up" + suffix + ".weight", h, depth);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
    return times(prefix + "ffn_down" + suffix + ".weight", gate, depth);
  }
};

void add_to(Vector& x, const Vector& y, double factor = 1) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += factor * y[i];
}

void turn(double* values, int position) {
  for (int pair = 0; pair < kRope / 2; ++pair) {
    const double angle = position * std::pow(10000.0, -2.0 * pair / kRope);
    const double a = values[2 * pair], b = values[2 * pair + 1];
    values[2 * pair] = a * std::cos(angle) - b * std::sin(angle);
    values[2 * pair + 1] = a * std::sin(angle) + b * std::cos(angle);
  }
}

// The indexer rotates its first dimensions, by halves.
void turn_index(double* values, int position) {
  for (int pair = 0; pair < kRope / 2; ++pair) {
    const double angle = position * std::pow(10000.0, -2.0 * pair / kRope);
    const double a = values[pair], b = values[pair + kRope / 2];
    values[pair] = a * std::cos(angle) - b * std::sin(angle);
    values[pair + kRope / 2] = a * std::sin(angle) + b * std::cos(angle);
  }
}

struct Index {
  std::vector<Vector> keys, queries, weights;  // per position

  void add(const Tiny& tiny, const std::string& layer, const Vector& h, const Vector& q, int position) {
    Vector key = tiny.times(layer + "indexer.attn_k.weight", h);
    double mean = 0, variance = 0;
    for (double value : key) mean += value / kIndexDim;
    for (double value : key) variance += (value - mean) * (value - mean) / kIndexDim;
    for (std::size_t i = 0; i < key.size(); ++i)
      key[i] = (key[i] - mean) / std::sqrt(variance + 1e-6) *
                   static_cast<double>(tiny.matrices.at(layer + "indexer.k_norm.weight").values[i]) +
               static_cast<double>(tiny.matrices.at(layer + "indexer.k_norm.bias").values[i]);
    turn_index(key.data(), position);
    Vector query = tiny.times(layer + "indexer.attn_q_b.weight", q);
    for (int head = 0; head < kIndexHeads; ++head) turn_index(query.data() + head * kIndexDim, position);
    keys.push_back(key);
    queries.push_back(query);
    weights.push_back(tiny.times(layer + "indexer.proj.weight", h));
  }
  // Whether the query at p sees s: fewer than kIndexTop other positions score higher.
  bool sees(std::size_t p, std::size_t s) const {
    if (keys.empty()) return true;
    int better = 0;
    for (std::size_t other = 0; other <= p; ++other) better += score(p, other) > score(p, s) ? 1 : 0;
    return better < kIndexTop;
  }
  double score(std::size_t p, std::size_t s) const {
    double sum = 0;
    for (std::size_t head = 0; head < kIndexHeads; ++head) {
      double product = 0;
      for (std::size_t i = 0; i < kIndexDim; ++i) product += queries[p][head * kIndexDim + i] * keys[s][i];
      sum += weights[p][head] * std::max(0.0, product);
    }
    return sum;
  }
};

// Logits after the last of `tokens`. `narrow`: what a position leaves is kept in blocks of Q8_0.
Vector expected(const Tiny& tiny, const std::vector<int>& tokens, bool narrow = false) {
  std::vector<Vector> x;
  for (int token : tokens) {
    const float* row = tiny.matrices.at("token_embd.weight").values.data() + token * kWidth;
    x.emplace_back(row, row + kWidth);
  }
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    std::vector<Vector> q, kv, shared;
    Index index;
    for (std::size_t p = 0; p < x.size(); ++p) {
      const Vector h = tiny.norm(layer + "attn_norm.weight", x[p]);
      if (tiny.matrices.contains(layer + "attn_q.weight")) {
        q.push_back(tiny.times(layer + "attn_q.weight", h));
      } else {
        const Vector down = tiny.norm(layer + "attn_q_a_norm.weight", tiny.times(layer + "attn_q_a.weight", h));
        q.push_back(tiny.times(layer + "attn_q_b.weight", down));
        index.add(tiny, layer, h, down, static_cast<int>(p));
      }
      for (int head = 0; head < kHeads; ++head)
        turn(q[p].data() + head * (kNope + kRope) + kNope, static_cast<int>(p));
      const Vector down = tiny.times(layer + "attn_kv_a_mqa.weight", h);
      Vector kept = tiny.norm(layer + "attn_kv_a_norm.weight", {down.begin(), down.begin() + kRank});
      kept.insert(kept.end(), down.begin() + kRank, down.end());
      turn(kept.data() + kRank, static_cast<int>(p));
      if (narrow) kept = through_q8_0(kept);
      shared.emplace_back(kept.begin() + kRank, kept.end());
      kv.push_back(tiny.times(layer + "attn_kv_b.weight", {kept.begin(), kept.begin() + kRank}));
    }
    for (std::size_t p = x.size(); p-- > 0;) {
      Vector out;
      for (int head = 0; head < kHeads; ++head) {
        Vector sum(kValue, 0.0);
        double total = 0;
        for (std::size_t s = 0; s <= p; ++s) {
          if (!index.sees(p, s)) continue;
          const double *query = q[p].data() + head * (kNope + kRope),
                       *key = kv[s].data() + head * (kNope + kValue);
          double score = 0;
          for (int i = 0; i < kNope; ++i) score += query[i] * key[i];
          for (int i = 0; i < kRope; ++i) score += query[kNope + i] * shared[s][static_cast<std::size_t>(i)];
          const double weight = std::exp(score / std::sqrt(kNope + kRope));
          total += weight;
          for (int i = 0; i < kValue; ++i) sum[static_cast<std::size_t>(i)] += weight * key[kNope + i];
        }
        for (double value : sum) out.push_back(value / total);
      }
      add_to(x[p], tiny.times(layer + "attn_output.weight", out));
      const Vector h = tiny.norm(layer + "ffn_norm.weight", x[p]);
      if (layer == "blk.0.") {
        add_to(x[p], tiny.network(layer, "", h));
        continue;
      }
      MixtureShape shape;
      shape.experts = kExperts;
      shape.used = kUsed;
      const Vector logits = tiny.times(layer + "ffn_gate_inp.weight", h);
      Choice choice;
      choose_experts(shape, std::vector<float>(logits.begin(), logits.end()), {}, {}, choice);
      add_to(x[p], tiny.network(layer, "_shexp", h));
      for (std::size_t j = 0; j < kUsed; ++j)
        add_to(x[p], tiny.network(layer, "_exps", h, choice.experts[j]), static_cast<double>(choice.weights[j]));
    }
  }
  return tiny.times("output.weight", tiny.norm("output_norm.weight", x.back()));
}

// `split`: keys and values as newer files have them, and the metadata that goes with it.
std::string file_of(const Tiny& tiny, bool split) {
  gguf::Sample sample;
  const bool sparse = !tiny.matrices.contains("blk.0.attn_q.weight");
  const std::string architecture = sparse ? "deepseek32" : "deepseek2";
  sample.string("general.architecture", architecture);
  const std::vector<std::pair<std::string, std::uint32_t>> numbers{
      {"block_count", 2},
      {"context_length", 256},
      {"embedding_length", kWidth},
      {"feed_forward_length", 2 * kInner},
      {"attention.head_count", kHeads},
      {"attention.head_count_kv", split ? 1 : kHeads},
      {"attention.kv_lora_rank", kRank},
      {"attention.key_length", split ? kRank + kRope : kNope + kRope},
      {"attention.value_length", split ? kRank : kValue},
      {"rope.dimension_count", kRope},
      {"leading_dense_block_count", 1},
      {"expert_count", kExperts},
      {"expert_used_count", kUsed},
      {"expert_shared_count", 2},
      {"expert_feed_forward_length", kInner}};
  for (const auto& [key, value] : numbers) sample.u32(architecture + "." + key, value);
  if (split)
    sample.u32(architecture + ".attention.key_length_mla", kNope + kRope)
        .u32(architecture + ".attention.value_length_mla", kValue);
  if (sparse)
    sample.u32(architecture + ".attention.q_lora_rank", kQRank)
        .u32(architecture + ".attention.indexer.head_count", kIndexHeads)
        .u32(architecture + ".attention.indexer.key_length", kIndexDim)
        .u32(architecture + ".attention.indexer.top_k", kIndexTop);
  sample.f32(architecture + ".attention.layer_norm_rms_epsilon", static_cast<float>(kEpsilon));
  const auto put = [&](const std::string& name, const std::vector<std::uint64_t>& shape,
                       const std::vector<float>& v) {
    sample.tensor(name, shape, gguf::TensorType::F32,
                  std::string(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(float)));
  };
  for (const auto& [name, m] : tiny.matrices) {
    const auto columns = static_cast<std::uint64_t>(m.columns), rows = static_cast<std::uint64_t>(m.rows);
    if (split && name.ends_with("attn_kv_b.weight")) {
      std::vector<float> k, v;  // k transposed per head
      for (int head = 0; head < kHeads; ++head) {
        const float* rows_of_head = m.values.data() + head * (kNope + kValue) * kRank;
        for (int c = 0; c < kRank; ++c)
          for (int r = 0; r < kNope; ++r) k.push_back(rows_of_head[r * kRank + c]);
        v.insert(v.end(), rows_of_head + kNope * kRank, rows_of_head + (kNope + kValue) * kRank);
      }
      const std::string prefix = name.substr(0, 6);
      put(prefix + "attn_k_b.weight", {kNope, kRank, kHeads}, k);
      put(prefix + "attn_v_b.weight", {kRank, kValue, kHeads}, v);
    } else if (m.depth > 1) {
      put(name, {columns, rows, static_cast<std::uint64_t>(m.depth)}, m.values);
    } else {
      put(name, rows == 1 ? std::vector<std::uint64_t>{columns} : std::vector<std::uint64_t>{columns, rows},
          m.values);
    }
  }
  return sample.bytes();
}

}  // namespace

TEST_CASE(
    "V2-Lite and V3.2 are computed as their papers say, from files with keys and values in one tensor or in two") {
  for (bool sparse : {false, true}) {
    const Tiny tiny(sparse);
    CAPTURE(sparse);
    const std::vector<int> tokens{3, 7, 0, 10, 5, 5, 1};
    const Vector want = expected(tiny, tokens);
    for (bool split : {false, true}) {
      CAPTURE(split);
      const std::string bytes = file_of(tiny, split);
      auto file = gguf::File::from_bytes(bytes, "sample");
      REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
      Options options;
      options.context = 16;
      options.exact = true;
      auto model = Model::load(**file, options);
      REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
      std::vector<Row> rows;
      for (std::size_t i = 0; i < tokens.size(); ++i)
        rows.push_back({tokens[i], 0, static_cast<int>(i), i + 1 == tokens.size()});
      (*model)->forward(rows);
      const std::span<float> got = (*model)->logits(0);
      for (std::size_t i = 0; i < want.size(); ++i)
        CHECK(static_cast<double>(got[i]) == doctest::Approx(want[i]).epsilon(1e-4));
    }
  }
}

TEST_CASE("a latent cache in Q8_0 gives what the papers' formulas give of rounded latents") {
  for (bool sparse : {false, true}) {
    const Tiny tiny(sparse);
    CAPTURE(sparse);
    const std::string bytes = file_of(tiny, true);
    auto file = gguf::File::from_bytes(bytes, "sample");
    REQUIRE(file.has_value());
    Options options;
    options.context = 16;
    options.kv_type = KvType::Q8_0;
    auto model = Model::load(**file, options);
    REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
    const std::vector<int> tokens{3, 7, 0, 10, 5, 5, 1};
    const Vector want = expected(tiny, tokens, true), plain = expected(tiny, tokens);
    const std::vector<float> got = logits_of(**model, tokens, 0, 0, tokens.size(), 3).back();
    CHECK(farthest(got, want) < 2e-4);
    CHECK(farthest(got, plain) > 2e-3);
  }
}

TEST_CASE("an indexed sequence goes on from restored pages, bit for bit, as one that was computed") {
  const std::string bytes = file_of(Tiny(true), true);
  auto file = gguf::File::from_bytes(bytes, "sample");
  REQUIRE(file.has_value());
  std::vector<int> tokens;
  for (int i = 0; i < 200; ++i) tokens.push_back(i * i % 101 % kTokens);
  for (const KvType kv_type : {KvType::F16, KvType::Q8_0, KvType::F32}) {
    Options options;
    options.slots = 2;
    options.context = 200;
    options.exact = kv_type == KvType::F32;
    if (!options.exact) options.kv_type = kv_type;
    auto model = Model::load(**file, options);
    REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
    check_resumes(**model, tokens, 17);
  }
}

}  // namespace sluice::engine::model
