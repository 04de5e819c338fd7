#include "gateway/balance.h"

#include "base/log.h"
#include "gateway/pages.h"
#include "gateway/recording.h"

namespace sluice::gateway {
namespace {

ledger::Opening opening(const Lane& lane, const Principal& principal, const std::string& id) {
  ledger::Opening o;
  o.id = id;
  o.time = lane.shared.clock->utc();
  o.principal = principal.name;
  o.tenant = principal.tenant;
  o.team = principal.team;
  o.protocol = "balance";
  o.route = "(balance)";
  o.revision = lane.shared.policy.current()->revision();
  o.label_class = sense::class_name(sense::Class::Public);
  o.provenance = o.verdicts = "[]";
  return o;
}

// Asks one deployment, and notes that it was asked; deployment.unsupported where there was nothing to ask.
net::Task<Result<std::string>> ask(Lane lane, const config::Deployment& deployment, const Principal& principal,
                                   ledger::Closing& closing) {
  ledger::Attempt attempt;
  attempt.deployment = deployment.name;
  attempt.model = deployment.model;
  attempt.zone = config::zone_name(deployment.zone);
  attempt.jurisdiction = deployment.jurisdiction;
  attempt.started = lane.shared.clock->utc();
  const MonotonicTime started = lane.shared.clock->monotonic();
  auto told = co_await lane.backends.at(deployment.name)->balance();
  if (!told && told.error().code == "deployment.unsupported") co_return told;
  auto took = lane.shared.clock->monotonic() - started;
  attempt.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  attempt.outcome = told ? "ok" : told.error().code;
  attempt.content_hash = lane.shared.desk->vault().content_hash(principal.tenant, "sent", "", {});
  lane.meters.attempt(attempt.deployment, attempt.outcome);
  closing.attempts.push_back(std::move(attempt));
  if (told) closing.deployment = deployment.name;
  co_return told;
}

}  // namespace

bool is_balance(const http::Request& request) {
  std::string path = request.path();
  return page_name(path) == kBalancePage && (request.method == "GET" || request.method == "HEAD");
}

net::Task<Result<http::Response>> balance_page(Lane lane, const http::Request& request,
                                               const http::Connection& connection) {
  auto principal = authenticate(lane.shared.settings, request.headers);
  if (!principal) co_return fail(principal.error());
  Status recorded = co_await record_opening(lane, opening(lane, *principal, connection.request_id));
  if (!recorded) co_return fail(recorded.error());
  ledger::Closing closing;
  closing.id = connection.request_id;
  Result<std::string> told =
      fail("deployment.unsupported", "no deployment here has an account with a balance", "", "");
  for (const config::Deployment& deployment : lane.shared.settings.deployments) {
    auto answer = co_await ask(lane, deployment, *principal, closing);
    if (!answer && answer.error().code == "deployment.unsupported") continue;
    told = std::move(answer);
    break;
  }
  closing.time = lane.shared.clock->utc();
  closing.outcome = told ? "ok" : told.error().code;
  closing.status = told ? 200 : wire::http_status_of(told.error());
  auto took = lane.shared.clock->monotonic() - connection.accepted;
  closing.total_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  record_closing(lane, std::move(closing));
  if (!told) co_return fail(told.error());
  http::Response response;
  response.status = 200;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(*told);
  co_return response;
}

}  // namespace sluice::gateway
