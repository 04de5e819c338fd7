// Chat completions requests for a deployment: from the same protocol the client's bytes with exact edits, from
// another one a translation (openai_chat_translate.cpp).
#include <algorithm>
#include <map>

#include "base/check.h"
#include "json/splice.h"
#include "wire/openai_chat_parts.h"
#include "wire/pass_through.h"

namespace sluice::wire {

using chat::Request;
using json::Type;
using json::Value;

namespace {

Failure unsupported(std::string message, std::string where, std::string hint = {}) {
  return fail("request.unsupported", std::move(message), std::move(where),
              hint.empty() ? "leave it out, or use a model behind another deployment" : std::move(hint));
}

// The nearest name a target may have for an effort, best first. Sources: DeepSeek's table of synonyms (minimal is
// low, medium and xhigh are high, ultra is max); the others go to the next stronger name, then to a weaker one.
const std::map<std::string, std::vector<std::string>, std::less<>>& effort_names() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> names = {
      {"minimal", {"low", "medium", "high"}},
      {"low", {"minimal", "medium", "high"}},
      {"medium", {"high", "low"}},
      {"high", {"max", "xhigh", "medium"}},
      {"xhigh", {"high", "max", "medium"}},
      {"max", {"xhigh", "high", "medium"}},
      {"ultra", {"max", "xhigh", "high", "medium"}}};
  return names;
}

Result<std::string> effort_for(const std::string& wanted, const Target& target) {
  if (target.efforts.empty())
    return unsupported("this deployment has no levels of reasoning effort", "$.reasoning_effort");
  auto has = [&](const std::string& name) {
    return std::find(target.efforts.begin(), target.efforts.end(), name) != target.efforts.end();
  };
  if (has(wanted)) return wanted;
  auto known = effort_names().find(wanted);
  if (known != effort_names().end()) {
    for (const std::string& name : known->second)
      if (has(name)) return name;
  }
  return unsupported("this deployment does not know this reasoning effort", "$.reasoning_effort",
                     "use one of minimal, low, medium, high, xhigh, max, ultra");
}

}  // namespace

std::string effort_synonym(const std::string& effort, const Target& target) {
  if (!target.effort_synonyms || effort.empty() || effort == "none") return {};
  auto name = effort_for(effort, target);
  return name && *name != effort ? *name : "";
}

Result<ThinkingPlan> plan_thinking(const Request& request, const Target& target) {
  ThinkingPlan plan;
  plan.write = request.thinking;
  bool effort = !request.reasoning_effort.empty() && request.reasoning_effort != "none";
  // There the switch decides alone, and an effort by itself would do nothing.
  if (effort && !plan.write && target.thinking == ThinkingSwitch::ChatTemplate && !target.thinks_by_default) {
    plan.write = true;
    plan.notes.push_back("thinking on: reasoning_effort is set");
  }
  bool thinks = plan.write.value_or(target.thinks_by_default);
  if (request.tool_choice.forced() && !target.forced_tools_thinking && thinks) {
    if (request.thinking == true || target.thinking == ThinkingSwitch::None)
      return unsupported("this deployment can't be made to call a tool while it thinks", "$.tool_choice",
                         "turn thinking off, or let the model choose (auto)");
    plan.write = false;
    plan.notes.push_back(kThinkingOff);
  }
  if (target.thinking == ThinkingSwitch::None && plan.write) {
    if (*plan.write != target.thinks_by_default)
      return unsupported("this deployment can't be told whether to think", "$.thinking");
    plan.write.reset();
  }
  // DeepSeek answers 400 to an effort while thinking is off.
  if (effort && plan.write == false) plan.notes.push_back(kEffortDropped);
  if (effort && plan.write != false) {
    SLUICE_TRY(plan.effort, effort_for(request.reasoning_effort, target));
    if (plan.effort != request.reasoning_effort)
      plan.notes.push_back("reasoning_effort " + request.reasoning_effort + " sent as " + plan.effort);
  }
  return plan;
}

Status check_chat_target(const Request& request, const Target& target, std::vector<std::string>& notes) {
  using Kind = chat::OutputFormat::Kind;
  const chat::Sampling& s = request.sampling;
  if (request.format.kind == Kind::JsonObject && !target.json_object)
    return unsupported("this deployment has no JSON mode", "$.response_format");
  if (request.format.kind == Kind::JsonSchema && !target.json_schema)
    return unsupported("this deployment takes no JSON schema for its answer", "$.response_format");
  if ((s.logprobs || s.top_logprobs) && !target.logprobs)
    return unsupported("this deployment does not tell log-probabilities", "$.logprobs");
  if (!s.logit_bias.empty() && s.logit_bias != "{}" && !target.logit_bias)
    return unsupported("this deployment does not bias tokens", "$.logit_bias");
  SLUICE_TRY_VOID(check_tool_choice(request, target));
  for (std::size_t i = 0; i < request.tools.size(); ++i)
    if (request.tools[i].strict == true && !target.strict_tools)
      return unsupported("this deployment does not hold tool arguments to their schema",
                         "$.tools[" + std::to_string(i) + "].function.strict");
  if (s.seed && !target.seed) note_unhonoured(notes, "$.seed");
  if (s.frequency_penalty.value_or(0) != 0 && !target.penalties) note_unhonoured(notes, "$.frequency_penalty");
  if (s.presence_penalty.value_or(0) != 0 && !target.penalties) note_unhonoured(notes, "$.presence_penalty");
  if (request.parallel_tool_calls == false && !target.parallel_switch)
    note_unhonoured(notes, "$.parallel_tool_calls");
  return {};
}

namespace {

// Edits of the client's own bytes, each because the target obliges.
class Editor {
 public:
  Editor(const Request& request, const Target& target)
      : request_(request), target_(target), root_(request.body->root()), splice_(*request.body) {}

  Result<Outgoing> edit() {
    SLUICE_TRY_VOID(check_chat_target(request_, target_, out_.notes));
    SLUICE_TRY_VOID(check_ignored(request_, target_, out_.notes));
    splice_.set(root_, "model", json::quote(target_.model));
    ask_for_usage();
    SLUICE_TRY_VOID(messages());
    SLUICE_TRY_VOID(thinking());
    max_tokens();
    user();
    SLUICE_TRY_VOID(stop());
    // Several answers are several calls.
    if (request_.sampling.n > 1) splice_.remove(root_, "n");
    // DeepSeek's own client sends what it has installed and, if told to, whole sessions to whatever address it is
    // configured with.
    for (const char* name : {"dsh_plugin_packages", "dsh_session_log"}) {
      if (!root_[name]) continue;
      splice_.remove(root_, name);
      out_.notes.push_back(std::string("dropped $.") + name);
    }
    out_.body = splice_.apply();
    return std::move(out_);
  }

 private:
  void ask_for_usage() {
    if (!request_.stream) return;
    Value options = root_["stream_options"];
    if (options.is(Type::Object)) {
      splice_.set(options, "include_usage", "true");
    } else {
      splice_.set(root_, "stream_options", R"({"include_usage":true})");
    }
  }

  Status messages() {
    std::size_t i = 0;
    for (Value value : root_["messages"]) {
      const chat::Message& message = request_.messages[i];
      std::string path = "$.messages[" + std::to_string(i++) + "]";
      if (message.role == chat::Role::Developer && !target_.developer_role)
        splice_.replace(value["role"], "\"system\"");
      if (message.prefix && !target_.prefix)
        return unsupported("this deployment can't continue a message", path + ".prefix");
      bool renamed = message.has_reasoning && !value["reasoning_content"].is(Type::String);
      if (renamed && target_.needs_reasoning) {
        splice_.remove(value, "reasoning");
        splice_.set(value, "reasoning_content", std::string(value["reasoning"].raw()));
      }
      for (std::size_t j = 0; j < message.parts.size() && !target_.images; ++j)
        if (message.parts[j].kind == chat::Part::Kind::Image)
          return unsupported("this deployment takes no images", path + ".content[" + std::to_string(j) + "]");
      bool parts = value["content"].is(Type::Array);
      if (parts && message.role == chat::Role::Tool && !target_.tool_parts) {
        SLUICE_TRY_VOID(join_result(value["content"], message, path + ".content"));
      }
    }
    return {};
  }

  // The texts of a tool's result as one string: paragraphs, as where another protocol's are translated.
  Status join_result(Value content, const chat::Message& message, const std::string& path) {
    std::string text;
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
      const chat::Part& part = message.parts[i];
      if (part.kind != chat::Part::Kind::Text)
        return unsupported("this deployment takes only text as the result of a tool",
                           path + "[" + std::to_string(i) + "]");
      if (i > 0) text += "\n\n";
      text += part.text;
    }
    for (const chat::ExtraField& field : request_.extra) {
      if (!field.path.starts_with(path + "[")) continue;
      if (!field.hint) return unsupported("this deployment takes only text as the result of a tool", field.path);
      // What the target would ignore anyway has its note already.
      if (!ignores(target_, field.path, field.name)) out_.notes.push_back("dropped " + field.path);
    }
    splice_.replace(content, json::quote(text));
    return {};
  }

  Status thinking() {
    SLUICE_TRY(ThinkingPlan plan, plan_thinking(request_, target_));
    for (std::string& note : plan.notes) out_.notes.push_back(std::move(note));
    bool own = target_.thinking == ThinkingSwitch::Thinking;
    Value thinking = root_["thinking"];
    std::string type = plan.write == true ? "enabled" : "disabled";
    if (own && plan.write && thinking["type"].string() != type)
      splice_.set(root_, "thinking", "{\"type\":" + json::quote(type) + "}");
    // A switch that this server does not read goes; a mode that we do not know stays.
    bool readable = one_of(thinking["type"].string().value_or(""), {"enabled", "disabled"});
    if (!own && thinking && readable) {
      splice_.remove(root_, "thinking");
      if (request_.thinking_budget && plan.write != false)
        out_.notes.push_back("dropped $.thinking.budget_tokens");
    }
    template_switch(plan.write);
    bool in_effort = target_.thinking == ThinkingSwitch::Effort;
    std::string effort = plan.effort;
    if (in_effort && plan.write == false) effort = "none";
    if (in_effort && plan.write == true && effort.empty() && !target_.thinks_by_default &&
        !target_.efforts.empty())
      effort = target_.efforts.back();
    Value said = root_["reasoning_effort"];
    if (!effort.empty() && said.string() != effort) splice_.set(root_, "reasoning_effort", json::quote(effort));
    if (effort.empty() && said && (request_.reasoning_effort == "none" || plan.write == false))
      splice_.remove(root_, "reasoning_effort");
    return {};
  }

  void template_switch(std::optional<bool> on) {
    Value arguments = root_["chat_template_kwargs"];
    bool object = arguments.is(Type::Object);
    if (target_.thinking != ThinkingSwitch::ChatTemplate) {
      std::size_t switches =
          object ? arguments["thinking"].is(Type::Bool) + arguments["enable_thinking"].is(Type::Bool) : 0;
      if (switches > 0 && switches == arguments.size()) {
        splice_.remove(root_, "chat_template_kwargs");
      } else if (switches > 0) {
        splice_.remove(arguments, "thinking").remove(arguments, "enable_thinking");
      }
      return;
    }
    if (!on) return;
    // DeepSeek's templates read the one, most others the other.
    std::string word = *on ? "true" : "false";
    if (object) {
      splice_.set(arguments, "thinking", word).set(arguments, "enable_thinking", word);
    } else {
      splice_.set(root_, "chat_template_kwargs", "{\"thinking\":" + word + ",\"enable_thinking\":" + word + "}");
    }
  }

  void max_tokens() {
    const std::string& field = target_.max_tokens_field;
    if (field.empty() || !request_.sampling.max_tokens) return;
    const char* other = field == "max_tokens" ? "max_completion_tokens" : "max_tokens";
    if (!root_[other] || root_[other].is_null()) return;
    splice_.remove(root_, other).set(root_, field, std::to_string(*request_.sampling.max_tokens));
  }

  // DeepSeek's name of the end user's id; the same field of other servers is `user`.
  void user() {
    const std::string& field = target_.user_field;
    if (field == "user" || field.empty() || request_.user.empty()) return;
    if (!root_["user"].is(Type::String)) return;
    if (auto own = root_[field].string()) {
      if (*own != root_["user"].string()) note_unhonoured(out_.notes, "$.user");
      return;
    }
    splice_.remove(root_, "user").set(root_, field, json::quote(request_.user));
  }

  // More strings than the target takes: one of each says the same, and at what is left the answer is ended here.
  Status stop() {
    if (request_.sampling.stop.size() <= target_.max_stop) return {};
    SLUICE_TRY(auto once, stop_strings(request_, target_.max_stop, out_));
    json::Writer w;
    w.array();
    for (const std::string& text : once) w.value(text);
    splice_.set(root_, "stop", w.end().take());
    return {};
  }

  const Request& request_;
  const Target& target_;
  Value root_;
  json::Splice splice_;
  Outgoing out_;
};

}  // namespace

Result<Outgoing> encode_openai_chat(const Request& request, const Target& target) {
  if (request.operation != chat::Operation::Generate)
    return unsupported("chat completions only answer; they don't count or embed", "$");
  if (request.protocol != chat::Protocol::OpenAiChat) return translate_to_openai_chat(request, target);
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  return Editor(request, target).edit();
}

}  // namespace sluice::wire
