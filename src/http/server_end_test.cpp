// How connections end: clients that leave, are slow or don't read, and a server that stops.
#include <doctest/doctest.h>

#include "http/fixture.h"
#include "http/server.h"

using namespace sluice;
using namespace sluice::http;
using namespace sluice::http::fixture;
using net::Task;

TEST_CASE("a client that does not read is given up") {
  ServerLimits limits;
  limits.write_timeout = 50ms;
  Status written;
  auto handler = [&written](const Request&, Responder& out, const Connection&) -> Task<void> {
    Response big = text(200, std::string(64 << 20, 'x'));
    written = co_await out.send(std::move(big));
  };
  Site site(handler, limits);
  auto body = [](Site& s) -> Task<void> {
    net::Stream stream = co_await s.dial();
    co_await transmit(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await stream.wait_closed();
  };
  site.run(body(site));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == "net.timeout");
}

TEST_CASE("a client that leaves during its answer is noticed while the handler waits for something else") {
  std::optional<net::Signal> left, began;
  bool called_once = false, write_failed = false, seen = false;
  auto handler = [&](const Request&, Responder& out, const Connection&) -> Task<void> {
    net::Signal noticed = *left;
    out.on_client_gone([&, noticed] {
      CHECK_FALSE(called_once);
      called_once = true;
      noticed.set();
    });
    began->set();
    co_await noticed.wait();
    seen = out.client_gone();
    auto begun = co_await out.begin(200, Headers());
    write_failed = !begun;
    bool late = false;
    out.on_client_gone([&] { late = true; });  // already gone: called soon
    noticed.reset();
    co_await noticed.wait_for(1ms);
    CHECK(late);
  };
  Site site(handler);
  left.emplace(site.loop);
  began.emplace(site.loop);
  auto body = [](Site& s, net::Signal started) -> Task<void> {
    {
      net::Stream stream = co_await s.dial();
      co_await transmit(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\nunread bytes of the next request");
      co_await started.wait();
      CHECK(s.server->active() == 1);
    }
    co_await s.server->drain(20s);
    CHECK(s.server->active() == 0);
  };
  site.run(body(site, *began));
  CHECK(called_once);
  CHECK(seen);
  CHECK(write_failed);
}

TEST_CASE("a drain lets running requests end, closes idle connections and refuses new ones") {
  std::optional<net::Signal> go, began;
  auto handler = [&](const Request& request, Responder& out, const Connection&) -> Task<void> {
    if (request.target == "/slow") {
      began->set();
      co_await go->wait();
    }
    Response response = text(200, "done");
    auto sent = co_await out.send(std::move(response));
    CHECK(sent);
  };
  Site site(handler);
  go.emplace(site.loop);
  began.emplace(site.loop);
  auto drain = [](Site& s, net::Signal drained) -> Task<void> {
    co_await s.server->drain(20s);
    drained.set();
  };
  auto body = [&](Site& s) -> Task<void> {
    net::Stream idle = co_await s.dial();
    co_await transmit(idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await receive(idle, "done");
    net::Stream slow = co_await s.dial();
    co_await transmit(slow, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await began->wait();
    std::uint16_t port = s.server->port();
    net::Signal drained(s.loop);
    s.loop.spawn(drain(s, drained));
    std::string nothing = co_await receive(idle);
    CHECK(nothing == "");
    net::ConnectOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    auto refused = co_await net::connect(s.loop, options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "net.refused");
    bool early = co_await drained.wait_for(Duration(1));
    CHECK_FALSE(early);
    go->set();
    std::string answer = co_await receive(slow);
    CHECK(count(answer, "HTTP/1.1 200") == 1);
    CHECK(answer.find("connection: close") != answer.npos);
    co_await drained.wait();
  };
  site.run(body(site));
}

TEST_CASE("a drain that takes too long cuts what is left") {
  std::optional<net::Signal> hold, ended;
  auto stuck = [&](const Request&, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    auto written = co_await out.write("partial");
    CHECK(written);
    net::Signal wait_for_cut = *hold;
    out.on_client_gone([wait_for_cut] { wait_for_cut.set(); });
    co_await wait_for_cut.wait();
    written = co_await out.write("more");
    CHECK_FALSE(written);
    ended->set();
  };
  Site site(stuck);
  hold.emplace(site.loop);
  ended.emplace(site.loop);
  auto body = [](Site& s, net::Signal over) -> Task<void> {
    net::Stream stream = co_await s.dial();
    co_await transmit(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await receive(stream, "partial");
    co_await s.server->drain(20ms);
    std::string rest = co_await receive(stream);
    CHECK(rest.find("0\r\n\r\n") == rest.npos);
    co_await over.wait();
  };
  site.run(body(site, *ended));
}

TEST_CASE("connections above the limit are told 503, and served again when there is room") {
  ServerLimits limits;
  limits.connections = 2;
  Site site(echo, limits);
  auto body = [](Site& s) -> Task<void> {
    std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    {
      net::Stream one = co_await s.dial();
      net::Stream two = co_await s.dial();
      co_await transmit(one, request);
      co_await receive(one, "GET / ");
      co_await transmit(two, request);
      co_await receive(two, "GET / ");
      std::string answer = co_await ask(s, request);
      CHECK(answer.starts_with("HTTP/1.1 503"));
      CHECK(ends_with_body(answer, "http.too_many_connections"));
      CHECK(answer.find("retry-after: 1\r\n") != answer.npos);
    }
    // The two are closed; the server sees that within a few turns.
    for (;;) {
      std::string answer = co_await ask(s, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      if (answer.starts_with("HTTP/1.1 200")) break;
      CHECK(answer.starts_with("HTTP/1.1 503"));
    }
  };
  site.run(body(site));
}

TEST_CASE("a server that goes while requests run leaves nothing behind") {
  auto handler = [](const Request&, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    for (;;) {
      auto written = co_await out.write(std::string(10'000, 'x'));
      if (!written) co_return;
    }
  };
  Site site(handler);
  auto body = [](Site& s) -> Task<void> {
    std::vector<net::Stream> streams;
    for (int i = 0; i < 5; ++i) {
      streams.push_back(co_await s.dial());
      co_await transmit(streams.back(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      co_await receive(streams.back(), "xxxx");
    }
    s.server.reset();
    co_await receive(streams.front());
  };
  site.run(body(site));
}

TEST_CASE("a client that sends a byte now and then does not get more time for its head or its body") {
  ServerLimits limits;
  limits.header_timeout = 100ms;
  limits.body_timeout = 100ms;
  Site site(echo, limits);
  auto drip = [](Site& s, net::Stream& stream, net::Signal done) -> Task<void> {
    for (int i = 0; i < 2000; ++i) {
      Status sent = co_await stream.write_all("x");
      if (!sent) break;
      co_await s.loop.sleep(5ms);
    }
    done.set();
  };
  auto body = [&drip](Site& s) -> Task<void> {
    for (std::string begin :
         {"GET /slow HTTP/1.1\r\nHost: a\r\nX: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"}) {
      net::Stream stream = co_await s.dial();
      co_await transmit(stream, begin);
      net::Signal done(s.loop);
      auto began = std::chrono::steady_clock::now();
      s.loop.spawn(drip(s, stream, done));
      std::string answer = co_await receive(stream, "http.request_timeout");
      CHECK(answer.starts_with("HTTP/1.1 408"));
      CHECK(std::chrono::steady_clock::now() - began < 5s);
      stream.close();
      co_await done.wait();
    }
  };
  site.run(body(site));
}

namespace {

// Answers a request with chunks without end, and counts the bytes the kernel took.
Task<void> pour(net::Listener& listener, std::size_t& poured, net::Signal ended) {
  auto stream = co_await listener.accept();
  REQUIRE(stream);
  char buffer[4096];
  auto got = co_await stream->read_some(buffer);
  CHECK(got);
  std::string chunk;
  append_chunk(chunk, std::string(16 * 1024, 'x'));
  Status sent = co_await stream->write_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (sent) {
    sent = co_await stream->write_all(chunk);
    if (sent) poured += chunk.size();
  }
  ended.set();
}

Task<void> relay(Client& upstream, Responder& out) {
  auto response = co_await upstream.send(get("/"));
  REQUIRE(response);
  Status sent = co_await out.begin(200, Headers());
  while (sent) {
    auto piece = co_await response->read(20s);
    if (!piece || piece->empty()) break;
    sent = co_await out.write(*piece);
  }
}

}  // namespace

TEST_CASE("a client that does not read stops the upstream, and when it leaves the upstream is let go") {
  std::optional<Client> upstream;
  auto handler = [&upstream](const Request&, Responder& out, const Connection&) -> Task<void> {
    co_await relay(*upstream, out);
  };
  Site site(handler);
  auto listener = net::Listener::listen(site.loop, "127.0.0.1", 0, false);
  REQUIRE(listener);
  ClientOptions options;
  options.origin.host = "127.0.0.1";
  options.origin.port = listener->port();
  upstream.emplace(site.loop, options);
  std::size_t poured = 0;
  net::Signal ended(site.loop);
  site.loop.spawn(pour(*listener, poured, ended));
  auto body = [&](Site& s) -> Task<void> {
    {
      net::Stream stream = co_await s.dial();
      co_await transmit(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      co_await receive(stream, "xxxx");
      std::size_t before = 0;
      for (int still = 0, rounds = 0; still < 4 && rounds < 200; ++rounds) {
        co_await s.loop.sleep(50ms);
        still = poured == before ? still + 1 : 0;
        before = poured;
      }
      co_await s.loop.sleep(50ms);
      CHECK(poured == before);  // what was poured fills the kernel's buffers, and nothing of ours
      CHECK(poured < 64u << 20);
    }
    bool let_go = co_await ended.wait_for(10s);
    CHECK(let_go);
  };
  site.run(body(site));
}
