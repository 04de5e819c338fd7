#include "engine/quantise/importance.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <limits>

#include "engine/gguf/sample.h"

namespace sluice::engine::quantise {
namespace {

using gguf::Bytes;
using gguf::TensorType;

// A file for one test.
class Temporary {
 public:
  explicit Temporary(const std::string& bytes) : path_("/tmp/sluice-importance-" + std::to_string(::getpid())) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~Temporary() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string floats(const std::vector<float>& values) {
  Bytes bytes;
  for (float v : values) bytes.put(v);
  return bytes.text;
}

Result<Importance> read(const std::string& bytes) { return Importance::read(Temporary(bytes).path()); }

std::string message(const std::string& bytes) {
  const auto importance = read(bytes);
  return importance ? "" : importance.error().to_string();
}

std::string old_entry(const std::string& name, std::int32_t calls, const std::vector<float>& values) {
  Bytes bytes;
  bytes.put(static_cast<std::int32_t>(name.size())).text += name;
  bytes.put(calls).put(static_cast<std::int32_t>(values.size())).text += floats(values);
  return bytes.text;
}

}  // namespace

TEST_CASE("importance is the mean square of each column, over the mean of all, in both formats") {
  gguf::Sample sample;
  sample.string("general.type", "imatrix");
  sample.tensor("a.weight.in_sum2", {4, 1}, TensorType::F32, floats({10, 20, 30, 20}));
  sample.tensor("a.weight.counts", {1, 1}, TensorType::F32, floats({10}));
  const auto now = read(sample.bytes());
  REQUIRE_MESSAGE(now.has_value(), now.error().to_string());
  const std::vector<float> expected{0.5f, 1, 1.5f, 1};
  CHECK(**now->of("a.weight", 4, 1) == expected);
  CHECK(*now->of("b.weight", 4, 1) == nullptr);

  Bytes old;
  old.put(std::int32_t{1}).text += old_entry("a.weight", 5, {5, 10, 15, 10});
  old.put(std::int32_t{5});  // what follows is not needed
  const auto then = read(old.text);
  REQUIRE_MESSAGE(then.has_value(), then.error().to_string());
  CHECK(**then->of("a.weight", 4, 1) == expected);
}

TEST_CASE(
    "experts have a row each by their own counts, and one that no text reached counts alike in all columns") {
  gguf::Sample sample;
  sample.tensor("e.weight.in_sum2", {2, 3}, TensorType::F32, floats({2, 6, 0, 0, 1, 3}));
  sample.tensor("e.weight.counts", {1, 3}, TensorType::F32, floats({2, 0, 1}));
  const auto importance = read(sample.bytes());
  REQUIRE_MESSAGE(importance.has_value(), importance.error().to_string());
  const std::vector<float>& weights = **importance->of("e.weight", 2, 3);
  REQUIRE(weights.size() == 6);
  CHECK(weights[1] == doctest::Approx(3 * static_cast<double>(weights[0])));
  CHECK(weights[2] == weights[3]);
  CHECK(weights[4] == weights[0]);  // twice the counts, twice the sums
  CHECK(importance->of("e.weight", 4, 3).error().code == "quantise.importance");
}

TEST_CASE("columns that were never used keep a small positive weight") {
  Bytes old;
  old.put(std::int32_t{2}).text += old_entry("a", 1, {0, 1, 0, 1}) + old_entry("b", 1, {0, 0});
  const auto importance = read(old.text);
  REQUIRE(importance.has_value());
  for (float w : **importance->of("a", 4, 1)) CHECK(w > 0);
  CHECK(**importance->of("b", 2, 1) == std::vector<float>{1, 1});
}

TEST_CASE("what is no importance data is refused, wherever it breaks off") {
  CHECK(message("").find("can't be read") != std::string::npos);
  CHECK(message("no such format at all").find("quantise.importance") != std::string::npos);
  Bytes old;
  old.put(std::int32_t{1}).text += old_entry("name", 1, {1, 2, 3});
  for (std::size_t length = 0; length < old.text.size(); ++length)
    CHECK(!message(old.text.substr(0, length)).empty());
  CHECK(message(old.text).empty());
  Bytes huge;  // claims a gigabyte
  huge.put(std::int32_t{1}).put(std::int32_t{1}).text += "a";
  huge.put(std::int32_t{1}).put(std::int32_t{1 << 28}).text += "abcd";
  CHECK(message(huge.text).find("ends inside") != std::string::npos);
  for (float odd : {-1.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Bytes bad;
    bad.put(std::int32_t{1}).text += old_entry("name", 1, {1, odd});
    CHECK(message(bad.text).find("a value of name") != std::string::npos);
  }
  gguf::Sample no_counts, model;
  no_counts.tensor("a.in_sum2", {2}, TensorType::F32, floats({1, 1}));
  CHECK(message(no_counts.bytes()).find("a has sums but no counts") != std::string::npos);
  model.tensor("a.weight", {2}, TensorType::F32, floats({1, 1}));
  CHECK(message(model.bytes()).find("no importance data") != std::string::npos);
}

}  // namespace sluice::engine::quantise
