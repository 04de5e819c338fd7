#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/id.h"
#include "sense/check/check.h"
#include "sense/check/digits.h"

namespace sluice::sense::check {
namespace {

bool is_year(int year) { return year >= 1900 && year < 2100; }

// Values of letters in identifiers of North American vehicles; I, O and Q do not occur.
int vin_value(char c) {
  if (is_digit(c)) return value(c);
  static constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ", kValues = "12345678123457923456789";
  const std::size_t at = kLetters.find(c);
  return at == kLetters.npos ? -1 : kValues[at] - '0';
}

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// 25 bytes: version, 20 of hash, the first four of a double SHA-256.
bool base58_check(std::string_view s) {
  std::array<std::uint8_t, 25> bytes{};
  for (const char c : s) {
    const std::size_t digit = kBase58.find(c);
    if (digit == kBase58.npos) return false;
    std::size_t carry = digit;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      carry += bytes[i] * 58u;
      bytes[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return false;
  }
  const auto once = sha256({reinterpret_cast<const char*>(bytes.data()), 21});
  const auto twice = sha256({reinterpret_cast<const char*>(once.data()), once.size()});
  return std::equal(twice.begin(), twice.begin() + 4, bytes.begin() + 21);
}

// BIP 173 and 350.
bool bech32(std::string_view s) {
  static constexpr std::string_view kChars = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  static constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                              0x2a1462b3};
  std::uint32_t check = 1;
  const auto feed = [&](std::uint32_t v) {
    const std::uint32_t top = check >> 25;
    check = (check & 0x1ffffff) << 5 ^ v;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) check ^= top >> i & 1 ? kGenerator[i] : 0;
  };
  for (const char c : {'b', 'c'}) feed(static_cast<std::uint32_t>(c) >> 5);
  feed(0);
  for (const char c : {'b', 'c'}) feed(static_cast<std::uint32_t>(c) & 31);
  for (const char c : s.substr(3)) {
    const std::size_t v = kChars.find(static_cast<char>(is_upper(c) ? c + 32 : c));
    if (v == kChars.npos) return false;
    feed(static_cast<std::uint32_t>(v));
  }
  return check == 1 || check == 0x2bc830a3;
}

}  // namespace

bool us_itin(std::string_view s) {
  if (!all_digits(s, 9) || s[0] != '9') return false;
  const int group = number(s.substr(3, 2));
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) ||
         group >= 94;
}

bool us_ein(std::string_view s) {
  if (!all_digits(s, 9) || all_same(s.substr(2))) return false;
  const int prefix = number(s.substr(0, 2));
  for (const int unused : {0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97}) {
    if (prefix == unused) return false;
  }
  return true;
}

bool us_npi(std::string_view s) {
  return all_digits(s, 10) && (s[0] == '1' || s[0] == '2') && luhn("80840" + std::string(s));
}

bool us_dea(std::string_view s) {
  if (s.size() != 9 || std::string_view("ABCDEFGHJKLMPRSTUX").find(s[0]) == std::string_view::npos) return false;
  if (!is_alnum(s[1]) || !all_digits(s.substr(2), 7)) return false;
  return (weighted(s.substr(2), {1, 0, 1, 0, 1, 0}) + 2 * weighted(s.substr(2), {0, 1, 0, 1, 0, 1})) % 10 ==
         value(s[8]);
}

bool us_mbi(std::string_view s) {
  static constexpr std::string_view kShape = "CAXNAXNAANN", kLetters = "ACDEFGHJKMNPQRTUVWXY";
  if (s.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool digit = is_digit(s[i]), letter = kLetters.find(s[i]) != kLetters.npos;
    const bool fits = kShape[i] == 'C'   ? digit && s[i] != '0'
                      : kShape[i] == 'N' ? digit
                      : kShape[i] == 'A' ? letter
                                         : digit || letter;
    if (!fits) return false;
  }
  return s != "1EG4TE5MK73" && s != "1EG4TE5MK72";  // the examples of the CMS
}

bool vin(std::string_view s) {
  static constexpr std::array<int, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  if (s.size() != 17 || all_same(s)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    const int v = vin_value(s[i]);
    if (v < 0) return false;
    sum += v * kWeights[i];
  }
  return s[8] == "0123456789X"[sum % 11];
}

bool brazil_cnpj(std::string_view s) {
  if (!all_digits(s, 14) || all_same(s)) return false;
  const auto check = [](int sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; };
  return check(weighted(s, {5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2})) == value(s[12]) &&
         check(weighted(s, {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2})) == value(s[13]);
}

bool brazil_cnh(std::string_view s) {
  if (!all_digits(s, 11) || all_same(s)) return false;
  const int first = weighted(s, {9, 8, 7, 6, 5, 4, 3, 2, 1}) % 11;
  const int second = weighted(s, {1, 2, 3, 4, 5, 6, 7, 8, 9}) % 11;
  const int less = first >= 10 ? 2 : 0;
  const int last = second - less < 0 ? second - less + 11 : second - less;
  return (first >= 10 ? 0 : first) == value(s[9]) && (last >= 10 ? 0 : last) == value(s[10]);
}

bool mexico_rfc(std::string_view s) {
  return s.size() == 13 && std::all_of(s.begin(), s.begin() + 4, is_upper) && all_digits(s.substr(4, 6), 6) &&
         is_date(number(s.substr(6, 2)), number(s.substr(8, 2))) && std::all_of(s.begin() + 10, s.end(), is_alnum);
}

bool mexico_clabe(std::string_view s) {
  if (!all_digits(s, 18) || all_same(s)) return false;
  static constexpr std::array<int, 3> kWeights = {3, 7, 1};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += value(s[i]) * kWeights[i % 3] % 10;
  return (10 - sum % 10) % 10 == value(s[17]);
}

bool argentina_cuit(std::string_view s) {
  if (!all_digits(s, 11)) return false;
  const int kind = number(s.substr(0, 2));
  if (kind != 20 && kind != 23 && kind != 24 && kind != 27 && kind != 30 && kind != 33 && kind != 34) return false;
  return weighted(s, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool argentina_cbu(std::string_view s) {
  return all_digits(s, 22) && weighted(s, {7, 1, 3, 9, 7, 1, 3, 1}) % 10 == 0 && !all_same(s) &&
         weighted(s.substr(8), {3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3, 1}) % 10 == 0;
}

bool ecuador_cedula(std::string_view s) {
  const int province = all_digits(s, 10) ? number(s.substr(0, 2)) : 0;
  return province >= 1 && (province <= 24 || province == 30) && s[2] < '6' && luhn(s);
}

bool uruguay_ci(std::string_view s) {
  return all_digits(s, 8) && !all_same(s) && weighted(s, {2, 9, 8, 7, 6, 3, 4, 1}) % 10 == 0;
}

bool colombia_nit(std::string_view s) {
  if (!all_digits(s, 10)) return false;
  const int rest = weighted(s, {41, 37, 29, 23, 19, 17, 13, 7, 3}) % 11;
  return (rest < 2 ? rest : 11 - rest) == value(s[9]);
}

bool taiwan_id(std::string_view s) {
  if (s.size() != 10 || !is_upper(s[0]) || !all_digits(s.substr(1), 9)) return false;
  if (s[1] != '1' && s[1] != '2' && s[1] != '8' && s[1] != '9') return false;
  const int area = static_cast<int>(std::string_view("ABCDEFGHJKLMNPQRSTUVXYWZIO").find(s[0])) + 10;
  return (area / 10 + area % 10 * 9 + weighted(s.substr(1), {8, 7, 6, 5, 4, 3, 2, 1, 1})) % 10 == 0;
}

bool hong_kong_id(std::string_view s) {
  if (s.size() != 8 && s.size() != 9) return false;
  const std::size_t letters = s.size() - 7;
  if (!std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(letters), is_upper)) return false;
  const std::string_view digits = s.substr(letters, 6);
  if (!all_digits(digits, 6) || (!is_digit(s.back()) && s.back() != 'A')) return false;
  const auto place = [](char c) { return c - 'A' + 10; };
  int sum = letters == 2 ? place(s[0]) * 9 + place(s[1]) * 8 : 36 * 9 + place(s[0]) * 8;
  sum += weighted(digits, {7, 6, 5, 4, 3, 2});
  return (sum + (s.back() == 'A' ? 10 : value(s.back()))) % 11 == 0;
}

bool australia_medicare(std::string_view s) {
  if ((!all_digits(s, 10) && !all_digits(s, 11)) || s[0] < '2' || s[0] > '6') return false;
  return weighted(s, {1, 3, 7, 9, 1, 3, 7, 9}) % 10 == value(s[8]) && s[9] != '0';
}

bool new_zealand_ird(std::string_view s) {
  std::string nine(s);
  if (s.size() == 8) nine.insert(0, "0");
  if (!all_digits(nine, 9) || number(nine) < 10'000'000 || number(nine) > 150'000'000) return false;
  const auto check = [](int sum) { return sum % 11 == 0 ? 0 : 11 - sum % 11; };
  int last = check(weighted(nine, {3, 2, 7, 6, 5, 4, 3, 2}));
  if (last == 10) last = check(weighted(nine, {7, 4, 3, 2, 5, 2, 7, 6}));
  return last == value(nine[8]);
}

bool israel_id(std::string_view s) { return all_digits(s, 9) && !all_same(s) && luhn(s); }

bool thailand_id(std::string_view s) {
  return all_digits(s, 13) && s[0] != '0' && s[0] != '9' && !all_same(s) &&
         (11 - weighted(s, {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 10 == value(s[12]);
}

bool malaysia_id(std::string_view s) {
  return all_digits(s, 12) && is_date(number(s.substr(2, 2)), number(s.substr(4, 2))) && s.substr(6, 2) != "00" &&
         s.substr(8) != "0000";
}

bool indonesia_nik(std::string_view s) {
  if (!all_digits(s, 16) || s[0] == '0') return false;
  const int day = number(s.substr(6, 2));  // women: plus 40
  return is_date(number(s.substr(8, 2)), day > 40 ? day - 40 : day) && s.substr(12) != "0000";
}

bool pakistan_cnic(std::string_view s) { return all_digits(s, 13) && s[0] >= '1' && s[0] <= '8' && !all_same(s); }

bool kazakhstan_iin(std::string_view s) {
  if (!all_digits(s, 12) || !is_date(number(s.substr(2, 2)), number(s.substr(4, 2))) || s[6] > '6') return false;
  int check = weighted(s, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) % 11;
  if (check == 10) check = weighted(s, {3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2}) % 11;
  return check == value(s[11]);
}

bool emirates_id(std::string_view s) {
  return all_digits(s, 15) && s.starts_with("784") && is_year(number(s.substr(3, 4))) && luhn(s);
}

bool saudi_id(std::string_view s) { return all_digits(s, 10) && (s[0] == '1' || s[0] == '2') && luhn(s); }

bool egypt_id(std::string_view s) {
  return all_digits(s, 14) && (s[0] == '2' || s[0] == '3') &&
         is_date(number(s.substr(3, 2)), number(s.substr(5, 2)));
}

bool bitcoin_address(std::string_view s) {
  if (s.size() > 3 && (s.starts_with("bc1") || s.starts_with("BC1")))
    return s.size() >= 42 && s.size() <= 62 && bech32(s);
  return s.size() >= 26 && s.size() <= 35 && base58_check(s);
}

bool ethereum_address(std::string_view s) {
  if (s.size() != 42 || !s.starts_with("0x")) return false;
  std::array<bool, 128> seen{};
  int kinds = 0;
  for (const char c : s.substr(2)) {
    if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) return false;
    kinds += !seen[static_cast<std::size_t>(c)];
    seen[static_cast<std::size_t>(c)] = true;
  }
  return kinds >= 6;  // not the zero address, nor "dead"
}

}  // namespace sluice::sense::check
