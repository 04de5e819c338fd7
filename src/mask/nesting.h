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
  bool in_escape() const;  // of any of the open strings
  bool in_key() const;     // one of the open strings is a member's name

 private:
  struct Level {
    bool in_string = false;
    bool began = false;   // the string has a character that is no white space
    bool json = false;    // it holds JSON so far: the next level
    bool escape = false;  // after a backslash
    int hex = 0;          // digits of \uXXXX to come
    unsigned code = 0;
    char open = 0;              // between values: the bracket that was just opened, else 0
    bool key = false;           // the string, or the next one, is a member's name
    std::vector<bool> objects;  // of each open bracket: whether it is one of an object
  };
  static void begin_string(Level& level);
  static void end_string(Level& level);
  static void structure(Level& level, char c);
  void feed(std::size_t level, char c);
  void feed_content(std::size_t level, char c);
  bool plausible(Level& level, char c) const;

  std::vector<Level> levels_{1};
};

}  // namespace sluice::mask
