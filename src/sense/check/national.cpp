// Identifiers of people, in the order of check.h up to Romania; those added later stand in europe.cpp and
// world.cpp.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "sense/check/check.h"
#include "sense/check/digits.h"

namespace sluice::sense::check {

bool us_ssn(std::string_view s) {
  if (!all_digits(s, 9)) return false;
  const int area = number(s.substr(0, 3));
  return area != 0 && area != 666 && area < 900 && s.substr(3, 2) != "00" && s.substr(5) != "0000";
}

bool brazil_cpf(std::string_view s) {
  if (!all_digits(s, 11) || all_same(s)) return false;
  const auto check = [](int sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; };
  return check(weighted(s, {10, 9, 8, 7, 6, 5, 4, 3, 2})) == value(s[9]) &&
         check(weighted(s, {11, 10, 9, 8, 7, 6, 5, 4, 3, 2})) == value(s[10]);
}

bool spain_dni(std::string_view s) {
  if (s.size() != 9) return false;
  int lead = 0;
  std::string_view digits = s.substr(0, 8);
  if (s[0] >= 'X' && s[0] <= 'Z') {  // NIE: X, Y, Z stand for 0, 1, 2
    lead = s[0] - 'X';
    digits = s.substr(1, 7);
  }
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return false;
  const int n = digits.size() == 7 ? lead * 10000000 + number(digits) : number(digits);
  return s[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[n % 23];
}

bool italy_codice_fiscale(std::string_view s) {
  static constexpr std::string_view kShape = "LLLLLLDDLDDLDDDL";
  // Value of a character in an odd place (1st, 3rd, ...), for 0-9 and A-J alike, then K-Z.
  static constexpr std::array<int, 26> kOdd = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                               20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  if (s.size() != 16) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const bool digit_or_substitute = is_digit(s[i]) || std::string_view("LMNPQRSTUV").find(s[i]) != s.npos;
    if (kShape[i] == 'L' ? !is_upper(s[i]) : !digit_or_substitute) return false;
    if (i == 15) break;
    const int v = is_digit(s[i]) ? value(s[i]) : s[i] - 'A';
    sum += i % 2 == 0 ? kOdd[static_cast<std::size_t>(v)] : v;
  }
  return s[15] == 'A' + sum % 26;
}

bool france_nir(std::string_view s) {
  if (s.size() != 15 || (s[0] != '1' && s[0] != '2')) return false;
  long long n = 0;
  for (std::size_t i = 0; i < 13; ++i) {
    char c = s[i];
    if (i == 6 && (c == 'A' || c == 'B') && s[5] == '2') continue;  // Corsica, below
    if (!is_digit(c)) return false;
    n = n * 10 + value(c);
  }
  if (!is_digit(s[13]) || !is_digit(s[14])) return false;
  if (s[6] == 'A' || s[6] == 'B') {  // 2A counts as 19, 2B as 18
    n = 0;
    for (std::size_t i = 0; i < 13; ++i) {
      const int digit = i == 5 ? 1 : i == 6 ? (s[6] == 'A' ? 9 : 8) : value(s[i]);
      n = n * 10 + digit;
    }
  }
  const int month = number(s.substr(3, 2));
  if (month == 0 || (month > 12 && month < 20)) return false;
  return 97 - static_cast<int>(n % 97) == number(s.substr(13));
}

bool germany_tax_id(std::string_view s) {
  if (!all_digits(s, 11) || s[0] == '0') return false;
  std::array<int, 10> seen{};
  for (std::size_t i = 0; i < 10; ++i) ++seen[static_cast<std::size_t>(value(s[i]))];
  const int most = *std::max_element(seen.begin(), seen.end());
  if (most < 2 || most > 3) return false;  // one digit stands two or three times among the first ten
  int product = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    int sum = (value(s[i]) + product) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return (11 - product) % 10 == value(s[10]);
}

bool netherlands_bsn(std::string_view s) {
  return all_digits(s, 9) && !all_same(s) && weighted(s, {9, 8, 7, 6, 5, 4, 3, 2, -1}) % 11 == 0;
}

bool poland_pesel(std::string_view s) {
  if (!all_digits(s, 11)) return false;
  const int month = number(s.substr(2, 2)) % 20, day = number(s.substr(4, 2));  // the century is in the month
  return is_date(month, day) && weighted(s, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0;
}

bool sweden_personnummer(std::string_view s) {
  if (s.size() == 12) s.remove_prefix(2);
  if (!all_digits(s, 10)) return false;
  const int day = number(s.substr(4, 2));  // coordination numbers add 60
  return is_date(number(s.substr(2, 2)), day > 60 ? day - 60 : day) && luhn(s);
}

bool finland_hetu(std::string_view s) {
  if (s.size() != 11 || !all_digits(s.substr(0, 6), 6) || !all_digits(s.substr(7, 3), 3)) return false;
  if (!is_date(number(s.substr(2, 2)), number(s.substr(0, 2)))) return false;
  if (std::string_view("+-ABCDEFUVWXY").find(s[6]) == s.npos) return false;
  const int n = number(s.substr(0, 6)) * 1000 + number(s.substr(7, 3));
  return s[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[n % 31];
}

bool norway_fnr(std::string_view s) {
  if (!all_digits(s, 11)) return false;
  const int day = number(s.substr(0, 2));  // D-numbers add 40
  if (!is_date(number(s.substr(2, 2)) % 40, day > 40 ? day - 40 : day)) return false;
  return weighted(s, {3, 7, 6, 1, 8, 9, 4, 5, 2, 1}) % 11 == 0 &&
         weighted(s, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool belgium_rrn(std::string_view s) {
  if (!all_digits(s, 11)) return false;
  // Of people who are not in the national register 20 or 40 is added to the month.
  const int month = number(s.substr(2, 2));
  if (!is_date(month % 20, number(s.substr(4, 2))) || month > 52) return false;
  const int check = number(s.substr(9)), n = number(s.substr(0, 9));
  // Births from 2000 on count with a 2 before the number.
  return 97 - n % 97 == check || 97 - static_cast<int>((2000000000LL + n) % 97) == check;
}

bool uk_nhs(std::string_view s) {
  return all_digits(s, 10) && !all_same(s) && weighted(s, {10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool uk_nino(std::string_view s) {
  if (s.size() != 9 || !all_digits(s.substr(2, 6), 6) || s[8] < 'A' || s[8] > 'D') return false;
  if (!is_upper(s[0]) || !is_upper(s[1])) return false;
  if (std::string_view("DFIQUV").find(s[0]) != s.npos || std::string_view("DFIOQUV").find(s[1]) != s.npos)
    return false;
  const std::string_view prefix = s.substr(0, 2);
  for (const char* unused : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (prefix == unused) return false;
  }
  return true;
}

bool canada_sin(std::string_view s) { return all_digits(s, 9) && s[0] != '0' && s[0] != '8' && luhn(s); }

bool australia_tfn(std::string_view s) {
  return all_digits(s, 9) && !all_same(s) && weighted(s, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
}

bool india_aadhaar(std::string_view s) { return all_digits(s, 12) && s[0] >= '2' && !all_same(s) && verhoeff(s); }

bool india_pan(std::string_view s) {
  return s.size() == 10 && std::all_of(s.begin(), s.begin() + 5, is_upper) && all_digits(s.substr(5, 4), 4) &&
         is_upper(s[9]) && std::string_view("ABCFGHJLPT").find(s[3]) != s.npos;
}

bool china_resident_id(std::string_view s) {
  if (s.size() != 18 || !all_digits(s.substr(0, 17), 17) || s[0] == '0' || s[0] == '9') return false;
  const int year = number(s.substr(6, 4));
  if (year < 1900 || year > 2099 || !is_date(number(s.substr(10, 2)), number(s.substr(12, 2)))) return false;
  const int sum = weighted(s, {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return s[17] == "10X98765432"[sum % 11];
}

bool korea_rrn(std::string_view s) {
  return all_digits(s, 13) && is_date(number(s.substr(2, 2)), number(s.substr(4, 2))) && s[6] >= '1' &&
         s[6] <= '8';
}

bool japan_my_number(std::string_view s) {
  if (!all_digits(s, 12) || all_same(s)) return false;
  const int rest = weighted(s, {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest <= 1 ? 0 : 11 - rest) == value(s[11]);
}

bool singapore_nric(std::string_view s) {
  if (s.size() != 9 || !all_digits(s.substr(1, 7), 7)) return false;
  const int sum = weighted(s.substr(1), {2, 7, 6, 5, 4, 3, 2});
  switch (s[0]) {
    case 'S':
      return s[8] == "JZIHGFEDCBA"[sum % 11];
    case 'T':
      return s[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
    case 'F':
      return s[8] == "XWUTRQPNMLK"[sum % 11];
    case 'G':
      return s[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
    default:
      return false;
  }
}

bool south_africa_id(std::string_view s) {
  return all_digits(s, 13) && is_date(number(s.substr(2, 2)), number(s.substr(4, 2))) && s[10] <= '2' && luhn(s);
}

bool mexico_curp(std::string_view s) {
  if (s.size() != 18 || !std::all_of(s.begin(), s.begin() + 4, is_upper) || !all_digits(s.substr(4, 6), 6))
    return false;
  if (!is_date(number(s.substr(6, 2)), number(s.substr(8, 2)))) return false;
  if (s[10] != 'H' && s[10] != 'M' && s[10] != 'X') return false;
  if (!std::all_of(s.begin() + 11, s.begin() + 16, is_upper) || !is_alnum(s[16]) || !is_digit(s[17])) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {  // letters after N are one higher, for the Ñ between
    const int v = is_digit(s[i]) ? value(s[i]) : s[i] - 'A' + 10 + (s[i] > 'N' ? 1 : 0);
    sum += v * static_cast<int>(18 - i);
  }
  return (10 - sum % 10) % 10 == value(s[17]);
}

bool chile_rut(std::string_view s) {
  if (s.size() < 8 || s.size() > 9 || !all_digits(s.substr(0, s.size() - 1), s.size() - 1)) return false;
  int sum = 0, weight = 2;
  for (std::size_t i = s.size() - 1; i-- > 0;) {
    sum += value(s[i]) * weight;
    weight = weight == 7 ? 2 : weight + 1;
  }
  return s.back() == "0K987654321"[sum % 11];
}

bool turkey_tckn(std::string_view s) {
  if (!all_digits(s, 11) || s[0] == '0') return false;
  const int odd = weighted(s, {1, 0, 1, 0, 1, 0, 1, 0, 1}), even = weighted(s, {0, 1, 0, 1, 0, 1, 0, 1});
  const int sum = odd + even + value(s[9]);
  return ((odd * 7 - even) % 10 + 10) % 10 == value(s[9]) && sum % 10 == value(s[10]);
}

bool romania_cnp(std::string_view s) {
  if (!all_digits(s, 13) || s[0] == '0' || !is_date(number(s.substr(3, 2)), number(s.substr(5, 2)))) return false;
  const int rest = weighted(s, {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
  return (rest == 10 ? 1 : rest) == value(s[12]);
}

}  // namespace sluice::sense::check
