// DeepSeek's turns: BOS, the system texts, then each question after <User> and each answer after <Assistant> with
// an end mark behind it. R1 and its distills ("r1") open the answer with <think>, V3.1 ("deepseek-v3.1") with
// <think> or </think>; both keep of earlier answers only what stands after the reasoning. V3 ("deepseek") has no
// reasoning. Facts: the models' published chat templates. Those of V3 and R1 have no words for declaring tools:
// they get V3.1's.
#include "engine/prompt/formats.h"
#include "engine/prompt/python_json.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

enum class Kind { V3, R1, V31 };

constexpr std::string_view kCalls = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
constexpr std::string_view kCallsEnd = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
constexpr std::string_view kCall = "<\uFF5Ctool\u2581call\u2581begin\uFF5C>";
constexpr std::string_view kCallEnd = "<\uFF5Ctool\u2581call\u2581end\uFF5C>";
constexpr std::string_view kSeparator = "<\uFF5Ctool\u2581sep\uFF5C>";
constexpr std::string_view kOutputs = "<\uFF5Ctool\u2581outputs\u2581begin\uFF5C>";
constexpr std::string_view kOutputsEnd = "<\uFF5Ctool\u2581outputs\u2581end\uFF5C>";
constexpr std::string_view kOutput = "<\uFF5Ctool\u2581output\u2581begin\uFF5C>";
constexpr std::string_view kOutputEnd = "<\uFF5Ctool\u2581output\u2581end\uFF5C>";

class DeepSeekFormat final : public NamedFormat {
 public:
  DeepSeekFormat(Choice choice, const Tokenizer& tokenizer, Kind kind)
      : NamedFormat(std::move(choice), tokenizer), kind_(kind) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override;
  bool opens_in_reasoning(const chat::Request& request) const override {
    const chat::Message* begun = begun_answer(request);
    return begun ? goes_on_reasoning(*begun, thinks(request)) : thinks(request);
  }
  bool can_think() const override { return kind_ != Kind::V3; }
  ToolDialect dialect() const override { return kind_ == Kind::V31 ? ToolDialect::Marked : ToolDialect::Fenced; }

 private:
  // Of an answer that was begun: it says so, or there is nothing of it yet.
  bool thinks(const chat::Request& request) const {
    if (const chat::Message* begun = begun_answer(request))
      return can_think() &&
             request.thinking.value_or(!begun->reasoning.empty() || (kind_ == Kind::R1 && begun->text().empty()));
    if (!request.messages.empty() && request.messages.back().role == chat::Role::Tool) return false;
    return can_think() && request.thinking.value_or(kind_ == Kind::R1);
  }
  void declare(Script& out, const std::vector<std::string>& tools) const;
  void calls(Script& out, const Turn& turn) const;
  void results(Script& out, const Conversation& conversation, std::size_t index) const;
  void answer(Script& out, const Conversation& conversation, std::size_t index) const;
  void open_answer(Script& out, const Conversation& conversation, const Turn& begun) const;
  // What of an earlier answer the model sees again.
  std::string_view kept_of(std::string_view answer) const {
    constexpr std::string_view kClose = "</think>";
    if (!can_think()) return answer;
    const std::size_t close = kind_ == Kind::V31 ? answer.find(kClose) : answer.rfind(kClose);
    return close == std::string_view::npos ? answer : answer.substr(close + kClose.size());
  }

  const Kind kind_;
};

Turn::Role before(const Conversation& conversation, std::size_t index) {
  while (index-- > 0)
    if (conversation.turns[index].role != Turn::Role::System) return conversation.turns[index].role;
  return Turn::Role::System;
}

void DeepSeekFormat::declare(Script& out, const std::vector<std::string>& tools) const {
  out.own("\n\n## Tools\nYou have access to the following tools:\n");
  for (const std::string& tool : tools) {
    const auto doc = json::Doc::parse(tool);
    if (!doc) continue;  // function_json() makes JSON only
    const json::Value function = (*doc)->root();
    out.own("\n### ");
    out.text(function["name"].string().value_or(""));
    out.own("\nDescription: ");
    out.text(function["description"].string().value_or(""));
    out.own("\n\nParameters: ");
    out.text(function["parameters"] ? python_json(function["parameters"]) : "{}");
    out.own("\n");
  }
  out.own("\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n");
  const bool fenced = kind_ != Kind::V31;
  out.mark(kCalls);
  out.mark(kCall);
  if (fenced) {
    out.own("function");
    out.mark(kSeparator);
    out.own("tool_call_name\n```json\ntool_call_arguments\n```");
  } else {
    out.own("tool_call_name");
    out.mark(kSeparator);
    out.own("tool_call_arguments");
  }
  out.mark(kCallEnd);
  out.own("{additional_tool_calls}");
  out.mark(kCallsEnd);
  out.own(
      "\n\nWhere:\n\n- `tool_call_name` must be an exact match to one of the available tools\n"
      "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema\n");
  if (!fenced) out.own("- For multiple tool calls, chain them directly without separators or spaces\n");
}

void DeepSeekFormat::calls(Script& out, const Turn& turn) const {
  out.mark(kCalls);
  bool first = true;
  for (const chat::ToolCall& call : turn.tool_calls) {
    if (kind_ != Kind::V31 && !first) out.own("\n");
    first = false;
    out.mark(kCall);
    if (kind_ != Kind::V31) {
      out.own("function");
      out.mark(kSeparator);
      out.text(call.name);
      out.own("\n```json\n");
      out.text(call.arguments);
      out.own("\n```");
    } else {
      out.text(call.name);
      out.mark(kSeparator);
      out.text(call.arguments);
    }
    out.mark(kCallEnd);
  }
  out.mark(kCallsEnd);
}

void DeepSeekFormat::results(Script& out, const Conversation& conversation, std::size_t index) const {
  const bool v31 = kind_ == Kind::V31;
  const bool first = before(conversation, index) != Turn::Role::Tool;
  if (!v31 && first) out.mark(kOutputs);
  if (!v31 && !first) out.own("\n");
  out.mark(kOutput);
  out.text(conversation.turns[index].content);
  out.mark(kOutputEnd);
  const bool last =
      index + 1 == conversation.turns.size() || conversation.turns[index + 1].role != Turn::Role::Tool;
  if (!v31 && last) out.mark(kOutputsEnd);
}

// After results an answer goes on without a mark.
void DeepSeekFormat::answer(Script& out, const Conversation& conversation, std::size_t index) const {
  const Turn& turn = conversation.turns[index];
  if (before(conversation, index) != Turn::Role::Tool) {
    out.mark(kDeepSeekAssistant);
    if (kind_ == Kind::V31) out.own("</think>");
  }
  out.text(kept_of(turn.content));
  if (!turn.tool_calls.empty()) calls(out, turn);
  out.mark(kDeepSeekEnd);
}

// An answer that the model goes on with, as it writes it itself: R1 with blank lines around its reasoning. Where
// it says nothing of reasoning it stands as the templates have answers.
void DeepSeekFormat::open_answer(Script& out, const Conversation& conversation, const Turn& begun) const {
  const bool r1 = kind_ == Kind::R1;
  if (conversation.thinking) {
    out.own(r1 ? "<think>\n" : "<think>");
    out.text(begun.reasoning);
    if (begun.content.empty()) return;
    if (r1 && !begun.reasoning.ends_with('\n')) out.own("\n");
    out.own(r1 ? "</think>\n\n" : "</think>");
  } else if (kind_ == Kind::V31) {
    out.own("</think>");
  }
  out.text(begun.content);
}

Result<std::vector<std::int32_t>> DeepSeekFormat::render(const chat::Request& request) const {
  SLUICE_TRY(const Conversation conversation,
             conversation_of(request, {.tools = true, .results = true, .open = true, .reasons = can_think()},
                             thinks(request), false));
  Script out;
  out.mark(kDeepSeekBegin);
  bool first = true;
  for (const Turn& turn : conversation.turns) {
    if (turn.role != Turn::Role::System) continue;
    if (!first) out.own("\n\n");
    out.text(turn.content);
    first = false;
  }
  if (!conversation.turns.front().tools.empty()) declare(out, conversation.turns.front().tools);
  for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
    const Turn& turn = conversation.turns[i];
    if (turn.role == Turn::Role::User) {
      out.mark(kDeepSeekUser);
      out.text(turn.content);
    } else if (turn.role == Turn::Role::Tool) {
      results(out, conversation, i);
    } else if (turn.role == Turn::Role::Assistant && turn.open) {
      const bool after_results = before(conversation, i) == Turn::Role::Tool;
      if (!after_results) out.mark(kDeepSeekAssistant);
      if (after_results && !conversation.thinking)
        out.text(turn.content);
      else
        open_answer(out, conversation, turn);
      return out.tokens(tokenizer());
    } else if (turn.role == Turn::Role::Assistant) {
      answer(out, conversation, i);
    }
  }
  if (before(conversation, conversation.turns.size()) == Turn::Role::Tool) return out.tokens(tokenizer());
  out.mark(kDeepSeekAssistant);
  if (kind_ == Kind::V31) out.own(conversation.thinking ? "<think>" : "</think>");
  if (kind_ == Kind::R1) out.own(conversation.thinking ? "<think>\n" : "<think>\n</think>");
  return out.tokens(tokenizer());
}

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_deepseek_format(Choice choice, const Tokenizer& tokenizer) {
  const Kind kind = choice.name == "r1" ? Kind::R1 : choice.name == "deepseek" ? Kind::V3 : Kind::V31;
  for (const std::string_view mark : {kDeepSeekBegin, kDeepSeekEnd, kDeepSeekUser, kDeepSeekAssistant}) {
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  for (const std::string_view mark : {"<think>", "</think>"}) {
    if (kind == Kind::V3) break;
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  return std::make_unique<DeepSeekFormat>(std::move(choice), tokenizer, kind);
}

}  // namespace sluice::engine
