#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "wire/openai_responses.h"

using namespace sluice;
using chat::Chunk;
using chat::FinishReason;

namespace {

// What an answer says, however it was cut.
struct Heard {
  std::string text, reasoning, refusal, logprobs, failure;
  std::vector<chat::ToolCall> calls;
  std::optional<chat::Usage> usage;
  std::optional<FinishReason> finish;
};

void hear(const Chunk& chunk, Heard& heard) {
  for (const chat::Event& event : chunk.events) {
    if (auto* delta = std::get_if<chat::TextDelta>(&event)) {
      heard.text += delta->text;
      heard.logprobs += delta->logprobs;
    }
    if (auto* delta = std::get_if<chat::ReasoningDelta>(&event)) heard.reasoning += delta->text;
    if (auto* delta = std::get_if<chat::RefusalDelta>(&event)) heard.refusal += delta->text;
    if (auto* delta = std::get_if<chat::ToolCallDelta>(&event)) {
      if (heard.calls.size() <= std::size_t(delta->index)) heard.calls.resize(std::size_t(delta->index) + 1);
      chat::ToolCall& call = heard.calls[std::size_t(delta->index)];
      call.id += delta->id;
      call.name += delta->name;
      call.arguments += delta->arguments;
    }
    if (auto* usage = std::get_if<chat::Usage>(&event)) heard.usage = *usage;
    if (auto* finish = std::get_if<chat::Finish>(&event)) heard.finish = finish->reason;
    if (auto* failure = std::get_if<chat::Failure>(&event)) heard.failure = failure->error.code;
  }
}

Heard streamed(const std::vector<std::string>& events) {
  auto reader = wire::make_openai_responses_reader();
  Heard heard;
  for (const std::string& event : events) hear(reader->read_event("", event), heard);
  hear(reader->end(), heard);
  return heard;
}
Heard whole(std::string_view body) {
  auto reader = wire::make_openai_responses_reader();
  Heard heard;
  Chunk chunk = reader->read_whole(body);
  CHECK(chunk.last);
  hear(chunk, heard);
  hear(reader->end(), heard);
  return heard;
}

const std::string kUsage =
    R"("usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":7,)"
    R"("output_tokens_details":{"reasoning_tokens":3},"total_tokens":17})";
const std::string kOutput =
    R"([{"id":"rs","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hmm"}]},)"
    R"({"id":"m","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]},)"
    R"({"id":"f1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},)"
    R"({"id":"f2","type":"function_call","call_id":"c2","name":"g","arguments":"{}"}])";

std::string completed(const std::string& output) {
  return R"({"type":"response.completed","response":{"status":"completed","output":)" + output + "," + kUsage +
         "}}";
}

void check_all(const Heard& heard) {
  CHECK(heard.failure == "");
  CHECK(heard.reasoning == "hmm");
  CHECK(heard.text == "Hello");
  REQUIRE(heard.calls.size() == 2);
  CHECK(heard.calls[0].id == "c1");
  CHECK(heard.calls[0].name == "f");
  CHECK(heard.calls[0].arguments == R"({"a":1})");
  CHECK(heard.calls[1].id == "c2");
  CHECK(heard.calls[1].name == "g");
  CHECK(heard.calls[1].arguments == "{}");
  CHECK(heard.finish == FinishReason::ToolCalls);
  REQUIRE(heard.usage);
  CHECK(*heard.usage == chat::Usage{4, 6, 7, 3});
}

// The full sequence as OpenAI's reference has it, two calls interleaved.
const std::vector<std::string> kFull = {
    R"({"type":"response.created","response":{"id":"resp_1","model":"up","status":"in_progress","output":[]}})",
    R"({"type":"response.in_progress","response":{"id":"resp_1","status":"in_progress","output":[]}})",
    R"({"type":"response.output_item.added","output_index":0,"item":{"id":"rs","type":"reasoning","summary":[]}})",
    R"({"type":"response.reasoning_text.delta","item_id":"rs","output_index":0,"content_index":0,"delta":"hm","obfuscation":"xx"})",
    R"({"type":"response.reasoning_text.delta","item_id":"rs","output_index":0,"content_index":0,"delta":"m"})",
    R"({"type":"response.reasoning_text.done","item_id":"rs","output_index":0,"content_index":0,"text":"hmm"})",
    R"({"type":"response.output_item.done","output_index":0,"item":{"id":"rs","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hmm"}]}})",
    R"({"type":"response.output_item.added","output_index":1,"item":{"id":"m","type":"message","content":[]}})",
    R"({"type":"response.content_part.added","item_id":"m","output_index":1,"content_index":0,"part":{"type":"output_text","text":""}})",
    R"({"type":"response.output_text.delta","item_id":"m","output_index":1,"content_index":0,"delta":"Hel","logprobs":[]})",
    R"({"type":"response.output_text.delta","item_id":"m","output_index":1,"content_index":0,"delta":"lo","logprobs":[]})",
    R"({"type":"response.output_text.done","item_id":"m","output_index":1,"content_index":0,"text":"Hello"})",
    R"({"type":"response.content_part.done","item_id":"m","output_index":1,"content_index":0,"part":{"type":"output_text","text":"Hello"}})",
    R"({"type":"response.output_item.done","output_index":1,"item":{"id":"m","type":"message","content":[{"type":"output_text","text":"Hello"}]}})",
    R"({"type":"response.output_item.added","output_index":2,"item":{"id":"f1","type":"function_call","call_id":"c1","name":"f","arguments":""}})",
    R"({"type":"response.output_item.added","output_index":3,"item":{"id":"f2","type":"function_call","call_id":"c2","name":"g","arguments":""}})",
    R"({"type":"response.function_call_arguments.delta","item_id":"f1","output_index":2,"delta":"{\"a\""})",
    R"({"type":"response.function_call_arguments.delta","item_id":"f2","output_index":3,"delta":"{}"})",
    R"({"type":"response.function_call_arguments.delta","item_id":"f1","output_index":2,"delta":":1}"})",
    R"({"type":"response.function_call_arguments.done","item_id":"f1","output_index":2,"name":"f","arguments":"{\"a\":1}"})",
    R"({"type":"response.function_call_arguments.done","item_id":"f2","output_index":3,"name":"g","arguments":"{}"})",
    R"({"type":"response.output_item.done","output_index":2,"item":{"id":"f1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}})",
    R"({"type":"response.output_item.done","output_index":3,"item":{"id":"f2","type":"function_call","call_id":"c2","name":"g","arguments":"{}"}})",
};

std::vector<std::string> full(const std::function<bool(const std::string&)>& keep) {
  std::vector<std::string> events;
  for (const std::string& event : kFull)
    if (keep(event)) events.push_back(event);
  events.push_back(completed(kOutput));
  return events;
}
bool has(const std::string& event, std::string_view word) { return event.find(word) != std::string::npos; }

}  // namespace

TEST_CASE("responses read: a streamed answer says what the whole one says") {
  check_all(streamed(full([](const std::string&) { return true; })));
  check_all(whole(std::string("\n\n{\"status\":\"completed\",\"output\":") + kOutput + "," + kUsage + "}"));
}

TEST_CASE("responses read: nothing is lost or said twice when an adapter leaves events out") {
  // No deltas; neither deltas nor the ends of parts; only whole items; only the final response; deltas alone.
  check_all(streamed(full([](const std::string& e) { return !has(e, ".delta"); })));
  check_all(streamed(full([](const std::string& e) { return !has(e, ".delta") && !has(e, "part"); })));
  check_all(streamed(full([](const std::string& e) { return has(e, "output_item.done"); })));
  check_all(streamed(full([](const std::string&) { return false; })));
  check_all(streamed(full([](const std::string& e) { return !has(e, ".done"); })));
  check_all(streamed(full([](const std::string& e) { return !has(e, "output_item"); })));
  check_all(streamed(full([](const std::string& e) { return has(e, ".delta") || has(e, "item.added"); })));
}

TEST_CASE("responses read: random omissions lose nothing as long as something tells it") {
  std::uint64_t state = 7;
  for (int round = 0; round < 300; ++round) {
    // The deltas of one text are left out together: a reader can't know of a single one that is missing.
    bool deltas = (state >> 33) & 1;
    auto heard = streamed(full([&](const std::string& e) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      if (has(e, ".delta")) return deltas;
      if (has(e, "item.added")) return true;
      return ((state >> 40) & 1) != 0;
    }));
    check_all(heard);
  }
}

TEST_CASE("responses read: the type stands in the data, in the event's name, or is told by an error") {
  auto reader = wire::make_openai_responses_reader();
  Heard heard;
  Chunk named = reader->read_event("response.output_text.delta", R"({"delta":"a"})");
  CHECK(named.raw_event == "response.output_text.delta");
  CHECK(named.raw == R"({"delta":"a"})");
  CHECK(named.protocol == chat::Protocol::OpenAiResponses);
  CHECK_FALSE(named.closing);
  hear(named, heard);
  Chunk unnamed = reader->read_event("", R"({"type":"response.output_text.delta","delta":"b"})");
  CHECK(unnamed.raw_event == "response.output_text.delta");
  hear(unnamed, heard);
  Chunk closing = reader->read_event("", completed("[]"));
  CHECK(closing.closing);
  CHECK(reader->done());
  CHECK(heard.text == "ab");
  CHECK(streamed({R"({"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}})"}).failure ==
        "upstream.unavailable");
}

TEST_CASE("responses read: a type that would break out of its line names no event") {
  auto reader = wire::make_openai_responses_reader();
  const Chunk plain = reader->read_event("", R"({"type":"response.code_interpreter_call_code.delta"})");
  CHECK(plain.raw_event == "response.code_interpreter_call_code.delta");
  for (const char* type : {R"(ping\n\ndata: forged)", R"(ping\r)", R"(a b)", R"(\u0000)"}) {
    const Chunk chunk = reader->read_event("", std::string(R"({"type":")") + type + R"("})");
    CHECK_FALSE(chunk.raw.empty());
    CHECK(chunk.raw_event.empty());
  }
}

TEST_CASE("responses read: how an answer ends") {
  auto ends = [](const std::string& type, const std::string& fields) {
    return streamed({R"({"type":"response.output_text.delta","delta":"x"})",
                     R"({"type":")" + type + R"(","response":{)" + fields + "}}"});
  };
  CHECK(ends("response.completed", R"("status":"completed","output":[])").finish == FinishReason::Stop);
  CHECK(ends("response.incomplete", R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"})")
            .finish == FinishReason::Length);
  CHECK(ends("response.incomplete", R"("status":"incomplete","incomplete_details":{"reason":"content_filter"})")
            .finish == FinishReason::ContentFilter);
  CHECK(ends("response.incomplete", R"("status":"incomplete","incomplete_details":null)").finish ==
        FinishReason::Interrupted);
  CHECK(ends("response.failed", R"("status":"failed","error":{"code":"server_error","message":"oops"})").failure !=
        "");
  CHECK(ends("response.failed", R"("status":"failed","error":null)").failure == "upstream.unavailable");
  CHECK(streamed({R"({"type":"error","code":"server_error","message":"oops","param":null})"}).failure != "");
  CHECK(streamed({kFull[0], R"({"type":"response.output_text.delta","delta":"x"})"}).failure ==
        "upstream.truncated");
  CHECK(streamed({"not json"}).failure == "upstream.protocol");
  CHECK(streamed({"[DONE]"}).failure == "upstream.truncated");
  Heard refusal = streamed({R"({"type":"response.refusal.delta","delta":"I "})",
                            R"({"type":"response.refusal.delta","delta":"won't"})",
                            R"({"type":"response.refusal.done","refusal":"I won't"})", completed("[]")});
  CHECK(refusal.refusal == "I won't");
  CHECK(refusal.finish == FinishReason::Refusal);
}

TEST_CASE("responses read: whole answers that are none") {
  CHECK(whole("").failure == "upstream.truncated");
  CHECK(whole("<html>").failure == "upstream.protocol");
  CHECK(whole("{}").failure == "upstream.protocol");
  CHECK(whole(R"({"status":"in_progress","output":[]})").failure == "upstream.protocol");
  CHECK(whole(R"({"status":"failed","error":{"code":"server_error","message":"m"},"output":[]})").failure != "");
  CHECK(whole(R"({"status":"cancelled","output":[]})").failure == "upstream.unavailable");
  CHECK(
      whole(R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]})").finish ==
      FinishReason::Length);
}

TEST_CASE("responses read: a summary is the reasoning where there is no other") {
  Heard heard = streamed(
      {R"({"type":"response.reasoning_summary_text.delta","item_id":"r","output_index":0,"summary_index":0,"delta":"one"})",
       R"({"type":"response.reasoning_summary_text.done","item_id":"r","output_index":0,"summary_index":0,"text":"one"})",
       R"({"type":"response.reasoning_summary_part.done","item_id":"r","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"one"}})",
       R"({"type":"response.reasoning_summary_part.done","item_id":"r","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":"two"}})",
       R"({"type":"response.output_item.done","output_index":0,"item":{"id":"r","type":"reasoning","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}]}})",
       completed("[]")});
  CHECK(heard.reasoning == "one\n\ntwo");
  CHECK(
      whole(
          R"({"status":"completed","output":[{"type":"reasoning","summary":[{"text":"s"}],"content":[{"text":"c","type":"reasoning_text"}]}]})")
          .reasoning == "c");
}

TEST_CASE("responses read: log-probabilities arrive complete, bytes made from the token") {
  Heard heard = streamed(
      {R"({"type":"response.output_text.delta","delta":"é","logprobs":[{"token":"é","logprob":-0.5,"top_logprobs":[{"token":"e","logprob":-1}]}]})",
       completed("[]")});
  CHECK(
      heard.logprobs ==
      R"({"token":"é","logprob":-0.5,"bytes":[195,169],"top_logprobs":[{"token":"e","logprob":-1,"bytes":[101]}]})");
}

TEST_CASE("responses read: usage always adds up") {
  auto usage = [](const std::string& text) {
    return whole(R"({"status":"completed","output":[],"usage":)" + text + "}").usage;
  };
  CHECK_FALSE(usage("null"));
  CHECK_FALSE(usage("{}"));
  CHECK(*usage(R"({"input_tokens":3,"output_tokens":2,"input_tokens_details":{"cached_tokens":9},)"
               R"("output_tokens_details":{"reasoning_tokens":9}})") == chat::Usage{3, 0, 2, 2});
  CHECK(*usage(R"({"input_tokens":3,"total_tokens":5})") == chat::Usage{0, 3, 2, 0});
  CHECK(*usage(R"({"input_tokens":-3,"output_tokens":5})") == chat::Usage{0, 0, 5, 0});
}
