// The upstream that all paths share: one thread on raw sockets that answers prepared bytes, so that it costs far
// less than what is measured and shares no code with it. A request whose body asks for a stream gets kStreamEvents
// numbered events, the last event and [DONE]; others get one small whole answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

namespace bench {

inline constexpr int kStreamEvents = 32;

class Upstream {
 public:
  Upstream();
  ~Upstream();
  std::uint16_t port() const { return port_; }
  // Streams send their first event and stay open until this is turned off; then the others follow one by one.
  void hold_streams(bool hold) { hold_ = hold; }

 private:
  struct Peer {
    std::string in;
    int next_event = -1;  // of the stream that runs; -1: none
  };
  void run();
  void accept_all();
  void receive(int fd);
  void answer(int fd, Peer& peer, bool stream);
  void advance_streams();  // one more event on each stream that is not held
  void drop(int fd);

  int listener_ = -1, epoll_ = -1;
  std::uint16_t port_ = 0;
  std::map<int, Peer> peers_;
  std::size_t streams_ = 0;
  std::atomic<bool> hold_{false}, stop_{false};
  std::jthread thread_;
};

}  // namespace bench
