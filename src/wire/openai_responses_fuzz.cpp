// Any bytes as a request of the Responses API, as a whole answer and as a stream of lines: no fault, and what the
// writer makes of an answer reads back as one that ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/openai_responses.h"

using namespace sluice;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const chat::Request& asked() {
  static const chat::Request request = *wire::decode_openai_responses(R"({"model":"m","input":"x"})");
  return request;
}

void request(std::string_view bytes) {
  auto decoded = wire::decode_openai_responses(std::string(bytes));
  if (!decoded) return;
  (void)chat::visible_texts(*decoded);
  (void)chat::unreadable_parts(*decoded);
  wire::Target target;
  target.model = "m";
  // Passed on: refused where the target cannot do what was asked, or a request again.
  if (auto sent = wire::encode_openai_responses(*decoded, target))
    require(wire::decode_openai_responses(std::move(sent->body)).has_value());
  // Translated as if it had come from another protocol: refused or valid.
  chat::Request other = *decoded;
  other.protocol = chat::Protocol::OpenAiChat;
  target.images = target.keeps_reasoning = true;
  target.efforts = {"none", "low", "high"};
  if (auto sent = wire::encode_openai_responses(other, target))
    require(json::Doc::parse(std::move(sent->body), {.depth = 128}).has_value());
  std::string items = wire::response_items(*decoded, bytes);
  require(json::Doc::parse(items, {.depth = 128}).has_value());
  if (auto body = wire::continue_response(*decoded->body, items))
    require(json::Doc::parse(std::move(*body), {.depth = 128}).has_value());
}

void whole(std::string_view bytes) {
  auto reader = wire::make_openai_responses_reader();
  auto writer = wire::make_openai_responses_writer(asked(), {"req_1", 1});
  writer->collect(reader->read_whole(bytes));
  require(json::Doc::parse(writer->whole()).has_value());
}

void check_pieces(const std::vector<wire::Piece>& out, bool translated) {
  std::int64_t sequence = 0;
  for (const wire::Piece& piece : out) {
    require((piece.event + piece.data).find_first_of("\r\n") == std::string::npos);
    auto doc = json::Doc::parse(piece.data);
    require(doc.has_value());
    if (translated) require((*doc)->root()["sequence_number"].integer() == sequence++);
  }
}

void stream(std::string_view bytes, bool translated) {
  auto reader = wire::make_openai_responses_reader();
  auto writer = wire::make_openai_responses_writer(asked(), {"req_1", 1});
  std::vector<wire::Piece> out;
  auto pass = [&](chat::Chunk chunk) {
    for (const chat::Event& event : chunk.events)
      if (auto* usage = std::get_if<chat::Usage>(&event)) require(usage->valid());
    if (translated) chunk.raw.clear();
    writer->stream(chunk, out);
  };
  while (!bytes.empty()) {
    std::size_t end = std::min(bytes.find('\n'), bytes.size());
    pass(reader->read_event("", bytes.substr(0, end)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  pass(reader->end());
  writer->finish_stream(out);
  require(!out.empty());
  check_pieces(out, translated);
  require(json::Doc::parse(writer->whole()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      request(bytes);
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
  return 0;
}
