#include "gateway/pulse.h"

#include "http/fixture.h"

using namespace sluice;
using namespace sluice::http::fixture;
using net::Task;

namespace {

http::Headers stream_headers() {
  http::Headers headers;
  headers.add("content-type", "text/event-stream");
  return headers;
}

// A site whose handler thinks until `speak` is set, then says one event; a stream may be quiet for 30 ms.
struct QuietSite {
  std::optional<gateway::Pulse> pulse;
  std::optional<net::Signal> speak;
  bool begun_early = false;
  Site site;

  QuietSite()
      : site([this](const http::Request&, http::Responder& out, const http::Connection&) { return answer(out); }) {
    pulse.emplace(site.loop, 30ms);
    speak.emplace(site.loop);
  }

  Task<void> answer(http::Responder& out) {
    auto stream = pulse->watch(out, stream_headers);
    co_await speak->wait();
    auto begun = co_await stream->begin();
    auto said = co_await stream->write("data: word\n\n");
    CHECK((begun && said));
    begun_early = stream->begun_early();
    co_await pulse->end(stream);
    auto finished = co_await out.finish();
    CHECK(finished);
  }
};

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("pulse: a stream that is silent too long begins, and gets comments that no client takes for an event") {
  QuietSite quiet;
  auto body = [](QuietSite& q) -> Task<void> {
    net::Stream stream = co_await q.site.dial();
    co_await transmit(stream, kGet);
    std::string came = co_await receive(stream, "keep-alive");
    CHECK(came.starts_with("HTTP/1.1 200 OK\r\n"));
    came += co_await receive(stream, "keep-alive");  // and another
    q.speak->set();
    came += co_await receive(stream);
    CHECK(q.begun_early);
    CHECK(came.find(": keep-alive\n\n") == came.npos);
    CHECK(came.find("data: word\n\n") != came.npos);
    CHECK(came.ends_with("0\r\n\r\n"));
  };
  quiet.site.run(body(quiet));
}

TEST_CASE("pulse: a stream that speaks in time gets no comment") {
  QuietSite quiet;
  quiet.speak->set();
  auto body = [](QuietSite& q) -> Task<void> {
    std::string came = co_await ask(q.site, kGet);
    CHECK_FALSE(q.begun_early);
    CHECK(came.find("keep-alive\n") == came.npos);
    CHECK(came.find("data: word\n\n") != came.npos);
  };
  quiet.site.run(body(quiet));
}

namespace {

// A site that writes `count` pieces (without end if it is 0) and ends the stream; a stream may be quiet for 20 ms.
struct FullSite {
  std::optional<gateway::Pulse> pulse;
  int count = 0, written = 0;
  bool ended = false;
  Site site;

  FullSite()
      : site([this](const http::Request&, http::Responder& out, const http::Connection&) { return answer(out); }) {
    pulse.emplace(site.loop, 20ms);
  }
  Task<void> answer(http::Responder& out) {
    auto stream = pulse->watch(out, stream_headers);
    Status done = co_await stream->begin();
    const std::string piece(1000, 'x');
    for (int i = 0; done && (count == 0 || i < count); ++i) {
      done = co_await stream->write(piece);
      if (done) ++written;
    }
    if (done) done = co_await stream->finish();
    co_await pulse->end(stream);
    ended = done.has_value();
  }
};

}  // namespace

TEST_CASE("pulse: a client that reads nothing until long after the end gets the end, and nothing after it") {
  FullSite full;
  auto body = [](FullSite& f) -> Task<void> {
    {
      net::Stream stream = co_await f.site.dial();
      co_await transmit(stream, kGet);
      co_await f.site.loop.sleep(200ms);
    }
    int fits = f.written;  // so many until the connection took no more
    REQUIRE(fits > 0);
    co_await f.site.loop.sleep(50ms);
    for (int more = -1; more <= 1; ++more) {
      f.count = fits + more;
      f.ended = false;
      net::Stream stream = co_await f.site.dial();
      co_await transmit(stream, kGet);
      co_await f.site.loop.sleep(200ms);
      std::string came = co_await receive(stream);
      CHECK(came.ends_with("0\r\n\r\n"));
      CHECK(came.find("<net.") == came.npos);
      co_await f.site.loop.sleep(20ms);
      CHECK(f.ended);
    }
  };
  full.site.run(body(full));
}
