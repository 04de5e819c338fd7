// The face of a backend: one deployment answers a chat::Request with Events.
//
// A Backend is made per loop and used on that loop's thread. It knows nothing of policy or routing: who calls it
// has decided already. Errors before the first event tell whether another deployment may be tried:
//   upstream.unreachable, upstream.timeout, upstream.unavailable (5xx, 429, busy)   retry elsewhere
//   upstream.refused (400, 413, 422), upstream.auth (401, 403), upstream.balance (402)   see Failure kinds
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "chat/event.h"
#include "chat/request.h"
#include "net/loop.h"
#include "net/task.h"

namespace sluice::backend {

// An answer being read. Destroying it cancels what is left of it upstream.
class Answer {
 public:
  virtual ~Answer() = default;
  // The next chunk; after one with last = true it must not be called again. Pull-driven: what is not asked for is
  // not read, so a slow client never grows memory.
  virtual net::Task<chat::Chunk> next() = 0;
  virtual void cancel() = 0;  // a pending next() ends soon with a Failure request.cancelled
};

// What exactly answers: promise 8.
struct Served {
  std::string deployment;
  std::string model;   // "deepseek-flash (as named by the upstream)", or name, family, quantisation and digest
  std::string digest;  // of the weights; empty if unknown
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request) = 0;
  virtual Served served() const = 0;
  virtual bool ready() const = 0;  // for /readyz
};

}  // namespace sluice::backend
