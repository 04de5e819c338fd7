// Exponents. A card that went through a spreadsheet or a program reads 4.539148803436467E+15 or
// 4539148803436467e0. Measurements have exponents, too: what counts has the digits of an identifier and is a whole
// number.
#include <algorithm>

#include "sense/scan/byte_bits.h"
#include "sense/scan/decode/rewritten.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLeastDigits = 8;   // that are written: fewer are an amount
constexpr std::size_t kMostDigits = 24;   // of the number
constexpr std::size_t kMostExponent = 2;  // digits of it

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_before(std::string_view t, std::size_t at) {
  const std::size_t end = at;
  while (at > 0 && end - at <= kMostDigits && is_digit(t[at - 1])) --at;
  return at;
}

// The exponent behind the digits that end at `e`; the edit's end is moved behind it.
bool exponent(std::string_view t, std::size_t e, int& power, std::size_t& end) {
  if (e >= t.size() || (t[e] | 0x20) != 'e') return false;
  std::size_t at = e + 1;
  const bool minus = at < t.size() && t[at] == '-';
  if (at < t.size() && (t[at] == '+' || t[at] == '-')) ++at;
  const std::size_t first = at;
  power = 0;
  for (; at < t.size() && is_digit(t[at]) && at - first <= kMostExponent; ++at) power = power * 10 + (t[at] - '0');
  if (minus) power = -power;
  end = at;
  return at > first && at - first <= kMostExponent && (at == t.size() || !is_word_byte(t[at]));
}

// "4", "539148803436467" and 15: all digits, if they are a whole number.
std::string whole_number(std::string_view whole, std::string_view fraction, int power) {
  std::string digits = std::string(whole) + std::string(fraction);
  const auto point = static_cast<std::ptrdiff_t>(whole.size()) + power;
  if (point <= 0 || point > static_cast<std::ptrdiff_t>(kMostDigits)) return {};
  const auto size = static_cast<std::size_t>(point);
  if (digits.find_first_not_of('0', size) != digits.npos && size < digits.size()) return {};
  digits.resize(size, '0');
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() < kLeastDigits ? std::string() : digits;
}

}  // namespace

std::vector<Edit> exponents(const Document& doc) {
  const std::string_view t = doc.text;
  std::vector<Edit> edits;
  for (const NumberRun& run : doc.numbers) {
    int power = 0;
    std::size_t end = 0;
    if (run.digits < kLeastDigits || !exponent(t, run.end, power, end)) continue;
    std::size_t start = digits_before(t, run.end), point = run.end;
    if (start > 1 && (t[start - 1] == '.' || t[start - 1] == ',') && is_digit(t[start - 2])) {
      point = start - 1;
      start = digits_before(t, point);
    }
    if (start > 0 && (is_word_byte(t[start - 1]) || t[start - 1] == '.')) continue;
    const std::string_view whole = t.substr(start, point - start);
    const std::string_view fraction =
        point == run.end ? std::string_view() : t.substr(point + 1, run.end - point - 1);
    if (whole.size() + fraction.size() < kLeastDigits) continue;
    if (!edits.empty() && start < edits.back().end) continue;
    std::string digits = whole_number(whole, fraction, power);
    if (!digits.empty()) edits.push_back({start, end, false, std::move(digits)});
  }
  return edits;
}

}  // namespace sluice::sense::scan
