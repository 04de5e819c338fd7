#include "http/server.h"

#include <doctest/doctest.h>

#include "http/fixture.h"

using namespace sluice;
using namespace sluice::http;
using namespace sluice::http::fixture;
using net::Task;

TEST_CASE("a request is answered, with length, type and date") {
  Site site;
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("content-length: 7\r\n") != answer.npos);
    CHECK(answer.find("connection: close\r\n") != answer.npos);
    CHECK(answer.find("date: ") != answer.npos);
    CHECK(ends_with_body(answer, "GET /x "));
  };
  site.run(body(site));
}

TEST_CASE("pipelined requests are answered in order on one connection") {
  Site site;
  auto body = [](Site& s) -> Task<void> {
    std::string many;
    for (int i = 0; i < 20; ++i)
      many += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    many +=
        "POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n";
    many += "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    std::string answer = co_await ask(s, many);
    CHECK(count(answer, "HTTP/1.1 200 OK") == 22);
    std::size_t at = 0;
    for (int i = 0; i < 20; ++i) {
      at = answer.find("POST /" + std::to_string(i) + " abc", at);
      REQUIRE(at != answer.npos);
    }
    CHECK(answer.find("POST /chunked def", at) != answer.npos);
    CHECK(ends_with_body(answer, "GET /last "));
  };
  site.run(body(site));
}

TEST_CASE("a request that arrives byte by byte is answered the same") {
  Site site;
  auto body = [](Site& s) -> Task<void> {
    net::Stream stream = co_await s.dial();
    std::string request =
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\n";
    for (char c : request) {
      std::string one(1, c);
      co_await transmit(stream, one);
    }
    std::string answer = co_await receive(stream);
    CHECK(ends_with_body(answer, "POST /x abc"));
  };
  site.run(body(site));
}

TEST_CASE("requests that break the rules get one error answer of the given shape, and the connection closes") {
  ServerLimits limits;
  limits.body_bytes = 10;
  limits.headers.bytes = 200;
  Site site(echo, limits);
  struct Case {
    std::string request;
    std::string status;
    std::string code;
  };
  std::vector<Case> cases = {
      {"nonsense\r\n\r\n", "400 Bad Request", "http.bad_request"},
      {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request", "http.bad_request"},
      {"GET / HTTP/1.1\nHost: a\n\n", "400 Bad Request", "http.bad_request"},
      {"GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported", "http.unsupported_version"},
      {"POST / HTTP/1.0\r\n\r\n", "411 Length Required", "http.length_required"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", "413 Content Too Large", "http.body_too_large"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
       "413 Content Too Large", "http.body_too_large"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400 Bad Request",
       "http.bad_request"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x') + "\r\n\r\n",
       "431 Request Header Fields Too Large", "http.header_too_large"},
      // What follows a refused request is not another request.
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
       "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
       "400 Bad Request", "http.bad_request"},
  };
  auto body = [](Site& s, const std::vector<Case>& all) -> Task<void> {
    for (const Case& c : all) {
      std::string answer = co_await ask(s, c.request);
      CAPTURE(c.request);
      CHECK(answer.starts_with("HTTP/1.1 " + c.status + "\r\n"));
      CHECK(ends_with_body(answer, c.code));
      CHECK(count(answer, "HTTP/1.1 ") == 1);
      CHECK(answer.find("connection: close\r\n") != answer.npos);
    }
  };
  site.run(body(site, cases));
}

TEST_CASE("a large body that is refused at its head does not destroy the answer") {
  ServerLimits limits;
  limits.body_bytes = 1000;
  Site site(echo, limits);
  auto writer = [](net::Stream& stream, net::Signal done) -> Task<void> {
    std::string big(4 << 20, 'x');
    auto sent = co_await stream.write_all(big);
    CHECK(sent);
    stream.shutdown_send();
    done.set();
  };
  auto body = [&writer](Site& s) -> Task<void> {
    net::Stream stream = co_await s.dial();
    co_await transmit(stream, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
    net::Signal done(s.loop);
    s.loop.spawn(writer(stream, done));
    std::string answer = co_await receive(stream);
    CHECK(answer.starts_with("HTTP/1.1 413"));
    CHECK(ends_with_body(answer, "http.body_too_large"));
    co_await done.wait();
  };
  site.run(body(site));
}

TEST_CASE("Expect: 100-continue is told to go on, unless the body would be refused") {
  ServerLimits limits;
  limits.body_bytes = 10;
  Site site(echo, limits);
  auto body = [](Site& s) -> Task<void> {
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n";
    net::Stream stream = co_await s.dial();
    co_await transmit(stream, head + "Content-Length: 3\r\n\r\n");
    std::string interim = co_await receive(stream, "\r\n\r\n");
    CHECK(interim == "HTTP/1.1 100 Continue\r\n\r\n");
    co_await transmit(stream, "abc");
    std::string answer = co_await receive(stream);
    CHECK(ends_with_body(answer, "POST / abc"));
    answer = co_await ask(s, head + "Content-Length: 11\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 413"));
  };
  site.run(body(site));
}

TEST_CASE("slow clients are told so: in the head, in the body; an idle connection just closes") {
  ServerLimits limits;
  limits.header_timeout = 30ms;
  limits.body_timeout = 30ms;
  limits.idle_timeout = 30ms;
  Site site(echo, limits);
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHo");
    CHECK(answer.starts_with("HTTP/1.1 408"));
    answer = co_await ask(s, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    CHECK(answer.starts_with("HTTP/1.1 408"));
    answer = co_await ask(s, "");
    CHECK(answer == "");
    answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");  // kept, then idle
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
  };
  site.run(body(site));
}

TEST_CASE("HEAD gets the head only, and an HTTP/1.0 client no chunks") {
  auto handler = [](const Request& request, Responder& out, const Connection&) -> Task<void> {
    Headers headers;
    headers.add("content-type", "text/plain");
    auto begun = co_await out.begin(200, headers);
    CHECK(begun);
    auto written = co_await out.write("one");
    CHECK(written);
    written = co_await out.write("two");
    CHECK(written);
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  Site site(handler);
  Site whole;
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answer.find("transfer-encoding: chunked\r\n") != answer.npos);
    CHECK(ends_with_body(answer, "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
    answer = co_await ask(s, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(ends_with_body(answer, ""));
    answer = co_await ask(s, "GET / HTTP/1.0\r\n\r\n");
    CHECK(answer.find("chunked") == answer.npos);
    CHECK(ends_with_body(answer, "onetwo"));
  };
  auto head = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answer.find("content-length: 8\r\n") != answer.npos);
    CHECK(ends_with_body(answer, ""));
  };
  site.run(body(site));
  whole.run(head(whole));
}

TEST_CASE("head and first chunk leave in one piece; a head alone leaves when nothing follows") {
  net::Loop* loop = nullptr;
  std::optional<net::Signal> go;
  auto handler = [&](const Request& request, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    if (request.target == "/wait") co_await go->wait();
    auto written = co_await out.write("x");
    CHECK(written);
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  Site site(handler);
  loop = &site.loop;
  go.emplace(*loop);
  auto body = [](Site& s, net::Signal go_on) -> Task<void> {
    net::Stream stream = co_await s.dial();
    co_await transmit(stream, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n");
    char buffer[4096];
    auto first = co_await stream.read_some(buffer);
    REQUIRE(first);
    std::string piece(buffer, *first);
    CHECK(piece.find("\r\n\r\n1\r\nx\r\n") != piece.npos);
    if (!piece.ends_with("0\r\n\r\n")) co_await receive(stream, "0\r\n\r\n");

    co_await transmit(stream, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string head = co_await receive(stream, "\r\n\r\n");
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(head.find("chunked") != head.npos);
    go_on.set();
    std::string rest = co_await receive(stream, "0\r\n\r\n");
    CHECK(rest == "1\r\nx\r\n0\r\n\r\n");
  };
  site.run(body(site, *go));
}

TEST_CASE("a handler that writes while its head is being flushed keeps the order") {
  auto handler = [](const Request&, Responder& out, const Connection&) -> Task<void> {
    Headers headers;
    headers.add("x-large", std::string(30'000, 'h'));
    auto begun = co_await out.begin(200, headers);
    CHECK(begun);
    for (int i = 0; i < 50; ++i) {
      auto written = co_await out.write(std::string(5000, char('a' + i % 26)));
      if (!written) co_return;
    }
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    std::size_t end = answer.find("\r\n\r\n");
    REQUIRE(end != answer.npos);
    ChunkDecoder decoder;
    std::string payload, expected;
    auto used = decoder.feed(std::string_view(answer).substr(end + 4), payload);
    CHECK(used);
    CHECK(decoder.done());
    for (int i = 0; i < 50; ++i) expected += std::string(5000, char('a' + i % 26));
    CHECK((payload == expected));
  };
  site.run(body(site));
}

TEST_CASE("a partial answer never looks whole") {
  auto handler = [](const Request& request, Responder& out, const Connection&) -> Task<void> {
    if (request.target == "/none") co_return;
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    auto written = co_await out.write("half");
    CHECK(written);
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find("0\r\n\r\n") == answer.npos);
    answer = co_await ask(s, "GET / HTTP/1.0\r\n\r\n");
    CHECK(answer.ends_with("<net.reset>"));  // a FIN would be the body's proper end
    answer = co_await ask(s, "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 500"));
    CHECK(ends_with_body(answer, "http.no_answer"));
  };
  site.run(body(site));
}

TEST_CASE("an answer's header that would inject another becomes a 500") {
  std::string code;
  auto handler = [&](const Request& request, Responder& out, const Connection&) -> Task<void> {
    Response response = text(200, "x");
    response.headers.add("x-echo", "a\r\nset-cookie: b=c");
    auto sent = co_await out.send(std::move(response));
    code = sent ? "" : sent.error().code;
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 500"));
    CHECK(answer.find("set-cookie") == answer.npos);
  };
  site.run(body(site));
  CHECK(code == "http.bad_header");
}

TEST_CASE("the handler learns who asks and when the first byte came") {
  std::string peer;
  Duration age{};
  auto handler = [&](const Request& request, Responder& out, const Connection& c) -> Task<void> {
    peer = c.peer;
    age = std::chrono::steady_clock::now() - c.accepted;
    co_await echo(request, out, c);
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  };
  site.run(body(site));
  CHECK(peer.starts_with("127.0.0.1:"));
  CHECK(age >= Duration::zero());
  CHECK(age < 20s);
}

TEST_CASE("an error of the server's own knows the path that was asked, and has a request id") {
  ServerLimits limits;
  limits.body_bytes = 10;
  limits.headers.bytes = 200;
  limits.header_timeout = 30ms;
  Site site(echo, limits);
  std::string post = "POST /v1/messages?beta=true HTTP/1.1\r\nHost: a\r\n",
              long_field = "X: " + std::string(300, 'x');
  std::vector<std::pair<std::string, std::string>> cases = {
      {post + "Content-Length: 11\r\n\r\n", "/v1/messages"},
      {post + "Bad header\r\n\r\n", "/v1/messages"},
      {post + long_field + "\r\n\r\n", "/v1/messages"},
      {post + "X: and now nothing for a while", "/v1/messages"},
      {post + "Transfer-Encoding: chunked\r\n\r\nx\r\n", "/v1/messages"},
      {"POST /v1/messages HTTP/3.0\r\n\r\n", "/v1/messages"},
      {"POST http://b/v1/messages HTTP/1.1\r\nHost: a\r\n\r\n", "/v1/messages"},
      {"GET /" + std::string(300, 'x'), "/" + std::string(300, 'x')},
      {"nonsense\r\n\r\n", ""},
      {"GET relative HTTP/1.1\r\n\r\n", ""},
      {std::string("\x16\x03\x01\x00\n", 5), ""},
  };
  auto body = [&cases](Site& s) -> Task<void> {
    std::string last;
    for (const auto& [request, path] : cases) {
      CAPTURE(request);
      std::string answer = co_await ask(s, request);
      CHECK(answer.find("x-path: " + path + "\r\n") != answer.npos);
      std::size_t id = answer.find("x-request-id: req_");
      REQUIRE(id != answer.npos);
      std::string value = answer.substr(id, answer.find('\r', id) - id);
      CHECK(value.size() == 14 + 30);
      CHECK(value != last);
      last = value;
    }
  };
  site.run(body(site));
}

TEST_CASE("the handler's request id is the one of an error that the server makes in its place") {
  std::vector<std::string> ids;
  auto handler = [&ids](const Request&, Responder&, const Connection& c) -> Task<void> {
    ids.push_back(c.request_id);
    co_return;
  };
  Site site(handler);
  auto body = [&ids](Site& s) -> Task<void> {
    std::string request = "GET /x?y HTTP/1.1\r\nHost: a\r\n";
    std::string answer = co_await ask(s, request + "\r\n" + request + "Connection: close\r\n\r\n");
    REQUIRE(ids.size() == 2);
    CHECK(ids[0] != ids[1]);
    for (const std::string& id : ids) CHECK(answer.find("x-request-id: " + id + "\r\n") != answer.npos);
    CHECK(count(answer, "x-path: /x\r\n") == 2);
  };
  site.run(body(site));
}

TEST_CASE("an error of the handler's keeps the connection, one of the server's closes it") {
  auto handler = [](const Request& request, Responder& out, const Connection& c) -> Task<void> {
    Response response = text(request.target == "/known" ? 200 : 404, "x");
    auto sent = co_await out.send(std::move(response));
    CHECK(sent);
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    std::string ask_for = " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";
    std::string answer = co_await ask(
        s, "POST /unknown" + ask_for + "POST /known" + ask_for + "GET / HTTP/1.1\r\n\r\nGET /known" + ask_for);
    CHECK(count(answer, "HTTP/1.1 404") == 1);
    CHECK(count(answer, "HTTP/1.1 200") == 1);
    CHECK(count(answer, "HTTP/1.1 400") == 1);
    CHECK(count(answer, "HTTP/1.1 ") == 3);
  };
  site.run(body(site));
}
