// The prompt formats behind PromptFormat, and what they share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/prompt/conversation.h"
#include "engine/prompt/prompt.h"
#include "engine/prompt/script.h"

namespace sluice::engine {

// Which format, and the sentence that says why.
struct Choice {
  std::string name;
  std::string reason;
};

// Collects a prompt. Texts that follow each other are encoded together, as the models' own tokenizers do with what
// stands between two marks ("user\n" and a question that begins with a line break share a token).
class TokenWriter {
 public:
  explicit TokenWriter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  void mark(std::int32_t id);
  void text(std::string_view text) { pending_.append(text); }
  std::vector<std::int32_t> finish();

 private:
  void flush();
  const Tokenizer& tokenizer_;
  std::vector<std::int32_t> ids_;
  std::string pending_;
};

class NamedFormat : public PromptFormat {
 public:
  NamedFormat(Choice choice, const Tokenizer& tokenizer) : choice_(std::move(choice)), tokenizer_(tokenizer) {}
  const std::string& name() const override { return choice_.name; }
  const std::string& reason() const override { return choice_.reason; }
  bool opens_in_reasoning(const chat::Request& request) const override { return false; }
  bool can_think() const override { return false; }
  bool takes_effort() const override { return false; }
  ToolDialect dialect() const override { return ToolDialect::None; }

 protected:
  const Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  Choice choice_;
  const Tokenizer& tokenizer_;
};

// The id of a mark that the format cannot do without; engine.unsupported if the vocabulary lacks it.
Result<std::int32_t> require_mark(const Tokenizer& tokenizer, std::string_view mark, std::string_view format);
// Refuses what formats without tools have no words for: tools, tool results, parts that are not text; and an empty
// conversation.
Status check_plain_conversation(const chat::Request& request);
// Without white space (Python's str.isspace) at both ends.
std::string_view trimmed(std::string_view utf8);

// `chat_template`: the file's, or empty.
Result<std::unique_ptr<PromptFormat>> make_deepseek_format(Choice choice, const Tokenizer& tokenizer);
Result<std::unique_ptr<PromptFormat>> make_dsml_format(Choice choice, const Tokenizer& tokenizer);
Result<std::unique_ptr<PromptFormat>> make_chatml_format(Choice choice, const Tokenizer& tokenizer,
                                                         std::string_view chat_template);
Result<std::unique_ptr<PromptFormat>> make_llama3_format(Choice choice, const Tokenizer& tokenizer);
// Errors: engine.unsupported with the construct of the template that is not known.
Result<std::unique_ptr<PromptFormat>> make_template_format(Choice choice, const Tokenizer& tokenizer,
                                                           std::string_view chat_template);
Result<std::unique_ptr<PromptFormat>> make_guide_format(Choice choice, const Tokenizer& tokenizer);
Result<std::unique_ptr<PromptFormat>> make_plain_format(Choice choice, const Tokenizer& tokenizer);

// Marks of the DeepSeek family (bars U+FF5C, blocks U+2581).
inline constexpr std::string_view kDsmlMark = "\uFF5CDSML\uFF5C";
inline constexpr std::string_view kDeepSeekBegin = "<\uFF5Cbegin\u2581of\u2581sentence\uFF5C>";
inline constexpr std::string_view kDeepSeekEnd = "<\uFF5Cend\u2581of\u2581sentence\uFF5C>";
inline constexpr std::string_view kDeepSeekUser = "<\uFF5CUser\uFF5C>";
inline constexpr std::string_view kDeepSeekAssistant = "<\uFF5CAssistant\uFF5C>";

}  // namespace sluice::engine
