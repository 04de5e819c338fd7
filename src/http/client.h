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
  // The next piece of the body, at least one byte; an empty string at its proper end. A body that ends early is
  // http.truncated. `stall`: net.timeout after so long without a byte.
  net::Task<Result<std::string>> read(Duration stall);
  net::Task<Result<std::string>> read_all(std::size_t limit, Duration stall);  // http.response_too_large
  void cancel();  // from the loop's thread; a pending read ends with net.cancelled

 private:
  std::unique_ptr<Impl> impl_;
};

class Client {
 public:
  Client(net::Loop& loop, ClientOptions options);
  ~Client();
  // `request.target` is appended to the origin's base path. Host, Content-Length and Connection are written here.
  net::Task<Result<ClientResponse>> send(Request request);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::http
