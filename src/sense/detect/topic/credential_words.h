// Words of access, codes and locks, near which the trained model may find a told secret.
#pragma once

#include <memory>

#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect {

// Around them a long text is read for told secrets.
std::unique_ptr<Topic> make_credential_words(scan::PhraseSet& set);
// Far from all of them nobody tells one; a wider list, which holds the first.
std::unique_ptr<Topic> make_words_of_access(scan::PhraseSet& set);

}  // namespace sluice::sense::detect
