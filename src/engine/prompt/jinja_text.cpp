#include "engine/prompt/jinja_text.h"

#include <algorithm>
#include <cstring>

#include "engine/prompt/formats.h"

namespace sluice::engine::jinja {

namespace {

std::size_t first_of(std::string_view bytes, std::string_view set) {
  const std::size_t at = bytes.find_first_not_of(set);
  return at == std::string_view::npos ? bytes.size() : at;
}

}  // namespace

std::size_t find_in(std::string_view text, std::string_view part, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (part.empty()) return from;
  const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

Text stripped(const Text& text, std::string_view set, bool left, bool right) {
  std::size_t from = 0, to = text.bytes.size();
  if (set.empty()) {
    const std::string_view middle = trimmed(text.bytes);
    const auto begin = static_cast<std::size_t>(
        middle.empty() ? text.bytes.size() : static_cast<std::size_t>(middle.data() - text.bytes.data()));
    if (left) from = begin;
    if (right) to = begin + middle.size();
    if (right && !left && middle.empty()) to = 0;
  } else {
    if (left) from = first_of(text.bytes, set);
    while (right && to > from && set.find(text.bytes[to - 1]) != std::string_view::npos) --to;
  }
  return text.part(from, to - std::min(from, to));
}

List split(const Text& text, std::string_view separator, std::int64_t most) {
  List out;
  std::size_t at = 0;
  while (most < 0 || static_cast<std::int64_t>(out.size()) < most) {
    const std::size_t found = find_in(text.bytes, separator, at);
    if (found == std::string::npos) break;
    out.push_back(Value::of(text.part(at, found - at)));
    at = found + separator.size();
  }
  out.push_back(Value::of(text.part(at, text.bytes.size())));
  return out;
}

List split_words(const Text& text) {
  List out;
  std::size_t at = 0;
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  while ((at = text.bytes.find_first_not_of(kBlank, at)) != std::string::npos) {
    const std::size_t end = std::min(text.bytes.find_first_of(kBlank, at), text.bytes.size());
    out.push_back(Value::of(text.part(at, end - at)));
    at = end;
  }
  return out;
}

Result<Text> replaced(const Text& text, const Text& from, const Text& to, Budget& budget, int line) {
  Text out;
  std::size_t at = 0;
  if (from.bytes.empty()) return text;
  for (std::size_t found; (found = find_in(text.bytes, from.bytes, at)) != std::string::npos;
       at = found + from.bytes.size()) {
    SLUICE_TRY_VOID(budget.append(out, text.part(at, found - at), line));
    SLUICE_TRY_VOID(budget.append(out, to, line));
  }
  SLUICE_TRY_VOID(budget.append(out, text.part(at, text.bytes.size()), line));
  return out;
}

Text cased(Text text, bool upper) {
  for (char& c : text.bytes)
    if (upper ? (c >= 'a' && c <= 'z') : (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
  return text;
}

}  // namespace sluice::engine::jinja
