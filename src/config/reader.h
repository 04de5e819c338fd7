// A strict typed reader of YAML files: sluice.yaml, the policy, the price file.
//
// Nothing is guessed and nothing is ignored: duplicate keys, unknown keys, anchors, aliases, tags, merge keys
// and a second document are refused, and every error names file, line and column, what was expected and what
// was found. Values are immutable and cheap to copy (they share the parsed tree); thread-safe.
//
//   SLUICE_TRY(Node root, parse_yaml(text, "prices.yaml", "prices"));     // codes "prices.syntax",
//   "prices.value", ... Fields fields(root); fields.text("currency", currency, Need::Required);
//   fields.integer("rounding", rounding, 0, 9);                            // absent: `rounding` keeps its
//   value SLUICE_TRY_VOID(fields.finish());                                      // first error, unknown keys
//   included
//
// Error codes, after the room's name: syntax, unreadable, duplicate_key, unknown_key, unsupported,
// missing_key, type (another kind of value), value (right kind, not allowed).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::config {

struct Tree;   // the parsed file
struct Entry;  // key and value of a map

// Line and column count from 1; columns are characters.
struct Place {
  int line = 0;
  int column = 0;
  auto operator<=>(const Place&) const = default;
};

enum class Need { Optional, Required };

class Node {
 public:
  enum class Type : std::uint8_t { Null, Scalar, List, Map };

  Type type() const;
  Place place() const;
  std::string where() const;        // "sluice.yaml:12:7"
  const std::string& path() const;  // "deployments[1].zone"; empty for the root
  const std::string& file() const;
  // An error at this place: error("value", "...") has the code "config.value" if the room is "config".
  Error error(std::string_view what, std::string message, std::string hint = {}) const;

  Result<std::string> text() const;  // a scalar, quoted or not, and not empty
  Result<bool> boolean() const;      // true or false, nothing else
  Result<std::int64_t> integer(std::int64_t min, std::int64_t max) const;
  // An exact decimal times 10^digits: decimal(9, ...) reads 0.28 as 280000000. More digits than that are
  // refused.
  Result<std::int64_t> decimal(int digits, std::int64_t min, std::int64_t max) const;
  // A whole number with its unit: 250ms, 30s, 5m, 2h, 30d.
  Result<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max) const;
  // Bytes, plain or with a unit: 33554432, 512KiB, 32MiB, 1GiB, 500kB, 10MB, 1GB.
  Result<std::uint64_t> bytes(std::uint64_t min, std::uint64_t max) const;
  // The position in `allowed` of this scalar; else an error that lists them.
  Result<std::size_t> choice(std::span<const char* const> allowed) const;

  Result<std::vector<Node>> list() const;          // may be empty
  Result<std::vector<std::string>> texts() const;  // a list of scalars without repetition
  Result<std::vector<Entry>> map() const;          // in file order; for maps whose keys are names of the user

 private:
  friend Result<Node> parse_yaml(std::string_view, const std::string&, const std::string&);
  Node(std::shared_ptr<const Tree> tree, std::size_t index) : tree_(std::move(tree)), index_(index) {}
  std::shared_ptr<const Tree> tree_;
  std::size_t index_ = 0;
};

struct Entry {
  std::string key;
  Node key_node;  // for errors about the key
  Node value;
};

inline constexpr std::size_t kMaxYamlBytes = 4u << 20;  // far above any file written by hand
inline constexpr int kMaxYamlDepth = 32;

// Parses one document. `file` is for messages; `room` begins each error code.
Result<Node> parse_yaml(std::string_view yaml, const std::string& file, const std::string& room);
// The whole file, at most kMaxYamlBytes; room.unreadable if that fails.
Result<std::string> read_text_file(const std::string& file, const std::string& room);

// Reads a map with known keys. Each reader names its key, so the list of allowed keys is what was asked for;
// errors are collected and finish() returns the one to show: an unknown key before a missing one (it is
// usually the same typing error), else the first in the file. A reader returns true if the key was there and
// valid, and leaves `out` alone otherwise.
class Fields {
 public:
  explicit Fields(const Node& node);

  bool has(std::string_view key) const;
  std::optional<Node> node(std::string_view key, Need need = Need::Optional);
  bool text(std::string_view key, std::string& out, Need need = Need::Optional);
  bool boolean(std::string_view key, bool& out, Need need = Need::Optional);
  bool texts(std::string_view key, std::vector<std::string>& out, Need need = Need::Optional);
  bool duration(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds min,
                std::chrono::milliseconds max, Need need = Need::Optional);
  template <class Integer>
  bool integer(std::string_view key, Integer& out, std::int64_t min, std::int64_t max,
               Need need = Need::Optional) {
    auto found = node(key, need);
    if (!found) return false;
    return keep(found->integer(min, max), *found, out);
  }
  template <class Unsigned>
  bool bytes(std::string_view key, Unsigned& out, std::uint64_t min, std::uint64_t max,
             Need need = Need::Optional) {
    auto found = node(key, need);
    if (!found) return false;
    return keep(found->bytes(min, max), *found, out);
  }
  // Enumerations: allowed[i] stands for Enum(i).
  template <class Enum>
  bool choice(std::string_view key, Enum& out, std::span<const char* const> allowed, Need need = Need::Optional) {
    auto found = node(key, need);
    if (!found) return false;
    return keep(found->choice(allowed), *found, out);
  }
  // A key that exists in the language but not in this version: refused by name if present.
  void not_yet(std::string_view key, std::string hint = {});
  // A key that is never allowed here, with its own message; it is not listed among the known keys.
  void refuse(std::string_view key, std::string message, std::string hint = {});

  void add(const Node& at, Error error);  // an error found by the caller
  bool failed() const { return !errors_.empty(); }
  Status finish();

 private:
  struct Found {
    Place place;
    int order;  // 0 unknown key, 1 other, 2 missing key
    Error error;
  };
  template <class T, class Out>
  bool keep(Result<T> value, const Node& at, Out& out) {
    if (value) {
      out = static_cast<Out>(std::move(*value));
      return true;
    }
    add(at, std::move(value).error());
    return false;
  }
  Node node_;
  std::vector<Entry> entries_;
  std::vector<std::string> known_, refused_;
  std::vector<Found> errors_;
};

// The word of `allowed` nearest to `word` by edit distance if it is near enough to be a typing error.
std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& allowed);
// "a, b or c", for messages.
std::string any_of(const std::vector<std::string>& words);

}  // namespace sluice::config
