// Cuts a text into the pieces within which byte pairs are merged: the regular expressions that a model's tokenizer
// was trained with, run by PCRE2 (JIT where the machine allows it, with match limits otherwise).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::engine {

struct Piece {
  std::uint32_t begin = 0;  // bytes
  std::uint32_t end = 0;
};

// Immutable; split() may be called from any thread.
class PreTokenizer {
 public:
  // `name`: the value of tokenizer.ggml.pre. Errors: engine.unsupported; the caller adds the file.
  static Result<PreTokenizer> create(std::string_view name);
  static std::string supported();  // names, for messages
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;
  ~PreTokenizer();

  // Pieces in order, without gaps, none empty. Preconditions: valid UTF-8, less than 4 GiB.
  std::vector<Piece> split(std::string_view text) const;
  // A piece that is a token of the vocabulary is that token, whatever the merges would make of it.
  bool ignore_merges() const { return ignore_merges_; }
  // The model's texts were brought to NFC before they were cut.
  bool wants_nfc() const { return wants_nfc_; }

 private:
  struct Stage;  // one regular expression
  PreTokenizer();
  std::vector<Stage> stages_;
  bool ignore_merges_ = false;
  bool wants_nfc_ = false;
};

}  // namespace sluice::engine
