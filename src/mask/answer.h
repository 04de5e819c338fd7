// AnswerMask: an answer on its way to the client, event by event: watched, and its tokens restored.
//
// A text may be interrupted by others of other kinds: what may go on is held back until it does, or until the
// answer ends. A tool call's id and name are watched, too, and stop the answer, since nothing can stand in their
// place.
//
// Works on events; the bytes that the deployment sent (Chunk::raw) are dropped, because they hold tokens cut at
// any place, and the answer is written anew from its events. Log-probabilities are dropped with them: they belong
// to tokens that the client never sees. One an answer; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "chat/event.h"
#include "mask/restore.h"
#include "mask/watch.h"

namespace sluice::mask {

struct AnswerPlan {
  std::shared_ptr<const Vault> vault;   // null: nothing to restore
  const sense::Judge* judge = nullptr;  // null: nothing to watch for
  sense::CategorySet watched;
  bool json_text = false;  // the answer's text was asked for as JSON
};

class AnswerMask {
 public:
  explicit AnswerMask(AnswerPlan plan);
  chat::Chunk take(chat::Chunk chunk);
  std::size_t redacted() const;

 private:
  // One text of the answer on its way: first watched, then restored.
  struct Text {
    std::optional<Watch> watch;
    std::optional<Restorer> restorer;
    std::string push(std::string_view piece);
    std::string pause();
    std::string finish();
  };
  enum class Kind { Answer, Reasoning, Refusal, Arguments };
  Text& text(Kind kind, int index);
  void flush(Kind kind, int index, chat::Chunk& out);
  void flush_all(chat::Chunk& out);
  void pause_others(Kind kind, chat::Chunk& out);
  void put(Kind kind, int index, std::string text, chat::Chunk& out);
  void begin_call(const chat::ToolCallDelta& call, chat::Chunk& out);
  void take_event(chat::Event&& event, chat::Chunk& out);
  void take_text(Kind kind, int index, std::string_view piece, chat::Chunk& out);
  bool stop(const Text& text, chat::Chunk& out);
  void stop(const std::string& why, chat::Chunk& out);

  const AnswerPlan plan_;
  std::optional<Spellings> spellings_;
  std::map<std::pair<Kind, int>, Text> texts_;
  std::map<int, std::pair<std::string, std::string>> calls_;  // id and name of each so far, where they are watched
  bool failed_ = false;
};

}  // namespace sluice::mask
