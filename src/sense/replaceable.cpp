#include "sense/replaceable.h"

#include "sense/kinds.h"

namespace sluice::sense {
namespace {

void add(Replaceable& all, Category category, const std::string& detector, bool has_place) {
  (has_place ? all.values : all.topics).add(category);
  if (!has_place) all.topical.push_back(detector);
}

}  // namespace

Replaceable replaceable(const config::OwnDetectors& own) {
  Replaceable all;
  for (std::size_t kind = 0; kind < scan::kKinds; ++kind) {
    const KindMeaning& meaning = meaning_of(static_cast<scan::Kind>(kind));
    if (static_cast<scan::Kind>(kind) == scan::Kind::LocalWish) continue;  // it raises no category
    add(all, meaning.category, meaning.detector, *meaning.type != '\0');
  }
  // A word that is no category is refused where the detectors are made.
  const auto take = [&](const auto& detectors, bool has_place) {
    for (const config::OwnDetector& one : detectors)
      if (const auto category = parse_category(one.category.text)) add(all, *category, one.name, has_place);
  };
  take(own.patterns, true);
  take(own.dictionaries, true);
  take(own.fingerprints, false);
  return all;
}

}  // namespace sluice::sense
