#include "sense/label.h"

#include <algorithm>
#include <utility>

namespace sluice::sense {
namespace {

constexpr std::array<const char*, kClasses> kClassNames = {"public", "internal", "confidential", "regulated",
                                                           "restricted"};

struct CategoryRow {
  const char* name;
  Class floor;
};
constexpr std::array<CategoryRow, kCategories> kCategoryRows = {{
    {"pii", Class::Confidential},
    {"source_code", Class::Confidential},
    {"business", Class::Confidential},
    {"gov_id", Class::Regulated},
    {"financial", Class::Regulated},
    {"health", Class::Regulated},
    {"legal", Class::Regulated},
    {"credentials", Class::Restricted},
    {"restricted", Class::Restricted},
}};

bool same(const Provenance& a, const Provenance& b) {
  return a.cls == b.cls && a.category == b.category && a.source == b.source && a.detail == b.detail;
}

// A reason is kept once, however often it was met, so that provenance stays as short as the detectors are many.
void remember(std::vector<Provenance>& list, Provenance why) {
  const auto known = [&why](const Provenance& p) { return same(p, why); };
  if (std::none_of(list.begin(), list.end(), known)) list.push_back(std::move(why));
}

}  // namespace

const char* class_name(Class c) { return kClassNames[static_cast<std::size_t>(c)]; }
const char* category_name(Category c) { return kCategoryRows[static_cast<std::size_t>(c)].name; }
Class floor_of(Category category) { return kCategoryRows[static_cast<std::size_t>(category)].floor; }

std::optional<Class> parse_class(std::string_view name) {
  for (int i = 0; i < kClasses; ++i) {
    if (name == class_name(static_cast<Class>(i))) return static_cast<Class>(i);
  }
  return std::nullopt;
}

std::optional<Category> parse_category(std::string_view name) {
  for (int i = 0; i < kCategories; ++i) {
    if (name == category_name(static_cast<Category>(i))) return static_cast<Category>(i);
  }
  return std::nullopt;
}

std::vector<Category> CategorySet::list() const {
  std::vector<Category> all;
  for (int i = 0; i < kCategories; ++i) {
    if (has(static_cast<Category>(i))) all.push_back(static_cast<Category>(i));
  }
  return all;
}

std::string CategorySet::to_string() const {
  std::vector<std::string_view> names;
  for (Category c : list()) names.push_back(category_name(c));
  std::sort(names.begin(), names.end());
  std::string joined;
  for (std::string_view name : names) {
    if (!joined.empty()) joined += ',';
    joined += name;
  }
  return joined;
}

void Label::raise(Class c, Provenance why) {
  cls = std::max(cls, c);
  why.cls = c;
  remember(provenance, std::move(why));
}

void Label::raise(Category c, Provenance why) {
  categories.add(c);
  why.category = c;
  raise(floor_of(c), std::move(why));
}

void Label::join(const Label& other) {
  cls = std::max(cls, other.cls);
  categories = categories | other.categories;
  local_only = local_only || other.local_only;
  for (const Provenance& why : other.provenance) remember(provenance, why);
}

std::string Label::to_string() const {
  std::string line = class_name(cls);
  if (!categories.empty()) line += "; " + categories.to_string();
  return line;
}

}  // namespace sluice::sense
