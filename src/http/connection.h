// What stands behind a Responder: one connection of a Server and the exchange that runs on it. Private to this
// room.
//
// Life of a connection: Idle (no byte of a request yet) -> Reading -> Handling -> Idle ... -> Closing. serve()
// owns it; the task that watches for the client's departure and a pending flush share it.
#pragma once

#include <coroutine>
#include <memory>
#include <string>
#include <unordered_set>

#include "http/server.h"

namespace sluice::http {

// What the connections of one Server share.
struct ServerCore {
  ServerCore(net::Loop& l, net::Listener&& from, ServerLimits limits_in, Handler h, ErrorBody e)
      : loop(l),
        listener(std::move(from)),
        limits(limits_in),
        handler(std::move(h)),
        error_body(std::move(e)),
        changed(l) {}

  net::Loop& loop;
  net::Listener listener;
  ServerLimits limits;
  Handler handler;
  ErrorBody error_body;
  net::Signal changed;  // set when a request ends; drain() waits for it
  std::unordered_set<Responder::Impl*> connections;
  int active = 0;    // requests in their handler
  int busy = 0;      // connections in Reading or Handling
  int refusing = 0;  // connections above the limit that are being told so
  bool draining = false;
};

struct Responder::Impl : std::enable_shared_from_this<Responder::Impl> {
  enum class Phase { Idle, Reading, Handling, Closing };
  enum class State { Waiting, Streaming, Done, Failed };  // of the answer

  Impl(std::shared_ptr<ServerCore> core_in, net::Stream stream_in);
  ~Impl();

  void enter(Phase next);
  void start_exchange(const RequestHead& head);
  void watch();  // starts the task that notices the client's departure, once
  void leave();  // the client was seen to have gone
  void cut();    // a partial answer must not look whole
  bool last_on_connection() const { return !keep_alive || core->draining || gone; }

  Response error_answer(const Error& error, int status) const;  // in the shape of this exchange's path
  net::Task<Status> send(Response response);
  net::Task<Status> begin(int status_in, Headers headers);
  net::Task<Status> write(std::string_view payload);
  net::Task<Status> finish();
  net::Task<Status> put(std::string_view first, std::string_view second);  // one gathered write, in turn

  std::shared_ptr<ServerCore> core;
  net::Stream stream;
  std::string in;  // received and not used yet
  Phase phase = Phase::Idle;
  bool gone = false;
  std::function<void()> on_gone;

  // The exchange.
  State state = State::Waiting;
  bool head_only = false;    // HEAD
  bool until_close = false;  // an HTTP/1.0 client: no chunks
  bool keep_alive = true;
  std::string request_id;
  const Request* request = nullptr;  // lives as long as the exchange

 private:
  static net::Task<void> watch_task(std::shared_ptr<Impl> self);
  static net::Task<void> flush_task(std::shared_ptr<Impl> self);
  void flush_soon();

  // A head that waits to leave together with the first chunk. If none follows within this turn of the loop it is
  // flushed by a task of its own, and a writer that comes meanwhile waits for its turn.
  std::string held_head_;
  bool writing_ = false;
  bool watched_ = false;
  std::coroutine_handle<> next_writer_;

  struct Turn;
};

// The whole life of a connection.
net::Task<void> serve(std::shared_ptr<Responder::Impl> connection);
// Tells a connection above the limit so, and closes it.
net::Task<void> refuse(std::shared_ptr<ServerCore> core, net::Stream stream);

}  // namespace sluice::http
