// The client's connections. Private to this room.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "http/client.h"

namespace sluice::http {

// A connection to the origin with what has been received and not used yet.
struct Link {
  explicit Link(net::Stream s) : stream(std::move(s)) {}
  net::Stream stream;
  std::string in;  // received; what stands before `from` is used
  std::size_t from = 0;
  bool kept = false;      // has carried an exchange before
  MonotonicTime since{};  // when it became idle

  std::string_view unused() const { return std::string_view(in).substr(from); }
  void use(std::size_t n) { from += n; }
  // Reads more behind what is unused; holds no memory while it waits if nothing is.
  net::Task<Result<std::size_t>> receive();
};

class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(net::Loop& l, ClientOptions o) : loop(l), options(std::move(o)), stop_reaping_(l) {}

  std::unique_ptr<Link> take();  // a kept connection that still looks alive, or null
  void keep(std::unique_ptr<Link> link);
  void close();  // by ~Client: nothing is kept any more
  void purge(MonotonicTime now);
  int idle() const { return int(idle_.size()); }

  net::Loop& loop;
  const ClientOptions options;
  int in_use = 0;

 private:
  static net::Task<void> reap(std::weak_ptr<Pool> weak, net::Signal stop, Duration first);

  std::deque<std::unique_ptr<Link>> idle_;  // longest idle first
  net::Signal stop_reaping_;
  bool reaping_ = false, closed_ = false;
};

// Counts a connection as in use while it lives.
class Slot {
 public:
  explicit Slot(std::shared_ptr<Pool> p) : pool(std::move(p)) { ++pool->in_use; }
  ~Slot() { --pool->in_use; }
  Slot(const Slot&) = delete;
  const std::shared_ptr<Pool> pool;
};

struct Cancellation::State {
  bool cancelled = false;
  std::function<void()> on_cancel;  // set while something can be ended
};

// The body of an answer: owns the connection until the body's end, then gives it back.
class Body {
 public:
  Body(std::unique_ptr<Slot> slot, std::unique_ptr<Link> link, ResponseHead head);
  ~Body();
  static net::Task<Result<std::string>> read(std::shared_ptr<Body> self, Duration stall);
  static net::Task<Result<std::string>> read_all(std::shared_ptr<Body> self, std::size_t limit, Duration stall);
  void cancel();

  ResponseHead head;

 private:
  Result<std::string> decode();  // from what is received already; empty: more is needed, or the end
  bool finished() const;
  void give_back();
  Failure early_end(const Error& error) const;

  std::unique_ptr<Slot> slot_;
  std::unique_ptr<Link> link_;
  std::uint64_t remaining_ = 0;
  ChunkDecoder chunks_;
  bool ended_ = false;  // by the peer, where that is the proper end
  bool broken_ = false, cancelled_ = false, reading_ = false;
};

struct ClientResponse::Impl {
  std::shared_ptr<Body> body;
};

// Sends one request on `link` and reads the answer's head. `answered`: a byte of the answer came.
net::Task<Result<ResponseHead>> exchange(Link& link, const Request& request, Duration head_timeout,
                                         bool& answered);

}  // namespace sluice::http
