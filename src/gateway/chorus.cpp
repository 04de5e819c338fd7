#include "gateway/chorus.h"

#include <optional>

namespace sluice::gateway {

struct Chorus::State {
  struct Seat {
    explicit Seat(net::Loop& loop) : taken(loop) {}
    std::unique_ptr<Voice> voice;
    Status status;                     // of its attempt
    std::optional<chat::Chunk> chunk;  // read and not taken yet
    net::Signal taken;
  };
  explicit State(net::Loop& loop_in) : loop(loop_in), changed(loop_in) {}
  net::Loop& loop;
  std::vector<Seat> seats;
  net::Signal changed;
  std::size_t attempting = 0, next_seat = 0;
  std::size_t running = 0;  // pumps
  bool pumping = false, cancelled = false;
};

Chorus::Chorus(net::Loop& loop, std::vector<std::unique_ptr<Voice>> voices)
    : state_(std::make_shared<State>(loop)) {
  for (auto& voice : voices) {
    state_->seats.emplace_back(loop);
    state_->seats.back().voice = std::move(voice);
  }
}

Chorus::~Chorus() { cancel(); }

std::size_t Chorus::size() const { return state_->seats.size(); }
Voice& Chorus::voice(std::size_t i) const { return *state_->seats[i].voice; }

void Chorus::cancel() {
  state_->cancelled = true;
  for (State::Seat& seat : state_->seats) {
    seat.voice->cancel();
    seat.taken.set();
  }
}

net::Task<void> Chorus::attempt_one(std::shared_ptr<State> state, std::size_t i) {
  state->seats[i].status = co_await state->seats[i].voice->attempt();
  --state->attempting;
  state->changed.set();
}

net::Task<Status> Chorus::attempt() {
  auto state = state_;
  state->attempting = state->seats.size();
  for (std::size_t i = 0; i < state->seats.size(); ++i) state->loop.spawn(attempt_one(state, i));
  Status first;
  // The requests that are asked belong to the caller: this returns only when no attempt uses them any more.
  while (state->attempting > 0) {
    state->changed.reset();
    co_await state->changed.wait();
    for (const State::Seat& seat : state->seats)
      if (!seat.status && first) first = seat.status;
    if (!first && !state->cancelled) cancel();
  }
  co_return first;
}

net::Task<void> Chorus::pump(std::shared_ptr<State> state, std::size_t i) {
  State::Seat& seat = state->seats[i];
  for (bool last = false; !last && !state->cancelled;) {
    chat::Chunk chunk = co_await seat.voice->next();
    last = chunk.last;
    while (seat.chunk && !state->cancelled) {
      seat.taken.reset();
      co_await seat.taken.wait();
    }
    seat.chunk = std::move(chunk);
    state->changed.set();
  }
  --state->running;
  state->changed.set();
}

net::Task<chat::Chunk> Chorus::next(std::size_t& voice) {
  auto state = state_;
  if (!state->pumping) {
    state->pumping = true;
    state->running = state->seats.size();
    for (std::size_t i = 0; i < state->seats.size(); ++i) state->loop.spawn(pump(state, i));
  }
  chat::Chunk chunk;
  for (;;) {
    state->changed.reset();
    for (std::size_t k = 0; k < state->seats.size(); ++k) {
      std::size_t i = (state->next_seat + k) % state->seats.size();
      State::Seat& seat = state->seats[i];
      if (!seat.chunk) continue;
      voice = i;
      chunk = std::move(*seat.chunk);
      seat.chunk.reset();
      seat.taken.set();
      state->next_seat = i + 1;
      co_return chunk;
    }
    // Cancelled before anything was read: no voice will say another word.
    if (state->running == 0) {
      chunk.events.push_back(chat::Failure{{"request.cancelled", "the client left", "", ""}});
      chunk.last = true;
      co_return chunk;
    }
    co_await state->changed.wait();
  }
}

bool Chorus::waiting() const {
  for (const State::Seat& seat : state_->seats)
    if (seat.chunk) return true;
  return false;
}

}  // namespace sluice::gateway
