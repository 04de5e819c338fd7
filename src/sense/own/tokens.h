// The words of a text as keyed hashes, so that runs of words can be compared without their letters: case, accents'
// spelling, punctuation and line breaks make no difference.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sense::own {

struct Token {
  std::uint32_t start = 0, end = 0;  // bytes
  std::uint64_t hash = 0;
};

// SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012).
std::uint64_t sip_hash(const std::array<std::uint64_t, 2>& key, std::string_view bytes);

// Hashes words, and runs of them. Without the key nothing can be said of a word by its hash; with it every word
// can be tried, as with any hash. Immutable; thread-safe.
class WordHash {
 public:
  WordHash();                                  // a random key
  explicit WordHash(std::string_view secret);  // the same secret, the same hashes

  // In the order of the text. `lower`: of scan::Document, or of anything in canonical form (text/normalise.h).
  std::vector<Token> tokens(std::string_view lower) const;
  // Tells whether two keys are the same, and nothing more.
  std::uint64_t key_check() const;

  // Hashes of runs of tokens, each in constant time: a polynomial over the words' hashes.
  class Runs {
   public:
    Runs(const WordHash& hash, const std::vector<Token>& tokens);
    // Of `count` tokens from `first` on. Precondition: they exist; count <= kLongestRun.
    std::uint64_t of(std::size_t first, std::size_t count) const;

   private:
    const WordHash& hash_;
    std::vector<std::uint64_t> sums_;  // of all tokens before
  };
  static constexpr std::size_t kLongestRun = 16;

 private:
  void set_key(std::array<std::uint64_t, 3> random);

  std::array<std::uint64_t, 2> key_{};
  std::array<std::uint64_t, kLongestRun + 1> powers_{};  // of the polynomial's point, which is odd
};

// The text as it is compared letter by letter: canonical, letters folded, each run of blanks, line breaks, '-' and
// '_' as one blank.
std::string folded(std::string_view lower);

}  // namespace sluice::sense::own
