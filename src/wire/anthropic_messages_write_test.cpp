#include <doctest/doctest.h>

#include <map>
#include <random>

#include "json/writer.h"
#include "wire/anthropic_messages.h"
#include "wire/openai_chat.h"

using namespace sluice;
using chat::Chunk;
using chat::FinishReason;
using wire::Piece;

namespace {

const wire::AnswerIdentity kIdentity{"req_1", 7};

chat::Request request_of(chat::Operation operation = chat::Operation::Generate) {
  chat::Request r;
  r.protocol = chat::Protocol::AnthropicMessages;
  r.model = "auto";
  r.operation = operation;
  return r;
}

std::vector<Piece> write(const std::vector<Chunk>& chunks) {
  chat::Request request = request_of();
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  std::vector<Piece> out;
  for (const Chunk& chunk : chunks) writer->stream(chunk, out);
  writer->finish_stream(out);
  return out;
}

std::string write_whole(const std::vector<Chunk>& chunks, chat::Operation operation = chat::Operation::Generate) {
  chat::Request request = request_of(operation);
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  for (const Chunk& chunk : chunks) writer->collect(chunk);
  return writer->whole();
}

// What a client makes of a stream, by the rules of Anthropic's documentation and not by our reader: one
// message_start, blocks one after another with running indexes, deltas that fit the open block, one message_delta,
// message_stop. Returns the message, or "error: type" if the stream ended in an error event.
class Client {
 public:
  struct Block {
    std::string type, id, name, text, signature;
    bool operator==(const Block&) const = default;
  };
  std::vector<Block> blocks;
  std::string end, stop_sequence, error;
  std::string usage;
  int ended = 0;

  explicit Client(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      CAPTURE(piece.data);
      CHECK(piece.data.find_first_of("\r\n") == std::string::npos);
      auto doc = json::Doc::parse(piece.data);
      REQUIRE(doc);
      json::Value root = (*doc)->root();
      REQUIRE(root["type"].string() == piece.event);
      REQUIRE(error.empty());
      REQUIRE(ended < 2);
      take(piece.event, root);
    }
    CHECK((ended == 2) != !error.empty());
  }

  std::vector<Block> of(const std::string& type) const {
    std::vector<Block> out;
    for (const Block& b : blocks) {
      if (b.type == type) out.push_back(b);
    }
    return out;
  }
  std::string joined(const std::string& type) const {
    std::string out;
    for (const Block& b : of(type)) out += b.text;
    return out;
  }

 private:
  void take(const std::string& type, json::Value root) {
    if (type == "error") {
      error = *root["error"]["type"].string() + " " + *root["error"]["code"].string();
      return;
    }
    if (type == "message_start") {
      REQUIRE_FALSE(started_);
      started_ = true;
      return;
    }
    REQUIRE(started_);
    if (type == "content_block_start") {
      REQUIRE_FALSE(open_);
      REQUIRE(ended == 0);
      open_ = true;
      REQUIRE(root["index"].integer() == std::int64_t(blocks.size()));
      json::Value block = root["content_block"];
      blocks.push_back({*block["type"].string(), block["id"].string().value_or(""),
                        block["name"].string().value_or(""), "", ""});
      if (block["type"].string() == "tool_use") REQUIRE(block["input"].raw() == "{}");
    } else if (type == "content_block_delta") {
      REQUIRE(open_);
      REQUIRE(root["index"].integer() == std::int64_t(blocks.size()) - 1);
      json::Value delta = root["delta"];
      static const std::map<std::string, std::pair<std::string, std::string>> kOf = {
          {"text_delta", {"text", "text"}},
          {"thinking_delta", {"thinking", "thinking"}},
          {"signature_delta", {"thinking", "signature"}},
          {"input_json_delta", {"tool_use", "partial_json"}}};
      auto [of, field] = kOf.at(*delta["type"].string());
      REQUIRE(blocks.back().type == of);
      (field == "signature" ? blocks.back().signature : blocks.back().text) += *delta[field].string();
    } else if (type == "content_block_stop") {
      REQUIRE(open_);
      REQUIRE(root["index"].integer() == std::int64_t(blocks.size()) - 1);
      open_ = false;
      if (blocks.back().type == "thinking") CHECK_FALSE(blocks.back().signature.empty());
    } else if (type == "message_delta") {
      REQUIRE_FALSE(open_);
      REQUIRE(ended++ == 0);
      end = *root["delta"]["stop_reason"].string();
      stop_sequence = root["delta"]["stop_sequence"].string().value_or("");
      usage = root["usage"].raw();
    } else {
      REQUIRE(type == "message_stop");
      REQUIRE(ended++ == 1);
    }
  }
  bool started_ = false, open_ = false;
};

struct Answer {
  std::string text, reasoning;
  std::map<int, std::vector<std::string>> calls;  // id, name, arguments
  std::optional<chat::Usage> usage;
  std::string end;
  bool operator==(const Answer&) const = default;
};

void add(Answer& a, const Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* e = std::get_if<chat::TextDelta>(&event)) a.text += e->text;
    if (auto* e = std::get_if<chat::ReasoningDelta>(&event)) a.reasoning += e->text;
    if (auto* e = std::get_if<chat::Usage>(&event)) a.usage = *e;
    if (auto* e = std::get_if<chat::Finish>(&event)) a.end = chat::finish_reason_name(e->reason);
    if (auto* e = std::get_if<chat::Failure>(&event)) a.end = e->error.code;
    if (auto* e = std::get_if<chat::ToolCallDelta>(&event)) {
      auto& call = a.calls.try_emplace(e->index, 3).first->second;
      call[0] += e->id;
      call[1] += e->name;
      call[2] += e->arguments;
    }
  }
}
Answer sum(const std::vector<Chunk>& chunks) {
  Answer a;
  for (const Chunk& chunk : chunks) add(a, chunk);
  return a;
}

std::vector<Chunk> read(const std::vector<Piece>& pieces) {
  auto reader = wire::make_anthropic_messages_reader();
  std::vector<Chunk> chunks;
  for (const Piece& piece : pieces) chunks.push_back(reader->read_event(piece.event, piece.data));
  chunks.push_back(reader->end());
  return chunks;
}

// Answers with calls whose arguments are objects, their pieces mixed with one another and with text, split
// anywhere.
class RandomAnswer {
 public:
  explicit RandomAnswer(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  std::vector<Chunk> make() {
    std::vector<std::vector<chat::Event>> queues;
    int calls = int(below(4));
    for (int i = 0; i < calls; ++i) queues.push_back(call(i));
    std::vector<chat::Event> events;
    while (true) {
      std::erase_if(queues, [](const auto& queue) { return queue.empty(); });
      if (queues.empty() && below(3) == 0) break;
      std::uint64_t pick = below(queues.size() + 2);
      if (pick < queues.size()) {
        events.push_back(std::move(queues[pick].front()));
        queues[pick].erase(queues[pick].begin());
      } else if (pick == queues.size()) {
        events.push_back(chat::TextDelta{text()});
      } else {
        events.push_back(chat::ReasoningDelta{text()});
      }
    }
    auto n = [&] { return std::int64_t(below(1000)); };
    chat::Usage usage{n(), n(), n() + 1, 0, 0};
    usage.reasoning = std::int64_t(below(std::uint64_t(usage.completion) + 1));
    usage.cache_write = std::int64_t(below(std::uint64_t(usage.cache_miss) + 1));
    events.push_back(usage);
    events.push_back(chat::Finish{calls > 0  ? FinishReason::ToolCalls
                                  : below(2) ? FinishReason::Stop
                                             : FinishReason::Length});
    std::vector<Chunk> chunks(1);
    for (auto& event : events) {
      if (below(3) == 0) chunks.emplace_back();
      chunks.back().events.push_back(std::move(event));
    }
    chunks.back().last = true;
    return chunks;
  }

 private:
  std::vector<chat::Event> call(int index) {
    json::Writer w;
    w.object();
    for (std::uint64_t i = below(3); i > 0; --i) {
      w.key(std::to_string(i) + text());
      if (below(2)) {
        w.value(text());
      } else {
        w.array().object().member("}{\"", text()).end().end();
      }
    }
    std::string arguments = w.end().take();
    std::vector<chat::Event> out = {chat::ToolCallDelta{index, "call_" + std::to_string(index), "f" + text(), ""}};
    while (!arguments.empty()) {
      std::size_t size = 1 + below(arguments.size());
      // A piece is text: it ends between characters.
      while (size < arguments.size() && (static_cast<unsigned char>(arguments[size]) & 0xC0) == 0x80) ++size;
      out.push_back(chat::ToolCallDelta{index, "", "", arguments.substr(0, size)});
      arguments.erase(0, size);
    }
    return out;
  }
  std::string text() {
    static const char* const kPieces[] = {
        "a", " ",      "\n",     "\r\n", "\"", "\\",   "\xC3\xA9", "\xF0\x9F\x98\x80",
        "{", "data: ", "[DONE]", "\t",   "}",  "\x01", "</think>", "long plain text "};
    std::string out;
    for (std::uint64_t n = below(5); n > 0; --n) out += kPieces[below(std::size(kPieces))];
    return out;
  }
  std::mt19937_64 random_;
};

Chunk one(std::vector<chat::Event> events) { return Chunk{std::move(events), "", false}; }
Chunk finish(FinishReason reason, std::string sequence = "") {
  return Chunk{{chat::Finish{reason, std::move(sequence)}}, "", true};
}

// Calls count from 0 in the order in which their blocks stand.
std::map<int, std::vector<std::string>> in_block_order(const Client& client) {
  std::map<int, std::vector<std::string>> calls;
  int index = 0;
  for (const auto& block : client.of("tool_use"))
    calls[index++] = {block.id, block.name, block.text.empty() ? "{}" : block.text};
  return calls;
}

}  // namespace

TEST_CASE(
    "anthropic writer: random answers make well-formed streams that say the same, however pieces are mixed") {
  int interleaved = 0;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    CAPTURE(seed);
    std::vector<Chunk> chunks = RandomAnswer(seed).make();
    Answer expected = sum(chunks);
    std::vector<Piece> pieces = write(chunks);
    Client client(pieces);
    CHECK(client.joined("text") == expected.text);
    CHECK(client.joined("thinking") == expected.reasoning);
    std::map<std::string, std::vector<std::string>> by_id, wanted;
    for (const auto& [index, call] : in_block_order(client)) by_id[call[0]] = call;
    for (const auto& [index, call] : expected.calls) wanted[call[0]] = call;
    CHECK(by_id == wanted);
    interleaved += wanted.size() > 1;

    // Read by our reader, passed on by a second writer, byte for byte.
    std::vector<Chunk> back = read(pieces);
    Answer heard = sum(back);
    CHECK(heard.usage == expected.usage);
    CHECK(heard.end == expected.end);
    CHECK(heard.text == expected.text);
    std::vector<Piece> passed = write(back);
    REQUIRE(passed.size() == pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      CHECK(passed[i].event == pieces[i].event);
      CHECK(passed[i].data == pieces[i].data);
    }

    // The whole answer says the same.
    auto reader = wire::make_anthropic_messages_reader();
    Chunk whole = reader->read_whole(write_whole(chunks));
    Answer told = sum({whole});
    CHECK(told.text == expected.text);
    CHECK(told.reasoning == expected.reasoning);
    CHECK(told.usage == expected.usage);
    CHECK(told.end == expected.end);
    wanted.clear();
    for (const auto& [index, call] : told.calls) wanted[call[0]] = call;
    CHECK(by_id == wanted);
    CHECK(write_whole({whole}) == write_whole(chunks));
  }
  CHECK(interleaved > 3000);
}

TEST_CASE("anthropic writer: an answer of OpenAI's chat, translated and back, is the same answer") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    std::vector<Chunk> made = RandomAnswer(seed).make();
    // Through OpenAI's wire first.
    wire::OpenAiChatWriter openai("chatcmpl-1", 1, "auto", true);
    std::vector<std::string> payloads;
    for (const Chunk& chunk : made) openai.stream(chunk, payloads);
    openai.finish_stream(payloads);
    wire::OpenAiChatReader openai_reader;
    std::vector<Chunk> chunks;
    for (const std::string& payload : payloads) chunks.push_back(openai_reader.read_chunk(payload));
    chunks.push_back(openai_reader.end());
    Answer expected = sum(chunks);
    // To Anthropic's, and read there.
    std::vector<Chunk> heard = read(write(chunks));
    for (Chunk& chunk : heard) chunk.raw.clear();
    // And back.
    wire::OpenAiChatWriter second("chatcmpl-1", 1, "auto", true);
    for (const Chunk& chunk : heard) second.collect(chunk);
    wire::OpenAiChatReader last;
    Answer back = sum({last.read_whole(second.whole())});
    CHECK(back.text == expected.text);
    CHECK(back.reasoning == expected.reasoning);
    CHECK(back.end == expected.end);
    CHECK(back.usage == expected.usage);
    std::map<std::string, std::vector<std::string>> a, b;
    for (const auto& [index, call] : expected.calls) a[call[0]] = call;
    for (const auto& [index, call] : back.calls) b[call[0]] = call;
    CHECK(a == b);
  }
}

TEST_CASE("anthropic writer: arguments arrive whole at every split, next to another call's in every order") {
  const std::string first = R"({"q":"a}\"{","n":[{"x":1}]} )", second = R"({"z":""})";
  for (std::size_t i = 0; i <= first.size(); ++i) {
    for (std::size_t j = 0; j <= second.size(); ++j) {
      using Call = chat::ToolCallDelta;
      std::vector<Chunk> chunks = {one({Call{0, "a", "f", first.substr(0, i)}}),
                                   one({Call{1, "b", "g", second.substr(0, j)}}),
                                   one({Call{0, "", "", first.substr(i)}}),
                                   one({Call{1, "", "", second.substr(j)}}), finish(FinishReason::ToolCalls)};
      Client client(write(chunks));
      REQUIRE(client.blocks.size() == 2);
      CHECK(client.blocks[0].text.substr(0, first.size() - 1) == first.substr(0, first.size() - 1));
      CHECK(client.blocks[1].text == second);
      CHECK(client.end == "tool_use");
    }
  }
}

TEST_CASE("anthropic writer: pieces go out as they come, and a second call does not wait for the end") {
  chat::Request request = request_of();
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  std::vector<Piece> out;
  auto send = [&](chat::Event event) {
    out.clear();
    writer->stream(one({std::move(event)}), out);
    std::string names;
    for (const Piece& piece : out) names += piece.event + ";";
    return names;
  };
  CHECK(send(chat::ReasoningDelta{""}).find("content_block") == std::string::npos);  // opens no block
  CHECK(send(chat::ReasoningDelta{"hm"}) == "content_block_start;content_block_delta;");
  CHECK(send(chat::TextDelta{"a"}) ==
        "content_block_delta;content_block_stop;content_block_start;content_block_delta;");  // a signature first
  CHECK(send(chat::TextDelta{"b"}) == "content_block_delta;");
  CHECK(send(chat::ToolCallDelta{0, "x", "f", ""}) == "content_block_stop;content_block_start;");
  CHECK(send(chat::ToolCallDelta{0, "", "", "{"}) == "content_block_delta;");
  CHECK(send(chat::ToolCallDelta{1, "y", "g", "{"}) == "");  // waits for the first
  CHECK(send(chat::ToolCallDelta{0, "", "", "}"}) ==
        "content_block_delta;content_block_stop;content_block_start;content_block_delta;");
  CHECK(send(chat::ToolCallDelta{1, "", "", "}"}) == "content_block_delta;");
  CHECK(send(chat::ToolCallDelta{0, "", "", " "}) == "");
  CHECK(send(chat::ToolCallDelta{0, "", "", "x"}) == "error;");  // can't be told any more, and nothing follows
  CHECK(send(chat::TextDelta{"b"}) == "");
  out.clear();
  writer->finish_stream(out);
  CHECK(out.empty());
}

// If all of it were looked at with every piece, this would take half an hour.
TEST_CASE("anthropic writer: a call whose arguments are white space without end") {
  constexpr int kPieces = 2'000'000;
  const chat::Request request = request_of();
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  std::vector<Piece> out;
  const auto say = [&](std::string id, std::string name, std::string arguments) {
    Chunk chunk;
    chunk.events.push_back(chat::ToolCallDelta{0, std::move(id), std::move(name), std::move(arguments)});
    writer->stream(chunk, out);
  };
  say("c", "f", "{\"a\":");
  for (int i = 0; i < kPieces; ++i) say("", "", " ");
  say("", "", "1}");
  Chunk end;
  end.events.push_back(chat::Finish{FinishReason::ToolCalls});
  end.last = true;
  writer->stream(end, out);
  writer->finish_stream(out);
  const Client client(out);
  REQUIRE(client.blocks.size() == 1);
  CHECK(client.blocks[0].text == "{\"a\":" + std::string(kPieces, ' ') + "1}");
}

TEST_CASE("anthropic writer: events have exactly Anthropic's shape") {
  std::vector<Piece> out =
      write({one({chat::ReasoningDelta{"hm"}}), one({chat::ReasoningSignature{"EqQB"}}),
             one({chat::TextDelta{"Hi"}}), one({chat::ToolCallDelta{0, "toolu_1", "f", "{\"a\":1}"}}),
             Chunk{{chat::Usage{16, 5, 9, 4, 2}, chat::Finish{FinishReason::Stop}}, "", true}});
  std::vector<std::string> expected = {
      R"({"type":"message_start","message":{"id":"msg_req_1","type":"message","role":"assistant","model":"auto","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQB"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}})",
      R"({"type":"content_block_stop","index":1})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}})",
      R"({"type":"content_block_stop","index":2})",
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":16,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}})",
      R"({"type":"message_stop"})"};
  REQUIRE(out.size() == expected.size());
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i].data == expected[i]);
  CHECK(
      write_whole({one({chat::ReasoningDelta{"hm"}, chat::ReasoningSignature{"EqQB"}, chat::TextDelta{"Hi"},
                        chat::ToolCallDelta{0, "toolu_1", "f", ""}, chat::ToolCallDelta{1, "b", "g", "{oops"},
                        chat::Usage{16, 5, 9, 4, 2}}),
                   finish(FinishReason::ToolCalls)}) ==
      R"({"id":"msg_req_1","type":"message","role":"assistant","model":"auto","content":[{"type":"thinking","thinking":"hm","signature":"EqQB"},{"type":"text","text":"Hi"},{"type":"tool_use","id":"toolu_1","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{"_invalid_arguments":"{oops"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":16,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}})");
}

TEST_CASE("anthropic writer: stop reasons, whatever the deployment calls them") {
  auto reason = [](std::vector<chat::Event> events, FinishReason reason, std::string sequence = "") {
    Client client(write({one(std::move(events)), finish(reason, sequence)}));
    return client.end + (client.stop_sequence.empty() ? "" : "," + client.stop_sequence);
  };
  chat::TextDelta text{"a"};
  chat::ToolCallDelta call{0, "a", "f", "{}"};
  CHECK(reason({text}, FinishReason::Stop) == "end_turn");
  CHECK(reason({text}, FinishReason::Stop, "END") == "stop_sequence,END");
  CHECK(reason({text}, FinishReason::Length) == "max_tokens");
  CHECK(reason({text}, FinishReason::Interrupted) == "max_tokens");
  CHECK(reason({call}, FinishReason::ToolCalls) == "tool_use");
  CHECK(reason({call}, FinishReason::Stop) == "tool_use");
  CHECK(reason({text}, FinishReason::ToolCalls) == "end_turn");
  CHECK(reason({text}, FinishReason::ContentFilter) == "refusal");
  CHECK(reason({chat::RefusalDelta{"no"}}, FinishReason::Stop) == "refusal");
  CHECK(reason({}, FinishReason::Stop) == "end_turn");
}

TEST_CASE("anthropic writer: a partial answer never looks whole") {
  Chunk failure{{chat::Failure{{"upstream.stalled", "it stopped", "", ""}}}, "", true};
  Client client(write({one({chat::TextDelta{"Hi"}}), failure, one({chat::TextDelta{"more"}})}));
  CHECK(client.error == "timeout_error upstream.stalled");
  CHECK(client.joined("text") == "Hi");
  CHECK(Client(write({one({chat::TextDelta{"Hi"}})})).error == "api_error upstream.truncated");
  // The upstream gave its stop reason and then broke: that event was held back.
  auto reader = wire::make_anthropic_messages_reader();
  chat::Request request = request_of();
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  std::vector<Piece> out;
  for (const char* data : {R"({"type":"message_start","message":{}})",
                           R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})"}) {
    writer->stream(reader->read_event("", data), out);
  }
  CHECK(out.size() == 1);
  writer->stream(reader->end(), out);
  writer->finish_stream(out);
  REQUIRE(out.size() == 2);
  CHECK(out[1].event == "error");
  CHECK(write_whole({one({chat::TextDelta{"a"}})}).starts_with(R"({"type":"error")"));
  CHECK(write_whole({one({chat::TextDelta{"a"}}), failure}).find("upstream.stalled") != std::string::npos);
}

TEST_CASE("anthropic writer: an upstream's own bytes pass through, thinking gets the signature it lacks") {
  const std::string start = "{ \"type\":\"message_start\",\n \"message\":{\"x\": 12345678901234567890123}}";
  std::vector<std::string> data = {
      start,
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"ping"})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":""}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"EqQB"}})",
      R"({"type":"content_block_stop","index":1})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_stop","index":2})",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"own":1.0})",
      R"({"type":"message_stop"})"};
  auto reader = wire::make_anthropic_messages_reader();
  chat::Request request = request_of();
  auto writer = wire::make_anthropic_messages_writer(request, kIdentity);
  std::vector<Piece> out;
  for (const std::string& d : data) writer->stream(reader->read_event("message", d), out);
  CHECK(out.size() == data.size() - 2 + 1);
  writer->stream(reader->end(), out);
  writer->finish_stream(out);
  REQUIRE(out.size() == data.size() + 1);
  CHECK(out[0].data == "{ \"type\":\"message_start\",  \"message\":{\"x\": 12345678901234567890123}}");
  CHECK(out[0].event == "message_start");
  CHECK(out[3].data ==
        R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":")" +
            wire::our_signature("msg_req_1", 0) + R"("}})");
  out.erase(out.begin() + 3);
  for (std::size_t i = 1; i < data.size(); ++i) CHECK(out[i].data == data[i]);

  std::string whole =
      R"({"content":[{"type":"thinking","thinking":"hm"},{"type":"thinking","thinking":"x","signature":"EqQB"}],"stop_reason":"end_turn","own": 1.0})";
  auto second = wire::make_anthropic_messages_reader();
  std::string passed = write_whole({second->read_whole(whole)});
  CHECK(passed == std::string(whole).insert(whole.find("},{"),
                                            ",\"signature\":\"" + wire::our_signature("msg_req_1", 0) + "\""));
}

TEST_CASE("anthropic writer: a whole answer where a stream was asked for is told as events") {
  auto reader = wire::make_anthropic_messages_reader();
  Client client(
      write({reader->read_whole(R"({"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"})")}));
  CHECK(client.joined("text") == "Hi");
  CHECK(client.end == "end_turn");
}

TEST_CASE("anthropic writer: counted tokens") {
  using chat::Operation;
  auto reader = wire::make_anthropic_messages_reader();
  CHECK(write_whole({reader->read_whole(R"({"input_tokens": 7,"x":1})")}, Operation::CountTokens) ==
        R"({"input_tokens": 7,"x":1})");
  CHECK(write_whole({one({chat::Usage{3, 4, 0, 0}}), finish(FinishReason::Stop)}, Operation::CountTokens) ==
        R"({"input_tokens":7})");
}
