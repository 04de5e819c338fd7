#include "sense/sense.h"

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
  explicit StandardJudge(const JudgeParts& parts) {
    instruments_.clock = parts.clock;
    instruments_.detectors = parts.make(instruments_.phrases);
    instruments_.phrases.build();
  }

  Judgement judge(const chat::Request& request, const JudgeOptions& options) const override {
    return guarded(options, [&](Scanner& scanner) {
      for (const std::string& path : chat::unreadable_parts(request)) scanner.unreadable(path);
      for (const chat::VisibleText& text : chat::visible_texts(request)) scanner.text(text.path, text.text);
      for (const JointText& joint : joints_of(request)) scanner.joint(joint);
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

  Instruments instruments_;
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

Result<std::unique_ptr<Judge>> Judge::create() { return make_judge(JudgeParts{standard_detectors}); }

}  // namespace sluice::sense
