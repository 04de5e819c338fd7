// The face of the detectors: one maker for each family, and all of them. A maker adds its phrases to the set,
// which must be built before a Document is.
#pragma once

#include <memory>
#include <vector>

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

using Made = std::unique_ptr<scan::Detector>;

Made make_contact(scan::PhraseSet& set);    // e-mail, phone
Made make_person(scan::PhraseSet& set);     // postal address, date of birth
Made make_payment(scan::PhraseSet& set);    // cards, IBAN, accounts
Made make_identity(scan::PhraseSet& set);   // national identifiers with validators
Made make_documents(scan::PhraseSet& set);  // passport, licence, medical and tax numbers known by their words
Made make_mrz(scan::PhraseSet& set);        // machine-readable zones of passports and cards
Made make_network(scan::PhraseSet& set);    // addresses of machines and wallets
Made make_tokens(scan::PhraseSet& set);     // private keys and API tokens known by their shape
Made make_passwords(scan::PhraseSet& set);  // secrets known by the words before them
Made make_topics(scan::PhraseSet& set);     // the trained model beside the tables below
Made make_source_code(scan::PhraseSet& set);
Made make_names(scan::PhraseSet& set);   // names of people, where the words around say that they are
Made make_wishes(scan::PhraseSet& set);  // "keep this local"
Made make_health_topic(scan::PhraseSet& set);
Made make_legal_topic(scan::PhraseSet& set);
Made make_finance_topic(scan::PhraseSet& set);
Made make_business_topic(scan::PhraseSet& set);
Made make_restricted_topic(scan::PhraseSet& set);

std::vector<Made> make_all(scan::PhraseSet& set);

}  // namespace sluice::sense::detect
