// The model that is compiled into Sluice: the guide, a tiny language model that answers questions about using
// Sluice. tools/guide/README.md tells how it is made and how to change it.
#pragma once

#include <string_view>

namespace sluice::engine {

inline constexpr std::size_t kGuideMaxBytes = 8'000'000;  // what the repository accepts for guide.gguf
inline constexpr std::size_t kGuideAlignment = 64;  // of the bytes in memory: a cache line, and GGUF wants 32

// The whole GGUF file. Lives as long as the program, in read-only pages that are shared between processes.
std::string_view guide_gguf();

}  // namespace sluice::engine
