// What stands beside a number that is said to be a code, and what beside one that is another: "the code is 4471
// and", not "flight LH 4711", "has 4200 lines", "alarm code 4021 means". All texts are in lower case. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::sense::detect {

// Whether the words beside the number let it be a code: "the code is 4471 and", not "flight LH 4711", "has 4200
// lines".
bool is_said_as_code(std::string_view lower, std::size_t start, std::size_t end);
// The same of what stands behind it alone.
bool may_end_code(std::string_view lower, std::size_t end);
// Whether what goes on there says what a code means, which then lets nobody in.
bool explains_code(std::string_view lower, std::size_t end);
// "4000 km", "5000 euros", "2048 bits".
bool measures(std::string_view behind);

}  // namespace sluice::sense::detect
