// What a text says of itself: that it is invented, an exam's, or already published. Cases for a nursing school and
// quoted judgments are worded like a patient's file and a dispute; this is what tells them apart. And that it is
// the terms of a site or of an app, which everybody who uses it may read: clause by clause they are worded like a
// signed agreement, but speak of "our website", "your account" and "by using".
#pragma once

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

class Framing {
 public:
  explicit Framing(scan::PhraseSet& set);

  // Whether such words stand in the stretch or on the page around it.
  bool around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const;
  // How much the page around speaks like such terms: 0, 1 or 2.
  int open_terms(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const;

 private:
  scan::PhraseSet::Owner owner_, open_terms_;
  std::uint16_t surely_ = 0;  // ids from here on also stand elsewhere
};

}  // namespace sluice::sense::detect
