// Joints: the pieces of a request as the model reads them, one after the other without separator, so that a card
// number or a key whose halves stand in two parts, two messages, a thought and an answer, two arguments of a call,
// two prompts, two descriptions of a schema or two fields is found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chat/request.h"

namespace sluice::sense {

// Stands between texts that are not read as one. No detector reads across it.
inline constexpr std::string_view kCut = "\n\x1e\n";

// One text made of the ends of several.
struct JointText {
  struct Piece {
    std::size_t start = 0;         // byte in `text`
    std::size_t source_start = 0;  // byte in the source where this piece begins
    std::uint32_t source = 0;      // index in JointText::sources
    std::size_t size = 0;          // bytes; what follows up to the next piece is of no source
  };
  struct Source {
    // In the order in which a model reads them. Arguments: a string among them.
    enum class Field : std::uint8_t { Reasoning, Content, Arguments, Prompt, Suffix, Value };
    std::uint32_t message = 0;        // of the request; of its prompts; of its visible texts
    std::int32_t part = -1;           // of the message, or which of its calls; -1: its only one, without a number
    std::string_view text;            // of the request, which outlives this
    std::string_view extractor = {};  // that read it; empty: it is the part's own text
    Field field = Field::Content;
    std::string_view around = {};  // what `text` is a part of; empty: it is all that stands at its path
    std::string_view place = {};   // Field::Value: the path
    std::string path() const;      // "$.messages[1].content[0]"
    std::string_view whole() const { return around.empty() ? text : around; }
    std::size_t offset() const { return std::size_t(text.data() - whole().data()); }  // of `text`, in bytes
  };
  // A part of `text` from one piece's beginning to another's end. Stretches overlap by more than any finding's
  // length, and where they begin and end depends on the pieces before alone: a conversation that grows leaves all
  // but its last ones as they were.
  struct Stretch {
    std::size_t start = 0, end = 0;
    std::size_t overlap = 0;  // bytes at its beginning that the one before has, too
  };
  std::string text;
  std::vector<Piece> pieces;
  std::vector<Source> sources;

  std::size_t piece_at(std::size_t byte) const;  // index in pieces
  std::vector<Stretch> stretches() const;
};

// All contents in order, and those of each role by itself (an answer may stand between two halves of a number);
// the same with what turns thought, and the strings among the arguments of each call; the prompts and the suffix;
// the values of tool definitions and of fields in the order in which they stand. Arguments and values also by
// their keys, since in a schema another key stands between any two descriptions. Empty where there is nothing to
// join. `visible` are the request's texts, which outlive this.
std::vector<JointText> joints_of(const chat::Request& request, const chat::VisibleTexts& visible);

}  // namespace sluice::sense
