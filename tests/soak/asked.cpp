#include "asked.h"

namespace soak {
namespace {

constexpr std::array<const char*, std::size_t(Front::kCount)> kFronts{"chat", "messages", "responses"};
constexpr std::array<const char*, std::size_t(Route::kCount)> kRoutes{"hosted", "pair", "mixed"};
constexpr std::array<const char*, std::size_t(Manner::kCount)> kManners{
    "kept connection",      "fresh connection", "pipelined",   "leaves mid-answer",
    "leaves before answer", "reads slowly",     "broken JSON", "broken HTTP",
    "half a body",          "wrong key",        "models page"};
constexpr std::array<const char*, std::size_t(Fault::kCount)> kFaults{
    "none",         "keep-alive lines", "one byte a write", "slow drip",  "huge piece", "cut",
    "stall",        "status 500",       "status 429",       "status 402", "status 400", "HTML with 502",
    "error in 200", "error event",      "no finish",        "no [DONE]",  "garbage",    "reset"};

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::size_t Random::pick(const double* weights, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += weights[i];
  double at = unit() * sum;
  for (std::size_t i = 0; i + 1 < count; ++i)
    if ((at -= weights[i]) < 0) return i;
  return count - 1;
}

bool proper(Fault fault) { return fault <= Fault::Huge; }

const char* name(Front front) { return kFronts[std::size_t(front)]; }
const char* name(Route route) { return kRoutes[std::size_t(route)]; }
const char* name(Manner manner) { return kManners[std::size_t(manner)]; }
const char* name(Fault fault) { return kFaults[std::size_t(fault)]; }

constexpr std::string_view kMarkLetters = "bcdfghjklmnpqrst";

std::string mark_of(std::uint64_t seed, std::uint32_t number) {
  Random random(seed ^ (std::uint64_t(number) << 20));
  std::uint64_t bits = (random.next() << 32) | number;
  std::string mark = "qz";
  for (int shift = 60; shift >= 0; shift -= 4) mark += kMarkLetters[(bits >> shift) & 15];
  return mark;
}

bool is_mark(std::uint64_t seed, std::string_view mark) {
  std::uint32_t number = 0;
  for (char c : mark.substr(mark.size() - 8)) number = number << 4 | std::uint32_t(kMarkLetters.find(c));
  return mark_of(seed, number) == mark;
}

std::string_view find_mark(std::string_view text, std::size_t& from) {
  while ((from = text.find("qz", from)) != std::string_view::npos) {
    std::string_view mark = text.substr(from, kMarkBytes);
    from += 2;
    bool good = mark.size() == kMarkBytes;
    for (char c : mark.substr(2)) good = good && kMarkLetters.find(c) != kMarkLetters.npos;
    if (good) return mark;
  }
  return {};
}

std::string piece_text(const Asked& asked, const Attempt& attempt, int piece) {
  std::string text = asked.mark + " " + std::to_string(piece) + ", ";
  if (piece == 0) text.append(attempt.padding, 'x');
  return text;
}

std::string expected_text(const Asked& asked, const Attempt& attempt) {
  std::string text;
  for (int i = 0; i < attempt.pieces; ++i) text += piece_text(asked, attempt, i);
  return text;
}

}  // namespace soak
