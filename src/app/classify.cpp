#include <cstdio>

#include "app/commands.h"
#include "app/judge.h"
#include "app/request_text.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

std::string to_json(const Judged& judged) {
  const sense::Judgement& judgement = judged.judgement;
  json::Writer w;
  w.object().member("class", sense::class_name(judgement.label.cls)).key("categories").array();
  for (sense::Category c : judgement.label.categories.list()) w.value(sense::category_name(c));
  w.end().member("local_only", judgement.label.local_only).key("findings").array();
  for (const sense::Finding& f : judgement.findings) {
    w.object().member("detector", f.detector).member("type", f.type);
    w.member("category", sense::category_name(f.category)).member("confidence", f.confidence);
    w.member("path", f.path).member("start", std::uint64_t(f.start)).member("end", std::uint64_t(f.end)).end();
  }
  double ms = double(std::chrono::duration_cast<std::chrono::microseconds>(judgement.took).count()) / 1000;
  w.end();
  if (judged.request.body) w.member("protocol", name_of(judged.request));
  return w.member("bytes", std::uint64_t(judgement.bytes)).member("ms", ms).end().take();
}

}  // namespace

int classify(const ClassifyOptions& options) {
  auto settings = load_settings(options.config);
  if (!settings) return complain(settings.error());
  auto policy = load_policy(*settings);
  if (!policy) return complain(policy.error());
  auto judged = judge_input(options.file, options.protocol, **policy, *settings);
  if (!judged) return complain(judged.error());
  if (options.json) {
    std::printf("%s\n", to_json(*judged).c_str());
    return 0;
  }
  std::printf("%s\n%s", judged->judgement.label.to_string().c_str(), describe_findings(judged->judgement).c_str());
  if (judged->judgement.label.local_only) std::printf("  the text asks to stay here\n");
  std::printf("%s", describe_reading(*judged).c_str());
  return 0;
}

}  // namespace sluice::app
