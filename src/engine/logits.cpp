#include "engine/logits.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/constraint/constraint.h"
#include "engine/gguf/gguf.h"
#include "engine/model/model.h"
#include "engine/tensor/pool.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

double nll(std::span<const float> logits, std::int32_t token) {
  const double largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return std::log(sum) + largest - static_cast<double>(logits[static_cast<std::size_t>(token)]);
}

TopLogits top_of(std::span<const float> logits, int count) {
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto value = [&](std::int32_t id) {  // what is not a number comes last
    const float logit = logits[static_cast<std::size_t>(id)];
    return std::isnan(logit) ? -INFINITY : logit;
  };
  const auto kept = std::min(static_cast<std::ptrdiff_t>(count), std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + kept, order.end(), [&](std::int32_t a, std::int32_t b) {
    return value(a) > value(b) || (value(a) == value(b) && a < b);
  });
  TopLogits top;
  for (auto id = order.begin(); id != order.begin() + kept; ++id)
    top.emplace_back(*id, logits[static_cast<std::size_t>(*id)]);
  return top;
}

// Runs the sequence and collects what was asked for.
class Run {
 public:
  Run(const LogitsRequest& request, model::Model& model, LogitsResult& result)
      : request_(request), model_(model), result_(result) {}

  void prompt() {
    const auto& tokens = result_.tokens;
    double sum = 0;
    for (std::size_t begin = 0; begin < tokens.size(); begin += static_cast<std::size_t>(request_.chunk)) {
      const std::size_t end = std::min(tokens.size(), begin + static_cast<std::size_t>(request_.chunk));
      std::vector<model::Row> rows;
      for (std::size_t i = begin; i < end; ++i) rows.push_back({tokens[i], 0, static_cast<int>(i), true});
      model_.forward(rows);
      for (std::size_t i = begin; i < end; ++i) {
        const std::span<float> logits = model_.logits(static_cast<int>(i - begin));
        if (i + 1 == tokens.size()) {
          last_.assign(logits.begin(), logits.end());
          continue;
        }
        sum += nll(logits, tokens[i + 1]);
        if (request_.all_positions) result_.top.push_back(top_of(logits, request_.top));
      }
    }
    if (tokens.size() > 1) result_.mean_nll = sum / static_cast<double>(tokens.size() - 1);
  }

  // `form`: what may follow, or null; then the answer ends with a token that says so.
  Status go_on(constraint::Constraint* form, const Tokenizer* tokenizer) {
    const std::size_t steps =
        request_.forced.empty() ? static_cast<std::size_t>(request_.predict) : request_.forced.size();
    double sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      SLUICE_TRY(const std::int32_t token, next(form, step));
      result_.top.push_back(top_of(last_, request_.top));
      sum += nll(last_, token);
      result_.continuation.push_back(token);
      if (form) form->take(token);
      if (step + 1 == steps || (form && tokenizer->is_end(token))) break;
      const model::Row row{token, 0, static_cast<int>(result_.tokens.size() + step), true};
      model_.forward({&row, 1});
      last_.assign(model_.logits(0).begin(), model_.logits(0).end());
    }
    if (!result_.continuation.empty())
      result_.continuation_nll = sum / static_cast<double>(result_.continuation.size());
    return {};
  }

 private:
  Result<std::int32_t> next(constraint::Constraint* form, std::size_t step) const {
    if (!request_.forced.empty()) return request_.forced[step];
    if (!form) return top_of(last_, 1).front().first;
    const constraint::TokenSet& allowed = form->allowed();
    std::int32_t best = -1;
    for (std::int32_t id = 0; id < static_cast<std::int32_t>(last_.size()); ++id)
      if (allowed.has(id) &&
          (best < 0 || last_[static_cast<std::size_t>(id)] > last_[static_cast<std::size_t>(best)]))
        best = id;
    if (best < 0)
      return fail("engine.constraint",
                  "no token of the vocabulary goes on after " + std::to_string(step) + " tokens", "",
                  "a grammar that this vocabulary can write");
    return best;
  }

  const LogitsRequest& request_;
  model::Model& model_;
  LogitsResult& result_;
  std::vector<float> last_;
};

Status check_tokens(const std::vector<std::int32_t>& tokens, const model::Shape& shape) {
  for (std::int32_t token : tokens)
    if (token < 0 || token >= shape.vocabulary)
      return fail("engine.vocabulary", "token " + std::to_string(token) + " is outside of the vocabulary of " +
                                           std::to_string(shape.vocabulary));
  return {};
}

// Special tokens by their names, longest first.
std::vector<std::pair<std::string, std::int32_t>> special_names(const Tokenizer& tokenizer) {
  std::vector<std::pair<std::string, std::int32_t>> names;
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string name;
    tokenizer.append_token_text(name, id, true);
    if (!name.empty() && tokenizer.token_id(name) == id) names.emplace_back(std::move(name), id);
  }
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a.second < b.second;
  });
  return names;
}

std::vector<std::int32_t> encode(const Tokenizer& tokenizer, const std::string& prompt, bool plain) {
  std::vector<std::int32_t> tokens;
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) tokens.push_back(tokenizer.bos());
  const auto append = [&](std::string_view text) {
    if (text.empty()) return;
    const auto ids = tokenizer.encode(text);
    tokens.insert(tokens.end(), ids.begin(), ids.end());
  };
  const auto names = plain ? decltype(special_names(tokenizer)){} : special_names(tokenizer);
  const std::string_view text = prompt;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& name) { return text.substr(at).starts_with(name.first); });
    if (found == names.end()) {
      ++at;
      continue;
    }
    append(text.substr(begin, at - begin));
    tokens.push_back(found->second);
    begin = at += found->first.size();
  }
  append(text.substr(begin));
  return tokens;
}

}  // namespace

Result<LogitsResult> compute_logits(const LogitsRequest& request) {
  SLUICE_TRY(const auto file, gguf::File::open(request.path));
  SLUICE_TRY(const model::Shape shape, model::read_shape(*file));
  LogitsResult result;
  result.architecture = shape.architecture;
  result.tokens = request.tokens;
  const auto tokenizer = Tokenizer::create(*file);
  if (request.prompt) {  // ids need no vocabulary
    if (!tokenizer) return fail(tokenizer.error());
    result.tokens = encode(**tokenizer, *request.prompt, request.plain);
  }
  if (result.tokens.empty()) return fail("engine.empty_prompt", "the prompt has no tokens", "", "give some text");
  SLUICE_TRY_VOID(check_tokens(result.tokens, shape));
  SLUICE_TRY_VOID(check_tokens(request.forced, shape));
  const std::size_t steps =
      request.forced.empty() ? static_cast<std::size_t>(request.predict) : request.forced.size();
  const std::size_t positions = result.tokens.size() + (steps > 0 ? steps - 1 : 0);
  if (positions > static_cast<std::size_t>(shape.context))
    return fail("engine.context_exceeded", "the sequence has " + std::to_string(positions) +
                                               " positions, the model " + std::to_string(shape.context));
  model::Options options;
  options.threads = request.threads > 0 ? request.threads : tensor::usable_processors();
  options.context = static_cast<int>(positions);
  options.rows = request.chunk;
  options.exact = request.exact;
  options.kv_type = request.kv_type;
  SLUICE_TRY(const auto model, model::Model::load(*file, options));
  std::optional<constraint::Constraint> form;
  if (!request.grammar.empty()) {
    if (!tokenizer) return fail(tokenizer.error());
    SLUICE_TRY(auto grammar, constraint::parse_grammar(request.grammar));
    auto trie = std::make_shared<const constraint::TokenTrie>(**tokenizer, std::vector<std::string_view>());
    form.emplace(std::move(grammar), std::move(trie), **tokenizer);
  }
  Run run(request, *model, result);
  run.prompt();
  SLUICE_TRY_VOID(run.go_on(form ? &*form : nullptr, tokenizer ? tokenizer->get() : nullptr));
  for (std::int32_t token : result.continuation)
    if (tokenizer) (*tokenizer)->append_token_text(result.text, token, true);
  return result;
}

}  // namespace sluice::engine
