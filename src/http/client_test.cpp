#include "http/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <random>

#include "http/fixture.h"
#include "http/sse.h"
#include "net/tls_fixture.h"

using namespace sluice;
using namespace sluice::http;
using namespace sluice::http::fixture;
using net::Task;
using namespace std::string_literals;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("client and server agree on random bodies of every framing, over one kept connection") {
  auto handler = [](const Request& request, Responder& out, const Connection&) -> Task<void> {
    if (request.target == "/whole") {
      Response response = text(200, request.body);
      auto sent = co_await out.send(std::move(response));
      CHECK(sent);
      co_return;
    }
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    std::mt19937 random(unsigned(request.body.size()));
    for (std::size_t at = 0; at < request.body.size();) {
      std::size_t n = std::min<std::size_t>(1 + random() % 40'000, request.body.size() - at);
      auto written = co_await out.write(std::string_view(request.body).substr(at, n));
      CHECK(written);
      at += n;
    }
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  Site site(handler);
  Client client(site.loop, site.client_options());
  auto body = [](Client& c) -> Task<void> {
    std::mt19937 random(31);
    for (std::size_t size : {0, 1, 100, 5000, 70'000, 3'000'000})
      for (auto target : {"/whole", "/chunked"}) {
        std::string sent(size, '\0');
        for (char& x : sent) x = char(random());
        Request request = post(target, sent);
        std::string got = co_await fetch(c, std::move(request));
        CHECK((got == "200 " + sent));
        CHECK(c.in_use() == 0);
        CHECK(c.idle() == 1);
      }
  };
  site.run(body(client));
}

TEST_CASE("a hundred streams at once, each with its own events") {
  auto handler = [](const Request& request, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    for (int i = 0; i < 50; ++i) {
      std::string event;
      append_sse(event, request.target + "#" + std::to_string(i));
      auto written = co_await out.write(event);
      CHECK(written);
    }
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  Site site(handler);
  Client client(site.loop, site.client_options());
  int done = 0;
  auto one = [](Site& s, Client& c, int id, int& ended) -> Task<void> {
    std::string target = "/" + std::to_string(id);
    Request request = get(target);
    auto response = co_await c.send(std::move(request));
    REQUIRE(response);
    SseReader reader;
    std::vector<SseEvent> events;
    for (;;) {
      auto piece = co_await response->read(20s);
      REQUIRE(piece);
      if (piece->empty()) break;
      auto fed = reader.feed(*piece, events);
      CHECK(fed);
    }
    REQUIRE(events.size() == 50);
    for (int i = 0; i < 50; ++i) CHECK(events[std::size_t(i)].data == target + "#" + std::to_string(i));
    if (++ended == 100) s.loop.stop();
  };
  for (int i = 0; i < 100; ++i) site.loop.spawn(one(site, client, i, done));
  site.loop.run();
  CHECK(done == 100);
  CHECK(client.in_use() == 0);
  CHECK(client.idle() == 32);
}

TEST_CASE("the request goes out with host, length and base path, and nothing injected") {
  ScriptedUpstream up({kOk, kOk});
  ClientOptions options = up.client_options();
  options.origin.base_path = "/v1";
  Client client(up.loop, options);
  auto body = [](Client& c) -> Task<void> {
    Request request = post("/chat?x=1", "abc");
    request.headers.add("Authorization", "Bearer k");
    request.headers.add("Host", "elsewhere");
    request.headers.add("Transfer-Encoding", "chunked");
    std::string got = co_await fetch(c, std::move(request));
    CHECK(got == "200 ok");
    for (std::string bad : {"a\r\nX: b"s, "a\nb"s, "a\0b"s}) {
      Request evil = get("/");
      evil.headers.add("x", bad);
      got = co_await fetch(c, std::move(evil));
      CHECK(got == "http.bad_request");
    }
    Request evil = get("/ HTTP/1.1\r\nX: y\r\n\r\nGET /");
    got = co_await fetch(c, std::move(evil));
    CHECK(got == "http.bad_request");
    Request named = get("/");
    named.headers.add("x y", "z");
    got = co_await fetch(c, std::move(named));
    CHECK(got == "http.bad_request");
  };
  up.run(body(client));
  REQUIRE(up.script.requests.size() == 1);
  CHECK(up.script.requests[0] == "POST /v1/chat?x=1 HTTP/1.1\r\nAuthorization: Bearer k\r\nHost: " +
                                     options.origin.host_header() + "\r\ncontent-length: 3\r\n\r\nabc");
}

TEST_CASE("answers that end early or break the rules are errors, never short successes") {
  struct Case {
    std::string answer;
    std::string expected;
  };
  std::string ok = "HTTP/1.1 200 OK\r\n";
  std::vector<Case> cases = {
      {ok + "Content-Length: 5\r\n\r\nabc<close>", "200 http.truncated"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc<close>", "200 http.truncated"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n<close>", "200 http.truncated"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n<close>", "200 http.truncated"},
      {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n<close>", "200 http.bad_response"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n<close>", "200 http.bad_response"},
      {ok + "\r\nuntil close<close>", "200 until close"},
      {ok + "Content-Le<close>", "net.closed"},
      {"<close>", "net.closed"},
      {"nonsense\r\n\r\n<close>", "http.bad_response"},
      {ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n<close>", "http.bad_response"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n<close>", "http.bad_response"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk + "<close>", "200 ok"},
      {"HTTP/1.1 204 No Content\r\n\r\n<close>", "204 "},
      {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy<close>", "503 busy"},
      {ok + "X: " + std::string(40'000, 'x') + "\r\n\r\n<close>", "http.bad_response"},
  };
  std::vector<std::string> answers;
  for (const Case& c : cases) answers.push_back(c.answer);
  std::string interim;
  for (int i = 0; i < 30; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  answers.push_back(interim + kOk + "<close>");
  ScriptedUpstream up(answers);
  Client client(up.loop, up.client_options());
  auto body = [](Client& c, const std::vector<Case>& all) -> Task<void> {
    for (const Case& one : all) {
      Request request = post("/", "question");
      std::string got = co_await fetch(c, std::move(request));
      CAPTURE(one.answer);
      CHECK(got == one.expected);
      CHECK(c.in_use() == 0);
    }
    Request request = get("/");
    std::string got = co_await fetch(c, std::move(request));
    CHECK(got == "http.bad_response");
  };
  up.run(body(client, cases));
}

TEST_CASE("a kept connection is used again; a stale one costs a retry, once, and only before any answer") {
  ScriptedUpstream up({kOk, kOk, "<close>", kOk, "<close>", "<close>", "HTTP/1.1 2<close>"});
  Client client(up.loop, up.client_options());
  auto body = [](ScriptedUpstream& u, Client& c) -> Task<void> {
    auto ask_once = [&c]() { return fetch(c, post("/", "q")); };
    Task<std::string> first = ask_once();
    std::string got = co_await first;
    CHECK(got == "200 ok");
    Task<std::string> second = ask_once();
    got = co_await second;
    CHECK(got == "200 ok");
    CHECK(u.script.connections == 1);
    // The kept connection takes the request and closes: sent again on a fresh one.
    Task<std::string> third = ask_once();
    got = co_await third;
    CHECK(got == "200 ok");
    CHECK(u.script.connections == 2);
    CHECK(u.script.requests.size() == 4);
    // The kept one closes, and so does the fresh one: no third try.
    Task<std::string> fourth = ask_once();
    got = co_await fourth;
    CHECK(got == "net.closed");
    CHECK(u.script.requests.size() == 6);
    // On a fresh connection there is no retry at all.
    Task<std::string> fifth = ask_once();
    got = co_await fifth;
    CHECK(got == "net.closed");
    CHECK(u.script.requests.size() == 7);
  };
  up.run(body(up, client));
}

TEST_CASE("no retry after a byte of the answer came on a kept connection") {
  ScriptedUpstream up({kOk, "HTTP/1.1 2<close>", kOk});
  Client client(up.loop, up.client_options());
  auto body = [](ScriptedUpstream& u, Client& c) -> Task<void> {
    Request request = post("/", "q");
    std::string got = co_await fetch(c, std::move(request));
    CHECK(got == "200 ok");
    Request again = post("/", "q");
    got = co_await fetch(c, std::move(again));
    CHECK(got == "net.closed");
    CHECK(u.script.requests.size() == 2);
  };
  up.run(body(up, client));
}

TEST_CASE("connections that can't be trusted with another request are not kept") {
  ScriptedUpstream up({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", kOk + "extra bytes",
                       "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", kOk + kOk, kOk});
  Client client(up.loop, up.client_options());
  auto body = [](ScriptedUpstream& u, Client& c) -> Task<void> {
    for (int i = 1; i <= 5; ++i) {
      Request request = get("/");
      std::string got = co_await fetch(c, std::move(request));
      CHECK(got == "200 ok");
      CHECK(u.script.connections == i);
    }
    CHECK(c.idle() == 1);
  };
  up.run(body(up, client));
}

TEST_CASE("idle connections are closed after their time without any request") {
  ScriptedUpstream up({kOk});
  ClientOptions options = up.client_options();
  options.idle_time = 10ms;
  Client client(up.loop, options);
  auto body = [](ScriptedUpstream& u, Client& c) -> Task<void> {
    Request request = get("/");
    co_await fetch(c, std::move(request));
    CHECK(c.idle() == 1);
    while (c.idle() > 0) co_await u.loop.sleep(1ms);
  };
  up.run(body(up, client));
}

TEST_CASE("more requests than connections are refused") {
  Site site;
  ClientOptions options = site.client_options();
  options.connections = 2;
  Client client(site.loop, options);
  auto body = [](Client& c) -> Task<void> {
    Request a = post("/", "x"), b = post("/", "y"), d = post("/", "z"), e = post("/", "w");
    auto one = co_await c.send(std::move(a));
    REQUIRE(one);
    auto whole = co_await one->read_all(100, 1s);
    CHECK(whole);
    CHECK(c.in_use() == 0);
  };
  auto held = [](const Request&, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    auto written = co_await out.write("x");
    CHECK(written);
    auto finished = co_await out.finish();
    CHECK(finished);
  };
  site.run(body(client));
  Site streaming(held);
  options.origin.port = streaming.server->port();
  Client few(streaming.loop, options);
  auto crowd = [](Client& c) -> Task<void> {
    Request a = get("/"), b = get("/"), d = get("/"), e = get("/");
    auto one = co_await c.send(std::move(a));
    auto two = co_await c.send(std::move(b));
    REQUIRE(one);
    REQUIRE(two);
    CHECK(c.in_use() == 2);
    auto three = co_await c.send(std::move(d));
    REQUIRE_FALSE(three);
    CHECK(three.error().code == "http.pool_exhausted");
    {
      auto gone = std::move(*one);
    }
    CHECK(c.in_use() == 1);
    auto four = co_await c.send(std::move(e));
    CHECK(four);
  };
  streaming.run(crowd(few));
}

TEST_CASE("destroying or cancelling an answer closes the upstream connection at once") {
  net::Loop* loop = nullptr;
  std::optional<net::Signal> gone;
  auto handler = [&](const Request&, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    auto written = co_await out.write("first");
    CHECK(written);
    co_await until_client_left(*loop, out, *gone);
  };
  Site site(handler);
  loop = &site.loop;
  gone.emplace(site.loop);
  Client client(site.loop, site.client_options());
  auto reader = [](ClientResponse& response, std::string& code, net::Signal done) -> Task<void> {
    auto piece = co_await response.read(20s);
    code = piece ? "a piece" : piece.error().code;
    done.set();
  };
  auto body = [&reader, &gone](Site& s, Client& c) -> Task<void> {
    {
      Request request = get("/");
      auto response = co_await c.send(std::move(request));
      REQUIRE(response);
      auto piece = co_await response->read(20s);
      REQUIRE(piece);
      CHECK(*piece == "first");
    }
    co_await gone->wait();
    CHECK(c.in_use() == 0);
    CHECK(c.idle() == 0);
    gone->reset();

    Request request = get("/");
    auto response = co_await c.send(std::move(request));
    REQUIRE(response);
    auto piece = co_await response->read(20s);
    REQUIRE(piece);
    std::string code;
    net::Signal done(s.loop);
    s.loop.spawn(reader(*response, code, done));
    co_await s.loop.sleep(Duration::zero());
    response->cancel();
    co_await done.wait();
    CHECK(code == "net.cancelled");
    co_await gone->wait();
    CHECK(c.in_use() == 0);
  };
  site.run(body(site, client));
}

TEST_CASE("a send that waits for its head can be cancelled, and the upstream notices") {
  net::Loop* loop = nullptr;
  std::optional<net::Signal> gone, began;
  auto handler = [&](const Request&, Responder& out, const Connection&) -> Task<void> {
    began->set();
    co_await until_client_left(*loop, out, *gone);
  };
  Site site(handler);
  loop = &site.loop;
  gone.emplace(site.loop);
  began.emplace(site.loop);
  Client client(site.loop, site.client_options());
  auto sender = [](Client& c, Cancellation cancellation, std::string& code, net::Signal done) -> Task<void> {
    Request request = get("/");
    auto response = co_await c.send(std::move(request), cancellation);
    code = response ? "an answer" : response.error().code;
    done.set();
  };
  auto body = [&](Site& s, Client& c) -> Task<void> {
    Cancellation cancellation;
    std::string code;
    net::Signal done(s.loop);
    s.loop.spawn(sender(c, cancellation, code, done));
    co_await began->wait();
    cancellation.cancel();
    co_await done.wait();
    CHECK(code == "net.cancelled");
    co_await gone->wait();
    CHECK(c.in_use() == 0);
    done.reset();
    s.loop.spawn(sender(c, cancellation, code, done));  // sticky
    co_await done.wait();
    CHECK(code == "net.cancelled");
    done.reset();
    Cancellation early;
    s.loop.spawn(sender(c, early, code, done));
    early.cancel();  // before it starts
    co_await done.wait();
    CHECK(code == "net.cancelled");
  };
  site.run(body(site, client));
}

TEST_CASE("stalls and answers beyond the limit are errors, and the connection goes") {
  net::Loop* loop = nullptr;
  std::optional<net::Signal> gone;
  auto handler = [&](const Request& request, Responder& out, const Connection&) -> Task<void> {
    if (request.target != "/no-head") {
      auto begun = co_await out.begin(200, Headers());
      CHECK(begun);
      auto written = co_await out.write(std::string(5000, 'x'));
      CHECK(written);
    }
    co_await until_client_left(*loop, out, *gone);
  };
  Site site(handler);
  loop = &site.loop;
  gone.emplace(site.loop);
  ClientOptions options = site.client_options();
  options.head_timeout = 100ms;
  Client client(site.loop, options);
  auto body = [&gone](Client& c) -> Task<void> {
    Request silent = get("/no-head"), stalls = get("/"), large = get("/");
    auto none = co_await c.send(std::move(silent));
    REQUIRE_FALSE(none);
    CHECK(none.error().code == "net.timeout");
    co_await gone->wait();
    gone->reset();

    auto response = co_await c.send(std::move(stalls));
    REQUIRE(response);
    auto whole = co_await response->read_all(100'000, 10ms);
    REQUIRE_FALSE(whole);
    CHECK(whole.error().code == "net.timeout");
    co_await gone->wait();
    gone->reset();

    auto other = co_await c.send(std::move(large));
    REQUIRE(other);
    whole = co_await other->read_all(4999, 20s);
    REQUIRE_FALSE(whole);
    CHECK(whole.error().code == "http.response_too_large");
    co_await gone->wait();
    CHECK(c.in_use() == 0);
  };
  site.run(body(client));
}

TEST_CASE("an upstream that refuses a large body early is heard") {
  ServerLimits limits;
  limits.body_bytes = 1000;
  Site site(echo, limits);
  Client client(site.loop, site.client_options());
  auto body = [](Client& c) -> Task<void> {
    Request request = post("/", std::string(8 << 20, 'x'));
    std::string got = co_await fetch(c, std::move(request));
    CHECK(got == "413 http.body_too_large");
  };
  site.run(body(client));
}

TEST_CASE("https: requests over verified TLS, kept connections, and a wrong host refused before any byte") {
  net::fixture::Authority authority;
  std::atomic<int> requests = 0, connections = 0;
  net::fixture::TlsServer server(authority.issue("DNS:localhost"), [&](SSL* ssl) {
    ++connections;
    std::string in;
    char buffer[4096];
    for (int n; (n = SSL_read(ssl, buffer, sizeof buffer)) > 0;) {
      in.append(buffer, std::size_t(n));
      if (!in.ends_with("question")) continue;
      in.clear();
      ++requests;
      std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nanswer\r\n0\r\n\r\n";
      // In two TLS records, so that the client's decoder sees a split.
      SSL_write(ssl, answer.data(), 50);
      SSL_write(ssl, answer.data() + 50, int(answer.size()) - 50);
    }
  });
  net::Loop loop;
  ClientOptions options;
  auto origin = Origin::parse("https://localhost:" + std::to_string(server.port()));
  REQUIRE(origin);
  options.origin = *origin;
  options.ca_file = authority.ca_file();
  std::optional<Client> client;
  client.emplace(loop, options);
  options.origin.host = "127.0.0.1";
  Client wrong(loop, options);
  auto body = [](net::Loop& l, std::optional<Client>& c, Client& w) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      Request request = post("/", "question");
      std::string got = co_await fetch(*c, std::move(request));
      CHECK(got == "200 answer");
    }
    c.reset();  // the server serves one connection at a time
    Request request = post("/", "question");
    std::string got = co_await fetch(w, std::move(request));
    CHECK(got == "net.tls");
    l.stop();
  };
  loop.spawn(body(loop, client, wrong));
  loop.run();
  CHECK(requests == 3);
  CHECK(connections == 1);
}

TEST_CASE("a loop that goes while requests are under way leaves nothing behind") {
  std::optional<Client> client;
  auto handler = [](const Request&, Responder& out, const Connection&) -> Task<void> {
    auto begun = co_await out.begin(200, Headers());
    CHECK(begun);
    net::Task<Status> never = out.write("x");
    auto written = co_await never;
    CHECK(written);
    out.on_client_gone([] {});
    for (;;) {
      written = co_await out.write(std::string(1000, 'x'));
      if (!written) co_return;
    }
  };
  {
    Site site(handler);
    client.emplace(site.loop, site.client_options());
    int reading = 0;
    auto one = [](Site& s, Client& c, int& n) -> Task<void> {
      Request request = get("/");
      auto response = co_await c.send(std::move(request));
      REQUIRE(response);
      for (bool counted = false;;) {
        auto piece = co_await response->read(20s);
        if (!piece || piece->empty()) co_return;
        if (!counted && ++n == 10) s.loop.stop();
        counted = true;
      }
    };
    for (int i = 0; i < 10; ++i) site.loop.spawn(one(site, *client, reading));
    site.loop.run();
    CHECK(reading == 10);
    client.reset();
  }
}
