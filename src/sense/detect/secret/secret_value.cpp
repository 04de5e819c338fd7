#include "sense/detect/secret/secret_value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/pseudonym.h"

namespace sluice::sense::detect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string lowered(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    if (is_upper(c)) c = static_cast<char>(c + 32);
  }
  return out;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view p) { return text.find(p) != text.npos; });
}

// Four or more of one character, or three quarters of all of them.
bool repeats(std::string_view value) {
  std::array<int, 256> seen{};
  for (const char c : value) ++seen[static_cast<unsigned char>(c)];
  const int most = *std::max_element(seen.begin(), seen.end());
  return most >= 4 && static_cast<std::size_t>(most) * 4 >= value.size() * 3;
}

// "abcdefgh...", "0123456789...": each character follows the one before.
bool is_sequence(std::string_view value) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < value.size(); ++i) steps += value[i] == value[i - 1] + 1;
  return value.size() >= 6 && steps * 10 >= (value.size() - 1) * 8;
}

// "(EMAIL_8d52v97)": what stands for a value that is not to be seen, with the signs beside it.
bool is_pseudonym_in_signs(std::string_view value) {
  const auto is_sign = [](char c) { return !is_upper(c) && !is_lower(c) && !is_digit(c); };
  while (!value.empty() && is_sign(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_sign(value.back())) value.remove_suffix(1);
  return is_pseudonym(value);
}

}  // namespace

double entropy(std::string_view value) {
  if (value.empty()) return 0;
  std::array<int, 256> seen{};
  for (const char c : value) ++seen[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : seen) {
    if (count == 0) continue;
    const double p = count / static_cast<double>(value.size());
    bits -= p * std::log2(p);
  }
  return bits;
}

bool is_placeholder(std::string_view value) {
  if (is_pseudonym_in_signs(value)) return true;
  const std::string v = lowered(value);
  if (v.empty() || repeats(v) || is_sequence(v)) return true;
  if (v.front() == '<' || v.front() == '{' || v.front() == '$' || v.front() == '%' || v.front() == '[') {
    const char last = v.back();
    if (last == '>' || last == '}' || last == '%' || last == ']' || v.front() == '$') return true;
  }
  static constexpr std::array<std::string_view, 64> kWords = {
      "password123", "password1", "passw0rd",  "admin123",   "test123",     "12345678",       "123456",
      "qwerty",      "p@ssw0rd",  "p@ssword",  "pass123",    "abc123",      "mypassword",     "my_password",
      "supersecret", "s3cr3t",    "guest",     "admin",      "root",        "secretpassword", "mysecretpassword",
      "passphrase",  "password",  "passwd",    "secret",     "token",       "apikey",         "api_key",
      "changeme",    "change_me", "test",      "testing",    "foobar",      "string",         "none",
      "null",        "true",      "false",     "required",   "optional",    "default",        "value",
      "letmein",     "user",      "username",  "unknown",    "hidden",      "redacted",       "secure",
      "encrypted",   "hunter2",   "undefined", "invalid",    "wrong",       "incorrect",      "p4ssw0rd",
      "pa55word",    "pa55w0rd",  "bogus",     "nopassword", "my-password", "string!",        "boolean!",
      "missing"};
  if (std::find(kWords.begin(), kWords.end(), v) != kWords.end()) return true;
  return contains_any(v, {"example",
                          "your-",
                          "your_",
                          "yourpass",
                          "yourapi",
                          "yourtoken",
                          "yoursecret",
                          "my-secret-",
                          "placeholder",
                          "xxxx",
                          "****",
                          "....",
                          "…",
                          "••",
                          "-here",
                          "_here",
                          "insert",
                          "replace",
                          "changeme",
                          "change-me",
                          "dummy",
                          "sample",
                          "redacted",
                          "todo",
                          "fake",
                          "not-a-real",
                          "notreal",
                          "<your",
                          "p4ssw0rd-goes",
                          "goes-here",
                          "deadbeef",
                          "4ec39hqlyjwdarj",
                          "####",
                          "tokenhere",
                          "stringhere",
                          "keyhere",
                          "secrethere",
                          "passwordhere",
                          "goeshere",
                          "goes_here"});
}

bool is_reference(std::string_view value) {
  const std::string v = lowered(value);
  return contains_any(v, {"environ",        "getenv",      "process.env", "env[",      "env(",
                          "env.",           "config.",     "config[",     "secrets.",  "secret(",
                          "vault",          "ssm:",        "keyring",     "settings.", "self.",
                          "this.",          "args.",       "request.",    "req.",      "prompt(",
                          "input(",         "getpass",     "::",          "->",        "params",
                          "null)",          "hash(",       "encode(",     "read_",     "load_",
                          "get_",           "getsecret",   "()",          "op://",     "keyvault",
                          "secretsmanager", "sm://",       "enc[",        "enc(",      "{cipher}",
                          "secret_string",  "secretkeyref"}) ||
         (v.find('(') != v.npos && v.back() == ')');
}

bool is_name_of_example(std::string_view lower, std::size_t start, std::size_t end) {
  static constexpr std::string_view kWords[] = {
      "example",   "sample",   "beispiel", "muster",   "exemple", "ejemplo", "esempio",   "exemplo",
      "voorbeeld", "przykład", "exempel",  "eksempel", "esimerk", "příklad", "példa",     "örnek",
      "exemplu",   "пример",   "приклад",  "例",       "예시",    "dummy",   "παράδειγμα"};
  constexpr std::size_t kBefore = 20, kAfter = 16;
  // The word may begin the name ("Beispielpasswort"), stand before it or behind it, on the way to the value.
  std::size_t from = start - std::min(start, kBefore);
  for (std::size_t i = start; i > from; --i) {
    if (std::string_view(".,;:\n").find(lower[i - 1]) != std::string_view::npos) from = i;
  }
  const std::string_view before = lower.substr(from, end - from);
  std::string_view behind = lower.substr(end, kAfter);
  behind = behind.substr(0, behind.find_first_of(".,;:=\n"));
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view w) {
    return before.find(w) != before.npos || behind.find(w) != behind.npos;
  });
}

bool is_shown(std::string_view lower, std::size_t start) {
  while (start > 0 && std::string_view(" \"'`(:").find(lower[start - 1]) != std::string_view::npos) --start;
  const std::string_view before = lower.substr(0, start);
  static constexpr std::string_view kWords[] = {
      " like", "such as",      "e.g.",           "e.g",          "for example",  "for instance", "z.b.",
      "z. b.", " wie",         "beispielsweise", "zum beispiel", "comme",        "par exemple",  "por ejemplo",
      " como", "ad esempio",   "per esempio",    "por exemplo",  "bijvoorbeeld", "zoals",        "na przykład",
      "np.",   "till exempel", "t.ex.",          "örneğin",      "gibi",         "example",      "beispiel"};
  if (std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view w) { return before.ends_with(w); }))
    return true;
  const bool labelled = start < lower.size() && lower[start] == ':';
  constexpr std::size_t kLabel = 20;
  return labelled && is_name_of_example(lower, start - std::min(start, kLabel), start);
}

Classes classes_of(std::string_view value) {
  Classes c;
  for (const char ch : value) {
    if (is_upper(ch)) {
      ++c.upper;
    } else if (is_lower(ch)) {
      ++c.lower;
    } else if (is_digit(ch)) {
      ++c.digit;
    } else if (static_cast<unsigned char>(ch) >= 0x80) {
      ++c.other;
    } else {
      ++c.symbol;
    }
  }
  return c;
}

bool looks_random(std::string_view value) {
  if (value.size() < 16 || is_placeholder(value)) return false;
  const Classes c = classes_of(value);
  const double bits = entropy(value);
  const int letters = c.upper + c.lower;
  if (c.digit == 0 && c.upper == 0) return false;  // words joined by hyphens or underscores
  if (c.digit == 0 && value.find_first_of("-_") != value.npos) return false;
  if (letters == 0) return false;
  const bool hex = std::all_of(value.begin(), value.end(), [](char ch) {
    return is_digit(ch) || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
  });
  if (hex) return value.size() >= 24 && bits >= 3.0;
  // Camel-case names change case at words; random strings change class every two or three characters.
  std::size_t changes = 0;
  const auto class_at = [&](std::size_t i) {
    return is_digit(value[i]) ? 0 : is_lower(value[i]) ? 1 : is_upper(value[i]) ? 2 : 3;
  };
  for (std::size_t i = 1; i < value.size(); ++i) changes += class_at(i) != class_at(i - 1);
  const double wanted = value.size() >= 24 ? 3.6 : 3.3;
  // Without digits the text must be wilder than words joined by capitals: MyTokenProviderFactory.
  return bits >= wanted && (c.digit > 0 ? changes * 4 >= value.size() : changes * 5 >= value.size() * 2);
}

bool looks_like_password(std::string_view value) {
  if (value.size() < 6 || value.size() > 128 || is_placeholder(value) || is_reference(value)) return false;
  const Classes c = classes_of(value);
  const int letters = c.upper + c.lower + c.other;
  if (c.digit == 0 && value.find(' ') != value.npos) return false;  // "Wachtwoord vergeten?"
  if (letters == 0)
    return c.digit >= 6 && c.symbol >= 1 && c.symbol <= 3 && value.find('/') == value.npos &&
           value.find('-') == value.npos && value.find(':') == value.npos && value.find('.') == value.npos &&
           value.find(',') == value.npos;
  if (c.digit > 0) return true;
  if (c.symbol > 0) {  // "R3boot!Now" without digits; hyphens and dots join ordinary words
    if (value.find_last_not_of("!?") + 1 == value.size() - static_cast<std::size_t>(c.symbol) && c.upper < 2)
      return false;  // "contain?"
    return value.find_first_of("!@#$%^&*?~") != value.npos;
  }
  return c.upper >= 2 && c.lower >= 2 && looks_random(value);
}

}  // namespace sluice::sense::detect
