#include "http/client.h"

#include "http/characters.h"
#include "http/pool.h"

namespace sluice::http {
namespace {

constexpr int kMaxInterim = 16;  // 1xx answers before the real one
// After a failed write the upstream may have said why ("413") before it closed; so long is waited for it.
constexpr Duration kLastWords = std::chrono::seconds(1);

bool connection_lost(const Error& error) { return error.code == "net.closed" || error.code == "net.reset"; }

Error cancelled_error() { return {"net.cancelled", "the request was cancelled", "", ""}; }

// The request as it goes out. Its values may come from configuration or from a client.
Status prepare(Request& request, const Origin& origin) {
  auto bad = [](std::string what) { return fail("http.bad_request", std::move(what)); };
  request.target.insert(0, origin.base_path);
  if (!valid_field_name(request.method)) return bad("the method contains a character that it must not");
  if (!request.target.starts_with('/') || !all(request.target, kTarget))
    return bad("the request target contains a character that it must not");
  for (const auto& [name, value] : request.headers.list()) {
    if (!valid_field_name(name)) return bad("a header name contains a character that it must not");
    if (!valid_field_value(value)) return bad("the header " + name + " contains a control character");
  }
  request.headers.set("host", origin.host_header());
  request.keep_alive = true;
  return {};
}

Framing framing_for(const Request& request) {
  Framing framing;
  const std::string& m = request.method;
  if (request.body.empty() && m != "POST" && m != "PUT" && m != "PATCH") return framing;
  framing.kind = Framing::Kind::Length;
  framing.length = request.body.size();
  return framing;
}

net::Task<Result<ResponseHead>> read_head(Link& link, const std::string& method, bool& answered) {
  HeaderLimits limits;
  for (int interim = 0; interim <= kMaxInterim;) {
    std::size_t consumed = 0;
    auto head = parse_response_head(link.unused(), limits, method, consumed);
    if (!head)
      co_return fail("http.bad_response", "the answer's head can't be read: " + head.error().message,
                     head.error().where);
    if (*head) {
      link.use(consumed);
      if ((*head)->status == 101) co_return fail("http.bad_response", "the upstream switched protocols unasked");
      if ((*head)->status >= 200) co_return std::move(**head);
      ++interim;
      continue;
    }
    auto got = co_await link.receive();
    if (!got) co_return fail(got.error());
    answered = true;
  }
  co_return fail("http.bad_response", "the upstream sends interim answers without end");
}

// What cancel() does while this lives. It goes with the frame, also when that is destroyed with its loop.
class Hook {
 public:
  Hook(Cancellation cancellation, std::function<void()> call) : cancellation_(std::move(cancellation)) {
    cancellation_.state().on_cancel = std::move(call);
  }
  ~Hook() { cancellation_.state().on_cancel = nullptr; }
  Hook(const Hook&) = delete;

 private:
  Cancellation cancellation_;
};

// A connection attempt that goes on by itself when the request is cancelled meanwhile.
struct Dial {
  explicit Dial(net::Loop& loop) : over(loop) {}
  Result<net::Stream> stream = fail("net.cancelled", "not connected");
  net::Signal over;  // connected, failed or cancelled
};

net::Task<void> dial_task(std::shared_ptr<Pool> pool, std::shared_ptr<Dial> dial) {
  const ClientOptions& o = pool->options;
  net::ConnectOptions options;
  options.host = o.origin.host;
  options.port = o.origin.port;
  options.tls = o.origin.tls;
  options.ca_file = o.ca_file;
  options.timeout = o.connect_timeout;
  dial->stream = co_await net::connect(pool->loop, options);
  dial->over.set();
}

net::Task<Result<std::unique_ptr<Link>>> open_link(std::shared_ptr<Pool> pool, Cancellation cancellation) {
  auto dial = std::make_shared<Dial>(pool->loop);
  pool->loop.spawn(dial_task(pool, dial));
  Hook hook(cancellation, [dial] { dial->over.set(); });
  co_await dial->over.wait();
  if (cancellation.cancelled()) co_return fail(cancelled_error());
  if (!dial->stream) co_return fail(dial->stream.error());
  co_return std::make_unique<Link>(std::move(*dial->stream));
}

net::Task<Result<ResponseHead>> exchange_unless(Link& link, const Request& request, const ClientOptions& options,
                                                Cancellation cancellation, bool& answered) {
  Hook hook(cancellation, [&link] { link.stream.close(); });
  auto head = co_await exchange(link, request, options.head_timeout, answered);
  if (cancellation.cancelled()) co_return fail(cancelled_error());
  co_return head;
}

net::Task<Result<ClientResponse>> send_from(std::shared_ptr<Pool> pool, Request request,
                                            Cancellation cancellation) {
  SLUICE_CO_TRY_VOID(prepare(request, pool->options.origin));
  if (cancellation.cancelled()) co_return fail(cancelled_error());
  if (pool->in_use >= pool->options.connections)
    co_return fail("http.pool_exhausted",
                   "all " + std::to_string(pool->options.connections) + " connections to the upstream are in use",
                   pool->options.origin.host, "raise max_connections of the deployment, or send less at once");
  auto slot = std::make_unique<Slot>(pool);
  for (std::unique_ptr<Link> link = pool->take();; link.reset()) {
    if (!link) {
      auto fresh = co_await open_link(pool, cancellation);
      if (!fresh) co_return fail(fresh.error());
      link = std::move(*fresh);
    }
    bool answered = false;
    auto head = co_await exchange_unless(*link, request, pool->options, cancellation, answered);
    if (head) {
      auto impl = std::make_unique<ClientResponse::Impl>();
      impl->body = std::make_shared<Body>(std::move(slot), std::move(link), std::move(*head));
      co_return ClientResponse(std::move(impl));
    }
    // A kept connection that the upstream had closed meanwhile: the request was not taken, and a fresh connection
    // is tried, once, since that one is not a kept one.
    bool stale = link->kept && !answered && connection_lost(head.error());
    if (!stale) co_return fail(head.error());
  }
}

}  // namespace

net::Task<Result<ResponseHead>> exchange(Link& link, const Request& request, Duration head_timeout,
                                         bool& answered) {
  std::string head = write_request_head(request, framing_for(request));
  link.stream.set_deadline(head_timeout);
  Status sent = co_await link.stream.write_all2(head, request.body);
  if (!sent && !connection_lost(sent.error())) co_return fail(sent.error());
  link.stream.set_deadline(sent ? head_timeout : kLastWords);
  auto answer = co_await read_head(link, request.method, answered);
  if (!sent && !answer) co_return fail(sent.error());
  if (!sent) answer->keep_alive = false;
  co_return answer;
}

Cancellation::Cancellation() : state_(std::make_shared<State>()) {}
bool Cancellation::cancelled() const { return state_->cancelled; }
void Cancellation::cancel() const {
  state_->cancelled = true;
  if (auto call = std::exchange(state_->on_cancel, nullptr)) call();
}

struct Client::Impl {
  std::shared_ptr<Pool> pool;
};

Client::Client(net::Loop& loop, ClientOptions options) : impl_(std::make_shared<Impl>()) {
  impl_->pool = std::make_shared<Pool>(loop, std::move(options));
}
Client::~Client() { impl_->pool->close(); }
net::Task<Result<ClientResponse>> Client::send(Request request) {
  return send_from(impl_->pool, std::move(request), Cancellation());
}
net::Task<Result<ClientResponse>> Client::send(Request request, Cancellation cancellation) {
  return send_from(impl_->pool, std::move(request), std::move(cancellation));
}
int Client::in_use() const { return impl_->pool->in_use; }
int Client::idle() const { return impl_->pool->idle(); }

}  // namespace sluice::http
