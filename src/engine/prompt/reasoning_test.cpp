#include "engine/prompt/reasoning.h"

#include <doctest/doctest.h>

#include <random>

namespace sluice::engine {
namespace {

struct Answer {
  std::string reasoning, text;
  bool operator==(const Answer&) const = default;
};

Answer split(const std::vector<std::string>& pieces, bool starts_in_reasoning) {
  ReasoningSplitter splitter(starts_in_reasoning);
  std::vector<chat::Event> events;
  for (const std::string& piece : pieces) splitter.feed(piece, events);
  splitter.end(events);
  Answer answer;
  for (const chat::Event& event : events) {
    if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
      REQUIRE_FALSE(text->text.empty());
      answer.text += text->text;
    } else {
      const auto& reasoning = std::get<chat::ReasoningDelta>(event);
      REQUIRE_FALSE(reasoning.text.empty());
      REQUIRE(answer.text.empty());  // reasoning comes first
      answer.reasoning += reasoning.text;
    }
  }
  return answer;
}

TEST_CASE("reasoning and answer are told apart") {
  CHECK(split({"I see.\n</think>\n\nFour."}, true) == Answer{"I see.\n", "Four."});
  CHECK(split({"<think>\nI see.</think>Four."}, false) == Answer{"I see.", "Four."});
  CHECK(split({"\n<think>I see.</think> \n \n  Four.\n"}, false) == Answer{"I see.", "  Four.\n"});
  CHECK(split({"<think>\nI see.</think>\n\nFour."}, true) == Answer{"I see.", "Four."});  // the mark repeated
  CHECK(split({"Four."}, false) == Answer{"", "Four."});
  CHECK(split({"\n\nFour."}, false) == Answer{"", "\n\nFour."});
  CHECK(split({"<think>\n\n</think>\n\nFour."}, false) == Answer{"", "Four."});
}

TEST_CASE("what never closes stays reasoning, and what only looks like a tag is kept") {
  CHECK(split({"I wonder"}, true) == Answer{"I wonder", ""});
  CHECK(split({"I wonder</thi"}, true) == Answer{"I wonder</thi", ""});
  CHECK(split({"a < b and </ think> or </thinking"}, true) == Answer{"a < b and </ think> or </thinking", ""});
  CHECK(split({"<thinker>"}, false) == Answer{"", "<thinker>"});
  CHECK(split({"<thi"}, false) == Answer{"", "<thi"});
  CHECK(split({"Write <think> and </think> so."}, false) == Answer{"", "Write <think> and </think> so."});
  CHECK(split({"a</think>b</think>c"}, true) == Answer{"a", "b</think>c"});
  CHECK(split({""}, true) == Answer{"", ""});
  CHECK(split({"a</think>\n\n"}, true) == Answer{"a", ""});
}

TEST_CASE("the result does not depend on where the answer was cut") {
  std::mt19937 rng(5);
  const std::vector<std::string> pieces = {"<think>", "</think>",  "\n",     " ", "<",  "/",
                                           "think>",  "caf\u00E9", "\u4F60", "x", "</", "<think"};
  for (int round = 0; round < 5000; ++round) {
    std::string answer;
    for (unsigned n = rng() % 10; n > 0; --n) answer += pieces[rng() % pieces.size()];
    const bool starts = rng() % 2 == 0;
    CAPTURE(answer);
    CAPTURE(starts);
    const Answer whole = split({answer}, starts);
    std::vector<std::string> bytes;
    for (const char c : answer) bytes.emplace_back(1, c);
    REQUIRE(split(bytes, starts) == whole);
    for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
      REQUIRE(split({answer.substr(0, cut), answer.substr(cut)}, starts) == whole);
    }
    // Nothing is lost but marks and white space around them.
    if (answer.find('<') == std::string::npos)
      REQUIRE((whole.reasoning + whole.text).size() + 10 >= answer.size());
  }
}

TEST_CASE("deltas come as soon as they are certain") {
  ReasoningSplitter splitter(true);
  std::vector<chat::Event> events;
  splitter.feed("I see", events);
  CHECK(events.size() == 1);
  CHECK(splitter.in_reasoning());
  splitter.feed("</th", events);
  CHECK(events.size() == 1);
  splitter.feed("ink>Four", events);
  CHECK(events.size() == 2);
  CHECK_FALSE(splitter.in_reasoning());
}

TEST_CASE("reasoning that is cut off holds no part of a tag") {
  const std::string answer = "<think>\na < b</think>\n\nYes";
  for (std::size_t at = 0; at <= answer.size(); ++at) {
    CAPTURE(answer.substr(0, at));
    ReasoningSplitter splitter(false);
    std::vector<chat::Event> events;
    splitter.feed(answer.substr(0, at), events);
    splitter.end(events, true);
    std::string reasoning, text;
    for (const chat::Event& event : events) {
      if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) reasoning += thought->text;
      if (const auto* words = std::get_if<chat::TextDelta>(&event)) text += words->text;
    }
    CHECK(std::string("a < b").starts_with(reasoning));
    CHECK(std::string("Yes").starts_with(text));
    if (at >= std::string("<think>\na < b").size()) CHECK(reasoning == "a < b");
  }
}

}  // namespace
}  // namespace sluice::engine
