#include "gateway/answer_marks.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::gateway {
bool is_mark(const sense::Label& label) { return label.cls > sense::Class::Internal || !label.categories.empty(); }

void Given::listen(const chat::Event& event) {
  if (const auto* said = std::get_if<chat::TextDelta>(&event)) {
    // The first piece is the whole until there is a second one.
    if (!open_ && !whole_.empty()) {
      if (pieces_.empty()) pieces_.push_back(Words(whole_).form());
      piece_.emplace();
    }
    open_ = true;
    whole_.add(said->text);
    if (piece_) piece_->add(said->text);
  } else if (const auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
    end_piece();
    thoughts_.add(thought->text);
  } else if (const auto* call = std::get_if<chat::ToolCallDelta>(&event)) {
    end_piece();
    if (call->index != call_) end_call();
    call_ = call->index;
    calls_[call_].add(call->arguments);
  }
}

void Given::end_piece() {
  open_ = false;
  if (piece_) pieces_.push_back(piece_->form());
  piece_.reset();
}

// The calls of an answer come one after the other. Of a short one nothing is gained by taking that for granted.
void Given::end_call() {
  const auto call = calls_.find(call_);
  if (call != calls_.end() && call->second.written.size() >= kLongCall) call->second.end();
}

void Given::Call::add(std::string_view more) {
  if (!form.empty()) return;
  if (large.empty() && written.size() + more.size() <= kMostArguments) {
    written += more;
    return;
  }
  large.add(written);
  written = {};
  large.add(more);
}

void Given::Call::end() {
  if (form.empty()) form = large.empty() ? form_of_arguments(written) : large.form();
  written = {};
}

std::vector<std::string> Given::forms() {
  end_piece();
  std::vector<std::string> all = std::move(pieces_);
  all.push_back(whole_.form());
  all.push_back(thoughts_.form());
  for (auto& [index, call] : calls_) {
    call.end();
    all.push_back(std::move(call.form));
  }
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

void AnswerMarks::keep(const std::string& owner, const std::vector<std::string>& forms,
                       const sense::Label& label) {
  const auto shelf = keys_.shelf(owner);
  sense::TextHash hash(*shelf);
  for (const std::string& form : forms)
    if (form.size() >= kShortest) keep(owner, hash(form), label);
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

void AnswerMarks::look(sense::TextHash& hash, const std::string& form, const std::string& path,
                       sense::Label& label) {
  if (form.size() < kShortest) return;
  const Key key = hash(form);
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
      if (part.kind == chat::Part::Kind::Text) look(hash, form_of(part.text), path, label);
    if (message.parts.size() > 1) look(hash, form_of(message.text()), path, label);
    look(hash, form_of(message.reasoning), path, label);
    for (const chat::ToolCall& call : message.tool_calls)
      if (call.arguments.size() >= kShortest) look(hash, form_of_arguments(call.arguments), path, label);
  }
  for (std::size_t i = 0; i < request.inputs.size(); ++i)
    look(hash, form_of(request.inputs[i]), "input[" + std::to_string(i) + "]", label);
}

std::size_t AnswerMarks::size() const {
  std::lock_guard guard(lock_);
  return marks_.size();
}

}  // namespace sluice::gateway
