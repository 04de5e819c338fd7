// Strict HTTP/1.1 messages (RFC 9110, RFC 9112): pure parsing and writing, no I/O.
//
// What is ambiguous is refused, never repaired: both Content-Length and Transfer-Encoding, repeated or differing
// lengths, any transfer coding but a single final "chunked", HTTP/1.0 with Transfer-Encoding, obs-fold, space
// before a colon, bare CR or LF, NUL, a missing or repeated Host, absolute-form targets of another host, chunk
// extensions beyond a limit, bad chunk sizes. Error codes: http.bad_request, http.header_too_large,
// http.target_too_long, http.body_too_large, http.unsupported_version, http.length_required; `where` is "byte N".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sluice::http {

struct HeaderLimits {
  std::size_t bytes = 32 * 1024;  // request or status line and all fields
  std::size_t fields = 100;
};

class Headers {
 public:
  void add(std::string name, std::string value) { list_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);                // replaces all of that name
  std::optional<std::string_view> get(std::string_view name) const;  // first; names compare without case
  std::size_t count(std::string_view name) const;
  void reserve(std::size_t n) { list_.reserve(n); }
  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

struct Request {
  std::string method;
  std::string target;        // origin-form: path and query as sent
  std::string path() const;  // target up to '?'
  Headers headers;
  std::string body;
  bool keep_alive = true;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// How the body that follows a head is delimited.
struct Framing {
  enum class Kind { None, Length, Chunked, UntilClose } kind = Kind::None;
  std::uint64_t length = 0;
};

struct RequestHead {
  Request request;  // body empty
  Framing framing;
  bool expect_continue = false;
  int minor_version = 1;  // of HTTP/1; a 1.0 client understands no chunks
};
struct ResponseHead {
  int status = 0;
  Headers headers;
  Framing framing;
  bool keep_alive = true;
};

// nullopt: more bytes are needed. On success `consumed` is the head's length including the empty line.
Result<std::optional<RequestHead>> parse_request_head(std::string_view bytes, const HeaderLimits& limits,
                                                      std::size_t& consumed);
Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes, const HeaderLimits& limits,
                                                        std::string_view request_method, std::size_t& consumed);

// Method and target alone, as far as they can be read: for the error answer to a request whose head was refused or
// never ended. Empty where they can't; `bytes` is what arrived.
Request peek_request_line(std::string_view bytes);

// Decodes a chunked body incrementally: feed any split, get the payload appended to `out`.
class ChunkDecoder {
 public:
  // Bytes of `bytes` that were used; done() tells whether the last chunk and trailer are complete.
  Result<std::size_t> feed(std::string_view bytes, std::string& out);
  bool done() const { return state_ == State::Done; }

 private:
  enum class State { Size, SizeExtension, SizeLf, Data, DataCr, DataLf, Trailer, TrailerLf, EndLf, Done };
  State state_ = State::Size;
  std::uint64_t remaining_ = 0;
  std::size_t digits_ = 0, extra_ = 0, line_ = 0;
  std::uint64_t position_ = 0;  // bytes of the encoded body so far
  bool colon_ = false;          // seen in the trailer line

  Status step(char c);
  Status step_trailer(char c);
  Error bad(const char* what) const;
};

// Heads as they go on the wire. Field values are checked: a CR, LF or NUL in one breaks a SLUICE_CHECK, since it
// would be header injection; validate with valid_field_value() first where a value is not ours. Content-Length,
// Transfer-Encoding, Connection and Keep-Alive among `headers` are left out: they follow from the other arguments.
std::string write_request_head(const Request& request, const Framing& framing);
std::string write_response_head(int status, const Headers& headers, const Framing& framing, bool keep_alive);
void append_chunk(std::string& out, std::string_view payload);  // one chunk, framed; nothing for an empty payload
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
bool valid_field_value(std::string_view value);
bool valid_field_name(std::string_view name);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII
const char* reason_phrase(int status);

}  // namespace sluice::http
