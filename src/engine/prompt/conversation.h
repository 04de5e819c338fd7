// A conversation as the published prompt encoders take it. Made from a chat::Request, or read from the encoders'
// own test vectors.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "chat/request.h"

namespace sluice::engine {

struct Turn {
  enum class Role { System, Developer, User, Assistant, Tool, Reminder };
  Role role = Role::User;
  std::string content;
  std::string reasoning;
  std::vector<chat::ToolCall> tool_calls;
  std::string tool_call_id;  // of a tool result
  std::vector<std::string>
      tools;                    // functions declared with this turn, each as JSON: name, description, parameters
  std::string response_format;  // JSON schema; empty if none
  std::string task;             // of DeepSeek's quick tasks: "action", "title", ...; empty if none
  bool open = false;            // an answer to be continued: no end mark behind it
};

struct Conversation {
  std::vector<Turn> turns;
  bool thinking = false;
  bool drop_reasoning = true;  // of answers before the last question, where the format says so
  std::string effort;          // "low", "high", "max", a number; empty: the format's default
  bool begins = true;          // write the mark of a text's beginning
};

// What a format can say.
struct Abilities {
  bool tools = false;
  bool results = false;  // tool calls and results of earlier turns
  bool open = false;     // an answer that was begun and is to be continued
  bool reasons = false;  // its reasoning too
};

// The message whose answer is to be continued: the last, where it says so; null for none.
const chat::Message* begun_answer(const chat::Request& request);
// Of a request whose answer was begun: the model goes on in its reasoning as long as there is nothing behind it.
bool goes_on_reasoning(const chat::Message& begun, bool thinking);

// Developer turns become system turns. The tools are declared with the first turn, which is a system turn then, if
// need be an empty one. A JSON schema that the answer must follow is told to the model in the same place where
// `tells_schema`. Errors: engine.empty_prompt, engine.unsupported_field with the path of what the format has no
// words for.
Result<Conversation> conversation_of(const chat::Request& request, const Abilities& abilities, bool thinking,
                                     bool tells_schema);
// A function's declaration as JSON, whatever protocol it came in.
std::string function_json(const chat::Tool& tool);

}  // namespace sluice::engine
