// chat::Request: what a client asks, in Sluice's own vocabulary, whatever protocol it came in. Plain values, no
// I/O.
//
// A Request keeps the body it was decoded from (`body`), because a deployment that speaks the same protocol gets
// those bytes (DESIGN section 4). Everything a model could see is reachable by visible_texts(); a decoder that
// puts text anywhere else breaks the promise that what is judged is what is sent.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/doc.h"

namespace sluice::chat {

enum class Role { System, Developer, User, Assistant, Tool };
const char* role_name(Role role);  // "system", ...

// A wire protocol: what a client speaks to us, or we to a deployment.
enum class Protocol : std::uint8_t {
  OpenAiChat,         // POST /v1/chat/completions
  OpenAiCompletions,  // POST /v1/completions: a prompt is continued, or the gap before `suffix` is filled
  OpenAiResponses,    // POST /v1/responses
  OpenAiEmbeddings,   // POST /v1/embeddings
  AnthropicMessages   // POST /v1/messages and /v1/messages/count_tokens
};
inline constexpr int kProtocols = 5;
const char* protocol_name(Protocol protocol);  // "openai_chat", "openai_completions", ...

// What is asked of the model. All but Generate are answered whole, in the same protocol.
enum class Operation : std::uint8_t { Generate, Embed, CountTokens };

// What came of reading a part that is no text (extract/extract.h). It is judged and never sent: what is sent is
// the part as it came.
struct Extraction {
  std::string by;      // the extractor's name; empty: none has tried
  std::string text;    // what it read
  std::string failed;  // why it read nothing, in one word; empty: `text` is all of it
};

// One piece of a message's content.
struct Part {
  enum class Kind { Text, Image, Audio, File, Unknown };
  Kind kind = Kind::Text;
  std::string text;  // Kind::Text only
  std::string raw;   // the part as it came (JSON); empty where the content was one plain string
  // Kind::Image only: either `url` (http or https) or inline `data` (base64) of `media_type` ("image/png").
  std::string url = {};
  std::string media_type = {};
  std::string data = {};
  std::string detail = {};                            // "low", "high", "auto"; empty if not said
  std::shared_ptr<const Extraction> extraction = {};  // null: nobody has tried
  bool is_read() const { return kind == Kind::Text || (extraction && extraction->failed.empty()); }
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
  // It asks for nothing that changes the answer's content (cache marks, billing metadata, storage that is off):
  // a translation may leave it out and say so. Anything else that the other protocol lacks is refused.
  bool hint = false;
  // A text that only its vendor reads, out of an answer of ours (gateway/sealed.h).
  bool sealed = false;
};

struct Message {
  Role role = Role::User;
  std::vector<Part> parts;
  std::string name;                  // optional participant name
  std::string reasoning;             // what an assistant turn thought: reasoning_content, thinking blocks joined
  std::string signature;             // of the last thinking block; opaque
  bool has_reasoning = false;        // the field was there, maybe empty: DeepSeek tells the two apart
  std::vector<ToolCall> tool_calls;  // of an assistant turn
  std::string tool_call_id;          // of a tool result
  bool is_error = false;             // of a tool result: the tool failed
  bool prefix = false;               // the last, an assistant's: the answer continues it
  std::string text() const;          // the text parts joined without separator
};

struct Tool {
  std::string name;
  std::string description;
  std::string parameters;  // JSON schema as it came; may be empty
  std::string raw;         // the whole definition as it came
  // Function: the client runs it. Other: whatever else a protocol has (tools that run at the vendor's, such as web
  // search, which send queries out; free-text tools): only a deployment of the same protocol can have it.
  enum class Kind { Function, Other };
  Kind kind = Kind::Function;
  std::optional<bool> strict = {};  // the arguments must follow the schema
};

struct Sampling {
  std::optional<double> temperature;  // >= 0
  std::optional<double> top_p;        // 0..1
  std::optional<double> min_p;        // 0..1
  std::optional<std::int64_t> top_k;  // >= 0; 0 = off
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> max_tokens;    // >= 1
  std::vector<std::string> stop;             // at most 16
  std::optional<double> frequency_penalty;   // -2..2
  std::optional<double> presence_penalty;    // -2..2
  std::string logit_bias;                    // JSON object as it came; empty if absent
  bool logprobs = false;                     // log-probabilities of the output tokens
  std::optional<std::int64_t> top_logprobs;  // 0..20
  std::int64_t n = 1;                        // answers wanted, 1..128
};

// May, must or must not the model call tools.
struct ToolChoice {
  enum class Mode { Unset, Auto, None, Required, Named, Other };
  Mode mode = Mode::Unset;
  std::string name;  // Mode::Named
  std::string raw;   // as it came, empty if absent
  bool forced() const { return mode == Mode::Required || mode == Mode::Named; }
};

// The form of the answer's text.
struct OutputFormat {
  enum class Kind { Unset, Text, JsonObject, JsonSchema, Other };
  Kind kind = Kind::Unset;
  std::string name, description;  // of a schema
  std::string schema;             // JSON
  std::optional<bool> strict;
  std::string raw;  // as it came, empty if absent
};

struct Request {
  Protocol protocol = Protocol::OpenAiChat;
  std::string model;  // the client's model name: names a route
  std::vector<Message> messages;
  std::vector<Tool> tools;
  ToolChoice tool_choice;
  std::optional<bool> parallel_tool_calls;
  OutputFormat format;
  Sampling sampling;
  std::optional<bool> thinking;                 // the thinking switch, if the client set one
  std::optional<std::int64_t> thinking_budget;  // tokens, if the client set one
  std::string reasoning_effort;                 // as it came, empty if absent; "none" is thinking = false
  std::string user;                             // the client's end-user id, empty if absent
  Operation operation = Operation::Generate;

  // Completions: one prompt or several. Embeddings: the inputs. `messages` is empty then.
  std::vector<std::string> inputs;
  bool inputs_are_tokens = false;  // token ids instead of text, which nobody can judge: `inputs` is empty
  std::string suffix;              // completions: what follows the gap; empty: nothing does
  bool echo = false;               // completions: the answer begins with the prompt

  // Responses: what an earlier answer was called, and whether this one is to be kept for that.
  std::string previous_response_id;
  std::string continues;  // such an id that was resolved: the conversation stands in the messages; told back only
  std::optional<bool> store;

  bool stream = false;
  bool include_usage = false;  // stream_options.include_usage
  std::vector<ExtraField> extra;
  std::shared_ptr<const json::Doc> body;
};

// A text that the model would or could see, with the place it stands at.
struct VisibleText {
  std::string path;       // "$.messages[1].content", "$.tools[0].function.description"
  const char* role;       // "system", "user", "tool", "tool_definition", "field", ...
  std::string_view text;  // of the request, or made for this list
  // Of a JSON value or a short field: where its strings and long numbers stand in `text`, each with the key that
  // it has there; elements of an array have the array's. No key: it is the last step of the path.
  struct Value {
    std::uint32_t key_start = 0, key_size = 0, start = 0, size = 0;
  };
  std::vector<Value> values = {};
};

// Views into the request, which outlives it, and into what had to be made: a conversation is not copied to be
// judged.
class VisibleTexts {
 public:
  VisibleTexts() = default;
  VisibleTexts(VisibleTexts&&) = default;
  VisibleTexts& operator=(VisibleTexts&&) = default;
  VisibleTexts(const VisibleTexts&) = delete;  // the views would point into the other's
  using Values = std::vector<VisibleText::Value>;
  void add(std::string path, const char* role, std::string_view text, Values values = {}) {
    if (!text.empty()) texts_.push_back(VisibleText{std::move(path), role, text, std::move(values)});
  }
  void add_made(std::string path, const char* role, std::string text, Values values = {}) {
    if (!text.empty()) add(std::move(path), role, made_.emplace_back(std::move(text)), std::move(values));
  }
  auto begin() const { return texts_.begin(); }
  auto end() const { return texts_.end(); }
  std::size_t size() const { return texts_.size(); }
  const VisibleText& operator[](std::size_t i) const { return texts_[i]; }

 private:
  std::vector<VisibleText> texts_;
  std::deque<std::string> made_;  // its elements stay where they are, also when the list moves
};

// Every text of the request, in the order the model reads it: messages (content, reasoning, names, ids, tool
// calls' names and arguments), tool definitions, every string and number (keys included) inside parameters,
// response_format and extra fields, and long numbers of all other fields. A JSON value becomes one text of lines
// "key: value" with escapes decoded, so that a key gives its value context. Paths are made of protocol names and
// positions only; they carry no client text, except that the path of an extra field names it where
// json::append_path_key() does. What an extractor read stands at its part's path with its name behind:
// "$.messages[1].content[0]@pdf".
VisibleTexts visible_texts(const Request& request);

// Paths of what no detector can read: parts that are images, audio, files or of unknown kinds and that no
// extractor has read, and fields and tools of the upstream that point at content kept elsewhere or carry it
// encoded (chat/unreadable.h). Where an extractor has failed, the path says so: "$.messages[1].content[0] (pdf:
// time_limit)".
std::vector<std::string> unreadable_parts(const Request& request);

// The path of a message's part, as above.
std::string part_path(std::size_t message, std::size_t part);

// Gives parts of `to` what was read of the same bytes in `from`: another decoding of what is partly the same body.
void share_extractions(const Request& from, Request& to);

}  // namespace sluice::chat
