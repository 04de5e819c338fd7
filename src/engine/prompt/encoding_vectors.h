// For tests: the encoders' published vectors as conversations.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/prompt/conversation.h"
#include "json/doc.h"

namespace sluice::engine::test {

inline const std::string kEncodings = "../shared/encodings/";

inline bool vectors_absent() {
  if (std::filesystem::exists(kEncodings)) return false;
  MESSAGE("SKIPPED: ", kEncodings, " is not there");
  return true;
}

inline std::string read_vector(const std::string& name) {
  std::ifstream in(kEncodings + name, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::shared_ptr<const json::Doc> parse_vector(std::string text) {
  auto doc = json::Doc::parse(std::move(text));
  REQUIRE_MESSAGE(doc.has_value(), (doc ? "" : doc.error().to_string()));
  return *doc;
}

inline Turn::Role vector_role(const std::string& name) {
  if (name == "system") return Turn::Role::System;
  if (name == "developer") return Turn::Role::Developer;
  if (name == "assistant") return Turn::Role::Assistant;
  if (name == "tool") return Turn::Role::Tool;
  return name == "latest_reminder" ? Turn::Role::Reminder : Turn::Role::User;
}

inline Turn vector_turn(json::Value message) {
  Turn turn;
  turn.role = vector_role(message["role"].string().value_or(""));
  turn.content = message["content"].string().value_or("");
  turn.reasoning = message["reasoning_content"].string().value_or("");
  turn.tool_call_id = message["tool_call_id"].string().value_or("");
  turn.task = message["task"].string().value_or("");
  if (message["response_format"]) turn.response_format = std::string(message["response_format"].raw());
  for (const json::Value tool : message["tools"]) turn.tools.emplace_back(tool["function"].raw());
  for (const json::Value call : message["tool_calls"])
    turn.tool_calls.push_back({call["id"].string().value_or(""), call["function"]["name"].string().value_or(""),
                               call["function"]["arguments"].string().value_or("")});
  return turn;
}

// `root`: a list of messages, or an object with messages and perhaps tools, which go to the first message.
inline Conversation vector_conversation(json::Value root) {
  Conversation out;
  for (const json::Value message : root["messages"] ? root["messages"] : root)
    out.turns.push_back(vector_turn(message));
  for (const json::Value tool : root["tools"].is(json::Type::Array) ? root["tools"] : json::Value())
    out.turns.front().tools.emplace_back(tool["function"].raw());
  return out;
}

}  // namespace sluice::engine::test
