#include "wire/pass_through.h"

#include <algorithm>
#include <set>

#include "json/doc.h"

namespace sluice::wire {
namespace {

using chat::Request;

Failure refuse(std::string message, std::string where) {
  return fail("request.unsupported", std::move(message), std::move(where),
              "leave it out, or use a model behind another deployment");
}

// The entry of the target's list that names the field; null: there is none.
const std::string* ignored_as(const Target& target, std::string_view path, std::string_view name) {
  for (const std::string& entry : target.ignored) {
    bool below = entry.back() == '.' && path.starts_with(entry);
    if (below || entry == path || entry == name) return &entry;
  }
  return nullptr;
}

// No hints of a protocol's own, yet without influence on the answer: what an earlier answer was drawn from, beside
// its text, which is read; who asks; and whether the vendor keeps what was answered.
bool only_marks(const chat::ExtraField& field) {
  return field.name == "citations" || field.name == "user_id" || field.path == "$.store";
}

// The value that asks for what happens anyway.
bool is_default(const chat::ExtraField& field) {
  return field.raw == "null" || ((field.name == "truncation" || field.path == "$.store") && field.hint);
}

Status check_tools(const Request& request, const Target& target) {
  if (!target.hosted_tools) return {};
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    const chat::Tool& tool = request.tools[i];
    if (tool.kind == chat::Tool::Kind::Function) continue;
    auto doc = json::Doc::parse(tool.raw);
    std::string type = doc ? (*doc)->root()["type"].string().value_or("") : "";
    const auto& has = *target.hosted_tools;
    bool known = std::any_of(has.begin(), has.end(), [&](const std::string& name) {
      return name == type || (name.ends_with('_') && type.starts_with(name));
    });
    if (!known) return refuse("this deployment has no tool of this type", "$.tools[" + std::to_string(i) + "]");
  }
  return {};
}

}  // namespace

std::string unhonoured(std::string_view field) { return "not honoured by the deployment: " + std::string(field); }

void note_unhonoured(std::vector<std::string>& notes, std::string_view field) {
  std::string note = unhonoured(field);
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
}

bool ignores(const Target& target, std::string_view path, std::string_view name) {
  return ignored_as(target, path, name) != nullptr;
}

Status check_ignored(const Request& request, const Target& target, std::vector<std::string>& notes) {
  SLUICE_TRY_VOID(check_tools(request, target));
  const chat::Sampling& s = request.sampling;
  constexpr const char* kLacks = "this deployment makes nothing of this field";
  if (s.top_k.value_or(0) > 0 && ignores(target, "$.top_k")) return refuse(kLacks, "$.top_k");
  if (s.min_p.value_or(0) > 0 && ignores(target, "$.min_p")) return refuse(kLacks, "$.min_p");
  for (const chat::ExtraField& field : request.extra) {
    const std::string* entry = ignored_as(target, field.path, field.name);
    if (!entry || is_default(field)) continue;
    if (!field.hint && !only_marks(field)) return refuse(kLacks, field.path);
    note_unhonoured(notes, *entry == field.name ? *entry : field.path);
  }
  if (!request.user.empty() && ignores(target, "$.user")) note_unhonoured(notes, "$.user");
  constexpr const char* kBudget = "$.thinking.budget_tokens";
  if (request.thinking_budget && request.thinking != false && ignores(target, kBudget))
    note_unhonoured(notes, kBudget);
  return {};
}

Status check_tool_choice(const Request& request, const Target& target) {
  bool none = request.tool_choice.mode == chat::ToolChoice::Mode::None && !request.tools.empty();
  if (target.tool_choice || !(request.tool_choice.forced() || none)) return {};
  return refuse("this deployment does not read tool_choice", "$.tool_choice");
}

Result<std::vector<std::string>> stop_strings(const Request& request, std::size_t most, Outgoing& out) {
  std::vector<std::string> sent;
  std::set<std::string> seen;
  out.stops.clear();
  for (const std::string& text : request.sampling.stop)
    if (seen.insert(text).second) (sent.size() < most ? sent : out.stops).push_back(text);
  if (out.stops.empty()) return sent;
  bool one_text = request.protocol != chat::Protocol::OpenAiCompletions ||
                  (request.inputs.size() <= 1 && request.sampling.n <= 1 && !request.echo);
  if (request.sampling.logprobs || request.sampling.top_logprobs || !one_text)
    return refuse("this deployment takes at most " + std::to_string(most) + " stop strings",
                  request.protocol == chat::Protocol::AnthropicMessages ? "$.stop_sequences" : "$.stop");
  out.notes.push_back("more stop strings than the deployment takes: the answer is ended here and written anew");
  return sent;
}

}  // namespace sluice::wire
