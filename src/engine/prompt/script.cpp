#include "engine/prompt/script.h"

#include <array>

#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

void Script::mark(std::string_view name) { pieces_.push_back({true, std::string(name)}); }

void Script::text(std::string_view text) {
  if (text.empty()) return;
  if (pieces_.empty() || pieces_.back().mark) pieces_.push_back({});
  pieces_.back().text.append(text);
}

void Script::own(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMarks = {
      "<think>", "</think>", kDsmlMark, "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"};
  while (!text.empty()) {
    std::size_t at = std::string_view::npos;
    std::string_view found;
    for (const std::string_view name : kMarks) {
      const std::size_t here = text.find(name);
      if (here < at) at = here, found = name;
    }
    this->text(text.substr(0, at));
    if (at == std::string_view::npos) return;
    mark(found);
    text.remove_prefix(at + found.size());
  }
}

void Script::append(const Script& other) {
  for (const Piece& piece : other.pieces_) piece.mark ? mark(piece.text) : text(piece.text);
}

std::string Script::spelled() const {
  std::string out;
  for (const Piece& piece : pieces_) out += piece.text;
  return out;
}

std::vector<std::int32_t> Script::tokens(const Tokenizer& tokenizer) const {
  TokenWriter out(tokenizer);
  for (const Piece& piece : pieces_) {
    const auto id = piece.mark ? tokenizer.token_id(piece.text) : std::nullopt;
    if (id) {
      out.mark(*id);
    } else {
      out.text(piece.text);
    }
  }
  return out.finish();
}

}  // namespace sluice::engine
