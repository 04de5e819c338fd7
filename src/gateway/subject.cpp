#include "gateway/subject.h"

#include <algorithm>

#include "base/id.h"
#include "gateway/tool_fields.h"
#include "json/doc.h"

namespace sluice::gateway {
namespace {

unsigned kind_bit(chat::Part::Kind kind) {
  switch (kind) {
    case chat::Part::Kind::Image:
      return policy::part_bit(policy::PartKind::Image);
    case chat::Part::Kind::Audio:
      return policy::part_bit(policy::PartKind::Audio);
    case chat::Part::Kind::File:
      return policy::part_bit(policy::PartKind::File);
    default:
      return 0;
  }
}

// Kinds of which every part there is was read as text.
std::uint8_t extracted_of(const chat::Request& request) {
  unsigned read = 0, unread = 0;
  for (const chat::Message& message : request.messages)
    for (const chat::Part& part : message.parts) (part.is_read() ? read : unread) |= kind_bit(part.kind);
  return std::uint8_t(read & ~unread);
}

constexpr unsigned kTools = policy::part_bit(policy::PartKind::Tools);
constexpr unsigned kToolResult = policy::part_bit(policy::PartKind::ToolResult);

bool is_empty(json::Value value) {
  using json::Type;
  if (!value || value.is_null()) return true;
  if (value.is(Type::Array) || value.is(Type::Object)) return value.size() == 0;
  return value.is(Type::String) && value.raw().size() == 2;
}

// Of an item or block that the vocabulary has no word for: "mcp_tool_result", "local_shell_call_output", a call
// that carries what came of it, a list of tools. `raw`: JSON.
unsigned item_bits(const std::string& raw) {
  if (!raw.starts_with('{')) return 0;
  auto doc = json::Doc::parse(raw);
  if (!doc) return 0;
  const json::Value item = (*doc)->root();
  const std::string type = item["type"].string().value_or("");
  unsigned bits = 0;
  if (type.ends_with("_output") || type.ends_with("_result")) bits |= kToolResult;
  if (type.ends_with("_call"))
    for (const char* came : {"output", "outputs", "result", "results", "error"})
      if (!is_empty(item[came])) bits |= kToolResult;
  if (hands_over_tools(item)) bits |= kTools;
  return bits;
}

// An older name of tools, tools of a protocol that has none, and the fields that have the upstream run its own.
unsigned field_bits(const chat::ExtraField& field) { return asks_to_act(field) ? kTools : item_bits(field.raw); }

std::uint8_t parts_of(const chat::Request& request) {
  unsigned bits = request.tools.empty() ? 0 : kTools;
  for (const chat::Message& message : request.messages) {
    if (message.role == chat::Role::Tool) bits |= kToolResult;
    for (const chat::Part& part : message.parts) {
      bits |= kind_bit(part.kind);
      if (part.kind == chat::Part::Kind::Unknown) bits |= item_bits(part.raw);
    }
  }
  for (const chat::ExtraField& field : request.extra) bits |= field_bits(field);
  return std::uint8_t(bits);
}

}  // namespace

policy::Subject subject_of(const Principal& principal, const chat::Request& request, const http::Headers& headers,
                           UtcTime time) {
  policy::Subject subject;
  subject.principal = principal.name;
  subject.team = principal.team;
  subject.workload = principal.workload;
  subject.roles = principal.roles;
  note_parts(request, subject);
  subject.time = time;
  if (auto id = headers.get("x-sluice-declassify"))
    subject.claim = policy::Claim{std::string(*id), std::string(headers.get("x-sluice-reason").value_or(""))};
  return subject;
}

void note_parts(const chat::Request& request, policy::Subject& subject) {
  subject.parts = parts_of(request);
  subject.extracted = extracted_of(request);
}

void note_claim(policy::Decision& decision) {
  if (!decision.declassified) return;
  const policy::Declassified& claim = *decision.declassified;
  // A name that the policy doesn't have is the client's own text: it stays out of the record.
  bool known = claim.applied || claim.why_not.find("no declassification") == claim.why_not.npos;
  std::string detail = known ? claim.id : "(unknown)";
  detail += claim.applied ? ", reason sha256 " + sha256_hex(claim.reason) : ", not applied: " + claim.why_not;
  // It raises nothing: what is transformed later must not be kept up by it.
  decision.label.provenance.push_back({"declassify", detail, sense::Class::Public, std::nullopt});
}

sense::Label lasting_label(const policy::Decision& decision) {
  sense::Label label = decision.label;
  if (decision.declassified && decision.declassified->applied) label.join(decision.declassified->before);
  return label;
}

void count_shadow(Meters& meters, const policy::Decision& decision) {
  for (std::size_t i = 0; i < decision.shadow.size() && i < decision.verdicts.size(); ++i) {
    policy::State now = decision.verdicts[i].state(), then = decision.shadow[i].state;
    const char* outcome = now == then                      ? "same"
                          : then == policy::State::Allowed ? "would_allow"
                          : then == policy::State::Held    ? "would_hold"
                                                           : "would_deny";
    meters.shadow(decision.verdicts[i].deployment, outcome);
  }
}

}  // namespace sluice::gateway
