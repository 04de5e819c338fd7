// For tests: a vocabulary and its prompt format, out of a file of ../shared or one made of bytes.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/prompt/prompt.h"
#include "engine/tokenizer/sample_file.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

struct Loaded {
  std::unique_ptr<gguf::File> file;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<PromptFormat> format;
};

inline Loaded load(Result<std::unique_ptr<gguf::File>> file) {
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().to_string()));
  Loaded loaded;
  loaded.file = std::move(*file);
  auto tokenizer = Tokenizer::create(*loaded.file);
  REQUIRE_MESSAGE(tokenizer.has_value(), (tokenizer ? "" : tokenizer.error().to_string()));
  loaded.tokenizer = std::move(*tokenizer);
  auto format = PromptFormat::create(*loaded.file, *loaded.tokenizer);
  REQUIRE_MESSAGE(format.has_value(), (format ? "" : format.error().to_string()));
  loaded.format = std::move(*format);
  return loaded;
}

inline bool absent(const std::string& path) {
  if (std::filesystem::exists(path)) return false;
  MESSAGE("SKIPPED: ", path, " is not there");
  return true;
}

inline chat::Message message(chat::Role role, std::string text) {
  chat::Message made;
  made.role = role;
  chat::Part part;
  part.text = std::move(text);
  made.parts.push_back(std::move(part));
  return made;
}

inline chat::Role role_of(std::string_view name) {
  if (name == "system") return chat::Role::System;
  return name == "user" ? chat::Role::User : chat::Role::Assistant;
}

inline std::string decode(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::string out;
  for (const std::int32_t id : ids) tokenizer.append_token_text(out, id, true);
  return out;
}

// A byte-level vocabulary without merges: the 256 letters, then the marks.
inline SampleFile byte_vocabulary(const std::vector<std::string>& marks) {
  std::vector<std::string> tokens;
  std::vector<std::int32_t> types;
  std::uint32_t next = 0x100;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    const std::uint32_t letter = prints ? b : next++;
    std::string name;
    if (letter >= 0x80) {
      name.push_back(static_cast<char>(0xC0 | (letter >> 6)));
      name.push_back(static_cast<char>(0x80 | (letter & 0x3F)));
    } else {
      name.push_back(static_cast<char>(letter));
    }
    tokens.push_back(name);
    types.push_back(1);
  }
  for (const std::string& mark : marks) {
    tokens.push_back(mark);
    types.push_back(3);
  }
  SampleFile file;
  file.text("general.architecture", "llama")
      .text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "qwen2");
  file.texts("tokenizer.ggml.tokens", tokens).types("tokenizer.ggml.token_type", types);
  file.texts("tokenizer.ggml.merges", {});
  return file;
}

}  // namespace sluice::engine
