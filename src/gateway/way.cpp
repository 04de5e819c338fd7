#include "gateway/way.h"

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "http/sse.h"
#include "json/writer.h"

namespace sluice::gateway {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::int64_t microseconds(Duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

// Content is what a client shows; until it came, another deployment may still answer in this one's place.
bool has_content(const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* text = std::get_if<chat::TextDelta>(&event); text && !text->text.empty()) return true;
    if (auto* thought = std::get_if<chat::ReasoningDelta>(&event); thought && !thought->text.empty()) return true;
    if (std::holds_alternative<chat::ToolCallDelta>(event)) return true;
  }
  return false;
}

std::string provenance_json(const sense::Label& label) {
  json::Writer w;
  w.array();
  for (const sense::Provenance& p : label.provenance) {
    w.object().member("source", p.source).member("detail", p.detail).member("class", sense::class_name(p.cls));
    if (p.category) w.member("category", sense::category_name(*p.category));
    w.end();
  }
  return w.end().take();
}

std::string verdicts_json(const policy::Decision& decision) {
  json::Writer w;
  w.array();
  for (const policy::Verdict& v : decision.verdicts)
    w.object().member("deployment", v.deployment).member("allowed", v.allowed).member("reason", v.reason).end();
  return w.end().take();
}

// What a client learns of a denial: label, what raised it and why each deployment is out; never the text.
Error denied(const policy::Decision& decision) {
  std::string message = "policy " + decision.revision + " allows no deployment for this request, judged " +
                        decision.label.to_string();
  for (const policy::Verdict& v : decision.verdicts) message += "; " + v.deployment + ": " + v.reason;
  return {"policy.denied", message, "",
          "use a model served by a deployment that may see this text, or remove what was found (sluice "
          "policy explain "
          "shows findings and rules)"};
}

// An obligation that this version can't fulfil is a denial (docs/policy.md): nothing deletes records yet, so a
// rule that limits how long they stay can't be kept. The other two hold for every request: no content is logged,
// and no cache is shared.
void deny_what_cannot_be_obliged(policy::Decision& decision) {
  for (policy::Verdict& verdict : decision.verdicts) {
    for (const policy::ObligationUse& use : verdict.obligations) {
      if (use.kind != policy::Obligation::RetainDays || !verdict.allowed) continue;
      verdict.allowed = false;
      verdict.reason =
          "rule " + use.rule + " obliges " + policy::obligation_name(use) + ", which this version can't fulfil";
    }
  }
}

}  // namespace

Result<Principal> authenticate(const config::Settings& settings, const http::Headers& headers) {
  if (settings.keys.empty()) return Principal{};
  auto header = headers.get("authorization");
  if (!header || !header->starts_with(kBearer))
    return fail("auth.missing", "no key in the Authorization header", "authorization",
                "send 'Authorization: Bearer <key>' with a key of this Sluice");
  std::string digest = sha256_hex(header->substr(kBearer.size()));
  // Every key is compared, so that the time does not tell which one matched.
  const config::Key* match = nullptr;
  for (const config::Key& key : settings.keys)
    if (equal_constant_time(key.digest, digest)) match = &key;
  if (!match)
    return fail("auth.invalid", "the key in the Authorization header is not one of this Sluice", "authorization",
                "ask whoever runs this Sluice for a key");
  return Principal{match->name, match->tenant, match->team};
}

Way::Way(Shared& shared, Backends& backends, net::Loop& loop, const http::Request& in, http::Responder& out,
         const http::Connection& connection)
    : shared_(shared),
      backends_(backends),
      loop_(loop),
      in_(in),
      out_(out),
      id_(random_id("req_")),
      time_(shared.clock->utc()),
      began_(connection.accepted) {
  closing_.id = id_;
}

net::Task<void> Way::go() {
  Status status = co_await walk();
  if (!status) co_await refuse(status.error());
  out_.on_client_gone(nullptr);
  settle(status);
}

net::Task<Status> Way::walk() {
  auto principal = authenticate(shared_.settings, in_.headers);
  if (!principal) co_return fail(principal.error());
  principal_ = *principal;
  Status decoded = decode();
  if (decoded) decoded = admit();
  sense();
  decide();
  SLUICE_CO_TRY_VOID(co_await open_record());
  if (!decoded) co_return decoded;
  SLUICE_CO_TRY_VOID(plan());
  Status attempted = co_await attempt_all();
  if (!attempted) co_return attempted;
  Status relayed;
  if (request_.stream)
    relayed = co_await relay_stream();
  else
    relayed = co_await relay_whole();
  co_return relayed;
}

Status Way::decode() {
  SLUICE_TRY(request_, wire::decode_openai_chat(in_.body));
  return {};
}

Status Way::admit() {
  if (shared_.draining)
    return fail("gateway.draining", "this Sluice is stopping and takes no new requests", "",
                "try again in a moment");
  route_ = shared_.settings.route(request_.model);
  if (!route_)
    return fail("route.unknown", "there is no model of this name here", "$.model",
                "GET /v1/models lists the names; routes in sluice.yaml define them");
  return {};
}

// What could not be decoded can't be judged: restricted. Its record says so, and nothing of it is sent
// anywhere.
void Way::sense() {
  sense::JudgeOptions options;
  options.default_class = shared_.policy->default_class();
  if (request_.body) {
    judgement_ = shared_.judge->judge(request_, options);
  } else {
    sense::Provenance why{"unreadable", "body", sense::Class::Restricted, {}};
    judgement_.label.raise(sense::Class::Restricted, why);
  }
}

policy::Subject Way::subject() const { return {principal_.name, principal_.team, request_.model}; }

void Way::decide() {
  std::vector<const config::Deployment*> candidates;
  if (route_)
    for (const std::string& name : route_->deployments) candidates.push_back(shared_.settings.deployment(name));
  decision_ = shared_.policy->decide(judgement_.label, subject(), candidates);
  deny_what_cannot_be_obliged(decision_);
  decision_.id = random_id("dec_");
}

ledger::Opening Way::opening() const {
  ledger::Opening o;
  o.id = id_;
  o.time = time_;
  o.principal = principal_.name;
  o.tenant = principal_.tenant;
  o.team = principal_.team;
  o.protocol = chat::protocol_name(chat::Protocol::OpenAiChat);
  // A name that is no route is the client's own text: it stays out of the record.
  o.route = route_ ? route_->model : "(unknown)";
  o.decision = decision_.id;
  o.revision = decision_.revision;
  o.label_class = sense::class_name(decision_.label.cls);
  o.categories = decision_.label.categories.to_string();
  o.provenance = provenance_json(decision_.label);
  o.verdicts = verdicts_json(decision_);
  o.stream = request_.stream;
  return o;
}

// Returns when the record is in the database: before that nothing is sent anywhere.
net::Task<Status> Way::open_record() {
  struct Shelf {
    explicit Shelf(net::Loop& loop) : written(loop) {}
    net::Signal written;
    Status status;
  };
  auto shelf = std::make_shared<Shelf>(loop_);
  auto done = [shelf](Status status) {
    shelf->status = std::move(status);
    shelf->written.set();
  };
  // The requests that have come in this turn of the loop share one commit.
  ledger::Ledger* ledger = shared_.ledger.get();
  ledger->open_record(opening(), std::move(done), ledger::Ledger::Wake::Later);
  loop_.post([ledger] { ledger->wake(); });
  co_await shelf->written.wait();
  recorded_ = shelf->status.has_value();
  if (!recorded_)
    co_return fail("ledger.unavailable", "the request can't be recorded, so it is not sent", "",
                   "whoever runs this Sluice finds the cause in its log (" + shelf->status.error().code + ")");
  co_return Status();
}

Status Way::plan() {
  for (const std::string& name : decision_.allowed()) plan_.push_back(backends_.at(name).get());
  if (plan_.empty()) return fail(denied(decision_));
  return {};
}

// Fallback moves among the allowed deployments only, and only until content came.
net::Task<Status> Way::attempt_all() {
  auto left = [this] {
    client_gone_ = true;
    if (answer_) answer_->cancel();
  };
  out_.on_client_gone(left);
  Status last;
  for (backend::Backend* backend : plan_) {
    last = co_await attempt(*backend);
    if (client_gone_) co_return fail("request.cancelled", "the client left");
    if (last || !backend::may_try_another(last.error())) co_return last;
  }
  co_return last;
}

// Asks one deployment and reads up to its first content; on success answer_ and held_ are set.
net::Task<Status> Way::attempt(backend::Backend& backend) {
  const config::Deployment& deployment = *shared_.settings.deployment(backend.served().deployment);
  ledger::Attempt entry;
  entry.deployment = deployment.name;
  entry.model = backend.served().model;
  entry.zone = config::zone_name(deployment.zone);
  entry.jurisdiction = deployment.jurisdiction;
  entry.started = shared_.clock->utc();
  MonotonicTime started = shared_.clock->monotonic();

  Status status;
  held_.clear();
  auto answer = co_await backend.ask(request_);
  if (answer) {
    answer_ = std::move(*answer);
    bool ready = false;
    while (!ready && !client_gone_) {
      chat::Chunk chunk = co_await answer_->next();
      if (const Error* error = failure_in(chunk)) {
        status = fail(*error);
        break;
      }
      ready = chunk.last || has_content(chunk);
      held_.push_back(std::move(chunk));
    }
  } else {
    status = fail(answer.error());
  }
  entry.took_ms = microseconds(shared_.clock->monotonic() - started) / 1000;
  entry.outcome = status ? "ok" : status.error().code;
  metrics::counter("sluice_attempts_total", "calls to deployments by outcome of their first content",
                   {{"deployment", deployment.name}, {"outcome", entry.outcome}})
      .add();
  closing_.attempts.push_back(std::move(entry));
  if (!status) answer_.reset();
  co_return status;
}

const Error* Way::failure_in(const chat::Chunk& chunk) const {
  for (const chat::Event& event : chunk.events)
    if (auto* failure = std::get_if<chat::Failure>(&event)) return &failure->error;
  return nullptr;
}

http::Headers Way::answer_headers() const {
  http::Headers headers;
  headers.add("x-request-id", id_);
  if (!decision_.id.empty()) {
    headers.add("x-sluice-label", decision_.label.to_string());
    headers.add("x-sluice-decision", decision_.id);
  }
  if (answer_) {
    backend::Served served = answer_->served();
    headers.add("x-sluice-deployment", served.deployment);
    std::string model = served.model + (served.digest.empty() ? "" : "; " + served.digest);
    // The upstream chose this name: it must not be able to add a header.
    headers.add("x-sluice-model", http::valid_field_value(model) ? model : "(unprintable)");
  }
  return headers;
}

std::unique_ptr<wire::OpenAiChatWriter> Way::make_writer() const {
  std::int64_t created = time_.micros / 1'000'000;
  return std::make_unique<wire::OpenAiChatWriter>("chatcmpl-" + id_, created, request_.model,
                                                  request_.include_usage);
}

void Way::account(const chat::Chunk& chunk) {
  if (!content_sent_ && has_content(chunk)) {
    content_sent_ = true;
    closing_.first_token_us = microseconds(shared_.clock->monotonic() - began_);
  }
  for (const chat::Event& event : chunk.events)
    if (auto* usage = std::get_if<chat::Usage>(&event)) closing_.usage = *usage;
}

// What was held back while the attempt was undecided, then what still comes.
net::Task<chat::Chunk> Way::next_chunk() {
  chat::Chunk chunk;
  if (relayed_ < held_.size())
    chunk = std::move(held_[relayed_++]);
  else
    chunk = co_await answer_->next();
  co_return chunk;
}

net::Task<Status> Way::relay_stream() {
  auto writer = make_writer();
  http::Headers headers = answer_headers();
  headers.add("Content-Type", "text/event-stream; charset=utf-8");
  headers.add("Cache-Control", "no-cache");
  closing_.status = 200;
  SLUICE_CO_TRY_VOID(co_await out_.begin(200, std::move(headers)));
  std::string bytes;
  std::vector<std::string> payloads;
  Status ended;
  for (bool last = false; !last;) {
    chat::Chunk chunk = co_await next_chunk();
    if (client_gone_) co_return fail("request.cancelled", "the client left");
    last = chunk.last;
    account(chunk);
    payloads.clear();
    writer->stream(chunk, payloads);
    if (const Error* error = failure_in(chunk)) ended = fail(*error);
    if (last && ended) writer->finish_stream(payloads);
    bytes.clear();
    for (const std::string& payload : payloads) http::append_sse(bytes, payload);
    if (!bytes.empty()) {
      Status written = co_await out_.write(bytes);
      if (!written) {
        client_gone_ = true;
        co_return fail("request.cancelled", "the client left");
      }
    }
  }
  Status finished = co_await out_.finish();
  if (!ended) co_return ended;
  co_return finished;
}

net::Task<Status> Way::relay_whole() {
  auto writer = make_writer();
  for (bool last = false; !last;) {
    chat::Chunk chunk = co_await next_chunk();
    if (client_gone_) co_return fail("request.cancelled", "the client left");
    last = chunk.last;
    account(chunk);
    if (const Error* error = failure_in(chunk)) co_return fail(*error);
    writer->collect(chunk);
  }
  http::Response response;
  response.status = 200;
  response.headers = answer_headers();
  response.headers.add("Content-Type", "application/json");
  response.body = writer->whole();
  closing_.status = 200;
  Status sent = co_await out_.send(std::move(response));
  co_return sent;
}

net::Task<void> Way::refuse(const Error& error) {
  if (out_.started() || client_gone_)
    co_return;  // an answer has begun: the server cuts it, which no client takes for whole
  http::Response response;
  response.status = wire::http_status_of(error);
  closing_.status = response.status;
  response.headers = answer_headers();
  response.headers.add("Content-Type", "application/json");
  response.body = wire::openai_error_body(error, response.status);
  (void)co_await out_.send(std::move(response));
}

void Way::settle(const Status& status) {
  closing_.time = shared_.clock->utc();
  closing_.outcome = status ? "ok" : status.error().code;
  closing_.total_us = microseconds(shared_.clock->monotonic() - began_);
  if (answer_) {
    backend::Served served = answer_->served();
    closing_.deployment = served.deployment;
    closing_.model = served.model;
    const config::Deployment& deployment = *shared_.settings.deployment(served.deployment);
    if (closing_.usage) {
      auto kind = config::kind_name(deployment.kind);
      closing_.cost_nano_usd = shared_.prices->cost_nano_usd(kind, deployment.model, time_, *closing_.usage);
      for (auto [what, n] :
           {std::pair{"cache_hit", closing_.usage->cache_hit}, std::pair{"cache_miss", closing_.usage->cache_miss},
            std::pair{"completion", closing_.usage->completion}})
        metrics::counter("sluice_tokens_total", "tokens by deployment and kind",
                         {{"deployment", served.deployment}, {"kind", what}})
            .add(double(n));
    }
  }
  std::string route = route_ ? route_->model : "(unknown)";
  metrics::counter("sluice_requests_total", "requests by route and outcome",
                   {{"route", route}, {"outcome", closing_.outcome}})
      .add();
  metrics::histogram("sluice_request_seconds", "from the first byte in to the last byte out",
                     {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300}, {{"route", route}})
      .observe(double(closing_.total_us) / 1e6);
  log::info("request", {{"id", id_},
                        {"route", route},
                        {"outcome", closing_.outcome},
                        {"label", decision_.label.to_string()},
                        {"deployment", closing_.deployment},
                        {"total_us", closing_.total_us}});
  if (!recorded_) return;
  std::string id = id_;
  auto done = [id](Status written) {
    if (!written) log::error("ledger.close_failed", {{"id", id}, {"code", written.error().code}});
  };
  shared_.ledger->close_record(std::move(closing_), std::move(done));
}

}  // namespace sluice::gateway
