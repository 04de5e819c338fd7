#include "config/reader.h"

#include <doctest/doctest.h>

#include <random>

using namespace sluice;
using namespace sluice::config;
using namespace std::literals;

namespace {

Result<Node> parse(std::string_view yaml) { return parse_yaml(yaml, "t.yaml", "config"); }

// "where code" of the error that reading `yaml` gives, or "" if it is read.
std::string refusal(std::string_view yaml) {
  auto node = parse(yaml);
  return node ? "" : node.error().where + " " + node.error().code;
}

Node value(const std::string& text) {
  auto root = parse("v: " + text);
  REQUIRE_MESSAGE(root.has_value(), text);
  return root->map()->front().value;
}

}  // namespace

TEST_CASE("What YAML allows and a configuration must not contain is refused with line and column") {
  const std::pair<std::string, std::string> cases[] = {
      {"", "t.yaml:1:1 config.syntax"},
      {"# only a comment\n", "t.yaml:1:1 config.syntax"},
      {"a: 1\na: 2\n", "t.yaml:2:1 config.duplicate_key"},
      {"x:\n  {b: 1, b: 2}\n", "t.yaml:2:10 config.duplicate_key"},
      {"a: 1\n\"a\": 2\n", "t.yaml:2:1 config.duplicate_key"},
      {"a: &x 1\nb: *x\n", "t.yaml:1:4 config.unsupported"},
      {"a: *nowhere\n", "t.yaml:1:4 config.syntax"},
      {"base: {k: 1}\nb:\n  <<: {k: 2}\n", "t.yaml:3:3 config.unsupported"},
      {"a: !!str 1\n", "t.yaml:1:4 config.unsupported"},
      {"a: !python/object {}\n", "t.yaml:1:4 config.unsupported"},
      {"a: 1\n---\nb: 2\n", "t.yaml:3:1 config.syntax"},
      {"a: 1\n]\n", "t.yaml:2:1 config.syntax"},
      {"a: [1, 2\nb: 3\n", "t.yaml:1:4 config.syntax"},
      {"a: {b: 1\n", "t.yaml:1:4 config.syntax"},
      {"a: 'open\n", "t.yaml:1:9 config.syntax"},
      {"a: \"open\n\n \n", "t.yaml:1:9 config.syntax"},
      {"a: b: c\n", "t.yaml:1:5 config.syntax"},
      {"? [a]\n: 1\n", "t.yaml:1:3 config.type"},
      {"'': 1\n", "t.yaml:1:1 config.type"},
      {"a: 1\nb: \xff\n", "t.yaml:2:4 config.syntax"},
      {"a: \xc3\xa4\x01\n", "t.yaml:1:5 config.syntax"},
      {"\xff\xfe"
       "a\0:\0",
       "t.yaml:1:1 config.syntax"},
  };
  for (const auto& [yaml, expected] : cases) {
    CAPTURE(yaml);
    CHECK(refusal(yaml) == expected);
  }
}

TEST_CASE("Columns count characters, not bytes") {
  auto root = parse("x: {\xc3\xa4\xc3\xb6\xc3\xbc: 1, b: 2}\n");
  REQUIRE(root);
  auto inner = root->map()->front().value.map();
  REQUIRE(inner);
  CHECK((*inner)[1].key_node.where() == "t.yaml:1:13");
}

TEST_CASE("Deep nesting and hostile sizes end in an error, not in a crash") {
  CHECK(refusal("a: " + std::string(200'000, '[')).ends_with("config.syntax"));
  CHECK(refusal(std::string(kMaxYamlDepth + 1, '[') + std::string(kMaxYamlDepth + 1, ']')) ==
        "t.yaml:1:33 config.syntax");
  CHECK(refusal(std::string(kMaxYamlDepth, '[') + std::string(kMaxYamlDepth, ']')) == "");
  CHECK(refusal(std::string(kMaxYamlBytes + 1, ' ')) == "t.yaml:1:1 config.syntax");
}

TEST_CASE("Random damage to a file never does more than give an error") {
  std::string good = "a: {b: [1, \"two\", three], c: 30s}\nd:\n  - e: 1\n    f: 'g'\n  - |\n    block\n";
  std::mt19937 random(7);
  const std::string bytes = "{}[]:,-'\"\n \t#&*!|>%@`\\?<~\xc3\x00z9"s;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (int edit = 0; edit < 1 + int(random() % 4); ++edit) {
      std::size_t at = random() % text.size();
      char c = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.erase(at, 1);
      }
    }
    auto node = parse(text);
    if (!node) CHECK(node.error().where.starts_with("t.yaml:"));
  }
}

TEST_CASE("Whole numbers are decimal, unquoted and in their range") {
  CHECK(value("0").integer(0, 10).value() == 0);
  CHECK(value("-7").integer(-10, 10).value() == -7);
  CHECK(value("9223372036854775807").integer(0, INT64_MAX).value() == INT64_MAX);
  for (const char* bad : {"010", "1.0", "1e3", "0x10", "\"4\"", "four", "+1", "--1", "1_000", "[1]", "~",
                          "9223372036854775808", "99999999999999999999999"})
    CHECK_MESSAGE(!value(bad).integer(INT64_MIN, INT64_MAX), bad);
  auto out = value("11").integer(0, 10);
  REQUIRE(!out);
  CHECK(out.error().to_string() ==
        "config.value: v: expected a whole number from 0 to 10, found \"11\" (at t.yaml:1:4)");
}

TEST_CASE("Truth is written true or false; the other words of YAML are names") {
  CHECK(value("true").boolean().value());
  CHECK(!value("false").boolean().value());
  for (const char* bad : {"yes", "no", "on", "True", "1", "'true'", "~"})
    CHECK_MESSAGE(!value(bad).boolean(), bad);
  CHECK(value("NO").text().value() == "NO");  // Norway
}

TEST_CASE("Decimals are exact") {
  CHECK(value("0.28").decimal(9, 0, INT64_MAX).value() == 280'000'000);
  CHECK(value("1").decimal(3, 0, 5000).value() == 1000);
  CHECK(value("-2.5").decimal(1, -100, 0).value() == -25);
  CHECK(value("9.223372036854775807").decimal(18, 0, INT64_MAX).value() == INT64_MAX);
  for (const char* bad :
       {"0.0001", "1.", ".5", "1e2", "1,5", "'1'", "nan", "'-'", "9223372036854775808", "1.2.3", "1.-2"})
    CHECK_MESSAGE(!value(bad).decimal(3, INT64_MIN, INT64_MAX), bad);
}

TEST_CASE("Durations and sizes carry their unit") {
  CHECK(value("250ms").duration(0ms, 1h).value() == 250ms);
  CHECK(value("300s").duration(0ms, 1h).value() == 300s);
  CHECK(value("5m").duration(0ms, 1h).value() == 5min);
  CHECK(value("1d").duration(0ms, 24h).value() == 24h);
  for (const char* bad :
       {"10", "-1s", "1.5s", "s", "5 m", "1w", "99999999999999999999s", "9999999999999999999d", "[1s]"})
    CHECK_MESSAGE(!value(bad).duration(0ms, 24h), bad);
  auto late = value("2h").duration(1ms, 1h);
  REQUIRE(!late);
  CHECK(late.error().message == "v: expected a duration from 1ms to 1h, found \"2h\"");
  CHECK(value("33554432").bytes(0, UINT64_MAX).value() == 33554432);
  CHECK(value("32MiB").bytes(0, UINT64_MAX).value() == 33554432);
  CHECK(value("500kB").bytes(0, UINT64_MAX).value() == 500'000);
  CHECK(value("1GiB").bytes(0, UINT64_MAX).value() == 1u << 30);
  for (const char* bad : {"1.5MiB", "MiB", "1 MiB", "1mib", "-1", "99999999999GiB"})
    CHECK_MESSAGE(!value(bad).bytes(0, UINT64_MAX), bad);
}

TEST_CASE("A choice lists what is allowed and guesses the typing error") {
  const char* const zones[] = {"device", "private", "managed", "hosted"};
  CHECK(value("managed").choice(zones).value() == 2);
  auto wrong = value("privat").choice(zones);
  REQUIRE(!wrong);
  CHECK(wrong.error().message == "v: expected device, private, managed or hosted, found \"privat\"");
  CHECK(wrong.error().hint == "did you mean \"private\"?");
  CHECK(value("moon").choice(zones).error().hint == "");
}

TEST_CASE("An unknown key is named with its nearest known one and outranks the missing key it stands for") {
  auto root = parse("adress: x\nport: 80\n");
  REQUIRE(root);
  Fields fields(*root);
  std::string address;
  int port = 0;
  CHECK(!fields.text("address", address, Need::Required));
  CHECK(fields.integer("port", port, 1, 65535));
  CHECK(port == 80);
  auto status = fields.finish();
  REQUIRE(!status);
  CHECK(status.error().to_string() ==
        "config.unknown_key: adress: no such key (at t.yaml:1:1); did you mean \"address\"?");
}

TEST_CASE("A missing key is reported at its map, a refused one at its name") {
  auto root = parse("outer:\n  - {hold: 1}\n  - {name: a}\n");
  REQUIRE(root);
  auto items = root->map()->front().value.list();
  REQUIRE(items);
  Fields first((*items)[0]);
  first.not_yet("hold", "approvals come later");
  auto refused = first.finish();
  REQUIRE(!refused);
  CHECK(refused.error().to_string() ==
        "config.unsupported: outer[0].hold: \"hold\" is not supported yet (at t.yaml:2:6); approvals come "
        "later");
  Fields second((*items)[1]);
  std::string text;
  second.text("name", text);
  second.text("address", text, Need::Required);
  auto missing = second.finish();
  REQUIRE(!missing);
  CHECK(missing.error().where == "t.yaml:3:5");
  CHECK(missing.error().code == "config.missing_key");
}

TEST_CASE("Of several errors the first in the file is shown, whatever order the keys are read in") {
  auto root = parse("a: x\nb: y\n");
  Fields fields(*root);
  int number = 0;
  fields.integer("b", number, 0, 1);
  fields.integer("a", number, 0, 1);
  CHECK(fields.finish().error().where == "t.yaml:1:4");
}

TEST_CASE("Long values are not repeated in messages") {
  auto wrong = value("0123456789abcdef0123456789abcdef01").integer(0, 9);
  REQUIRE(!wrong);
  CHECK(wrong.error().to_string().find("abcdef") == std::string::npos);
}

TEST_CASE("A list of names must not name anything twice") {
  CHECK(value("[a, b]").texts().value() == std::vector<std::string>{"a", "b"});
  CHECK(value("[]").texts()->empty());
  CHECK(value("[a, a]").texts().error().where == "t.yaml:1:8");
  CHECK(!value("a").texts());
  CHECK(!value("[a, [b]]").texts());
}

TEST_CASE("A file that isn't there is an error with its name") {
  auto text = read_text_file("no/such/file.yaml", "config");
  REQUIRE(!text);
  CHECK(text.error().code == "config.unreadable");
  CHECK(text.error().where == "no/such/file.yaml");
  CHECK(read_text_file("src", "config").error().code == "config.unreadable");
}
