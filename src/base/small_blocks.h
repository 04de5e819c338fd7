// The small blocks of memory that a thread freed last, to be given out first.
//
// A request takes some three hundred small blocks and gives them back within microseconds. An allocator that goes
// through its pages in turns gives out memory that the processor's caches have long forgotten, and each first
// touch waits for it. What a thread freed last is still there.
//
//   void* block = small_blocks::take(40);   // null: no memory is left
//   small_blocks::give(block, 40);          // by any thread; the size is that of take()
//
// Blocks come from malloc() and may go to free() as well, however they were taken. A thread keeps at most
// kMostHeld bytes, and none once it ends. Thread-safe.
#pragma once

#include <cstddef>

namespace sluice::small_blocks {

inline constexpr std::size_t kLargest = 8 << 10;   // larger ones are not kept
inline constexpr std::size_t kMostHeld = 1 << 20;  // by a thread

void* take(std::size_t bytes) noexcept;
void give(void* block, std::size_t bytes) noexcept;
std::size_t held() noexcept;  // bytes that this thread keeps

}  // namespace sluice::small_blocks
