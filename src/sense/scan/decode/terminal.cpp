#include "sense/scan/decode/terminal.h"

#include <algorithm>

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestParameters = 64;  // "38;2;255;255;255;48;2;255;255;255", and some more
constexpr std::size_t kLongestCommand = 1024;   // a link's address is the longest

}  // namespace

// ECMA-48, 5.4: parameters, and a letter.
bool Terminal::parameters(std::size_t from, std::size_t& at) const {
  std::size_t end = from;
  while (end < text_.size() && end - from < kLongestParameters && text_[end] >= 0x20 && text_[end] < 0x40) ++end;
  if (end >= text_.size() || text_[end] < 0x40 || text_[end] == 0x7F) return false;
  at = end + 1;
  return true;
}

// What ends a command's text here: BEL or ST, themselves or as sources write them; its size, 0: nothing does.
std::size_t Terminal::terminator(std::size_t at) const {
  static constexpr std::string_view kTerminators[] = {
      "\a",        "\\a",         "\\007",       "\\x07",   "\\u0007",   "%07",
      "\x1B\\",    "\xC2\x9C",    "\\e\\\\",     "\\E\\\\", "\\033\\\\", "\\x1b\\\\",
      "\\x1B\\\\", "\\u001b\\\\", "\\u001B\\\\", "^[\\",    "%1B%5C",    "%1b%5c"};
  const std::string_view rest = text_.substr(at);
  for (const std::string_view written : kTerminators)
    if (rest.starts_with(written)) return written.size();
  return 0;
}

// A text without escapes is read where it stands; here it would stand in the middle of what is shown.
bool Terminal::command(std::size_t from, std::size_t& at) {
  const std::string_view text = text_.substr(from, kLongestCommand);
  for (std::size_t i = text.find_first_of("\a\\\x1B\xC2^%\n"); i < text.size() && text[i] != '\n';
       i = text.find_first_of("\a\\\x1B\xC2^%\n", i + 1)) {
    const std::size_t size = terminator(from + i);
    if (size == 0) continue;
    if (text.substr(0, i).find_first_of("\\%\x1B\xC2") == text.npos) {
      at = from + i + size;
    } else {
      end_ = from + i;
      behind_ = end_ + size;
      at = from;
    }
    return true;
  }
  return false;
}

bool Terminal::begins(std::size_t at) const {
  if (at >= text_.size()) return false;
  if (text_[at] == '[' || text_[at] == ']') return true;
  // A set of characters, as what resets all of a terminal has it.
  return text_[at] == '(' && at + 1 < text_.size() && (text_[at + 1] == 'B' || text_[at + 1] == '0');
}

bool Terminal::behind_escape(std::size_t& at) {
  if (!begins(at)) return false;
  if (text_[at] == '[') return parameters(at + 1, at);
  if (text_[at] == ']') return command(at + 1, at);
  at += 2;
  return true;
}

bool Terminal::behind_control(unsigned char code, std::size_t& at) {
  if (code == 0x9B) return parameters(at, at);
  return (code == 0x90 || code == 0x98 || code >= 0x9D) && command(at, at);
}

bool Terminal::ends_at(std::size_t& at) {
  if (at != end_) return false;
  at = behind_;
  end_ = text_.npos;
  return true;
}

}  // namespace sluice::sense::scan
