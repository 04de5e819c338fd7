// Words: what was said, in the one form in which it is known again although a client wrote it anew on the way:
// with other line ends, without blanks at the ends of lines, in another normal form of Unicode, with a JSON's
// members in another order.
//
// The form of a long text is short: digests of its pieces, under a key of this process. A text may come bit by
// bit; how it was cut changes nothing, and no more of it is held than a piece. Pure, but for that key.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::gateway {

class Words {
 public:
  Words();
  ~Words();
  Words(const Words& other);
  Words(Words&& other) noexcept;
  Words& operator=(Words&& other) noexcept;

  void add(std::string_view more);
  bool empty() const { return raw_.empty() && !long_; }
  // The form of all that was added, of at most 64 bytes for each 64 KiB: Unicode NFC, "\n" for a line's end, no
  // blank before it and no white space at either end. Nothing is added afterwards.
  std::string form();

 private:
  struct Long;  // what is behind the first piece
  void settle(bool all);

  std::string raw_;  // as it came, from the last place where it could be cut
  std::unique_ptr<Long> long_;
};

// The form of a whole text.
std::string form_of(std::string_view text);

// The form of a call's arguments: of JSON with its members sorted, its numbers in one notation and no white space
// around values, of what is no JSON, or larger than 4 MiB, as it was written.
std::string form_of_arguments(std::string_view written);
inline constexpr std::size_t kMostArguments = 4u << 20;  // bytes

}  // namespace sluice::gateway
