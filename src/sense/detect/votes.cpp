// Votes on what a text is about: the word tables, which know certain words, and the trained model
// (sense/topics/model.h), which has learnt from texts and also knows others that are like them. A topic is found
// where the model is sure of it, or where a table finds it and the model does not speak against it.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "sense/detect/detectors.h"
#include "sense/topics/model.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;
using topics::Window;

constexpr std::array<Kind, topics::kTopics> kKindOf = {
    Kind::SourceCode,      Kind::LegalTopic,   Kind::HealthTopic, Kind::BusinessTopic,
    Kind::RestrictedTopic, Kind::FinanceTopic, Kind::LocalWish};
constexpr std::size_t kSourceCode = 0;

// Of many windows one is odd by chance: the thresholds hold for a line or two, and each doubling of the windows
// adds to them, up to a limit, so that a book does not silence the model.
constexpr float kFewWindows = 2, kMostMore = 5;
// "About eight lines" (the definition of the category), less what a cut may take; or as much without line breaks.
constexpr std::ptrdiff_t kCodeLines = 7;
constexpr std::size_t kCodeBytes = 600;

// Lines of a stretch that are not blank, and those of them that are members of a JSON object: data, not code.
struct Lines {
  std::ptrdiff_t all = 0, members = 0;
};

Lines lines_in(std::string_view text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t first = line.find_first_not_of(" \t\r{");
    lines.all += line.find_first_not_of(" \t\r") != line.npos;
    lines.members += first != line.npos && line[first] == '"' && line.find("\":", first) != line.npos;
    at = end + 1;
  }
  return lines;
}

class Votes : public scan::Detector {
 public:
  explicit Votes(scan::PhraseSet& set) {
    tables_.push_back(make_source_code(set));
    tables_.push_back(make_legal_topic(set));
    tables_.push_back(make_health_topic(set));
    tables_.push_back(make_business_topic(set));
    tables_.push_back(make_restricted_topic(set));
    tables_.push_back(make_finance_topic(set));
    tables_.push_back(make_wishes(set));
  }

  const char* name() const override { return "topics"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    // Of topics only source code is looked for across the joints of a conversation.
    if (doc.joint) return tables_[kSourceCode]->detect(doc, hits);
    std::vector<Window> windows;
    topics::builtin().score(doc.text, windows);
    for (std::size_t t = 0; t < topics::kTopics; ++t) {
      const std::size_t before = hits.size();
      trained(doc, windows, t, hits);
      if (hits.size() > before) continue;
      std::vector<Hit> found;
      if (const Status done = tables_[t]->detect(doc, found); !done) return done;
      for (const Hit& hit : found) {
        if (!against(windows, t, hit)) hits.push_back(hit);
      }
    }
    return {};
  }

 private:
  // Stretches of windows that are about the topic.
  static void trained(const Document& doc, const std::vector<Window>& windows, std::size_t t,
                      std::vector<Hit>& hits) {
    const float doublings = std::max(0.0f, std::log2(float(windows.size()) / kFewWindows));
    const float more = std::min(doublings * topics::builtin().slopes()[t], kMostMore);
    std::vector<Window> about;
    for (const Window& w : windows) {
      if (w.scores[t] > (t == kSourceCode ? 0 : more)) about.push_back(w);
    }
    std::sort(about.begin(), about.end(), [](const Window& a, const Window& b) { return a.start < b.start; });
    for (std::size_t i = 0; i < about.size();) {
      Hit hit{kKindOf[t], 0, about[i].start, about[i].end};
      float top = about[i].scores[t];
      for (++i; i < about.size() && about[i].start <= hit.end; ++i) {
        hit.end = std::max(hit.end, about[i].end);
        top = std::max(top, about[i].scores[t]);
      }
      hit.confidence = 1 / (1 + std::exp(-double(top + topics::builtin().thresholds()[t])));
      if (t != kSourceCode || long_enough(doc.slice(hit.start, hit.end))) hits.push_back(hit);
    }
  }

  static bool long_enough(std::string_view code) {
    const Lines lines = lines_in(code);
    return lines.members * 2 < lines.all && (code.size() >= kCodeBytes || lines.all >= kCodeLines);
  }

  // Every window of a table's finding scores below the veto.
  static bool against(const std::vector<Window>& windows, std::size_t t, const Hit& hit) {
    return std::none_of(windows.begin(), windows.end(), [&](const Window& w) {
      return w.start < hit.end && hit.start < w.end && w.scores[t] > topics::builtin().vetoes()[t];
    });
  }

  std::vector<Made> tables_;  // in the order of topics::Topic
};

}  // namespace

Made make_topics(scan::PhraseSet& set) { return std::make_unique<Votes>(set); }

}  // namespace sluice::sense::detect
