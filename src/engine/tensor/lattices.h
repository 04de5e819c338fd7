// Points of the lattices that IQ types choose from; private to this room. Coordinates are indices of levels.
#pragma once

#include <cstdint>

namespace sluice::engine::tensor {

extern const std::uint16_t kGrid2Xxs[256];  // 8 coordinates of 2 bits; levels 8, 25, 43
extern const std::uint16_t kGrid2Xs[512];   // 8 coordinates of 2 bits; levels 8, 25, 43
extern const std::uint16_t kGrid2S[1024];   // 8 coordinates of 2 bits; levels 8, 25, 43
extern const std::uint16_t kGrid3Xxs[256];  // 4 coordinates of 3 bits; levels 4, 12, 20, 28, 36, 44, 52, 62
extern const std::uint16_t kGrid3S[512];    // 4 coordinates of 3 bits; levels 1, 3, 5, 7, 9, 11, 13, 15
extern const std::uint16_t kGrid1[2048];    // 8 coordinates of 2 bits; levels -1, 0, 1

}  // namespace sluice::engine::tensor
