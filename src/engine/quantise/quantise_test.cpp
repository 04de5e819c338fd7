#include "engine/quantise/quantise.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/quantise/sample_rows.h"
#include "engine/quantise/super_search.h"
#include "engine/tensor/dequantise.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;

constexpr int kColumns = 4096, kRows = 64;
constexpr TensorType kSearched[] = {TensorType::Q8_0, TensorType::Q6_K,  TensorType::Q5_K, TensorType::Q4_K,
                                    TensorType::Q5_0, TensorType::MXFP4, TensorType::Q5_1};

std::vector<std::uint8_t> room_for(TensorType type, std::size_t n) {
  const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
  return std::vector<std::uint8_t>(n / info.block * info.bytes);
}

enum class Way { Searched, Rounded };

std::vector<float> there_and_back(TensorType type, const std::vector<float>& x, const float* importance = nullptr,
                                  Way way = Way::Searched) {
  auto bytes = room_for(type, x.size());
  const int n = static_cast<int>(x.size());
  if (way == Way::Searched)
    quantise_row(type, x.data(), n, importance, bytes.data());
  else
    round_row(type, x.data(), n, bytes.data());
  std::vector<float> y(x.size());
  tensor::dequantise(type, bytes.data(), n, y.data());
  return y;
}

double squares(const std::vector<float>& x, const std::vector<float>& y, const float* importance = nullptr) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    sum += difference * difference * (importance ? static_cast<double>(importance[i]) : 1.0);
  }
  return sum;
}

// Columns of which one in fifty is used a lot.
std::vector<float> sample_importance() {
  std::mt19937 random(5);
  std::vector<float> weights;
  for (int i = 0; i < kColumns; ++i) {
    const float g = normal(random);
    weights.push_back(g * g * (random() % 50 == 0 ? 30.0f : 1.0f) + 1e-3f);
  }
  return weights;
}

double error_over_rows(TensorType type, Kind kind, const float* importance) {
  double sum = 0;
  for (int row = 0; row < kRows; ++row) {
    const auto x = sample_row(kind, kColumns, static_cast<std::uint32_t>(row + 1));
    sum += squares(x, there_and_back(type, x, importance), importance);
  }
  return std::sqrt(sum / kRows / kColumns);
}

// Root mean square errors of ggml's own quantisers (ggml-quants.c of August 2026: quantize_q4_K and so on) on the
// same numbers; in the second column times the importance, given to both.
struct Reference {
  Kind kind;
  TensorType type;
  double plain, weighed;
};
constexpr Reference kReferences[] = {{Kind::Normal, TensorType::Q8_0, 1.0504e-04, 1.3205e-04},
                                     {Kind::Normal, TensorType::Q6_K, 3.4999e-04, 3.4474e-04},
                                     {Kind::Normal, TensorType::Q5_K, 7.1484e-04, 6.8608e-04},
                                     {Kind::Normal, TensorType::Q4_K, 1.4121e-03, 1.3140e-03},
                                     {Kind::Normal, TensorType::MXFP4, 2.2585e-03, 2.8445e-03},
                                     {Kind::Normal, TensorType::Q5_0, 8.3849e-04, 8.3484e-04},
                                     {Kind::Normal, TensorType::Q5_1, 7.4850e-04, 6.2227e-04},
                                     {Kind::Outliers, TensorType::Q8_0, 2.5755e-04, 3.2565e-04},
                                     {Kind::Outliers, TensorType::Q6_K, 7.5901e-04, 8.2699e-04},
                                     {Kind::Outliers, TensorType::Q5_K, 1.3304e-03, 1.3886e-03},
                                     {Kind::Outliers, TensorType::Q4_K, 2.6349e-03, 2.5945e-03},
                                     {Kind::Outliers, TensorType::MXFP4, 4.2627e-03, 5.4919e-03},
                                     {Kind::Outliers, TensorType::Q5_0, 2.0492e-03, 2.3442e-03},
                                     {Kind::Outliers, TensorType::Q5_1, 1.3650e-03, 1.1851e-03},
                                     {Kind::Shifted, TensorType::Q8_0, 2.0439e-04, 2.5467e-04},
                                     {Kind::Shifted, TensorType::Q6_K, 6.8446e-04, 6.3438e-04},
                                     {Kind::Shifted, TensorType::Q5_K, 7.9152e-04, 7.5191e-04},
                                     {Kind::Shifted, TensorType::Q4_K, 1.5919e-03, 1.5072e-03},
                                     {Kind::Shifted, TensorType::MXFP4, 5.7450e-03, 7.2036e-03},
                                     {Kind::Shifted, TensorType::Q5_0, 1.6228e-03, 1.4683e-03},
                                     {Kind::Shifted, TensorType::Q5_1, 7.4847e-04, 7.1325e-04}};

}  // namespace

TEST_CASE(
    "errors are no larger than those of ggml's quantisers on the same numbers, with importance and without") {
  const auto importance = sample_importance();
  for (const Reference& r : kReferences) {
    CAPTURE(std::string(gguf::tensor_type_info(r.type).name));
    CAPTURE(static_cast<int>(r.kind));
    CHECK(error_over_rows(r.type, r.kind, nullptr) <= r.plain);
    CHECK(error_over_rows(r.type, r.kind, importance.data()) <= r.weighed);
  }
}

TEST_CASE("no block is worse than rounding to the nearest, however odd its numbers are") {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    std::vector<float> x(256), importance(256);
    const float size = std::ldexp(1.0f, static_cast<int>(random() % 30) - 20);
    const auto shape = random() % 7;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float g = normal(random);
      x[i] = size * g;
      if (shape == 1) x[i] = random() % 20 == 0 ? size : 0;                 // almost nothing
      if (shape == 2) x[i] = size;                                          // all alike
      if (shape == 3) x[i] = std::fabs(x[i]) + size;                        // above zero
      if (shape == 4) x[i] = -std::fabs(x[i]) - size;                       // below zero
      if (shape == 5 && i / 32 % 2 == 1) x[i] = 0;                          // groups of nothing
      if (shape == 6) x[i] *= std::ldexp(1.0f, -static_cast<int>(i / 16));  // groups of all sizes
      importance[i] = g * g + 1e-4f;
    }
    for (TensorType type : kSearched) {
      CAPTURE(std::string(gguf::tensor_type_info(type).name));
      CAPTURE(shape);
      const auto rounded = there_and_back(type, x, nullptr, Way::Rounded);
      const double tolerance = 1 + 1e-4;  // the guard sums in floats, this test in doubles
      CHECK(squares(x, there_and_back(type, x)) <= squares(x, rounded) * tolerance);
      CHECK(squares(x, there_and_back(type, x, importance.data()), importance.data()) <=
            squares(x, rounded, importance.data()) * tolerance);
    }
  }
}

TEST_CASE("the search compiled for AVX2 finds what the plain one finds, bit for bit") {
  if (!__builtin_cpu_supports("avx2")) {
    MESSAGE("SKIPPED: this processor has no AVX2");
    return;
  }
  const Halves halves{tensor::float_to_half, tensor::half_to_float};
  const auto importance = sample_importance();
  for (int seed = 1; seed < 60; ++seed) {
    const auto x =
        sample_row(seed % 2 == 0 ? Kind::Outliers : Kind::Shifted, 256, static_cast<std::uint32_t>(seed));
    for (const float* weights : {static_cast<const float*>(nullptr), importance.data() + seed}) {
      for (float levels : {15.0f, 31.0f}) {
        const LineTrial a = plain_search().lines(x.data(), weights, Effort::Searched, levels, halves);
        const LineTrial b = avx2_search().lines(x.data(), weights, Effort::Searched, levels, halves);
        CHECK(std::memcmp(&a, &b, sizeof a) == 0);
      }
      const ScaleTrial a = plain_search().scales(x.data(), weights, Effort::Searched, halves);
      const ScaleTrial b = avx2_search().scales(x.data(), weights, Effort::Searched, halves);
      CHECK((a.d == b.d && std::memcmp(a.s, b.s, sizeof a.s) == 0 && std::memcmp(a.q, b.q, sizeof a.q) == 0));
    }
  }
}

TEST_CASE("what rounding to the nearest gives is what its scale allows") {
  for (int seed = 1; seed < 20; ++seed) {
    const auto x = sample_row(Kind::Normal, 256, static_cast<std::uint32_t>(seed));
    struct {
      TensorType type;
      std::size_t group;
      float steps;  // that the largest value, or the span and zero, is divided into
      bool span;
      float slack;  // for the rounding of the scales, in half steps
    } rows[] = {{TensorType::Q8_0, 32, 127, false, 1.1f}, {TensorType::Q5_0, 32, 16, false, 2.1f},
                {TensorType::Q5_1, 32, 31, true, 1.1f},   {TensorType::Q6_K, 16, 32, false, 2.6f},
                {TensorType::Q4_K, 32, 15, true, 3.0f},   {TensorType::Q5_K, 32, 31, true, 4.0f}};
    for (const auto& row : rows) {
      const auto y = there_and_back(row.type, x, nullptr, Way::Rounded);
      for (std::size_t begin = 0; begin < x.size(); begin += row.group) {
        float low = 0, high = 0;
        for (std::size_t i = begin; i < begin + row.group; ++i)
          low = std::min(low, x[i]), high = std::max(high, x[i]);
        const float step = (row.span ? high - low : std::max(high, -low)) / row.steps;
        for (std::size_t i = begin; i < begin + row.group; ++i) {
          CAPTURE(std::string(gguf::tensor_type_info(row.type).name));
          CHECK(std::fabs(x[i] - y[i]) <= 0.5f * step * row.slack + 1e-3f * (high - low));
        }
      }
    }
  }
}

TEST_CASE("what a type can say exactly comes back exactly, and zeros stay zeros") {
  // Numbers on the type's own grid, with its ends in every group: lowest, highest, step.
  const struct {
    TensorType type;
    int low, high;
    float step;
  } grids[] = {{TensorType::Q8_0, -127, 127, 0.25f},    {TensorType::Q5_0, -16, 15, 0.25f},
               {TensorType::Q5_1, 0, 31, 0.25f},        {TensorType::Q6_K, -32, 31, 0.25f},
               {TensorType::Q4_K, 0, 15, 63.0f / 64},   {TensorType::Q5_K, 0, 31, 63.0f / 64},
               {TensorType::F16, -1000, 1000, 0.25f},   {TensorType::BF16, -127, 127, 0.25f},
               {TensorType::F32, -99999, 99999, 0.001f}};
  std::vector<float> x(256);
  for (const auto& grid : grids) {
    for (int i = 0; i < 256; ++i) {
      const int span = grid.high - grid.low + 1;
      const int q = i % 16 == 0 ? grid.low : i % 16 == 1 ? grid.high : grid.low + i * 7 % span;
      x[static_cast<std::size_t>(i)] = grid.step * static_cast<float>(q);
    }
    CAPTURE(std::string(gguf::tensor_type_info(grid.type).name));
    CHECK(there_and_back(grid.type, x) == x);
  }
  const float levels[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.125f * levels[i % 8] * (i % 3 == 0 ? -1.0f : 1.0f);
  CHECK(there_and_back(TensorType::MXFP4, x) == x);
  const std::vector<float> zeros(256, 0.0f);
  for (TensorType type : kSearched) CHECK(there_and_back(type, zeros) == zeros);
}

TEST_CASE("quantising what was quantised before loses next to nothing") {
  for (TensorType type : kSearched) {
    const auto x = sample_row(Kind::Normal, kColumns, 3);
    const auto once = there_and_back(type, x);
    CAPTURE(std::string(gguf::tensor_type_info(type).name));
    CHECK(squares(once, there_and_back(type, once)) < 0.05 * squares(x, once));
  }
}

TEST_CASE("the largest values that are let in give finite numbers in every type") {
  for (TensorType type : kSearched) {
    const float most = largest_value(type);
    std::vector<float> x(256, most);
    for (std::size_t i = 0; i < x.size(); i += 2) x[i] = -most;
    CAPTURE(std::string(gguf::tensor_type_info(type).name));
    for (float y : there_and_back(type, x)) CHECK(std::isfinite(y));
  }
}

TEST_CASE("importance moves the error to columns that matter less") {
  std::vector<float> importance(kColumns, 1e-4f);
  for (std::size_t i = 0; i < importance.size(); i += 4) importance[i] = 1;
  for (TensorType type : {TensorType::Q6_K, TensorType::Q5_K, TensorType::Q4_K, TensorType::MXFP4}) {
    const auto x = sample_row(Kind::Outliers, kColumns, 9);
    CAPTURE(std::string(gguf::tensor_type_info(type).name));
    CHECK(squares(x, there_and_back(type, x, importance.data()), importance.data()) <
          0.9 * squares(x, there_and_back(type, x), importance.data()));
  }
}

}  // namespace sluice::engine::quantise
