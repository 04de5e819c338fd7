// The detectors of what lets somebody in.
#pragma once

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

Made make_tokens(scan::PhraseSet& set);           // private keys and API tokens known by their shape
Made make_passwords(scan::PhraseSet& set);        // secrets known by the words before them
Made make_carried_secrets(scan::PhraseSet& set);  // secrets known by the notation they stand in
Made make_told_codes(scan::PhraseSet& set);       // PINs, one-time codes, codes of doors and safes
// Secrets by their own look, near words that speak of access. After those above, whose findings it does not
// repeat.
Made make_told_secrets(scan::PhraseSet& set);
Made make_told_access(scan::PhraseSet& set);  // by what one does with them; after those too
Made make_plain_secrets(
    scan::PhraseSet& set);  // like any word, where the text says what they are; after all of them

Made make_told_words(scan::PhraseSet& set);  // made of words, in sentences that say more than their name
Made make_told_pins(scan::PhraseSet& set);   // codes in single digits and in words, and those beside another code

Made make_told_more(scan::PhraseSet& set);  // what leads on from a secret that was found; after those

}  // namespace sluice::sense::detect
