#include "gateway/way.h"

#include <algorithm>
#include <new>

#include "base/id.h"
#include "base/log.h"
#include "gateway/client_headers.h"
#include "gateway/client_words.h"
#include "gateway/fulfil.h"
#include "gateway/keeping.h"
#include "gateway/recording.h"
#include "gateway/refusal.h"
#include "gateway/sealed.h"
#include "gateway/subject.h"
#include "json/writer.h"
#include "wire/openai_responses.h"
#include "wire/reasoning.h"

namespace sluice::gateway {
namespace {

std::string provenance_json(const sense::Label& label) {
  if (label.provenance.empty()) return "[]";
  json::Writer w(256);
  w.array();
  for (const sense::Provenance& p : label.provenance) {
    w.object().member("source", p.source).member("detail", p.detail).member("class", sense::class_name(p.cls));
    if (p.category) w.member("category", sense::category_name(*p.category));
    w.end();
  }
  return w.end().take();
}

std::string verdicts_json(const policy::Decision& decision) {
  json::Writer w(256);
  w.array();
  for (const policy::Verdict& v : decision.verdicts) {
    w.object().member("deployment", v.deployment).member("allowed", v.allowed);
    if (v.hold) w.member("held", true);  // also once approved
    w.member("reason", v.reason);
    std::string obliges;
    for (const policy::ObligationUse& use : v.obligations)
      obliges += (obliges.empty() ? "" : ", ") + policy::obligation_name(use);
    if (!obliges.empty()) w.member("obliges", obliges);
    w.end();
  }
  return w.end().take();
}

// Why a label is as high as it is, in the words of its provenance: detectors, rules and places, never text.
std::string causes_of(const sense::Label& label) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> causes;
  for (const sense::Provenance& p : label.provenance) {
    std::string cause = p.source + (p.detail.empty() ? "" : " " + p.detail);
    if (p.cls != label.cls || std::find(causes.begin(), causes.end(), cause) != causes.end()) continue;
    causes.push_back(std::move(cause));
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(causes.size(), kMost); ++i) text += (i == 0 ? " (" : ", ") + causes[i];
  if (causes.size() > kMost) text += " and " + std::to_string(causes.size() - kMost) + " more";
  return text.empty() ? text : text + ")";
}

// What a client learns of a denial: label, what raised it and why each deployment is out; never the text.
Error denied(const policy::Decision& decision) {
  std::string message = "policy " + decision.revision + " allows no deployment for this request, judged " +
                        decision.label.to_string() + causes_of(decision.label);
  if (decision.declassified && !decision.declassified->applied)
    message += "; the declassification asked for does not apply: " + decision.declassified->why_not;
  for (const policy::Verdict& v : decision.verdicts) message += "; " + v.deployment + ": " + v.reason;
  return {"policy.denied", message, "",
          "use a model served by a deployment that may see this text, or remove what was found (sluice "
          "policy explain "
          "shows findings and rules)"};
}

}  // namespace

Way::Way(Lane lane, Front front, http::Request& in, http::Responder& out, const http::Connection& connection)
    : lane_(lane),
      shared_(lane.shared),
      front_(front),
      in_(in),
      out_(out),
      id_(connection.request_id),
      time_(shared_.clock->utc()),
      began_(connection.accepted),
      trace_(http::trace_of(in.headers)),
      client_request_id_(http::client_request_id(in.headers).value_or("")) {
  closing_.id = id_;
}

net::Task<void> Way::go() {
  Status status = co_await walk();
  if (!status) {
    release_approval();
    co_await refuse(status.error());
  }
  out_.on_client_gone(nullptr);
  settle(status);
}

net::Task<Status> Way::walk() {
  auto principal = authenticate(shared_.settings, in_.headers);
  if (!principal) co_return fail(principal.error());
  principal_ = *principal;
  Status decoded = decode();
  if (decoded) decoded = declare();
  if (decoded) decoded = admit();
  if (decoded) decoded = co_await extract();
  co_await sense();
  decide();
  if (decoded) decoded = hold();
  SLUICE_CO_TRY_VOID(co_await open_record());
  if (!decoded) co_return decoded;
  SLUICE_CO_TRY_VOID(plan());
  Status relayed;
  if (request_.stream)
    relayed = co_await relay_stream();
  else
    relayed = co_await relay_whole();
  co_return relayed;
}

// What a body takes beside itself grows with what the client sent: where there is no memory for it, this request
// alone fails. Nothing that others share has changed by then.
Status Way::decode() {
  try {
    return read_body();
  } catch (const std::bad_alloc&) {
    request_ = chat::Request();
    reasoned_.reset();
  }
  return fail("gateway.memory", "there is no memory left for a request of this size", "",
              "try again in a moment, or send less at once");
}

// Earlier turns that the client names or left out are put into the body here, before anything is judged: what is
// judged is what is sent.
Status Way::read_body() {
  SLUICE_TRY(request_, wire::decode(front_.protocol, front_.operation, std::move(in_.body)));
  SLUICE_TRY_VOID(recall_response());
  SLUICE_TRY_VOID(restore_reasoning());
  admit_sealed_thoughts();
  return {};
}

void Way::admit_sealed_thoughts() {
  const auto known = [this](const std::string& hash) {
    return recall(shared_.reasoning, "sealed:" + hash).has_value();
  };
  admit_sealed(request_, known);
  if (reasoned_) admit_sealed(*reasoned_, known);
}

// What is put into the request brings its label along, and the time at which it has to be gone.
std::optional<Remembered> Way::recall(Memory& memory, const std::string& key) {
  auto found = memory.get(principal_.owner(), key, shared_.policy_time.now());
  if (!found) return found;
  earlier_.join(found->label);
  earlier_until_ = sooner(earlier_until_, found->until);
  return found;
}

// previous_response_id: the conversation up to that answer takes its place.
Status Way::recall_response() {
  if (front_.protocol != chat::Protocol::OpenAiResponses) return {};
  SLUICE_TRY_VOID(recall_items());
  if (request_.previous_response_id.empty()) return {};
  auto earlier = recall(shared_.responses, request_.previous_response_id);
  if (!earlier)
    return fail(
        "response.unknown", "there is no earlier response of this id here", "$.previous_response_id",
        "send the conversation in input; responses are kept in memory for a while, and not where the policy "
        "forbids it");
  SLUICE_TRY(std::string body, wire::continue_response(*request_.body, earlier->text));
  std::string id = std::move(request_.previous_response_id);
  SLUICE_TRY(request_, wire::decode(front_.protocol, front_.operation, std::move(body)));
  request_.continues = std::move(id);
  return {};
}

// Items that are only named.
Status Way::recall_items() {
  auto lookup = [this](const std::string& id) {
    auto item = recall(shared_.responses, response_item_key(id));
    if (!item) return std::optional<std::string>();
    return std::optional<std::string>(std::move(item->text));
  };
  SLUICE_TRY(std::optional<std::string> body, wire::resolve_item_references(*request_.body, lookup));
  if (!body) return {};
  SLUICE_TRY(request_, wire::decode(front_.protocol, front_.operation, std::move(*body)));
  return {};
}

// What clients of other protocols have no field for: the vendor's signature of what a turn with tools thought.
void Way::restore_signatures(chat::Request& request) {
  if (front_.protocol == chat::Protocol::AnthropicMessages) return;  // its clients bring them
  for (chat::Message& message : request.messages) {
    if (message.reasoning.empty() || message.tool_calls.empty() || !message.signature.empty()) continue;
    const std::string& call = message.tool_calls.front().id;
    auto thought = recall(shared_.reasoning, "call:" + call);
    if (!thought || thought->text != message.reasoning) continue;
    if (auto signature = recall(shared_.reasoning, "sign:" + call)) message.signature = std::move(signature->text);
  }
}

Status Way::restore_reasoning() {
  if (request_.tools.empty() || !request_.body) return {};
  SLUICE_TRY_VOID(restore_thoughts());
  restore_signatures(request_);
  if (reasoned_) restore_signatures(*reasoned_);
  return {};
}

Status Way::restore_thoughts() {
  auto lookup = [this](const std::vector<std::string>& calls, std::string_view text) {
    std::optional<Remembered> found;
    for (const std::string& call : calls)
      if (!found) found = recall(shared_.reasoning, "call:" + call);
    if (!found && !text.empty()) found = recall(shared_.reasoning, "text:" + sha256_hex(text));
    if (!found) return std::optional<std::string>();
    return std::optional<std::string>(std::move(found->text));
  };
  auto restored = wire::restore_reasoning(front_.protocol, *request_.body, lookup);
  if (!restored) return {};
  SLUICE_TRY(chat::Request reasoned, wire::decode(front_.protocol, front_.operation, std::move(restored->body)));
  reasoned_ = std::make_unique<chat::Request>(std::move(reasoned));
  return {};
}

// What the client says of its request's label: it counts beside what is found. And what of its request would take
// it elsewhere than where the label is judged for.
Status Way::declare() {
  SLUICE_TRY_VOID(check_own_headers(in_.headers));
  SLUICE_TRY_VOID(refuse_request(request_));
  SLUICE_TRY(declared_, declared_label(in_.headers));
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

// Files and pictures become texts that can be judged, where there is a program for it. What is sent stays as it
// is.
net::Task<Status> Way::extract() {
  if (!shared_.extracting) co_return Status();
  reading_ = shared_.extracting->begin(request_, principal_.tenant, id_, lane_.loop);
  if (!reading_) co_return Status();
  auto left = [this] {
    client_gone_ = true;
    reading_->cancel();
  };
  out_.on_client_gone(left);
  co_await reading_->done();
  out_.on_client_gone(nullptr);
  reading_->give(request_);
  if (reasoned_) chat::share_extractions(request_, *reasoned_);
  if (client_gone_) co_return fail("request.cancelled", "the client left");
  co_return Status();
}

// What could not be decoded can't be judged: restricted. Its record says so, and nothing of it is sent anywhere.
// A long one is judged on another thread, which nothing else of the request disturbs meanwhile.
net::Task<void> Way::sense() {
  policy_ = shared_.policy.current();
  if (!request_.body) {
    sense::Provenance why{"unreadable", "body", sense::Class::Restricted, {}};
    judgement_.label.raise(sense::Class::Restricted, why);
    co_return;
  }
  if (request_.body->text().size() < kLongBody) {
    judge(nullptr);
    co_return;
  }
  auto work = [this](const std::atomic<bool>& given_up) { judge(&given_up); };
  const bool judged = co_await shared_.judging->run(lane_.loop, work);
  if (!judged) {
    sense::Provenance why{"detector_failure", "judge", sense::Class::Restricted, {}};
    judgement_.label.raise(sense::Class::Restricted, why);
  }
}

void Way::judge(const std::atomic<bool>* given_up) {
  sense::JudgeOptions options;
  options.given_up = given_up;
  options.default_class = policy_->default_class();
  options.tenant = &principal_.tenant;
  judgement_ = shared_.judge->judge(request_, options);
  if (reasoned_) judgement_.label.join(shared_.judge->judge(*reasoned_, options).label);
  judgement_.label.join(earlier_);
  judge_betas();
  shared_.answers.join(principal_.owner(), request_, judgement_.label);
  // No upstream needs it: what something is found in is left out instead of raising the label.
  if (!trace_.trace_state.empty() && !is_harmless(*shared_.judge, trace_.trace_state)) trace_.trace_state.clear();
}

// Their names are words of the client's choice. The detectors read words, and these have '-' between them.
void Way::judge_betas() {
  if (front_.protocol != chat::Protocol::AnthropicMessages) return;
  betas_ = wire::read_betas(in_.headers.get("anthropic-beta").value_or(""));
  std::string words = betas_.names;
  std::replace(words.begin(), words.end(), '-', ' ');
  if (words.empty() || (is_harmless(*shared_.judge, betas_.names) && is_harmless(*shared_.judge, words))) return;
  betas_ = {{}, true};
}

void Way::decide() {
  std::vector<const config::Deployment*> candidates;
  if (route_)
    for (const std::string& name : route_->deployments) candidates.push_back(shared_.settings.deployment(name));
  subject_ = subject_of(principal_, request_, in_.headers, shared_.policy_time.now());
  subject_.route = route_ ? route_->model : request_.model;
  judgement_.label.join(declared_);
  decision_ = policy_->decide(judgement_.label, subject_, candidates);
  note_claim(decision_);
  count_shadow(lane_.meters, decision_);
  deny_what_cannot_be_obliged(decision_, shared_.settings);
  forget_what_must_not_be_kept();
  decision_.id = random_id("dec_");
}

// Texts of files are kept for the next turn, unless a place that this request may go to forbids to keep it.
void Way::forget_what_must_not_be_kept() {
  if (!reading_) return;
  std::vector<std::string> places = decision_.allowed();
  const std::vector<std::string> held = decision_.held();
  places.insert(places.end(), held.begin(), held.end());
  if (!keeping_of(decision_, places).allowed) reading_->forget();
  reading_.reset();
}

ledger::Opening Way::opening() const {
  ledger::Opening o;
  o.id = id_;
  o.time = time_;
  o.principal = principal_.name;
  o.tenant = principal_.tenant;
  o.team = principal_.team;
  o.protocol = chat::protocol_name(front_.protocol);
  // A name that is no route is the client's own text: it stays out of the record.
  o.route = route_ ? route_->model : "(unknown)";
  o.decision = decision_.id;
  o.revision = decision_.revision;
  o.label_class = sense::class_name(decision_.label.cls);
  o.categories = decision_.label.categories.to_string();
  o.provenance = provenance_json(decision_.label);
  o.verdicts = verdicts_json(decision_);
  o.stream = request_.stream;
  o.ticket = ticket_;
  o.approvers = approvers_;
  return o;
}

// Returns when the record is in the ledger's journal or database: before that nothing is sent anywhere.
net::Task<Status> Way::open_record() {
  Status status = co_await record_opening(lane_, opening());
  recorded_ = status.has_value();
  co_return status;
}

Status Way::plan() {
  for (const std::string& name : decision_.allowed()) plan_.push_back(lane_.backends.at(name).get());
  if (plan_.empty()) return fail(denied(decision_));
  return {};
}

void Way::make_voices() {
  backend::CallContext context;
  context.request_id = id_;
  http::TraceContext span = http::child_of(trace_);
  // The client's ids are its own bytes: an upstream gets a keyed hash of the trace's, the same for the same trace
  // and tenant, and a span of ours.
  upstream_trace_ =
      shared_.desk->vault().content_hash(principal_.tenant, "trace", trace_.trace_id, {}).substr(0, 32);
  span.trace_id = upstream_trace_;
  context.traceparent = http::traceparent(span);
  context.tracestate = span.trace_state;
  context.betas = betas_.names;
  context.some_betas = betas_.more;
  context.cache.tenant = principal_.tenant;
  // Keyed, since a short text can be guessed by its plain hash.
  context.hash_of = [desk = shared_.desk.get(), tenant = principal_.tenant](std::string_view body) {
    return desk->vault().content_hash(tenant, "sent", body, {});
  };
  Bearer bearer{id_, principal_.tenant, subject_, policy_};
  obligations_ = Obligations::of(shared_, decision_, bearer);
  later_ = std::make_unique<Later>(shared_, judgement_.label, decision_, std::move(bearer), obligations_.get());
  Asked asked{&request_, reasoned_.get(), obligations_.get(), &decision_, later_.get()};
  // Completions of several prompts and answers go through as they are; only a deployment of that protocol has
  // them.
  std::size_t n = front_.protocol == chat::Protocol::OpenAiChat ? std::size_t(request_.sampling.n) : 1;
  heard_.resize(n);
  if (n == 1) {
    voice_ = std::make_unique<Voice>(lane_.loop, shared_, lane_.meters, plan_, asked, std::move(context));
    return;
  }
  std::vector<std::unique_ptr<Voice>> voices;
  for (std::size_t i = 0; i < n; ++i) {
    context.cancellation = http::Cancellation();  // each ends by itself
    voices.push_back(std::make_unique<Voice>(lane_.loop, shared_, lane_.meters, plan_, asked, context));
  }
  chorus_ = std::make_unique<Chorus>(lane_.loop, std::move(voices));
}

const backend::Answer* Way::serving() const { return served_ ? voice(0).answer() : nullptr; }

void Way::cancel() {
  if (voice_) voice_->cancel();
  if (chorus_) chorus_->cancel();
}

net::Task<Status> Way::attempt() {
  make_voices();
  auto left = [this] {
    client_gone_ = true;
    cancel();
  };
  out_.on_client_gone(left);
  Status status;
  if (chorus_)
    status = co_await chorus_->attempt();
  else
    status = co_await voice_->attempt();
  if (client_gone_) co_return fail("request.cancelled", "the client left");
  served_ = status.has_value();
  for (std::size_t i = 0; status && i < heard_.size(); ++i)
    heard_[i].wanted = !request_.tools.empty() &&
                       (voice(i).backend()->needs_reasoning() || voice(i).backend()->signs_reasoning());
  for (Heard& heard : heard_) heard.given.emplace();
  if (status) forget_request();
  co_return status;
}

// Once an answer has begun nobody is asked again. A stream may last for minutes, and thousands of them hold what
// their requests hold: what no later step needs goes. (The Responses API tells the request back in its answer.)
void Way::forget_request() {
  reasoned_.reset();
  if (obligations_) obligations_->forget();
  if (later_) later_->forget();
  judgement_.findings = {};
  in_.headers = {};
  for (policy::Verdict& verdict : decision_.verdicts) verdict.trace = {};
  if (front_.protocol == chat::Protocol::OpenAiResponses) return;
  request_.messages = {};
  request_.inputs = {};
  request_.extra = {};
  request_.tools = {};
  request_.body.reset();
}

net::Task<void> Way::refuse(const Error& error) {
  if (out_.started() || client_gone_)
    co_return;  // an answer has begun: the server cuts it, which no client takes for whole
  http::Response response;
  response.status = wire::http_status_of(error);
  closing_.status = response.status;
  response.headers = answer_headers();
  response.headers.add("Content-Type", "application/json");
  if (error.retry_after_s > 0) response.headers.add("Retry-After", std::to_string(error.retry_after_s));
  if (wire::is_final(error)) response.headers.add("x-should-retry", "false");
  response.body = wire::error_body(front_.protocol, error, response.status, id_);
  (void)co_await out_.send(std::move(response));
}

}  // namespace sluice::gateway
