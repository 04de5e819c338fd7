#include "app/ask.h"

#include <cstdlib>

#include "app/commands.h"
#include "http/client.h"
#include "json/doc.h"
#include "net/loop.h"

namespace sluice::app {
namespace {

constexpr std::size_t kAnswerBytes = 64u << 20;
constexpr Duration kPatience = std::chrono::seconds(60);

struct Answer {
  int status = 0;
  std::string body;
};

// One call, with a loop of its own.
Result<Answer> call(const http::ClientOptions& options, http::Request request) {
  net::Loop loop;
  http::Client client(loop, options);
  Result<Answer> answer = fail("gateway.answer", "the call was cut short");
  struct Call {
    static net::Task<void> go(http::Client& client, http::Request request, Result<Answer>& answer,
                              net::Loop& loop) {
      auto response = co_await client.send(std::move(request));
      if (!response) {
        answer = fail(response.error());
      } else {
        auto body = co_await response->read_all(kAnswerBytes, kPatience);
        if (body)
          answer = Answer{response->status(), std::move(*body)};
        else
          answer = fail(body.error());
      }
      loop.stop();
    }
  };
  loop.spawn(Call::go(client, std::move(request), answer, loop));
  loop.run();
  return answer;
}

Result<std::string> gateway_url(const Gate& gate) {
  if (!gate.url.empty()) return gate.url;
  if (const char* url = std::getenv("SLUICE_URL"); url && *url) return std::string(url);
  SLUICE_TRY(auto settings, load_settings(gate.config));
  bool anywhere = settings.listen.host == "0.0.0.0" || settings.listen.host == "::";
  std::string host = anywhere ? "127.0.0.1" : settings.listen.host;
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return (settings.listen.tls ? "https://" : "http://") + host + ":" + std::to_string(settings.listen.port);
}

// The gateway's own error, in its words.
Error told(const Answer& answer) {
  auto doc = json::Doc::parse(answer.body);
  json::Value error = doc ? (*doc)->root()["error"] : json::Value();
  auto code = error["code"].string();
  if (!code)
    return {"gateway.answer", "the answer (status " + std::to_string(answer.status) + ") is not Sluice's", "",
            "--url or SLUICE_URL must name a running Sluice"};
  return {*code, error["message"].string().value_or(""), "", ""};
}

}  // namespace

Result<std::string> ask(const Gate& gate, std::string method, std::string target, std::string body) {
  const char* key = std::getenv("SLUICE_KEY");
  const bool named = key && *key;
  if (!named && !gate.keyless)
    return fail("auth.missing", "the variable SLUICE_KEY is not set", "",
                "export your own key of this Sluice: who decides is who holds the key");
  SLUICE_TRY(std::string url, gateway_url(gate));
  http::ClientOptions client;
  SLUICE_TRY(client.origin, http::Origin::parse(url));
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  if (named) request.headers.add("Authorization", std::string("Bearer ") + key);
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  SLUICE_TRY(Answer answer, call(client, std::move(request)));
  if (answer.status != 200) return fail(told(answer));
  return std::move(answer.body);
}

}  // namespace sluice::app
