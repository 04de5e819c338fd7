// The detectors of what a text is about.
#pragma once

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

Made make_topics(scan::PhraseSet& set);  // the trained model beside the tables below
Made make_told_credentials(scan::PhraseSet& set);
Made make_source_code(scan::PhraseSet& set);
Made make_wishes(scan::PhraseSet& set);  // "keep this local"
Made make_health_topic(scan::PhraseSet& set);
Made make_legal_topic(scan::PhraseSet& set);
Made make_finance_topic(scan::PhraseSet& set);
Made make_business_topic(scan::PhraseSet& set);
Made make_restricted_topic(scan::PhraseSet& set);

}  // namespace sluice::sense::detect
