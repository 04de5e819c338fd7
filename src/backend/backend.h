// The face of a backend: one deployment answers a chat::Request with Events.
//
// A Backend is made per loop and used on that loop's thread. It knows nothing of policy or routing: who calls
// it has decided already. An Error or a Failure carries one of these codes (docs/errors.md):
//   upstream.unreachable, upstream.timeout, upstream.unavailable, upstream.stalled, upstream.truncated,
//   upstream.auth, upstream.balance, engine.busy, ...     another deployment may be tried before content was
//   sent upstream.refused, request.cancelled                   it may not: see may_try_another()
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "chat/event.h"
#include "chat/request.h"
#include "engine/cache/use.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/task.h"

namespace sluice::backend {

// What exactly answers: promise 8.
struct Served {
  std::string deployment;
  std::string model;   // as the upstream names it; for the engine: name, family, quantisation
  std::string digest;  // of the weights; empty if unknown
};

// What a call carries besides the request, for the deployment's logs and ours. Values are checked: printable.
struct CallContext {
  std::string request_id;
  std::string traceparent, tracestate;  // W3C Trace Context; empty: none
  std::string betas;                    // names of Anthropic's betas, as wire::read_betas() gives them
  bool some_betas = false;              // the client named more, which are not for anybody else
  engine::CacheUse cache;               // for a deployment in this process
  http::Cancellation cancellation;      // ends an ask() that still waits for its deployment
  // What the record keeps of the bytes that leave this machine: ask() sets it before they do. Both or neither.
  std::function<std::string(std::string_view body)> hash_of;
  std::string* content_hash = nullptr;  // lives until ask() has ended
};

// An answer being read. Destroying it cancels what is left of it upstream.
class Answer {
 public:
  virtual ~Answer() = default;
  // The next chunk; after one with last = true it must not be called again. Pull-driven: what is not asked
  // for is not read, so a slow client never grows memory.
  virtual net::Task<chat::Chunk> next() = 0;
  virtual void cancel() = 0;  // a pending next() ends soon with a Failure request.cancelled
  // A chunk has arrived already: next() does not wait. What came together can be relayed together.
  virtual bool waiting() const { return false; }
  // How what was asked differs from what the client said (wire::Outgoing::notes).
  virtual std::vector<std::string> notes() const { return {}; }
  // Before the first chunk what the configuration says, after it what the deployment itself said.
  virtual Served served() const = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  // `request` lives until the task ends; the Answer keeps no reference to it. An answer may begin with its
  // Failure.
  virtual net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request,
                                                         const CallContext& context) = 0;
  virtual Served served() const = 0;
  // What the account still has, as the vendor words it (JSON); deployment.unsupported where it is not told.
  virtual net::Task<Result<std::string>> balance();
  // A history with tools must carry what the earlier turns thought.
  virtual bool needs_reasoning() const { return false; }
  // It signs what it thinks, and takes that back with its signature only.
  virtual bool signs_reasoning() const { return false; }
  virtual bool ready() const = 0;  // for /readyz
};

// Whether an attempt that failed so, before any content reached the client, may be followed by another
// deployment. False where the request itself is at fault (any deployment would refuse it) or the client has
// left.
bool may_try_another(const Error& error);

}  // namespace sluice::backend
