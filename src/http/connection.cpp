#include "http/connection.h"

#include "base/id.h"

#include <algorithm>
#include <vector>

namespace sluice::http {
namespace {

using Exchange = Responder::Impl;
using Phase = Responder::Impl::Phase;

constexpr std::size_t kBodyRead = 64 * 1024;
// How long and how much a connection is read on after the last answer: closing with unread bytes would make the
// kernel send a reset, which can destroy the answer before the client has read it (RFC 9112, section 9.6).
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = 16u << 20;

int status_of(const Error& error) {
  if (error.code == "http.header_too_large") return 431;
  if (error.code == "http.body_too_large") return 413;
  if (error.code == "http.length_required") return 411;
  if (error.code == "http.target_too_long") return 414;
  if (error.code == "http.unsupported_version") return 505;
  if (error.code == "http.request_timeout") return 408;
  return 400;
}

Error too_slow(const char* what) {
  return {"http.request_timeout", std::string("the request's ") + what + " took too long to arrive", "",
          "send it faster, or in smaller requests"};
}

Error body_too_large(std::size_t limit) {
  return {"http.body_too_large", "the body is larger than " + std::to_string(limit) + " bytes", "",
          "send less at once"};
}

// nullopt: the connection ended, or went idle for too long, between requests.
net::Task<Result<std::optional<RequestHead>>> read_head(Exchange& c, MonotonicTime& accepted) {
  if (c.in.empty()) {
    c.stream.set_deadline(c.core->limits.idle_timeout);
    auto first = co_await c.stream.append_some(c.in);
    if (!first) co_return std::optional<RequestHead>();
  }
  accepted = std::chrono::steady_clock::now();
  c.enter(Phase::Reading);
  c.stream.set_deadline(c.core->limits.header_timeout);
  for (;;) {
    std::size_t consumed = 0;
    auto head = parse_request_head(c.in, c.core->limits.headers, consumed);
    if (!head) co_return fail(head.error());
    if (*head) {
      c.in.erase(0, consumed);
      co_return std::move(*head);
    }
    // Only a new line, or too many bytes, can change the verdict: a client that sends byte by byte costs no more.
    std::size_t scanned = c.in.size();
    while (c.in.size() <= c.core->limits.headers.bytes && c.in.find('\n', scanned) == c.in.npos) {
      scanned = c.in.size();
      auto more = co_await c.stream.append_some(c.in);
      if (!more && more.error().code == "net.timeout") co_return fail(too_slow("head"));
      if (!more) co_return fail(more.error());
    }
  }
}

net::Task<Status> read_sized(Exchange& c, std::uint64_t length, std::string& body) {
  std::size_t size = std::size_t(length);
  std::size_t have = std::min(size, c.in.size());
  body.reserve(std::min<std::size_t>(size, 1u << 20));  // more only when it really comes
  body.append(c.in, 0, have);
  c.in.erase(0, have);
  while (have < size) {
    std::size_t room = std::min(size - have, kBodyRead);
    body.resize(have + room);
    std::span<char> into(body.data() + have, room);
    auto got = co_await c.stream.read_some(into);
    if (!got) co_return fail(got.error());
    have += *got;
    body.resize(have);
  }
  co_return Status();
}

net::Task<Status> read_chunked(Exchange& c, std::string& body) {
  ChunkDecoder decoder;
  std::size_t limit = c.core->limits.body_bytes;
  for (;;) {
    auto used = decoder.feed(c.in, body);
    if (!used) co_return fail(used.error());
    c.in.erase(0, *used);
    if (body.size() > limit) co_return fail(body_too_large(limit));
    if (decoder.done()) co_return Status();
    auto more = co_await c.stream.append_some(c.in);
    if (!more) co_return fail(more.error());
  }
}

net::Task<Status> read_body(Exchange& c, RequestHead& head) {
  if (head.framing.kind == Framing::Kind::None) co_return Status();
  std::size_t limit = c.core->limits.body_bytes;
  if (head.framing.length > limit) co_return fail(body_too_large(limit));
  c.stream.set_deadline(c.core->limits.body_timeout);
  if (head.expect_continue && c.in.empty()) {
    Status told = co_await c.stream.write_all("HTTP/1.1 100 Continue\r\n\r\n");
    if (!told) co_return told;
  }
  Status read;
  if (head.framing.kind == Framing::Kind::Length)
    read = co_await read_sized(c, head.framing.length, head.request.body);
  else
    read = co_await read_chunked(c, head.request.body);
  if (!read && read.error().code == "net.timeout") co_return fail(too_slow("body"));
  co_return read;
}

// Half-closes and reads on for a little.
net::Task<void> linger(net::Stream& stream) {
  stream.shutdown_send();
  stream.set_deadline(kLingerTime);
  std::vector<char> buffer(16 * 1024);
  for (std::size_t total = 0; total < kLingerBytes;) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    total += *got;
  }
}

// `head` is what was read of the request before it was refused.
// `error` and `head` are the caller's until this has ended: its frame, which lives as long as the connection,
// holds no copies of them.
net::Task<void> send_error(Exchange& c, const Error& error, RequestHead& head) {
  // The peer is gone or the connection broken: nobody to tell.
  if (error.code.starts_with("net.")) co_return;
  head.request.keep_alive = false;
  c.start_exchange(head);
  Status sent = co_await c.send(c.error_answer(error, status_of(error)));
  if (sent) co_await linger(c.stream);
}

net::Task<void> refuse_unread(Exchange& c, const Error& error) {
  RequestHead head;
  head.request = peek_request_line(c.in);
  co_await send_error(c, error, head);
}

// Calls the handler and sees to it that the answer has a proper end or none. False: the connection must close.
net::Task<bool> handle(Exchange& c, RequestHead& head, MonotonicTime accepted) {
  c.start_exchange(head);
  c.enter(Phase::Handling);
  c.watch();
  // An answer may take minutes.
  if (c.in.empty()) std::string().swap(c.in);
  Connection about;
  about.peer = c.stream.peer();
  about.accepted = accepted;
  about.request_id = c.request_id;
  Responder responder(c);
  // Named, since it must live until the handler's frame is gone.
  net::Task<void> running = c.core->handler(head.request, responder, about);
  co_await running;
  c.on_gone = nullptr;
  if (c.state == Exchange::State::Waiting && c.gone) co_return false;
  if (c.state == Exchange::State::Waiting) {
    Error none{"http.no_answer", "the handler gave no answer", "", ""};
    Status sent = co_await c.send(c.error_answer(none, 500));
    if (!sent) co_return false;
  }
  if (c.state != Exchange::State::Done) {
    c.cut();
    co_return false;
  }
  co_return c.keep_alive;
}

// The TLS handshake, where there is one. False: there is nothing to serve.
net::Task<bool> start(Exchange& c) {
  c.stream.set_deadline(c.core->limits.header_timeout);
  Status started = co_await c.stream.start();
  if (started) co_return true;
  if (started.error().code == "net.plain_text") {
    Error error{"http.tls_required", "this port speaks TLS, and the request came in plain HTTP", "",
                "use https://"};
    RequestHead none;
    co_await send_error(c, error, none);
  }
  co_return false;
}

}  // namespace

net::Task<void> serve(std::shared_ptr<Responder::Impl> connection) {
  Exchange& c = *connection;
  bool ready = co_await start(c);
  while (ready) {
    c.enter(Phase::Idle);
    if (c.core->draining && c.in.empty()) break;
    MonotonicTime accepted;
    auto head = co_await read_head(c, accepted);
    if (!head) {
      co_await refuse_unread(c, head.error());
      break;
    }
    if (!*head) break;
    Status body = co_await read_body(c, **head);
    if (!body) {
      co_await send_error(c, body.error(), **head);
      break;
    }
    bool again = co_await handle(c, **head, accepted);
    if (again) continue;
    c.enter(Phase::Closing);
    if (c.stream.open() && !c.gone) co_await linger(c.stream);
    break;
  }
  c.enter(Phase::Closing);
  c.stream.close();
}

net::Task<void> refuse(std::shared_ptr<ServerCore> core, net::Stream stream) {
  Error error{"http.too_many_connections", "this server serves as many connections as it may", "",
              "try again in a moment"};
  std::string id = random_id("req_");
  Response response = core->error_body(error, 503, ErrorContext{std::string_view(), id});
  Framing framing;
  framing.kind = Framing::Kind::Length;
  framing.length = response.body.size();
  response.headers.set("retry-after", "1");
  std::string head = write_response_head(response.status, response.headers, framing, false);
  stream.set_deadline(kLingerTime);
  Status sent = co_await stream.start();
  if (sent) sent = co_await stream.write_all2(head, response.body);
  if (sent) co_await linger(stream);
  --core->refusing;
}

}  // namespace sluice::http
