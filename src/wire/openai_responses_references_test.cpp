#include <doctest/doctest.h>

#include "wire/openai_responses.h"

using namespace sluice;

namespace {

Result<std::optional<std::string>> resolve(const std::string& body) {
  auto doc = json::Doc::parse(body);
  REQUIRE(doc);
  auto lookup = [](const std::string& id) {
    return id == "fc_1" ? std::optional<std::string>(R"({"type":"function_call","id":"fc_1"})") : std::nullopt;
  };
  return wire::resolve_item_references(**doc, lookup);
}

}  // namespace

TEST_CASE("references: named items stand in their places, everything else stays byte for byte") {
  auto body = resolve(
      R"({"n": 1.0,"input":[{"role":"user","content":"q"}, {"type":"item_reference","id":"fc_1"},{"id":"fc_1"} ]})");
  REQUIRE(body);
  REQUIRE(*body);
  CHECK(
      **body ==
      R"({"n": 1.0,"input":[{"role":"user","content":"q"}, {"type":"function_call","id":"fc_1"},{"type":"function_call","id":"fc_1"} ]})");
}

TEST_CASE("references: a body without them is left alone, and an unknown one is named") {
  CHECK_FALSE(*resolve(R"({"input":"text"})"));
  CHECK_FALSE(*resolve(R"({"input":[{"type":"message","id":"m1","content":"x"}]})"));
  auto unknown = resolve(R"({"input":[{"type":"item_reference","id":"other"}]})");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "response.unknown");
  CHECK(unknown.error().where == "$.input[0].id");
}

TEST_CASE("references: an answer's items are known by their ids") {
  auto items =
      wire::answer_items(R"({"output":[{"type":"reasoning","id":"r","content":[]},{"type":"x"},{"id":"m"}]})");
  REQUIRE(items.size() == 2);
  CHECK(items[0].first == "r");
  CHECK(items[1].second == R"({"id":"m"})");
}

TEST_CASE("references: one item named very often makes no text larger than a request may be") {
  std::string body = R"({"input":[{"id":"a"})";
  for (int i = 1; i < 200; ++i) body += R"(,{"id":"a"})";
  auto doc = json::Doc::parse(body + "]}");
  REQUIRE(doc);
  const std::string item = R"({"type":"message","content":")" + std::string(1 << 20, 'x') + "\"}";
  int asked = 0;
  auto lookup = [&](const std::string&) {
    ++asked;
    return std::optional(item);
  };
  auto large = wire::resolve_item_references(**doc, lookup);
  REQUIRE_FALSE(large);
  CHECK(large.error().code == "json.size");
  CHECK(large.error().where == "$.input[63].id");
  CHECK(asked == 64);
}
