// `sluice policy explain`: where one text or request may go, and why. It goes the gateway's way up to the point at
// which something would be sent: what an obligation makes of the request, or refuses, is told as well.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/judge.h"
#include "backend/outgoing.h"
#include "config/reader.h"
#include "gateway/client_headers.h"
#include "gateway/fulfil.h"
#include "gateway/obligations.h"
#include "gateway/refusal.h"
#include "gateway/subject.h"
#include "json/writer.h"
#include "wire/openai_chat.h"

namespace sluice::app {
namespace {

using Names = std::vector<std::string>;

Status known(const char* what, const char* option, const std::string& name, Names names,
             const config::Settings& settings) {
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return {};
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto near = config::did_you_mean(name, names);
  return fail(fmt::format("policy.unknown_{}", what),
              fmt::format("there is no {} '{}' in {}", what, name, settings.file), option,
              near            ? "did you mean \"" + *near + "\"?"
              : names.empty() ? fmt::format("the configuration has none: leave {} out", option)
                              : "it has " + config::any_of(names));
}

// Who asks. A name that nobody has would be answered as if somebody had it.
Result<policy::Subject> subject_of(const ExplainOptions& options, const config::Settings& settings) {
  Names principals, teams, workloads;
  policy::Subject subject;
  subject.principal = options.principal.empty() ? "local" : options.principal;
  for (const config::Key& key : settings.keys) {
    principals.push_back(key.name);
    if (!key.team.empty()) teams.push_back(key.team);
    if (!key.workload.empty()) workloads.push_back(key.workload);
    if (key.name != subject.principal) continue;
    subject.team = key.team;
    subject.workload = key.workload;
    subject.roles = key.roles;
  }
  if (settings.keys.empty()) principals.emplace_back("local");
  SLUICE_TRY_VOID(known("principal", "--principal", options.principal, principals, settings));
  SLUICE_TRY_VOID(known("team", "--team", options.team, teams, settings));
  SLUICE_TRY_VOID(known("workload", "--workload", options.workload, workloads, settings));
  if (!options.team.empty()) subject.team = options.team;
  if (!options.workload.empty()) subject.workload = options.workload;
  if (!options.declassify.empty())
    subject.claim = policy::Claim{options.declassify, "asked for on the command line"};
  subject.time = system_clock().utc();
  return subject;
}

std::string model_of(const ExplainOptions& options, const chat::Request& request,
                     const config::Settings& settings) {
  if (!options.model.empty()) return options.model;
  return request.model.empty() ? settings.routes.front().model : request.model;
}

Result<const config::Route*> route_of(const std::string& model, const config::Settings& settings) {
  if (const config::Route* route = settings.route(model)) return route;
  return fail("route.unknown", "there is no route '" + model + "' in " + settings.file, "",
              "name one of its routes with --model");
}

// A plain text as the request that would carry it.
Result<chat::Request> request_of(const Judged& judged) {
  if (judged.request.body || !judged.request.messages.empty()) return judged.request;
  json::Writer w;
  w.object().member("model", "any").key("messages").array().object().member("role", "user");
  return wire::decode_openai_chat(w.member("content", judged.text).end().end().end().take());
}

void refuse(policy::Verdict& verdict, const Error& error) {
  if (verdict.state() == policy::State::Denied) return;
  verdict.deny(verdict.reason + ", but refused (" + error.code + "): " + error.message +
               (error.where.empty() ? "" : " (at " + error.where + ")"));
}

struct Met {
  std::string deployment, note;
};

// What an attempt at this deployment would do otherwise than asked, or the error that it would end with before
// anything is sent. (A file alone is no request yet: nobody knows how it would be asked about.)
Result<std::vector<std::string>> attempt(gateway::Obligations& obligations, const std::string& deployment,
                                         const chat::Request& request, const config::Settings& settings) {
  SLUICE_TRY(gateway::Duty duty, obligations.meet(deployment, request, gateway::Telling::Nobody));
  const chat::Request& sent = duty.request ? *duty.request : request;
  if (!sent.body) return std::move(duty.notes);
  SLUICE_TRY(std::vector<std::string> notes, backend::rehearse(sent, *settings.deployment(deployment)));
  notes.insert(notes.end(), duty.notes.begin(), duty.notes.end());
  return notes;
}

// Does to the request what each deployment's verdict obliges, as an attempt would; where that can't be done the
// gateway refuses, and so does the verdict. Returns what would be done otherwise than asked.
Result<std::vector<Met>> meet(policy::Decision& decision, const policy::Subject& subject, Judged& judged,
                              std::shared_ptr<const policy::Policy> policy, const config::Settings& settings) {
  gateway::deny_what_cannot_be_obliged(decision, settings);
  if (const Status refused = gateway::refuse_request(judged.request); !refused)
    for (policy::Verdict& verdict : decision.verdicts) refuse(verdict, refused.error());
  SLUICE_TRY(const chat::Request request, request_of(judged));
  gateway::Shared shared;
  shared.settings = settings;
  shared.judge = std::move(judged.judge);
  const policy::Decision decided = decision;
  gateway::Obligations obligations(shared, decided, {"", "", subject, std::move(policy)});
  std::vector<Met> met;
  for (policy::Verdict& verdict : decision.verdicts) {
    if (verdict.state() == policy::State::Denied) continue;
    const auto notes = attempt(obligations, verdict.deployment, request, settings);
    if (!notes) {
      refuse(verdict, notes.error());
      continue;
    }
    for (const std::string& note : *notes) met.push_back({verdict.deployment, note});
  }
  return met;
}

Status explain(const ExplainOptions& options) {
  SLUICE_TRY(const config::Settings settings, load_settings(options.config));
  SLUICE_TRY(const auto policy, load_policy(settings));
  SLUICE_TRY_VOID(policy->check_names(settings));  // else no gateway would judge by it
  SLUICE_TRY(policy::Subject subject, subject_of(options, settings));
  SLUICE_TRY(Judged judged, judge_input(options.file, options.protocol, *policy, settings));
  const std::string model = model_of(options, judged.request, settings);
  SLUICE_TRY(const config::Route* route, route_of(model, settings));
  std::vector<const config::Deployment*> candidates;
  for (const std::string& name : route->deployments) candidates.push_back(settings.deployment(name));
  subject.route = route->model;
  gateway::note_parts(judged.request, subject);
  if (!options.label.empty()) {
    SLUICE_TRY(const sense::Label declared, gateway::declared_label(options.label));
    judged.judgement.label.join(declared);
  }
  policy::Decision decision = policy->decide(judged.judgement.label, subject, candidates);
  decision.id = "(not sent)";
  SLUICE_TRY(const std::vector<Met> met, meet(decision, subject, judged, policy, settings));
  std::printf("model %s\n%s", model.c_str(), policy::explain(decision).c_str());
  for (const Met& m : met) std::printf("to %s: %s\n", m.deployment.c_str(), m.note.c_str());
  std::printf("%s%s", describe_reading(judged).c_str(), describe_findings(judged.judgement).c_str());
  return {};
}

}  // namespace

int policy_explain(const ExplainOptions& options) {
  const Status explained = explain(options);
  return explained ? 0 : complain(explained.error());
}

}  // namespace sluice::app
