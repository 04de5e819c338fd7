#include "app/request_text.h"

#include <algorithm>
#include <array>

#include "config/reader.h"
#include "wire/protocol.h"

namespace sluice::app {
namespace {

using chat::Operation;
using chat::Protocol;
using gateway::Front;
using json::Type;
using json::Value;

constexpr std::string_view kBlank = " \t\r\n";

struct Name {
  std::string_view name;
  Front front;
};
constexpr std::array<Name, 6> kNames{{{"chat", {Protocol::OpenAiChat, Operation::Generate}},
                                      {"responses", {Protocol::OpenAiResponses, Operation::Generate}},
                                      {"messages", {Protocol::AnthropicMessages, Operation::Generate}},
                                      {"completions", {Protocol::OpenAiCompletions, Operation::Generate}},
                                      {"embeddings", {Protocol::OpenAiEmbeddings, Operation::Embed}},
                                      {"count_tokens", {Protocol::AnthropicMessages, Operation::CountTokens}}}};

template <std::size_t N>
bool is_one(std::string_view name, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// What only one of chat and Messages has.
struct Signs {
  int chat = 0, messages = 0;
};

constexpr std::array kFieldsOfMessages = std::to_array<std::string_view>(
    {"system", "stop_sequences", "anthropic_version", "anthropic_beta", "betas", "output_config", "output_format",
     "context_management", "mcp_servers", "container", "inference_geo"});
constexpr std::array kFieldsOfChat = std::to_array<std::string_view>({"stop",
                                                                      "n",
                                                                      "max_completion_tokens",
                                                                      "response_format",
                                                                      "functions",
                                                                      "function_call",
                                                                      "logprobs",
                                                                      "top_logprobs",
                                                                      "logit_bias",
                                                                      "frequency_penalty",
                                                                      "presence_penalty",
                                                                      "parallel_tool_calls",
                                                                      "stream_options",
                                                                      "reasoning_effort",
                                                                      "seed",
                                                                      "modalities",
                                                                      "audio",
                                                                      "prediction",
                                                                      "store",
                                                                      "verbosity",
                                                                      "web_search_options"});
constexpr std::array kRolesOfChat = std::to_array<std::string_view>({"system", "developer", "tool", "function"});
constexpr std::array kMembersOfChat = std::to_array<std::string_view>(
    {"tool_calls", "function_call", "tool_call_id", "reasoning_content", "refusal"});
constexpr std::array kBlocksOfMessages = std::to_array<std::string_view>(
    {"tool_use", "tool_result", "document", "thinking", "redacted_thinking", "image", "server_tool_use",
     "search_result", "container_upload", "mcp_tool_use", "mcp_tool_result"});
constexpr std::array kPartsOfChat =
    std::to_array<std::string_view>({"image_url", "input_audio", "video_url", "refusal"});
constexpr std::array kChoicesOfMessages = std::to_array<std::string_view>({"auto", "any", "none", "tool"});

std::string type_of(Value value) { return value["type"].string().value_or(""); }

void count_message(Value message, Signs& signs) {
  signs.chat += is_one(message["role"].string().value_or(""), kRolesOfChat);
  for (Value member : message) signs.chat += is_one(member.key(), kMembersOfChat);
  if (!message["content"].is(Type::Array)) return;
  for (Value block : message["content"]) {
    const std::string type = type_of(block);
    signs.messages += is_one(type, kBlocksOfMessages) || type.ends_with("_tool_result");
    signs.chat += is_one(type, kPartsOfChat) || (type == "file" && block["file"]);
  }
}

// Chat has its definitions in a member of the tool, Messages in the tool itself.
void count_tool(Value tool, Signs& signs) {
  const std::string type = type_of(tool);
  if (tool["function"] || (type == "custom" && tool["custom"]))
    ++signs.chat;
  else if (tool["input_schema"] || (!type.empty() && type != "function" && tool["name"]))
    ++signs.messages;
}

void count_field(Value field, Signs& signs) {
  const std::string name = field.key();
  if (field.is_null()) return;
  signs.messages += is_one(name, kFieldsOfMessages);
  signs.chat += is_one(name, kFieldsOfChat);
  if (name == "thinking") signs.messages += bool(field["budget_tokens"]);
  if (name == "metadata") signs.messages += field.size() == 1 && field["user_id"];
  if (name == "tool_choice") ++(is_one(type_of(field), kChoicesOfMessages) ? signs.messages : signs.chat);
  if (name == "messages")
    for (Value message : field) count_message(message, signs);
  if (name == "tools")
    for (Value tool : field) count_tool(tool, signs);
}

// What an answer needs and a count does without: who asks Messages for one says how long it may be.
Front front_of_messages(Value request) {
  Signs signs;
  for (Value field : request) count_field(field, signs);
  const bool tie = signs.messages == signs.chat && request["system"];
  if (signs.messages <= signs.chat && !tie) return {Protocol::OpenAiChat, Operation::Generate};
  const bool counts = !request["max_tokens"] && !request["stream"];
  return {Protocol::AnthropicMessages, counts ? Operation::CountTokens : Operation::Generate};
}

// Of the Responses API it is a text or a list of items; of embeddings also texts or tokens.
Front front_of_input(Value request) {
  constexpr Front kResponses{Protocol::OpenAiResponses, Operation::Generate};
  constexpr Front kEmbeddings{Protocol::OpenAiEmbeddings, Operation::Embed};
  const Value input = request["input"];
  if (input.is(Type::Array)) {
    for (Value element : input)
      if (!element.is(Type::Object)) return kEmbeddings;
    return kResponses;
  }
  if (request["encoding_format"] || request["dimensions"]) return kEmbeddings;
  const bool named = request["model"].string().value_or("").find("embed") != std::string::npos;
  for (Value member : request)
    if (!is_one(member.key(), std::to_array<std::string_view>({"model", "input", "user"}))) return kResponses;
  return named ? kEmbeddings : kResponses;
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

}  // namespace

std::optional<Front> front_of(Value object) {
  if (!object.is(Type::Object)) return std::nullopt;
  const bool model = bool(object["model"]);
  if (object["messages"].is(Type::Array)) return front_of_messages(object);
  if (!model) return std::nullopt;
  if (object["messages"]) return Front{Protocol::OpenAiChat, Operation::Generate};
  if (object["input"]) return front_of_input(object);
  if (object["prompt"].is(Type::Object) || object["previous_response_id"])
    return Front{Protocol::OpenAiResponses, Operation::Generate};
  if (object["prompt"]) return Front{Protocol::OpenAiCompletions, Operation::Generate};
  return std::nullopt;
}

Result<Front> front_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Name& one : kNames) {
    if (one.name == name) return one.front;
    known.emplace_back(one.name);
  }
  return fail("command.protocol", "there is no protocol '" + name + "'", "--protocol",
              "it is " + config::any_of(known));
}

std::string_view name_of(const chat::Request& request) {
  for (const Name& one : kNames)
    if (one.front.protocol == request.protocol && one.front.operation == request.operation) return one.name;
  return chat::protocol_name(request.protocol);
}

Result<std::optional<chat::Request>> request_in(const std::string& text, const std::optional<Front>& stated) {
  std::optional<Front> front = stated;
  if (!front) {
    std::string_view begin = text;
    if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
    const std::size_t first = begin.find_first_not_of(kBlank);
    if (first == begin.npos || begin[first] != '{') return std::optional<chat::Request>();
    if (auto doc = json::Doc::parse(text); doc)
      front = front_of((*doc)->root());
    else if (was_meant_as_request(begin))
      return fail(doc.error());
    if (!front) return std::optional<chat::Request>();
  }
  SLUICE_TRY(chat::Request request, wire::decode(front->protocol, front->operation, text));
  return std::optional<chat::Request>(std::move(request));
}

bool is_request_member(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames = {"messages",    "input",          "prompt",    "system",
                                                       "tools",       "instructions",   "functions", "suffix",
                                                       "tool_choice", "response_format"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace sluice::app
