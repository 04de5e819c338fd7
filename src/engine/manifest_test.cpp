#include "engine/manifest.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "base/test_folder.h"

namespace sluice::engine {
namespace {

// printf abc | sha256sum; the example of FIPS 180-4
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string code(const auto& result) { return result ? "" : result.error().code; }

}  // namespace

TEST_CASE("a manifest that sha256sum wrote is read, and what is written here sha256sum finds right") {
  const TestFolder folder;
  folder.write("a.gguf", "abc");
  folder.write("odd\\name\n.gguf", "abc");
  REQUIRE(std::system(("cd " + folder.path() + " && sha256sum a.gguf odd* > SHA256SUMS").c_str()) == 0);
  const auto lines = read_manifest(folder / "SHA256SUMS");
  REQUIRE(lines.has_value());
  REQUIRE(lines->size() == 2);
  CHECK((*lines)[0].name == "a.gguf");
  CHECK((*lines)[0].sha256 == kAbc);
  CHECK((*lines)[1].name == "odd\\name\n.gguf");
  const std::string theirs = folder.read("SHA256SUMS");
  REQUIRE(save_manifest(folder / "SHA256SUMS", *lines).has_value());
  CHECK(folder.read("SHA256SUMS") == theirs);
  CHECK(std::system(("cd " + folder.path() + " && sha256sum -c --quiet SHA256SUMS").c_str()) == 0);
}

TEST_CASE("a line that is no line of a manifest is refused by its number, and so is a name that leads elsewhere") {
  const std::string good = std::string(kAbc) + "  a.gguf\n";
  CHECK(parse_manifest(good + "\r\n" + std::string(kAbc) + " *b.gguf\r\n", "m")->size() == 2);
  const std::string hex = kAbc;
  for (const std::string& bad :
       {std::string("nonsense"), hex, hex + " a", hex.substr(1) + "  a.gguf", "g" + hex.substr(1) + "  a.gguf",
        hex + "  ../a.gguf", hex + "  /etc/passwd", hex + "  a/../../b", "\\" + hex + "  a\\q"}) {
    const auto parsed = parse_manifest(good + bad + "\n", "m");
    REQUIRE_MESSAGE(!parsed, bad);
    CHECK(parsed.error().code == "manifest.line");
    CHECK(parsed.error().where == "m:2");
  }
}

TEST_CASE("a file is checked against FILE.sha256 before SHA256SUMS, and a model in parts part by part") {
  const TestFolder folder;
  folder.write("a.gguf", "abc");
  CHECK(code(expected_of(folder / "a.gguf")) == "manifest.missing");
  folder.write("SHA256SUMS", std::string(64, '0') + "  a.gguf\n");
  CHECK(code(verify_file(expected_of(folder / "a.gguf")->front())) == "manifest.mismatch");
  folder.write("a.gguf.sha256", std::string(kAbc) + "  a.gguf\n");
  CHECK(verify_file(expected_of(folder / "a.gguf")->front()).has_value());
  CHECK(expected_of(folder.path())->size() == 2);

  folder.write("m-00001-of-00002.gguf", "abc");
  folder.write("m-00002-of-00002.gguf", "abd");
  folder.write("SHA256SUMS", std::string(kAbc) + "  m-00001-of-00002.gguf\n" + kAbc + "  m-00002-of-00002.gguf\n");
  const auto parts = expected_of(folder / "m-00001-of-00002.gguf");
  REQUIRE(parts->size() == 2);
  CHECK(verify_file((*parts)[0]).has_value());
  const auto second = verify_file((*parts)[1]);
  REQUIRE(!second);
  CHECK(second.error().where == folder / "m-00002-of-00002.gguf");
  CHECK(code(verify_file({folder / "not there", kAbc})) == "manifest.io");
}

TEST_CASE("a file counts as verified until it changes, and as what another manifest says never") {
  const TestFolder folder;
  folder.write("a.gguf", "abc");
  const std::string path = folder / "a.gguf";
  CHECK(verified(path) == Verified::NoManifest);
  folder.write("a.gguf.sha256", std::string(kAbc) + "  a.gguf\n");
  CHECK(verified(path) == Verified::Not);
  const auto remembered = verify_file(expected_of(path)->front());
  REQUIRE(remembered.has_value());
  if (!*remembered) {
    MESSAGE("SKIPPED: the file system of temporary files has no attributes");
    return;
  }
  CHECK(verified(path) == Verified::Yes);
  folder.write("a.gguf.sha256", std::string(64, '0') + "  a.gguf\n");
  CHECK(verified(path) == Verified::Not);
  folder.write("a.gguf.sha256", std::string(kAbc) + "  a.gguf\n");
  folder.write("a.gguf", "abcd");  // the attribute stays with the file
  CHECK(verified(path) == Verified::Changed);
}

TEST_CASE("reading a large file tells how far it is, up to its end") {
  const TestFolder folder;
  folder.write("big", std::string(9u << 20, 'x'));
  std::uint64_t last = 0, size = 0;
  int calls = 0;
  const auto digest =
      sha256_of_file(folder / "big", [&](const std::string&, std::uint64_t done, std::uint64_t of) {
        CHECK(done > last);
        last = done;
        size = of;
        ++calls;
      });
  CHECK(last == 9u << 20);
  CHECK(size == last);
  CHECK(calls >= 3);
  FILE* pipe = ::popen(("sha256sum < " + (folder / "big")).c_str(), "r");
  char hex[65] = {};
  REQUIRE(std::fread(hex, 1, 64, pipe) == 64);
  ::pclose(pipe);
  CHECK(*digest == hex);
}

}  // namespace sluice::engine
