// Requests for deployments of the Responses API, from its own clients and translated from chat and Messages.
#include <algorithm>
#include <array>

#include "json/splice.h"
#include "json/writer.h"
#include "wire/notes.h"
#include "wire/openai_responses.h"
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

Failure refuse(std::string path, const std::string& what) {
  return fail("request.unsupported", "a deployment of the Responses API can't be told " + what, std::move(path),
              "leave it out, or use a model whose deployment speaks the protocol that you do");
}

// From weakest to strongest, as far as vendors have named them.
constexpr std::array<std::string_view, 8> kEfforts = {"none", "minimal", "low", "medium",
                                                      "high", "xhigh",   "max", "ultra"};

std::size_t rank_of(std::string_view effort) {
  return std::size_t(std::find(kEfforts.begin(), kEfforts.end(), effort) - kEfforts.begin());
}

bool takes(const Target& target, std::string_view effort) {
  return std::find(target.efforts.begin(), target.efforts.end(), effort) != target.efforts.end();
}

// The name that the deployment has for an effort: the same, else the next stronger one, else its strongest.
// Empty: there is none.
std::string effort_for(const Target& target, std::string_view asked) {
  if (takes(target, asked)) return std::string(asked);
  std::string best;
  for (const std::string& name : target.efforts) {
    if (name == "none" || rank_of(name) == kEfforts.size()) continue;
    best = name;
    if (rank_of(name) >= rank_of(asked)) break;
  }
  return best;
}

class Translator {
 public:
  Translator(const Request& request, const Target& target) : in_(request), target_(target) {}

  Result<Outgoing> translate() {
    if (in_.protocol == Protocol::OpenAiCompletions || in_.protocol == Protocol::OpenAiEmbeddings ||
        in_.operation != chat::Operation::Generate)
      return fail("request.unsupported", "a deployment of the Responses API answers conversations only", "$.model",
                  "use a model whose deployment speaks the protocol that you do");
    SLUICE_TRY_VOID(extras());
    w_.object().member("model", target_.model);
    SLUICE_TRY_VOID(input());
    SLUICE_TRY_VOID(tools());
    SLUICE_TRY_VOID(format());
    SLUICE_TRY_VOID(reasoning());
    SLUICE_TRY_VOID(sampling());
    SLUICE_TRY_VOID(unsayable());
    if (!in_.user.empty()) w_.member("user", in_.user);
    // The vendor keeps answers unless it is told not to; these clients never asked for that.
    w_.member("store", in_.store.value_or(false));
    if (in_.stream) w_.member("stream", true);
    if (dropped_reasoning_) note("dropped the reasoning of earlier turns");
    return Outgoing{w_.end().take(), notes_.take(), std::move(stops_)};
  }

 private:
  void note(std::string text) { notes_.add(std::move(text)); }
  bool from_messages() const { return in_.protocol == Protocol::AnthropicMessages; }

  Status extras() {
    for (const chat::ExtraField& field : in_.extra) {
      if (field.raw == "null") continue;
      if (!field.hint) return refuse(field.path, "this field");
      note("dropped " + field.path);
    }
    return {};
  }

  Status input() {
    w_.key("input").array();
    for (std::size_t i = 0; i < in_.messages.size(); ++i) {
      SLUICE_TRY_VOID(message(in_.messages[i], "$.messages[" + std::to_string(i) + "]"));
    }
    w_.end();
    return {};
  }

  Status message(const Message& m, const std::string& path) {
    if (!m.name.empty()) return refuse(path + ".name", "the name of a participant");
    if (m.role == Role::Assistant) return assistant(m, path);
    if (m.role == Role::Tool) return tool_result(m, path);
    bool developer = m.role == Role::Developer && target_.developer_role;
    const char* role = m.role == Role::User ? "user" : developer ? "developer" : "system";
    w_.object().member("type", "message").member("role", role).key("content");
    SLUICE_TRY_VOID(content(m, path));
    w_.end();
    return {};
  }

  // One plain text as a string, which every server reads; else parts.
  Status content(const Message& m, const std::string& path) {
    if (m.parts.size() == 1 && m.parts[0].kind == Part::Kind::Text) {
      w_.value(m.parts[0].text);
      return {};
    }
    w_.array();
    for (std::size_t i = 0; i < m.parts.size(); ++i) {
      SLUICE_TRY_VOID(part(m.parts[i], path + ".content[" + std::to_string(i) + "]"));
    }
    w_.end();
    return {};
  }

  Status part(const Part& p, const std::string& path) {
    if (p.kind == Part::Kind::Text) {
      w_.object().member("type", "input_text").member("text", p.text).end();
      return {};
    }
    if (p.kind != Part::Kind::Image) return refuse(path, "content of this kind");
    if (!target_.images)
      return fail("request.unsupported", "the deployment's model reads no images", path,
                  "leave the image out, or use a model that reads images");
    if (p.url.empty() && p.data.empty()) return refuse(path, "an image that is kept elsewhere");
    std::string url = p.url.empty() ? "data:" + p.media_type + ";base64," + p.data : p.url;
    w_.object().member("type", "input_image").member("image_url", url);
    w_.member("detail", p.detail.empty() ? "auto" : p.detail).end();
    return {};
  }

  void reasoning_item(const Message& m) {
    bool obliged = target_.needs_reasoning && !in_.tools.empty();
    if (!target_.keeps_reasoning && !obliged) {
      dropped_reasoning_ = dropped_reasoning_ || !m.reasoning.empty();
      return;
    }
    if (!m.has_reasoning && m.reasoning.empty() && !obliged) return;
    w_.object().member("type", "reasoning").key("summary").array().end().key("content").array();
    w_.object().member("type", "reasoning_text").member("text", m.reasoning).end().end().end();
  }

  Status assistant(const Message& m, const std::string& path) {
    if (m.prefix) return refuse(path + ".prefix", "to continue an answer");
    for (std::size_t i = 0; i < m.parts.size(); ++i) {
      if (m.parts[i].kind != Part::Kind::Text)
        return refuse(path + ".content[" + std::to_string(i) + "]", "this of an assistant's turn");
    }
    reasoning_item(m);
    std::string text = m.text();
    if (!text.empty() || m.tool_calls.empty())
      w_.object().member("type", "message").member("role", "assistant").member("content", text).end();
    for (std::size_t i = 0; i < m.tool_calls.size(); ++i) {
      const chat::ToolCall& call = m.tool_calls[i];
      if (call.id.empty())
        return refuse(path + ".tool_calls[" + std::to_string(i) + "].id", "a call without an id");
      w_.object().member("type", "function_call").member("call_id", call.id).member("name", call.name);
      w_.member("arguments", call.arguments).end();
    }
    return {};
  }

  Status tool_result(const Message& m, const std::string& path) {
    if (m.tool_call_id.empty()) return refuse(path + ".tool_call_id", "a result without the id of its call");
    if (m.is_error) note("dropped " + path + ".is_error");
    w_.object().member("type", "function_call_output").member("call_id", m.tool_call_id).key("output");
    bool text_only =
        std::all_of(m.parts.begin(), m.parts.end(), [](const Part& p) { return p.kind == Part::Kind::Text; });
    if (text_only) {
      w_.value(m.text());
    } else {
      SLUICE_TRY_VOID(content(m, path));
    }
    w_.end();
    return {};
  }

  Status tools() {
    if (!in_.tools.empty()) {
      w_.key("tools").array();
      for (std::size_t i = 0; i < in_.tools.size(); ++i) {
        SLUICE_TRY_VOID(tool(in_.tools[i], "$.tools[" + std::to_string(i) + "]"));
      }
      w_.end();
    }
    SLUICE_TRY_VOID(tool_choice());
    if (!in_.parallel_tool_calls) return {};
    if (target_.parallel_switch) {
      w_.member("parallel_tool_calls", *in_.parallel_tool_calls);
    } else if (!*in_.parallel_tool_calls) {
      note(unhonoured(from_messages() ? "$.tool_choice.disable_parallel_tool_use" : "$.parallel_tool_calls"));
    }
    return {};
  }

  // "strict" is always said: left out it means true here, and false in the other protocols.
  Status tool(const chat::Tool& tool, const std::string& path) {
    if (tool.kind != chat::Tool::Kind::Function) return refuse(path, "a tool of this kind");
    bool strict = tool.strict.value_or(false);
    if (strict && !target_.strict_tools)
      return refuse(path + (from_messages() ? ".strict" : ".function.strict"), "to hold arguments to a schema");
    w_.object().member("type", "function").member("name", tool.name);
    if (!tool.description.empty()) w_.member("description", tool.description);
    w_.key("parameters").raw(tool.parameters.empty() ? R"({"type":"object","properties":{}})" : tool.parameters);
    if (target_.strict_tools) w_.member("strict", strict);
    w_.end();
    return {};
  }

  Status tool_choice() {
    SLUICE_TRY_VOID(check_tool_choice(in_, target_));
    using Mode = chat::ToolChoice::Mode;
    const chat::ToolChoice& choice = in_.tool_choice;
    if (choice.mode == Mode::Other || (choice.mode == Mode::Unset && !choice.raw.empty()))
      return refuse("$.tool_choice", "a choice of this kind");
    if (choice.mode == Mode::Auto) w_.member("tool_choice", "auto");
    if (choice.mode == Mode::None) w_.member("tool_choice", "none");
    if (choice.mode == Mode::Required) w_.member("tool_choice", "required");
    if (choice.mode == Mode::Named)
      w_.key("tool_choice").object().member("type", "function").member("name", choice.name).end();
    return {};
  }

  std::string format_path() const { return from_messages() ? "$.output_config.format" : "$.response_format"; }

  Status format() {
    using Kind = chat::OutputFormat::Kind;
    const chat::OutputFormat& f = in_.format;
    if (f.kind == Kind::Other || (f.kind == Kind::Unset && !f.raw.empty()))
      return refuse(format_path(), "a format of this kind");
    if (f.kind == Kind::JsonObject) {
      if (!target_.json_object) return refuse(format_path(), "to answer in JSON");
      w_.key("text").object().key("format").object().member("type", "json_object").end().end();
    } else if (f.kind == Kind::JsonSchema) {
      if (!target_.json_schema) return refuse(format_path(), "to answer by a JSON schema");
      w_.key("text").object().key("format").object().member("type", "json_schema");
      w_.member("name", f.name.empty() ? "answer" : f.name);
      if (!f.description.empty()) w_.member("description", f.description);
      // A chat client that says nothing of it means false, a Messages client has no such word and means true.
      w_.key("schema")
          .raw(f.schema.empty() ? "{}" : f.schema)
          .member("strict", f.strict.value_or(from_messages()));
      w_.end().end();
    }
    return {};
  }

  // Thinking is switched, and measured, by one word here.
  Status reasoning() {
    const std::string thinking = from_messages() ? "$.thinking"
                                 : in_.thinking  ? "$.thinking"
                                                 : "$.reasoning_effort";
    bool off = in_.thinking == false || in_.reasoning_effort == "none";
    bool insists = in_.thinking == true || (!off && !in_.reasoning_effort.empty());
    bool thinks = off ? false : insists || target_.thinks_by_default;
    if (thinks && in_.tool_choice.forced() && !target_.forced_tools_thinking) {
      // An effort alone says how much, not that it must: as where the same client's chat is passed on.
      if (in_.thinking == true) return refuse("$.tool_choice", "to force a tool call while it thinks");
      note(kThinkingOff);
      off = true;
    }
    if (off && !in_.reasoning_effort.empty() && in_.reasoning_effort != "none") note(kEffortDropped);
    if (in_.thinking_budget && !off) note("dropped $.thinking.budget_tokens");
    if (off) {
      if (target_.thinking == ThinkingSwitch::None) {
        if (!target_.thinks_by_default) return {};
        return refuse(thinking, "not to think");
      }
      effort("none");
      return {};
    }
    if (!insists) return {};
    if (in_.reasoning_effort.empty() && target_.thinks_by_default) return {};
    std::string asked = in_.reasoning_effort.empty() ? "medium" : in_.reasoning_effort;
    std::string name = rank_of(asked) < kEfforts.size() || takes(target_, asked) ? effort_for(target_, asked) : "";
    if (name.empty())
      return refuse(in_.reasoning_effort.empty() ? thinking : "$.reasoning_effort", "how much to think");
    if (name != asked && !in_.reasoning_effort.empty()) note("reasoning effort " + asked + " sent as " + name);
    effort(name);
    return {};
  }
  void effort(const std::string& name) { w_.key("reasoning").object().member("effort", name).end(); }

  Status sampling() {
    const chat::Sampling& s = in_.sampling;
    if (s.temperature) w_.member("temperature", *s.temperature);
    if (s.top_p) w_.member("top_p", *s.top_p);
    if (s.max_tokens) w_.member("max_output_tokens", *s.max_tokens);
    if (!s.logprobs) return {};
    if (!target_.logprobs) return refuse("$.logprobs", "to send log-probabilities");
    if (s.top_logprobs.value_or(0) == 0 && ignores(target_, "$.include")) return refuse("$.logprobs", kOnlyByTop);
    w_.key("include").array().value("message.output_text.logprobs").end();
    if (s.top_logprobs) w_.member("top_logprobs", *s.top_logprobs);
    return {};
  }

  // Fields that this protocol has no word for. The value that means "off" asks for nothing.
  // What the deployment honours in no protocol is told, as where it can be said.
  Status unsayable() {
    const chat::Sampling& s = in_.sampling;
    if (s.top_k.value_or(0) != 0) return refuse("$.top_k", "top_k");
    if (s.min_p.value_or(0) != 0) return refuse("$.min_p", "min_p");
    if (s.seed && target_.seed) return refuse("$.seed", "a seed");
    if (s.seed) note("not honoured by the deployment: $.seed");
    Outgoing stops;
    SLUICE_TRY_VOID(stop_strings(in_, 0, stops));
    stops_ = std::move(stops.stops);
    for (std::string& text : stops.notes) note(std::move(text));
    SLUICE_TRY_VOID(penalty(s.frequency_penalty, "$.frequency_penalty"));
    SLUICE_TRY_VOID(penalty(s.presence_penalty, "$.presence_penalty"));
    if (!s.logit_bias.empty() && s.logit_bias != "{}") return refuse("$.logit_bias", "a bias");
    return {};
  }

  Status penalty(const std::optional<double>& value, const char* path) {
    if (value.value_or(0) == 0) return {};
    if (target_.penalties) return refuse(path, "a penalty");
    note(std::string("not honoured by the deployment: ") + path);
    return {};
  }

  const Request& in_;
  const Target& target_;
  json::Writer w_;
  Notes notes_;
  std::vector<std::string> stops_;
  bool dropped_reasoning_ = false;
};

// Items of the client's input, with commas between.
std::string input_items(Value input) {
  if (input.is(Type::Array)) {
    std::string_view raw = input.raw();
    return input.size() == 0 ? "" : std::string(raw.substr(1, raw.size() - 2));
  }
  if (!input.is(Type::String)) return "";
  json::Writer w;
  w.object().member("type", "message").member("role", "user").key("content").raw(input.raw()).end();
  return w.take();
}

}  // namespace

Result<Outgoing> encode_openai_responses(const Request& request, const Target& target) {
  if (request.protocol == Protocol::OpenAiResponses) return pass_on_openai_responses(request, target);
  return Translator(request, target).translate();
}

std::string response_items(const Request& request, std::string_view whole_answer) {
  std::string items = request.body ? input_items(request.body->root()["input"]) : "";
  if (auto answer = json::Doc::parse(std::string(whole_answer))) {
    std::string output = input_items((*answer)->root()["output"]);
    if (!items.empty() && !output.empty()) items += ",";
    items += output;
  }
  return "[" + items + "]";
}

Result<std::string> continue_response(const json::Doc& body, std::string_view earlier_items) {
  SLUICE_TRY(std::shared_ptr<const json::Doc> earlier, json::Doc::parse(std::string(earlier_items)));
  if (!earlier->root().is(Type::Array))
    return fail("request.invalid", "what is kept of the earlier response is no list of items",
                "$.previous_response_id", "send the conversation in input");
  Value root = body.root();
  Value input = root["input"];
  if (input && !input.is_null() && !input.is(Type::String) && !input.is(Type::Array))
    return fail("request.invalid", "expected a string or an array of items", "$.input");
  std::string before = input_items(earlier->root());
  json::Splice splice(body);
  splice.remove(root, "previous_response_id");
  if (input.is(Type::Array) && input.size() > 0) {
    if (!before.empty()) splice.insert_before(input.at(0), before);
  } else {
    std::string own = input_items(input);
    splice.set(root, "input", "[" + before + (before.empty() || own.empty() ? "" : ",") + own + "]");
  }
  return splice.apply();
}

}  // namespace sluice::wire
