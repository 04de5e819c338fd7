// Readings: what one window shows in other notations, and what these say of the edges of what it shows as it
// stands.
//
// In a text with escapes, as sources, logs and cut JSON are, a letter of an escape stands beside the value that
// follows it: "x\nbob@corp.de" holds bob@corp.de. A reading of the escapes shows the value as it is. What the text
// itself, or a reading of fewer levels, shows with an escape at its edge is then the same value with too much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sense/scan/detector.h"
#include "sense/scan/document.h"

namespace sluice::sense {

class Readings {
 public:
  // In bytes of the window's canonical text.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Shown {
    scan::Hit hit;
    int escapes = 0;             // levels of escapes that were read; 0: another notation
    std::size_t escape = kNone;  // of one that ends where this begins: where it stands
    bool breaks = false;         // an escape begins where this ends
  };

  explicit Readings(const scan::Document& window) : window_(window) {}

  // `escapes` as in scan::Decoded. All hits of a reading, then its end.
  void add(const scan::Document& reading, const scan::Hit& hit, int escapes);
  void end(scan::Document&& reading, int escapes);
  // Of the window's escapes where they stand alone, in place of readings: enough to correct an edge.
  void edges();
  // After the last: what follows asks.
  void settle();

  // Takes from a hit what belongs to an escape. False: a reading shows what this is.
  bool correct(scan::Hit& hit, int escapes = 0) const;
  const std::vector<Shown>& shown() const { return shown_; }

 private:
  struct Places {
    std::vector<std::uint32_t> of;  // where each byte of the reading stands; none is inside of an escape
    int escapes;
  };
  bool is_mark(std::size_t from, std::size_t to) const;

  const scan::Document& window_;
  std::vector<Shown> shown_;
  std::vector<Shown> escaped_;  // those of shown_ that read escapes, by their beginning
  std::vector<Places> places_;
};

}  // namespace sluice::sense
