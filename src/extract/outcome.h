// What became of reading one part. The names stand in labels, records, logs and metrics.
#pragma once

#include <cstdint>

namespace sluice::extract {

enum class Outcome : std::uint8_t {
  Read,          // by a program, now
  Kept,          // by a program, before: the same bytes of the same tenant
  NoExtractor,   // nobody reads this type, or nobody knows it
  NotInline,     // the part names a place (a URL, a file's id) instead of carrying bytes
  UnknownForm,   // the part has more or other members than the known ones
  BadBase64,     // not the one way to write these bytes
  Mismatch,      // declared, named and found types are not the same
  TooLarge,      // the file
  TooMany,       // parts in this request
  Busy,          // too many files wait
  NotStarted,    // the program
  ExitStatus,    // not 0
  Signal,        // it died by one
  TimeLimit,     // it was killed at
  InputUnread,   // it took less than the whole file
  TextTooLarge,  // it wrote more than it may
  InvalidText,   // no UTF-8
  NoText,        // nothing but white space
  BlankPage,     // one page has nothing but white space
  Cancelled,     // the client left, or the gateway stops
  Failed         // for want of memory, descriptors and the like
};
inline constexpr int kOutcomes = int(Outcome::Failed) + 1;
const char* outcome_name(Outcome outcome);  // "read", "time_limit", ...

}  // namespace sluice::extract
