#include "engine/refusal.h"

#include <array>
#include <string>
#include <string_view>

#include "engine/answer_form.h"
#include "engine/sampling.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

Failure refuse(const std::string& path, const std::string& what) {
  return fail("engine.unsupported_field", what, path, "leave the field out or use a deployment that supports it");
}

// Fields without influence on the answer.
constexpr std::array<std::string_view, 9> kBookkeeping{"$.metadata",
                                                       "$.store",
                                                       "$.service_tier",
                                                       "$.safety_identifier",
                                                       "$.prompt_cache_key",
                                                       "$.prompt_cache_retention",
                                                       "$.parallel_tool_calls",
                                                       "$.user",
                                                       "$.stream_options"};

// Fields that may be present with the value that means "off".
struct Neutral {
  std::string_view path;
  double number;
};
constexpr std::array<Neutral, 5> kNeutral{
    {{"$.n", 1}, {"$.best_of", 1}, {"$.frequency_penalty", 0}, {"$.presence_penalty", 0}, {"$.top_logprobs", 0}}};

bool is_empty(json::Value value) {
  switch (value.type()) {
    case json::Type::Null:
      return true;
    case json::Type::Bool:
      return value.boolean() == false;
    case json::Type::String:
      return value.raw() == "\"\"";
    case json::Type::Array:
    case json::Type::Object:
      return value.size() == 0;
    case json::Type::Number:
      return false;
  }
  return false;
}

bool harmless(const chat::ExtraField& field) {
  if (field.hint) return true;
  for (std::string_view path : kBookkeeping)
    if (field.path == path) return true;
  auto doc = json::Doc::parse(field.raw);
  if (!doc) return false;
  const json::Value value = (*doc)->root();
  for (const Neutral& neutral : kNeutral)
    if (field.path == neutral.path && value.number() == neutral.number) return true;
  return is_empty(value);
}

// Settings that the vocabulary has and the engine does not honour.
Status refuse_sampling(const chat::Request& request) {
  const chat::Sampling& sampling = request.sampling;
  // Several answers of a chat are asked for one by one.
  if (sampling.n != 1 && request.protocol != chat::Protocol::OpenAiChat)
    return refuse("$.n", "the built-in engine gives one answer a request");
  // A completion tells them in another shape.
  if ((sampling.logprobs || sampling.top_logprobs.value_or(0) > 0) &&
      request.protocol != chat::Protocol::OpenAiChat)
    return refuse("$.logprobs", "the built-in engine tells log-probabilities of chat answers only");
  return {};
}

bool is_text_format(const std::string& raw) {
  auto doc = json::Doc::parse(raw);
  return doc && (is_empty((*doc)->root()) || (*doc)->root()["type"].string() == "text");
}

}  // namespace

Status refuse_unsupported(const chat::Request& request) {
  SLUICE_TRY_VOID(refuse_sampling(request));
  if (request.tool_choice.mode == chat::ToolChoice::Mode::Other)
    return refuse("$.tool_choice", "the built-in engine does not know this choice");
  if (request.format.kind == chat::OutputFormat::Kind::Other && !is_text_format(request.format.raw))
    return refuse("$.response_format", "the built-in engine does not know this form");
  for (const chat::ExtraField& field : request.extra)
    if (!harmless(field) && !is_form_field(field) && !is_sampling_field(field))
      return refuse(field.path, "the built-in engine does not know this field");
  for (std::size_t i = 0; i < request.messages.size(); ++i)
    for (std::size_t j = 0; j < request.messages[i].parts.size(); ++j)
      if (request.messages[i].parts[j].kind != chat::Part::Kind::Text)
        return refuse("$.messages[" + std::to_string(i) + "].content[" + std::to_string(j) + "]",
                      "the built-in engine reads text only");
  return {};
}

// The form of the vectors is for whoever writes the answer; how many dimensions, for embedding_task().
Status refuse_unsupported_embedding(const chat::Request& request) {
  for (const chat::ExtraField& field : request.extra)
    if (field.path != "$.encoding_format" && field.path != "$.dimensions" && !harmless(field))
      return refuse(field.path, "the built-in engine does not know this field of embeddings");
  return {};
}

}  // namespace sluice::engine
