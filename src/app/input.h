// What a command reads: a file that is named, or standard input.
#pragma once

#include <fstream>
#include <istream>
#include <string>

#include "base/result.h"

namespace sluice::app {

// `name`: a file, or "-". Errors: input.unreadable, for a folder as well, which opens like a file and then can't
// be read.
class Input {
 public:
  static Result<Input> open(const std::string& name);
  std::istream& stream();
  const std::string& name() const { return name_; }  // for errors

 private:
  std::string name_;
  std::ifstream file_;
  bool piped_ = false;
};

// After reading: input.unreadable where that ended before the input did. Half a file is none.
Status whole(const std::istream& in, const std::string& name);

}  // namespace sluice::app
