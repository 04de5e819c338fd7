// Formats in which every turn names its role: ChatML (Qwen2 and many others) and Llama 3.
#include "engine/prompt/formats.h"
#include "engine/prompt/python_json.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

std::string_view role_of(const Turn& turn) {
  if (turn.role == Turn::Role::System) return "system";
  return turn.role == Turn::Role::Assistant ? "assistant" : "user";
}

Script begin_sequence(const Tokenizer& tokenizer) {
  Script out;
  std::string name;
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) tokenizer.append_token_text(name, tokenizer.bos(), true);
  if (!name.empty()) out.mark(name);
  return out;
}

// The tool as OpenAI's clients send it, in Python's spelling.
std::string tool_json(const std::string& function, int indent) {
  const auto doc = json::Doc::parse("{\"type\":\"function\",\"function\":" + function + "}");
  return doc ? python_json((*doc)->root(), indent) : function;
}

// Arguments that are JSON are spelled as Python does, others as they are.
std::string arguments_of(const chat::ToolCall& call) {
  const auto doc = json::Doc::parse(call.arguments);
  return doc ? python_json((*doc)->root()) : call.arguments;
}

class ChatMlFormat final : public NamedFormat {
 public:
  ChatMlFormat(Choice choice, const Tokenizer& tokenizer, std::string system)
      : NamedFormat(std::move(choice), tokenizer), default_system_(std::move(system)) {}
  ToolDialect dialect() const override { return ToolDialect::Hermes; }

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY(const Conversation conversation,
               conversation_of(request, {.tools = true, .results = true, .open = true}, false, false));
    Script out = begin_sequence(tokenizer());
    const std::vector<Turn>& turns = conversation.turns;
    const bool own_system = turns.front().role == Turn::Role::System;
    const bool declares = !turns.front().tools.empty();
    if (!own_system && !default_system_.empty()) turn(out, "system", default_system_);
    if (declares) declare(out, turns.front());
    for (std::size_t i = declares ? 1 : 0; i < turns.size(); ++i) {
      if (turns[i].role == Turn::Role::Tool) {
        const bool first = i == 0 || turns[i - 1].role != Turn::Role::Tool;
        const bool last = i + 1 == turns.size() || turns[i + 1].role != Turn::Role::Tool;
        result(out, turns[i].content, first, last);
      } else if (!turns[i].tool_calls.empty()) {
        calls(out, turns[i]);
      } else if (turns[i].open) {
        break;
      } else {
        turn(out, role_of(turns[i]), turns[i].content);
      }
    }
    out.mark(kStart);
    out.own("assistant\n");
    if (turns.back().open) out.text(turns.back().content);
    return out.tokens(tokenizer());
  }

 private:
  static constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>";

  static void turn(Script& out, std::string_view role, std::string_view text) {
    out.mark(kStart);
    out.own(role);
    out.own("\n");
    out.text(text);
    out.mark(kEnd);
    out.own("\n");
  }

  // The system turn with the tools behind its text: Qwen2.5's words.
  void declare(Script& out, const Turn& system) const {
    out.mark(kStart);
    out.own("system\n");
    const std::string& text = system.content.empty() ? default_system_ : system.content;
    out.text(text);
    if (!text.empty()) out.own("\n\n");
    out.own(
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with "
        "function signatures within <tools></tools> XML tags:\n<tools>");
    for (const std::string& tool : system.tools) {
      out.own("\n");
      out.text(tool_json(tool, 0));
    }
    out.own(
        "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
        "<tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": "
        "<args-json-object>}\n</tool_call>");
    out.mark(kEnd);
    out.own("\n");
  }

  static void calls(Script& out, const Turn& turn) {
    out.mark(kStart);
    out.own("assistant");
    if (!turn.content.empty()) out.own("\n");
    out.text(turn.content);
    for (const chat::ToolCall& call : turn.tool_calls) {
      out.own("\n<tool_call>\n{\"name\": \"");
      out.text(call.name);
      out.own("\", \"arguments\": ");
      out.text(arguments_of(call));
      out.own("}\n</tool_call>");
    }
    out.mark(kEnd);
    out.own("\n");
  }

  static void result(Script& out, std::string_view text, bool first, bool last) {
    if (first) out.mark(kStart);
    if (first) out.own("user");
    out.own("\n<tool_response>\n");
    out.text(text);
    out.own("\n</tool_response>");
    if (last) out.mark(kEnd);
    if (last) out.own("\n");
  }

  std::string default_system_;  // what the model's template says where the client says nothing
};

// The system text that a ChatML template writes by itself: a "<|im_start|>system\n...<|im_end|>" in it that is
// plain words from end to end, not put together from expressions.
std::string default_system_of(std::string_view chat_template) {
  constexpr std::string_view kBegin = "<|im_start|>system";
  for (std::size_t at = chat_template.find(kBegin); at != std::string_view::npos;
       at = chat_template.find(kBegin, at + 1)) {
    std::string_view rest = chat_template.substr(at + kBegin.size());
    if (rest.starts_with("\\n")) {
      rest.remove_prefix(2);
    } else if (rest.starts_with('\n')) {
      rest.remove_prefix(1);
    } else {
      continue;
    }
    const std::string_view words = rest.substr(0, rest.find("<|im_end|>"));
    if (words.size() < rest.size() && words.find_first_of("'\"{}%|\\") == std::string_view::npos) {
      return std::string(words);
    }
  }
  return {};
}

class Llama3Format final : public NamedFormat {
 public:
  using NamedFormat::NamedFormat;
  ToolDialect dialect() const override { return ToolDialect::Bare; }

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY(const Conversation conversation,
               conversation_of(request, {.tools = true, .results = true, .open = true}, false, false));
    Script out = begin_sequence(tokenizer());
    const std::vector<std::string>& tools = conversation.turns.front().tools;
    bool declared = tools.empty();
    for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
      const Turn& turn = conversation.turns[i];
      if (turn.open) break;
      header(out, turn.role == Turn::Role::Tool ? "ipython" : role_of(turn));
      if (i == 0 && !tools.empty()) out.own("Environment: ipython\n");
      if (turn.role == Turn::Role::User && !declared) declare(out, tools);
      declared = declared || turn.role == Turn::Role::User;
      if (turn.tool_calls.size() > 1)
        return fail("engine.unsupported_field", "the model makes one tool call at a time", "$.messages",
                    "send each call as a turn of its own");
      if (!turn.tool_calls.empty()) {
        call(out, turn.tool_calls.front());
      } else if (turn.role == Turn::Role::Tool) {
        out.text(python_quoted(turn.content));
      } else {
        out.text(trimmed(turn.content));
      }
      out.mark(kEndTurn);
    }
    header(out, "assistant");
    const Turn& last = conversation.turns.back();
    if (last.open) out.text(last.content);
    return out.tokens(tokenizer());
  }

 private:
  static constexpr std::string_view kEndTurn = "<|eot_id|>";

  static void header(Script& out, std::string_view role) {
    out.mark("<|start_header_id|>");
    out.own(role);
    out.mark("<|end_header_id|>");
    out.own("\n\n");
  }
  // Llama 3.1's words, before the first question.
  static void declare(Script& out, const std::vector<std::string>& tools) {
    out.own(
        "Given the following functions, please respond with a JSON for a function call with its proper arguments "
        "that best answers the given prompt.\n\nRespond in the format {\"name\": function name, \"parameters\": "
        "dictionary of argument name and its value}.Do not use variables.\n\n");
    for (const std::string& tool : tools) {
      out.text(tool_json(tool, 4));
      out.own("\n\n");
    }
  }
  static void call(Script& out, const chat::ToolCall& call) {
    out.own("{\"name\": \"");
    out.text(call.name);
    out.own("\", \"parameters\": ");
    out.text(arguments_of(call));
    out.own("}");
  }
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_chatml_format(Choice choice, const Tokenizer& tokenizer,
                                                         std::string_view chat_template) {
  for (const std::string_view mark : {"<|im_start|>", "<|im_end|>"}) {
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  return std::make_unique<ChatMlFormat>(std::move(choice), tokenizer, default_system_of(chat_template));
}

Result<std::unique_ptr<PromptFormat>> make_llama3_format(Choice choice, const Tokenizer& tokenizer) {
  for (const std::string_view mark : {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}) {
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  return std::make_unique<Llama3Format>(std::move(choice), tokenizer);
}

}  // namespace sluice::engine
