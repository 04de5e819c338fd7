// Nesting: how deep in strings a JSON text is at its end so far, JSON that stands in a string counted again:
// {"a":"{\"b\":\"HERE  is two deep, so that what is put there is escaped twice. A string holds JSON as long as it
// begins with a bracket and goes on like JSON. Fed with one character after the other; never fails.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sluice::mask {

class Nesting {
 public:
  void feed(char c) { feed(0, c); }
  std::size_t strings() const;  // that are open, each inside the one before
  // Whether JSON values may stand here: at the top, or in the JSON that the innermost open string holds.
  bool between_values() const;

 private:
  struct Level {
    bool in_string = false;
    bool began = false;   // the string has a character that is no white space
    bool json = false;    // it holds JSON so far: the next level
    bool escape = false;  // after a backslash
    int hex = 0;          // digits of \uXXXX to come
    unsigned code = 0;
    char open = 0;  // between values: the bracket that was just opened, else 0
  };
  void feed(std::size_t level, char c);
  void feed_content(std::size_t level, char c);
  bool plausible(Level& level, char c) const;

  std::vector<Level> levels_{1};
};

}  // namespace sluice::mask
