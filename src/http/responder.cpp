#include <ctime>

#include "base/id.h"
#include "http/connection.h"

namespace sluice::http {
namespace {

// The time limit of a write holds for so much: a large answer to a client that keeps reading may take longer.
constexpr std::size_t kSlice = 256 * 1024;

// RFC 9110, section 6.6.1: an origin server with a clock sends Date. Written once a second and thread.
const std::string& date_now() {
  thread_local std::time_t at = 0;
  thread_local std::string text;
  std::time_t now = std::time(nullptr);
  if (now != at || text.empty()) {
    std::tm tm{};
    gmtime_r(&now, &tm);
    char buffer[40];
    std::size_t n = std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    text.assign(buffer, n);
    at = now;
  }
  return text;
}

bool valid(const Headers& headers) {
  for (const auto& [name, value] : headers.list())
    if (!valid_field_name(name) || !valid_field_value(value)) return false;
  return true;
}

Error bad_header() {
  return {"http.bad_header", "the answer has a header that can't be sent: a control character in it", "", ""};
}

Error misuse(const char* what) { return {"http.answer_state", what, "", ""}; }

Failure client_left() { return fail("net.closed", "the client left before the end of its answer"); }

bool bodiless(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

// Waits for the flush that is under way.
struct Responder::Impl::Turn {
  Impl& self;
  bool await_ready() const noexcept { return !self.writing_; }
  void await_suspend(std::coroutine_handle<> h) const { self.next_writer_ = h; }
  void await_resume() const noexcept {}
};

Responder::Impl::Impl(std::shared_ptr<ServerCore> core_in, net::Stream stream_in)
    : core(std::move(core_in)), stream(std::move(stream_in)) {
  core->connections.insert(this);
}

Responder::Impl::~Impl() {
  enter(Phase::Closing);
  core->connections.erase(this);
}

void Responder::Impl::enter(Phase next) {
  auto busy = [](Phase p) { return p == Phase::Reading || p == Phase::Handling; };
  core->busy += int(busy(next)) - int(busy(phase));
  core->active += int(next == Phase::Handling) - int(phase == Phase::Handling);
  bool ended = busy(phase) && !busy(next);
  phase = next;
  if (ended && core->draining) core->changed.set();
}

void Responder::Impl::start_exchange(const RequestHead& head) {
  state = State::Waiting;
  head_only = head.request.method == "HEAD";
  until_close = head.minor_version == 0;
  keep_alive = head.request.keep_alive;
  request_id = random_id("req_");
  request = &head.request;
  held_head_.clear();
}

Response Responder::Impl::error_answer(const Error& error, int status) const {
  std::string_view path = request->target;
  path = path.substr(0, path.find('?'));
  return core->error_body(error, status, ErrorContext{path, request_id});
}

void Responder::Impl::watch() {
  if (watched_) return;
  watched_ = true;
  core->loop.spawn(watch_task(shared_from_this()));
}

net::Task<void> Responder::Impl::watch_task(std::shared_ptr<Impl> self) {
  co_await self->stream.wait_closed();
  self->leave();
}

void Responder::Impl::leave() {
  gone = true;
  if (auto call = std::exchange(on_gone, nullptr)) call();
}

void Responder::Impl::cut() { stream.abort(); }

net::Task<Status> Responder::Impl::put(std::string_view first, std::string_view second) {
  if (writing_) {
    Turn turn{*this};
    co_await turn;
  }
  if (state == State::Failed) co_return client_left();
  writing_ = true;
  Status done;
  do {
    std::string_view slice = second.substr(0, kSlice);
    stream.set_deadline(core->limits.write_timeout);
    done = co_await stream.write_all2(first, slice);
    first = std::string_view();
    second.remove_prefix(slice.size());
  } while (done && !second.empty());
  writing_ = false;
  if (!done) state = State::Failed;
  co_return done;
}

net::Task<Status> Responder::Impl::send(Response response) {
  if (state != State::Waiting) co_return fail(misuse("send() after the answer had begun"));
  bool sendable = valid(response.headers);
  if (!sendable) {
    response = error_answer(bad_header(), 500);
    SLUICE_CHECK(valid(response.headers), "the error body's own headers can be sent");
  }
  Framing framing;
  if (!bodiless(response.status)) {
    framing.kind = Framing::Kind::Length;
    framing.length = response.body.size();
  }
  if (!response.headers.get("date")) response.headers.add("date", date_now());
  std::string head = write_response_head(response.status, response.headers, framing, !last_on_connection());
  if (last_on_connection()) keep_alive = false;
  std::string_view body = head_only || framing.kind == Framing::Kind::None ? std::string_view() : response.body;
  Status written = co_await put(head, body);
  if (!written) co_return written;
  state = State::Done;
  if (!sendable) co_return fail(bad_header());
  co_return Status();
}

net::Task<Status> Responder::Impl::begin(int status_in, Headers headers) {
  if (state != State::Waiting) co_return fail(misuse("begin() after the answer had begun"));
  if (!valid(headers)) co_return fail(bad_header());
  if (bodiless(status_in)) co_return fail(misuse("an answer of this status has no body; use send()"));
  if (gone) {
    state = State::Failed;
    co_return client_left();
  }
  Framing framing;
  framing.kind = until_close ? Framing::Kind::UntilClose : Framing::Kind::Chunked;
  if (!headers.get("date")) headers.add("date", date_now());
  if (until_close || last_on_connection()) keep_alive = false;
  held_head_ = write_response_head(status_in, headers, framing, keep_alive);
  state = State::Streaming;
  flush_soon();
  co_return Status();
}

void Responder::Impl::flush_soon() {
  core->loop.post([weak = weak_from_this()] {
    auto self = weak.lock();
    if (self && !self->held_head_.empty() && !self->writing_) self->core->loop.spawn(flush_task(self));
  });
}

net::Task<void> Responder::Impl::flush_task(std::shared_ptr<Impl> self) {
  if (self->held_head_.empty() || self->writing_) co_return;
  std::string head = std::exchange(self->held_head_, std::string());
  Status done = co_await self->put(head, std::string_view());
  if (!done) self->state = State::Failed;
  if (self->next_writer_) {
    // From the loop's queue, so that the writer does not run on top of this frame.
    auto next = std::exchange(self->next_writer_, nullptr);
    self->core->loop.post([next] { next.resume(); });
  }
}

net::Task<Status> Responder::Impl::write(std::string_view payload) {
  if (state == State::Failed) co_return client_left();
  if (state != State::Streaming) co_return fail(misuse("write() outside begin() and finish()"));
  if (gone) {
    state = State::Failed;
    co_return client_left();
  }
  if (payload.empty() || head_only) co_return Status();
  if (writing_) {
    Turn turn{*this};
    co_await turn;
  }
  // A stream may be silent for long between its writes: it keeps no buffer meanwhile.
  std::string frame = std::exchange(held_head_, std::string());
  if (until_close)
    frame.append(payload);
  else
    append_chunk(frame, payload);
  co_return co_await put(frame, std::string_view());
}

net::Task<Status> Responder::Impl::finish() {
  if (state == State::Failed) co_return client_left();
  if (state != State::Streaming) co_return fail(misuse("finish() without begin()"));
  if (writing_) {
    Turn turn{*this};
    co_await turn;
  }
  std::string head = std::exchange(held_head_, std::string());
  std::string_view end = until_close || head_only ? std::string_view() : kLastChunk;
  Status done = co_await put(head, end);
  if (done) state = State::Done;
  co_return done;
}

net::Task<Status> Responder::send(Response response) { return impl_.send(std::move(response)); }
net::Task<Status> Responder::begin(int status, Headers headers) { return impl_.begin(status, std::move(headers)); }
net::Task<Status> Responder::write(std::string_view payload) { return impl_.write(payload); }
net::Task<Status> Responder::finish() { return impl_.finish(); }
bool Responder::started() const { return impl_.state != Impl::State::Waiting; }
bool Responder::client_gone() const { return impl_.gone; }

void Responder::on_client_gone(std::function<void()> call) {
  impl_.on_gone = std::move(call);
  if (!impl_.gone || !impl_.on_gone) return;
  impl_.core->loop.post([weak = impl_.weak_from_this()] {
    if (auto self = weak.lock()) self->leave();
  });
}

}  // namespace sluice::http
