#include "mask/answer.h"

#include <utility>

namespace sluice::mask {

AnswerMask::AnswerMask(AnswerPlan plan) : plan_(std::move(plan)) {
  if (plan_.vault && !plan_.vault->empty()) spellings_.emplace(*plan_.vault);
}

std::string AnswerMask::Text::push(std::string_view piece) {
  std::string seen = watch ? watch->push(piece) : std::string(piece);
  return restorer ? restorer->push(seen) : seen;
}

std::string AnswerMask::Text::finish() {
  std::string rest = watch ? watch->finish() : std::string();
  if (!restorer) return rest;
  if (watch && !watch->stopped().empty()) return {};
  std::string out = restorer->push(rest);
  return out + restorer->finish();
}

AnswerMask::Text& AnswerMask::text(Kind kind, int index) {
  auto [place, added] = texts_.try_emplace({kind, index});
  if (!added) return place->second;
  bool json = kind == Kind::Arguments || (kind == Kind::Answer && plan_.json_text);
  if (plan_.judge) place->second.watch.emplace(*plan_.judge, plan_.watched, plan_.vault.get(), json);
  if (spellings_) place->second.restorer.emplace(*spellings_, json ? Form::Json : Form::Text);
  return place->second;
}

std::size_t AnswerMask::redacted() const {
  std::size_t n = 0;
  for (const auto& [place, text] : texts_) n += text.watch ? text.watch->redacted() : 0;
  return n;
}

chat::Chunk AnswerMask::take(chat::Chunk chunk) {
  chat::Chunk out;
  out.last = chunk.last;
  out.protocol = chunk.protocol;
  for (chat::Event& event : chunk.events) take_event(std::move(event), out);
  if (chunk.last) flush_all(out);
  out.last = out.last || failed_;
  return out;
}

void AnswerMask::take_event(chat::Event&& event, chat::Chunk& out) {
  if (failed_) return;
  if (auto* said = std::get_if<chat::TextDelta>(&event)) {
    flush_before(Kind::Answer, out);
    take_text(Kind::Answer, 0, said->text, out);
  } else if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
    flush_before(Kind::Reasoning, out);
    take_text(Kind::Reasoning, 0, thought->text, out);
  } else if (auto* refusal = std::get_if<chat::RefusalDelta>(&event)) {
    flush_before(Kind::Refusal, out);
    take_text(Kind::Refusal, 0, refusal->text, out);
  } else if (auto* call = std::get_if<chat::ToolCallDelta>(&event)) {
    flush_before(Kind::Arguments, out);
    if (!call->id.empty() || !call->name.empty()) {
      chat::ToolCallDelta begun{call->index, call->id, call->name, ""};
      if (spellings_) begun.name = restore(*spellings_, Form::Text, begun.name);
      out.events.push_back(std::move(begun));
    }
    take_text(Kind::Arguments, call->index, call->arguments, out);
  } else if (std::holds_alternative<chat::ReasoningSignature>(event)) {
    flush(Kind::Reasoning, 0, out);
    if (!failed_) out.events.push_back(std::move(event));
  } else {
    flush_all(out);
    if (failed_) return;
    auto* finish = std::get_if<chat::Finish>(&event);
    if (finish && spellings_) finish->stop_sequence = restore(*spellings_, Form::Text, finish->stop_sequence);
    failed_ = std::holds_alternative<chat::Failure>(event);
    out.events.push_back(std::move(event));
  }
}

namespace {

template <class Delta>
void append_text(std::string text, chat::Chunk& out) {
  if (!text.empty()) out.events.push_back(Delta{std::move(text)});
}

}  // namespace

void AnswerMask::take_text(Kind kind, int index, std::string_view piece, chat::Chunk& out) {
  if (failed_) return;
  Text& text = this->text(kind, index);
  std::string now = text.push(piece);
  if (stop(text, out)) return;
  if (kind == Kind::Answer) append_text<chat::TextDelta>(std::move(now), out);
  if (kind == Kind::Reasoning) append_text<chat::ReasoningDelta>(std::move(now), out);
  if (kind == Kind::Refusal) append_text<chat::RefusalDelta>(std::move(now), out);
  if (kind == Kind::Arguments && !now.empty()) out.events.push_back(chat::ToolCallDelta{index, "", "", now});
}

void AnswerMask::flush(Kind kind, int index, chat::Chunk& out) {
  auto place = texts_.find({kind, index});
  if (place == texts_.end() || failed_) return;
  std::string rest = place->second.finish();
  if (stop(place->second, out)) return;
  if (kind == Kind::Answer) append_text<chat::TextDelta>(std::move(rest), out);
  if (kind == Kind::Reasoning) append_text<chat::ReasoningDelta>(std::move(rest), out);
  if (kind == Kind::Refusal) append_text<chat::RefusalDelta>(std::move(rest), out);
  if (kind == Kind::Arguments && !rest.empty()) out.events.push_back(chat::ToolCallDelta{index, "", "", rest});
  // What goes on later begins anew, but what it has been told of JSON stays: arguments are flushed at the end
  // only.
}

// A text ends where another kind begins. Arguments of several calls may come in turns: theirs end with the answer.
void AnswerMask::flush_before(Kind kind, chat::Chunk& out) {
  for (Kind other : {Kind::Reasoning, Kind::Answer, Kind::Refusal})
    if (other != kind) flush(other, 0, out);
}

void AnswerMask::flush_all(chat::Chunk& out) {
  for (auto& [place, text] : texts_) flush(place.first, place.second, out);
}

bool AnswerMask::stop(const Text& text, chat::Chunk& out) {
  if (!text.watch || text.watch->stopped().empty()) return false;
  failed_ = true;
  out.events.push_back(
      chat::Failure{Error{"policy.output",
                          "the answer was stopped: it contains what the policy "
                          "lets nothing pass of (" +
                              text.watch->stopped() + ")",
                          "", "ask in another way, or use a model whose answers are not scanned"}});
  out.last = true;
  return true;
}

}  // namespace sluice::mask
