// Any words as the vocabulary of a model file: refused with a reason, or a tokenizer whose ids are its own,
// whatever is encoded. Lines: kind and pretokenizer, merges, then a token each, its type first.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/sample_file.h"
#include "engine/tokenizer/tokenizer.h"

namespace {

using namespace sluice::engine;

void must(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

SampleFile file_of(const std::vector<std::string>& lines, std::uint8_t choice) {
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> types;
  std::vector<float> scores;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with("M")) {
      merges.push_back(line.substr(1));
      continue;
    }
    types.push_back(line.empty() ? 1 : line[0] - '0');
    tokens.push_back(line.empty() ? "" : line.substr(1));
    scores.push_back(-static_cast<float>(tokens.size()));
  }
  if (choice & 1)
    for (int b = 0; b < 256; ++b) {
      static const char* const kHex = "0123456789ABCDEF";
      tokens.push_back(std::string("<0x") + kHex[b / 16] + kHex[b % 16] + ">");
      types.push_back(6);
      scores.push_back(0);
    }
  SampleFile file;
  file.text("tokenizer.ggml.model", choice & 2 ? "gpt2" : "llama");
  file.text("tokenizer.ggml.pre", lines.empty() ? "" : lines[0]).texts("tokenizer.ggml.tokens", tokens);
  if (!(choice & 4)) file.types("tokenizer.ggml.token_type", types);
  if (!(choice & 8)) file.floats("tokenizer.ggml.scores", scores);
  if (choice & 16) file.number("tokenizer.ggml.eos_token_id", choice);
  if (choice & 64) file.number("tokenizer.ggml.unknown_token_id", 0);
  file.texts("tokenizer.ggml.merges", merges).flag("tokenizer.ggml.add_bos_token", (choice & 32) != 0);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string bytes = file_of(lines_of(text), data[0]).bytes();
  const auto file = gguf::File::from_bytes(bytes, "fuzz");
  if (!file) {  // keys that are texts have to be UTF-8
    must(file.error().code == "gguf.value");
    return 0;
  }
  const auto tokenizer = Tokenizer::create(**file);
  if (!tokenizer) {
    must(!tokenizer.error().message.empty());
    return 0;
  }
  std::string decoded;
  for (const std::int32_t id : (*tokenizer)->encode(text)) {
    must(id >= 0 && id < (*tokenizer)->size());
    must(!(*tokenizer)->is_special(id) || (data[0] & 64) != 0);
    (*tokenizer)->append_token_text(decoded, id);
  }
  must((*tokenizer)->encode(text) == (*tokenizer)->encode(text));
  return 0;
}
