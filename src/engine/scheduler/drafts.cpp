#include "engine/scheduler/drafts.h"

#include <algorithm>
#include <utility>

namespace sluice::engine {
namespace {

// Three tokens together are seldom chance. Two are tried where three have not stood together before.
constexpr std::size_t kLongestKey = 3, kShortestKey = 2;
constexpr std::size_t kFarthest = 16 << 10;             // tokens that are looked back: microseconds
constexpr double kUnknownShare = 0.3;                   // of a step for a row more, until one was measured
constexpr double kNewTime = 0.1, kNewJudgement = 0.15;  // weights of the latest in the running means
// What was seldom right is tried again some time: this much of the way back to the first opinion, for each guess
// that could have been made.
constexpr double kForget = 0.004;
constexpr double kFirstOpinion = 0.5;
constexpr double kWorth = 1.05;  // times the rate without a guess: less may be an error of measurement

}  // namespace

void DraftCosts::took(int answers, int guessed, double seconds) {
  const auto index = static_cast<std::size_t>(answers);
  if (plain_.size() <= index) plain_.resize(index + 1, 0.0);
  double& plain = plain_[index];
  if (guessed == 0) {
    // A step that the system held up says nothing of the next.
    plain = plain > 0 ? plain + kNewTime * (std::min(seconds, 2 * plain) - plain) : seconds;
    return;
  }
  if (plain <= 0) return;
  const double row = std::clamp((seconds - plain) / guessed, 0.0, 2 * plain);
  row_ = known_ ? row_ + kNewTime * (row - row_) : (row + kUnknownShare * plain) / 2;
  known_ = true;
}

double DraftCosts::share(int answers) const {
  const auto index = static_cast<std::size_t>(answers);
  if (!known_ || plain_.size() <= index || plain_[index] <= 0) return kUnknownShare;
  return row_ / plain_[index];
}

void Drafts::begin(std::span<const std::int32_t> prompt) {
  if (most_ > 0) tokens_.assign(prompt.begin(), prompt.end());
}

// The token behind the latest earlier place of the last tokens; the end where they never stood together.
std::size_t Drafts::follower() const {
  const std::size_t size = tokens_.size();
  const std::size_t first = size > kFarthest ? size - kFarthest : 0;
  for (std::size_t length = kLongestKey; length >= kShortestKey; --length) {
    if (size - first <= length) continue;
    const auto key = tokens_.end() - static_cast<std::ptrdiff_t>(length);
    for (std::size_t at = size - length; at-- > first;)
      if (std::equal(key, tokens_.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(at))) return at + length;
  }
  return size;
}

// The length by which a step yields most tokens for its time: a guess of k tokens yields 1 + p + ... + p^k for
// this answer, one each for the others, and takes 1 + k times the share.
int Drafts::best_length(int most, int answers, double share) const {
  int best = 0;
  double yield = answers, best_rate = kWorth * yield, chance = 1;
  for (int k = 1; k <= most; ++k) {
    chance *= right_;
    yield += chance;
    const double rate = yield / (1 + k * share);
    if (rate > best_rate) best_rate = rate, best = k;
  }
  return best;
}

std::span<const std::int32_t> Drafts::guess(int room, int answers, const DraftCosts* costs) {
  if (most_ == 0 || room <= 0) return {};
  const std::size_t at = follower();
  const auto found =
      static_cast<int>(std::min(tokens_.size() - at, static_cast<std::size_t>(std::min(most_, room))));
  if (found == 0) return {};
  if (right_ < kFirstOpinion) right_ += kForget * (kFirstOpinion - right_);
  const int length = costs ? best_length(found, answers, costs->share(answers)) : found;
  return std::span(tokens_).subspan(at, static_cast<std::size_t>(length));
}

void Drafts::judge(int guessed, int right) {
  for (int i = 0; i < right; ++i) right_ += kNewJudgement * (1 - right_);
  if (right < guessed) right_ -= kNewJudgement * right_;
}

}  // namespace sluice::engine
