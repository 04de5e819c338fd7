#include "ledger/journal.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

constexpr std::size_t kArea = 8192;

struct Fixture {
  TestFolder directory;
  std::string path = journal_path(directory.path());

  Journal open(std::size_t area = kArea) {
    auto journal = Journal::open(directory.path(), area);
    if (!journal) FAIL(journal.error().to_string());
    return std::move(*journal);
  }
  std::string bytes() {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  }
  void put(const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), std::streamsize(bytes.size()));
  }
  // Of each generation that was not moved "number:body,body".
  std::string left(std::int64_t moved = 0) {
    auto generations = open().above(moved);
    if (!generations) return generations.error().code;
    std::string text;
    for (const auto& generation : *generations) {
      text += (text.empty() ? "" : " ") + std::to_string(generation.number) + ":";
      for (const std::string& body : generation.bodies) text += body + ",";
    }
    return text;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "What was appended is read again, in its order, whatever bytes it has") {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    Journal journal = open();
    std::vector<std::string> appended[2];
    for (int g : {0, 1}) {
      journal.begin(2 * round + g + 1);
      for (int i = int(random() % 20); i >= 0; --i) {
        std::string body(random() % 300, '\0');
        for (char& c : body) c = char(random());
        REQUIRE(journal.append(body));
        appended[g].push_back(std::move(body));
      }
    }
    auto both = open().above(2 * round);
    REQUIRE(both);
    REQUIRE(both->size() == 2);
    for (std::size_t g : {0u, 1u}) {
      CHECK((*both)[g].number == 2 * round + std::int64_t(g) + 1);
      CHECK((*both)[g].bodies == appended[g]);
    }
    CHECK(open().above(2 * round + 1)->size() == 1);
    CHECK(open().above(2 * round + 2)->empty());
    CHECK(Journal::newest_generation(directory.path()) == 2 * round + 2);
  }
}

TEST_CASE_FIXTURE(Fixture, "A frame that is torn at any byte, or has a bit flipped, ends what is read") {
  {
    Journal journal = open();
    journal.begin(1);
    for (const char* body : {"first", "second", "third"}) REQUIRE(journal.append(body));
  }
  REQUIRE(left() == "1:first,second,third,");
  const std::string whole = bytes();
  const std::size_t begin = whole.find("third") - 16, end = whole.find("third") + 5;
  for (std::size_t at = begin; at < end; ++at) {
    CAPTURE(at - begin);
    std::string torn = whole;
    std::fill(torn.begin() + std::ptrdiff_t(at), torn.end(), '\0');
    if (torn.compare(begin, end - begin, whole, begin, end - begin) != 0) {
      put(torn);
      CHECK(left() == "1:first,second,");
    }
    put(whole.substr(0, at));
    CHECK(left() == "1:first,second,");
    for (int bit = 0; bit < 8; ++bit) {
      torn = whole;
      torn[at] = char(torn[at] ^ (1 << bit));
      put(torn);
      CHECK(left() == "1:first,second,");
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "What a generation overwrites does not come back behind it") {
  Journal journal = open();
  journal.begin(1);
  for (const char* body : {"a1", "b1", "c1"}) REQUIRE(journal.append(body));
  journal.begin(2);
  REQUIRE(journal.append("a2"));
  CHECK(left() == "1:a1,b1,c1, 2:a2,");
  journal.begin(3);  // nothing of it yet: 1 was moved, and the number in the database says so
  CHECK(left(1) == "2:a2,");
  REQUIRE(journal.append("a3"));  // as long as a1: b1 stands whole behind it
  CHECK(bytes().find("b1") != std::string::npos);
  CHECK(left() == "2:a2, 3:a3,");
  CHECK(left(3) == "");
}

TEST_CASE_FIXTURE(Fixture, "A full area takes no more until the next generation, and the file does not grow") {
  Journal journal = open();
  const auto size = std::filesystem::file_size(path);
  for (std::int64_t generation = 1; generation < 6; ++generation) {
    journal.begin(generation);
    std::size_t taken = 0;
    CHECK_FALSE(journal.half_full());
    while (journal.append(std::string(500, 'x'))) ++taken;
    CHECK(journal.half_full());
    CHECK(taken == kArea / 516);
    CHECK(journal.append(std::string(kArea - taken * 516 - 16, 'y')));  // to the last byte
    CHECK_FALSE(journal.append(""));
    auto generations = open().above(generation - 1);
    REQUIRE(generations);
    REQUIRE(generations->size() == 1);
    CHECK(generations->front().bodies.size() == taken + 1);
  }
  CHECK(std::filesystem::file_size(path) == size);
}

// The kernel cuts the write at the limit and refuses the rest, as a full disk does.
TEST_CASE_FIXTURE(Fixture, "A write that the file takes in part appends nothing, and the next takes its place") {
  Journal journal = open();
  journal.begin(1);
  REQUIRE(journal.append("kept"));
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  rlimit small = limit;
  small.rlim_cur = bytes().find("kept") + 4 + 100;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  bool long_one = journal.append(std::string(200, 'x')), short_one = journal.append("short");
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK_FALSE(long_one);
  CHECK(bytes().find("xxx") != std::string::npos);  // torn
  CHECK(short_one);
  CHECK(left() == "1:kept,short,");
  REQUIRE(journal.append("after"));
  CHECK(left() == "1:kept,short,after,");
}

TEST_CASE_FIXTURE(Fixture, "A file that was not finished is made again; another program's is refused and kept") {
  SUBCASE("empty") { put(""); }
  SUBCASE("allocated, without a head") { put(std::string(4096 + 2 * kArea, '\0')); }
  Journal journal = open();
  journal.begin(7);
  REQUIRE(journal.append("seven"));
  CHECK(left() == "7:seven,");
  CHECK(open(2 * kArea).above(0)->size() == 1);  // its areas stay as they are
  std::string foreign = bytes();
  foreign[7] = '9';  // a later version
  put(foreign);
  auto refused = Journal::open(directory.path(), kArea);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "ledger.corrupt");
  CHECK(bytes() == foreign);
  CHECK(Journal::newest_generation(directory.path()) == 0);
}
