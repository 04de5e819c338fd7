// Stream: a connected byte stream (TCP or TLS over TCP). Listener: accepts them. Used on one loop's thread only.
//
// Every read and write is bounded by the deadline set last: after it the operation ends with net.timeout.
// One reader and one writer at a time. TCP_NODELAY is always on. Errors: net.closed (the peer closed), net.reset,
// net.timeout, net.cancelled (close() was called here), net.refused, net.unreachable, net.resolve, net.tls,
// net.exhausted (no more file descriptors), net.listen (the address is in use or not ours).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/loop.h"
#include "net/task.h"

namespace sluice::net {

class Certificate;

class Stream {
 public:
  struct Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();  // closes

  // What comes before the first byte: the TLS handshake of a stream from a secured listener (net.tls, or
  // net.plain_text if the client spoke no TLS: it can be told in plain bytes then); nothing otherwise. Once.
  Task<Status> start();
  // At least one byte, or net.closed at the end of the stream.
  Task<Result<std::size_t>> read_some(std::span<char> into);
  // The same, appended to `to`, at most 64 KiB. No buffer is held while nothing comes (under TLS: 16 KiB). `to`
  // must live until the task ends.
  Task<Result<std::size_t>> append_some(std::string& to);
  Task<Status> write_all(std::string_view bytes);  // `bytes` must live until the task ends
  Task<Status> write_all2(std::string_view first, std::string_view second);  // one gathered write
  // Returns when the peer has closed or reset the connection, or close() was called here; never while it is open.
  // Bytes that arrive meanwhile stay unread. Used to notice that a client left during an answer.
  Task<void> wait_closed();
  void set_deadline(Duration from_now);  // <= 0: none
  void shutdown_send();                  // half-close: no more bytes from here
  void close();                          // any pending operation ends with net.cancelled
  // Closes with a reset instead of a proper end, so that the peer can't take what it got for the whole.
  void abort();
  // Open, and nothing has arrived: neither a byte nor an end. To ask before a kept connection is used again.
  // (Under TLS bytes may be there, since session tickets come at any time; then only the end counts.)
  bool quiet() const;
  bool open() const;
  std::string peer() const;  // "127.0.0.1:40312"

 private:
  std::unique_ptr<Impl> impl_;
};

struct ConnectOptions {
  std::string host;  // name or address
  std::uint16_t port = 0;
  bool tls = false;     // verifies the certificate against `host`; TLS 1.2 or newer
  std::string ca_file;  // PEM bundle instead of the system's
  Duration timeout = std::chrono::seconds(10);
};
Task<Result<Stream>> connect(Loop& loop, const ConnectOptions& options);

class Listener {
 public:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  Listener(Listener&&) noexcept;
  ~Listener();
  // Port 0: any free one, see port(). Several loops may listen on one port (`share`: SO_REUSEPORT).
  static Result<Listener> listen(Loop& loop, const std::string& host, std::uint16_t port, bool share);
  // From here on accepted streams speak TLS as a server, with whatever certificate is current then.
  void secure(std::shared_ptr<Certificate> certificate);
  // A stream of a secured listener must be start()ed by its user, so that a slow handshake holds up nobody.
  Task<Result<Stream>> accept();
  std::uint16_t port() const;
  void close();  // a pending accept ends with net.cancelled

 private:
  std::unique_ptr<Impl> impl_;
};

// Calls `on_signal` on the loop's thread for SIGINT and SIGTERM (each time).
void on_stop_signals(Loop& loop, std::function<void(int)> on_signal);
// The same for SIGHUP, by which a server is told to read its files again.
void on_reload_signal(Loop& loop, std::function<void(int)> on_signal);

}  // namespace sluice::net
