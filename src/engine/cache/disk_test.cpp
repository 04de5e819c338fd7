#include "engine/cache/disk.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/id.h"
#include "base/test_folder.h"

namespace sluice::engine {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

constexpr std::uint64_t kPageBytes = 3001;  // not a multiple of the numbers' size

class Folder : public TestFolder {
 public:
  std::vector<fs::path> pages(const std::string& ending = ".page") const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(path()))
      if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const fs::path& file : pages()) sum += fs::file_size(file);
    return sum;
  }
};

std::int64_t now_is = 1'800'000'000;

DiskOptions options(const Folder& folder, std::uint64_t bytes = 1 << 20, const std::string& identity = "model") {
  DiskOptions o;
  o.folder = folder / "cache";
  o.bytes = bytes;
  o.age = hours(48);
  o.tenants = {"acme", "other"};
  o.identity = identity;
  o.page_bytes = kPageBytes;
  o.now = [] { return now_is; };
  return o;
}

std::unique_ptr<DiskPages> open(DiskOptions wanted) {
  auto pages = DiskPages::open(std::move(wanted));
  REQUIRE_MESSAGE(pages.has_value(), pages.error().to_string());
  return std::move(*pages);
}

std::string key(int number) { return sha256_hex("key " + std::to_string(number)); }

// Incompressible, and different for every number.
std::shared_ptr<const Page> page(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  auto made = std::make_shared<Page>(kPageBytes);
  for (std::byte& b : *made) b = static_cast<std::byte>(random());
  return made;
}

// Keeps pages first .. first + count - 1 as a sequence from its beginning on.
void keep(DiskPages& pages, const std::string& tenant, int first, int count) {
  for (int i = 0; i < count; ++i)
    pages.keep(tenant, i == 0 ? "" : key(first + i - 1), key(first + i), page(first + i));
  pages.settle();
}

std::vector<std::shared_ptr<const Page>> fetch(DiskPages& pages, const std::string& tenant, int first, int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back(key(first + i));
  std::vector<std::shared_ptr<const Page>> found;
  pages.fetch(tenant, keys, [&](auto got) { found = std::move(got); });
  pages.settle();
  return found;
}

// How many pages of the sequence are found; each is checked to be the one that was kept.
int found(DiskPages& pages, const std::string& tenant, int first, int count) {
  const auto got = fetch(pages, tenant, first, count);
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(*got[i] == *page(first + static_cast<int>(i)));
  return static_cast<int>(got.size());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  // As old as the cache would have made it.
  fs::last_write_time(path,
                      std::chrono::file_clock::from_sys(std::chrono::sys_seconds(std::chrono::seconds(now_is))));
}

}  // namespace

TEST_CASE("pages outlive the process, each tenant's for itself") {
  const Folder folder;
  {
    auto pages = open(options(folder));
    keep(*pages, "acme", 0, 5);
    CHECK(found(*pages, "acme", 0, 5) == 5);
    CHECK(found(*pages, "acme", 0, 9) == 5);
    CHECK(found(*pages, "other", 0, 5) == 0);
    CHECK(found(*pages, "nobody", 0, 5) == 0);
    CHECK_FALSE(pages->keep("nobody", "", key(1), page(1)));
  }
  auto pages = open(options(folder));
  CHECK(pages->bytes() == folder.bytes());
  CHECK(pages->has("acme", key(4)));
  CHECK_FALSE(pages->has("other", key(4)));
  CHECK(found(*pages, "acme", 0, 5) == 5);
  CHECK(found(*pages, "other", 0, 5) == 0);
}

TEST_CASE("files say nothing to who has no key, and of equal pages each tenant's is another") {
  const Folder folder;
  auto pages = open(options(folder));
  auto telling = std::make_shared<Page>(kPageBytes, std::byte{'S'});
  for (const char* tenant : {"acme", "other"}) pages->keep(tenant, "", key(1), telling);
  pages->settle();
  const auto files = folder.pages();
  REQUIRE(files.size() == 2);
  CHECK(read(files[0]) != read(files[1]));
  for (const fs::path& file : files) {
    CHECK(fs::file_size(file) < 200);  // it is compressed
    CHECK(read(file).find("SSSS") == std::string::npos);
    CHECK((fs::status(file).permissions() & fs::perms(077)) == fs::perms::none);
  }
  CHECK((fs::status(folder / "cache/key").permissions() & fs::perms(077)) == fs::perms::none);
}

TEST_CASE("a file that was changed in any bit, cut or lengthened is not there, and goes") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const Folder folder;
    const bool restarts = round % 2 == 0;
    auto pages = open(options(folder));
    keep(*pages, "acme", 0, 2);
    if (restarts) pages.reset();
    const auto files = folder.pages();
    REQUIRE(files.size() == 2);
    const fs::path& victim = files[random() % 2];
    const bool first = victim.filename().string().starts_with(key(0));
    std::string bytes = read(victim);
    const std::size_t at = random() % bytes.size();
    if (round % 10 == 8)
      bytes.resize(at);
    else if (round % 10 == 9)
      bytes += std::string(1 + random() % 5000, 'x');
    else
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
    write(victim, bytes);
    if (restarts) pages = open(options(folder));
    CHECK(found(*pages, "acme", 0, 2) == (first ? 0 : 1));
    CHECK_FALSE(fs::exists(victim));
    keep(*pages, "acme", 0, 2);
    CHECK(found(*pages, "acme", 0, 2) == 2);
  }
}

TEST_CASE("another page's file, another tenant's and another model's are no page, whatever their names say") {
  const Folder folder;
  std::string theirs, mine, second;
  {
    auto pages = open(options(folder));
    keep(*pages, "acme", 0, 2);
    keep(*pages, "other", 0, 1);
  }
  for (const fs::path& file : folder.pages()) {
    const bool first = file.filename().string().starts_with(key(0));
    (first ? mine : second) = read(file);
  }
  fs::path acme;
  for (const fs::path& file : folder.pages())
    if (file.filename().string().starts_with(key(1))) acme = file.parent_path();
  fs::path place;
  for (const fs::path& file : folder.pages()) {
    if (!file.filename().string().starts_with(key(0))) continue;
    if (file.parent_path() == acme)
      place = file;
    else
      theirs = read(file);
  }
  for (const std::string& bytes : {theirs, second}) {
    write(place, bytes);
    auto pages = open(options(folder));
    CHECK(pages->has("acme", key(0)));
    CHECK(found(*pages, "acme", 0, 1) == 0);
    CHECK_FALSE(fs::exists(place));
  }
  // The same file, key and tenant under another model.
  auto pages = open(options(folder, 1 << 20, "another model"));
  keep(*pages, "acme", 0, 1);
  const auto files = folder.pages();
  REQUIRE(files.size() == 1);
  write(files[0], mine);
  CHECK(found(*pages, "acme", 0, 1) == 0);
}

TEST_CASE("another model's pages and those of a tenant that left go at the start; other files stay") {
  const Folder folder;
  {
    keep(*open(options(folder)), "acme", 0, 3);
  }
  write(folder / "cache/notes.txt", "mine");
  fs::create_directory(folder / "cache/holiday");
  write(folder / "cache/holiday/photo.page", "mine too");
  const auto files = folder.pages();
  write(files[0].parent_path() / "thesis.txt", "still mine");
  {
    DiskOptions left = options(folder);
    left.tenants = {"other"};
    auto pages = open(left);
    CHECK(pages->bytes() == 0);
  }
  CHECK(folder.pages().size() == 1);
  CHECK(fs::exists(folder / "cache/notes.txt"));
  CHECK(fs::exists(folder / "cache/holiday/photo.page"));
  CHECK(fs::exists(files[0].parent_path() / "thesis.txt"));
  {
    keep(*open(options(folder)), "acme", 0, 3);
  }
  auto pages = open(options(folder, 1 << 20, "another model"));
  CHECK(pages->bytes() == 0);
  CHECK(found(*pages, "acme", 0, 3) == 0);
  CHECK(folder.pages().size() == 1);
}

TEST_CASE("files stay within the bytes, and what others do takes none of a tenant's share") {
  const Folder folder;
  const std::uint64_t bytes = 2 * 10 * (kPageBytes + 100);
  std::mt19937 random(4);
  {
    auto pages = open(options(folder, bytes));
    keep(*pages, "other", 0, 5);
    for (int round = 1; round <= 30; ++round) {
      keep(*pages, "acme", 100 * round, 1 + static_cast<int>(random() % 12));
      CHECK(folder.bytes() <= bytes / 2 + 5 * (kPageBytes + 100));
      CHECK(pages->bytes() == folder.bytes());
      CHECK(found(*pages, "other", 0, 5) == 5);
      CHECK(found(*pages, "acme", 100 * round, 1) == 1);
    }
    // What was used least recently made room, a sequence's end before its beginning.
    keep(*pages, "acme", 5000, 6);
    keep(*pages, "acme", 6000, 4);
    CHECK(found(*pages, "acme", 5000, 6) == 6);
    keep(*pages, "acme", 7000, 3);
    CHECK(found(*pages, "acme", 5000, 6) == 6);
    CHECK(found(*pages, "acme", 6000, 4) <= 1);
  }
  // A smaller bound at the next start.
  auto pages = open(options(folder, bytes / 2));
  CHECK(folder.bytes() <= bytes / 2);
  CHECK(pages->bytes() == folder.bytes());
}

TEST_CASE("what is older than the age is not found, and goes") {
  const Folder folder;
  const std::int64_t begin = now_is;
  auto pages = open(options(folder));
  keep(*pages, "acme", 0, 2);
  now_is += 40 * 3600;
  keep(*pages, "acme", 10, 2);
  CHECK(found(*pages, "acme", 0, 2) == 2);
  now_is += 9 * 3600;
  CHECK(found(*pages, "acme", 0, 2) == 0);
  keep(*pages, "acme", 20, 1);  // a write sweeps
  CHECK(folder.pages().size() == 3);
  pages.reset();
  now_is += 40 * 3600;
  pages = open(options(folder));
  CHECK(folder.pages().size() == 1);
  CHECK(found(*pages, "acme", 20, 1) == 1);
  // The file's own time says what the names of its file may not: a touched one is as old as before.
  pages.reset();
  now_is += 9 * 3600;
  write(folder.pages()[0], read(folder.pages()[0]));
  pages = open(options(folder));
  CHECK(pages->has("acme", key(20)));
  CHECK(found(*pages, "acme", 20, 1) == 0);
  now_is = begin;
}

TEST_CASE("a writer that is killed midway leaves whole pages and nothing else") {
  for (int round = 0; round < 5; ++round) {
    const Folder folder;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto pages = DiskPages::open(options(folder, 1 << 30));
      for (int i = 0; pages && i < 100000; ++i) {
        (*pages)->keep("acme", i == 0 ? "" : key(i - 1), key(i), page(i));
        (*pages)->settle();
      }
      _exit(0);
    }
    while (!fs::exists(folder / "cache") || folder.pages().size() < static_cast<std::size_t>(20 + 17 * round))
      std::this_thread::yield();
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const auto files = folder.pages();
    const std::string half = read(files[0]).substr(0, 1000);
    write(files[0].parent_path() / (key(900) + ".0000000000000000.page.new"), half);  // as if it had come to that
    auto pages = open(options(folder, 1 << 30));
    CHECK(found(*pages, "acme", 0, static_cast<int>(files.size())) == static_cast<int>(files.size()));
    CHECK(folder.pages(".new").empty());
  }
}

TEST_CASE("where a page can't be written, storing ends, and what is there is still found") {
  const Folder folder;
  auto pages = open(options(folder));
  keep(*pages, "acme", 0, 3);
  const fs::path tenant = folder.pages()[0].parent_path();
  fs::rename(tenant, folder / "aside");
  keep(*pages, "acme", 10, 1);
  CHECK_FALSE(pages->storing());
  CHECK_FALSE(pages->keep("acme", "", key(11), page(11)));
  fs::rename(folder / "aside", tenant);
  CHECK(found(*pages, "acme", 0, 3) == 3);
}

TEST_CASE("a folder that can't be used is refused with its path") {
  const Folder folder;
  auto pages = open(options(folder));
  const auto refusal = [&](const DiskOptions& wanted) {
    auto refused = DiskPages::open(wanted);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().where.starts_with(folder.path()));
    return refused.error().code;
  };
  CHECK(refusal(options(folder)) == "engine.cache");  // in use
  pages.reset();
  const fs::path key_file = folder / "cache/key";
  fs::permissions(key_file, fs::perms(0644));
  CHECK(refusal(options(folder)) == "engine.cache");
  fs::permissions(key_file, fs::perms(0600));
  write(key_file, "short");
  CHECK(refusal(options(folder)) == "engine.cache");
  write(folder / "a file", "");
  DiskOptions in_file = options(folder);
  in_file.folder = folder / "a file";
  CHECK(refusal(in_file) == "engine.cache");
  fs::remove(key_file);
  CHECK(DiskPages::open(options(folder, 1000)).error().code == "engine.unsupported");
}

TEST_CASE("what is to be forgotten goes, also what was about to be written") {
  const Folder folder;
  auto pages = open(options(folder));
  keep(*pages, "acme", 0, 3);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4; ++i) pages->keep("other", i == 0 ? "" : key(i - 1), key(i), page(i));
    pages->forget();
    pages->settle();
    CHECK(pages->bytes() == 0);
    CHECK(folder.pages().empty());
  }
  keep(*pages, "acme", 0, 3);
  CHECK(found(*pages, "acme", 0, 3) == 3);
}

TEST_CASE("a page goes with all that continue it, also what was about to be written, and nothing else") {
  const Folder folder;
  auto pages = open(options(folder));
  for (int round = 0; round < 20; ++round) {
    keep(*pages, "acme", 0, 5);
    pages->keep("acme", key(1), key(50), page(50));  // another one behind the second page
    keep(*pages, "acme", 10, 3);
    keep(*pages, "other", 0, 5);
    for (int i = 5; i < 9; ++i) pages->keep("acme", key(i - 1), key(i), page(i));
    pages->forget_from("acme", key(1));
    pages->settle();
    CHECK(found(*pages, "acme", 0, 9) == 1);
    CHECK(!pages->has("acme", key(50)));
    CHECK(found(*pages, "acme", 10, 3) == 3);
    CHECK(found(*pages, "other", 0, 5) == 5);
    CHECK(folder.pages().size() == 9);
  }
}

TEST_CASE("without its key what was stored is nothing, and a new beginning") {
  const Folder folder;
  {
    keep(*open(options(folder)), "acme", 0, 3);
  }
  fs::remove(folder / "cache/key");
  auto pages = open(options(folder));
  CHECK(found(*pages, "acme", 0, 3) == 0);
  CHECK(folder.pages().empty());
  keep(*pages, "acme", 0, 3);
  CHECK(found(*pages, "acme", 0, 3) == 3);
}

TEST_CASE("what waits to be written is bounded, and nobody waits for it") {
  const Folder folder;
  DiskOptions wanted = options(folder);
  wanted.waiting_bytes = 3 * kPageBytes;
  wanted.tenants = {"acme"};
  auto pages = open(wanted);
  int taken = 0;
  for (int i = 0; i < 200; ++i) taken += pages->keep("acme", "", key(i), page(i)) ? 1 : 0;
  pages->settle();
  CHECK(taken >= 3);
  CHECK(folder.pages().size() == static_cast<std::size_t>(taken));
}

}  // namespace sluice::engine
