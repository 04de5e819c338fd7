// HTTP/1.1 server on net::Stream: keep-alive, limits, deadlines, streaming answers, graceful stop.
//
// One Server per loop; a handler runs as a coroutine on that loop. The body is read whole (up to the limit) before
// the handler is called. Error answers that the server makes itself (400, 408, 413, 414, 431, 505) carry the body
// that `error_body` makes of the Error, so that clients see one error shape: their own protocol's, by the path.
//
// Over a listener with a certificate (net::Listener::secure) it speaks HTTPS; a client that speaks plain HTTP
// there is told so in plain HTTP (400, http.tls_required).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/codec.h"
#include "net/loop.h"
#include "net/stream.h"

namespace sluice::http {

struct ServerLimits {
  HeaderLimits headers;
  std::size_t body_bytes = 32u << 20;
  Duration header_timeout = std::chrono::seconds(10);
  Duration body_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::seconds(75);   // between requests of a connection
  Duration write_timeout = std::chrono::seconds(30);  // a client that does not read
  int connections = 10'000;
};

// The answer side of one request. Exactly one of send() or begin()...finish() is used. If the handler returns
// without either, the client gets a 500; if it returns between begin() and finish(), the connection is cut, so
// that a partial answer never looks whole.
class Responder {
 public:
  struct Impl;
  explicit Responder(Impl& impl) : impl_(impl) {}
  net::Task<Status> send(Response response);
  net::Task<Status> begin(int status, Headers headers);  // chunked
  net::Task<Status> write(std::string_view payload);     // one chunk, one write; net.* errors when the client left
  net::Task<Status> finish();
  bool started() const;
  bool client_gone() const;  // the peer closed or reset
  // Called on the loop once, as soon as the client is seen to have left; empty to take it back.
  void on_client_gone(std::function<void()> call);

 private:
  Impl& impl_;
};

struct Connection {
  std::string peer;
  std::string request_id;  // our own, "req_...": new for each request
  MonotonicTime accepted;  // when the request's first byte was read
};

// The handler may take the body for its own.
using Handler = std::function<net::Task<void>(Request& request, Responder& responder, const Connection& c)>;
// What is known of a request that the server answers itself.
struct ErrorContext {
  std::string_view path;        // "" if the request line could not be read
  std::string_view request_id;  // Connection::request_id if there is one, else made for this answer
};
using ErrorBody = std::function<Response(const Error& error, int status, const ErrorContext& about)>;

class Server {
 public:
  Server(net::Loop& loop, net::Listener listener, ServerLimits limits, Handler handler, ErrorBody error_body);
  ~Server();
  void start();  // begins accepting
  std::uint16_t port() const;
  int active() const;  // requests in their handler
  // No new connections or requests (idle connections close at once); returns when no request is running or after
  // `limit`, when the remaining connections are cut.
  net::Task<void> drain(Duration limit);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::http
