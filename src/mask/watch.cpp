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

struct Span {
  std::size_t start, end;
  std::string type;
};

}  // namespace

std::string Watch::push(std::string_view piece) {
  if (!stopped_.empty()) return {};
  window_ += piece;
  fresh_ += piece.size();
  if (fresh_ < kStep || window_.size() - passed_ <= kHold) return {};
  return look(false);
}

std::string Watch::finish() {
  if (!stopped_.empty() || window_.size() == passed_) return {};
  return look(true);
}

std::string Watch::look(bool finished) {
  fresh_ = 0;
  const sense::Judgement judged = judge_.judge_text(window_, {});
  for (const sense::Provenance& why : judged.label.provenance)
    if (why.source != "finding" && why.source != "default") stopped_ = why.source + " " + why.detail;
  std::size_t limit = window_.size();
  if (!finished) limit = character_start(window_, limit - std::min(limit - passed_, kHold));
  std::vector<Span> spans;
  for (const sense::Finding& finding : judged.findings) {
    if (!categories_.has(finding.category)) continue;
    Span span{byte_of(window_, finding.start), byte_of(window_, finding.end), finding.type};
    std::string_view found = std::string_view(window_).substr(span.start, span.end - span.start);
    if (span.end <= passed_ || (vault_ && vault_->covers(found))) continue;
    bool breaks = json_ && found.find_first_of("\"\\{}[]") != std::string_view::npos;
    if (span.type.empty() || breaks) stopped_ = finding.detector;
    span.start = std::max(span.start, passed_);
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
      out += window_.substr(pos, span.start - pos) + redaction_mark(span.type);
      ++redacted_;
    }
    pos = std::max(pos, span.end);
  }
  if (pos < limit) out += window_.substr(pos, limit - pos);
  passed_ = std::max(pos, limit);
  std::size_t forget = character_start(window_, passed_ - std::min(passed_, kContext));
  window_.erase(0, forget);
  passed_ -= forget;
  return out;
}

}  // namespace sluice::mask
