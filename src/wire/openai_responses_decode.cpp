// Requests of OpenAI's Responses API. Items become messages: what one assistant turn is made of (reasoning, text,
// calls) stands in one message. Fields this file does not name go to Request::extra: judged, kept, passed on.
#include <algorithm>
#include <cmath>
#include <optional>

#include "json/writer.h"
#include "wire/fields.h"
#include "wire/openai_responses.h"

namespace sluice::wire {
namespace {

using chat::Message;
using chat::Part;
using chat::Request;
using chat::Role;
using json::Type;
using json::Value;

void keep_hint(Request& out, Value member) {
  keep(out, member);
  out.extra.back().hint = true;
}

bool is_empty(Value value) { return value.is_null() || (value.is(Type::Array) && value.size() == 0); }

// A data URL's parts, or the URL itself.
void take_url(std::string url, Part& part) {
  std::size_t comma = url.find(',');
  constexpr std::string_view kBase64 = ";base64";
  if (!url.starts_with("data:") || comma == std::string::npos) {
    part.url = std::move(url);
    return;
  }
  std::string_view head = std::string_view(url).substr(5, comma - 5);
  if (!head.ends_with(kBase64)) {
    part.url = std::move(url);
    return;
  }
  part.media_type = std::string(head.substr(0, head.size() - kBase64.size()));
  part.data = url.substr(comma + 1);
}

// What SDKs send back with an item that they got from us, and which asks for nothing.
Status keep_item_fields(Request& out, Value item, std::initializer_list<std::string_view> known,
                        std::initializer_list<std::string_view> hints) {
  for (Value member : item) {
    std::string key = member.key();
    auto is = [&](std::string_view name) { return key == name; };
    if (std::any_of(known.begin(), known.end(), is)) continue;
    if (std::any_of(hints.begin(), hints.end(), is)) {
      if (!is_empty(member)) keep_hint(out, member);
      continue;
    }
    keep(out, member);
  }
  return {};
}

class InputDecoder {
 public:
  explicit InputDecoder(Request& out) : out_(out) {}

  Status input(Value value) {
    if (value.is(Type::String)) {
      Message message;
      message.parts.push_back(Part{Part::Kind::Text, *value.string(), ""});
      out_.messages.push_back(std::move(message));
      return {};
    }
    if (!value.is(Type::Array)) return wrong_type(value, "a string or an array of items");
    for (Value element : value) {
      SLUICE_TRY_VOID(item(element));
    }
    // One field for all of them: they are names of what was said, not something that is asked for.
    if (ids_) out_.extra.push_back({"$.input[*].id", id_list_.end().take(), "id", true});
    return {};
  }

 private:
  // Consecutive items of an assistant are one turn.
  Message& assistant() {
    if (out_.messages.empty() || out_.messages.back().role != Role::Assistant)
      out_.messages.push_back(Message{.role = Role::Assistant});
    return out_.messages.back();
  }

  Status item(Value value) {
    if (!value.is(Type::Object)) return wrong_type(value, "an item, which is an object");
    SLUICE_TRY(std::string type, optional_text(value, "type"));
    if (type.empty()) type = value["role"] ? "message" : "item_reference";
    if (type == "message") return message(value);
    if (type == "function_call") return call(value, "arguments", false);
    if (type == "function_call_output") return call_output(value, false);
    if (type == "custom_tool_call") return call(value, "input", true);
    if (type == "custom_tool_call_output") return call_output(value, true);
    if (type == "reasoning") return reasoning(value);
    return other(value, type);
  }

  // Every id is judged; `status` only where it is no word of the protocol.
  Status bookkeeping(Value item) {
    Value id = item["id"];
    if (id.is(Type::String)) {
      if (!ids_) id_list_.array();
      ids_ = true;
      id_list_.raw(id.raw());
    } else if (id && !id.is_null()) {
      return wrong_type(id, "a string");
    }
    Value status = item["status"];
    std::string word = status.string().value_or("");
    if (status && !status.is_null() && !one_of(word, {"in_progress", "completed", "incomplete"}))
      keep_hint(out_, status);
    return {};
  }

  Status message(Value value) {
    SLUICE_TRY(std::string role, required_text(value, "role"));
    Message own;
    Message* into = &own;
    if (role == "assistant") {
      into = &assistant();
    } else if (role == "user" || role == "system" || role == "developer") {
      own.role = role == "user" ? Role::User : role == "system" ? Role::System : Role::Developer;
    } else {
      return wrong_value(value["role"], "one of user, assistant, system, developer");
    }
    SLUICE_TRY_VOID(bookkeeping(value));
    SLUICE_TRY_VOID(content(value, "content", *into));
    SLUICE_TRY_VOID(keep_item_fields(out_, value, {"type", "role", "content", "id", "status"}, {"phase"}));
    if (into == &own) out_.messages.push_back(std::move(own));
    return {};
  }

  Status content(Value item, const char* name, Message& into) {
    constexpr const char* kExpected = "a string or an array of content parts";
    Value value = item[name];
    if (value.is(Type::String)) {
      into.parts.push_back(Part{Part::Kind::Text, *value.string(), ""});
      return {};
    }
    if (!value) return missing(item, name, kExpected);
    if (!value.is(Type::Array)) return wrong_type(value, kExpected);
    for (Value element : value) {
      SLUICE_TRY(Part decoded, part(element));
      into.parts.push_back(std::move(decoded));
    }
    return {};
  }

  Result<Part> part(Value value) {
    if (!value.is(Type::Object)) return wrong_type(value, "a content part, which is an object");
    SLUICE_TRY(std::string type, required_text(value, "type"));
    Part out;
    out.raw = std::string(value.raw());
    if (one_of(type, {"input_text", "output_text", "text", "refusal"})) {
      const char* field = type == "refusal" ? "refusal" : "text";
      SLUICE_TRY(out.text, required_text(value, field));
      SLUICE_TRY_VOID(keep_item_fields(out_, value, {"type", field}, {"annotations", "logprobs"}));
      return out;
    }
    out.kind = Part::Kind::Unknown;
    if (type == "input_file") out.kind = Part::Kind::File;
    if (type == "input_audio") out.kind = Part::Kind::Audio;
    if (type == "input_image") {
      out.kind = Part::Kind::Image;
      SLUICE_TRY(std::string url, optional_text(value, "image_url"));
      SLUICE_TRY(out.detail, optional_text(value, "detail"));
      take_url(std::move(url), out);
    }
    return out;
  }

  // A free-text tool's call is one whose type another protocol can't say: the type is kept as a field.
  Status call(Value value, const char* arguments, bool custom) {
    chat::ToolCall call;
    SLUICE_TRY(call.id, required_text(value, "call_id"));
    SLUICE_TRY(call.name, required_text(value, "name"));
    SLUICE_TRY(call.arguments, required_text(value, arguments));
    assistant().tool_calls.push_back(std::move(call));
    SLUICE_TRY_VOID(bookkeeping(value));
    if (custom) keep(out_, value["type"]);
    return keep_item_fields(out_, value, {"type", "call_id", "name", arguments, "id", "status"}, {});
  }

  Status call_output(Value value, bool custom) {
    Message message{.role = Role::Tool};
    SLUICE_TRY(message.tool_call_id, required_text(value, "call_id"));
    SLUICE_TRY_VOID(content(value, "output", message));
    SLUICE_TRY_VOID(bookkeeping(value));
    if (custom) keep(out_, value["type"]);
    out_.messages.push_back(std::move(message));
    return keep_item_fields(out_, value, {"type", "call_id", "output", "id", "status"}, {});
  }

  Result<std::string> texts(Value item, const char* name, const char* between) {
    std::string out;
    Value list = item[name];
    if (!list || list.is_null()) return out;
    if (!list.is(Type::Array)) return wrong_type(list, "an array");
    for (Value element : list) {
      if (!element.is(Type::Object)) return wrong_type(element, "an object with a text");
      SLUICE_TRY(std::string text, required_text(element, "text"));
      SLUICE_TRY(std::string type, optional_text(element, "type"));
      if (!out.empty()) out += between;
      out += text;
      if (type.empty() || one_of(type, {"reasoning_text", "summary_text", "text"})) {
        keep_unknown(out_, element, {"text", "type"});
      } else {
        keep_unknown(out_, element, {"text"});
      }
    }
    return out;
  }

  // Plain reasoning is text. Where there is a summary beside it, the reasoning counts and the summary is kept.
  // What a vendor encrypted nobody can judge.
  Status reasoning(Value value) {
    SLUICE_TRY(std::string plain, texts(value, "content", ""));
    SLUICE_TRY(std::string summary, texts(value, "summary", "\n\n"));
    Message& turn = assistant();
    turn.has_reasoning = true;
    turn.reasoning += plain.empty() ? summary : plain;
    if (!plain.empty() && !summary.empty()) keep_hint(out_, value["summary"]);
    SLUICE_TRY(std::string encrypted, optional_text(value, "encrypted_content"));
    if (!encrypted.empty()) {
      json::Writer raw;
      raw.object().member("type", "reasoning").member("encrypted_content", encrypted).end();
      turn.parts.push_back(Part{Part::Kind::Unknown, "", raw.take()});
    }
    SLUICE_TRY_VOID(bookkeeping(value));
    return keep_item_fields(out_, value, {"type", "content", "summary", "encrypted_content", "id", "status"}, {});
  }

  // Tools of the vendor's whose items are all text, calls and results alike, are judged as fields. Any other item
  // points at content kept elsewhere or carries it encoded: a part that nobody can read.
  Status other(Value value, std::string_view type) {
    bool readable = one_of(
        type, {"web_search_call", "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output",
               "apply_patch_call", "apply_patch_call_output", "mcp_call", "mcp_list_tools", "mcp_approval_request",
               "mcp_approval_response", "tool_search_call", "tool_search_output", "additional_tools"});
    if (readable) {
      keep(out_, value);
      return {};
    }
    Message message{.role = Role::User};
    message.parts.push_back(Part{Part::Kind::Unknown, "", std::string(value.raw())});
    out_.messages.push_back(std::move(message));
    return {};
  }

  Request& out_;
  bool ids_ = false;
  json::Writer id_list_;
};

Status decode_tool(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "a tool, which is an object");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  chat::Tool tool;
  tool.raw = std::string(value.raw());
  if (type != "function") {
    tool.kind = chat::Tool::Kind::Other;
    tool.name = value["name"].string().value_or("");
    out.tools.push_back(std::move(tool));
    return {};
  }
  SLUICE_TRY(tool.name, required_text(value, "name"));
  SLUICE_TRY(tool.description, optional_text(value, "description"));
  Value parameters = value["parameters"];
  if (parameters && !parameters.is_null()) {
    if (!parameters.is(Type::Object)) return wrong_type(parameters, "a JSON schema, which is an object");
    tool.parameters = std::string(parameters.raw());
  }
  if (Value strict = value["strict"]; strict && !strict.is_null()) {
    SLUICE_TRY(tool.strict, boolean_of(strict));
  }
  out.tools.push_back(std::move(tool));
  return keep_item_fields(out, value, {"type", "name", "description", "parameters", "strict"},
                          {"output_schema", "allowed_callers"});
}

Status decode_tools(Value tools, Request& out) {
  if (!tools.is(Type::Array)) return wrong_type(tools, "an array of tools");
  for (Value value : tools) {
    SLUICE_TRY_VOID(decode_tool(value, out));
  }
  return {};
}

Status decode_tool_choice(Value value, Request& out) {
  using Mode = chat::ToolChoice::Mode;
  chat::ToolChoice& choice = out.tool_choice;
  if (!value.is(Type::String) && !value.is(Type::Object)) return wrong_type(value, "a string or an object");
  choice.raw = std::string(value.raw());
  choice.mode = Mode::Other;
  std::string word = value.string().value_or("");
  if (word == "auto") choice.mode = Mode::Auto;
  if (word == "none") choice.mode = Mode::None;
  if (word == "required") choice.mode = Mode::Required;
  if (value["type"].string() == "function" && value["name"].is(Type::String)) {
    choice.mode = Mode::Named;
    choice.name = *value["name"].string();
  }
  return {};
}

Status decode_reasoning(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  SLUICE_TRY(out.reasoning_effort, optional_text(value, "effort"));
  if (out.reasoning_effort == "none") out.thinking = false;
  return keep_item_fields(out, value, {"effort"}, {"summary", "generate_summary"});
}

Status decode_format(Value value, Request& out) {
  using Kind = chat::OutputFormat::Kind;
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  chat::OutputFormat& format = out.format;
  format.raw = std::string(value.raw());
  format.kind = type == "text" ? Kind::Text : type == "json_object" ? Kind::JsonObject : Kind::Other;
  if (type != "json_schema") return {};
  format.kind = Kind::JsonSchema;
  SLUICE_TRY(format.name, required_text(value, "name"));
  SLUICE_TRY(format.description, optional_text(value, "description"));
  Value schema = value["schema"];
  if (!schema) return missing(value, "schema", "a JSON schema, which is an object");
  if (!schema.is(Type::Object)) return wrong_type(schema, "a JSON schema, which is an object");
  format.schema = std::string(schema.raw());
  if (Value strict = value["strict"]; strict && !strict.is_null()) {
    SLUICE_TRY(format.strict, boolean_of(strict));
  }
  return {};
}

Status decode_text(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  if (Value format = value["format"]; format && !format.is_null()) {
    SLUICE_TRY_VOID(decode_format(format, out));
  }
  Value verbosity = value["verbosity"];
  if (verbosity && !verbosity.is_null()) {
    keep(out, verbosity);
    out.extra.back().hint = verbosity.string() == "medium";  // the default
  }
  keep_unknown(out, value, {"format", "verbosity"});
  return {};
}

// What an answer is to carry besides. Log-probabilities are in the vocabulary; encrypted reasoning is for clients
// that send it back, and a deployment that has none leaves it out.
Status decode_include(Value value, Request& out) {
  if (!value.is(Type::Array)) return wrong_type(value, "an array of strings");
  bool encrypted = false, other = false;
  for (Value element : value) {
    SLUICE_TRY(std::string name, text_of(element));
    if (name == "message.output_text.logprobs") {
      out.sampling.logprobs = true;
    } else if (name == "reasoning.encrypted_content") {
      encrypted = true;
    } else {
      other = true;
    }
  }
  if (!encrypted && !other) return {};
  keep(out, value);
  out.extra.back().hint = !other;
  return {};
}

Status decode_top_logprobs(Value value, Request& out) {
  SLUICE_TRY_VOID(decode_integer(value, 0, "an integer from 0 to 20", out.sampling.top_logprobs));
  if (*out.sampling.top_logprobs > 20) return wrong_value(value, "an integer from 0 to 20");
  if (*out.sampling.top_logprobs > 0) out.sampling.logprobs = true;
  return {};
}

Status decode_user(Value value, Request& out) {
  SLUICE_TRY(std::string user, text_of(value));
  if (out.user.empty()) {
    out.user = std::move(user);
  } else {
    keep_hint(out, value);  // `user` and `safety_identifier` both came
  }
  return {};
}

Status decode_background(Value value) {
  SLUICE_TRY(bool on, boolean_of(value));
  if (!on) return {};
  return fail("request.unsupported", "answers in the background are not supported", "$.background",
              "leave background out and stream the answer");
}

Status decode_truncation(Value value, Request& out) {
  SLUICE_TRY(std::string mode, text_of(value));
  keep(out, value);
  out.extra.back().hint = mode == "disabled";
  return {};
}

Status decode_stream_options(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  return keep_item_fields(out, value, {}, {"include_obfuscation"});
}

// Fields that are objects or need more than one line.
Status decode_structured(std::string_view key, Value value, Request& out) {
  if (key == "tools") return decode_tools(value, out);
  if (key == "tool_choice") return decode_tool_choice(value, out);
  if (key == "reasoning") return decode_reasoning(value, out);
  if (key == "text") return decode_text(value, out);
  if (key == "include") return decode_include(value, out);
  if (key == "user" || key == "safety_identifier") return decode_user(value, out);
  if (key == "background") return decode_background(value);
  if (key == "truncation") return decode_truncation(value, out);
  if (key == "stream_options") return decode_stream_options(value, out);
  keep(out, value);
  out.extra.back().hint = one_of(key, {"metadata", "prompt_cache_key", "prompt_cache_retention",
                                       "prompt_cache_options", "service_tier", "client_metadata"});
  return {};
}

// One member of the body that is neither null nor `model`, `input` nor `instructions`.
Status decode_field(std::string_view key, Value value, Request& out) {
  chat::Sampling& s = out.sampling;
  if (key == "temperature") return decode_number(value, 0, HUGE_VAL, "a number of at least 0", s.temperature);
  if (key == "top_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.top_p);
  if (key == "max_output_tokens") return decode_integer(value, 1, "an integer of at least 1", s.max_tokens);
  if (key == "top_logprobs") return decode_top_logprobs(value, out);
  if (key == "previous_response_id") {
    SLUICE_TRY(out.previous_response_id, text_of(value));
    if (out.previous_response_id.empty()) return wrong_value(value, "the id of an earlier response");
  } else if (key == "parallel_tool_calls") {
    SLUICE_TRY(out.parallel_tool_calls, boolean_of(value));
  } else if (key == "stream") {
    SLUICE_TRY(out.stream, boolean_of(value));
  } else if (key == "store") {
    SLUICE_TRY(out.store, boolean_of(value));
  } else {
    return decode_structured(key, value, out);
  }
  return {};
}

constexpr const char* kKnown[] = {"temperature",
                                  "top_p",
                                  "max_output_tokens",
                                  "top_logprobs",
                                  "previous_response_id",
                                  "parallel_tool_calls",
                                  "stream",
                                  "store",
                                  "tools",
                                  "tool_choice",
                                  "reasoning",
                                  "text",
                                  "include",
                                  "user",
                                  "safety_identifier",
                                  "background",
                                  "truncation",
                                  "stream_options",
                                  "metadata",
                                  "prompt_cache_key",
                                  "prompt_cache_retention",
                                  "prompt_cache_options",
                                  "service_tier",
                                  "conversation",
                                  "prompt",
                                  "max_tool_calls",
                                  "context_management",
                                  "moderation"};

// A conversation may be somewhere else, whole or but for its last turn.
bool conversation_elsewhere(Value root) {
  for (const char* name : {"previous_response_id", "conversation", "prompt"}) {
    if (Value value = root[name]; value && !value.is_null()) return true;
  }
  return false;
}

Status decode_input(Value root, Request& out) {
  constexpr const char* kExpected = "a string or an array of items";
  SLUICE_TRY(std::string instructions, optional_text(root, "instructions"));
  if (!instructions.empty()) {
    Message message{.role = Role::System};
    message.parts.push_back(Part{Part::Kind::Text, std::move(instructions), ""});
    out.messages.push_back(std::move(message));
  }
  Value input = root["input"];
  if (!input || is_empty(input)) {
    if (conversation_elsewhere(root)) return {};
    if (!input) return missing(root, "input", kExpected);
    return wrong_value(input, "a string or at least one item");
  }
  return InputDecoder(out).input(input);
}

}  // namespace

Result<Request> decode_openai_responses(std::string body) {
  SLUICE_TRY(std::shared_ptr<const json::Doc> doc, json::Doc::parse(std::move(body)));
  Value root = doc->root();
  if (!root.is(Type::Object)) return wrong_type(root, "an object");
  Request out;
  out.protocol = chat::Protocol::OpenAiResponses;
  out.body = doc;
  SLUICE_TRY(out.model, required_text(root, "model"));
  if (out.model.empty()) return wrong_value(root["model"], "the name of a model");
  SLUICE_TRY_VOID(decode_input(root, out));
  for (Value member : root) {
    std::string key = member.key();
    if (one_of(key, {"model", "input", "instructions"})) continue;
    // Null is "not set" for the fields we know. For one we don't, the name itself goes on and is judged.
    if (member.is_null() && one_of(key, kKnown)) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  return out;
}

}  // namespace sluice::wire
