// Speculative decoding by prompt lookup (Saxena 2023; that a draft is verified in one pass, and no answer changes
// by it: Leviathan et al. 2023). Where the last tokens have stood together before, what followed them then may
// follow again.
//
// A guess costs a row of a pass, and is worth a pass if it is right. How much a row costs depends on the machine
// and the model: next to nothing where a pass waits for the weights, almost a pass where it computes all the time.
// So it is measured, and as many tokens are guessed as pay on average; none, where none do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::engine {

// What rows cost on this machine, from the steps that were made. One thread.
class DraftCosts {
 public:
  // A step of one row for each of so many answers took `seconds`; or of `guessed` rows more.
  void took(int answers, int guessed, double seconds);
  // How much longer, in parts of itself, a step of so many answers takes with one row more.
  double share(int answers) const;

 private:
  std::vector<double> plain_;  // seconds, by answers; 0: not known
  double row_ = 0;             // seconds that one more row takes
  bool known_ = false;
};

// The guesses of one answer. One thread.
class Drafts {
 public:
  // `most`: tokens per guess; 0: none ever.
  explicit Drafts(int most) : most_(most) {}

  void begin(std::span<const std::int32_t> prompt);
  void append(std::int32_t token) {
    if (most_ > 0) tokens_.push_back(token);
  }
  // What may come next, at most `room` tokens, for a step of so many answers; valid until the next append().
  // Empty: nothing stood together before, or guessing does not pay. Without costs as many as can be.
  std::span<const std::int32_t> guess(int room, int answers, const DraftCosts* costs);
  // What became of the last guess, which was not empty.
  void judge(int guessed, int right);

 private:
  std::size_t follower() const;
  int best_length(int most, int answers, double share) const;

  const int most_;
  std::vector<std::int32_t> tokens_;
  double right_ = 0.5;  // how often the next guessed token is right
};

}  // namespace sluice::engine
