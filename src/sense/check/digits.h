// What all checks of identifiers are written with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace sluice::sense::check {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline int value(char c) { return c - '0'; }

inline bool all_digits(std::string_view s, std::size_t size) {
  return s.size() == size && std::all_of(s.begin(), s.end(), is_digit);
}

inline int number(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + value(c);
  return n;
}

// Sum of weight times digit over as many digits as there are weights.
inline int weighted(std::string_view digits, std::initializer_list<int> weights) {
  int sum = 0;
  std::size_t i = 0;
  for (const int w : weights) sum += w * value(digits[i++]);
  return sum;
}

inline bool is_date(int month, int day) { return month >= 1 && month <= 12 && day >= 1 && day <= 31; }

inline bool all_same(std::string_view s) { return s.find_first_not_of(s[0]) == s.npos; }

inline bool is_alnum(char c) { return is_digit(c) || is_upper(c); }

}  // namespace sluice::sense::check
