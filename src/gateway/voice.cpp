#include "gateway/voice.h"

#include <algorithm>

#include "gateway/keeping.h"

namespace sluice::gateway {
namespace {

// An answer may begin with what shows nothing: a role, pings, steps of the vendor's own tools. More of it than
// this is not held back any longer: the deployment is at work, and the memory is bounded.
constexpr std::size_t kHeldChunks = 256;
constexpr std::size_t kHeldBytes = 256 << 10;

Error cancelled() { return {"request.cancelled", "the client left", "", ""}; }

}  // namespace

bool has_content(const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events) {
    if (auto* text = std::get_if<chat::TextDelta>(&event); text && !text->text.empty()) return true;
    if (auto* thought = std::get_if<chat::ReasoningDelta>(&event); thought && !thought->text.empty()) return true;
    if (std::holds_alternative<chat::ToolCallDelta>(event)) return true;
    if (std::holds_alternative<chat::RefusalDelta>(event)) return true;
  }
  return false;
}

const Error* failure_in(const chat::Chunk& chunk) {
  for (const chat::Event& event : chunk.events)
    if (auto* failure = std::get_if<chat::Failure>(&event)) return &failure->error;
  return nullptr;
}

net::Task<Status> Voice::attempt() {
  Status last;
  for (backend::Backend* backend : plan_) {
    last = co_await attempt_one(*backend);
    if (cancelled_) co_return fail(cancelled());
    if (last || !backend::may_try_another(last.error())) break;
  }
  co_return last;
}

engine::Keep Voice::keep_at(const std::string& deployment) const {
  if (!asked_.decision) return engine::Keep::Nothing;
  // Another policy has come into force since.
  if (asked_.decision->revision != shared_.policy.current()->revision()) return engine::Keep::Nothing;
  for (const policy::Verdict& verdict : asked_.decision->verdicts)
    if (verdict.deployment == deployment) return kept_in_engine(verdict);
  return engine::Keep::Nothing;
}

// What the hop is owed, by the policy that decided and by one that has come into force since.
net::Task<Result<Duty>> Voice::duty_to(const std::string& deployment, const chat::Request& asked,
                                       Later::Hop& hop) {
  do {
    hop.obligations = asked_.obligations;
    Status allowed = asked_.later ? asked_.later->ask(deployment, hop) : Status();
    if (!allowed) co_return fail(allowed.error());
    if (!hop.obligations) co_return Duty();
    co_await hop.obligations->prepare(loop_, deployment, asked);
  } while (!cancelled_ && asked_.later && asked_.later->is_over(hop));
  if (cancelled_) co_return fail(cancelled());
  co_return hop.obligations->meet(deployment, asked);
}

net::Task<Status> Voice::attempt_one(backend::Backend& backend) {
  const config::Deployment& deployment = *shared_.settings.deployment(backend.served().deployment);
  ledger::Attempt entry;
  entry.deployment = deployment.name;
  entry.model = backend.served().model;
  entry.zone = config::zone_name(deployment.zone);
  entry.jurisdiction = deployment.jurisdiction;
  entry.started = shared_.clock->utc();
  MonotonicTime started = shared_.clock->monotonic();

  backend_ = &backend;
  held_.clear();
  Status status;
  const chat::Request& asked = asked_.for_backend(backend);
  Later::Hop hop;
  Result<Duty> duty = co_await duty_to(deployment.name, asked, hop);
  if (cancelled_) co_return fail(cancelled());
  entry.revision = hop.revision;
  if (duty) {
    context_.cache.keep = std::min(keep_at(deployment.name), duty->keep);
    if (context_.hash_of) context_.content_hash = &entry.content_hash;
    auto answer = co_await backend.ask(duty->request ? *duty->request : asked, context_);
    context_.content_hash = nullptr;
    if (!answer) status = fail(answer.error());
    if (answer) answer_ = std::move(*answer);
    if (answer && hop.obligations) answer_ = hop.obligations->dress(std::move(answer_), *duty, asked);
    if (answer) status = co_await read_to_content();
  } else {
    status = fail(duty.error());
  }
  auto took = shared_.clock->monotonic() - started;
  entry.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  entry.outcome = status ? "ok" : status.error().code;
  meters_.attempt(entry.deployment, entry.outcome);
  attempts_.push_back(std::move(entry));
  if (!status) answer_.reset();
  co_return status;
}

net::Task<Status> Voice::read_to_content() {
  bool ready = false;
  std::size_t held_bytes = 0;
  while (!ready && !cancelled_) {
    chat::Chunk chunk = co_await answer_->next();
    if (const Error* error = failure_in(chunk)) co_return fail(*error);
    held_bytes += chunk.raw.size();
    ready = chunk.last || has_content(chunk) || held_.size() >= kHeldChunks || held_bytes >= kHeldBytes;
    held_.push_back(std::move(chunk));
  }
  if (cancelled_) co_return fail(cancelled());
  co_return Status();
}

net::Task<chat::Chunk> Voice::next() { return relayed_ < held_.size() ? next_held() : answer_->next(); }

net::Task<chat::Chunk> Voice::next_held() {
  chat::Chunk chunk = std::move(held_[relayed_++]);
  if (relayed_ == held_.size()) {
    held_ = {};
    relayed_ = 0;
  }
  co_return chunk;
}

void Voice::cancel() {
  cancelled_ = true;
  context_.cancellation.cancel();
  if (answer_) answer_->cancel();
}

}  // namespace sluice::gateway
