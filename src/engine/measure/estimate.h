// Means with confidence intervals.
//
// Tokens of one stretch of text are not independent, so an interval is made of the stretches' means: with n of
// them, the mean and its standard error, and Student's t with n - 1 degrees of freedom (Gosset 1908). That is
// right for large n whatever the tokens' dependence inside a stretch, if the stretches themselves are independent.
#pragma once

#include <optional>
#include <span>
#include <utility>

namespace sluice::engine::measure {

struct Estimate {
  double value = 0;
  std::optional<std::pair<double, double>> interval;  // 95 %; none of a single stretch
};

// The values of the stretches, each of as many tokens. Precondition: at least one.
Estimate mean(std::span<const double> stretches);
// The same through the exponential function: a perplexity of mean negative log-likelihoods.
Estimate exponential(const Estimate& estimate);
// A share of `count` tokens. Where all stretches agree they say nothing of the error; the interval is then at
// least Wilson's (1927) for as many independent tokens.
Estimate share(std::span<const double> stretches, double count);

// Student's t that 97.5 % lie below; degrees of freedom >= 1.
double student(int degrees);

}  // namespace sluice::engine::measure
