// For tests: a model and a vocabulary whose answers are known in advance.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "engine/model/model.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

// Tokens 0..255 are bytes, 256 ends an answer, 257 and up are the pieces given.
class FakeTokenizer : public Tokenizer {
 public:
  explicit FakeTokenizer(std::vector<std::string> pieces = {}) : pieces_(std::move(pieces)) {}
  static constexpr std::int32_t kEnd = 256;

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> out;
    for (char c : text) out.push_back(static_cast<unsigned char>(c));
    return out;
  }
  void append_token_text(std::string& out, std::int32_t id, bool) const override {
    if (id >= 0 && id < 256) out += static_cast<char>(id);
    if (id > 256 && id < size()) out += pieces_[static_cast<std::size_t>(id - 257)];
  }
  std::optional<std::int32_t> token_id(std::string_view) const override { return std::nullopt; }
  std::int32_t bos() const override { return -1; }
  std::int32_t eos() const override { return kEnd; }
  bool add_bos() const override { return false; }
  bool is_end(std::int32_t id) const override { return id == kEnd; }
  bool is_special(std::int32_t id) const override { return id == kEnd; }
  int size() const override { return 257 + static_cast<int>(pieces_.size()); }
  std::size_t longest_token() const override {
    std::size_t longest = 1;
    for (const std::string& piece : pieces_) longest = std::max(longest, piece.size());
    return longest;
  }
  const std::string& description() const override { return description_; }

 private:
  std::vector<std::string> pieces_;
  std::string description_ = "fake";
};

// Continues a sequence by a function of its tokens so far: what it would answer shows whether the scheduler fed it
// the right tokens at the right positions. Checks the preconditions of Model::forward and of Pages. Its state is
// the tokens themselves, in pages of four.
class FakeModel : public model::Model, public model::Pages {
 public:
  static constexpr int kPage = 4;
  using Rule = std::function<std::int32_t(const std::vector<std::int32_t>& so_far)>;
  FakeModel(int slots, int most_rows, int vocabulary, Rule rule)
      : sequences(static_cast<std::size_t>(slots)),
        most_rows_(most_rows),
        vocabulary_(vocabulary),
        rule_(std::move(rule)) {
    shape_.vocabulary = vocabulary;
  }

  const model::Shape& shape() const override { return shape_; }
  void forward(std::span<const model::Row> rows) override {
    if (rows.empty() || static_cast<int>(rows.size()) > most_rows_) ++violations;
    logits_.clear();
    hidden_.clear();
    batches.push_back({});
    for (const model::Row& row : rows) {
      std::vector<std::int32_t>& sequence = sequences[static_cast<std::size_t>(row.slot)];
      const auto position = static_cast<std::size_t>(row.position);
      if (position > sequence.size()) ++violations;
      // A page that ends within a pass could not be saved.
      if (form.at_end_only && position % kPage == 0 && batches.back().contains(row.slot)) ++violations;
      sequence.resize(position);
      sequence.push_back(row.token);
      ++batches.back()[row.slot];
      if (row.wants_hidden) hidden_.push_back(state_of(sequence));
      if (!row.wants_logits) continue;
      logits_.emplace_back(static_cast<std::size_t>(vocabulary_), 0.0f);
      const std::int32_t next = rule_(sequence);
      if (next >= 0)
        logits_.back()[static_cast<std::size_t>(next)] = 100;
      else
        std::fill(logits_.back().begin(), logits_.back().end(), std::numeric_limits<float>::quiet_NaN());
    }
    ++steps;
  }
  std::span<float> logits(int i) override { return logits_[static_cast<std::size_t>(i)]; }
  std::span<const float> hidden(int i) override { return hidden_[static_cast<std::size_t>(i)]; }
  // A hidden state that tells the whole sequence so far from any other of the same tokens.
  static std::vector<float> state_of(const std::vector<std::int32_t>& sequence) {
    std::vector<float> state(4, 0.0f);
    for (std::size_t i = 0; i < sequence.size(); ++i)
      state[(i + static_cast<std::size_t>(sequence[i])) % 4] += static_cast<float>(sequence[i]) + 1;
    return state;
  }

  Pages& pages() override { return *this; }
  const model::PageForm& page_form() const override { return form; }
  void visit_page(int slot, int page, const Visit& visit) override {
    std::vector<std::int32_t>& sequence = sequences[static_cast<std::size_t>(slot)];
    const auto first = static_cast<std::size_t>(page) * kPage;
    if (first > sequence.size()) ++violations;
    sequence.resize(std::max(sequence.size(), first + kPage));
    visit(std::as_writable_bytes(std::span(sequence).subspan(first, kPage)));
  }
  model::PageForm form{kPage, kPage * sizeof(std::int32_t), false};

  std::atomic<int> steps{0};
  std::atomic<int> violations{0};
  std::vector<std::map<int, int>> batches;  // rows by slot, per step; read after the scheduler ended
  std::vector<std::vector<std::int32_t>> sequences;

 private:
  model::Shape shape_;
  int most_rows_, vocabulary_;
  Rule rule_;
  std::vector<std::vector<float>> logits_, hidden_;
};

}  // namespace sluice::engine
