#include "backend/stop_watch.h"

#include <doctest/doctest.h>

#include <random>

using namespace sluice;
using backend::StopWatch;
using chat::Chunk;
using chat::Event;
using chat::FinishReason;

namespace {

struct Seen {
  std::string text, thought, arguments, stop;
  int finishes = 0, usages = 0;
  std::size_t chunks = 0;  // until it was over
  FinishReason reason = FinishReason::Length;
};

void look(const Chunk& chunk, Seen& seen) {
  CHECK(chunk.raw.empty());
  for (const Event& event : chunk.events) {
    if (auto* text = std::get_if<chat::TextDelta>(&event)) seen.text += text->text;
    if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) seen.thought += thought->text;
    if (auto* call = std::get_if<chat::ToolCallDelta>(&event)) seen.arguments += call->arguments;
    if (std::holds_alternative<chat::Usage>(event)) ++seen.usages;
    if (auto* finish = std::get_if<chat::Finish>(&event)) {
      ++seen.finishes;
      seen.reason = finish->reason;
      seen.stop = finish->stop_sequence;
    }
  }
}

// Chunks until the watch says that it is over.
Seen watched(const std::vector<std::string>& stops, std::vector<Chunk> chunks) {
  StopWatch watch(stops);
  Seen seen;
  for (Chunk& chunk : chunks) {
    Chunk out = watch.take(std::move(chunk));
    look(out, seen);
    ++seen.chunks;
    if (out.last) break;
  }
  return seen;
}

Chunk chunk(std::vector<Event> events, bool last = false) {
  Chunk c;
  c.events = std::move(events);
  c.raw = "{}";
  c.last = last;
  return c;
}
Event text(std::string t) { return chat::TextDelta{std::move(t)}; }
const Event kEnd = chat::Finish{FinishReason::Length, ""};

// Where a whole text ends: at the string that is complete first, of several the longest.
std::pair<std::string, std::string> cut(const std::string& whole, const std::vector<std::string>& stops) {
  for (std::size_t end = 1; end <= whole.size(); ++end) {
    std::string best;
    for (const std::string& stop : stops)
      if (stop.size() > best.size() && std::string_view(whole).substr(0, end).ends_with(stop)) best = stop;
    if (!best.empty()) return {whole.substr(0, end - best.size()), best};
  }
  return {whole, ""};
}

}  // namespace

TEST_CASE("stop watch: however a text is cut into pieces, it ends where the whole text would") {
  std::mt19937 random(20261127);
  auto up_to = [&](std::size_t n) { return std::size_t(random() % (n + 1)); };
  int stopped = 0;
  for (int round = 0; round < 4000; ++round) {
    auto word = [&](std::size_t least, std::size_t most) {
      std::string out;
      for (std::size_t n = least + up_to(most - least); out.size() < n;) out += "ab\n"[up_to(2)];
      return out;
    };
    std::vector<std::string> stops;
    for (std::size_t n = 1 + up_to(3); stops.size() < n;) stops.push_back(word(2, 6));
    const std::string whole = word(0, 40);
    std::vector<Chunk> chunks;
    for (std::size_t at = 0; at < whole.size();) {
      std::vector<Event> events;
      for (std::size_t n = 1 + up_to(1); n > 0 && at < whole.size(); --n) {
        std::size_t size = std::min(1 + up_to(4), whole.size() - at);
        events.push_back(text(whole.substr(at, size)));
        at += size;
      }
      chunks.push_back(chunk(std::move(events)));
    }
    chunks.push_back(chunk({chat::Usage{}, kEnd}, true));
    auto [kept, by] = cut(whole, stops);
    Seen seen = watched(stops, std::move(chunks));
    CAPTURE(whole);
    CHECK(seen.text == kept);
    CHECK(seen.stop == by);
    CHECK(seen.finishes == 1);
    CHECK((seen.reason == FinishReason::Stop) == !by.empty());
    stopped += !by.empty();
  }
  CHECK(stopped > 1000);
  CHECK(stopped < 3900);
}

TEST_CASE("stop watch: what is held is one string's beginning at most, and nothing is read after a match") {
  StopWatch watch({"END.", "xy"});
  auto now = [&](std::string piece) {
    Seen seen;
    look(watch.take(chunk({text(std::move(piece))})), seen);
    return seen.text;
  };
  CHECK(now("plain") == "plain");
  CHECK(now(" EN") == " ");
  CHECK(now("x") == "EN");
  CHECK(now("z") == "xz");
  Seen seen =
      watched({"END."}, {chunk({text("a E")}), chunk({text("ND")}), chunk({text(". more"), text("and more")}),
                         chunk({text("never asked for")}), chunk({kEnd}, true)});
  CHECK(seen.text == "a ");
  CHECK(seen.stop == "END.");
  CHECK(seen.chunks == 3);
}

TEST_CASE("stop watch: a whole answer keeps what it cost, and loses what stands behind the match") {
  Seen seen =
      watched({"b"}, {chunk({chat::ReasoningDelta{"a b"}, text("a b c"), chat::ToolCallDelta{0, "i", "f", "{}"},
                             chat::Usage{}, chat::Finish{FinishReason::ToolCalls, ""}},
                            true)});
  CHECK(seen.thought == "a b");  // no stop string counts there
  CHECK(seen.text == "a ");
  CHECK(seen.arguments.empty());
  CHECK(seen.usages == 1);
  CHECK(seen.finishes == 1);
  CHECK(seen.reason == FinishReason::Stop);
}

TEST_CASE("stop watch: calls and reasoning pass, and what was held of the text goes before them") {
  StopWatch watch({"stop"});
  Chunk out = watch.take(chunk({text("a st"), chat::ToolCallDelta{0, "i", "f", "stop"}, text("op"),
                                chat::Finish{FinishReason::ToolCalls, "own"}},
                               true));
  REQUIRE(out.events.size() == 5);
  CHECK(std::get<chat::TextDelta>(out.events[0]).text == "a ");
  CHECK(std::get<chat::TextDelta>(out.events[1]).text == "st");
  CHECK(std::get<chat::ToolCallDelta>(out.events[2]).arguments == "stop");
  CHECK(std::get<chat::TextDelta>(out.events[3]).text == "op");
  CHECK(std::get<chat::Finish>(out.events[4]).reason == FinishReason::ToolCalls);
  CHECK(std::get<chat::Finish>(out.events[4]).stop_sequence == "own");
  // An answer that breaks off tells what there was, and that it broke.
  Chunk broken =
      StopWatch({"stop"}).take(chunk({text("a st"), chat::Failure{Error{"upstream.stalled", "", "", ""}}}, true));
  REQUIRE(broken.events.size() == 3);
  CHECK(std::get<chat::TextDelta>(broken.events[1]).text == "st");
  CHECK(std::holds_alternative<chat::Failure>(broken.events[2]));
}
