// Keys and values of grouped queries in Q8_0 against the formulas of the papers over rounded keys and values; and
// which models can't keep them so.
#include "engine/model/kv_type.h"

#include <doctest/doctest.h>

#include "engine/model/grouped_reference.h"
#include "engine/model/resume.h"

namespace sluice::engine::model {
namespace {

Error refusal(const std::string& bytes, bool exact) {
  auto file = gguf::File::from_bytes(bytes, "sample");
  REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
  Options options;
  options.context = 16;
  options.exact = exact;
  options.kv_type = KvType::Q8_0;
  auto model = Model::load(**file, options);
  REQUIRE(!model.has_value());
  return model.error();
}

}  // namespace

TEST_CASE("a cache in Q8_0 gives what the formulas give of rounded keys and values") {
  std::vector<int> tokens;
  for (int i = 0; i < 75; ++i) tokens.push_back(i * i * 7 % TinyGrouped::kTokens);
  for (const int head_dim : {32, 64}) {
    CAPTURE(head_dim);
    const TinyGrouped tiny("llama", head_dim);
    const std::string bytes = tiny.file();
    auto file = gguf::File::from_bytes(bytes, "sample");
    REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
    Options options;
    options.context = 256;
    options.slots = 2;
    options.kv_type = KvType::Q8_0;
    auto model = Model::load(**file, options);
    REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, tokens.size()}) {
      CAPTURE(count);
      const std::vector<int> some(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
      const std::vector<float> got = logits_of(**model, some, 1, 0, count, 5).back();
      CHECK(farthest(got, tiny.logits(some, true)) < 2e-3);
      CHECK(farthest(got, tiny.logits(some, false)) > 4e-3);
    }
    check_resumes(**model, tokens, 9);
  }
}

TEST_CASE("a model whose heads are no whole blocks can't keep them in Q8_0, nor can exact mode") {
  const Error odd = refusal(TinyGrouped("llama", 16).file(), false);
  CHECK(odd.code == "engine.unsupported");
  CHECK(odd.message.find("this model's keys have 16") != std::string::npos);
  CHECK(odd.hint.find("f16") != std::string::npos);
  const Error exact = refusal(TinyGrouped("llama", 32).file(), true);
  CHECK(exact.code == "engine.unsupported");
  CHECK(exact.message.find("exact mode keeps keys and values in F32") != std::string::npos);
}

TEST_CASE("what can be chosen has a name, and F32 is exact mode's alone") {
  for (const KvType type : {KvType::F16, KvType::Q8_0}) CHECK(kv_type_called(kv_type_name(type)) == type);
  for (const char* name : {"f32", "F16", "q8", ""}) CHECK(!kv_type_called(name));
}

}  // namespace sluice::engine::model
