#include <doctest/doctest.h>

#include <mutex>

#include "net/stream.h"
#include "net/tls_fixture.h"

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

namespace {

Result<std::string> ask(std::uint16_t port, const std::string& host, const std::string& ca_file,
                        const std::string& question) {
  Loop loop;
  Result<std::string> out = fail("test.none", "nothing came");
  auto body = [](Loop& l, ConnectOptions options, std::string text, Result<std::string>& answer) -> Task<void> {
    auto stream = co_await connect(l, options);
    if (stream) {
      std::string_view second = std::string_view(text).substr(text.size() / 2);
      auto written = co_await stream->write_all2(std::string_view(text).substr(0, text.size() / 2), second);
      answer = std::string();
      char buffer[1000];
      while (written && answer && answer->size() < text.size()) {
        auto got = co_await stream->read_some(buffer);
        if (!got)
          answer = fail(got.error());
        else
          answer->append(buffer, *got);
      }
    } else {
      answer = fail(stream.error());
    }
    l.stop();
  };
  ConnectOptions options;
  options.host = host;
  options.port = port;
  options.tls = true;
  options.ca_file = ca_file;
  loop.spawn(body(loop, options, question, out));
  loop.run();
  return out;
}

void echo(SSL* ssl) {
  char buffer[4096];
  for (int n; (n = SSL_read(ssl, buffer, sizeof buffer)) > 0;)
    if (SSL_write(ssl, buffer, n) != n) return;
}

}  // namespace

TEST_CASE("TLS verifies the authority and the host name, and carries bytes both ways") {
  fixture::Authority authority, stranger;
  fixture::TlsServer named(authority.issue("DNS:localhost"), echo);
  std::string text(100'000, 't');
  auto good = ask(named.port(), "localhost", authority.ca_file(), text);
  REQUIRE_MESSAGE(good, (good ? "" : good.error().to_string()));
  CHECK((*good == text));

  auto wrong_host = ask(named.port(), "127.0.0.1", authority.ca_file(), "x");
  REQUIRE_FALSE(wrong_host);
  CHECK(wrong_host.error().code == "net.tls");
  CHECK(wrong_host.error().message.find("mismatch") != std::string::npos);

  auto wrong_authority = ask(named.port(), "localhost", stranger.ca_file(), "x");
  REQUIRE_FALSE(wrong_authority);
  CHECK(wrong_authority.error().code == "net.tls");
}

TEST_CASE("TLS to an address checks the certificate's addresses") {
  fixture::Authority authority;
  fixture::TlsServer by_address(authority.issue("IP:127.0.0.1"), echo);
  CHECK(ask(by_address.port(), "127.0.0.1", authority.ca_file(), "hello") == std::string("hello"));
  fixture::TlsServer other(authority.issue("IP:127.0.0.2"), echo);
  CHECK_FALSE(ask(other.port(), "127.0.0.1", authority.ca_file(), "x"));
}

TEST_CASE("TLS older than 1.2 is refused, 1.2 is spoken") {
  fixture::Authority authority;
  fixture::TlsServer old(authority.issue("DNS:localhost"), echo, TLS1_1_VERSION);
  auto refused = ask(old.port(), "localhost", authority.ca_file(), "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "net.tls");
  fixture::TlsServer fine(authority.issue("DNS:localhost"), echo, TLS1_2_VERSION);
  CHECK(ask(fine.port(), "localhost", authority.ca_file(), "hello") == std::string("hello"));
}

TEST_CASE("the server sees the name, http/1.1, and a resumed session on the second connection") {
  fixture::Authority authority;
  std::mutex lock;  // guards the three below; the server's thread writes them
  std::vector<std::string> names, protocols;
  std::vector<bool> resumed;
  fixture::TlsServer server(authority.issue("DNS:localhost"), [&](SSL* ssl) {
    {
      std::lock_guard guard(lock);
      const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
      names.emplace_back(name ? name : "");
      const unsigned char* protocol = nullptr;
      unsigned size = 0;
      SSL_get0_alpn_selected(ssl, &protocol, &size);
      protocols.emplace_back(reinterpret_cast<const char*>(protocol), size);
      resumed.push_back(SSL_session_reused(ssl) == 1);
    }
    echo(ssl);
  });
  for (int i = 0; i < 2; ++i)
    REQUIRE(ask(server.port(), "localhost", authority.ca_file(), "hello") == std::string("hello"));
  std::lock_guard guard(lock);
  CHECK(names == std::vector<std::string>{"localhost", "localhost"});
  CHECK(protocols == std::vector<std::string>{"http/1.1", "http/1.1"});
  CHECK(resumed == std::vector<bool>{false, true});
}

TEST_CASE("TLS against a port that speaks something else is net.tls, and a CA file that is not there too") {
  Loop loop;
  auto listener = Listener::listen(loop, "127.0.0.1", 0, false);
  REQUIRE(listener);
  auto server = [](Listener& l) -> Task<void> {
    auto stream = co_await l.accept();
    REQUIRE(stream);
    char buffer[600];
    auto got = co_await stream->read_some(buffer);
    CHECK(got);
    auto written = co_await stream->write_all("HTTP/1.1 400 Bad Request\r\n\r\n");
    CHECK(written);
  };
  auto body = [](Loop& l, std::uint16_t port) -> Task<void> {
    ConnectOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    options.tls = true;
    auto stream = co_await connect(l, options);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == "net.tls");
    options.ca_file = "/nonexistent/ca.pem";
    stream = co_await connect(l, options);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == "net.tls");
    l.stop();
  };
  loop.spawn(server(*listener));
  loop.spawn(body(loop, listener->port()));
  loop.run();
}

TEST_CASE("a TLS connection that is cut without close_notify is not a proper end") {
  fixture::Authority authority;
  fixture::TlsServer rude(authority.issue("DNS:localhost"), [](SSL* ssl) {
    char buffer[10];
    SSL_read(ssl, buffer, sizeof buffer);
    SSL_write(ssl, "h", 1);
  });
  auto answer = ask(rude.port(), "localhost", authority.ca_file(), "hello");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "net.reset");
}
