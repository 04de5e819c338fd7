#include "sense/detect/detectors.h"

namespace sluice::sense::detect {

std::vector<Made> make_all(scan::PhraseSet& set) {
  using Maker = Made (*)(scan::PhraseSet&);
  static constexpr Maker kMakers[] = {
      make_contact,      make_person,      make_payment,       make_identity,       make_documents,
      make_network,      make_mrz,         make_tokens,        make_passwords,      make_source_code,
      make_health_topic, make_legal_topic, make_finance_topic, make_business_topic, make_restricted_topic,
      make_wishes,       make_names};
  std::vector<Made> all;
  for (const Maker make : kMakers) all.push_back(make(set));
  return all;
}

}  // namespace sluice::sense::detect
