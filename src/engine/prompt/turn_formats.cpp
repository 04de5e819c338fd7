// Formats in which every turn names its role: ChatML (Qwen2 and many others) and Llama 3.
#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

std::string_view role_of(const chat::Message& message) {
  switch (message.role) {
    case chat::Role::System:
    case chat::Role::Developer:
      return "system";
    case chat::Role::Assistant:
      return "assistant";
    case chat::Role::User:
    case chat::Role::Tool:  // refused before
      break;
  }
  return "user";
}

void begin_sequence(TokenWriter& out, const Tokenizer& tokenizer) {
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) out.mark(tokenizer.bos());
}

class ChatMlFormat final : public NamedFormat {
 public:
  ChatMlFormat(Choice choice, const Tokenizer& tokenizer, std::int32_t start, std::int32_t end, std::string system)
      : NamedFormat(std::move(choice), tokenizer), start_(start), end_(end), default_system_(std::move(system)) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY_VOID(check_plain_conversation(request));
    TokenWriter out(tokenizer());
    begin_sequence(out, tokenizer());
    const bool own_system = role_of(request.messages.front()) == "system";
    if (!own_system && !default_system_.empty()) turn(out, "system", default_system_);
    for (const chat::Message& message : request.messages) turn(out, role_of(message), message.text());
    out.mark(start_);
    out.text("assistant\n");
    return out.finish();
  }

 private:
  void turn(TokenWriter& out, std::string_view role, std::string_view text) const {
    out.mark(start_);
    out.text(role);
    out.text("\n");
    out.text(text);
    out.mark(end_);
    out.text("\n");
  }

  std::int32_t start_, end_;
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
  Llama3Format(Choice choice, const Tokenizer& tokenizer, std::int32_t start, std::int32_t end,
               std::int32_t end_turn)
      : NamedFormat(std::move(choice), tokenizer), start_(start), end_(end), end_turn_(end_turn) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY_VOID(check_plain_conversation(request));
    TokenWriter out(tokenizer());
    begin_sequence(out, tokenizer());
    for (const chat::Message& message : request.messages) {
      header(out, role_of(message));
      const std::string text = message.text();
      out.text(trimmed(text));
      out.mark(end_turn_);
    }
    header(out, "assistant");
    return out.finish();
  }

 private:
  void header(TokenWriter& out, std::string_view role) const {
    out.mark(start_);
    out.text(role);
    out.mark(end_);
    out.text("\n\n");
  }

  std::int32_t start_, end_, end_turn_;
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_chatml_format(Choice choice, const Tokenizer& tokenizer,
                                                         std::string_view chat_template) {
  SLUICE_TRY(const std::int32_t start, require_mark(tokenizer, "<|im_start|>", choice.name));
  SLUICE_TRY(const std::int32_t end, require_mark(tokenizer, "<|im_end|>", choice.name));
  return std::make_unique<ChatMlFormat>(std::move(choice), tokenizer, start, end,
                                        default_system_of(chat_template));
}

Result<std::unique_ptr<PromptFormat>> make_llama3_format(Choice choice, const Tokenizer& tokenizer) {
  SLUICE_TRY(const std::int32_t start, require_mark(tokenizer, "<|start_header_id|>", choice.name));
  SLUICE_TRY(const std::int32_t end, require_mark(tokenizer, "<|end_header_id|>", choice.name));
  SLUICE_TRY(const std::int32_t end_turn, require_mark(tokenizer, "<|eot_id|>", choice.name));
  return std::make_unique<Llama3Format>(std::move(choice), tokenizer, start, end, end_turn);
}

}  // namespace sluice::engine
