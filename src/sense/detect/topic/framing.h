// What a text says of itself: that it is invented, an exam's, or already published. Cases for a nursing school and
// quoted judgments are worded like a patient's file and a dispute; this is what tells them apart. And that it is
// the terms of a site or of an app, an open licence, a statute or a form with blanks, which everybody may read:
// clause by clause they are worded like a signed agreement, but speak of "our website", "by using", "derivative
// works", "this Act" and "[company name]".
#pragma once

#include <string_view>

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

// Words of studies: what is told of many is nobody's file ("95% CI", "were enrolled", "bei 43 Patienten"). With
// '|' between them; the second are of languages that are written without spaces.
extern const std::string_view kStudies, kStudiesUnspaced;

class Framing {
 public:
  explicit Framing(scan::PhraseSet& set);
  // The same for other words than those of inventions and publications.
  Framing(scan::PhraseSet& set, std::string_view spaced, std::string_view unspaced);

  // Whether such words stand in the stretch or on the page around it.
  bool around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const;

 private:
  scan::PhraseSet::Owner owner_;
};

class OpenTerms {
 public:
  explicit OpenTerms(scan::PhraseSet& set);
  // How much the page around the stretch speaks like such terms: 0, 1 or 2.
  int around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const;

 private:
  scan::PhraseSet::Owner owner_, blanks_;
  std::uint16_t surely_ = 0;  // ids from here on also stand elsewhere
};

}  // namespace sluice::sense::detect
