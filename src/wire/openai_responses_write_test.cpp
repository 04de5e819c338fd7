#include <doctest/doctest.h>

#include <map>
#include <set>

#include "wire/openai_responses.h"

using namespace sluice;
using chat::Chunk;
using chat::FinishReason;
using json::Type;
using json::Value;
using wire::Piece;

namespace {

using Doc = std::shared_ptr<const json::Doc>;

Doc parse(const std::string& text) {
  auto doc = json::Doc::parse(text);
  if (!doc) FAIL(doc.error().to_string() << text);
  return *doc;
}

chat::Request request(const std::string& fields = "") {
  auto decoded = wire::decode_openai_responses(R"({"model":"route","input":"hi")" + fields + "}");
  if (!decoded) FAIL(decoded.error().to_string());
  return *decoded;
}

Chunk chunk(std::vector<chat::Event> events) {
  Chunk out;
  out.events = std::move(events);
  return out;
}

std::unique_ptr<wire::AnswerWriter> writer(const chat::Request& r) {
  return wire::make_openai_responses_writer(r, {"req_7", 1700000000});
}

std::vector<Piece> written(const chat::Request& r, const std::vector<Chunk>& chunks) {
  auto w = writer(r);
  std::vector<Piece> out;
  for (const Chunk& c : chunks) w->stream(c, out);
  w->finish_stream(out);
  return out;
}

// The fields that OpenAI's published schema requires of each event, beside type and sequence_number.
const std::map<std::string, std::set<std::string>> kRequired = {
    {"response.created", {"response"}},
    {"response.in_progress", {"response"}},
    {"response.completed", {"response"}},
    {"response.incomplete", {"response"}},
    {"response.failed", {"response"}},
    {"error", {"code", "message", "param"}},
    {"response.output_item.added", {"output_index", "item"}},
    {"response.output_item.done", {"output_index", "item"}},
    {"response.content_part.added", {"item_id", "output_index", "content_index", "part"}},
    {"response.content_part.done", {"item_id", "output_index", "content_index", "part"}},
    {"response.output_text.delta", {"item_id", "output_index", "content_index", "delta", "logprobs"}},
    {"response.output_text.done", {"item_id", "output_index", "content_index", "text", "logprobs"}},
    {"response.refusal.delta", {"item_id", "output_index", "content_index", "delta"}},
    {"response.refusal.done", {"item_id", "output_index", "content_index", "refusal"}},
    {"response.reasoning_text.delta", {"item_id", "output_index", "content_index", "delta"}},
    {"response.reasoning_text.done", {"item_id", "output_index", "content_index", "text"}},
    {"response.function_call_arguments.delta", {"item_id", "output_index", "delta"}},
    {"response.function_call_arguments.done", {"item_id", "output_index", "name", "arguments"}},
};
const std::set<std::string> kOfResponse = {"id",
                                           "object",
                                           "created_at",
                                           "status",
                                           "error",
                                           "incomplete_details",
                                           "instructions",
                                           "metadata",
                                           "model",
                                           "output",
                                           "temperature",
                                           "tool_choice",
                                           "tools",
                                           "parallel_tool_calls",
                                           "top_p",
                                           "background",
                                           "store",
                                           "text",
                                           "truncation",
                                           "reasoning",
                                           "max_output_tokens",
                                           "previous_response_id",
                                           "top_logprobs",
                                           "service_tier",
                                           "completed_at",
                                           "max_tool_calls",
                                           "prompt_cache_key",
                                           "safety_identifier"};
const std::map<std::string, std::set<std::string>> kOfItem = {
    {"message", {"id", "status", "role", "content"}},
    {"reasoning", {"id", "summary", "content", "status"}},
    {"function_call", {"id", "call_id", "name", "arguments", "status"}},
    {"output_text", {"text", "annotations", "logprobs"}},
    {"refusal", {"refusal"}},
    {"reasoning_text", {"text"}}};

void check_fields(Value value, const std::set<std::string>& required) {
  for (const std::string& name : required) CHECK_MESSAGE(value[name].valid(), name);
}
void check_typed(Value value) {
  auto required = kOfItem.find(value["type"].string().value_or(""));
  REQUIRE(required != kOfItem.end());
  check_fields(value, required->second);
  for (Value part : value["content"]) check_typed(part);
}
void check_response(Value response) {
  check_fields(response, kOfResponse);
  for (Value item : response["output"]) check_typed(item);
}

// What a client makes of the events: items by place, texts put together from the deltas alone.
struct Folded {
  std::map<std::int64_t, std::string> type, words, item;  // by output_index
  std::string last, id;
  Doc final;
};

Folded fold(const std::vector<Piece>& pieces) {
  Folded out;
  std::int64_t sequence = 0;
  std::set<std::int64_t> closed;
  for (const Piece& piece : pieces) {
    CAPTURE(piece.data);
    CHECK(piece.data.find_first_of("\r\n") == std::string::npos);
    Doc doc = parse(piece.data);
    Value e = doc->root();
    CHECK(e["type"].string() == piece.event);
    CHECK(e["sequence_number"].integer() == sequence++);
    auto required = kRequired.find(piece.event);
    REQUIRE(required != kRequired.end());
    check_fields(e, required->second);
    if (piece.event == "error") continue;  // says again what response.failed said
    if (e["response"]) {
      check_response(e["response"]);
      out.final = parse(std::string(e["response"].raw()));
      out.id = *e["response"]["id"].string();
    }
    for (const char* name : {"item", "part"})
      if (e[name]) check_typed(e[name]);
    out.last = piece.event;
    auto index = e["output_index"].integer();
    if (!index) continue;
    CHECK_FALSE(closed.contains(*index));
    if (piece.event == "response.output_item.added") {
      CHECK(std::size_t(*index) == out.type.size());
      out.type[*index] = *e["item"]["type"].string();
      out.item[*index] = *e["item"]["id"].string();
    } else if (e["item_id"]) {
      CHECK(e["item_id"].string() == out.item[*index]);
    }
    if (e["delta"]) out.words[*index] += *e["delta"].string();
    for (const char* name : {"text", "refusal", "arguments"})
      if (e[name] && piece.event.ends_with(".done")) CHECK(out.words[*index].ends_with(*e[name].string()));
    if (piece.event == "response.output_item.done") closed.insert(*index);
  }
  CHECK((out.last == "response.failed" || closed.size() == out.type.size()));
  return out;
}

const chat::Usage kUsage{4, 6, 7, 3};

}  // namespace

TEST_CASE("responses write: a translated answer is the protocol's sequence, and adds up to its final response") {
  chat::Request r = request(
      R"(,"temperature":0.25,"instructions":"i","metadata":{"a":"b"},"store":false,"reasoning":{"effort":"high"},)"
      R"("tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":"auto","user":"u")");
  auto pieces =
      written(r, {chunk({chat::ReasoningDelta{"hm"}}), chunk({chat::ReasoningDelta{"m"}, chat::TextDelta{"Hel"}}),
                  chunk({chat::TextDelta{"lo"}}), chunk({chat::ToolCallDelta{0, "c1", "f", ""}}),
                  chunk({chat::ToolCallDelta{0, "", "", "{\"a\""}, chat::ToolCallDelta{1, "c2", "g", "{"}}),
                  chunk({chat::ToolCallDelta{0, "", "", ":1}"}, chat::ToolCallDelta{1, "", "", "}"}}),
                  chunk({kUsage, chat::Finish{FinishReason::ToolCalls}})});
  std::vector<std::string> names;
  for (const Piece& piece : pieces) names.push_back(piece.event.substr(9));
  CHECK(names == std::vector<std::string>{"created",
                                          "in_progress",
                                          "output_item.added",
                                          "content_part.added",
                                          "reasoning_text.delta",
                                          "reasoning_text.delta",
                                          "reasoning_text.done",
                                          "content_part.done",
                                          "output_item.done",
                                          "output_item.added",
                                          "content_part.added",
                                          "output_text.delta",
                                          "output_text.delta",
                                          "output_text.done",
                                          "content_part.done",
                                          "output_item.done",
                                          "output_item.added",
                                          "function_call_arguments.delta",
                                          "output_item.added",
                                          "function_call_arguments.delta",
                                          "function_call_arguments.delta",
                                          "function_call_arguments.delta",
                                          "function_call_arguments.done",
                                          "output_item.done",
                                          "function_call_arguments.done",
                                          "output_item.done",
                                          "completed"});
  Folded folded = fold(pieces);
  Value final = folded.final->root();
  CHECK(final["id"].string() == "resp_req_7");
  CHECK(final["status"].string() == "completed");
  CHECK(final["created_at"].integer() == 1700000000);
  CHECK(final["model"].string() == "route");
  CHECK(final["temperature"].number() == 0.25);
  CHECK(final["instructions"].string() == "i");
  CHECK(final["metadata"].raw() == R"({"a":"b"})");
  CHECK(final["store"].boolean() == false);
  CHECK(final["user"].string() == "u");
  CHECK(final["reasoning"]["effort"].string() == "high");
  CHECK(final["tools"].raw() ==
        R"([{"type":"function","name":"f","description":null,"parameters":{"type":"object"},"strict":null}])");
  CHECK(final["usage"].raw() ==
        R"({"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":0},)"
        R"("output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":17})");
  Value output = final["output"];
  REQUIRE(output.size() == 4);
  CHECK(folded.words ==
        std::map<std::int64_t, std::string>{{0, "hmm"}, {1, "Hello"}, {2, R"({"a":1})"}, {3, "{}"}});
  CHECK(output.at(0)["content"].at(0)["text"].string() == "hmm");
  CHECK(output.at(1)["content"].at(0)["text"].string() == "Hello");
  CHECK(output.at(2)["call_id"].string() == "c1");
  CHECK(output.at(2)["arguments"].string() == R"({"a":1})");
  CHECK(output.at(3)["name"].string() == "g");
  for (std::size_t i = 0; i < 4; ++i) CHECK(output.at(i)["id"].string() == folded.item[std::int64_t(i)]);
}

TEST_CASE("responses write: what is streamed and what is told whole is the same, and can be had after a stream") {
  chat::Request r = request();
  std::vector<Chunk> chunks = {chunk({chat::ReasoningDelta{"r"}}), chunk({chat::TextDelta{"a"}}),
                               chunk({chat::RefusalDelta{"no"}}), chunk({kUsage, chat::Finish{}})};
  auto streamed = writer(r), collected = writer(r);
  std::vector<Piece> pieces;
  for (const Chunk& c : chunks) {
    streamed->stream(c, pieces);
    collected->collect(c);
  }
  CHECK(parse(streamed->whole())->root()["status"].valid());
  streamed->finish_stream(pieces);
  std::string final(fold(pieces).final->text());
  CHECK(streamed->whole() == final);
  CHECK(collected->whole() == final);
  CHECK(parse(final)->root()["output"].at(1)["content"].size() == 2);
}

TEST_CASE("responses write: an answer cut short is incomplete and says why") {
  for (auto [reason, word] : {std::pair{FinishReason::Length, "max_output_tokens"},
                              std::pair{FinishReason::Interrupted, "max_output_tokens"},
                              std::pair{FinishReason::ContentFilter, "content_filter"}}) {
    chat::Request r = request();
    Folded folded = fold(written(r, {chunk({chat::TextDelta{"a"}}), chunk({chat::Finish{reason}})}));
    CHECK(folded.last == "response.incomplete");
    CHECK(folded.final->root()["incomplete_details"]["reason"].string() == word);
    CHECK(folded.final->root()["output"].at(0)["status"].string() == "incomplete");
    CHECK_FALSE(folded.final->root()["usage"]);  // nobody counted
  }
}

TEST_CASE("responses write: an answer that the vendor's filter ended, or a refusal, is no clean end") {
  for (FinishReason reason : {FinishReason::Refusal, FinishReason::ContentFilter}) {
    Folded folded = fold(written(request(), {chunk({chat::TextDelta{"par"}, chat::Finish{reason}})}));
    CHECK(folded.last == "response.incomplete");
    CHECK(folded.final->root()["incomplete_details"]["reason"].string() == "content_filter");
  }
}

TEST_CASE("responses write: a response says which one it continues") {
  chat::Request r = request();
  CHECK(fold(written(r, {chunk({chat::Finish{}})})).final->root()["previous_response_id"].is_null());
  r.continues = "resp_1";
  CHECK(fold(written(r, {chunk({chat::Finish{}})})).final->root()["previous_response_id"].string() == "resp_1");
}

TEST_CASE("responses write: an empty answer is an empty message") {
  Folded folded = fold(written(request(), {chunk({chat::Finish{}})}));
  CHECK(folded.last == "response.completed");
  CHECK(folded.final->root()["output"].at(0)["content"].at(0)["text"].string() == "");
}

TEST_CASE("responses write: a failure is response.failed, and nothing follows it") {
  chat::Request r = request();
  chat::Failure failure{{"upstream.stalled", "the deployment stopped sending", "", "try again"}};
  for (bool begun : {false, true}) {
    auto w = writer(r);
    std::vector<Piece> out;
    if (begun) w->stream(chunk({chat::TextDelta{"a"}}), out);
    w->stream(chunk({failure}), out);
    w->stream(chunk({chat::TextDelta{"late"}, chat::Finish{}}), out);
    w->finish_stream(out);
    Folded folded = fold(out);
    CHECK(folded.last == "response.failed");
    CHECK(folded.final->root()["status"].string() == "failed");
    CHECK(folded.final->root()["error"]["sluice_code"].string() == "upstream.stalled");
    CHECK(folded.final->root()["error"]["code"].string() == "server_error");
    CHECK(folded.final->root()["output"].size() == (begun ? 1 : 0));
    CHECK(parse(w->whole())->root()["error"]["code"].string() == "upstream.stalled");
  }
  Folded cut = fold(written(r, {chunk({chat::TextDelta{"half"}})}));
  CHECK(cut.last == "response.failed");
  CHECK(cut.final->root()["error"]["sluice_code"].string() == "upstream.truncated");
}

namespace {

std::vector<Piece> pass(wire::AnswerWriter& w, const std::vector<std::string>& events) {
  auto reader = wire::make_openai_responses_reader();
  std::vector<Piece> out;
  for (const std::string& event : events) w.stream(reader->read_event("", event), out);
  w.stream(reader->end(), out);
  w.finish_stream(out);
  return out;
}

const std::string kCreated =
    R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_up","model":"up-1","output":[]}})";
const std::string kText =
    R"({"type":"response.output_text.delta","sequence_number":5,"delta":"a","obfuscation":"zz"})";
const std::string kFinal = R"({"id":"resp_up","status":"completed","output":[{"type":"message","x":1.0}]})";

}  // namespace

TEST_CASE("responses write: a deployment's own events pass through, line breaks in them made spaces") {
  chat::Request r = request();
  auto w = writer(r);
  const std::string end = R"({"type":"response.completed","sequence_number":6,"response":)" + kFinal + "}";
  auto out = pass(*w, {kCreated, "{\"type\":\"response.in_progress\",\n\n\"x\":1}", kText, end});
  REQUIRE(out.size() == 4);
  CHECK(out[0].data == kCreated);
  CHECK(out[1].data == "{\"type\":\"response.in_progress\",  \"x\":1}");
  CHECK(out[2].data == kText);
  CHECK(out[3].data == end);
  CHECK(out[3].event == "response.completed");
  CHECK(w->whole() == kFinal);
}

TEST_CASE("responses write: a break in a deployment's own events is told with its names, and numbered on") {
  chat::Request r = request();
  auto w = writer(r);
  auto out = pass(*w, {kCreated, kText});
  REQUIRE(out.size() == 4);
  CHECK(out[3].event == "error");
  CHECK(out[2].event == "response.failed");
  Doc doc = parse(out[2].data);
  CHECK(doc->root()["sequence_number"].integer() == 6);
  CHECK(doc->root()["response"]["id"].string() == "resp_up");
  CHECK(doc->root()["response"]["model"].string() == "up-1");
  CHECK(doc->root()["response"]["error"]["code"].string() == "server_error");
  // The final response is held until the answer is known to have ended.
  auto held = writer(r);
  std::vector<Piece> pieces;
  auto reader = wire::make_openai_responses_reader();
  held->stream(reader->read_event("", R"({"type":"response.completed","response":)" + kFinal + "}"), pieces);
  CHECK(pieces.empty());
  held->stream(reader->end(), pieces);
  held->finish_stream(pieces);
  CHECK(pieces.size() == 1);
}

TEST_CASE(
    "responses write: a whole answer passes through whole, and is told as events where a stream was asked for") {
  chat::Request r = request();
  const std::string body =
      R"({"id":"resp_up","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]})";
  auto w = writer(r);
  w->collect(wire::make_openai_responses_reader()->read_whole(body));
  CHECK(w->whole() == body);
  Folded folded = fold(written(r, {wire::make_openai_responses_reader()->read_whole(body)}));
  CHECK(folded.words[0] == "Hi");
}

TEST_CASE("responses write: what was written reads back as what was said, however it was cut") {
  std::uint64_t state = 11;
  auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
  };
  for (int round = 0; round < 500; ++round) {
    chat::Request r = request();
    std::string text, reasoning, refusal;
    std::map<int, std::string> arguments;
    std::vector<Chunk> chunks;
    for (std::uint64_t n = below(12); n > 0; --n) {
      std::string word = "w" + std::to_string(below(1000)) + "\n\"";
      switch (below(4)) {
        case 0:
          text += word;
          chunks.push_back(chunk({chat::TextDelta{word}}));
          break;
        case 1:
          reasoning += word;
          chunks.push_back(chunk({chat::ReasoningDelta{word}}));
          break;
        case 2:
          refusal += word;
          chunks.push_back(chunk({chat::RefusalDelta{word}}));
          break;
        default:
          int call = arguments.empty() ? 0 : int(below(arguments.size() + 1));
          bool first = !arguments.contains(call);
          arguments[call] += word;
          chunks.push_back(
              chunk({chat::ToolCallDelta{call, first ? "c" + std::to_string(call) : "", first ? "f" : "", word}}));
      }
    }
    chunks.push_back(chunk({kUsage, chat::Finish{}}));
    std::vector<Piece> pieces = written(r, chunks);
    fold(pieces);
    auto reader = wire::make_openai_responses_reader();
    std::string heard_text, heard_reasoning, heard_refusal;
    std::map<int, std::string> heard_arguments;
    auto listen = [&](const Chunk& c) {
      for (const chat::Event& event : c.events) {
        if (auto* d = std::get_if<chat::TextDelta>(&event)) heard_text += d->text;
        if (auto* d = std::get_if<chat::ReasoningDelta>(&event)) heard_reasoning += d->text;
        if (auto* d = std::get_if<chat::RefusalDelta>(&event)) heard_refusal += d->text;
        if (auto* d = std::get_if<chat::ToolCallDelta>(&event)) heard_arguments[d->index] += d->arguments;
        CHECK_FALSE(std::holds_alternative<chat::Failure>(event));
      }
    };
    for (const Piece& piece : pieces) listen(reader->read_event(piece.event, piece.data));
    listen(reader->end());
    CHECK(heard_text == text);
    CHECK(heard_reasoning == reasoning);
    CHECK(heard_refusal == refusal);
    CHECK(heard_arguments == arguments);
  }
}
