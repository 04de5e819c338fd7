// Edits a JSON text in place of re-writing it: bytes that are not edited stay as they came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "json/doc.h"

namespace sluice::json {

class Splice {
 public:
  explicit Splice(const Doc& doc) : doc_(doc) {}
  // Replaces a value; `json` is a complete JSON value.
  Splice& replace(Value value, std::string json);
  // Sets a member of an object: replaces its value where the key exists, else appends the member at the end.
  Splice& set(Value object, std::string_view key, std::string json);
  // Puts `json`, one complete value or several with commas between, before an element of an array.
  Splice& insert_before(Value element, std::string_view json);
  // Removes a member of an object, with its key and comma; nothing if the key is absent.
  Splice& remove(Value object, std::string_view key);
  // The edited text. Edits must not overlap (checked).
  std::string apply() const;

 private:
  struct Edit {
    std::size_t offset, length;
    std::string text;
  };
  // What is added to and removed from one object; kept together because commas depend on all of it.
  struct Members {
    Value object;
    std::vector<std::string> removed;
    std::vector<std::pair<std::string, std::string>> added;  // key, JSON
  };
  Members& members_of(Value object);
  static void place(const Members& members, std::vector<Edit>& edits);
  const Doc& doc_;
  std::vector<Edit> edits_;
  std::vector<Members> members_;
  std::unordered_map<std::size_t, std::size_t> by_offset_;  // of an object: its place among members_
};

}  // namespace sluice::json
