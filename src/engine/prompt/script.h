// A prompt before it is tokens: marks by name and texts between them. What a format says of its own accord is
// searched for marks, as the models' tokenizers do with a rendered prompt; what a client or a model wrote never
// is, so that no text can forge a turn, a reasoning mark or a tool call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::engine {

class Tokenizer;

class Script {
 public:
  void mark(std::string_view name);  // a special token; a vocabulary that lacks it has the name as text
  void text(std::string_view text);  // somebody else's words
  // The format's words, with the marks that stand in them: reasoning, DSML, ChatML's calls and results.
  void own(std::string_view text);
  void append(const Script& other);

  std::string spelled() const;  // marks and texts as one string: what the published encoders return
  std::vector<std::int32_t> tokens(const Tokenizer& tokenizer) const;
  bool empty() const { return pieces_.empty(); }

 private:
  struct Piece {
    bool mark = false;
    std::string text;
  };
  std::vector<Piece> pieces_;  // no two texts follow each other
};

}  // namespace sluice::engine
