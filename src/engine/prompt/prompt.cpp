#include "engine/prompt/prompt.h"

#include "engine/gguf/gguf.h"
#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

constexpr const char* kSupported =
    "supported: r1, deepseek, deepseek-v3.1, deepseek-v3.2, deepseek-v4, deepseek-v4-0731, deepseek-v4.1, chatml, "
    "llama3, template, guide, plain";

bool has_all(const Tokenizer& tokenizer, std::initializer_list<std::string_view> marks) {
  for (const std::string_view mark : marks) {
    if (!tokenizer.token_id(mark)) return false;
  }
  return true;
}

Failure unsupported(const gguf::File& file, std::string message) {
  return fail("engine.unsupported", std::move(message), file.name(),
              std::string(kSupported) + "; set sluice.prompt_format in the file's metadata to choose one");
}

// DeepSeek's turns with or without reasoning. Distills were published with a first template that left <think> to
// the model; R1's README asks to open the answer with it, so the vocabulary decides.
std::string deepseek_variant(const Tokenizer& tokenizer) {
  return has_all(tokenizer, {"<think>", "</think>"}) ? "r1" : "deepseek";
}

Result<Choice> choose_by_template(const gguf::File& file, const Tokenizer& tokenizer,
                                  std::string_view chat_template) {
  const auto has = [chat_template](std::string_view part) {
    return chat_template.find(part) != std::string_view::npos;
  };
  const std::string because = "tokenizer.chat_template writes ";
  if (has(kDeepSeekUser) && has(kDeepSeekAssistant)) {
    if (has("not thinking is defined") && has_all(tokenizer, {"<think>", "</think>"}))
      return Choice{"deepseek-v3.1", because + std::string(kDeepSeekUser) + " and asks for `thinking`"};
    const std::string variant = deepseek_variant(tokenizer);
    return Choice{variant, because + std::string(kDeepSeekUser) + ", and the vocabulary " +
                               (variant == "r1" ? "has" : "lacks") + " <think>"};
  }
  if (has("<|im_start|>")) return Choice{"chatml", because + "<|im_start|>"};
  if (has("<|start_header_id|>")) return Choice{"llama3", because + "<|start_header_id|>"};
  return Choice{"template", "tokenizer.chat_template is of no kind that is known here, so it is run as it is"};
}

Result<Choice> choose(const gguf::File& file, const Tokenizer& tokenizer, std::string_view chat_template) {
  if (file.has("sluice.prompt_format")) {
    SLUICE_TRY(const std::string_view name, file.require_string("sluice.prompt_format"));
    return Choice{std::string(name), "sluice.prompt_format says so"};
  }
  const std::string_view architecture = file.string("general.architecture").value_or("");
  const std::string_view model = file.string("general.name").value_or("");
  if (has_all(tokenizer, {"<\uFF5CSystem\uFF5C>", kDsmlMark}))
    return Choice{"deepseek-v4.1", "the vocabulary has <\uFF5CSystem\uFF5C>"};
  if (has_all(tokenizer, {kDsmlMark}) && architecture != "deepseek32") {
    const bool refreshed =
        model.find("0731") != std::string_view::npos || model.find("0813") != std::string_view::npos;
    return Choice{refreshed ? "deepseek-v4-0731" : "deepseek-v4",
                  "the vocabulary has " + std::string(kDsmlMark) +
                      (refreshed ? ", and the name says that the model is the refreshed one" : "")};
  }
  if (architecture == "deepseek4") return Choice{"deepseek-v4", "the architecture is deepseek4"};
  if (architecture == "deepseek32") return Choice{"deepseek-v3.2", "the architecture is deepseek32"};
  if (!chat_template.empty()) return choose_by_template(file, tokenizer, chat_template);
  const std::string because = "the file has no chat template, and the vocabulary has ";
  if (has_all(tokenizer, {kDeepSeekBegin, kDeepSeekEnd, kDeepSeekUser, kDeepSeekAssistant})) {
    const std::string variant = deepseek_variant(tokenizer);
    return Choice{variant,
                  because + std::string(kDeepSeekUser) + (variant == "r1" ? " and <think>" : " but no <think>")};
  }
  if (has_all(tokenizer, {"<|im_start|>", "<|im_end|>"})) return Choice{"chatml", because + "<|im_start|>"};
  if (has_all(tokenizer, {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"})) {
    return Choice{"llama3", because + "<|start_header_id|>"};
  }
  return Choice{"plain", because + "no marks of a known format"};
}

}  // namespace

Result<std::unique_ptr<PromptFormat>> PromptFormat::create(const gguf::File& file, const Tokenizer& tokenizer) {
  const std::string_view chat_template = file.string("tokenizer.chat_template").value_or("");
  SLUICE_TRY(Choice choice, choose(file, tokenizer, chat_template));
  const std::string name = choice.name;
  Result<std::unique_ptr<PromptFormat>> made = unsupported(file, "\"" + name + "\" is no prompt format");
  if (name == "r1" || name == "deepseek" || name == "deepseek-v3.1")
    made = make_deepseek_format(std::move(choice), tokenizer);
  if (name == "deepseek-v3.2" || name == "deepseek-v4" || name == "deepseek-v4-0731" || name == "deepseek-v4.1")
    made = make_dsml_format(std::move(choice), tokenizer);
  if (name == "chatml") made = make_chatml_format(std::move(choice), tokenizer, chat_template);
  if (name == "llama3") made = make_llama3_format(std::move(choice), tokenizer);
  if (name == "template") made = make_template_format(std::move(choice), tokenizer, chat_template);
  if (name == "guide") made = make_guide_format(std::move(choice), tokenizer);
  if (name == "plain") made = make_plain_format(std::move(choice), tokenizer);
  if (!made && made.error().where.empty()) made.error().where = file.name();
  return made;
}

}  // namespace sluice::engine
