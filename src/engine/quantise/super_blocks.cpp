// K blocks of 256: what the search found, packed.
#include <cstdint>
#include <cstring>

#include "engine/quantise/blocks.h"
#include "engine/quantise/super_search.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

constexpr Halves kHalves{tensor::float_to_half, tensor::half_to_float};

const SuperSearch& search() {
#if defined(__x86_64__)
  static const SuperSearch chosen = __builtin_cpu_supports("avx2") ? avx2_search() : plain_search();
#else
  static const SuperSearch chosen = plain_search();
#endif
  return chosen;
}

// The reverse of tensor::unpack_scales().
void pack_scales(const LineTrial& trial, std::uint8_t (&packed)[12]) {
  for (int g = 0; g < 4; ++g) {
    const auto code = [](float value) { return static_cast<unsigned>(value); };
    const unsigned s = code(trial.s[g]), t = code(trial.t[g]), s4 = code(trial.s[g + 4]),
                   t4 = code(trial.t[g + 4]);
    packed[g] = static_cast<std::uint8_t>(s | (s4 >> 4) << 6);
    packed[g + 4] = static_cast<std::uint8_t>(t | (t4 >> 4) << 6);
    packed[g + 8] = static_cast<std::uint8_t>((s4 & 15) | (t4 & 15) << 4);
  }
}

}  // namespace

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ4_K& out) {
  const LineTrial best = search().lines(x, importance, effort, 15, kHalves);
  out.d = best.d;
  out.dmin = best.dmin;
  pack_scales(best, out.scales);
  for (int pair = 0; pair < kGroups / 2; ++pair)
    for (int i = 0; i < kGroup; ++i) {
      const float* q = best.q + 2 * kGroup * pair + i;
      out.q[kGroup * pair + i] =
          static_cast<std::uint8_t>(static_cast<unsigned>(q[0]) | static_cast<unsigned>(q[kGroup]) << 4);
    }
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_K& out) {
  const LineTrial best = search().lines(x, importance, effort, 31, kHalves);
  out.d = best.d;
  out.dmin = best.dmin;
  pack_scales(best, out.scales);
  std::memset(out.high, 0, sizeof out.high);
  for (int g = 0; g < kGroups; ++g)
    for (int i = 0; i < kGroup; ++i) {
      const auto q = static_cast<unsigned>(best.q[kGroup * g + i]);
      std::uint8_t& low = out.q[kGroup * (g / 2) + i];
      low = static_cast<std::uint8_t>(g % 2 == 0 ? q & 15 : low | (q & 15) << 4);
      out.high[i] = static_cast<std::uint8_t>(out.high[i] | (q >> 4) << g);
    }
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ6_K& out) {
  const ScaleTrial best = search().scales(x, importance, effort, kHalves);
  out.d = best.d;
  for (int g = 0; g < kSmalls; ++g) out.scales[g] = static_cast<std::int8_t>(best.s[g]);
  std::memset(out.low, 0, sizeof out.low);
  std::memset(out.high, 0, sizeof out.high);
  for (int e = 0; e < kSuper; ++e) {
    const int half = e / 128, quarter = e % 128 / 32, i = e % 32;
    const auto q = static_cast<unsigned>(best.q[e] + 32);
    std::uint8_t& low = out.low[64 * half + 32 * (quarter % 2) + i];
    low = static_cast<std::uint8_t>(low | (q & 15) << (quarter < 2 ? 0 : 4));
    std::uint8_t& high = out.high[32 * half + i];
    high = static_cast<std::uint8_t>(high | (q >> 4) << (2 * quarter));
  }
}

}  // namespace sluice::engine::quantise
