#include "gateway/pulse.h"

#include <vector>

namespace sluice::gateway {
namespace {

constexpr std::string_view kComment = ": keep-alive\n";

MonotonicTime now() { return std::chrono::steady_clock::now(); }

}  // namespace

struct Pulse::State {
  State(net::Loop& loop_in, Duration quiet_in) : loop(loop_in), quiet(quiet_in), stop(loop_in) {}
  net::Loop& loop;
  Duration quiet;
  net::Signal stop;
  bool running = false;
  std::unordered_set<std::shared_ptr<Stream>> streams;
};

Pulse::Pulse(net::Loop& loop, Duration quiet) : state_(std::make_shared<State>(loop, quiet)) {}

Pulse::~Pulse() { state_->stop.set(); }

net::Task<Status> Pulse::Stream::begin() {
  if (beating_) co_await idle_.wait();
  if (begun_) co_return Status();
  begun_ = true;
  last_ = now();
  co_return co_await out_->begin(200, headers_());
}

net::Task<Status> Pulse::Stream::write(std::string_view bytes) {
  if (beating_) co_await idle_.wait();
  writing_ = true;
  Status written = co_await out_->write(bytes);
  writing_ = false;
  last_ = now();
  co_return written;
}

// A client that reads slowly can make the last bytes wait for longer than a stream may be quiet.
net::Task<Status> Pulse::Stream::finish() {
  if (beating_) co_await idle_.wait();
  writing_ = true;
  co_return co_await out_->finish();
}

std::shared_ptr<Pulse::Stream> Pulse::watch(http::Responder& out, std::function<http::Headers()> headers) {
  auto stream = std::make_shared<Stream>(state_->loop);
  stream->out_ = &out;
  stream->headers_ = std::move(headers);
  stream->last_ = now();
  stream->idle_.set();
  state_->streams.insert(stream);
  if (!state_->running) {
    state_->running = true;
    state_->loop.spawn(run(state_));
  }
  return stream;
}

net::Task<void> Pulse::end(std::shared_ptr<Stream> stream) {
  state_->streams.erase(stream);
  co_await stream->idle_.wait();
}

// Runs while there are streams.
net::Task<void> Pulse::run(std::shared_ptr<State> state) {
  while (!state->streams.empty()) {
    bool stopped = co_await state->stop.wait_for(state->quiet / 3);
    if (stopped) break;
    std::vector<std::shared_ptr<Stream>> due;
    for (const auto& stream : state->streams)
      if (!stream->beating_ && !stream->writing_ && now() - stream->last_ >= state->quiet) due.push_back(stream);
    for (auto& stream : due) {
      stream->beating_ = true;
      stream->idle_.reset();
      state->loop.spawn(beat(state, stream));
    }
  }
  state->running = false;
}

net::Task<void> Pulse::beat(std::shared_ptr<State> state, std::shared_ptr<Stream> stream) {
  // The stream may have ended, or gone on, between the check and now.
  bool still = state->streams.contains(stream) && !stream->writing_ && now() - stream->last_ >= state->quiet;
  Status done;
  if (still && !stream->begun_) {
    stream->begun_ = stream->begun_early_ = true;
    done = co_await stream->out_->begin(200, stream->headers_());
  }
  if (still && done) done = co_await stream->out_->write(kComment);
  stream->last_ = now();
  stream->beating_ = false;
  stream->idle_.set();
}

}  // namespace sluice::gateway
