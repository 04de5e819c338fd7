// Calls that an answer's limit of tokens cut off: what they had told so far.
#include <optional>
#include <string>
#include <string_view>

#include "engine/prompt/formats.h"
#include "engine/prompt/tool_calls.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

using Kind = BlockReading::Kind;

constexpr std::string_view kBlank = " \t\r\n";

std::string_view after_space(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
}

struct Begun {
  std::string_view text;
  bool whole = false;
};

// The JSON value that `text` begins with, as far as its brackets and quotes say.
Begun value_of(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
        if (depth == 0) return {text.substr(0, i + 1), true};
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return {text.substr(0, i), true};
      if (--depth == 0) return {text.substr(0, i + 1), true};
    } else if (depth == 0 && (c == ',' || kBlank.find(c) != std::string_view::npos)) {
      return {text.substr(0, i), true};
    }
  }
  return {text, false};
}

std::string string_of(std::string_view json) {
  const auto doc = json::Doc::parse(std::string(json));
  return doc ? (*doc)->root().string().value_or("") : "";
}

// The object that `text` begins with, whole or not; empty if it begins with something else.
std::string object_of(std::string_view text) {
  return text.starts_with('{') ? std::string(value_of(text).text) : "";
}

}  // namespace

// R1 writes "function", the name, and JSON in a fence; V3.1 the name and JSON.
std::optional<FoundCall> begun_marked_call(std::string_view head, std::string_view body) {
  FoundCall call;
  if (trimmed(head) == "function") {
    const std::size_t fence = body.find("```");
    if (fence == std::string_view::npos) return std::nullopt;
    call.name = trimmed(body.substr(0, fence));
    body.remove_prefix(fence + 3);
    if (body.starts_with("json")) body.remove_prefix(4);
  } else {
    call.name = trimmed(head);
  }
  call.arguments = object_of(after_space(body));
  if (call.name.empty()) return std::nullopt;
  return call;
}

std::optional<FoundCall> begun_object_call(std::string_view text) {
  FoundCall call;
  text = after_space(text);
  while (text.starts_with('{') || text.starts_with(',')) {
    text = after_space(text.substr(1));
    const Begun key = value_of(text);
    if (!key.whole || !key.text.starts_with('"')) break;
    text = after_space(text.substr(key.text.size()));
    if (!text.starts_with(':')) break;
    text = after_space(text.substr(1));
    const Begun value = value_of(text);
    const std::string name = string_of(key.text);
    if (name == "name" && value.whole) call.name = string_of(value.text);
    if (name == "arguments" || name == "parameters") call.arguments = object_of(value.text);
    if (!value.whole) break;
    text = after_space(text.substr(value.text.size()));
  }
  if (call.name.empty()) return std::nullopt;
  return call;
}

BlockReading read_begun_block(std::string_view text, ToolDialect dialect) {
  if (dialect == ToolDialect::Hermes) {
    const std::string_view body = after_space(text.substr(std::string_view("<tool_call>").size()));
    if (!body.empty() && !body.starts_with('{')) return {Kind::Malformed, {}, 0, {}};
    return {Kind::Incomplete, {}, 0, begun_object_call(body)};
  }
  if (dialect == ToolDialect::Fenced || dialect == ToolDialect::Marked) return read_marked_block(text, true);
  return read_dsml_block(text, dialect);
}

}  // namespace sluice::engine
