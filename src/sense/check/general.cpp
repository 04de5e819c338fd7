// Check digits of no single country, and of accounts.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "sense/check/check.h"
#include "sense/check/digits.h"

namespace sluice::sense::check {
namespace {

struct IbanCountry {
  char code[3];
  std::uint8_t length;
};
// SWIFT IBAN registry.
constexpr IbanCountry kIbanCountries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22},
    {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32},
    {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19},
    {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31},
    {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30}};

int mod97(std::string_view alnum, int rest) {
  for (const char c : alnum) {
    if (is_digit(c)) {
      rest = (rest * 10 + value(c)) % 97;
    } else {
      rest = (rest * 100 + (c - 'A' + 10)) % 97;
    }
  }
  return rest;
}

}  // namespace

bool luhn(std::string_view digits) {
  if (digits.size() < 2) return false;
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    if (!is_digit(digits[i])) return false;
    const int d = value(digits[i]) * (twice ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return sum % 10 == 0;
}

bool verhoeff(std::string_view digits) {
  // Multiplication in the dihedral group D5 and the permutation applied at each place.
  static constexpr char kTimes[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
                                          "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"};
  static constexpr char kPlaces[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                          "9453126870", "4286573901", "2793806415", "7046913258"};
  int c = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char d = digits[digits.size() - 1 - i];
    if (!is_digit(d)) return false;
    c = value(kTimes[c][value(kPlaces[i % 8][value(d)])]);
  }
  return !digits.empty() && c == 0;
}

bool mod97_is_1(std::string_view alnum) {
  return !alnum.empty() && std::all_of(alnum.begin(), alnum.end(), is_alnum) && mod97(alnum, 0) == 1;
}

std::size_t iban_length(std::string_view country) {
  if (country.size() != 2) return 0;
  const auto found = std::find_if(std::begin(kIbanCountries), std::end(kIbanCountries), [&](const IbanCountry& c) {
    return country[0] == c.code[0] && country[1] == c.code[1];
  });
  return found == std::end(kIbanCountries) ? 0 : found->length;
}

bool iban(std::string_view s) {
  if (s.size() < 15 || s.size() != iban_length(s.substr(0, 2)) || !is_digit(s[2]) || !is_digit(s[3])) return false;
  if (!std::all_of(s.begin(), s.end(), is_alnum)) return false;
  return mod97(s.substr(0, 4), mod97(s.substr(4), 0)) == 1;
}

bool aba_routing(std::string_view s) {
  if (!all_digits(s, 9)) return false;
  const int prefix = number(s.substr(0, 2));  // Federal Reserve district, thrift, electronic, traveller's cheque
  if (!(prefix <= 12 || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix == 80))
    return false;
  return !all_same(s) && weighted(s, {3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0;
}

}  // namespace sluice::sense::check
