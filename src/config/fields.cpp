#include <algorithm>

#include "config/reader.h"

namespace sluice::config {
namespace {

constexpr int kUnknownKey = 0, kOther = 1, kMissingKey = 2;

// Edits (insert, delete, replace, swap of neighbours) that make `b` of `a`: optimal string alignment
// distance.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& allowed) {
  constexpr std::size_t kLongestWord = 64;  // keeps the table small for absurd input
  if (word.size() > kLongestWord) return std::nullopt;
  std::optional<std::string> best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;  // a third of the word may be wrong
  for (const std::string& candidate : allowed) {
    if (candidate.size() > kLongestWord) continue;
    if (std::size_t n = edits(word, candidate); n < fewest) {
      fewest = n;
      best = candidate;
    }
  }
  return best;
}

std::string any_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

Fields::Fields(const Node& node) : node_(node) {
  if (auto entries = node.map()) {
    entries_ = std::move(*entries);
  } else {
    add(node, std::move(entries).error());
  }
}

bool Fields::has(std::string_view key) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
}

std::optional<Node> Fields::node(std::string_view key, Need need) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  for (const Entry& entry : entries_)
    if (entry.key == key) return entry.value;
  if (need == Need::Required && node_.type() == Node::Type::Map) {
    Error error = node_.error("missing_key", "the key \"" + std::string(key) + "\" is missing", "add it");
    errors_.push_back(Found{node_.place(), kMissingKey, std::move(error)});
  }
  return std::nullopt;
}

bool Fields::text(std::string_view key, std::string& out, Need need) {
  auto found = node(key, need);
  return found && keep(found->text(), *found, out);
}

bool Fields::boolean(std::string_view key, bool& out, Need need) {
  auto found = node(key, need);
  return found && keep(found->boolean(), *found, out);
}

bool Fields::texts(std::string_view key, std::vector<std::string>& out, Need need) {
  auto found = node(key, need);
  return found && keep(found->texts(), *found, out);
}

bool Fields::duration(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds min,
                      std::chrono::milliseconds max, Need need) {
  auto found = node(key, need);
  return found && keep(found->duration(min, max), *found, out);
}

void Fields::not_yet(std::string_view key, std::string hint) {
  refuse(key, "\"" + std::string(key) + "\" is not supported yet", std::move(hint));
}

void Fields::refuse(std::string_view key, std::string message, std::string hint) {
  for (const Entry& entry : entries_)
    if (entry.key == key)
      errors_.push_back(
          Found{entry.key_node.place(), kUnknownKey, entry.key_node.error("unsupported", message, hint)});
  refused_.emplace_back(key);
}

void Fields::add(const Node& at, Error error) { errors_.push_back(Found{at.place(), kOther, std::move(error)}); }

Status Fields::finish() {
  for (const Entry& entry : entries_) {
    auto is_key = [&](const std::string& key) { return key == entry.key; };
    if (std::any_of(known_.begin(), known_.end(), is_key)) continue;
    if (std::any_of(refused_.begin(), refused_.end(), is_key)) continue;
    auto near = did_you_mean(entry.key, known_);
    Error error = entry.key_node.error("unknown_key", "no such key",
                                       near ? "did you mean \"" + *near + "\"?" : "known keys: " + any_of(known_));
    errors_.push_back(Found{entry.key_node.place(), kUnknownKey, std::move(error)});
  }
  if (errors_.empty()) return {};
  auto first = std::min_element(errors_.begin(), errors_.end(), [](const Found& a, const Found& b) {
    return a.order != b.order ? a.order < b.order : a.place < b.place;
  });
  return fail(first->error);
}

}  // namespace sluice::config
