#include "sense/own/own.h"

#include <utility>

#include "sense/own/dictionary.h"
#include "sense/own/patterns.h"
#include "sense/own/prints.h"
#include "sense/own/tokens.h"

namespace sluice::sense::own {
namespace {
constexpr std::size_t kMostOfAKind = 1000;  // detectors are numbered in 16 bits
}

struct Own::Parts {
  std::shared_ptr<const Patterns> patterns;
  WordHash hash;
  Dictionary dictionary;
  Prints prints;
};

// Dictionaries and fingerprints, which both read words.
class Own::WordDetector : public scan::Detector {
 public:
  explicit WordDetector(const Parts& parts) : parts_(parts) {}
  const char* name() const override { return "own_words"; }

  Status detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const override {
    const std::vector<Token> tokens = parts_.hash.tokens(doc.lower);
    if (tokens.empty()) return {};
    const WordHash::Runs runs(parts_.hash, tokens);
    if (!parts_.dictionary.empty()) parts_.dictionary.find(doc, tokens, runs, hits);
    if (!parts_.prints.empty()) parts_.prints.find(tokens, runs, hits);
    return {};
  }

 private:
  const Parts& parts_;  // outlives this
};

Own::Own(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Own::~Own() = default;

Result<std::shared_ptr<const Own>> Own::compile(const config::OwnDetectors& written) {
  for (const std::size_t count : {written.dictionaries.size(), written.fingerprints.size()})
    if (count > kMostOfAKind)
      return fail("config.value", "there are more than 1000 dictionaries or fingerprints", "",
                  "join those that have one category");
  auto parts = std::make_unique<Parts>();
  if (!written.key.empty()) parts->hash = WordHash(written.key);
  SLUICE_TRY(parts->patterns, Patterns::compile(written.patterns));
  auto own = static_cast<std::uint16_t>(written.patterns.size());
  SLUICE_TRY(parts->dictionary, Dictionary::compile(written.dictionaries, parts->hash, own));
  own = static_cast<std::uint16_t>(own + written.dictionaries.size());
  for (const config::OwnFingerprints& one : written.fingerprints) {
    auto prints = one.files.empty() ? read_prints(one.prints, parts->hash)
                                    : prints_of_files(one.files, one.except, parts->hash);
    if (!prints) return fail(std::move(prints).error());
    parts->prints.add(*prints, own++);
  }
  parts->prints.build();
  return std::make_shared<const Own>(std::move(parts));
}

std::vector<std::unique_ptr<scan::Detector>> Own::detectors(scan::PhraseSet& set) const {
  std::vector<std::unique_ptr<scan::Detector>> all;
  if (!parts_->patterns->all().empty()) all.push_back(parts_->patterns->detector(set, 0));
  if (!parts_->dictionary.empty() || !parts_->prints.empty())
    all.push_back(std::make_unique<WordDetector>(*parts_));
  return all;
}

}  // namespace sluice::sense::own
