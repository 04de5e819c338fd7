#include "gateway/policy_page.h"

#include <algorithm>

#include "base/log.h"
#include "gateway/fulfil.h"
#include "gateway/holding.h"
#include "gateway/keeping.h"
#include "gateway/recording.h"
#include "json/writer.h"
#include "policy/study/study.h"

namespace sluice::gateway {
namespace {

constexpr std::string_view kPage = "/sluice/policy";
constexpr std::string_view kReload = "/sluice/policy/reload";
constexpr const char* kAdministrator = "admin";

// What whoever runs this Sluice should know about policy and configuration together. Rules that change nothing are
// `sluice policy check`'s to tell.
void tell_what_is_odd(const Shared& shared) {
  auto fulfils = [](policy::Obligation kind, const config::Deployment& d) { return can_fulfil(kind, d); };
  ActivePolicy::Snapshot policy = shared.policy.current();
  auto approvable = [&](const policy::Hold& hold, const std::string& principal) {
    return can_be_approved(hold, principal, shared.settings);
  };
  for (const policy::Remark& r :
       policy::inspect(*policy, &shared.settings, shared.clock->utc(), fulfils, approvable))
    if (r.kind != "dead_rule" && r.kind != "same_rule" && r.kind != "vacuous")
      log::warn("policy.odd", {{"kind", r.kind}, {"message", r.message}, {"at", r.place}});
}

Result<ActivePolicy::Snapshot> read_policy(const config::Settings& settings) {
  ActivePolicy::Snapshot policy;
  if (settings.policy_file.empty()) {
    SLUICE_TRY(policy, policy::Policy::parse(policy::default_policy_text(), "(built-in policy)", nullptr,
                                             settings.detectors));
  } else {
    SLUICE_TRY(policy, policy::Policy::read(settings.policy_file, settings.detectors));
  }
  SLUICE_TRY_VOID(policy->check_names(settings));
  return policy;
}

Status check_may_administer(const Shared& shared, const Principal& who) {
  bool is = std::find(who.roles.begin(), who.roles.end(), kAdministrator) != who.roles.end();
  if (is || shared.settings.keys.empty()) return {};
  return fail("auth.forbidden", "this page takes a key with the role admin", "authorization",
              "give a key of the configuration roles: [admin]");
}

Status record_policy(Shared& shared, const policy::Policy& policy, const Principal& who, std::string cause) {
  ledger::Act act;
  act.time = shared.clock->utc();
  act.action = ledger::kPolicyInForce;
  act.principal = who.name;
  act.person = who.person;
  act.tenant = who.tenant;
  act.reason = std::move(cause);
  act.content_hash = policy.digest();
  act.revision = policy.revision();
  return record_act(shared, std::move(act));
}

// Whoever runs the process: who started it, or sent it a signal.
Principal operating() {
  Principal who;
  who.name = who.person = "operator";
  who.tenant.clear();
  return who;
}

std::string state_json(const Shared& shared) {
  ActivePolicy::State state = shared.policy.state();
  const std::string& file = shared.settings.policy_file;
  json::Writer w;
  w.object().member("object", "policy").member("revision", state.policy->revision());
  w.member("digest", state.policy->digest()).member("file", file.empty() ? "(built-in policy)" : file);
  w.member("since", format_utc(state.since)).key("failed");
  if (state.failed) {
    const Error& e = state.failed->error;
    w.object().member("time", format_utc(state.failed->time)).member("code", e.code).member("message", e.message);
    w.member("at", e.where).member("hint", e.hint).end();
  } else {
    w.null();
  }
  return w.end().take();
}

http::Response answer(const Shared& shared) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = state_json(shared);
  return response;
}

Error not_reloaded(const Error& e, const std::string& in_force) {
  std::string message =
      "revision " + in_force + " stays in force; the file can't be used: " + e.code + ": " + e.message;
  if (!e.where.empty()) message += " (at " + e.where + ")";
  if (!e.hint.empty()) message += "; " + e.hint;
  return {"policy.not_reloaded", message, "", "correct the file and ask again"};
}

net::Task<Result<http::Response>> reload_page(Lane lane, Principal who) {
  struct Shelf {
    explicit Shelf(net::Loop& loop) : done(loop) {}
    net::Signal done;
    std::optional<Result<ActivePolicy::Change>> change;
  };
  auto shelf = std::make_shared<Shelf>(lane.loop);
  Shared* shared = &lane.shared;
  shared->office.post([shelf, shared, who = std::move(who)] {
    shelf->change = reload_policy(*shared, &who);
    shelf->done.set();
  });
  co_await shelf->done.wait();
  if (!*shelf->change) co_return fail(not_reloaded(shelf->change->error(), shared->policy.current()->revision()));
  co_return answer(*shared);
}

}  // namespace

Status start_policy(Shared& shared) {
  const config::Settings* settings = &shared.settings;
  SLUICE_TRY_VOID(shared.policy.start([settings] { return read_policy(*settings); }, *shared.clock));
  tell_what_is_odd(shared);
  return {};
}

Status record_first_policy(Shared& shared) {
  return record_policy(shared, *shared.policy.current(), operating(), "the start");
}

Result<ActivePolicy::Change> reload_policy(Shared& shared, const Principal* who) {
  auto change = shared.policy.reload([&](const policy::Policy& next) {
    return record_policy(shared, next, who ? *who : operating(), who ? "asked for by the API" : "a signal");
  });
  if (!change || *change == ActivePolicy::Change::Unchanged) return change;
  keep_by_policy_in_force(shared);
  tell_what_is_odd(shared);
  return change;
}

bool is_policy_page(std::string_view path) { return path == kPage || path == kReload; }

net::Task<Result<http::Response>> policy_page(Lane lane, const http::Request& request) {
  auto principal = authenticate(lane.shared.settings, request.headers);
  if (!principal) co_return fail(principal.error());
  if (Status may = check_may_administer(lane.shared, *principal); !may) co_return fail(may.error());
  const bool reload = request.path() == kReload;
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (reload ? request.method != "POST" : !get) {
    const std::string allowed = reload ? "POST" : "GET";
    co_return fail("request.method", "this page takes " + allowed, "", "use " + allowed);
  }
  if (!reload) co_return answer(lane.shared);
  log::info("policy.reload_asked", {{"principal", principal->name}});
  co_return co_await reload_page(lane, *principal);
}

}  // namespace sluice::gateway
