// Pulse: keeps quiet streams alive. One per loop.
//
// A model may think for minutes before its first word, and proxies and clients give up on a silent connection. A
// stream on which nothing was written for a while gets the comment line ": keep-alive" without an empty line after
// it (clients that dispatch an event at every empty line would see an empty event). If the answer has not begun by
// then, it begins: from there on a failure is told as an error event in the stream, no longer as a status.
#pragma once

#include <functional>
#include <memory>
#include <unordered_set>

#include "base/time.h"
#include "http/server.h"
#include "net/loop.h"

namespace sluice::gateway {

class Pulse {
 public:
  // `quiet`: how long a stream may be silent; the check runs every third of it.
  Pulse(net::Loop& loop, Duration quiet);
  ~Pulse();

  // One stream; made by watch(), ended by end(). On the loop's thread.
  class Stream {
   public:
    // Writes the head unless a keep-alive did already.
    net::Task<Status> begin();
    net::Task<Status> write(std::string_view bytes);
    net::Task<Status> finish();  // the answer's end; after it no keep-alive is sent
    bool begun() const { return begun_; }
    bool begun_early() const { return begun_early_; }  // a keep-alive was the first thing sent

    explicit Stream(net::Loop& loop) : idle_(loop) {}

   private:
    friend class Pulse;
    http::Responder* out_ = nullptr;
    std::function<http::Headers()> headers_;
    MonotonicTime last_;
    bool begun_ = false, begun_early_ = false;
    bool writing_ = false, beating_ = false;  // never both: the connection takes one writer at a time
    net::Signal idle_;                        // set when no keep-alive is being written
  };
  // `out` and what `headers` refers to live until end() has returned.
  std::shared_ptr<Stream> watch(http::Responder& out, std::function<http::Headers()> headers);
  net::Task<void> end(std::shared_ptr<Stream> stream);

 private:
  struct State;
  static net::Task<void> run(std::shared_ptr<State> state);
  static net::Task<void> beat(std::shared_ptr<State> state, std::shared_ptr<Stream> stream);
  std::shared_ptr<State> state_;
};

}  // namespace sluice::gateway
