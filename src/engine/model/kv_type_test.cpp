// Keys and values of grouped queries in Q8_0 against the formulas of the papers, computed here in double precision
// over rounded keys and values; and which models can't keep them so.
#include "engine/model/kv_type.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "engine/gguf/sample.h"
#include "engine/model/q8_reference.h"
#include "engine/model/resume.h"

namespace sluice::engine::model {
namespace {

using Vector = std::vector<double>;
constexpr int kWidth = 64, kHeads = 4, kKeyHeads = 2, kInner = 32, kTokens = 13;
constexpr double kEpsilon = 1e-5;

// A llama of two layers; matrices by name, [rows][columns].
struct Tiny {
  struct Matrix {
    int columns, rows;
    std::vector<float> values;
  };
  int head_dim;
  std::map<std::string, Matrix> matrices;

  explicit Tiny(int dim) : head_dim(dim) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 0.3f);
    const auto add = [&](const std::string& name, int columns, int rows) {
      Matrix matrix{columns, rows, {}};
      for (int i = 0; i < columns * rows; ++i) matrix.values.push_back((rows == 1 ? 1.0f : 0.0f) + normal(random));
      matrices[name] = matrix;
    };
    add("token_embd.weight", kWidth, kTokens);
    add("output.weight", kWidth, kTokens);
    add("output_norm.weight", kWidth, 1);
    for (const std::string layer : {"blk.0.", "blk.1."}) {
      add(layer + "attn_norm.weight", kWidth, 1);
      add(layer + "attn_q.weight", kWidth, kHeads * dim);
      add(layer + "attn_k.weight", kWidth, kKeyHeads * dim);
      add(layer + "attn_v.weight", kWidth, kKeyHeads * dim);
      add(layer + "attn_output.weight", kHeads * dim, kWidth);
      add(layer + "ffn_norm.weight", kWidth, 1);
      add(layer + "ffn_gate.weight", kWidth, kInner);
      add(layer + "ffn_up.weight", kWidth, kInner);
      add(layer + "ffn_down.weight", kInner, kWidth);
    }
  }

  std::string file() const {
    gguf::Sample sample;
    sample.string("general.architecture", "llama");
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::uint32_t>>{
             {"block_count", 2},
             {"context_length", 256},
             {"embedding_length", kWidth},
             {"feed_forward_length", kInner},
             {"attention.head_count", kHeads},
             {"attention.head_count_kv", kKeyHeads},
             {"attention.key_length", static_cast<std::uint32_t>(head_dim)},
             {"attention.value_length", static_cast<std::uint32_t>(head_dim)},
             {"rope.dimension_count", static_cast<std::uint32_t>(head_dim)}})
      sample.u32("llama." + key, value);
    sample.f32("llama.attention.layer_norm_rms_epsilon", static_cast<float>(kEpsilon));
    for (const auto& [name, m] : matrices) {
      const auto columns = static_cast<std::uint64_t>(m.columns), rows = static_cast<std::uint64_t>(m.rows);
      sample.tensor(name,
                    rows == 1 ? std::vector<std::uint64_t>{columns} : std::vector<std::uint64_t>{columns, rows},
                    gguf::TensorType::F32,
                    std::string(reinterpret_cast<const char*>(m.values.data()), m.values.size() * sizeof(float)));
    }
    return sample.bytes();
  }

  Vector times(const std::string& name, const Vector& x) const {
    const Matrix& m = matrices.at(name);
    Vector out;
    for (int r = 0; r < m.rows; ++r) {
      double sum = 0;
      for (int c = 0; c < m.columns; ++c)
        sum += static_cast<double>(m.values[static_cast<std::size_t>(r * m.columns + c)]) *
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
                    static_cast<double>(matrices.at(name).values[i]));
    return out;
  }
  void turn(Vector& heads, int position) const {
    for (std::size_t i = 0; i < heads.size(); i += 2) {
      const int pair = static_cast<int>(i) % head_dim / 2;
      const double angle = position * std::pow(10000.0, -2.0 * pair / head_dim), a = heads[i], b = heads[i + 1];
      heads[i] = a * std::cos(angle) - b * std::sin(angle);
      heads[i + 1] = a * std::sin(angle) + b * std::cos(angle);
    }
  }
  // What the query's heads see of the keys and values so far.
  Vector attend(const Vector& q, const std::vector<Vector>& keys, const std::vector<Vector>& values) const {
    const auto dim = static_cast<std::size_t>(head_dim);
    Vector out(q.size(), 0.0);
    for (std::size_t head = 0; head < kHeads; ++head) {
      const std::size_t at = head / (kHeads / kKeyHeads) * dim;
      double total = 0;
      for (std::size_t s = 0; s < keys.size(); ++s) {
        double score = 0;
        for (std::size_t i = 0; i < dim; ++i) score += q[head * dim + i] * keys[s][at + i];
        const double weight = std::exp(score / std::sqrt(head_dim));
        total += weight;
        for (std::size_t i = 0; i < dim; ++i) out[head * dim + i] += weight * values[s][at + i];
      }
      for (std::size_t i = 0; i < dim; ++i) out[head * dim + i] /= total;
    }
    return out;
  }
};

void add_to(Vector& x, const Vector& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

// Logits after the last of `tokens`. `narrow`: keys and values are kept in Q8_0.
Vector expected(const Tiny& tiny, const std::vector<int>& tokens, bool narrow) {
  std::map<std::string, std::vector<Vector>> keys, values;
  Vector x;
  for (std::size_t p = 0; p < tokens.size(); ++p) {
    const float* row = tiny.matrices.at("token_embd.weight").values.data() + tokens[p] * kWidth;
    x.assign(row, row + kWidth);
    for (const std::string layer : {"blk.0.", "blk.1."}) {
      const Vector h = tiny.norm(layer + "attn_norm.weight", x);
      Vector q = tiny.times(layer + "attn_q.weight", h), k = tiny.times(layer + "attn_k.weight", h),
             v = tiny.times(layer + "attn_v.weight", h);
      tiny.turn(q, static_cast<int>(p));
      tiny.turn(k, static_cast<int>(p));
      keys[layer].push_back(narrow ? through_q8_0(k) : k);
      values[layer].push_back(narrow ? through_q8_0(v) : v);
      add_to(x, tiny.times(layer + "attn_output.weight", tiny.attend(q, keys[layer], values[layer])));
      const Vector inner = tiny.norm(layer + "ffn_norm.weight", x);
      Vector gate = tiny.times(layer + "ffn_gate.weight", inner);
      const Vector up = tiny.times(layer + "ffn_up.weight", inner);
      for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
      add_to(x, tiny.times(layer + "ffn_down.weight", gate));
    }
  }
  return tiny.times("output.weight", tiny.norm("output_norm.weight", x));
}

Error refusal(const std::string& bytes, bool exact) {
  auto file = gguf::File::from_bytes(bytes, "sample");
  REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
  Options options;
  options.context = 16;
  options.exact = exact;
  options.kv_type = KvType::Q8_0;
  auto model = Model::load(**file, options);
  REQUIRE(!model.has_value());
  return model.error();
}

}  // namespace

TEST_CASE("a cache in Q8_0 gives what the formulas give of rounded keys and values") {
  std::vector<int> tokens;
  for (int i = 0; i < 75; ++i) tokens.push_back(i * i * 7 % kTokens);
  for (const int head_dim : {32, 64}) {
    CAPTURE(head_dim);
    const Tiny tiny(head_dim);
    const std::string bytes = tiny.file();
    auto file = gguf::File::from_bytes(bytes, "sample");
    REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
    Options options;
    options.context = 256;
    options.slots = 2;
    options.kv_type = KvType::Q8_0;
    auto model = Model::load(**file, options);
    REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, tokens.size()}) {
      CAPTURE(count);
      const std::vector<int> some(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
      const std::vector<float> got = logits_of(**model, some, 1, 0, count, 5).back();
      CHECK(farthest(got, expected(tiny, some, true)) < 2e-3);
      CHECK(farthest(got, expected(tiny, some, false)) > 4e-3);
    }
    check_resumes(**model, tokens, 9);
  }
}

TEST_CASE("a model whose heads are no whole blocks can't keep them in Q8_0, nor can exact mode") {
  const Error odd = refusal(Tiny(16).file(), false);
  CHECK(odd.code == "engine.unsupported");
  CHECK(odd.message.find("this model's keys have 16") != std::string::npos);
  CHECK(odd.hint.find("f16") != std::string::npos);
  const Error exact = refusal(Tiny(32).file(), true);
  CHECK(exact.code == "engine.unsupported");
  CHECK(exact.message.find("exact mode keeps keys and values in F32") != std::string::npos);
}

TEST_CASE("what can be chosen has a name, and F32 is exact mode's alone") {
  for (const KvType type : {KvType::F16, KvType::Q8_0}) CHECK(kv_type_called(kv_type_name(type)) == type);
  for (const char* name : {"f32", "F16", "q8", ""}) CHECK(!kv_type_called(name));
}

}  // namespace sluice::engine::model
