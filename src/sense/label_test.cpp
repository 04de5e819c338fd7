#include "sense/label.h"

#include <doctest/doctest.h>

#include <random>

using namespace sluice::sense;

namespace {

Provenance because(const char* detail) { return {"finding", detail, Class::Public, std::nullopt}; }

Label random_label(std::mt19937& rng) {
  Label label;
  std::uniform_int_distribution<int> count(0, 3), cls(0, kClasses - 1), category(0, kCategories - 1);
  for (int i = count(rng); i > 0; --i) label.raise(static_cast<Class>(cls(rng)), because("c"));
  for (int i = count(rng); i > 0; --i) label.raise(static_cast<Category>(category(rng)), because("d"));
  return label;
}

Label joined(Label a, const Label& b) {
  a.join(b);
  return a;
}

bool equal(const Label& a, const Label& b) { return a.cls == b.cls && a.categories == b.categories; }

}  // namespace

TEST_CASE("names of classes and categories read back as what they name") {
  for (int i = 0; i < kClasses; ++i) {
    CHECK(parse_class(class_name(static_cast<Class>(i))) == static_cast<Class>(i));
  }
  for (int i = 0; i < kCategories; ++i) {
    CHECK(parse_category(category_name(static_cast<Category>(i))) == static_cast<Category>(i));
  }
  CHECK_FALSE(parse_class("Public"));
  CHECK_FALSE(parse_class(""));
  CHECK_FALSE(parse_category("source-code"));
}

TEST_CASE("the floors are those of the table of categories") {
  CHECK(floor_of(Category::Pii) == Class::Confidential);
  CHECK(floor_of(Category::SourceCode) == Class::Confidential);
  CHECK(floor_of(Category::Business) == Class::Confidential);
  CHECK(floor_of(Category::GovId) == Class::Regulated);
  CHECK(floor_of(Category::Financial) == Class::Regulated);
  CHECK(floor_of(Category::Health) == Class::Regulated);
  CHECK(floor_of(Category::Legal) == Class::Regulated);
  CHECK(floor_of(Category::Credentials) == Class::Restricted);
  CHECK(floor_of(Category::Restricted) == Class::Restricted);
}

TEST_CASE("join is associative, commutative and idempotent, and never lowers a label") {
  std::mt19937 rng(7);
  for (int i = 0; i < 3000; ++i) {
    const Label a = random_label(rng), b = random_label(rng), c = random_label(rng);
    CHECK(equal(joined(joined(a, b), c), joined(a, joined(b, c))));
    CHECK(equal(joined(a, b), joined(b, a)));
    CHECK(equal(joined(a, a), a));
    CHECK(joined(a, a).provenance.size() == a.provenance.size());
    const Label both = joined(a, b);
    CHECK(both.cls >= a.cls);
    CHECK(both.cls >= b.cls);
    CHECK(a.categories.subset_of(both.categories));
    for (const Category category : both.categories.list()) CHECK(both.cls >= floor_of(category));
  }
}

TEST_CASE("a raise below the present class keeps the class and remembers the reason") {
  Label label;
  label.raise(Category::Credentials, because("api_token"));
  label.raise(Class::Internal, {"header", "x-class", Class::Public, std::nullopt});
  CHECK(label.cls == Class::Restricted);
  REQUIRE(label.provenance.size() == 2);
  CHECK(label.provenance[0].category == Category::Credentials);
  CHECK(label.provenance[0].cls == Class::Restricted);
  CHECK(label.provenance[1].cls == Class::Internal);
}

TEST_CASE("a label in words names its categories in alphabetical order") {
  Label label;
  CHECK(label.to_string() == "public");
  label.raise(Category::Pii, because("email"));
  label.raise(Category::Health, because("health"));
  CHECK(label.to_string() == "regulated; health,pii");
  CHECK(CategorySet{}.to_string().empty());
}
