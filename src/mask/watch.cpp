#include "mask/watch.h"

#include <algorithm>
#include <vector>

#include "text/utf8.h"

namespace sluice::mask {
namespace {

constexpr std::size_t kContext = 256;  // passed text that is looked at again: words that give a number its meaning
constexpr std::size_t kHold = 256;     // longer than identifiers, cards and tokens with their separators
constexpr std::size_t kMostHeld = 4 << 10;
constexpr std::size_t kStep = 64;  // a look costs microseconds; one for every token would be too many

std::size_t byte_of(std::string_view text, std::size_t points) {
  std::size_t pos = 0;
  for (; points > 0 && pos < text.size(); --points) text::next_code_point(text, pos);
  return pos;
}

std::size_t character_start(std::string_view text, std::size_t pos) {
  while (pos > 0 && pos < text.size() && (static_cast<unsigned char>(text[pos]) & 0xC0) == 0x80) --pos;
  return pos;
}

std::string failure_of(const sense::Judgement& judged) {
  std::string failure;
  for (const sense::Provenance& why : judged.label.provenance)
    if (why.source != "finding" && why.source != "default") failure = why.source + " " + why.detail;
  return failure;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Where at the end of a text something begins that may go on: an address, groups of digits, or a word with digits
// in it. As many as a year has are none, nor is a word of letters: most texts end in one. `names`: words with a
// dot in them may be the first half of an address.
std::size_t open_end(std::string_view text, bool names) {
  constexpr std::size_t kYear = 4;
  std::size_t word = text.size(), digits = 0;
  bool at = false, mark = false;
  for (; word > 0 && static_cast<unsigned char>(text[word - 1]) > ' '; --word) {
    const char c = text[word - 1];
    digits += is_digit(c);
    at = at || c == '@' || (names && c == '.' && word < text.size());
    mark = mark || c == '_' || c == '-';
  }
  std::size_t group = text.size(), grouped = 0;
  while (group > 0 && (is_digit(text[group - 1]) || std::string_view(" -./()").find(text[group - 1]) != text.npos))
    grouped += is_digit(text[--group]);
  while (group < text.size() && !is_digit(text[group])) ++group;
  const bool goes_on = at || digits > kYear || (digits > 0 && (mark || text.size() - word > 2 * kYear));
  return std::min(goes_on ? word : text.size(), grouped > kYear ? group : text.size());
}

}  // namespace

void Watch::take(std::string_view piece) {
  window_ += piece;
  fresh_ += piece.size();
  if (cuts_) cuts_->take(piece);
}

// Where a text may be cut: at a character; in JSON not inside of an escape.
std::size_t Watch::cut_before(std::size_t at) const {
  at = character_start(window_, at);
  while (cuts_ && at > passed_ && !cuts_->may_cut(at)) --at;
  return at;
}

std::string Watch::push(std::string_view piece) {
  if (!stopped_.empty()) return {};
  take(piece);
  if (fresh_ < kStep || window_.size() - passed_ <= kHold) return {};
  return look(cut_before(window_.size() - kHold), false);
}

std::string Watch::pause() {
  if (!stopped_.empty() || window_.size() == passed_) return {};
  const std::size_t held = window_.size() - std::min(window_.size() - passed_, kHold);
  std::size_t open = open_end(window_, categories_.has(sense::Category::Pii));
  if (cuts_) open = cuts_->before_number(window_, open);
  return look(cut_before(std::max(held, open)), false);
}

std::string Watch::finish() {
  if (!stopped_.empty() || window_.size() == passed_) return {};
  return look(window_.size(), true);
}

// What of the window goes with a finding. False: it can't be cut out.
bool Watch::fit(Span& span) const {
  span.start = std::max(span.start, passed_);
  if (!cuts_ || span.type.empty()) return !span.type.empty();
  std::optional<Cut> cut = cuts_->cut(window_, span.start, span.end, passed_);
  if (!cut) return false;
  span.start = cut->start;
  span.end = cut->end;
  span.quote = std::move(cut->quote);
  span.key = cut->key;
  return true;
}

// Names of an object's members stay different from one another.
std::string Watch::mark_of(const Span& span) {
  const std::string mark = redaction_mark(span.type);
  if (!span.key) return span.quote + mark + span.quote;
  std::string& name = names_[window_.substr(span.start, span.end - span.start)];
  if (!name.empty()) return name;
  const std::size_t number = names_.size();
  return name = number == 1 ? mark : mark.substr(0, mark.size() - 1) + " " + std::to_string(number) + "]";
}

std::string Watch::look(std::size_t limit, bool finished) {
  fresh_ = 0;
  const sense::Judgement judged = judge_.judge_text(window_, {});
  stopped_ = failure_of(judged);
  std::vector<Span> spans;
  for (const sense::Finding& finding : judged.findings) {
    if (!categories_.has(finding.category)) continue;
    Span span{byte_of(window_, finding.start), byte_of(window_, finding.end), finding.type, ""};
    std::string_view found = std::string_view(window_).substr(span.start, span.end - span.start);
    if (span.end <= passed_ || (vault_ && vault_->covers(found))) continue;
    if (!fit(span)) {
      stopped_ = finding.detector;
      continue;
    }
    // One that ends near the end may go on: it waits, within bounds.
    if (!finished && span.end > limit && window_.size() - passed_ < kMostHeld) limit = std::min(limit, span.start);
    spans.push_back(std::move(span));
  }
  if (!stopped_.empty()) return {};
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
  std::string out;
  std::size_t pos = passed_;
  for (const Span& span : spans) {
    if (span.start >= limit) continue;
    if (span.start >= pos) {
      out += window_.substr(pos, span.start - pos) + mark_of(span);
      ++redacted_;
    }
    pos = std::max(pos, span.end);
  }
  if (pos < limit) out += window_.substr(pos, limit - pos);
  passed_ = std::max(pos, limit);
  std::size_t forget = character_start(window_, passed_ - std::min(passed_, kContext));
  window_.erase(0, forget);
  if (cuts_) cuts_->forget(forget);
  passed_ -= forget;
  return out;
}

std::string found_in(const sense::Judge& judge, sense::CategorySet categories, const Vault* vault,
                     std::string_view text) {
  const sense::Judgement judged = judge.judge_text(text, {});
  for (const sense::Finding& finding : judged.findings) {
    if (!categories.has(finding.category)) continue;
    const std::size_t from = byte_of(text, finding.start);
    if (!vault || !vault->covers(text.substr(from, byte_of(text, finding.end) - from))) return finding.detector;
  }
  return failure_of(judged);
}

}  // namespace sluice::mask
