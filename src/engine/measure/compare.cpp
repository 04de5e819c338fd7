#include "engine/measure/compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/measure/stretches.h"
#include "engine/model/model.h"
#include "engine/tensor/pool.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::measure {
namespace {

// Both models must mean the same token by the same id.
Status same_vocabulary(const gguf::File& a, const gguf::File& b, const model::Shape& of_a,
                       const model::Shape& of_b) {
  if (of_a.vocabulary != of_b.vocabulary)
    return fail("compare.vocabulary",
                "one vocabulary has " + std::to_string(of_a.vocabulary) + " tokens, the other " +
                    std::to_string(of_b.vocabulary),
                b.name(), "compare files of one model");
  constexpr const char* kTokens = "tokenizer.ggml.tokens";
  if (a.raw_value(kTokens) == b.raw_value(kTokens)) return {};
  const auto in_a = a.strings(kTokens).value_or(std::vector<std::string_view>());
  const auto in_b = b.strings(kTokens).value_or(std::vector<std::string_view>());
  const std::size_t shorter = std::min(in_a.size(), in_b.size());
  std::size_t id = 0;
  while (id < shorter && in_a[id] == in_b[id]) ++id;
  return fail("compare.vocabulary", "token " + std::to_string(id) + " is another one in the two files", b.name(),
              "compare files of one model");
}

// What one position says.
struct Position {
  double nll_a = 0, nll_b = 0, divergence = 0;
  bool agreed = false, numbers = true;
};

struct Spread {
  double largest, log_sum;  // of the exponentials
  std::size_t best;
};

Spread spread_of(std::span<const float> logits) {
  const auto best = std::max_element(logits.begin(), logits.end());
  const auto largest = static_cast<double>(*best);
  double sum = 0;
  for (float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return {largest, largest + std::log(sum), static_cast<std::size_t>(best - logits.begin())};
}

Position compare_at(std::span<const float> a, std::span<const float> b, std::int32_t next) {
  Position position;
  const auto finite = [](float logit) { return std::isfinite(logit); };
  position.numbers = std::all_of(a.begin(), a.end(), finite) && std::all_of(b.begin(), b.end(), finite);
  if (!position.numbers) return position;
  const Spread p = spread_of(a), q = spread_of(b);
  double divergence = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double log_p = static_cast<double>(a[i]) - p.log_sum, log_q = static_cast<double>(b[i]) - q.log_sum;
    divergence += std::exp(log_p) * (log_p - log_q);
  }
  const auto id = static_cast<std::size_t>(next);
  position.nll_a = p.log_sum - static_cast<double>(a[id]);
  position.nll_b = q.log_sum - static_cast<double>(b[id]);
  position.divergence = std::max(divergence, 0.0);  // rounding may take a zero below itself
  position.agreed = p.best == q.best;
  return position;
}

// The means of one stretch.
struct Stretch {
  double nll_a = 0, nll_b = 0, divergence = 0, agreed = 0;
};

class Pair {
 public:
  Pair(model::Model& a, model::Model& b, int threads) : a_(a), b_(b), pool_(threads) {}

  // Positions from `first` on are compared, up to the last that a token follows.
  Result<Stretch> read(std::span<const std::int32_t> tokens, std::size_t first) {
    std::vector<Position> positions;
    for (std::size_t begin = 0; begin + 1 < tokens.size(); begin += kRows) {
      const std::size_t end = std::min(tokens.size() - 1, begin + kRows), from = std::max(begin, first);
      std::vector<model::Row> rows;
      for (std::size_t i = begin; i < end; ++i) rows.push_back({tokens[i], 0, static_cast<int>(i), i >= first});
      a_.forward(rows);
      b_.forward(rows);
      if (from >= end) continue;
      std::vector<std::span<const float>> of_a, of_b;
      for (std::size_t i = from; i < end; ++i) {
        of_a.push_back(a_.logits(static_cast<int>(i - from)));
        of_b.push_back(b_.logits(static_cast<int>(i - from)));
      }
      std::vector<Position> some(end - from);
      pool_.run(static_cast<int>(some.size()), [&](int task, int) {
        const auto i = static_cast<std::size_t>(task);
        some[i] = compare_at(of_a[i], of_b[i], tokens[from + i + 1]);
      });
      positions.insert(positions.end(), some.begin(), some.end());
    }
    return sum_up(positions);
  }

  std::vector<double>& divergences() { return divergences_; }

 private:
  Result<Stretch> sum_up(const std::vector<Position>& positions) {
    Stretch stretch;
    const auto count = static_cast<double>(positions.size());
    for (const Position& p : positions) {
      if (!p.numbers)
        return fail("engine.numeric", "a model computed values that are no numbers", "", "inspect both files");
      stretch.nll_a += p.nll_a;
      stretch.nll_b += p.nll_b;
      stretch.divergence += p.divergence;
      stretch.agreed += p.agreed ? 1 : 0;
      divergences_.push_back(p.divergence);
    }
    for (double* sum : {&stretch.nll_a, &stretch.nll_b, &stretch.divergence, &stretch.agreed}) *sum /= count;
    return stretch;
  }

  model::Model &a_, &b_;
  tensor::Pool pool_;
  std::vector<double> divergences_;
};

void estimate(const std::vector<Stretch>& stretches, std::vector<double>& divergences, Comparison& out) {
  const auto values = [&](auto value) {
    std::vector<double> all;
    for (const Stretch& s : stretches) all.push_back(value(s));
    return all;
  };
  out.perplexity_a = exponential(mean(values([](const Stretch& s) { return s.nll_a; })));
  out.perplexity_b = exponential(mean(values([](const Stretch& s) { return s.nll_b; })));
  out.ratio = exponential(mean(values([](const Stretch& s) { return s.nll_b - s.nll_a; })));
  out.divergence = mean(values([](const Stretch& s) { return s.divergence; }));
  if (out.divergence.interval) out.divergence.interval->first = std::max(0.0, out.divergence.interval->first);
  out.tokens = std::ssize(divergences);
  out.agreement = share(values([](const Stretch& s) { return s.agreed; }), static_cast<double>(out.tokens));
  std::sort(divergences.begin(), divergences.end());
  out.divergence_99 = divergences[(divergences.size() - 1) * 99 / 100];
  out.divergence_most = divergences.back();
}

}  // namespace

Result<Comparison> compare(const Options& options, const Watch& watch) {
  SLUICE_TRY(const auto file_a, gguf::File::open(options.a));
  SLUICE_TRY(const auto file_b, gguf::File::open(options.b));
  SLUICE_TRY(const model::Shape shape_a, model::read_shape(*file_a));
  SLUICE_TRY(const model::Shape shape_b, model::read_shape(*file_b));
  SLUICE_TRY_VOID(same_vocabulary(*file_a, *file_b, shape_a, shape_b));
  SLUICE_TRY(const auto tokenizer, Tokenizer::create(*file_a));
  Comparison out;
  out.context = std::min({options.context, shape_a.context, shape_b.context});
  SLUICE_TRY(const auto stretches, stretches_of(*tokenizer, options.text, out.context, options.stretches));
  out.stretches = static_cast<int>(stretches.size());
  model::Options loading;
  loading.threads = options.threads;
  loading.context = out.context;
  loading.rows = kRows;
  loading.exact = options.exact;
  SLUICE_TRY(const auto a, model::Model::load(*file_a, loading));
  loading.kv_type = options.kv_type_b;
  SLUICE_TRY(const auto b, model::Model::load(*file_b, loading));
  Pair pair(*a, *b, options.threads);
  std::vector<Stretch> means;
  for (const auto& tokens : stretches) {
    if (watch) watch(static_cast<int>(means.size()), out.stretches);
    SLUICE_TRY(const Stretch stretch, pair.read(tokens, tokens.size() / 2));
    means.push_back(stretch);
  }
  estimate(means, pair.divergences(), out);
  return out;
}

}  // namespace sluice::engine::measure
