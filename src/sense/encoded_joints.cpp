#include "sense/encoded_joints.h"

#include <algorithm>
#include <string_view>

namespace sluice::sense {
namespace {

constexpr std::size_t kLeast = 24;       // characters; fewer can't hold a finding
constexpr std::size_t kLongLine = 60;    // of encoded text that goes on in the next line
constexpr std::size_t kMostPieces = 8;   // of one run
constexpr std::size_t kMostRuns = 4096;  // of one joint; each costs a small document at most

bool is_encoding(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' ||
         c == '-' || c == '_';
}

// Where the run at the end of `text` begins.
std::size_t run_start(std::string_view text) {
  std::size_t at = text.size(), line = at;
  for (; at > 0; --at) {
    const char c = text[at - 1];
    if (is_encoding(c)) continue;
    // The line before this break belongs to it, if it is a long one.
    const bool wrapped = c == '\n' && at > kLongLine &&
                         std::all_of(text.begin() + std::ptrdiff_t(at - 1 - kLongLine),
                                     text.begin() + std::ptrdiff_t(at - 1), is_encoding);
    if (!wrapped || at == line) break;
    line = at - 1;
  }
  return at;
}

// Where the run at the beginning of `text` ends.
std::size_t run_end(std::string_view text) {
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_encoding(text[at])) continue;
    if (text[at] != '\n' || at - line < kLongLine) return at;
    line = at + 1;
  }
  return text.size();
}

// Encoded text has digits or capitals amid small letters, and a word has not.
bool may_be_encoded(std::string_view run) {
  std::size_t digits = 0, upper = 0, lower = 0;
  for (const char c : run) {
    digits += c >= '0' && c <= '9';
    upper += c >= 'A' && c <= 'Z';
    lower += c >= 'a' && c <= 'z';
  }
  return run.size() >= kLeast && (digits > 0 || upper > 0) && (upper + lower + digits) * 10 >= run.size() * 9 &&
         (upper + digits) * 8 >= run.size();
}

}  // namespace

std::vector<EncodedJoint> encoded_over(const JointText& joint) {
  std::vector<EncodedJoint> runs;
  const std::string_view text = joint.text;
  const auto of = [&](std::size_t piece) {
    return text.substr(joint.pieces[piece].start, joint.pieces[piece].size);
  };
  const auto goes_on = [&](std::size_t piece) {
    return piece + 1 < joint.pieces.size() && joint.pieces[piece + 1].source != joint.pieces[piece].source &&
           joint.pieces[piece + 1].start == joint.pieces[piece].start + joint.pieces[piece].size;
  };
  for (std::size_t first = 0; first < joint.pieces.size(); ++first) {
    if (!goes_on(first)) continue;
    const std::size_t begin = run_start(of(first));
    const std::size_t start = joint.pieces[first].start + begin;
    if (begin == of(first).size()) continue;
    // The end of a long text begins anywhere in what is encoded there: at one of four places a character's bits
    // do.
    const bool torn = begin == 0 && joint.pieces[first].source_start > 0;
    std::size_t end = joint.pieces[first].start + joint.pieces[first].size;
    for (std::size_t last = first; goes_on(last) && last - first + 1 < kMostPieces;) {
      ++last;
      const std::string_view next = of(last);
      const std::size_t more = run_end(next);
      end = joint.pieces[last].start + more;
      if (more > 0 && may_be_encoded(text.substr(start, end - start))) {
        for (std::size_t skipped = 0; skipped < (torn ? 4 : 1); ++skipped) {
          if (runs.size() == kMostRuns) return runs;
          runs.push_back({start + skipped, end - start - skipped});
        }
      }
      if (more < next.size()) break;
    }
  }
  return runs;
}

}  // namespace sluice::sense
