#include <chrono>
#include <cstdio>

#include "app/commands.h"
#include "app/judge.h"
#include "gateway/fulfil.h"
#include "gateway/holding.h"
#include "policy/study/study.h"

namespace sluice::app {
namespace {

// The file, the built-in policy for "default", or without a name the configuration's.
Result<std::shared_ptr<const policy::Policy>> named_policy(const std::string& file, const std::string& config) {
  config::OwnDetectors own;
  if (!config.empty() || file.empty()) {
    SLUICE_TRY(auto settings, load_settings(config));
    if (file.empty()) return load_policy(settings);
    own = std::move(settings.detectors);
  }
  if (file == "default")
    return policy::Policy::parse(policy::default_policy_text(), "(built-in policy)", nullptr, own);
  return policy::Policy::read(file, own);
}

// The configuration, if one was named; names in the policy must then exist there.
Result<std::optional<config::Settings>> named_settings(const std::string& config, const policy::Policy& policy) {
  if (config.empty()) return std::optional<config::Settings>();
  SLUICE_TRY(config::Settings settings, load_settings(config));
  SLUICE_TRY_VOID(policy.check_names(settings));
  return std::optional<config::Settings>(std::move(settings));
}

void print_remarks(const std::vector<policy::Remark>& remarks) {
  for (const policy::Remark& r : remarks)
    std::printf("%s: %s%s\n", r.kind.c_str(), r.message.c_str(),
                r.place.empty() ? "" : (" (at " + r.place + ")").c_str());
}

}  // namespace

int policy_check(const PolicyOptions& options) {
  auto policy = named_policy(options.file, options.config);
  if (!policy) return complain(policy.error());
  auto settings = named_settings(options.config, **policy);
  if (!settings) return complain(settings.error());
  auto remarks = policy::inspect(
      **policy, *settings ? &**settings : nullptr, system_clock().utc(),
      [](policy::Obligation kind, const config::Deployment& d) { return gateway::can_fulfil(kind, d); },
      [&](const policy::Hold& hold, const std::string& principal) {
        return gateway::can_be_approved(hold, principal, **settings);
      });
  policy::Extent extent = policy::extent(**policy);
  std::printf("revision %s reads, its %zu tests pass and its %zu assertions hold\n", (*policy)->revision().c_str(),
              extent.tests, extent.assertions);
  print_remarks(remarks);
  if (remarks.empty()) std::printf("nothing is odd about it\n");
  return options.strict && !remarks.empty() ? 1 : 0;
}

int policy_test(const PolicyOptions& options) {
  std::string file = options.file;
  config::OwnDetectors own;
  std::optional<config::Settings> named;  // then the tests must name what is there
  if (file.empty() || !options.config.empty()) {
    auto settings = load_settings(options.config);
    if (!settings) return complain(settings.error());
    if (file.empty()) file = settings->policy_file;
    own = settings->detectors;
    if (!options.config.empty()) named = std::move(*settings);
  }
  if (file.empty() || file == "default") {
    // It would not load with a test that fails.
    auto policy = named_policy("default", "");
    if (!policy) return complain(policy.error());
    std::printf("%zu tests pass\n", policy::extent(**policy).tests);
    return 0;
  }
  auto tried = policy::try_tests(file, own, named ? &*named : nullptr);
  if (!tried) return complain(tried.error());
  std::size_t failed = 0;
  for (const policy::Tried& t : *tried) {
    std::printf("%s  %s%s\n", t.status ? "pass" : "FAIL", t.test.c_str(),
                t.status ? "" : (": " + t.status.error().message).c_str());
    failed += !t.status;
  }
  std::printf("%zu tests pass, %zu fail\n", tried->size() - failed, failed);
  return failed ? 1 : 0;
}

int policy_prove(const PolicyOptions& options) {
  auto began = std::chrono::steady_clock::now();
  auto policy = named_policy(options.file, options.config);
  if (!policy) return complain(policy.error());
  policy::Extent extent = policy::extent(**policy);
  std::printf(
      "revision %s: %zu assertions proved for 5 classes x 512 category sets x %zu kinds of subject x %zu "
      "kinds of place; raising a label opens no way\n",
      (*policy)->revision().c_str(), extent.assertions, extent.subjects, extent.places);
  auto settings = named_settings(options.config, **policy);
  if (!settings) return complain(settings.error());
  if (*settings) {
    auto survey = policy::survey(**policy, **settings);
    if (!survey) return complain(survey.error());
    std::printf("and in %s for %d subjects at %d positions of routes, %llu decisions one by one:\n",
                (*settings)->file.c_str(), survey->subjects, survey->positions,
                (unsigned long long)survey->decisions);
    for (const std::string& line : survey->lines) std::printf("  %s\n", line.c_str());
  }
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  std::printf("in %lld ms\n", (long long)took.count());
  return 0;
}

int policy_diff(const PolicyOptions& options) {
  auto before = named_policy(options.file, options.config);
  if (!before) return complain(before.error());
  auto after = named_policy(options.other, options.config);
  if (!after) return complain(after.error());
  auto settings = named_settings(options.config, **after);
  if (!settings) return complain(settings.error());
  auto changes = policy::compare(**before, **after, *settings ? &**settings : nullptr);
  if (!changes) return complain(changes.error());
  std::printf("%s -> %s\n%s", (*before)->revision().c_str(), (*after)->revision().c_str(),
              policy::describe(*changes).c_str());
  return 0;
}

int policy_show_default() {
  std::string_view text = policy::default_policy_text();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace sluice::app
