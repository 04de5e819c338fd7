// The word tables of the health topic (health_topic.cpp), whose groups they share. A phrase counts as the first
// table that adds it says, so that their order is the topic's.
#pragma once

#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect::health {

inline constexpr int kWho = 0, kWhat = 1, kNote = 2, kGeneral = 3, kMaybe = 4, kHint = 5;

// What is clinical: health_words.cpp.
void add_vocabulary(Topic& t);
void add_endings(Topic& t);
void add_stems_by_language(Topic& t);
void add_european(Topic& t);
void add_conditions(Topic& t);
void add_care(Topic& t);
void add_ambiguous(Topic& t);
void add_stems(Topic& t);

// How records are written: health_notes.cpp.
void add_examination(Topic& t);
void add_notes(Topic& t);
void add_more_notes(Topic& t);
void add_consultations(Topic& t);
void add_procedures(Topic& t);

}  // namespace sluice::sense::detect::health
