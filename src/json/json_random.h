// Random JSON texts for the tests of this room and of those above it. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace sluice::json::test {

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < std::uint64_t(percent); }

  // White space anywhere it may stand, every escape form, numbers in all spellings, non-ASCII text, unique
  // keys.
  std::string document(int depth = 4) {
    std::string out = space();
    value(out, depth);
    out += space();
    return out;
  }

  void value(std::string& out, int depth) {
    switch (below(depth > 0 ? 8 : 5)) {
      case 0:
        out += "null";
        break;
      case 1:
        out += chance(50) ? "true" : "false";
        break;
      case 2:
        out += number();
        break;
      case 3:
      case 4:
        string(out);
        break;
      case 5:
      case 6:
        object(out, depth);
        break;
      default:
        array(out, depth);
    }
  }

  void object(std::string& out, int depth) {
    out += '{' + space();
    std::size_t n = below(chance(3) ? 30 : 5);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) out += ',' + space();
      out += "\"" + std::to_string(i) + "_";  // makes it unique
      string_body(out);
      out += '"' + space();
      out += ':' + space();
      value(out, depth - 1);
      out += space();
    }
    out += '}';
  }

  void array(std::string& out, int depth) {
    out += '[' + space();
    std::size_t n = below(5);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) out += ',' + space();
      value(out, depth - 1);
      out += space();
    }
    out += ']';
  }

  std::string number() {
    std::string out = chance(40) ? "-" : "";
    std::uint64_t below_this = chance(50) ? 10 : 1'000'000'000;
    std::string digits = std::to_string(below(below_this));
    if (digits != "0" && chance(8))
      digits += std::to_string(1 + random_() % 1'000'000'000'000);  // beyond 64 bits at times
    out += digits;
    // One draw a statement: the order inside an expression is the compiler's choice, and a seed must mean one
    // text.
    if (chance(30)) {
      out += "." + std::to_string(below(100'000));
      if (chance(30)) out += "00";
    }
    if (chance(20)) {
      out += chance(50) ? "e" : "E";
      if (chance(50)) out += chance(50) ? "+" : "-";
      std::uint64_t most = chance(90) ? 20 : 330;
      out += std::to_string(below(most));
    }
    return out;
  }

  void string(std::string& out) {
    out += '"';
    string_body(out);
    out += '"';
  }

  void string_body(std::string& out) {
    static const char* const kPieces[] = {"a",
                                          "Z",
                                          " ",
                                          "\\n",
                                          "\\\"",
                                          "\\\\",
                                          "\\/",
                                          "\\t",
                                          "\\b",
                                          "\\f",
                                          "\\r",
                                          "\\u0061",
                                          "\\u00e9",
                                          "\\u20AC",
                                          "\\uD83D\\uDE00",
                                          "\xC3\xA9",
                                          "\xE2\x82\xAC",
                                          "\xF0\x9F\x98\x80",
                                          "\\u0000",
                                          "\x7F",
                                          "\xE2\x80\xA8",
                                          "hello world, plain text",
                                          "{",
                                          "[",
                                          ":",
                                          ",",
                                          "0"};
    for (std::size_t n = below(6); n > 0; --n) out += kPieces[below(std::size(kPieces))];
  }

  std::string space() {
    std::string out;
    while (chance(15)) out += " \n\r\t"[below(4)];
    return out;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace sluice::json::test
