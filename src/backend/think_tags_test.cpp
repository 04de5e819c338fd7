#include "backend/think_tags.h"

#include <doctest/doctest.h>

using namespace sluice;

namespace {

struct Told {
  std::string reasoning, text;
  int finishes = 0, calls = 0;
  std::string raws;
  bool ordered = true;  // no reasoning after text or the end
  bool operator==(const Told&) const = default;
};

chat::Chunk chunk_of(std::string text, std::string raw = "{}") {
  chat::Chunk chunk;
  if (!text.empty()) chunk.events.push_back(chat::TextDelta{std::move(text)});
  chunk.raw = std::move(raw);
  return chunk;
}

chat::Chunk end_of(bool call) {
  chat::Chunk chunk;
  if (call) chunk.events.push_back(chat::ToolCallDelta{0, "a", "f", "{}"});
  chunk.events.push_back(chat::Finish{});
  chunk.last = true;
  return chunk;
}

// A whole answer is one chunk.
Told told(const std::vector<std::string>& pieces, bool call = false, bool whole = false) {
  backend::ThinkTags tags;
  std::vector<chat::Chunk> out;
  chat::Chunk end = end_of(call);
  if (whole) end.events.insert(end.events.begin(), chat::TextDelta{pieces[0]});
  for (const std::string& piece : pieces)
    if (!whole) tags.add(chunk_of(piece), out);
  tags.add(end, out);
  Told all;
  for (const chat::Chunk& chunk : out) {
    all.raws += chunk.raw;
    for (const chat::Event& event : chunk.events) {
      if (auto* t = std::get_if<chat::TextDelta>(&event)) all.text += t->text;
      if (auto* r = std::get_if<chat::ReasoningDelta>(&event)) {
        all.ordered = all.ordered && all.text.empty() && all.finishes == 0 && all.calls == 0;
        all.reasoning += r->text;
      }
      all.calls += std::holds_alternative<chat::ToolCallDelta>(event);
      all.finishes += std::holds_alternative<chat::Finish>(event);
    }
  }
  REQUIRE_FALSE(out.empty());
  CHECK(out.back().last);
  return all;
}

}  // namespace

TEST_CASE("think tags: an answer is the same wherever its text is cut, in two, in three and byte by byte") {
  struct Case {
    std::string text, reasoning, answer;
  };
  const Case cases[] = {
      {"<think>why</think>so", "why", "so"},
      {"\n <think>\n why\n </think>\n\n so \n", "why", "so \n"},
      {"<think></think>so", "", "so"},
      {"<think>a </thin b</think><think>c</think>", "a </thin b", "<think>c</think>"},
      {"<think>never ends \n", "never ends", ""},
      {"<think>never ends </thi", "never ends </thi", ""},
      {"<think> \n", "", ""},
      {"so <think>why</think>", "", "so <think>why</think>"},
      {"<thin", "", "<thin"},
      {"<thing>why</think>", "", "<thing>why</think>"},
      {" \n", "", " \n"},
      {"", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    for (bool call : {false, true}) {
      Told expected = told({c.text}, call);
      CHECK(expected.reasoning == c.reasoning);
      CHECK(expected.text == c.answer);
      CHECK(expected.ordered);
      CHECK(expected.finishes == 1);
      std::vector<std::string> bytes;
      for (char byte : c.text) bytes.emplace_back(1, byte);
      expected.raws.clear();
      auto same = [&](const std::vector<std::string>& pieces) {
        Told got = told(pieces, call);
        got.raws.clear();
        CHECK(got == expected);
      };
      same(bytes);
      Told whole = told({c.text}, call, true);
      CHECK(whole.raws.empty());
      CHECK(whole == expected);
      for (std::size_t i = 0; i <= c.text.size(); ++i)
        for (std::size_t j = i; j <= c.text.size(); ++j)
          same({c.text.substr(0, i), c.text.substr(i, j - i), c.text.substr(j)});
    }
  }
}

TEST_CASE("think tags: what is not split keeps its bytes, what is split has none with the tags") {
  CHECK(told({"", "<", "th", "at"}).raws == "{}{}{}{}");
  CHECK(told({"", "<", "think>", "why</think>so"}).raws.empty());
}

TEST_CASE("think tags: what the server sorted itself, and text with log-probabilities, stays as it is") {
  for (bool sorted : {true, false}) {
    backend::ThinkTags tags;
    std::vector<chat::Chunk> out;
    chat::Chunk first = chunk_of("", "1");
    if (sorted) first.events.push_back(chat::ReasoningDelta{"why"});
    if (!sorted) first.events.push_back(chat::TextDelta{"<think>", R"({"token":"<think>"})"});
    tags.add(first, out);
    tags.add(chunk_of("<think>so</think>", "2"), out);
    REQUIRE(out.size() == 2);
    CHECK(out[0].raw + out[1].raw == "12");
    CHECK(std::get<chat::TextDelta>(out[1].events[0]).text == "<think>so</think>");
  }
}

TEST_CASE("think tags: white space without end is not held without end") {
  backend::ThinkTags tags;
  std::vector<chat::Chunk> out;
  for (int i = 0; i < 1000; ++i) tags.add(chunk_of(" "), out);
  CHECK(out.size() > 900);
}
