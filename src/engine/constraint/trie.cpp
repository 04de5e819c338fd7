#include "engine/constraint/trie.h"

#include <algorithm>
#include <unordered_map>

#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::constraint {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes of a token; longer ones are never allowed
constexpr int kMostText = 16;           // characters of a token of ordinary text; longer ones are with the rest

}  // namespace

void TokenSet::add(const TokenSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

bool TokenSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

void TokenSet::silence_others(std::span<float> logits, float instead) const {
  for (std::size_t begin = 0; begin < logits.size(); begin += 64) {
    const std::uint64_t word = words_[begin / 64];
    const std::span<float> part = logits.subspan(begin, std::min<std::size_t>(64, logits.size() - begin));
    if (word == ~std::uint64_t{0}) continue;
    for (std::size_t i = 0; i < part.size(); ++i)
      if ((word >> i & 1) == 0) part[i] = instead;
  }
}

void TokenTrie::Tree::fill(Spelled spelled) {
  std::sort(spelled.begin(), spelled.end());
  std::vector<std::uint32_t> path;  // the nodes above
  std::string_view before;
  const auto close_to = [&](std::size_t depth) {
    for (; path.size() > depth; path.pop_back())
      nodes[path.back()].after = static_cast<std::uint32_t>(nodes.size());
  };
  for (const auto& [bytes, id] : spelled) {
    const auto differ = std::mismatch(before.begin(), before.end(), bytes.begin(), bytes.end());
    close_to(static_cast<std::size_t>(differ.second - bytes.begin()));
    while (path.size() < bytes.size()) {
      const auto depth = static_cast<std::uint16_t>(path.size());
      path.push_back(static_cast<std::uint32_t>(nodes.size()));
      const bool between = depth + 1u == bytes.size() || (bytes[depth + 1u] & 0xC0) != 0x80;
      nodes.push_back(
          {0, static_cast<std::uint32_t>(ends.size()), depth, static_cast<unsigned char>(bytes[depth]), between});
    }
    ends.push_back(id);
    deepest = std::max(deepest, bytes.size());
    before = bytes;
  }
  close_to(0);
  nodes.push_back({0, static_cast<std::uint32_t>(ends.size()), 0, 0, false});
}

TokenTrie::TokenTrie(const Tokenizer& tokenizer, const std::vector<std::string_view>& marks)
    : text_of_length_(kMostText + 1, TokenSet(tokenizer.size())),
      others_(tokenizer.size()),
      tokens_(tokenizer.size()) {
  std::vector<std::int32_t> spelled_marks;
  for (const std::string_view mark : marks)
    if (const auto id = tokenizer.token_id(mark)) spelled_marks.push_back(*id);
  Spelled text, rest;
  for (std::int32_t id = 0; id < tokenizer.size(); ++id) {
    if (tokenizer.is_end(id)) {
      answer_ends_.push_back(id);
      continue;
    }
    const bool mark = std::find(spelled_marks.begin(), spelled_marks.end(), id) != spelled_marks.end();
    std::string bytes;
    tokenizer.append_token_text(bytes, id, mark);
    if (bytes.empty()) others_.add(id);
    if (bytes.empty() || bytes.size() > kLongest) continue;
    const auto length = ordinary_.characters(bytes);
    if (!length || *length > kMostText) {
      rest.emplace_back(std::move(bytes), id);
      continue;
    }
    for (int most = *length; most <= kMostText; ++most) text_of_length_[static_cast<std::size_t>(most)].add(id);
    text.emplace_back(std::move(bytes), id);
  }
  text_.fill(std::move(text));
  rest_.fill(std::move(rest));
}

void TokenTrie::walk(Automaton& automaton, Automaton::State state, TokenSet& allowed) const {
  using End = OrdinaryText::Reach::End;
  const OrdinaryText::Reach reach = ordinary_.reach(automaton, state, kMostText);
  if (reach.end == End::Never) {
    allowed.add(text_of_length_.back());
  } else if (reach.end == End::Blocked) {
    allowed.add(text_of_length_[static_cast<std::size_t>(reach.length)]);
  } else {
    walk_text(automaton, state, allowed);
  }
  walk_all(rest_, automaton, state, allowed);
}

// A state that ordinary text does not change may lie behind some first characters only: behind those that begin no
// member's name, say. Then all that lies below is allowed.
void TokenTrie::walk_text(Automaton& automaton, Automaton::State state, TokenSet& allowed) const {
  constexpr std::uint32_t kWorthAsking = 8;  // nodes
  std::unordered_map<Automaton::State, bool> stays;
  std::vector<Automaton::State> above(text_.deepest + 1);
  above[0] = state;
  for (std::uint32_t i = 0; i < text_.size();) {
    const Node& node = text_.nodes[i];
    const Automaton::State next = automaton.step(above[node.depth], node.byte);
    if (next == Automaton::kDead) {
      i = node.after;
      continue;
    }
    bool all = false;
    if (node.between && node.after - i >= kWorthAsking) {
      const auto [found, fresh] = stays.try_emplace(next, false);
      if (fresh) found->second = ordinary_.stays(automaton, next);
      all = found->second;
    }
    const std::uint32_t end = all ? node.after : i + 1;
    for (std::uint32_t k = node.first; k < text_.nodes[end].first; ++k) allowed.add(text_.ends[k]);
    above[node.depth + 1u] = next;
    i = end;
  }
}

void TokenTrie::walk_all(const Tree& tree, Automaton& automaton, Automaton::State state, TokenSet& allowed) {
  std::vector<Automaton::State> above(tree.deepest + 1);
  above[0] = state;
  for (std::uint32_t i = 0; i < tree.size();) {
    const Node& node = tree.nodes[i];
    const Automaton::State next = automaton.step(above[node.depth], node.byte);
    if (next == Automaton::kDead) {
      i = node.after;
      continue;
    }
    for (std::uint32_t k = node.first; k < tree.nodes[i + 1].first; ++k) allowed.add(tree.ends[k]);
    above[node.depth + 1u] = next;
    ++i;
  }
}

}  // namespace sluice::engine::constraint
