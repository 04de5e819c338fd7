// Watch: reads an answer's text as it comes and lets nothing of the named categories pass.
//
// A window of what was let through lately and what is held back is judged again each time some text has come. A
// finding with a place is replaced by its mark ("[EMAIL]", a string of its own where a number of JSON stood); one
// without (a topic), one that can't be replaced without breaking JSON, and a judgement that failed stop the
// answer. Held back are about 256 bytes, more only while a finding reaches further, and never more than 4 KiB. One
// Watch a text; one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mask/cuts.h"
#include "mask/vault.h"
#include "sense/sense.h"

namespace sluice::mask {

class Watch {
 public:
  // All outlive the watch. Tokens of `vault` (null: none) are no findings. `json`: the text is JSON.
  Watch(const sense::Judge& judge, sense::CategorySet categories, const Vault* vault, bool json)
      : judge_(judge), categories_(categories), vault_(vault) {
    if (json) cuts_.emplace();
  }

  std::string push(std::string_view piece);  // what may pass now
  std::string finish();                      // the rest
  // What may pass where something else stands between this and what may follow: all but a number, an address or a
  // key that may go on.
  std::string pause();
  // Not empty: the answer must stop; nothing of this text may follow. The detector or category, never text.
  const std::string& stopped() const { return stopped_; }
  std::size_t redacted() const { return redacted_; }

 private:
  struct Span {
    std::size_t start, end;
    std::string type, quote;
    bool key = false;
  };
  std::string look(std::size_t limit, bool finished);
  bool fit(Span& span) const;
  std::string mark_of(const Span& span);
  void take(std::string_view piece);
  std::size_t cut_before(std::size_t at) const;

  const sense::Judge& judge_;
  const sense::CategorySet categories_;
  const Vault* vault_;
  std::optional<JsonCuts> cuts_;              // of window_, if the text is JSON
  std::map<std::string, std::string> names_;  // of each value in a member's name: the mark that it got
  std::string window_;                        // what passed lately, then what is held
  std::size_t passed_ = 0;                    // bytes of it that passed
  std::size_t fresh_ = 0;                     // bytes that came since the last look
  std::string stopped_;
  std::size_t redacted_ = 0;
};

// What of these categories is in a short text that comes whole, as a name does: the detector, or what went wrong;
// empty: nothing.
std::string found_in(const sense::Judge& judge, sense::CategorySet categories, const Vault* vault,
                     std::string_view text);

}  // namespace sluice::mask
