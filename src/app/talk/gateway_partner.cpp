#include <thread>

#include "app/talk/partner.h"
#include "config/address.h"
#include "http/client.h"
#include "http/sse.h"
#include "json/doc.h"
#include "net/loop.h"
#include "wire/protocol.h"

namespace sluice::app {
namespace {

constexpr std::size_t kAnswerBytes = 64u << 20;
constexpr Duration kPatience = std::chrono::seconds(60);  // for a page
constexpr Duration kStall = std::chrono::seconds(600);    // in an answer: a model may have to be loaded first

// The gateway's own error, in its words.
Error told(int status, const std::string& body) {
  auto doc = json::Doc::parse(body);
  const json::Value error = doc ? (*doc)->root()["error"] : json::Value();
  const auto code = error["code"].string();
  if (code) return {*code, error["message"].string().value_or(""), "", ""};
  return {"gateway.answer", "the answer (status " + std::to_string(status) + ") is not Sluice's", "",
          "--url must name a running Sluice"};
}

chat::Chunk failed(Error error) {
  chat::Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

// Reads one streamed answer on a thread of its own; destroying it hangs up.
class Call : public Speaking {
 public:
  Call(const http::ClientOptions& options, http::Request request, Mailbox& mailbox)
      : mailbox_(mailbox), client_(loop_, options) {
    loop_.spawn(go(std::move(request)));
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~Call() override {
    loop_.stop();
    thread_.join();
  }

 private:
  net::Task<void> go(http::Request request) {
    auto response = co_await client_.send(std::move(request));
    if (!response) {
      mailbox_.put(failed(response.error()));
      co_return;
    }
    if (response->status() == 200) {
      co_await relay(*response);
      co_return;
    }
    auto body = co_await response->read_all(kAnswerBytes, kPatience);
    mailbox_.put(failed(body ? told(response->status(), *body) : body.error()));
  }

  net::Task<void> relay(http::ClientResponse& response) {
    auto reader = wire::make_reader(chat::Protocol::OpenAiChat);
    http::SseReader sse;
    std::vector<http::SseEvent> events;
    while (!reader->done()) {
      auto bytes = co_await response.read(kStall);
      if (!bytes) {
        mailbox_.put(failed(bytes.error()));
        co_return;
      }
      if (bytes->empty()) break;
      const Status fed = sse.feed(*bytes, events);
      if (!fed) {
        mailbox_.put(failed(fed.error()));
        co_return;
      }
      for (const http::SseEvent& event : events) {
        if (event.comment || reader->done()) continue;
        chat::Chunk chunk = reader->read_event(event.event, event.data);
        const bool last = chunk.last;
        mailbox_.put(std::move(chunk));
        if (last) co_return;
      }
      events.clear();
    }
    mailbox_.put(reader->end());
  }

  Mailbox& mailbox_;
  net::Loop loop_;
  http::Client client_;
  std::jthread thread_;
};

class GatewayPartner : public Partner {
 public:
  GatewayPartner(http::ClientOptions options, GatewayAddress address)
      : options_(std::move(options)), address_(std::move(address)) {}

  Result<std::unique_ptr<Speaking>> ask(const chat::Request& request, Mailbox& mailbox) override {
    http::Request out = page("POST", "/v1/chat/completions");
    out.headers.add("Content-Type", "application/json");
    out.body = std::string(request.body->text());
    return std::make_unique<Call>(options_, std::move(out), mailbox);
  }
  const std::string& model() const override { return address_.model; }
  std::string described() const override { return address_.model + " at " + address_.url; }

  // Which models there are decides which is asked.
  Status choose_model() {
    SLUICE_TRY(const std::string body, get("/v1/models"));
    auto doc = json::Doc::parse(body);
    std::vector<std::string> names;
    for (const json::Value model : doc ? (*doc)->root()["data"] : json::Value())
      names.push_back(model["id"].string().value_or(""));
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    if (address_.model.empty() && names.size() == 1) address_.model = names.front();
    if (!address_.model.empty()) return {};  // patterns are not listed: the gateway says itself what it has
    return fail("chat.model", "which model? There are: " + list, "", "--model NAME");
  }

 private:
  http::Request page(std::string method, std::string target) const {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!address_.key.empty()) request.headers.add("Authorization", "Bearer " + address_.key);
    return request;
  }

  Result<std::string> get(const std::string& target) {
    net::Loop loop;
    http::Client client(loop, options_);
    Result<std::string> answer = fail("gateway.answer", "the call was cut short");
    struct Get {
      static net::Task<void> go(http::Client& client, http::Request request, Result<std::string>& answer,
                                net::Loop& loop) {
        auto response = co_await client.send(std::move(request));
        if (response) {
          auto body = co_await response->read_all(kAnswerBytes, kPatience);
          answer = std::move(body);
          if (answer && response->status() != 200) answer = fail(told(response->status(), *answer));
        } else {
          answer = fail(response.error());
        }
        loop.stop();
      }
    };
    loop.spawn(Get::go(client, page("GET", target), answer, loop));
    loop.run();
    return answer;
  }

  const http::ClientOptions options_;
  GatewayAddress address_;
};

}  // namespace

Result<std::unique_ptr<Partner>> gateway_partner(const GatewayAddress& address) {
  GatewayAddress there = address;
  while (there.url.ends_with('/')) there.url.pop_back();
  if (there.url.ends_with("/v1")) there.url.resize(there.url.size() - 3);
  if (auto checked = config::parse_upstream(there.url); !checked)
    return fail("chat.address", checked.error().message, "--url", checked.error().hint);
  http::ClientOptions options;
  SLUICE_TRY(options.origin, http::Origin::parse(there.url));
  options.ca_file = there.ca_file;
  auto partner = std::make_unique<GatewayPartner>(std::move(options), std::move(there));
  SLUICE_TRY_VOID(partner->choose_model());
  return partner;
}

}  // namespace sluice::app
