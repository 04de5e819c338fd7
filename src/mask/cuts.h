// Cuts: where a JSON text that comes in pieces may be cut so that it stays JSON. A finding in a string goes with
// whole characters of it (an escape is one); one in a number takes the number with it, and a string stands in its
// place, as it does where somebody writes the digits of one number as the elements of a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mask/nesting.h"

namespace sluice::mask {

struct Cut {
  std::size_t start, end;
  std::string quote;  // what stands around the mark: the quotes of a string, as they are written here
  bool key = false;   // in a member's name
};

class JsonCuts {
 public:
  void take(std::string_view piece);  // behind what came before
  void forget(std::size_t bytes);     // from the beginning
  bool may_cut(std::size_t at) const { return places_[at].whole; }
  // What must go with [start, end) of `text`, which is what was taken and not forgotten; from `passed` on.
  // Nothing: it can't be cut out.
  std::optional<Cut> cut(std::string_view text, std::size_t start, std::size_t end, std::size_t passed) const;
  // The same place, or before the number at whose end it is.
  std::size_t before_number(std::string_view text, std::size_t at) const;

 private:
  // What a byte stands in. Two with the same `stretch` have nothing but characters of the same string, or no
  // string, between them.
  struct Place {
    std::uint32_t stretch = 0;
    std::uint8_t strings = 0;
    bool between = true, whole = true, key = false;
  };

  std::vector<Place> places_ = std::vector<Place>(1);  // before each byte, and at the end
  Nesting nesting_;
};

}  // namespace sluice::mask
