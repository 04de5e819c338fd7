#include "engine/constraint/parts.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "engine/constraint/constraint.h"

namespace sluice::engine::constraint {
namespace {

Id digits(GrammarBuilder& b, int least, int most) {
  return b.repeat(b.chars(CodeSet::range('0', '9')), least, most);
}

}  // namespace

Id JsonParts::space() {
  if (!space_) {
    const Id indent = b_.repeat(b_.chars(CodeSet::of(" \t")), 0, 20);
    space_ = b_.choice({b_.literal(""), b_.literal(" "), b_.sequence({b_.literal("\n"), indent})});
  }
  return *space_;
}

Id JsonParts::character() {
  if (character_) return *character_;
  const CodeSet plain =
      CodeSet::range(0x20, CodeSet::kLast).without(CodeSet::of("\"\\")).without(writing_.forbidden);
  const CodeSet hex = CodeSet::range('0', '9').add('a', 'f').add('A', 'F');
  const CodeSet no_surrogate = hex.without(CodeSet::of("dD"));
  const Id escape = b_.chars(CodeSet::of("\"\\/bfnrt")), hex_digit = b_.chars(hex);
  const Id code = b_.choice({b_.sequence({b_.chars(no_surrogate), b_.repeat(hex_digit, 3, 3)}),
                             b_.sequence({b_.chars(CodeSet::of("dD")), b_.chars(CodeSet::range('0', '7')),
                                          b_.repeat(hex_digit, 2, 2)})});
  character_ = b_.choice(
      {b_.chars(plain), b_.sequence({b_.literal("\\"), escape}), b_.sequence({b_.literal("\\u"), code})});
  return *character_;
}

Id JsonParts::string() {
  if (!string_) string_ = quoted(b_.repeat(character(), 0));
  return *string_;
}

Id JsonParts::integer() {
  if (integer_) return *integer_;
  const Id whole = b_.sequence({b_.chars(CodeSet::range('1', '9')), digits(b_, 0, 15)});
  integer_ = b_.choice({b_.literal("0"), b_.sequence({b_.optional(b_.literal("-")), whole})});
  return *integer_;
}

Id JsonParts::number() {
  if (number_) return *number_;
  const Id fraction = b_.sequence({b_.literal("."), digits(b_, 1, 16)});
  const Id exponent =
      b_.sequence({b_.chars(CodeSet::of("eE")), b_.optional(b_.chars(CodeSet::of("+-"))), digits(b_, 1, 2)});
  const Id whole = b_.sequence({b_.chars(CodeSet::range('1', '9')), digits(b_, 0, 15)});
  number_ = b_.sequence({b_.optional(b_.literal("-")), b_.choice({b_.literal("0"), whole}), b_.optional(fraction),
                         b_.optional(exponent)});
  return *number_;
}

Id JsonParts::list(std::string_view open, Id element, std::string_view close, int least, int most) {
  const Id comma = b_.sequence({b_.literal(","), space()});
  const Id next = b_.sequence({comma, element, space()});
  const Id rest = b_.repeat(next, least > 0 ? least - 1 : 0, most > 0 ? most - 1 : most);
  const Id some = b_.sequence({element, space(), rest});
  const Id body = most == 0 ? b_.literal("") : least > 0 ? some : b_.optional(some);
  return b_.sequence({b_.literal(open), space(), body, b_.literal(close)});
}

Id JsonParts::value() {
  if (value_) return *value_;
  value_ = b_.declare();
  b_.define(*value_, b_.choice({b_.literal("null"), b_.literal("true"), b_.literal("false"), string(), number(),
                                object(), array()}));
  return *value_;
}

Id JsonParts::object() {
  if (object_) return *object_;
  object_ = b_.declare();
  const Id member = b_.sequence({string(), space(), b_.literal(":"), space(), value()});
  b_.define(*object_, list("{", member, "}", 0, GrammarBuilder::kNoLimit));
  return *object_;
}

Id JsonParts::array() {
  if (array_) return *array_;
  array_ = b_.declare();
  b_.define(*array_, list("[", value(), "]", 0, GrammarBuilder::kNoLimit));
  return *array_;
}

Id written(GrammarBuilder& b, const CodeSet& wanted, const Writing& writing) {
  const CodeSet set = wanted.without(writing.forbidden);
  if (!writing.json) return b.chars(set);
  const CodeSet escaped = CodeSet::range(0, 0x1F).add('"', '"').add('\\', '\\');
  std::vector<Id> all{b.chars(set.without(escaped))};
  for (const auto& [first, last] : set.shared_with(escaped).ranges()) {
    for (std::uint32_t c = first; c <= last; ++c) {
      const std::size_t named = std::string_view("\b\t\n\f\r\"\\").find(static_cast<char>(c));
      char spelled[8];
      if (named != std::string_view::npos && c != 0) {
        std::snprintf(spelled, sizeof(spelled), "\\%c", "btnfr\"\\"[named]);
      } else {
        std::snprintf(spelled, sizeof(spelled), "\\u%04x", c);
      }
      all.push_back(b.literal(spelled));
    }
  }
  return all.size() == 1 ? all[0] : b.choice(all);
}

namespace {

constexpr std::int64_t kMostInteger = 999'999'999'999'999;

// Numbers of as many digits as both limits have, leading zeros included.
Id same_length(GrammarBuilder& b, std::string_view least, std::string_view most) {
  const auto rest = static_cast<int>(least.size()) - 1;
  if (least.empty()) return b.literal("");
  if (least.find_first_not_of('0') == std::string_view::npos &&
      most.find_first_not_of('9') == std::string_view::npos)
    return digits(b, rest + 1, rest + 1);
  const auto digit = [](char c) { return std::string(1, c); };
  if (least[0] == most[0])
    return b.sequence({b.literal(digit(least[0])), same_length(b, least.substr(1), most.substr(1))});
  const std::string nines(least.size() - 1, '9'), zeros(least.size() - 1, '0');
  std::vector<Id> all{b.sequence({b.literal(digit(least[0])), same_length(b, least.substr(1), nines)}),
                      b.sequence({b.literal(digit(most[0])), same_length(b, zeros, most.substr(1))})};
  if (most[0] - least[0] > 1)
    all.push_back(b.sequence({b.chars(CodeSet::range(static_cast<std::uint32_t>(least[0] + 1),
                                                     static_cast<std::uint32_t>(most[0] - 1))),
                              digits(b, rest, rest)}));
  return b.choice(all);
}

// 0 <= least <= most
Id natural(GrammarBuilder& b, std::int64_t least, std::int64_t most) {
  std::vector<Id> all;
  std::string from = std::to_string(least);
  const std::string to = std::to_string(most);
  for (; from.size() < to.size(); from = "1" + std::string(from.size(), '0'))
    all.push_back(same_length(b, from, std::string(from.size(), '9')));
  all.push_back(same_length(b, from, to));
  return b.choice(all);
}

Id whole(GrammarBuilder& b, std::int64_t least, std::int64_t most) {
  std::vector<Id> all;
  if (most >= 0) all.push_back(natural(b, std::max<std::int64_t>(least, 0), most));
  if (least < 0) all.push_back(b.sequence({b.literal("-"), natural(b, std::max<std::int64_t>(1, -most), -least)}));
  return b.choice(all);
}

Failure nothing_between() {
  return fail("engine.constraint", "no number of at most 15 digits lies between minimum and maximum");
}

// Where no whole number lies between the limits: up to a thousand decimal ones.
Result<Id> decimals(GrammarBuilder& b, const Bounds& bounds) {
  std::vector<Id> all;
  for (int places = 1; places <= 12 && all.empty(); ++places) {
    const double scale = std::pow(10.0, places);
    for (double n = std::ceil(*bounds.least * scale); n <= *bounds.most * scale && all.size() < 1000; ++n) {
      char spelled[64];
      std::snprintf(spelled, sizeof(spelled), "%.*f", places, n / scale);
      const double back = std::strtod(spelled, nullptr);
      const bool fits = (bounds.above ? back > *bounds.least : back >= *bounds.least) &&
                        (bounds.below ? back < *bounds.most : back <= *bounds.most);
      if (fits) all.push_back(b.literal(spelled));
    }
  }
  if (all.empty()) return nothing_between();
  return b.choice(all);
}

}  // namespace

Result<Id> number_between(GrammarBuilder& b, const Bounds& bounds, bool integer) {
  constexpr auto kMost = static_cast<double>(kMostInteger);
  const double from = bounds.least.value_or(-kMost), to = bounds.most.value_or(kMost);
  if (!(from >= -kMost) || !(to <= kMost) || from > to) return nothing_between();
  const double first = std::ceil(from), last = std::floor(to);
  const auto least = static_cast<std::int64_t>(first) + (bounds.above && first == from ? 1 : 0);
  const auto most = static_cast<std::int64_t>(last) - (bounds.below && last == to ? 1 : 0);
  if (least > most) {
    if (integer || !bounds.least || !bounds.most) return nothing_between();
    return decimals(b, bounds);
  }
  std::vector<Id> all{whole(b, least, most)};
  // Few digits, so that what is written and what a double holds lie on the same side of every limit.
  const std::int64_t largest = std::max(std::abs(least), std::abs(most));
  const Id fraction = b.sequence({b.literal("."), digits(b, 1, largest < 1'000'000'000 ? 6 : 1)});
  if (!integer && most > 0 && most > std::max<std::int64_t>(least, 0))
    all.push_back(b.sequence({natural(b, std::max<std::int64_t>(least, 0), most - 1), fraction}));
  if (!integer && least < 0 && -least - 1 >= std::max<std::int64_t>(-most, 0))
    all.push_back(
        b.sequence({b.literal("-"), natural(b, std::max<std::int64_t>(-most, 0), -least - 1), fraction}));
  return b.choice(all);
}

std::shared_ptr<const Grammar> json_object() {
  static const std::shared_ptr<const Grammar> kGrammar = [] {
    GrammarBuilder builder;
    JsonParts parts(builder);
    return *builder.build(builder.sequence({parts.space(), parts.object()}));
  }();
  return kGrammar;
}

Result<std::shared_ptr<const Grammar>> parse_regex(std::string_view pattern) {
  GrammarBuilder builder;
  SLUICE_TRY(const Id all, regex(builder, pattern, {.json = false, .forbidden = {}}, false));
  return builder.build(all);
}

}  // namespace sluice::engine::constraint
