#include "engine/measure/importance.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "engine/gguf/gguf.h"
#include "engine/quantise/importance.h"
#include "engine/tensor/dequantise.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::measure {
namespace {

std::string tiny(const char* name) { return std::string("../shared/engine/") + name + ".gguf"; }

std::vector<float> row(const gguf::Tensor& tensor, std::uint64_t index) {
  std::vector<float> values(tensor.row_length());
  tensor::dequantise(tensor.type, tensor.data + index * (tensor.bytes / tensor.rows()),
                     static_cast<int>(values.size()), values.data());
  return values;
}

// A place for one file.
struct Place {
  std::string path = "/tmp/sluice-measure-" + std::to_string(::getpid()) + ".gguf";
  ~Place() { std::remove(path.c_str()); }
};

ImportanceOptions options(const std::string& model, const Place& place) {
  ImportanceOptions o;
  o.model = model;
  o.out = place.path;
  o.context = 64;
  o.threads = 2;
  for (int i = 0; i < 30; ++i) o.text += "Line " + std::to_string(i * 7919 % 1000) + " is short. ";
  return o;
}

double sum(const std::vector<float>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE("what the first matrices meet is the normed embedding, squared and summed over the text") {
  const std::string path = tiny("tiny-llama-Q8_0");
  if (!std::filesystem::exists(path)) {
    MESSAGE("SKIPPED: " << path << " is not there");
    return;
  }
  const Place place;
  auto o = options(path, place);
  o.stretches = 1;
  const auto measured = measure_importance(o);
  REQUIRE_MESSAGE(measured.has_value(), measured.error().to_string());
  CHECK(measured->tokens == 64);
  CHECK(measured->untouched == 0);
  const auto model = gguf::File::open(path), data = gguf::File::open(place.path);
  REQUIRE_MESSAGE(data.has_value(), data.error().to_string());
  CHECK((*data)->string("general.type") == "imatrix");
  CHECK((*data)->unsigned_integer("imatrix.chunk_count") == 1);

  const auto tokenizer = Tokenizer::create(**model);
  auto tokens = (*tokenizer)->encode(o.text);
  tokens.insert(tokens.begin(), (*tokenizer)->bos());
  const auto norm = row(*(*model)->tensor("blk.0.attn_norm.weight"), 0);
  const double epsilon = *(*model)->number("llama.attention.layer_norm_rms_epsilon");
  std::vector<double> expected(norm.size());
  for (std::size_t t = 0; t < 64; ++t) {
    const auto x = row(*(*model)->tensor("token_embd.weight"), static_cast<std::uint64_t>(tokens[t]));
    double squares = 0;
    for (float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
    const double scale = 1 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
    for (std::size_t c = 0; c < x.size(); ++c)
      expected[c] += std::pow(static_cast<double>(x[c]) * scale * static_cast<double>(norm[c]), 2);
  }
  for (const char* name : {"blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight"}) {
    const auto sums = row(*(*data)->tensor(std::string(name) + ".in_sum2"), 0);
    CHECK(row(*(*data)->tensor(std::string(name) + ".counts"), 0)[0] == 64);
    REQUIRE(sums.size() == expected.size());
    for (std::size_t c = 0; c < sums.size(); ++c)
      CHECK(static_cast<double>(sums[c]) == doctest::Approx(expected[c]).epsilon(1e-4));
  }
}

TEST_CASE("every matrix that quantise would make smaller is measured, each expert by the tokens that chose it") {
  for (const char* name : {"tiny-deepseek2-Q4_K_M", "tiny-deepseek4-MXFP4_MOE", "tiny-qwen3-Q8_0"}) {
    if (!std::filesystem::exists(tiny(name))) {
      MESSAGE("SKIPPED: " << name << " is not there");
      continue;
    }
    CAPTURE(name);
    const Place place;
    const auto measured = measure_importance(options(tiny(name), place));
    REQUIRE_MESSAGE(measured.has_value(), measured.error().to_string());
    const auto importance = quantise::Importance::read(place.path);
    REQUIRE_MESSAGE(importance.has_value(), importance.error().to_string());
    const auto model = gguf::File::open(tiny(name)), data = gguf::File::open(place.path);
    const std::string architecture((*model)->string("general.architecture").value());
    const double used = (*model)->number(architecture + ".expert_used_count").value_or(0);
    for (const gguf::Tensor& tensor : (*model)->tensors()) {
      CAPTURE(std::string(tensor.name));
      const auto weights = importance->of(tensor.name, tensor.row_length(), tensor.shape[2]);
      REQUIRE(weights.has_value());
      if (tensor.name.find("_exps.") == tensor.name.npos) continue;
      REQUIRE(*weights);
      CHECK((*weights)->size() == tensor.row_length() * tensor.shape[2]);
      const gguf::Tensor* counts = (*data)->tensor(std::string(tensor.name) + ".counts");
      REQUIRE(counts);
      double all = 0;
      for (std::uint64_t e = 0; e < counts->rows(); ++e) all += sum(row(*counts, e));
      CHECK(all == used * static_cast<double>(measured->tokens));
    }
    for (const char* dense : {"blk.0.attn_output.weight", "blk.0.ffn_down.weight", "blk.0.attn_kv.weight",
                              "blk.0.attn_kv_a_mqa.weight", "blk.0.attn_k_b.weight"})
      if (const gguf::Tensor* tensor = (*model)->tensor(dense); tensor && tensor->shape[2] == 1)
        CHECK(*importance->of(dense, tensor->row_length(), 1) != nullptr);
  }
}

TEST_CASE("an importance file that is there is replaced by force only") {
  if (!std::filesystem::exists(tiny("tiny-qwen3-Q8_0"))) {
    MESSAGE("SKIPPED: the tiny models are not there");
    return;
  }
  const Place place;
  auto o = options(tiny("tiny-qwen3-Q8_0"), place);
  o.stretches = 1;
  REQUIRE(measure_importance(o).has_value());
  CHECK(measure_importance(o).error().code == "quantise.exists");
  o.force = true;
  CHECK(measure_importance(o).has_value());
}

}  // namespace sluice::engine::measure
