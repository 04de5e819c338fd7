#include "sense/joints.h"

#include <algorithm>
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

// The first and the last string value of a JSON text, as they are written; of what is no JSON, all.
void add_arguments(const Source& from, Sources& sources) {
  const std::string_view json = from.text;
  const std::size_t begin = json.find_first_not_of(" \t\r\n");
  if (begin == json.npos) return;
  if (json[begin] != '{' && json[begin] != '[') return sources.push_back(from);
  Source last = from;
  last.text = {};
  last.around = json;
  bool any = false;
  for (std::size_t quote = json.find('"'); quote < json.size();) {
    const std::size_t end = string_end(json, quote);
    const std::size_t next = json.find_first_not_of(" \t\r\n", std::min(end + 1, json.size()));
    const bool is_key = next != json.npos && json[next] == ':';
    if (!is_key && end > quote + 1) {
      last.text = json.substr(quote + 1, end - quote - 1);
      if (!any) sources.push_back(last);
      any = true;
    }
    quote = end < json.size() ? json.find('"', end + 1) : json.npos;
  }
  if (any && sources.back().text.data() != last.text.data()) sources.push_back(last);
}

// What assistants thought and asked of tools between the contents; nothing where they did neither.
Sources turns_of(const chat::Request& request) {
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
      add_arguments({number, static_cast<std::int32_t>(c), written, {}, Source::Field::Arguments}, sources);
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

}  // namespace

std::string JointText::Source::path() const {
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

std::vector<JointText> joints_of(const chat::Request& request) {
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
  add(turns_of(request));
  add(prompts_of(request));
  return joints;
}

}  // namespace sluice::sense
