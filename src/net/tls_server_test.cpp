#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/log.h"
#include "base/test_folder.h"
#include "net/certificate.h"
#include "net/stream.h"
#include "net/tls_fixture.h"

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

namespace {

struct Folder : TestFolder {
  std::string file(const char* name) const { return *this / name; }
  CertificateFiles pair() const { return {file("tls.pem"), file("tls.key")}; }
  // As a renewal does it: both are replaced.
  void put(const fixture::Identity& id) const {
    fixture::write_identity(id, file("new.pem"), file("new.key"));
    std::filesystem::rename(file("new.pem"), file("tls.pem"));
    std::filesystem::rename(file("new.key"), file("tls.key"));
  }
};

std::string serial(const fixture::Identity& id) {
  return std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(id.certificate.get())));
}

Task<void> echo_stream(Stream stream, std::vector<std::string>* refusals) {
  stream.set_deadline(20s);
  Status started = co_await stream.start();
  if (!started && refusals) refusals->push_back(started.error().code);
  char buffer[4096];
  while (started) {
    auto got = co_await stream.read_some(buffer);
    if (!got) break;
    std::string_view bytes(buffer, *got);
    if (bytes == "bye") {
      stream.close();
    } else if (bytes == "break") {
      stream.abort();
    } else {
      started = co_await stream.write_all(bytes);
    }
  }
}

// A secured listener that echoes on a loop of its own thread.
class Echo {
 public:
  explicit Echo(std::shared_ptr<Certificate> certificate) {
    auto made = Listener::listen(loop_, "127.0.0.1", 0, false);
    REQUIRE(made);
    listener_.emplace(std::move(*made));
    listener_->secure(std::move(certificate));
    loop_.spawn(serve(loop_, *listener_, &refusals));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Echo() {
    loop_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return listener_->port(); }
  std::vector<std::string> refusals;  // codes of failed handshakes; of the loop's thread

 private:
  static Task<void> serve(Loop& loop, Listener& listener, std::vector<std::string>* refusals) {
    for (;;) {
      auto stream = co_await listener.accept();
      if (!stream) co_return;
      loop.spawn(echo_stream(std::move(*stream), refusals));
    }
  }
  Loop loop_;
  std::optional<Listener> listener_;
  std::thread thread_;
};

Task<std::string> say(Stream& stream, std::string text) {
  Status sent = co_await stream.write_all(text);
  CHECK(sent);
  std::string all;
  char buffer[4096];
  while (all.size() < text.size()) {
    auto got = co_await stream.read_some(buffer);
    if (!got) co_return got.error().code;
    all.append(buffer, *got);
  }
  co_return all;
}

Task<Stream> dial(Loop& loop, std::uint16_t port, std::string ca_file) {
  ConnectOptions options;
  options.host = "localhost";
  options.port = port;
  options.tls = true;
  options.ca_file = std::move(ca_file);
  auto stream = co_await connect(loop, options);
  REQUIRE_MESSAGE(stream, (stream ? "" : stream.error().to_string()));
  stream->set_deadline(20s);
  co_return std::move(*stream);
}

void run(Loop& loop, Task<void> task) {
  auto all = [](Loop& l, Task<void> t) -> Task<void> {
    co_await t;
    l.stop();
  };
  loop.spawn(all(loop, std::move(task)));
  loop.run();
}

}  // namespace

TEST_CASE("a secured listener speaks TLS 1.2 and 1.3 with http/1.1, and nothing older") {
  fixture::Authority authority;
  Folder folder;
  fixture::Identity id = authority.issue("DNS:localhost");
  folder.put(id);
  auto certificate = Certificate::load(folder.pair(), system_clock());
  REQUIRE_MESSAGE(certificate, (certificate ? "" : certificate.error().to_string()));
  Echo echo(*certificate);
  fixture::Seen seen = fixture::look_at(echo.port());
  REQUIRE(seen.connected);
  CHECK(seen.version == "TLSv1.3");
  CHECK(seen.protocol == "http/1.1");
  CHECK(seen.serial == serial(id));
  seen = fixture::look_at(echo.port(), TLS1_2_VERSION);
  CHECK(seen.connected);
  CHECK(seen.version == "TLSv1.2");
  CHECK_FALSE(fixture::look_at(echo.port(), TLS1_1_VERSION).connected);
  CHECK_FALSE(fixture::look_at(echo.port(), 0, "\x02h2").connected);
  CHECK(fixture::look_at(echo.port(), 0, "\x02h2\x08http/1.1").protocol == "http/1.1");
  CHECK(fixture::look_at(echo.port(), 0, "").protocol == "");
}

TEST_CASE("bytes go both ways, and an end is told from a cut") {
  fixture::Authority authority;
  Folder folder;
  folder.put(authority.issue("DNS:localhost"));
  auto certificate = Certificate::load(folder.pair(), system_clock());
  REQUIRE(certificate);
  Echo echo(*certificate);
  Loop loop;
  auto body = [](Loop& l, std::uint16_t port, std::string ca) -> Task<void> {
    Stream stream = co_await dial(l, port, ca);
    std::string text(300'000, 't');
    std::string back = co_await say(stream, text);
    CHECK((back == text));
    back = co_await say(stream, "bye");
    CHECK(back == "net.closed");
    Stream other = co_await dial(l, port, ca);
    back = co_await say(other, "break");
    CHECK(back == "net.reset");
  };
  run(loop, body(loop, echo.port(), authority.ca_file()));
}

TEST_CASE("new files are used for new connections within ten seconds, and running ones go on") {
  fixture::Authority authority;
  Folder folder;
  ManualClock clock(*parse_utc("2026-11-25T12:00:00Z"));
  fixture::Identity first = authority.issue("DNS:localhost"), second = authority.issue("DNS:localhost");
  folder.put(first);
  auto loaded = Certificate::load(folder.pair(), clock);
  REQUIRE(loaded);
  Certificate& certificate = **loaded;
  Echo echo(*loaded);
  Loop loop;
  auto body = [&](Loop& l) -> Task<void> {
    Stream running = co_await dial(l, echo.port(), authority.ca_file());
    std::string back = co_await say(running, "before");
    CHECK(back == "before");
    folder.put(second);
    CHECK(fixture::look_at(echo.port()).serial == serial(first));  // not looked at yet
    clock.advance(Certificate::kLook);
    CHECK(fixture::look_at(echo.port()).serial == serial(second));
    back = co_await say(running, "after");
    CHECK(back == "after");

    // A renewal that is half done: the key of another certificate.
    fixture::Identity third = authority.issue("DNS:localhost");
    fixture::write_identity(third, folder.file("tls.pem"), folder.file("unused"));
    clock.advance(Certificate::kLook);
    CHECK(fixture::look_at(echo.port()).serial == serial(second));
    Status reloaded = certificate.reload();
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().code == "tls.key_mismatch");
    CHECK(fixture::look_at(echo.port()).serial == serial(second));
    folder.put(third);
    clock.advance(Certificate::kLook);
    CHECK(fixture::look_at(echo.port()).serial == serial(third));

    // SIGHUP does not wait for the clock.
    folder.put(first);
    CHECK(certificate.reload());
    CHECK(fixture::look_at(echo.port()).serial == serial(first));
    std::filesystem::remove(folder.file("tls.pem"));
    clock.advance(Certificate::kLook);
    CHECK(fixture::look_at(echo.port()).serial == serial(first));
    back = co_await say(running, "still");
    CHECK(back == "still");
  };
  log::set_level(log::Level::Off);
  run(loop, body(loop));
  log::set_level(log::Level::Info);
}

TEST_CASE("files that can't be used are refused with the file and the remedy") {
  fixture::Authority authority;
  Folder folder;
  fixture::Identity id = authority.issue("DNS:localhost"), other = authority.issue("DNS:localhost");
  folder.put(id);
  fixture::write_identity(other, folder.file("other.pem"), folder.file("other.key"));
  std::ofstream(folder.file("empty")) << "";
  std::ofstream(folder.file("text")) << "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
  std::unique_ptr<FILE, decltype(&fclose)> locked(fopen(folder.file("locked.key").c_str(), "w"), &fclose);
  unsigned char word[] = "secret";
  PEM_write_PrivateKey(locked.get(), id.key.get(), EVP_aes_256_cbc(), word, 6, nullptr, nullptr);
  locked.reset();
  struct Bad {
    const char *certificate, *key, *code, *where;
  };
  for (const Bad& bad :
       {Bad{"none.pem", "tls.key", "tls.unreadable", "none.pem"},
        Bad{"tls.pem", "none.key", "tls.unreadable", "none.key"},
        Bad{"empty", "tls.key", "tls.bad_certificate", "empty"},
        Bad{"text", "tls.key", "tls.bad_certificate", "text"},
        Bad{"tls.key", "tls.pem", "tls.bad_certificate", "tls.key"},
        Bad{"tls.pem", "empty", "tls.bad_key", "empty"}, Bad{"tls.pem", "tls.pem", "tls.bad_key", "tls.pem"},
        Bad{"tls.pem", "locked.key", "tls.bad_key", "locked.key"},
        Bad{"tls.pem", "other.key", "tls.key_mismatch", "other.key"}}) {
    CAPTURE(bad.certificate);
    CAPTURE(bad.key);
    auto loaded = Certificate::load({folder.file(bad.certificate), folder.file(bad.key)}, system_clock());
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == bad.code);
    CHECK(loaded.error().where == folder.file(bad.where));
    CHECK_FALSE(loaded.error().hint.empty());
  }
}

TEST_CASE("a certificate outside its time is used, and the log says so") {
  fixture::Authority authority;
  Folder folder;
  folder.put(authority.issue("DNS:localhost"));  // valid from an hour ago for two hours
  auto log_at = [&](Duration from_now) {
    ManualClock clock(system_clock().utc());
    clock.advance(from_now);
    std::fflush(stderr);
    int kept = ::dup(2);
    std::unique_ptr<FILE, decltype(&fclose)> file(fopen(folder.file("log").c_str(), "w"), &fclose);
    ::dup2(fileno(file.get()), 2);
    auto loaded = Certificate::load(folder.pair(), clock);
    std::fflush(stderr);
    ::dup2(kept, 2);
    ::close(kept);
    CHECK(loaded);
    std::ifstream in(folder.file("log"));
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  CHECK(log_at(std::chrono::minutes(0)) == "");
  CHECK(log_at(std::chrono::hours(2)).find("tls.expired") != std::string::npos);
  CHECK(log_at(-std::chrono::hours(2)).find("tls.not_yet_valid") != std::string::npos);
}

TEST_CASE("a session is resumed, and not after a new certificate") {
  fixture::Authority authority;
  Folder folder;
  folder.put(authority.issue("DNS:localhost"));
  auto certificate = Certificate::load(folder.pair(), system_clock());
  REQUIRE(certificate);
  Echo echo(*certificate);
  SSL_SESSION* session = nullptr;
  CHECK_FALSE(fixture::look_at(echo.port(), 0, "\x08http/1.1", &session).resumed);
  REQUIRE(session);
  CHECK(fixture::look_at(echo.port(), 0, "\x08http/1.1", &session).resumed);
  folder.put(authority.issue("DNS:localhost"));
  CHECK((*certificate)->reload());
  CHECK_FALSE(fixture::look_at(echo.port(), 0, "\x08http/1.1", &session).resumed);
  SSL_SESSION_free(session);
}

TEST_CASE("a client that speaks no TLS is found out, and can be told in plain bytes") {
  fixture::Authority authority;
  Folder folder;
  folder.put(authority.issue("DNS:localhost"));
  auto certificate = Certificate::load(folder.pair(), system_clock());
  REQUIRE(certificate);
  Loop loop;
  auto listener = Listener::listen(loop, "127.0.0.1", 0, false);
  REQUIRE(listener);
  listener->secure(*certificate);
  auto server = [](Listener& l) -> Task<void> {
    auto stream = co_await l.accept();
    REQUIRE(stream);
    Status started = co_await stream->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == "net.plain_text");
    Status told = co_await stream->write_all("use TLS");
    CHECK(told);
    stream->close();
  };
  auto client = [](Loop& l, std::uint16_t port) -> Task<void> {
    ConnectOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    auto stream = co_await connect(l, options);
    REQUIRE(stream);
    stream->set_deadline(20s);
    std::string question = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    Status sent = co_await stream->write_all(question);
    CHECK(sent);
    char buffer[100];
    auto got = co_await stream->read_some(buffer);
    REQUIRE(got);
    CHECK(std::string(buffer, *got) == "use TLS");
  };
  loop.spawn(server(*listener));
  run(loop, client(loop, listener->port()));
}
