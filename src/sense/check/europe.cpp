#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "sense/check/check.h"
#include "sense/check/digits.h"

namespace sluice::sense::check {
namespace {

// ISO/IEC 7064 MOD 11,10 over all digits but the last.
bool mod11_10(std::string_view s) {
  int product = 10;
  for (const char c : s.substr(0, s.size() - 1)) {
    const int sum = (value(c) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return (11 - product) % 10 == value(s.back());
}

int digit_sum(int n) { return n / 10 + n % 10; }

int letter(char c) { return c - 'A' + 1; }

}  // namespace

// Area, date of birth, letter, serial, check digit; VKVV section 2.
bool germany_pension(std::string_view s) {
  if (s.size() != 12 || !all_digits(s.substr(0, 8), 8) || !is_upper(s[8]) || !all_digits(s.substr(9), 3))
    return false;
  const int day = number(s.substr(2, 2));  // 50 is added where serials ran out
  if (!is_date(number(s.substr(4, 2)), day > 50 ? day - 50 : day)) return false;
  std::string digits(s.substr(0, 8));
  const int l = letter(s[8]);
  digits += static_cast<char>('0' + l / 10);
  digits += static_cast<char>('0' + l % 10);
  digits += s.substr(9, 2);
  static constexpr std::array<int, 12> kWeights = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i) sum += digit_sum(value(digits[i]) * kWeights[i]);
  return sum % 10 == value(s[11]);
}

bool germany_id_card(std::string_view s) {
  if (s.size() != 10 || !std::all_of(s.begin(), s.end(), is_alnum) || !is_digit(s[9])) return false;
  static constexpr std::array<int, 3> kWeights = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += (is_digit(s[i]) ? value(s[i]) : s[i] - 'A' + 10) * kWeights[i % 3];
  return is_upper(s[0]) && sum % 10 == value(s[9]);
}

bool germany_health(std::string_view s) {
  if (s.size() != 10 || !is_upper(s[0]) || !all_digits(s.substr(1), 9)) return false;
  const int l = letter(s[0]);
  int sum = digit_sum(l / 10) + digit_sum(l % 10 * 2);
  for (std::size_t i = 1; i < 9; ++i) sum += digit_sum(value(s[i]) * (i % 2 ? 1 : 2));
  return sum % 10 == value(s[9]);
}

bool france_spi(std::string_view s) {
  if (!all_digits(s, 13) || s[0] > '3') return false;
  long long n = 0;
  for (const char c : s.substr(0, 10)) n = n * 10 + value(c);
  return n % 511 == number(s.substr(10));
}

bool portugal_nif(std::string_view s) {
  if (!all_digits(s, 9) || all_same(s)) return false;
  if (!(s[0] >= '1' && s[0] <= '3') && !s.starts_with("45")) return false;
  const int rest = weighted(s, {9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? 0 : 11 - rest) == value(s[8]);
}

bool poland_nip(std::string_view s) {
  return all_digits(s, 10) && !all_same(s) && weighted(s, {6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == value(s[9]);
}

bool poland_id_card(std::string_view s) {
  if (s.size() != 9 || !std::all_of(s.begin(), s.begin() + 3, is_upper) || !all_digits(s.substr(3), 6))
    return false;
  static constexpr std::array<int, 9> kWeights = {7, 3, 1, 9, 7, 3, 1, 7, 3};
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += (is_digit(s[i]) ? value(s[i]) : s[i] - 'A' + 10) * kWeights[i];
  return sum % 10 == 0;
}

bool czech_birth_number(std::string_view s) {
  if (!all_digits(s, 9) && !all_digits(s, 10)) return false;
  int month = number(s.substr(2, 2));
  if (month > 50) month -= 50;  // women
  if (month > 20) month -= 20;  // serials ran out
  if (!is_date(month, number(s.substr(4, 2)))) return false;
  if (s.size() == 9) return s.substr(6) != "000" && number(s.substr(0, 2)) < 54;
  const int check = number(s.substr(0, 9)) % 11;
  return (check == 10 ? 0 : check) == value(s[9]);
}

bool denmark_cpr(std::string_view s) {
  return all_digits(s, 10) && is_date(number(s.substr(2, 2)), number(s.substr(0, 2))) && s.substr(6) != "0000";
}

bool baltic_code(std::string_view s) {
  if (!all_digits(s, 11) || s[0] < '1' || s[0] > '8') return false;
  if (!is_date(number(s.substr(3, 2)), number(s.substr(5, 2)))) return false;
  int check = weighted(s, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1}) % 11;
  if (check == 10) check = weighted(s, {3, 4, 5, 6, 7, 8, 9, 1, 2, 3}) % 11 % 10;
  return check == value(s[10]);
}

bool latvia_code(std::string_view s) {
  if (!all_digits(s, 11)) return false;
  if (s.starts_with("32")) return true;  // without birth date, since 2017; no check digit is published
  if (!is_date(number(s.substr(2, 2)), number(s.substr(0, 2))) || s[6] > '2') return false;
  return (1101 - weighted(s, {1, 6, 3, 7, 9, 10, 5, 8, 4, 2})) % 11 == value(s[10]);
}

bool ireland_pps(std::string_view s) {
  if ((s.size() != 8 && s.size() != 9) || !all_digits(s.substr(0, 7), 7) || !is_upper(s[7])) return false;
  int sum = weighted(s, {8, 7, 6, 5, 4, 3, 2});
  if (s.size() == 9) {
    if (!is_upper(s[8])) return false;
    if (s[8] != 'W' && s[8] != 'T' && s[8] != 'X') sum += letter(s[8]) * 9;
  }
  return s[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

bool austria_svnr(std::string_view s) {
  if (!all_digits(s, 10) || s[0] == '0') return false;
  if (!is_date(number(s.substr(6, 2)) % 12 + 1, number(s.substr(4, 2)))) return false;  // months up to 15 occur
  if (number(s.substr(6, 2)) > 15) return false;
  return weighted(s, {3, 7, 9, 0, 5, 8, 4, 2, 1, 6}) % 11 == value(s[3]);
}

bool switzerland_ahv(std::string_view s) {
  return all_digits(s, 13) && s.starts_with("756") &&
         weighted(s, {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1}) % 10 == 0;
}

bool bulgaria_egn(std::string_view s) {
  if (!all_digits(s, 10) || !is_date(number(s.substr(2, 2)) % 20, number(s.substr(4, 2)))) return false;
  return weighted(s, {2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10 == value(s[9]);
}

bool croatia_oib(std::string_view s) { return all_digits(s, 11) && mod11_10(s); }

bool greece_afm(std::string_view s) {
  return all_digits(s, 9) && !all_same(s) && weighted(s, {256, 128, 64, 32, 16, 8, 4, 2}) % 11 % 10 == value(s[8]);
}

bool greece_amka(std::string_view s) {
  return all_digits(s, 11) && is_date(number(s.substr(2, 2)), number(s.substr(0, 2))) && luhn(s);
}

bool hungary_taj(std::string_view s) {
  return all_digits(s, 9) && !all_same(s) && weighted(s, {3, 7, 3, 7, 3, 7, 3, 7}) % 10 == value(s[8]);
}

bool hungary_tax_id(std::string_view s) {
  return all_digits(s, 10) && s[0] == '8' && weighted(s, {1, 2, 3, 4, 5, 6, 7, 8, 9}) % 11 == value(s[9]);
}

bool yugoslav_jmbg(std::string_view s) {
  if (!all_digits(s, 13) || !is_date(number(s.substr(2, 2)), number(s.substr(0, 2)))) return false;
  const int rest = weighted(s, {7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? 0 : 11 - rest) == value(s[12]);
}

bool iceland_kennitala(std::string_view s) {
  if (!all_digits(s, 10) || !is_date(number(s.substr(2, 2)), number(s.substr(0, 2)))) return false;
  const int rest = weighted(s, {3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest == 0 ? 0 : 11 - rest) == value(s[8]) && (s[9] == '9' || s[9] == '0' || s[9] == '8');
}

bool luxembourg_id(std::string_view s) {
  if (!all_digits(s, 13)) return false;
  const int year = number(s.substr(0, 4));
  return year > 1890 && year < 2100 && is_date(number(s.substr(4, 2)), number(s.substr(6, 2))) &&
         luhn(s.substr(0, 12)) && verhoeff(std::string(s.substr(0, 11)) + s[12]);
}

bool ukraine_rnokpp(std::string_view s) {
  if (!all_digits(s, 10) || all_same(s)) return false;
  const int rest = weighted(s, {-1, 5, 7, 9, 4, 6, 10, 5, 7}) % 11;
  return (rest + 11) % 11 % 10 == value(s[9]);
}

bool russia_snils(std::string_view s) {
  if (!all_digits(s, 11) || all_same(s)) return false;
  return weighted(s, {9, 8, 7, 6, 5, 4, 3, 2, 1}) % 101 % 100 == number(s.substr(9));
}

bool russia_inn(std::string_view s) {
  return all_digits(s, 12) && !all_same(s) &&
         weighted(s, {7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == value(s[10]) &&
         weighted(s, {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == value(s[11]);
}

// Five characters of the name filled with 9, decade, month (plus 50 for women), day, year, initials, arbitrary,
// two check letters whose rule is not published.
bool uk_driving_licence(std::string_view s) {
  if (s.size() != 16 || !is_upper(s[0]) || !all_digits(s.substr(5, 6), 6)) return false;
  bool filled = false;
  for (const char c : s.substr(0, 5)) {
    if (c != '9' && (!is_upper(c) || filled)) return false;
    filled = filled || c == '9';
  }
  const int month = number(s.substr(6, 2));
  if (!is_date(month > 50 ? month - 50 : month, number(s.substr(8, 2)))) return false;
  return (is_upper(s[11]) || s[11] == '9') && (is_upper(s[12]) || s[12] == '9') && is_alnum(s[13]) &&
         is_upper(s[14]) && is_upper(s[15]);
}

bool uk_utr(std::string_view s) {
  return all_digits(s, 10) && !all_same(s) &&
         "21987654321"[weighted(s.substr(1), {6, 7, 8, 9, 10, 5, 4, 3, 2}) % 11] == s[0];
}

}  // namespace sluice::sense::check
