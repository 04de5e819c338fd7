#include "app/judge.h"

#include <fmt/format.h>

#include "app/commands.h"
#include "app/request_text.h"
#include "extract/extract.h"
#include "gateway/sealed.h"
#include "text/media.h"
#include "text/utf8.h"

namespace sluice::app {
namespace {

chat::Part::Kind kind_of(std::string_view media) {
  if (media.starts_with("image/")) return chat::Part::Kind::Image;
  return media.starts_with("audio/") ? chat::Part::Kind::Audio : chat::Part::Kind::File;
}

// Whether detectors can read it: a file's bytes beside some letters would otherwise be public, since nothing is
// found in them. (Of the files that are known by their beginning, a PDF alone may be letters only.)
bool is_text(const std::string& bytes, std::string_view media) {
  return media != "application/pdf" && bytes.find('\0') == bytes.npos && text::valid_utf8(bytes);
}

// What is no text, and what an extractor reads, as the one part of a request. Nothing reads the rest, as in the
// gateway: it is restricted.
std::optional<chat::Request> as_file(const std::string& bytes, const std::string& name,
                                     const config::Extractors& extractors) {
  const std::string_view media = text::media_of(bytes);
  const extract::Reader reader(extractors);
  const extract::File file = reader.open(bytes, name);
  const bool mismatch = !extractors.empty() && file.outcome == extract::Outcome::Mismatch;
  const bool text = is_text(bytes, media);
  if (text && !file.extractor && !mismatch) return std::nullopt;
  chat::Request request;
  chat::Part& part = request.messages.emplace_back().parts.emplace_back();
  part.kind = kind_of(media);
  chat::Extraction read = reader.extraction(file, extract::Stop());
  if (!text && media.empty()) read.failed = extract::outcome_name(extract::Outcome::InvalidText);
  part.extraction = std::make_shared<const chat::Extraction>(std::move(read));
  return request;
}

}  // namespace

Result<std::shared_ptr<const policy::Policy>> load_policy(const config::Settings& settings) {
  if (settings.policy_file.empty())
    return policy::Policy::parse(policy::default_policy_text(), "(built-in policy)", nullptr, settings.detectors);
  return policy::Policy::read(settings.policy_file, settings.detectors);
}

Result<Judged> judge_input(const std::string& file, const std::string& protocol, const policy::Policy& policy,
                           const config::Settings& settings) {
  std::optional<gateway::Front> stated;
  if (!protocol.empty()) {
    SLUICE_TRY(stated, front_named(protocol));
  }
  SLUICE_TRY(const std::string input, read_input(file));
  Judged judged;
  judged.assumed = !stated;
  SLUICE_TRY(judged.judge, sense::Judge::create(settings.detectors));
  sense::JudgeOptions options;
  options.default_class = policy.default_class();
  SLUICE_TRY(std::optional<chat::Request> request, request_in(input, stated));
  // No earlier answer is known here: what is sealed in a request is restricted.
  if (request) gateway::admit_sealed(*request, [](const std::string&) { return false; });
  if (request && !settings.extractors.empty()) extract::read_parts(extract::Reader(settings.extractors), *request);
  if (!request) request = as_file(input, file, settings.extractors);
  if (request) {
    judged.request = std::move(*request);
    judged.judgement = judged.judge->judge(judged.request, options);
  } else {
    judged.judgement = judged.judge->judge_text(input, options);
    judged.text = input;
  }
  return judged;
}

std::string describe_reading(const Judged& judged) {
  if (!judged.request.body) return {};
  return fmt::format("read as a request of {}{}\n", name_of(judged.request),
                     judged.assumed ? " (--protocol says otherwise)" : "");
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
