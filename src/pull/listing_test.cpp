#include "pull/listing.h"

#include <doctest/doctest.h>

namespace sluice::pull {
namespace {

std::string entry(const std::string& path, const std::string& digest = std::string(64, 'a')) {
  return R"({"type":"file","path":")" + path + R"(","size":134,"lfs":{"oid":")" + digest + R"(","size":7}})";
}

std::vector<RemoteFile> listed(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += (text.empty() ? "[" : ",") + entry(path);
  const auto files = read_listing(text + "]");
  REQUIRE_MESSAGE(files.has_value(), files.error().to_string());
  return *files;
}

std::string chosen(const std::vector<std::string>& paths, const std::string& wanted) {
  const auto files = choose(listed(paths), wanted);
  if (!files) return files.error().code;
  std::string names;
  for (const RemoteFile& file : *files) names += (names.empty() ? "" : " ") + file.path;
  return names;
}

}  // namespace

TEST_CASE("size and digest are those of the stored file, not of its pointer") {
  const auto files = listed({"a/b.gguf"});
  REQUIRE(files.size() == 1);
  CHECK(files[0].size == 7);
  CHECK(files[0].sha256 == std::string(64, 'a'));
  CHECK(files[0].name == "b.gguf");
  CHECK(read_listing("[" + entry("a.gguf", "sha256:" + std::string(64, 'b')) + "]")->front().sha256 ==
        std::string(64, 'b'));
  CHECK(read_listing(R"([{"type":"file","path":"README.md","size":1},{"type":"directory","path":"x.gguf"}])")
            ->empty());
}

TEST_CASE("a quantisation is named by whole words, and parts of one model belong together") {
  CHECK(chosen({"m-Q4_K_M.gguf", "m-IQ4_K_M.gguf", "m-Q4_K_M_XL.gguf"}, "Q4_K_M") == "m-Q4_K_M.gguf");
  CHECK(chosen({"UD-Q2_K/m-00001-of-00002.gguf", "UD-Q2_K/m-00002-of-00002.gguf", "m-Q8_0.gguf"}, "ud-q2_k") ==
        "UD-Q2_K/m-00001-of-00002.gguf UD-Q2_K/m-00002-of-00002.gguf");
  CHECK(chosen({"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}, "m-00002-of-00002.gguf") ==
        "m-00001-of-00002.gguf m-00002-of-00002.gguf");
  CHECK(chosen({"only.gguf", "mmproj-F16.gguf", "imatrix.gguf"}, "") == "only.gguf");
  CHECK(chosen({"a.gguf", "b.gguf"}, "") == "pull.choose");
  CHECK(chosen({"m-00001-of-00003.gguf", "m-00003-of-00003.gguf"}, "") == "pull.not_found");
}

TEST_CASE("paths that lead elsewhere are refused, whatever else the listing has") {
  for (const char* path : {"../a.gguf", "/a.gguf", "a//b.gguf", "a/./b.gguf", "a/../b.gguf", "a\\\\b.gguf",
                           "a\\u0000b.gguf", "\\u001b[2J.gguf"}) {
    const auto files = read_listing("[" + entry("good.gguf") + "," + entry(path) + "]");
    REQUIRE_MESSAGE(!files, path);
    CHECK(files.error().code == "pull.unsafe");
    for (char c : files.error().message) CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
}

TEST_CASE("names of repositories and paths in addresses are plain") {
  CHECK(valid_repository("deepseek-ai/DeepSeek-V3.1_x"));
  for (const char* name : {"", "a", "/a", "a/", "a/b/c", "../b", "a/..", "a b/c", "a/b?c", "a/b#", "a%2f/b"})
    CHECK_MESSAGE(!valid_repository(name), name);
  CHECK(encode_path("a dir/m ü+?.gguf") == "a%20dir/m%20%C3%BC%2B%3F.gguf");
}

}  // namespace sluice::pull
