// Finds tool calls in an answer that arrives in pieces of any size.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/event.h"
#include "engine/prompt/prompt.h"

namespace sluice::engine {

// A call found in an answer. Arguments are valid JSON, an object; of a call that was cut off, the beginning of
// one.
struct FoundCall {
  std::string name, arguments;
};

// Reads what stands after the reasoning. A block of calls is held back until it is complete: then its calls come
// as one ToolCallDelta each. A block that is malformed or never closes was no call, but text, and comes as such:
// nothing is lost, and the result does not depend on where the answer was cut into pieces. The blank line before a
// block and white space behind it belong to the block.
//
// An answer that reached its limit of tokens within a block had begun to call: clients know from the finish reason
// ("length") that it is not whole, and expect the calls so far, the last one's arguments as far as they got, as
// DeepSeek's API and OpenAI's have it. They never expect a dialect's tags as text.
class ToolCallParser {
 public:
  // `names`: the declared tools. The dialect Bare takes an answer for a call only where it names one of them.
  ToolCallParser(ToolDialect dialect, std::vector<std::string> names);

  void feed(std::string_view text, std::vector<chat::Event>& out);
  // `cut_off`: not the model ended the answer, but its limit of tokens. Then the last call may be a part of one:
  // its arguments are the beginning of those that the whole call would have had. A call whose name is not known is
  // left out.
  void end(std::vector<chat::Event>& out, bool cut_off = false);
  int calls() const { return calls_; }

  // The special tokens that a vocabulary may have for this dialect; an answer's text must spell them.
  static std::vector<std::string_view> marks(ToolDialect dialect);

 private:
  enum class Ends { No, Whole, CutOff };  // what is known of the answer

  bool step(std::vector<chat::Event>& out, Ends ends);
  bool step_text(std::vector<chat::Event>& out, Ends ends);
  bool step_block(std::vector<chat::Event>& out, Ends ends);
  void end_bare(std::vector<chat::Event>& out, bool cut_off);
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
  std::optional<FoundCall>
      begun;  // Incomplete: the call behind `calls` that ends with the text, if its name is known
};
BlockReading read_dsml_block(std::string_view text, ToolDialect dialect);
BlockReading read_marked_block(std::string_view text, bool ended);
BlockReading read_hermes_block(std::string_view text);  // ends where the text does
// A block that the answer's limit of tokens cut off: Incomplete, or Malformed if no call can begin like this.
BlockReading read_begun_block(std::string_view text, ToolDialect dialect);
// The call that `text` begins to write as {"name": ..., "arguments" or "parameters": {...}}; nullopt before its
// name.
std::optional<FoundCall> begun_object_call(std::string_view text);
// The same of what stands before and behind the separator of R1 and V3.1.
std::optional<FoundCall> begun_marked_call(std::string_view head, std::string_view body);

}  // namespace sluice::engine
