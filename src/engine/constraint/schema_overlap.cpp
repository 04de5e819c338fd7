// Whether two alternatives of a oneOf can both hold.
#include "engine/constraint/schema.h"

namespace sluice::engine::constraint {
namespace {

constexpr int kMostReferences = 64;

}  // namespace

Status SchemaCompiler::refuse_disjointless(json::Value list) {
  All alternatives;
  for (const json::Value alternative : list) alternatives.push_back(alternative);
  for (std::size_t i = 0; i < alternatives.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) {
      SLUICE_TRY(const bool apart, disjoint(alternatives[i], alternatives[k]));
      if (!apart) return refuse(list, "oneOf with alternatives that may overlap; anyOf says it");
    }
  return {};
}

Result<bool> SchemaCompiler::disjoint_values(json::Value a, json::Value b) {
  const auto values = [](json::Value schema) {
    std::vector<json::Value> out;
    if (schema["const"]) out.push_back(schema["const"]);
    for (const json::Value value : schema["enum"]) out.push_back(value);
    return out;
  };
  const auto left = values(a), right = values(b);
  if (left.empty() || right.empty()) return false;
  SLUICE_TRY_VOID(spend(left.size() * right.size(), a));
  for (const json::Value x : left)
    for (const json::Value y : right)
      if (same_value(x, y)) return false;
  return true;
}

// Certain only: by types, by listed values, or by listed values of a member that both require.
Result<bool> SchemaCompiler::disjoint(json::Value a, json::Value b) {
  SLUICE_TRY_VOID(spend(1, a));
  for (int i = 0; i < kMostReferences && a["$ref"]; ++i) a = resolve(a["$ref"]).value_or(json::Value());
  for (int i = 0; i < kMostReferences && b["$ref"]; ++i) b = resolve(b["$ref"]).value_or(json::Value());
  if (!a.is(json::Type::Object) || !b.is(json::Type::Object)) return false;
  if ((types_of(a) & types_of(b)) == 0) return true;
  SLUICE_TRY(const bool listed_apart, disjoint_values(a, b));
  if (listed_apart) return true;
  if (types_of(a) != kObject || types_of(b) != kObject) return false;
  const auto requires_it = [](json::Value schema, const std::string& name) {
    for (const json::Value required : schema["required"])
      if (required.string() == name) return true;
    return false;
  };
  for (const json::Value member : a["properties"]) {
    const std::string name = member.key();
    SLUICE_TRY_VOID(spend(a["required"].size() + b["required"].size() + b["properties"].size(), member));
    if (!requires_it(a, name) || !requires_it(b, name)) continue;
    SLUICE_TRY(const bool apart, disjoint_values(member, b["properties"][name]));
    if (apart) return true;
  }
  return false;
}

}  // namespace sluice::engine::constraint
