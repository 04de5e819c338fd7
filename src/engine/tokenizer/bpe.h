// Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in GPT-2): a text is cut into pieces, and within a
// piece the two neighbours whose merge stands first in the file's list are joined, until none is left.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/tokenizer/bytes_table.h"
#include "engine/tokenizer/pretokenizer.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/vocabulary.h"

namespace sluice::engine {

// Symbols are what merges join: the token ids, then numbers from size() on for strings that the merges mention but
// the vocabulary lacks. Such a symbol that is left over at the end falls apart into its bytes.
using Symbol = std::uint32_t;

// (left, right) -> which merge joins them. Open addressing, at most half full.
class MergeTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Entry {
    std::uint64_t pair = ~std::uint64_t{0};  // no symbol is 0xFFFFFFFF
    std::uint32_t rank = kNone;
    Symbol result = 0;
  };

  explicit MergeTable(std::size_t expected = 0);
  void add(Symbol left, Symbol right, std::uint32_t rank, Symbol result);  // the first of equal pairs wins
  const Entry& find(Symbol left, Symbol right) const { return entries_[find_slot(key(left, right))]; }

 private:
  static std::uint64_t key(Symbol left, Symbol right) { return std::uint64_t{left} << 32 | right; }
  std::size_t find_slot(std::uint64_t pair) const {
    std::size_t at = (pair * 0x9E3779B97F4A7C15U >> 32) & mask_;  // Fibonacci hashing
    while (entries_[at].pair != pair && entries_[at].rank != kNone) at = (at + 1) & mask_;
    return at;
  }
  std::vector<Entry> entries_;
  std::size_t mask_;
};

class BpeTokenizer final : public Tokenizer {
 public:
  static Result<std::unique_ptr<Tokenizer>> create(const gguf::File& file);
  BpeTokenizer(Vocabulary vocabulary, PreTokenizer pre);  // half made: for create()

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
  // Working memory of one encode() call.
  struct Scratch {
    std::vector<Symbol> symbols;
    std::vector<std::uint32_t> next, previous, ranks;
    std::vector<std::uint64_t> heap;
  };
  enum : std::uint8_t { kNotTried, kWhole, kFallsApart };

  Status load_bytes(const gguf::File& file);
  Status load_merges(const gguf::File& file);
  Symbol intern(std::string_view bytes);
  void encode_fragment(std::string_view text, Scratch& scratch, std::vector<std::int32_t>& out) const;
  void encode_piece(std::string_view piece, Scratch& scratch, std::vector<std::int32_t>& out) const;
  void merge_short(std::vector<Symbol>& symbols) const;
  void merge_long(Scratch& scratch) const;
  void emit(Symbol symbol, std::vector<std::int32_t>& out) const;
  std::size_t find_letter(std::string_view text, std::size_t from, std::size_t& length, std::int32_t& id) const;

  Vocabulary vocabulary_;
  PreTokenizer pre_;
  BytesTable tokens_;  // normal tokens by their bytes
  std::array<Symbol, 256> byte_symbols_{};
  std::array<std::int32_t, 256> byte_tokens_{};
  MergeTable merges_;
  std::vector<Symbol> merged_;                           // result by rank
  std::unordered_map<std::string, Symbol> extra_index_;  // strings without a token
  std::vector<std::string> extra_;                       // by symbol - size()
  // For each token, whether its own bytes are merged into it: found out at the first use. Racing writers store the
  // same value.
  mutable std::vector<std::atomic<std::uint8_t>> whole_;
  std::string description_;
};

}  // namespace sluice::engine
