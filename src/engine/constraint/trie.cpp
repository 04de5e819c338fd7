#include "engine/constraint/trie.h"

#include <algorithm>
#include <string>

#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::constraint {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes of a token; longer ones are never allowed

}  // namespace

bool TokenSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

TokenTrie::TokenTrie(const Tokenizer& tokenizer, const std::vector<std::string_view>& marks)
    : tokens_(tokenizer.size()) {
  std::vector<std::pair<std::string, std::int32_t>> sorted;
  std::vector<std::int32_t> spelled;
  for (const std::string_view mark : marks)
    if (const auto id = tokenizer.token_id(mark)) spelled.push_back(*id);
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string bytes;
    if (tokenizer.is_end(id)) continue;
    const bool mark = std::find(spelled.begin(), spelled.end(), id) != spelled.end();
    tokenizer.append_token_text(bytes, id, mark);
    if (!bytes.empty() && bytes.size() <= kLongest) sorted.emplace_back(std::move(bytes), id);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> path;  // the nodes above
  std::string_view before;
  const auto close_to = [&](std::size_t depth) {
    for (; path.size() > depth; path.pop_back())
      nodes_[path.back()].after = static_cast<std::uint32_t>(nodes_.size());
  };
  for (const auto& [bytes, id] : sorted) {
    const auto differ = std::mismatch(before.begin(), before.end(), bytes.begin(), bytes.end());
    close_to(static_cast<std::size_t>(differ.second - bytes.begin()));
    while (path.size() < bytes.size()) {
      const auto depth = static_cast<std::uint16_t>(path.size());
      path.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.push_back(
          {0, static_cast<std::uint32_t>(ends_.size()), 0, depth, static_cast<unsigned char>(bytes[depth])});
    }
    ++nodes_[path.back()].count;
    ends_.push_back(id);
    deepest_ = std::max(deepest_, bytes.size());
    before = bytes;
  }
  close_to(0);
}

void TokenTrie::walk(Automaton& automaton, Automaton::State state, TokenSet& allowed) const {
  std::vector<Automaton::State> above(deepest_ + 1);
  above[0] = state;
  for (std::uint32_t i = 0; i < nodes_.size();) {
    const Node& node = nodes_[i];
    const Automaton::State next = automaton.step(above[node.depth], node.byte);
    if (next == Automaton::kDead) {
      i = node.after;
      continue;
    }
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k) allowed.add(ends_[k]);
    above[node.depth + 1u] = next;
    ++i;
  }
}

}  // namespace sluice::engine::constraint
