#include "mask/cuts.h"

#include <algorithm>

#include "json/writer.h"

namespace sluice::mask {
namespace {

bool in_number(char c) {
  return (c >= '0' && c <= '9') || std::string_view("+-.eE").find(c) != std::string_view::npos;
}
bool in_list(char c) { return in_number(c) || std::string_view(", \t\r\n").find(c) != std::string_view::npos; }

// A quote of JSON in so many strings.
std::string quote_in(std::size_t strings) {
  std::string out = "\"";
  for (; strings > 0; --strings) {
    const std::string quoted = json::quote(out);
    out = quoted.substr(1, quoted.size() - 2);
  }
  return out;
}

}  // namespace

void JsonCuts::take(std::string_view piece) {
  for (const char c : piece) {
    nesting_.feed(c);
    Place place = places_.back();
    const std::size_t strings = nesting_.strings();
    const bool between = nesting_.between_values();
    place.stretch += strings != place.strings || between != place.between;
    place.strings = static_cast<std::uint8_t>(strings);
    place.between = between;
    place.whole = !nesting_.in_escape();
    place.key = nesting_.in_key();
    places_.push_back(place);
  }
}

void JsonCuts::forget(std::size_t bytes) {
  places_.erase(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

std::optional<Cut> JsonCuts::cut(std::string_view text, std::size_t start, std::size_t end,
                                 std::size_t passed) const {
  while (start > passed && !places_[start].whole) --start;
  while (end < text.size() && !places_[end].whole) ++end;
  // The quotes of the string it is are no part of it.
  if (start < end && places_[start].stretch != places_[start + 1].stretch) ++start;
  if (start < end && places_[end].stretch != places_[end - 1].stretch) --end;
  const Place& place = places_[start];
  if (start >= end || !place.whole || !places_[end].whole || place.stretch != places_[end].stretch)
    return std::nullopt;
  if (!place.between) return Cut{start, end, "", place.key};
  // What keeps values apart is no part of one.
  const auto apart = [&](std::size_t at) { return in_list(text[at]) ? !in_number(text[at]) : text[at] == ':'; };
  while (start + 1 < end && apart(start)) ++start;
  while (end - 1 > start && apart(end - 1)) --end;
  const std::string_view found = text.substr(start, end - start);
  if (!std::all_of(found.begin(), found.end(), in_list)) {
    // No JSON at all, as the text of a model that was asked for some may be.
    if (found.find_first_of("\"\\{}[]") != found.npos) return std::nullopt;
    return Cut{start, end, "", false};
  }
  const auto goes_on = [&](std::size_t at) { return places_[at].stretch == place.stretch && in_number(text[at]); };
  while (start > passed && goes_on(start - 1)) --start;
  while (end < text.size() && goes_on(end)) ++end;
  if (start > 0 && start == passed && goes_on(start - 1)) return std::nullopt;  // its beginning has passed
  return Cut{start, end, quote_in(place.strings), false};
}

std::size_t JsonCuts::before_number(std::string_view text, std::size_t at) const {
  while (at > 0 && places_[at].between && in_number(text[at - 1])) --at;
  return at;
}

}  // namespace sluice::mask
