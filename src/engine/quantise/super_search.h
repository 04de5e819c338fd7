// The search over a K block of 256, whose groups have scales that are small numbers themselves; private to this
// room.
//
// Entered through SuperSearch, of which there are two: one for every processor and one that is compiled for AVX2.
// Both give the same bytes.
#pragma once

#include <cstdint>

#include "engine/quantise/blocks.h"

namespace sluice::engine::quantise {

inline constexpr int kSuper = 256;
inline constexpr int kGroup = 32, kGroups = kSuper / kGroup;  // of Q4_K and Q5_K
inline constexpr int kSmall = 16, kSmalls = kSuper / kSmall;  // of Q6_K

// w = d s q - dmin t, a scale s and a minimum t per group; d and dmin are 16-bit floats.
struct LineTrial {
  std::uint16_t d = 0, dmin = 0;
  float s[kGroups] = {}, t[kGroups] = {};
  float q[kSuper] = {};
};

// w = d s q, a signed scale per 16.
struct ScaleTrial {
  std::uint16_t d = 0;
  float s[kSmalls] = {};
  float q[kSuper] = {};  // -32 .. 31
};

// 16-bit floats both ways: given, so that files compiled for newer processors emit no shared functions.
struct Halves {
  std::uint16_t (*pack)(float);
  float (*unpack)(std::uint16_t);
};

struct SuperSearch {
  LineTrial (*lines)(const float* x, const float* importance, Effort effort, float levels, const Halves& halves);
  ScaleTrial (*scales)(const float* x, const float* importance, Effort effort, const Halves& halves);
};
SuperSearch plain_search();
SuperSearch avx2_search();  // call it only after the processor was checked

}  // namespace sluice::engine::quantise
