// Any bytes as a request, as a whole answer and as a stream of lines: no fault, and what the writer makes of an
// answer reads back as an answer that ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/openai_chat.h"

using namespace sluice;

namespace {

void request(std::string_view bytes) {
  auto decoded = wire::decode_openai_chat(std::string(bytes));
  if (!decoded) {
    (void)wire::openai_error_body(decoded.error(), wire::http_status_of(decoded.error()));
    return;
  }
  (void)chat::visible_texts(*decoded);
  (void)chat::unreadable_parts(*decoded);
  wire::Target target;
  target.model = "m";
  target.thinking = wire::ThinkingSwitch(bytes.size() % 4);
  auto sent = wire::encode_openai_chat(*decoded, target);
  if (sent && !wire::decode_openai_chat(sent->body)) std::abort();
}

void whole(std::string_view bytes) {
  wire::OpenAiChatReader reader;
  wire::OpenAiChatWriter writer("id", 1, "m", true);
  writer.collect(reader.read_whole(bytes));
  if (!json::Doc::parse(writer.whole())) std::abort();
}

void stream(std::string_view bytes, bool include_usage) {
  wire::OpenAiChatReader reader;
  wire::OpenAiChatWriter writer("id", 1, "m", include_usage);
  std::vector<std::string> out;
  while (!bytes.empty()) {
    std::size_t end = std::min(bytes.find('\n'), bytes.size());
    chat::Chunk chunk = reader.read_chunk(bytes.substr(0, end));
    for (const chat::Event& event : chunk.events) {
      if (auto* usage = std::get_if<chat::Usage>(&event); usage && !usage->valid()) std::abort();
    }
    writer.stream(chunk, out);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  writer.stream(reader.end(), out);
  writer.finish_stream(out);
  bool done = !out.empty() && out.back() == "[DONE]";
  bool error = !out.empty() && out.back().starts_with("{\"error\":");
  if (done == error) std::abort();
  for (const std::string& payload : out) {
    if (payload.find_first_of("\r\n") != std::string::npos) std::abort();
    if (payload != "[DONE]" && !json::Doc::parse(payload)) std::abort();
  }
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
  (void)wire::read_openai_error(400 + data[0], bytes);
  return 0;
}
