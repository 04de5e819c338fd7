#include "gateway/voice.h"

#include "backend/remote.h"
#include "http/fixture.h"
#include "wire/openai_chat.h"

using namespace sluice;
using namespace sluice::http::fixture;
using gateway::Voice;
using net::Task;

namespace {

// An upstream that speaks by a script, and one voice that asks it.
struct Stage {
  ScriptedUpstream upstream;
  gateway::Shared shared;
  gateway::Meters meters;
  chat::Request request;
  std::unique_ptr<backend::Backend> remote;
  std::unique_ptr<Voice> voice;

  explicit Stage(std::string answer) : upstream({std::move(answer)}) {
    config::Deployment d;
    d.name = "d";
    d.kind = config::Kind::OpenAi;
    d.dialect = "generic";
    d.model = "m";
    d.address = "http://127.0.0.1:" + std::to_string(upstream.listener->port());
    d.stall_timeout = 5s;
    shared.settings.deployments.push_back(d);
    auto decoded =
        wire::decode_openai_chat(R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true})");
    REQUIRE(decoded);
    request = std::move(*decoded);
    auto made = backend::make_remote(upstream.loop, *shared.settings.deployment("d"));
    REQUIRE(made);
    remote = std::move(*made);
    voice = std::make_unique<Voice>(upstream.loop, shared, meters, std::vector<backend::Backend*>{remote.get()},
                                    gateway::Asked{&request, nullptr}, backend::CallContext());
  }
};

Task<void> cancel_later(net::Loop& loop, Voice& voice) {
  co_await loop.sleep(100ms);
  voice.cancel();
}

std::string chunked(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

}  // namespace

TEST_CASE("voice: a client that leaves while a deployment is slow to say why it refuses ends the call") {
  Stage stage("HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n{");
  auto body = [](Stage& s) -> Task<void> {
    s.upstream.loop.spawn(cancel_later(s.upstream.loop, *s.voice));
    auto began = std::chrono::steady_clock::now();
    Status status = co_await s.voice->attempt();
    CHECK(std::chrono::steady_clock::now() - began < 2s);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == "request.cancelled");
  };
  stage.upstream.run(body(stage));
}

TEST_CASE("voice: a refusal is told with its time to wait") {
  Stage stage(
      "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 30\r\n\r\n{\"error\":{\"message\":\"later\"}}  ");
  auto body = [](Stage& s) -> Task<void> {
    Status status = co_await s.voice->attempt();
    REQUIRE_FALSE(status);
    CHECK(status.error().code.starts_with("upstream."));
    CHECK(status.error().retry_after_s == 7);
    CHECK(s.voice->answer() == nullptr);
    REQUIRE(s.voice->attempts().size() == 1);
    CHECK(s.voice->attempts()[0].outcome == status.error().code);
  };
  stage.upstream.run(body(stage));
}

TEST_CASE("voice: a deployment that sends without end and says nothing is not kept in memory without end") {
  std::string event =
      "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":"
      "{\"role\":\"assistant\"},\"finish_reason\":null}]}\n\n";
  std::string all;
  for (int i = 0; i < 1000; ++i) all += event;
  Stage stage("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
              chunked(all));  // and no end
  auto body = [](Stage& s) -> Task<void> {
    auto began = std::chrono::steady_clock::now();
    Status status = co_await s.voice->attempt();
    CHECK(status);
    CHECK(std::chrono::steady_clock::now() - began < 3s);
    int given = 0;
    while (given < 1000) {
      chat::Chunk chunk = co_await s.voice->next();
      if (gateway::failure_in(chunk)) break;
      ++given;
    }
    CHECK(given == 1000);  // in order, none lost where the holding back ended
  };
  stage.upstream.run(body(stage));
}

TEST_CASE("voice: what a client's tracer wrote reaches only machines that we run") {
  for (auto zone : {config::Zone::Private, config::Zone::Managed, config::Zone::Hosted}) {
    Stage stage("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
    stage.shared.settings.deployments[0].zone = zone;
    backend::CallContext context;
    context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    context.tracestate = "note=words of the client";
    stage.voice = std::make_unique<Voice>(stage.upstream.loop, stage.shared, stage.meters,
                                          std::vector<backend::Backend*>{stage.remote.get()},
                                          gateway::Asked{&stage.request, nullptr}, context);
    auto body = [](Stage& s) -> Task<void> {
      Status status = co_await s.voice->attempt();
      CHECK_FALSE(status);
    };
    stage.upstream.run(body(stage));
    REQUIRE(stage.upstream.script.requests.size() == 1);
    const std::string& sent = stage.upstream.script.requests[0];
    CHECK(sent.find("traceparent: 00-0af7651916cd43dd8448eb211c80319c") != sent.npos);
    CHECK((sent.find("words of the client") != sent.npos) == (zone == config::Zone::Private));
  }
}
