// Whatever the text: encoding ends, yields ids of the vocabulary that are no marks, and decodes to the same text.
// Vocabulary: the 256 bytes, a few merges, a few marks.
#include <array>
#include <cstdlib>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/sample_file.h"
#include "engine/tokenizer/tokenizer.h"
#include "text/normalise.h"
#include "text/utf8.h"

namespace {

using sluice::engine::SampleFile;
using sluice::engine::Tokenizer;

constexpr std::array<const char*, 6> kPre = {"llama-bpe",    "qwen2",          "deepseek-r1-qwen",
                                             "deepseek-llm", "deepseek-coder", "deepseek-v3"};

std::unique_ptr<Tokenizer> make(const char* pre) {
  std::vector<std::string> tokens;
  std::uint32_t next = 0x100;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    tokens.emplace_back();
    sluice::text::append_utf8(tokens.back(), prints ? b : next++);
  }
  std::vector<std::int32_t> types(256, 1);
  for (const char* word : {"th", "the", "in", "in the"}) {
    tokens.emplace_back(word);
    types.push_back(1);
  }
  for (const char* mark : {"<|im_end|>", "<think>"}) {
    tokens.emplace_back(mark);
    types.push_back(3);
  }
  SampleFile file;
  file.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", pre).texts("tokenizer.ggml.tokens", tokens);
  file.types("tokenizer.ggml.token_type", types).texts("tokenizer.ggml.merges", {"t h", "th e", "i n", "e r"});
  const std::string bytes = file.bytes();
  auto opened = sluice::engine::gguf::File::from_bytes(bytes, "fuzz");
  if (!opened) std::abort();
  auto made = Tokenizer::create(**opened);
  if (!made) std::abort();
  return std::move(*made);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tokenizers = [] {
    std::array<std::unique_ptr<Tokenizer>, kPre.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = make(kPre[i]);
    return all;
  }();
  if (size == 0) return 0;
  const std::size_t which = data[0] % kPre.size();
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Tokenizer& tokenizer = *tokenizers[which];
  std::string decoded;
  for (const std::int32_t id : tokenizer.encode(text)) {
    if (id < 0 || id >= tokenizer.size() || tokenizer.is_special(id)) std::abort();
    tokenizer.append_token_text(decoded, id);
  }
  const bool composes = which == 1 || which == 2;
  if (decoded != (composes ? sluice::text::nfc(text) : sluice::text::repair_utf8(text))) std::abort();
  return 0;
}
