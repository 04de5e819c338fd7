// The parsed template: between jinja_parse.cpp and jinja_run.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

struct Expression {
  enum class Kind {
    Constant,   // value
    Name,       // name
    ListOf,     // parts
    MappingOf,  // parts: key, value, key, value, ...
    Not,        // parts[0]
    Minus,      // parts[0]
    And,        // parts[0], parts[1]
    Or,
    Binary,     // name: + - * / // % ~ == != < <= > >= in not-in
    Choice,     // parts[0] if parts[1] else parts[2] (which may be left out)
    Attribute,  // parts[0].name
    Item,       // parts[0][parts[1]]
    Slice,      // parts[0][parts[1]:parts[2]:parts[3]], each but the first perhaps a Constant that is undefined
    Call,       // parts[0](parts[1] ...); keywords follow, named
    Filter,     // parts[0] | name(parts[1] ...)
    Test        // parts[0] is name parts[1]; negated
  };
  Kind kind = Kind::Constant;
  Value value;
  std::string name;
  std::vector<Expression> parts;
  std::vector<std::string> keywords;  // names of the last parts
  bool negated = false;
  int line = 1;
};

struct Block;

struct Statement {
  enum class Kind { Text, Print, If, For, Set, SetBlock, Break, Continue };
  Kind kind = Kind::Text;
  Text text;  // Text
  std::vector<Expression>
      conditions;               // Print: one; If: of each branch; For: the list, perhaps a filter; Set: the value
  std::vector<Block> branches;  // If: one each, perhaps one more for else; For: body, perhaps else; SetBlock
  std::vector<std::string> names;  // For: variables; Set: variable, or namespace and attribute
  bool attribute = false;          // Set: of a namespace
  int line = 1;
};

struct Block {
  std::vector<Statement> statements;
};

Result<std::shared_ptr<const Block>> parse_template(std::string_view source);

}  // namespace sluice::engine::jinja
