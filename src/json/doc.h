// json::Doc: a JSON text (RFC 8259) read without losing a byte.
//
// The document keeps the original bytes and a flat tape of (type, offset, length, next). Key order and the
// spelling of numbers survive, so a body can be judged, edited in place (json/splice.h) and sent on as it
// came. What two parsers could read differently is refused: duplicate keys, invalid UTF-8, lone surrogates,
// trailing text, and more depth or size than the limits allow. Immutable after parse; may be read from many
// threads.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::json {

enum class Type : std::uint8_t { Null, Bool, Number, String, Array, Object };

struct Limits {
  std::size_t bytes = 64u << 20;  // of the whole text
  std::size_t depth = 64;         // nesting of arrays and objects
  std::size_t nodes = 4u << 20;   // keys and values; the tape takes 24 bytes for each
};

struct Node {
  Type type;
  bool escaped;            // String: contains a backslash escape
  std::uint32_t key;       // member of an object: index of its key (a String node); otherwise 0
  std::uint32_t next;      // index of the next sibling's value; 0 if last
  std::uint32_t children;  // Array, Object: number of elements
  std::uint32_t offset;    // first byte in the text
  std::uint32_t length;    // bytes, quotes and brackets included
};

class Doc;

// A value inside a Doc; cheap to copy, valid while the Doc lives. A default Value is "absent": type() is
// Null, valid() is false, every look-up on it is absent again. So paths can be followed without checks.
class Value {
 public:
  Value() = default;
  bool valid() const { return doc_ != nullptr; }
  explicit operator bool() const { return valid(); }
  Type type() const;
  bool is(Type t) const { return valid() && type() == t; }
  bool is_null() const { return is(Type::Null); }

  Value operator[](std::string_view key) const;  // member of an object; absent if there is none
  Value at(std::size_t index) const;             // element of an array; O(index)
  std::size_t size() const;                      // elements of an array or members of an object, else 0

  // The value as written, quotes and brackets included.
  std::string_view raw() const;
  std::size_t offset() const;        // of raw() in the document
  std::string_view raw_key() const;  // this member's key as written, quotes included; empty if not a member
  std::size_t key_offset() const;    // of raw_key() in the document
  std::string key() const;           // this member's key, unescaped

  // Conversions: nullopt if the value is absent or of another type or range.
  std::optional<std::string> string() const;  // unescaped, valid UTF-8
  std::optional<bool> boolean() const;
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;  // "5" and "5.0" and "5e0", not "5.1"

  // for (Value element : value) walks an array's elements or an object's members in order.
  class Iterator {
   public:
    Iterator(const Doc* doc, std::uint32_t index) : doc_(doc), index_(index) {}
    Value operator*() const { return Value(doc_, index_); }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Doc* doc_;
    std::uint32_t index_;
  };
  Iterator begin() const;
  Iterator end() const { return Iterator(doc_, 0); }

  // Where this value stands, as "$.messages[2].content". Keys are shown as append_path_key() does. O(size of the
  // document) the first time, O(length of the path) from then on.
  std::string path() const;

 private:
  friend class Doc;
  Value(const Doc* doc, std::uint32_t index) : doc_(doc), index_(index) {}
  const Node& node() const;  // precondition: valid()
  const Doc* doc_ = nullptr;
  std::uint32_t index_ = 0;
};

class Doc {
 public:
  // Errors: json.syntax, json.depth, json.size, json.duplicate_key, json.utf8, json.surrogate; `where` is
  // "byte N" or "byte N in $.path".
  static Result<std::shared_ptr<const Doc>> parse(std::string text, const Limits& limits = {});

  Value root() const { return Value(this, 1); }
  std::string_view text() const { return text_; }

 private:
  friend class Value;
  // Where a value stands in the array or object that holds it.
  struct Place {
    std::uint32_t parent, position;
  };
  Doc() = default;
  const std::vector<Place>& places() const;
  std::string text_;
  std::vector<Node> tape_;  // tape_[0] is unused, so that index 0 can mean "none"; tape_[1] is the root
  // Of every value on the tape; made when a path is asked for, which of most documents nobody does. A decoder asks
  // for one a member that it does not know, and a request may be made of those: each must not cost a walk.
  mutable std::once_flag placed_;
  mutable std::vector<Place> places_;
};

// Appends one step of a path: ".key", or "{3}" for the fourth member where the key is not a short plain name.
// A key can be client text (a person's name, a card number), and paths go to error messages, logs and
// records.
void append_path_key(std::string& path, std::string_view key, std::size_t position);

// Decodes a string as written (with quotes). Precondition: it came from a Doc.
std::string unescape(std::string_view raw);

// Any text with the JSON escapes in it decoded; what is not a valid escape stays as it is. For text that may or
// may not be JSON and is read by something that may or may not decode it.
std::string decode_escapes(std::string_view text);

}  // namespace sluice::json
