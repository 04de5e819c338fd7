#include "engine/constraint/constraint.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "engine/constraint/random_grammar.h"
#include "engine/constraint/test_vocabulary.h"
#include "engine/gguf/gguf.h"
#include "json/doc.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

using namespace test;

bool matches(const std::shared_ptr<const Grammar>& grammar, std::string_view text) {
  Automaton automaton(grammar);
  Automaton::State state = automaton.start();
  for (const char c : text) {
    state = automaton.step(state, static_cast<unsigned char>(c));
    if (state == Automaton::kDead) return false;
  }
  return automaton.accepts(state);
}

std::shared_ptr<const Grammar> gbnf(const std::string& text) {
  auto grammar = parse_grammar(text);
  REQUIRE_MESSAGE(grammar.has_value(), (grammar ? "" : grammar.error().to_string()));
  return *grammar;
}

std::string gbnf_error(const std::string& text) {
  const auto grammar = parse_grammar(text);
  REQUIRE_FALSE(grammar.has_value());
  CHECK(grammar.error().code == "engine.constraint");
  return grammar.error().where + ": " + grammar.error().message;
}

TEST_CASE("GBNF means what it says") {
  const auto g = gbnf(
      "root ::= greeting \" \" [a-z]{2,3} (\"!\" | [^a-z\\n])? # ends\ngreeting ::= \"hi\" |\n  \"\\u00e9\\x41\"");
  for (const char* good : {"hi ab", "hi abc!", "\u00E9A xy\u4E16", "hi ab?"}) CHECK(matches(g, good));
  for (const char* bad : {"hi a", "hi abcd", "hi ab\n", "hi ab!!", "", "hi ab\xE4"}) CHECK_FALSE(matches(g, bad));
  const auto list = gbnf("root ::= \"[\" (item (\",\" item)*)? \"]\"\nitem ::= [0-9]+ | root");
  CHECK(matches(list, "[1,[22,[]],[3]]"));
  CHECK_FALSE(matches(list, "[1,[22,[]]"));
  CHECK(matches(gbnf("root ::= (\"a\"*)* \"b\""), "aaab"));  // empty repetitions in repetitions
  CHECK(matches(gbnf("root ::= .{2}"), "\u4E16x"));
  CHECK(matches(gbnf("root ::= [\\[\\]\\-^] \"\\\"\""), "]\""));
}

TEST_CASE("a grammar that cannot be followed is refused with its line") {
  CHECK(gbnf_error("root ::= a \"x\"\na ::= a \"y\" | \"z\"").find("left recursion") != std::string::npos);
  CHECK(gbnf_error("root ::= b? root \"x\" | \"y\"\nb ::= \"b\"").find("left recursion") != std::string::npos);
  CHECK(gbnf_error("root ::= \"x\" root").find("no answer") != std::string::npos);
  CHECK(gbnf_error("\n\nroot ::= nothing").starts_with("line 3"));
  CHECK(gbnf_error("a ::= \"x\"").find("root") != std::string::npos);
  for (const char* bad : {"root ::= \"x", "root ::= [a", "root ::= (\"a\"", "root ::= \"a\"{3,2}", "root ::= *",
                          "x", "root ::= \"\\q\"", "root ::= [b-a]", "root = \"a\"",
                          "root ::= \"a\"\nroot ::= \"b\"", "root ::= \"\\uD800\"", "root ::= \"a\"{200000}"})
    CHECK_FALSE(gbnf_error(bad).empty());
  CHECK_FALSE(gbnf_error("root ::= " + std::string(100000, '(')).empty());
  CHECK(gbnf_error("root ::= \"\\\u00E9\"").find("the escape \\\u00E9") !=
        std::string::npos);  // the whole character
}

TEST_CASE("any JSON object, and nothing else, is JSON mode") {
  const auto g = json_object();
  for (const char* good :
       {"{}", "{\"a\": 1}", "{\"a\":[true, {\"b\":\"\\u00e9\\n\u4E16\"}],\"c\":-1.5e+10}", " {\n  \"a\": null\n}"})
    CHECK(matches(g, good));
  for (const char* bad :
       {"[]", "{\"a\":01}", "{\"a\":\"\n\"}", "{a:1}", "{\"a\":1,}", "{} x", "{\"a\":\"\\ud800\"}", "1"})
    CHECK_FALSE(matches(g, bad));
}

TEST_CASE("a token is allowed exactly when its bytes can follow") {
  const TestVocabulary vocabulary;
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  std::mt19937_64 random(3);
  for (int round = 0; round < 30; ++round) {
    const auto grammar = json_object();
    Constraint constraint(grammar, trie, vocabulary);
    Automaton checker(grammar);
    Automaton::State state = checker.start();
    for (int step = 0; step < 40 && !constraint.complete(); ++step) {
      const TokenSet& allowed = constraint.allowed();
      std::vector<std::int32_t> tokens;
      for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
        if (id == TestVocabulary::kEnd) {
          REQUIRE(allowed.has(id) == checker.accepts(state));
          continue;
        }
        std::string bytes;
        vocabulary.append_token_text(bytes, id, false);
        Automaton::State next = state;
        for (const char c : bytes)
          if (next != Automaton::kDead) next = checker.step(next, static_cast<unsigned char>(c));
        REQUIRE(allowed.has(id) == (next != Automaton::kDead));
        if (next != Automaton::kDead) tokens.push_back(id);
      }
      if (tokens.empty()) break;
      const std::int32_t chosen = tokens[random() % tokens.size()];
      std::string bytes;
      vocabulary.append_token_text(bytes, chosen, false);
      for (const char c : bytes) state = checker.step(state, static_cast<unsigned char>(c));
      constraint.take(chosen);
    }
  }
}

TEST_CASE("forgetting the states of the past changes nothing") {
  Automaton automaton(json_object());
  Automaton::State state = automaton.start();
  const std::string text = "{\"a\": [1, {\"b\": [\"x\", {}]}], \"c\": null}";
  for (const char c : text) {
    state = automaton.forget_others(automaton.step(state, static_cast<unsigned char>(c)));
    REQUIRE(automaton.states() == 1);
  }
  CHECK(automaton.accepts(state));
  CHECK(automaton.complete(state));
}

TEST_CASE("whatever grammar is given, every answer follows it") {
  const TestVocabulary vocabulary;
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  int ended = 0;
  const int cases = cases_wanted(), first = first_case();
  for (int i = first; i < first + cases; ++i) {
    CAPTURE(i);
    std::mt19937_64 random(static_cast<std::uint64_t>(i) + 11);
    RandomGrammar made(static_cast<std::uint64_t>(i));
    CAPTURE(made.text());
    const auto grammar = gbnf(made.text());
    const Outcome out = write_randomly(grammar, vocabulary, trie, random, 60);
    CAPTURE(out.text);
    if (out.ended) {
      REQUIRE(text::valid_utf8(out.text));
      REQUIRE(made.match(out.text));
      ++ended;
    }
    // And what the plain matcher accepts or refuses, the automaton does.
    std::string other = out.text;
    if (!other.empty()) other.erase(random() % other.size(), 1);
    if (text::valid_utf8(other)) REQUIRE(matches(grammar, other) == made.match(other));
  }
  CHECK(ended >= cases * 95 / 100);
}

TEST_CASE("answers under a regular expression match it") {
  const TestVocabulary vocabulary;
  const auto trie = std::make_shared<const TokenTrie>(vocabulary, std::vector<std::string_view>{});
  std::mt19937_64 random(5);
  for (const char* pattern :
       {"[a-f]{2,5}(-[0-9]+)?", "(foo|ba[rz])*x", "\\d{3}\\.\\w+", "(?:a|b(?:c|d)){1,3}?",
        "[^a-z\\s\\u0080-\\uffff]{4}", "\\x41\\u0042?", "a{0}b", "[\\]\\-x]+", "(a*)*b", "|a", "\\S{1,3}"}) {
    CAPTURE(pattern);
    const auto grammar = parse_regex(pattern);
    REQUIRE_MESSAGE(grammar.has_value(), (grammar ? "" : grammar.error().to_string()));
    const std::regex oracle(pattern, std::regex::ECMAScript);
    int ascii = 0;
    for (int i = 0; i < 200; ++i) {
      const Outcome out = write_randomly(*grammar, vocabulary, trie, random, 20);
      if (!out.ended || std::any_of(out.text.begin(), out.text.end(), [](char c) { return c < 0; })) continue;
      ++ascii;
      CAPTURE(out.text);
      REQUIRE(std::regex_match(out.text, oracle));
    }
    CHECK(ascii > 10);
  }
  CHECK(matches(*parse_regex("^a$"), "a"));
  for (const char* bad :
       {"(?=a)", "\\1", "a**", "(", ")", "[", "a{3,1}", "a{99999}", "\\", "\\bx", "a^b", "(?<!a)b", "*"})
    CHECK_FALSE(parse_regex(bad).has_value());
}

TEST_CASE("the engine's reference grammar is read") {
  std::ifstream in("../shared/engine/json.gbnf");
  if (!in) {
    MESSAGE("SKIPPED: ../shared/engine/json.gbnf is not there");
    return;
  }
  std::ostringstream text;
  text << in.rdbuf();
  const auto g = gbnf(text.str());
  CHECK(matches(g, R"({"name":"ada","age":36,"tags":["Math"],"ok":true})"));
  CHECK_FALSE(matches(g, R"({"name":"ada","age":036,"tags":["Math"],"ok":true})"));
}

TEST_CASE("a mask over a large vocabulary costs little") {
  const std::string path = "../shared/tokenizers/ggml-vocab-deepseek-v3.gguf";
  if (!std::filesystem::exists(path)) {
    MESSAGE("SKIPPED: ", path, " is not there");
    return;
  }
  auto file = gguf::File::open(path);
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::create(**file);
  REQUIRE(tokenizer.has_value());
  using Clock = std::chrono::steady_clock;
  const auto ms = [](Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); };
  const auto begin = Clock::now();
  const auto trie = std::make_shared<const TokenTrie>(**tokenizer, std::vector<std::string_view>{});
  const double built = ms(Clock::now() - begin);
  const auto schema = parse_schema(
      R"({"type":"object","properties":{"name":{"type":"string","maxLength":40},"tags":{"type":"array","items":
      {"type":"string"}},"n":{"type":"integer","minimum":3,"maximum":9999},"any":{}},"required":["name","tags","n"]})");
  REQUIRE(schema.has_value());
  std::mt19937_64 random(1);
  std::vector<double> steps;
  for (int answer = 0; answer < 10; ++answer) {
    Constraint constraint(answer % 2 == 0 ? *schema : json_object(), trie, **tokenizer);
    for (int step = 0; step < 60 && !constraint.complete(); ++step) {
      const auto from = Clock::now();
      const TokenSet& allowed = constraint.allowed();
      steps.push_back(ms(Clock::now() - from));
      std::int32_t chosen = -1;
      for (int tries = 0; tries < 100000 && chosen < 0; ++tries) {
        const auto id = static_cast<std::int32_t>(random() % static_cast<unsigned>((*tokenizer)->size()));
        if (allowed.has(id) && !(*tokenizer)->is_end(id)) chosen = id;
      }
      if (chosen < 0)
        for (std::int32_t id = 0; id < (*tokenizer)->size() && chosen < 0; ++id)
          if (allowed.has(id) && !(*tokenizer)->is_end(id)) chosen = id;
      if (chosen < 0) break;
      constraint.take(chosen);
    }
  }
  double sum = 0;
  for (const double step : steps) sum += step;
  std::sort(steps.begin(), steps.end());
  MESSAGE("tree built in ", built, " ms; a mask takes ", sum / static_cast<double>(steps.size()),
          " ms on average, ", steps[steps.size() / 2], " median, ", steps.back(), " at most, over ", steps.size(),
          " steps");
  CHECK(steps.size() > 200);
  CHECK(sum / static_cast<double>(steps.size()) < 50);
}

}  // namespace
}  // namespace sluice::engine::constraint
