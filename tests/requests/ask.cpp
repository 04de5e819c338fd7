#include "ask.h"

#include <cctype>
#include <cmath>
#include <regex>

#include "json/doc.h"
#include "json/writer.h"
#include "text/utf8.h"

namespace sluice::check {
namespace {

constexpr const char* kSchema = R"({"type":"array","items":{"enum":["red","green",7]},"minItems":1,"maxItems":3})";
constexpr const char* kPattern = R"({"type":"string","pattern":"^[a-c]{2,5}-[0-9]{1,3}$"})";
constexpr const char* kGrammar = "root ::= ([a-c] [0-9] \",\"){2,6}";

std::string words(std::mt19937_64& random, int count) {
  static const char* const kWords[] = {"one ", "two ", "three ", "four ", "the ", "cat ", "sat "};
  std::string text;
  for (int i = 0; i < count; ++i) text += kWords[random() % std::size(kWords)];
  return text;
}

void sample(chat::Sampling& sampling, std::mt19937_64& random) {
  sampling.seed = static_cast<std::int64_t>(random() % 1000);
  sampling.temperature = random() % 3 == 0 ? 0.0 : 0.2 + 0.1 * static_cast<double>(random() % 9);
  sampling.max_tokens = 1 + static_cast<std::int64_t>(random() % (random() % 8 == 0 ? 40 : 8));
  if (random() % 5 == 0) sampling.frequency_penalty = 0.3;
  if (random() % 5 == 0) sampling.presence_penalty = 0.2;
  if (random() % 6 == 0) sampling.logit_bias = R"({"20":2,"30":-1.5})";
  if (random() % 4 == 0) sampling.stop = {"e", "th"};
  if (random() % 4 == 0) {
    sampling.logprobs = true;
    sampling.top_logprobs = static_cast<std::int64_t>(random() % 3);
  }
}

void hold(Asked& asked, std::mt19937_64& random) {
  chat::OutputFormat& format = asked.request.format;
  asked.form = static_cast<Form>(random() % 3 == 0 ? 1 + random() % 4 : 0);
  if (asked.form == Form::Json) format.kind = chat::OutputFormat::Kind::JsonObject;
  if (asked.form == Form::Schema || asked.form == Form::Pattern) {
    format.kind = chat::OutputFormat::Kind::JsonSchema;
    format.schema = asked.form == Form::Schema ? kSchema : kPattern;
  }
  if (asked.form == Form::Grammar)
    asked.request.extra.push_back({"$.grammar", json::Writer().value(kGrammar).take(), "grammar"});
  if (asked.form == Form::None) return;
  asked.request.sampling.stop.clear();                                            // a stop may cut a form short
  if (random() % 2 == 0) asked.request.sampling.max_tokens = 12 + random() % 16;  // most forms come to their end
}

bool has_form(Form form, const std::string& text) {
  static const std::regex array(R"(\s*\[\s*("red"|"green"|7)(\s*,\s*("red"|"green"|7)){0,2}\s*\]\s*)");
  static const std::regex pattern(R"re(\s*"[a-c]{2,5}-[0-9]{1,3}"\s*)re");
  static const std::regex grammar("([a-c][0-9],){2,6}");
  if (form == Form::Json) return json::Doc::parse(text).has_value();
  if (form == Form::Schema) return std::regex_match(text, array);
  if (form == Form::Pattern) return std::regex_match(text, pattern);
  return form == Form::None || std::regex_match(text, grammar);
}

}  // namespace

void Heard::take(const chat::Chunk& chunk) {
  std::lock_guard guard(lock_);
  ++calls_;
  for (const chat::Event& event : chunk.events) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) {
      text += delta->text;
      logprobs += delta->logprobs;
    }
    if (const auto* delta = std::get_if<chat::ReasoningDelta>(&event)) reasoning += delta->text;
    if (const auto* counted = std::get_if<chat::Usage>(&event)) usage = *counted;
    if (const auto* finished = std::get_if<chat::Finish>(&event)) finish = finished->reason;
    if (const auto* failed = std::get_if<chat::Failure>(&event)) error = failed->error.code;
  }
  ends += chunk.last ? 1 : 0;
  changed_.notify_all();
}

void Heard::take_vector(std::span<const float> given) {
  std::lock_guard guard(lock_);
  ++calls_;
  vector.assign(given.begin(), given.end());
}

bool Heard::wait(std::chrono::seconds at_most) {
  std::unique_lock guard(lock_);
  return changed_.wait_for(guard, at_most, [this] { return ends > 0; });
}

int Heard::calls() const {
  std::lock_guard guard(lock_);
  return calls_;
}

bool Heard::ended() const {
  std::lock_guard guard(lock_);
  return ends > 0;
}

Asked make(std::uint64_t seed, bool can_embed) {
  std::mt19937_64 random(seed * 0x9E3779B97F4A7C15u + 1);
  Asked asked;
  asked.seed = seed;
  asked.cache.tenant = kTenants[random() % std::size(kTenants)];
  asked.cache.keep = random() % 4 == 0 ? engine::Keep::Nothing : engine::Keep::Disk;
  std::string text;
  if (random() % 3 != 0) {
    asked.begins = text = words(random, 1 + static_cast<int>(random() % (random() % 16 == 0 ? 80 : 8)));
  } else {
    // All tenants have the same beginnings, so that a page of another's would fit; new ones come all the time.
    std::mt19937_64 beginning(seed / 100 * 2 + random() % 2);
    asked.begins = words(beginning, 36);
    text = asked.begins + words(random, static_cast<int>(random() % (random() % 8 == 0 ? 60 : 8)));
  }
  asked.embed = can_embed && random() % 10 == 0;
  if (asked.embed) {
    asked.request.operation = chat::Operation::Embed;
    asked.request.inputs = {text};
    return asked;
  }
  chat::Message message;
  message.parts.push_back({chat::Part::Kind::Text, text, ""});
  asked.request.messages.push_back(std::move(message));
  sample(asked.request.sampling, random);
  hold(asked, random);
  return asked;
}

Asked long_answer(std::uint64_t seed) {
  Asked asked;
  chat::Message message;
  message.parts.push_back({chat::Part::Kind::Text, "one two", ""});
  asked.request.messages.push_back(std::move(message));
  asked.request.sampling.seed = static_cast<std::int64_t>(seed);
  asked.request.sampling.max_tokens = 16;
  return asked;
}

std::string submit(engine::Engine& engine, Asked& asked, const std::shared_ptr<Heard>& heard,
                   const engine::CacheUse& cache) {
  const auto sink = [heard](const chat::Chunk& chunk) { heard->take(chunk); };
  Result<engine::JobId> job = 0;
  if (asked.embed) {
    engine::EmbeddingSink vectors;
    vectors.vector = [heard](std::size_t, std::span<const float> vector) { heard->take_vector(vector); };
    vectors.end = sink;
    job = engine.embed(asked.request, std::move(vectors));
  } else {
    job = engine.submit(asked.request, sink, cache);
  }
  if (!job) return job.error().to_string();
  asked.job = *job;
  return "";
}

std::string judge(const Asked& asked) {
  const Heard& heard = *asked.heard;
  if (asked.cancelled) {
    if (heard.calls() != asked.calls_at_cancel) return "the sink was called after cancel() had returned";
    return heard.ends > 1 ? "more than one end" : "";
  }
  if (heard.ends != 1) return std::to_string(heard.ends) + " ends";
  if (heard.error == "engine.stopped") return "";  // the engine was destroyed under it
  if (!heard.error.empty()) return heard.error;
  if (!heard.usage || !heard.finish) return "no usage or no finish";
  if (!heard.usage->valid()) return "usage does not add up";
  if (asked.embed) {
    double squares = 0;
    for (const float x : heard.vector) squares += static_cast<double>(x) * x;
    return std::abs(squares - 1) < 1e-4 ? "" : "a vector that has not length 1";
  }
  if (heard.usage->completion > *asked.request.sampling.max_tokens) return "more tokens than were asked for";
  if (asked.first && heard.usage->cache_hit != 0) return "pages of another tenant, or of another text, were used";
  if (!text::valid_utf8(heard.reasoning) || !text::valid_utf8(heard.text)) return "not UTF-8";
  if (heard.finish == chat::FinishReason::Stop && !has_form(asked.form, heard.text))
    return "not of the form that was asked for: " + heard.text;
  return "";
}

std::string compare(const Heard& one, const Heard& alone) {
  if (one.error != alone.error) return "alone it fails otherwise: " + alone.error;
  if (one.reasoning != alone.reasoning) return "alone the reasoning is: " + alone.reasoning;
  if (one.text != alone.text) return "alone the answer is: " + alone.text;
  if (one.logprobs != alone.logprobs) return "alone it has other log-probabilities";
  if (one.vector != alone.vector) return "alone it has another vector";
  if (one.finish != alone.finish) return "alone it ends otherwise";
  if (one.usage && alone.usage &&
      (one.usage->prompt() != alone.usage->prompt() || one.usage->completion != alone.usage->completion))
    return "alone it counts otherwise";
  return "";
}

}  // namespace sluice::check
