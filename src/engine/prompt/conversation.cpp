#include "engine/prompt/conversation.h"

#include "json/doc.h"
#include "json/writer.h"

namespace sluice::engine {
namespace {

Failure refuse(const std::string& what, std::string where) {
  return fail("engine.unsupported_field",
              "the built-in engine has no words for " + what + " in this model's prompt", std::move(where),
              "leave it out, or use a deployment that supports it");
}

Status check_message(const chat::Message& message, const Abilities& abilities, const std::string& path) {
  if (message.role == chat::Role::Tool && !abilities.results) return refuse("tool results", path);
  if (!message.tool_calls.empty() && !abilities.results) return refuse("tool calls", path + ".tool_calls");
  if (message.prefix && !abilities.open) return refuse("an answer that was begun", path + ".prefix");
  if (message.prefix && !message.tool_calls.empty())
    return refuse("going on behind a tool call", path + ".tool_calls");
  if (message.prefix && !message.reasoning.empty() && !abilities.reasons)
    return refuse("reasoning that was begun", path + ".reasoning_content");
  for (std::size_t j = 0; j < message.parts.size(); ++j)
    if (message.parts[j].kind != chat::Part::Kind::Text)
      return refuse("content that is not text", path + ".content[" + std::to_string(j) + "]");
  return {};
}

Turn::Role role_of(chat::Role role) {
  switch (role) {
    case chat::Role::System:
    case chat::Role::Developer:
      return Turn::Role::System;
    case chat::Role::Assistant:
      return Turn::Role::Assistant;
    case chat::Role::Tool:
      return Turn::Role::Tool;
    case chat::Role::User:
      break;
  }
  return Turn::Role::User;
}

}  // namespace

const chat::Message* begun_answer(const chat::Request& request) {
  return !request.messages.empty() && request.messages.back().prefix ? &request.messages.back() : nullptr;
}

bool goes_on_reasoning(const chat::Message& begun, bool thinking) { return thinking && begun.text().empty(); }

std::string function_json(const chat::Tool& tool) {
  if (auto doc = json::Doc::parse(tool.raw)) {
    const json::Value function = (*doc)->root()["function"];
    if (function.is(json::Type::Object)) return std::string(function.raw());
  }
  json::Writer out;
  out.object().member("name", tool.name);
  if (!tool.description.empty()) out.member("description", tool.description);
  if (!tool.parameters.empty()) out.key("parameters").raw(tool.parameters);
  out.end();
  return out.take();
}

Result<Conversation> conversation_of(const chat::Request& request, const Abilities& abilities, bool thinking,
                                     bool tells_schema) {
  if (request.messages.empty())
    return fail("engine.empty_prompt", "the request has no messages", "$.messages", "send at least one message");
  const bool with_tools = !request.tools.empty() && request.tool_choice.mode != chat::ToolChoice::Mode::None;
  if (with_tools && !abilities.tools) return refuse("tool definitions", "$.tools");
  Conversation out;
  out.thinking = thinking;
  out.effort = request.reasoning_effort;
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const chat::Message& message = request.messages[i];
    SLUICE_TRY_VOID(check_message(message, abilities, "$.messages[" + std::to_string(i) + "]"));
    Turn turn;
    turn.role = role_of(message.role);
    turn.content = message.text();
    turn.reasoning = message.reasoning;
    turn.tool_calls = message.tool_calls;
    turn.tool_call_id = message.tool_call_id;
    turn.open = message.prefix;
    out.turns.push_back(std::move(turn));
  }
  const bool told = tells_schema && request.format.kind == chat::OutputFormat::Kind::JsonSchema;
  if (!with_tools && !told) return out;
  if (out.turns.front().role != Turn::Role::System) {
    Turn system;
    system.role = Turn::Role::System;
    out.turns.insert(out.turns.begin(), std::move(system));
  }
  Turn& first = out.turns.front();
  if (told) first.response_format = request.format.schema;
  for (std::size_t i = 0; with_tools && i < request.tools.size(); ++i) {
    if (request.tools[i].kind != chat::Tool::Kind::Function)
      return refuse("a tool that is no function", "$.tools[" + std::to_string(i) + "]");
    first.tools.push_back(function_json(request.tools[i]));
  }
  return out;
}

}  // namespace sluice::engine
