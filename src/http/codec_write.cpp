#include <charconv>

#include "base/check.h"
#include "http/characters.h"
#include "http/codec.h"

namespace sluice::http {
namespace {

struct Reason {
  int status;
  const char* phrase;
};
// RFC 9110, section 15; RFC 6585; 529 is Anthropic's.
constexpr Reason kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {529, "Overloaded"},
};

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

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_framing(std::string& out, const Framing& framing) {
  if (framing.kind == Framing::Kind::Length) {
    out += "content-length: ";
    append_number(out, framing.length);
    out += "\r\n";
  } else if (framing.kind == Framing::Kind::Chunked) {
    out += "transfer-encoding: chunked\r\n";
  }
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
  out += "HTTP/1.1 ";
  append_number(out, std::uint64_t(status));
  out.append(" ").append(reason_phrase(status)).append("\r\n");
  append_fields(out, headers);
  append_framing(out, framing);
  if (!keep_alive) out += "connection: close\r\n";
  out += "\r\n";
  return out;
}

const char* reason_phrase(int status) {
  for (const Reason& reason : kReasons)
    if (reason.status == status) return reason.phrase;
  return "";
}

}  // namespace sluice::http
