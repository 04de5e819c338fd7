// For tests: schemas without end.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

namespace sluice::engine::constraint::test {

// A schema of what is supported, as draft-07 has it (which valijson knows).
class RandomSchema {
 public:
  explicit RandomSchema(std::uint64_t seed) : random_(seed) {}
  std::string text() {
    std::string body = schema(3, true);
    if (!uses_definitions_) return body;
    body.pop_back();
    return body + (body == "{" ? "" : ",") +
           R"("definitions":{"tree":{"type":"object","properties":{"v":{"type":"integer"},"next":{"type":"array","items":)"
           R"({"$ref":"#/definitions/tree"},"maxItems":2}},"required":["v"],"additionalProperties":false},"word":)"
           R"({"type":"string","minLength":1,"maxLength":4},"sum":{"anyOf":[{"$ref":"#/definitions/word"},)"
           R"({"$ref":"#/definitions/list"},{"type":"integer"}]},"list":{"anyOf":[{"type":"null"},{"type":"object",)"
           R"("properties":{"next":{"$ref":"#/definitions/list"}},"required":["next"],"additionalProperties":false}]}}})";
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }

  std::string scalar_value() {
    static const char* const kValues[] = {
        "null",       "true",           "0", "-12", "3.5", "\"\"", "\"a b\"", "\"\\\"q\\\\\"", "\"\u4E16\"",
        "[1, \"x\"]", "{\"k\": [null]}"};
    return kValues[below(std::size(kValues))];
  }

  std::string schema(int depth, bool top = false) {
    switch (below(depth > 0 ? 16 : 10)) {
      case 0:
        return R"({"type":"boolean"})";
      case 1:
        return number("integer");
      case 2:
        return number("number");
      case 3:
      case 4:
        return string();
      case 5:
        return values();
      case 6:
        return R"({"const":)" + scalar_value() + "}";
      case 7:
        return top || chance(50) ? R"({"type":["null","string","integer"]})"
                                 : (chance(30) ? "{}" : R"({"type":"null"})");
      case 8:
        uses_definitions_ = true;
        switch (below(5)) {
          case 0:
            return R"({"$ref":"#/definitions/word"})";
          case 1:
            return R"({"$ref":"#/definitions/sum"})";
          case 2:
            return R"({"$ref":"#/definitions/list"})";
          case 3:
            return R"({"allOf":[{"$ref":"#/definitions/word"},{"maxLength":3},{"$ref":"#/definitions/word"}]})";
          default:
            return R"({"$ref":"#/definitions/tree"})";
        }
      case 9:
      case 10:
        return array(depth > 0 ? depth - 1 : 0);
      case 11:
        return R"({"anyOf":[)" + schema(depth - 1) + "," + schema(depth - 1) + "]}";
      case 12:
        return R"({"allOf":[{"type":"object","properties":{"x":)" + schema(depth - 1) +
               R"(},"required":["x"]},{"properties":{"y":)" + schema(depth - 1) + "}}]}";
      case 13:
        return R"({"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"v":)" + schema(depth - 1) +
               R"(},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"b"}},"required":["kind","w"]},)" +
               R"({"type":"string","maxLength":3}]})";
      default:
        return object(depth - 1);
    }
  }

  std::string number(const std::string& type) {
    std::string out = "{\"type\":\"" + type + "\"";
    const auto low = static_cast<std::int64_t>(below(2000)) - 1000;
    const auto high = low + 1 + static_cast<std::int64_t>(below(chance(50) ? 5 : 100000));
    if (chance(40)) out += (chance(70) ? ",\"minimum\":" : ",\"exclusiveMinimum\":") + std::to_string(low);
    if (chance(40)) out += (chance(70) ? ",\"maximum\":" : ",\"exclusiveMaximum\":") + std::to_string(high + 1);
    if (type == "number" && chance(10)) return R"({"type":"number","minimum":0.25,"exclusiveMaximum":0.5})";
    return out + "}";
  }

  std::string string() {
    static const char* const kPatterns[] = {"^[a-z]{1,4}$", "[0-9]+", "^(yes|no)$", "^\\\\d{3}-[A-F]{2}",
                                            "^\\\"q\\\"$"};
    std::string out = R"({"type":"string")";
    if (chance(25)) return out + ",\"pattern\":\"" + kPatterns[below(std::size(kPatterns))] + "\"}";
    if (chance(15)) return out + (chance(50) ? R"(,"format":"date"})" : R"(,"format":"uuid"})");
    if (chance(40)) out += ",\"minLength\":" + std::to_string(below(5));
    if (chance(40)) out += ",\"maxLength\":" + std::to_string(5 + below(10));
    return out + "}";
  }

  std::string values() {
    std::string out = "{\"enum\":[" + scalar_value();
    for (std::uint64_t n = below(4); n > 0; --n) out += "," + scalar_value();
    return out + "]}";
  }

  std::string array(int depth) {
    std::string out = R"({"type":"array","items":)" + schema(depth);
    if (chance(40)) out += ",\"minItems\":" + std::to_string(below(4));
    if (chance(50)) out += ",\"maxItems\":" + std::to_string(4 + below(4));
    return out + "}";
  }

  std::string object(int depth) {
    static const char* const kNames[] = {"a", "b", "name", "\u00E9", "x y", "q\\\"", "long_name"};
    std::string properties, required;
    for (const char* name : kNames) {
      if (!chance(35)) continue;
      properties += (properties.empty() ? "\"" : ",\"") + std::string(name) + "\":" + schema(depth);
      if (chance(50)) required += (required.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    }
    std::string out = R"({"type":"object","properties":{)" + properties + "}";
    if (!required.empty()) out += ",\"required\":[" + required + "]";
    if (chance(30)) out += ",\"additionalProperties\":" + (chance(50) ? "false" : schema(0));
    return out + "}";
  }

  std::mt19937_64 random_;
  bool uses_definitions_ = false;
};

}  // namespace sluice::engine::constraint::test
