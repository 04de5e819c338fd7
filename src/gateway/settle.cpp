// Step "settle" of the way: what remains of a request: its record, metrics, log line, and what later turns need.
#include "gateway/way.h"

#include <algorithm>

#include "base/id.h"
#include "base/log.h"
#include "gateway/client_words.h"
#include "gateway/keeping.h"
#include "gateway/recording.h"
#include "gateway/subject.h"
#include "json/doc.h"
#include "wire/openai_responses.h"

namespace sluice::gateway {

void Way::settle(const Status& status) {
  mark_answers();  // also what was cut off
  closing_.time = shared_.clock->utc();
  closing_.outcome = status ? "ok" : status.error().code;
  auto took = shared_.clock->monotonic() - began_;
  closing_.total_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  for (std::size_t i = 0; i < heard_.size(); ++i)
    for (ledger::Attempt& attempt : voice(i).attempts()) closing_.attempts.push_back(std::move(attempt));
  if (serving()) count_usage();
  std::string route = route_ ? route_->model : "(unknown)";
  lane_.meters.request(route, closing_.outcome, double(closing_.total_us) / 1e6);
  log::info("request",
            {{"id", id_},
             {"trace", trace_.trace_id},
             {"upstream_trace", upstream_trace_},
             {"client_request_id", loggable_id(*shared_.judge, shared_.obligation_secret, client_request_id_)},
             {"route", route},
             {"outcome", closing_.outcome},
             {"label", decision_.label.to_string()},
             {"deployment", closing_.deployment},
             {"total_us", closing_.total_us}});
  if (!recorded_) return;
  record_closing(lane_, std::move(closing_));
}

void Way::count_usage() {
  backend::Served served = serving()->served();
  closing_.deployment = served.deployment;
  closing_.model = served.model;
  if (auto notes = serving()->notes(); !notes.empty()) lane_.meters.note(served.deployment, double(notes.size()));
  // Several answers may come from several deployments. One of unknown price makes the sum unknown.
  bool known = true;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    if (!heard_[i].usage) continue;
    const std::string name = voice(i).answer()->served().deployment;
    const config::Deployment& deployment = *shared_.settings.deployment(name);
    auto kind = config::kind_name(deployment.kind);
    auto cost = shared_.prices->cost_nano_usd(kind, deployment.model, time_, *heard_[i].usage);
    known = known && cost.has_value();
    sum += cost.value_or(0);
    lane_.meters.tokens(name, *heard_[i].usage);
  }
  if (closing_.usage && known) closing_.cost_nano_usd = sum;
}

// Only what ended properly: half a thought is no thought.
void Way::remember_thoughts(const Remembered& common) {
  for (Heard& heard : heard_) {
    for (const std::string& hash : heard.sealed)
      shared_.reasoning.put(principal_.owner(), "sealed:" + hash, common);
    if (!heard.wanted || (heard.calls.empty() && heard.reasoning.empty())) continue;
    Remembered thought = common;
    thought.text = std::move(heard.reasoning);
    if (!heard.text.empty()) shared_.reasoning.put(principal_.owner(), "text:" + sha256_hex(heard.text), thought);
    for (const std::string& call : heard.calls) shared_.reasoning.put(principal_.owner(), "call:" + call, thought);
    if (heard.signatures != 1 || heard.signature.empty()) continue;
    thought.text = std::move(heard.signature);
    for (const std::string& call : heard.calls) shared_.reasoning.put(principal_.owner(), "sign:" + call, thought);
  }
}

void Way::remember_response(const Remembered& common) {
  if (front_.protocol != chat::Protocol::OpenAiResponses || request_.store == false) return;
  std::string whole = writers_.front()->whole();
  auto doc = json::Doc::parse(whole);
  std::string id = doc ? (*doc)->root()["id"].string().value_or("") : "";
  if (id.empty()) return;
  auto keep = [&](const std::string& key, std::string text) {
    Remembered kept = common;
    kept.text = std::move(text);
    shared_.responses.put(principal_.owner(), key, std::move(kept));
  };
  std::string items = wire::response_items(request_, whole);
  for (auto& [item, json] : wire::answer_items(whole)) keep(response_item_key(item), std::move(json));
  keep(id, std::move(items));
  keep(response_object_key(id), std::move(whole));
}

// Of what was sent: where something was transformed, the answer was made from what was left, and what is restored
// in it is found there like in any text.
sense::Label Way::made_from(std::size_t i) const {
  const sense::Label label = lasting_label(decision_);
  const backend::Answer* answer = voice(i).answer();
  const std::string deployment = answer ? answer->served().deployment : "";
  for (const policy::Verdict& verdict : decision_.verdicts) {
    if (verdict.deployment != deployment || !verdict.transforms()) continue;
    const sense::CategorySet gone = verdict.pseudonymise | verdict.redact;
    sense::Label left;
    for (const sense::Category category : label.categories.list())
      if (!gone.has(category)) left.raise(category, {});
    for (const sense::Provenance& why : label.provenance)
      if (!why.category || !gone.has(*why.category)) left.raise(std::min(why.cls, label.cls), {});
    return left;
  }
  return label;
}

void Way::mark_answers() {
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    if (!heard_[i].given) continue;
    if (!heard_[i].given->empty())
      shared_.answers.keep(principal_.owner(), heard_[i].given->forms(), made_from(i));
    heard_[i].given.reset();
  }
}

// What earlier turns are part of it goes when they would have gone.
void Way::remember() {
  auto origin = std::make_shared<Origin>(Origin{judgement_.label, subject_, {}, shared_.policy_time.now()});
  for (std::size_t i = 0; i < heard_.size(); ++i)
    for (const ledger::Attempt& attempt : voice(i).attempts()) origin->deployments.push_back(attempt.deployment);
  Keeping keeping = keeping_of(decision_, origin->deployments);
  if (!keeping.allowed) return;
  Remembered common{{}, lasting_label(decision_), origin, sooner(keeping.until(origin->time), earlier_until_)};
  remember_thoughts(common);
  remember_response(common);
  // Another policy may have come into force meanwhile, and may have looked through the memory before this was
  // there.
  ActivePolicy::Snapshot now = shared_.policy.current();
  if (now == policy_) return;
  keeping = keeping_of(shared_, *now, *origin);
  for (Memory* memory : {&shared_.reasoning, &shared_.responses}) {
    if (!keeping.allowed)
      memory->forget(*origin);
    else if (auto until = keeping.until(origin->time))
      memory->limit(*origin, *until);
  }
}

}  // namespace sluice::gateway
