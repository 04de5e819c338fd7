#include "base/small_blocks.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace sluice::small_blocks {
namespace {

// Sizes are rounded up to a multiple of 16 bytes, from 1 KiB on of 128. What is taken and what is given of the
// same size is of one class, and of the class's size: that is all there is to it.
constexpr std::size_t kFine = 16, kCoarse = 128, kCoarseFrom = 1 << 10;
constexpr std::size_t kClasses = kCoarseFrom / kFine + (kLargest - kCoarseFrom) / kCoarse;

// Of 1 to kLargest bytes.
constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= kCoarseFrom) return (bytes - 1) / kFine;
  return kCoarseFrom / kFine + (bytes - kCoarseFrom - 1) / kCoarse;
}
constexpr std::size_t size_of(std::size_t cls) {
  if (cls < kCoarseFrom / kFine) return (cls + 1) * kFine;
  return kCoarseFrom + (cls - kCoarseFrom / kFine + 1) * kCoarse;
}
static_assert(class_of(1) == 0 && size_of(0) == kFine && class_of(kFine + 1) == 1);
static_assert(size_of(class_of(kCoarseFrom)) == kCoarseFrom);
static_assert(size_of(class_of(kCoarseFrom + 1)) == kCoarseFrom + kCoarse);
static_assert(class_of(kLargest) == kClasses - 1 && size_of(kClasses - 1) == kLargest);

struct Block {
  Block* next;
};

// Nothing in it has a constructor or a destructor: it is used before and after all others of its thread.
struct Kept {
  std::array<Block*, kClasses> first;
  std::size_t bytes;
  std::size_t most;  // 0: nothing is kept, yet or any more
  bool ended;
};
constinit thread_local Kept kept{};

// At the thread's end.
struct Return {
  ~Return() {
    kept.most = 0;
    kept.ended = true;
    kept.bytes = 0;
    for (Block*& first : kept.first)
      for (Block* block = std::exchange(first, nullptr); block != nullptr;)
        std::free(std::exchange(block, block->next));
  }
};

// Kept out of line: once a thread, and where there is no room.
[[gnu::noinline]] void give_slowly(void* block, std::size_t bytes) noexcept {
  if (kept.most == 0 && !kept.ended) {
    kept.most = kMostHeld;
    thread_local Return at_end;
    (void)at_end;
    return give(block, bytes);
  }
  std::free(block);
}

}  // namespace

void* take(std::size_t bytes) noexcept {
  if (bytes - 1 >= kLargest) return std::malloc(bytes > 0 ? bytes : 1);
  const std::size_t cls = class_of(bytes);
  Block* block = kept.first[cls];
  if (block == nullptr) return std::malloc(size_of(cls));
  kept.first[cls] = block->next;
  kept.bytes -= size_of(cls);
  return block;
}

void give(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  if (bytes - 1 >= kLargest) return std::free(block);
  const std::size_t cls = class_of(bytes), size = size_of(cls);
  if (kept.bytes + size > kept.most) return give_slowly(block, bytes);
  kept.bytes += size;
  kept.first[cls] = new (block) Block{kept.first[cls]};
}

std::size_t held() noexcept { return kept.bytes; }

}  // namespace sluice::small_blocks
