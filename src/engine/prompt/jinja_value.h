// Values of a chat template: JSON's, and texts that know which of their bytes the template itself wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/doc.h"

namespace sluice::engine::jinja {

// `own[i]`: byte i was written by the template. A client's bytes keep their origin through every operation, so
// that a mark's name that a client wrote can be told from the template's mark.
struct Text {
  std::string bytes;
  std::vector<bool> own;

  static Text written(std::string_view bytes) {
    return {std::string(bytes), std::vector<bool>(bytes.size(), true)};
  }
  static Text foreign(std::string_view bytes) {
    return {std::string(bytes), std::vector<bool>(bytes.size(), false)};
  }
  Text part(std::size_t from, std::size_t count) const;
  Text& append(const Text& other);
};

// How much a value says: bytes with all that is in it, counted as often as it stands there, and how many lists
// and mappings are in each other. Sharing makes both grow faster than memory does.
struct Extent {
  std::size_t bytes = 0;  // at most SIZE_MAX
  int depth = 0;
  void add(const Extent& part);
};

struct Value;
using List = std::vector<Value>;
using Members = std::vector<std::pair<std::string, Value>>;  // in order

// Lists, mappings and namespaces are shared, as Python's are; only namespaces change after they were made, and so
// stand in no other value.
struct Value {
  enum class Kind { Undefined, None, Bool, Integer, Float, Text, List, Mapping, Namespace };
  Kind kind = Kind::Undefined;
  bool flag = false;
  std::int64_t integer = 0;
  double real = 0;
  Text text;
  std::shared_ptr<List> list;
  std::shared_ptr<Members> members;
  Extent within;  // of all that is in a list or a mapping

  static Value none();
  static Value of(bool flag);
  static Value of(std::int64_t integer);
  static Value of(double real);
  static Value of(Text text);
  static Value of(List list);
  static Value of(Members members, bool is_namespace = false);
  // A client's value: its texts are foreign.
  static Value of(json::Value value);

  bool is(Kind wanted) const { return kind == wanted; }
  bool truthy() const;
  bool number() const { return kind == Kind::Bool || kind == Kind::Integer || kind == Kind::Float; }
  double as_real() const;
  const Value* member(std::string_view name) const;
  Extent extent() const;
  // As Python's str() prints it.
  Text printed() const;
  // As json.dumps(ensure_ascii=False) does.
  std::string json(int indent, int depth = 0) const;
  bool equals(const Value& other) const;
};

}  // namespace sluice::engine::jinja
