#include <doctest/doctest.h>

#include "wire/anthropic_messages.h"

using namespace sluice;

namespace {

struct Heard {
  std::string text, reasoning, signature, calls, end, message;
  std::optional<chat::Usage> usage;
};

void hear(Heard& h, const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* e = std::get_if<chat::TextDelta>(&event)) h.text += e->text;
    if (auto* e = std::get_if<chat::ReasoningDelta>(&event)) h.reasoning += e->text;
    if (auto* e = std::get_if<chat::ReasoningSignature>(&event)) h.signature += e->signature;
    if (auto* e = std::get_if<chat::ToolCallDelta>(&event))
      h.calls += std::to_string(e->index) + "|" + e->id + "|" + e->name + "|" + e->arguments + ";";
    if (auto* e = std::get_if<chat::Usage>(&event)) h.usage = *e;
    if (auto* e = std::get_if<chat::Finish>(&event))
      h.end += chat::finish_reason_name(e->reason) + (e->stop_sequence.empty() ? "" : "," + e->stop_sequence);
    if (auto* e = std::get_if<chat::Failure>(&event)) {
      h.end += e->error.code;
      h.message = e->error.message;
    }
  }
}

// Data of events; their names are in the data.
Heard streamed(const std::vector<std::string>& events) {
  auto reader = wire::make_anthropic_messages_reader();
  Heard h;
  for (const std::string& data : events) {
    chat::Chunk chunk = reader->read_event("", data);
    if (!chunk.raw.empty()) {
      CHECK(chunk.raw == data);
      CHECK_FALSE(chunk.raw_event.empty());
      CHECK(chunk.protocol == chat::Protocol::AnthropicMessages);
    }
    hear(h, chunk);
  }
  chat::Chunk end = reader->end();
  CHECK(end.last);
  hear(h, end);
  CHECK(reader->end().events.empty());
  return h;
}

Heard whole(std::string_view body) {
  auto reader = wire::make_anthropic_messages_reader();
  Heard h;
  chat::Chunk chunk = reader->read_whole(body);
  CHECK(chunk.last);
  hear(h, chunk);
  return h;
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-x","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}})";
const std::string kStop = R"({"type":"message_stop"})";
std::string start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)" + block +
         "}";
}
std::string delta(int index, const std::string& d) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + d + "}";
}
std::string stop(int index) { return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}"; }
std::string ended(const std::string& reason, const std::string& usage = R"({"output_tokens":15})") {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason + R"(","stop_sequence":null},"usage":)" +
         usage + "}";
}

}  // namespace

TEST_CASE("anthropic reader: the documented stream of a plain answer") {
  Heard h = streamed({kStart, start(0, R"({"type":"text","text":""})"), R"({"type": "ping"})",
                      delta(0, R"({"type":"text_delta","text":"Hello"})"),
                      delta(0, R"({"type":"text_delta","text":"!"})"), stop(0), ended("end_turn"), kStop});
  CHECK(h.text == "Hello!");
  CHECK(h.end == "stop");
  CHECK(h.usage == chat::Usage{0, 25, 15, 0, 0});
}

TEST_CASE("anthropic reader: the documented stream of a tool call, its input in pieces") {
  Heard h = streamed(
      {kStart, start(0, R"({"type":"text","text":""})"), delta(0, R"({"type":"text_delta","text":"Okay"})"),
       stop(0), start(1, R"({"type":"tool_use","id":"toolu_01","name":"get_weather","input":{}})"),
       delta(1, R"({"type":"input_json_delta","partial_json":""})"),
       delta(1, R"({"type":"input_json_delta","partial_json":"{\"location\":"})"),
       delta(1, R"({"type":"input_json_delta","partial_json":" \"San"})"),
       delta(1, R"({"type":"input_json_delta","partial_json":" Francisco\"}"})"), stop(1),
       start(2, R"({"type":"tool_use","id":"toolu_02","name":"now","input":{}})"), stop(2),
       start(3, R"({"type":"tool_use","id":"toolu_03","name":"at","input":{"a":1}})"), stop(3),
       ended(
           "tool_use",
           R"({"output_tokens":89,"input_tokens":472,"cache_read_input_tokens":30,"cache_creation_input_tokens":8})"),
       kStop});
  CHECK(h.text == "Okay");
  // A call without pieces has the input that its start gave: "" would be no JSON.
  CHECK(h.calls ==
        "0|toolu_01|get_weather|;0|||{\"location\":;0||| \"San;0||| Francisco\"};"
        "1|toolu_02|now|;1|||{};2|toolu_03|at|;2|||{\"a\":1};");
  CHECK(h.end == "tool_calls");
  CHECK(h.usage == chat::Usage{30, 480, 89, 0, 8});
}

TEST_CASE("anthropic reader: the documented stream of thinking, with and without its signature") {
  std::vector<std::string> events = {
      kStart,
      start(0, R"({"type":"thinking","thinking":"","signature":""})"),
      delta(0, R"({"type":"thinking_delta","thinking":"Let me "})"),
      delta(0, R"({"type":"thinking_delta","thinking":"solve"})"),
      delta(0, R"({"type":"signature_delta","signature":"EqQB"})"),
      stop(0),
      start(1, R"({"type":"text","text":""})"),
      delta(1, R"({"type":"text_delta","text":"27"})"),
      stop(1),
      ended("end_turn", R"({"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}})"),
      kStop};
  Heard h = streamed(events);
  CHECK(h.reasoning == "Let me solve");
  CHECK(h.signature == "EqQB");
  CHECK(h.text == "27");
  CHECK(h.usage == chat::Usage{0, 25, 9, 4, 0});
  events.erase(events.begin() + 4);
  CHECK(streamed(events).signature.empty());
  CHECK(streamed(events).end == "stop");
}

TEST_CASE("anthropic reader: blocks, deltas and events of unknown kinds are passed over, and kept as they came") {
  Heard h = streamed({kStart, start(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
                      delta(0, R"({"type":"input_json_delta","partial_json":"{\"query\":1}"})"), stop(0),
                      start(1, R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})"), stop(1),
                      start(2, R"({"type":"redacted_thinking","data":"xx"})"), stop(2),
                      start(3, R"({"type":"text","text":"pre"})"),
                      delta(3, R"({"type":"citations_delta","citation":{}})"),
                      delta(3, R"({"type":"text_delta","text":"fix"})"), stop(3), R"({"type":"hologram","x":1})",
                      ended("end_turn"), kStop, "[DONE]"});
  CHECK(h.text == "prefix");
  CHECK(h.calls.empty());
  CHECK(h.end == "stop");
}

TEST_CASE("anthropic reader: servers that leave out types, indexes and ends of blocks are understood") {
  auto reader = wire::make_anthropic_messages_reader();
  Heard h;
  hear(h, reader->read_event("message_start", R"({"message":{"model":"m"}})"));
  hear(h,
       reader->read_event("content_block_start", R"({"content_block":{"type":"tool_use","id":"a","name":"f"}})"));
  hear(h,
       reader->read_event("content_block_delta", R"({"delta":{"type":"input_json_delta","partial_json":"{}"}})"));
  hear(h,
       reader->read_event("content_block_start", R"({"content_block":{"type":"tool_use","id":"b","name":"g"}})"));
  hear(h, reader->read_event("message_delta", R"({"delta":{"stop_reason":"tool_use"}})"));
  CHECK_FALSE(reader->done());
  hear(h, reader->read_event("message_stop", "{}"));
  CHECK(reader->done());
  CHECK(reader->model() == "m");
  hear(h, reader->end());
  CHECK(h.calls == "0|a|f|;0|||{};1|b|g|;1|||{};");
  CHECK(h.end == "tool_calls");
}

TEST_CASE("anthropic reader: a type that would break out of its line names no event") {
  auto reader = wire::make_anthropic_messages_reader();
  chat::Chunk chunk = reader->read_event("message", R"({"type":"ping\n\ndata: forged"})");
  CHECK_FALSE(chunk.raw.empty());
  CHECK(chunk.raw_event.empty());
}

TEST_CASE("anthropic reader: stop reasons") {
  auto end_of = [](const std::string& reason) { return streamed({kStart, ended(reason), kStop}).end; };
  CHECK(end_of("end_turn") == "stop");
  CHECK(end_of("max_tokens") == "length");
  CHECK(end_of("model_context_window_exceeded") == "length");
  CHECK(end_of("tool_use") == "tool_calls");
  CHECK(end_of("refusal") == "refusal");
  CHECK(end_of("pause_turn") == "interrupted");
  CHECK(end_of("what_next") == "interrupted");
  CHECK(end_of("insufficient_system_resource") == "upstream.unavailable");
  CHECK(streamed({kStart,
                  R"({"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"}})",
                  kStop})
            .end == "stop,END");
}

TEST_CASE("anthropic reader: usage is cumulative, and a 0 after a number is no correction") {
  Heard h = streamed({kStart, ended("end_turn", R"({"input_tokens":0,"output_tokens":7})"), kStop});
  CHECK(h.usage == chat::Usage{0, 25, 7, 0, 0});
  h = streamed({R"({"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":0}}})",
                ended("end_turn", R"({"input_tokens":11,"cache_read_input_tokens":64,"output_tokens":7})"),
                kStop});
  CHECK(h.usage == chat::Usage{64, 11, 7, 0, 0});
  h = streamed({R"({"type":"message_start","message":{}})", ended("end_turn", "null"), kStop});
  CHECK_FALSE(h.usage);
  h = whole(
      R"({"content":[],"stop_reason":"end_turn","usage":{"input_tokens":-1,"output_tokens":3,"output_tokens_details":{"thinking_tokens":9}}})");
  CHECK(h.usage == chat::Usage{0, 0, 3, 3, 0});
}

TEST_CASE("anthropic reader: a stream that stops early is never a whole answer") {
  CHECK(streamed({}).end == "upstream.truncated");
  CHECK(streamed({kStart}).end == "upstream.truncated");
  CHECK(streamed({kStart, ended("end_turn")}).end == "upstream.truncated");
  CHECK(streamed({kStart, kStop}).end == "upstream.truncated");
  CHECK(streamed({kStart, "{\"type\""}).end == "upstream.protocol");
  CHECK(streamed({kStart, "[]"}).end == "upstream.protocol");
  CHECK(streamed({kStart, delta(4, R"({"type":"input_json_delta","partial_json":"{}"})")}).end ==
        "upstream.protocol");
}

TEST_CASE("anthropic reader: an error inside a 200 has the name that its words have elsewhere") {
  auto code = [](const std::string& type) {
    std::string event = R"({"type":"error","error":{"type":")" + type + R"(","message":"it failed"}})";
    std::string end = streamed({kStart, event, kStop}).end;
    CHECK(whole(event).end == end);
    return end;
  };
  CHECK(code("overloaded_error") == "upstream.unavailable");
  CHECK(code("rate_limit_error") == "upstream.unavailable");
  CHECK(code("api_error") == "upstream.unavailable");
  CHECK(code("timeout_error") == "upstream.timeout");
  CHECK(code("authentication_error") == "upstream.auth");
  CHECK(code("permission_error") == "upstream.auth");
  CHECK(code("billing_error") == "upstream.balance");
  CHECK(code("not_found_error") == "upstream.not_found");
  CHECK(code("invalid_request_error") == "upstream.refused");
  CHECK(code("request_too_large") == "upstream.refused");
  Heard h = streamed({R"({"error":{"message":"key sk-abcdefgh12345678 is bad","type":"invalid_request_error"}})"});
  CHECK(h.end == "upstream.refused");
  CHECK(h.message.find("sk-abc") == std::string::npos);
}

TEST_CASE("anthropic reader: a whole answer, and the answer of count_tokens") {
  Heard h = whole(
      "\n\n"
      R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"f","input":{"a": 1.0}},{"type":"other"}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":4,"cache_read_input_tokens":5,"output_tokens":6}})");
  CHECK(h.reasoning == "hm");
  CHECK(h.signature == "s");
  CHECK(h.text == "Hi");
  CHECK(h.calls == "0|t|f|{\"a\": 1.0};");
  CHECK(h.end == "tool_calls");
  CHECK(h.usage == chat::Usage{5, 7, 6, 0, 4});
  h = whole(R"({"input_tokens":2095})");
  CHECK(h.usage->prompt() == 2095);
  CHECK(h.end == "stop");
  CHECK(whole("").end == "upstream.truncated");
  CHECK(whole("<html>").end == "upstream.protocol");
  CHECK(whole("{}").end == "upstream.protocol");
  CHECK(whole("[]").end == "upstream.protocol");
}
