// Reasoning that a server leaves in the text, as "<think>...</think>answer", becomes reasoning (the dialect table
// tells which servers do: TGI, llama.cpp and LM Studio by their settings).
//
// Only an answer that begins so, white space aside, is split, at the first closing tag; wherever else the tags
// stand they are the model's words. White space around both tags goes. An answer that does not begin so is given
// on as it came, raw bytes included: until that is known, which takes a few characters, its chunks are held. One
// that is split loses its raw form, since that holds the tags.
//
// One object per answer, on its loop's thread. The pieces do not depend on how the text was cut into chunks, nor
// does their order against tool calls and the end.
#pragma once

#include <string>
#include <vector>

#include "chat/event.h"

namespace sluice::backend {

class ThinkTags {
 public:
  // The chunks that can be told now, appended: none, some, or all that were held.
  void add(chat::Chunk chunk, std::vector<chat::Chunk>& out);

 private:
  enum class State { Undecided, Plain, Thinking, AfterTag, Answer };
  void decide(const chat::Chunk& chunk);
  void split(chat::Chunk& chunk);
  void think(std::string_view text, std::vector<chat::Event>& out);
  void answer(std::string_view text, std::vector<chat::Event>& out);
  void flush(std::vector<chat::Event>& out);

  State state_ = State::Undecided;
  std::string seen_;               // text before the decision
  std::vector<chat::Chunk> held_;  // the same, as it came
  std::string tail_;               // of the reasoning: white space, or what may become the closing tag
  bool thought_ = false;           // some reasoning that is no white space came
};

}  // namespace sluice::backend
