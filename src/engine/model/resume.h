// For tests: a sequence that goes on from restored pages against the same one computed as a whole.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "engine/model/model.h"

namespace sluice::engine::model {

// Logits after each of the tokens from `first` up to `end`, in passes of `chunk` rows.
inline std::vector<std::vector<float>> logits_of(Model& model, const std::vector<int>& tokens, int slot,
                                                 std::size_t first, std::size_t end, std::size_t chunk) {
  std::vector<std::vector<float>> out;
  for (std::size_t at = first; at < end;) {
    std::vector<Row> rows;
    for (; at < end && rows.size() < chunk; ++at) rows.push_back({tokens[at], slot, static_cast<int>(at), true});
    model.forward(rows);
    for (int i = 0; i < static_cast<int>(rows.size()); ++i)
      out.emplace_back(model.logits(i).begin(), model.logits(i).end());
  }
  return out;
}

// Needs two slots. `tokens` are longer than a page.
inline void check_resumes(Model& model, const std::vector<int>& tokens, std::size_t chunk) {
  const PageForm form = model.pages().page_form();
  const auto positions = static_cast<std::size_t>(form.positions);
  std::vector<std::vector<std::byte>> pages;
  std::vector<std::vector<float>> whole;
  for (std::size_t end = 0; end < tokens.size();) {
    const std::size_t begin = end;
    end = std::min(begin + positions, tokens.size());
    for (auto& logits : logits_of(model, tokens, 0, begin, end, chunk)) whole.push_back(std::move(logits));
    if (end - begin < positions || !form.at_end_only) continue;
    model.pages().save_page(0, static_cast<int>(pages.size()), pages.emplace_back(form.bytes));
  }
  while (!form.at_end_only && (pages.size() + 1) * positions <= tokens.size())
    model.pages().save_page(0, static_cast<int>(pages.size()), pages.emplace_back(form.bytes));
  REQUIRE(!pages.empty());

  std::vector<int> others(tokens.rbegin(), tokens.rend());
  for (std::size_t count = pages.size(); count > 0; --count) {
    CAPTURE(count);
    logits_of(model, others, 1, 0, others.size(), chunk);  // what a slot is left with
    for (std::size_t i = 0; i < count; ++i) model.pages().restore_page(1, static_cast<int>(i), pages[i]);
    const std::vector<std::vector<float>> rest(whole.begin() + static_cast<std::ptrdiff_t>(count * positions),
                                               whole.end());
    CHECK(logits_of(model, tokens, 1, count * positions, tokens.size(), chunk) == rest);
  }
  if (pages.size() * positions == tokens.size()) return;
  // The pages are what does it: with one changed, what follows differs.
  std::fill_n(pages.back().begin(), pages.back().size() / 2, std::byte{0x11});
  for (std::size_t i = 0; i < pages.size(); ++i) model.pages().restore_page(1, static_cast<int>(i), pages[i]);
  const std::size_t first = pages.size() * positions;
  CHECK(logits_of(model, tokens, 1, first, tokens.size(), chunk).back() != whole.back());
}

}  // namespace sluice::engine::model
