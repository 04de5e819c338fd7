#include "sense/joints.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "text/utf8.h"

namespace sluice::sense {
namespace {

// A finding that crosses a joint is shorter than this on each side; longer texts give only their ends, with a mark
// between that no detector reads across.
constexpr std::size_t kEnd = 512;
constexpr std::size_t kStretch = 8 * 1024;  // bytes that are looked at together

std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

void append(JointText& joint, const JointText::Source& from) {
  const std::string_view text = from.text;
  const auto source = static_cast<std::uint32_t>(joint.sources.size());
  joint.sources.push_back(from);
  if (text.size() <= 2 * kEnd) {
    joint.pieces.push_back({joint.text.size(), 0, source, text.size()});
    joint.text += text;
    return;
  }
  const std::size_t head = character_start(text, kEnd), tail = character_start(text, text.size() - kEnd);
  joint.pieces.push_back({joint.text.size(), 0, source, head});
  joint.text += text.substr(0, head);
  joint.text += kCut;
  joint.pieces.push_back({joint.text.size(), tail, source, text.size() - tail});
  joint.text += text.substr(tail);
}

using Source = JointText::Source;
using Sources = std::vector<Source>;

JointText join(const Sources& sources) {
  JointText joint;
  if (sources.size() < 2) return joint;
  std::size_t size = 0;
  for (const Source& source : sources) size += std::min(source.text.size(), 2 * kEnd + 8);
  joint.text.reserve(size);
  joint.pieces.reserve(2 * sources.size());
  joint.sources.reserve(sources.size());
  for (const Source& source : sources) append(joint, source);
  return joint;
}

void add_contents(const chat::Message& message, std::uint32_t number, Sources& sources) {
  const bool several = message.parts.size() > 1;
  for (std::size_t p = 0; p < message.parts.size(); ++p) {
    const chat::Part& part = message.parts[p];
    if (!part.is_read()) continue;
    const chat::Extraction* read = part.kind == chat::Part::Kind::Text ? nullptr : part.extraction.get();
    const std::string& text = read ? read->text : part.text;
    if (text.empty()) continue;
    const bool numbered = several || !part.raw.empty();
    const auto position = numbered ? static_cast<std::int32_t>(p) : -1;
    sources.push_back({number, position, text, read ? read->by : std::string_view()});
  }
}

Sources contents_of(const chat::Request& request, std::optional<chat::Role> role) {
  Sources sources;
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const chat::Message& message = request.messages[m];
    if (!role || message.role == *role) add_contents(message, static_cast<std::uint32_t>(m), sources);
  }
  return sources;
}

// Where the string that begins behind `quote` ends: at its closing quote, or with the text.
std::size_t string_end(std::string_view json, std::size_t quote) {
  for (std::size_t at = quote + 1;; ++at) {
    at = json.find('"', at);
    if (at == json.npos) return json.size();
    std::size_t escapes = 0;
    while (json[at - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return at;
  }
}

// A value with its key.
struct Keyed {
  std::string_view key;
  Source source;
};

// The string values of a JSON text, as they are written; of what is no JSON, all.
void add_arguments(const Source& from, std::vector<Keyed>& values) {
  const std::string_view json = from.text;
  const std::size_t begin = json.find_first_not_of(" \t\r\n");
  if (begin == json.npos) return;
  if (json[begin] != '{' && json[begin] != '[') return values.push_back({{}, from});
  Source value = from;
  value.around = json;
  std::string_view key;
  for (std::size_t quote = json.find('"'); quote < json.size();) {
    const std::size_t end = string_end(json, quote);
    const std::size_t next = json.find_first_not_of(" \t\r\n", std::min(end + 1, json.size()));
    value.text = json.substr(quote + 1, end - quote - 1);
    if (next != json.npos && json[next] == ':')
      key = value.text;
    else if (!value.text.empty())
      values.push_back({key, value});
    quote = end < json.size() ? json.find('"', end + 1) : json.npos;
  }
}

// The key without the number behind it: "card_part_1" and "card_part_2" are two parts of one thing.
std::string_view stem(std::string_view key) {
  while (!key.empty() && key.back() >= '0' && key.back() <= '9') key.remove_suffix(1);
  return key;
}

// Whether it can be a part of a number, an address or a key. Most values are words, and what stands between two
// parts is no part of either.
bool may_be_part(std::string_view text) {
  constexpr std::size_t kShort = 64;
  std::size_t digits = 0;
  for (const char c : text) {
    digits += c >= '0' && c <= '9';
    if (c == '@' || digits >= 2) return true;
  }
  const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  return text.size() <= kShort && std::any_of(text.begin(), text.end(), beyond_ascii);
}

// Of values in their order those that may be parts, as far as such stand beside each other; before and behind the
// sign of an address the other half may be a word.
void add_runs(const Sources& values, std::vector<JointText>& joints) {
  const auto has_sign = [&](std::size_t i) { return values[i].text.find('@') != std::string_view::npos; };
  const auto counts = [&](std::size_t i) {
    return may_be_part(values[i].text) || (i > 0 && has_sign(i - 1)) || (i + 1 < values.size() && has_sign(i + 1));
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    Sources run;
    while (i < values.size() && counts(i)) run.push_back(values[i++]);
    if (run.size() >= 2) joints.push_back(join(run));
  }
}

// The values of each key that has several, in their order; nothing of one whose values are all there are.
void by_key(const std::vector<Keyed>& values, std::vector<JointText>& joints) {
  std::map<std::string_view, Sources> keys;
  for (const Keyed& value : values) keys[stem(value.key)].push_back(value.source);
  if (keys.size() < 2) return;
  for (const auto& [key, sources] : keys) add_runs(sources, joints);
}

// What assistants thought and asked of tools between the contents; nothing where they did neither.
Sources turns_of(const chat::Request& request, std::vector<Keyed>& arguments) {
  Sources sources;
  bool more_than_contents = false;
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const chat::Message& message = request.messages[m];
    const auto number = static_cast<std::uint32_t>(m);
    if (!message.reasoning.empty()) {
      sources.push_back({number, -1, message.reasoning, {}, Source::Field::Reasoning});
      more_than_contents = true;
    }
    add_contents(message, number, sources);
    for (std::size_t c = 0; c < message.tool_calls.size(); ++c) {
      const std::string& written = message.tool_calls[c].arguments;
      const std::size_t first = arguments.size();
      add_arguments({number, static_cast<std::int32_t>(c), written, {}, Source::Field::Arguments}, arguments);
      for (std::size_t i = first; i < arguments.size(); ++i) sources.push_back(arguments[i].source);
      more_than_contents = true;
    }
  }
  return more_than_contents ? sources : Sources{};
}

// Each is answered by itself, and all of them leave together. A suffix is read behind its prompt.
Sources prompts_of(const chat::Request& request) {
  Sources sources;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (request.inputs[i].empty()) continue;
    sources.push_back({static_cast<std::uint32_t>(i), -1, request.inputs[i], {}, Source::Field::Prompt});
  }
  if (!request.suffix.empty()) {
    const auto behind = static_cast<std::uint32_t>(request.inputs.size());
    sources.push_back({behind, -1, request.suffix, {}, Source::Field::Suffix});
  }
  return sources;
}

// What a schema says of a value's form stands between any two of its descriptions, and is nobody's text.
bool is_schema_word(std::string_view key, std::string_view value) {
  constexpr std::array<std::string_view, 9> kTypes = {"string", "number", "integer",  "boolean",    "object",
                                                      "array",  "null",   "function", "json_schema"};
  return key == "type" && std::find(kTypes.begin(), kTypes.end(), value) != kTypes.end();
}

// A name of a tool, a field or an alternative; such lists are read one by one, and a word for a secret beside a
// name with digits is no secret told.
bool is_name(std::string_view key, std::string_view value) {
  constexpr std::array<std::string_view, 7> kLists = {"name",   "enum",    "required", "$ref",
                                                      "format", "pattern", "title"};
  if (std::find(kLists.begin(), kLists.end(), key) == kLists.end() || value.empty()) return false;
  const char first = value.front();
  const bool begins =
      (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' || first == '#';
  return begins && value.find_first_of(" @\t\n") == std::string_view::npos;
}

// Values of the texts that are of this role.
std::vector<Keyed> values_of(const chat::VisibleTexts& visible, std::string_view role) {
  constexpr std::size_t kAlternatives = 16;  // more are no text in parts
  std::vector<Keyed> values;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const chat::VisibleText& text = visible[i];
    if (text.role != role) continue;
    for (std::size_t v = 0, of_list = 0; v < text.values.size(); ++v) {
      const chat::VisibleText::Value& value = text.values[v];
      of_list = v > 0 && value.key_start == text.values[v - 1].key_start ? of_list + 1 : 1;
      std::string_view key = text.text.substr(value.key_start, value.key_size);
      if (key.empty()) key = std::string_view(text.path).substr(text.path.rfind('.') + 1);
      const std::string_view words = text.text.substr(value.start, value.size);
      if (of_list > kAlternatives && key == "enum") continue;
      if (is_schema_word(key, words) || is_name(key, words)) continue;
      Source source{static_cast<std::uint32_t>(i), -1, words, {}, Source::Field::Value, text.text, text.path};
      values.push_back({key, source});
    }
  }
  return values;
}

}  // namespace

std::string JointText::Source::path() const {
  if (field == Field::Value) return std::string(place);
  if (field == Field::Suffix) return "$.suffix";
  if (field == Field::Prompt) return "$.input[" + std::to_string(message) + "]";
  std::string path = "$.messages[" + std::to_string(message) + "]";
  if (field == Field::Reasoning) return path + ".reasoning_content";
  if (field == Field::Arguments) return path + ".tool_calls[" + std::to_string(part) + "].function.arguments";
  path += ".content";
  if (part >= 0) path += "[" + std::to_string(part) + "]";
  if (!extractor.empty()) path.append("@").append(extractor);
  return path;
}

std::size_t JointText::piece_at(std::size_t byte) const {
  const auto after = std::upper_bound(pieces.begin(), pieces.end(), byte,
                                      [](std::size_t at, const Piece& piece) { return at < piece.start; });
  return static_cast<std::size_t>(after - pieces.begin()) - 1;
}

std::vector<JointText::Stretch> JointText::stretches() const {
  std::vector<Stretch> list;
  auto end_of = [this](std::size_t piece) {
    return piece + 1 < pieces.size() ? pieces[piece + 1].start : text.size();
  };
  std::size_t first = 0, last = 0, covered = 0;
  for (;;) {
    const std::size_t start = pieces[first].start;
    while (last + 1 < pieces.size() && end_of(last) - start < kStretch) ++last;
    const std::size_t end = end_of(last);
    list.push_back({start, end, covered > start ? covered - start : 0});
    if (last + 1 == pieces.size()) return list;
    covered = end;
    // On with the last pieces of this one, as many as any finding can reach back over.
    first = last;
    while (first > 0 && pieces[first - 1].start > start && end - pieces[first].start < 2 * kEnd) --first;
    ++last;
  }
}

std::vector<JointText> joints_of(const chat::Request& request, const chat::VisibleTexts& visible) {
  std::vector<JointText> joints;
  const auto add = [&joints](const Sources& sources) {
    if (sources.size() >= 2) joints.push_back(join(sources));
  };
  const Sources all = contents_of(request, std::nullopt);
  add(all);
  using chat::Role;
  for (const Role role : {Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool}) {
    const Sources one = contents_of(request, role);
    if (one.size() < all.size()) add(one);
  }
  std::vector<Keyed> arguments;
  add(turns_of(request, arguments));
  by_key(arguments, joints);
  add(prompts_of(request));
  for (const char* role : {"tool_definition", "field"}) {
    const std::vector<Keyed> values = values_of(visible, role);
    Sources sources;
    for (const Keyed& value : values) sources.push_back(value.source);
    add_runs(sources, joints);
    by_key(values, joints);
  }
  return joints;
}

}  // namespace sluice::sense
