#include "sense/detect/detectors.h"

#include "sense/detect/identifier/detectors.h"
#include "sense/detect/person/detectors.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/topic/detectors.h"

namespace sluice::sense::detect {

std::vector<Made> make_all(scan::PhraseSet& set) {
  using Maker = Made (*)(scan::PhraseSet&);
  static constexpr Maker kMakers[] = {
      make_contact,          make_phones,       make_person,      make_homes,
      make_births,           make_pay_lists,    make_payment,     make_identity,
      make_documents,        make_network,      make_mrz,         make_vehicles,
      make_health_records,   make_tokens,       make_passwords,   make_carried_secrets,
      make_told_codes,       make_told_secrets, make_told_access, make_plain_secrets,
      make_told_words,       make_told_pins,    make_told_more,   make_topics,
      make_told_credentials, make_names};
  std::vector<Made> all;
  for (const Maker make : kMakers) all.push_back(make(set));
  return all;
}

}  // namespace sluice::sense::detect
