// Readings look for their marks sixteen bytes at a time. Here each notation stands at every place of a block,
// beside what was made of it by hand, and what is looked for byte by byte gives the same.
#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>

#include "sense/scan/decode/decode.h"
#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/decode/rewritten.h"

namespace sluice::sense::scan {
namespace {

std::vector<Decoded> decode(const std::string& text) {
  Unread unread;
  return scan::decode(text, unread);
}
std::vector<Piece> encoded_runs(const std::string& text) {
  Unread unread;
  return scan::encoded_runs(text, unread);
}

const std::string kSecret = "the key is Ab12-Cd34";

std::string each(const std::string& text, const std::function<std::string(unsigned char)>& write) {
  std::string all;
  for (const char c : text) all += write(static_cast<unsigned char>(c));
  return all;
}

std::string number(unsigned value, unsigned base, std::size_t width) {
  std::string digits;
  for (; value > 0 || digits.size() < width; value /= base) digits.insert(0, 1, "0123456789abcdef"[value % base]);
  return digits;
}

std::string in_bits(const std::string& text, std::size_t size, const char* alphabet) {
  std::string all;
  unsigned bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= size; count -= size) all += alphabet[bits >> (count - size) & ((1u << size) - 1)];
  }
  return count > 0 ? all + alphabet[bits << (size - count) & ((1u << size) - 1)] : all;
}

std::vector<std::string> notations() {
  using namespace std::string_literals;
  std::vector<std::string> all = {
      in_bits(kSecret, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
      in_bits(kSecret, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
      each(kSecret, [](unsigned char c) { return number(c, 16, 2); }),
      each(kSecret, [](unsigned char c) { return "\\x" + number(c, 16, 2); }),
      each(kSecret, [](unsigned char c) { return "\\u" + number(c, 16, 4); }),
      each(kSecret, [](unsigned char c) { return "%" + number(c, 16, 2); }),
      each(kSecret, [](unsigned char c) { return "=" + number(c, 16, 2); }),
      each(kSecret, [](unsigned char c) { return "&#" + number(c, 10, 2) + ";"; }),
      each(kSecret, [](unsigned char c) { return "\\e[1m" + std::string(1, char(c)); }),
      each(kSecret, [](unsigned char c) { return "\u0084" + std::string(1, char(c)); }),
      each(kSecret, [](unsigned char c) { return "&zwnj;" + std::string(1, char(c)); })};
  for (const char* before : {"U+00", "u+00", "0x", "0X", ""})
    for (const char* between : {" ", ", ", ";", ":", "\n"})
      all.push_back(each(kSecret, [&](unsigned char c) { return before + number(c, 16, 2) + between; }));
  all.push_back(each(kSecret, [](unsigned char c) { return number(c, 10, 2) + " "; }));
  all.push_back(each(kSecret, [](unsigned char c) { return number(c, 8, 3) + " "; }));
  all.push_back(each(kSecret, [](unsigned char c) { return number(c, 2, 8) + " "; }));
  for (const char separator : " -_*/.|,~\n"s)
    all.push_back(each(kSecret, [&](unsigned char c) { return std::string{char(c), separator}; }));
  return all;
}

bool says_secret(const std::string& text) {
  for (const Decoded& piece : decode(text))
    if (piece.view.text.find(kSecret) != std::string::npos) return true;
  return false;
}

TEST_CASE("every notation is read wherever it stands") {
  for (const std::string& written : notations()) {
    CAPTURE(written);
    for (std::size_t before = 0; before <= 130; ++before) {
      CAPTURE(before);
      CHECK(says_secret(std::string(before, '!') + written + "!!"));
      CHECK(says_secret(std::string(before, '!') + written));
    }
  }
}

TEST_CASE("characters apart are read together with the separators that are listed, and with no others") {
  for (int c = 1; c < 0x7F; ++c) {
    const char separator = static_cast<char>(c);
    if (isalnum(c) != 0) continue;
    const std::string text =
        "!!" +
        each("abcdefghijklmnopqrst", [&](unsigned char letter) { return std::string{separator, char(letter)}; }) +
        separator + "!!";
    CAPTURE(c);
    CHECK(written_apart(text).empty() == (std::string_view(" -_*/.|,~\n").find(separator) == std::string::npos));
  }
}

TEST_CASE("the shortest of all notations are read wherever they stand") {
  for (const char* run : {"c29-fj8gbm8-Pj4gb3I_Pz9-IGI", "c29+fj8gbm8+Pj4gb3I/Pz9+IGI", "54686520636f6d6d"})
    for (std::size_t before = 0; before <= 130; ++before)
      CHECK(encoded_runs(std::string(before, '!') + run).size() == 1);
  const std::string apart = "a-b-c-d-e-f-g-h-i-";
  for (std::size_t before = 0; before <= 130; ++before)
    CHECK(written_apart(std::string(before, '!') + apart + "!!").size() == 1);
}

TEST_CASE("words in lines of one length are read together wherever they stand") {
  for (std::size_t width = 3; width <= 8; ++width) {
    std::string lines = "\n";
    for (std::size_t at = 0; at < kSecret.size(); at += width) lines += kSecret.substr(at, width) + "\n";
    for (std::size_t before = 0; before <= 130; ++before) {
      const std::vector<Piece> found = written_apart(std::string(before, '!') + lines);
      REQUIRE(found.size() == 1);
      CHECK(found[0].text.ends_with(kSecret));
    }
  }
}

bool is_base64(char c) {
  return isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("+/-_").find(c) < 4;
}

// What each run gives by itself, found byte by byte.
std::vector<Piece> runs_one_by_one(const std::string& t) {
  std::vector<Piece> all;
  for (std::size_t i = 0; i < t.size();) {
    std::size_t end = i, line = i;
    while (end < t.size() && (is_base64(t[end]) ||
                              (t[end] == '\n' && end - line >= 60 && end + 1 < t.size() && is_base64(t[end + 1]))))
      if (t[end++] == '\n') line = end;
    if (end - i >= 16) {
      for (Piece& piece : encoded_runs(t.substr(i, end - i))) {
        for (std::uint32_t& at : piece.origin) at += static_cast<std::uint32_t>(i);
        all.push_back(std::move(piece));
      }
    }
    i = std::max(i + 1, end);
  }
  return all;
}

// string_joints.cpp's rule, byte by byte.
std::vector<Edit> joints_one_by_one(const std::string& t) {
  const auto token = [](char c) {
    return isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_-+/=.@:").find(c) < 8;
  };
  const auto quote = [](char c) { return c == '"' || c == '\'' || c == '`'; };
  bool lists = false;
  for (const char* call : {".join", "implode", "concat", "strcat"}) lists = lists || t.find(call) != t.npos;
  std::vector<Edit> edits;
  for (std::size_t at = 1; at < t.size(); ++at) {
    if (!quote(t[at]) || !token(t[at - 1])) continue;
    std::size_t next = at + 1;
    bool sign = false;
    const std::size_t most = std::min(t.size(), at + 40);
    for (; next < most && !quote(t[next]); ++next) {
      const char c = t[next];
      const bool prefix = std::string_view("fFrRbBuUL@$").find(c) < 11 && next + 1 < most && quote(t[next + 1]);
      const bool joins = std::string_view("\n+&.|<>~").find(c) < 8 || (c == ',' && lists);
      if (!joins && !prefix && std::string_view(" \t\r()\\").find(c) == std::string_view::npos) break;
      sign = sign || joins;
    }
    if (next + 1 >= t.size() || next >= most || !quote(t[next]) || !sign || !token(t[next + 1])) continue;
    edits.push_back({at, next + 1, false});
    at = next + 1;
  }
  return edits;
}

TEST_CASE("runs and joined strings are those that a search byte by byte finds") {
  std::mt19937 random(11);
  const std::vector<std::string> parts = {"\"",
                                          "'",
                                          "`",
                                          "ab1",
                                          "+",
                                          " ",
                                          ",",
                                          "\n",
                                          "\\",
                                          "f\"",
                                          ".",
                                          ".join",
                                          "(",
                                          "x",
                                          "\" + \"",
                                          "\", \"",
                                          "don't",
                                          "VGhlIGNvbW1pdHRlZSBtZXQgb24gVHVlc2RheS4g",
                                          "VGhlIGNvbW1pdHRlZSBt",
                                          "54686520636f6d6d69747465",
                                          "A1b2C3",
                                          "/_-+",
                                          "c29-fj8gbm8-Pj4gb3I_Pz9-IGI",
                                          "c29+fj8gbm8+Pj4gb3I/Pz9+IGI",
                                          std::string(61, 'Q'),
                                          "\xC3\xA9",
                                          std::string(17, '!'),
                                          std::string(90, ' ')};
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t count = random() % 24; count > 0; --count) text += parts[random() % parts.size()];
    CAPTURE(text);
    const std::vector<Piece> found = encoded_runs(text), expected = runs_one_by_one(text);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].text == expected[i].text);
      CHECK(found[i].origin == expected[i].origin);
    }
    const std::vector<Edit> edits = joints_of_strings(text), wanted = joints_one_by_one(text);
    REQUIRE(edits.size() == wanted.size());
    for (std::size_t i = 0; i < edits.size(); ++i)
      CHECK((edits[i].start == wanted[i].start && edits[i].end == wanted[i].end && !edits[i].blank));
  }
}

}  // namespace
}  // namespace sluice::sense::scan
