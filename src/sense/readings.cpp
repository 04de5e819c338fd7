#include "sense/readings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense {
namespace {

constexpr std::size_t kLongest =
    4096;  // of what is compared: longer ones are known by their words, not their edges

bool is_break(char c) { return c == 'n' || c == 'r' || c == 't'; }

}  // namespace

// Whether what stands here became one character.
bool Readings::is_mark(std::size_t from, std::size_t to) const {
  const char c = window_.text[from];
  return to > from + 1 && (c == '\\' || c == '%' || c == '&' || c == '=');
}

void Readings::add(const scan::Document& reading, const scan::Hit& hit, int escapes) {
  const std::size_t from = reading.origin(hit.start), size = reading.text.size();
  std::size_t to = reading.origin(hit.end);
  if (to <= from) to = std::max(reading.origin(size), from + 1);
  Shown shown{hit, escapes};
  shown.hit.start = static_cast<std::uint32_t>(from);
  shown.hit.end = static_cast<std::uint32_t>(to);
  if (escapes > 0) {
    if (hit.start > 0 && is_mark(reading.origin(hit.start - 1), from))
      shown.escape = reading.origin(hit.start - 1);
    shown.breaks = hit.end < size && is_mark(to, reading.origin(hit.end + 1));
    escaped_.push_back(shown);
  }
  shown_.push_back(shown);
}

void Readings::end(scan::Document&& reading, int escapes) {
  if (escapes > 0) places_.push_back({std::move(reading.origins), escapes});
}

void Readings::edges() {
  constexpr int kLevels = 3;
  std::optional<scan::Piece> outer;
  for (int level = 1; level <= kLevels; ++level) {
    std::optional<scan::Piece> inner = scan::unescaped(outer ? outer->text : window_.text);
    if (!inner) return;
    if (outer)
      for (std::uint32_t& at : inner->origin) at = outer->origin[at];
    places_.push_back({inner->origin, level});
    outer = std::move(inner);
  }
}

void Readings::settle() {
  std::sort(escaped_.begin(), escaped_.end(),
            [](const Shown& a, const Shown& b) { return a.hit.start < b.hit.start; });
}

bool Readings::correct(scan::Hit& hit, int escapes) const {
  auto known = std::lower_bound(escaped_.begin(), escaped_.end(), hit.start,
                                [](const Shown& a, std::size_t start) { return a.hit.start + kLongest < start; });
  for (; known != escaped_.end() && known->hit.start < hit.end; ++known) {
    const scan::Hit& other = known->hit;
    if (known->escapes <= escapes || other.kind != hit.kind || other.own != hit.own || other.end <= hit.start ||
        (hit.raises && !other.raises))
      continue;
    const bool same = other.start == hit.start && other.end == hit.end;
    // Only an address is known to have begun too early where more than the escape stands before the value
    // ("hi%20bob@corp.de"): a password may be taken apart by what only looks like one.
    const bool begins =
        known->escape <= hit.start || (known->escape < other.start && hit.kind == scan::Kind::Email);
    if (!same && (other.start <= hit.start || begins) && (other.end >= hit.end || known->breaks)) return false;
  }
  for (const Places& places : places_) {
    if (places.escapes <= escapes) continue;
    const auto first = std::lower_bound(places.of.begin(), places.of.end(), hit.start);
    auto last = std::lower_bound(places.of.begin(), places.of.end(), hit.end);
    if (first == places.of.end() || last == places.of.end()) continue;
    if (*last != hit.end) {
      if (last == first) continue;  // nothing but a part of an escape
      --last;
    }
    if (*first >= *last) continue;
    hit.start = *first;
    hit.end = *last;
    // Line breaks around a value that its reading does not show.
    const std::string& t = window_.text;
    for (auto at = first; at + 1 < last && *(at + 1) - *at == 2 && t[*at] == '\\' && is_break(t[*at + 1]); ++at)
      hit.start = *(at + 1);
    for (auto at = last; at - 1 > first && *at - *(at - 1) == 2 && t[*(at - 1)] == '\\' && is_break(t[*at - 1]);
         --at)
      hit.end = *(at - 1);
  }
  return true;
}

}  // namespace sluice::sense
