// Ends an answer at stop strings that its deployment was not told, because it takes fewer of them or has no word
// for them: what the client gets is what it would have got from one that was.
//
// Works on events, whole or streamed; the bytes that the deployment sent (Chunk::raw) are dropped, because the
// text is cut where they are not. Only the answer's text counts: reasoning, refusals and tool calls pass. One an
// answer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "chat/event.h"
#include "engine/scheduler/stop.h"

namespace sluice::backend {

class StopWatch {
 public:
  explicit StopWatch(const std::vector<std::string>& stops) : matcher_(stops) {}
  // After a match the chunk is the last one and carries Finish, and nothing more is to be read.
  chat::Chunk take(chat::Chunk chunk);

 private:
  void text(std::string_view piece, chat::Chunk& out);
  void event(chat::Event&& event, chat::Chunk& out);
  void release(chat::Chunk& out);

  engine::StopMatcher matcher_;
};

// The answer, watched; its deployment's call is cancelled at a match.
std::unique_ptr<Answer> stop_at(std::unique_ptr<Answer> answer, const std::vector<std::string>& stops);

}  // namespace sluice::backend
