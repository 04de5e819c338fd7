// Requests of other protocols as chat completions. What can't be said there is refused with the client's field.
#include <algorithm>

#include "wire/notes.h"
#include "wire/openai_chat_parts.h"
#include "wire/pass_through.h"

namespace sluice::wire {
namespace {

using chat::Message;
using chat::Part;
using chat::Request;
using chat::Role;

class Translation {
 public:
  Translation(const Request& request, const Target& target) : request_(request), target_(target) {}

  Result<Outgoing> make() {
    SLUICE_TRY_VOID(check());
    w_.object().member("model", target_.model).key("messages").array();
    for (const Message& message : request_.messages) {
      SLUICE_TRY_VOID(write_message(message));
    }
    w_.end();
    SLUICE_TRY_VOID(tools());
    format();
    SLUICE_TRY_VOID(thinking());
    SLUICE_TRY_VOID(sampling());
    if (!request_.user.empty() && !target_.user_field.empty()) w_.member(target_.user_field, request_.user);
    w_.member("stream", request_.stream);
    if (request_.stream) w_.key("stream_options").object().member("include_usage", true).end();
    return Outgoing{w_.end().take(), notes_.take(), std::move(stops_)};
  }

 private:
  bool anthropic() const { return request_.protocol == chat::Protocol::AnthropicMessages; }
  // Messages are told apart differently there, so that a position here may be another in the client's body.
  std::string turns() const { return anthropic() ? "$.messages" : "$.input"; }
  std::string format_path() const { return anthropic() ? "$.output_config.format" : "$.text.format"; }

  Failure refuse(std::string message, std::string where) const {
    return fail("request.unsupported", std::move(message), std::move(where),
                "leave it out, or use a model behind a deployment that speaks your client's protocol");
  }
  void note(std::string text) { notes_.add(std::move(text)); }

  Status check() {
    using Kind = chat::OutputFormat::Kind;
    if (!anthropic() && request_.protocol != chat::Protocol::OpenAiResponses)
      return refuse("a text to continue can't be asked as a chat", "$.prompt");
    if (!request_.previous_response_id.empty())
      return refuse("this deployment does not know earlier responses", "$.previous_response_id");
    for (const chat::ExtraField& field : request_.extra) {
      if (!field.hint) return refuse("chat completions have no such field", field.path);
      note("dropped " + field.path);
    }
    if (request_.format.kind == Kind::Other)
      return refuse("chat completions have no such output format", format_path());
    std::vector<std::string> not_honoured;
    auto checked = check_chat_target(request_, target_, not_honoured);
    for (std::string& text : not_honoured) note(std::move(text));
    if (!checked) {
      Error error = checked.error();
      if (error.where == "$.response_format") error.where = format_path();
      if (error.where == "$.logprobs") error.where = "$.top_logprobs";
      return fail(std::move(error));
    }
    if (request_.sampling.top_k.value_or(0) > 0 && !target_.top_k)
      return refuse("this deployment has no top_k", "$.top_k");
    if (request_.thinking_budget) note("dropped $.thinking.budget_tokens");
    return {};
  }

  Status write_message(const Message& message) {
    if (message.prefix && !target_.prefix) return refuse("this deployment can't continue a message", turns());
    Role role = message.role == Role::Developer && !target_.developer_role ? Role::System : message.role;
    w_.object().member("role", chat::role_name(role));
    if (role == Role::Tool) {
      w_.member("tool_call_id", message.tool_call_id);
      // Chat completions have no mark for it; the result's own text says what went wrong.
      if (message.is_error) note("dropped is_error of a tool result");
    }
    SLUICE_TRY_VOID(content(message, role));
    if (!message.name.empty()) w_.member("name", message.name);
    if (role == Role::Assistant) assistant(message);
    w_.end();
    return {};
  }

  // One string where the text parts allow it, which every server takes; parts where there are images.
  Status content(const Message& message, Role role) {
    bool images = false;
    for (const Part& part : message.parts) {
      if (part.kind == Part::Kind::Text) continue;
      if (part.kind != Part::Kind::Image) return refuse("chat completions can't carry this part", turns());
      if (role != Role::User)
        return refuse("only a user's message can carry an image in chat completions", turns());
      if (!target_.images) return refuse("this deployment takes no images", turns());
      if (part.url.empty() && part.data.empty())
        return refuse("an image that is neither an address nor base64 can't be passed on", turns());
      images = true;
    }
    w_.key("content");
    if (!images) {
      // An assistant's blocks were one text; those of others are paragraphs of their own.
      std::string text;
      for (const Part& part : message.parts) {
        if (!text.empty() && role != Role::Assistant) text += "\n\n";
        text += part.text;
      }
      w_.value(text);
      return {};
    }
    w_.array();
    for (const Part& part : message.parts) {
      w_.object();
      if (part.kind == Part::Kind::Text) {
        w_.member("type", "text").member("text", part.text);
      } else {
        w_.member("type", "image_url").key("image_url").object();
        w_.member("url", part.url.empty() ? "data:" + part.media_type + ";base64," + part.data : part.url);
        if (!part.detail.empty()) w_.member("detail", part.detail);
        w_.end();
      }
      w_.end();
    }
    w_.end();
    return {};
  }

  void assistant(const Message& message) {
    bool thought = message.has_reasoning || !message.reasoning.empty();
    // DeepSeek takes an empty one where nobody knows what was thought, but not none.
    bool needed = target_.needs_reasoning && !request_.tools.empty() && !message.prefix;
    if (target_.keeps_reasoning && (thought || needed)) {
      w_.member("reasoning_content", message.reasoning);
    } else if (!message.reasoning.empty()) {
      note("dropped reasoning of earlier turns");
    }
    if (message.prefix) w_.member("prefix", true);
    if (message.tool_calls.empty()) return;
    w_.key("tool_calls").array();
    for (const chat::ToolCall& call : message.tool_calls) {
      w_.object().member("id", call.id).member("type", "function").key("function").object();
      w_.member("name", call.name).member("arguments", call.arguments.empty() ? "{}" : call.arguments).end().end();
    }
    w_.end();
  }

  Status tools() {
    using Mode = chat::ToolChoice::Mode;
    if (!request_.tools.empty()) {
      w_.key("tools").array();
      for (std::size_t i = 0; i < request_.tools.size(); ++i) {
        const chat::Tool& tool = request_.tools[i];
        if (tool.kind != chat::Tool::Kind::Function)
          return refuse("only a deployment of your client's protocol can have this tool",
                        "$.tools[" + std::to_string(i) + "]");
        w_.object().member("type", "function").key("function").object().member("name", tool.name);
        if (!tool.description.empty()) w_.member("description", tool.description);
        w_.key("parameters")
            .raw(tool.parameters.empty() ? R"({"type":"object","properties":{}})" : tool.parameters);
        if (tool.strict == true) w_.member("strict", true);
        w_.end().end();
      }
      w_.end();
    }
    const chat::ToolChoice& choice = request_.tool_choice;
    if (choice.mode == Mode::Other) return refuse("chat completions have no such choice", "$.tool_choice");
    if (choice.mode == Mode::Named) {
      w_.key("tool_choice").object().member("type", "function").key("function").object();
      w_.member("name", choice.name).end().end();
    } else if (choice.mode != Mode::Unset && !request_.tools.empty()) {
      const char* word = choice.mode == Mode::Auto ? "auto" : choice.mode == Mode::None ? "none" : "required";
      w_.member("tool_choice", word);
    }
    if (request_.parallel_tool_calls == false && target_.parallel_switch) w_.member("parallel_tool_calls", false);
    return {};
  }

  void format() {
    using Kind = chat::OutputFormat::Kind;
    const chat::OutputFormat& format = request_.format;
    if (format.kind == Kind::JsonObject) {
      w_.key("response_format").object().member("type", "json_object").end();
    } else if (format.kind == Kind::JsonSchema) {
      w_.key("response_format").object().member("type", "json_schema").key("json_schema").object();
      w_.member("name", format.name.empty() ? "answer" : format.name);
      if (!format.description.empty()) w_.member("description", format.description);
      w_.key("schema").raw(format.schema);
      if (format.strict) w_.member("strict", *format.strict);
      w_.end().end();
    }
  }

  Status thinking() {
    auto plan = plan_thinking(request_, target_);
    if (!plan) {
      Error error = plan.error();
      if (error.where == "$.reasoning_effort")
        error.where = anthropic() ? "$.output_config.effort" : "$.reasoning.effort";
      if (error.where == "$.thinking" && !anthropic()) error.where = "$.reasoning.effort";
      return fail(std::move(error));
    }
    for (std::string& text : plan->notes) note(std::move(text));
    std::string effort = plan->effort;
    if (target_.thinking == ThinkingSwitch::Thinking && plan->write)
      w_.key("thinking").object().member("type", *plan->write ? "enabled" : "disabled").end();
    if (target_.thinking == ThinkingSwitch::ChatTemplate && plan->write) {
      w_.key("chat_template_kwargs").object();
      w_.member("thinking", *plan->write).member("enable_thinking", *plan->write).end();
    }
    if (target_.thinking == ThinkingSwitch::Effort && plan->write) {
      if (!*plan->write) effort = "none";
      if (*plan->write && effort.empty() && !target_.thinks_by_default && !target_.efforts.empty())
        effort = target_.efforts.back();
    }
    if (!effort.empty()) w_.member("reasoning_effort", effort);
    return {};
  }

  template <class T>
  void optional(const char* name, const std::optional<T>& value) {
    if (value) w_.member(name, *value);
  }

  Status sampling() {
    const chat::Sampling& s = request_.sampling;
    optional(target_.max_tokens_field.empty() ? "max_tokens" : target_.max_tokens_field.c_str(), s.max_tokens);
    optional("temperature", s.temperature);
    optional("top_p", s.top_p);
    if (s.top_k.value_or(0) > 0) optional("top_k", s.top_k);
    optional("seed", s.seed);
    optional("frequency_penalty", s.frequency_penalty);
    optional("presence_penalty", s.presence_penalty);
    if (s.logprobs || s.top_logprobs) w_.member("logprobs", true);
    optional("top_logprobs", s.top_logprobs);
    Outgoing stops;
    SLUICE_TRY(auto stop, stop_strings(request_, target_.max_stop, stops));
    stops_ = std::move(stops.stops);
    for (std::string& text : stops.notes) notes_.add(std::move(text));
    if (stop.empty()) return {};
    w_.key("stop").array();
    for (const std::string& text : stop) w_.value(text);
    w_.end();
    return {};
  }

  const Request& request_;
  const Target& target_;
  json::Writer w_;
  Notes notes_;
  std::vector<std::string> stops_;  // that end the answer here
};

}  // namespace

Result<Outgoing> translate_to_openai_chat(const Request& request, const Target& target) {
  return Translation(request, target).make();
}

}  // namespace sluice::wire
