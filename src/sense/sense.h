// The face of sense: what a request's texts contain -> findings and a label.
//
// Judges every text the model would see (chat::visible_texts), and the joints between adjacent text parts,
// messages, thoughts, arguments of calls and prompts. What can't be read (images, unknown parts), and any detector
// that fails or runs out of its time, makes the label `restricted`: sense never says less than it knows.
// Thread-safe: a Judge is immutable after creation.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "chat/request.h"
#include "config/detectors.h"
#include "sense/label.h"

namespace sluice::sense {

// Evidence in a text. Never carries the text itself.
struct Finding {
  std::string detector;  // "payment_card", "iban", "private_key", "source_code", ..., or an own detector's name
  std::string type;      // span type: EMAIL PHONE CREDIT_CARD IBAN SSN SECRET PRIVATE_KEY ... ; empty for a topic
  Category category;
  double confidence;               // 0..1; findings below the detector's act threshold are not reported
  std::string path;                // where the text stands: "$.messages[1].content"
  std::size_t start = 0, end = 0;  // Unicode code points in that text, half-open
  bool part = false;  // of what goes on in the next text: one of several in a row, all of which are listed
};

// Findings of one kind that a Judgement lists; the label needs one, a reader not more than this. Where there are
// as many, there may be more.
inline constexpr std::size_t kMostListed = 1000;

struct Judgement {
  Label label;
  std::vector<Finding> findings;
  std::size_t bytes = 0;  // of text looked at
  Duration took{};
};

struct JudgeOptions {
  Class default_class = Class::Public;            // of a request in which nothing was found
  Duration time_limit = std::chrono::seconds(2);  // per request; beyond it: restricted
  std::size_t max_bytes = 64u << 20;              // of text; beyond it: restricted
  // Whose texts these are: what this Judge has judged for the same tenant is not scanned again (sense/memory.h).
  // Null: nothing is remembered.
  const std::string* tenant = nullptr;
  // Set by whoever no longer wants the judgement, on any thread: it ends within a window and is restricted. Null:
  // nobody does.
  const std::atomic<bool>* given_up = nullptr;
};

class Judge {
 public:
  static Result<std::unique_ptr<Judge>> create();
  // With detectors of administrators, whose examples are tried. Errors: config.value, config.example with the
  // place.
  static Result<std::unique_ptr<Judge>> create(const config::OwnDetectors& own);
  virtual ~Judge() = default;
  virtual Judgement judge(const chat::Request& request, const JudgeOptions& options) const = 0;
  // One plain text, as `sluice classify` has it.
  virtual Judgement judge_text(std::string_view text, const JudgeOptions& options) const = 0;
};

}  // namespace sluice::sense
