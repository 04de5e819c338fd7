#include "config/reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "config/tree.h"

namespace sluice::config {
namespace {

using std::chrono::milliseconds;

// What was found, for messages. Long texts are not repeated: one of them might be a secret in the wrong
// place.
std::string quote(const std::string& text) {
  if (text.size() > 32) return "a text of " + std::to_string(text.size()) + " bytes";
  return "\"" + text + "\"";
}

const char* type_name(Node::Type type) {
  switch (type) {
    case Node::Type::Null:
      return "nothing";
    case Node::Type::Scalar:
      return "a single value";
    case Node::Type::List:
      return "a list";
    case Node::Type::Map:
      return "a map of keys";
  }
  return "something else";
}

struct Unit {
  const char* name;
  std::uint64_t factor;
};
constexpr Unit kTimeUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit kByteUnits[] = {{"GiB", 1ull << 30},
                               {"MiB", 1ull << 20},
                               {"KiB", 1ull << 10},
                               {"GB", 1'000'000'000},
                               {"MB", 1'000'000},
                               {"kB", 1'000},
                               {"B", 1},
                               {"", 1}};

// The largest unit that divides `amount`.
std::string with_unit(std::uint64_t amount, std::span<const Unit> units, const char* smallest) {
  for (const Unit& unit : units)
    if (amount != 0 && amount % unit.factor == 0) return std::to_string(amount / unit.factor) + unit.name;
  return std::to_string(amount) + smallest;
}

// Digits without sign or needless zeros: "010" is eight to some readers and ten to others.
std::optional<std::uint64_t> digits(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units) {
  std::size_t split = text.find_first_not_of("0123456789");
  std::string_view unit = split == text.npos ? "" : text.substr(split);
  auto number = digits(text.substr(0, split));
  if (!number) return std::nullopt;
  for (const Unit& known : units) {
    std::uint64_t product = 0;
    if (unit == known.name && !__builtin_mul_overflow(*number, known.factor, &product)) return product;
  }
  return std::nullopt;
}

}  // namespace

Node::Type Node::type() const { return tree_->items[index_].type; }
Place Node::place() const { return tree_->items[index_].place; }
const std::string& Node::path() const { return tree_->items[index_].path; }
const std::string& Node::file() const { return tree_->file; }

std::string Node::where() const {
  return tree_->file + ":" + std::to_string(place().line) + ":" + std::to_string(place().column);
}

Error Node::error(std::string_view what, std::string message, std::string hint) const {
  std::string full = path().empty() ? std::move(message) : path() + ": " + message;
  return Error{tree_->room + "." + std::string(what), std::move(full), where(), std::move(hint)};
}

Result<std::string> Node::text() const {
  const Tree::Item& item = tree_->items[index_];
  if (item.type != Type::Scalar)
    return fail(error("type", std::string("expected a text, found ") + type_name(item.type)));
  if (item.scalar.empty()) return fail(error("value", "expected a text, found an empty one", "leave the key out"));
  return item.scalar;
}

Result<bool> Node::boolean() const {
  const Tree::Item& item = tree_->items[index_];
  if (item.type == Type::Scalar && item.plain && item.scalar == "true") return true;
  if (item.type == Type::Scalar && item.plain && item.scalar == "false") return false;
  std::string found = item.type == Type::Scalar ? quote(item.scalar) : type_name(item.type);
  return fail(error("type", "expected true or false, found " + found, "yes, no, on and off don't count"));
}

Result<std::int64_t> Node::integer(std::int64_t min, std::int64_t max) const {
  const Tree::Item& item = tree_->items[index_];
  std::string range = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  if (item.type != Type::Scalar)
    return fail(error("type", "expected " + range + ", found " + type_name(item.type)));
  std::string_view text = item.scalar;
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  auto magnitude = digits(text);
  if (!item.plain || !magnitude)
    return fail(error(
        "type", "expected " + range + ", found " + (item.plain ? "" : "the quoted text ") + quote(item.scalar)));
  bool fits = *magnitude <= std::uint64_t(std::numeric_limits<std::int64_t>::max());
  std::int64_t value = fits ? (negative ? -std::int64_t(*magnitude) : std::int64_t(*magnitude)) : 0;
  if (!fits || value < min || value > max)
    return fail(error("value", "expected " + range + ", found " + quote(item.scalar)));
  return value;
}

Result<std::int64_t> Node::decimal(int digits_after, std::int64_t min, std::int64_t max) const {
  const Tree::Item& item = tree_->items[index_];
  if (item.type != Type::Scalar)
    return fail(error("type", std::string("expected a number, found ") + type_name(item.type)));
  auto wrong = [&](const char* what) {
    return fail(error(what, "expected a number with at most " + std::to_string(digits_after) +
                                " digits after the point, found " + quote(item.scalar)));
  };
  std::string_view text = item.scalar;
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::size_t point = text.find('.');
  std::string_view after = point == text.npos ? "" : text.substr(point + 1);
  auto whole = digits(text.substr(0, point));
  bool only_digits = after.find_first_not_of("0123456789") == after.npos;
  if (!item.plain || !whole || !only_digits || (point != text.npos && after.empty())) return wrong("type");
  if (after.size() > std::size_t(digits_after)) return wrong("value");
  std::int64_t value = 0;
  bool overflow = *whole > std::uint64_t(std::numeric_limits<std::int64_t>::max());
  if (!overflow) value = std::int64_t(*whole);
  for (int i = 0; i < digits_after && !overflow; ++i) {
    int digit = std::size_t(i) < after.size() ? after[std::size_t(i)] - '0' : 0;
    overflow = __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value);
  }
  if (negative) value = -value;
  if (overflow || value < min || value > max)
    return fail(error("value", "the number " + quote(item.scalar) + " is out of range"));
  return value;
}

Result<milliseconds> Node::duration(milliseconds min, milliseconds max) const {
  const Tree::Item& item = tree_->items[index_];
  std::string range = "a duration from " + with_unit(std::uint64_t(min.count()), kTimeUnits, "ms") + " to " +
                      with_unit(std::uint64_t(max.count()), kTimeUnits, "ms");
  constexpr const char* kHint = "write a whole number with its unit: 250ms, 30s, 5m, 2h or 1d";
  if (item.type != Type::Scalar)
    return fail(error("type", "expected " + range + ", found " + type_name(item.type), kHint));
  auto value = quantity(item.scalar, kTimeUnits);
  if (!value) return fail(error("type", "expected " + range + ", found " + quote(item.scalar), kHint));
  if (*value < std::uint64_t(min.count()) || *value > std::uint64_t(max.count()))
    return fail(error("value", "expected " + range + ", found " + quote(item.scalar)));
  return milliseconds(std::int64_t(*value));
}

Result<std::uint64_t> Node::bytes(std::uint64_t min, std::uint64_t max) const {
  const Tree::Item& item = tree_->items[index_];
  std::string range = "a size from " + with_unit(min, kByteUnits, "B") + " to " + with_unit(max, kByteUnits, "B");
  constexpr const char* kHint = "write bytes, or a whole number with its unit: 512KiB, 32MiB, 1GiB";
  if (item.type != Type::Scalar)
    return fail(error("type", "expected " + range + ", found " + type_name(item.type), kHint));
  auto value = quantity(item.scalar, kByteUnits);
  if (!value) return fail(error("type", "expected " + range + ", found " + quote(item.scalar), kHint));
  if (*value < min || *value > max)
    return fail(error("value", "expected " + range + ", found " + quote(item.scalar)));
  return *value;
}

Result<std::size_t> Node::choice(std::span<const char* const> allowed) const {
  const Tree::Item& item = tree_->items[index_];
  std::vector<std::string> words(allowed.begin(), allowed.end());
  if (item.type != Type::Scalar)
    return fail(error("type", "expected " + any_of(words) + ", found " + type_name(item.type)));
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == item.scalar) return i;
  auto near = did_you_mean(item.scalar, words);
  return fail(error("value", "expected " + any_of(words) + ", found " + quote(item.scalar),
                    near ? "did you mean \"" + *near + "\"?" : ""));
}

Result<std::vector<Node>> Node::list() const {
  const Tree::Item& item = tree_->items[index_];
  if (item.type != Type::List)
    return fail(error("type", std::string("expected a list, found ") + type_name(item.type),
                      "write [a, b] or one line per item beginning with \"- \""));
  std::vector<Node> nodes;
  for (std::size_t child : item.children) nodes.push_back(Node(tree_, child));
  return nodes;
}

Result<std::vector<std::string>> Node::texts() const {
  SLUICE_TRY(std::vector<Node> nodes, list());
  std::vector<std::string> texts;
  std::set<std::string> seen;
  for (const Node& node : nodes) {
    SLUICE_TRY(std::string text, node.text());
    if (!seen.insert(text).second)
      return fail(node.error("value", "\"" + text + "\" stands twice in this list", "keep one of them"));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<Entry>> Node::map() const {
  const Tree::Item& item = tree_->items[index_];
  if (item.type != Type::Map)
    return fail(error("type", std::string("expected a map of keys, found ") + type_name(item.type),
                      "write one line per key: \"name: value\""));
  std::vector<Entry> entries;
  for (std::size_t i = 0; i + 1 < item.children.size(); i += 2)
    entries.push_back(Entry{tree_->items[item.children[i]].scalar, Node(tree_, item.children[i]),
                            Node(tree_, item.children[i + 1])});
  return entries;
}

}  // namespace sluice::config
