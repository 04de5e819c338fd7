// For tests only: a loop with a Server on it, and a peer that speaks raw bytes.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "http/client.h"
#include "http/server.h"
#include "net/stream.h"

namespace sluice::http::fixture {

using namespace std::chrono_literals;

inline Response text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("content-type", "text/plain");
  response.body = std::move(body);
  return response;
}

inline Response error_text(const Error& error, int status, const ErrorContext& about) {
  Response response = text(status, error.code);
  response.headers.add("x-path", std::string(about.path));
  response.headers.add("x-request-id", std::string(about.request_id));
  return response;
}

// Answers with "METHOD TARGET BODY".
inline net::Task<void> echo(const Request& request, Responder& responder, const Connection&) {
  Response response = text(200, request.method + " " + request.target + " " + request.body);
  auto sent = co_await responder.send(std::move(response));
  if (!sent) MESSAGE("the answer did not arrive: " << sent.error().to_string());
}

// Waits in a handler until its client is seen to have left, and tells the test.
inline net::Task<void> until_client_left(net::Loop& loop, Responder& out, net::Signal tell) {
  net::Signal left(loop);
  out.on_client_gone([left, tell] {
    left.set();
    tell.set();
  });
  co_await left.wait();
}

struct Site {
  net::Loop loop;
  std::optional<Server> server;

  explicit Site(Handler handler = echo, ServerLimits limits = ServerLimits()) {
    auto listener = net::Listener::listen(loop, "127.0.0.1", 0, false);
    REQUIRE(listener);
    server.emplace(loop, std::move(*listener), limits, std::move(handler), error_text);
    server->start();
  }
  net::Task<net::Stream> dial() {
    net::ConnectOptions options;
    options.host = "127.0.0.1";
    options.port = server->port();
    auto stream = co_await net::connect(loop, options);
    REQUIRE(stream);
    stream->set_deadline(20s);  // a test that went wrong must end
    co_return std::move(*stream);
  }
  ClientOptions client_options() const {
    ClientOptions options;
    options.origin.host = "127.0.0.1";
    options.origin.port = server->port();
    return options;
  }
  // Runs `task` to its end.
  void run(net::Task<void> task) {
    loop.spawn(run_task(loop, std::move(task)));
    loop.run();
  }

 private:
  static net::Task<void> run_task(net::Loop& loop, net::Task<void> task) {
    co_await task;
    loop.stop();
  }
};

// Until the peer closes, or `enough` is among it.
inline net::Task<std::string> receive(net::Stream& stream, std::string enough = std::string()) {
  std::string all;
  char buffer[4096];
  while (enough.empty() || all.find(enough) == all.npos) {
    auto got = co_await stream.read_some(buffer);
    if (!got) {
      if (got.error().code != "net.closed") all += "<" + got.error().code + ">";
      break;
    }
    all.append(buffer, *got);
  }
  co_return all;
}

inline net::Task<void> transmit(net::Stream& stream, std::string bytes) {
  auto sent = co_await stream.write_all(bytes);
  CHECK(sent);
}

// One connection: sends `bytes`, returns all that comes until the server closes.
inline net::Task<std::string> ask(Site& site, std::string bytes) {
  net::Stream stream = co_await site.dial();
  co_await transmit(stream, std::move(bytes));
  co_return co_await receive(stream);
}

// An upstream that says what the test wants: for each accepted connection, each request's head (and a body of
// its Content-Length) is read, then the next of `answers` is sent; the connection closes after one that is
// followed by "<close>", and without an answer at "<close>" alone.
struct Script {
  std::vector<std::string> answers;
  std::vector<std::string> requests;  // what came
  int connections = 0;
};

inline net::Task<void> play_connection(net::Stream stream, Script& script) {
  std::string in;
  char buffer[4096];
  for (;;) {
    std::size_t consumed = 0;
    for (;;) {
      auto head = parse_request_head(in, HeaderLimits(), consumed);
      REQUIRE(head);
      if (*head && in.size() - consumed >= (*head)->framing.length) {
        consumed += std::size_t((*head)->framing.length);
        break;
      }
      auto got = co_await stream.read_some(buffer);
      if (!got) co_return;
      in.append(buffer, *got);
    }
    script.requests.push_back(in.substr(0, consumed));
    in.erase(0, consumed);
    if (script.answers.empty()) co_return;
    std::string answer = script.answers.front();
    script.answers.erase(script.answers.begin());
    bool close = answer.ends_with("<close>");
    if (close) answer.resize(answer.size() - 7);
    auto sent = co_await stream.write_all(answer);
    if (!sent || close) co_return;
  }
}

inline net::Task<void> play(net::Loop& loop, net::Listener& listener, Script& script) {
  for (;;) {
    auto stream = co_await listener.accept();
    if (!stream) co_return;
    ++script.connections;
    loop.spawn(play_connection(std::move(*stream), script));
  }
}

struct ScriptedUpstream {
  net::Loop loop;
  Script script;
  std::optional<net::Listener> listener;

  explicit ScriptedUpstream(std::vector<std::string> answers) {
    script.answers = std::move(answers);
    auto made = net::Listener::listen(loop, "127.0.0.1", 0, false);
    REQUIRE(made);
    listener.emplace(std::move(*made));
    loop.spawn(play(loop, *listener, script));
  }
  ClientOptions client_options() const {
    ClientOptions options;
    options.origin.host = "127.0.0.1";
    options.origin.port = listener->port();
    return options;
  }
  void run(net::Task<void> task) {
    loop.spawn(run_task(loop, std::move(task)));
    loop.run();
  }

 private:
  static net::Task<void> run_task(net::Loop& loop, net::Task<void> task) {
    co_await task;
    loop.stop();
  }
};

inline Request get(std::string target) {
  Request request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}
inline Request post(std::string target, std::string body) {
  Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

// Status and whole body, or the error's code.
inline net::Task<std::string> fetch(Client& client, Request request) {
  auto response = co_await client.send(std::move(request));
  if (!response) co_return response.error().code;
  auto body = co_await response->read_all(64 << 20, 20s);
  if (!body) co_return std::to_string(response->status()) + " " + body.error().code;
  co_return std::to_string(response->status()) + " " + *body;
}

inline bool ends_with_body(const std::string& answer, const std::string& body) {
  return answer.ends_with("\r\n\r\n" + body);
}

inline int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++n;
  return n;
}

}  // namespace sluice::http::fixture
