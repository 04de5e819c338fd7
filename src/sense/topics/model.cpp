#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "sense/topics/features.h"
#include "sense/topics/model.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::sense::topics {
namespace {

constexpr std::size_t kBlock = 16, kSmall = 2, kLarge = 8, kLargeStep = 4, kShort = 4;
constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kLongWord = 5;
constexpr std::uint32_t kTagShift = 17;  // at least: a tag has sixteen bits

using Eight = std::int16_t __attribute__((vector_size(16)));
struct Sums {  // of weights; what stands behind those is not looked at
  Eight low{}, high{};
};

struct Block {
  std::array<std::int16_t, 16> sums{};  // of at most 16 tokens with at most 10 features of at most 127
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

// The table of a model: two rows at each place, each of its weights and a tag of two bytes, which says what the
// place does not tell of the feature that the row belongs to.
template <std::size_t kDims>
struct Table {
  const unsigned char* rows = nullptr;
  std::uint32_t mask = 0, tag_shift = 0;

  static constexpr std::size_t kRow = kDims + 2;
  static_assert(kRow == 8 || kRow == 16, "a pair of rows is loaded as one vector or as two");

  const unsigned char* pair(std::uint32_t feature) const {
    return rows + std::size_t(feature & mask & ~1u) * kRow;
  }
  std::uint16_t tag_of(std::uint32_t feature) const {
    return static_cast<std::uint16_t>(feature >> tag_shift << 1 | (feature & 1));
  }
  static bool has_tag(const unsigned char* row, std::uint16_t wanted) {
    std::uint16_t tag = 0;
    std::memcpy(&tag, row + kDims, 2);
    return tag == wanted;
  }
  bool knows(std::uint32_t feature) const {
    return has_tag(pair(feature), tag_of(feature)) || has_tag(pair(feature) + kRow, tag_of(feature));
  }

  // Adds the row of a feature if it is one of the two at its place, and zeros if not; no branch, since half of all
  // features are unknown. Whether it is.
  bool add(Sums& sums, std::uint32_t feature) const {
    const std::uint16_t wanted = tag_of(feature);
#if defined(__SSE2__)
    const auto* vectors = reinterpret_cast<const __m128i*>(pair(feature));
    const __m128i tag = _mm_set1_epi16(static_cast<std::int16_t>(wanted));
    if constexpr (kRow == 8) {
      const __m128i both = _mm_loadu_si128(vectors);
      __m128i same = _mm_cmpeq_epi16(both, tag);
      same = _mm_shufflehi_epi16(_mm_shufflelo_epi16(same, 0xFF), 0xFF);  // a tag is the last of four
      const __m128i its = _mm_and_si128(both, same), row = _mm_or_si128(its, _mm_unpackhi_epi64(its, its));
      sums.low += reinterpret_cast<Eight>(_mm_srai_epi16(_mm_unpacklo_epi8(row, row), 8));
      return _mm_movemask_epi8(same) != 0;
    } else {
      const auto row_if_its = [&](std::size_t i) {
        const __m128i row = _mm_loadu_si128(vectors + i);
        const __m128i same = _mm_cmpeq_epi16(row, tag);  // the tag is the last of eight
        return _mm_and_si128(row, _mm_shuffle_epi32(_mm_shufflehi_epi16(same, 0xFF), 0xFF));
      };
      const __m128i row = _mm_or_si128(row_if_its(0), row_if_its(1));
      sums.low += reinterpret_cast<Eight>(_mm_srai_epi16(_mm_unpacklo_epi8(row, row), 8));
      sums.high += reinterpret_cast<Eight>(_mm_srai_epi16(_mm_unpackhi_epi8(row, row), 8));
      return _mm_extract_epi16(row, 7) == wanted;
    }
#else
    const unsigned char* row = pair(feature);
    if (!has_tag(row, wanted)) row += kRow;
    if (!has_tag(row, wanted)) return false;
    for (std::size_t d = 0; d < kDims; ++d) {
      Eight& half = d < 8 ? sums.low : sums.high;
      half[d % 8] = static_cast<std::int16_t>(half[d % 8] + static_cast<std::int8_t>(row[d]));
    }
    return true;
#endif
  }
};

constexpr std::size_t kTopicDims = 6, kSecretDims = 14;

bool is_long(std::string_view text, const Token& token) {
  return token.end - token.start >= kLongWord || static_cast<unsigned char>(text[token.start]) >= 0x80;
}

// kWide: with features of what is written together ("tea4two") and of what stands beside a word without a row:
// "the code is" and a word that no text had.
template <bool kWide, std::size_t kDims>
std::vector<Block> blocks_of(std::string_view text, const Table<kDims>& table) {
  std::vector<Block> blocks;
  blocks.reserve(text.size() / 64 + 1);
  Tokens tokens(text);
  Token token;
  Block block;
  Sums sums{};
  const auto close = [&] {
    std::memcpy(block.sums.data(), &sums, sizeof sums);
    blocks.push_back(block);
    block = Block{};
    sums = Sums{};
  };
  Seen seen;
  bool unknown = false;  // the token before is a word without a row
  while (tokens.next(token)) {
    const bool after_unknown = unknown;
    if constexpr (kWide) unknown = token.letters && !table.knows(token.features[0]);
    seen.forget_if_full();
    const bool new_word = seen.first(token.features[0]), new_pair = seen.first(token.features[token.own]);
    if (!new_word && !new_pair) {  // belongs to what stands before it
      (block.tokens > 0 || blocks.empty() ? block : blocks.back()).end = token.end;
      continue;
    }
    if (block.tokens == 0) block.start = token.start;
    if (new_word) {
      const bool known = table.add(sums, token.features[0]);
      block.words += token.word && known ? 1u : 0u;
      block.long_words += token.word && known && is_long(text, token) ? 1u : 0u;
      for (std::uint32_t i = 1; i < token.own; ++i) table.add(sums, token.features[i]);
    }
    for (std::uint32_t i = token.own; new_pair && i < token.count; ++i) table.add(sums, token.features[i]);
    if constexpr (kWide) {
      if (new_pair && token.joint != 0) table.add(sums, token.joint);
      if (new_pair && unknown) table.add(sums, pair_of(token.before, kUnknown));
      if (new_pair && after_unknown) table.add(sums, pair_of(kUnknown, token.features[0]));
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
  m.wide_ = topics == 1;
  m.dims_ = m.wide_ ? kSecretDims : kTopicDims;
  const std::size_t weights = (m.dims_ + 1) * kHidden, table = std::size_t(rows) * (m.dims_ + 2);
  if (dims != m.dims_ || hidden != kHidden || (topics != kTopics && topics != 1) ||
      floats != weights + kHidden + topics * (kHidden + 4) + 1)
    return fail(broken("a topic model of another shape"));
  // A tag and its place say all of a feature, but for one bit where there are the fewest rows.
  if (!std::has_single_bit(rows) || rows < 1u << (kTagShift - 1) ||
      bytes.size() != kHeader + table + std::size_t(floats) * 4)
    return fail(broken("a topic model of the wrong size"));
  m.table_ = reinterpret_cast<const unsigned char*>(bytes.data()) + kHeader;
  m.row_mask_ = rows - 1;
  m.tag_shift_ = std::max<std::uint32_t>(kTagShift, static_cast<std::uint32_t>(std::countr_zero(rows)));
  const char* at = bytes.data() + kHeader + table;
  const auto take = [&](auto& to, std::size_t most = SIZE_MAX) {
    const std::size_t size = std::min(to.size(), most) * 4;
    std::memcpy(to.data(), at, size);
    at += size;
  };
  take(m.hidden_, weights);
  take(m.hidden_bias_);
  for (std::size_t t = 0; t < topics; ++t) {
    std::array<float, kHidden> unit{};
    take(unit);
    for (std::size_t k = 0; k < kHidden; ++k) m.out_[k * kLanes + t] = unit[k];
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
  for (std::size_t d = 0; d <= dims_; ++d) {
    const float x = d < dims_ ? sums[d] * factor : std::min(size / 32.0f, 1.0f);
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
  const std::vector<Block> blocks = wide_
                                        ? blocks_of<true>(text, Table<kSecretDims>{table_, row_mask_, tag_shift_})
                                        : blocks_of<false>(text, Table<kTopicDims>{table_, row_mask_, tag_shift_});
  const auto window = [&](std::size_t first, std::size_t last, bool large) {
    std::array<float, 16> sums{};
    std::uint32_t tokens = 0, words = 0, long_words = 0;
    for (std::size_t b = first; b < last; ++b) {
      for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += blocks[b].sums[d];
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
