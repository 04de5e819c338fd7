#include "engine/tokenizer/vocabulary.h"

#include <array>

#include "engine/gguf/gguf.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

// More than any published vocabulary (262144) by far; ids and offsets stay well inside 32 bits.
constexpr std::size_t kMaxTokens = std::size_t{1} << 22;
constexpr std::size_t kMaxArena = std::size_t{1} << 30;
constexpr std::string_view kSpaceMark = "\u2581";

// Names under which known models end a turn or an answer, whatever the file's eos_token_id says.
constexpr std::array<std::string_view, 14> kEndNames = {"<|im_end|>",
                                                        "<|endoftext|>",
                                                        "<|eot_id|>",
                                                        "<|eom_id|>",
                                                        "<|end_of_text|>",
                                                        "<|end|>",
                                                        "<|EOT|>",
                                                        "<EOT>",
                                                        "<|eot|>",
                                                        "<end_of_turn>",
                                                        "<|return|>",
                                                        "<|call|>",
                                                        "</s>",
                                                        "<\uFF5Cend\u2581of\u2581sentence\uFF5C>"};

// GPT-2 writes each byte as a printable letter: those of Latin-1 that print stand for themselves, the others are
// numbered from U+0100 in their order. -1 for code points that are no such letter.
std::array<std::int16_t, 0x144> byte_of_letters() {
  std::array<std::int16_t, 0x144> bytes;
  bytes.fill(-1);
  std::size_t next = 0x100;
  for (std::size_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    bytes[prints ? b : next++] = static_cast<std::int16_t>(b);
  }
  return bytes;
}

// "<0x0A>" -> the byte; -1 if the name has another form.
int byte_of_name(std::string_view name) {
  if (name.size() != 6 || !name.starts_with("<0x") || name[5] != '>') return -1;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  const int high = digit(name[3]);
  const int low = digit(name[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_sentence_piece(std::string& out, std::string_view name) {
  for (std::size_t pos = 0; pos < name.size();) {
    const std::size_t mark = std::min(name.find(kSpaceMark, pos), name.size());
    out.append(name.substr(pos, mark - pos));
    if (mark < name.size()) out.push_back(' ');
    pos = mark + kSpaceMark.size();
  }
}

// A file without token types still must not let a text spell a mark.
TokenKind guessed_kind(std::string_view name, Spelling spelling) {
  const bool framed = (name.starts_with("<|") && name.ends_with("|>")) ||
                      (name.starts_with("<\uFF5C") && name.ends_with("\uFF5C>"));
  if (framed || name == "<s>" || name == "</s>") return TokenKind::Control;
  if (spelling == Spelling::SentencePiece && byte_of_name(name) >= 0) return TokenKind::Byte;
  return TokenKind::Normal;
}

Failure contradiction(const gguf::File& file, std::string message) {
  return fail("engine.vocabulary", std::move(message), file.name(),
              "the file is damaged; fetch or convert it again");
}

// A token id from metadata: -1 if absent.
Result<std::int32_t> id_of(const gguf::File& file, std::string_view key, int size) {
  if (!file.has(key)) return -1;
  const auto id = file.integer(key);
  if (id && (*id == -1 || *id == 0xFFFFFFFF)) return -1;  // how some converters write "none"
  if (!id || *id < 0 || *id >= size) {
    return contradiction(file,
                         std::string(key) + " is not the id of one of the " + std::to_string(size) + " tokens");
  }
  return static_cast<std::int32_t>(*id);
}

}  // namespace

bool append_byte_level(std::string& out, std::string_view name) {
  static const auto kBytes = byte_of_letters();
  for (std::size_t pos = 0; pos < name.size();) {
    const std::uint32_t letter = text::next_code_point(name, pos);
    if (letter >= kBytes.size() || kBytes[letter] < 0) return false;
    out.push_back(static_cast<char>(kBytes[letter]));
  }
  return true;
}

Result<Vocabulary> Vocabulary::load(const gguf::File& file, Spelling spelling) {
  Vocabulary vocabulary;
  SLUICE_TRY_VOID(vocabulary.load_tokens(file, spelling));
  SLUICE_TRY_VOID(vocabulary.load_roles(file));
  vocabulary.mark_ends(file);
  return vocabulary;
}

Status Vocabulary::load_tokens(const gguf::File& file, Spelling spelling) {
  SLUICE_TRY(const auto names, file.require_strings("tokenizer.ggml.tokens"));
  if (names.empty() || names.size() > kMaxTokens) {
    return contradiction(file, "tokenizer.ggml.tokens has " + std::to_string(names.size()) + " tokens; 1 to " +
                                   std::to_string(kMaxTokens) + " are possible");
  }
  const auto types = file.integers("tokenizer.ggml.token_type");
  if (types && types->size() != names.size()) {
    return contradiction(file, "tokenizer.ggml.token_type has " + std::to_string(types->size()) + " entries for " +
                                   std::to_string(names.size()) + " tokens");
  }
  kinds_.reserve(names.size());
  ends_.reserve(names.size() + 1);
  ends_.push_back(0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::int64_t type = types ? (*types)[i] : static_cast<std::int64_t>(guessed_kind(names[i], spelling));
    // Types beyond the table are of some later format: no text of theirs is known, so they have none.
    kinds_.push_back(type >= 1 && type <= 6 ? static_cast<TokenKind>(type) : TokenKind::Unused);
    const std::size_t before = arena_.size();
    const bool normal = kinds_.back() == TokenKind::Normal;
    if (kinds_.back() == TokenKind::Byte && byte_of_name(names[i]) >= 0) {
      arena_.push_back(static_cast<char>(byte_of_name(names[i])));
    } else if (normal && spelling == Spelling::SentencePiece) {
      append_sentence_piece(arena_, names[i]);
    } else if (!normal || !append_byte_level(arena_, names[i])) {
      arena_.resize(before);  // a name that is not spelled in byte letters stands for itself
      arena_.append(names[i]);
    }
    if (arena_.size() > kMaxArena)
      return contradiction(file, "tokenizer.ggml.tokens holds more than 1 GiB of text");
    longest_ = std::max(longest_, arena_.size() - before);
    ends_.push_back(static_cast<std::uint32_t>(arena_.size()));
  }
  return {};
}

Status Vocabulary::load_roles(const gguf::File& file) {
  SLUICE_TRY(bos_, id_of(file, "tokenizer.ggml.bos_token_id", size()));
  SLUICE_TRY(eos_, id_of(file, "tokenizer.ggml.eos_token_id", size()));
  SLUICE_TRY(unknown_, id_of(file, "tokenizer.ggml.unknown_token_id", size()));
  add_bos_ = bos_ >= 0 && file.boolean("tokenizer.ggml.add_bos_token").value_or(false);
  // What begins or ends a sequence is no text, even where the file calls it normal.
  for (const std::int32_t id : {add_bos_ ? bos_ : -1, eos_}) {
    if (id >= 0) kinds_[static_cast<std::size_t>(id)] = TokenKind::Control;
  }
  if (unknown_ >= 0 && unknown_ != bos_ && unknown_ != eos_) {
    kinds_[static_cast<std::size_t>(unknown_)] = TokenKind::Unknown;
  }
  for (std::int32_t id = 0; id < size(); ++id) {
    const TokenKind k = kind(id);
    if (k == TokenKind::Normal || k == TokenKind::Byte || k == TokenKind::Unused) continue;
    const std::string name(bytes(id));
    special_.emplace(name, id);
    std::size_t pos = 0;
    if (k != TokenKind::UserDefined || name.empty()) continue;
    if (text::next_code_point(name, pos) >= 0x80 && pos == name.size() && text::valid_utf8(name)) {
      letters_.emplace_back(name, id);
    }
  }
  return {};
}

void Vocabulary::mark_ends(const gguf::File& file) {
  end_.assign(kinds_.size(), false);
  const auto mark = [this](std::optional<std::int64_t> id) {
    if (id && *id >= 0 && *id < size()) end_[static_cast<std::size_t>(*id)] = true;
  };
  mark(eos_);
  mark(file.integer("tokenizer.ggml.eot_token_id"));
  mark(file.integer("tokenizer.ggml.eom_token_id"));
  for (const std::string_view name : kEndNames) {
    if (const auto id = special(name)) mark(*id);
  }
}

bool Vocabulary::is_special(std::int32_t id) const {
  if (!contains(id)) return false;
  const TokenKind k = kind(id);
  return k == TokenKind::Control || k == TokenKind::Unknown || k == TokenKind::Unused || is_end(id);
}

std::optional<std::int32_t> Vocabulary::special(std::string_view name) const {
  const auto found = special_.find(std::string(name));
  if (found == special_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::engine
