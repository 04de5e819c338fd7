// Differential test against Boost.JSON, which nobody here wrote: the same texts are accepted, with the same
// values. Known and wanted differences: we refuse duplicate keys, which Boost accepts, and Boost refuses
// exponents above the range of int, which RFC 8259 allows.
#include <doctest/doctest.h>

#include <boost/json/src.hpp>
#include <cmath>

#include "json/doc.h"
#include "json/json_random.h"

using namespace sluice;
namespace bj = boost::json;

namespace {

bj::value oracle(std::string_view text, bj::error_code& error) {
  bj::parse_options options;
  options.max_depth = 64;
  return bj::parse(bj::string_view(text.data(), text.size()), error, {}, options);
}

bool number_equals(json::Value ours, const bj::value& theirs) {
  if (theirs.is_int64()) return ours.integer() == theirs.as_int64() || ours.number() == double(theirs.as_int64());
  double expected = theirs.is_uint64() ? double(theirs.as_uint64()) : theirs.as_double();
  auto value = ours.number();
  if (std::isnan(expected)) return value == 0.0;  // Boost 1.81 multiplies 0 by infinity for "0E817"
  if (!value) return !std::isfinite(expected);
  // Boost 1.81 rounds to a few units in the last place.
  return std::abs(*value - expected) <= std::abs(expected) * 1e-14 ||
         (std::abs(*value) < 1e-300 && std::abs(expected) < 1e-300);
}

bool equals(json::Value ours, const bj::value& theirs) {
  switch (ours.type()) {
    case json::Type::Null:
      return theirs.is_null();
    case json::Type::Bool:
      return theirs.is_bool() && *ours.boolean() == theirs.as_bool();
    case json::Type::Number:
      return theirs.is_number() && number_equals(ours, theirs);
    case json::Type::String:
      return theirs.is_string() && *ours.string() == std::string_view(theirs.as_string());
    case json::Type::Array: {
      if (!theirs.is_array() || theirs.as_array().size() != ours.size()) return false;
      std::size_t i = 0;
      for (json::Value child : ours) {
        if (!equals(child, theirs.as_array()[i++])) return false;
      }
      return true;
    }
    case json::Type::Object: {
      if (!theirs.is_object() || theirs.as_object().size() != ours.size()) return false;
      auto it = theirs.as_object().begin();
      for (json::Value child : ours) {
        if (child.key() != std::string_view(it->key()) || !equals(child, it->value())) return false;
        ++it;
      }
      return true;
    }
  }
  return false;
}

void compare(const std::string& text, int& accepted, int& refused) {
  auto ours = json::Doc::parse(text);
  bj::error_code error;
  bj::value theirs = oracle(text, error);
  CAPTURE(text);
  if (ours) {
    ++accepted;
    if (error == bj::error::exponent_overflow) return;
    CHECK_MESSAGE(!error, error.message());
    if (!error) CHECK(equals((*ours)->root(), theirs));
  } else {
    ++refused;
    if (ours.error().code == "json.duplicate_key") return;
    CHECK_MESSAGE(error, ours.error().to_string());
  }
}

}  // namespace

TEST_CASE("json against Boost.JSON: random documents have the same values") {
  json::test::RandomJson random(21);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 10'000; ++i) compare(random.document(), accepted, refused);
  CHECK(refused == 0);
}

TEST_CASE("json against Boost.JSON: damaged documents are accepted and refused alike") {
  json::test::RandomJson random(22);
  static const char kAlphabet[] = "{}[]:,\"\\ \n\t0123456789.eE+-truefalsn/ubD8C\x01\x1F\x80\xC3\xA9\xED\xF4\xFF'";
  int accepted = 0, refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text = random.document(2);
    for (std::uint64_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
      std::size_t at = random.below(text.size());
      char c = kAlphabet[random.below(sizeof kAlphabet - 1)];
      switch (random.below(4)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1 + random.below(3));
          break;
        default:
          text.resize(at);
      }
    }
    compare(text, accepted, refused);
  }
  CHECK(accepted > 5000);
  CHECK(refused > 5000);
}

TEST_CASE("json against Boost.JSON: short texts of JSON's own characters are accepted and refused alike") {
  json::test::RandomJson random(23);
  static const char kAlphabet[] = "{}[]:,\"\"\\10.eE+-n ";
  int accepted = 0, refused = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(8); n > 0; --n) text += kAlphabet[random.below(sizeof kAlphabet - 1)];
    compare(text, accepted, refused);
  }
  CHECK(accepted > 1000);
}
