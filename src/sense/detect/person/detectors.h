// The detectors of what leads to a person.
#pragma once

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

Made make_contact(scan::PhraseSet& set);    // e-mail
Made make_phones(scan::PhraseSet& set);     // telephone numbers
Made make_person(scan::PhraseSet& set);     // postal address
Made make_homes(scan::PhraseSet& set);      // addresses behind words that say where somebody lives; after person
Made make_pay_lists(scan::PhraseSet& set);  // names with what they earn
Made make_births(scan::PhraseSet& set);     // date of birth
Made make_names(scan::PhraseSet& set);      // names of people, where the words around say that they are
Made make_network(scan::PhraseSet& set);    // addresses of machines and wallets

}  // namespace sluice::sense::detect
