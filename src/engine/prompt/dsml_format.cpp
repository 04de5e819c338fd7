// DeepSeek V3.2, V4 and V4.1 as prompt formats: the encoders of dsml.h for a client's request.
#include "engine/prompt/dsml.h"
#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

class DsmlFormat final : public NamedFormat {
 public:
  DsmlFormat(Choice choice, const Tokenizer& tokenizer, Edition edition)
      : NamedFormat(std::move(choice), tokenizer), edition_(edition) {}

  Result<std::vector<std::int32_t>> render(const chat::Request& request) const override {
    SLUICE_TRY(const Conversation conversation,
               conversation_of(request, {.tools = true, .results = true, .open = true, .reasons = true},
                               thinks(request), true));
    SLUICE_TRY(const Script script, encode_dsml(conversation, edition_));
    return script.tokens(tokenizer());
  }
  bool opens_in_reasoning(const chat::Request& request) const override {
    const chat::Message* begun = begun_answer(request);
    return begun ? goes_on_reasoning(*begun, thinks(request)) : thinks(request);
  }
  bool can_think() const override { return true; }
  bool takes_effort() const override { return edition_ != Edition::V32; }
  ToolDialect dialect() const override {
    switch (edition_) {
      case Edition::V32:
        return ToolDialect::Dsml32;
      case Edition::V41:
        return ToolDialect::Dsml41;
      case Edition::V4:
      case Edition::V4July:
        break;
    }
    return ToolDialect::Dsml4;
  }

 private:
  // V4 thinks unless told otherwise, V3.2 answers at once: as their hosted versions do. An answer that was begun
  // has reasoning if it says so, or if there is nothing of it yet.
  bool thinks(const chat::Request& request) const {
    const bool usual = edition_ != Edition::V32;
    if (const chat::Message* begun = begun_answer(request))
      return request.thinking.value_or(!begun->reasoning.empty() || (usual && begun->text().empty()));
    const chat::Role last = request.messages.empty() ? chat::Role::User : request.messages.back().role;
    const bool asked = last == chat::Role::User || last == chat::Role::Tool ||
                       (edition_ == Edition::V41 && last != chat::Role::Assistant && request.messages.size() > 1);
    return asked && request.thinking.value_or(usual);
  }

  Edition edition_;
};

}  // namespace

Result<std::unique_ptr<PromptFormat>> make_dsml_format(Choice choice, const Tokenizer& tokenizer) {
  Edition edition = Edition::V4;
  if (choice.name == "deepseek-v3.2") edition = Edition::V32;
  if (choice.name == "deepseek-v4-0731") edition = Edition::V4July;
  if (choice.name == "deepseek-v4.1") edition = Edition::V41;
  for (const std::string_view mark : {kDeepSeekBegin, kDeepSeekEnd, kDeepSeekUser, kDeepSeekAssistant}) {
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  for (const std::string_view mark : {"<think>", "</think>"}) {
    SLUICE_TRY_VOID(require_mark(tokenizer, mark, choice.name));
  }
  return std::make_unique<DsmlFormat>(std::move(choice), tokenizer, edition);
}

}  // namespace sluice::engine
