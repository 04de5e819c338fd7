// Text as a detector should see it: compatibility forms folded, invisible characters gone, digits and separators
// in ASCII, so that "４１１１" with soft hyphens in it is judged like "4111". What is sent is never changed by
// this.
//
// Unicode NFKC (UAX #15), then: zero-width, soft-hyphen, bidirectional-control and other default-ignorable
// characters are removed, the marks that strike a character through or enclose it, every mark on a digit, a blank
// or a dash, and characters for private use between two digits; every decimal digit (general category Nd) and
// those in circles become '0'..'9', every space separator becomes ' ', and every dash or hyphen (and the minus
// sign) becomes '-'. Invalid bytes become U+FFFD. Pure; never fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::text {

struct Normalised {
  std::string text;
  // origin[i] = byte offset in the original of output byte i; origin.size() == text.size() + 1, and the last entry
  // is the original's size. Never falls, and always stands at the first byte of an original character. The
  // original of the output range [a, b) is [origin[a], origin[b]), extended to the next character where origin[a]
  // == origin[b] because one character became several.
  std::vector<std::uint32_t> origin;
};

// Precondition: less than 4 GiB of text.
Normalised normalise(std::string_view utf8);

// Unicode NFC (UAX #15) and nothing else, for tokenizers that were trained on it. Invalid bytes become U+FFFD.
std::string nfc(std::string_view utf8);

}  // namespace sluice::text
