#include <cstdio>

#include "app/commands.h"
#include "app/judge.h"

namespace sluice::app {

int policy_explain(const ExplainOptions& options) {
  auto settings = load_settings(options.config);
  if (!settings) return complain(settings.error());
  auto policy = load_policy(*settings);
  if (!policy) return complain(policy.error());
  auto judged = judge_input(options.file, **policy);
  if (!judged) return complain(judged.error());

  std::string model = options.model.empty() ? judged->request.model : options.model;
  if (model.empty()) model = settings->routes.front().model;
  const config::Route* route = settings->route(model);
  if (!route)
    return complain({"route.unknown", "there is no route '" + model + "' in " + settings->file, "",
                     "name one of its routes with --model"});
  std::vector<const config::Deployment*> candidates;
  for (const std::string& name : route->deployments) candidates.push_back(settings->deployment(name));
  policy::Subject subject;
  subject.principal = options.principal.empty() ? "local" : options.principal;
  subject.team = options.team;
  subject.route = route->model;
  subject.time = system_clock().utc();
  policy::Decision decision = (*policy)->decide(judged->judgement.label, subject, candidates);
  decision.id = "(not sent)";
  std::printf("model %s\n%s%s", model.c_str(), policy::explain(decision).c_str(),
              describe_findings(judged->judgement).c_str());
  return 0;
}

int policy_check(const std::string& file) {
  auto policy = policy::Policy::read(file);
  if (!policy) return complain(policy.error());
  std::printf("%s: revision %s reads, its tests pass and its assertions hold\n", file.c_str(),
              (*policy)->revision().c_str());
  return 0;
}

int policy_show_default() {
  std::string_view text = policy::default_policy_text();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace sluice::app
