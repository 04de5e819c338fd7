#include "mask/watch.h"

#include <doctest/doctest.h>

#include "mask/answer.h"

using namespace sluice;
using namespace sluice::mask;

namespace {

const sense::Judge& judge() {
  static const std::unique_ptr<sense::Judge> one = *sense::Judge::create();
  return *one;
}
const sense::CategorySet kMoney{sense::Category::Financial};
constexpr const char* kCard = "4556 7375 8689 9855";

std::string filler(std::size_t n) {
  std::string out;
  while (out.size() < n) out += "The weather was fine that day, and nobody minded. ";
  return out;
}

std::string through(Watch& watch, const std::string& text, std::size_t step) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size(); pos += step) out += watch.push(text.substr(pos, step));
  return out + watch.finish();
}

}  // namespace

TEST_CASE("a finding in an answer is replaced by its mark, wherever it stands and however it is cut") {
  for (std::size_t before : {0, 100, 500, 5000})
    for (std::size_t after : {0, 100, 1000})
      for (std::size_t step : {1, 7, 64, 10000}) {
        Watch watch(judge(), kMoney, nullptr, false);
        std::string head = filler(before), tail = " is the card. " + filler(after);
        CHECK(through(watch, head + kCard + tail, step) == head + "[CREDITCARD]" + tail);
        CHECK(watch.redacted() == 1);
      }
}

TEST_CASE("what is not named passes, and nothing is lost or held for long") {
  Watch watch(judge(), kMoney, nullptr, false);
  std::string text = filler(3000) + "jane.roe@corp.de" + filler(3000), out;
  std::size_t longest = 0;
  for (std::size_t pos = 0; pos < text.size(); pos += 5) {
    out += watch.push(text.substr(pos, 5));
    longest = std::max(longest, std::min(pos + 5, text.size()) - out.size());
  }
  CHECK(longest < 400);
  CHECK(out + watch.finish() == text);
}

TEST_CASE("a finding that can't be cut out of JSON and a judge that fails stop the answer") {
  class Broken : public sense::Judge {
   public:
    sense::Judgement judge(const chat::Request&, const sense::JudgeOptions&) const override { return {}; }
    sense::Judgement judge_text(std::string_view, const sense::JudgeOptions&) const override {
      sense::Judgement j;
      j.label.raise(sense::Class::Restricted, {"detector_failure", "x", sense::Class::Restricted, {}});
      return j;
    }
  } broken;
  Watch watch(broken, kMoney, nullptr, false);
  CHECK(through(watch, filler(1000), 50).empty());
  CHECK(watch.stopped() == "detector_failure x");
}

TEST_CASE("a stopped answer ends with an error and nothing after it") {
  class Strict : public sense::Judge {
   public:
    sense::Judgement judge(const chat::Request&, const sense::JudgeOptions&) const override { return {}; }
    sense::Judgement judge_text(std::string_view text, const sense::JudgeOptions&) const override {
      sense::Judgement j;
      std::size_t at = text.find("secret plan");
      if (at != std::string_view::npos)
        j.findings.push_back({"topic", "", sense::Category::Business, 1, "$", at, at + 11});
      return j;
    }
  } strict;
  AnswerPlan plan;
  plan.judge = &strict;
  plan.watched = {sense::Category::Business};
  AnswerMask mask(plan);
  chat::Chunk chunk;
  chunk.events.push_back(chat::TextDelta{filler(600) + "the secret plan is"});
  chunk.events.push_back(chat::TextDelta{filler(600)});
  chunk.events.push_back(chat::Finish{});
  chat::Chunk out = mask.take(chunk);
  REQUIRE(out.events.size() == 1);
  CHECK(std::get<chat::Failure>(out.events[0]).error.code == "policy.output");
  CHECK(out.last);
}

TEST_CASE("a finding is masked across whatever interrupts its text, and what ends there is not held") {
  AnswerPlan plan;
  plan.judge = &judge();
  plan.watched = kMoney;
  const auto said = [&](std::vector<chat::Event> events) {
    AnswerMask mask(plan);
    chat::Chunk chunk;
    chunk.events = std::move(events);
    std::string text;
    for (const chat::Event& event : mask.take(std::move(chunk)).events)
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
    return text;
  };
  const std::string card = "4556737586899855";
  for (const std::string& number : {card, std::string(kCard)})
    for (std::size_t cut = 6; cut < number.size(); ++cut) {
      const std::string text = said({chat::TextDelta{"card " + number.substr(0, cut)}, chat::ReasoningDelta{"hm"},
                                     chat::ToolCallDelta{0, "c", "f", "{}"},
                                     chat::TextDelta{number.substr(cut) + " ok"}, chat::Finish{}});
      CHECK_MESSAGE(text == "card [CREDITCARD] ok", cut);
    }
  plan.watched = {sense::Category::Pii};
  CHECK(said({chat::TextDelta{"to jane.roe"}, chat::ReasoningDelta{"hm"}, chat::TextDelta{"@corp.de ok"},
              chat::Finish{}}) == "to [EMAIL] ok");
  plan.watched = kMoney;
  for (const char* whole : {"so it is", "in 2024", "see main.py", "step-by-step", "It is done. "})
    CHECK(said({chat::TextDelta{whole}, chat::ReasoningDelta{"hm"}}) == whole);
}

TEST_CASE("a tool call whose id or name carries a finding stops the answer") {
  AnswerPlan plan;
  plan.judge = &judge();
  plan.watched = kMoney;
  const auto last = [&](std::vector<chat::ToolCallDelta> calls) {
    AnswerMask mask(plan);
    chat::Chunk chunk;
    chunk.events.assign(calls.begin(), calls.end());
    return mask.take(std::move(chunk)).events.back();
  };
  const std::string card = "4556737586899855";
  CHECK(std::holds_alternative<chat::ToolCallDelta>(last({{0, "call_1", "pay", "{}"}})));
  CHECK(std::holds_alternative<chat::Failure>(last({{0, "call_1", card, "{}"}})));
  CHECK(std::holds_alternative<chat::Failure>(last({{0, card, "pay", "{}"}})));
  CHECK(std::holds_alternative<chat::Failure>(
      last({{0, "call_1", card.substr(0, 9), ""}, {0, "", card.substr(9), "{}"}})));
}
