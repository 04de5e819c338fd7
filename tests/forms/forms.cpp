// Random schemas and grammars, answers to them by a model whose weights are random, and judges that do not know
// how the engine holds an answer to its form: valijson for schemas, a plain matcher for grammars.
//
//   check_forms FILE.gguf COUNT [FIRST]
//
// Status 0: every answer that ended is valid. 77: FILE is not there.
#include "engine/constraint/schema_judge.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <vector>

#include "engine/constraint/random_grammar.h"
#include "engine/constraint/random_schema.h"
#include "engine/engine.h"
#include "engine/gguf/gguf.h"
#include "engine/tokenizer/tokenizer.h"
#include "json/writer.h"
#include "text/utf8.h"

namespace {

using namespace sluice;
namespace test = engine::constraint::test;

constexpr std::uint64_t kAtOnce = 64;  // answers that are asked for together
constexpr std::int64_t kMostTokens = 300;

struct Case {
  std::uint64_t seed = 0;
  std::string schema;  // or
  std::unique_ptr<test::RandomGrammar> grammar;
  std::string answer, error;
  std::optional<chat::FinishReason> finish;
  std::promise<void> ended;

  std::string form() const { return grammar ? grammar->text() : schema; }
};

struct Counts {
  int schemas = 0, grammars = 0, refused = 0, cut = 0;
  std::size_t bytes = 0;  // of the answers that were judged
};

std::unique_ptr<Case> make_case(std::uint64_t seed) {
  auto one = std::make_unique<Case>();
  one->seed = seed;
  if (seed % 2 == 0) {
    one->schema = test::RandomSchema(seed).text();
  } else {
    one->grammar = std::make_unique<test::RandomGrammar>(seed);
  }
  return one;
}

// A model that knows nothing seldom closes what it opened: the tokens that do are made likelier.
std::string closing_bias(const engine::Tokenizer& tokenizer) {
  json::Writer out;
  out.object();
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string bytes;
    tokenizer.append_token_text(bytes, id, true);
    if (tokenizer.is_end(id) || bytes == "\"" || bytes == "}" || bytes == "]") out.member(std::to_string(id), 2);
  }
  return out.end().take();
}

// False: refused, with the reason in `error`.
bool ask(engine::Engine& engine, Case& one, const std::string& bias) {
  chat::Request request;
  chat::Message message;
  message.parts.push_back({chat::Part::Kind::Text, "Case " + std::to_string(one.seed), ""});
  request.messages.push_back(std::move(message));
  request.sampling.temperature = 1.0;
  request.sampling.seed = static_cast<std::int64_t>(one.seed);
  request.sampling.max_tokens = kMostTokens;
  request.sampling.logit_bias = bias;
  if (one.grammar) {
    request.extra.push_back({"$.grammar", json::Writer().value(one.grammar->text()).take(), "grammar"});
  } else {
    request.format.kind = chat::OutputFormat::Kind::JsonSchema;
    request.format.schema = one.schema;
  }
  const auto submitted = engine.submit(request, [&one](chat::Chunk chunk) {
    for (chat::Event& event : chunk.events) {
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) one.answer += delta->text;
      if (auto* finished = std::get_if<chat::Finish>(&event)) one.finish = finished->reason;
      if (auto* failed = std::get_if<chat::Failure>(&event)) one.error = failed->error.to_string();
    }
    if (chunk.last) one.ended.set_value();
  });
  if (!submitted) one.error = submitted.error().to_string();
  return submitted.has_value();
}

// What is wrong with an answer; "" if nothing.
std::string judge(Case& one, Counts& counts) {
  if (!one.error.empty()) return one.error;
  if (one.finish == chat::FinishReason::Length) {
    ++counts.cut;
    return "";
  }
  ++(one.grammar ? counts.grammars : counts.schemas);
  counts.bytes += one.answer.size();
  if (!text::valid_utf8(one.answer)) return "not UTF-8";
  if (one.grammar) return one.grammar->match(one.answer) ? "" : "does not follow the grammar";
  return test::judge(one.schema, one.answer);
}

void report(const Case& one, const std::string& wrong) {
  const auto seed = static_cast<unsigned long long>(one.seed);
  std::printf("%s\nform: %s\nanswer: %s\nseed: %llu (check_forms FILE.gguf 1 %llu asks for it again)\n",
              wrong.c_str(), one.form().c_str(), one.answer.c_str(), seed, seed);
}

// False: an answer is wrong.
bool run(engine::Engine& engine, std::uint64_t first, std::uint64_t count, const std::string& bias,
         Counts& counts) {
  std::vector<std::unique_ptr<Case>> cases;
  std::vector<Case*> asked;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    cases.push_back(make_case(seed));
    if (ask(engine, *cases.back(), bias)) {
      asked.push_back(cases.back().get());
    } else if (cases.back()->error.find("engine.constraint") != std::string::npos) {
      ++counts.refused;
    } else {
      report(*cases.back(), cases.back()->error);
      return false;
    }
  }
  for (Case* one : asked) one->ended.get_future().wait();
  for (Case* one : asked) {
    const std::string wrong = judge(*one, counts);
    if (wrong.empty()) continue;
    report(*one, wrong);
    return false;
  }
  return true;
}

int fail(const std::string& message) {
  std::fprintf(stderr, "check_forms: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return fail("usage: check_forms FILE.gguf COUNT [FIRST]");
  const std::string path = arguments[1];
  if (!std::ifstream(path)) {
    std::printf("SKIPPED: %s is not there\n", path.c_str());
    return 77;
  }
  const auto file = engine::gguf::File::open(path);
  if (!file) return fail(file.error().to_string());
  const auto tokenizer = engine::Tokenizer::create(**file);
  if (!tokenizer) return fail(tokenizer.error().to_string());
  engine::LoadOptions options;
  options.path = path;
  options.context = 512;
  options.slots = 8;
  const auto engine = engine::Engine::load(options);
  if (!engine) return fail(engine.error().to_string());
  const std::uint64_t wanted = std::strtoull(arguments[2], nullptr, 10);
  const std::uint64_t first = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 0;
  const std::string bias = closing_bias(**tokenizer);
  Counts counts;
  for (std::uint64_t done = 0; done < wanted; done += kAtOnce)
    if (!run(**engine, first + done, std::min(kAtOnce, wanted - done), bias, counts)) return 1;
  const int judged = counts.schemas + counts.grammars;
  std::printf(
      "%llu forms: %d answers to schemas and %d to grammars are valid, %zu bytes in all; %d were cut off at %lld "
      "tokens, %d schemas refused\n",
      static_cast<unsigned long long>(wanted), counts.schemas, counts.grammars, counts.bytes, counts.cut,
      static_cast<long long>(kMostTokens), counts.refused);
  if (judged < static_cast<int>(wanted) / 2) return fail("too few answers ended to say anything");
  return 0;
}
