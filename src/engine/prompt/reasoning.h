// Splits <think>...</think> out of an answer that arrives in pieces of any size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/event.h"

namespace sluice::engine {

// Only a block at the answer's beginning counts: a later "<think>" is text. Blank lines after <think> and </think>
// are dropped, and so is white space before <think>. Without a </think> all stays reasoning. The joined deltas do
// not depend on where the answer was cut, and cuts are made beside ASCII only, so that whole UTF-8 stays whole.
class ReasoningSplitter {
 public:
  // `goes_on`: in the middle of reasoning or text, where every blank counts.
  explicit ReasoningSplitter(bool starts_in_reasoning, bool goes_on = false)
      : state_(goes_on ? (starts_in_reasoning ? State::Reasoning : State::Text)
                       : (starts_in_reasoning ? State::Opened : State::Start)),
        may_repeat_(starts_in_reasoning && !goes_on) {}
  // Appends the deltas that are certain by now; an empty delta is never made.
  void feed(std::string_view text, std::vector<chat::Event>& out);
  // The answer is over: what was held back as the beginning of a tag was none. `cut_off`: its limit ended it, so
  // that it may have become one, and is left out.
  void end(std::vector<chat::Event>& out, bool cut_off = false);
  bool in_reasoning() const { return state_ == State::Opened || state_ == State::Reasoning; }

 private:
  // Start: nothing but white space yet. Opened: directly after <think>. Closed: directly after </think>.
  enum class State { Start, Opened, Reasoning, Closed, Text };
  bool step(std::vector<chat::Event>& out);
  bool step_before_text(std::vector<chat::Event>& out);
  bool step_reasoning(std::vector<chat::Event>& out);
  void emit(std::size_t count, std::vector<chat::Event>& out);

  State state_;
  bool may_repeat_;   // the prompt opened the block, yet some models write <think> once more
  std::string held_;  // read, but not certain yet: white space and at most the beginning of a tag
};

}  // namespace sluice::engine
