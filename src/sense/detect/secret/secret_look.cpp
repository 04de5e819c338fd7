#include "sense/detect/secret/secret_look.h"

#include <algorithm>
#include <array>
#include <string>

#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_letter(char c) { return is_upper(c) || is_lower(c); }
bool is_sign(char c) { return std::string_view("!#$%&*^~?+@").find(c) != std::string_view::npos; }
bool is_joint(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Is>
std::size_t run_at(std::string_view text, std::size_t at, Is is) {
  std::size_t end = at;
  while (end < text.size() && is(text[end])) ++end;
  return end - at;
}

template <class Is>
bool all(std::string_view text, Is is) {
  return std::all_of(text.begin(), text.end(), is);
}

// "bug#327", "PKCS#12", "dbus!219", "Git#4f5afaf1": a project and its number. "Uint8Array#slice": a class and its
// method.
bool is_reference_number(std::string_view word) {
  const std::size_t name = run_at(word, 0, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  if (name == 0 || name + 1 >= word.size()) return false;
  const std::string_view project = word.substr(0, name), number = word.substr(name + 1);
  if (std::string_view("#!+").find(word[name]) == std::string_view::npos) return false;
  if (all(number, is_hex) && number.size() >= 7) return true;
  if (word[name] == '#' && all(number, is_lower)) return true;
  if (!all(number, is_digit) || !all(project, [](char c) { return !is_digit(c); })) return false;
  if (all(project, is_lower) || all(project, is_upper) || number.size() > 4) return true;
  static constexpr std::string_view kProjects[] = {"Bug",    "Git",  "Issue", "Ticket", "Fixes",
                                                   "Closes", "Pull", "Task",  "Case",   "Figure",
                                                   "Table",  "Nr",   "No",    "Debian", "Ubuntu"};
  return std::find(std::begin(kProjects), std::end(kProjects), project) != std::end(kProjects);
}

// "Password123!", "newPasswordHash2": the field's own name, in examples and in code.
bool names_password(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = is_upper(c) ? static_cast<char>(c + 32) : c;
  for (const char* name : {"password", "passwort", "passwd", "kennwort"}) {
    if (lower.find(name) != lower.npos) return true;
  }
  return false;
}

// "U+1F600", "%2Fhome%2F", "x&lt;", "foo+0x31", "rG985fb25c46", "1.2.3~rc1", "10GB".
bool has_other_form(std::string_view word) {
  if (word.find_first_of("/\\<>(){}[]|=:\"'`") != word.npos) return true;
  if (word.find("..") != word.npos || word.find("--") != word.npos || word.find("__") != word.npos ||
      word.find("**") != word.npos || word.find("++") != word.npos || word.find("@@") != word.npos ||
      word.find("+0x") != word.npos)
    return true;
  const std::size_t at = word.find('@');
  if (at != word.npos && (at == 0 || word.find('.', at) != word.npos)) return true;
  if (word.starts_with("U+") || word.starts_with("u+") || word.starts_with("_Z")) return true;
  if (names_password(word)) return true;
  for (std::size_t i = 0; i + 2 < word.size(); ++i) {
    if (word[i] == '%' && is_hex(word[i + 1]) && is_hex(word[i + 2])) {
      // One such triple may be chance ("Limone%88z"); an address has those of its signs.
      const char high = word[i + 1];
      if (high == '2' || high == '3' || high == 'C' || high == 'E') return true;
    }
    if (word[i] == '&') {
      const std::string_view rest = word.substr(i + 1);
      for (const char* name : {"lt", "gt", "amp", "quot", "nbsp", "#"}) {
        if (rest.starts_with(name)) return true;
      }
    }
  }
  if (run_at(word, 0, is_digit) > 0 || word[0] == 'v') {  // a version, a size, a date, a count
    const std::size_t begin = word[0] == 'v' ? 1 : 0;
    const std::size_t digits = run_at(word, begin, is_digit);
    const std::size_t next = begin + digits;
    if (digits > 0 && next + 1 < word.size() && word[next] == '.' && is_digit(word[next + 1])) return true;
    if (digits > 0 && begin == 0 && word.size() - next <= 4 && all(word.substr(next), is_letter)) return true;
  }
  if (word.starts_with("data-") || (word[0] == '.' && word.find('-') != word.npos)) return true;  // of a page
  if (all(word, is_hex) || (word[0] == '#' && all(word.substr(1), is_hex))) return true;
  if (is_technical_name(word)) return true;
  const std::size_t lead = run_at(word, 0, [](char c) { return c >= 'a' && c <= 'z'; });
  if (lead <= 2 && word.size() >= 8) {  // revisions with a letter or two before
    const std::size_t skip = lead + (lead < word.size() && is_upper(word[lead]) ? 1 : 0);
    if (skip <= 3 && word.size() - skip >= 7 &&
        all(word.substr(skip), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }))
      return true;
  }
  return is_reference_number(word);
}

// "T0rtuga", "Gr4nite", "qu1ck": one digit in the place of a letter.
bool has_digit_for_letter(std::string_view word, const Classes& c) {
  if (c.lower + c.other < 4) return false;
  for (std::size_t i = 1; i + 2 < word.size(); ++i) {
    if (std::string_view("0134578").find(word[i]) != std::string_view::npos && is_letter(word[i - 1]) &&
        is_lower(word[i + 1]) && is_lower(word[i + 2]))
      return true;
  }
  return false;
}

// A digit amid letters otherwise: "mB7tEr", "bu7Tergum".
bool has_inner_digit(std::string_view word, const Classes& c) {
  if (c.lower + c.upper + c.other < 5) return false;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (!is_digit(word[i]) || !is_letter(word[i - 1])) continue;
    const std::size_t next = i + run_at(word, i, is_digit);
    if (next >= word.size() || !is_letter(word[next])) continue;
    if (is_upper(word[i - 1]) != is_upper(word[next]) || (next == i + 1 && is_lower(word[next]))) return true;
  }
  return false;
}

// "Sommer2024", "Seeblick-2291!": a word, and a few digits behind it.
bool is_word_with_digits(std::string_view word) {
  std::size_t end = word.size();
  while (end > 0 && word.size() - end < 2 && !is_letter(word[end - 1]) && !is_digit(word[end - 1])) --end;
  std::size_t digits = 0;
  while (digits < end && is_digit(word[end - digits - 1])) ++digits;
  if (digits < 2 || digits > 4) return false;
  std::size_t at = end - digits;
  while (at > 0 && end - digits - at < 2 && !is_letter(word[at - 1]) && !is_digit(word[at - 1])) --at;
  std::size_t letters = 0;
  while (letters < at && is_letter(word[at - letters - 1])) ++letters;
  return letters >= 4;
}

// Parts between '-', '_', '.': identifiers are made of them, and passwords of several words.
int points_of_parts(std::string_view word, const Classes& c, bool signs) {
  int parts = 0, words = 0, capitals = 0, numbers = 0;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t size = run_at(word, i, [](char x) { return !is_joint(x); });
    const std::string_view part = word.substr(i, size);
    i += size + 1;
    if (part.empty()) continue;
    ++parts;
    const std::size_t from = is_upper(part[0]) ? 1 : 0;
    const std::size_t lower = run_at(part, from, is_lower);
    if (from == 1 && lower >= 1) ++capitals;
    if (lower >= 2 && from + lower == part.size()) ++words;
    if (all(part, is_digit)) ++numbers;
  }
  if (parts < 2) return 0;
  int points = 0;
  if (capitals > 0 && words + capitals >= 2 && c.digit >= 2) points += 2;
  if (word.find('.') != word.npos && capitals == 0) points -= 2;
  if (numbers >= 2) points -= 2;
  if (!signs && c.upper == 0) points -= 1;
  if (parts > 3) points -= 1;
  return points;
}

std::size_t changes_of(std::string_view word) {
  const auto kind = [](char c) { return is_digit(c) ? 0 : is_upper(c) ? 1 : is_lower(c) ? 2 : 3; };
  std::size_t changes = 0;
  for (std::size_t i = 1; i < word.size(); ++i) changes += kind(word[i]) != kind(word[i - 1]);
  return changes;
}

std::size_t longest_letters(std::string_view word) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t size = run_at(word, i, is_letter);
    most = std::max(most, size);
    i += size + 1;
  }
  return most;
}

// Bytes of words as identifiers join them: "Memory", "Get", "Win" in VkMemoryGetWin32Handle.
std::size_t bytes_in_words(std::string_view word) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t head = is_upper(word[i]) ? 1 : 0;
    const std::size_t size = head + run_at(word, i + head, is_lower);
    if (size >= 3) bytes += size;
    i += std::max<std::size_t>(size, 1);
  }
  return bytes;
}

}  // namespace

bool is_technical_name(std::string_view word) {
  static constexpr std::string_view kNames[] = {
      "pkcs",      "argon",   "salsa",     "chacha",  "oauth",  "sha",    "md5",  "base",    "aes",
      "x509",      "rfc",     "utf",       "ipv",     "http",   "tls",    "ssl",  "pbkdf",   "bcrypt",
      "scrypt",    "ed25519", "curve",     "ecdsa",   "win",    "python", "java", "log4j",   "ubuntu",
      "debian",    "node",    "php",       "mysql",   "office", "iphone", "ipad", "android", "covid",
      "web3",      "html",    "css",       "gpt",     "llama",  "iso",    "wpa",  "usb",     "p12",
      "fritz!box", "ssh-ed",  "ecdsa-sha", "rsa-sha", "nistp",  "glibc_"};
  // The short names of licences: "Apache-2.0", "BSD-2-Clause".
  static constexpr std::string_view kLicences[] = {"apache-", "bsd-",   "gpl-", "agpl-", "lgpl-",
                                                   "mpl-",    "cc-by-", "cc0-", "eupl-", "epl-",
                                                   "gfdl-",   "cddl-",  "osl-", "afl-",  "artistic-"};
  char lower[12] = {};
  const std::size_t size = std::min(word.size(), sizeof lower);
  for (std::size_t i = 0; i < size; ++i) lower[i] = is_upper(word[i]) ? static_cast<char>(word[i] + 32) : word[i];
  const std::string_view begins(lower, size);
  if (begins.find('-') != begins.npos &&
      std::any_of(std::begin(kLicences), std::end(kLicences),
                  [&](std::string_view licence) { return begins.starts_with(licence); }))
    return word.size() <= 24;
  for (const std::string_view name : kNames) {
    if (!begins.starts_with(name)) continue;
    const std::size_t digits = run_at(word, name.size(), is_digit);
    return digits > 0 || is_digit(name.back());
  }
  return false;
}

Look password_look(std::string_view word) {
  if (word.size() < 6 || word.size() > 40) return {};
  const Classes c = classes_of(word);
  if (c.upper + c.lower + c.other < 2 || has_other_form(word) || is_placeholder(word)) return {};
  Look look;
  std::size_t inner = 0, tail = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (!is_sign(word[i])) continue;
    const auto plain = [](char x) { return is_letter(x) || is_digit(x); };
    if (i + 1 < word.size() && plain(word[i - 1]) && plain(word[i + 1])) {
      ++inner;
    } else if (i + 2 >= word.size()) {
      ++tail;
    }
  }
  int& points = look.points;
  points += c.digit > 0 ? 1 : -1;
  if (!is_letter(word[0]) && !is_digit(word[0])) points -= 1;
  if (inner > 0) points += inner > 1 && c.digit == 0 ? 1 : 3;
  if (tail > 0 && c.digit > 0) points += word.back() == '?' ? 1 : 2;
  if (tail > 0 && c.digit == 0 && inner == 0) points -= 1;
  if (c.lower + c.other > 0 && c.upper > 0) points += 1;
  if (c.lower + c.other == 0) points -= 2;
  if (has_digit_for_letter(word, c)) {
    points += 2;
  } else if (has_inner_digit(word, c)) {
    points += 1;
  }
  if (is_word_with_digits(word)) points += 1;
  points += points_of_parts(word, c, inner + tail > 0);
  if (word.size() >= 8 && c.digit > 0 && c.lower > 0 && c.upper > 0 && changes_of(word) * 2 >= word.size())
    points += 2;
  look.signs = (inner > 0 || (tail > 0 && c.digit > 0)) && word.find_first_of("*+^~") == word.npos;
  const std::size_t sign = word.find_first_of("!#$%&", 1);
  look.striking = points >= 5 && inner > 0 && look.signs && sign != word.npos && sign + 1 < word.size() &&
                  c.digit > 0 && c.upper > 0 && c.lower + c.other > 0 && longest_letters(word) >= 4 &&
                  word.find('@') == word.npos;
  return look;
}

Drawn drawn_look(std::string_view word) {
  if (word.size() < 16 || word.size() > 256) return Drawn::No;
  std::string_view part;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t size =
        run_at(word, i, [](char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); });
    if (size > part.size()) part = word.substr(i, size);
    i += size + 1;
  }
  if (part.size() < 16 || is_placeholder(part)) return Drawn::No;
  const Classes c = classes_of(part);
  if (all(part, is_hex))
    return part.size() == word.size() && part.size() >= 32 && c.digit > 0 && c.upper + c.lower > 0 &&
                   entropy(part) >= 3.0
               ? Drawn::Hex
               : Drawn::No;
  if (word.starts_with("0x") || bytes_in_words(part) * 10 >= part.size() * 6) return Drawn::No;
  if (entropy(part) < (part.size() >= 24 ? 3.6 : 3.3)) return Drawn::No;
  const std::size_t changes = changes_of(part) * 100;
  // Of drawn letters and digits 62 % of neighbours are of another class, of one case and digits 40 %.
  if (c.upper >= 2 && c.lower >= 2 && c.digit >= 2 && changes >= part.size() * 38) return Drawn::Mixed;
  if (c.digit >= 4 && (c.upper == 0 || c.lower == 0) && part.size() >= 20 && longest_letters(part) <= 7 &&
      changes >= part.size() * 28)
    return Drawn::Mixed;
  return Drawn::No;
}

}  // namespace sluice::sense::detect
