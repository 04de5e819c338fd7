#include "engine/tokenizer/spm.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "engine/gguf/gguf.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::string_view kSpaceMark = "\u2581";

// What is encoded: valid UTF-8 with plain spaces, one more in front where the file asks for it. The mark that
// SentencePiece writes for a space means a space in a text, too.
std::string prepared(std::string_view input, bool add_space) {
  const std::string valid = text::repair_utf8(input);
  std::string text;
  text.reserve(valid.size() + 1);
  if (add_space && !valid.empty()) text.push_back(' ');
  for (std::size_t pos = 0; pos < valid.size();) {
    const std::size_t mark = std::min(valid.find(kSpaceMark, pos), valid.size());
    text.append(valid, pos, mark - pos);
    if (mark < valid.size()) text.push_back(' ');
    pos = mark + kSpaceMark.size();
  }
  return text;
}

}  // namespace

SpmTokenizer::SpmTokenizer(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)), tokens_(static_cast<std::size_t>(vocabulary_.size())) {
  for (std::int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (vocabulary_.kind(id) == TokenKind::Normal && !vocabulary_.bytes(id).empty()) {
      tokens_.add(vocabulary_.bytes(id), id);
    }
  }
}

Result<std::unique_ptr<Tokenizer>> SpmTokenizer::create(const gguf::File& file) {
  SLUICE_TRY(Vocabulary vocabulary, Vocabulary::load(file, Spelling::SentencePiece));
  auto made = std::make_unique<SpmTokenizer>(std::move(vocabulary));
  SLUICE_TRY_VOID(made->load_scores(file));
  SLUICE_TRY_VOID(made->load_bytes(file));
  made->add_space_ = file.boolean("tokenizer.ggml.add_space_prefix").value_or(true);
  made->description_ = "SentencePiece with byte fallback, " + std::to_string(made->size()) + " tokens";
  return made;
}

Status SpmTokenizer::load_scores(const gguf::File& file) {
  const auto scores = file.floats("tokenizer.ggml.scores");
  const auto count = static_cast<std::size_t>(size());
  if (!scores || scores->size() != count ||
      std::any_of(scores->begin(), scores->end(), [](float s) { return std::isnan(s); })) {
    return fail("engine.vocabulary",
                "tokenizer.ggml.scores is not one number for each of the " + std::to_string(count) + " tokens",
                file.name(), "the file is damaged; fetch or convert it again");
  }
  // Scores as ranks, the highest first, so that a merge and its place fit one 64-bit number.
  std::vector<std::uint32_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0U);
  std::sort(ids.begin(), ids.end(),
            [&scores](std::uint32_t a, std::uint32_t b) { return (*scores)[a] > (*scores)[b]; });
  orders_.assign(count, 0);
  for (std::size_t i = 1; i < count; ++i) {
    const bool equal = (*scores)[ids[i]] == (*scores)[ids[i - 1]];
    orders_[ids[i]] = equal ? orders_[ids[i - 1]] : static_cast<std::uint32_t>(i);
  }
  return {};
}

Status SpmTokenizer::load_bytes(const gguf::File& file) {
  byte_tokens_.fill(vocabulary_.unknown());
  for (std::int32_t id = 0; id < size(); ++id) {
    const std::string_view bytes = vocabulary_.bytes(id);
    if (vocabulary_.kind(id) == TokenKind::Byte && bytes.size() == 1) {
      byte_tokens_[static_cast<unsigned char>(bytes[0])] = id;
    }
  }
  if (std::find(byte_tokens_.begin(), byte_tokens_.end(), -1) != byte_tokens_.end()) {
    return fail("engine.vocabulary", "the vocabulary has neither tokens for all 256 bytes nor an unknown token",
                file.name(), "not every text could be written with it; convert the model again");
  }
  return {};
}

std::vector<std::int32_t> SpmTokenizer::encode(std::string_view input) const {
  SLUICE_CHECK(input.size() < std::numeric_limits<std::uint32_t>::max() / 4, "bodies are limited far below 1 GiB");
  const std::string text = prepared(input, add_space_);
  std::vector<Node> nodes;
  nodes.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    Node node;
    node.begin = static_cast<std::uint32_t>(pos);
    text::next_code_point(text, pos);
    node.end = static_cast<std::uint32_t>(pos);
    const auto at = static_cast<std::uint32_t>(nodes.size());
    node.previous = at == 0 ? kNone : at - 1;
    node.next = pos == text.size() ? kNone : at + 1;
    nodes.push_back(node);
  }
  merge(text, nodes);
  std::vector<std::int32_t> out;
  for (std::uint32_t at = nodes.empty() ? kNone : 0; at != kNone; at = nodes[at].next) {
    emit(std::string_view(text).substr(nodes[at].begin, nodes[at].end - nodes[at].begin), out);
  }
  return out;
}

std::uint32_t SpmTokenizer::order_of_pair(std::string_view text, const std::vector<Node>& nodes,
                                          std::uint32_t at) const {
  if (nodes[at].next == kNone) return kNone;
  const std::size_t size = nodes[nodes[at].next].end - nodes[at].begin;
  if (size > vocabulary_.longest()) return kNone;
  const std::int32_t id = tokens_.find(text.substr(nodes[at].begin, size));
  return id < 0 ? kNone : orders_[static_cast<std::size_t>(id)];
}

// Possible merges stand in a heap, ordered by score, then by place. An entry is out of date when the pair that now
// begins at its place has another score.
void SpmTokenizer::merge(std::string_view text, std::vector<Node>& nodes) const {
  std::vector<std::uint64_t> heap;
  const auto later = std::greater<std::uint64_t>();
  const auto consider = [&](std::uint32_t at) {
    nodes[at].order = order_of_pair(text, nodes, at);
    if (nodes[at].order == kNone) return false;
    heap.push_back(std::uint64_t{nodes[at].order} << 32 | at);
    return true;
  };
  for (std::uint32_t at = 0; at < nodes.size(); ++at) consider(at);
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    const auto order = static_cast<std::uint32_t>(heap.back() >> 32);
    const auto at = static_cast<std::uint32_t>(heap.back());
    heap.pop_back();
    if (nodes[at].order != order) continue;
    Node& left = nodes[at];
    Node& right = nodes[left.next];
    left.end = right.end;
    left.next = right.next;
    right.order = kNone;
    if (left.next != kNone) nodes[left.next].previous = at;
    if (consider(at)) std::push_heap(heap.begin(), heap.end(), later);
    if (left.previous != kNone && consider(left.previous)) std::push_heap(heap.begin(), heap.end(), later);
  }
}

void SpmTokenizer::emit(std::string_view bytes, std::vector<std::int32_t>& out) const {
  if (const std::int32_t id = tokens_.find(bytes); id >= 0) {
    out.push_back(id);
    return;
  }
  for (const char c : bytes) out.push_back(byte_tokens_[static_cast<unsigned char>(c)]);
}

void SpmTokenizer::append_token_text(std::string& out, std::int32_t id, bool with_special) const {
  if (!vocabulary_.contains(id) || (vocabulary_.is_special(id) && !with_special)) return;
  out.append(vocabulary_.bytes(id));
}

}  // namespace sluice::engine
