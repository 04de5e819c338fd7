#include "base/small_blocks.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace sluice;

namespace {

void* full(std::size_t bytes, int with) {
  void* block = small_blocks::take(bytes);
  std::memset(block, with, bytes);
  return block;
}

// Uses blocks after all that its thread began later has ended.
struct Last {
  std::size_t& held_at_end;
  ~Last() {
    small_blocks::give(full(64, 1), 64);
    held_at_end = small_blocks::held();
  }
};

}  // namespace

TEST_CASE("what was given last is taken first") {
  void* first = full(40, 1);
  void* second = full(40, 2);
  small_blocks::give(first, 40);
  small_blocks::give(second, 40);
  CHECK(small_blocks::take(40) == second);
  CHECK(small_blocks::take(40) == first);
  small_blocks::give(first, 40);
  std::free(second);  // may go that way as well
}

TEST_CASE("a block has room for every size that it may be taken for, however it was taken before") {
  std::vector<void*> blocks;
  for (std::size_t bytes = 0; bytes <= small_blocks::kLargest + 300; ++bytes) {
    void* block = small_blocks::take(bytes);
    REQUIRE(malloc_usable_size(block) >= bytes);
    small_blocks::give(block, bytes);
    for (std::size_t near : {bytes + 1, bytes + 15, bytes + 127}) {
      blocks.push_back(small_blocks::take(near));
      REQUIRE(malloc_usable_size(blocks.back()) >= near);
    }
    for (; !blocks.empty(); blocks.pop_back()) std::free(blocks.back());
  }
}

TEST_CASE("blocks in use never overlap, whatever the order in which they are taken and given") {
  struct Used {
    unsigned char* block;
    std::size_t bytes;
    unsigned char with;
  };
  std::mt19937 random(7);
  std::vector<Used> used;
  for (int step = 0; step < 200'000; ++step) {
    if (used.size() < 300 && random() % 2 == 0) {
      std::size_t bytes = random() % (random() % 8 == 0 ? 10'000 : 600);
      auto with = static_cast<unsigned char>(random());
      used.push_back({static_cast<unsigned char*>(full(bytes, with)), bytes, with});
    } else if (!used.empty()) {
      std::swap(used[random() % used.size()], used.back());
      Used last = used.back();
      used.pop_back();
      REQUIRE(std::all_of(last.block, last.block + last.bytes, [&](unsigned char c) { return c == last.with; }));
      small_blocks::give(last.block, last.bytes);
    }
    REQUIRE(small_blocks::held() <= small_blocks::kMostHeld);
  }
  for (const Used& last : used) small_blocks::give(last.block, last.bytes);
}

TEST_CASE("a thread keeps a bounded number of bytes, and none once it ends") {
  std::vector<void*> many(2 * small_blocks::kMostHeld / 1000);
  for (void*& block : many) block = full(1000, 3);
  std::size_t most = 0, held_at_end = 1;
  std::thread other([&] {
    thread_local Last last{held_at_end};
    (void)last;
    for (void* block : many) {  // taken by another thread
      small_blocks::give(block, 1000);
      most = std::max(most, small_blocks::held());
    }
  });
  other.join();
  CHECK(most <= small_blocks::kMostHeld);
  CHECK(most > small_blocks::kMostHeld / 2);
  CHECK(held_at_end == 0);
}
