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

AnswerMarks::Entry* AnswerMarks::Store::find(const Key& key) {
  const auto known = index_.find(key);
  if (known == index_.end()) return nullptr;
  auto& entries = known->second.shelf->second.entries;
  entries.splice(entries.begin(), entries, known->second.entry);
  return &*known->second.entry;
}

void AnswerMarks::Store::add(const std::string& owner, const Entry& entry) {
  if (most_ == 0) return;
  const auto shelf = shelves_.try_emplace(owner).first;
  auto& entries = shelf->second.entries;
  entries.push_front(entry);
  index_[entry.key] = {shelf, entries.begin()};
  if (entries.size() > std::max<std::size_t>(1, most_ / kShare)) return drop_last(shelf);
  if (index_.size() <= most_) return;
  // One after the other gives up an entry, unless it has fewer than most.
  for (;;) {
    auto next = shelves_.upper_bound(hand_);
    if (next == shelves_.end()) next = shelves_.begin();
    hand_ = next->first;
    if (next->second.entries.size() * shelves_.size() >= index_.size()) return drop_last(next);
  }
}

void AnswerMarks::Store::drop_last(Shelves::iterator shelf) {
  auto& entries = shelf->second.entries;
  index_.erase(entries.back().key);
  entries.pop_back();
  if (entries.empty()) shelves_.erase(shelf);
}

bool AnswerMarks::knows(const std::string& owner) const {
  if (!any_.load(std::memory_order_relaxed)) return false;
  std::lock_guard guard(lock_);
  return marks_.holds(owner);
}

void AnswerMarks::keep(const std::string& owner, const std::vector<std::string>& texts,
                       const sense::Label& label) {
  const auto shelf = keys_.shelf(owner);
  sense::TextHash hash(*shelf);
  for (const std::string& text : texts) {
    const std::string_view words = trimmed(text);
    if (words.size() >= kShortest) keep(owner, hash(words), label);
  }
}

void AnswerMarks::keep(const std::string& owner, const Key& key, const sense::Label& label) {
  std::lock_guard guard(lock_);
  if (Entry* const known = marks_.find(key)) {
    known->common = known->common || !is_mark(label);
    known->cls = std::min(known->cls, label.cls);
    known->categories = known->categories & label.categories;
    return;
  }
  if (harmless_.find(key)) return;
  const Entry entry{key, label.cls, label.categories, false};
  if (!is_mark(label)) return harmless_.add(owner, entry);
  marks_.add(owner, entry);
  any_.store(true, std::memory_order_relaxed);
}

void AnswerMarks::look(sense::TextHash& hash, std::string_view text, const std::string& path,
                       sense::Label& label) {
  text = trimmed(text);
  if (text.size() < kShortest) return;
  const Key key = hash(text);
  sense::Label had;
  {
    std::lock_guard guard(lock_);
    const Entry* const found = marks_.find(key);
    if (!found || found->common) return;
    had.cls = found->cls;
    had.categories = found->categories;
  }
  const std::string why = "the answer in " + path + " was made from a " + sense::class_name(had.cls) + " request";
  for (const sense::Category category : had.categories.list())
    if (!label.categories.has(category)) label.raise(category, {"answer", why, had.cls, category});
  if (label.cls < had.cls) label.raise(had.cls, {"answer", why, had.cls, std::nullopt});
}

// Words are looked for whoever is said to have said them: a client may quote an answer.
void AnswerMarks::join(const std::string& owner, const chat::Request& request, sense::Label& label) {
  if (!knows(owner)) return;
  const auto shelf = keys_.shelf(owner);
  sense::TextHash hash(*shelf);
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const chat::Message& message = request.messages[m];
    if (message.role == chat::Role::System || message.role == chat::Role::Developer) continue;
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
  return marks_.size();
}

}  // namespace sluice::gateway
