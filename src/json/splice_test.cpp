#include "json/splice.h"

#include <doctest/doctest.h>

#include <map>

#include "json/json_random.h"
#include "json/writer.h"

using namespace sluice;
using json::Doc;
using json::Splice;
using json::Type;
using json::Value;

namespace {

std::shared_ptr<const Doc> parse(std::string text) {
  auto doc = Doc::parse(std::move(text));
  REQUIRE(doc);
  return *doc;
}

}  // namespace

TEST_CASE("splice: a value is replaced and every other byte stays") {
  auto doc = parse("{ \"model\" : \"auto\",\n \"n\":1.0e0, \"big\":12345678901234567890123 }");
  CHECK(Splice(*doc).replace(doc->root()["model"], "\"x\"").apply() ==
        "{ \"model\" : \"x\",\n \"n\":1.0e0, \"big\":12345678901234567890123 }");
}

TEST_CASE("splice: members are set and removed with their commas") {
  auto doc = parse(R"({"a":1, "b":2 ,"c":3})");
  Value root = doc->root();
  CHECK(Splice(*doc).set(root, "b", "9").apply() == R"({"a":1, "b":9 ,"c":3})");
  CHECK(Splice(*doc).set(root, "d", "4").apply() == R"({"a":1, "b":2 ,"c":3,"d":4})");
  CHECK(Splice(*doc).remove(root, "a").apply() == R"({"b":2 ,"c":3})");
  CHECK(Splice(*doc).remove(root, "b").apply() == R"({"a":1 ,"c":3})");
  CHECK(Splice(*doc).remove(root, "c").apply() == R"({"a":1, "b":2})");
  CHECK(Splice(*doc).remove(root, "x").apply() == doc->text());
  CHECK(Splice(*doc).remove(root, "a").remove(root, "b").apply() == R"({"c":3})");
  CHECK(Splice(*doc).remove(root, "b").remove(root, "c").set(root, "d", "4").apply() == R"({"a":1,"d":4})");
  CHECK(Splice(*doc).remove(root, "a").remove(root, "b").remove(root, "c").set(root, "d", "4").apply() ==
        R"({"d":4})");
  CHECK(Splice(*doc).set(root, "d", "4").set(root, "e\"", "5").set(root, "d", "6").apply() ==
        R"({"a":1, "b":2 ,"c":3,"d":6,"e\"":5})");
  auto empty = parse("[{ }]");
  CHECK(Splice(*empty).set(empty->root().at(0), "a", "{}").apply() == "[{\"a\":{} }]");
}

TEST_CASE("splice: random edits of random documents change what they name and no other byte") {
  json::test::RandomJson random(5);
  int edited = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    random.object(text, 3);
    auto doc = parse(text);
    Value root = doc->root();
    Splice splice(*doc);
    // What the document must be afterwards, member by member: the bytes as they came or as they were set.
    std::vector<std::pair<std::string, std::string>> expected;
    for (Value member : root) {
      std::uint64_t choice = random.below(4);
      std::string fresh;
      random.value(fresh, 1);
      if (choice == 0) {
        splice.remove(root, member.key());
      } else if (choice == 1) {
        splice.set(root, member.key(), fresh);
        expected.emplace_back(member.raw_key(), fresh);
      } else {
        expected.emplace_back(member.raw_key(), member.raw());
      }
      edited += choice < 2;
    }
    for (std::uint64_t n = random.below(3); n > 0; --n) {
      std::string key = "new " + std::to_string(n);
      splice.set(root, key, "[1]");
      expected.emplace_back(json::quote(key), "[1]");
    }
    CAPTURE(text);
    auto after = parse(splice.apply());
    REQUIRE(after->root().size() == expected.size());
    std::size_t i = 0;
    for (Value member : after->root()) {
      CHECK(member.raw_key() == expected[i].first);
      CHECK(member.raw() == expected[i].second);
      ++i;
    }
  }
  CHECK(edited > 1000);
}

TEST_CASE("splice: replacing values deep inside leaves the bytes between them alone") {
  json::test::RandomJson random(6);
  for (int round = 0; round < 2000; ++round) {
    auto doc = parse(random.document(4));
    // Replaces a random set of disjoint values, and builds the expected text beside it by plain string
    // surgery.
    Splice splice(*doc);
    std::map<std::size_t, std::size_t> spans;
    auto choose = [&](auto&& self, Value v) -> void {
      if (random.chance(20)) {
        splice.replace(v, "\"new\"");
        spans[v.offset()] = v.raw().size();
        return;
      }
      if (v.size() > 0) {
        for (Value child : v) self(self, child);
      }
    };
    choose(choose, doc->root());
    std::string expected(doc->text());
    for (auto it = spans.rbegin(); it != spans.rend(); ++it) expected.replace(it->first, it->second, "\"new\"");
    CHECK(splice.apply() == expected);
  }
}

TEST_CASE("splice: an element is put before another of its array, beside other edits of it") {
  auto doc = parse(R"({"a":[1, [2],{"k":3}]})");
  Value a = doc->root()["a"];
  Splice splice(*doc);
  splice.insert_before(a.at(0), "0").insert_before(a.at(2), R"("x","y")").set(a.at(2), "n", "4");
  CHECK(splice.apply() == R"({"a":[0,1, [2],"x","y",{"k":3,"n":4}]})");
}

// If each object were looked for among all that were edited before, this would take an hour.
TEST_CASE("splice: a member for each of very many objects") {
  constexpr std::size_t kObjects = 800'000;
  std::string text = "[{}";
  for (std::size_t i = 1; i < kObjects; ++i) text += ",{}";
  auto doc = json::Doc::parse(text + "]");
  REQUIRE(doc);
  json::Splice splice(**doc);
  for (json::Value object : (*doc)->root()) splice.set(object, "a", "1");
  const std::string edited = splice.apply();
  CHECK(edited.size() == text.size() + 1 + kObjects * std::string_view(R"("a":1)").size());
  CHECK(edited.starts_with(R"([{"a":1},{"a":1},)"));
}
