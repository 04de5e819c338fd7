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

std::string AnswerMask::Text::pause() {
  std::string seen = watch ? watch->pause() : std::string();
  if (!restorer) return seen;
  std::string out = restorer->push(seen);
  return out + restorer->pause();
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
    pause_others(Kind::Answer, out);
    take_text(Kind::Answer, 0, said->text, out);
  } else if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) {
    pause_others(Kind::Reasoning, out);
    take_text(Kind::Reasoning, 0, thought->text, out);
  } else if (auto* refusal = std::get_if<chat::RefusalDelta>(&event)) {
    pause_others(Kind::Refusal, out);
    take_text(Kind::Refusal, 0, refusal->text, out);
  } else if (auto* call = std::get_if<chat::ToolCallDelta>(&event)) {
    pause_others(Kind::Arguments, out);
    begin_call(*call, out);
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

// An id or name comes whole as a rule, and may come in pieces.
void AnswerMask::begin_call(const chat::ToolCallDelta& call, chat::Chunk& out) {
  if (failed_ || (call.id.empty() && call.name.empty())) return;
  if (plan_.judge) {
    auto& [id, name] = calls_[call.index];
    for (auto [all, piece] : {std::pair(&id, &call.id), std::pair(&name, &call.name)}) {
      if (piece->empty()) continue;
      *all += *piece;
      std::string found = found_in(*plan_.judge, plan_.watched, plan_.vault.get(), *all);
      if (!found.empty()) return stop(found, out);
    }
  }
  chat::ToolCallDelta begun{call.index, call.id, call.name, ""};
  if (spellings_) begun.name = restore(*spellings_, Form::Text, begun.name);
  out.events.push_back(std::move(begun));
}

void AnswerMask::put(Kind kind, int index, std::string text, chat::Chunk& out) {
  if (text.empty()) return;
  switch (kind) {
    case Kind::Answer:
      out.events.push_back(chat::TextDelta{std::move(text)});
      break;
    case Kind::Reasoning:
      out.events.push_back(chat::ReasoningDelta{std::move(text)});
      break;
    case Kind::Refusal:
      out.events.push_back(chat::RefusalDelta{std::move(text)});
      break;
    case Kind::Arguments:
      out.events.push_back(chat::ToolCallDelta{index, "", "", std::move(text)});
  }
}

void AnswerMask::take_text(Kind kind, int index, std::string_view piece, chat::Chunk& out) {
  if (failed_) return;
  Text& text = this->text(kind, index);
  std::string now = text.push(piece);
  if (!stop(text, out)) put(kind, index, std::move(now), out);
}

void AnswerMask::flush(Kind kind, int index, chat::Chunk& out) {
  auto place = texts_.find({kind, index});
  if (place == texts_.end() || failed_) return;
  std::string rest = place->second.finish();
  if (!stop(place->second, out)) put(kind, index, std::move(rest), out);
  // What goes on later begins anew, but what it has been told of JSON stays: arguments are flushed at the end
  // only.
}

// Where another kind begins a text has ended, as a rule, and what it holds back would come late. Arguments of
// several calls may come in turns: theirs end with the answer.
void AnswerMask::pause_others(Kind kind, chat::Chunk& out) {
  for (Kind other : {Kind::Reasoning, Kind::Answer, Kind::Refusal}) {
    auto place = texts_.find({other, 0});
    if (other == kind || place == texts_.end() || failed_) continue;
    std::string certain = place->second.pause();
    if (!stop(place->second, out)) put(other, 0, std::move(certain), out);
  }
}

void AnswerMask::flush_all(chat::Chunk& out) {
  for (auto& [place, text] : texts_) flush(place.first, place.second, out);
}

bool AnswerMask::stop(const Text& text, chat::Chunk& out) {
  if (!text.watch || text.watch->stopped().empty()) return false;
  stop(text.watch->stopped(), out);
  return true;
}

void AnswerMask::stop(const std::string& why, chat::Chunk& out) {
  failed_ = true;
  out.events.push_back(
      chat::Failure{Error{"policy.output",
                          "the answer was stopped: it contains what the policy "
                          "lets nothing pass of (" +
                              why + ")",
                          "", "ask in another way, or use a model whose answers are not scanned"}});
  out.last = true;
}

}  // namespace sluice::mask
