#include "net/stream.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

namespace {

// Runs `body` with both ends of a fresh loopback connection.
using PairBody = std::function<Task<void>(Loop&, Stream&, Stream&)>;

Task<void> with_pair_task(Loop& loop, PairBody body, std::string host) {
  auto listener = Listener::listen(loop, host, 0, false);
  REQUIRE(listener);
  ConnectOptions options;
  options.host = host;
  options.port = listener->port();
  auto client = co_await connect(loop, options);
  REQUIRE(client);
  auto server = co_await listener->accept();
  REQUIRE(server);
  co_await body(loop, *client, *server);
  loop.stop();
}

void with_pair(PairBody body, const std::string& host = "127.0.0.1") {
  Loop loop;
  loop.spawn(with_pair_task(loop, std::move(body), host));
  loop.run();
}

std::string random_bytes(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(n, '\0');
  for (char& c : out) c = char(random());
  return out;
}

Task<void> read_exactly(Stream& from, std::size_t n, std::string& out) {
  std::vector<char> buffer(64 * 1024);
  while (out.size() < n) {
    auto got = co_await from.read_some(buffer);
    REQUIRE(got);
    out.append(buffer.data(), *got);
  }
}

Task<void> write_then_set(Stream& to, std::string bytes, Signal done) {
  auto written = co_await to.write_all(bytes);
  CHECK(written);
  done.set();
}

Task<void> expect_read_error(Stream& from, std::string& code, Signal done) {
  char buffer[16];
  auto got = co_await from.read_some(buffer);
  code = got ? "" : got.error().code;
  done.set();
}

Task<void> note_closed(Stream& stream, bool& closed, Signal done) {
  co_await stream.wait_closed();
  closed = true;
  done.set();
}

}  // namespace

TEST_CASE("bytes arrive as they were sent, however large the write, over IPv4 and IPv6") {
  for (std::string host : {"127.0.0.1", "::1"}) {
    if (Loop probe; host == "::1" && !Listener::listen(probe, host, 0, false)) {
      MESSAGE("SKIPPED: this machine has no IPv6 loopback");
      continue;
    }
    with_pair(
        [](Loop& loop, Stream& client, Stream& server) -> Task<void> {
          std::string sent = random_bytes(8 << 20, 1), got;
          Signal done(loop);
          loop.spawn(write_then_set(client, sent, done));
          co_await read_exactly(server, sent.size(), got);
          co_await done.wait();
          CHECK((got == sent));
        },
        host);
  }
}

TEST_CASE("write_all2 sends both pieces, in order, also when one is empty or the socket is full") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    std::string expected, got;
    for (std::size_t n : {0, 1, 100, 3000}) {
      std::string a = random_bytes(n, 2), b = random_bytes(3000 - n, 3);
      expected += a + b;
      auto written = co_await client.write_all2(a, b);
      REQUIRE(written);
    }
    co_await read_exactly(server, expected.size(), got);
    CHECK((got == expected));
    std::string big = random_bytes(6 << 20, 4), bigger = random_bytes(7 << 20, 5), all;
    Signal done(loop);
    auto writer = [](Stream& to, const std::string& x, const std::string& y, Signal s) -> Task<void> {
      auto written = co_await to.write_all2(x, y);
      CHECK(written);
      s.set();
    };
    loop.spawn(writer(client, big, bigger, done));
    co_await read_exactly(server, big.size() + bigger.size(), all);
    co_await done.wait();
    CHECK((all == big + bigger));
  });
}

TEST_CASE("one-byte writes arrive as one stream") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    std::string sent = random_bytes(2000, 6), got;
    for (char c : sent) {
      std::string_view one(&c, 1);
      auto written = co_await client.write_all(one);
      REQUIRE(written);
    }
    co_await read_exactly(server, sent.size(), got);
    CHECK((got == sent));
  });
}

TEST_CASE("reading past the peer's half-close says net.closed, and the other direction still works") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    client.shutdown_send();
    char buffer[4];
    auto got = co_await server.read_some(buffer);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == "net.closed");
    auto written = co_await server.write_all("pong");
    CHECK(written);
    std::string answer;
    co_await read_exactly(client, 4, answer);
    CHECK(answer == "pong");
  });
}

TEST_CASE("a deadline ends a waiting read and write with net.timeout; a later deadline allows more") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    client.set_deadline(10ms);
    char buffer[4];
    auto got = co_await client.read_some(buffer);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == "net.timeout");
    got = co_await client.read_some(buffer);  // still past it
    REQUIRE_FALSE(got);
    CHECK(got.error().code == "net.timeout");

    client.set_deadline(10s);
    auto written = co_await server.write_all("x");
    CHECK(written);
    got = co_await client.read_some(buffer);
    CHECK(got);

    client.set_deadline(30ms);
    std::string big(64 << 20, 'x');
    written = co_await client.write_all(big);  // nobody reads
    REQUIRE_FALSE(written);
    CHECK(written.error().code == "net.timeout");
  });
}

TEST_CASE("a deadline that is set while a read waits applies to it") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    std::string code;
    Signal done(loop);
    client.set_deadline(1h);
    loop.spawn(expect_read_error(client, code, done));
    co_await loop.sleep(Duration(0));
    client.set_deadline(5ms);
    co_await done.wait();
    CHECK(code == "net.timeout");
  });
}

TEST_CASE("close() ends a pending read with net.cancelled, and so does destroying the stream") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    std::string code;
    Signal done(loop);
    loop.spawn(expect_read_error(client, code, done));
    co_await loop.sleep(Duration(0));
    client.close();
    CHECK_FALSE(client.open());
    co_await done.wait();
    CHECK(code == "net.cancelled");

    done.reset();
    auto owned = std::make_unique<Stream>(std::move(server));
    loop.spawn(expect_read_error(*owned, code, done));
    co_await loop.sleep(Duration(0));
    owned.reset();
    co_await done.wait();
    // The FIN of the first close may have been read before the stream went.
    CHECK((code == "net.cancelled" || code == "net.closed"));
  });
}

TEST_CASE("wait_closed notices a peer's close although bytes wait unread, and leaves them readable") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    bool closed = false;
    Signal done(loop);
    loop.spawn(note_closed(server, closed, done));
    auto written = co_await client.write_all("unread");
    CHECK(written);
    bool early = co_await done.wait_for(20ms);
    CHECK_FALSE(early);
    client.close();
    co_await done.wait();
    CHECK(closed);
    co_await server.wait_closed();  // returns at once now
    std::string got;
    co_await read_exactly(server, 6, got);
    CHECK(got == "unread");
  });
}

TEST_CASE("wait_closed notices a close that came before it, and close() on this side") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    bool closed = false;
    Signal done(loop);
    loop.spawn(note_closed(client, closed, done));
    co_await loop.sleep(Duration(0));
    CHECK_FALSE(closed);
    client.close();
    co_await done.wait();
    CHECK(closed);
    char buffer[4];
    auto got = co_await server.read_some(buffer);  // the FIN is here when this returns
    CHECK_FALSE(got);
    co_await server.wait_closed();
  });
}

TEST_CASE("quiet() is false once a byte or the end has arrived, and abort() resets") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    CHECK(client.quiet());
    auto written = co_await server.write_all("xy");
    CHECK(written);
    char buffer[1];
    auto got = co_await client.read_some(buffer);
    CHECK(got);
    CHECK_FALSE(client.quiet());
    got = co_await client.read_some(buffer);
    CHECK(client.quiet());
    server.abort();
    got = co_await client.read_some(buffer);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == "net.reset");
    CHECK_FALSE(client.quiet());
  });
}

TEST_CASE("waiting for a close with unread bytes uses no processor time") {
  with_pair([](Loop& loop, Stream& client, Stream& server) -> Task<void> {
    bool closed = false;
    Signal done(loop);
    loop.spawn(note_closed(server, closed, done));
    auto written = co_await client.write_all("unread");
    CHECK(written);
    std::clock_t before = std::clock();
    co_await loop.sleep(200ms);
    CHECK(double(std::clock() - before) / CLOCKS_PER_SEC < 0.1);
    client.close();
    co_await done.wait();
  });
}

TEST_CASE("connecting where nothing listens is net.refused, and a name without address net.resolve") {
  Loop loop;
  auto body = [](Loop& l) -> Task<void> {
    ConnectOptions options;
    options.host = "127.0.0.1";
    {
      auto listener = Listener::listen(l, "127.0.0.1", 0, false);
      REQUIRE(listener);
      options.port = listener->port();
    }
    auto stream = co_await connect(l, options);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == "net.refused");
    options.host = "no-such-host.invalid";  // RFC 6761: never resolves
    stream = co_await connect(l, options);
    REQUIRE_FALSE(stream);
    CHECK((stream.error().code == "net.resolve" || stream.error().code == "net.timeout"));
    l.stop();
  };
  loop.spawn(body(loop));
  loop.run();
}

TEST_CASE("a name resolves, and the second connection uses the kept answer") {
  Loop loop;
  auto body = [](Loop& l) -> Task<void> {
    auto listener = Listener::listen(l, "127.0.0.1", 0, false);
    REQUIRE(listener);
    ConnectOptions options;
    options.host = "localhost";
    options.port = listener->port();
    for (int i = 0; i < 2; ++i) {
      auto stream = co_await connect(l, options);
      REQUIRE(stream);
      CHECK(stream->peer() == "127.0.0.1:" + std::to_string(options.port));
    }
    l.stop();
  };
  loop.spawn(body(loop));
  loop.run();
}

TEST_CASE("closing a listener ends its pending accept, and its port can be used again") {
  Loop loop;
  auto acceptor = [](Listener& listener, std::string& code, Signal done) -> Task<void> {
    auto stream = co_await listener.accept();
    code = stream ? "" : stream.error().code;
    done.set();
  };
  auto body = [&acceptor](Loop& l) -> Task<void> {
    auto listener = Listener::listen(l, "127.0.0.1", 0, false);
    REQUIRE(listener);
    auto taken = Listener::listen(l, "127.0.0.1", listener->port(), false);
    CHECK_FALSE(taken);
    std::string code;
    Signal done(l);
    l.spawn(acceptor(*listener, code, done));
    co_await l.sleep(Duration(0));
    std::uint16_t port = listener->port();
    listener->close();
    co_await done.wait();
    CHECK(code == "net.cancelled");
    auto again = Listener::listen(l, "127.0.0.1", port, false);
    CHECK(again);
    l.stop();
  };
  loop.spawn(body(loop));
  loop.run();
}

TEST_CASE("two listeners share a port when both ask for it") {
  Loop loop;
  auto first = Listener::listen(loop, "127.0.0.1", 0, true);
  REQUIRE(first);
  auto second = Listener::listen(loop, "127.0.0.1", first->port(), true);
  CHECK(second);
}

TEST_CASE("streams and their waiters survive the end of the loop in either order") {
  std::optional<Stream> outlives;
  {
    Loop loop;
    auto waiter = [](Stream stream) -> Task<void> {
      char buffer[4];
      auto got = co_await stream.read_some(buffer);
      CHECK_FALSE(got);
    };
    auto body = [&waiter](Loop& l, std::optional<Stream>& out) -> Task<void> {
      auto listener = Listener::listen(l, "127.0.0.1", 0, false);
      REQUIRE(listener);
      ConnectOptions options;
      options.host = "127.0.0.1";
      options.port = listener->port();
      auto client = co_await connect(l, options);
      REQUIRE(client);
      auto server = co_await listener->accept();
      REQUIRE(server);
      server->set_deadline(1h);
      l.spawn(waiter(std::move(*server)));
      out.emplace(std::move(*client));
      co_await l.sleep(Duration(0));
      l.stop();
      (void)co_await listener->accept();
    };
    loop.spawn(body(loop, outlives));
    loop.run();
  }
  CHECK(outlives->open());
  outlives.reset();
}
