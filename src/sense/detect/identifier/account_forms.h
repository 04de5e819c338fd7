// Accounts beside the code of their branch, and accounts that a country's banks write in groups of their own, so
// that any word of money nearby is enough.
#pragma once

#include <vector>

#include "sense/detect/context/words.h"
#include "sense/scan/detector.h"

namespace sluice::sense::detect {

// `words` are those of payment_words.h.
void accounts_by_form(const Words& words, const scan::Document& doc, const scan::NumberRun& run,
                      std::vector<scan::Hit>& hits);
// Of a phrase with one of kBranchWord, kRoutingWord and kCheckLine.
void accounts_by_branch(const Words& words, const scan::Document& doc, const scan::PhraseHit& hit,
                        std::vector<scan::Hit>& hits);

}  // namespace sluice::sense::detect
