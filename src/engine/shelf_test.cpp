#include "engine/shelf.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "base/test_folder.h"
#include "engine/gguf/sample.h"

namespace sluice::engine {
namespace {

std::string bytes_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

const ShelfEntry* entry(const std::vector<ShelfEntry>& entries, const std::string& file) {
  for (const ShelfEntry& e : entries)
    if (e.file == file) return &e;
  return nullptr;
}

}  // namespace

TEST_CASE("names of parts are told apart from names that only look alike") {
  CHECK(part_name("dir/m-00002-of-00003.gguf").index == 2);
  CHECK(part_name("dir/m-00002-of-00003.gguf").part(1) == "dir/m-00001-of-00003.gguf");
  for (const char* other : {"m.gguf", "m-00000-of-00003.gguf", "m-00004-of-00003.gguf", "m-0001-of-00003.gguf",
                            "m-00001-of-00003.gguf.part", "m-+0001-of-00003.gguf", "-00001-of-00003.gguf"})
    CHECK_MESSAGE(part_name(other).index == 0, other);
}

TEST_CASE(
    "a folder's models are listed with what they are, a model in parts once, and bad files with the reason") {
  const std::string tiny = bytes_of("../shared/engine/tiny-qwen2-Q4_K_M.gguf");
  if (tiny.empty()) {
    MESSAGE("SKIPPED: the tiny models are not there");
    return;
  }
  const TestFolder folder;
  folder.write("org/tiny.gguf", tiny);
  folder.write("cut.gguf", tiny.substr(0, 1000));
  folder.write("text.gguf", std::string(100, 'x'));
  folder.write("notes.txt", "no model");
  folder.write(".hidden.gguf", tiny);
  folder.write("late-00002-of-00002.gguf", tiny);
  gguf::Sample data;
  data.string("general.type", "imatrix");
  folder.write("data.gguf", data.bytes());
  const auto entries = list_models(folder.path());
  REQUIRE(entries.has_value());
  CHECK(entries->size() == 5);
  const ShelfEntry* good = entry(*entries, "org/tiny.gguf");
  REQUIRE(good);
  CHECK(good->problem.empty());
  CHECK(good->architecture == "qwen2");
  CHECK(good->bytes == tiny.size());
  CHECK(good->context == 4096);
  CHECK(good->quantisation.find("Q4_K") != std::string::npos);
  CHECK(good->parameters > 1'000'000);
  CHECK(good->verified == Verified::NoManifest);
  const auto problem = [&](const char* file) {
    const ShelfEntry* e = entry(*entries, file);
    return e ? e->problem : "(not listed)";
  };
  CHECK(problem("cut.gguf").starts_with("gguf.truncated: "));
  CHECK(problem("text.gguf").starts_with("gguf.magic: "));
  CHECK(problem("late-00001-of-00002.gguf") == "gguf.split: the first part is missing");
  CHECK(problem("data.gguf") == "not a model: general.type is imatrix");
  const auto none = list_models(folder / "nowhere");
  REQUIRE(!none);
  CHECK(none.error().code == "shelf.folder");
}

}  // namespace sluice::engine
