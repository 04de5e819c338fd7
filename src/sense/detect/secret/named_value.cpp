#include "sense/detect/secret/named_value.h"

#include <algorithm>
#include <string>

#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/machine_text.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

bool is_letter(char c) { return is_identifier(c) && c != '_' && !(c >= '0' && c <= '9'); }

// "password": "Mot de passe": what it is called in another language.
bool names_password(std::string_view text) {
  while (!text.empty() && std::string_view(":?!.*").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  const std::string lower = scan::lower_case(text);
  bool found = false;
  scan::for_each_phrase(kPasswordNames, [&](std::string_view word) { found = found || word == lower; });
  return found;
}

// A key of Django, a salt of WordPress: drawn from all that a keyboard has.
bool is_drawn_with_signs(std::string_view text) {
  if (text.size() < 32 || text.size() > 128 || is_pattern(text) || is_noise(text)) return false;
  const Classes c = classes_of(text);
  if (c.digit < 3 || c.symbol < 4 || c.upper + c.lower < 8 || c.other > 0 || entropy(text) < 4.2) return false;
  if (text.starts_with('/') || text.find("//") != text.npos || text.find("${") != text.npos ||
      text.find("{{") != text.npos)
    return false;
  if (std::count(text.begin(), text.end(), ' ') > 3 || has_byte_escapes(text)) return false;
  std::size_t words = 0, run = 0;  // three letters of one case are rare among drawn ones
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool letter =
        i < text.size() && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z'));
    if (letter) {
      ++run;
    } else {
      words += run >= 5;
      run = 0;
    }
  }
  return words <= 1;
}

// What crypt(3) makes of a password: "$6$salt$...".
bool is_crypt(std::string_view text) {
  if (text.size() < 26 || text[0] != '$') return false;
  const std::size_t second = text.find('$', 1);
  if (second == text.npos || second > 9 || text.find("...") != text.npos) return false;
  const std::string_view body = text.substr(text.rfind('$') + 1);
  return body.size() >= 22 && classes_of(body).kinds() >= 3 && body.find_first_of(" {}()") == body.npos;
}

// A call, a member, another assignment, what closes a bracket: code between a name and what it holds.
bool is_code(std::string_view text) {
  if (std::string_view(")]};|&").find(text[0]) != std::string_view::npos) return true;
  if (text[0] == '?' && classes_of(text).digit == 0) return true;
  std::size_t i = 0, dots = 0;
  while (i < text.size() && (is_identifier(text[i]) || text[i] == '$' || text[i] == '.')) dots += text[i++] == '.';
  if (i > 0 && i < text.size() && text[i] == '(') return true;
  if (i == text.size() && dots >= 2 && is_letter(text[0]) && is_letter(text.back())) return true;
  if (i == text.size() && dots == 1) {
    const std::string_view member = text.substr(text.find('.') + 1);
    for (const char* name : {"password", "passwd", "secret", "token", "key", "result", "value", "private_key",
                             "pass", "Password", "Secret", "Token", "Key"}) {
      if (member.ends_with(name)) return true;
    }
  }
  return false;
}

// A shell's or a script's variable, in quotes and behind a backslash or not; the path of a page.
bool is_name_of_other(std::string_view text) {
  const std::size_t at = text.find_first_not_of("'\"\\");
  if (at == text.npos) return true;
  if (at > 0 && text[at] == '$') return true;
  if (text.find("$(") != text.npos || text.find("${") != text.npos) return true;
  return text[0] == '/' && std::count(text.begin(), text.end(), '/') >= 2 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_identifier(c) || c == '/' || c == '-' || c == '.' || c == '@'; });
}

// "order2.value.key", "AWS_S3_KEY": another name, whose value is elsewhere.
bool is_name_in_code(std::string_view text, const Classes& c) {
  if (c.digit > 4) return false;
  const auto upper = [](char x) { return x >= 'A' && x <= 'Z'; };
  const auto lower = [](char x) { return x >= 'a' && x <= 'z'; };
  const std::size_t dot = text.rfind('.');
  if (dot != text.npos && dot > 0 && dot + 4 <= text.size()) {
    return !(text[0] >= '0' && text[0] <= '9') && lower(text[dot + 1]) && text.size() <= 40 &&
           std::all_of(text.begin(), text.end(), [](char x) { return is_identifier(x) || x == '.'; }) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1, text.end(),
                       [&](char x) { return upper(x) || lower(x); });
  }
  return c.lower == 0 && c.digit <= 2 && upper(text[0]) && std::count(text.begin(), text.end(), '_') == c.symbol &&
         c.symbol > 0 && c.upper <= 12 * (c.symbol + 1) && text.size() <= 40;
}

// As manifests of Kubernetes keep it: "admin-password: UGVyaXdpbmtsZQ==".
bool is_base64(std::string_view text, const Classes& c) {
  const std::size_t end = text.find('=');
  return text.size() >= 8 && text.size() % 4 == 0 && end != text.npos && end + 2 >= text.size() && c.upper > 0 &&
         c.lower > 0 && text.find_first_not_of("=", end) == text.npos &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char x) { return is_identifier(x) || x == '+' || x == '/'; });
}

// In running text: not "2024", "v2", "2FA", "12-character", "8+", "SHA-256".
bool has_secret_look(std::string_view text) {
  if (is_technical_name(text)) return false;
  const Classes c = classes_of(text);
  const bool marked = text.find_first_of("!@$%^&*?~") != text.npos;
  const bool joined = text.size() >= 8 && text.find_first_of("#_+") != text.npos && c.digit > 0;
  if (marked || joined) return c.upper + c.lower + c.other > 0;
  if (is_word_pair(text, c)) return true;
  // "correct-horse-42-battery"
  const auto hyphens = std::count(text.begin(), text.end(), '-');
  if (hyphens >= 2 && text.size() >= 12 && c.digit > 0 && c.lower > 6 && (text[0] < '0' || text[0] > '9'))
    return true;
  if (text.find_first_of("-/.:") != text.npos) return c.digit >= 3 && c.upper > 0 && c.lower > 0;
  return c.digit >= 1 && c.upper + c.lower >= 3 && text.size() >= 7;
}

// "refs/heads/rotate-token"
bool is_path(std::string_view text) {
  std::size_t i = 0, parts = 0;
  while (parts < 2) {
    const std::size_t start = i;
    while (i < text.size() && text[i] >= 'a' && text[i] <= 'z') ++i;
    if (i - start < 3 || i >= text.size() || text[i] != '/') return false;
    ++i, ++parts;
  }
  return true;
}

// "9.25.9@sha256:...", "-10.2.0.tgz"
bool is_version(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
  return i > 0 && i <= 3 && i + 1 < text.size() && text[i] == '.' && text[i + 1] >= '0' && text[i + 1] <= '9';
}

bool is_dated(std::string_view text) {
  return text.size() >= 8 && text[4] == '-' && text.find_first_not_of("0123456789-:TZ.+ ") == text.npos;
}

bool is_harmless(std::string_view text) {
  if (is_name_of_other(text) || has_byte_escapes(text) || is_noise(text) || is_pattern(text)) return true;
  const std::size_t sign = text.find('=');  // "token trace_id=..."
  if (sign != text.npos && sign >= 2 && sign + 1 < text.size() && text[sign + 1] != '=' &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(sign),
                  [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
    return true;
  return text.starts_with("--") || text.starts_with(',') || text.starts_with('*') || text.ends_with("\\&") ||
         text.starts_with("arn:") || text.find(":secret:") != text.npos || is_placeholder(text) ||
         is_reference(text);
}

bool is_likely(std::string_view text, const Value& v, SecretName name) {
  const Classes c = classes_of(text);
  if (!v.assigned && text.find("://") != text.npos) return false;
  if (c.digit == 0 && (text.find("passw") != text.npos || text.find("Passw") != text.npos))
    return false;  // "login.password.hint", passwordLabel: "Password:"
  if (name == SecretName::Password && v.assigned) {
    if (is_base64(text, c)) return true;
    if (c.upper + c.lower + c.other == 0) return c.digit >= 6;
    if (v.quoted) return text.size() >= 6 && text.find(' ') == text.npos;
    return text.size() >= 6 && (c.digit > 0 || text.find_first_of("!@#$%^&*?~") != text.npos);
  }
  if (name == SecretName::Password) {
    if (c.kinds() < 2) return false;
    if (v.quoted && text.size() >= 6 && text.find(' ') == text.npos)
      return looks_like_password(text) || c.upper > 1;
    return looks_like_password(text) && has_secret_look(text);
  }
  // Keys: "token: 3" and "secret garden" are none, nor is code: "KEY *d2i_key_fp(FILE".
  if (text.size() < 10 || text[0] == '*' || text.find_first_of("([|") != text.npos) return false;
  if (!v.quoted && is_name_in_code(text, c)) return false;
  if (text.find("...") != text.npos || is_version(text) || is_path(text)) return false;
  if (text.find("://") != text.npos && text.find('{') != text.npos) return false;
  if (std::count(text.begin(), text.end(), ' ') >= 3) return false;  // a command in quotes
  if (looks_random(text)) return true;
  if (v.assigned && name != SecretName::WeakKey && password_look(text).points >= 4)
    return true;  // "JWT_SECRET=Kestrel#88x"
  return name != SecretName::WeakKey && v.assigned && c.digit > 0 && c.upper + c.lower > 0 &&
         entropy(text) >= 2.8 && text.find_first_of(" /,") == text.npos && !is_dated(text);
}

}  // namespace

bool accepts(std::string_view text, const Value& v, SecretName name) {
  if (v.assigned && ((is_drawn_with_signs(text) && (v.quoted || !is_code(text))) ||
                     (name == SecretName::Password && is_crypt(text))))
    return true;
  return text.size() >= 4 && is_likely(text, v, name) && !is_harmless(text) && (v.quoted || !is_code(text)) &&
         !(name == SecretName::Password && names_password(text));
}

bool is_word_pair(std::string_view text, const Classes& c) {
  const std::size_t at = text.find_first_of(".-");
  if (at == text.npos || at < 3 || text.size() < at + 6 || c.digit < 2 || c.upper < 2 || c.lower < 5) return false;
  const auto upper = [](char x) { return x >= 'A' && x <= 'Z'; };
  const auto digit = [](char x) { return x >= '0' && x <= '9'; };
  return upper(text[0]) && upper(text[at + 1]) && digit(text.back()) &&
         text.find_first_of(".-", at + 1) == text.npos;
}

}  // namespace sluice::sense::detect
