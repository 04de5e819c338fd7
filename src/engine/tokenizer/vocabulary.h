// The tokens of a GGUF file: their bytes, kinds and roles. Shared by the tokenizers of all models.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sluice::engine::gguf {
class File;
}

namespace sluice::engine {

// As numbered in tokenizer.ggml.token_type.
enum class TokenKind : std::uint8_t {
  Normal = 1,
  Unknown = 2,
  Control = 3,
  UserDefined = 4,
  Unused = 5,
  Byte = 6
};

// How the names of normal tokens spell their bytes.
enum class Spelling {
  ByteLevel,      // GPT-2: one printable letter for each byte
  SentencePiece,  // U+2581 for a space, <0x0A> for single bytes
};

class Vocabulary {
 public:
  static Result<Vocabulary> load(const gguf::File& file, Spelling spelling);

  int size() const { return static_cast<int>(kinds_.size()); }
  bool contains(std::int32_t id) const { return id >= 0 && id < size(); }
  TokenKind kind(std::int32_t id) const { return kinds_[static_cast<std::size_t>(id)]; }
  // The bytes that a normal or byte token stands for, the name of any other one. Precondition: contains(id).
  std::string_view bytes(std::int32_t id) const {
    const auto i = static_cast<std::size_t>(id);
    return std::string_view(arena_).substr(ends_[i], ends_[i + 1] - ends_[i]);
  }
  std::size_t longest() const { return longest_; }  // bytes

  bool is_special(std::int32_t id) const;
  bool is_end(std::int32_t id) const { return contains(id) && end_[static_cast<std::size_t>(id)]; }
  std::optional<std::int32_t> special(std::string_view name) const;
  // User-defined tokens that are a single character beyond ASCII: letters that the training found missing among
  // the byte tokens, not marks. They alone are found in plain text.
  const std::vector<std::pair<std::string, std::int32_t>>& letters() const { return letters_; }

  std::int32_t bos() const { return bos_; }
  std::int32_t eos() const { return eos_; }
  std::int32_t unknown() const { return unknown_; }
  bool add_bos() const { return add_bos_; }

 private:
  Status load_tokens(const gguf::File& file, Spelling spelling);
  Status load_roles(const gguf::File& file);
  void mark_ends(const gguf::File& file);

  std::string arena_;                // all tokens' bytes, one after the other
  std::vector<std::uint32_t> ends_;  // ends_[i] .. ends_[i + 1] in arena_
  std::vector<TokenKind> kinds_;
  std::vector<bool> end_;
  std::unordered_map<std::string, std::int32_t> special_;
  std::vector<std::pair<std::string, std::int32_t>> letters_;
  std::size_t longest_ = 0;
  std::int32_t bos_ = -1, eos_ = -1, unknown_ = -1;
  bool add_bos_ = false;
};

// Appends the bytes that a byte-level name spells; false if a letter is not of GPT-2's alphabet.
bool append_byte_level(std::string& out, std::string_view name);

}  // namespace sluice::engine
