// Label: class and categories of a request, each with where it came from. Words as in docs/architecture.md.
//
// Labels only rise: join() takes the higher class and the union of categories. Values; no shared state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sense {

enum class Class : std::uint8_t { Public, Internal, Confidential, Regulated, Restricted };
inline constexpr int kClasses = 5;

enum class Category : std::uint8_t {
  Pii,
  SourceCode,
  Business,
  GovId,
  Financial,
  Health,
  Legal,
  Credentials,
  Restricted
};
inline constexpr int kCategories = 9;

const char* class_name(Class c);        // "public", ...
const char* category_name(Category c);  // "pii", "source_code", ...
std::optional<Class> parse_class(std::string_view name);
std::optional<Category> parse_category(std::string_view name);

// The lowest class a request of this category can have (the table of docs/architecture.md).
Class floor_of(Category category);

class CategorySet {
 public:
  CategorySet() = default;
  CategorySet(std::initializer_list<Category> list) {
    for (Category c : list) add(c);
  }
  void add(Category c) { bits_ |= std::uint16_t(1u << int(c)); }
  bool has(Category c) const { return bits_ >> int(c) & 1; }
  bool empty() const { return bits_ == 0; }
  bool subset_of(CategorySet other) const { return (bits_ & ~other.bits_) == 0; }
  bool intersects(CategorySet other) const { return (bits_ & other.bits_) != 0; }
  CategorySet operator|(CategorySet other) const { return from_bits(bits_ | other.bits_); }
  CategorySet operator&(CategorySet other) const { return from_bits(bits_ & other.bits_); }
  std::uint16_t bits() const { return bits_; }
  static CategorySet from_bits(std::uint16_t bits) {
    CategorySet s;
    s.bits_ = bits;
    return s;
  }
  std::vector<Category> list() const;
  std::string to_string() const;  // "pii,health"; "" if empty
  bool operator==(const CategorySet&) const = default;

 private:
  std::uint16_t bits_ = 0;
};

// Why a class or category is in the label.
struct Provenance {
  std::string
      source;  // "finding", "unreadable", "extracted", "detector_failure", "default", "floor", "header", "answer"
  std::string detail;  // detector id, rule id or path; never text of the request
  Class cls;           // what it raised the label to
  std::optional<Category> category;
};

struct Label {
  Class cls = Class::Public;
  CategorySet categories;
  // The text asks to stay on our own machines ("keep this local"). A policy may heed that (`wish: local_only`); it
  // raises no class by itself.
  bool local_only = false;
  std::vector<Provenance> provenance;

  void raise(Class c, Provenance why);
  void raise(Category c, Provenance why);  // also raises the class to the category's floor
  void join(const Label& other);
  std::string to_string() const;  // "regulated; health,pii"
};

}  // namespace sluice::sense
