#include "sense/detect/secret/read_value.h"

#include <algorithm>

namespace sluice::sense::detect {

namespace {

// Without what follows in its notation: "x&scope=read" of an address, "x;Encrypt=True" of a connection, "x</td>".
std::size_t cut(std::string_view value) {
  for (std::size_t i = 1; i + 2 < value.size(); ++i) {
    if (value[i] == '<' && value[i + 1] == '/') return i;
    if (value[i] != '&' && value[i] != ';') continue;
    std::size_t name = i + 1;
    while (name < value.size() && is_identifier(value[name])) ++name;
    if (name - i > 2 && name < value.size() && value[name] == '=') return i;
  }
  return value.size();
}

}  // namespace

// Without the sentence's own closing marks.
void read_value(const std::string& t, Value& v) {
  std::size_t i = v.start;
  v.quoted = false;
  v.end = v.start;
  if (i >= t.size()) return;
  const char quote = t[i];
  if (quote == '"' || quote == '\'' || quote == '`') {
    const std::size_t close = t.find_first_of(std::string{quote, '\n'}, i + 1);
    if (close != t.npos && t[close] == quote && close - i <= 400) {
      v.start = i + 1;
      v.end = close;
      v.quoted = true;
      return;
    }
    v.start = ++i;
  }
  while (i < t.size() && i - v.start < 400 && !is_space(t[i]) && t[i] != '\n' && t[i] != '\r' && t[i] != '"' &&
         t[i] != '`' && static_cast<unsigned char>(t[i]) < 0xE3)
    ++i;
  std::size_t end = cut(std::string_view(t).substr(v.start, i - v.start)) + v.start;
  while (end > v.start && std::string_view(".,;:'\")]>}").find(t[end - 1]) != std::string_view::npos) {
    if (t[end - 1] == '>' && t[v.start] == '<') break;  // "<base64>" stands for something else
    --end;
  }
  v.end = end;
}

std::size_t find_near(std::string_view t, char c, std::size_t from, std::size_t most) {
  const std::size_t at = t.substr(std::min(from, t.size()), most + 1).find(c);
  return at == t.npos ? at : from + at;
}

}  // namespace sluice::sense::detect
