// operator new and delete of the program: see base/small_blocks.h. All of a family are here, since what one of
// them took another may be given, with the size or without. (Those for more than usual alignment are a family of
// their own, and stay the allocator's.)
#include <cstdlib>
#include <new>

#include "base/small_blocks.h"

namespace {

// As the standard asks: the program's handler may find more memory, or give up.
[[gnu::noinline]] void* take_at_last(std::size_t bytes) {
  for (;;) {
    std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
    if (void* block = sluice::small_blocks::take(bytes)) return block;
  }
}

void* take(std::size_t bytes) {
  if (void* block = sluice::small_blocks::take(bytes)) return block;
  return take_at_last(bytes);
}

void* take_or_null(std::size_t bytes) noexcept {
  try {
    return take(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return take_or_null(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return take_or_null(bytes); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block, std::size_t bytes) noexcept { sluice::small_blocks::give(block, bytes); }
void operator delete[](void* block, std::size_t bytes) noexcept { sluice::small_blocks::give(block, bytes); }
