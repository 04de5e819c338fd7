// Identifiers of Latin America, the Iberian peninsula and Asia, and of health services.
#include <algorithm>
#include <cstddef>
#include <string>

#include "sense/check/check.h"
#include "sense/check/digits.h"

namespace sluice::sense::check {

bool brazil_pis(std::string_view s) {
  if (!all_digits(s, 11) || all_same(s)) return false;
  const int rest = weighted(s, {3, 2, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? 0 : 11 - rest) == value(s[10]);
}

bool brazil_voter(std::string_view s) {
  if (!all_digits(s, 12) || number(s.substr(8, 2)) < 1 || number(s.substr(8, 2)) > 28) return false;
  const int first = weighted(s, {2, 3, 4, 5, 6, 7, 8, 9}) % 11 % 10;
  const int second = weighted(s.substr(8), {7, 8, 9}) % 11 % 10;
  return first == value(s[10]) && second == value(s[11]);
}

bool brazil_health(std::string_view s) {
  if (!all_digits(s, 15) || std::string_view("12789").find(s[0]) == std::string_view::npos) return false;
  return weighted(s, {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool mexico_nss(std::string_view s) { return all_digits(s, 11) && !all_same(s) && luhn(s); }

// Eight digits, a check digit, department and municipality.
bool guatemala_cui(std::string_view s) {
  if (!all_digits(s, 13)) return false;
  const int department = number(s.substr(9, 2)), town = number(s.substr(11, 2));
  return department >= 1 && department <= 22 && town >= 1 && town <= 38 &&
         weighted(s, {2, 3, 4, 5, 6, 7, 8, 9}) % 11 == value(s[8]);
}

bool dominican_cedula(std::string_view s) { return all_digits(s, 11) && !all_same(s) && luhn(s); }

// Province, number, and the rest of both by 97.
bool spain_nuss(std::string_view s) {
  if (!all_digits(s, 12) || number(s.substr(0, 2)) < 1 || number(s.substr(0, 2)) > 66) return false;
  const long long province = number(s.substr(0, 2)), serial = number(s.substr(2, 8));
  const long long whole = serial < 10'000'000 ? serial + province * 10'000'000 : serial + province * 100'000'000;
  return whole % 97 == number(s.substr(10));
}

bool portugal_niss(std::string_view s) {
  return all_digits(s, 11) && (s[0] == '1' || s[0] == '2') &&
         9 - weighted(s, {29, 23, 19, 17, 13, 11, 7, 5, 3, 2}) % 10 == value(s[10]);
}

bool ontario_health(std::string_view s) { return all_digits(s, 10) && s[0] != '0' && luhn(s); }

bool scotland_chi(std::string_view s) {
  return all_digits(s, 10) && is_date(number(s.substr(2, 2)), number(s.substr(0, 2))) && uk_nhs(s);
}

bool iran_code(std::string_view s) {
  if (!all_digits(s, 10) || all_same(s)) return false;
  const int rest = weighted(s, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? rest : 11 - rest) == value(s[9]);
}

bool kuwait_civil(std::string_view s) {
  if (!all_digits(s, 12) || (s[0] != '2' && s[0] != '3')) return false;
  return is_date(number(s.substr(3, 2)), number(s.substr(5, 2))) &&
         11 - weighted(s, {2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}) % 11 == value(s[11]);
}

// Province, sex and century, year, serial.
bool vietnam_cccd(std::string_view s) {
  return all_digits(s, 12) && s[0] == '0' && number(s.substr(0, 3)) >= 1 && number(s.substr(0, 3)) <= 96 &&
         !all_same(s.substr(6));
}

// Year, day of the year (500 is added for women), serial, V or X.
bool sri_lanka_nic(std::string_view s) {
  if (s.size() != 10 || !all_digits(s.substr(0, 9), 9) || (s[9] != 'V' && s[9] != 'X')) return false;
  const int day = number(s.substr(2, 3)) % 500;
  return day >= 1 && day <= 366;
}

}  // namespace sluice::sense::check
