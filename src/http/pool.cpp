#include "http/pool.h"

namespace sluice::http {

net::Task<Result<std::size_t>> Link::receive() {
  if (from == in.size())
    std::string().swap(in);  // assigning would keep the capacity
  else
    in.erase(0, from);
  from = 0;
  return stream.append_some(in);
}

std::unique_ptr<Link> Pool::take() {
  purge(std::chrono::steady_clock::now());
  // The one used last is the one most likely to be alive, and the others can grow old and go.
  while (!idle_.empty()) {
    std::unique_ptr<Link> link = std::move(idle_.back());
    idle_.pop_back();
    if (link->stream.quiet()) return link;
  }
  return nullptr;
}

void Pool::keep(std::unique_ptr<Link> link) {
  if (closed_ || options.idle_connections <= 0) return;
  link->kept = true;
  link->since = std::chrono::steady_clock::now();
  link->stream.set_deadline(Duration::zero());
  if (idle() >= options.idle_connections) idle_.pop_front();
  idle_.push_back(std::move(link));
  if (reaping_) return;
  reaping_ = true;
  loop.spawn(reap(weak_from_this(), stop_reaping_, options.idle_time));
}

void Pool::close() {
  closed_ = true;
  idle_.clear();
  stop_reaping_.set();
}

void Pool::purge(MonotonicTime now) {
  while (!idle_.empty() && now - idle_.front()->since >= options.idle_time) idle_.pop_front();
}

// Runs while connections are idle, so that they don't stay open for longer than they may when no request comes.
net::Task<void> Pool::reap(std::weak_ptr<Pool> weak, net::Signal stop, Duration first) {
  for (Duration wait = first;;) {
    bool stopped = co_await stop.wait_for(wait);
    auto pool = weak.lock();
    if (stopped || !pool) co_return;
    auto now = std::chrono::steady_clock::now();
    pool->purge(now);
    if (pool->idle_.empty()) {
      pool->reaping_ = false;
      co_return;
    }
    wait = pool->options.idle_time - (now - pool->idle_.front()->since);
  }
}

}  // namespace sluice::http
