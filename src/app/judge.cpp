#include "app/judge.h"

#include <fmt/format.h>

#include "app/commands.h"
#include "extract/extract.h"
#include "json/doc.h"
#include "wire/openai_chat.h"

namespace sluice::app {
namespace {

bool is_chat_request(const std::string& input) {
  auto doc = json::Doc::parse(input);
  return doc && (*doc)->root()["messages"].is(json::Type::Array);
}

// A file for which there is an extractor, as the one part of a request.
std::optional<chat::Request> read_file(const std::string& bytes, const std::string& name,
                                       const config::Extractors& extractors) {
  if (extractors.empty()) return std::nullopt;
  const extract::Reader reader(extractors);
  const extract::File file = reader.open(bytes, name);
  if (!file.extractor && file.outcome != extract::Outcome::Mismatch) return std::nullopt;
  chat::Request request;
  chat::Part& part = request.messages.emplace_back().parts.emplace_back();
  part.kind = chat::Part::Kind::File;
  part.extraction = std::make_shared<const chat::Extraction>(reader.extraction(file, extract::Stop()));
  return request;
}

}  // namespace

Result<std::shared_ptr<const policy::Policy>> load_policy(const config::Settings& settings) {
  if (settings.policy_file.empty())
    return policy::Policy::parse(policy::default_policy_text(), "(built-in policy)", nullptr, settings.detectors);
  return policy::Policy::read(settings.policy_file, settings.detectors);
}

Result<Judged> judge_input(const std::string& file, const policy::Policy& policy,
                           const config::Settings& settings) {
  SLUICE_TRY(auto input, read_input(file));
  SLUICE_TRY(auto judge, sense::Judge::create(settings.detectors));
  sense::JudgeOptions options;
  options.default_class = policy.default_class();
  Judged judged;
  judged.is_request = is_chat_request(input);
  if (judged.is_request) {
    SLUICE_TRY(judged.request, wire::decode_openai_chat(std::move(input)));
    if (!settings.extractors.empty()) extract::read_parts(extract::Reader(settings.extractors), judged.request);
    judged.judgement = judge->judge(judged.request, options);
  } else if (auto read = read_file(input, file, settings.extractors)) {
    judged.request = std::move(*read);
    judged.judgement = judge->judge(judged.request, options);
  } else {
    judged.judgement = judge->judge_text(input, options);
  }
  return judged;
}

std::string describe_findings(const sense::Judgement& judgement) {
  std::string out;
  for (const sense::Finding& f : judgement.findings)
    out += fmt::format("  {:<12} {:<18} {}{} {}-{}  confidence {:.2f}\n", sense::category_name(f.category),
                       f.detector, f.type.empty() ? "" : f.type + " ", f.path, f.start, f.end, f.confidence);
  for (const sense::Provenance& p : judgement.label.provenance)
    if (p.source != "finding")
      out += fmt::format("  {:<12} {:<18} {}\n", sense::class_name(p.cls), p.source, p.detail);
  return out;
}

}  // namespace sluice::app
