// Requests of OpenAI's text completions.
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/fields.h"
#include "wire/openai_completions.h"
#include "wire/pass_through.h"

namespace sluice::wire {
namespace {

using chat::Request;
using json::Type;
using json::Value;

Status decode_stream_options(Value value, Request& out) {
  if (!value.is(Type::Object)) return wrong_type(value, "an object");
  if (Value usage = value["include_usage"]; usage && !usage.is_null()) {
    SLUICE_TRY(out.include_usage, boolean_of(usage));
  }
  for (Value member : value) {
    if (member.key() == "include_usage") continue;
    keep(out, member);
    out.extra.back().hint = member.key() == "include_obfuscation";
  }
  return {};
}

Status decode_range(Value value, std::int64_t low, std::int64_t high, const char* expected,
                    std::optional<std::int64_t>& out) {
  SLUICE_TRY_VOID(decode_integer(value, low, expected, out));
  if (*out > high) return wrong_value(value, expected);
  return {};
}

Status decode_switches(std::string_view key, Value value, Request& out) {
  if (key == "suffix") {
    SLUICE_TRY(out.suffix, text_of(value));
  } else if (key == "echo") {
    SLUICE_TRY(out.echo, boolean_of(value));
  } else if (key == "stream") {
    SLUICE_TRY(out.stream, boolean_of(value));
  } else if (key == "stream_options") {
    return decode_stream_options(value, out);
  } else if (key == "user") {
    SLUICE_TRY(out.user, text_of(value));
  } else if (key == "logit_bias") {
    if (!value.is(Type::Object)) return wrong_type(value, "an object");
    out.sampling.logit_bias = std::string(value.raw());
  } else {
    keep(out, value);
  }
  return {};
}

// One member of the body that is neither null nor `model`, `prompt` nor `best_of`.
Status decode_field(std::string_view key, Value value, Request& out) {
  chat::Sampling& s = out.sampling;
  constexpr const char* kPenalty = "a number from -2 to 2";
  if (key == "temperature") return decode_number(value, 0, HUGE_VAL, "a number of at least 0", s.temperature);
  if (key == "top_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.top_p);
  if (key == "min_p") return decode_number(value, 0, 1, "a number from 0 to 1", s.min_p);
  if (key == "frequency_penalty") return decode_number(value, -2, 2, kPenalty, s.frequency_penalty);
  if (key == "presence_penalty") return decode_number(value, -2, 2, kPenalty, s.presence_penalty);
  if (key == "max_tokens") return decode_integer(value, 1, "an integer of at least 1", s.max_tokens);
  if (key == "seed") return decode_seed(value, out);
  if (key == "stop") return decode_stop(value, out);
  if (key == "top_k") {
    SLUICE_TRY_VOID(decode_integer(value, -1, "an integer of at least 0, or -1 for off", s.top_k));
    s.top_k = std::max<std::int64_t>(*s.top_k, 0);
    return {};
  }
  if (key == "n") {
    std::optional<std::int64_t> n;
    SLUICE_TRY_VOID(decode_range(value, 1, 128, "an integer from 1 to 128", n));
    s.n = *n;
    return {};
  }
  if (key == "logprobs") {
    SLUICE_TRY_VOID(decode_range(value, 0, 20, "an integer from 0 to 20", s.top_logprobs));
    s.logprobs = true;
    return {};
  }
  return decode_switches(key, value, out);
}

// More candidates than answers cost what nobody sees; as many as answers is the default.
Status check_best_of(Value value, const Request& out) {
  if (!value || value.is_null()) return {};
  std::optional<std::int64_t> wanted;
  SLUICE_TRY_VOID(decode_range(value, 1, 128, "an integer from 1 to 128", wanted));
  if (*wanted == out.sampling.n) return {};
  return fail("request.unsupported", "choosing among more candidates than answers is not supported", "$.best_of",
              "leave best_of out, or set it to the same as n");
}

constexpr const char* kKnown[] = {"suffix",
                                  "echo",
                                  "stream",
                                  "stream_options",
                                  "user",
                                  "logit_bias",
                                  "temperature",
                                  "top_p",
                                  "min_p",
                                  "top_k",
                                  "frequency_penalty",
                                  "presence_penalty",
                                  "max_tokens",
                                  "seed",
                                  "stop",
                                  "n",
                                  "logprobs"};

Failure unsupported(std::string message, std::string where) {
  return fail("request.unsupported", std::move(message), std::move(where),
              "leave it out, or use a model behind another deployment");
}

// What the deployment would leave out in silence, as chat completions have it.
Status check_target(const Request& request, const Target& target, std::vector<std::string>& notes) {
  const chat::Sampling& s = request.sampling;
  if (s.n > 1 && !target.several) return unsupported("this deployment gives one text for a call", "$.n");
  if (s.logprobs && !target.logprobs)
    return unsupported("this deployment does not tell log-probabilities", "$.logprobs");
  if (!s.logit_bias.empty() && s.logit_bias != "{}" && !target.logit_bias)
    return unsupported("this deployment does not bias tokens", "$.logit_bias");
  SLUICE_TRY_VOID(check_ignored(request, target, notes));
  if (s.seed && !target.seed) note_unhonoured(notes, "$.seed");
  if (s.frequency_penalty.value_or(0) != 0 && !target.penalties) note_unhonoured(notes, "$.frequency_penalty");
  if (s.presence_penalty.value_or(0) != 0 && !target.penalties) note_unhonoured(notes, "$.presence_penalty");
  return {};
}

}  // namespace

Result<Request> decode_openai_completions(std::string body) {
  SLUICE_TRY(std::shared_ptr<const json::Doc> doc, json::Doc::parse(std::move(body)));
  Value root = doc->root();
  if (!root.is(Type::Object)) return wrong_type(root, "an object with \"model\" and \"prompt\"");
  Request out;
  out.protocol = chat::Protocol::OpenAiCompletions;
  out.body = doc;
  SLUICE_TRY(out.model, required_text(root, "model"));
  if (out.model.empty()) return wrong_value(root["model"], "the name of a model");
  SLUICE_TRY_VOID(decode_inputs(root, "prompt", out));
  for (Value member : root) {
    std::string key = member.key();
    if (one_of(key, {"model", "prompt", "best_of"})) continue;
    // Null is "not set" for the fields we know. For one we don't, the name itself goes on and is judged.
    if (member.is_null() && one_of(key, kKnown)) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  SLUICE_TRY_VOID(check_best_of(root["best_of"], out));
  return out;
}

Result<Outgoing> encode_openai_completions(const Request& request, const Target& target) {
  if (request.protocol != chat::Protocol::OpenAiCompletions) {
    return fail("request.unsupported", "the deployment continues texts only, and this is a conversation",
                "$.model", "use a model whose deployment answers conversations");
  }
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  Value root = request.body->root();
  Outgoing out;
  SLUICE_TRY_VOID(check_target(request, target, out.notes));
  SLUICE_TRY(auto stop, stop_strings(request, target.max_stop, out));
  json::Splice splice(*request.body);
  splice.set(root, "model", json::quote(target.model));
  if (request.sampling.stop.size() > target.max_stop) {
    json::Writer once;
    once.array();
    for (const std::string& text : stop) once.value(text);
    splice.set(root, "stop", once.end().take());
  }
  if (request.stream) {
    Value options = root["stream_options"];
    if (options.is(Type::Object)) {
      splice.set(options, "include_usage", "true");
    } else {
      splice.set(root, "stream_options", R"({"include_usage":true})");
    }
  }
  out.body = splice.apply();
  return out;
}

}  // namespace sluice::wire
