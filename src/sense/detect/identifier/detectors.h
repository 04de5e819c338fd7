// The detectors of numbers that stand for a person or an account.
#pragma once

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

Made make_payment(scan::PhraseSet& set);         // cards, IBAN, accounts
Made make_identity(scan::PhraseSet& set);        // national identifiers with validators
Made make_documents(scan::PhraseSet& set);       // passport, licence, medical and tax numbers known by their words
Made make_mrz(scan::PhraseSet& set);             // machine-readable zones of passports and cards
Made make_vehicles(scan::PhraseSet& set);        // number plates
Made make_health_records(scan::PhraseSet& set);  // HL7 and X12

}  // namespace sluice::sense::detect
