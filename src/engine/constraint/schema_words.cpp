// What the schema compiler knows of single keywords.
#include <array>

#include "engine/constraint/schema.h"

namespace sluice::engine::constraint {

json::Value unsupported_keyword(json::Value schema) {
  constexpr std::array<std::string_view, 20> kNever = {"not",
                                                       "if",
                                                       "then",
                                                       "else",
                                                       "patternProperties",
                                                       "propertyNames",
                                                       "dependentRequired",
                                                       "dependentSchemas",
                                                       "dependencies",
                                                       "contains",
                                                       "minContains",
                                                       "maxContains",
                                                       "unevaluatedProperties",
                                                       "unevaluatedItems",
                                                       "multipleOf",
                                                       "maxProperties",
                                                       "$dynamicRef",
                                                       "$recursiveRef",
                                                       "divisibleBy",
                                                       "extends"};
  for (const std::string_view name : kNever)
    if (schema[name]) return schema[name];
  if (schema["uniqueItems"].boolean() == true) return schema["uniqueItems"];
  if (schema["minProperties"] && schema["minProperties"].integer() != 0) return schema["minProperties"];
  return {};
}

const char* format_pattern(std::string_view format) {
  struct Known {
    std::string_view name;
    const char* pattern;
  };
#define SLUICE_BYTE "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define SLUICE_DATE "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
#define SLUICE_TIME "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
#define SLUICE_HOST "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?){1,4}"
  static constexpr std::array<Known, 8> kKnown = {
      {{"date", SLUICE_DATE},
       {"time", SLUICE_TIME},
       {"date-time", SLUICE_DATE "T" SLUICE_TIME},
       {"uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
       {"ipv4", SLUICE_BYTE "\\." SLUICE_BYTE "\\." SLUICE_BYTE "\\." SLUICE_BYTE},
       {"email", "[a-z0-9]{1,20}([._-][a-z0-9]{1,20}){0,3}@" SLUICE_HOST},
       {"hostname", SLUICE_HOST},
       {"uri", "https?://" SLUICE_HOST "(/[A-Za-z0-9._~-]{0,40}){0,8}"}}};
#undef SLUICE_BYTE
#undef SLUICE_DATE
#undef SLUICE_TIME
#undef SLUICE_HOST
  for (const Known& known : kKnown)
    if (known.name == format) return known.pattern;
  return nullptr;
}

bool same_value(json::Value a, json::Value b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  switch (a.type()) {
    case json::Type::Null:
      return true;
    case json::Type::Bool:
      return a.boolean() == b.boolean();
    case json::Type::Number:
      return a.number() == b.number();
    case json::Type::String:
      return a.string() == b.string();
    case json::Type::Array:
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_value(a.at(i), b.at(i))) return false;
      return true;
    case json::Type::Object:
      for (const json::Value member : a)
        if (!b[member.key()] || !same_value(member, b[member.key()])) return false;
      return true;
  }
  return false;
}

}  // namespace sluice::engine::constraint
