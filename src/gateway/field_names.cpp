#include "gateway/field_names.h"

#include <algorithm>
#include <array>

namespace sluice::gateway {
namespace {

using json::Type;
using json::Value;

// Members of the body whose own members are the client's text, or bookkeeping of it, or settings that have nothing
// to do with where a text goes or how long the answer gets. By plain name.
constexpr std::array kContent = std::to_array<std::string_view>({"messages",
                                                                 "input",
                                                                 "prompt",
                                                                 "system",
                                                                 "instructions",
                                                                 "suffix",
                                                                 "documents",
                                                                 "prediction",
                                                                 "tools",
                                                                 "functions",
                                                                 "toolchoice",
                                                                 "functioncall",
                                                                 "text",
                                                                 "logitbias",
                                                                 "stop",
                                                                 "stopsequences",
                                                                 "metadata",
                                                                 "clientmetadata",
                                                                 "include",
                                                                 "modalities",
                                                                 "audio",
                                                                 "moderation",
                                                                 "thinking",
                                                                 "streamoptions",
                                                                 "mcpservers",
                                                                 "container",
                                                                 "dshsessionlog",
                                                                 "dshpluginpackages",
                                                                 "outputconfig",
                                                                 "websearchoptions",
                                                                 "contextmanagement",
                                                                 "diagnostics"});
// Parts of names of schemas and grammars: "maxLength" is a word of theirs, too.
constexpr std::array kForms =
    std::to_array<std::string_view>({"schema", "guided", "struct", "format", "grammar", "template", "processor"});

// Words in names of lengths of answers.
constexpr std::array kLengths = std::to_array<std::string_view>({"token", "length"});
constexpr std::array kAnswers = std::to_array<std::string_view>(
    {"output", "response", "completion", "answer", "reply", "generation", "generate", "predict"});
constexpr std::array kBounds =
    std::to_array<std::string_view>({"max", "limit", "size", "budget", "count", "cap", "bound", "most"});
// Of names that have such words for something else: the prompt, ids of tokens, penalties, samplers (DRY), how many
// tokens are told of or guessed ahead, where log-probabilities begin.
constexpr std::array kOtherNumbers =
    std::to_array<std::string_view>({"prompt", "input", "context", "tokenid", "penalty", "dryallowedlength",
                                     "topntokens", "logprob", "specul", "draft", "ngram", "capacity"});

bool is_content(const std::string& plain) {
  if (std::find(kContent.begin(), kContent.end(), plain) != kContent.end()) return true;
  return std::any_of(kForms.begin(), kForms.end(),
                     [&](std::string_view part) { return plain.find(part) != plain.npos; });
}

Status see_all(Value value, const See& see, bool root) {
  for (Value member : value) {
    std::string plain;
    if (value.is(Type::Object)) {
      plain = plain_name(member.key());
      if (member.is_null()) continue;
      SLUICE_TRY_VOID(see(member, plain, root));
    }
    if (!is_content(plain) && (member.is(Type::Object) || member.is(Type::Array))) {
      SLUICE_TRY_VOID(see_all(member, see, false));
    }
  }
  return {};
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-' && c != '.') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool may_limit_answer(std::string_view plain) {
  const auto has_one = [plain](const auto& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](std::string_view part) { return plain.find(part) != plain.npos; });
  };
  if (has_one(kOtherNumbers)) return false;
  if (has_one(kLengths) || plain.ends_with("len")) return true;
  return has_one(kAnswers) && has_one(kBounds);
}

Status see_settings(Value body, const See& see) {
  if (!body.is(Type::Object)) return {};
  return see_all(body, see, true);
}

}  // namespace sluice::gateway
