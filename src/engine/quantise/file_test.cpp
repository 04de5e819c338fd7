#include "engine/quantise/file.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "base/test_folder.h"
#include "engine/gguf/sample.h"
#include "engine/quantise/quantise.h"
#include "engine/quantise/sample_rows.h"

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;
namespace fs = std::filesystem;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// A model of two matrices; `values` are those of the first, 512 x 6.
gguf::Sample sample(const std::vector<float>& values) {
  gguf::Sample s;
  s.string("general.architecture", "llama").u32("llama.block_count", 2).u32("general.file_type", 0);
  s.string("general.name", "sample").f32("llama.rope.freq_base", 10000.5f);
  s.raw("list", 9, gguf::Bytes().put(std::uint32_t{8}).put(std::uint64_t{2}).put_string("a").put_string("").text);
  s.raw("numbers", 9,
        gguf::Bytes()
            .put(std::uint32_t{3})
            .put(std::uint64_t{3})
            .put(std::int16_t{-1})
            .put(std::int16_t{2})
            .put(std::int16_t{3})
            .text);
  s.raw("truth", 7, std::string(1, '\1'));
  s.tensor("output.weight", {512, 6}, TensorType::F32, floats(values));
  s.tensor("blk.0.attn_norm.weight", {7}, TensorType::F32, floats(sample_row(Kind::Normal, 7, 2)));
  s.tensor("blk.0.attn_q.weight", {256, 3}, TensorType::F32, floats(sample_row(Kind::Normal, 768, 3)));
  return s;
}

std::string code(const Result<Written>& result) { return result ? "" : result.error().code; }

FileOptions options(const TestFolder& folder, const std::string& in, const std::string& out = "out.gguf") {
  FileOptions o;
  o.in = in;
  o.out = folder / out;
  o.threads = 3;
  return o;
}

}  // namespace

TEST_CASE("the new file holds the rows as the quantiser makes them, and all metadata but what it is now") {
  const TestFolder folder;
  const auto values = sample_row(Kind::Normal, 512 * 6, 1);
  const auto written = quantise_file(options(folder, folder.write("in.gguf", sample(values).bytes())));
  REQUIRE_MESSAGE(written.has_value(), written.error().to_string());
  CHECK(!written->again);
  const auto before = gguf::File::open(folder / "in.gguf"), after = gguf::File::open(folder / "out.gguf");
  REQUIRE_MESSAGE(after.has_value(), after.error().to_string());
  for (std::string_view key : (*before)->keys()) {
    CAPTURE(std::string(key));
    if (key != "general.file_type") CHECK((*before)->raw_value(key) == (*after)->raw_value(key));
  }
  CHECK((*after)->keys().size() == (*before)->keys().size() + 1);
  CHECK((*after)->unsigned_integer("general.file_type") == 15);
  CHECK((*after)->unsigned_integer("general.quantization_version") == 2);
  CHECK((*after)->strings("list") == std::vector<std::string_view>{"a", ""});
  CHECK((*after)->integers("numbers") == std::vector<std::int64_t>{-1, 2, 3});
  CHECK((*after)->size() == written->bytes_out);
  const gguf::Tensor* head = (*after)->tensor("output.weight");
  REQUIRE(head);
  CHECK(head->type == TensorType::Q6_K);
  CHECK(head->shape == (*before)->tensor("output.weight")->shape);
  std::vector<std::uint8_t> expected(head->bytes);
  for (std::size_t row = 0; row < 6; ++row)
    quantise_row(TensorType::Q6_K, values.data() + 512 * row, 512, nullptr,
                 expected.data() + row * head->bytes / 6);
  CHECK(std::equal(expected.begin(), expected.end(), head->data));
  const gguf::Tensor* norm = (*after)->tensor("blk.0.attn_norm.weight");
  CHECK(std::memcmp(norm->data, (*before)->tensor("blk.0.attn_norm.weight")->data, 28) == 0);
}

TEST_CASE("the same file comes of any number of threads") {
  const TestFolder folder;
  auto o = options(folder, folder.write("in.gguf", sample(sample_row(Kind::Outliers, 512 * 6, 1)).bytes()));
  REQUIRE(quantise_file(o).has_value());
  o.out = folder / "one.gguf";
  o.threads = 1;
  REQUIRE(quantise_file(o).has_value());
  CHECK(folder.read("out.gguf") == folder.read("one.gguf"));
}

TEST_CASE("a file that another program quantised to the same type comes out byte for byte") {
  const TestFolder folder;
  for (const auto& [name, target] :
       {std::pair("tiny-qwen2-Q4_K_M", Target::Q4_K_M), std::pair("tiny-deepseek2-Q4_K_M", Target::Q4_K_M),
        std::pair("tiny-deepseek4-MXFP4_MOE", Target::MXFP4)}) {
    const std::string path = std::string("../shared/engine/") + name + ".gguf";
    if (!fs::exists(path)) {
      MESSAGE("SKIPPED: " << path << " is not there");
      continue;
    }
    auto o = options(folder, path);
    o.target = target;
    o.force = true;
    REQUIRE(quantise_file(o).has_value());
    std::ostringstream theirs;
    theirs << std::ifstream(path, std::ios::binary).rdbuf();
    CHECK(folder.read("out.gguf") == theirs.str());
  }
}

TEST_CASE("a model in parts becomes one file without the keys of the split") {
  const TestFolder folder;
  for (int i = 0; i < 2; ++i) {
    gguf::Sample part;
    part.string("general.architecture", "llama");
    part.raw("split.no", 2, gguf::Bytes().put(static_cast<std::uint16_t>(i)).text);
    part.raw("split.count", 2, gguf::Bytes().put(std::uint16_t{2}).text);
    part.tensor("blk." + std::to_string(i) + ".attn_q.weight", {256, 2}, TensorType::F32,
                floats(sample_row(Kind::Normal, 512, static_cast<std::uint32_t>(i))));
    folder.write("m-0000" + std::to_string(i + 1) + "-of-00002.gguf", part.bytes());
  }
  const auto written = quantise_file(options(folder, folder / "m-00001-of-00002.gguf"));
  REQUIRE_MESSAGE(written.has_value(), written.error().to_string());
  const auto after = gguf::File::open(folder / "out.gguf");
  REQUIRE_MESSAGE(after.has_value(), after.error().to_string());
  CHECK((*after)->tensors().size() == 2);
  CHECK(!(*after)->has("split.count"));
  CHECK((*after)->parts() == 1);
}

TEST_CASE("a value that is no number is refused with its tensor and place, and nothing is left behind") {
  const TestFolder folder;
  for (float odd : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 1e9f}) {
    auto values = sample_row(Kind::Normal, 512 * 6, 1);
    values[512 * 4 + 77] = odd;
    values[512 * 5 + 1] = odd;
    const auto written = quantise_file(options(folder, folder.write("in.gguf", sample(values).bytes())));
    REQUIRE(code(written) == "quantise.value");
    CHECK(written.error().message.starts_with("element 77 of row 4 of output.weight is "));
    CHECK(folder.files() == 1);
  }
}

TEST_CASE("a file that is there is replaced by force only, and stays as it was if that fails") {
  const TestFolder folder;
  const std::string in = folder.write("in.gguf", sample(sample_row(Kind::Normal, 512 * 6, 1)).bytes());
  folder.write("out.gguf", "mine");
  auto o = options(folder, in);
  CHECK(code(quantise_file(o)) == "quantise.exists");
  CHECK(folder.read("out.gguf") == "mine");
  o.force = true;
  CHECK(quantise_file(o).has_value());
  CHECK(folder.read("out.gguf").starts_with("GGUF"));
  o.in = folder.write("bad.gguf", "GGUF but no more than that, alas");
  CHECK(code(quantise_file(o)).starts_with("gguf."));
  CHECK(folder.read("out.gguf").starts_with("GGUF"));
  o.in = in;
  o.out = folder / "no/such/folder.gguf";
  CHECK(code(quantise_file(o)) == "quantise.io");
  fs::create_directory(folder / "folder.gguf");  // what is no file is never replaced
  fs::create_symlink(in, folder / "link.gguf");
  for (const char* place : {"folder.gguf", "link.gguf"}) {
    o.out = folder / place;
    CHECK(code(quantise_file(o)) == "quantise.exists");
  }
}

TEST_CASE("importance data are used for the matrices that they are about, and must fit them") {
  const TestFolder folder;
  const std::string in = folder.write("in.gguf", sample(sample_row(Kind::Normal, 512 * 6, 1)).bytes());
  gguf::Sample data;
  std::vector<float> sums(256, 1.0f);
  for (std::size_t i = 0; i < sums.size(); i += 3) sums[i] = 100;
  data.tensor("blk.0.attn_q.weight.in_sum2", {256, 1}, TensorType::F32, floats(sums));
  data.tensor("blk.0.attn_q.weight.counts", {1, 1}, TensorType::F32, floats({1}));
  auto o = options(folder, in);
  REQUIRE(quantise_file(o).has_value());
  const std::string without = folder.read("out.gguf");
  o.importance = folder.write("data.gguf", data.bytes());
  o.force = true;
  const auto written = quantise_file(o);
  REQUIRE_MESSAGE(written.has_value(), written.error().to_string());
  for (const auto& tensor : written->tensors) CHECK(tensor.weighed == (tensor.name == "blk.0.attn_q.weight"));
  CHECK(folder.read("out.gguf") != without);
  gguf::Sample other;
  other.tensor("output.weight.in_sum2", {256, 1}, TensorType::F32, floats(sums));
  other.tensor("output.weight.counts", {1, 1}, TensorType::F32, floats({1}));
  o.importance = folder.write("data.gguf", other.bytes());
  CHECK(code(quantise_file(o)) == "quantise.importance");
}

}  // namespace sluice::engine::quantise
