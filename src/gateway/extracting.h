// Extracting: step "extract" of the way. What a request's files and pictures say is read by the configured
// programs before it is judged.
//
// Nothing of it runs on a loop: one thread decodes and looks up what was read before, others run the programs
// (`limits: extractors_at_once`), and a bounded queue stands before each. A part that is not read for any reason
// stays unread, and the request `restricted`.
//
// What was read is kept in memory only, by keyed hash of the bytes, per tenant, for ten minutes and within 32 MiB
// (a tenant has a fourth): each turn of a conversation sends its files again. It goes at once where the policy
// demands no_store of a place the request may go to, and when another policy comes into force.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "chat/request.h"
#include "config/extractors.h"
#include "extract/extract.h"
#include "extract/workers.h"
#include "gateway/memory.h"
#include "net/loop.h"

namespace sluice::gateway {

inline constexpr std::size_t kExtractedBytes = 32u << 20;

// Thread-safe; outlives its Readings.
class Extracting {
 public:
  // `settings` and `clock` outlive it. `secret` keys what is kept.
  Extracting(const config::Extractors& settings, const Clock& clock, std::string secret);

  // The parts of one request being read. Lives on its loop's thread.
  class Reading {
   public:
    Reading(Extracting& all, net::Loop& loop);  // made by begin()
    ~Reading();  // cancels, and waits until nobody looks at the request any more (a killed program's time)
    Reading(const Reading&) = delete;
    net::Task<void> done() const { return signal_.wait(); }  // once
    void cancel();                                           // done() comes soon
    void give(chat::Request& request) const;                 // after done(): its parts get what was read
    void forget() const;                                     // nothing of it is kept

   private:
    friend class Extracting;
    struct State;
    Extracting& all_;
    const net::Signal signal_;
    std::shared_ptr<State> state_;
  };

  // Null where the request has nothing to be read. It outlives the Reading, and its parts stay where they are.
  // `id` is for the log.
  std::unique_ptr<Reading> begin(const chat::Request& request, const std::string& tenant, const std::string& id,
                                 net::Loop& loop);
  std::size_t sweep(UtcTime now) { return kept_.sweep(now); }
  void forget_all();

 private:
  struct Job;
  using State = Reading::State;
  void look(const std::shared_ptr<State>& state, std::size_t job);
  void work(const std::shared_ptr<State>& state, std::size_t job);
  bool find(const State& state, Job& job, const extract::File& file);
  bool finish(State& state, Job& job, const extract::File& file, extract::Outcome outcome);
  template <class Work>
  bool guarded(State& state, Job& job, Work work);

  const extract::Reader reader_;
  const Clock& clock_;
  const std::string secret_;
  Memory kept_{kExtractedBytes};
  extract::Workers runners_;  // run programs
  extract::Workers clerk_;    // declared last: it posts to the runners
};

}  // namespace sluice::gateway
