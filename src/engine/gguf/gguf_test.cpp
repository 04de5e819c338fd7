#include "engine/gguf/gguf.h"

#include <doctest/doctest.h>

#include <unistd.h>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>

#include "engine/gguf/sample.h"

namespace sluice::engine::gguf {
namespace {

constexpr std::uint64_t kHuge = ~std::uint64_t{0};

// The error's code, or "" if the bytes are accepted.
std::string code_of(const std::string& bytes) {
  auto file = File::from_bytes(bytes, "sample");
  return file ? "" : file.error().code;
}
std::string code_of(const Sample& sample) { return code_of(sample.bytes()); }

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Touches everything that an accepted file hands out; the sanitizers watch.
std::uint64_t touch(const File& file) {
  std::uint64_t sum = 0;
  for (std::string_view key : file.keys()) {
    sum += file.value_type(key).size();
    sum += file.string(key).value_or("").size();
    sum += file.unsigned_integer(key).value_or(0);
    sum += file.number(key).value_or(0) > 1 ? 1 : 0;
    if (auto strings = file.strings(key))
      for (std::string_view text : *strings) sum += std::accumulate(text.begin(), text.end(), std::uint64_t{0});
    if (auto integers = file.integers(key)) sum += integers->size();
    if (auto floats = file.floats(key)) sum += floats->size();
    if (auto flags = file.booleans(key)) sum += flags->size();
  }
  for (const Tensor& tensor : file.tensors()) {
    REQUIRE(tensor.offset + tensor.bytes <= file.bytes().size());
    sum += tensor.data[0] + tensor.data[tensor.bytes - 1];
  }
  return sum;
}

Sample small() {
  Sample sample;
  sample.string("general.architecture", "llama").u32("llama.block_count", 2).f32("llama.epsilon", 0.5f);
  sample.tensor("a", {32, 2}, TensorType::Q8_0, std::string(68, 'x'));
  sample.tensor("b", {3}, TensorType::F32, std::string(12, 'y'));
  return sample;
}

}  // namespace

TEST_CASE("a well-formed file gives its values and tensors back") {
  const std::string bytes = small().bytes();
  auto file = File::from_bytes(bytes, "sample");
  REQUIRE(file.has_value());
  CHECK((*file)->string("general.architecture") == "llama");
  CHECK((*file)->unsigned_integer("llama.block_count") == 2);
  CHECK((*file)->number("llama.epsilon") == 0.5);
  CHECK(!(*file)->string("llama.block_count").has_value());
  CHECK((*file)->value_type("nothing") == "absent");
  CHECK((*file)->require_string("llama.block_count").error().code == "gguf.key_type");
  CHECK((*file)->require_string("nothing").error().code == "gguf.missing_key");
  const Tensor* a = (*file)->tensor("a");
  REQUIRE(a);
  CHECK(a->bytes == 68);
  CHECK(a->rows() == 2);
  CHECK(a->data[67] == 'x');
  CHECK((*file)->tensor("b")->data[0] == 'y');
  CHECK((*file)->tensor("c") == nullptr);
}

TEST_CASE("versions 2 and 3 are read, and others are refused by number") {
  for (std::uint32_t version : {0u, 1u, 2u, 3u, 4u, 0x03000000u}) {
    Sample sample = small();
    sample.version = version;
    CHECK(code_of(sample) == (version == 2 || version == 3 ? "" : "gguf.version"));
  }
}

TEST_CASE("every prefix of a file is refused, because it ends too early") {
  const std::string bytes = small().bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto file = File::from_bytes(std::string_view(bytes).substr(0, size), "prefix");
    REQUIRE(!file.has_value());
    CHECK(file.error().code == "gguf.truncated");
    CHECK(file.error().where.starts_with("prefix byte "));
  }
}

// Lies that have been turned into attacks on other readers (reference/policy_security.md, section 8).
TEST_CASE("counts and lengths beyond the file are refused before anything is allocated") {
  for (std::uint64_t lie :
       {kHuge, kHuge - 1, kHuge / 2, std::uint64_t{1} << 61, std::uint64_t{1} << 32, std::uint64_t{100}}) {
    Sample counts = small();
    counts.tensor_count = lie;
    CHECK(code_of(counts) == "gguf.truncated");
    counts = small();
    counts.pair_count = lie;
    CHECK(code_of(counts) != "");
    const std::string length = Bytes().put(lie).text;
    CHECK(code_of(Sample().raw("key", 8, length + "abc")) == "gguf.truncated");
    for (std::uint32_t element : {0u, 4u, 8u, 10u, 12u})
      CHECK(code_of(Sample().raw("key", 9, Bytes().put(element).put(lie).text)) == "gguf.truncated");
    Bytes key;
    key.text = "GGUF";
    key.put(3u).put(std::uint64_t{0}).put(std::uint64_t{1}).put(lie).text += std::string(50, 'k');
    CHECK(code_of(key.text) != "");
    const std::string inner = Bytes().put(8u).put(std::uint64_t{1}).put(lie).text;
    CHECK(code_of(Sample().raw("key", 9, inner)) == "gguf.truncated");
  }
}

TEST_CASE("unknown types, arrays of arrays and bools that are neither 0 nor 1 are refused") {
  for (std::uint32_t type : {13u, 255u, 0xffffffffu}) {
    CHECK(code_of(Sample().raw("key", type, std::string(16, '\0'))) == "gguf.type");
    CHECK(code_of(Sample().raw("key", 9, Bytes().put(type).put(std::uint64_t{0}).text)) == "gguf.type");
    CHECK(code_of(Sample().raw_tensor("t", 1, {32}, type, 0)) != "");
  }
  CHECK(code_of(Sample().raw(
            "key", 9, Bytes().put(9u).put(std::uint64_t{1}).put(4u).put(std::uint64_t{0}).text)) == "gguf.type");
  CHECK(code_of(Sample().raw("key", 7, std::string(1, '\1'))) == "");
  CHECK(code_of(Sample().raw("key", 7, std::string(1, '\2'))) == "gguf.value");
  CHECK(code_of(Sample().raw("key", 9, Bytes().put(7u).put(std::uint64_t{1}).put(std::uint8_t{3}).text)) ==
        "gguf.value");
  for (std::uint32_t type : {4u, 5u, 31u, 32u, 33u, 36u, 40u, 0xffffffffu})
    CHECK(code_of(Sample().raw_tensor("t", 1, {32}, type, 0)) == "gguf.type");
}

TEST_CASE("keys and names that are empty, too long, doubled or no UTF-8 are refused") {
  CHECK(code_of(Sample().u32("", 1)) == "gguf.key");
  CHECK(code_of(Sample().u32(std::string_view("a\0b", 3), 1)) == "gguf.key");
  CHECK(code_of(Sample().u32("\xff\xfe", 1)) == "gguf.key");
  CHECK(code_of(Sample().u32(std::string(65535, 'k'), 1)) == "");
  CHECK(code_of(Sample().u32(std::string(65536, 'k'), 1)) == "gguf.key");
  CHECK(code_of(Sample().u32("a", 1).u32("a", 1)) == "gguf.duplicate");
  CHECK(code_of(Sample().string("a", "\xc3\x28")) == "gguf.value");
  const std::string four(16, '\0');
  CHECK(code_of(Sample().tensor(std::string(64, 't'), {4}, TensorType::F32, four)) == "");
  CHECK(code_of(Sample().tensor(std::string(65, 't'), {4}, TensorType::F32, four)) == "gguf.key");
  CHECK(code_of(Sample().tensor("", {4}, TensorType::F32, four)) == "gguf.key");
  CHECK(code_of(Sample().tensor("\x80", {4}, TensorType::F32, four)) == "gguf.key");
  CHECK(code_of(Sample().tensor("t", {4}, TensorType::F32, four).tensor("t", {4}, TensorType::F32, four)) ==
        "gguf.duplicate");
}

TEST_CASE("shapes whose product wraps, dimensions of 0 and broken blocks are refused") {
  const std::uint64_t two32 = std::uint64_t{1} << 32, two63 = std::uint64_t{1} << 63;
  const std::vector<std::vector<std::uint64_t>> shapes{{0},
                                                       {4, 0},
                                                       {two32, two32},
                                                       {two63, 2},
                                                       {two63, two63, two63, two63},
                                                       {kHuge},
                                                       {two32, two32, 2},
                                                       {1u << 30, 1u << 30}};
  for (const auto& shape : shapes) {
    for (TensorType type : {TensorType::F32, TensorType::Q8_0, TensorType::Q4_K}) {
      Sample sample;
      sample.raw_tensor("t", static_cast<std::uint32_t>(shape.size()), shape, static_cast<std::uint32_t>(type), 0);
      CHECK(code_of(sample) == "gguf.tensor");
    }
  }
  for (std::uint32_t dimensions : {0u, 5u, 0xffffffffu})
    CHECK(code_of(Sample().raw_tensor("t", dimensions, std::vector<std::uint64_t>(5, 1), 0, 0)) == "gguf.tensor");
  CHECK(code_of(Sample().raw_tensor("t", 1, {31}, 8, 0)) == "gguf.tensor");
  CHECK(code_of(Sample().raw_tensor("t", 1, {128}, 12, 0)) == "gguf.tensor");
}

TEST_CASE("tensors outside the file, overlapping or unaligned are refused") {
  const auto with_offset = [](std::uint64_t offset) {
    Sample sample;
    sample.tensor("a", {8}, TensorType::F32, std::string(32, 'x'));
    sample.raw_tensor("b", 1, {8}, 0, offset);
    return code_of(sample);
  };
  CHECK(with_offset(32) == "gguf.truncated");
  CHECK(with_offset(0) == "gguf.tensor");
  CHECK(with_offset(1) == "gguf.alignment");
  CHECK(with_offset(kHuge - 31) == "gguf.truncated");
  CHECK(with_offset(std::uint64_t{1} << 62) == "gguf.truncated");
}

TEST_CASE("an alignment that is no power of two, 0, or no u32 is refused") {
  for (std::uint32_t alignment : {0u, 1u, 4u, 12u, 33u, 0x80000000u, 0xffffffffu})
    CHECK(code_of(Sample().u32("general.alignment", alignment)) == "gguf.alignment");
  CHECK(code_of(Sample().u32("general.alignment", 64)) == "");
  CHECK(code_of(Sample().f32("general.alignment", 32)) == "gguf.alignment");
  CHECK(code_of(Sample().string("general.alignment", "32")) == "gguf.alignment");
}

TEST_CASE("whatever bytes of a real header are changed, the reader answers with a value or an error") {
  for (const char* path : {"../shared/engine/tiny-llama-Q8_0.gguf", "../shared/engine/tiny-qwen2-Q4_K_M.gguf",
                           "../shared/weights/stories260K-F32.gguf"}) {
    const std::string original = read_file(path);
    if (original.empty()) {
      MESSAGE("SKIPPED: " << std::string(path) << " is not there");
      return;
    }
    std::mt19937_64 random(1);
    int accepted = 0;
    const int rounds = 400;
    for (int round = 0; round < rounds; ++round) {
      std::string bytes = original;
      const std::size_t header = 32 * 1024 < bytes.size() ? 32 * 1024 : bytes.size();
      const int changes = 1 + static_cast<int>(random() % 8);
      for (int i = 0; i < changes; ++i) {
        const std::size_t at = round % 3 == 0 ? random() % 64 : random() % header;
        if (round % 4 == 0 && at + 8 <= bytes.size()) {  // a whole number, since those are what readers trust
          const std::uint64_t lies[] = {0, 1, kHuge, kHuge >> 1, std::uint64_t{1} << 32, random()};
          std::memcpy(bytes.data() + at, &lies[random() % 6], 8);
        } else {
          bytes[at] = static_cast<char>(random());
        }
      }
      if (round % 5 == 0) bytes.resize(random() % bytes.size());
      auto file = File::from_bytes(bytes, "mutant");
      if (!file) {
        CHECK(file.error().code.starts_with("gguf."));
        CHECK(!file.error().where.empty());
        continue;
      }
      ++accepted;
      touch(**file);
    }
    CHECK(accepted < rounds);
  }
}

TEST_CASE("bytes at any address are read alike") {
  const std::string bytes = small().bytes();
  std::string room(bytes.size() + 64, ' ');
  for (std::size_t shift = 0; shift < 33; ++shift) {
    std::memcpy(room.data() + shift, bytes.data(), bytes.size());
    auto file = File::from_bytes(std::string_view(room).substr(shift, bytes.size()), "shifted");
    REQUIRE(file.has_value());
    CHECK(reinterpret_cast<std::uintptr_t>((*file)->tensor("b")->data) % 32 == 0);
    CHECK((*file)->tensor("b")->data[11] == 'y');
  }
}

TEST_CASE("a file on disk is mapped, and what is no regular file or too short is refused") {
  const std::string path = "/tmp/sluice-gguf-test-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << small().bytes();
  auto file = File::open(path);
  REQUIRE(file.has_value());
  CHECK((*file)->tensors().size() == 2);
  CHECK((*file)->digest().starts_with("sha256:"));
  CHECK((*file)->digest(10) == (*file)->header_digest());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << "GGUF";
  CHECK(File::open(path).error().code == "gguf.truncated");
  std::remove(path.c_str());
  CHECK(File::open(path).error().code == "gguf.io");
  CHECK(File::open("/tmp").error().code == "gguf.io");
  CHECK(File::open("/dev/zero").error().code == "gguf.io");
}

TEST_CASE("a model in parts is one file, and parts that don't belong together are refused") {
  const std::string stem = "/tmp/sluice_parts_" + std::to_string(::getpid());
  const auto path = [&](int i) { return stem + "-0000" + std::to_string(i + 1) + "-of-00003.gguf"; };
  const auto write = [&](int i, std::uint32_t number, const std::string& tensor, std::uint32_t total = 3) {
    Sample sample;
    sample.string("general.architecture", "llama").u32("split.no", number).u32("split.count", 3);
    sample.u32("split.tensors.count", total);
    sample.tensor(tensor, {8}, TensorType::F32, std::string(32, static_cast<char>('a' + i)));
    std::ofstream(path(i), std::ios::binary) << sample.bytes();
  };
  const auto code = [&](int i = 0) {
    auto file = File::open(path(i));
    return file ? std::string() : file.error().code;
  };
  for (int i = 0; i < 3; ++i) write(i, static_cast<std::uint32_t>(i), "t" + std::to_string(i));
  {
    auto file = File::open(path(0));
    REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
    CHECK((*file)->parts() == 3);
    CHECK((*file)->tensors().size() == 3);
    REQUIRE((*file)->tensor("t2") != nullptr);
    CHECK((*file)->tensor("t2")->data[0] == 'c');
    CHECK((*file)->size() == 3 * (*file)->bytes().size());
    CHECK((*file)->digest() != (*file)->header_digest());
  }
  CHECK(code(1) == "gguf.split");  // not the first
  write(1, 2, "t1");
  CHECK(code() == "gguf.split");  // another number than its name
  write(1, 1, "t0");
  CHECK(code() == "gguf.duplicate");
  write(1, 1, "t1");
  write(0, 0, "t0", 4);
  CHECK(code() == "gguf.split");  // a tensor too few
  write(0, 0, "t0");
  std::remove(path(2).c_str());
  CHECK(code() == "gguf.io");
  for (int i = 0; i < 2; ++i) std::remove(path(i).c_str());
}

}  // namespace sluice::engine::gguf
