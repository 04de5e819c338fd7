#include "json/writer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "json/doc.h"

using namespace sluice;

TEST_CASE("writer: nesting, commas and keys") {
  json::Writer w;
  w.object().member("id", "x").key("list").array().value(1).value(true).null().array().end().object().end().end();
  w.member("d", 0.1).member("u", std::uint64_t(18446744073709551615ull)).key("raw").raw("1.0").end();
  CHECK(w.take() == R"({"id":"x","list":[1,true,null,[],{}],"d":0.1,"u":18446744073709551615,"raw":1.0})");
  CHECK(w.value("again").take() == "\"again\"");
  CHECK(w.value(std::int64_t(INT64_MIN)).take() == "-9223372036854775808");
}

TEST_CASE("writer: only what RFC 8259 asks for is escaped") {
  CHECK(json::quote("a\"b\\c/\n\r\t\b\f\x01\x1F\x7F\xC3\xA9") ==
        "\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\\u001f\x7F\xC3\xA9\"");
  CHECK(json::quote(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("writer: one byte that needs an escape is found at each place of texts of all lengths") {
  for (std::size_t length = 0; length <= 24; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(length, 'a');
        text[place] = char(byte);
        auto doc = json::Doc::parse(json::quote(text));
        REQUIRE(doc);
        REQUIRE((*doc)->root().string() == text);
      }
    }
  }
}

TEST_CASE("writer: any bytes become a valid JSON string, and valid text comes back unchanged") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (std::size_t n = random() % 12; n > 0; --n) bytes += char(random());
    auto doc = json::Doc::parse(json::quote(bytes));
    REQUIRE(doc);
    std::string back = *(*doc)->root().string();
    if (back.find("\xEF\xBF\xBD") == std::string::npos) CHECK(back == bytes);
  }
  CHECK(json::quote("a\xFFz\xC3") == "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
  CHECK(json::quote("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("writer: a double reads back as the same double; what is not finite becomes null") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t bits = random();
    double d;
    std::memcpy(&d, &bits, 8);
    json::Writer w;
    std::string text = w.value(d).take();
    auto doc = json::Doc::parse(text);
    REQUIRE(doc);
    if (std::isfinite(d)) {
      CHECK((*doc)->root().number() == d);
    } else {
      CHECK(text == "null");
    }
  }
}
