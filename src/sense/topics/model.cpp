#include <algorithm>
#include <cmath>
#include <cstring>

#include "sense/topics/features.h"
#include "sense/topics/model.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::sense::topics {
namespace {

constexpr std::size_t kRow = 16, kBlock = 16, kSmall = 2, kLarge = 8, kLargeStep = 4, kShort = 4;
constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kLongWord = 5;
constexpr std::uint32_t kTagShift = 17;

using Eight = std::int16_t __attribute__((vector_size(16)));
struct Shorts {
  Eight low{}, high{};
};

struct Block {
  std::array<std::int16_t, kRow> sums{};  // of at most 16 tokens with at most 10 features of at most 127
  std::uint32_t start = 0, end = 0, tokens = 0, words = 0, long_words = 0;
};

std::uint32_t read_u32(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

Error broken(std::string message) {
  return Error{"sense.topic_model", std::move(message), "", "rebuild it with tools/topics/train.py"};
}

// Adds the row of a feature if it is one of the two at its place, and zeros if not; no branch, since half of all
// features are unknown. Whether it is. A tag is what the place does not tell of the feature.
inline bool add_row(Shorts& sums, const unsigned char* table, std::uint32_t mask, std::uint32_t feature) {
  const unsigned char* rows = table + std::size_t(feature & mask & ~1u) * kRow;
  const auto wanted = static_cast<std::uint16_t>(feature >> kTagShift << 1 | (feature & 1));
#if defined(__SSE2__)
  const __m128i tag = _mm_set1_epi16(static_cast<std::int16_t>(wanted));
  const auto row_if_its = [&](std::size_t i) {
    const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows) + i);
    const __m128i same = _mm_cmpeq_epi16(row, tag);  // the tag is the last of eight
    return _mm_and_si128(row, _mm_shuffle_epi32(_mm_shufflehi_epi16(same, 0xFF), 0xFF));
  };
  const __m128i weights = _mm_or_si128(row_if_its(0), row_if_its(1));
  sums.low += reinterpret_cast<Eight>(_mm_srai_epi16(_mm_unpacklo_epi8(weights, weights), 8));
  sums.high += reinterpret_cast<Eight>(_mm_srai_epi16(_mm_unpackhi_epi8(weights, weights), 8));
  return _mm_extract_epi16(weights, 7) == wanted;
#else
  bool its = false;
  for (std::size_t i = 0; i < 2 && !its; ++i, rows += kRow) {
    std::uint16_t tag = 0;
    std::memcpy(&tag, rows + kRow - 2, 2);
    its = tag == wanted;
    for (std::size_t d = 0; its && d < 8; ++d) {
      sums.low[d] = static_cast<std::int16_t>(sums.low[d] + static_cast<std::int8_t>(rows[d]));
      sums.high[d] = static_cast<std::int16_t>(sums.high[d] + static_cast<std::int8_t>(rows[d + 8]));
    }
  }
  return its;
#endif
}

inline bool is_known(const unsigned char* table, std::uint32_t mask, std::uint32_t feature) {
  const unsigned char* rows = table + std::size_t(feature & mask & ~1u) * kRow;
  const auto wanted = static_cast<std::uint16_t>(feature >> kTagShift << 1 | (feature & 1));
  std::uint16_t first = 0, second = 0;
  std::memcpy(&first, rows + kRow - 2, 2);
  std::memcpy(&second, rows + 2 * kRow - 2, 2);
  return first == wanted || second == wanted;
}

bool is_long(std::string_view text, const Token& token) {
  return token.end - token.start >= kLongWord || static_cast<unsigned char>(text[token.start]) >= 0x80;
}

// kWide: with features of what is written together ("tea4two") and of what stands beside a word without a row:
// "the code is" and a word that no text had.
template <bool kWide>
std::vector<Block> blocks_of(std::string_view text, const unsigned char* table, std::uint32_t mask) {
  std::vector<Block> blocks;
  blocks.reserve(text.size() / 64 + 1);
  Tokens tokens(text);
  Token token;
  Shorts sums{};
  Block block;
  const auto close = [&] {
    std::memcpy(block.sums.data(), &sums, sizeof sums);
    blocks.push_back(block);
    sums = Shorts{};
    block = Block{};
  };
  Seen seen;
  bool unknown = false;  // the token before is a word without a row
  while (tokens.next(token)) {
    const bool after_unknown = unknown;
    if constexpr (kWide) unknown = token.letters && !is_known(table, mask, token.features[0]);
    seen.forget_if_full();
    const bool new_word = seen.first(token.features[0]), new_pair = seen.first(token.features[token.own]);
    if (!new_word && !new_pair) {  // belongs to what stands before it
      (block.tokens > 0 || blocks.empty() ? block : blocks.back()).end = token.end;
      continue;
    }
    if (block.tokens == 0) block.start = token.start;
    if (new_word) {
      const bool known = add_row(sums, table, mask, token.features[0]);
      block.words += token.word && known ? 1u : 0u;
      block.long_words += token.word && known && is_long(text, token) ? 1u : 0u;
      for (std::uint32_t i = 1; i < token.own; ++i) add_row(sums, table, mask, token.features[i]);
    }
    for (std::uint32_t i = token.own; new_pair && i < token.count; ++i)
      add_row(sums, table, mask, token.features[i]);
    if constexpr (kWide) {
      if (new_pair && token.joint != 0) add_row(sums, table, mask, token.joint);
      if (new_pair && unknown) add_row(sums, table, mask, pair_of(token.before, kUnknown));
      if (new_pair && after_unknown) add_row(sums, table, mask, pair_of(kUnknown, token.features[0]));
    }
    block.end = token.end;
    if (++block.tokens == kBlock) close();
  }
  if (block.tokens > 0) close();
  return blocks;
}

}  // namespace

Result<Model> Model::open(std::string_view bytes) {
  if (bytes.size() < kHeader || bytes.substr(0, 8) != "SLTOPIC2") return fail(broken("no topic model"));
  const std::uint32_t rows = read_u32(bytes.data() + 8), dims = read_u32(bytes.data() + 12),
                      hidden = read_u32(bytes.data() + 16), topics = read_u32(bytes.data() + 20),
                      floats = read_u32(bytes.data() + 24);
  Model m;
  const std::size_t expected = m.hidden_.size() + m.hidden_bias_.size() + topics * (kHidden + 4) + 1;
  if (dims != kDims || hidden != kHidden || (topics != kTopics && topics != 1) || floats != expected)
    return fail(broken("a topic model of another shape"));
  m.wide_ = topics == 1;
  // A tag and its place say all of a feature, but for one bit where the table has half the rows.
  if (rows != 1u << (m.wide_ ? kTagShift - 1 : kTagShift) ||
      bytes.size() != kHeader + std::size_t(rows) * kRow + std::size_t(floats) * 4)
    return fail(broken("a topic model of the wrong size"));
  m.table_ = reinterpret_cast<const unsigned char*>(bytes.data()) + kHeader;
  m.row_mask_ = rows - 1;
  const char* at = bytes.data() + kHeader + std::size_t(rows) * kRow;
  const auto take = [&](auto& to, std::size_t most = SIZE_MAX) {
    const std::size_t size = std::min(to.size(), most) * 4;
    std::memcpy(to.data(), at, size);
    at += size;
  };
  take(m.hidden_);
  take(m.hidden_bias_);
  for (std::size_t t = 0; t < topics; ++t) {
    std::array<float, kHidden> weights{};
    take(weights);
    for (std::size_t k = 0; k < kHidden; ++k) m.out_[k * kLanes + t] = weights[k];
  }
  take(m.out_bias_, topics);
  take(m.thresholds_, topics);
  take(m.slopes_, topics);
  take(m.vetoes_, topics);
  std::memcpy(&m.scale_, at, 4);
  return m;
}

// Loops over neighbouring floats, so that the compiler takes several at once.
Scores Model::judge(const float* sums, std::uint32_t tokens) const {
  std::array<float, kHidden> h = hidden_bias_;
  const float size = static_cast<float>(tokens);
  const float factor = scale_ / std::sqrt(size + 4.0f);
  for (std::size_t d = 0; d <= kDims; ++d) {
    const float x = d < kDims ? sums[d] * factor : std::min(size / 32.0f, 1.0f);
    const float* weights = hidden_.data() + d * kHidden;
    for (std::size_t k = 0; k < kHidden; ++k) h[k] += x * weights[k];
  }
  std::array<float, kLanes> sum{};
  for (std::size_t t = 0; t < kTopics; ++t) sum[t] = out_bias_[t] - thresholds_[t];
  for (std::size_t k = 0; k < kHidden; ++k) {
    const float x = std::max(h[k], 0.0f);
    const float* weights = out_.data() + k * kLanes;
    for (std::size_t t = 0; t < kLanes; ++t) sum[t] += x * weights[t];
  }
  Scores scores;
  std::copy_n(sum.begin(), kTopics, scores.begin());
  return scores;
}

void Model::score(std::string_view text, std::vector<Window>& out) const {
  const std::vector<Block> blocks =
      wide_ ? blocks_of<true>(text, table_, row_mask_) : blocks_of<false>(text, table_, row_mask_);
  const auto window = [&](std::size_t first, std::size_t last, bool large) {
    std::array<float, kRow> sums{};
    std::uint32_t tokens = 0, words = 0, long_words = 0;
    for (std::size_t b = first; b < last; ++b) {
      for (std::size_t d = 0; d < kRow; ++d) sums[d] += blocks[b].sums[d];
      tokens += blocks[b].tokens;
      words += blocks[b].words;
      long_words += blocks[b].long_words;
    }
    out.push_back(
        {blocks[first].start, blocks[last - 1].end, words, long_words, large, judge(sums.data(), tokens)});
  };
  const std::size_t n = blocks.size();
  if (n == 0) return;
  out.reserve(out.size() + n + n / kLargeStep + 1);
  for (std::size_t i = 0; i + 1 < std::max<std::size_t>(n, 2); ++i) window(i, std::min(i + kSmall, n), false);
  for (std::size_t i = 0; n > 1 && n <= kShort && i < n; ++i) window(i, i + 1, false);
  if (n <= kSmall) return;
  for (std::size_t i = 0;; i += kLargeStep) {
    window(i, std::min(i + kLarge, n), true);
    if (i + kLarge >= n) break;
  }
}

}  // namespace sluice::sense::topics
