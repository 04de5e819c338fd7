// Passages in which somebody tells or shows a secret, by a trained model (sense/topics/model.h): plain words as
// passwords, codes in words, answers in a dialogue. The detectors of secrets (sense/detect/secret) know names and
// looks and give places; this one knows how people tell, and only that it is told; where, told_place.h guesses. It
// reads what stands around words of access, codes and locks, far from which numbers and odd words are ids,
// articles and names.
#include <algorithm>
#include <cmath>
#include <vector>

#include "sense/detect/topic/credential_words.h"
#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/told_place.h"
#include "sense/topics/model.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;
using topics::Window;

// Texts of up to so many bytes are read whole, of longer ones what stands around the fewer words.
constexpr std::size_t kShortText = 768;
constexpr std::uint32_t kAround = 256;
constexpr std::uint32_t kNear = 160;  // what is asked may stand a line above what is answered
// Of many windows one is odd by chance: each doubling beyond so many adds to the threshold, up to a limit.
constexpr float kFewWindows = 2, kMostMore = 5;
// Each known word that is missing to kEnoughWords adds a little.
constexpr std::uint32_t kFewestWords = 2, kEnoughWords = 8;
constexpr float kMissingWord = 0.05f;
constexpr double kGuessed = 0.4;  // confidence in a place that was guessed

class ToldCredentials : public scan::Detector {
 public:
  explicit ToldCredentials(scan::PhraseSet& set)
      : near_secrets_(make_credential_words(set)), access_(make_words_of_access(set)) {}

  const char* name() const override { return "told_credentials"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    if (doc.joint) return {};
    const std::vector<std::uint32_t> access = places_of(*access_, doc);
    if (access.empty()) return {};
    const std::vector<Window> windows = read(doc);
    const auto chances = std::count_if(windows.begin(), windows.end(), says_something);
    const float doublings = std::max(0.0f, std::log2(std::max(float(chances), 1.0f) / kFewWindows));
    const float more = std::min(doublings * topics::secrets().slopes()[0], kMostMore);
    const auto tells = [&](const Window& w) {
      const auto missing = static_cast<float>(kEnoughWords - std::min(w.words, kEnoughWords));
      return says_something(w) && w.scores[0] > more + kMissingWord * missing && is_near(access, w) &&
             !is_code(doc.slice(w.start, w.end));
    };
    const auto highest = [](const Window& a, const Window& b) { return a.scores[0] < b.scores[0]; };
    std::vector<Window> told;
    std::copy_if(windows.begin(), windows.end(), std::back_inserter(told), tells);
    if (told.empty()) return {};
    const Window top = *std::max_element(told.begin(), told.end(), highest);
    const double odds = double(top.scores[0] + topics::secrets().thresholds()[0]);
    hits.push_back({Kind::CredentialTopic, 1 / (1 + std::exp(-odds)), top.start, top.end});
    const auto placed = [](const Hit& h) { return h.kind >= Kind::PrivateKey && h.kind <= Kind::Password; };
    if (std::any_of(hits.begin(), hits.end(), placed)) return {};
    if (const auto place = told_place(doc, top.start, top.end, access, hits))
      hits.push_back({Kind::ToldSecret, kGuessed, place->start, place->end, false});
    return {};
  }

 private:
  static std::vector<std::uint32_t> places_of(const Topic& words, const Document& doc) {
    std::vector<std::uint32_t> places;
    words.telling_places(doc, places);
    std::sort(places.begin(), places.end());
    return places;
  }

  std::vector<Window> read(const Document& doc) const {
    std::vector<Window> windows;
    const auto size = static_cast<std::uint32_t>(doc.text.size());
    if (size <= kShortText) {
      topics::secrets().score(doc.text, windows);
      return windows;
    }
    const std::vector<std::uint32_t> places = places_of(*near_secrets_, doc);
    for (std::size_t i = 0; i < places.size();) {
      const std::uint32_t start = word_start(doc.text, places[i] - std::min(places[i], kAround));
      std::uint32_t end = std::min(places[i] + kAround, size);
      for (++i; i < places.size() && places[i] <= end + kAround; ++i) end = std::min(places[i] + kAround, size);
      const std::size_t first = windows.size();
      topics::secrets().score(doc.slice(start, end), windows);
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

  static bool says_something(const Window& w) { return w.words >= kFewestWords && w.long_words > 0; }

  // Programs, commands and markup tell secrets in their notation, which the detectors of secrets read.
  static bool is_code(std::string_view text) {
    constexpr std::size_t kShare = 16;  // of so many characters one
    const auto signs = std::count_if(text.begin(), text.end(), [](char c) {
      return std::string_view("{}<>()=;$\\|").find(c) != std::string_view::npos;
    });
    return static_cast<std::size_t>(signs) * kShare > text.size() || names_variable(text);
  }

  // "Bearer $TOKEN", "${DB_PASSWORD}": what a shell puts in.
  static bool names_variable(std::string_view text) {
    for (std::size_t at = text.find('$'); at != text.npos; at = text.find('$', at + 1)) {
      const std::string_view name = text.substr(at + 1, 3);
      const bool begins = at == 0 || std::string_view(" \"'=:/@({").find(text[at - 1]) != std::string_view::npos;
      if (begins && name.size() == 3 && (name[0] == '{' || std::all_of(name.begin(), name.end(), [](char c) {
                                           return (c >= 'A' && c <= 'Z') || c == '_';
                                         })))
        return true;
    }
    return false;
  }

  static bool is_near(const std::vector<std::uint32_t>& access, const Window& w) {
    const auto next = std::lower_bound(access.begin(), access.end(), w.start - std::min(w.start, kNear));
    return next != access.end() && *next < w.end + kNear;
  }

  std::unique_ptr<Topic> near_secrets_, access_;
};

}  // namespace

Made make_told_credentials(scan::PhraseSet& set) { return std::make_unique<ToldCredentials>(set); }

}  // namespace sluice::sense::detect
