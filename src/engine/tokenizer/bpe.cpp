#include "engine/tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"
#include "engine/gguf/gguf.h"
#include "text/normalise.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

// More than any published list (280147) by far; ranks stay well inside 32 bits.
constexpr std::size_t kMaxMerges = std::size_t{1} << 23;
// Up to here looking through all neighbours is faster than keeping a heap.
constexpr std::size_t kShortPiece = 32;

bool occurs_in_utf8(unsigned byte) { return byte != 0xC0 && byte != 0xC1 && byte < 0xF5; }

}  // namespace

MergeTable::MergeTable(std::size_t expected)
    : entries_(std::bit_ceil(expected * 2 + 16)), mask_(entries_.size() - 1) {}

void MergeTable::add(Symbol left, Symbol right, std::uint32_t rank, Symbol result) {
  Entry& entry = entries_[find_slot(key(left, right))];
  if (entry.rank == kNone) entry = {key(left, right), rank, result};
}

BpeTokenizer::BpeTokenizer(Vocabulary vocabulary, PreTokenizer pre)
    : vocabulary_(std::move(vocabulary)),
      pre_(std::move(pre)),
      tokens_(static_cast<std::size_t>(vocabulary_.size())),
      whole_(static_cast<std::size_t>(vocabulary_.size())) {
  for (std::int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (vocabulary_.kind(id) == TokenKind::Normal && !vocabulary_.bytes(id).empty()) {
      tokens_.add(vocabulary_.bytes(id), id);
    }
  }
}

Result<std::unique_ptr<Tokenizer>> BpeTokenizer::create(const gguf::File& file) {
  SLUICE_TRY(const std::string_view name, file.require_string("tokenizer.ggml.pre"));
  auto pre = PreTokenizer::create(name);
  if (!pre) {
    Error error = std::move(pre).error();
    error.where = file.name();
    return fail(std::move(error));
  }
  SLUICE_TRY(Vocabulary vocabulary, Vocabulary::load(file, Spelling::ByteLevel));
  auto made = std::make_unique<BpeTokenizer>(std::move(vocabulary), std::move(*pre));
  SLUICE_TRY_VOID(made->load_bytes(file));
  SLUICE_TRY_VOID(made->load_merges(file));
  made->description_ =
      "byte-level BPE, pre-tokenizer " + std::string(name) + ", " + std::to_string(made->size()) + " tokens";
  return made;
}

Status BpeTokenizer::load_bytes(const gguf::File& file) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    byte_symbols_[byte] = intern({&c, 1});
    byte_tokens_[byte] = tokens_.find({&c, 1});
    if (byte_tokens_[byte] >= 0) continue;
    byte_tokens_[byte] = vocabulary_.unknown();
    if (byte_tokens_[byte] < 0 && occurs_in_utf8(byte)) {
      return fail("engine.vocabulary",
                  "the vocabulary has no token for byte " + std::to_string(byte) + " and no unknown token either",
                  file.name(),
                  "a byte-level vocabulary needs a token for every byte of UTF-8 text; convert the model again");
    }
  }
  return {};
}

Status BpeTokenizer::load_merges(const gguf::File& file) {
  SLUICE_TRY(const auto lines, file.require_strings("tokenizer.ggml.merges"));
  if (lines.size() > kMaxMerges) {
    return fail("engine.vocabulary",
                "tokenizer.ggml.merges has " + std::to_string(lines.size()) + " entries; at most " +
                    std::to_string(kMaxMerges) + " are possible",
                file.name());
  }
  merges_ = MergeTable(lines.size());
  merged_.reserve(lines.size());
  std::string joined;
  for (std::size_t rank = 0; rank < lines.size(); ++rank) {
    const std::string_view line = lines[rank];
    const std::size_t space = line.find(' ', 1);  // the byte letters have no space among them
    joined.clear();
    bool good = space != std::string_view::npos && append_byte_level(joined, line.substr(0, space));
    const std::size_t left_size = joined.size();
    good = good && append_byte_level(joined, line.substr(space + 1)) && left_size > 0 && joined.size() > left_size;
    if (!good) {
      return fail(
          "engine.vocabulary",
          "tokenizer.ggml.merges[" + std::to_string(rank) + "] is not two byte-level tokens with a space between",
          file.name(), "the file is damaged; fetch or convert it again");
    }
    const std::string_view bytes = joined;
    const Symbol left = intern(bytes.substr(0, left_size));
    const Symbol right = intern(bytes.substr(left_size));
    const Symbol result = intern(bytes);
    merges_.add(left, right, static_cast<std::uint32_t>(rank), result);
    merged_.push_back(result);
  }
  return {};
}

Symbol BpeTokenizer::intern(std::string_view bytes) {
  if (const std::int32_t id = tokens_.find(bytes); id >= 0) return static_cast<Symbol>(id);
  const auto next = static_cast<Symbol>(static_cast<std::size_t>(size()) + extra_.size());
  const auto [at, inserted] = extra_index_.try_emplace(std::string(bytes), next);
  if (inserted) extra_.emplace_back(bytes);
  return at->second;
}

std::vector<std::int32_t> BpeTokenizer::encode(std::string_view input) const {
  SLUICE_CHECK(input.size() < std::numeric_limits<std::uint32_t>::max() / 4, "bodies are limited far below 1 GiB");
  std::string changed;
  if (pre_.wants_nfc()) {
    changed = text::nfc(input);
    input = changed;
  } else if (!text::valid_utf8(input)) {
    changed = text::repair_utf8(input);
    input = changed;
  }
  std::vector<std::int32_t> out;
  out.reserve(input.size() / 3 + 1);
  Scratch scratch;
  std::size_t pos = 0;
  while (pos < input.size()) {
    std::size_t length = 0;
    std::int32_t id = -1;
    const std::size_t letter = find_letter(input, pos, length, id);
    encode_fragment(input.substr(pos, letter - pos), scratch, out);
    if (id >= 0) out.push_back(id);
    pos = letter + length;
  }
  return out;
}

// Where the next of the vocabulary's letters() stands; the text's end if there is none.
std::size_t BpeTokenizer::find_letter(std::string_view text, std::size_t from, std::size_t& length,
                                      std::int32_t& id) const {
  if (vocabulary_.letters().empty()) return text.size();
  for (std::size_t pos = from; pos < text.size(); ++pos) {
    if (static_cast<unsigned char>(text[pos]) < 0xC0) continue;
    for (const auto& [name, letter] : vocabulary_.letters()) {
      if (!text.substr(pos).starts_with(name)) continue;
      length = name.size();
      id = letter;
      return pos;
    }
  }
  return text.size();
}

void BpeTokenizer::encode_fragment(std::string_view text, Scratch& scratch, std::vector<std::int32_t>& out) const {
  for (const Piece piece : pre_.split(text)) {
    encode_piece(text.substr(piece.begin, piece.end - piece.begin), scratch, out);
  }
}

void BpeTokenizer::encode_piece(std::string_view piece, Scratch& scratch, std::vector<std::int32_t>& out) const {
  // Most pieces of most texts are one token. That this is what the merges lead to is checked once per token.
  const std::int32_t id = piece.size() <= vocabulary_.longest() ? tokens_.find(piece) : BytesTable::kAbsent;
  std::atomic<std::uint8_t>* whole = id >= 0 ? &whole_[static_cast<std::size_t>(id)] : nullptr;
  if (whole != nullptr && (pre_.ignore_merges() || whole->load(std::memory_order_relaxed) == kWhole)) {
    out.push_back(id);
    return;
  }
  std::vector<Symbol>& symbols = scratch.symbols;
  symbols.clear();
  for (const char c : piece) symbols.push_back(byte_symbols_[static_cast<unsigned char>(c)]);
  if (symbols.size() <= kShortPiece) {
    merge_short(symbols);
  } else {
    merge_long(scratch);
  }
  if (whole != nullptr) {
    const bool is_whole = symbols.size() == 1 && symbols[0] == static_cast<Symbol>(id);
    whole->store(is_whole ? kWhole : kFallsApart, std::memory_order_relaxed);
  }
  for (const Symbol symbol : symbols) emit(symbol, out);
}

void BpeTokenizer::emit(Symbol symbol, std::vector<std::int32_t>& out) const {
  const auto size = static_cast<Symbol>(vocabulary_.size());
  if (symbol < size) {
    out.push_back(static_cast<std::int32_t>(symbol));
    return;
  }
  for (const char c : extra_[symbol - size]) {
    const std::int32_t id = byte_tokens_[static_cast<unsigned char>(c)];
    SLUICE_CHECK(id >= 0, "load_bytes() made sure of a token for every byte that valid UTF-8 can hold");
    out.push_back(id);
  }
}

// The definition itself, with the ranks of all neighbours at hand.
void BpeTokenizer::merge_short(std::vector<Symbol>& symbols) const {
  std::array<std::uint32_t, kShortPiece> ranks;
  std::size_t count = symbols.size();
  const auto rank_at = [&](std::size_t i) {
    return i + 1 < count ? merges_.find(symbols[i], symbols[i + 1]).rank : MergeTable::kNone;
  };
  for (std::size_t i = 0; i < count; ++i) ranks[i] = rank_at(i);
  while (count > 1) {
    const std::size_t at =
        static_cast<std::size_t>(std::min_element(ranks.begin(), ranks.begin() + count) - ranks.begin());
    if (ranks[at] == MergeTable::kNone) break;
    symbols[at] = merged_[ranks[at]];
    std::copy(symbols.begin() + at + 2, symbols.begin() + count, symbols.begin() + at + 1);
    std::copy(ranks.begin() + at + 2, ranks.begin() + count, ranks.begin() + at + 1);
    --count;
    ranks[at] = rank_at(at);
    if (at > 0) ranks[at - 1] = rank_at(at - 1);
  }
  symbols.resize(count);
}

// The same in n log n: symbols in a linked list, possible merges in a heap ordered by rank, then by place. An
// entry is out of date when the merge that now begins at its place is another one.
void BpeTokenizer::merge_long(Scratch& s) const {
  const auto count = static_cast<std::uint32_t>(s.symbols.size());
  constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  s.next.resize(count);
  s.previous.resize(count);
  s.ranks.assign(count, MergeTable::kNone);
  s.heap.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    s.next[i] = i + 1 < count ? i + 1 : kEnd;
    s.previous[i] = i > 0 ? i - 1 : kEnd;
  }
  const auto consider = [&](std::uint32_t at) {
    s.ranks[at] = s.next[at] == kEnd ? MergeTable::kNone : merges_.find(s.symbols[at], s.symbols[s.next[at]]).rank;
    return s.ranks[at] != MergeTable::kNone;
  };
  const auto entry = [&](std::uint32_t at) { return std::uint64_t{s.ranks[at]} << 32 | at; };
  const auto later = std::greater<std::uint64_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (consider(i)) s.heap.push_back(entry(i));
  }
  std::make_heap(s.heap.begin(), s.heap.end(), later);
  const auto push = [&](std::uint32_t at) {
    if (!consider(at)) return;
    s.heap.push_back(entry(at));
    std::push_heap(s.heap.begin(), s.heap.end(), later);
  };
  while (!s.heap.empty()) {
    std::pop_heap(s.heap.begin(), s.heap.end(), later);
    const auto rank = static_cast<std::uint32_t>(s.heap.back() >> 32);
    const auto at = static_cast<std::uint32_t>(s.heap.back());
    s.heap.pop_back();
    if (s.ranks[at] != rank) continue;
    const std::uint32_t gone = s.next[at];
    s.symbols[at] = merged_[rank];
    s.ranks[gone] = MergeTable::kNone;
    s.next[at] = s.next[gone];
    if (s.next[gone] != kEnd) s.previous[s.next[gone]] = at;
    push(at);
    if (s.previous[at] != kEnd) push(s.previous[at]);
  }
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i != kEnd; i = s.next[i]) s.symbols[kept++] = s.symbols[i];
  s.symbols.resize(kept);
}

void BpeTokenizer::append_token_text(std::string& out, std::int32_t id, bool with_special) const {
  if (!vocabulary_.contains(id) || (vocabulary_.is_special(id) && !with_special)) return;
  out.append(vocabulary_.bytes(id));
}

}  // namespace sluice::engine
