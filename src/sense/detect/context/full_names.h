// Full names as a Document lists them: two or more capitalised words. Whether one stands right before a place, as
// in lists of people: "Wiebke Hansen-Loos, 0431 882 470; Cem Yıldırım – 0505 318 92 64".
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "sense/scan/document.h"

namespace sluice::sense::detect {

// Behind the name that begins there: words with a capital, and initials, at one space.
inline std::size_t full_name_end(const scan::Document& doc, std::size_t start) {
  const std::string& t = doc.text;
  const auto is_capital = [&](std::size_t i) {
    const auto c = i < t.size() ? static_cast<unsigned char>(t[i]) : 0u;
    return (c >= 'A' && c <= 'Z') || (c >= 0xC3 && c < 0xE0);  // what the loop below goes over, so that it ends
  };
  std::size_t end = start;
  for (std::size_t i = start; is_capital(i) && i - start < 64;) {
    while (i < t.size() && (scan::is_word_byte(t[i]) || t[i] == '-' || t[i] == '\'' || t[i] == '.') &&
           !(t[i] >= '0' && t[i] <= '9') && static_cast<unsigned char>(t[i]) < 0xE2)
      ++i;
    end = i;
    if (i < t.size() && t[i] == ' ') ++i;
  }
  while (end > start && (t[end - 1] == '.' || t[end - 1] == '-')) --end;
  return end;
}

// Whether a full name ends at most six bytes before the place, with nothing but the signs of lists between.
inline bool follows_full_name(const scan::Document& doc, std::size_t at) {
  const auto after = std::lower_bound(doc.names.begin(), doc.names.end(), at);
  if (after == doc.names.begin() || at - *std::prev(after) > 72) return false;
  const std::size_t end = full_name_end(doc, *std::prev(after));
  if (end >= at || at - end > 6) return false;
  for (std::size_t i = end; i < at; ++i) {
    const auto c = static_cast<unsigned char>(doc.text[i]);
    if (c < 0x80 && std::string_view(" ,;:-(/|\t+").find(static_cast<char>(c)) == std::string_view::npos)
      return false;
  }
  return true;
}

}  // namespace sluice::sense::detect
