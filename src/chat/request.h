// chat::Request: what a client asks, in Sluice's own vocabulary, whatever protocol it came in. Plain values, no
// I/O.
//
// A Request keeps the body it was decoded from (`body`), because a deployment that speaks the same protocol gets
// those bytes (DESIGN section 4). Everything a model could see is reachable by visible_texts(); a decoder that
// puts text anywhere else breaks the promise that what is judged is what is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/doc.h"

namespace sluice::chat {

enum class Role { System, Developer, User, Assistant, Tool };
const char* role_name(Role role);  // "system", ...

enum class Protocol { OpenAiChat };
const char* protocol_name(Protocol protocol);  // "openai_chat"

// One piece of a message's content.
struct Part {
  enum class Kind { Text, Image, Audio, File, Unknown };
  Kind kind = Kind::Text;
  std::string text;  // Kind::Text only
  std::string raw;   // the part as it came (JSON); empty where the content was one plain string
};

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text as the model wrote it; may be invalid JSON
};

// A field that the decoder does not know: kept, judged, and passed on where the target speaks the same protocol.
struct ExtraField {
  std::string path;  // "$.metadata", "$.messages[2].annotations"
  std::string raw;   // JSON
  std::string name;  // its key as the client wrote it, unescaped: client text, judged with the value
};

struct Message {
  Role role = Role::User;
  std::vector<Part> parts;
  std::string name;                  // optional participant name
  std::string reasoning;             // reasoning_content of an assistant turn
  std::vector<ToolCall> tool_calls;  // of an assistant turn
  std::string tool_call_id;          // of a tool result
  std::string text() const;          // the text parts joined without separator
};

struct Tool {
  std::string name;
  std::string description;
  std::string parameters;  // JSON schema as it came; may be empty
  std::string raw;         // the whole definition as it came
};

struct Sampling {
  std::optional<double> temperature;  // >= 0
  std::optional<double> top_p;        // 0..1
  std::optional<double> min_p;        // 0..1
  std::optional<std::int64_t> top_k;  // >= 0; 0 = off
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> max_tokens;  // >= 1
  std::vector<std::string> stop;           // at most 16
};

struct Request {
  Protocol protocol = Protocol::OpenAiChat;
  std::string model;  // the client's model name: names a route
  std::vector<Message> messages;
  std::vector<Tool> tools;
  std::string tool_choice;      // JSON as it came, empty if absent
  std::string response_format;  // JSON as it came, empty if absent
  Sampling sampling;
  std::optional<bool> thinking;  // the thinking switch, if the client set one
  std::string reasoning_effort;  // as it came, empty if absent
  std::string user;              // the client's end-user id, empty if absent
  bool stream = false;
  bool include_usage = false;  // stream_options.include_usage
  std::vector<ExtraField> extra;
  std::shared_ptr<const json::Doc> body;
};

// A text that the model would or could see, with the place it stands at.
struct VisibleText {
  std::string path;  // "$.messages[1].content", "$.tools[0].function.description"
  std::string role;  // "system", "user", "tool", "tool_definition", "field", ...
  std::string text;
};

// Every text of the request, in the order the model reads it: messages (content, reasoning, names, ids, tool
// calls' names and arguments), tool definitions, and every string and number (keys included) inside parameters,
// response_format and extra fields. A JSON value becomes one text of lines "key: value" with escapes decoded, so
// that a key gives its value context. Paths are made of protocol names and positions only; they carry no client
// text, except that the path of an extra field names it where json::append_path_key() does.
std::vector<VisibleText> visible_texts(const Request& request);

// Paths of what no detector can read: parts that are images, audio, files or of unknown kinds, and extra fields
// that point at content kept elsewhere or carry it encoded.
std::vector<std::string> unreadable_parts(const Request& request);

}  // namespace sluice::chat
