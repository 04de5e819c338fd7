// SentencePiece BPE (Kudo and Richardson 2018) as in the Llama 2 family: the whole text is one piece of
// characters, and of all neighbours that form a token those with the highest score are joined first. Characters
// without a token are written as byte tokens. A space stands before every text where the file asks for it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/tokenizer/bytes_table.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

namespace sluice::engine {

class SpmTokenizer final : public Tokenizer {
 public:
  static Result<std::unique_ptr<Tokenizer>> create(const gguf::File& file);
  explicit SpmTokenizer(Vocabulary vocabulary);  // half made: for create()

  std::vector<std::int32_t> encode(std::string_view text) const override;
  void append_token_text(std::string& out, std::int32_t id, bool with_special) const override;
  std::optional<std::int32_t> token_id(std::string_view special) const override {
    return vocabulary_.special(special);
  }
  std::int32_t bos() const override { return vocabulary_.bos(); }
  std::int32_t eos() const override { return vocabulary_.eos(); }
  bool add_bos() const override { return vocabulary_.add_bos(); }
  bool is_end(std::int32_t id) const override { return vocabulary_.is_end(id); }
  bool is_special(std::int32_t id) const override { return vocabulary_.is_special(id); }
  int size() const override { return vocabulary_.size(); }
  std::size_t longest_token() const override { return vocabulary_.longest(); }
  const std::string& description() const override { return description_; }

 private:
  // A run of the text that may still be joined with its neighbour; `next` and `previous` are places of others.
  struct Node {
    std::uint32_t begin = 0, end = 0;  // bytes
    std::uint32_t next = 0, previous = 0;
    std::uint32_t order = 0;  // of the token that this and the next one form; kNoToken if they form none
  };

  Status load_scores(const gguf::File& file);
  Status load_bytes(const gguf::File& file);
  std::uint32_t order_of_pair(std::string_view text, const std::vector<Node>& nodes, std::uint32_t at) const;
  void merge(std::string_view text, std::vector<Node>& nodes) const;
  void emit(std::string_view bytes, std::vector<std::int32_t>& out) const;

  Vocabulary vocabulary_;
  BytesTable tokens_;                  // normal tokens by their bytes
  std::vector<std::uint32_t> orders_;  // by id: smaller joins first; equal for equal scores
  std::array<std::int32_t, 256> byte_tokens_{};
  bool add_space_ = true;
  std::string description_;
};

}  // namespace sluice::engine
