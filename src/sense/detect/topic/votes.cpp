// Votes on what a text is about: the word tables, which know certain words, and the trained model
// (sense/topics/model.h), which has learnt from texts and also knows others that are like them. A topic is found
// where the model is sure of it, or where a table finds it and the model does not speak against it; against a
// marking ("internal use only") at the head of a text or of a line it has no say.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/device_lines.h"
#include "sense/detect/topic/framing.h"
#include "sense/detect/topic/topic.h"
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
constexpr std::size_t kSourceCode = 0, kLegal = 1, kHealth = 2, kBusiness = 3, kRestricted = 4, kFinancial = 5;

// Of many windows one is odd by chance: the thresholds hold for a line or two, and each doubling of the windows
// adds to them, up to a limit, so that a book does not silence the model.
constexpr float kFewWindows = 2, kMostMore = 5;
// Texts of up to so many bytes, a page, are read whole by the model, which costs 4 µs. Of longer ones only what
// stands around words that the tables know of a topic: most have some if they are about one.
constexpr std::size_t kShortText = 1536;
constexpr std::uint32_t kAround = 256;
// Fewer known words than kFewestWords say nothing: pages of numbers, keys and codes are no topic. Nor do short
// ones alone ("and now?"), nor fewer than kFewestAlone of which none is a word of the topic's table: three words
// of the body are nobody's health ("basic training takes 10 weeks"). Each that is missing to kEnoughWords adds to
// the threshold: of a handful of words, which the rest of a text would put right, some look like a topic by
// chance. Where they are words of a table, the table still finds it. How much a word adds was chosen by topic on
// titles of software packages and public prompts, of which hardly any looks like health (tools/topics/README.md).
constexpr std::uint32_t kFewestWords = 2, kEnoughWords = 8;
constexpr std::array<std::uint32_t, topics::kTopics> kFewestAlone = {2, 4, 4, 2, 2, 2, 2};
constexpr topics::Scores kMissingWord = {0, 0.2f, 0, 0.35f, 0.25f, 0.25f, 0.25f};
// A window in which no telling word of the topic's table stands has but the tone of one, which everyday talk has
// too ("please tell me what is on my list", "she was 91 years old"). It needs more words, and more long ones,
// which talk has few of: each that is missing adds so much more. A word of the table makes up for some doubt of
// the model. Chosen on 31,092 requests to assistants and banks, bookings and sentences of news and encyclopaedias
// in 14 languages (tools/topics/README.md).
constexpr std::uint32_t kEnoughAlone = 12, kEnoughLong = 6;
constexpr topics::Scores kMissingAlone = {0, 0.25f, 0.2f, 0.15f, 0.2f, 0, 0};
constexpr topics::Scores kMissingLong = {0, 0.3f, 0.35f, 0.3f, 0.2f, 0, 0};
constexpr float kMostForTone = 2.5f;  // what the model is that sure of it need not be asked about
constexpr topics::Scores kWithWord = {0, 0.5f, 0.25f, 0, 0, 0, 0};
// What more is asked of a page that says of itself that it is invented or published (framing.h), of the model and,
// above the veto, of what a table found. Somebody's money and what is restricted is rarely either.
constexpr topics::Scores kFramed = {0, 2, 2, 2, 0, 0, 0};
// The same of law, by how much the page speaks like the terms of a site (framing.h), of which hardly a clause of a
// signed agreement has a word.
constexpr std::array<float, 3> kOpenTerms = {0, 3, 6};
// The same of health on a page that speaks of a study: of many patients, not of one.
constexpr float kStudied = 2;
// "About eight lines" (the definition of the category), less what a cut may take; or as much without line breaks.
constexpr std::ptrdiff_t kCodeLines = 7;
constexpr std::size_t kCodeBytes = 600;
// From this confidence on the table of company matters has found a marking ("internal use only").
constexpr double kMarked = 0.85;

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
  explicit Votes(scan::PhraseSet& set)
      : framing_(set), studies_(set, kStudies, kStudiesUnspaced), terms_(set), devices_(set) {
    tables_.push_back(make_source_code(set));
    tables_.push_back(make_legal_topic(set));
    tables_.push_back(make_health_topic(set));
    tables_.push_back(make_business_topic(set));
    tables_.push_back(make_restricted_topic(set));
    tables_.push_back(make_finance_topic(set));
    tables_.push_back(make_wishes(set));
    for (const Made& table : tables_) {
      if (const auto* topic = dynamic_cast<const Topic*>(table.get())) worded_.push_back(topic);
    }
  }

  const char* name() const override { return "topics"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    // Of topics only source code is looked for across the joints of a conversation.
    if (doc.joint) return tables_[kSourceCode]->detect(doc, hits);
    const std::vector<Window> windows = read(doc);
    for (std::size_t t = 0; t < topics::kTopics; ++t) {
      const std::size_t before = hits.size();
      trained(doc, windows, t, hits);
      if (hits.size() > before) continue;
      std::vector<Hit> found;
      if (const Status done = tables_[t]->detect(doc, found); !done) return done;
      for (const Hit& hit : found) {
        const float least = topics::builtin().vetoes()[t] + framed(doc, t, hit.start, hit.end);
        if (!against(windows, t, hit, least) || is_heading(doc, t, hit)) hits.push_back(hit);
      }
      if (t == kBusiness && hits.size() == before) devices_.detect(doc, hits);
    }
    return {};
  }

 private:
  std::vector<Window> read(const Document& doc) const {
    std::vector<Window> windows;
    if (doc.text.size() <= kShortText) {
      topics::builtin().score(doc.text, windows);
      return windows;
    }
    std::vector<std::uint32_t> places;
    for (const Topic* table : worded_) table->telling_places(doc, places);
    std::sort(places.begin(), places.end());
    const auto size = static_cast<std::uint32_t>(doc.text.size());
    for (std::size_t i = 0; i < places.size();) {
      const std::uint32_t start = word_start(doc.text, places[i] - std::min(places[i], kAround));
      std::uint32_t end = std::min(places[i] + kAround, size);
      for (++i; i < places.size() && places[i] <= end + kAround; ++i) end = std::min(places[i] + kAround, size);
      const std::size_t first = windows.size();
      topics::builtin().score(doc.slice(start, end), windows);
      for (std::size_t k = first; k < windows.size(); ++k) {
        windows[k].start += start;
        windows[k].end += start;
      }
    }
    return windows;
  }

  // A blank before the byte, if there is one nearby.
  static std::uint32_t word_start(std::string_view text, std::uint32_t at) {
    for (std::uint32_t back = 0; back < 32 && back < at; ++back) {
      if (text[at - back] == ' ' || text[at - back] == '\n') return at - back;
    }
    return at;
  }

  // Stretches of windows that are about the topic.
  void trained(const Document& doc, const std::vector<Window>& windows, std::size_t t,
               std::vector<Hit>& hits) const {
    const auto chances = std::count_if(windows.begin(), windows.end(), says_something);
    const float doublings = std::max(0.0f, std::log2(std::max(float(chances), 1.0f) / kFewWindows));
    const float more = std::min(doublings * topics::builtin().slopes()[t], kMostMore);
    const auto is_about = [&](const Window& w, float asked) {
      const float least = (t == kSourceCode ? 0 : more) + lack(w, t);
      if (w.scores[t] <= least + asked) return false;
      const float frame = framed(doc, t, w.start, w.end);
      return frame == 0 || w.scores[t] > least + std::max(asked, 0.0f) + frame;
    };
    std::vector<Window> about;
    for (const Window& w : windows) {
      if (!says_something(w)) continue;
      if (t >= kRestricted && t <= kFinancial && others_speak(w, t)) continue;
      if (t == kHealth && beside_code(windows, w)) continue;
      if (is_about(w, -kWithWord[t])) about.push_back(w);
    }
    if (about.empty()) return;
    const std::vector<std::uint32_t> places = telling_places(doc, t);
    std::erase_if(about, [&](const Window& w) {
      const auto next = std::lower_bound(places.begin(), places.end(), w.start);
      if (next != places.end() && *next < w.end) return false;
      return w.words < kFewestAlone[t] || !is_about(w, tone(w, t));
    });
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

  static bool says_something(const Window& w) { return w.words >= kFewestWords && w.long_words > 0; }

  // Where the telling words of the topic's table stand, if it is a list of words.
  std::vector<std::uint32_t> telling_places(const Document& doc, std::size_t t) const {
    std::vector<std::uint32_t> places;
    if (const auto* table = dynamic_cast<const Topic*>(tables_[t].get())) table->telling_places(doc, places);
    std::sort(places.begin(), places.end());
    return places;
  }

  float framed(const Document& doc, std::size_t t, std::uint32_t start, std::uint32_t end) const {
    const float invented = kFramed[t] > 0 && framing_.around(doc, start, end) ? kFramed[t] : 0;
    if (t == kHealth) return std::max(invented, studies_.around(doc, start, end) ? kStudied : 0);
    if (t != kLegal) return invented;
    return std::max(invented, kOpenTerms[static_cast<std::size_t>(terms_.around(doc, start, end))]);
  }

  // What the words that a window lacks add to its threshold.
  static float lack(const Window& w, std::size_t t) { return kMissingWord[t] * missing(w.words, kEnoughWords); }
  // And those that it lacks to be about a topic of which it has no telling word.
  static float tone(const Window& w, std::size_t t) {
    return std::min(kMostForTone, kMissingAlone[t] * missing(w.words, kEnoughAlone) +
                                      kMissingLong[t] * missing(w.long_words, kEnoughLong));
  }
  static float missing(std::uint32_t words, std::uint32_t enough) {
    return static_cast<float>(enough - std::min(words, enough));
  }

  // Secrets and sums of a company, in a contract or in a file of a patient are that first, for which a lower class
  // may do; unless they are told more plainly.
  static bool others_speak(const Window& w, std::size_t t) {
    for (std::size_t other = 0; other <= kFinancial; ++other) {
      if (other != t && w.scores[other] > std::max(0.0f, w.scores[t])) return true;
    }
    return false;
  }

  // Leaks, heaps and injections are a program's too: beside code the table of health alone decides.
  static bool beside_code(const std::vector<Window>& windows, const Window& w) {
    return std::any_of(windows.begin(), windows.end(), [&](const Window& other) {
      return other.scores[kSourceCode] > 0 && other.start < w.end && w.start < other.end;
    });
  }

  static bool long_enough(std::string_view code) {
    const Lines lines = lines_in(code);
    return lines.members * 2 < lines.all && (code.size() >= kCodeBytes || lines.all >= kCodeLines);
  }

  // A marking at the head of a text or of a line says what its author wants, whatever the model thinks of the
  // words below it. In a sentence it may be what the sentence is about, and the model decides.
  bool is_heading(const Document& doc, std::size_t t, const Hit& hit) const {
    if (t != kBusiness || hit.confidence < kMarked) return false;
    const std::size_t before =
        hit.start == 0 ? doc.text.npos : doc.text.find_last_not_of(" \t*#[(", hit.start - 1);
    if (before != doc.text.npos && doc.text[before] != '\n') return false;
    const std::vector<std::uint32_t> places = telling_places(doc, t);
    return std::binary_search(places.begin(), places.end(), hit.start);
  }

  // The model has read what a table found, and every window of it scores no more than `least`.
  static bool against(const std::vector<Window>& windows, std::size_t t, const Hit& hit, float least) {
    bool read = false;
    for (const Window& w : windows) {
      if (w.start >= hit.end || hit.start >= w.end) continue;
      if (w.scores[t] > least) return false;
      read = true;
    }
    return read;
  }

  Framing framing_, studies_;
  OpenTerms terms_;
  DeviceLines devices_;
  std::vector<Made> tables_;          // in the order of topics::Topic
  std::vector<const Topic*> worded_;  // those of them that are lists of words
};

}  // namespace

Made make_topics(scan::PhraseSet& set) { return std::make_unique<Votes>(set); }

}  // namespace sluice::sense::detect
