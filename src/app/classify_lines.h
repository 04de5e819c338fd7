// Many texts judged one after the other, for measuring against labelled sets.
#pragma once

#include <iosfwd>
#include <string>

#include "sense/sense.h"

namespace sluice::app {

struct Lines {
  std::istream& in;  // one {"id", "text"} or {"id", "messages"} a line
  std::string name;  // of the input, for errors
  std::ostream& out;
  std::ostream& errors;
};

// Writes {"id", "level", "labels", "spans", "ms"} for each line, in their order. Offsets count Unicode code points
// of "text"; with "messages" each span names in "path" the text in which they count. Returns the exit status: 1 if
// a line could not be read, which is told with its number while the others are judged.
int judge_lines(const Lines& lines, const sense::Judge& judge, const sense::JudgeOptions& options);

}  // namespace sluice::app
