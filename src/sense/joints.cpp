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

JointText join(const chat::Request& request, std::optional<chat::Role> role) {
  std::vector<JointText::Source> sources;
  std::size_t size = 0;
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const chat::Message& message = request.messages[m];
    if (role && message.role != *role) continue;
    const bool several = message.parts.size() > 1;
    for (std::size_t p = 0; p < message.parts.size(); ++p) {
      const chat::Part& part = message.parts[p];
      if (!part.is_read()) continue;
      const chat::Extraction* read = part.kind == chat::Part::Kind::Text ? nullptr : part.extraction.get();
      const std::string& text = read ? read->text : part.text;
      if (text.empty()) continue;
      const bool numbered = several || !part.raw.empty();
      const auto position = numbered ? static_cast<std::int32_t>(p) : -1;
      sources.push_back({static_cast<std::uint32_t>(m), position, text, read ? read->by : std::string_view()});
      size += std::min(text.size(), 2 * kEnd + 8);
    }
  }
  JointText joint;
  if (sources.size() < 2) return joint;
  joint.text.reserve(size);
  joint.pieces.reserve(2 * sources.size());
  joint.sources.reserve(sources.size());
  for (const JointText::Source& source : sources) append(joint, source);
  return joint;
}

}  // namespace

std::string JointText::Source::path() const {
  std::string path = "$.messages[" + std::to_string(message) + "].content";
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
  JointText all = join(request, std::nullopt);
  const std::size_t total = all.sources.size();
  if (total < 2) return joints;
  joints.push_back(std::move(all));
  using chat::Role;
  for (const Role role : {Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool}) {
    JointText one = join(request, role);
    if (one.sources.size() >= 2 && one.sources.size() < total) joints.push_back(std::move(one));
  }
  return joints;
}

}  // namespace sluice::sense
