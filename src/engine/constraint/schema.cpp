#include "engine/constraint/schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "engine/constraint/constraint.h"
#include "json/writer.h"

namespace sluice::engine::constraint {
namespace {

constexpr std::size_t kMostJoined = 1000;

std::size_t count_of(json::Value value, std::size_t fallback) {
  const auto count = value.integer();
  return count && *count >= 0 ? static_cast<std::size_t>(*count) : fallback;
}

// A listed value, with a blank after commas and colons as models write it.
std::string compact(json::Value value) {
  if (value.type() != json::Type::Array && value.type() != json::Type::Object) {
    const auto words = value.string();
    return words ? json::quote(*words) : std::string(value.raw());
  }
  const bool object = value.type() == json::Type::Object;
  std::string out(object ? "{" : "[");
  for (const json::Value part : value) {
    if (out.size() > 1) out += ", ";
    if (object) out += json::quote(part.key()) + ": ";
    out += compact(part);
  }
  return out + (object ? "}" : "]");
}

// False: all that it says is said by what it refers to, so that each reference to a schema is that schema.
bool says_itself(json::Value schema) {
  for (const json::Value member : schema) {
    const std::string key = member.key();
    const bool nothing = key == "$ref" || key == "allOf" || key == "$defs" || key == "definitions" ||
                         key == "title" || key == "description" || key == "default" || key == "examples" ||
                         key == "$schema" || key == "$id" || key == "$comment";
    if (!nothing) return true;
  }
  return false;
}

bool is_whole(json::Value value) {
  const auto number = value.number();
  return number && *number == std::floor(*number);
}

}  // namespace

Failure SchemaCompiler::refuse(json::Value at, const std::string& what) const {
  return fail("engine.constraint", "the schema cannot be held by construction: " + what, at ? at.path() : "$",
              "leave the keyword out, or say it in another way");
}

unsigned SchemaCompiler::types_of(json::Value schema) {
  const auto one = [](const std::string& name) -> unsigned {
    if (name == "null") return kNull;
    if (name == "boolean") return kBool;
    if (name == "integer") return kInteger;
    if (name == "number") return kInteger | kFraction;
    if (name == "string") return kString;
    if (name == "array") return kArray;
    return name == "object" ? kObject : 0;
  };
  const json::Value type = schema["type"];
  if (!type) return kAnything;
  if (const auto name = type.string()) return one(*name);
  unsigned all = 0;
  for (const json::Value name : type) all |= one(name.string().value_or(""));
  return all;
}

Result<json::Value> SchemaCompiler::resolve(json::Value reference) {
  const std::string path = reference.string().value_or("");
  if (!path.starts_with("#")) return refuse(reference, "a reference to another document");
  json::Value at = root_;
  std::string_view rest = std::string_view(path).substr(1);
  while (!rest.empty()) {
    if (rest[0] != '/') return refuse(reference, "a reference by name");
    rest.remove_prefix(1);
    const std::string_view step = rest.substr(0, rest.find('/'));
    rest.remove_prefix(step.size());
    std::string key;
    for (std::size_t i = 0; i < step.size(); ++i) {
      const bool escaped = step[i] == '~' && i + 1 < step.size();
      key += escaped ? (step[++i] == '1' ? '/' : '~') : step[i];
    }
    SLUICE_TRY_VOID(spend(at.size(), reference));
    json::Value next = at[key];
    if (!next && at.is(json::Type::Array) && key.find_first_not_of("0123456789") == std::string::npos &&
        key.size() < 9)
      next = at.at(static_cast<std::size_t>(std::stoul("0" + key)));
    if (!next) return refuse(reference, "a reference that leads nowhere");
    at = next;
  }
  return at;
}

Status SchemaCompiler::spend(std::size_t steps, json::Value at) {
  if (steps > work_) return refuse(at, "it takes more than 20 million steps to read");
  work_ -= steps;
  return {};
}

// `seen`: schemas by where they stand, and whether all of what they say is in `out`. One that is met again has
// been; one that is met within itself says that it is itself.
Status SchemaCompiler::flatten_one(json::Value schema, All& out, std::map<std::size_t, bool>& seen) {
  SLUICE_TRY_VOID(spend(1, schema));
  if (const auto flag = schema.boolean()) {
    if (!*flag) out.push_back(schema);
    return {};
  }
  if (!schema.is(json::Type::Object)) return refuse(schema, "a schema is an object, true or false");
  const auto [place, fresh] = seen.emplace(schema.offset(), false);
  if (!fresh) return place->second ? Status() : refuse(schema, "a reference to itself");
  if (seen.size() > kMostJoined) return refuse(schema, "more than 1,000 schemas that must hold together");
  if (const json::Value bad = unsupported_keyword(schema)) return refuse(bad, "this keyword");
  if (const json::Value reference = schema["$ref"]) {
    SLUICE_TRY(const json::Value target, resolve(reference));
    SLUICE_TRY_VOID(flatten_one(target, out, seen));
  }
  for (const json::Value part : schema["allOf"]) {
    SLUICE_TRY_VOID(flatten_one(part, out, seen));
  }
  if (says_itself(schema)) out.push_back(schema);
  place->second = true;
  return {};
}

Result<SchemaCompiler::All> SchemaCompiler::flatten(const All& schemas) { return flatten({}, schemas); }

Result<SchemaCompiler::All> SchemaCompiler::flatten(All flat, const All& more) {
  std::map<std::size_t, bool> seen;
  for (const json::Value schema : more) {
    SLUICE_TRY_VOID(flatten_one(schema, flat, seen));
  }
  std::sort(flat.begin(), flat.end(), [](json::Value a, json::Value b) { return a.offset() < b.offset(); });
  flat.erase(
      std::unique(flat.begin(), flat.end(), [](json::Value a, json::Value b) { return a.offset() == b.offset(); }),
      flat.end());
  return flat;
}

Result<Id> SchemaCompiler::compile(const All& schemas) {
  SLUICE_TRY(const All flat, flatten(schemas));
  return compile_once(flat);
}

Result<Id> SchemaCompiler::compile_once(const All& flat) {
  if (b_.too_large()) return refuse({}, "it has more than 300,000 parts");
  SLUICE_TRY_VOID(spend(flat.size(), {}));
  std::vector<std::size_t> key;
  for (const json::Value schema : flat) key.push_back(schema.offset());
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (depth_ > 500) return refuse({}, "it is more than 500 levels deep");
  const Id id = b_.declare();
  known_.emplace(std::move(key), id);
  ++depth_;
  SLUICE_TRY(const Id body, compile_flat(flat));
  --depth_;
  b_.define(id, body);
  return id;
}

// One list of alternatives at a time is taken out and joined with all else.
Result<Id> SchemaCompiler::compile_flat(const All& flat) {
  unsigned types = kAnything;
  bool list = false;
  for (std::size_t i = 0; i < flat.size(); ++i) {
    if (flat[i].boolean() == false) return b_.choice({});
    list = list || flat[i]["enum"] || flat[i]["const"];
    types &= types_of(flat[i]);
  }
  if (list) return listed(flat);
  for (std::size_t i = 0; i < flat.size(); ++i)
    for (const char* keyword : {"anyOf", "oneOf"})
      if (flat[i][keyword]) return alternatives(flat, i, keyword);
  return typed(flat, types);
}

Result<Id> SchemaCompiler::alternatives(const All& flat, std::size_t at, const char* keyword) {
  const json::Value list = flat[at][keyword];
  if (!list.is(json::Type::Array) || list.size() == 0) return refuse(list, "alternatives are a list");
  if (std::string_view(keyword) == "oneOf") {
    SLUICE_TRY_VOID(refuse_disjointless(list));
  }
  for (const json::Value member : flat[at])
    for (const std::string_view other : {"anyOf", "oneOf"})
      if (member.key() == other && other != keyword)
        return refuse(member, "two lists of alternatives in one schema");
  // What else the schema says holds for each alternative: it is kept by a schema list that has it, less the list.
  std::vector<Id> all;
  const bool says_more = [&] {
    for (const json::Value member : flat[at]) {
      const std::string key = member.key();
      for (const std::string_view word :
           {"type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems",
            "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
            "exclusiveMaximum"})
        if (key == word) return true;
    }
    return false;
  }();
  All others;
  for (std::size_t i = 0; i < flat.size(); ++i)
    if (i != at) others.push_back(flat[i]);
  for (const json::Value alternative : list) {
    // `others` are flat, and stay so: a reference among them leads to this very list.
    SLUICE_TRY(All whole, flatten(others, {alternative}));
    if (says_more) {
      // The schema itself again, with its list done: typed() reads no lists.
      for (const json::Value schema : whole)
        if (schema["anyOf"] || schema["oneOf"] || schema["enum"] || schema["const"])
          return refuse(list, "alternatives in alternatives beside other keywords");
      whole.push_back(flat[at]);
      unsigned types = kAnything;
      bool never = false;
      for (const json::Value schema : whole) {
        never = never || schema.boolean() == false;
        types &= types_of(schema);
      }
      SLUICE_TRY(const Id id, never ? Result<Id>(b_.choice({})) : typed(whole, types));
      all.push_back(id);
    } else {
      SLUICE_TRY(const Id id, compile_once(whole));
      all.push_back(id);
    }
  }
  return b_.choice(all);
}

// enum and const: the values that all lists have and all types allow. Other keywords beside them are refused, for
// they would have to be evaluated here.
Result<Id> SchemaCompiler::listed(const All& flat) {
  std::vector<json::Value> left;
  bool first = true;
  unsigned types = kAnything;
  for (const json::Value schema : flat) {
    types &= types_of(schema);
    for (const json::Value member : schema) {
      const std::string key = member.key();
      for (const std::string_view word : {"anyOf", "oneOf", "properties", "required", "additionalProperties",
                                          "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength",
                                          "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
        if (key == word) return refuse(member, "this keyword beside enum or const");
    }
    for (const char* keyword : {"enum", "const"}) {
      const json::Value list = schema[keyword];
      if (!list) continue;
      std::vector<json::Value> values;
      if (std::string_view(keyword) == "const") {
        values.push_back(list);
      } else {
        for (const json::Value value : list) values.push_back(value);
      }
      if (!first) {
        SLUICE_TRY_VOID(spend(values.size() * left.size(), list));
        std::erase_if(values, [&](json::Value value) {
          return std::none_of(left.begin(), left.end(),
                              [&](json::Value other) { return same_value(value, other); });
        });
      }
      left = values;
      first = false;
    }
  }
  std::vector<Id> all;
  for (const json::Value value : left) {
    unsigned type = kNull;
    if (value.is(json::Type::Bool)) type = kBool;
    if (value.is(json::Type::Number)) type = is_whole(value) ? kInteger : kFraction;
    if (value.is(json::Type::String)) type = kString;
    if (value.is(json::Type::Array)) type = kArray;
    if (value.is(json::Type::Object)) type = kObject;
    if ((types & type) != 0) all.push_back(b_.literal(compact(value)));
  }
  return b_.choice(all);
}

Result<Id> SchemaCompiler::typed(const All& flat, unsigned types) {
  std::vector<Id> all;
  if ((types & kNull) != 0) all.push_back(b_.literal("null"));
  if ((types & kBool) != 0) all.insert(all.end(), {b_.literal("true"), b_.literal("false")});
  if ((types & (kInteger | kFraction)) != 0) {
    SLUICE_TRY(const Id id, number(flat, (types & kFraction) == 0));
    all.push_back(id);
  }
  if ((types & kString) != 0) {
    SLUICE_TRY(const Id body, string_body(flat, parts_.writing()));
    all.push_back(parts_.quoted(body));
  }
  if ((types & kArray) != 0) {
    SLUICE_TRY(const Id id, array(flat));
    all.push_back(id);
  }
  if ((types & kObject) != 0) {
    SLUICE_TRY(const Id id, object(flat));
    all.push_back(id);
  }
  return b_.choice(all);
}

Result<Id> SchemaCompiler::number(const All& flat, bool integer) {
  Bounds bounds;
  json::Value last;
  const auto tighten = [&](json::Value value, bool lower, bool exclusive) {
    const auto limit = value.number();
    if (!limit) return;
    last = value;
    auto& bound = lower ? bounds.least : bounds.most;
    bool& out = lower ? bounds.above : bounds.below;
    const bool tighter = !bound || (lower ? *limit > *bound : *limit < *bound);
    if (tighter) bound = *limit, out = exclusive;
    if (*bound == *limit && exclusive) out = true;
  };
  for (const json::Value schema : flat) {
    for (const char* keyword : {"exclusiveMinimum", "exclusiveMaximum"})
      if (schema[keyword].is(json::Type::Bool))
        return refuse(schema[keyword], "the draft-04 form of this keyword");
    tighten(schema["minimum"], true, false);
    tighten(schema["maximum"], false, false);
    tighten(schema["exclusiveMinimum"], true, true);
    tighten(schema["exclusiveMaximum"], false, true);
  }
  if (!bounds.any()) return integer ? parts_.integer() : parts_.number();
  auto made = number_between(b_, bounds, integer);
  if (!made) made.error().where = last.path();
  return made;
}

Result<Id> SchemaCompiler::string_body(const All& flat, const Writing& writing) {
  std::size_t least = 0, most = SIZE_MAX;
  json::Value pattern;
  for (const json::Value schema : flat) {
    least = std::max(least, count_of(schema["minLength"], 0));
    most = std::min(most, count_of(schema["maxLength"], SIZE_MAX));
    for (const char* keyword : {"pattern", "format"}) {
      if (!schema[keyword]) continue;
      if (pattern) return refuse(schema[keyword], "two patterns or formats for one text");
      pattern = schema[keyword];
    }
  }
  if (pattern) {
    if (least > 0 || most != SIZE_MAX) return refuse(pattern, "a pattern or format beside minLength or maxLength");
    const std::string text = pattern.string().value_or("");
    const char* known = pattern.key() == "format" ? format_pattern(text) : nullptr;
    if (pattern.key() == "format" && known == nullptr) return refuse(pattern, "the format \"" + text + "\"");
    auto body = regex(b_, known != nullptr ? known : text.c_str(), writing, known == nullptr);
    if (!body) body.error().where = pattern.path() + ", " + body.error().where;
    return body;
  }
  constexpr std::size_t kMost = 100'000;
  if (least > kMost || (most != SIZE_MAX && most > kMost)) most = most > kMost ? SIZE_MAX : most;
  if (least > kMost) return refuse(flat.back(), "a minLength beyond 100000");
  if (most < least) return b_.choice({});
  const Id one = writing.json ? parts_.character() : written(b_, CodeSet::all(), writing);
  return b_.repeat(one, static_cast<int>(least),
                   most == SIZE_MAX ? GrammarBuilder::kNoLimit : static_cast<int>(most));
}

Result<Id> SchemaCompiler::array(const All& flat) {
  std::size_t least = 0, most = SIZE_MAX;
  All items;
  json::Value tuple;
  for (const json::Value schema : flat) {
    least = std::max(least, count_of(schema["minItems"], 0));
    most = std::min(most, count_of(schema["maxItems"], SIZE_MAX));
    const json::Value prefix = schema["items"].is(json::Type::Array) ? schema["items"] : schema["prefixItems"];
    if (prefix && tuple) return refuse(prefix, "two lists of items for one array");
    if (prefix) tuple = prefix;
    const json::Value rest = schema["items"].is(json::Type::Array) ? schema["additionalItems"] : schema["items"];
    if (prefix && flat.size() > 1 && rest) return refuse(rest, "items behind a list in joined schemas");
    if (rest) items.push_back(rest);
  }
  constexpr std::size_t kMost = 10'000;
  if (least > kMost) return refuse(flat.back(), "a minItems beyond 10000");
  const auto limit = [](std::size_t n) { return n > kMost ? GrammarBuilder::kNoLimit : static_cast<int>(n); };
  if (tuple) {  // as many as are listed, where that is allowed; fewer would be valid too, but say less
    if (least > tuple.size()) return refuse(tuple, "more items than are listed");
    std::vector<Id> parts{b_.literal("["), parts_.space()};
    std::size_t written_items = 0;
    for (const json::Value item : tuple) {
      if (written_items == most) break;
      if (written_items++ > 0) parts.insert(parts.end(), {b_.literal(","), parts_.space()});
      SLUICE_TRY(const Id id, compile({item}));
      parts.insert(parts.end(), {id, parts_.space()});
    }
    parts.push_back(b_.literal("]"));
    return b_.sequence(parts);
  }
  if (most < least) return b_.choice({});
  SLUICE_TRY(const Id element, items.empty() ? Result<Id>(parts_.value()) : compile(items));
  return parts_.list("[", element, "]", static_cast<int>(least), limit(most));
}

Result<SchemaCompiler::ObjectForm> SchemaCompiler::object_form(const All& flat) {
  ObjectForm form;
  std::unordered_map<std::string, std::size_t> places;
  const auto property = [&](const std::string& name) -> Property& {
    const auto [place, fresh] = places.emplace(name, form.properties.size());
    if (fresh) form.properties.push_back({name, {}, false});
    return form.properties[place->second];
  };
  for (const json::Value schema : flat)
    for (const json::Value member : schema["properties"]) property(member.key()).schemas.push_back(member);
  for (const json::Value schema : flat)
    for (const json::Value name : schema["required"]) property(name.string().value_or("")).required = true;
  for (const json::Value schema : flat) {
    const json::Value additional = schema["additionalProperties"];
    if (!additional || additional.boolean() == true) continue;
    form.closed = form.closed || additional.boolean() == false;
    form.additional.push_back(additional);
    std::unordered_set<std::string> declared;
    for (const json::Value member : schema["properties"]) declared.insert(member.key());
    SLUICE_TRY_VOID(spend(form.properties.size(), additional));
    for (Property& known : form.properties)  // false makes a property impossible, and a required one the object
      if (!declared.contains(known.name)) known.schemas.push_back(additional);
  }
  return form;
}

// Members in their order; after one that is left out the next one has no comma before it.
Id SchemaCompiler::members(const std::vector<std::pair<Id, bool>>& parts) {
  const Id comma = b_.sequence({b_.literal(","), parts_.space()});
  Id after = b_.literal(""), before = b_.literal("");  // what follows a member, and what follows the beginning
  for (std::size_t i = parts.size(); i-- > 0;) {
    const auto& [member, required] = parts[i];
    const Id with = b_.sequence({member, parts_.space(), after});
    before = required ? with : b_.choice({with, before});
    const Id next = b_.sequence({comma, with});
    after = required ? next : b_.choice({next, after});
  }
  return before;
}

Result<Id> SchemaCompiler::object(const All& flat) {
  SLUICE_TRY(const ObjectForm form, object_form(flat));
  if (form.properties.empty()) {
    if (form.closed) return b_.sequence({b_.literal("{"), parts_.space(), b_.literal("}")});
    if (form.additional.empty()) return parts_.object();
    SLUICE_TRY(const Id value, compile(form.additional));
    const Id member = b_.sequence({parts_.string(), parts_.space(), b_.literal(":"), parts_.space(), value});
    return parts_.list("{", member, "}", 0, GrammarBuilder::kNoLimit);
  }
  std::vector<std::pair<Id, bool>> parts;
  for (const Property& property : form.properties) {
    SLUICE_TRY(const Id value, property.schemas.empty() ? Result<Id>(parts_.value()) : compile(property.schemas));
    const Id name = b_.literal(json::quote(property.name));
    parts.emplace_back(b_.sequence({name, parts_.space(), b_.literal(":"), parts_.space(), value}),
                       property.required);
  }
  return b_.sequence({b_.literal("{"), parts_.space(), members(parts), b_.literal("}")});
}

Result<bool> SchemaCompiler::only_string(const All& flat) {
  unsigned types = kAnything;
  bool list = false, words = true;
  for (const json::Value schema : flat) {
    types &= types_of(schema);
    if (schema["anyOf"] || schema["oneOf"]) return false;
    for (const json::Value value : schema["enum"]) list = true, words = words && value.is(json::Type::String);
    if (schema["const"]) list = true, words = words && schema["const"].is(json::Type::String);
  }
  return types == kString || (list && words);
}

Result<std::shared_ptr<const Grammar>> parse_schema(std::string_view schema) {
  SLUICE_TRY(const auto doc, json::Doc::parse(std::string(schema)));
  GrammarBuilder builder;
  JsonParts parts(builder);
  SchemaCompiler compiler(parts, doc->root());
  SLUICE_TRY(const Id value, compiler.compile({doc->root()}));
  return builder.build(builder.sequence({parts.space(), value}));
}

}  // namespace sluice::engine::constraint
