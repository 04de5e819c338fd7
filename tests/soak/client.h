// The clients: connections that send requests and read answers, well-mannered or not.
#pragma once

#include <deque>
#include <set>

#include "asked.h"
#include "judge.h"
#include "loop.h"

namespace soak {

class Clients {
 public:
  Clients(Loop& loop, Running& running, Judge& judge, std::uint16_t port, Millis deadline)
      : loop_(loop), running_(running), judge_(judge), port_(port), deadline_(deadline) {}
  ~Clients() { close_all(); }
  Clients(const Clients&) = delete;

  // Sends these together on one connection, now.
  void ask(const std::vector<AskedPtr>& list, Random& random);
  int waiting() const { return waiting_; }  // requests without a verdict
  void close_all();

 private:
  class Connection;
  std::shared_ptr<Connection> connection_for(const Asked& asked, Random& random);
  void over(const AskedPtr& asked);
  void check_deadline(std::weak_ptr<Connection> connection, std::weak_ptr<Asked> asked);

  Loop& loop_;
  Running& running_;
  Judge& judge_;
  std::uint16_t port_;
  Millis deadline_;
  int waiting_ = 0;
  std::set<std::shared_ptr<Connection>> connections_;
  std::deque<std::pair<Time, std::shared_ptr<Connection>>> kept_;
};

}  // namespace soak
