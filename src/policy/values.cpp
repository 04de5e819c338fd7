// Values of a policy file that are one word or a list of words.
#include <algorithm>
#include <array>
#include <chrono>

#include "policy/words.h"

namespace sluice::policy {
namespace {

using config::Node;

constexpr std::array<const char*, kPartKinds> kParts{"image", "audio", "file", "tools", "tool_result"};
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

Result<sense::Class> class_named(const Node& node, std::string_view name) {
  if (auto cls = sense::parse_class(name)) return *cls;
  std::vector<std::string> known;
  for (int i = 0; i < sense::kClasses; ++i) known.push_back(sense::class_name(sense::Class(i)));
  auto near = config::did_you_mean(name, known);
  return fail(node.error("unknown_class",
                         "expected " + config::any_of(known) + ", found \"" + std::string(name) + "\"",
                         near ? "did you mean \"" + *near + "\"?" : ""));
}

Result<sense::CategorySet> list_of_categories(const Node& node, bool may_be_empty) {
  SLUICE_TRY(std::vector<Node> items, node.list());
  SLUICE_TRY(std::vector<std::string> names, node.texts());
  if (names.empty() && !may_be_empty)
    return fail(node.error("value", "expected at least one category", "remove the key"));
  sense::CategorySet set;
  std::vector<std::string> known;
  for (int i = 0; i < sense::kCategories; ++i) known.push_back(sense::category_name(sense::Category(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto category = sense::parse_category(names[i]);
    if (category) {
      set.add(*category);
      continue;
    }
    auto near = config::did_you_mean(names[i], known);
    return fail(items[i].error("unknown_category", "there is no category \"" + names[i] + "\"",
                               near ? "did you mean \"" + *near + "\"?" : "known: " + config::any_of(known)));
  }
  return set;
}

// A list, or in tests and assertions a single value for a list of one.
Result<std::vector<Node>> list_or_one(const Node& node) {
  if (node.type() == Node::Type::Scalar) return std::vector<Node>{node};
  return node.list();
}

}  // namespace

bool valid_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::vector<std::string> category_words() {
  std::vector<std::string> words;
  for (int i = 0; i < sense::kCategories; ++i) words.emplace_back(sense::category_name(sense::Category(i)));
  return words;
}

const char* part_kind_name(PartKind kind) { return kParts[std::size_t(kind)]; }

Result<sense::Class> read_class(const Node& node) {
  SLUICE_TRY(std::string text, node.text());
  return class_named(node, text);
}

Result<sense::CategorySet> read_categories(const Node& node) { return list_of_categories(node, false); }
Result<sense::CategorySet> read_any_categories(const Node& node) { return list_of_categories(node, true); }

Result<std::uint8_t> read_classes(const Node& node) {
  if (node.type() == Node::Type::List) {
    SLUICE_TRY(std::vector<Node> items, node.list());
    SLUICE_TRY(std::vector<std::string> names, node.texts());
    if (names.empty()) return fail(node.error("value", "expected at least one class"));
    unsigned bits = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      SLUICE_TRY(sense::Class cls, class_named(items[i], names[i]));
      bits |= 1u << int(cls);
    }
    return std::uint8_t(bits);
  }
  SLUICE_TRY(std::string text, node.text());
  bool up = text.starts_with(">="), down = text.starts_with("<=");
  SLUICE_TRY(sense::Class cls, class_named(node, std::string_view(text).substr(up || down ? 2 : 0)));
  unsigned bits = 1u << int(cls);
  if (up) bits = 0x1fu & ~(bits - 1);
  if (down) bits = (bits << 1) - 1;
  return std::uint8_t(bits);
}

Result<std::vector<std::string>> read_names(const Node& node, const char* if_empty) {
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  if (items.empty()) return fail(node.error("value", "an empty list matches nothing", if_empty));
  if (node.type() == Node::Type::List) return node.texts();
  SLUICE_TRY(std::string one, node.text());
  return std::vector<std::string>{one};
}

Result<std::vector<std::string>> read_jurisdictions(const Node& node) {
  SLUICE_TRY(std::vector<std::string> names, read_names(node));
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!config::valid_jurisdiction(names[i]))
      return fail(items[i].error("value", "expected a country code such as DE or US, EU, or local",
                                 "two capital letters of ISO 3166"));
  return names;
}

Result<std::uint8_t> read_zones(const Node& node) {
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  if (items.empty()) return fail(node.error("value", "expected at least one zone", "name one or remove the key"));
  unsigned bits = 0;
  for (const Node& item : items) {
    SLUICE_TRY(std::size_t zone, item.choice(kZoneWords));
    if (bits >> zone & 1) return fail(item.error("value", "this zone stands twice in the list", "keep one"));
    bits |= 1u << zone;
  }
  return std::uint8_t(bits);
}

Result<std::uint8_t> read_parts(const Node& node) {
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  if (items.empty()) return fail(node.error("value", "expected at least one kind of part", "remove the key"));
  unsigned bits = 0;
  for (const Node& item : items) {
    SLUICE_TRY(std::size_t kind, item.choice(kParts));
    bits |= 1u << kind;
  }
  return std::uint8_t(bits);
}

Result<int> read_day(const Node& node) {
  SLUICE_TRY(std::string text, node.text());
  auto time = parse_utc(text);
  if (text.size() != 10 || !time || time->micros < 0)
    return fail(node.error("value", "expected a date such as 2026-12-31, found \"" + text + "\"",
                           "the entry holds until the end of that day, UTC"));
  return int(time->micros / kMicrosPerDay);
}

std::string day_text(int day) { return format_utc({day * kMicrosPerDay}).substr(0, 10); }

std::optional<int> day_of(const Subject& subject) {
  if (!subject.time) return std::nullopt;
  return int(subject.time->micros / kMicrosPerDay);
}

}  // namespace sluice::policy
