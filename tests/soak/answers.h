// What the upstream sends for a fault: the bytes of a chat completion, streamed or whole, as a script.
#pragma once

#include <string>
#include <vector>

#include "asked.h"

namespace soak {

struct Step {
  Millis wait{0};  // before it
  std::string bytes;
};
enum class Ending { Keep, CloseLater, Close, Reset, Hang };

struct Script {
  std::vector<Step> steps;
  Ending ending = Ending::Keep;
};

Fault draw_fault(Random& random);
// Draws the answer's size; `random` is the attempt's own.
Attempt make_attempt(int deployment, Fault fault, Random& random);
Script write_script(const Asked& asked, const Attempt& attempt, bool stream, Random& random);

}  // namespace soak
