// Socket: what a Stream holds. Private to this room. Frames of pending operations share it, so it outlives them.
#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>

#include "net/certificate.h"
#include "net/core.h"
#include "net/stream.h"

namespace sluice::net {

struct Transfer {
  ErrorCode ec;
  std::size_t bytes = 0;
};

class Socket : public HangupTarget, public std::enable_shared_from_this<Socket> {
 public:
  explicit Socket(std::shared_ptr<Core> core_ptr);
  ~Socket();

  // Bookkeeping of one operation: the deadline's timer runs only while there is one.
  class Operation {
   public:
    explicit Operation(Socket& s) : s_(s) {
      ++s_.in_flight_;
      s_.arm();
    }
    ~Operation() { --s_.in_flight_; }
    Operation(const Operation&) = delete;

   private:
    Socket& s_;
  };

  Status ready() const;  // an error if closed here or past the deadline
  Failure failure(const ErrorCode& ec, const char* doing) const;
  void set_deadline(Duration from_now);
  void close();
  void say_goodbye();
  bool open() const { return !closed_; }
  void remember_peer();

  std::shared_ptr<Core> core;  // first: Asio's objects below need it until they are gone
  asio::ip::tcp::socket tcp;
  std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket&>> tls;
  std::shared_ptr<Certificate> certificate;  // of a secured listener, until the handshake
  bool says_goodbye = false;                 // a TLS server, until it has sent its close_notify
  std::string tls_key;                       // names the TLS session of this origin in the session cache
  std::string peer;
  int writes_without_pause = 0;
  bool watched = false;  // by Core's hang-up set

 private:
  void arm();
  void expire();

  asio::steady_timer timer_;
  MonotonicTime deadline_ = MonotonicTime::max();
  MonotonicTime armed_ = MonotonicTime::max();  // when timer_ fires; it may be early, never late
  int in_flight_ = 0;
  bool closed_ = false;
};

struct Stream::Impl {
  std::shared_ptr<Socket> socket;
};

Stream make_stream(std::shared_ptr<Socket> socket);

// Waits for one Asio operation. `start` is called with the completion handler; it is a named object of the
// awaiting frame, never a lambda inside the co_await statement.
template <class Start>
class AsioAwaiter {
 public:
  explicit AsioAwaiter(Start& start) : start_(start) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    handle_ = h;
    start_(Done{this});
  }
  Transfer await_resume() const noexcept { return result_; }

 private:
  struct Done {
    AsioAwaiter* self;
    void operator()(const ErrorCode& ec) const { (*this)(ec, 0); }
    void operator()(const ErrorCode& ec, std::size_t n) const {
      self->result_.ec = ec;
      self->result_.bytes = n;
      self->handle_.resume();
    }
  };
  Start& start_;
  Transfer result_;
  std::coroutine_handle<> handle_;
};

}  // namespace sluice::net
