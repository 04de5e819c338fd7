#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/measure/compare.h"
#include "engine/tensor/pool.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

using engine::measure::Comparison;
using engine::measure::Estimate;

void write(json::Writer& w, const char* name, const Estimate& e) {
  w.key(name).object().member("value", e.value).key("interval");
  if (e.interval)
    w.array().value(e.interval->first).value(e.interval->second).end();
  else
    w.null();
  w.end();
}

void print_json(const Comparison& c, const CompareOptions& options) {
  json::Writer w;
  w.object().member("a", options.a).member("b", options.b).member("mode", options.exact ? "exact" : "fast");
  w.member("kv_cache_b", options.exact ? "f32" : options.kv_cache);
  w.member("context", c.context).member("stretches", c.stretches).member("tokens", c.tokens);
  w.member("confidence", 0.95);
  write(w, "perplexity_a", c.perplexity_a);
  write(w, "perplexity_b", c.perplexity_b);
  write(w, "perplexity_ratio", c.ratio);
  write(w, "kl_divergence", c.divergence);
  w.member("kl_divergence_99", c.divergence_99).member("kl_divergence_max", c.divergence_most);
  write(w, "top1_agreement", c.agreement);
  w.end();
  std::printf("%s\n", w.take().c_str());
}

void line(const char* name, const Estimate& e, double factor = 1, const char* unit = "") {
  std::string text = fmt::format("{:<22} {:.6g}{}", name, factor * e.value, unit);
  if (e.interval)
    text += fmt::format("  ({:.6g} to {:.6g})", factor * e.interval->first, factor * e.interval->second);
  std::printf("%s\n", text.c_str());
}

void print(const Comparison& c, const CompareOptions& options) {
  std::printf("%lld tokens in %d stretches of %d; in brackets 95 %% confidence\n", (long long)c.tokens,
              c.stretches, c.context);
  line("perplexity of A", c.perplexity_a);
  line("perplexity of B", c.perplexity_b);
  line("B over A", c.ratio);
  line("mean KL divergence", c.divergence, 1, " nats");
  std::printf("%s", fmt::format("{:<22} {:.6g}, the largest {:.6g}\n", "  99% of tokens below", c.divergence_99,
                                c.divergence_most)
                        .c_str());
  line("same likeliest token", c.agreement, 100, "%");
  if (!c.ratio.interval)
    std::fprintf(stderr, "sluice: the text is too short for intervals: each %d tokens are one sample\n",
                 c.context);
}

}  // namespace

int models_compare(const CompareOptions& options) {
  auto text = read_input(options.text);
  if (!text) return complain(text.error());
  engine::measure::Options compare;
  compare.a = options.a;
  compare.b = options.b;
  compare.text = std::move(*text);
  compare.context = options.context;
  compare.stretches = options.stretches;
  compare.exact = options.exact;
  compare.kv_type_b = *engine::model::kv_type_called(options.kv_cache);
  compare.threads = options.threads > 0 ? options.threads : engine::tensor::usable_processors();
  ProgressLine progress;
  const auto result = engine::measure::compare(compare, [&progress](int stretch, int of) {
    progress.count("comparing", "stretches", static_cast<std::uint64_t>(stretch), static_cast<std::uint64_t>(of));
  });
  progress.finish();
  if (!result) return complain(result.error());
  options.json ? print_json(*result, options) : print(*result, options);
  return 0;
}

}  // namespace sluice::app
