// Requests of OpenAI's chat completions. Fields this file does not name go to Request::extra: judged, kept, passed
// on. Messages and tools stand in openai_chat_messages.cpp.
#include <charconv>
#include <cmath>

#include "wire/openai_chat_parts.h"

namespace sluice::wire {
namespace {

using chat::Request;
using json::Type;
using json::Value;

// Several fields switch thinking; they must not contradict each other.
Status switch_thinking(Value value, bool on, Request& out) {
  if (out.thinking && *out.thinking != on)
    return wrong_value(value, on ? "no switch that turns thinking on, because another field turns it off"
                                 : "no switch that turns thinking off, because another field turns it on");
  out.thinking = on;
  return {};
}

Status decode_thinking(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object such as {\"type\":\"enabled\"}");
  SLUICE_TRY(std::string type, required_text(value, "type"));
  if (type != "enabled" && type != "disabled") {
    keep(out, value);  // a mode we don't know, for example "adaptive"
    keep_unknown(out, value, {"type"});
    return {};
  }
  SLUICE_TRY_VOID(switch_thinking(value, type == "enabled", out));
  if (Value budget = value["budget_tokens"]; budget && !budget.is_null()) {
    SLUICE_TRY_VOID(decode_integer(budget, 1, "an integer of at least 1", out.thinking_budget));
  }
  keep_unknown(out, value, {"type", "budget_tokens"});
  return {};
}

// The switch of vLLM, SGLang and llama.cpp; what else it holds is kept.
Status decode_template_switch(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  for (Value member : value) {
    if (one_of(member.key(), {"thinking", "enable_thinking"}) && member.is(Type::Bool)) {
      SLUICE_TRY_VOID(switch_thinking(member, *member.boolean(), out));
    } else {
      keep(out, member);
    }
  }
  return {};
}

Status decode_effort(Value value, Request& out) {
  SLUICE_TRY(out.reasoning_effort, text_of(value));
  if (out.reasoning_effort == "none") return switch_thinking(value, false, out);
  return {};
}

// Two names of the end user: both are judged.
Status decode_user(Value value, Request& out) {
  SLUICE_TRY(std::string user, text_of(value));
  if (!out.user.empty() && out.user != user) {
    keep(out, value);
  } else {
    out.user = std::move(user);
  }
  return {};
}

Status decode_stream_options(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  Value usage = value["include_usage"];
  if (usage && !usage.is_null()) {
    if (!usage.is(Type::Bool)) return wrong_type(usage, "a boolean");
    out.include_usage = *usage.boolean();
  }
  for (Value member : value) {
    if (member.key() != "include_usage") keep(out, member, member.key() == "include_obfuscation");
  }
  return {};
}

Status decode_n(Value value, Request& out) {
  constexpr const char* kExpected = "an integer from 1 to 128";
  std::optional<std::int64_t> n;
  SLUICE_TRY_VOID(decode_integer(value, 1, kExpected, n));
  if (*n > 128) return wrong_value(value, kExpected);
  out.sampling.n = *n;
  return {};
}

Status decode_top_logprobs(Value value, Request& out) {
  constexpr const char* kExpected = "an integer from 0 to 20";
  SLUICE_TRY_VOID(decode_integer(value, 0, kExpected, out.sampling.top_logprobs));
  if (*out.sampling.top_logprobs > 20) return wrong_value(value, kExpected);
  return {};
}

// An older name of tool_choice; it goes with `functions`, which only the same protocol has.
Status decode_function_call(Value value, Request& out) {
  using Mode = chat::ToolChoice::Mode;
  keep(out, value);
  if (out.tool_choice.mode != Mode::Unset) return {};
  if (value.string() == "auto") out.tool_choice.mode = Mode::Auto;
  if (value.string() == "none") out.tool_choice.mode = Mode::None;
  if (auto name = value["name"].string()) {
    out.tool_choice.mode = Mode::Named;
    out.tool_choice.name = *name;
  }
  return {};
}

Status decode_object(Value value, std::string& raw) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  raw = std::string(value.raw());
  return {};
}

// Billing, storage that is off, and other fields that ask nothing of the answer.
bool is_hint(std::string_view key, Value value) {
  if (key == "store") return value.boolean() == false;
  return value.is_null() || one_of(key, {"metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention",
                                         "safety_identifier", "cache_control"});
}

Status decode_switches(std::string_view key, Value value, Request& out, bool& known) {
  known = true;
  if (key == "tools") return decode_chat_tools(value, out);
  if (key == "tool_choice") return decode_chat_tool_choice(value, out);
  if (key == "function_call") return decode_function_call(value, out);
  if (key == "response_format") return decode_chat_format(value, out);
  if (key == "stream_options") return decode_stream_options(value, out);
  if (key == "thinking") return decode_thinking(value, out);
  if (key == "chat_template_kwargs") return decode_template_switch(value, out);
  if (key == "reasoning_effort") return decode_effort(value, out);
  if (key == "user" || key == "user_id") return decode_user(value, out);
  if (key == "logit_bias") return decode_object(value, out.sampling.logit_bias);
  if (key == "stream") {
    SLUICE_TRY(out.stream, boolean_of(value));
  } else if (key == "logprobs") {
    SLUICE_TRY(out.sampling.logprobs, boolean_of(value));
  } else if (key == "parallel_tool_calls") {
    SLUICE_TRY(out.parallel_tool_calls, boolean_of(value));
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
  if (key == "n") return decode_n(value, out);
  if (key == "top_logprobs") return decode_top_logprobs(value, out);
  if (key == "frequency_penalty") return decode_number(value, -2, 2, "a number from -2 to 2", s.frequency_penalty);
  if (key == "presence_penalty") return decode_number(value, -2, 2, "a number from -2 to 2", s.presence_penalty);
  bool known = false;
  SLUICE_TRY_VOID(decode_switches(key, value, out, known));
  if (!known) keep(out, value, is_hint(key, value));
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
  SLUICE_TRY_VOID(decode_chat_messages(root["messages"], out));
  for (Value member : root) {
    std::string key = member.key();
    if (key == "model" || key == "messages") continue;
    // Null is "not set" for the fields we know. For one we don't, the name itself goes on and is judged.
    static constexpr const char* kKnown[] = {"temperature",
                                             "top_p",
                                             "min_p",
                                             "top_k",
                                             "max_tokens",
                                             "seed",
                                             "stop",
                                             "n",
                                             "tools",
                                             "max_completion_tokens",
                                             "tool_choice",
                                             "response_format",
                                             "stream",
                                             "stream_options",
                                             "thinking",
                                             "reasoning_effort",
                                             "user",
                                             "user_id",
                                             "logprobs",
                                             "top_logprobs",
                                             "frequency_penalty",
                                             "logit_bias",
                                             "presence_penalty",
                                             "parallel_tool_calls",
                                             "chat_template_kwargs",
                                             "function_call"};
    if (member.is_null() && one_of(key, kKnown)) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  return out;
}

}  // namespace sluice::wire
