// Core: what stands behind a Loop. Private to this room: only net/*.cpp may include it, since it brings Asio
// along.
//
// Lifetimes. A coroutine frame is destroyed either when it ends or, while suspended, by ~Loop; the operations that
// would resume it are then discarded, not run (Core::close). Nothing else ever destroys a suspended frame, so an
// operation may keep plain pointers into the frame that awaits it. Sockets hold the Core, so that a Stream may
// even outlive its Loop; it is dead then, but safe to destroy.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <coroutine>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/loop.h"
#include "net/resolver.h"

namespace sluice::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// Something that wants to know when the peer of a socket has closed or reset it.
struct HangupTarget {
  bool gone = false;               // seen; stays true
  std::coroutine_handle<> waiter;  // resumed through the loop's queue
};

class Context : public asio::io_context {
 public:
  Context() : asio::io_context(1) {}
  // Discards every queued and pending handler; idempotent.
  void discard_all() { asio::execution_context::shutdown(); }
};

class Core : public std::enable_shared_from_this<Core> {
 public:
  Core();
  ~Core();
  Core(const Core&) = delete;

  // From any thread; dropped once the loop is closed.
  void post(std::function<void()> work);
  void spawn(Task<void> task);
  void resume_soon(std::coroutine_handle<> handle);  // on the loop's thread
  void close();                                      // by ~Loop
  // Watches `fd` for a hang-up until unwatch(); `target` must stay where it is that long.
  void watch_hangup(int fd, HangupTarget& target);
  void unwatch_hangup(int fd);

  Context io;
  std::list<std::coroutine_handle<>> roots;  // of spawned tasks that have not ended
  std::atomic<std::int64_t> root_count = 0;
  std::vector<std::shared_ptr<asio::signal_set>> signals;
  AddressCache addresses;

 private:
  void wait_hangups();
  void collect_hangups();

  std::mutex gate_;  // guards closed_, so that nothing is posted while close() discards the queue
  bool closed_ = false;
  // A second epoll set, watched by the first: Asio's own does not report EPOLLRDHUP, and without it a FIN can't be
  // seen while unread bytes wait.
  asio::posix::stream_descriptor hangups_;
  bool hangups_started_ = false;
};

struct Loop::Impl {
  std::shared_ptr<Core> core = std::make_shared<Core>();
};

}  // namespace sluice::net
