// The face of the topic model: what a text is about, by a small trained classifier that every window of the text
// passes through once. Trained by tools/topics; its page is tools/topics/README.md.
//
// A Model is immutable and may be used from several threads. It reads canonical text (text/normalise.h) and
// nothing else. Deterministic: the same text, the same scores, on every processor to within float rounding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::sense::topics {

// In the order of the model file. Wish: the text asks to be kept at home ("do not send this to the cloud").
enum class Topic : std::uint8_t { SourceCode, Legal, Health, Business, Restricted, Financial, Wish };
inline constexpr std::size_t kTopics = 7;

// Log-odds by topic, less the topic's threshold: above 0 the window is about it.
using Scores = std::array<float, kTopics>;

// A stretch of 32 tokens (a token is a word, a number, a mark or a line break), or of 128 for what shows over a
// page only. Windows of one size overlap by half. Texts of at most 64 tokens are looked at 16 by 16 too, where a
// sentence says everything.
struct Window {
  std::uint32_t start = 0, end = 0;  // bytes, half-open
  std::uint32_t words = 0;           // that the model knows
  std::uint32_t long_words = 0;      // those of them of five letters or more, or of another script than ASCII
  bool large = false;
  Scores scores{};
};

class Model {
 public:
  // `bytes` is a file written by tools/topics/train.py, or by train_secrets.py with one topic, whose score is the
  // first and the others 0. It outlives the model. Error: sense.topic_model.
  static Result<Model> open(std::string_view bytes);

  // Appends the windows of the text. None for a text without tokens.
  void score(std::string_view text, std::vector<Window>& out) const;
  const Scores& thresholds() const { return thresholds_; }
  // What each doubling of a text's windows adds to the threshold (detect/topic/votes.cpp).
  const Scores& slopes() const { return slopes_; }
  // Below it, on the scale of a window's scores, the model speaks against what another detector found there.
  const Scores& vetoes() const { return vetoes_; }

 private:
  Scores judge(const float* sums, std::uint32_t tokens) const;

  static constexpr std::size_t kMostDims = 14, kHidden = 24, kLanes = 8;
  const unsigned char* table_ = nullptr;  // pairs of rows of weights, each row with a tag of two bytes
  std::size_t dims_ = 0;                  // weights in a row: 6 of topics, 14 of secrets
  std::uint32_t row_mask_ = 0, tag_shift_ = 0;
  float scale_ = 0;
  bool wide_ = false;
  std::array<float, (kMostDims + 1) * kHidden> hidden_{};  // by input
  std::array<float, kHidden> hidden_bias_{};
  std::array<float, kHidden * kLanes> out_{};  // by hidden unit, topics beside one another
  Scores out_bias_{}, thresholds_{}, slopes_{}, vetoes_{};
};

// The files in the program.
std::string_view builtin_bytes();
std::string_view secrets_bytes();
// The models in them, opened once; aborts if the build put something else there.
const Model& builtin();
// Its one topic, the first score: somebody tells or shows a secret.
const Model& secrets();

}  // namespace sluice::sense::topics
