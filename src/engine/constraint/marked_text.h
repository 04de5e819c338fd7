// Free text up to a mark, and a form behind it.
#pragma once

#include <string>
#include <vector>

#include "engine/constraint/grammar.h"

namespace sluice::engine::constraint {

struct MarkedText {
  std::string mark;         // not empty, and no mark is a part of another one
  GrammarBuilder::Id then;  // what follows it
};

// Any bytes. Wherever a mark is complete, its form follows, and then any bytes again. The text may end everywhere
// but inside such a form.
GrammarBuilder::Id text_with(GrammarBuilder& builder, const std::vector<MarkedText>& marks);

}  // namespace sluice::engine::constraint
