// Any bytes as a request, as a whole answer and as a stream of lines: no fault, what is sent on can be read again,
// and what the writer makes of an answer is JSON, event by event, in blocks that never overlap, with one end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/anthropic_messages.h"

using namespace sluice;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

wire::Target target(std::uint8_t choice) {
  wire::Target t;
  t.model = "m";
  t.thinking = choice & 1 ? wire::ThinkingSwitch::Thinking : wire::ThinkingSwitch::None;
  t.verifies_signatures = choice & 2;
  t.keeps_reasoning = choice & 4;
  t.images = t.prefix = t.top_k = true;
  t.efforts = {"low", "high"};
  return t;
}

void request(std::string_view bytes, std::uint8_t choice) {
  auto operation = choice & 8 ? chat::Operation::Generate : chat::Operation::CountTokens;
  auto decoded = wire::decode_anthropic_messages(operation, std::string(bytes));
  if (!decoded) {
    must(bool(json::Doc::parse(wire::anthropic_error_body(decoded.error(), 400, "req_1"))));
    return;
  }
  (void)chat::visible_texts(*decoded);
  (void)chat::unreadable_parts(*decoded);
  auto passed = wire::encode_anthropic_messages(*decoded, target(choice));
  if (passed) must(bool(json::Doc::parse(passed->body)));
  if (passed && !(choice & 2)) must(bool(wire::decode_anthropic_messages(operation, passed->body)));
  // As if it had come in another protocol: translated, it is a request again.
  decoded->protocol = chat::Protocol::OpenAiChat;
  decoded->operation = chat::Operation::Generate;
  auto translated = wire::encode_anthropic_messages(*decoded, target(choice));
  if (translated) must(bool(wire::decode_anthropic_messages(operation, translated->body)));
}

chat::Request asked() {
  chat::Request r;
  r.protocol = chat::Protocol::AnthropicMessages;
  r.model = "m";
  return r;
}
const wire::AnswerIdentity kIdentity{"id", 1};

void whole(std::string_view bytes) {
  chat::Request r = asked();
  auto reader = wire::make_anthropic_messages_reader();
  auto writer = wire::make_anthropic_messages_writer(r, kIdentity);
  auto translated = wire::make_anthropic_messages_writer(r, kIdentity);
  chat::Chunk chunk = reader->read_whole(bytes);
  writer->collect(chunk);
  chunk.raw.clear();
  translated->collect(chunk);
  must(bool(json::Doc::parse(writer->whole())));
  must(bool(json::Doc::parse(translated->whole())));
}

// The rules of a stream that we write ourselves.
void check_blocks(const std::vector<wire::Piece>& out) {
  std::int64_t next = 0;
  bool open = false, started = false;
  for (const wire::Piece& piece : out) {
    auto doc = json::Doc::parse(piece.data);
    must(bool(doc));
    auto index = (*doc)->root()["index"].integer();
    if (piece.event == "message_start") started = true;
    if (piece.event == "error") break;
    must(started);
    if (piece.event == "content_block_start") {
      must(!open && index == next);
      open = true;
    } else if (piece.event == "content_block_delta") {
      must(open && index == next);
    } else if (piece.event == "content_block_stop") {
      must(open && index == next++);
      open = false;
    } else if (piece.event == "message_delta") {
      must(!open);
    }
  }
}

void stream(std::string_view bytes, bool translate) {
  chat::Request r = asked();
  auto reader = wire::make_anthropic_messages_reader();
  auto writer = wire::make_anthropic_messages_writer(r, kIdentity);
  std::vector<wire::Piece> out;
  auto tell = [&](chat::Chunk chunk) {
    for (const chat::Event& event : chunk.events) {
      if (auto* usage = std::get_if<chat::Usage>(&event)) must(usage->valid());
    }
    if (translate) chunk.raw.clear();
    writer->stream(chunk, out);
  };
  while (!bytes.empty()) {
    std::size_t end = std::min(bytes.find('\n'), bytes.size());
    tell(reader->read_event("", bytes.substr(0, end)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  tell(reader->end());
  writer->finish_stream(out);
  bool done = !out.empty() && out.back().event == "message_stop";
  bool error = !out.empty() && out.back().event == "error";
  must(done != error);
  for (const wire::Piece& piece : out) {
    must((piece.event + piece.data).find_first_of("\r\n") == std::string::npos);
    must(bool(json::Doc::parse(piece.data)));
  }
  if (translate) check_blocks(out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      request(bytes, data[0] / 4);
      break;
    case 1:
      whole(bytes);
      break;
    case 2:
      stream(bytes, true);
      break;
    default:
      stream(bytes, false);
  }
  (void)wire::read_anthropic_error(400 + data[0], bytes);
  return 0;
}
