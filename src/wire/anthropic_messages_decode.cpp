// Requests of Anthropic's Messages. Fields this file does not name go to Request::extra: judged, kept, passed on.
#include <algorithm>

#include "json/writer.h"
#include "wire/anthropic_messages.h"
#include "wire/fields.h"

namespace sluice::wire {
namespace {

using chat::Message;
using chat::Part;
using chat::Request;
using json::Type;
using json::Value;

// Members that change nothing in what the model answers: cache marks, billing, where and how fast it is computed,
// who called a tool (a plain call says "direct"), how much of the thinking is shown.
constexpr const char* kHints[] = {"cache_control", "service_tier",   "inference_geo",        "speed",
                                  "betas",         "anthropic_beta", "diagnostics",          "user_profile_id",
                                  "workspace_id",  "display",        "eager_input_streaming"};

// Citations ask for something in a document and are content in a text, unless there are none.
bool is_hint(Value member) {
  if (member.is_null()) return true;
  if (member.key() == "citations") return member.is(Type::Array) && member.size() == 0;
  if (member.key() == "caller") return member["type"].string() == "direct";
  return one_of(member.key(), kHints);
}

void keep_member(Request& out, Value member) {
  keep(out, member);
  out.extra.back().hint = is_hint(member);
}

template <std::size_t N>
void keep_others(Request& out, Value object, const char* const (&known)[N]) {
  for (Value member : object) {
    if (!one_of(member.key(), known)) keep_member(out, member);
  }
}

bool set(Value value) { return value && !value.is_null(); }

Part::Kind kind_of(std::string_view type) {
  if (type == "image") return Part::Kind::Image;
  if (one_of(type, {"document", "container_upload", "file"})) return Part::Kind::File;
  return Part::Kind::Unknown;
}

// A block that is neither a call, a result nor a thought.
Result<Part> decode_part(Value block, const std::string& type, Request& out) {
  Part part;
  part.raw = std::string(block.raw());
  if (type == "text") {
    SLUICE_TRY(part.text, required_text(block, "text"));
    keep_others(out, block, {"type", "text"});
    return part;
  }
  part.kind = kind_of(type);
  if (part.kind != Part::Kind::Image) return part;  // whole in `raw`, and judged there
  Value source = block["source"];
  if (!source) return missing(block, "source", "an object such as {\"type\":\"base64\"}");
  if (!source.is(Type::Object)) return wrong_type(source, "an object");
  SLUICE_TRY(std::string kind, required_text(source, "type"));
  if (kind == "base64") {
    SLUICE_TRY(part.media_type, required_text(source, "media_type"));
    SLUICE_TRY(part.data, required_text(source, "data"));
  } else if (kind == "url") {
    SLUICE_TRY(part.url, required_text(source, "url"));
  }
  keep_others(out, block, {"type", "source"});
  return part;
}

Status decode_tool_use(Value block, Message& message, Request& out) {
  chat::ToolCall call;
  SLUICE_TRY(call.id, required_text(block, "id"));
  SLUICE_TRY(call.name, required_text(block, "name"));
  Value input = block["input"];
  if (!input) return missing(block, "input", "an object");
  if (!input.is(Type::Object)) return wrong_type(input, "an object");
  call.arguments = std::string(input.raw());
  message.tool_calls.push_back(std::move(call));
  keep_others(out, block, {"type", "id", "name", "input"});
  return {};
}

Status decode_thinking(Value block, Message& message, Request& out) {
  SLUICE_TRY(std::string thought, required_text(block, "thinking"));
  message.reasoning += thought;
  message.has_reasoning = true;
  if (set(block["signature"])) {
    SLUICE_TRY(std::string signature, text_of(block["signature"]));
    // The vocabulary has room for the last one; an earlier one is judged as a field that may be left out.
    if (!message.signature.empty()) {
      out.extra.push_back({block["signature"].path(), json::quote(message.signature), "signature", true});
    }
    message.signature = std::move(signature);
  }
  keep_others(out, block, {"type", "thinking", "signature"});
  return {};
}

Status decode_tool_result(Value block, Request& out) {
  Message message;
  message.role = chat::Role::Tool;
  SLUICE_TRY(message.tool_call_id, required_text(block, "tool_use_id"));
  Value content = block["content"];
  if (content.is(Type::String)) {
    message.parts.push_back(Part{Part::Kind::Text, *content.string(), ""});
  } else if (content.is(Type::Array)) {
    for (Value inner : content) {
      if (!inner.is(Type::Object)) return wrong_type(inner, "a content block, which is an object");
      SLUICE_TRY(std::string type, required_text(inner, "type"));
      SLUICE_TRY(Part part, decode_part(inner, type, out));
      message.parts.push_back(std::move(part));
    }
  } else if (set(content)) {
    return wrong_type(content, "a string or an array of content blocks");
  }
  if (set(block["is_error"])) {
    SLUICE_TRY(message.is_error, boolean_of(block["is_error"]));
  }
  keep_others(out, block, {"type", "tool_use_id", "content", "is_error"});
  out.messages.push_back(std::move(message));
  return {};
}

Status decode_block(Value block, Message& message, Request& out) {
  if (!block.is(Type::Object)) return wrong_type(block, "a content block, which is an object");
  SLUICE_TRY(std::string type, required_text(block, "type"));
  bool assistant = message.role == chat::Role::Assistant;
  if (type == "tool_use" || type == "thinking") {
    if (!assistant) return wrong_value(block["type"], "a block of this type in an assistant message only");
    return type == "thinking" ? decode_thinking(block, message, out) : decode_tool_use(block, message, out);
  }
  if (type == "tool_result") {
    if (message.role != chat::Role::User)
      return wrong_value(block["type"], "a block of this type in a user message only");
    return decode_tool_result(block, out);
  }
  if (message.role == chat::Role::System && type != "text") {
    return wrong_value(block["type"], "text: a system message holds nothing else");
  }
  SLUICE_TRY(Part part, decode_part(block, type, out));
  message.parts.push_back(std::move(part));
  return {};
}

// A string or blocks, into `message`; tool results go before it, as messages of their own.
Status decode_content(Value content, Message& message, Request& out) {
  if (content.is(Type::String)) {
    message.parts.push_back(Part{Part::Kind::Text, *content.string(), ""});
    return {};
  }
  if (!content.is(Type::Array)) return wrong_type(content, "a string or an array of content blocks");
  for (Value block : content) {
    SLUICE_TRY_VOID(decode_block(block, message, out));
  }
  return {};
}

Status decode_system(Value system, Request& out) {
  if (!set(system)) return {};
  Message message;
  message.role = chat::Role::System;
  SLUICE_TRY_VOID(decode_content(system, message, out));
  if (!message.parts.empty()) out.messages.push_back(std::move(message));
  return {};
}

Status decode_message(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "a message, which is an object");
  SLUICE_TRY(std::string role, required_text(value, "role"));
  Message message;
  if (role == "assistant") {
    message.role = chat::Role::Assistant;
  } else if (role == "system") {
    message.role = chat::Role::System;
  } else if (role != "user") {
    return wrong_value(value["role"], "one of user, assistant, system");
  }
  Value content = value["content"];
  if (!content) return missing(value, "content", "a string or an array of content blocks");
  bool empty = content.is(Type::String) ? content.string()->empty() : content.size() == 0;
  std::size_t before = out.messages.size();
  SLUICE_TRY_VOID(decode_content(content, message, out));
  if (empty && message.role == chat::Role::User) return wrong_value(content, "content that is not empty");
  keep_others(out, value, {"role", "content"});
  // A turn that only brings results of tools has been told.
  if (message.parts.empty() && out.messages.size() > before) return {};
  out.messages.push_back(std::move(message));
  return {};
}

Status decode_messages(Value root, Request& out) {
  Value messages = root["messages"];
  if (!messages) return missing(root, "messages", "an array of messages");
  if (!messages.is(Type::Array)) return wrong_type(messages, "an array of messages");
  if (messages.size() == 0) return wrong_value(messages, "at least one message");
  for (Value value : messages) {
    SLUICE_TRY_VOID(decode_message(value, out));
  }
  Message& last = out.messages.back();
  last.prefix = last.role == chat::Role::Assistant && last.tool_calls.empty() && !last.text().empty();
  return {};
}

Status decode_tool(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "a tool, which is an object");
  SLUICE_TRY(std::string type, optional_text(value, "type"));
  chat::Tool tool;
  tool.raw = std::string(value.raw());
  if (!type.empty() && type != "custom") {
    // Runs at the vendor's (web_search_20250305) or is known to the model by its type (bash_20250124).
    tool.kind = chat::Tool::Kind::Other;
    SLUICE_TRY(tool.name, optional_text(value, "name"));
    out.tools.push_back(std::move(tool));
    return {};
  }
  SLUICE_TRY(tool.name, required_text(value, "name"));
  SLUICE_TRY(tool.description, optional_text(value, "description"));
  Value schema = value["input_schema"];
  if (!schema) return missing(value, "input_schema", "a JSON schema, which is an object");
  if (!schema.is(Type::Object)) return wrong_type(schema, "a JSON schema, which is an object");
  tool.parameters = std::string(schema.raw());
  if (set(value["strict"])) {
    SLUICE_TRY(tool.strict, boolean_of(value["strict"]));
  }
  keep_others(out, value, {"type", "name", "description", "input_schema", "strict"});
  out.tools.push_back(std::move(tool));
  return {};
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
  if (!value.is(Type::Object)) return wrong_type(value, "an object such as {\"type\":\"auto\"}");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  chat::ToolChoice& choice = out.tool_choice;
  choice.raw = std::string(value.raw());
  choice.mode = type == "auto"   ? Mode::Auto
                : type == "any"  ? Mode::Required
                : type == "none" ? Mode::None
                : type == "tool" ? Mode::Named
                                 : Mode::Other;
  if (choice.mode == Mode::Named) {
    SLUICE_TRY(choice.name, required_text(value, "name"));
  }
  if (set(value["disable_parallel_tool_use"])) {
    SLUICE_TRY(bool off, boolean_of(value["disable_parallel_tool_use"]));
    out.parallel_tool_calls = !off;
  }
  keep_others(out, value, {"type", "name", "disable_parallel_tool_use"});
  return {};
}

Status decode_thinking_switch(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object such as {\"type\":\"enabled\"}");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  if (type == "enabled") out.thinking = true;
  if (type == "disabled") out.thinking = false;
  if (!out.thinking) {
    // "adaptive" leaves it to the model, which is what no word about it means elsewhere.
    keep(out, value);
    out.extra.back().hint = type == "adaptive";
    return {};
  }
  if (Value budget = value["budget_tokens"]; set(budget)) {
    SLUICE_TRY_VOID(decode_integer(budget, 1, "an integer of at least 1", out.thinking_budget));
  }
  keep_others(out, value, {"type", "budget_tokens"});
  return {};
}

Status decode_format(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object such as {\"type\":\"json_schema\"}");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  if (!out.format.raw.empty()) return wrong_value(value, "one of output_config.format and output_format");
  out.format.raw = std::string(value.raw());
  if (type != "json_schema") {
    out.format.kind = chat::OutputFormat::Kind::Other;
    return {};
  }
  Value schema = value["schema"];
  if (!schema) return missing(value, "schema", "a JSON schema, which is an object");
  if (!schema.is(Type::Object)) return wrong_type(schema, "a JSON schema, which is an object");
  out.format.kind = chat::OutputFormat::Kind::JsonSchema;
  out.format.schema = std::string(schema.raw());
  keep_others(out, value, {"type", "schema"});
  return {};
}

Status decode_output_config(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  SLUICE_TRY(out.reasoning_effort, optional_text(value, "effort"));
  if (set(value["format"])) {
    SLUICE_TRY_VOID(decode_format(value["format"], out));
  }
  keep_others(out, value, {"effort", "format"});
  return {};
}

// Everything but the end user's id is the client's own bookkeeping.
Status decode_metadata(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  SLUICE_TRY(out.user, optional_text(value, "user_id"));
  for (Value member : value) {
    if (member.key() == "user_id") continue;
    keep(out, member);
    out.extra.back().hint = true;
  }
  return {};
}

Status decode_stop(Value value, Request& out) {
  if (!value.is(Type::Array)) return wrong_type(value, "an array of strings");
  if (value.size() > 16) return wrong_value(value, "at most 16 strings");
  for (Value element : value) {
    SLUICE_TRY(std::string text, text_of(element));
    if (text.empty()) return wrong_value(element, "a string that is not empty");
    out.sampling.stop.push_back(std::move(text));
  }
  return {};
}

// It edits the history the model reads, unless all it says is to edit nothing.
bool edits_nothing(Value management) {
  for (Value member : management) {
    if (member.key() != "edits" || !member.is(Type::Array)) return false;
    for (Value edit : member) {
      if (!edit["type"].string().value_or("").starts_with("clear_thinking_")) return false;
      if (edit["keep"].string() != "all") return false;
    }
  }
  return management.is(Type::Object);
}

// One member of the body that is neither null nor `model`, `messages` or `system`.
Status decode_field(std::string_view key, Value value, Request& out) {
  chat::Sampling& s = out.sampling;
  // Anthropic takes up to 1, DeepSeek's Anthropic side up to 2; a deployment that takes less says so itself.
  if (key == "temperature") return decode_number(value, 0, 2, "a number from 0 to 2", s.temperature);
  if (key == "top_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.top_p);
  if (key == "top_k") return decode_integer(value, 0, "an integer of at least 0", s.top_k);
  if (key == "max_tokens") return decode_integer(value, 1, "an integer of at least 1", s.max_tokens);
  if (key == "stop_sequences") return decode_stop(value, out);
  if (key == "tools") return decode_tools(value, out);
  if (key == "tool_choice") return decode_tool_choice(value, out);
  if (key == "thinking") return decode_thinking_switch(value, out);
  if (key == "output_config") return decode_output_config(value, out);
  if (key == "output_format") return decode_format(value, out);
  if (key == "metadata") return decode_metadata(value, out);
  if (key == "stream") {
    SLUICE_TRY(out.stream, boolean_of(value));
    return {};
  }
  if (key == "thread") {
    return fail("request.thread_unsupported", "conversations are not kept here as threads", value.path(),
                "send the whole conversation, without thread");
  }
  keep_member(out, value);
  if (key == "context_management") out.extra.back().hint = edits_nothing(value);
  return {};
}

}  // namespace

Result<Request> decode_anthropic_messages(chat::Operation operation, std::string body) {
  SLUICE_TRY(std::shared_ptr<const json::Doc> doc, json::Doc::parse(std::move(body)));
  Value root = doc->root();
  if (!root.is(Type::Object)) return wrong_type(root, "an object");
  Request out;
  out.protocol = chat::Protocol::AnthropicMessages;
  out.operation = operation;
  out.body = doc;
  SLUICE_TRY(out.model, required_text(root, "model"));
  if (out.model.empty()) return wrong_value(root["model"], "the name of a model");
  SLUICE_TRY_VOID(decode_system(root["system"], out));
  SLUICE_TRY_VOID(decode_messages(root, out));
  for (Value member : root) {
    std::string key = member.key();
    if (one_of(key, {"model", "messages", "system"})) continue;
    constexpr const char* kKnown[] = {
        "temperature", "top_p",         "top_k",         "max_tokens", "tools",  "stop_sequences", "thinking",
        "tool_choice", "output_config", "output_format", "metadata",   "stream", "thread"};
    if (member.is_null() && one_of(key, kKnown)) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  bool generates = operation == chat::Operation::Generate;
  if (generates && !out.sampling.max_tokens) return missing(root, "max_tokens", "an integer of at least 1");
  if (!generates) out.stream = false;
  return out;
}

}  // namespace sluice::wire
