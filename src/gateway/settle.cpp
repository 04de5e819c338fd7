// Step "settle" of the way: what remains of a request: its record, metrics, log line, and what later turns need.
#include "gateway/way.h"

#include <algorithm>

#include "base/id.h"
#include "base/log.h"
#include "gateway/recording.h"
#include "gateway/subject.h"
#include "json/doc.h"
#include "wire/openai_responses.h"

namespace sluice::gateway {

void Way::settle(const Status& status) {
  release_approval(status);
  closing_.time = shared_.clock->utc();
  closing_.outcome = status ? "ok" : status.error().code;
  auto took = shared_.clock->monotonic() - began_;
  closing_.total_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  for (std::size_t i = 0; i < heard_.size(); ++i)
    for (ledger::Attempt& attempt : voice(i).attempts()) closing_.attempts.push_back(std::move(attempt));
  if (serving()) count_usage();
  std::string route = route_ ? route_->model : "(unknown)";
  lane_.meters.request(route, closing_.outcome, double(closing_.total_us) / 1e6);
  log::info("request", {{"id", id_},
                        {"trace", trace_.trace_id},
                        {"client_request_id", client_request_id_},
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

bool Way::may_remember() const {
  const std::string deployment = serving()->served().deployment;
  for (const policy::Verdict& verdict : decision_.verdicts) {
    if (verdict.deployment != deployment) continue;
    auto forbids = [](const policy::ObligationUse& use) { return use.kind == policy::Obligation::NoStore; };
    return std::none_of(verdict.obligations.begin(), verdict.obligations.end(), forbids);
  }
  return false;
}

// Only what ended properly: half a thought is no thought.
void Way::remember_thoughts() {
  for (Heard& heard : heard_) {
    if (!heard.wanted || (heard.calls.empty() && heard.reasoning.empty())) continue;
    Remembered thought{std::move(heard.reasoning), lasting_label(decision_)};
    if (!heard.text.empty()) shared_.reasoning.put(principal_.owner(), "text:" + sha256_hex(heard.text), thought);
    for (const std::string& call : heard.calls) shared_.reasoning.put(principal_.owner(), "call:" + call, thought);
  }
}

void Way::remember() {
  if (!may_remember()) return;
  remember_thoughts();
  if (front_.protocol != chat::Protocol::OpenAiResponses || request_.store == false) return;
  std::string whole = writers_.front()->whole();
  auto doc = json::Doc::parse(whole);
  std::string id = doc ? (*doc)->root()["id"].string().value_or("") : "";
  if (id.empty()) return;
  Remembered conversation{wire::response_items(request_, whole), lasting_label(decision_)};
  for (auto& [item, json] : wire::answer_items(whole)) {
    Remembered kept{std::move(json), lasting_label(decision_)};
    shared_.responses.put(principal_.owner(), response_item_key(item), std::move(kept));
  }
  Remembered object{std::move(whole), lasting_label(decision_)};
  shared_.responses.put(principal_.owner(), id, std::move(conversation));
  shared_.responses.put(principal_.owner(), response_object_key(id), std::move(object));
}

}  // namespace sluice::gateway
