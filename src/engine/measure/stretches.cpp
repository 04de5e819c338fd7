#include "engine/measure/stretches.h"

#include <algorithm>

namespace sluice::engine::measure {

Result<std::vector<std::vector<std::int32_t>>> stretches_of(const Tokenizer& tokenizer, const std::string& text,
                                                            int context, int most) {
  std::vector<std::int32_t> start;
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) start.push_back(tokenizer.bos());
  const auto tokens = tokenizer.encode(text);
  const std::size_t room = static_cast<std::size_t>(context) - start.size();
  constexpr std::size_t kLeast = 4;  // so that two halves have something to say
  if (tokens.size() < kLeast || room < kLeast)
    return fail("compare.text", "the text has " + std::to_string(tokens.size()) + " tokens", "",
                "give a longer one: each " + std::to_string(context) + " tokens are one sample");
  std::vector<std::vector<std::int32_t>> stretches;
  for (std::size_t begin = 0; begin < tokens.size(); begin += room) {
    const std::size_t count = std::min(room, tokens.size() - begin);
    if (count < room && !stretches.empty()) break;
    if (most > 0 && std::ssize(stretches) == most) break;
    stretches.push_back(start);
    stretches.back().insert(stretches.back().end(), tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                            tokens.begin() + static_cast<std::ptrdiff_t>(begin + count));
  }
  return stretches;
}

}  // namespace sluice::engine::measure
