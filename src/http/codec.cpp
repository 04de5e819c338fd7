#include "http/codec.h"

#include <algorithm>

#include "http/characters.h"

namespace sluice::http {
namespace {

// Longer than any number of bytes that can be sent, shorter than what overflows 64 bits.
constexpr std::size_t kMaxLengthDigits = 18;

Error bad(std::string what, std::size_t at, const char* hint = "") {
  return Error{"http.bad_request", std::move(what), "byte " + std::to_string(at), hint};
}

// Takes one line at a time from a head. A line ends with CR LF; a CR or an LF alone is refused (RFC 9112, section
// 2.2 lets a recipient take a bare LF as a line end, which is how two parsers come to disagree).
class Lines {
 public:
  Lines(std::string_view bytes, const HeaderLimits& limits) : bytes_(bytes), limits_(limits) {}

  // nullopt: the line is not complete yet.
  Result<std::optional<std::string_view>> next() {
    start_ = end_;
    std::size_t lf = bytes_.find('\n', start_);
    std::size_t size = lf == bytes_.npos ? bytes_.size() : lf + 1;
    if (size > limits_.bytes)
      return fail("http.header_too_large", "the head is longer than " + std::to_string(limits_.bytes) + " bytes",
                  "byte " + std::to_string(limits_.bytes), "send fewer or shorter header fields");
    if (lf == bytes_.npos) return std::optional<std::string_view>();
    if (lf == start_ || bytes_[lf - 1] != '\r') return fail(bad("a line ends with LF instead of CR LF", lf));
    end_ = lf + 1;
    return std::optional<std::string_view>(bytes_.substr(start_, lf - 1 - start_));
  }
  std::size_t start() const { return start_; }  // of the line taken last
  std::size_t end() const { return end_; }

 private:
  std::string_view bytes_;
  const HeaderLimits& limits_;
  std::size_t start_ = 0, end_ = 0;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Status add_field(std::string_view line, std::size_t at, Headers& headers) {
  if (line.front() == ' ' || line.front() == '\t')
    return fail(bad("a header line starts with white space (obsolete line folding)", at));
  std::size_t colon = 0;
  while (colon < line.size() && is(line[colon], kToken)) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':')
    return fail(bad("a header line must be a name, directly followed by a colon", at + colon));
  std::string_view value = line.substr(colon + 1);
  if (!all_value(value)) {
    std::size_t i = 0;
    while (is(value[i], kValue)) ++i;
    return fail(bad("a header value contains a control character", at + colon + 1 + i));
  }
  headers.add(std::string(line.substr(0, colon)), std::string(trim(value)));
  return {};
}

// nullopt: incomplete. true when the empty line was read.
Result<bool> read_fields(Lines& lines, const HeaderLimits& limits, Headers& headers) {
  for (;;) {
    SLUICE_TRY(auto line, lines.next());
    if (!line) return false;
    if (line->empty()) return true;
    if (headers.list().size() == limits.fields)
      return fail("http.header_too_large", "more than " + std::to_string(limits.fields) + " header fields",
                  "byte " + std::to_string(lines.start()), "send fewer header fields");
    SLUICE_TRY_VOID(add_field(*line, lines.start(), headers));
  }
}

// Calls `visit` for each element of a comma-separated field (RFC 9110, section 5.6.1).
template <class Visit>
void each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    std::size_t comma = list.find(',');
    visit(trim(list.substr(0, comma)));
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
}

bool keeps_alive(const Headers& headers, int minor) {
  bool close = false, keep = false;
  for (const auto& [name, value] : headers.list()) {
    if (!equal_ignoring_case(name, "connection")) continue;
    each_element(value, [&](std::string_view option) {
      close |= equal_ignoring_case(option, "close");
      keep |= equal_ignoring_case(option, "keep-alive");
    });
  }
  return !close && (minor >= 1 || keep);
}

// RFC 9112, section 6.3, without its tolerances. Kind::None means that neither field is there.
Result<Framing> framing_of(const Headers& headers, int minor) {
  Framing framing;
  std::size_t lengths = headers.count("content-length"), codings = headers.count("transfer-encoding");
  if (lengths + codings > 1)
    return fail(bad("Content-Length and Transfer-Encoding together, or one of them repeated", 0,
                    "send exactly one of them, once"));
  if (codings == 1) {
    if (minor == 0) return fail(bad("HTTP/1.0 has no Transfer-Encoding", 0));
    if (!equal_ignoring_case(*headers.get("transfer-encoding"), "chunked"))
      return fail(bad("a transfer coding other than chunked", 0, "send Transfer-Encoding: chunked"));
    framing.kind = Framing::Kind::Chunked;
  } else if (lengths == 1) {
    std::string_view text = *headers.get("content-length");
    if (!all_digits(text) || text.size() > kMaxLengthDigits)
      return fail(bad("Content-Length is not a decimal number in range", 0));
    framing.kind = Framing::Kind::Length;
    for (char c : text) framing.length = framing.length * 10 + std::uint64_t(c - '0');
  }
  return framing;
}

// "HTTP/1.0" or "HTTP/1.1": the minor version.
Result<int> version_of(std::string_view text, std::size_t at) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  if (text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]))
    return fail("http.unsupported_version", std::string(text) + " is not spoken here",
                "byte " + std::to_string(at), "use HTTP/1.1");
  return fail(bad("the HTTP version can't be read", at));
}

// Leaves the origin-form in request.target and returns the authority of an absolute-form, or "".
Result<std::string_view> take_target(std::string_view target, std::size_t at, Request& request) {
  for (std::size_t i = 0; i < target.size(); ++i)
    if (!is(target[i], kTarget)) return fail(bad("a character that a request target must not contain", at + i));
  if (target.starts_with('/') || (target == "*" && request.method == "OPTIONS")) {
    request.target = target;
    return std::string_view();
  }
  std::size_t scheme = target.find("://");
  if (scheme == target.npos || (!equal_ignoring_case(target.substr(0, scheme), "http") &&
                                !equal_ignoring_case(target.substr(0, scheme), "https")))
    return fail(bad("the request target must start with '/'", at));
  std::string_view rest = target.substr(scheme + 3);
  std::size_t path = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path);
  if (!valid_authority(authority)) return fail(bad("the request target names no valid host", at));
  std::string_view origin_form = path == rest.npos ? std::string_view() : rest.substr(path);
  if (!origin_form.starts_with('/')) request.target = '/';
  request.target += origin_form;
  return authority;
}

Status take_request_line(std::string_view line, RequestHead& head, std::string_view& authority) {
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  if (first == line.npos || first == last || first == 0)
    return fail(bad("the request line must be: method, target, version, with one space between", 0));
  std::string_view method = line.substr(0, first);
  if (!all(method, kToken)) return fail(bad("the method contains a character that it must not", 0));
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find(' ') != target.npos)
    return fail(bad("the request line must be: method, target, version, with one space between", first + 1));
  SLUICE_TRY(head.minor_version, version_of(line.substr(last + 1), last + 1));
  head.request.method = method;
  SLUICE_TRY(authority, take_target(target, first + 1, head.request));
  return {};
}

// Fields that say the same thing once. A second one could be read instead of the first by someone else.
constexpr std::string_view kSingle[] = {"host", "authorization", "content-type", "expect"};

Status check_request(RequestHead& head, std::string_view authority) {
  const Headers& headers = head.request.headers;
  for (std::string_view name : kSingle)
    if (headers.count(name) > 1) return fail(bad("the header " + std::string(name) + " is repeated", 0));
  auto host = headers.get("host");
  if (!host && head.minor_version >= 1) return fail(bad("the header Host is missing", 0));
  if (host && !valid_authority(*host)) return fail(bad("the header Host names no valid host", 0));
  if (!authority.empty() && host && !equal_ignoring_case(authority, *host))
    return fail(bad("the request target and the header Host name different hosts", 0));
  SLUICE_TRY(head.framing, framing_of(headers, head.minor_version));
  head.request.keep_alive = keeps_alive(headers, head.minor_version);
  const std::string& method = head.request.method;
  // HTTP/1.0 clients once ended a body by closing; whether one follows can't be told.
  if (head.minor_version == 0 && head.framing.kind == Framing::Kind::None &&
      (method == "POST" || method == "PUT" || method == "PATCH"))
    return fail("http.length_required", "an HTTP/1.0 request of this method needs a Content-Length", "byte 0",
                "send Content-Length, or use HTTP/1.1");
  if (auto expect = headers.get("expect")) {
    if (!equal_ignoring_case(*expect, "100-continue")) return fail(bad("an expectation that can't be met", 0));
    head.expect_continue = head.minor_version >= 1 && head.framing.kind != Framing::Kind::None;
  }
  return {};
}

// "HTTP/1.1 200 OK"; the reason may be empty, and then its space may be missing (many servers leave it out, and
// the line can't be read in two ways).
Result<int> take_status_line(std::string_view line, ResponseHead& head) {
  std::size_t space = line.find(' ');
  SLUICE_TRY(int minor, version_of(line.substr(0, space), 0));
  std::string_view rest = space == line.npos ? std::string_view() : line.substr(space + 1);
  if (rest.size() < 3 || !all_digits(rest.substr(0, 3)) || rest[0] < '1' || rest[0] > '5' ||
      (rest.size() > 3 && rest[3] != ' '))
    return fail(bad("the status line must carry a status from 100 to 599", 9));
  if (!all(rest, kValue)) return fail(bad("the reason phrase contains a control character", 13));
  head.status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  return minor;
}

// RFC 9112, section 6.3, from the receiver of a response.
Status frame_response(ResponseHead& head, int minor, std::string_view method) {
  SLUICE_TRY(head.framing, framing_of(head.headers, minor));
  head.keep_alive = keeps_alive(head.headers, minor);
  Framing& framing = head.framing;
  bool never = head.status < 200 || head.status == 204;
  if (never && (framing.kind == Framing::Kind::Chunked || framing.length > 0))
    return fail(bad("a response of this status must not announce a body", 0));
  if (never || head.status == 304 || method == "HEAD") {
    framing.kind = Framing::Kind::None;
    framing.length = 0;
  } else if (framing.kind == Framing::Kind::None) {
    framing.kind = Framing::Kind::UntilClose;
    head.keep_alive = false;
  }
  return {};
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool valid_authority(std::string_view text) {
  std::size_t host_end = 0;
  if (text.starts_with('[')) {
    host_end = text.find(']');
    if (host_end == text.npos || host_end < 3) return false;
    for (char c : text.substr(1, host_end - 1))
      if (!is(c, kHex) && c != ':' && c != '.') return false;
    ++host_end;
  } else {
    while (host_end < text.size() && is(text[host_end], kHost)) ++host_end;
    if (host_end == 0) return false;
  }
  std::string_view rest = text.substr(host_end);
  if (rest.empty()) return true;
  return rest.starts_with(':') && rest.size() <= 6 && all_digits(rest.substr(1));
}

bool valid_field_value(std::string_view value) { return all_value(value); }
bool valid_field_name(std::string_view name) { return !name.empty() && all(name, kToken); }

void Headers::set(std::string_view name, std::string value) {
  auto same = [&](const auto& field) { return equal_ignoring_case(field.first, name); };
  auto first = std::find_if(list_.begin(), list_.end(), same);
  if (first == list_.end()) {
    list_.emplace_back(name, std::move(value));
    return;
  }
  first->second = std::move(value);
  list_.erase(std::remove_if(first + 1, list_.end(), same), list_.end());
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : list_)
    if (equal_ignoring_case(key, name)) return value;
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return std::size_t(std::count_if(list_.begin(), list_.end(),
                                   [&](const auto& field) { return equal_ignoring_case(field.first, name); }));
}

std::string Request::path() const { return target.substr(0, target.find('?')); }

Result<std::optional<RequestHead>> parse_request_head(std::string_view bytes, const HeaderLimits& limits,
                                                      std::size_t& consumed) {
  Lines lines(bytes, limits);
  auto first = lines.next();
  if (!first && first.error().code == "http.header_too_large")  // RFC 9112, section 3: a 414, not a 431
    return fail("http.target_too_long",
                "the request line is longer than " + std::to_string(limits.bytes) + " bytes", first.error().where,
                "send what is long in the body");
  SLUICE_TRY(auto line, std::move(first));
  if (!line) return std::optional<RequestHead>();
  std::optional<RequestHead> head(std::in_place);
  std::string_view authority;
  SLUICE_TRY_VOID(take_request_line(*line, *head, authority));
  head->request.headers.reserve(8);
  SLUICE_TRY(bool complete, read_fields(lines, limits, head->request.headers));
  if (!complete) return std::optional<RequestHead>();
  SLUICE_TRY_VOID(check_request(*head, authority));
  consumed = lines.end();
  return head;
}

Request peek_request_line(std::string_view bytes) {
  Request request;
  std::string_view line = bytes.substr(0, bytes.find_first_of("\r\n"));
  std::size_t space = line.find(' ');
  std::string_view method = line.substr(0, space);
  if (space == line.npos || method.empty() || !all(method, kToken)) return request;
  request.method = method;
  std::string_view target = line.substr(space + 1);
  if (!take_target(target.substr(0, target.find(' ')), 0, request)) request.target.clear();
  return request;
}

Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes, const HeaderLimits& limits,
                                                        std::string_view request_method, std::size_t& consumed) {
  Lines lines(bytes, limits);
  SLUICE_TRY(auto line, lines.next());
  if (!line) return std::optional<ResponseHead>();
  std::optional<ResponseHead> head(std::in_place);
  SLUICE_TRY(int minor, take_status_line(*line, *head));
  head->headers.reserve(8);
  SLUICE_TRY(bool complete, read_fields(lines, limits, head->headers));
  if (!complete) return std::optional<ResponseHead>();
  SLUICE_TRY_VOID(frame_response(*head, minor, request_method));
  consumed = lines.end();
  return head;
}

}  // namespace sluice::http
