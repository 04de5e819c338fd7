// Formats without turns: the built-in guide's (one question, one answer) and plain continuation.
#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

// The guide was trained on short questions in this very form (tools/guide).
constexpr std::size_t kGuideCharacters = 300;

// ASCII letters in lower case, runs of white space as one space, none at the ends, then the first 300 characters.
std::string guide_question(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  std::size_t end = 0;
  for (std::size_t i = 0; i < kGuideCharacters && end < out.size(); ++i) text::next_code_point(out, end);
  out.resize(end);
  return out;
}

class GuideFormat final : public NamedFormat {
 public:
  GuideFormat(Choice choice, const Tokenizer& tokenizer, std::int32_t user, std::int32_t guide)
      : NamedFormat(std::move(choice), tokenizer), user_(user), guide_(guide) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY_VOID(check_plain_conversation(request));
    std::string question;
    for (const chat::Message& message : request.messages) {
      if (message.role == chat::Role::User) question = guide_question(message.text());
    }
    if (question.empty()) {
      return fail("engine.empty_prompt", "the last user message holds no question", "$.messages",
                  "ask something about using Sluice");
    }
    TokenWriter out(tokenizer());
    out.mark(user_);
    out.text(question);
    out.mark(guide_);
    return out.finish();
  }

 private:
  std::int32_t user_, guide_;
};

// For models that only continue a text: the texts of all messages, one line each.
class PlainFormat final : public NamedFormat {
 public:
  using NamedFormat::NamedFormat;

  // What was begun is the last line.
  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY(const Conversation checked, conversation_of(request, {.open = true}, false, false));
    TokenWriter out(tokenizer());
    const bool begins = tokenizer().add_bos() && tokenizer().bos() >= 0;
    if (begins) out.mark(tokenizer().bos());
    bool first = true;
    for (const chat::Message& message : request.messages) {
      if (!first) out.text("\n");
      out.text(message.text());
      first = false;
    }
    std::vector<std::int32_t> ids = out.finish();
    if (ids.empty()) {
      return fail("engine.empty_prompt", "the messages hold no text, and this model has no token to begin with",
                  "$.messages", "send some text to continue");
    }
    return ids;
  }
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_guide_format(Choice choice, const Tokenizer& tokenizer) {
  SLUICE_TRY(const std::int32_t user, require_mark(tokenizer, "<|user|>", choice.name));
  SLUICE_TRY(const std::int32_t guide, require_mark(tokenizer, "<|guide|>", choice.name));
  return std::make_unique<GuideFormat>(std::move(choice), tokenizer, user, guide);
}

Result<std::unique_ptr<PromptFormat>> make_plain_format(Choice choice, const Tokenizer& tokenizer) {
  return std::make_unique<PlainFormat>(std::move(choice), tokenizer);
}

}  // namespace sluice::engine
