#include "http/codec.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "http/client.h"

using namespace sluice;
using namespace sluice::http;
using namespace std::string_literals;

namespace {

struct Vector {
  const char* name;
  std::string bytes;
  const char* code;  // nullptr: must be accepted
};

const std::string kStart = "POST /v1/x HTTP/1.1\r\nHost: a\r\n";

// Ways in which two parsers come to disagree on where a request ends, or on what it says: RFC 9112 sections 2.2,
// 3, 5, 6 and 11.2, and the vectors that packaged parsers were measured to accept.
const std::vector<Vector>& request_vectors() {
  static const std::vector<Vector> all = {
      {"plain GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", nullptr},
      {"Content-Length", kStart + "Content-Length: 5\r\n\r\n", nullptr},
      {"chunked", kStart + "Transfer-Encoding: chunked\r\n\r\n", nullptr},
      {"chunked in capitals", kStart + "TRANSFER-ENCODING: Chunked\r\n\r\n", nullptr},
      {"no white space after the colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n", nullptr},
      {"white space around a value", "GET / HTTP/1.1\r\nHost: \t a \t \r\n\r\n", nullptr},
      {"empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", nullptr},
      {"obs-text in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xC3\xA9\r\n\r\n", nullptr},
      {"host with port", "GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", nullptr},
      {"IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", nullptr},
      {"absolute-form of the same host", "GET http://A.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n", nullptr},
      {"asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", nullptr},
      {"HTTP/1.0 GET", "GET / HTTP/1.0\r\n\r\n", nullptr},
      {"HTTP/1.0 POST with length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n", nullptr},
      {"Expect: 100-continue", kStart + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", nullptr},

      {"CL and TE", kStart + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "http.bad_request"},
      {"TE and CL", kStart + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "http.bad_request"},
      {"TE gzip and CL", kStart + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", "http.bad_request"},
      {"TE gzip", kStart + "Transfer-Encoding: gzip\r\n\r\n", "http.bad_request"},
      {"TE chunked, gzip", kStart + "Transfer-Encoding: chunked, gzip\r\n\r\n", "http.bad_request"},
      {"TE gzip, chunked", kStart + "Transfer-Encoding: gzip, chunked\r\n\r\n", "http.bad_request"},
      {"TE xchunked", kStart + "Transfer-Encoding: xchunked\r\n\r\n", "http.bad_request"},
      {"TE chunked twice", kStart + "Transfer-Encoding: chunked, chunked\r\n\r\n", "http.bad_request"},
      {"TE identity", kStart + "Transfer-Encoding: identity\r\n\r\n", "http.bad_request"},
      {"TE empty", kStart + "Transfer-Encoding:\r\n\r\n", "http.bad_request"},
      {"TE with a quoted value", kStart + "Transfer-Encoding: \"chunked\"\r\n\r\n", "http.bad_request"},
      {"TE with vertical tab", kStart + "Transfer-Encoding: \x0b" + "chunked\r\n\r\n", "http.bad_request"},
      {"two TE lines", kStart + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       "http.bad_request"},
      {"TE in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "http.bad_request"},
      {"two differing CL", kStart + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "http.bad_request"},
      {"two equal CL", kStart + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "http.bad_request"},
      {"CL list", kStart + "Content-Length: 5, 5\r\n\r\n", "http.bad_request"},
      {"CL +5", kStart + "Content-Length: +5\r\n\r\n", "http.bad_request"},
      {"CL -5", kStart + "Content-Length: -5\r\n\r\n", "http.bad_request"},
      {"CL 0x5", kStart + "Content-Length: 0x5\r\n\r\n", "http.bad_request"},
      {"CL 5 5", kStart + "Content-Length: 5 5\r\n\r\n", "http.bad_request"},
      {"CL 5.0", kStart + "Content-Length: 5.0\r\n\r\n", "http.bad_request"},
      {"CL empty", kStart + "Content-Length: \r\n\r\n", "http.bad_request"},
      {"CL beyond 64 bits", kStart + "Content-Length: 18446744073709551621\r\n\r\n", "http.bad_request"},
      {"space before the colon", kStart + "Content-Length : 5\r\n\r\n", "http.bad_request"},
      {"tab before the colon", kStart + "Transfer-Encoding\t: chunked\r\n\r\n", "http.bad_request"},
      {"obs-fold", kStart + "X: a\r\n b\r\n\r\n", "http.bad_request"},
      {"obs-fold with tab", kStart + "X: a\r\n\tb\r\n\r\n", "http.bad_request"},
      {"first header folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "http.bad_request"},
      {"bare LF as line end", "GET / HTTP/1.1\nHost: a\n\n", "http.bad_request"},
      {"bare LF once", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "http.bad_request"},
      {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "http.bad_request"},
      {"bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "http.bad_request"},
      {"CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "http.bad_request"},
      {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s, "http.bad_request"},
      {"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"s, "http.bad_request"},
      {"DEL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", "http.bad_request"},
      {"line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", "http.bad_request"},
      {"empty name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "http.bad_request"},
      {"name with a parenthesis", "GET / HTTP/1.1\r\nHost: a\r\n(X): b\r\n\r\n", "http.bad_request"},
      {"name outside ASCII", "GET / HTTP/1.1\r\nHost: a\r\nX\xC3\xA9: b\r\n\r\n", "http.bad_request"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", "http.bad_request"},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "http.bad_request"},
      {"Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "http.bad_request"},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "http.bad_request"},
      {"Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "http.bad_request"},
      {"absolute-form of another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"absolute-form with user information", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"absolute-form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"asterisk-form with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"byte above ASCII in the target", "GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"tab instead of space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"no version", "GET /\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "http.bad_request"},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"version with letters", "GET / HTTP/1.x\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "http.unsupported_version"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "http.unsupported_version"},
      {"HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", "http.unsupported_version"},
      {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"method with a colon", "GE:T / HTTP/1.1\r\nHost: a\r\n\r\n", "http.bad_request"},
      {"TLS hello", "\x16\x03\x01\x02\x00\x01\x00\n"s, "http.bad_request"},
      {"two Authorization", "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nauthorization: y\r\n\r\n",
       "http.bad_request"},
      {"two Content-Type", kStart + "Content-Type: a\r\nContent-Type: b\r\n\r\n", "http.bad_request"},
      {"unknown expectation", kStart + "Expect: the-worst\r\nContent-Length: 2\r\n\r\n", "http.bad_request"},
      {"HTTP/1.0 POST without length", "POST / HTTP/1.0\r\n\r\n", "http.length_required"},
  };
  return all;
}

std::string code_of(const std::string& bytes, bool response = false) {
  std::size_t consumed = 0;
  HeaderLimits limits;
  if (response) {
    auto head = parse_response_head(bytes, limits, "GET", consumed);
    return !head ? head.error().code : *head ? "" : "incomplete";
  }
  auto head = parse_request_head(bytes, limits, consumed);
  if (head && *head) CHECK(consumed == bytes.size());
  return !head ? head.error().code : *head ? "" : "incomplete";
}

struct Chunked {
  std::string code;  // "", "incomplete" or the error's
  std::string payload;
  std::size_t used = 0;
};

Chunked decode(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  ChunkDecoder decoder;
  Chunked out;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= cuts.size() && !decoder.done(); ++i) {
    std::size_t to = i < cuts.size() ? cuts[i] : bytes.size();
    auto used = decoder.feed(bytes.substr(from, to - from), out.payload);
    if (!used) {
      out.code = used.error().code;
      return out;
    }
    out.used += *used;
    from = to;
  }
  if (!decoder.done()) out.code = "incomplete";
  return out;
}

}  // namespace

TEST_CASE("requests that could be read in two ways are refused, plain ones accepted") {
  for (const Vector& v : request_vectors()) {
    CAPTURE(v.name);
    CHECK(code_of(v.bytes) == (v.code ? v.code : ""));
  }
}

TEST_CASE("a request head is judged the same wherever the network cuts it") {
  HeaderLimits limits;
  for (const Vector& v : request_vectors()) {
    std::string verdict = "incomplete";
    for (std::size_t n = 0; n <= v.bytes.size() && verdict == "incomplete"; ++n) {
      std::size_t consumed = 0;
      auto head = parse_request_head(std::string_view(v.bytes).substr(0, n), limits, consumed);
      if (!head)
        verdict = head.error().code;
      else if (*head)
        verdict = n == v.bytes.size() ? "" : "early";
    }
    CAPTURE(v.name);
    CHECK(verdict == (v.code ? v.code : ""));
  }
}

TEST_CASE("what a request head says is read exactly") {
  std::string bytes =
      "POST /v1/chat/completions?x=1 HTTP/1.1\r\nhost: Example.com:81\r\nX-A:  b c \r\nExpect: 100-Continue\r\n"
      "content-length: 12\r\nConnection: foo, Close\r\n\r\nbody";
  std::size_t consumed = 0;
  HeaderLimits limits;
  auto head = parse_request_head(bytes, limits, consumed);
  REQUIRE(head);
  REQUIRE(*head);
  const RequestHead& h = **head;
  CHECK(consumed == bytes.size() - 4);
  CHECK(h.request.method == "POST");
  CHECK(h.request.target == "/v1/chat/completions?x=1");
  CHECK(h.request.path() == "/v1/chat/completions");
  CHECK(h.request.headers.get("X-a") == "b c");
  CHECK(h.framing.kind == Framing::Kind::Length);
  CHECK(h.framing.length == 12);
  CHECK(h.expect_continue);
  CHECK_FALSE(h.request.keep_alive);

  std::string absolute = "GET https://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n";
  head = parse_request_head(absolute, limits, consumed);
  REQUIRE(head);
  CHECK((*head)->request.target == "/x?y");
  std::string old = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  head = parse_request_head(old, limits, consumed);
  REQUIRE(head);
  CHECK((*head)->request.keep_alive);
  CHECK((*head)->minor_version == 0);
}

TEST_CASE("the limits of a head hold to the byte and the field") {
  HeaderLimits limits;
  limits.bytes = 100;
  limits.fields = 3;
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  std::string fits = head + std::string(100 - 4 - head.size(), 'x') + "\r\n\r\n";
  std::string over = head + std::string(101 - 4 - head.size(), 'x') + "\r\n\r\n";
  std::size_t consumed = 0;
  CHECK(parse_request_head(fits, limits, consumed));
  auto refused = parse_request_head(over, limits, consumed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "http.header_too_large");
  refused = parse_request_head(std::string(101, 'x'), limits, consumed);  // no line end at all
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "http.target_too_long");
  CHECK(parse_request_head("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits, consumed));
  refused = parse_request_head("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits, consumed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "http.header_too_large");
}

TEST_CASE("an error tells the byte where it stands") {
  std::size_t consumed = 0;
  auto head = parse_request_head("GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n", HeaderLimits(), consumed);
  REQUIRE_FALSE(head);
  CHECK(head.error().where == "byte 29");
}

TEST_CASE("responses are framed as RFC 9112 section 6.3 says, and ambiguous ones refused") {
  using Kind = Framing::Kind;
  struct Case {
    std::string bytes;
    const char* method;
    Kind kind;
    std::uint64_t length;
    bool keep_alive;
  };
  std::string ok = "HTTP/1.1 200 OK\r\n";
  std::vector<Case> good = {
      {ok + "Content-Length: 3\r\n\r\n", "GET", Kind::Length, 3, true},
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "GET", Kind::Chunked, 0, true},
      {ok + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", "GET", Kind::Chunked, 0, false},
      {ok + "\r\n", "GET", Kind::UntilClose, 0, false},
      {ok + "Content-Length: 3\r\n\r\n", "HEAD", Kind::None, 0, true},
      {"HTTP/1.1 204 No Content\r\n\r\n", "GET", Kind::None, 0, true},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", "GET", Kind::None, 0, true},
      {"HTTP/1.1 100 Continue\r\n\r\n", "POST", Kind::None, 0, true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", Kind::Length, 3, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n", "GET", Kind::Length, 3, true},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "GET", Kind::Length, 0, true},
      {"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "GET", Kind::Length, 0, true},
  };
  for (const Case& c : good) {
    CAPTURE(c.bytes);
    std::size_t consumed = 0;
    HeaderLimits limits;
    auto head = parse_response_head(c.bytes, limits, c.method, consumed);
    REQUIRE(head);
    REQUIRE(*head);
    CHECK((*head)->framing.kind == c.kind);
    CHECK((*head)->framing.length == c.length);
    CHECK((*head)->keep_alive == c.keep_alive);
    CHECK(consumed == c.bytes.size());
  }
  for (std::string bad :
       {ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", ok + "Transfer-Encoding: gzip\r\n\r\n",
        ok + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", ok + "X: a\r\n b\r\n\r\n", ok + "X : a\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"s, "HTTP/1.1 2000 OK\r\n\r\n"s,
        "HTTP/1.1 20 OK\r\n\r\n"s, "HTTP/1.1 600 OK\r\n\r\n"s, "HTTP/1.1 +20 OK\r\n\r\n"s,
        "HTTP/1.1  200 OK\r\n\r\n"s, "HTTP/1.1 200 O\rK\r\n\r\n"s, "HTTP/1.1 200 OK\n\n"s, "ICY 200 OK\r\n\r\n"s,
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"s,
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"s,
        "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n"s}) {
    CAPTURE(bad);
    CHECK(code_of(bad, true) == "http.bad_request");
  }
}

TEST_CASE("chunked bodies are decoded or refused, the same at every split") {
  struct Case {
    const char* name;
    std::string bytes;
    std::string payload;
    const char* code;
  };
  std::vector<Case> cases = {
      {"one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello", ""},
      {"several, capital and leading zero", "A\r\n0123456789\r\n05\r\nhello\r\n0\r\n\r\n", "0123456789hello", ""},
      {"empty body", "0\r\n\r\n", "", ""},
      {"many zeros at the end", "000\r\n\r\n", "", ""},
      {"extension", "5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", "hello", ""},
      {"trailer", "5\r\nhello\r\n0\r\nX-A: b\r\nX-C: d:e\r\n\r\n", "hello", ""},
      {"payload that looks like framing", "7\r\n0\r\n\r\nab\r\n0\r\n\r\n", "0\r\n\r\nab", ""},
      {"cut in the data", "5\r\nhel", "hel", "incomplete"},
      {"cut before the last line", "5\r\nhello\r\n0\r\n", "hello", "incomplete"},
      {"no size", "\r\nhello\r\n0\r\n\r\n", "", "http.bad_request"},
      {"negative size", "-5\r\nhello\r\n", "", "http.bad_request"},
      {"0x", "0x5\r\nhello\r\n", "", "http.bad_request"},
      {"plus", "+5\r\nhello\r\n", "", "http.bad_request"},
      {"letter outside hexadecimal", "5g\r\nhello\r\n", "", "http.bad_request"},
      {"space before the size", " 5\r\nhello\r\n", "", "http.bad_request"},
      {"space after the size", "5 \r\nhello\r\n", "", "http.bad_request"},
      {"bare LF after the size", "5\nhello\r\n0\r\n\r\n", "", "http.bad_request"},
      {"bare CR after the size", "5\rhello", "", "http.bad_request"},
      {"bare LF in an extension", "5;a\nhello\r\n", "", "http.bad_request"},
      {"bare CR in an extension", "5;a\rb\r\nhello\r\n", "", "http.bad_request"},
      {"NUL in an extension", "5;a\0\r\nhello\r\n"s, "", "http.bad_request"},
      {"bare LF after the data", "5\r\nhello\n0\r\n\r\n", "hello", "http.bad_request"},
      {"data longer than its size", "4\r\nhello\r\n0\r\n\r\n", "hell", "http.bad_request"},
      {"bare LF at the end", "0\r\n\n", "", "http.bad_request"},
      {"bare LF in the trailer", "0\r\nX: a\n\r\n", "", "http.bad_request"},
      {"trailer without a colon", "0\r\nX\r\n\r\n", "", "http.bad_request"},
      {"folded trailer", "0\r\nX: a\r\n b\r\n\r\n", "", "http.bad_request"},
      {"size beyond 64 bits", "10000000000000005\r\nhello\r\n", "", "http.bad_request"},
      {"size with endless zeros", std::string(40, '0') + "5\r\nhello\r\n", "", "http.bad_request"},
      {"endless extension", "5;" + std::string(5000, 'a') + "\r\nhello\r\n", "", "http.bad_request"},
      {"endless trailer", "0\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", "", "http.bad_request"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Chunked whole = decode(c.bytes, {});
    CHECK(whole.code == c.code);
    CHECK(whole.payload == c.payload);
    if (whole.code.empty()) CHECK(whole.used == c.bytes.size());
    std::size_t step = c.bytes.size() > 500 ? 97 : 1;  // the long ones are one state long
    for (std::size_t cut = 0; cut <= c.bytes.size(); cut += step) {
      Chunked split = decode(c.bytes, {cut});
      REQUIRE(split.code == whole.code);
      REQUIRE(split.payload == whole.payload);
    }
    std::vector<std::size_t> every;
    for (std::size_t i = 1; i < c.bytes.size(); ++i) every.push_back(i);
    Chunked bytewise = decode(c.bytes, every);
    CHECK(bytewise.code == whole.code);
    CHECK(bytewise.payload == whole.payload);
  }
}

TEST_CASE("the decoder stops at the end of the body and leaves the next request alone") {
  ChunkDecoder decoder;
  std::string out;
  auto used = decoder.feed("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n", out);
  REQUIRE(used);
  CHECK(*used == 11);
  CHECK(decoder.done());
}

TEST_CASE("extensions on a million chunks can't outweigh the body for ever") {
  ChunkDecoder decoder;
  std::string out;
  bool refused = false;
  for (int i = 0; i < 10'000 && !refused; ++i) refused = !decoder.feed("1;ab\r\nx\r\n", out);
  CHECK(refused);
}

TEST_CASE("random bodies survive chunking at random sizes and splits") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string body(random() % 3000, '\0');
    for (char& c : body) c = char(random());
    std::string wire;
    for (std::size_t at = 0; at < body.size();) {
      std::size_t n = std::min<std::size_t>(1 + random() % 700, body.size() - at);
      append_chunk(wire, std::string_view(body).substr(at, n));
      append_chunk(wire, "");  // nothing; an empty chunk would end the body
      at += n;
    }
    wire += kLastChunk;
    std::vector<std::size_t> cuts;
    for (std::size_t at = random() % 50; at < wire.size(); at += 1 + random() % 50) cuts.push_back(at);
    Chunked back = decode(wire, cuts);
    REQUIRE(back.code == "");
    REQUIRE((back.payload == body));
  }
}

TEST_CASE("random heads survive writing and reading") {
  std::mt19937 random(12);
  const std::string token = "abcXYZ019!#$%&'*+-.^_`|~";
  auto pick = [&](const std::string& from, std::size_t n) {
    std::string out;
    while (out.size() < n) out += from[random() % from.size()];
    return out;
  };
  std::string visible;
  for (int c = 0x21; c < 0x100; ++c)
    if (c != 0x7f) visible += char(c);
  for (int round = 0; round < 500; ++round) {
    Request request;
    request.method = pick(token, 1 + random() % 8);
    request.target = "/" + pick("abc/?&=%41-._~:@!$'()*+,;", random() % 40);
    request.headers.add("Host", "h" + std::to_string(random() % 100));
    for (unsigned i = random() % 20; i > 0; --i) {
      std::string value = pick(visible, random() % 30);
      if (value.size() > 2) value[1] = random() % 2 ? ' ' : '\t';
      request.headers.add("x-" + pick(token, 1 + random() % 10), value);
    }
    request.keep_alive = random() % 2;
    Framing framing;
    framing.kind = std::array{Framing::Kind::None, Framing::Kind::Length, Framing::Kind::Chunked}[random() % 3];
    if (framing.kind == Framing::Kind::Length) framing.length = random();
    std::string wire = write_request_head(request, framing);
    std::size_t consumed = 0;
    auto head = parse_request_head(wire + "tail", HeaderLimits(), consumed);
    REQUIRE(head);
    REQUIRE(*head);
    CHECK(consumed == wire.size());
    const RequestHead& back = **head;
    CHECK(back.request.method == request.method);
    CHECK(back.request.target == request.target);
    CHECK(back.request.keep_alive == request.keep_alive);
    CHECK(back.framing.kind == framing.kind);
    CHECK(back.framing.length == framing.length);
    auto sent = request.headers.list();
    REQUIRE(back.request.headers.list().size() >= sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK((back.request.headers.list()[i] == sent[i]));
  }
}

TEST_CASE("framing headers of a message are written from the framing only") {
  Headers headers;
  headers.add("Content-Length", "99");
  headers.add("transfer-encoding", "gzip");
  headers.add("Connection", "upgrade");
  headers.add("X", "y");
  Framing framing;
  framing.kind = Framing::Kind::Length;
  framing.length = 2;
  CHECK(write_response_head(200, headers, framing, false) ==
        "HTTP/1.1 200 OK\r\nX: y\r\ncontent-length: 2\r\nconnection: close\r\n\r\n");
}

TEST_CASE("a value that would start another header line is no valid value, and writing it ends the process") {
  for (std::string bad : {"a\r\nX: b"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x7f"s}) CHECK_FALSE(valid_field_value(bad));
  CHECK(valid_field_value("a b\tc \xC3\xA9"));
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(STDERR_FILENO);
    // Sanitizers would report an abort; the default action is what is asked for.
    std::signal(SIGABRT, SIG_DFL);
    Headers headers;
    headers.add("x", "a\r\nset-cookie: b");
    Framing none;
    write_response_head(200, headers, none, true);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("each byte that a field value must not hold is seen at each place") {
  for (std::size_t size = 1; size <= 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string value(size, 'a');
        value[at] = char(byte);
        // RFC 9110, section 5.5: HTAB, SP, VCHAR and obs-text.
        const bool allowed = byte == 0x09 || (byte >= 0x20 && byte <= 0x7e) || byte >= 0x80;
        INFO("byte ", byte, " at ", at, " of ", size);
        REQUIRE(valid_field_value(value) == allowed);
        if (at + 1 == size) continue;
        value[size - 1] = '\t';  // which has to be told from those that are not allowed
        REQUIRE(valid_field_value(value) == allowed);
      }
  CHECK(valid_field_value(""));
}

TEST_CASE("Headers compare names without case and replace all of a name") {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "2");
  headers.add("a", "3");
  CHECK(headers.count("A") == 2);
  CHECK(headers.get("a") == "1");
  headers.set("a", "4");
  CHECK(headers.count("A") == 1);
  CHECK(headers.get("A") == "4");
  headers.set("c", "5");
  CHECK(headers.list().size() == 3);
  CHECK_FALSE(headers.get("d"));
}

TEST_CASE("addresses are read into origins, and dangerous ones refused") {
  auto origin = Origin::parse("https://API.deepseek.com");
  REQUIRE(origin);
  CHECK(origin->tls);
  CHECK(origin->host == "api.deepseek.com");
  CHECK(origin->port == 443);
  CHECK(origin->base_path == "");
  CHECK(origin->host_header() == "api.deepseek.com");
  origin = Origin::parse("http://127.0.0.1:9000/v1//");
  REQUIRE(origin);
  CHECK(origin->port == 9000);
  CHECK(origin->base_path == "/v1");
  CHECK(origin->host_header() == "127.0.0.1:9000");
  origin = Origin::parse("http://[::1]:81");
  REQUIRE(origin);
  CHECK(origin->host == "::1");
  CHECK(origin->host_header() == "[::1]:81");
  for (auto bad :
       {"api.deepseek.com", "ftp://a", "https://", "https://u:secret@a", "https://a/?q", "https://a/#f",
        "https://a b", "https://a:0", "https://a:99999", "https://a:x", "https://[::1", "https://a\r\nb"}) {
    CAPTURE(bad);
    auto refused = Origin::parse(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "http.bad_address");
    CHECK(refused.error().to_string().find("secret") == std::string::npos);
  }
}
