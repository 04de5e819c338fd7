// Requests of Messages for a deployment that speaks it: the client's bytes, with what the deployment obliges.
#include <algorithm>

#include "base/check.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/anthropic_messages.h"
#include "wire/pass_through.h"

namespace sluice::wire {
namespace {

using chat::Request;
using json::Type;
using json::Value;

Failure unsupported(std::string message, std::string where, std::string hint) {
  return fail("request.unsupported", std::move(message), std::move(where), std::move(hint));
}
constexpr const char* kLeave = "leave it out, or use a model that another kind of deployment serves";

bool is_our_thinking(Value block) {
  return block["type"].string() == "thinking" &&
         block["signature"].string().value_or("").starts_with(kOurSignature);
}

// The messages without thinking that we signed ourselves, which a vendor that checks signatures would refuse;
// empty if there is none. A message that held nothing else goes too: the API joins neighbouring turns of one role.
std::string without_our_thinking(Value messages) {
  bool found = false;
  std::string out = "[";
  for (Value message : messages) {
    Value content = message["content"];
    std::string blocks;
    std::size_t removed = 0;
    if (content.is(Type::Array)) {
      for (Value block : content) {
        if (is_our_thinking(block)) {
          ++removed;
        } else {
          blocks += (blocks.empty() ? "" : ",") + std::string(block.raw());
        }
      }
    }
    found |= removed > 0;
    if (removed > 0 && blocks.empty()) continue;
    if (out.size() > 1) out += ',';
    if (removed == 0) {
      out += message.raw();
      continue;
    }
    std::size_t at = content.offset() - message.offset();
    out += message.raw().substr(0, at);
    out += "[" + blocks + "]";
    out += message.raw().substr(at + content.raw().size());
  }
  return found ? out + "]" : "";
}

Status check_blocks(Value content, const Target& target) {
  if (!content.is(Type::Array)) return {};
  const auto& known = target.blocks;
  for (Value block : content) {
    std::string type = block["type"].string().value_or("");
    if (type == "image" && !target.images)
      return unsupported("this deployment does not read images", block.path(), "use a model that does");
    if (!known.empty() && std::find(known.begin(), known.end(), type) == known.end())
      return unsupported("this deployment does not read blocks of this type", block.path(), kLeave);
    if (type == "tool_result") {
      SLUICE_TRY_VOID(check_blocks(block["content"], target));
    }
  }
  return {};
}

// What the deployment would leave out in silence.
Status check(const Request& request, const Target& target, std::vector<std::string>& notes) {
  Value root = request.body->root();
  if (request.format.kind == chat::OutputFormat::Kind::JsonSchema && !target.json_schema) {
    bool older = root["output_format"] && !root["output_format"].is_null();
    return unsupported("this deployment can't be held to a JSON schema",
                       older ? "$.output_format" : "$.output_config.format", kLeave);
  }
  SLUICE_TRY_VOID(check_tool_choice(request, target));
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    if (request.tools[i].strict == true && !target.strict_tools)
      return unsupported("this deployment does not hold a tool's arguments to its schema",
                         "$.tools[" + std::to_string(i) + "].strict", "leave strict out");
  }
  if (!target.blocks.empty() || !target.images) {
    for (Value message : root["messages"]) {
      SLUICE_TRY_VOID(check_blocks(message["content"], target));
    }
  }
  SLUICE_TRY_VOID(check_ignored(request, target, notes));
  if (request.parallel_tool_calls == false && !target.parallel_switch)
    note_unhonoured(notes, "$.tool_choice.disable_parallel_tool_use");
  bool error = std::any_of(request.messages.begin(), request.messages.end(),
                           [](const chat::Message& message) { return message.is_error; });
  if (error && ignores(target, {}, "is_error")) note_unhonoured(notes, "is_error");
  return {};
}

}  // namespace

Result<bool> messages_must_stop_thinking(const Request& request, const Target& target) {
  if (!request.tool_choice.forced() || target.forced_tools_thinking || request.thinking == false) return false;
  if (request.thinking == true) {
    return unsupported("this deployment can't force a tool call while it thinks", "$.tool_choice",
                       "let tool_choice be auto, or switch thinking off");
  }
  return target.thinks_by_default && target.thinking == ThinkingSwitch::Thinking;
}

Result<Outgoing> pass_on_anthropic_messages(const Request& request, const Target& target) {
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  SLUICE_TRY(bool no_thinking, messages_must_stop_thinking(request, target));
  Value root = request.body->root();
  Outgoing out;
  if (request.operation == chat::Operation::Generate) {
    SLUICE_TRY_VOID(check(request, target, out.notes));
  }
  json::Splice splice(*request.body);
  splice.set(root, "model", json::quote(target.model));
  SLUICE_TRY(auto stop, stop_strings(request, target.max_stop, out));
  if (!out.stops.empty()) {
    json::Writer w;
    w.array();
    for (const std::string& text : stop) w.value(text);
    splice.set(root, "stop_sequences", w.end().take());
  }
  if (no_thinking) {
    splice.set(root, "thinking", R"({"type":"disabled"})");
    out.notes.push_back(kThinkingOff);
  }
  bool off = no_thinking || request.thinking == false;
  if (off && target.effort_needs_thinking && !request.reasoning_effort.empty()) {
    Value config = root["output_config"];
    if (config.size() == 1) {
      splice.remove(root, "output_config");
    } else {
      splice.remove(config, "effort");
    }
    out.notes.push_back(kEffortDropped);
  }
  const std::string name = off ? "" : effort_synonym(request.reasoning_effort, target);
  if (!name.empty()) {
    splice.replace(root["output_config"]["effort"], json::quote(name));
    out.notes.push_back("reasoning_effort " + request.reasoning_effort + " sent as " + name);
  }
  if (target.verifies_signatures) {
    std::string messages = without_our_thinking(root["messages"]);
    if (!messages.empty()) {
      splice.replace(root["messages"], std::move(messages));
      out.notes.push_back("left out thinking that another deployment signed");
    }
  }
  out.body = splice.apply();
  return out;
}

}  // namespace sluice::wire
