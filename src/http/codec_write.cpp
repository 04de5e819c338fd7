#include <fmt/format.h>

#include "base/check.h"
#include "http/characters.h"
#include "http/codec.h"

namespace sluice::http {
namespace {

// They belong to the framing and the connection, not to the message.
bool is_ours(std::string_view name) {
  switch (name.size()) {
    case 10:
      return equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
    case 14:
      return equal_ignoring_case(name, "content-length");
    case 17:
      return equal_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

void append_fields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers.list()) {
    SLUICE_CHECK(valid_field_name(name), "a header name is a token");
    SLUICE_CHECK(valid_field_value(value), "a header value can't start another line");
    if (is_ours(name)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

void append_framing(std::string& out, const Framing& framing) {
  if (framing.kind == Framing::Kind::Length)
    fmt::format_to(std::back_inserter(out), "content-length: {}\r\n", framing.length);
  else if (framing.kind == Framing::Kind::Chunked)
    out += "transfer-encoding: chunked\r\n";
}

std::size_t size_of(const Headers& headers) {
  std::size_t size = 128;
  for (const auto& [name, value] : headers.list()) size += name.size() + value.size() + 4;
  return size;
}

}  // namespace

std::string write_request_head(const Request& request, const Framing& framing) {
  SLUICE_CHECK(valid_field_name(request.method), "a method is a token");
  SLUICE_CHECK(!request.target.empty() && all(request.target, kTarget), "a target can't start another line");
  std::string out;
  out.reserve(size_of(request.headers) + request.target.size());
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  append_fields(out, request.headers);
  append_framing(out, framing);
  if (!request.keep_alive) out += "connection: close\r\n";
  out += "\r\n";
  return out;
}

std::string write_response_head(int status, const Headers& headers, const Framing& framing, bool keep_alive) {
  SLUICE_CHECK(status >= 100 && status <= 599, "a status has three digits");
  std::string out;
  out.reserve(size_of(headers));
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  append_fields(out, headers);
  append_framing(out, framing);
  if (!keep_alive) out += "connection: close\r\n";
  out += "\r\n";
  return out;
}

// RFC 9110, section 15, and RFC 6585.
const char* reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 529:
      return "Overloaded";
    default:
      return "";
  }
}

}  // namespace sluice::http
