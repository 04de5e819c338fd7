#include "engine/tensor/kernels.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/tensor/dequantise.h"
#include "engine/tensor/random_weights.h"

namespace sluice::engine::tensor {
namespace {

using gguf::TensorType;

std::vector<float> random_floats(int n, std::mt19937& random, float width = 1) {
  std::normal_distribution<float> normal(0, width);
  std::vector<float> out(static_cast<std::size_t>(n));
  for (float& value : out) value = normal(random);
  return out;
}

// The processor's kernels, or null with a loud line.
const Kernels* fast() {
  if (!avx2_kernels()) MESSAGE("SKIPPED: this processor has no AVX2");
  return avx2_kernels();
}

struct Quantised {
  Quantised(const Kernels& kernels, const std::vector<float>& x, int n, int count)
      : q(x.size()), scale(x.size() / 32), sum(x.size() / 32) {
    for (int i = 0; i < count && n % 32 == 0; ++i)
      kernels.quantise(x.data() + i * n, n, q.data() + i * n, scale.data() + i * n / 32, sum.data() + i * n / 32);
    view = {x.data(), q.data(), scale.data(), sum.data(), n, count};
  }
  std::vector<std::int8_t> q;
  std::vector<float> scale, sum;
  Activations view;
};

// Sum of |w x|, the scale against which a sum's rounding is to be judged.
double magnitude(const std::vector<float>& w, const float* x) {
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i)
    sum += std::fabs(static_cast<double>(w[i]) * static_cast<double>(x[i]));
  return sum;
}

}  // namespace

TEST_CASE("every fast matrix product equals the scalar one up to float rounding") {
  if (!fast()) return;
  std::mt19937 random(1);
  for (TensorType type : kAllTypes)
    for (int n : {32, 64, 160, 256, 512, 1536, 172})
      for (int count : {1, 2, 3, 4, 5, 9}) {
        if (n % static_cast<int>(gguf::tensor_type_info(type).block) != 0) continue;
        const int rows = 5;
        std::vector<std::uint8_t> weights;
        for (int i = 0; i < rows; ++i) {
          const auto row = random_row(type, n, random);
          weights.insert(weights.end(), row.begin(), row.end());
        }
        const std::size_t row_bytes = weights.size() / rows;
        const std::vector<float> x = random_floats(n * count, random);
        const Quantised input(scalar_kernels(), x, n, count);
        std::vector<float> expected(static_cast<std::size_t>(rows * count)), got(expected.size());
        const int index = static_cast<int>(type);
        scalar_kernels().matmul[index](weights.data(), row_bytes, rows, input.view, expected.data(), rows);
        fast()->matmul[index](weights.data(), row_bytes, rows, input.view, got.data(), rows);
        for (int t = 0; t < count; ++t)
          for (int i = 0; i < rows; ++i) {
            std::vector<float> w(static_cast<std::size_t>(n));
            dequantise(type, weights.data() + row_bytes * static_cast<std::size_t>(i), n, w.data());
            // K types form scale * q - minimum apart, so their parts, not their values, set the rounding.
            const double tolerance = 4e-6 * magnitude(w, x.data() + t * n) + 2e-4;
            const auto at = static_cast<std::size_t>(t * rows + i);
            CAPTURE(gguf::tensor_type_info(type).name);
            CAPTURE(n);
            REQUIRE(std::fabs(static_cast<double>(expected[at]) - static_cast<double>(got[at])) <= tolerance);
          }
      }
}

TEST_CASE("MXFP4 blocks have their scale from the smallest exponent to the largest") {
  std::mt19937 random(12);
  for (const int exponent : {0, 1, 2, 3, 100, 127, 128, 200}) {
    std::vector<std::uint8_t> row = random_row(TensorType::MXFP4, 64, random);
    row[0] = row[17] = static_cast<std::uint8_t>(exponent);
    // Activations that bring the products back to about 1.
    std::vector<float> x = random_floats(64, random);
    for (float& value : x) value = std::ldexp(value, std::min(120, 127 - exponent));
    const Quantised input(scalar_kernels(), x, 64, 1);
    float expected = 0, got = 0;
    scalar_kernels().matmul[39](row.data(), row.size(), 1, input.view, &expected, 1);
    best_kernels().matmul[39](row.data(), row.size(), 1, input.view, &got, 1);
    CAPTURE(exponent);
    CHECK(std::fabs(expected) > 1e-3f);
    CHECK(got == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE(
    "the scalar product of quantised numbers is the product of the floats up to the activations' int8 steps") {
  std::mt19937 random(2);
  for (TensorType type : kAllTypes) {
    const int n = 512;
    const auto row = random_row(type, n, random);
    std::vector<float> w(static_cast<std::size_t>(n));
    dequantise(type, row.data(), n, w.data());
    const std::vector<float> x = random_floats(n, random);
    const Quantised input(scalar_kernels(), x, n, 1);
    float got = 0;
    scalar_kernels().matmul[static_cast<int>(type)](row.data(), row.size(), 1, input.view, &got, 1);
    double expected = 0, squares = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      expected += static_cast<double>(w[i]) * static_cast<double>(x[i]);
      // An int8 step of the group is at most 4.5 / 127; rounding errors are uniform within it.
      squares += std::pow(static_cast<double>(w[i]) * 4.5 / 127, 2) / 12;
    }
    CHECK(std::fabs(static_cast<double>(got) - expected) <= 6 * std::sqrt(squares) + 1e-4);
  }
}

TEST_CASE("a product's row is the same, bit for bit, however many rows stand beside it") {
  if (!fast()) return;
  std::mt19937 random(3);
  for (TensorType type : kAllTypes) {
    const int n = 512, count = 7;
    const auto row = random_row(type, n, random);
    const std::vector<float> x = random_floats(n * count, random);
    const Quantised all(*fast(), x, n, count);
    std::vector<float> together(count), single(1);
    fast()->matmul[static_cast<int>(type)](row.data(), row.size(), 1, all.view, together.data(), 1);
    for (int t = 0; t < count; ++t) {
      const std::vector<float> one(x.begin() + t * n, x.begin() + (t + 1) * n);
      const Quantised input(*fast(), one, n, 1);
      fast()->matmul[static_cast<int>(type)](row.data(), row.size(), 1, input.view, single.data(), 1);
      CHECK(single[0] == together[static_cast<std::size_t>(t)]);
    }
  }
}

TEST_CASE("quantising gives the same integers on both paths, and values within half a step") {
  if (!fast()) return;
  std::mt19937 random(4);
  for (float width : {1e-35f, 1e-6f, 1.0f, 1e6f}) {
    const int n = 256;
    std::vector<float> x = random_floats(n, random, width);
    std::fill(x.begin() + 32, x.begin() + 64, 0.0f);
    const Quantised a(scalar_kernels(), x, n, 1), b(*fast(), x, n, 1);
    CHECK(a.q == b.q);
    CHECK(a.scale == b.scale);
    CHECK(a.sum == b.sum);
    for (int i = 0; i < n && width > 1e-30f; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double value = static_cast<double>(a.scale[at / 32]) * a.q[at];
      CHECK(std::fabs(value - static_cast<double>(x[at])) <= 0.501 * static_cast<double>(a.scale[at / 32]));
    }
  }
}

TEST_CASE("numbers that are not finite make their group NaN on both paths") {
  if (!fast()) return;
  for (float bad :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::nanf("")}) {
    std::vector<float> x(64, 1.0f);
    x[40] = bad;
    for (const Kernels* kernels : {&scalar_kernels(), fast()}) {
      const Quantised input(*kernels, x, 64, 1);
      CHECK(input.scale[0] == doctest::Approx(1.0 / 127));
      CHECK(std::isnan(input.scale[1]));
    }
  }
}

TEST_CASE("norm, gate, sum and half floats agree with the scalar kernels at every length") {
  if (!fast()) return;
  std::mt19937 random(5);
  for (int n : {1, 7, 8, 9, 64, 172, 1000}) {
    const auto size = static_cast<std::size_t>(n);
    const std::vector<float> x = random_floats(n, random, 3), y = random_floats(n, random);
    std::vector<float> a(size), b(size);
    scalar_kernels().rms_norm(x.data(), y.data(), 1e-5f, n, a.data());
    fast()->rms_norm(x.data(), y.data(), 1e-5f, n, b.data());
    for (std::size_t i = 0; i < size; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
    scalar_kernels().swiglu(x.data(), y.data(), n, a.data());
    fast()->swiglu(x.data(), y.data(), n, b.data());
    for (std::size_t i = 0; i < size; ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
    a = b = x;
    scalar_kernels().add(a.data(), y.data(), n);
    fast()->add(b.data(), y.data(), n);
    CHECK(a == b);
    std::vector<std::uint16_t> h(size), k(size);
    scalar_kernels().to_half(x.data(), n, h.data());
    fast()->to_half(x.data(), n, k.data());
    CHECK(h == k);
  }
}

TEST_CASE("blocks of Q8_0 hold each number to half a step, the same bytes from every kernel") {
  std::mt19937 random(8);
  constexpr int n = 32 * 40;
  std::vector<float> x = random_floats(n, random);
  // Magnitudes of many orders, where halves are subnormal too; whole blocks of nothing; numbers between two steps.
  for (int i = 0; i < n; ++i)
    x[static_cast<std::size_t>(i)] *= std::pow(10.0f, static_cast<float>(i / 32 % 16) - 9);
  for (int i = 0; i < 32; ++i) x[static_cast<std::size_t>(i)] = 0;
  for (int i = 32; i < 64; ++i) x[static_cast<std::size_t>(i)] = i == 32 ? 127.0f : static_cast<float>(i) - 0.5f;
  std::vector<std::uint8_t> blocks(n / 32 * 34), same(blocks.size());
  scalar_kernels().to_q8_0(x.data(), n, blocks.data());
  best_kernels().to_q8_0(x.data(), n, same.data());
  CHECK(blocks == same);
  std::vector<float> back(x.size());
  dequantise(TensorType::Q8_0, blocks.data(), n, back.data());
  for (std::size_t block = 0; block < x.size() / 32; ++block) {
    float largest = 0;
    for (std::size_t i = block * 32; i < block * 32 + 32; ++i) largest = std::max(largest, std::fabs(x[i]));
    // A half float's step is 2^-11 of it, and never below 2^-24.
    const double step = static_cast<double>(largest) / 127;
    const double most = step / 2 * (1 + 0x1p-10) + 127 * std::max(0x1p-25, step * 0x1p-12);
    for (std::size_t i = block * 32; i < block * 32 + 32; ++i)
      REQUIRE(std::fabs(static_cast<double>(back[i]) - static_cast<double>(x[i])) <= most);
  }
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    std::vector<float> damaged(64, 1.0f);
    damaged[40] = bad;
    for (const Kernels* kernels : {&scalar_kernels(), &best_kernels()}) {
      kernels->to_q8_0(damaged.data(), 64, blocks.data());
      dequantise(TensorType::Q8_0, blocks.data(), 64, back.data());
      CHECK(back[0] == doctest::Approx(1).epsilon(1e-3));
      for (std::size_t i = 32; i < 64; ++i) CHECK(std::isnan(back[i]));
    }
  }
}

TEST_CASE("the gate keeps its shape far from zero") {
  if (!fast()) return;
  const std::vector<float> gate{-1000, -100, -90, -50, -20, 0, 20, 50, 90, 100, 1000}, up(gate.size(), 1.0f);
  std::vector<float> out(gate.size());
  fast()->swiglu(gate.data(), up.data(), static_cast<int>(gate.size()), out.data());
  for (std::size_t i = 0; i < gate.size(); ++i) {
    const double z = static_cast<double>(gate[i]);
    CHECK(static_cast<double>(out[i]) == doctest::Approx(z / (1 + std::exp(-z))).epsilon(1e-5));
  }
}

TEST_CASE("attention over blocks of Q8_0 is attention over the numbers that they stand for") {
  std::mt19937 random(9);
  std::vector<float> scratch(kAttentionScratch);
  for (int head_dim : {32, 64, 128, 576})
    for (int positions : {1, 31, 33, 100, 257}) {
      const int width = head_dim == 576 ? 512 : head_dim, stride = head_dim == 576 ? 576 : 2 * head_dim;
      const std::vector<float> k = random_floats(positions * stride, random), q = random_floats(head_dim, random);
      const std::vector<float> v = head_dim == 576 ? k : random_floats(positions * stride, random);
      const auto blocks_of = [&](const std::vector<float>& x) {
        std::vector<std::uint8_t> blocks(x.size() / 32 * 34);
        best_kernels().to_q8_0(x.data(), static_cast<int>(x.size()), blocks.data());
        return blocks;
      };
      const auto values_of = [&](const std::vector<std::uint8_t>& blocks) {
        std::vector<float> x(blocks.size() / 34 * 32);
        dequantise(TensorType::Q8_0, blocks.data(), static_cast<int>(x.size()), x.data());
        return x;
      };
      const std::vector<std::uint8_t> key_blocks = blocks_of(k), value_blocks = blocks_of(v);
      const std::vector<float> keys = values_of(key_blocks), values = values_of(value_blocks);
      std::vector<float> expected(static_cast<std::size_t>(width)), got(expected.size());
      const float* in = q.data();
      float *to_expected = expected.data(), *to_got = got.data();
      const auto bytes = static_cast<std::size_t>(stride);
      Attention a{&in,           &to_expected, &positions, 1,    keys.data(),
                  values.data(), bytes * 4,    head_dim,   0.1f, scratch.data()};
      a.value_dim = width;
      scalar_kernels().attend_f32(a);
      for (const Kernels* kernels : {&scalar_kernels(), &best_kernels()})
        for (const bool in_places : {false, true}) {
          std::vector<const void*> places;
          for (int p = 0; p < positions; ++p)
            places.push_back(key_blocks.data() + static_cast<std::size_t>(p) * bytes / 32 * 34);
          Attention b = a;
          b.out = &to_got;
          b.k = key_blocks.data();
          b.v = head_dim == 576 ? b.k : value_blocks.data();
          b.stride = bytes / 32 * 34;
          if (in_places && head_dim == 576) b.rows = places.data();
          kernels->attend_q8_0(b);
          for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(std::fabs(expected[i] - got[i]) < 2e-5f);
        }
    }
}

TEST_CASE("attention in blocks equals softmax by its definition, for both cache types") {
  if (!fast()) return;
  std::mt19937 random(6);
  std::vector<float> scratch(kAttentionScratch);
  for (int head_dim : {8, 40, 64, 128, 256})
    for (int positions : {1, 5, 31, 32, 33, 100, 257}) {
      const std::size_t stride = static_cast<std::size_t>(head_dim) * 2;
      std::vector<float> k = random_floats(positions * static_cast<int>(stride), random);
      std::vector<float> v = random_floats(positions * static_cast<int>(stride), random);
      std::vector<std::uint16_t> half_k(k.size()), half_v(v.size());
      fast()->to_half(k.data(), static_cast<int>(k.size()), half_k.data());
      fast()->to_half(v.data(), static_cast<int>(v.size()), half_v.data());
      const int queries = 5;
      const std::vector<float> q = random_floats(queries * head_dim, random, 3);
      std::vector<float> expected(q.size()), got(q.size());
      std::vector<const float*> in;
      std::vector<float*> to_expected, to_got;
      std::vector<int> counts;
      for (int j = 0; j < queries; ++j) {
        in.push_back(q.data() + j * head_dim);
        to_expected.push_back(expected.data() + j * head_dim);
        to_got.push_back(got.data() + j * head_dim);
        counts.push_back(std::max(1, positions - j));
      }
      for (bool half : {false, true}) {
        Attention a{in.data(), to_expected.data(), counts.data(), queries, k.data(),
                    v.data(),  stride * 4,         head_dim,      0.3f,    scratch.data()};
        if (half) a.k = half_k.data(), a.v = half_v.data(), a.stride = stride * 2;
        (half ? scalar_kernels().attend_f16 : scalar_kernels().attend_f32)(a);
        a.out = to_got.data();
        (half ? fast()->attend_f16 : fast()->attend_f32)(a);
        for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(std::fabs(expected[i] - got[i]) < 2e-5f);
      }
    }
}

TEST_CASE(
    "attention over shared rows with narrower values and a sink equals its definition, for both cache types") {
  std::mt19937 random(7);
  std::vector<float> scratch(kAttentionScratch);
  const int head_dim = 72, width = 40, positions = 45;
  const std::vector<float> rows = random_floats(positions * head_dim, random),
                           q = random_floats(head_dim, random, 3);
  std::vector<std::uint16_t> half(rows.size());
  scalar_kernels().to_half(rows.data(), static_cast<int>(rows.size()), half.data());
  for (float sink : {-20.0f, 1.0f, 30.0f}) {
    // By the definition: exp(score) over the sum of all exp(score) and exp(sink).
    std::vector<double> expected(width, 0.0);
    double total = std::exp(static_cast<double>(sink));
    for (int p = 0; p < positions; ++p) {
      double score = 0;
      for (int i = 0; i < head_dim; ++i)
        score += static_cast<double>(q[static_cast<std::size_t>(i)]) *
                 static_cast<double>(rows[static_cast<std::size_t>(p * head_dim + i)]);
      const double weight = std::exp(0.2 * score);
      total += weight;
      for (int i = 0; i < width; ++i)
        expected[static_cast<std::size_t>(i)] +=
            weight * static_cast<double>(rows[static_cast<std::size_t>(p * head_dim + i)]);
    }
    std::vector<float> got(width);
    const float* in = q.data();
    float* out = got.data();
    for (const Kernels* kernels : {&scalar_kernels(), &best_kernels()})
      for (bool narrow : {false, true}) {
        Attention a{&in,         &out,         &positions, 1,    rows.data(),
                    rows.data(), head_dim * 4, head_dim,   0.2f, scratch.data()};
        if (narrow) a.k = a.v = half.data(), a.stride = head_dim * 2;
        a.value_dim = width;
        a.sinks = &sink;
        std::vector<const void*> places;
        for (int p = 0; p < positions; ++p)
          places.push_back(narrow ? static_cast<const void*>(half.data() + p * head_dim)
                                  : rows.data() + p * head_dim);
        if (kernels == &best_kernels()) a.rows = places.data();
        (narrow ? kernels->attend_f16 : kernels->attend_f32)(a);
        for (std::size_t i = 0; i < got.size(); ++i)
          CHECK(std::fabs(static_cast<double>(got[i]) - expected[i] / total) < (narrow ? 4e-3 : 2e-5));
      }
  }
}

}  // namespace sluice::engine::tensor
