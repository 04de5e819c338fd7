// Finds tool calls in an answer that arrives in pieces of any size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/event.h"
#include "engine/prompt/prompt.h"

namespace sluice::engine {

// A call found in an answer. Arguments are valid JSON, an object.
struct FoundCall {
  std::string name, arguments;
};

// Reads what stands after the reasoning. A block of calls is held back until it is complete: then its calls come
// as one ToolCallDelta each. A block that is malformed or never closes was no call, but text, and comes as such:
// nothing is lost, and the result does not depend on where the answer was cut. The blank line before a block and
// white space behind it belong to the block.
class ToolCallParser {
 public:
  // `names`: the declared tools. The dialect Bare takes an answer for a call only where it names one of them.
  ToolCallParser(ToolDialect dialect, std::vector<std::string> names);

  void feed(std::string_view text, std::vector<chat::Event>& out);
  void end(std::vector<chat::Event>& out);
  int calls() const { return calls_; }

  // The special tokens that a vocabulary may have for this dialect; an answer's text must spell them.
  static std::vector<std::string_view> marks(ToolDialect dialect);

 private:
  bool step(std::vector<chat::Event>& out, bool last);
  bool step_text(std::vector<chat::Event>& out, bool last);
  bool step_block(std::vector<chat::Event>& out, bool last);
  void end_bare(std::vector<chat::Event>& out);
  void emit_text(std::string_view text, std::vector<chat::Event>& out);
  void emit_calls(const std::vector<FoundCall>& calls, std::vector<chat::Event>& out);

  const ToolDialect dialect_;
  const std::vector<std::string> names_;
  std::string held_;          // text that may begin a block, or a block that is not complete
  bool in_block_ = false;     // held_ begins with a block's opening, perhaps after a blank line
  std::size_t opening_ = 0;   // in a block: bytes of blank line and opening tag
  std::size_t searched_ = 0;  // in a block: bytes searched for its end
  bool after_calls_ = false;  // nothing but white space since the last block
  bool is_text_ = false;      // Bare: the answer began with something else than an object
  int calls_ = 0;
};

// The parts of a block, for the parser and its tests: the calls of `text`, which begins with the opening tag.
struct BlockReading {
  enum class Kind { Complete, Incomplete, Malformed } kind = Kind::Incomplete;
  std::vector<FoundCall> calls;
  std::size_t size = 0;  // Complete: bytes of the block
};
BlockReading read_dsml_block(std::string_view text, ToolDialect dialect);
BlockReading read_marked_block(std::string_view text, bool ended);
BlockReading read_hermes_block(std::string_view text);  // ends where the text does

}  // namespace sluice::engine
