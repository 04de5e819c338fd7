// `sluice policy replay`: the requests in the records, decided again under another policy. Labels only: the
// records hold no text.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <sstream>

#include "app/commands.h"
#include "app/judge.h"
#include "json/doc.h"
#include "ledger/ledger.h"

namespace sluice::app {
namespace {

sense::Label label_of(const ledger::Opening& o) {
  sense::Label label;
  // What this version can't read is judged like what could not be read then.
  label.cls = sense::parse_class(o.label_class).value_or(sense::Class::Restricted);
  std::istringstream names(o.categories);
  for (std::string name; std::getline(names, name, ',');) {
    auto category = sense::parse_category(name);
    label.categories.add(category.value_or(sense::Category::Restricted));
  }
  return label;
}

policy::Subject subject_of(const ledger::Opening& o, const config::Settings& settings) {
  policy::Subject subject;
  subject.principal = o.principal;
  subject.team = o.team;
  subject.route = o.route;
  subject.time = o.time;
  for (const config::Key& key : settings.keys) {
    if (key.name != o.principal) continue;
    subject.workload = key.workload;
    subject.roles = key.roles;
  }
  return subject;
}

// Deployment -> what was decided, as recorded. What waited for an approval was held, whether it got one or not:
// the policy said no more than that.
std::map<std::string, policy::State> recorded(const ledger::Opening& o) {
  std::map<std::string, policy::State> out;
  auto doc = json::Doc::parse(o.verdicts);
  if (!doc) return out;
  for (json::Value v : (*doc)->root()) {
    policy::State state = v["allowed"].boolean().value_or(false) ? policy::State::Allowed : policy::State::Denied;
    if (v["held"].boolean().value_or(false)) state = policy::State::Held;
    out[v["deployment"].string().value_or("")] = state;
  }
  return out;
}

struct Replayed {
  int requests = 0, changed = 0, without_route = 0;
  std::map<std::string, int> lines;
};

void replay(const ledger::Opening& o, const config::Settings& settings, const policy::Policy& policy,
            Replayed& out) {
  ++out.requests;
  const config::Route* route = settings.route(o.route);
  if (!route) {
    ++out.without_route;
    return;
  }
  std::vector<const config::Deployment*> candidates;
  for (const std::string& name : route->deployments) candidates.push_back(settings.deployment(name));
  policy::Decision decision = policy.decide(label_of(o), subject_of(o, settings), candidates);
  std::map<std::string, policy::State> before = recorded(o);
  bool changed = false;
  for (const policy::Verdict& v : decision.verdicts) {
    auto was = before.find(v.deployment);
    if (was == before.end() || was->second == v.state()) continue;
    changed = true;
    std::string what = o.label_class + (o.categories.empty() ? "" : "; " + o.categories);
    ++out.lines[fmt::format("{} at {}: {} -> {} ({}), team {}, route {}", what, v.deployment,
                            policy::state_name(was->second), policy::state_name(v.state()), v.reason,
                            o.team.empty() ? "none" : o.team, o.route)];
  }
  out.changed += changed;
}

}  // namespace

int policy_replay(const PolicyOptions& options) {
  auto settings = load_settings(options.config);
  if (!settings) return complain(settings.error());
  auto policy = policy::Policy::read(options.file, settings->detectors);
  if (!policy) return complain(policy.error());
  if (Status names = (*policy)->check_names(*settings); !names) return complain(names.error());
  auto ledger = ledger::Ledger::open_read_only(options.data_dir.empty() ? settings->data_dir : options.data_dir);
  if (!ledger) return complain(ledger.error());
  ledger::ListOptions list;
  list.limit = options.limit;
  if (!options.since.empty()) {
    auto since = parse_utc(options.since);
    if (!since) return complain(since.error());
    list.since = *since;
  }
  auto records = (*ledger)->list(list);
  if (!records) return complain(records.error());
  Replayed out;
  for (const ledger::Record& record : *records) replay(record.opening, *settings, **policy, out);
  std::printf("%d requests, decided again under %s: %d change\n", out.requests, (*policy)->revision().c_str(),
              out.changed);
  if (out.without_route) std::printf("%d asked for a model that is no route here\n", out.without_route);
  for (const auto& [line, count] : out.lines) std::printf("%6d  %s\n", count, line.c_str());
  return 0;
}

}  // namespace sluice::app
