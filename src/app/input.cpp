#include "app/input.h"

#include <filesystem>
#include <iostream>

namespace sluice::app {
namespace {

Failure unreadable(const std::string& what) {
  return fail("input.unreadable", what, "", "name a file, or - for standard input");
}

}  // namespace

Result<Input> Input::open(const std::string& name) {
  Input input;
  input.piped_ = name == "-";
  input.name_ = input.piped_ ? "standard input" : name;
  if (input.piped_) return input;
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) return unreadable("'" + name + "' is a folder");
  input.file_.open(name, std::ios::binary);
  if (!input.file_) return unreadable("can't read '" + name + "'");
  return input;
}

std::istream& Input::stream() { return piped_ ? std::cin : file_; }

Status whole(const std::istream& in, const std::string& name) {
  if (in.bad()) return unreadable("reading '" + name + "' failed");
  return {};
}

}  // namespace sluice::app
