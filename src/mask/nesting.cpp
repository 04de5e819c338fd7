#include "mask/nesting.h"

#include <algorithm>

namespace sluice::mask {
namespace {

constexpr std::size_t kDeepest = 4;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

unsigned hex_value(char c) {
  if (c >= '0' && c <= '9') return unsigned(c - '0');
  return unsigned((c | 0x20) - 'a' + 10) & 15;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

}  // namespace

std::size_t Nesting::strings() const {
  std::size_t n = 0;
  while (n < levels_.size() && levels_[n].in_string) ++n;
  return n;
}

bool Nesting::between_values() const { return strings() < levels_.size(); }

bool Nesting::in_escape() const {
  return std::any_of(levels_.begin(), levels_.end(), [](const Level& l) { return l.escape || l.hex > 0; });
}

bool Nesting::in_key() const {
  return std::any_of(levels_.begin(), levels_.end(), [](const Level& l) { return l.in_string && l.key; });
}

void Nesting::begin_string(Level& level) {
  level.in_string = true;
  level.open = 0;
}

void Nesting::end_string(Level& level) { level.in_string = level.began = level.json = level.key = false; }

void Nesting::structure(Level& level, char c) {
  if (c == '{' || c == '[') level.objects.push_back(c == '{');
  if ((c == '}' || c == ']') && !level.objects.empty()) level.objects.pop_back();
  if (c == '{' || c == '[' || c == ',') level.key = !level.objects.empty() && level.objects.back();
}

void Nesting::feed(std::size_t at, char c) {
  Level& level = levels_[at];
  if (!level.in_string) {
    c == '"' ? begin_string(level) : structure(level, c);
    return;
  }
  if (level.hex > 0) {
    level.code = level.code * 16 + hex_value(c);
    if (--level.hex == 0) feed_content(at, level.code < 0x80 ? char(level.code) : char(0x80));
  } else if (level.escape) {
    level.escape = false;
    if (c == 'u')
      level.hex = 4, level.code = 0;
    else
      feed_content(at, unescaped(c));
  } else if (c == '\\') {
    level.escape = true;
  } else if (c == '"') {
    end_string(level);
    levels_.resize(at + 1);
  } else {
    feed_content(at, c);
  }
}

void Nesting::feed_content(std::size_t at, char c) {
  if (!levels_[at].began) {
    if (is_space(c)) return;
    levels_[at].began = true;
    levels_[at].json = (c == '{' || c == '[') && at + 1 < kDeepest;
    if (levels_[at].json) levels_.emplace_back();
  }
  if (!levels_[at].json) return;
  Level& inner = levels_[at + 1];
  if (!inner.in_string && !plausible(inner, c)) {
    levels_[at].json = false;
    levels_.resize(at + 1);
    return;
  }
  feed(at + 1, c);
}

// Whether this may stand between the strings of a JSON text. Prose in brackets ("[see below] ...") fails soon.
bool Nesting::plausible(Level& level, char c) const {
  if (is_space(c)) return true;
  constexpr std::string_view kAnywhere = "{}[]:,\"-+.0123456789truefalsn";
  bool fits = kAnywhere.find(c) != std::string_view::npos || c == 'E';
  if (level.open == '{') fits = c == '"' || c == '}';
  if (level.open == '[') fits = std::string_view("\"{[]-0123456789tfn").find(c) != std::string_view::npos;
  level.open = c == '{' || c == '[' ? c : 0;
  return fits;
}

}  // namespace sluice::mask
