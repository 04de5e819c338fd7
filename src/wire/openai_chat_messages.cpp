// Messages and tools of a chat completions request, decoded.
#include "wire/openai_chat_parts.h"

namespace sluice::wire {

using chat::Part;
using chat::Request;
using json::Type;
using json::Value;

namespace {

Part::Kind kind_of(std::string_view type) {
  if (one_of(type, {"image_url", "image", "input_image"})) return Part::Kind::Image;
  if (one_of(type, {"input_audio", "audio", "audio_url"})) return Part::Kind::Audio;
  if (one_of(type, {"file", "input_file", "file_url", "document"})) return Part::Kind::File;
  return Part::Kind::Unknown;
}

// An address, or "data:image/png;base64,...". Whatever else it is stays in Part::raw only.
void decode_image_address(std::string address, Part& part) {
  if (address.starts_with("https://") || address.starts_with("http://")) {
    part.url = std::move(address);
    return;
  }
  constexpr std::string_view kData = "data:", kBase64 = ";base64,";
  std::size_t at = address.find(kBase64);
  if (!address.starts_with(kData) || at == std::string::npos) return;
  part.media_type = address.substr(kData.size(), at - kData.size());
  part.data = address.substr(at + kBase64.size());
}

void decode_image(Value value, Part& part, Request& out) {
  Value image = value["image_url"];
  if (image.is(Type::Object)) {
    decode_image_address(image["url"].string().value_or(""), part);
    part.detail = image["detail"].string().value_or("");
    keep_chat_members(out, image, {"url", "detail"});
  } else {
    decode_image_address(image.string().value_or(""), part);
    part.detail = value["detail"].string().value_or("");
  }
  keep_chat_members(out, value, {"type", "image_url", "detail"});
}

Result<Part> decode_part(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "a content part, which is an object");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  Part part;
  part.raw = std::string(value.raw());
  // A refusal is text that the assistant wrote and the model will read again.
  if (type == "text" || type == "refusal") {
    SLUICE_TRY(part.text, required_text(value, type.c_str()));
    const char* const known[] = {"type", type == "text" ? "text" : "refusal"};
    keep_chat_members(out, value, known);
    return part;
  }
  part.kind = kind_of(type);
  if (type == "image_url") decode_image(value, part, out);
  return part;
}

Status decode_content(Value content, chat::Message& message, Request& out) {
  if (content.is(Type::String)) {
    message.parts.push_back(Part{Part::Kind::Text, *content.string(), ""});
    return {};
  }
  if (!content.is(Type::Array)) return wrong_type(content, "a string or an array of content parts");
  for (Value element : content) {
    SLUICE_TRY(Part part, decode_part(element, out));
    message.parts.push_back(std::move(part));
  }
  return {};
}

Status decode_tool_calls(Value calls, chat::Message& message, Request& out) {
  if (!calls || calls.is_null()) return {};
  if (!calls.is(Type::Array)) return wrong_type(calls, "an array of tool calls");
  for (Value value : calls) {
    if (!value.is(Type::Object)) return wrong_type(value, "a tool call, which is an object");
    chat::ToolCall call;
    SLUICE_TRY(call.id, optional_text(value, "id"));
    SLUICE_TRY(std::string type, optional_text(value, "type"));
    if (!type.empty() && type != "function") {
      // A call of a kind we don't know, for example "custom": all of it is judged and passed on.
      keep_unknown(out, value, {"id"});
    } else {
      Value function = value["function"];
      if (!function.is(Type::Object)) {
        if (!function) return missing(value, "function", "an object");
        return wrong_type(function, "an object");
      }
      SLUICE_TRY(call.name, required_text(function, "name"));
      SLUICE_TRY(call.arguments, required_text(function, "arguments"));
      keep_chat_members(out, function, {"name", "arguments"});
      keep_chat_members(out, value, {"id", "type", "function"});
    }
    message.tool_calls.push_back(std::move(call));
  }
  return {};
}

Result<chat::Role> decode_role(Value message) {
  SLUICE_TRY(std::string name, required_text(message, "role"));
  for (auto role :
       {chat::Role::System, chat::Role::Developer, chat::Role::User, chat::Role::Assistant, chat::Role::Tool}) {
    if (name == chat::role_name(role)) return role;
  }
  if (name == "function") return chat::Role::Tool;  // the older name of a tool result
  return wrong_value(message["role"], "one of system, developer, user, assistant, tool");
}

// DeepSeek calls it reasoning_content; OpenRouter and newer vLLM write reasoning.
Status decode_reasoning(Value value, chat::Message& message, Request& out) {
  Value thought = value["reasoning_content"], other = value["reasoning"];
  bool have = thought && !thought.is_null();
  if (have) {
    SLUICE_TRY(message.reasoning, text_of(thought));
  } else if (other.is(Type::String)) {
    message.reasoning = *other.string();
  }
  message.has_reasoning = have || other.is(Type::String);
  if (other && (have || !other.is(Type::String))) keep_chat_member(out, other);
  return {};
}

Result<chat::Message> decode_message(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "a message, which is an object");
  chat::Message message;
  SLUICE_TRY(message.role, decode_role(value));
  Value content = value["content"];
  if (content && !content.is_null()) {
    SLUICE_TRY_VOID(decode_content(content, message, out));
  } else if (message.role != chat::Role::Assistant) {
    if (!content) return missing(value, "content", "a string or an array of content parts");
    return wrong_type(content, "a string or an array of content parts");
  }
  SLUICE_TRY(message.name, optional_text(value, "name"));
  SLUICE_TRY_VOID(decode_reasoning(value, message, out));
  SLUICE_TRY(message.tool_call_id, optional_text(value, "tool_call_id"));
  SLUICE_TRY_VOID(decode_tool_calls(value["tool_calls"], message, out));
  if (Value prefix = value["prefix"]; prefix && !prefix.is_null()) {
    SLUICE_TRY(message.prefix, boolean_of(prefix));
    if (message.prefix && message.role != chat::Role::Assistant)
      return wrong_value(prefix, "false: only an assistant's message can be continued");
  }
  keep_chat_members(
      out, value,
      {"role", "content", "name", "reasoning_content", "reasoning", "tool_call_id", "tool_calls", "prefix"});
  return message;
}

Status decode_function(Value value, chat::Tool& tool, Request& out) {
  Value function = value["function"];
  if (!function) return missing(value, "function", "an object");
  if (!function.is(Type::Object)) return wrong_type(function, "an object");
  SLUICE_TRY(tool.name, required_text(function, "name"));
  SLUICE_TRY(tool.description, optional_text(function, "description"));
  Value parameters = function["parameters"];
  if (parameters && !parameters.is_null()) {
    if (!parameters.is(Type::Object)) return wrong_type(parameters, "a JSON schema, which is an object");
    tool.parameters = std::string(parameters.raw());
  }
  if (Value strict = function["strict"]; strict && !strict.is_null()) {
    SLUICE_TRY(tool.strict, boolean_of(strict));
  }
  keep_chat_members(out, function, {"name", "description", "parameters", "strict"});
  keep_chat_members(out, value, {"type", "function"});
  return {};
}

}  // namespace

void keep_chat_member(Request& out, Value member) {
  bool hint = member.is_null() || one_of(member.key(), {"cache_control", "annotations", "index"});
  keep(out, member, hint);
}

Status decode_chat_messages(Value messages, Request& out) {
  if (!messages.is(Type::Array)) {
    if (!messages)
      return fail("request.invalid", "a field is missing: expected an array of messages", "$.messages");
    return wrong_type(messages, "an array of messages");
  }
  if (messages.size() == 0) return wrong_value(messages, "at least one message");
  out.messages.reserve(messages.size());
  for (Value value : messages) {
    if (!out.messages.empty() && out.messages.back().prefix)
      return fail("request.invalid", "only the last message can be continued: expected no message after it",
                  "$.messages[" + std::to_string(out.messages.size() - 1) + "].prefix");
    SLUICE_TRY(chat::Message message, decode_message(value, out));
    out.messages.push_back(std::move(message));
  }
  return {};
}

Status decode_chat_tools(Value tools, Request& out) {
  if (!tools.is(Type::Array)) return wrong_type(tools, "an array of tools");
  for (Value value : tools) {
    if (!value.is(Type::Object)) return wrong_type(value, "a tool, which is an object");
    SLUICE_TRY(std::string type, required_text(value, "type"));
    chat::Tool tool;
    tool.raw = std::string(value.raw());
    if (type == "function") {
      SLUICE_TRY_VOID(decode_function(value, tool, out));
    } else {
      tool.kind = chat::Tool::Kind::Other;
      tool.name = value["name"].string().value_or("");
    }
    out.tools.push_back(std::move(tool));
  }
  return {};
}

Status decode_chat_tool_choice(Value value, Request& out) {
  using Mode = chat::ToolChoice::Mode;
  if (!value.is(Type::String) && !value.is(Type::Object)) return wrong_type(value, "a string or an object");
  chat::ToolChoice& choice = out.tool_choice;
  choice.raw = std::string(value.raw());
  choice.mode = Mode::Other;
  if (auto word = value.string()) {
    if (*word == "auto") choice.mode = Mode::Auto;
    if (*word == "none") choice.mode = Mode::None;
    if (*word == "required") choice.mode = Mode::Required;
    return {};
  }
  if (value["type"].string() != "function") return {};
  Value function = value["function"];
  auto name = function.is(Type::Object) ? function["name"].string() : value["name"].string();
  if (!name) return {};
  choice.mode = Mode::Named;
  choice.name = *name;
  return {};
}

Status decode_chat_format(Value value, Request& out) {
  using Kind = chat::OutputFormat::Kind;
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  chat::OutputFormat& format = out.format;
  format.raw = std::string(value.raw());
  format.kind = Kind::Other;
  std::string type = value["type"].string().value_or("");
  if (type == "text" && value.size() == 1) format.kind = Kind::Text;
  if (type == "json_object" && value.size() == 1) format.kind = Kind::JsonObject;
  if (type != "json_schema") return {};
  Value schema = value["json_schema"];
  if (!schema) return missing(value, "json_schema", "an object with \"name\" and \"schema\"");
  if (!schema.is(Type::Object)) return wrong_type(schema, "an object with \"name\" and \"schema\"");
  SLUICE_TRY(format.name, optional_text(schema, "name"));
  SLUICE_TRY(format.description, optional_text(schema, "description"));
  if (Value strict = schema["strict"]; strict && !strict.is_null()) {
    SLUICE_TRY(format.strict, boolean_of(strict));
  }
  bool known = value.size() == 2;
  for (Value member : schema) known = known && one_of(member.key(), {"name", "description", "strict", "schema"});
  if (schema["schema"].is(Type::Object)) format.schema = std::string(schema["schema"].raw());
  if (known && !format.schema.empty()) format.kind = Kind::JsonSchema;
  return {};
}

}  // namespace sluice::wire
