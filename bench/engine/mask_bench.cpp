// What it costs to hold an answer to its form: the time of a mask beside that of a step that it belongs to.
// README.md says how to run it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "engine/constraint/constraint.h"
#include "engine/model/model.h"
#include "engine/tensor/pool.h"
#include "engine/tokenizer/tokenizer.h"
#include "random_model.h"

namespace {

using namespace sluice::engine;
using Clock = std::chrono::steady_clock;

constexpr int kAnswers = 5, kSteps = 120, kRuns = 4;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Form {
  const char* name;
  const char* schema;  // or empty: JSON mode; or "gbnf:" and a grammar
};
const Form kForms[] = {
    {"any JSON object", ""},
    {"flat object",
     R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"mail":{"type":"string"}},)"
     R"("required":["name","age","mail"],"additionalProperties":false})"},
    {"open object, nested",
     R"({"type":"object","properties":{"title":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},)"
     R"("author":{"type":"object","properties":{"name":{"type":"string"},"note":{"type":"string"}},"required":["name"]}},)"
     R"("required":["title","tags","author"]})"},
    {"bounded strings",
     R"({"type":"object","properties":{"code":{"type":"string","minLength":3,"maxLength":12},"text":{"type":"string",)"
     R"("maxLength":200},"id":{"type":"string","pattern":"^[a-z]{2}-[0-9]+$"}},"required":["code","text","id"]})"},
    {"enums and choices",
     R"({"type":"array","minItems":8,"items":{"anyOf":[{"enum":["north","south","east","west"]},{"type":"number"},)"
     R"({"type":"object","properties":{"kind":{"const":"step"},"what":{"type":"string"}},"required":["kind","what"]}]}})"},
    {"GBNF, lines of words", "gbnf:root ::= line+\nline ::= word (\" \" word)* \"\\n\"\nword ::= [a-zA-Z]+"},
    {"GBNF, any text but <", "gbnf:root ::= [^<]* \"<end>\""},
};

sluice::Result<std::shared_ptr<const constraint::Grammar>> grammar_of(const Form& form) {
  const std::string text = form.schema;
  if (text.empty()) return constraint::json_object();
  if (text.starts_with("gbnf:")) return constraint::parse_grammar(text.substr(5));
  return constraint::parse_schema(text);
}

// One answer of random tokens; `times` becomes the least of itself and of this run's, step by step.
void write_answer(const std::shared_ptr<const constraint::Grammar>& grammar,
                  const std::shared_ptr<const constraint::TokenTrie>& trie, const Tokenizer& tokenizer,
                  std::uint64_t seed, std::vector<double>& times) {
  std::mt19937_64 random(seed);
  const std::vector<float> logits(static_cast<std::size_t>(tokenizer.size()), 1.0f);
  std::vector<float> masked(logits.size());
  constraint::Constraint constraint(grammar, trie, tokenizer);
  for (std::size_t step = 0; step < kSteps && !constraint.complete(); ++step) {
    const auto start = Clock::now();
    const constraint::TokenSet& allowed = constraint.allowed();
    masked.assign(logits.begin(), logits.end());
    allowed.silence_others(masked, -1e9f);
    const double took = milliseconds_since(start);
    if (step == times.size()) times.push_back(took);
    times[step] = std::min(times[step], took);
    std::vector<std::int32_t> tokens;
    for (std::int32_t id = 0; id < tokenizer.size(); ++id)
      if (allowed.has(id)) tokens.push_back(id);
    if (tokens.empty()) return;
    const std::int32_t chosen = tokens[random() % tokens.size()];
    if (tokenizer.is_end(chosen)) return;
    constraint.take(chosen);
  }
}

// Of several answers, each written several times anew: other work on the machine only ever adds time.
std::vector<double> write_answers(const Form& form, const std::shared_ptr<const constraint::TokenTrie>& trie,
                                  const Tokenizer& tokenizer, double& opening) {
  std::vector<double> times;
  opening = 1e9;
  for (std::uint64_t answer = 0; answer < kAnswers; ++answer) {
    std::vector<double> of_answer;
    for (int run = 0; run < kRuns; ++run) {
      const auto begin = Clock::now();
      const auto grammar = grammar_of(form);
      if (!grammar) {
        std::fprintf(stderr, "%s: %s\n", form.name, grammar.error().to_string().c_str());
        std::exit(1);
      }
      opening = std::min(opening, milliseconds_since(begin));
      write_answer(*grammar, trie, tokenizer, answer, of_answer);
    }
    times.insert(times.end(), of_answer.begin(), of_answer.end());
  }
  return times;
}

double step_milliseconds(const std::string& bytes, const std::string& name, int threads) {
  auto file = gguf::File::from_bytes(bytes, name);
  if (!file) {
    std::fprintf(stderr, "bench_masks: %s\n", file.error().to_string().c_str());
    std::exit(1);
  }
  model::Options options;
  options.threads = threads;
  options.context = 256;
  auto model = model::Model::load(**file, options);
  if (!model) {
    std::fprintf(stderr, "bench_masks: %s\n", model.error().to_string().c_str());
    std::exit(1);
  }
  const model::Row row{1, 0, 64, true};
  double best = 1e9;
  for (int i = 0; i < 12; ++i) {
    const auto begin = Clock::now();
    (*model)->forward({&row, 1});
    best = std::min(best, milliseconds_since(begin));
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench_masks VOCABULARY.gguf [threads]\n");
    return 1;
  }
  const int threads = count > 2 ? std::atoi(arguments[2]) : tensor::usable_processors();
  auto file = gguf::File::open(arguments[1]);
  if (!file) return std::fprintf(stderr, "bench_masks: %s\n", file.error().to_string().c_str()), 1;
  auto tokenizer = Tokenizer::create(**file);
  if (!tokenizer) return std::fprintf(stderr, "bench_masks: %s\n", tokenizer.error().to_string().c_str()), 1;
  auto begin = Clock::now();
  const auto trie = std::make_shared<const constraint::TokenTrie>(**tokenizer, std::vector<std::string_view>{});
  std::printf("%s: %d tokens, tree made in %.0f ms, %d threads\n", arguments[1], (*tokenizer)->size(),
              milliseconds_since(begin), threads);
  std::vector<double> steps;
  for (bench::Sizes sizes : bench::kSizes) {
    sizes.vocabulary = static_cast<std::uint32_t>((*tokenizer)->size());
    const std::string bytes = bench::make_model(sizes, bench::TensorType::Q4_K);
    steps.push_back(step_milliseconds(bytes, sizes.name, threads));
    std::printf("a step of one sequence, %s Q4_K with this vocabulary: %.2f ms\n", sizes.name, steps.back());
  }
  std::printf("%-22s %10s %10s %10s %10s", "mask in ms", "to open", "mean", "p99", "longest");
  for (const bench::Sizes& sizes : bench::kSizes) std::printf(" %16s", sizes.name);
  std::printf("\n");
  for (const Form& form : kForms) {
    double opening = 0;
    std::vector<double> times = write_answers(form, trie, **tokenizer, opening);
    const double mean = std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
    std::sort(times.begin(), times.end());
    std::printf("%-22s %10.3f %10.3f %10.3f %10.3f", form.name, opening, mean, times[times.size() * 99 / 100],
                times.back());
    for (const double step : steps)
      std::printf("   %5.1f%% (%5.1f%%)", 100 * mean / step, 100 * times.back() / step);
    std::printf("\n");
  }
  std::printf(
      "shares of a step: of the mean mask, and of the longest in brackets; masks that were made before "
      "in the same answer count as they come\n");
  return 0;
}
