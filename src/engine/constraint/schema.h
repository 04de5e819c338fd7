// JSON Schema as a grammar; see parse_schema() of constraint.h for what it is for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/constraint/parts.h"
#include "json/doc.h"

namespace sluice::engine::constraint {

// Compiles schemas of one document into one builder. What is written is what every keyword allows; properties come
// in the order of the schema, and where some are declared there are no others. Keywords that a grammar cannot hold
// (not, if, patternProperties, uniqueItems, contains, oneOf with alternatives that overlap ...) are refused by
// name.
class SchemaCompiler {
 public:
  SchemaCompiler(JsonParts& parts, json::Value root) : parts_(parts), b_(parts.builder()), root_(root) {}
  using All = std::vector<json::Value>;  // schemas that must hold together

  Result<Id> compile(const All& schemas);

  // What `schemas` say of an object, for callers that write properties in their own way. Errors as compile().
  struct Property {
    std::string name;
    All schemas;
    bool required = false;
  };
  struct ObjectForm {
    std::vector<Property> properties;
    All additional;       // what further members must be
    bool closed = false;  // there are none
  };
  Result<ObjectForm> object_form(const All& schemas);
  // A value that is a string by all that is said, and nothing else; and one that can be no string.
  Result<bool> only_string(const All& schemas);
  // `writing`: how the text is written; with JSON's writing the quotes are not part of it.
  Result<Id> string_body(const All& schemas, const Writing& writing);
  // The schemas without references and allOf; errors: references that lead nowhere or in a circle.
  Result<All> flatten(const All& schemas);

 private:
  enum Type : unsigned {
    kNull = 1,
    kBool = 2,
    kInteger = 4,
    kFraction = 8,
    kString = 16,
    kArray = 32,
    kObject = 64
  };
  static constexpr unsigned kAnything = 127;
  Status flatten_one(json::Value schema, All& out, std::map<std::size_t, bool>& seen);
  Result<All> flatten(All flat, const All& more);  // `flat` is, and `more` joins it
  Result<json::Value> resolve(json::Value reference);
  Result<Id> compile_once(const All& flat);  // what was compiled before is the same rule
  Result<Id> compile_flat(const All& flat);
  Result<Id> alternatives(const All& flat, std::size_t at, const char* keyword);
  Result<Id> listed(const All& flat);
  Result<Id> typed(const All& flat, unsigned types);
  Result<Id> object(const All& flat);
  Result<Id> array(const All& flat);
  Result<Id> number(const All& flat, bool integer);
  Id members(const std::vector<std::pair<Id, bool>>& parts);
  Status refuse_disjointless(json::Value alternatives);
  Result<bool> disjoint(json::Value a, json::Value b);
  Result<bool> disjoint_values(json::Value a, json::Value b);
  // A schema comes from a client: what grows faster than its text is counted.
  Status spend(std::size_t steps, json::Value at);
  static unsigned types_of(json::Value schema);
  Failure refuse(json::Value at, const std::string& what) const;

  JsonParts& parts_;
  GrammarBuilder& b_;
  json::Value root_;
  std::map<std::vector<std::size_t>, Id> known_;  // by where the schemas stand: recursion ends here
  int depth_ = 0;
  std::size_t work_ = 20'000'000;
};

// Keywords that a grammar cannot hold: the first one in `schema`; absent if there is none.
json::Value unsupported_keyword(json::Value schema);
// A regular expression for a `format`; nullptr if it is not known.
const char* format_pattern(std::string_view format);
bool same_value(json::Value a, json::Value b);

}  // namespace sluice::engine::constraint
