#include "engine/model/pass.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace sluice::engine::model {

using tensor::Buffer;

Pass::Pass(const Shape& shape, const Options& options)
    : shape_(shape),
      compute_(options.threads, options.exact),
      most_rows_(options.rows),
      most_positions_(options.context),
      slots_(options.slots),
      x_(options.rows, shape.embedding),
      h_(options.rows, shape.embedding),
      result_(options.rows, shape.embedding),
      gate_(options.rows, shape.widest_network()),
      up_(options.rows, shape.widest_network()),
      hidden_(options.rows, shape.embedding) {
  // One expert chosen otherwise, because two were nearly equal, changes the answer.
  compute_.set_fine(shape.mixture.experts > 0);
  compute_.set_watch(options.watch);
}

std::uint64_t Pass::bytes(const Shape& shape, const Options& options) {
  const std::uint64_t logits = static_cast<std::uint64_t>(options.logits > 0 ? options.logits : options.slots) *
                               static_cast<std::uint64_t>(shape.vocabulary) * sizeof(float);
  return 4 * Buffer::bytes(options.rows, shape.embedding) +
         2 * Buffer::bytes(options.rows, shape.widest_network()) + logits +
         static_cast<std::uint64_t>(options.threads) * tensor::kAttentionScratch * sizeof(float);
}

void Pass::begin(std::span<const Row> rows, const tensor::Weight& embedding) {
  SLUICE_CHECK(!rows.empty() && rows.size() <= static_cast<std::size_t>(most_rows_),
               "the caller keeps to Options::rows");
  rows_ = rows;
  count_ = static_cast<int>(rows.size());
  wanted_ = 0;
  for (int i = 0; i < count_; ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    SLUICE_CHECK(row.slot >= 0 && row.slot < slots_ && row.position >= 0 && row.position < most_positions_,
                 "slots and positions are the scheduler's");
    compute_.look_up(embedding, row.token, x_.row(i));
    wanted_ += row.wants_logits ? 1 : 0;
  }
}

void Pass::norm(std::span<const float> weight) { compute_.rms_norm(x_, count_, weight, shape_.epsilon, h_); }

void Pass::feed_forward(const FeedForward& network, float limit) {
  gate_.set_columns(network.gate.rows);
  up_.set_columns(network.gate.rows);
  const std::array<tensor::Product, 2> in{
      {{&network.gate, gate_.row(0), nullptr}, {&network.up, up_.row(0), nullptr}}};
  compute_.multiply(h_, count_, in);
  compute_.swiglu(gate_, up_, count_, gate_, limit);
  const std::array<tensor::Product, 1> out{{{&network.down, result_.row(0), nullptr}}};
  compute_.multiply(gate_, count_, out);
}

void Pass::add_result() { compute_.add(x_, result_, count_); }

void Pass::keep_hidden(std::span<const float> norm) {
  kept_ = 0;
  for (int i = 0; i < count_; ++i)
    if (row(i).wants_hidden) std::copy_n(x_.row(i), shape_.embedding, hidden_.row(kept_++));
  if (kept_ > 0) compute_.rms_norm(hidden_, kept_, norm, shape_.epsilon, hidden_);
}

std::span<const float> Pass::hidden(int i) {
  SLUICE_CHECK(i >= 0 && i < kept_, "only rows that wanted their hidden state have it");
  return {hidden_.row(i), static_cast<std::size_t>(shape_.embedding)};
}

void Pass::finish(std::span<const float> norm, const tensor::Weight& head) {
  keep_hidden(norm);
  if (wanted_ == 0) return;
  int kept = 0;
  for (int i = 0; i < count_; ++i) {
    if (!row(i).wants_logits) continue;
    if (kept != i) std::copy_n(x_.row(i), shape_.embedding, x_.row(kept));
    ++kept;
  }
  compute_.rms_norm(x_, kept, norm, shape_.epsilon, h_);
  const std::size_t needed = static_cast<std::size_t>(kept) * static_cast<std::size_t>(shape_.vocabulary);
  if (logits_.size() < needed) logits_.resize(needed);
  const std::array<tensor::Product, 1> products{{{&head, logits_.data(), nullptr}}};
  compute_.multiply(h_, kept, products);
}

std::span<float> Pass::logits(int i) {
  SLUICE_CHECK(i >= 0 && i < wanted_, "only rows that wanted logits have them");
  const auto size = static_cast<std::size_t>(shape_.vocabulary);
  return std::span(logits_).subspan(static_cast<std::size_t>(i) * size, size);
}

Angles::Angles(const RopeScaling& scaling, int dims, int rows, std::span<const float> divisors)
    : frequencies_(rope_frequencies(scaling, dims, divisors)),
      magnitude_(rope_magnitude(scaling)),
      cos_(static_cast<std::size_t>(rows) * frequencies_.size()),
      sin_(cos_.size()) {}

void Angles::prepare(const Pass& pass) {
  const std::size_t pairs = frequencies_.size();
  for (int i = 0; i < pass.count(); ++i)
    for (std::size_t p = 0; p < pairs; ++p) {
      const double angle = pass.row(i).position * frequencies_[p];
      cos_[static_cast<std::size_t>(i) * pairs + p] = static_cast<float>(std::cos(angle) * magnitude_);
      sin_[static_cast<std::size_t>(i) * pairs + p] = static_cast<float>(std::sin(angle) * magnitude_);
    }
}

void Angles::turn(Rope kind, float* values, int index) const {
  const std::size_t pairs = frequencies_.size(), at = static_cast<std::size_t>(index) * pairs;
  rope_turn(kind, values, static_cast<int>(pairs), cos_.data() + at, sin_.data() + at);
}

void Angles::turn_back(Rope kind, float* values, int index) const {
  const std::size_t pairs = frequencies_.size(), at = static_cast<std::size_t>(index) * pairs;
  rope_turn(kind, values, static_cast<int>(pairs), cos_.data() + at, sin_.data() + at, -1);
}

void Angles::turn_by(Rope kind, float* values, int position) const {
  std::vector<float> cos, sin;
  for (double frequency : frequencies_) {
    cos.push_back(static_cast<float>(std::cos(position * frequency) * magnitude_));
    sin.push_back(static_cast<float>(std::sin(position * frequency) * magnitude_));
  }
  rope_turn(kind, values, static_cast<int>(cos.size()), cos.data(), sin.data());
}

void cut_tiles(const Pass& pass, int most_rows, std::vector<Tile>& tiles) {
  tiles.clear();
  for (int i = 0; i < pass.count(); ++i) {
    const Row& row = pass.row(i);
    if (!tiles.empty() && tiles.back().rows < most_rows) {
      const Row& last = pass.row(i - 1);
      if (last.slot == row.slot && last.position + 1 == row.position) {
        ++tiles.back().rows;
        continue;
      }
    }
    tiles.push_back({i, 1});
  }
}

}  // namespace sluice::engine::model
