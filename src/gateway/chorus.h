// Chorus: several answers to one request at once (`n` of the client), each a Voice of its own.
//
// Deployments differ in whether they can give several answers and how they count them; asking several times is the
// same for the client and works everywhere. All voices go by the same plan. Nothing is given out before every
// voice has its first content, so that a failure up to then is a plain error. Lives on its loop's thread; may be
// destroyed at any time after attempt() has returned.
#pragma once

#include <memory>
#include <vector>

#include "gateway/voice.h"

namespace sluice::gateway {

class Chorus {
 public:
  Chorus(net::Loop& loop, std::vector<std::unique_ptr<Voice>> voices);
  ~Chorus();  // cancels what still runs

  // All voices at once; the first error of any, after which the others are cancelled.
  net::Task<Status> attempt();

  // The next chunk of any voice, which it names; each voice's last one has last = true, after all of which it must
  // not be called. A voice is read only as far as its chunks are taken.
  net::Task<chat::Chunk> next(std::size_t& voice);
  bool waiting() const;  // next() would not wait
  void cancel();

  std::size_t size() const;
  Voice& voice(std::size_t i) const;

 private:
  struct State;
  static net::Task<void> attempt_one(std::shared_ptr<State> state, std::size_t i);
  static net::Task<void> pump(std::shared_ptr<State> state, std::size_t i);
  std::shared_ptr<State> state_;
};

}  // namespace sluice::gateway
