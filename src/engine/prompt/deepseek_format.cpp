// DeepSeek's turns: BOS, the system texts, then each question after <User> and each answer after <Assistant> with
// an end mark behind it. R1 and its distills ("r1") open the answer with <think> and keep of earlier answers only
// what stands after the reasoning; V3 ("deepseek") has no reasoning. Facts: the models' published chat templates.
#include <optional>

#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

struct Marks {
  std::int32_t begin, end, user, assistant;
  std::int32_t think = -1, end_think = -1;  // -1: the model does not reason
};

class DeepSeekFormat final : public NamedFormat {
 public:
  DeepSeekFormat(Choice choice, const Tokenizer& tokenizer, const Marks& marks)
      : NamedFormat(std::move(choice), tokenizer), marks_(marks) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY_VOID(check_plain_conversation(request));
    TokenWriter out(tokenizer());
    out.mark(marks_.begin);
    bool first = true;
    for (const chat::Message& message : request.messages) {
      if (!is_system(message)) continue;
      if (!first) out.text("\n\n");
      out.text(message.text());
      first = false;
    }
    for (const chat::Message& message : request.messages) {
      if (is_system(message)) continue;
      const bool asks = message.role == chat::Role::User;
      out.mark(asks ? marks_.user : marks_.assistant);
      const std::string text = message.text();
      out.text(asks ? text : kept_of(text));
      if (!asks) out.mark(marks_.end);
    }
    out.mark(marks_.assistant);
    if (can_think()) {
      out.mark(marks_.think);
      out.text("\n");
      if (!opens_in_reasoning(request)) out.mark(marks_.end_think);
    }
    return out.finish();
  }

  bool opens_in_reasoning(const chat::Request& request) const override {
    return can_think() && request.thinking.value_or(true);
  }
  bool can_think() const override { return marks_.think >= 0; }

 private:
  static bool is_system(const chat::Message& message) {
    return message.role == chat::Role::System || message.role == chat::Role::Developer;
  }

  // What of an earlier answer the model sees again.
  std::string_view kept_of(std::string_view answer) const {
    constexpr std::string_view kClose = "</think>";
    const std::size_t close = can_think() ? answer.rfind(kClose) : std::string_view::npos;
    return close == std::string_view::npos ? answer : answer.substr(close + kClose.size());
  }

  Marks marks_;
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_deepseek_format(Choice choice, const Tokenizer& tokenizer) {
  Marks marks{};
  SLUICE_TRY(marks.begin, require_mark(tokenizer, kDeepSeekBegin, choice.name));
  SLUICE_TRY(marks.end, require_mark(tokenizer, kDeepSeekEnd, choice.name));
  SLUICE_TRY(marks.user, require_mark(tokenizer, kDeepSeekUser, choice.name));
  SLUICE_TRY(marks.assistant, require_mark(tokenizer, kDeepSeekAssistant, choice.name));
  if (choice.name == "r1") {
    SLUICE_TRY(marks.think, require_mark(tokenizer, "<think>", choice.name));
    SLUICE_TRY(marks.end_think, require_mark(tokenizer, "</think>", choice.name));
  }
  return std::make_unique<DeepSeekFormat>(std::move(choice), tokenizer, marks);
}

}  // namespace sluice::engine
