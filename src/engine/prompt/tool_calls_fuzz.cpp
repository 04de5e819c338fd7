// Any bytes as a model's answer, in every dialect of tool calls: what is found does not depend on where the answer
// was cut, every call's arguments are a JSON object, and an answer without calls comes out as it was. The same for
// an answer that its limit of tokens cut off; there the last call's arguments may be the beginning of an object.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/prompt/reasoning.h"
#include "engine/prompt/tool_calls.h"
#include "json/doc.h"
#include "text/utf8.h"

namespace {

using namespace sluice;
using namespace sluice::engine;

void must(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  std::string reasoning, text, calls;  // of each call its name, NUL, its arguments, NUL
  int count = 0;
  bool operator==(const Read&) const = default;
};

void add(Read& read, const std::vector<chat::Event>& events, bool cut_off) {
  for (const chat::Event& event : events) {
    if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
      must(!thought->text.empty());
      read.reasoning += thought->text;
    } else if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
      must(!text->text.empty());
      read.text += text->text;
    } else {
      const auto& call = std::get<chat::ToolCallDelta>(event);
      must(call.index == read.count++);
      const auto doc = json::Doc::parse(call.arguments);
      must(cut_off || (doc.has_value() && (*doc)->root().is(json::Type::Object)));
      read.calls += call.name + '\0' + call.arguments + '\0';
    }
  }
}

// Reasoning is split off first, as the engine does it.
Read read(ToolDialect dialect, bool thinking, std::string_view answer, std::size_t piece, bool cut_off = false) {
  ReasoningSplitter splitter(thinking);
  ToolCallParser parser(dialect, {"f", "g"});
  Read out;
  const auto pass = [&](const std::vector<chat::Event>& events) {
    std::vector<chat::Event> found;
    for (const chat::Event& event : events) {
      if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
        parser.feed(text->text, found);
      } else {
        add(out, {event}, cut_off);
      }
    }
    add(out, found, cut_off);
  };
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    std::vector<chat::Event> events;
    splitter.feed(answer.substr(at, piece), events);
    pass(events);
  }
  std::vector<chat::Event> rest;
  splitter.end(rest);
  pass(rest);
  rest.clear();
  parser.end(rest, cut_off);
  add(out, rest, cut_off);
  must(parser.calls() == out.count);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1024) return 0;
  const auto dialect = static_cast<ToolDialect>(data[0] % 8);
  const bool thinking = (data[0] & 8) != 0;
  // As the engine hands it over: whole characters, though cuts within them change nothing either.
  const std::string answer = text::repair_utf8({reinterpret_cast<const char*>(data) + 2, size - 2});
  const Read whole = read(dialect, thinking, answer, std::max<std::size_t>(1, answer.size()));
  must(read(dialect, thinking, answer, 1) == whole);
  must(read(dialect, thinking, answer, 1 + data[1] % 32) == whole);
  must(read(dialect, thinking, answer, 1, true) == read(dialect, thinking, answer, answer.size() + 1, true));
  if (!thinking && whole.count == 0 && answer.find("<think>") == std::string::npos)
    must(whole.text == answer && whole.reasoning.empty());
  return 0;
}
