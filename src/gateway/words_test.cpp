#include "gateway/words.h"

#include <doctest/doctest.h>

#include <random>

#include "text/normalise.h"

using namespace sluice;
using gateway::form_of;
using gateway::form_of_arguments;
using gateway::Words;

namespace {

std::string in_bits(std::string_view text, std::size_t most, std::mt19937& random) {
  Words words;
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), 1 + random() % most);
    words.add(text.substr(0, size));
    text.remove_prefix(size);
  }
  return words.form();
}

}  // namespace

TEST_CASE("words: line ends, blanks before them, white space around and normal forms make no difference") {
  CHECK(form_of(" one\ttwo \t\r\n\r\rthree\n") == "one\ttwo\n\n\nthree");
  CHECK(form_of("u\xCC\x88") == "\xC3\xBC");
  CHECK(form_of("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8") == "\xEA\xB0\x81");  // Hangul
  CHECK(form_of(" \n ") == "");
  CHECK(form_of("a  b") != form_of("a b"));
  CHECK(form_of(std::string(65, 'x')).size() < 32);
}

TEST_CASE("words: how a text was cut makes no difference, and its form is that of what NFC makes of it") {
  std::mt19937 random(7);
  const char* const kBits[] = {" ",
                               "  \n",
                               "\r\n",
                               "\r",
                               "\n",
                               "word",
                               "u\xCC\x88",
                               "\xC3\xBC",
                               "e\xCC\x81\xCC\xA3",
                               "\xE4\xBD\xA0\xE5\xA5\xBD",
                               "\xE1\x84\x80\xE1\x85\xA1",
                               "\xE3\x81\x8B\xE3\x82\x99",
                               "\xF0\x9F\x98\x80",
                               "\xE2\x84\xAB",
                               "\t",
                               "longer words of ordinary text. "};
  for (int i = 0; i < 60; ++i) {
    std::string text;
    const std::size_t size = i % 6 == 0 ? 300'000 : random() % 300;
    while (text.size() < size) text += kBits[random() % std::size(kBits)];
    const std::string form = form_of(text);
    CHECK(in_bits(text, 7, random) == form);
    CHECK(in_bits(text, 100'000, random) == form);
    CHECK(form_of(text::nfc(text)) == form);
    CHECK(form_of("\n" + text + " ") == form);
    CHECK(form_of(text + "x") != form);
  }
  const std::string plain(200'000, 'x');
  CHECK(in_bits(plain, 1000, random) == form_of(plain));
  CHECK(form_of(plain).size() < 100);
}

TEST_CASE("words: arguments are known by what they say in JSON") {
  CHECK(form_of_arguments(R"({"b": [1.50, true, null], "a": "x\ny"})") ==
        form_of_arguments("{\"a\":\"x\\u000ay\",\n\"b\":[15e-1,true,null]}"));
  CHECK(form_of_arguments(R"({"a":1,"b":2})") != form_of_arguments(R"({"a":2,"b":1})"));
  CHECK(form_of_arguments(R"([1,2])") != form_of_arguments(R"([2,1])"));
  CHECK(form_of_arguments(R"({"a": "not whole)") == form_of_arguments(R"({"a":"not whole)"));
}
