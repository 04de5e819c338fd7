#include "engine/cache/prefix_cache.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <random>
#include <set>

namespace sluice::engine {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr int kPositions = 4;
constexpr std::uint64_t kPageBytes = 4096, kEntry = kPageBytes + 512;
const model::PageForm kForm{kPositions, kPageBytes, false};

std::unique_ptr<PrefixCache> cache_of(std::uint64_t pages_each, std::vector<std::string> tenants = {"t"}) {
  auto cache = PrefixCache::create(kForm, {pages_each * kEntry * tenants.size(), tenants});
  REQUIRE_MESSAGE(cache.has_value(), cache.error().to_string());
  return std::move(*cache);
}

// What a page holds here: the whole sequence up to its end, so that a wrong page can't be taken for the right one.
void write_page(std::span<std::byte> to, std::span<const std::int32_t> tokens) {
  REQUIRE(to.size() == kPageBytes);
  std::memset(to.data(), 0, to.size());
  std::memcpy(to.data(), tokens.data(), tokens.size_bytes());
}

bool holds(const Page& page, std::span<const std::int32_t> tokens) {
  std::vector<std::byte> expected(kPageBytes);
  write_page(expected, tokens);
  return page == expected;
}

// As the scheduler does: looks the sequence up, then puts the pages that were not found. How many were found.
int use(PrefixCache& cache, const std::string& tenant, const Tokens& tokens, int* filled = nullptr) {
  Trail trail;
  trail.tenant = tenant;
  const auto pages = cache.find(trail, tokens, tokens.size());
  for (std::size_t i = 0; i < pages.size(); ++i)
    CHECK(holds(*pages[i], std::span(tokens).first((i + 1) * kPositions)));
  for (std::size_t end = (pages.size() + 1) * kPositions; end <= tokens.size(); end += kPositions)
    cache.put(trail, std::span(tokens).subspan(end - kPositions, kPositions), [&](std::span<std::byte> to) {
      if (filled) ++*filled;
      write_page(to, std::span(tokens).first(end));
    });
  return static_cast<int>(pages.size());
}

Tokens numbers(int count, int first) {
  Tokens tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(first + i);
  return tokens;
}

}  // namespace

TEST_CASE("the pages of a prefix are found by whoever left them and by nobody else") {
  auto cache = cache_of(8, {"acme", "other", "acm"});
  const Tokens tokens = numbers(18, 100);
  CHECK(use(*cache, "acme", tokens) == 0);
  CHECK(use(*cache, "acme", tokens) == 4);
  CHECK(use(*cache, "other", tokens) == 0);
  CHECK(use(*cache, "acm", tokens) == 0);
  Tokens longer = tokens;
  for (int i = 0; i < 10; ++i) longer.push_back(7);
  CHECK(use(*cache, "acme", longer) == 4);
  CHECK(use(*cache, "acme", longer) == 7);
  Tokens shifted = tokens;
  shifted[0] = 1;  // the same tokens behind another beginning
  CHECK(use(*cache, "acme", shifted) == 0);
  CHECK(use(*cache, "", tokens) == 0);
  CHECK(use(*cache, "", tokens) == 0);
}

TEST_CASE("a sequence is found no further than asked for") {
  auto cache = cache_of(8);
  const Tokens tokens = numbers(16, 0);
  use(*cache, "t", tokens);
  for (std::size_t most : {0, 3, 4, 7, 8, 15, 16, 99}) {
    Trail trail;
    trail.tenant = "t";
    CHECK(cache->find(trail, tokens, most).size() == std::min<std::size_t>(most, 16) / kPositions);
    CHECK(trail.pages == static_cast<int>(std::min<std::size_t>(most, 16) / kPositions));
  }
}

TEST_CASE("a tenant's share is its own: what others do never takes a page of it") {
  auto cache = cache_of(4, {"quiet", "busy"});
  const Tokens mine = numbers(16, 0);
  use(*cache, "quiet", mine);
  for (int i = 1; i <= 50; ++i) use(*cache, "busy", numbers(16, 1000 * i));
  CHECK(use(*cache, "quiet", mine) == 4);
  CHECK(cache->bytes() == 8 * kEntry);
  // A stranger gets nothing, and takes nothing.
  use(*cache, "third", mine);
  CHECK(use(*cache, "third", mine) == 0);
  CHECK(use(*cache, "quiet", mine) == 4);
}

TEST_CASE("what was used least recently makes room, the end of a sequence before its beginning") {
  auto cache = cache_of(6);
  const Tokens first = numbers(12, 0), second = numbers(12, 100), third = numbers(8, 200);
  use(*cache, "t", first);
  use(*cache, "t", second);
  CHECK(use(*cache, "t", first) == 3);
  use(*cache, "t", third);  // takes two of the second's three
  CHECK(use(*cache, "t", first) == 3);
  CHECK(use(*cache, "t", third) == 2);
  Trail trail;
  trail.tenant = "t";
  CHECK(cache->find(trail, second, 12).size() == 1);
}

TEST_CASE("a sequence longer than the share keeps its beginning") {
  auto cache = cache_of(3);
  const Tokens tokens = numbers(40, 0);
  int filled = 0;
  CHECK(use(*cache, "t", tokens, &filled) == 0);
  CHECK(filled == 3);
  CHECK(use(*cache, "t", tokens, &filled) == 3);
  CHECK(filled == 3);
}

TEST_CASE("a cache whose shares hold no page is refused with the numbers") {
  auto cache = PrefixCache::create(kForm, {3 * kEntry - 1, {"a", "b", "c"}});
  REQUIRE(!cache.has_value());
  CHECK(cache.error().code == "engine.unsupported");
  CHECK(cache.error().to_string().find(std::to_string(kEntry)) != std::string::npos);
  CHECK(PrefixCache::create(kForm, {3 * kEntry, {"a", "b", "c"}}).has_value());
}

TEST_CASE("random sequences of several tenants find only their own, within the bounds") {
  std::mt19937 random(3);
  auto cache = cache_of(10, {"a", "b", "c"});
  const std::vector<std::string> tenants{"a", "b", "c", "d"};
  std::map<std::string, std::set<Tokens>> left;  // prefixes that a tenant's sequences had
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string& tenant = tenants[random() % tenants.size()];
    Tokens tokens(random() % 40);
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tokens[i] = i % kPositions == 0 ? static_cast<std::int32_t>(random() % 2) : 5;
    Trail trail;
    trail.tenant = tenant;
    const auto pages = cache->find(trail, tokens, tokens.size());
    found += static_cast<int>(pages.size());
    for (std::size_t i = 0; i < pages.size(); ++i)
      CHECK(left[tenant].contains(
          Tokens(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>((i + 1) * kPositions))));
    use(*cache, tenant, tokens);
    for (std::size_t end = kPositions; end <= tokens.size(); end += kPositions)
      left[tenant].insert(Tokens(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(end)));
    CHECK(cache->bytes() <= 30 * kEntry);
  }
  CHECK(found > 1000);
}

}  // namespace sluice::engine
