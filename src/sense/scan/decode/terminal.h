// What a terminal obeys and does not show: colours, titles, links (ECMA-48, ECMA-35, xterm's commands). A value
// goes on behind it.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::sense::scan {

class Terminal {
 public:
  explicit Terminal(std::string_view text) : text_(text) {}

  // Each is asked for a place behind what introduces a function, and moves it behind the function. False: none is
  // known that goes on like this.
  bool behind_escape(std::size_t& at);
  bool behind_control(unsigned char code, std::size_t& at);  // of U+0080 to U+009F
  // Whether one begins behind an ESC that ends there.
  bool begins(std::size_t at) const;

  // A command that has a text is read with this text, which may be written in escapes, and ends here; moves behind
  // its end.
  bool ends_at(std::size_t& at);

 private:
  bool parameters(std::size_t from, std::size_t& at) const;
  bool command(std::size_t from, std::size_t& at);
  std::size_t terminator(std::size_t at) const;

  std::string_view text_;
  std::size_t end_ = std::string_view::npos, behind_ = 0;  // of the text of the command that was met last
};

}  // namespace sluice::sense::scan
