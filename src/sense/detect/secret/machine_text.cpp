#include "sense/detect/secret/machine_text.h"

#include <algorithm>
#include <array>

#include "sense/detect/secret/secret_look.h"

namespace sluice::sense::detect {
namespace {

constexpr std::size_t kLongestLine = 160;  // of encoded data, with what quotes it

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

// The line around the place, or an empty one if it is longer than encoded data has them.
std::string_view line_at(std::string_view t, std::size_t at) {
  std::size_t start = at, end = at;
  while (start > 0 && t[start - 1] != '\n') {
    if (at - --start > kLongestLine) return {};
  }
  while (end < t.size() && t[end] != '\n' && t[end] != '\r') {
    if (++end - at > kLongestLine) return {};
  }
  return t.substr(start, end - start);
}

std::string_view line_before(std::string_view t, std::string_view line) {
  const auto start = static_cast<std::size_t>(line.data() - t.data());
  if (start < 2) return {};
  std::size_t end = start - 1;
  if (t[end - 1] == '\r') --end;
  return end == 0 ? std::string_view() : line_at(t, end - (end > 0 && t[end - 1] != '\n'));
}

// Without the marks of a quotation or of a patch before it.
std::string_view unquoted(std::string_view line) {
  const auto trim = [&] {
    while (!line.empty() && (line[0] == ' ' || line[0] == '\t')) line.remove_prefix(1);
  };
  trim();
  while (!line.empty() && (line[0] == '>' || line[0] == '|' || line[0] == '+')) {
    line.remove_prefix(1);
    trim();
  }
  return line;
}

// A line of git's base85: how many bytes it has, 'A' to 'Z' and 'a' to 'z' for 1 to 52, and five characters for
// each four of them.
bool is_base85(std::string_view line) {
  constexpr std::string_view kSigns = "!#$%&()*+-;<=>?@^_`{|}~";
  if (line.size() < 6 || !is_letter(line[0])) return false;
  const auto bytes = static_cast<std::size_t>(is_upper(line[0]) ? line[0] - 'A' + 1 : line[0] - 'a' + 27);
  return line.size() == 1 + (bytes + 3) / 4 * 5 && std::all_of(line.begin(), line.end(), [&](char c) {
           return is_letter(c) || is_digit(c) || kSigns.find(c) != kSigns.npos;
         });
}

// "literal 1832", "delta 60": what follows is base85.
bool heads_base85(std::string_view line) {
  for (const std::string_view kind : {"literal ", "delta "}) {
    if (line.starts_with(kind)) return line.find_first_not_of("0123456789", kind.size()) == line.npos;
  }
  return false;
}

// A line of uuencode: the number of bytes from '!' on, and four characters for each three of them.
bool is_uuencoded(std::string_view line) {
  if (line.size() < 5 || line[0] < '!' || line[0] > 'M') return false;
  const auto bytes = static_cast<std::size_t>(line[0] - ' ');
  return line.size() == 1 + (bytes + 2) / 3 * 4 &&
         std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '`'; });
}

bool in_ascii85(std::string_view t, std::size_t at) {
  constexpr std::size_t kFar = 4096;
  const std::string_view before = t.substr(at - std::min(at, kFar), std::min(at, kFar));
  const std::size_t open = before.rfind("<~");
  if (open == before.npos || before.find_first_of("vwxy{|}", open) != before.npos) return false;
  const std::size_t close = before.find("~>", open + 2);
  return close == before.npos;
}

}  // namespace

bool in_encoded_line(std::string_view text, std::size_t at) {
  const std::string_view whole = line_at(text, at), line = unquoted(whole);
  if (line.size() < 5) return false;
  if (is_base85(line)) {
    const std::string_view before = unquoted(line_before(text, whole));
    if (heads_base85(before) || (before.size() == 66 && is_base85(before))) return true;
  }
  if (is_uuencoded(line)) {
    const std::string_view before = unquoted(line_before(text, whole));
    if (before.starts_with("begin ") || (before.size() == 61 && is_uuencoded(before))) return true;
  }
  return in_ascii85(text, at);
}

bool in_drawn_run(std::string_view t, std::size_t start, std::size_t end) {
  constexpr std::size_t kEachSide = 100;
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/'; };
  std::size_t from = start, to = end;
  while (from > 0 && start - from < kEachSide && is_part(t[from - 1])) --from;
  const bool goes_on = end > 0 && is_part(t[end - 1]);  // not behind the sign of "sig="
  while (goes_on && to < t.size() && to - end < kEachSide && is_part(t[to])) ++to;
  constexpr std::size_t kLeast = 40;
  if (to - from < kLeast || (from == start && to - end < kLeast)) return false;
  return drawn_look(t.substr(from, to - from)) == Drawn::Mixed;
}

bool is_digest(std::string_view lower, std::size_t start) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "sha1",    "sha-1", "sha224", "sha256", "sha-256", "sha384", "sha-384", "sha512",
      "sha-512", "md5",   "h1",     "zh",     "blake2b", "blake3", "xxh64",   "crc32"};
  if (start >= 2 && lower.substr(start - 2, 4) == "c:q1") return true;  // of apk
  while (start > 0 && lower[start - 1] == ' ') --start;                 // a cell behind its column's name
  constexpr std::size_t kLongest = 100;  // part of a digest that was read as words before
  for (std::size_t back = 0; start > 3 && back < kLongest; ++back, --start) {
    const char c = lower[start - 1];
    if (c == '-' || c == ':' || c == '=') break;
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '/') return false;
  }
  if (start < 3 || std::string_view("-:=").find(lower[start - 1]) == std::string_view::npos) return false;
  const std::string_view before = lower.substr(0, start - 1);
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
    return before.ends_with(name) &&
           (before.size() == name.size() || !is_letter(before[before.size() - name.size() - 1]));
  });
}

bool has_byte_escapes(std::string_view value) {
  std::size_t found = 0;
  for (std::size_t i = 0; i + 3 < value.size() && found < 2; ++i) {
    if (value[i] != '\\') continue;
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    found += (value[i + 1] == 'x' && is_hex(value[i + 2]) && is_hex(value[i + 3])) ||
             (is_octal(value[i + 1]) && is_octal(value[i + 2]) && is_octal(value[i + 3]));
  }
  return found >= 2;
}

bool is_noise(std::string_view value) {
  std::size_t signs = 0, others = 0;
  bool syllable = false;  // two small letters of ASCII: words of Western languages have them
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    syllable = syllable || (i > 0 && c >= 'a' && c <= 'z' && value[i - 1] >= 'a' && value[i - 1] <= 'z');
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return true;
    if (c == 0xEF && value.compare(i, 3, "\xEF\xBF\xBD") == 0) return true;
    if (c == 0xC2 && i + 1 < value.size() && static_cast<unsigned char>(value[i + 1]) < 0xA0) return true;
    signs += c == 0xC2;
    others += c == 0xC3;
  }
  return signs >= 2 || (signs >= 1 && others >= 1) || (others >= 3 && !syllable);
}

bool is_code_name(std::string_view value) {
  if (value.size() < 5 || value.size() > 64 || !is_letter(value[0])) return false;
  std::size_t parts = 0;
  for (std::size_t i = 0; i < value.size();) {
    const std::size_t start = i;
    while (i < value.size() && is_upper(value[i])) ++i;
    const std::size_t capitals = i - start;
    while (i < value.size() && is_letter(value[i]) && !is_upper(value[i])) ++i;
    const std::size_t letters = i - start;
    if (letters < 2 || (capitals > 1 && capitals < letters)) return false;
    std::size_t digits = i;
    while (i < value.size() && is_digit(value[i])) ++i;
    digits = i - digits;
    if (digits > 1 && !is_technical_name(value.substr(start, i - start))) return false;
    ++parts;
    const bool joint = i < value.size() && std::string_view("_-.:").find(value[i]) != std::string_view::npos;
    if (joint) ++i;
    if (joint && i + 1 == value.size() && is_digit(value[i])) ++i, ++parts;  // "field_3"
    if (i < value.size() && !is_letter(value[i])) return false;
  }
  return parts >= 2;
}

bool is_listed(std::string_view text, std::size_t start, std::size_t end) {
  const auto among = [](char c, std::string_view these) { return these.find(c) != these.npos; };
  while (start > 0 && among(text[start - 1], " \t\"'`\\:.")) --start;
  while (end < text.size() && among(text[end], " \t\"'`\\\r")) ++end;
  const bool ends = end == text.size() || among(text[end], ",])}|\n;");
  if (!ends || start == 0) return false;
  if (text[start - 1] == ',') {  // "the old one, kettle2Lamp, still works": the item before has blanks
    std::size_t item = start - 1;
    while (item > 0 && start - item < 64 && !among(text[item - 1], ",[({|\n")) --item;
    std::string_view before = text.substr(item, start - 1 - item);
    while (!before.empty() && before[0] == ' ') before.remove_prefix(1);
    return before.find(' ') == before.npos;
  }
  if (text[start - 1] != '\n') return among(text[start - 1], "[({|");
  std::size_t before = start - 1;
  while (before > 0 && among(text[before - 1], " \t\r")) --before;
  std::size_t line = before;
  while (line > 0 && before - line < 64 && text[line - 1] != '\n') --line;
  const std::string_view above = text.substr(line, before - line);
  return above.find_first_of(":= \t") == above.npos || above.ends_with('{') || above.ends_with('(') ||
         above.find_last_not_of(" \t") == above.npos ||
         above.substr(above.find_first_not_of(" \t")).find_first_of(":= \t") == above.npos;
}

bool is_pattern(std::string_view value) {
  if (value.starts_with("^") && value.ends_with("$")) return true;
  static constexpr std::array<std::string_view, 10> kParts = {
      "[a-z", "[A-Z", "[0-9", "(?=", "(?:", "(?i)", "\\d", "\\w", "\\S{", "]{"};
  return std::count_if(kParts.begin(), kParts.end(),
                       [&](std::string_view part) { return value.find(part) != value.npos; }) >= 2;
}

std::string_view field_before(std::string_view lower, std::size_t start) {
  std::size_t i = start;
  const auto skip = [&](std::string_view these) {
    while (i > 0 && these.find(lower[i - 1]) != these.npos) --i;
  };
  skip(" \t\"'`_*");
  if (i == 0 || (lower[i - 1] != ':' && lower[i - 1] != '=')) return {};
  --i;
  skip(" \t\"'`\\]");
  const std::size_t end = i;
  while (i > 0 && end - i < 40 &&
         (is_letter(lower[i - 1]) || is_digit(lower[i - 1]) || lower[i - 1] == '_' || lower[i - 1] == '-' ||
          lower[i - 1] == '#'))
    --i;
  return lower.substr(i, end - i);
}

bool is_public_field(std::string_view field) {
  static constexpr std::array<std::string_view, 38> kFields = {
      "kid",    "n",         "x",          "y",       "e",        "x5t",      "x5t#s256",  "x5c",
      "nonce",  "integrity", "etag",       "class",   "points",   "hash",     "digest",    "checksum",
      "sha",    "sha1",      "sha256",     "sha512",  "md5",      "shasum",   "reference", "rev",
      "commit", "tree",      "parent",     "blob",    "revision", "mappings", "narhash",   "content-hash",
      "image",  "resolved",  "vendorhash", "buildid", "sha384",   "cache-key"};
  if (std::find(kFields.begin(), kFields.end(), field) != kFields.end()) return true;
  if (field.size() < 3 || !field.ends_with("id")) return false;
  for (const std::string_view secret : {"secret", "token", "session", "sid", "cred", "sess", "appid", "auth"}) {
    if (field.find(secret) != field.npos) return false;
  }
  return true;
}

bool in_attribute(std::string_view lower, std::size_t at) {
  constexpr std::size_t kFar = 160;
  const std::size_t from = at - std::min(at, kFar);
  for (std::size_t i = at; i > from + 1; --i) {
    const char c = lower[i - 1];
    if (c == '\n' || c == '<' || c == '>' || c == '{') return false;
    if (c != '"' && c != '\'') continue;
    if (lower[i - 2] != '=') return false;
    const std::string_view name = lower.substr(from, i - 2 - from);
    for (const std::string_view attribute :
         {" class", " classname", " d", " points", " id", " for", " style", " nonce", " integrity", " viewbox"}) {
      if (name.ends_with(attribute)) return true;
    }
    return false;
  }
  return false;
}

bool in_list_of_digests(std::string_view lower, std::size_t start, std::size_t end) {
  constexpr std::size_t kLines = 3, kLine = 240;
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  const auto lists = [&](std::string_view line) {
    for (const std::string_view word : {"token", "secret", "passw", "api_key", "apikey", "key:", "key="}) {
      if (line.find(word) != line.npos) return false;
    }
    for (std::size_t i = 0; i < line.size();) {
      std::size_t run = i;
      while (run < line.size() && is_hex(line[run])) ++run;
      if (run - i == end - start && (i == 0 || !is_letter(line[i - 1]))) return true;
      i = run + 1;
    }
    return false;
  };
  std::size_t at = end;
  for (std::size_t n = 0; n < kLines; ++n) {
    const std::size_t next = lower.substr(at, kLine).find('\n');
    if (next == lower.npos) break;
    at += next + 1;
    const std::string_view rest = lower.substr(at, kLine);
    if (lists(rest.substr(0, rest.find('\n')))) return true;
  }
  at = start;
  for (std::size_t n = 0; n < kLines; ++n) {
    const std::size_t from = at - std::min(at, kLine);
    const std::size_t line = lower.substr(from, at - from).rfind('\n');
    if (line == lower.npos) break;
    at = from + line;  // the line before ends here
    const std::size_t first = at - std::min(at, kLine);
    const std::size_t head = lower.substr(first, at - first).rfind('\n');
    const std::size_t begin = head == lower.npos ? first : first + head + 1;
    if (lists(lower.substr(begin, at - begin))) return true;
  }
  return false;
}

bool in_wrapped_base64(std::string_view text, std::size_t at) {
  constexpr std::size_t kLeast = 60;
  const auto is_base64 = [](std::string_view line) {
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; });
  };
  const std::string_view whole = line_at(text, at), line = unquoted(whole);
  if (line.size() < 16 || !is_base64(line)) return false;
  const std::string_view before = unquoted(line_before(text, whole));
  if (before.size() >= kLeast && before.size() >= line.size() && is_base64(before)) return line.size() >= kLeast;
  if (before.starts_with("-----BEGIN ") && before.find("PRIVATE") == before.npos) return true;
  if (line.size() < kLeast) return false;
  const auto end = static_cast<std::size_t>(whole.data() - text.data()) + whole.size();
  const std::size_t next = text.find_first_not_of("\r\n", std::min(end, text.size()));
  return next != text.npos && next - end <= 2 && unquoted(line_at(text, next)).size() == line.size() &&
         is_base64(unquoted(line_at(text, next)));
}

}  // namespace sluice::sense::detect
