// Weights times activations with AVX2: types whose neighbours are points of a lattice. Points and signs are looked
// up as bytes, in tables that are made once.
#if defined(__x86_64__)
#include "engine/tensor/avx2.h"
#include "engine/tensor/dots_avx2.h"
#include "engine/tensor/lattices.h"

namespace sluice::engine::tensor {
namespace {

using Word = unsigned long long;

// Bytes of a point: 8 coordinates, or 4.
Word points2_xxs[256], points2_xs[512], points2_s[1024], points1[2048];
unsigned points3_xxs[256], points3_s[512];
Word signs_of[256];        // 1 or -1 for each bit
Word seven_signs_of[128];  // the eighth makes the number of negative ones even

template <int kBits, int kCoordinates, int kCount, class Bytes>
void spell(const std::uint16_t (&grid)[kCount], const int* levels, Bytes (&to)[kCount]) {
  for (int point = 0; point < kCount; ++point) {
    to[point] = 0;
    for (int i = 0; i < kCoordinates; ++i) {
      const int level = levels[(grid[point] >> (kBits * i)) & ((1 << kBits) - 1)];
      to[point] |= static_cast<Bytes>(static_cast<unsigned char>(level)) << (8 * i);
    }
  }
}

void make_tables() {
  constexpr int kTwo[4] = {8, 25, 43, 0};
  constexpr int kThreeXxs[8] = {4, 12, 20, 28, 36, 44, 52, 62}, kThreeS[8] = {1, 3, 5, 7, 9, 11, 13, 15};
  constexpr int kTernary[4] = {-8, 0, 8, 16};  // eighths, in which the shift is 1
  spell<2, 8>(kGrid2Xxs, kTwo, points2_xxs);
  spell<2, 8>(kGrid2Xs, kTwo, points2_xs);
  spell<2, 8>(kGrid2S, kTwo, points2_s);
  spell<2, 8>(kGrid1, kTernary, points1);
  spell<3, 4>(kGrid3Xxs, kThreeXxs, points3_xxs);
  spell<3, 4>(kGrid3S, kThreeS, points3_s);
  for (unsigned bits = 0; bits < 256; ++bits) {
    signs_of[bits] = 0;
    for (int i = 0; i < 8; ++i) signs_of[bits] |= static_cast<Word>(bits >> i & 1 ? 0xff : 1) << (8 * i);
  }
  for (unsigned bits = 0; bits < 128; ++bits)
    seven_signs_of[bits] = signs_of[bits | (static_cast<unsigned>(__builtin_popcount(bits)) & 1) << 7];
}

inline __m256i four(Word a, Word b, Word c, Word d) {
  return _mm256_setr_epi64x(static_cast<long long>(a), static_cast<long long>(b), static_cast<long long>(c),
                            static_cast<long long>(d));
}
inline __m256i eight(const unsigned (&p)[8]) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
inline __m256i seven_signs(unsigned rest) {
  return four(seven_signs_of[rest & 127], seven_signs_of[rest >> 7 & 127], seven_signs_of[rest >> 14 & 127],
              seven_signs_of[rest >> 21 & 127]);
}
inline __m256i eight_signs(const std::uint8_t* bytes) {
  return four(signs_of[bytes[0]], signs_of[bytes[1]], signs_of[bytes[2]], signs_of[bytes[3]]);
}
inline unsigned word_at(const std::uint8_t* bytes) {
  unsigned word;
  __builtin_memcpy(&word, bytes, 4);
  return word;
}
inline __m256i odd_by_halves(int first, int second) {  // 2 s + 1
  return _mm256_set_m128i(_mm_set1_epi16(static_cast<short>(2 * second + 1)),
                          _mm_set1_epi16(static_cast<short>(2 * first + 1)));
}
inline __m256 odd(float unit, unsigned s) { return _mm256_set1_ps(unit * static_cast<float>(2 * s + 1)); }

template <class B, bool kHalves>
struct Lattice {
  using Block = B;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = kHalves, kHalfMinima = false;
};

struct DecodeIQ2_XXS : Lattice<BlockIQ2_XXS, false> {
  float unit;
  unsigned rest[8];
  explicit DecodeIQ2_XXS(const Block& b) : unit(half_at(b.d) / 8) {
    for (int g = 0; g < 8; ++g) rest[g] = word_at(b.q + 8 * g + 4);
  }
  __m256i group(const Block& b, int g) const {
    const std::uint8_t* q = b.q + 8 * g;
    return _mm256_sign_epi8(four(points2_xxs[q[0]], points2_xxs[q[1]], points2_xxs[q[2]], points2_xxs[q[3]]),
                            seven_signs(rest[g]));
  }
  __m256 scales(int g) const { return odd(unit, rest[g] >> 28); }
};

struct DecodeIQ2_XS : Lattice<BlockIQ2_XS, true> {
  float unit;
  explicit DecodeIQ2_XS(const Block& b) : unit(half_at(b.d) / 8) {}
  __m256i group(const Block& b, int g) const {
    const std::uint16_t* q = b.q + 4 * g;
    return _mm256_sign_epi8(
        four(points2_xs[q[0] & 511], points2_xs[q[1] & 511], points2_xs[q[2] & 511], points2_xs[q[3] & 511]),
        four(seven_signs_of[q[0] >> 9], seven_signs_of[q[1] >> 9], seven_signs_of[q[2] >> 9],
             seven_signs_of[q[3] >> 9]));
  }
  __m256 scales(int) const { return _mm256_set1_ps(unit); }
  __m256i half_scales(const Block& b, int g) const { return odd_by_halves(b.scales[g] & 15, b.scales[g] >> 4); }
};

struct DecodeIQ2_S : Lattice<BlockIQ2_S, true> {
  float unit;
  explicit DecodeIQ2_S(const Block& b) : unit(half_at(b.d) / 8) {}
  __m256i group(const Block& b, int g) const {
    const std::uint8_t* q = b.q + 4 * g;
    const unsigned high = b.high[g];
    return _mm256_sign_epi8(four(points2_s[q[0] | (high & 3) << 8], points2_s[q[1] | (high >> 2 & 3) << 8],
                                 points2_s[q[2] | (high >> 4 & 3) << 8], points2_s[q[3] | (high >> 6 & 3) << 8]),
                            eight_signs(b.signs + 4 * g));
  }
  __m256 scales(int) const { return _mm256_set1_ps(unit); }
  __m256i half_scales(const Block& b, int g) const { return odd_by_halves(b.scales[g] & 15, b.scales[g] >> 4); }
};

struct DecodeIQ3_XXS : Lattice<BlockIQ3_XXS, false> {
  float unit;
  unsigned rest[8];
  explicit DecodeIQ3_XXS(const Block& b) : unit(half_at(b.d) / 4) {
    for (int g = 0; g < 8; ++g) rest[g] = word_at(b.signs + 4 * g);
  }
  __m256i group(const Block& b, int g) const {
    unsigned p[8];
    for (int i = 0; i < 8; ++i) p[i] = points3_xxs[b.q[8 * g + i]];
    return _mm256_sign_epi8(eight(p), seven_signs(rest[g]));
  }
  __m256 scales(int g) const { return odd(unit, rest[g] >> 28); }
};

struct DecodeIQ3_S : Lattice<BlockIQ3_S, false> {
  float unit;
  unsigned scale[8];
  explicit DecodeIQ3_S(const Block& b) : unit(half_at(b.d)) {
    for (int g = 0; g < 8; ++g) scale[g] = b.scales[g / 2] >> (4 * (g % 2)) & 15;
  }
  __m256i group(const Block& b, int g) const {
    unsigned p[8];
    for (int i = 0; i < 8; ++i) p[i] = points3_s[b.q[8 * g + i] | (b.high[g] >> i & 1) << 8];
    return _mm256_sign_epi8(eight(p), eight_signs(b.signs + 4 * g));
  }
  __m256 scales(int g) const { return odd(unit, scale[g]); }
};

struct DecodeIQ1_S : Lattice<BlockIQ1_S, false> {
  float unit;
  std::uint16_t high[8];
  explicit DecodeIQ1_S(const Block& b) : unit(half_at(b.d) / 8) { __builtin_memcpy(high, b.high, sizeof high); }
  __m256i group(const Block& b, int g) const {
    const std::uint8_t* q = b.q + 4 * g;
    const unsigned h = high[g];
    const __m256i points = four(points1[q[0] | (h & 7) << 8], points1[q[1] | (h >> 3 & 7) << 8],
                                points1[q[2] | (h >> 6 & 7) << 8], points1[q[3] | (h >> 9 & 7) << 8]);
    return _mm256_add_epi8(points, _mm256_set1_epi8(h & 0x8000 ? -1 : 1));
  }
  __m256 scales(int g) const { return odd(unit, high[g] >> 12 & 7); }
};

struct DecodeIQ1_M : Lattice<BlockIQ1_M, true> {
  float unit;
  std::uint16_t scale[4];  // words of four 3-bit scales; d is spread over their top nibbles
  explicit DecodeIQ1_M(const Block& b) {
    __builtin_memcpy(scale, b.scales, sizeof scale);
    const unsigned bits = scale[0] >> 12 | (scale[1] >> 12) << 4 | (scale[2] >> 12) << 8 | (scale[3] >> 12) << 12;
    unit = half_at(static_cast<std::uint16_t>(bits)) / 8;
  }
  __m256i group(const Block& b, int g) const {
    constexpr Word kUp = 0x0101010101010101ULL;
    Word points[4], shifts[4];
    for (int p = 0; p < 4; ++p) {
      const unsigned nibble = b.high[2 * g + p / 2] >> (4 * (p % 2)) & 15;
      points[p] = points1[b.q[4 * g + p] | (nibble & 7) << 8];
      shifts[p] = nibble & 8 ? ~Word{0} : kUp;
    }
    return _mm256_add_epi8(four(points[0], points[1], points[2], points[3]),
                           four(shifts[0], shifts[1], shifts[2], shifts[3]));
  }
  __m256 scales(int) const { return _mm256_set1_ps(unit); }
  __m256i half_scales(const Block&, int g) const {
    const unsigned word = scale[g / 2] >> (6 * (g % 2));
    return odd_by_halves(static_cast<int>(word & 7), static_cast<int>(word >> 3 & 7));
  }
};

}  // namespace

void enter_avx2_lattices(Kernels& kernels) {
  make_tables();
  // Indices are gguf::TensorType numbers.
  kernels.matmul[16] = matmul<Quantised<DecodeIQ2_XXS>>;
  kernels.matmul[17] = matmul<Quantised<DecodeIQ2_XS>>;
  kernels.matmul[18] = matmul<Quantised<DecodeIQ3_XXS>>;
  kernels.matmul[19] = matmul<Quantised<DecodeIQ1_S>>;
  kernels.matmul[21] = matmul<Quantised<DecodeIQ3_S>>;
  kernels.matmul[22] = matmul<Quantised<DecodeIQ2_S>>;
  kernels.matmul[29] = matmul<Quantised<DecodeIQ1_M>>;
}

}  // namespace sluice::engine::tensor
#endif
