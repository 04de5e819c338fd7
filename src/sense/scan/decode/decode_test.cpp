#include "sense/scan/decode/decode.h"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::sense::scan;

namespace {

std::vector<Decoded> decode(const std::string& text) {
  Unread unread;
  return decode(text, unread);
}

// What kept something of it from being read; empty: nothing did.
std::string bound(const std::string& text) {
  Unread unread;
  decode(text, unread);
  return unread.bound() == nullptr ? "" : unread.bound();
}

std::string base64(const std::string& in) {
  static const char* const kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < in.size(); i += 3) {
    const unsigned n = static_cast<unsigned char>(in[i]) << 16 | static_cast<unsigned char>(in[i + 1]) << 8 |
                       static_cast<unsigned char>(in[i + 2]);
    for (int shift = 18; shift >= 0; shift -= 6) out += kDigits[n >> shift & 63];
  }
  return out;
}

std::string again(const std::string& piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

// As it stands in a string of JSON.
std::string in_quotes(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out;
}

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

TEST_CASE("notations inside of notations are read three deep, and it is told that there are more") {
  CHECK(says("%5Cu0068%5Cu0065%5Cu006c%5Cu006c%5Cu006f", "hello"));  // escapes behind percent signs
  std::string text = "needle, and some more text to make it long enough";
  for (int depth = 1; depth <= 5; ++depth) {
    text = base64(text);
    CAPTURE(depth);
    CHECK(says(text, "needle") == (depth <= 3));
    CHECK(bound(text) == (depth <= 3 ? "" : "decode_depth"));
    CHECK(bound("%41%20" + text) == (depth <= 3 ? "" : "decode_depth"));
  }
}

TEST_CASE("six levels of escapes are read with what is encoded in them, and it is told that there are more") {
  std::string text = "\"\n" + base64("needle, and some more text to make it long enough") + "\"";
  for (int level = 1; level <= 8; ++level) {
    text = in_quotes(text);
    CAPTURE(level);
    CHECK(says(text, "needle") == (level <= 6));
    CHECK(bound(text) == (level <= 6 ? "" : "decode_escapes"));
  }
  CHECK(bound("see the line " + std::string(4096, '\\') + " here").empty());
  std::string page = again("{\"log\": \"a line, 4539 and\\n another\"}\n", 30'000);
  for (int level = 1; level <= 5; ++level) page = in_quotes(page).substr(0, 60'000);
  CHECK(bound(page).empty());
}

TEST_CASE("compressed text is read up to a multiple of its size, and it is told that there is more") {
  const std::string large =
      "eNrtyLENgDAQBLBVbo9ME6GnJBL5IuMzCHbpma7TWXeelV3XW71HprXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmut"
      "tdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmut"
      "tdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmuttdZaa6211lprrbXWWmut"
      "tdZaa6211lprrbXWWmuttdZaa6211lprrbXW/n4/bzTmeg==";
  const std::string small = "eNrtyDENwDAQBDAqxyNoouo7NlLzQ+CXQRHYo2e6TmfdeVZ2XW/1HpnWWmuttdZaa621v/sBfNyx9A==";
  CHECK(says("see " + large + " here", "no secrets; a text"));
  CHECK(bound("see " + large + " here") == "decode_inflate");
  CHECK(says("see " + small + " here", "no secrets; a text"));
  CHECK(bound("see " + small + " here").empty());
  CHECK(bound(again(small + " ", 60'000)) == "decode_size");
}

TEST_CASE("so many pieces that not all are read are told") {
  CHECK(bound(again("JTI1MjUyNTI1JTQx ", 60'000)) == "decode_pieces");  // %25252525%41
  CHECK(bound(again("aGVsbG8gd29ybGQh ", 60'000)).empty());
  CHECK(bound(again("<~9jqo^BlbD-BleB1DJ+*+F(f,q~> ", 60'000)).empty());
}

TEST_CASE("what is encoded at length is read in the windows that it is cut into") {
  std::string text = again("Die Größe der Straße, ", 9'000);
  text += "the needle";
  while (text.size() % 3 != 0) text += '.';
  const std::string run = base64(text);
  std::string hex;
  for (const char c : text) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[c & 15];
  }
  for (std::size_t cut = 0; cut <= 12; ++cut) {
    CAPTURE(cut);
    CHECK(says(run.substr(4000 + cut), "the needle"));
    CHECK(says(run.substr(0, 4000 + cut), "der Straße, Die"));
    CHECK(says(hex.substr(4000 + cut), "the needle"));
  }
  std::string mail;
  for (std::size_t at = 0; at < 1000; at += 76) mail += run.substr(at, 76) + "\r\n";
  CHECK(says(mail, again("Die Größe der Straße, ", 600)));
}

TEST_CASE("other escapes are read") {
  CHECK(says(R"(\x68\145\u{6c}\U0000006Co)", "hello"));
  CHECK(says("=68=65=6C=6C=6F", "hello"));
  CHECK(says("anna&commat;wintermail&period;fi", "anna@wintermail.fi"));
  CHECK(says(R"(\ud83d\ude00\n)", "\xF0\x9F\x98\x80"));
  CHECK(says("NBSWY3DPEB3W64TMMQ======", "hello world"));  // base32
  CHECK(says("nbswy3dpeb3w64tmmq======", "hello world"));
}

TEST_CASE("what terminals obey is read as nothing, in whatever notation it stands") {
  for (const char* red : {"\x1B[31m",
                          "\\e[31m",
                          "\\E[1;31m",
                          "\\033[31m",
                          "\\33[31m",
                          "\\x1b[31m",
                          "\\x1B[38;2;255;0;0;48;2;0;0;0m",
                          "\\u001b[31m",
                          "\\u{1b}[31m",
                          "%1B[31m",
                          "%1b%5B31m",
                          "&#27;[31m",
                          "&#x1b;[31m",
                          "^[[31m",
                          "\u009B31m",
                          "\\u009b31m",
                          "\\x9b31m",
                          "\x1B(B",
                          "\\033(B",
                          "\u0084",
                          "\u0099",
                          "\x1B]0;a title\x07",
                          "\x1B]8;;https://a.example/x?y=1\x1B\\",
                          "\\e]0;a title\\a",
                          "\\033]0;a title\\007",
                          "\\x1b]8;;https://a.example\\x1b\\\\",
                          "\u009D0;a title\u009C"}) {
    CAPTURE(red);
    CHECK(says("say " + std::string(red) + "hello" + red + " " + red + "wor" + red + "ld", "say hello world"));
  }
  CHECK(says("\\e]8;;mailto:anna%40wintermail.fi\\ahello", "8;;mailto:anna@wintermail.fi\nhello"));
  CHECK(says("\x1B]0;a title that does not end\nhello", "hello"));
  for (const char* text :
       {"^[0-9]+$", "/[^[]]/", "a regex \\033 of old", "\\elevation [2]", "100%1B", "caf\u00E9 \u00A0 \u00AB"})
    CHECK_MESSAGE(decode(text).empty(), text);
}

TEST_CASE("entities that nobody sees are read as nothing") {
  for (const char* name :
       {"zwnj", "zwj", "shy", "lrm", "rlm", "NoBreak", "ZeroWidthSpace", "InvisibleTimes", "ic"})
    CHECK_MESSAGE(says("say hel&" + std::string(name) + ";lo", "say hello"), name);
  CHECK(says("hello&ensp;world&semi;&thinsp;1&vert;2", "hello world; 1|2"));
  CHECK(decode("a&b; x&zw; AT&T").empty());
}

TEST_CASE("quoted-printable is read with its line ends") {
  CHECK(says("=34=31=\n=31=31", "4111"));
  CHECK(says("write to bob=\n@corp.de or anna@cor=\r\np.de", "bob@corp.de or anna@corp.de") == false);
  CHECK(says("write to bob@co=\nrp.de", "bob@corp.de"));
  CHECK(says("4539=\n5787=\r\n6362=\n1486", "4539578763621486"));
  const std::string line(75, 'x');
  CHECK(says(line + "=\n" + line + "=\r\nyz", line + line + "yz"));
  CHECK(says("Content-Transfer-Encoding: quoted-printable\n\nbob=\n@corp.de, caf=C3=A9 a=41b",
             "bob@corp.de, café aAb"));
  for (const char* text :
       {"A1=\nB2=x\nC3=y", "NAME=\nOTHER=\n", "x =\n  5 + y", "if (a ==\n b)", "size=41", "=\n", "a=\n"})
    CHECK_MESSAGE(decode(text).empty(), text);
}

TEST_CASE("lists of character codes are read") {
  for (const char* list : {"U+0068 U+0065 U+006C U+006C U+006F U+0021", "0x68 0x65 0x6c 0x6c 0x6f 0x21",
                           "68 65 6c 6c 6f 21", "104, 101, 108, 108, 111, 33", "150 145 154 154 157 041",
                           "01101000 01100101 01101100 01101100 01101111 00100001"}) {
    CHECK_MESSAGE(says(list, "hello!"), list);
    CHECK_MESSAGE(says(std::string("Please read ") + list + " to me", "hello!"), list);
  }
  CHECK(decode("10 20 30 40 50 60 70 80 90 100 110").empty());
  CHECK(decode("2019 2020 2021 2022 2023 2024").empty());
  CHECK(decode("120 340 260 177 300 210 640 480").empty());
}

// Made by GNU od 9.1 and FreeBSD's hexdump of "card 4539 5787 6362 1486\n\tis what bob@corp.de has, café\n".
TEST_CASE("dumps in octal and in columns of characters are read") {
  const char* const kDumps[] = {// od -c
                                "0000000   c   a   r   d       4   5   3   9       5   7   8   7       6\n"
                                "0000020   3   6   2       1   4   8   6  \\n  \\t   i   s       w   h   a\n"
                                "0000040   t       b   o   b   @   c   o   r   p   .   d   e       h   a\n"
                                "0000060   s   ,       c   a   f 303 251  \\n\n"
                                "0000071\n",
                                // od -b
                                "0000000 143 141 162 144 040 064 065 063 071 040 065 067 070 067 040 066\n"
                                "0000020 063 066 062 040 061 064 070 066 012 011 151 163 040 167 150 141\n"
                                "0000040 164 040 142 157 142 100 143 157 162 160 056 144 145 040 150 141\n"
                                "0000060 163 054 040 143 141 146 303 251 012\n"
                                "0000071\n",
                                // od
                                "0000000 060543 062162 032040 031465 020071 033465 033470 033040\n"
                                "0000020 033063 020062 032061 033070 004412 071551 073440 060550\n"
                                "0000040 020164 067542 040142 067543 070162 062056 020145 060550\n"
                                "0000060 026163 061440 063141 124703 000012\n"
                                "0000071\n",
                                // od -a
                                "0000000   c   a   r   d  sp   4   5   3   9  sp   5   7   8   7  sp   6\n"
                                "0000020   3   6   2  sp   1   4   8   6  nl  ht   i   s  sp   w   h   a\n"
                                "0000040   t  sp   b   o   b   @   c   o   r   p   .   d   e  sp   h   a\n"
                                "0000060   s   ,  sp   c   a   f   C   )  nl\n"
                                "0000071\n",
                                // hexdump -c
                                "0000000   c   a   r   d       4   5   3   9       5   7   8   7       6\n"
                                "0000010   3   6   2       1   4   8   6  \\n  \\t   i   s       w   h   a\n"
                                "0000020   t       b   o   b   @   c   o   r   p   .   d   e       h   a\n"
                                "0000030   s   ,       c   a   f 303 251  \\n                            \n"
                                "0000039\n",
                                // hexdump -o
                                "0000000  060543  062162  032040  031465  020071  033465  033470  033040\n"
                                "0000010  033063  020062  032061  033070  004412  071551  073440  060550\n"
                                "0000020  020164  067542  040142  067543  070162  062056  020145  060550\n"
                                "0000030  026163  061440  063141  124703  000012                        \n"
                                "0000039\n",
                                // hexdump -b
                                "0000000 143 141 162 144 040 064 065 063 071 040 065 067 070 067 040 066\n"
                                "0000010 063 066 062 040 061 064 070 066 012 011 151 163 040 167 150 141\n"
                                "0000020 164 040 142 157 142 100 143 157 162 160 056 144 145 040 150 141\n"
                                "0000030 163 054 040 143 141 146 303 251 012                            \n"
                                "0000039\n"};
  for (const std::string dump : kDumps) {
    CAPTURE(dump);
    for (const std::string& text : {dump, "the dump:\n" + dump + "and so on\n"})
      CHECK(says(text, "card 4539 5787 6362 1486\n\tis what bob@corp.de has, caf"));
    CHECK(says("\n" + dump.substr(dump.find('\n') + 1), "362 1486\n\tis what bob@corp.de has, caf"));
  }
}

TEST_CASE("what is written apart is read together, and marked as rearranged") {
  CHECK(says("h e l l o w o r l d", "helloworld"));
  CHECK(says("say h-e-l-l-o-w-o-r-l-d", "helloworld"));
  CHECK(says("hell\nowor\nldag\nain", "helloworldagain"));
  for (const Decoded& d : decode("h e l l o w o r l d")) CHECK(d.rearranged);
  CHECK(decode("a paragraph\n\nand another one\nof ordinary text --------------------------------").empty());
}

TEST_CASE("letters that look like Latin ones are read as such in words that mix both") {
  CHECK(says("p\u0430ssw\u043Erd: x", "password: x"));
  CHECK(decode("Сегодня мы поговорим о погоде и о море, and about the weather.").empty());
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
