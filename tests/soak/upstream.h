// The upstream that misbehaves: two deployments on ports of their own, one of which refuses connections for a
// while now and then.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "answers.h"
#include "asked.h"
#include "loop.h"

namespace soak {

class Upstream {
 public:
  Upstream(Loop& loop, Running& running, std::uint64_t seed);
  std::uint64_t seed() const { return seed_; }
  ~Upstream();
  Upstream(const Upstream&) = delete;
  std::uint16_t port(int deployment) const { return ports_[std::size_t(deployment)]; }

  // Closes the listener of the first deployment for `time`.
  void refuse_for(Millis time);
  void open();  // again, at once
  // Whether connections were refused at some time from `from` on.
  bool refused_since(Time from) const;
  int connections() const { return int(connections_.size()); }
  void close_idle();

  std::vector<long> faults = std::vector<long>(std::size_t(Fault::kCount));  // how often each was drawn
  std::vector<double> cancelled_ms;    // from a client's leaving to the end of its call here
  std::vector<std::string> strangers;  // what came that nobody asked: violations

 private:
  class Listener;
  class Connection;
  void listen(int deployment);
  void accept(int deployment);

  Loop& loop_;
  Running& running_;
  std::uint64_t seed_;
  int listeners_[2] = {-1, -1};
  std::uint16_t ports_[2] = {0, 0};
  std::set<std::shared_ptr<Connection>> connections_;
  bool open_ = true;
  Time opened_;  // after the last outage; the epoch: there was none
};

}  // namespace soak
