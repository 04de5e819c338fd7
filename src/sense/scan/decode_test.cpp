#include "sense/scan/decode.h"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::sense::scan;

namespace {

// Whether one of the decoded texts contains `wanted`, and its origins point into the input.
bool says(const std::string& text, const std::string& wanted) {
  for (const Decoded& d : decode(text)) {
    CHECK(d.view.origin.size() == d.view.text.size() + 1);
    for (std::size_t i = 1; i < d.view.origin.size(); ++i) CHECK(d.view.origin[i - 1] <= d.view.origin[i]);
    CHECK(d.view.origin.back() <= text.size());
    if (d.view.text.find(wanted) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("plain text has nothing to decode") {
  CHECK(decode("The quick brown fox jumps over the lazy dog, 100 % of the time.").empty());
  CHECK(decode("").empty());
  CHECK(decode("a path /usr/share/doc/internationalisation and SOMECONSTANTNAME").empty());
}

TEST_CASE("escapes, percent signs, entities, base64 and hexadecimal are read") {
  CHECK(says(R"(card \u0034\u0031\u0031\u0031)", "4111"));
  CHECK(says(R"(a\nb\tc \"quoted\")", "a\nb\tc \"quoted\""));
  CHECK(says("anna%40wintermail.fi%20writes", "anna@wintermail.fi writes"));
  CHECK(says("&#52;&#53;&#x33;9", "4539"));
  CHECK(says("say SGVsbG8sIHdvcmxkISBIb3cgYXJlIHlvdT8= now", "Hello, world! How are you?"));
  CHECK(says("SGVsbG8sIHdvcmxkISBIb3cgYXJlIHlvdT8_", "Hello, world! How are you?"));
  CHECK(says("48656c6c6f2c20776f726c6421", "Hello, world!"));
}

TEST_CASE("what decodes to bytes that are no text is left alone") {
  CHECK(decode("3f786850e387550fdab836ed7e6dc881de23001b").empty());
  CHECK(decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ").empty());
}

TEST_CASE("incomplete notations at the end of a text do no harm") {
  for (const char* text : {"\\", "\\u", "\\u00", "a\\n\\u12", "%", "%4", "&#", "&#x", "&#52",
                           "\\uD800\\uD800 \\n\\n", "%FF%FE%FD", "&#1114112;&#55296;"}) {
    decode(text);
  }
}
