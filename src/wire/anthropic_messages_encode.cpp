// Requests for deployments that speak Anthropic's Messages.
#include <algorithm>

#include "base/id.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/anthropic_messages.h"
#include "wire/notes.h"
#include "wire/pass_through.h"

namespace sluice::wire {
namespace {

using chat::Message;
using chat::Part;
using chat::Protocol;
using chat::Request;
using chat::Role;
using json::Type;
using json::Value;

// Thinking needs a budget where it is switched on; the vendor takes no less than this.
constexpr std::int64_t kLeastBudget = 1024;

Failure unsupported(std::string message, std::string where, std::string hint) {
  return fail("request.unsupported", std::move(message), std::move(where), std::move(hint));
}

// Neighbouring turns of one role become one, as the API reads them anyway.
struct Turn {
  bool assistant = false;
  std::vector<std::string> results;  // tool_result blocks stand first
  std::vector<std::string> blocks;
};

class Translation {
 public:
  Translation(const Request& request, const Target& target) : request_(request), target_(target) {}
  Result<Outgoing> make();

 private:
  bool from(Protocol protocol) const { return request_.protocol == protocol; }
  bool responses() const { return from(Protocol::OpenAiResponses); }
  // The client's name of the place. Responses' items are no messages, so that only the list can be named.
  std::string place(std::size_t message) const {
    return responses() ? "$.input" : "$.messages[" + std::to_string(message) + "]";
  }
  std::string place(std::size_t message, const char* list, std::size_t index) const {
    if (responses()) return "$.input";
    return place(message) + "." + list + "[" + std::to_string(index) + "]";
  }

  Status refuse_what_is_lacking();
  Status take_extra();
  Status messages();
  Status message(std::size_t index);
  Status system_message(std::size_t index);
  Status user_message(std::size_t index);
  Status tool_message(std::size_t index);
  Status assistant_message(std::size_t index);
  Result<std::string> part(std::size_t message, std::size_t index);
  Result<std::string> image(std::size_t message, std::size_t index);
  void thinking_block(const Message& message, std::size_t index, Turn& turn);
  std::string tool_use(const chat::ToolCall& call);
  Turn& turn_of(bool assistant);

  Status write_tools(json::Writer& w);
  Status write_tool_choice(json::Writer& w);
  Status write_thinking(json::Writer& w, std::int64_t max_tokens);
  Status write_output(json::Writer& w);
  void write_messages(json::Writer& w);
  void write_sampling(json::Writer& w);

  const Request& request_;
  const Target& target_;
  Notes notes_;
  std::vector<std::string> stop_, stops_;  // that are sent, and that end the answer here
  std::vector<std::string> system_;
  std::vector<Turn> turns_;
};

Status Translation::refuse_what_is_lacking() {
  constexpr const char* kLeave = "leave it out, or use a model that another kind of deployment serves";
  constexpr const char* kLacks = "the Messages API of this deployment has no such field";
  const chat::Sampling& s = request_.sampling;
  if (request_.operation != chat::Operation::Generate || !request_.inputs.empty() || request_.inputs_are_tokens) {
    bool prompt = from(Protocol::OpenAiCompletions);
    return unsupported("this deployment answers conversations only", prompt ? "$.prompt" : "$.input",
                       "use /v1/chat/completions");
  }
  struct Field {
    bool asked;
    const char* path;
  };
  const Field fields[] = {
      {s.seed.has_value(), "$.seed"},
      {s.logprobs, "$.logprobs"},
      {s.top_logprobs.value_or(0) > 0, "$.top_logprobs"},
      {!s.logit_bias.empty() && s.logit_bias != "{}", "$.logit_bias"},
      {s.frequency_penalty.value_or(0) != 0, "$.frequency_penalty"},
      {s.presence_penalty.value_or(0) != 0, "$.presence_penalty"},
      {s.min_p.value_or(0) > 0, "$.min_p"},
      {s.top_k.value_or(0) > 0 && !target_.top_k, "$.top_k"},
      {!request_.previous_response_id.empty(), "$.previous_response_id"},
      {!request_.suffix.empty(), "$.suffix"},
      {request_.echo, "$.echo"},
  };
  for (const Field& field : fields) {
    if (field.asked) return unsupported(kLacks, field.path, kLeave);
  }
  if (s.temperature.value_or(0) > 1) {
    return unsupported("the Messages API takes a temperature from 0 to 1", "$.temperature", "lower it to 1");
  }
  Outgoing stops;
  SLUICE_TRY(stop_, stop_strings(request_, target_.max_stop, stops));
  stops_ = std::move(stops.stops);
  for (std::string& text : stops.notes) notes_.add(std::move(text));
  return {};
}

Status Translation::take_extra() {
  for (const chat::ExtraField& field : request_.extra) {
    if (field.raw == "null") continue;
    if (!field.hint) {
      return unsupported("this field can't be said in the Messages API that the deployment speaks", field.path,
                         "leave it out, or use a model that a deployment of your own protocol serves");
    }
    notes_.add("dropped " + field.path);
  }
  return {};
}

Turn& Translation::turn_of(bool assistant) {
  if (turns_.empty() || turns_.back().assistant != assistant) turns_.push_back({assistant, {}, {}});
  return turns_.back();
}

Result<std::string> Translation::image(std::size_t message, std::size_t index) {
  const Part& image = request_.messages[message].parts[index];
  std::string where = place(message, "content", index);
  if (!target_.images) {
    return unsupported("this deployment does not read images", where, "use a model that does");
  }
  json::Writer w;
  w.object().member("type", "image").key("source").object();
  if (!image.data.empty()) {
    w.member("type", "base64").member("media_type", image.media_type).member("data", image.data);
  } else if (!image.url.empty()) {
    w.member("type", "url").member("url", image.url);
  } else {
    return unsupported("an image that is kept elsewhere can't be sent to this deployment", where,
                       "send it by URL or inline");
  }
  if (!image.detail.empty() && image.detail != "auto") notes_.add("dropped the detail of images");
  return w.end().end().take();
}

std::string text_block(std::string_view text) {
  return json::Writer().object().member("type", "text").member("text", text).end().take();
}

// One part as a block; empty for an empty text, which the API refuses.
Result<std::string> Translation::part(std::size_t message, std::size_t index) {
  const Part& part = request_.messages[message].parts[index];
  if (part.kind == Part::Kind::Image) return image(message, index);
  if (part.kind == Part::Kind::Text) return part.text.empty() ? std::string() : text_block(part.text);
  return unsupported("a part of this kind can't be sent to this deployment", place(message, "content", index),
                     "send text, or images where the model reads them");
}

Status Translation::system_message(std::size_t index) {
  if (!turns_.empty()) {
    return unsupported("the deployment takes system messages only before the conversation", place(index),
                       "put it first, or send it as a user message");
  }
  const Message& message = request_.messages[index];
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    if (part.kind != Part::Kind::Text) {
      return unsupported("a system message holds text only", place(index, "content", i), "move it to the user's");
    }
    if (!part.text.empty()) system_.push_back(part.text);
  }
  return {};
}

Status Translation::user_message(std::size_t index) {
  Turn& turn = turn_of(false);
  for (std::size_t i = 0; i < request_.messages[index].parts.size(); ++i) {
    SLUICE_TRY(std::string block, part(index, i));
    if (!block.empty()) turn.blocks.push_back(std::move(block));
  }
  return {};
}

// Ids of calls are made of letters, digits, '_' and '-' here. Another is replaced by one that is the same in the
// call and in its result.
std::string call_id(const std::string& id) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (std::all_of(id.begin(), id.end(), plain)) return id;
  return "toolu_" + sha256_hex(id).substr(0, 24);
}

Status Translation::tool_message(std::size_t index) {
  const Message& message = request_.messages[index];
  if (message.tool_call_id.empty()) {
    return unsupported("a tool's result must name its call for this deployment", place(index) + ".tool_call_id",
                       "send the id of the call");
  }
  std::vector<std::string> blocks;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    SLUICE_TRY(std::string block, part(index, i));
    if (!block.empty()) blocks.push_back(std::move(block));
  }
  json::Writer w;
  w.object().member("type", "tool_result").member("tool_use_id", call_id(message.tool_call_id)).key("content");
  if (message.parts.size() == 1 && message.parts[0].kind == Part::Kind::Text) {
    w.value(message.parts[0].text);
  } else {
    w.array();
    for (const std::string& block : blocks) w.raw(block);
    w.end();
  }
  if (message.is_error) w.member("is_error", true);
  turn_of(false).results.push_back(w.end().take());
  return {};
}

bool is_signed_by_vendor(const Message& message) {
  return !message.reasoning.empty() && !message.signature.empty() && !message.signature.starts_with(kOurSignature);
}

// Results of tools go to a turn whose thoughts, which the vendor wants back before its calls, nobody knows.
bool continues_unsigned(const Request& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == chat::Role::Tool) continue;
    return message->role == chat::Role::Assistant && !message->tool_calls.empty() &&
           !is_signed_by_vendor(*message);
  }
  return false;
}

// DeepSeek tells an empty thought from none; a vendor that checks signatures takes its own only.
void Translation::thinking_block(const Message& message, std::size_t index, Turn& turn) {
  if (message.reasoning.empty() && !(message.has_reasoning && target_.needs_reasoning)) return;
  if (!target_.keeps_reasoning || (target_.verifies_signatures && !is_signed_by_vendor(message))) {
    notes_.add("left out the reasoning of earlier turns");
    return;
  }
  json::Writer w;
  w.object().member("type", "thinking").member("thinking", message.reasoning);
  w.member("signature", message.signature.empty() ? our_signature("history", int(index)) : message.signature);
  turn.blocks.push_back(w.end().take());
}

// `input` is an object here. What a model wrote as arguments may be none, and must not stop the conversation.
std::string Translation::tool_use(const chat::ToolCall& call) {
  json::Writer w;
  w.object().member("type", "tool_use").member("id", call_id(call.id)).member("name", call.name).key("input");
  auto doc = json::Doc::parse(call.arguments);
  if (call.arguments.find_first_not_of(" \t\r\n") == std::string::npos) {
    w.object().end();
  } else if (doc && (*doc)->root().is(Type::Object)) {
    w.raw((*doc)->root().raw());
  } else {
    w.object().member("_invalid_arguments", call.arguments).end();
    notes_.add("wrapped the arguments of a tool call, which are no JSON object");
  }
  return w.end().take();
}

Status Translation::assistant_message(std::size_t index) {
  const Message& message = request_.messages[index];
  Turn& turn = turn_of(true);
  thinking_block(message, index, turn);
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    SLUICE_TRY(std::string block, part(index, i));
    if (!block.empty()) turn.blocks.push_back(std::move(block));
  }
  for (std::size_t i = 0; i < message.tool_calls.size(); ++i) {
    if (message.tool_calls[i].id.empty()) {
      return unsupported("a tool call must have an id for this deployment", place(index, "tool_calls", i),
                         "send its id");
    }
    turn.blocks.push_back(tool_use(message.tool_calls[i]));
  }
  if (index + 1 < request_.messages.size()) return {};
  if (message.prefix && !target_.prefix) {
    return unsupported("this deployment can't continue an answer that was begun", place(index) + ".prefix",
                       "end with a user message");
  }
  if (!message.prefix) {
    return unsupported("the last message is the assistant's, which this deployment would continue", place(index),
                       "end with a user message");
  }
  return {};
}

Status Translation::message(std::size_t index) {
  const Message& message = request_.messages[index];
  if (!message.name.empty() && message.role != Role::Tool) notes_.add("dropped the names of participants");
  switch (message.role) {
    case Role::System:
    case Role::Developer:
      return system_message(index);
    case Role::User:
      return user_message(index);
    case Role::Tool:
      return tool_message(index);
    case Role::Assistant:
      break;
  }
  return assistant_message(index);
}

Status Translation::messages() {
  for (std::size_t i = 0; i < request_.messages.size(); ++i) {
    SLUICE_TRY_VOID(message(i));
  }
  std::erase_if(turns_, [](const Turn& turn) { return turn.results.empty() && turn.blocks.empty(); });
  if (turns_.empty()) {
    return unsupported("the deployment needs a user message with content", responses() ? "$.input" : "$.messages",
                       "add one");
  }
  return {};
}

void Translation::write_messages(json::Writer& w) {
  if (system_.size() == 1) {
    w.member("system", system_[0]);
  } else if (!system_.empty()) {
    w.key("system").array();
    for (const std::string& text : system_) w.raw(text_block(text));
    w.end();
  }
  w.key("messages").array();
  // Where a turn that said nothing was left out, two of one role are neighbours, which the API joins.
  for (const Turn& turn : turns_) {
    w.object().member("role", turn.assistant ? "assistant" : "user").key("content").array();
    for (const std::string& block : turn.results) w.raw(block);
    for (const std::string& block : turn.blocks) w.raw(block);
    w.end().end();
  }
  w.end();
}

// A schema here says that it is one of an object.
std::string object_schema(const std::string& schema) {
  auto doc = json::Doc::parse(schema);
  if (!doc || !(*doc)->root().is(Type::Object)) return R"({"type":"object"})";
  if ((*doc)->root()["type"]) return schema;
  return json::Splice(**doc).set((*doc)->root(), "type", "\"object\"").apply();
}

Status Translation::write_tools(json::Writer& w) {
  if (request_.tools.empty()) return {};
  w.key("tools").array();
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    const chat::Tool& tool = request_.tools[i];
    std::string where = "$.tools[" + std::to_string(i) + "]";
    if (tool.kind != chat::Tool::Kind::Function) {
      return unsupported("only tools that are functions can be sent to this deployment", where, "leave it out");
    }
    w.object().member("name", tool.name);
    if (!tool.description.empty()) w.member("description", tool.description);
    w.key("input_schema").raw(object_schema(tool.parameters));
    if (tool.strict == true && !target_.strict_tools) {
      return unsupported("this deployment does not hold a tool's arguments to its schema",
                         where + (responses() ? ".strict" : ".function.strict"), "leave strict out");
    }
    if (tool.strict && target_.strict_tools) w.member("strict", *tool.strict);
    w.end();
  }
  w.end();
  return {};
}

Status Translation::write_tool_choice(json::Writer& w) {
  using Mode = chat::ToolChoice::Mode;
  const chat::ToolChoice& choice = request_.tool_choice;
  if (request_.tools.empty()) {
    if (!choice.forced()) return {};
    return unsupported("a tool call is asked for, but there are no tools", "$.tool_choice", "send tools");
  }
  SLUICE_TRY_VOID(check_tool_choice(request_, target_));
  bool one = request_.parallel_tool_calls == false;
  if (one && !target_.parallel_switch) {
    notes_.add(unhonoured("$.parallel_tool_calls"));
    one = false;
  }
  if (choice.mode == Mode::Other) {
    return unsupported("this choice of tools can't be said to this deployment", "$.tool_choice",
                       "use auto, none, required or the name of a function");
  }
  if (choice.mode == Mode::Unset && !one) return {};
  w.key("tool_choice").object();
  w.member("type", choice.mode == Mode::None       ? "none"
                   : choice.mode == Mode::Required ? "any"
                   : choice.mode == Mode::Named    ? "tool"
                                                   : "auto");
  if (choice.mode == Mode::Named) w.member("name", choice.name);
  if (one && choice.mode != Mode::None) w.member("disable_parallel_tool_use", true);
  w.end();
  return {};
}

Status Translation::write_thinking(json::Writer& w, std::int64_t max_tokens) {
  SLUICE_TRY(bool forced_off, messages_must_stop_thinking(request_, target_));
  if (forced_off) notes_.add(kThinkingOff);
  std::optional<bool> wanted = forced_off ? std::optional(false) : request_.thinking;
  if (!wanted) return {};
  if (*wanted && target_.verifies_signatures && continues_unsigned(request_)) {
    notes_.add("thinking off: what was thought before these tools were called is not known here");
    wanted = false;
  }
  bool can_switch = target_.thinking == ThinkingSwitch::Thinking;
  if (!can_switch) {
    if (*wanted == target_.thinks_by_default) return {};
    bool by_effort = request_.reasoning_effort == "none";
    return unsupported(*wanted ? "this deployment's model can't be told to think"
                               : "this deployment's model can't be told not to think",
                       by_effort ? (responses() ? "$.reasoning.effort" : "$.reasoning_effort") : "$.thinking",
                       "leave it out, or use another model");
  }
  w.key("thinking").object().member("type", *wanted ? "enabled" : "disabled");
  if (*wanted) {
    std::int64_t budget = request_.thinking_budget.value_or(std::max(kLeastBudget, max_tokens / 2));
    // It is a part of max_tokens.
    w.member("budget_tokens", std::max<std::int64_t>(1, std::min(budget, max_tokens - 1)));
  }
  w.end();
  return {};
}

Status Translation::write_output(json::Writer& w) {
  using Kind = chat::OutputFormat::Kind;
  const chat::OutputFormat& format = request_.format;
  const std::string& effort = request_.reasoning_effort;
  bool has_effort = !effort.empty() && effort != "none";
  SLUICE_TRY(bool forced_off, messages_must_stop_thinking(request_, target_));
  if (has_effort && target_.effort_needs_thinking && (forced_off || request_.thinking == false)) {
    notes_.add(kEffortDropped);
    has_effort = false;
  }
  const auto& efforts = target_.efforts;
  if (has_effort && std::find(efforts.begin(), efforts.end(), effort) == efforts.end()) {
    std::string names;
    for (const std::string& name : efforts) names += (names.empty() ? "" : ", ") + name;
    return unsupported("this deployment does not know this reasoning effort",
                       responses() ? "$.reasoning.effort" : "$.reasoning_effort",
                       names.empty() ? "leave it out" : "use one of " + names);
  }
  bool has_schema = format.kind == Kind::JsonSchema;
  const char* where = responses() ? "$.text.format" : "$.response_format";
  if (has_schema && !target_.json_schema) {
    return unsupported("this deployment can't be held to a JSON schema", where, "use another model");
  }
  if (format.kind == Kind::JsonObject || format.kind == Kind::Other) {
    return unsupported("the Messages API has no such form of answers", where, "use a json_schema");
  }
  if (!has_schema && !has_effort) return {};
  w.key("output_config").object();
  if (has_effort) w.member("effort", effort);
  if (has_schema) {
    w.key("format")
        .object()
        .member("type", "json_schema")
        .key("schema")
        .raw(format.schema.empty() ? "{}" : format.schema)
        .end();
    if (!format.description.empty()) notes_.add(std::string("dropped the description of ") + where);
  }
  w.end();
  return {};
}

void Translation::write_sampling(json::Writer& w) {
  const chat::Sampling& s = request_.sampling;
  if (s.temperature) w.member("temperature", *s.temperature);
  if (s.top_p) w.member("top_p", *s.top_p);
  if (s.top_k.value_or(0) > 0) w.member("top_k", *s.top_k);
  if (stop_.empty()) return;
  w.key("stop_sequences").array();
  for (const std::string& stop : stop_) w.value(stop);
  w.end();
}

Result<Outgoing> Translation::make() {
  SLUICE_TRY_VOID(refuse_what_is_lacking());
  SLUICE_TRY_VOID(take_extra());
  SLUICE_TRY_VOID(messages());
  std::int64_t max_tokens = request_.sampling.max_tokens.value_or(kDefaultMaxTokens);
  if (!request_.sampling.max_tokens) {
    notes_.add("max_tokens " + std::to_string(kDefaultMaxTokens) + ": the deployment needs a limit");
  }
  json::Writer w;
  w.object().member("model", target_.model).member("max_tokens", max_tokens);
  write_messages(w);
  SLUICE_TRY_VOID(write_tools(w));
  SLUICE_TRY_VOID(write_tool_choice(w));
  SLUICE_TRY_VOID(write_thinking(w, max_tokens));
  SLUICE_TRY_VOID(write_output(w));
  write_sampling(w);
  if (!request_.user.empty()) w.key("metadata").object().member("user_id", request_.user).end();
  if (request_.stream) w.member("stream", true);
  return Outgoing{w.end().take(), notes_.take(), std::move(stops_)};
}

}  // namespace

Result<Outgoing> encode_anthropic_messages(const Request& request, const Target& target) {
  if (request.protocol == Protocol::AnthropicMessages) return pass_on_anthropic_messages(request, target);
  return Translation(request, target).make();
}

}  // namespace sluice::wire
