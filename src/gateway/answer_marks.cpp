#include "gateway/answer_marks.h"

#include <algorithm>
#include <iterator>

#include "json/doc.h"

namespace sluice::gateway {
namespace {

constexpr std::size_t kMostGiven = 4u << 20;  // bytes of one answer; what is longer is no mark

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Clients read arguments as JSON and write them anew, with other white space and other escapes.
std::string canonical_arguments(std::string_view written) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (quoted && c == '\\' && i + 1 < written.size()) {
      out += c;
      out += written[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\t' && c != '\r' && c != '\n')) out += c;
  }
  return out.find('\\') == out.npos ? out : json::decode_escapes(out);
}

}  // namespace

bool is_mark(const sense::Label& label) { return label.cls > sense::Class::Internal || !label.categories.empty(); }

void Given::listen(const chat::Event& event) {
  std::string* to = nullptr;
  std::string_view more;
  if (const auto* said = std::get_if<chat::TextDelta>(&event)) {
    if (!open_) pieces_.emplace_back();
    open_ = true;
    to = &pieces_.back();
    more = said->text;
  } else if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
    open_ = false;
    to = &thoughts_;
    more = thought->text;
  } else if (const auto* call = std::get_if<chat::ToolCallDelta>(&event)) {
    open_ = false;
    to = &calls_[call->index];
    more = call->arguments;
  }
  if (!to) return;
  size_ += more.size();
  if (size_ <= kMostGiven) to->append(more);
}

std::vector<std::string> Given::texts() const {
  std::vector<std::string> all;
  if (size_ > kMostGiven) return all;
  std::string whole;
  for (const std::string& piece : pieces_) whole += piece;
  if (pieces_.size() > 1) all = pieces_;
  all.push_back(std::move(whole));
  all.push_back(thoughts_);
  for (const auto& [index, arguments] : calls_) all.push_back(canonical_arguments(arguments));
  return all;
}

bool AnswerMarks::knows(const std::string& tenant) const {
  if (!any_.load(std::memory_order_relaxed)) return false;
  std::lock_guard guard(lock_);
  return held_by_.contains(tenant);
}

void AnswerMarks::keep(const std::string& tenant, const std::vector<std::string>& texts,
                       const sense::Label& label) {
  if (!is_mark(label) && !knows(tenant)) return;
  const auto shelf = keys_.shelf(tenant);
  sense::TextHash hash(*shelf);
  for (const std::string& text : texts) {
    const std::string_view words = trimmed(text);
    if (words.size() >= kShortest) keep(tenant, hash(words), label);
  }
}

void AnswerMarks::keep(const std::string& tenant, const Key& key, const sense::Label& label) {
  std::lock_guard guard(lock_);
  if (auto known = index_.find(key); known != index_.end()) {
    order_.splice(order_.begin(), order_, known->second);
    Entry& entry = *known->second;
    entry.common = entry.common || !is_mark(label);
    entry.cls = std::min(entry.cls, label.cls);
    entry.categories = entry.categories & label.categories;
    return;
  }
  if (!is_mark(label) || most_ == 0) return;
  const auto share = held_by_.try_emplace(tenant).first;
  order_.push_front({key, &share->first, label.cls, label.categories, false});
  index_[key] = order_.begin();
  ++share->second;
  any_.store(true, std::memory_order_relaxed);
  while (share->second > std::max<std::size_t>(1, most_ / kTenantShare)) {
    auto oldest = order_.end();
    do --oldest;
    while (oldest->tenant != &share->first);
    drop(oldest);
  }
  while (order_.size() > most_) drop(std::prev(order_.end()));
}

void AnswerMarks::drop(Order::iterator entry) {
  const auto share = held_by_.find(*entry->tenant);
  index_.erase(entry->key);
  order_.erase(entry);
  if (--share->second == 0) held_by_.erase(share);
}

void AnswerMarks::look(sense::TextHash& hash, std::string_view text, const std::string& path,
                       sense::Label& label) {
  text = trimmed(text);
  if (text.size() < kShortest) return;
  const Key key = hash(text);
  sense::Label had;
  {
    std::lock_guard guard(lock_);
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    order_.splice(order_.begin(), order_, found->second);
    if (found->second->common) return;
    had.cls = found->second->cls;
    had.categories = found->second->categories;
  }
  const std::string why = "the answer in " + path + " was made from a " + sense::class_name(had.cls) + " request";
  for (const sense::Category category : had.categories.list())
    if (!label.categories.has(category)) label.raise(category, {"answer", why, had.cls, category});
  if (label.cls < had.cls) label.raise(had.cls, {"answer", why, had.cls, std::nullopt});
}

// Words are looked for whoever is said to have said them: a client may quote an answer.
void AnswerMarks::join(const std::string& tenant, const chat::Request& request, sense::Label& label) {
  if (!knows(tenant)) return;
  const auto shelf = keys_.shelf(tenant);
  sense::TextHash hash(*shelf);
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const chat::Message& message = request.messages[m];
    const std::string path = "messages[" + std::to_string(m) + "]";
    for (const chat::Part& part : message.parts)
      if (part.kind == chat::Part::Kind::Text) look(hash, part.text, path, label);
    if (message.parts.size() > 1) look(hash, message.text(), path, label);
    look(hash, message.reasoning, path, label);
    for (const chat::ToolCall& call : message.tool_calls)
      if (call.arguments.size() >= kShortest) look(hash, canonical_arguments(call.arguments), path, label);
  }
  for (std::size_t i = 0; i < request.inputs.size(); ++i)
    look(hash, request.inputs[i], "input[" + std::to_string(i) + "]", label);
}

std::size_t AnswerMarks::size() const {
  std::lock_guard guard(lock_);
  return order_.size();
}

}  // namespace sluice::gateway
