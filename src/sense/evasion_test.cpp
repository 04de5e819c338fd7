// Numbers and keys that somebody writes so that a detector does not see them, and pages of harmless numbers that
// look alike. Both are made here, from identifiers whose check digits come from tests/golden/identifiers.txt.
#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "sense/test_text.h"
#include "text/utf8.h"

namespace sluice::sense {
namespace {

using testing::patient;
using testing::standard_judge;

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {
    std::ifstream in("tests/golden/identifiers.txt");
    for (std::string name, value, verdict, line; std::getline(in, line);) {
      std::istringstream words(line);
      if (words >> name >> value >> verdict && verdict == "ok") valid_[name].push_back(value);
    }
  }
  bool ready() const { return valid_.count("iban") && valid_.count("poland_pesel"); }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(list.size())];
  }
  const std::string& valid(const std::string& name) { return one_of(valid_.at(name)); }
  std::string digits(std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string letters(std::size_t count) {
    static const std::string all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string text;
    while (text.size() < count) text += one_of(all);
    return text;
  }
  // ISO/IEC 7812-1 annex B: every second digit from the right doubled, its digits summed, to a multiple of ten.
  std::string card() {
    std::string number = one_of(std::array<const char*, 4>{"4", "52", "37", "6011"});
    number += digits((number[0] == '3' ? 14 : 15) - number.size());
    int sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
      int value = number[number.size() - 1 - i] - '0';
      if (i % 2 == 0) value = value * 2 - (value > 4 ? 9 : 0);
      sum += value;
    }
    return number + static_cast<char>('0' + (10 - sum % 10) % 10);
  }

 private:
  std::mt19937 random_;
  std::map<std::string, std::vector<std::string>> valid_;
};

std::vector<std::string> cut(const std::string& text, const std::vector<std::size_t>& sizes) {
  std::vector<std::string> groups;
  std::size_t at = 0;
  for (std::size_t size : sizes) {
    groups.push_back(text.substr(at, size));
    at += size;
  }
  return groups;
}

std::vector<std::string> by_four(const std::string& text) {
  if (text.size() == 15) return cut(text, {4, 6, 5});
  std::vector<std::string> groups;
  for (std::size_t at = 0; at < text.size(); at += 4) groups.push_back(text.substr(at, 4));
  return groups;
}

std::string join(const std::vector<std::string>& groups, const std::string& gap, const std::string& before = "",
                 const std::string& behind = "") {
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) text += (i == 0 ? "" : gap) + groups[i];
  return before + text + behind;
}

// One of the writings that hide a number.
std::string hidden(Maker& make, const std::vector<std::string>& groups) {
  static const std::vector<std::string> gaps = {
      "\t",    ",",    ", ",       "; ",      " | ",     "\n",        "\n  ",   "\r\n", "\n> ",
      "<wbr>", "<br>", "<!-- -->", "&zwnj;",  "&#8203;", "&nbsp;",    "&shy;",  " • ",  "·",
      "\\\n",  "~~",   "+",        "</b><b>", "**",      "</td><td>", "<span>", "__"};
  static const std::vector<std::string> joints = {"\" + \"", "\" +\n    \"", "\" & \"", "\"\n  \"", "\" . \""};
  if (make.below(4) == 0) return join(groups, make.one_of(joints), "\"", "\"");
  return join(groups, make.one_of(gaps));
}

bool finds(const std::string& text, CategorySet categories) {
  return standard_judge().judge_text(text, {}).label.categories.intersects(categories);
}

struct Share {
  std::size_t found = 0, all = 0;
  std::string missed;
  void count(const std::string& text, CategorySet categories) {
    ++all;
    if (finds(text, categories))
      ++found;
    else if (missed.size() < 2000)
      missed += "[" + text + "]\n";
  }
  bool at_least(double share) const { return double(found) >= share * double(all); }
};

}  // namespace

TEST_CASE("cards and IBANs are found whatever stands between their groups") {
  Maker make(1);
  REQUIRE(make.ready());
  Share share;
  const std::vector<std::string> frames = {"Please charge ", "my number is ", "x = ", "here:\n"};
  for (int i = 0; i < 400; ++i) {
    const std::string& frame = make.one_of(frames);
    share.count(frame + hidden(make, by_four(make.card())) + " today", {Category::Financial});
    share.count(frame + hidden(make, by_four(make.valid("iban"))) + " today", {Category::Financial});
  }
  CHECK_MESSAGE(share.at_least(0.95), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("national identifiers beside their name are found whatever stands between their groups") {
  Maker make(2);
  REQUIRE(make.ready());
  struct Id {
    const char *validator, *name;
    std::vector<std::size_t> groups;
  };
  const std::vector<Id> ids = {{"poland_pesel", "PESEL", {4, 4, 3}},
                               {"germany_tax_id", "Steuer-ID", {2, 3, 3, 3}},
                               {"india_aadhaar", "Aadhaar", {4, 4, 4}},
                               {"netherlands_bsn", "BSN", {4, 2, 3}},
                               {"brazil_cpf", "CPF", {3, 3, 3, 2}},
                               {"canada_sin", "SIN", {3, 3, 3}},
                               {"switzerland_ahv", "AHV-Nummer", {3, 4, 4, 2}}};
  Share share;
  for (int i = 0; i < 400; ++i) {
    const Id& id = make.one_of(ids);
    share.count(
        "My " + std::string(id.name) + " is " + hidden(make, cut(make.valid(id.validator), id.groups)) + ".",
        {Category::GovId});
  }
  CHECK_MESSAGE(share.at_least(0.9), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("keys are found in joined strings, broken lines and letters apart") {
  Maker make(3);
  const std::vector<std::string> gaps = {"\" + \"", "\" +\n      \"", "\"\n   \"", "\" . \"", "\" & \"", "\\\n",
                                         "\n",      "\n    ",         "\n> "};
  Share share;
  for (int i = 0; i < 300; ++i) {
    const std::vector<std::string> keys = {"ghp_" + make.letters(36), "sk_live_" + make.letters(24),
                                           "npm_" + make.letters(36), "glpat-" + make.letters(20)};
    const std::string& key = make.one_of(keys);
    const std::size_t first = 8 + make.below(8);
    const std::string& gap = make.one_of(gaps);
    const bool quoted = gap[0] == '"';
    std::string text =
        join({key.substr(0, first), key.substr(first)}, gap, quoted ? "\"" : "", quoted ? "\"" : "");
    if (i % 8 == 0) {
      text.clear();
      for (const char c : key) text += std::string(text.empty() ? "" : " ") + c;
    }
    share.count("the token is " + text, {Category::Credentials});
  }
  CHECK_MESSAGE(share.at_least(0.9), share.found << " of " << share.all << ", not\n" << share.missed);
}

TEST_CASE("a hidden number is shown where it stands") {
  const Judgement judgement = standard_judge().judge_text("Größe 7: 4539,5787,6362,1486 und mehr", {});
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].detector == "payment_card");
  CHECK(judgement.findings[0].start == 9);
  CHECK(judgement.findings[0].end == 28);
}

TEST_CASE("pages of numbers are no cards") {
  Maker make(4);
  std::size_t alarms = 0;
  std::string wrong;
  const std::vector<std::string> rows = {",", "\t", " | ", ", ", ";"};
  for (int i = 0; i < 600; ++i) {
    std::string text;
    const std::string& gap = make.one_of(rows);
    const std::size_t columns = 3 + make.below(6), size = 2 + make.below(7), lines = 2 + make.below(30);
    for (std::size_t line = 0; line < lines; ++line) {
      std::vector<std::string> cells;
      for (std::size_t c = 0; c < columns; ++c) cells.push_back(make.digits(size));
      text += join(cells, gap) + "\n";
    }
    const Judgement judgement = standard_judge().judge_text(text, {});
    if (judgement.label.categories.empty()) continue;
    ++alarms;
    wrong +=
        judgement.findings.empty() ? "" : judgement.findings[0].detector + " in\n" + text.substr(0, 200) + "\n";
  }
  CHECK_MESSAGE(alarms <= 6, alarms << " of 600:\n"
                                    << wrong);  // a check digit of ten is right by chance now and then
  for (const char* text :
       {"2026-01-19T12:30:45,123 INFO [4111] rows=1111 took 1111 ms, 1111 more", "1,234,567,890,123 people",
        "int t[] = {4, 5, 39, 578, 76, 3, 62, 1486};", "see pages 45, 39, 57, 87, 63, 62, 14, 85 and 90",
        "[[4539, 5787], [6362, 1486], [1234, 5678], [1111, 2222]]", "v1.2.3, v4.5.6, v7.8.9",
        "<td>45</td><td>39.57</td><td>87.63</td><td>62.14</td>"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

namespace {

// What of `text` its only kind of finding covers, from the first to the last.
std::string shown(const std::string& text, const char* detector) {
  std::size_t from = std::string::npos, to = 0;
  for (const Finding& finding : standard_judge().judge_text(text, {}).findings) {
    if (finding.detector != detector) continue;
    from = std::min(from, finding.start);
    to = std::max(to, finding.end);
  }
  if (from == std::string::npos) return "";
  std::size_t byte = 0, start = 0;
  for (std::size_t point = 0; point < to; ++point) {
    if (point == from) start = byte;
    text::next_code_point(text, byte);
  }
  return text.substr(start, byte - start);
}

}  // namespace

TEST_CASE("control characters, marks and private characters between digits hide nothing") {
  const std::vector<std::string> groups = {"4539", "5787", "6362", "1486"};
  const std::vector<std::string> gaps = {"\f",          "\v",     std::string(1, '\0'),
                                         "\x1B",        "\x1C",   "\x1D",
                                         "\x1E",        "\x1F",   "\x7F",
                                         "\b",          "\x01",   "\x1B[0m",
                                         "\x1B[1;31m ", "\uE000", "\u2800",
                                         "\U000F0001",  "\u0301", "\u0301 \u0301",
                                         "\uE000\uE001"};
  for (const std::string& gap : gaps) {
    CAPTURE(gap);
    const std::string written = join(groups, gap);
    CHECK(shown("my card " + written + " is it", "payment_card") == written);
  }
  for (const std::string& gap : {std::string(1, '\0'), std::string("\x1B"), std::string("\x7F"),
                                 std::string("\uE000"), std::string("\u0301")}) {
    std::string written;
    for (const char c : std::string("4539578763621486")) written += (written.empty() ? "" : gap) + c;
    CAPTURE(written);
    CHECK(shown("my card " + written + " is it", "payment_card") == written);
    CHECK(finds("key ghp_4x0YijnSsWNOOmCU" + std::string(1, '\0') + "piSEVvnoFDGb1n4XHjix",
                {Category::Credentials}));
  }
  CHECK(shown("total\f4539 5787\f6362 1486", "payment_card") == "4539 5787\f6362 1486");
  for (const std::string& text :
       {std::string("page 12\fpage 13\f1998\f2024 4539"), std::string("a\x1B[31mred 4539\x1B[0m 5787"),
        std::string("\uE0A0 4539 \uE0B0 5787 \uE0B1 master"),
        std::string("name\x1F"
                    "1998\x1F"
                    "2024\x1E"
                    "x\x1F"
                    "4539"),
        std::string("שלום 1998 עולם 2024"), std::string("e\u0301te\u0301 1998")})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

TEST_CASE("digits of other looks are digits") {
  const std::string card = "4539578763621486";
  const auto written = [&](const std::vector<std::string>& digits) {
    std::string text;
    for (const char c : card) text += digits[static_cast<std::size_t>(c - '0')];
    return text;
  };
  for (const std::vector<std::string>& digits :
       std::vector<std::vector<std::string>>{{"⓿", "❶", "❷", "❸", "❹", "❺", "❻", "❼", "❽", "❾"},
                                             {"⓪", "⓵", "⓶", "⓷", "⓸", "⓹", "⓺", "⓻", "⓼", "⓽"},
                                             {"🄌", "➊", "➋", "➌", "➍", "➎", "➏", "➐", "➑", "➒"},
                                             {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"},
                                             {"零", "壹", "貳", "參", "肆", "伍", "陸", "柒", "捌", "玖"}}) {
    CAPTURE(written(digits));
    CHECK(shown("card " + written(digits) + ".", "payment_card") == written(digits));
  }
  for (const char* text : {"人民币肆拾伍万叁仟玖佰伍拾柒元捌角柒分", "合计:壹拾贰万叁仟肆佰伍拾陆元整",
                           "❶ open ❷ read ❸ close", "步骤 ❶❷❸ 完成", "大写金额:伍佰柒拾捌元柒角陆分"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

TEST_CASE("what is shown backwards is read as it is shown") {
  CHECK(shown("card \u202E6841 2636 7875 9354\u202C today", "payment_card") == "6841 2636 7875 9354\u202C");
  CHECK(finds("\u202E6841263678759354", {Category::Financial}));
  for (const char* text : {"הכרטיס שלי הוא 1998 ולא 2024", "\u202Eאבג\u202C 4539 5787", "رقم الهاتف ١٩٩٨ و٢٠٢٤",
                           "\u202E2024 8991 4539\u202C"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

// More of them: tests/cases/sense/payment_card.case.
TEST_CASE("a value in another notation for bytes is shown as all that writes it") {
  const std::string base85 = "ZFwMLVRB\?3Zgp*9WpW^Cb09P|GdUnNH#j#SHZwLdATcyJHU";
  CHECK(shown("read " + base85 + " now", "payment_card") == base85);
  const std::string dump =
      "00000000: 6361 7264 2034 3533 3920 3537 3837 2036  card 4539 5787 6\n00000010: 3336 3220 3134 3836 2069 "
      "7320 7768 6174  362 1486 is what\n00000020: 2049 2068 6176 65                         I have\n";
  CHECK(shown("dump:\n" + dump + "end", "payment_card") == dump);
  CHECK(shown("card \\34 539 \\35 787 6362 1486 ok", "payment_card") == "\\34 539 \\35 787 6362 1486");
  const std::string powershell =
      "JABwAGEAcwBzAHcAbwByAGQAIAA9ACAAIgBUAHIAMAB1AGIANABkAG8AcgAmADMAeABLACIAOwAgAEMAbwBuAG4AZQBjAHQALQBTAGUAcgB"
      "2AGUAcgAgAC0AQwBhAHIAZAAgADQANQAzADkANQA3ADgANwA2ADMANgAyADEANAA4ADYA";
  CHECK(shown("powershell -enc " + powershell + " now", "password") == powershell);
}

TEST_CASE("numbers in fields that count their parts are one number") {
  for (std::string text :
       {"card_part_1=4539&card_part_2=5787&card_part_3=6362&card_part_4=1486",
        R"({"card":{"part1":"4539","part2":"5787","part3":"6362","part4":"1486"}})",
        R"({"card":{"a":"4539","b":"5787","c":"6362","d":"1486"}})",
        "card part 1: 45395787, card part 2: 63621486", "card a = 45395787\ncard b = 63621486\n",
        "card_1: \"4539\"\ncard_2: \"5787\"\ncard_3: \"6362\"\ncard_4: \"1486\"\n"})
    CHECK_MESSAGE(finds(text, {Category::Financial}), text);
  for (std::string text :
       {"part_1=4539&part_2=5787&part_3=6362&part_4=1487", "x1=4539 y1=5787 x2=6362 y2=1486",
        "width: 4539, height: 5787, depth: 6362, count: 1486", R"({"id":"45395787","parent":"63621486"})",
        "v1: 4539, v2: 5787, v3: 6362, v4: 1486, v5: 1024, v6: 2048, v7: 4096, v8: 8192, v9: 1111"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

TEST_CASE("a value beside what a terminal obeys is shown") {
  for (const std::string& red : {std::string("\\e[31m"), std::string("\\033[1;31m"), std::string("\\x1b[31m"),
                                 std::string("%1B%5B31m"), std::string("^[[31m"), std::string("\u009B31m"),
                                 std::string("\x1B]0;build\x07"), std::string("\\e]0;build\\a")}) {
    CAPTURE(red);
    CHECK(shown("card " + red + "4539578763621486 is it", "payment_card") == "4539578763621486");
    CHECK(shown("card 45395787" + red + "63621486 is it", "payment_card") == "45395787" + red + "63621486");
    CHECK(shown("write to bob" + red + "@corp.de now", "email") == "bob" + red + "@corp.de");
  }
  for (const char* text :
       {"\\e[31mFAILED\\e[0m 45 of 3957 tests in 8763 ms", "printf '\\033[1;%dm%s\\033[0m\\n' 31 4539",
        "PS1='\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\w\\$ '", "^[[2K^[[1G 1998 ^[[32m2024^[[0m",
        "/^[[0-9]]+@/ and %1B"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

TEST_CASE("values in mails, pages and dumps are shown") {
  CHECK(shown("write to bob&zwnj;@co&shy;rp.de now", "email") == "bob&zwnj;@co&shy;rp.de");
  CHECK(shown("write to bob@co=\nrp.de now", "email") == "bob@co=\nrp.de");
  CHECK(
      shown("card 4539=3578763621486=2E and =E2=82=AC 5", "payment_card").empty());  // nothing says that it is one
  CHECK(finds("Encoding: quoted-printable\n\nmy card is 4539=3578763621486, and =E2=82=AC 5",
              {Category::Financial}));
  const std::string columns =
      "0000000   w   r   i   t   e       t   o       b   o   b   @   c   o   r\n"
      "0000020   p   .   d   e       n   o   w\n";
  CHECK(shown("see\n" + columns + "0000030\n", "email") == columns);
  const std::string octal =
      "0000000 143 141 162 144 040 064 065 063 071 040 065 067 070 067 040 066\n"
      "0000020 063 066 062 040 061 064 070 066\n";
  CHECK(shown("see\n" + octal + "0000030\n", "payment_card") == octal);
  CHECK(finds("see\nbegin 644 a.txt\n88V%R9\"`T-3,Y(#4W.#<@-C,V,B`Q-#@V\n`\nend\n", {Category::Financial}));
  for (const char* text : {"KEY1=\nKEY2=\nTIMEOUT=45\n", "a &zwnj; b&shy;c 4539 &lrm; 5787", "size=41=42&at=43",
                           "0000000   1   2   3   4   5   6   7   8   9   0   1   2   3   4   5   6\n",
                           "begin 644 transactions in 1998, and end\nMany of them at once\n"})
    CHECK_MESSAGE(standard_judge().judge_text(text, {}).label.categories.empty(), text);
}

namespace {

std::string base64(const std::string& bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | static_cast<unsigned char>(bytes[i + k]);
    for (int shift = 18; shift >= 0; shift -= 6) out += kLetters[three >> shift & 0x3F];
  }
  return out;
}

std::string lines(std::size_t bytes, const std::function<std::string()>& line) {
  std::string text;
  while (text.size() < bytes) text += line() + "\n";
  return text;
}

// What was not judged of a text; empty: nothing.
std::string unjudged(const Judgement& judgement) {
  for (const Provenance& why : judgement.label.provenance)
    if (why.source == "detector_failure" && judgement.label.cls == Class::Restricted) return why.detail;
  return "";
}

}  // namespace

TEST_CASE("a text of which something was not read is restricted, and says by which bound") {
  std::string deep = "Her card is 4539 5787 6362 1486, and the sky is blue today";
  for (int level = 0; level < 4; ++level) deep = base64(deep);
  std::string escaped = "Her card is \\u0034539 5787 6362 1486";
  for (int level = 0; level < 7; ++level) {
    std::string out;
    for (const char c : escaped) out += c == '\\' ? "\\u005c" : std::string(1, c);
    escaped = out;
  }
  const auto of = [](const std::string& text) { return unjudged(standard_judge().judge_text(text, patient())); };
  CHECK(of("see " + deep + " here") == "decode_depth");
  CHECK(of(escaped) == "decode_escapes");
  CHECK(of(lines(60'000, [] { return "JTI1MjUyNTI1JTQx"; })) == "decode_pieces");
  CHECK(of(lines(60'000, [] { return "\u202E123456"; })) == "decode_backwards");
  // Between two messages as in one, and whether it is remembered or not.
  chat::Request request;
  for (const std::string& half : {"see " + deep.substr(0, 60), deep.substr(60)}) {
    request.messages.emplace_back();
    request.messages.back().role = chat::Role::User;
    request.messages.back().parts.push_back({chat::Part::Kind::Text, half, ""});
  }
  const std::string tenant = "t";
  JudgeOptions options = patient();
  options.tenant = &tenant;
  for (int time = 0; time < 2; ++time) CHECK(unjudged(standard_judge().judge(request, options)) == "decode_depth");
}

TEST_CASE("large pages of ids, digests and escapes are read whole") {
  Maker make(5);
  const auto hex = [&](std::size_t count) {
    std::string text;
    while (text.size() < count) text += "0123456789abcdef"[make.below(16)];
    return text;
  };
  const auto uuid = [&] { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12); };
  std::string nested =
      lines(20'000, [&] { return R"({"log": "line one\nand \u00e4 two", "n": )" + make.digits(3) + "}"; });
  for (int level = 0; level < 4; ++level) {
    std::string out;
    for (const char c : nested)
      out += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    nested = out.substr(0, 150'000);
  }
  const std::string pages[] = {
      lines(370'000, uuid),
      lines(200'000, [&] { return hex(64); }),
      lines(200'000,
            [&] {
              return "2026-11-02 INFO request " + base64(make.letters(18)) + " took " + make.digits(3) + " ms";
            }),
      lines(200'000, [&] { return base64("gid://shop/Product/" + make.digits(11)); }),
      lines(200'000,
            [&] {
              return R"({"a":"\u00fcber\u0020alles","b":["\/x\/y","\u4e2d\u6587"],"c":)" + make.digits(4) + "}";
            }),
      "name,sha256,md5\n" +
          lines(200'000, [&] { return "file" + make.digits(3) + "," + hex(64) + "," + hex(32); }),
      "code," +
          [&] {
            std::string head;
            for (int column = 0; column < 40; ++column)
              head += (column ? "," : "") + std::string("has_some_property_no_") + std::to_string(column % 9);
            return head;
          }() +
          "\n" +
          lines(200'000,
                [&] {
                  std::string row = make.digits(2);
                  for (int column = 0; column < 40; ++column) row += make.below(2) ? ",1" : ",0";
                  return row;
                }),
      lines(200'000, [&] { return base64(make.letters(57)); }),
      nested};
  for (const std::string& page : pages) {
    CAPTURE(page.substr(0, 100));
    CHECK(unjudged(standard_judge().judge_text(page, patient())).empty());
  }
}

}  // namespace sluice::sense
