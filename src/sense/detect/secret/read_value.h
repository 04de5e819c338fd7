// A value as it stands behind a name or at a place of its own: what is quoted, or all up to the next blank. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::sense::detect {

// Where it stands, and how the words before it lead to it.
struct Value {
  std::size_t start = 0, end = 0;
  bool assigned = false;  // '=' or ':' stands between
  bool quoted = false;
  int words = 0;  // linking words such as "is", "was"
};

inline bool is_space(char c) { return c == ' ' || c == '\t'; }

inline bool is_identifier(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Reads from v.start on; sets the end, and whether it is quoted (then start stands behind the quote).
void read_value(const std::string& t, Value& v);

// Where the character stands, at most `most` bytes after `from`; npos: not there. Looks no further, since a text
// may have as many places to look from as it likes.
std::size_t find_near(std::string_view t, char c, std::size_t from, std::size_t most);

}  // namespace sluice::sense::detect
