#include "app/request_text.h"

#include <algorithm>
#include <array>

#include "wire/protocol.h"

namespace sluice::app {
namespace {

using chat::Protocol;
using json::Type;

constexpr std::string_view kBlank = " \t\r\n";

// Blocks that only the Messages API has. Taken for a chat request they would be parts of an unknown kind.
bool is_anthropic_block(json::Value block) {
  constexpr std::array<std::string_view, 6> kTypes = {"tool_use", "tool_result",       "document",
                                                      "thinking", "redacted_thinking", "image"};
  const auto type = block["type"].string();
  return type && std::find(kTypes.begin(), kTypes.end(), *type) != kTypes.end();
}

bool is_anthropic(json::Value request) {
  if (request["system"]) return true;
  for (json::Value message : request["messages"])
    if (message["content"].is(Type::Array))
      for (json::Value block : message["content"])
        if (is_anthropic_block(block)) return true;
  return false;
}

// Of the Responses API it is a text or a list of items; of embeddings also texts or tokens.
Protocol protocol_of_input(json::Value input) {
  if (!input.is(Type::Array)) return Protocol::OpenAiResponses;
  for (json::Value element : input)
    if (!element.is(Type::Object)) return Protocol::OpenAiEmbeddings;
  return Protocol::OpenAiResponses;
}

// "name": somewhere in a text that is no JSON.
bool has_member(std::string_view text, std::string_view name) {
  const std::string quoted = '"' + std::string(name) + '"';
  for (std::size_t at = text.find(quoted); at != text.npos; at = text.find(quoted, at + 1)) {
    const std::size_t colon = text.find_first_not_of(kBlank, at + quoted.size());
    if (colon != text.npos && text[colon] == ':') return true;
  }
  return false;
}

bool was_meant_as_request(std::string_view text) {
  const bool model = has_member(text, "model");
  return has_member(text, "messages") || (model && (has_member(text, "input") || has_member(text, "prompt")));
}

chat::Operation operation_of(Protocol protocol) {
  return protocol == Protocol::OpenAiEmbeddings ? chat::Operation::Embed : chat::Operation::Generate;
}

}  // namespace

std::optional<Protocol> protocol_of(json::Value object) {
  if (!object.is(Type::Object)) return std::nullopt;
  const bool model = bool(object["model"]);
  if (object["messages"].is(Type::Array))
    return is_anthropic(object) ? Protocol::AnthropicMessages : Protocol::OpenAiChat;
  if (model && object["messages"]) return Protocol::OpenAiChat;
  if (model && object["input"]) return protocol_of_input(object["input"]);
  if (model && object["prompt"]) return Protocol::OpenAiCompletions;
  return std::nullopt;
}

Result<std::optional<chat::Request>> request_in(const std::string& text) {
  std::string_view begin = text;
  if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
  const std::size_t first = begin.find_first_not_of(kBlank);
  if (first == begin.npos || begin[first] != '{') return std::optional<chat::Request>();
  std::optional<Protocol> protocol;
  if (auto doc = json::Doc::parse(text); doc)
    protocol = protocol_of((*doc)->root());
  else if (was_meant_as_request(begin))
    return fail(doc.error());
  if (!protocol) return std::optional<chat::Request>();
  SLUICE_TRY(chat::Request request, wire::decode(*protocol, operation_of(*protocol), text));
  return std::optional<chat::Request>(std::move(request));
}

bool is_request_member(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames = {"messages",    "input",          "prompt",    "system",
                                                       "tools",       "instructions",   "functions", "suffix",
                                                       "tool_choice", "response_format"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace sluice::app
