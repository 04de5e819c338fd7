// HTTP/1.1 client with a pool of kept connections for one origin (scheme, host, port). Used on one loop's thread.
//
// The pool's origin is fixed at creation, and every header given to request() goes to that origin only; redirects
// are never followed. A request is sent again on a fresh connection only if a kept one turned out closed before a
// byte of the answer came. Errors: net.*, http.*, and http.response_too_large.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/codec.h"
#include "net/loop.h"
#include "net/stream.h"

namespace sluice::http {

struct Origin {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string base_path;  // "" or "/v1", without a final slash
  // "https://api.deepseek.com" or "http://127.0.0.1:9000/v1". Refuses credentials, query and fragment.
  static Result<Origin> parse(std::string_view address);
  std::string host_header() const;
};

struct ClientOptions {
  Origin origin;
  std::string ca_file;
  Duration connect_timeout = std::chrono::seconds(10);
  Duration head_timeout = std::chrono::seconds(600);  // from the end of the request to the status line
  int connections = 256;  // at once; more requests than that are refused with http.pool_exhausted
  int idle_connections = 32;
  Duration idle_time = std::chrono::seconds(30);
};

// An answer whose body is read piece by piece. Destroying it before the end closes the connection, which tells the
// upstream to stop; at the end the connection goes back to the pool.
class ClientResponse {
 public:
  struct Impl;
  explicit ClientResponse(std::unique_ptr<Impl> impl);
  ClientResponse(ClientResponse&&) noexcept;
  ~ClientResponse();
  int status() const;
  const Headers& headers() const;
  void forget_headers();  // a stream may last for minutes: who has read them lets them go
  // The next piece of the body, at least one byte; an empty string at its proper end. A body that ends early is
  // http.truncated. `stall`: net.timeout after so long without a byte.
  net::Task<Result<std::string>> read(Duration stall);
  net::Task<Result<std::string>> read_all(std::size_t limit, Duration stall);  // http.response_too_large
  void cancel();  // from the loop's thread; a pending read ends with net.cancelled

 private:
  std::unique_ptr<Impl> impl_;
};

// Ends a send() that still waits for its connection or for the answer's head. Copies share the same state; used on
// the loop's thread. Once send() has returned a response, use ClientResponse::cancel().
class Cancellation {
 public:
  Cancellation();
  void cancel() const;  // send() ends soon with net.cancelled and its connection is closed; sticky
  bool cancelled() const;
  struct State;
  State& state() const { return *state_; }

 private:
  std::shared_ptr<State> state_;
};

class Client {
 public:
  Client(net::Loop& loop, ClientOptions options);
  ~Client();
  // `request.target` is appended to the origin's base path. Host, Content-Length and Connection are written here.
  // Names and values of headers are checked first (http.bad_request). An answer that can't be read is
  // http.bad_response.
  net::Task<Result<ClientResponse>> send(Request request);
  net::Task<Result<ClientResponse>> send(Request request, Cancellation cancellation);
  int in_use() const;  // connections that carry a request
  int idle() const;    // connections that are kept

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::http
