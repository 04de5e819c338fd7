// A text as the tools that measure models read it; private to this room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::measure {

inline constexpr int kRows = 64;  // tokens per step

// Stretches of `context` tokens that don't overlap, each behind a BOS where the file wants one; a shorter rest is
// left out unless it is all there is. At most `most`; 0: all. compare.text: too few tokens.
Result<std::vector<std::vector<std::int32_t>>> stretches_of(const Tokenizer& tokenizer, const std::string& text,
                                                            int context, int most);

}  // namespace sluice::engine::measure
