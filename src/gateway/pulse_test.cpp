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
    auto finished = co_await stream->finish();
    CHECK(finished);
    co_await pulse->end(stream);
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
