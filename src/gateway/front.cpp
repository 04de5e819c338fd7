#include "gateway/front.h"

#include <array>

namespace sluice::gateway {
namespace {

using chat::Operation;
using chat::Protocol;

struct Page {
  std::string_view name;
  Front front;
};

constexpr std::array<Page, 6> kPages{{
    {"/chat/completions", {Protocol::OpenAiChat, Operation::Generate}},
    {"/completions", {Protocol::OpenAiCompletions, Operation::Generate}},
    {"/responses", {Protocol::OpenAiResponses, Operation::Generate}},
    {"/embeddings", {Protocol::OpenAiEmbeddings, Operation::Embed}},
    {"/messages", {Protocol::AnthropicMessages, Operation::Generate}},
    {"/messages/count_tokens", {Protocol::AnthropicMessages, Operation::CountTokens}},
}};

}  // namespace

std::string_view page_name(std::string_view path) {
  for (std::string_view prefix : {"/anthropic", "/openai", "/beta"}) {
    if (path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/')) {
      path.remove_prefix(prefix.size());
      break;
    }
  }
  constexpr std::string_view kVersion = "/v1";
  if (path.starts_with(kVersion) && path.substr(kVersion.size()).starts_with('/'))
    path.remove_prefix(kVersion.size());
  return path;
}

std::optional<Front> front_of(std::string_view path) {
  std::string_view name = page_name(path);
  for (const Page& page : kPages)
    if (page.name == name) return page.front;
  return std::nullopt;
}

chat::Protocol error_protocol(std::string_view path) {
  if (auto front = front_of(path)) return front->protocol;
  return path.starts_with("/anthropic/") ? Protocol::AnthropicMessages : Protocol::OpenAiChat;
}

}  // namespace sluice::gateway
