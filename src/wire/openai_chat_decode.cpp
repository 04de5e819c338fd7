// Requests of OpenAI's chat completions. Fields this file does not name go to Request::extra: judged, kept, passed
// on.
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/fields.h"
#include "wire/openai_chat.h"

namespace sluice::wire {
namespace {

using chat::Part;
using chat::Request;
using json::Type;
using json::Value;

Part::Kind kind_of(std::string_view type) {
  if (one_of(type, {"image_url", "image", "input_image"})) return Part::Kind::Image;
  if (one_of(type, {"input_audio", "audio", "audio_url"})) return Part::Kind::Audio;
  if (one_of(type, {"file", "input_file", "file_url", "document"})) return Part::Kind::File;
  return Part::Kind::Unknown;
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
    keep_unknown(out, value, known);
    return part;
  }
  part.kind = kind_of(type);
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
      keep_unknown(out, function, {"name", "arguments"});
      keep_unknown(out, value, {"id", "type", "function"});
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
  SLUICE_TRY(message.reasoning, optional_text(value, "reasoning_content"));
  SLUICE_TRY(message.tool_call_id, optional_text(value, "tool_call_id"));
  SLUICE_TRY_VOID(decode_tool_calls(value["tool_calls"], message, out));
  keep_unknown(out, value, {"role", "content", "name", "reasoning_content", "tool_call_id", "tool_calls"});
  return message;
}

Status decode_messages(Value messages, Request& out) {
  if (!messages.is(Type::Array)) {
    if (!messages)
      return fail("request.invalid", "a field is missing: expected an array of messages", "$.messages");
    return wrong_type(messages, "an array of messages");
  }
  if (messages.size() == 0) return wrong_value(messages, "at least one message");
  out.messages.reserve(messages.size());
  for (Value value : messages) {
    SLUICE_TRY(chat::Message message, decode_message(value, out));
    out.messages.push_back(std::move(message));
  }
  return {};
}

Status decode_tools(Value tools, Request& out) {
  if (!tools.is(Type::Array)) return wrong_type(tools, "an array of tools");
  for (Value value : tools) {
    if (!value.is(Type::Object)) return wrong_type(value, "a tool, which is an object");
    SLUICE_TRY(std::string type, required_text(value, "type"));
    chat::Tool tool;
    tool.raw = std::string(value.raw());
    if (type == "function") {
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
    } else {
      tool.name = value["name"].string().value_or("");
    }
    out.tools.push_back(std::move(tool));
  }
  return {};
}

// A seed is 64 bits in every client; a negative one is taken as its two's complement.
Status decode_seed(Value value, Request& out) {
  if (!value.is(Type::Number)) return wrong_type(value, "an integer");
  if (auto n = value.integer()) {
    out.sampling.seed = std::uint64_t(*n);
    return {};
  }
  std::uint64_t n = 0;
  std::string_view raw = value.raw();
  auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), n);
  if (error != std::errc() || end != raw.data() + raw.size())
    return wrong_value(value, "an integer of at most 64 bits");
  out.sampling.seed = n;
  return {};
}

Status decode_stop(Value value, Request& out) {
  constexpr const char* kExpected = "a string or an array of at most 16 strings, none of them empty";
  if (!value.is(Type::String) && !value.is(Type::Array)) return wrong_type(value, kExpected);
  if (value.size() > 16) return wrong_value(value, kExpected);
  auto add = [&](Value element) -> Status {
    SLUICE_TRY(std::string text, text_of(element));
    if (text.empty()) return wrong_value(element, kExpected);
    out.sampling.stop.push_back(std::move(text));
    return {};
  };
  if (value.is(Type::String)) return add(value);
  for (Value element : value) {
    SLUICE_TRY_VOID(add(element));
  }
  return {};
}

Status decode_thinking(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object such as {\"type\":\"enabled\"}");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  if (type == "enabled") out.thinking = true;
  if (type == "disabled") out.thinking = false;
  if (!out.thinking) keep(out, value);  // a mode we don't know, for example "adaptive"
  keep_unknown(out, value, {"type"});
  return {};
}

Status decode_stream_options(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  Value usage = value["include_usage"];
  if (usage && !usage.is_null()) {
    if (!usage.is(Type::Bool)) return wrong_type(usage, "a boolean");
    out.include_usage = *usage.boolean();
  }
  keep_unknown(out, value, {"include_usage"});
  return {};
}

Status decode_n(Value value) {
  if (!value.is(Type::Number)) return wrong_type(value, "the number 1");
  if (value.integer() == 1) return {};
  return fail("request.unsupported", "more than one answer a request is not supported", "$.n",
              "leave n out or set it to 1, and send the request as often as you need answers");
}

Status decode_switches(std::string_view key, Value value, Request& out, bool& known) {
  known = true;
  if (key == "tools") return decode_tools(value, out);
  if (key == "tool_choice") {
    if (!value.is(Type::String) && !value.is(Type::Object)) return wrong_type(value, "a string or an object");
    out.tool_choice.raw = std::string(value.raw());
  } else if (key == "response_format") {
    if (!value.is(Type::Object)) return wrong_type(value, "an object");
    out.format.raw = std::string(value.raw());
  } else if (key == "stream") {
    if (!value.is(Type::Bool)) return wrong_type(value, "a boolean");
    out.stream = *value.boolean();
  } else if (key == "stream_options") {
    return decode_stream_options(value, out);
  } else if (key == "thinking") {
    return decode_thinking(value, out);
  } else if (key == "reasoning_effort") {
    SLUICE_TRY(out.reasoning_effort, text_of(value));
  } else if (key == "user") {
    SLUICE_TRY(out.user, text_of(value));
  } else {
    known = false;
  }
  return {};
}

// One member of the body that is neither null nor `model` nor `messages`.
Status decode_field(std::string_view key, Value value, Request& out) {
  chat::Sampling& s = out.sampling;
  if (key == "temperature") return decode_number(value, 0, HUGE_VAL, "a number of at least 0", s.temperature);
  if (key == "top_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.top_p);
  if (key == "min_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.min_p);
  if (key == "top_k") {
    SLUICE_TRY_VOID(decode_integer(value, -1, "an integer of at least 0, or -1 for off", s.top_k));
    s.top_k = std::max<std::int64_t>(*s.top_k, 0);
    return {};
  }
  if (key == "max_tokens" || key == "max_completion_tokens") {
    return decode_integer(value, 1, "an integer of at least 1", s.max_tokens);
  }
  if (key == "seed") return decode_seed(value, out);
  if (key == "stop") return decode_stop(value, out);
  if (key == "n") return decode_n(value);
  bool known = false;
  SLUICE_TRY_VOID(decode_switches(key, value, out, known));
  if (!known) keep(out, value);
  return {};
}

}  // namespace

Result<Request> decode_openai_chat(std::string body) {
  SLUICE_TRY(auto doc, json::Doc::parse(std::move(body)));
  Value root = doc->root();
  if (!root.is(Type::Object)) return wrong_type(root, "an object with \"model\" and \"messages\"");
  Request out;
  out.body = doc;
  SLUICE_TRY(out.model, required_text(root, "model"));
  if (out.model.empty()) return wrong_value(root["model"], "the name of a model");
  SLUICE_TRY_VOID(decode_messages(root["messages"], out));
  for (Value member : root) {
    std::string key = member.key();
    if (key == "model" || key == "messages") continue;
    // Null is "not set" for the fields we know. For one we don't, the name itself goes on and is judged.
    static constexpr const char* kKnown[] = {"temperature", "top_p",
                                             "min_p",       "top_k",
                                             "max_tokens",  "max_completion_tokens",
                                             "seed",        "stop",
                                             "n",           "tools",
                                             "tool_choice", "response_format",
                                             "stream",      "stream_options",
                                             "thinking",    "reasoning_effort",
                                             "user"};
    if (member.is_null() && one_of(key, kKnown)) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  return out;
}

Result<Outgoing> encode_openai_chat(const Request& request, const Target& target) {
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  Value root = request.body->root();
  json::Splice splice(*request.body);
  splice.set(root, "model", json::quote(target.model));
  if (request.stream) {
    Value options = root["stream_options"];
    if (options.is(Type::Object)) {
      splice.set(options, "include_usage", "true");
    } else {
      splice.set(root, "stream_options", R"({"include_usage":true})");
    }
  }
  return Outgoing{splice.apply(), {}};
}

}  // namespace sluice::wire
