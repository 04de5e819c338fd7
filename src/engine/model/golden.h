// The reference numbers of ../shared/engine for the tests of this room.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "json/doc.h"

namespace sluice::engine::model {

using TopTen = std::vector<std::pair<int, double>>;  // token, logit; best first

// The prompt's hidden states pooled.
struct GoldenVector {
  double norm = 0;            // L2; 0: the reference has none
  std::vector<double> first;  // 32 elements of the vector brought to length 1
};

struct GoldenAnswer {
  double mean_nll = 0;         // of the prompt's tokens but the first, natural logarithm
  std::vector<int> greedy;     // 64 tokens
  std::vector<int> grammar;    // the likeliest that json.gbnf allows, with the token that ends it; often empty
  std::vector<double> margin;  // best minus second best logit, per step; reference only
  std::vector<TopTen> top10;   // of the first 8 steps
  GoldenVector last, mean;     // hidden states
};
struct GoldenPrompt {
  std::string text;
  std::vector<int> tokens;
  GoldenAnswer ref, kernels;  // kernels is empty where the reference has no fast path
};

inline std::vector<int> golden_integers(json::Value array) {
  std::vector<int> out;
  for (json::Value v : array) out.push_back(static_cast<int>(v.integer().value()));
  return out;
}

inline GoldenVector golden_vector(json::Value value) {
  GoldenVector vector;
  if (!value) return vector;
  vector.norm = value["norm"].number().value();
  for (json::Value v : value["unit_first32"]) vector.first.push_back(v.number().value());
  return vector;
}

inline GoldenAnswer golden_answer(json::Value value) {
  GoldenAnswer answer;
  answer.mean_nll = value["mean_nll"].number().value();
  answer.greedy = golden_integers(value["greedy"]);
  answer.grammar = golden_integers(value["grammar_greedy"]);
  for (json::Value v : value["margin"]) answer.margin.push_back(v.number().value());
  answer.last = golden_vector(value["embedding_last"]);
  answer.mean = golden_vector(value["embedding_mean"]);
  for (json::Value step : value["top10"]) {
    TopTen ten;
    for (json::Value pair : step)
      ten.emplace_back(static_cast<int>(pair.at(0).integer().value()), pair.at(1).number().value());
    answer.top10.push_back(std::move(ten));
  }
  return answer;
}

// Empty if the file is not there.
inline std::vector<GoldenPrompt> read_golden(const std::string& path) {
  std::ifstream file(path);
  std::vector<GoldenPrompt> prompts;
  if (!file) return prompts;
  auto doc = json::Doc::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!doc) return prompts;
  for (json::Value value : (*doc)->root()["prompts"]) {
    GoldenPrompt prompt;
    prompt.text = value["text"].string().value();
    prompt.tokens = golden_integers(value["tokens"]);
    prompt.ref = golden_answer(value["ref"]);
    if (value["kernels"]) prompt.kernels = golden_answer(value["kernels"]);
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace sluice::engine::model
