// Any bytes as a request of text completions, as a whole answer and as a stream of lines: no fault, and every
// stream ends with "[DONE]" or an error, never both.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/openai_completions.h"
#include "wire/openai_embeddings.h"

using namespace sluice;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void request(std::string_view bytes) {
  wire::Target target;
  target.model = "m";
  if (auto decoded = wire::decode_openai_completions(std::string(bytes))) {
    (void)chat::visible_texts(*decoded);
    require(wire::decode_openai_completions(wire::encode_openai_completions(*decoded, target)->body).has_value());
  }
  if (auto decoded = wire::decode_openai_embeddings(std::string(bytes))) {
    (void)chat::visible_texts(*decoded);
    require(wire::decode_openai_embeddings(wire::encode_openai_embeddings(*decoded, target)->body).has_value());
  }
}

void whole(std::string_view bytes, const chat::Request& asked) {
  auto writer = wire::make_openai_completions_writer(asked, {"req_1", 1});
  writer->collect(wire::make_openai_completions_reader()->read_whole(bytes));
  require(json::Doc::parse(writer->whole()).has_value());
  auto vectors = wire::make_openai_embeddings_writer(asked, {"req_1", 1});
  vectors->collect(wire::make_openai_embeddings_reader()->read_whole(bytes));
  require(json::Doc::parse(vectors->whole()).has_value());
}

void stream(std::string_view bytes, const chat::Request& asked) {
  auto reader = wire::make_openai_completions_reader();
  auto writer = wire::make_openai_completions_writer(asked, {"req_1", 1});
  std::vector<wire::Piece> out;
  while (!bytes.empty()) {
    std::size_t end = std::min(bytes.find('\n'), bytes.size());
    chat::Chunk chunk = reader->read_event("", bytes.substr(0, end));
    for (const chat::Event& event : chunk.events)
      if (auto* usage = std::get_if<chat::Usage>(&event)) require(usage->valid());
    writer->stream(chunk, out);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  writer->stream(reader->end(), out);
  writer->finish_stream(out);
  require(!out.empty());
  bool done = out.back().data == "[DONE]";
  bool error = out.back().data.starts_with("{\"error\":");
  require(done != error);
  for (const wire::Piece& piece : out) {
    require(piece.data.find_first_of("\r\n") == std::string::npos);
    if (piece.data != "[DONE]") require(json::Doc::parse(piece.data).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  chat::Request asked;
  asked.protocol = chat::Protocol::OpenAiCompletions;
  asked.model = "m";
  asked.include_usage = (data[0] & 4) != 0;
  switch (data[0] % 3) {
    case 0:
      request(bytes);
      break;
    case 1:
      whole(bytes, asked);
      break;
    default:
      stream(bytes, asked);
  }
  return 0;
}
