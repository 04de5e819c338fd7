// The file's own chat template as a prompt format, for models whose turns are not known here.
#include <algorithm>
#include <map>

#include "engine/prompt/formats.h"
#include "engine/prompt/jinja.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

using jinja::List;
using jinja::Members;
using jinja::Text;
using jinja::Value;

Value foreign(const std::string& text) { return Value::of(Text::foreign(text)); }
Value written(std::string_view text) { return Value::of(Text::written(text)); }

// What the template's calls look like; None where that is not known, and tools are refused then.
ToolDialect dialect_of(std::string_view source) {
  const auto has = [source](std::string_view part) { return source.find(part) != std::string_view::npos; };
  if (!has("tools")) return ToolDialect::None;
  if (has("<tool_call>")) return ToolDialect::Hermes;
  if (has("<\uFF5Ctool\u2581calls\u2581begin\uFF5C>")) return ToolDialect::Marked;
  return ToolDialect::None;
}

std::string_view role_name(Turn::Role role) {
  if (role == Turn::Role::System) return "system";
  if (role == Turn::Role::Assistant) return "assistant";
  return role == Turn::Role::Tool ? "tool" : "user";
}

Value json_or_text(const std::string& raw) {
  const auto doc = json::Doc::parse(raw);
  return doc ? Value::of((*doc)->root()) : foreign(raw);
}

Value message_of(const Turn& turn) {
  Members out{{"role", written(role_name(turn.role))}, {"content", foreign(turn.content)}};
  if (!turn.reasoning.empty()) out.emplace_back("reasoning_content", foreign(turn.reasoning));
  if (!turn.tool_call_id.empty()) out.emplace_back("tool_call_id", foreign(turn.tool_call_id));
  List calls;
  for (const chat::ToolCall& call : turn.tool_calls)
    calls.push_back(Value::of(
        Members{{"id", foreign(call.id)},
                {"type", written("function")},
                {"function",
                 Value::of(Members{{"name", foreign(call.name)}, {"arguments", json_or_text(call.arguments)}})}}));
  if (!calls.empty()) out.emplace_back("tool_calls", Value::of(std::move(calls)));
  return Value::of(std::move(out));
}

class TemplateFormat final : public NamedFormat {
 public:
  TemplateFormat(Choice choice, const Tokenizer& tokenizer, std::shared_ptr<const jinja::Template> parsed,
                 std::string_view source)
      : NamedFormat(std::move(choice), tokenizer),
        template_(std::move(parsed)),
        dialect_(dialect_of(source)),
        thinks_(source.find("enable_thinking") != std::string_view::npos) {
    for (std::int32_t id = 0; id < tokenizer.size(); ++id) {
      std::string name;
      tokenizer.append_token_text(name, id, true);
      if (!name.empty() && tokenizer.token_id(name) == id) marks_[name[0]].push_back(name);
    }
    for (auto& [first, names] : marks_)
      std::sort(names.begin(), names.end(),
                [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  }

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY(Text text, rendered(request));
    if (const chat::Message* begun = begun_answer(request)) {
      SLUICE_TRY_VOID(cut_behind(begun->text(), request.messages.size() - 1, text));
    }
    std::vector<std::int32_t> ids = script_of(text).tokens(tokenizer());
    const std::int32_t bos = tokenizer().bos();
    if (tokenizer().add_bos() && bos >= 0 && (ids.empty() || ids[0] != bos)) ids.insert(ids.begin(), bos);
    return ids;
  }
  // The template says so by its last words.
  bool opens_in_reasoning(const chat::Request& request) const override {
    if (begun_answer(request)) return false;
    const auto text = rendered(request);
    return text && trimmed(text->bytes).ends_with("<think>");
  }
  bool can_think() const override { return thinks_; }
  ToolDialect dialect() const override { return dialect_; }

 private:
  Result<Text> rendered(const chat::Request& request) const {
    const bool tools = dialect_ != ToolDialect::None;
    SLUICE_TRY(const Conversation conversation,
               conversation_of(request, {.tools = tools, .results = true, .open = true}, false, false));
    List messages, functions;
    for (const Turn& turn : conversation.turns) {
      const bool added = turn.role == Turn::Role::System && turn.content.empty() && !turn.tools.empty() &&
                         request.messages.front().role != chat::Role::System;
      if (!added) messages.push_back(message_of(turn));
    }
    for (const std::string& function : conversation.turns.front().tools)
      functions.push_back(Value::of(Members{{"type", written("function")}, {"function", json_or_text(function)}}));
    Members variables{{"messages", Value::of(std::move(messages))},
                      {"add_generation_prompt", Value::of(begun_answer(request) == nullptr)},
                      {"bos_token", written(name_of(tokenizer().bos()))},
                      {"eos_token", written(name_of(tokenizer().eos()))}};
    if (!functions.empty()) variables.emplace_back("tools", Value::of(std::move(functions)));
    if (request.thinking) variables.emplace_back("enable_thinking", Value::of(*request.thinking));
    return template_->render(variables);
  }
  // The last that is not the template's own must be the answer that was begun, as it came: what the template
  // writes behind it ends the answer.
  static Status cut_behind(const std::string& begun, std::size_t index, Text& text) {
    const auto last = std::find(text.own.rbegin(), text.own.rend(), false);
    const auto size = static_cast<std::size_t>(text.own.rend() - last);
    if (begun.empty() || !std::string_view(text.bytes).substr(0, size).ends_with(begun))
      return fail("engine.unsupported_field",
                  "the model's chat template does not say how an answer that was begun goes on",
                  "$.messages[" + std::to_string(index) + "].prefix",
                  "leave it out, or use a deployment that supports it");
    text.bytes.resize(size);
    text.own.resize(size);
    return {};
  }
  std::string name_of(std::int32_t id) const {
    std::string out;
    if (id >= 0) tokenizer().append_token_text(out, id, true);
    return out;
  }

  // Marks are found where the template itself wrote every byte of them.
  Script script_of(const Text& text) const {
    Script out;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.bytes.size();) {
      const std::size_t size = mark_at(text, at);
      if (size == 0) {
        ++at;
        continue;
      }
      out.text(std::string_view(text.bytes).substr(begin, at - begin));
      out.mark(std::string_view(text.bytes).substr(at, size));
      begin = at += size;
    }
    out.text(std::string_view(text.bytes).substr(begin));
    return out;
  }
  std::size_t mark_at(const Text& text, std::size_t at) const {
    const auto names = marks_.find(text.bytes[at]);
    if (names == marks_.end() || !text.own[at]) return 0;
    for (const std::string& name : names->second) {
      if (text.bytes.compare(at, name.size(), name) != 0) continue;
      const auto begin = text.own.begin() + static_cast<std::ptrdiff_t>(at);
      if (std::find(begin, begin + static_cast<std::ptrdiff_t>(name.size()), false) ==
          begin + static_cast<std::ptrdiff_t>(name.size()))
        return name.size();
    }
    return 0;
  }

  std::shared_ptr<const jinja::Template> template_;
  const ToolDialect dialect_;
  const bool thinks_;
  std::map<char, std::vector<std::string>> marks_;  // by their first byte, longest first
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_template_format(Choice choice, const Tokenizer& tokenizer,
                                                           std::string_view chat_template) {
  auto parsed = jinja::Template::parse(chat_template);
  if (!parsed)
    return fail("engine.unsupported",
                "tokenizer.chat_template is of no kind that is known here, and " + parsed.error().message + " (" +
                    parsed.error().where + ")",
                {}, parsed.error().hint);
  return std::make_unique<TemplateFormat>(std::move(choice), tokenizer, *parsed, chat_template);
}

}  // namespace sluice::engine
