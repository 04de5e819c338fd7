#include "sense/block_hash.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

namespace sluice::sense {
namespace {

BlockHash::Key random_key(std::mt19937& rng) {
  BlockHash::Key key;
  for (std::uint32_t& word : key) word = static_cast<std::uint32_t>(rng());
  return key;
}

TEST_CASE("a block's digest is what the formula of NH gives, pass by pass") {
  std::mt19937 rng(11);
  for (int round = 0; round < 50; ++round) {
    const BlockHash::Key key = random_key(rng);
    std::vector<std::uint32_t> words(BlockHash::kBlock / 4);
    for (std::uint32_t& word : words) word = round % 2 ? static_cast<std::uint32_t>(rng()) : 0xFFFFFFFF;
    std::vector<char> block(BlockHash::kBlock);
    std::memcpy(block.data(), words.data(), block.size());
    BlockHash::Digest expected{};
    for (std::size_t pass = 0; pass < BlockHash::kPasses; ++pass) {
      for (std::size_t i = 0; i < words.size(); i += 2) {
        const std::uint64_t a = (std::uint64_t{words[i]} + key[i + 4 * pass]) % 0x100000000;
        const std::uint64_t b = (std::uint64_t{words[i + 1]} + key[i + 1 + 4 * pass]) % 0x100000000;
        expected[pass] += a * b;
      }
    }
    CHECK(BlockHash::of(key, block.data()) == expected);
    CHECK(BlockHash::of_plain(key, block.data()) == expected);
  }
}

TEST_CASE("each bit of a block changes every pass of its digest, save by a rare chance") {
  std::mt19937 rng(13);
  const BlockHash::Key key = random_key(rng);
  std::vector<char> block(BlockHash::kBlock, 'a');
  const BlockHash::Digest before = BlockHash::of(key, block.data());
  for (std::size_t bit = 0; bit < BlockHash::kBlock * 8; bit += 37) {
    block[bit / 8] = static_cast<char>(block[bit / 8] ^ (1 << bit % 8));
    const BlockHash::Digest after = BlockHash::of(key, block.data());
    for (std::size_t pass = 0; pass < BlockHash::kPasses; ++pass) CHECK(after[pass] != before[pass]);
    block[bit / 8] = 'a';
  }
}

}  // namespace
}  // namespace sluice::sense
