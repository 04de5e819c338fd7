#include "json/doc.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <functional>

#include "json/json_random.h"
#include "json/writer.h"

using namespace sluice;
using json::Doc;
using json::Type;
using json::Value;

namespace {

std::string code_of(std::string text, const json::Limits& limits = {}) {
  auto doc = Doc::parse(std::move(text), limits);
  return doc ? "ok" : doc.error().code;
}

std::string where_of(std::string text) {
  auto doc = Doc::parse(std::move(text));
  return doc ? "ok" : doc.error().where;
}

// Writes the document anew from what its Values say.
void rewrite(Value v, json::Writer& w) {
  switch (v.type()) {
    case Type::Null:
      w.null();
      break;
    case Type::Bool:
      w.value(*v.boolean());
      break;
    case Type::Number:
      w.raw(v.raw());
      break;
    case Type::String:
      w.value(*v.string());
      break;
    case Type::Array:
      w.array();
      for (Value e : v) rewrite(e, w);
      w.end();
      break;
    case Type::Object:
      w.object();
      for (Value e : v) {
        w.key(e.key());
        rewrite(e, w);
      }
      w.end();
  }
}

// The same values in the same order, numbers in the same spelling.
bool same(Value a, Value b) {
  if (a.type() != b.type() || a.size() != b.size() || a.key() != b.key()) return false;
  if (a.type() == Type::String) return a.string() == b.string();
  if (a.size() == 0 && a.type() != Type::Array && a.type() != Type::Object) return a.raw() == b.raw();
  auto ib = b.begin();
  for (Value child : a) {
    if (!same(child, *ib)) return false;
    ++ib;
  }
  return !(ib != b.end());
}

void walk(Value v, const std::function<void(Value)>& visit) {
  visit(v);
  if (v.is(Type::Array) || v.is(Type::Object)) {
    for (Value child : v) walk(child, visit);
  }
}

}  // namespace

TEST_CASE("json: a document is read with keys, order and spellings as written") {
  auto doc = Doc::parse(R"( {"b":[1, 2.50 ,{"x":null}],"a":"\u0041\n","n":12345678901234567890123} )");
  REQUIRE(doc);
  Value root = (*doc)->root();
  CHECK(root.size() == 3);
  CHECK(root["b"].at(1).raw() == "2.50");
  CHECK(root["b"].at(2)["x"].is_null());
  CHECK(root["a"].string() == "A\n");
  CHECK(root["n"].raw() == "12345678901234567890123");
  CHECK(root["n"].integer() == std::nullopt);
  CHECK(root["b"].at(2)["x"].path() == "$.b[2].x");
  CHECK_FALSE(root["c"]["d"].at(4).valid());
  CHECK((*doc)->text().substr(root["a"].key_offset(), 3) == "\"a\"");
}

TEST_CASE("json: an integer is exact in every spelling, and nothing else is one") {
  auto integer = [](std::string text) { return (*Doc::parse(std::move(text)))->root().integer(); };
  CHECK(integer("5") == 5);
  CHECK(integer("5.0") == 5);
  CHECK(integer("5e0") == 5);
  CHECK(integer("-0.50e1") == -5);
  CHECK(integer("120e-1") == 12);
  CHECK(integer("-0") == 0);
  CHECK(integer("0e999999999999999999999") == 0);
  CHECK(integer("5.1") == std::nullopt);
  CHECK(integer("1e-1") == std::nullopt);
  CHECK(integer("9223372036854775807") == INT64_MAX);
  CHECK(integer("9223372036854775808") == std::nullopt);
  CHECK(integer("-9223372036854775808") == INT64_MIN);
  CHECK(integer("-9223372036854775809") == std::nullopt);
  CHECK(integer("1e18") == 1'000'000'000'000'000'000);
  CHECK(integer("1e19") == std::nullopt);
  CHECK(integer("1e99999999999999999999") == std::nullopt);
  CHECK(integer("\"5\"") == std::nullopt);
}

TEST_CASE("json: a number is the nearest double, as the C library reads it") {
  json::test::RandomJson random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random.number();
    auto doc = Doc::parse(text);
    REQUIRE(doc);
    double expected = std::strtod(text.c_str(), nullptr);
    CHECK((*doc)->root().number() == (std::isfinite(expected) ? std::optional(expected) : std::nullopt));
  }
  auto number = [](std::string text) { return (*Doc::parse(std::move(text)))->root().number(); };
  CHECK(number("1e400") == std::nullopt);
  CHECK(number("0e400") == 0.0);
  CHECK(number("0.0e99999999999999999999") == 0.0);
  CHECK(number("-1e400") == std::nullopt);
  CHECK(number("1e-400") == 0.0);
  CHECK(number("4.9e-324") == 4.9e-324);
}

TEST_CASE("json: what RFC 8259 does not allow is refused, and the byte is named") {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "nulll",
                           "truE",
                           "+1",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "1.e5",
                           "1e",
                           "1e+",
                           "-",
                           "--1",
                           "NaN",
                           "Infinity",
                           "0x10",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12G4\"",
                           "\"\\",
                           "\"tab\there\"",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[",
                           "]",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,\"a\":1}",
                           "{a:1}",
                           "{1:1}",
                           "{\"a\" 1}",
                           "[1}",
                           "{\"a\":1]",
                           "1 2",
                           "{}x",
                           "[1]//c",
                           "/*c*/1",
                           "\xEF\xBB\xBF{}",
                           "\v1"}) {
    CAPTURE(text);
    CHECK(code_of(text) == "json.syntax");
  }
  CHECK(code_of(std::string("\0", 1)) == "json.syntax");
  CHECK(code_of(std::string("\"a\0b\"", 5)) == "json.syntax");
  CHECK(where_of("[1,,2]") == "byte 3 in $[1]");
  CHECK(where_of(R"({"messages":[{"content":"a"},{"content":tru}]})") == "byte 40 in $.messages[1].content");
  CHECK(where_of(R"({"a":[1 2]})") == "byte 8 in $.a");
}

TEST_CASE("json: lone surrogates, invalid UTF-8 and control characters are refused with the place") {
  for (const char* text : {R"("\uD800")", R"("\uDC00")", R"("\uD800x")", R"("\uD800\n")", R"("\uD800\uD800")",
                           R"("\uD800\u0041")", R"("\uDFFF\uD800")"}) {
    CAPTURE(text);
    CHECK(code_of(text) == "json.surrogate");
  }
  CHECK(code_of(R"("\uD83D\uDE00")") == "ok");
  for (const char* text :
       {"\"\xFF\"", "\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xC3\"",
        "\"\x80\"", "\"\xF0\x9F\x98\"", "\xFF", "{\"\xFE\":1}"}) {
    CHECK(code_of(text) == "json.utf8");
  }
  CHECK(where_of("{\"a\":[\"ok\",\"b\xC3(\"]}") == "byte 13 in $.a[1]");
  CHECK(where_of("\"\xFF\"") == "byte 1");
}

TEST_CASE("json: in strings of all lengths each byte is looked at, wherever it stands") {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 0x80; ++byte) {
        if (byte == '\\') continue;
        std::string text(length, 'a');
        text[place] = char(byte);
        auto doc = json::Doc::parse('"' + text + '"');
        if (byte >= 0x20 && byte != '"') {
          REQUIRE(doc);
          REQUIRE((*doc)->root().string() == text);
          continue;
        }
        REQUIRE_FALSE(doc);
        std::size_t at = place + (byte == '"' ? 2 : 1);  // what follows the end, or the byte itself
        REQUIRE(doc.error().where == "byte " + std::to_string(at));
      }
    }
  }
}

TEST_CASE("json: a key given twice is refused, also when it is spelled differently") {
  CHECK(code_of(R"({"a":1,"b":2,"a":3})") == "json.duplicate_key");
  CHECK(code_of(R"({"a":1,"\u0061":3})") == "json.duplicate_key");
  CHECK(code_of(R"({"\u0061":1,"a":3})") == "json.duplicate_key");
  CHECK(code_of(R"({"a/b":1,"a\/b":3})") == "json.duplicate_key");
  CHECK(code_of(R"({"":1,"":3})") == "json.duplicate_key");
  CHECK(code_of(R"([{"a":1},{"a":1},{"A":1,"a":{"a":1}}])") == "ok");
  CHECK(where_of(R"({"m":[{"role":"x","role":"y"}]})") == "byte 18 in $.m[0].role");
  for (int n : {5, 12, 13, 40, 1000}) {
    std::string text = "{";
    for (int i = 0; i < n; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    CHECK(code_of(text + "\"z\":0}") == "ok");
    CHECK(code_of(text + "\"k" + std::to_string(n / 2) + "\":0}") == "json.duplicate_key");
    CHECK(code_of(text + "\"\\u006b" + std::to_string(n - 1) + "\":0}") == "json.duplicate_key");
  }
}

TEST_CASE("json: depth, bytes and number of values are limited") {
  CHECK(code_of(std::string(64, '[') + std::string(64, ']')) == "ok");
  CHECK(code_of(std::string(65, '[') + std::string(65, ']')) == "json.depth");
  CHECK(code_of(std::string(1'000'000, '[')) == "json.depth");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK(code_of(deep) == "json.depth");
  json::Limits limits;
  limits.depth = 0;
  CHECK(code_of("1", limits) == "ok");
  CHECK(code_of("[]", limits) == "json.depth");
  limits = {};
  limits.bytes = 4;
  CHECK(code_of("1234", limits) == "ok");
  CHECK(code_of("12345", limits) == "json.size");
  limits = {};
  limits.nodes = 6;  // the unused first entry of the tape counts
  CHECK(code_of("[1,2,3,4]", limits) == "ok");
  CHECK(code_of("[1,2,3,4,5]", limits) == "json.size");
  CHECK(code_of(R"({"a":1,"b":2})", limits) == "ok");
  CHECK(code_of(R"({"a":1,"b":2,"c":3})", limits) == "json.size");
}

TEST_CASE("json: a path never shows a key that could be client text") {
  auto doc = Doc::parse(R"({"messages":[{"4111 1111 1111 1111":{"ok_name":1}}],"AKIA1234567":2,"a.b":3})");
  REQUIRE(doc);
  Value root = (*doc)->root();
  CHECK((*(*root["messages"].at(0).begin()).begin()).path() == "$.messages[0]{0}.ok_name");
  CHECK(root["AKIA1234567"].path() == "${1}");
  CHECK(root["a.b"].path() == "${2}");
}

// A decoder asks for the path of each member that it does not know. If every path were a walk from the front, this
// would take an hour.
TEST_CASE("json: the paths of all values of a long document take no longer than the document") {
  constexpr std::size_t kElements = 1'500'000;
  std::string text = "[0";
  for (std::size_t i = 1; i < kElements; ++i) text += ",0";
  auto doc = Doc::parse(text + "]");
  REQUIRE(doc);
  std::size_t position = 0, wrong = 0;
  for (Value element : (*doc)->root()) wrong += element.path() != "$[" + std::to_string(position++) + "]";
  CHECK(position == kElements);
  CHECK(wrong == 0);
}

TEST_CASE("json: escapes are decoded in any text, and what is none stays") {
  CHECK(json::decode_escapes(R"({"a":"\u0034\n"})") == "{\"a\":\"4\n\"}");
  CHECK(json::decode_escapes(R"(\uD83D\uDE00)") == "\xF0\x9F\x98\x80");
  for (const char* text : {"", "\\", "\\x", "\\u12", "\\u12G4", "\\uD800", "\\uDC00", "\\uD800\\u0", "\\u+123"}) {
    CAPTURE(text);
    CHECK(json::decode_escapes(text) == text);
  }
  CHECK(json::decode_escapes(R"(\uD800\u0041)") == "\\uD800A");
}

TEST_CASE("json: random documents survive being read, written anew and read again") {
  json::test::RandomJson random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string text = random.document();
    CAPTURE(text);
    auto doc = Doc::parse(text);
    REQUIRE(doc);
    CHECK((*doc)->text() == text);
    json::Writer writer;
    rewrite((*doc)->root(), writer);
    auto again = Doc::parse(writer.take());
    REQUIRE(again);
    CHECK(same((*doc)->root(), (*again)->root()));
  }
}

TEST_CASE("json: raw() of every value of a random document is that value, and path() leads to it") {
  json::test::RandomJson random(2);
  for (int i = 0; i < 1000; ++i) {
    auto doc = Doc::parse(random.document(3));
    REQUIRE(doc);
    walk((*doc)->root(), [&](Value v) {
      CHECK((*doc)->text().substr(v.offset(), v.raw().size()) == v.raw());
      auto alone = Doc::parse(std::string(v.raw()));
      REQUIRE(alone);
      CHECK((*alone)->root().raw() == v.raw());
      CHECK((*alone)->root().size() == v.size());
      CHECK(v.path().starts_with("$"));
      if (!v.raw_key().empty()) CHECK(json::unescape(v.raw_key()) == v.key());
    });
  }
}
