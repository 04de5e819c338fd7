// Text to token ids and back, as the vocabulary inside a GGUF file says: byte-level BPE ("gpt2") and SentencePiece
// with byte fallback ("llama").
//
// User text is never read for special tokens: encode() treats "<|im_end|>" like any other characters, so that
// nobody can forge a turn. A prompt format gets the special ids by name from token_id(). Immutable after create();
// every member may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::engine::gguf {
class File;
}

namespace sluice::engine {

class Tokenizer {
 public:
  // Errors: gguf.* for metadata that is missing or of the wrong type; engine.vocabulary for what contradicts
  // itself; engine.unsupported for a tokenizer that this build does not know (names the key, its value and what is
  // supported). Copies what it needs: the file may be closed afterwards.
  static Result<std::unique_ptr<Tokenizer>> create(const gguf::File& file);
  virtual ~Tokenizer() = default;

  // Plain text, never special tokens, no BOS. Text that is not UTF-8 is encoded with U+FFFD for each invalid byte.
  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  // Appends the token's raw bytes (a character may be split over tokens). Special tokens and ids outside the
  // vocabulary append nothing, unless `with_special` asks for the special tokens' names.
  virtual void append_token_text(std::string& out, std::int32_t id, bool with_special = false) const = 0;
  // The id of a token of the vocabulary by its name, for control and user-defined tokens only ("<|im_start|>").
  virtual std::optional<std::int32_t> token_id(std::string_view special) const = 0;

  virtual std::int32_t bos() const = 0;                // -1 if there is none
  virtual std::int32_t eos() const = 0;                // -1 if there is none
  virtual bool add_bos() const = 0;                    // the file says that a prompt begins with bos()
  virtual bool is_end(std::int32_t id) const = 0;      // ends an answer: EOS, EOT and the known turn ends
  virtual bool is_special(std::int32_t id) const = 0;  // control, unknown, unused or end: has no text of its own
  virtual int size() const = 0;                        // ids are 0 .. size()-1
  // Bytes of the longest token: n tokens stand for at most n times as many, so that a text that cannot fit a
  // context is refused before it is encoded.
  virtual std::size_t longest_token() const = 0;
  virtual const std::string& description() const = 0;  // "byte-level BPE, pre-tokenizer qwen2, 151936 tokens"
};

}  // namespace sluice::engine
