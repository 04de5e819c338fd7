#include "engine/sampling.h"

#include <charconv>
#include <random>

#include "json/doc.h"

namespace sluice::engine {
namespace {

Failure refuse(const std::string& path, std::string what) {
  return fail("engine.unsupported_field", std::move(what), path, "correct the field or leave it out");
}

Status read_bias(const std::string& raw, int vocabulary, SamplerSettings& settings) {
  if (raw.empty()) return {};
  const auto doc = json::Doc::parse(raw);
  if (!doc || !((*doc)->root().is(json::Type::Object) || (*doc)->root().is_null()))
    return refuse("$.logit_bias", "an object of token ids and numbers is wanted");
  for (const json::Value value : (*doc)->root()) {
    const std::string key = value.key();
    std::int32_t token = -1;
    const auto read = std::from_chars(key.data(), key.data() + key.size(), token);
    const auto bias = value.number();
    const bool whole = read.ec == std::errc{} && read.ptr == key.data() + key.size();
    if (!whole || token < 0 || token >= vocabulary)
      return refuse("$.logit_bias", "the model's tokens are 0 to " + std::to_string(vocabulary - 1));
    if (!bias || *bias < -100 || *bias > 100) return refuse("$.logit_bias", "a bias is a number from -100 to 100");
    settings.bias.emplace_back(token, *bias);
  }
  return {};
}

}  // namespace

bool is_sampling_field(const chat::ExtraField& field) {
  return field.path == "$.repetition_penalty" || field.path == "$.repeat_penalty";
}

Result<SamplerSettings> sampling_of(const chat::Request& request, SamplerSettings settings, int vocabulary) {
  const chat::Sampling& wanted = request.sampling;
  settings.temperature = wanted.temperature.value_or(settings.temperature);
  settings.top_p = wanted.top_p.value_or(settings.top_p);
  settings.min_p = wanted.min_p.value_or(settings.min_p);
  settings.top_k = wanted.top_k.value_or(settings.top_k);
  settings.frequency_penalty = wanted.frequency_penalty.value_or(0);
  settings.presence_penalty = wanted.presence_penalty.value_or(0);
  SLUICE_TRY_VOID(read_bias(wanted.logit_bias, vocabulary, settings));
  for (const chat::ExtraField& field : request.extra) {
    if (!is_sampling_field(field) || field.raw == "null") continue;
    const auto doc = json::Doc::parse(field.raw);
    const auto penalty = doc ? (*doc)->root().number() : std::nullopt;
    if (!penalty || !(*penalty > 0) || *penalty > 100) return refuse(field.path, "a number above 0 is wanted");
    settings.repetition_penalty = *penalty;
  }
  if (wanted.seed) {
    settings.seed = *wanted.seed;
  } else {
    std::random_device random;
    settings.seed = static_cast<std::uint64_t>(random()) << 32 | random();
  }
  return settings;
}

}  // namespace sluice::engine
