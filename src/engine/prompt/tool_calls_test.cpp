#include "engine/prompt/tool_calls.h"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include "engine/prompt/encoding_vectors.h"
#include "engine/prompt/reasoning.h"

namespace sluice::engine {
namespace {

using namespace test;

struct Parsed {
  std::string text;
  std::vector<std::pair<std::string, std::string>> calls;
  bool operator==(const Parsed&) const = default;
};

std::string describe(const Parsed& parsed) {
  std::string out = parsed.text;
  for (const auto& [name, arguments] : parsed.calls) out += "\n[" + name + " " + arguments + "]";
  return out;
}

Parsed parse(ToolDialect dialect, const std::vector<std::string>& pieces, bool cut_off = false) {
  ToolCallParser parser(dialect, {"f", "g", "get_weather"});
  std::vector<chat::Event> events;
  for (const std::string& piece : pieces) parser.feed(piece, events);
  parser.end(events, cut_off);
  Parsed out;
  for (const chat::Event& event : events) {
    if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
      REQUIRE_FALSE(text->text.empty());
      out.text += text->text;
      continue;
    }
    const auto& call = std::get<chat::ToolCallDelta>(event);
    REQUIRE(call.index == static_cast<int>(out.calls.size()));
    REQUIRE(call.id.size() > 20);
    if (!cut_off) REQUIRE(json::Doc::parse(call.arguments).has_value());
    out.calls.emplace_back(call.name, call.arguments);
  }
  REQUIRE(parser.calls() == static_cast<int>(out.calls.size()));
  return out;
}

std::vector<std::string> pieces_of(const std::string& text, std::size_t size) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += size) out.push_back(text.substr(at, size));
  return out;
}

// The whole answer's reading, after every way of cutting it in two, byte by byte and in fives was found to agree.
Parsed parse_all_ways(ToolDialect dialect, const std::string& text) {
  const Parsed whole = parse(dialect, {text});
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    REQUIRE(describe(parse(dialect, {text.substr(0, cut), text.substr(cut)})) == describe(whole));
  for (const std::size_t size : {1, 2, 5, 13})
    REQUIRE(describe(parse(dialect, pieces_of(text, size))) == describe(whole));
  return whole;
}

bool same_json(json::Value a, json::Value b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  switch (a.type()) {
    case json::Type::Object:
      for (const json::Value member : a)
        if (!b[member.key()] || !same_json(member, b[member.key()])) return false;
      return true;
    case json::Type::Array:
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_json(a.at(i), b.at(i))) return false;
      return true;
    case json::Type::Number:
      return a.number() == b.number();
    case json::Type::String:
      return a.string() == b.string();
    default:
      return a.raw() == b.raw();
  }
}

void check_calls(const Parsed& parsed, json::Value expected) {
  REQUIRE(parsed.calls.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const json::Value call = expected.at(i)["function"] ? expected.at(i)["function"] : expected.at(i);
    CHECK(parsed.calls[i].first == *call["name"].string());
    if (const auto exact = call["arguments"].string()) {
      CHECK(parsed.calls[i].second == *exact);
    } else {
      CHECK(same_json(parse_vector(parsed.calls[i].second)->root(), call["arguments"]));
    }
  }
}

TEST_CASE("DSML answers are read as the vectors say, however they were cut") {
  if (vectors_absent()) return;
  std::istringstream lines(read_vector("dsml_parse/deepseek_v4_dsml.jsonl"));
  int cases = 0;
  for (std::string line; std::getline(lines, line); ++cases) {
    const auto doc = parse_vector(line);
    const json::Value row = doc->root();
    CAPTURE(*row["id"].string());
    const Parsed parsed = parse_all_ways(ToolDialect::Dsml4, *row["raw_output"].string());
    CHECK(parsed.text == row["expected"]["content"].string().value_or(""));
    check_calls(parsed, row["expected"]["tool_calls"]);
  }
  CHECK(cases == 18);
}

TEST_CASE("V4.1's spaced tags and odd names are read as the literals say") {
  if (vectors_absent()) return;
  int cases = 0;
  const auto doc = parse_vector(read_vector("dsv41/literals.json"));
  for (const json::Value row : doc->root()["parse"]) {
    CAPTURE(*row["id"].string());
    const ToolDialect dialect = row["dialect"].string() == "v4" ? ToolDialect::Dsml4 : ToolDialect::Dsml41;
    const Parsed parsed = parse_all_ways(dialect, *row["completion"].string());
    CHECK(parsed.text.empty());
    check_calls(parsed, row["expected_tool_calls"]);
    ++cases;
  }
  CHECK(cases == 3);
}

// The encoder's own parser, and what it gives up on: here nothing is given up, and no word is lost.
TEST_CASE("DeepSeek's parse cases hold, and what its parser asserts against is survived") {
  if (vectors_absent()) return;
  int cases = 0;
  const auto doc = parse_vector(read_vector("dsv4/derived_cases.json"));
  for (const json::Value row : doc->root()["parse"]) {
    const std::string id = *row["id"].string();
    CAPTURE(id);
    std::string completion = *row["completion"].string();
    const std::string end = "<\uFF5Cend\u2581of\u2581sentence\uFF5C>";
    if (completion.ends_with(end)) completion.resize(completion.size() - end.size());  // a token, never text
    ReasoningSplitter splitter(row["thinking_mode"].string() == "thinking");
    std::vector<chat::Event> events;
    splitter.feed(completion, events);
    splitter.end(events);
    std::string reasoning, content;
    for (const chat::Event& event : events) {
      if (const auto* text = std::get_if<chat::TextDelta>(&event)) content += text->text;
      if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) reasoning += thought->text;
    }
    const Parsed parsed = parse_all_ways(ToolDialect::Dsml4, content);
    ++cases;
    if (!row["expected"]["error"]) {
      CHECK(parsed.text == *row["expected"]["content"].string());
      CHECK(reasoning == *row["expected"]["reasoning_content"].string());
      check_calls(parsed, row["expected"]["tool_calls"]);
    } else if (id == "text_after_calls") {
      CHECK(parsed.calls.size() == 1);
      CHECK(parsed.text == "bye");
    } else {
      CHECK(parsed.calls.empty());
      CHECK(reasoning + parsed.text == (id == "nested_think_token" ? "a<think>bc" : completion));
    }
  }
  CHECK(cases == 9);
}

const std::string kBegin = "<｜tool▁calls▁begin｜>", kEnd = "<｜tool▁calls▁end｜>",
                  kCall = "<｜tool▁call▁begin｜>", kCallEnd = "<｜tool▁call▁end｜>", kSep = "<｜tool▁sep｜>";

TEST_CASE("the marks of R1 and V3.1 are read, in each other's way too") {
  const std::string fenced = kCall + "function" + kSep + "f\n```json\n{\"a\": \"```\"}\n```" + kCallEnd;
  const std::string plain = kCall + "g" + kSep + "{\"b\":1}" + kCallEnd;
  for (const ToolDialect dialect : {ToolDialect::Fenced, ToolDialect::Marked}) {
    const Parsed both = parse_all_ways(dialect, "so:" + kBegin + fenced + "\n" + plain + kEnd + "\n");
    CHECK(both == Parsed{"so:", {{"f", "{\"a\": \"```\"}"}, {"g", "{\"b\":1}"}}});
    CHECK(parse_all_ways(dialect, kBegin + plain).calls.size() == 1);  // the end mark was left out
    for (const std::string& bad :
         {kBegin + kCall + "g" + kSep + "{", kBegin + kCall + "g" + kSep + "[]" + kCallEnd + kEnd,
          kBegin + "x" + kEnd, kBegin, kBegin + plain + "tail"}) {
      CHECK(parse_all_ways(dialect, bad) == Parsed{bad, {}});
    }
  }
}

TEST_CASE("Hermes calls are read") {
  const std::string f = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}\n</tool_call>";
  const std::string g = "<tool_call>{\"name\":\"g\"}</tool_call>";
  CHECK(parse_all_ways(ToolDialect::Hermes, "ok\n" + f + "\n" + g) ==
        Parsed{"ok", {{"f", "{\"a\": \"</tool_call>\"}"}, {"g", "{}"}}});
  for (const std::string bad :
       {"<tool_call>{\"name\":\"f\",\"arguments\":[]}</tool_call>", "<tool_call>\nf(1)\n</tool_call>",
        "<tool_call>{\"name\":\"f\"}", "a <tool_call b", "\n\n<tool_call>"}) {
    CHECK(parse_all_ways(ToolDialect::Hermes, bad) == Parsed{bad, {}});
  }
  CHECK(parse_all_ways(ToolDialect::Hermes, "<tool_call>" + g + g).calls.size() == 2);
}

TEST_CASE("a bare object is a call only where it names a declared tool") {
  const auto bare = [](const std::string& text) { return parse_all_ways(ToolDialect::Bare, text); };
  CHECK(bare("\n{\"name\": \"f\", \"parameters\": {\"a\": \";\"}}") == Parsed{"", {{"f", "{\"a\": \";\"}"}}});
  CHECK(bare("{\"name\":\"f\",\"parameters\":{}}; {\"name\":\"g\",\"arguments\":{}}").calls.size() == 2);
  for (const std::string text : {"{\"name\": \"h\", \"parameters\": {}}", "{\"name\": \"f\"}", "{\"a\": 1}", "{",
                                 "hello {", "text {\"name\": \"f\", \"parameters\": {}}", "\n"}) {
    CHECK(bare(text) == Parsed{text, {}});
  }
}

// Whatever stood in the answer's text at a cut, and each call, begins what the whole answer says; no tag comes as
// text.
void check_cut_anywhere(ToolDialect dialect, const std::string& text) {
  CAPTURE(text);
  const Parsed whole = parse(dialect, {text});
  REQUIRE_FALSE(whole.calls.empty());
  std::size_t told = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    CAPTURE(cut);
    const Parsed begun = parse(dialect, {cut}, true);
    REQUIRE(describe(parse(dialect, pieces_of(cut, 1), true)) == describe(begun));
    // A character or two of a tag may be text as well.
    std::size_t same = 0;
    while (same < begun.text.size() && same < whole.text.size() && begun.text[same] == whole.text[same]) ++same;
    REQUIRE(begun.text.size() - same < 8);
    REQUIRE(begun.text.find("DSML") == std::string::npos);
    REQUIRE(begun.text.find("tool_") == std::string::npos);
    REQUIRE(begun.text.find("tool\u2581") == std::string::npos);
    REQUIRE(begun.calls.size() <= whole.calls.size());
    std::size_t now = 0;
    for (std::size_t i = 0; i < begun.calls.size(); ++i) {
      REQUIRE(begun.calls[i].first == whole.calls[i].first);
      REQUIRE(whole.calls[i].second.starts_with(begun.calls[i].second));
      if (i + 1 < begun.calls.size()) REQUIRE(begun.calls[i] == whole.calls[i]);
      now += begun.calls[i].first.size() + begun.calls[i].second.size();
    }
    REQUIRE(now >= told);  // a longer beginning tells no less
    told = now;
  }
  CHECK(describe(parse(dialect, {text}, true)) == describe(whole));
}

TEST_CASE("an answer that its limit of tokens cut off tells the calls that it had begun") {
  const std::string f =
      "{\"name\": \"f\", \"arguments\": {\"a\": [1, {\"b\": \"}</tool_call>\"}], \"c\": \"\\\"x\"}}";
  const std::string g = "{\"type\":\"function\",\"name\":\"g\",\"parameters\":{\"n\":-1.5e3}}";
  check_cut_anywhere(ToolDialect::Hermes,
                     "ok\n<tool_call>\n" + f + "\n</tool_call>\n<tool_call>" + g + "</tool_call>");
  const std::string fenced = kCall + "function" + kSep + "f\n```json\n{\"a\": \"```\"}\n```" + kCallEnd;
  const std::string plain = kCall + "g" + kSep + "{\"b\":{\"c\":1}}" + kCallEnd;
  for (const ToolDialect dialect : {ToolDialect::Fenced, ToolDialect::Marked}) {
    check_cut_anywhere(dialect, "so:" + kBegin + fenced + "\n" + plain + kEnd);
    check_cut_anywhere(dialect, kBegin + plain + fenced + kEnd);
  }
  check_cut_anywhere(
      ToolDialect::Dsml4,
      "so\n\n<｜DSML｜tool_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"a\" string=\"true\">"
      "one \"two\" < three</｜DSML｜parameter>\n<｜DSML｜parameter name=\"b\" string=\"false\">[1, 2]"
      "</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name=\"g\">\n</｜DSML｜invoke>\n"
      "</｜DSML｜tool_calls>");
  // A bare object may be text until its name is known to be a tool's; then nothing of it is.
  const std::string bare =
      "{\"name\": \"f\", \"parameters\": {\"a\": \"x;y\"}}; {\"name\": \"g\", \"arguments\": {}}";
  const Parsed whole = parse(ToolDialect::Bare, {bare});
  REQUIRE(whole.calls.size() == 2);
  for (std::size_t size = std::string_view("{\"name\": \"f\"").size(); size <= bare.size(); ++size) {
    const Parsed begun = parse(ToolDialect::Bare, {bare.substr(0, size)}, true);
    CAPTURE(bare.substr(0, size));
    CHECK(begun.text.empty());
    REQUIRE_FALSE(begun.calls.empty());
    for (std::size_t i = 0; i < begun.calls.size(); ++i) {
      CHECK(begun.calls[i].first == whole.calls[i].first);
      CHECK(whole.calls[i].second.starts_with(begun.calls[i].second));
    }
  }
}

TEST_CASE("an answer that was cut off within what can't be a call is text") {
  for (const std::string text :
       {"a < b", "a <tool", "<tool_call> is a tag", "x\n\n", "{\"a\": 1, \"name\": \"h\""}) {
    const ToolDialect dialect = text[0] == '{' ? ToolDialect::Bare : ToolDialect::Hermes;
    CHECK(parse(dialect, {text}, true) == Parsed{text, {}});
    CHECK(parse(dialect, pieces_of(text, 1), true) == Parsed{text, {}});
  }
  CHECK(parse(ToolDialect::Dsml4, {"<｜DSML｜tool_calls> are calls"}, true).text ==
        "<｜DSML｜tool_calls> are calls");
}

TEST_CASE("DeepSeek's examples, cut off anywhere, tell beginnings of their calls") {
  if (vectors_absent()) return;
  std::istringstream lines(read_vector("dsml_parse/deepseek_v4_dsml.jsonl"));
  int cases = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto doc = parse_vector(line);
    const std::string answer = *doc->root()["raw_output"].string();
    if (parse(ToolDialect::Dsml4, {answer}).calls.empty()) continue;
    check_cut_anywhere(ToolDialect::Dsml4, answer);
    ++cases;
  }
  CHECK(cases > 8);
}

TEST_CASE("whatever is written, nothing depends on the cuts and nothing is lost") {
  const std::vector<std::string> kPieces = {"<｜DSML｜tool_calls>",
                                            "</｜DSML｜tool_calls>",
                                            "<｜DSML｜invoke name=\"f\">",
                                            "</｜DSML｜invoke>",
                                            "<｜DSML｜parameter name=\"a\" string=\"true\">",
                                            "</｜DSML｜parameter>",
                                            "\n",
                                            "\n\n",
                                            "x",
                                            "<",
                                            "｜DSML｜",
                                            kBegin,
                                            kEnd,
                                            kCall,
                                            kCallEnd,
                                            kSep,
                                            "g",
                                            "{}",
                                            "function",
                                            "```json\n{}```",
                                            "<tool_call>",
                                            "</tool_call>",
                                            "{\"name\":\"f\"}",
                                            "<｜DSML｜invoke name=\"f\"></｜DSML｜invoke>",
                                            "<tool_call>{\"name\":\"f\"}</tool_call>",
                                            kCall + "g" + kSep + "{}" + kCallEnd,
                                            "<｜DSML｜tool_calls><｜DSML｜invoke name=\"g\"></｜DSML｜invoke>"};
  std::mt19937 random(7);
  int calls = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (unsigned n = random() % 12; n > 0; --n) text += kPieces[random() % kPieces.size()];
    for (const ToolDialect dialect :
         {ToolDialect::Dsml4, ToolDialect::Marked, ToolDialect::Hermes, ToolDialect::Bare}) {
      const Parsed whole = parse(dialect, {text});
      const std::size_t cut = random() % (text.size() + 1);
      CAPTURE(text);
      REQUIRE(describe(parse(dialect, {text.substr(0, cut), text.substr(cut)})) == describe(whole));
      REQUIRE(describe(parse(dialect, pieces_of(text, 1))) == describe(whole));
      REQUIRE(describe(parse(dialect, {text.substr(0, cut), text.substr(cut)}, true)) ==
              describe(parse(dialect, pieces_of(text, 1), true)));
      calls += static_cast<int>(whole.calls.size());
      if (whole.calls.empty()) REQUIRE(whole.text == text);
    }
  }
  CHECK(calls > 50);
}

}  // namespace
}  // namespace sluice::engine
