// What running a template may cost. A template comes with a model's file, and nobody has read it: it may ask for
// anything that the language can say, and a few lines can say a list of 2^60 items.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "base/result.h"
#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

inline Failure error(const std::string& what, int line) {
  return fail("engine.template", "the chat template: " + what, "line " + std::to_string(line),
              "send the conversation in the form that the model's template takes");
}

inline const char* kind_name(Value::Kind kind) {
  constexpr std::array<const char*, 9> kNames = {"nothing", "none",   "a flag",    "a number",   "a number",
                                                 "a text",  "a list", "a mapping", "a namespace"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Bounds of one run: steps taken; bytes copied, compared or searched; the size of a text; lists in each other.
class Budget {
 public:
  static constexpr int kMostSteps = 1'000'000;
  static constexpr std::size_t kMostText = 16u << 20;  // bytes, of any text
  static constexpr int kDeepest = 200;                 // a client's JSON has at most 64 levels
  // Templates of published models look at each text of a conversation some ten times.
  static constexpr std::size_t kLeastWork = 64u << 20, kLooks = 256;

  explicit Budget(const Members& variables) : work_(kLeastWork) {
    Extent given;
    for (const auto& [key, value] : variables) given.add(value.extent());
    work_ += kLooks * std::min(given.bytes, kMostText);
  }

  Status step(int line) {
    if (++steps_ > kMostSteps) return error("it takes more than a million steps", line);
    return {};
  }
  Status charge(std::size_t bytes, int line) {
    if (bytes > work_) return error("it copies and compares more than any conversation needs", line);
    work_ -= bytes;
    return {};
  }
  Status append(Text& out, const Text& more, int line) {
    if (out.bytes.size() + more.bytes.size() > kMostText) return error("it writes more than 16 MiB", line);
    SLUICE_TRY_VOID(charge(more.bytes.size(), line));
    out.append(more);
    return {};
  }
  // The texts of a list are copied with it; what is in its lists and mappings is shared.
  Status copy(const List& list, int line) {
    for (const Value& part : list) {
      SLUICE_TRY_VOID(charge(sizeof(Value) + part.text.bytes.size(), line));
    }
    return {};
  }
  // A list or a mapping that was just put together.
  Result<Value> made(Value value, int line) {
    if (value.extent().depth > kDeepest) return error("more than 200 lists in each other", line);
    if (value.list) {
      SLUICE_TRY_VOID(copy(*value.list, line));
    } else {
      SLUICE_TRY_VOID(charge(value.members->size() * sizeof(Value), line));
    }
    return value;
  }
  // Before all of a value is looked at.
  Status look(const Value& value, int line) { return charge(value.extent().bytes, line); }

 private:
  int steps_ = 0;
  std::size_t work_;
};

}  // namespace sluice::engine::jinja
