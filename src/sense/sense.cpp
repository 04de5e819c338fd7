#include "sense/sense.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "sense/detect/detectors.h"
#include "sense/joints.h"
#include "sense/judge.h"
#include "sense/memory.h"
#include "sense/scanner.h"

namespace sluice::sense {
namespace {

class StandardJudge : public Judge {
 public:
  explicit StandardJudge(const JudgeParts& parts) : own_(parts.own) {
    instruments_.clock = parts.clock;
    instruments_.detectors = parts.make(instruments_.phrases);
    if (own_)
      for (auto& detector : own_->detectors(instruments_.phrases))
        instruments_.detectors.push_back(std::move(detector));
    instruments_.own = parts.meanings;
    instruments_.phrases.build();
  }

  Judgement judge(const chat::Request& request, const JudgeOptions& options) const override {
    return guarded(options, [&](Scanner& scanner) {
      for (const std::string& path : chat::unreadable_parts(request)) scanner.unreadable(path);
      for (std::size_t m = 0; m < request.messages.size(); ++m) {
        const std::vector<chat::Part>& parts = request.messages[m].parts;
        for (std::size_t p = 0; p < parts.size(); ++p)
          if (parts[p].extraction && parts[p].is_read())
            scanner.extracted(chat::part_path(m, p) + " by " + parts[p].extraction->by);
      }
      const chat::VisibleTexts visible = chat::visible_texts(request);
      for (const chat::VisibleText& text : visible) scanner.text(text.path, text.text);
      for (const JointText& joint : joints_of(request, visible)) scanner.joint(joint);
    });
  }

  Judgement judge_text(std::string_view text, const JudgeOptions& options) const override {
    return guarded(options, [&](Scanner& scanner) { scanner.text("$", text); });
  }

 private:
  // Whatever goes wrong, memory included, the answer is a label, and that label is the highest.
  template <class Work>
  Judgement guarded(const JudgeOptions& options, Work work) const {
    Judgement judgement;
    try {
      std::shared_ptr<Shelf> shelf = options.tenant ? memory_.shelf(*options.tenant) : nullptr;
      Scanner scanner(instruments_, options, shelf.get());
      try {
        work(scanner);
        return scanner.finish();
      } catch (const std::exception&) {
        judgement = scanner.finish();
      }
    } catch (const std::exception&) {
    }
    judgement.label.raise(Class::Restricted,
                          Provenance{"detector_failure", "judge", Class::Restricted, std::nullopt});
    return judgement;
  }

  std::shared_ptr<const own::Own> own_;  // outlives the detectors made of it
  Instruments instruments_;
  // Of these detectors: another configuration is another judge, which remembers nothing of this one's.
  mutable Memory memory_;
};

}  // namespace

std::vector<std::unique_ptr<scan::Detector>> standard_detectors(scan::PhraseSet& set) {
  return detect::make_all(set);
}

Result<std::unique_ptr<Judge>> make_judge(const JudgeParts& parts) {
  try {
    return std::make_unique<StandardJudge>(parts);
  } catch (const std::exception& e) {
    return fail("sense.create", std::string("the detectors can't be built: ") + e.what());
  }
}

Status add_own(JudgeParts& parts, const config::OwnDetectors& own) {
  if (own.empty()) return {};
  SLUICE_TRY(parts.meanings, meanings_of(own));
  SLUICE_TRY(parts.own, own::Own::compile(own));
  return {};
}

Status check_examples(const Judge& judge, const config::OwnDetectors& own) {
  const auto finds = [&](const config::OwnDetector& one, const config::Said& example) {
    const Judgement judgement = judge.judge_text(example.text, {});
    return std::any_of(judgement.findings.begin(), judgement.findings.end(),
                       [&](const Finding& finding) { return finding.detector == one.name; });
  };
  const auto check = [&](const auto& detectors) -> Status {
    for (const config::OwnDetector& one : detectors) {
      for (const config::Said& example : one.match)
        if (!finds(one, example))
          return fail("config.example", "the detector \"" + one.name + "\" does not find its example",
                      example.where, "change the detector or the example");
      for (const config::Said& example : one.no_match)
        if (finds(one, example))
          return fail("config.example", "the detector \"" + one.name + "\" finds what it must not", example.where,
                      "change the detector or the example");
    }
    return {};
  };
  SLUICE_TRY_VOID(check(own.patterns));
  SLUICE_TRY_VOID(check(own.dictionaries));
  return check(own.fingerprints);
}

Result<std::unique_ptr<Judge>> Judge::create() { return create(config::OwnDetectors{}); }

Result<std::unique_ptr<Judge>> Judge::create(const config::OwnDetectors& own) {
  JudgeParts parts;
  parts.make = standard_detectors;
  SLUICE_TRY_VOID(add_own(parts, own));
  SLUICE_TRY(auto judge, make_judge(parts));
  SLUICE_TRY_VOID(check_examples(*judge, own));
  return judge;
}

}  // namespace sluice::sense
