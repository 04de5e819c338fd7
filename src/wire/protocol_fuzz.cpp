// Any bytes as a request in one protocol for a deployment of another, and as that one's answer for the client:
// what is sent on is a request of its protocol, every whole answer and every piece of a stream is JSON, a refusal
// names a place or a reason, and nothing looks whole that is not.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/protocol.h"
#include "wire/reasoning.h"

namespace {

using namespace sluice;

void must(bool holds) {
  if (!holds) std::abort();
}

bool is_json(std::string text) { return json::Doc::parse(std::move(text), {.depth = 256}).has_value(); }

chat::Operation operation_of(chat::Protocol protocol) {
  return protocol == chat::Protocol::OpenAiEmbeddings ? chat::Operation::Embed : chat::Operation::Generate;
}

wire::Target target(std::uint8_t choice) {
  wire::Target out;
  out.model = "m";
  out.thinking = wire::ThinkingSwitch(choice & 1);
  out.keeps_reasoning = choice & 2;
  out.images = out.prefix = out.top_k = choice & 4;
  out.verifies_signatures = choice & 8;
  if (choice & 16) out.efforts = {"none", "low", "high"};
  return out;
}

void request(chat::Protocol from, chat::Protocol to, std::uint8_t choice, std::string_view bytes) {
  const auto decoded = wire::decode(from, operation_of(from), std::string(bytes));
  if (!decoded) {
    must(!decoded.error().message.empty());
    must(is_json(wire::error_body(from, decoded.error(), wire::http_status_of(decoded.error()), "req_1")));
    return;
  }
  (void)chat::visible_texts(*decoded);
  const auto remembered = [](const std::vector<std::string>&, std::string_view) {
    return std::optional<std::string>("thought");
  };
  if (decoded->body)
    if (const auto restored = wire::restore_reasoning(from, *decoded->body, remembered))
      must(wire::decode(from, operation_of(from), restored->body).has_value());
  const auto sent = wire::encode(to, *decoded, target(choice));
  if (!sent) {
    must(!sent.error().message.empty());
    return;
  }
  must(is_json(sent->body));
  if (from == to || to == chat::Protocol::OpenAiEmbeddings) return;
  must(wire::decode(to, operation_of(to), sent->body).has_value());
}

chat::Request asked(chat::Protocol protocol) {
  chat::Request out;
  out.protocol = protocol;
  out.operation = operation_of(protocol);
  out.model = "m";
  return out;
}

void whole(chat::Protocol client, chat::Protocol deployment, std::string_view bytes) {
  const chat::Request request = asked(client);
  const auto reader = wire::make_reader(deployment);
  const auto writer = wire::make_writer(request, {"req_1", 1});
  const chat::Chunk chunk = reader->read_whole(bytes);
  must(chunk.last && !chunk.events.empty());
  writer->collect(chunk);
  must(is_json(writer->whole()));
}

void stream(chat::Protocol client, chat::Protocol deployment, std::string_view bytes) {
  const chat::Request request = asked(client);
  const auto reader = wire::make_reader(deployment);
  const auto writer = wire::make_writer(request, {"req_1", 1});
  std::vector<wire::Piece> out;
  bool finished = false, failed = false;
  const auto pass = [&](const chat::Chunk& chunk) {
    for (const chat::Event& event : chunk.events) {
      if (const auto* usage = std::get_if<chat::Usage>(&event)) must(usage->valid());
      finished = finished || std::holds_alternative<chat::Finish>(event);
      failed = failed || std::holds_alternative<chat::Failure>(event);
    }
    writer->stream(chunk, out);
  };
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    pass(reader->read_event("", bytes.substr(0, end)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  pass(reader->end());
  writer->finish_stream(out);
  must(finished || failed);
  if (failed) must(writer->failure() != nullptr);
  for (const wire::Piece& piece : out) {
    must((piece.event + piece.data).find_first_of("\r\n") == std::string::npos);
    must(piece.data == "[DONE]" || is_json(piece.data));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto client = chat::Protocol(data[0] % chat::kProtocols);
  const auto deployment = chat::Protocol(data[1] % chat::kProtocols);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  switch (data[2] % 4) {
    case 0:
    case 1:
      request(client, deployment, data[2] / 4, bytes);
      break;
    case 2:
      whole(client, deployment, bytes);
      break;
    default:
      // Embeddings are no stream, and no other protocol's answer.
      if (client != chat::Protocol::OpenAiEmbeddings && deployment != chat::Protocol::OpenAiEmbeddings)
        stream(client, deployment, bytes);
  }
  (void)wire::read_error(deployment, 400 + data[2], bytes);
  return 0;
}
