#include "sense/cut_values.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace sluice::sense {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::size_t digits_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

// Whether it has this form: '0' a digit, '+' one or more of them, all else itself.
bool has_form(std::string_view text, std::string_view form) {
  std::size_t at = 0;
  for (const char want : form) {
    if (want == '0' || want == '+') {
      if (at == text.size() || !is_digit(text[at])) return false;
      ++at;
      while (want == '+' && at < text.size() && is_digit(text[at])) ++at;
    } else if (at == text.size() || text[at++] != want) {
      return false;
    }
  }
  return at == text.size();
}

// A day, a month, a version, a decimal: whole as it stands.
bool is_whole_number(std::string_view text) {
  for (const char* form : {"0000-00-00", "0000-00", "0000/00/00", "00.00.0000", "00/00/0000", "+.+.+"})
    if (has_form(text, form)) return true;
  const std::size_t point = text.find('.');
  return has_form(text, "+.+") && (point <= 3 || text.size() - point <= 4);
}

// A hash or a UUID.
bool is_whole_hash(std::string_view text) {
  const auto hex = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_hex));
  if (hex == text.size()) return hex == 32 || hex == 40 || hex == 64;
  return text.size() == 36 && hex == 32 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

// Letters in one case behind the first, with what keeps the words of a name apart.
bool is_words(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_digit) &&
         std::none_of(text.begin() + 1, text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Halves are one number, and groups as they are written. A short number beside a long one is a limit and a time.
bool is_one_number(const std::vector<std::size_t>& sizes, bool separators) {
  if (sizes.size() == 2) {
    const auto [less, more] = std::minmax(sizes[0], sizes[1]);
    if (less + more <= 11) return less >= 2;
    return less >= 5 || (less == 4 && (more % 4 == 0 || more <= 6 || separators));
  }
  const bool even =
      std::all_of(sizes.begin(), sizes.end() - 1, [&](std::size_t size) { return size == sizes[0]; });
  if (even && sizes.back() <= sizes[0]) return true;
  using Sizes = std::vector<std::size_t>;
  static const std::array<Sizes, 5> kKnown = {Sizes{4, 6, 5}, Sizes{4, 6, 4}, Sizes{3, 2, 4}, Sizes{2, 3, 3, 3},
                                              Sizes{3, 4, 4, 2}};
  return std::find(kKnown.begin(), kKnown.end(), sizes) != kKnown.end();
}

}  // namespace

bool may_be_cut(const std::vector<std::string_view>& parts) {
  const auto any = [&](auto test) { return std::any_of(parts.begin(), parts.end(), test); };
  if (any([](std::string_view part) { return part.empty() || is_whole_number(part); })) return false;
  if (!any([](std::string_view part) { return std::any_of(part.begin(), part.end(), is_letter); })) {
    std::vector<std::size_t> sizes;
    bool separators = false;
    for (const std::string_view part : parts) {
      sizes.push_back(digits_of(part));
      separators = separators || sizes.back() < part.size();
    }
    return is_one_number(sizes, separators);
  }
  if (any(is_words)) return false;
  // A hash is whole, unless all are such and make a longer one.
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const bool one_hash = size == 64 && parts.size() == 2 && parts[0].size() == 32;
  return one_hash || !any(is_whole_hash);
}

}  // namespace sluice::sense
