#include "ledger/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "json/doc.h"
#include "json/writer.h"
#include "ledger/entry.h"

namespace sluice::ledger {
namespace {

// C0, DEL and C1 (U+0080..U+009F, in UTF-8 C2 80..C2 9F) would steer the terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c < 0x20 || c == 0x7F || c1 ? '?' : text[i];
  }
  return out;
}

std::size_t width(std::string_view text) {  // in characters
  return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string count(const std::optional<chat::Usage>& usage, std::int64_t chat::Usage::* member) {
  return usage ? std::to_string((*usage).*member) : "-";
}

std::string millis(std::int64_t micros) { return fmt::format("{}.{:03} ms", micros / 1000, micros % 1000); }

std::string seconds_form(UtcTime time) {  // without the fraction
  return format_utc(time).substr(0, 19) + "Z";
}

constexpr std::size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;
constexpr std::array<bool, kColumns> kRightAligned{false, false, false, false, false, true, true, true, true};

Row row_of(const Record& record) {
  const Opening& o = record.opening;
  if (!record.closing) return {seconds_form(o.time), o.id, o.label_class, "open", "-", "-", "-", "-", "-"};
  const Closing& c = *record.closing;
  return {seconds_form(o.time),
          printable(o.id),
          printable(o.label_class),
          printable(c.outcome),
          c.deployment.empty() ? "-" : printable(c.deployment),
          count(c.usage, &chat::Usage::cache_hit),
          count(c.usage, &chat::Usage::cache_miss),
          count(c.usage, &chat::Usage::completion),
          c.cost_nano_usd ? format_usd(*c.cost_nano_usd) : "-"};
}

// Lines "name      value" of one card.
class Card {
 public:
  void line(std::string_view name, std::string_view value) {
    if (!value.empty()) out_ += fmt::format("{:<13} {}\n", name, printable(value));
  }
  void heading(std::string_view text) { out_ += fmt::format("\n{}\n", text); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string who(const Opening& o) {
  std::string text = o.principal;
  if (!o.tenant.empty()) text += ", tenant " + o.tenant;
  if (!o.team.empty()) text += ", team " + o.team;
  return text;
}

// An array of flat objects, one line for each: "detector.email, pii, confidential".
void list_members(Card& card, std::string_view name, const std::string& array) {
  auto doc = json::Doc::parse(array);
  if (!doc) return card.line(name, array);
  for (json::Value element : (*doc)->root()) {
    std::string text;
    for (json::Value member : element) {
      if (!text.empty()) text += ", ";
      text += member.key() + " " + member.string().value_or(std::string(member.raw()));
    }
    card.line(name, text.empty() ? element.raw() : std::string_view(text));
    name = "";
  }
}

void add_attempts(Card& card, const std::vector<Attempt>& attempts) {
  int number = 0;
  for (const Attempt& a : attempts) {
    card.heading(fmt::format("attempt {}", ++number));
    card.line("deployment", fmt::format("{} ({}{}{})", a.deployment, a.zone, a.jurisdiction.empty() ? "" : ", ",
                                        a.jurisdiction));
    card.line("model", a.model);
    card.line("started", format_utc(a.started));
    card.line("took", fmt::format("{} ms", a.took_ms));
    card.line("outcome", a.outcome);
    card.line("content hash", a.content_hash);
    if (!a.revision.empty()) card.line("also decided by", a.revision);
  }
}

void add_closing(Card& card, const Closing& c) {
  card.line("outcome", c.outcome);
  card.line("closed", format_utc(c.time));
  card.line("status", c.status == 0 ? "none sent" : std::to_string(c.status));
  card.line("deployment", c.deployment);
  card.line("model", c.model);
  if (c.usage) {
    card.line("tokens", fmt::format("prompt {} ({} from cache), completion {} ({} reasoning)", c.usage->prompt(),
                                    c.usage->cache_hit, c.usage->completion, c.usage->reasoning));
  } else {
    card.line("tokens", "unknown");
  }
  card.line("cost", c.cost_nano_usd ? format_usd(*c.cost_nano_usd) : "unknown");
  card.line("first token", c.first_token_us < 0 ? "none sent" : millis(c.first_token_us));
  // Nobody measured a request whose process was killed.
  card.line("total", c.outcome == "interrupted" && c.total_us == 0 ? "unknown" : millis(c.total_us));
  add_attempts(card, c.attempts);
}

}  // namespace

std::string format_usd(std::int64_t nano) {
  auto magnitude = nano < 0 ? -std::uint64_t(nano) : std::uint64_t(nano);
  std::string text =
      fmt::format("{}${}.{:09}", nano < 0 ? "-" : "", magnitude / 1'000'000'000, magnitude % 1'000'000'000);
  constexpr std::size_t kCents = 2;
  std::size_t keep = text.find('.') + 1 + kCents;
  while (text.size() > keep && text.back() == '0') text.pop_back();
  return text;
}

std::string format_list(const std::vector<Record>& records) {
  if (records.empty()) return "no records\n";
  std::vector<Row> rows{{"TIME", "ID", "CLASS", "OUTCOME", "DEPLOYMENT", "HIT", "MISS", "OUT", "COST"}};
  for (const Record& record : records) rows.push_back(row_of(record));
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      std::string padding(widths[i] - width(row[i]), ' ');
      line += (i ? "  " : "") + (kRightAligned[i] ? padding + row[i] : row[i] + padding);
    }
    out += line + "\n";
  }
  return out;
}

std::string format_record(const Record& record) {
  const Opening& o = record.opening;
  Card card;
  card.line("id", o.id);
  card.line("opened", format_utc(o.time));
  card.line("who", who(o));
  card.line("asked for", o.route + (o.stream ? " (streamed, " : " (whole, ") + o.protocol + ")");
  card.line("label", o.label_class + (o.categories.empty() ? "" : " (" + o.categories + ")"));
  list_members(card, "because", o.provenance);
  card.line("decision", o.decision + (o.revision.empty() ? "" : " by policy " + o.revision));
  list_members(card, "deployments", o.verdicts);
  card.line("ticket", o.ticket);
  if (!o.approvers.empty()) card.line("approved by", fmt::format("{}", fmt::join(o.approvers, ", ")));
  if (record.closing) {
    add_closing(card, *record.closing);
  } else {
    card.line("outcome", "open: the request is being answered, or its process was killed");
  }
  return card.take();
}

std::string format_acts(const std::vector<Act>& acts) {
  if (acts.empty()) return "nobody decided anything\n";
  std::string out;
  for (const Act& a : acts) {
    if (a.action == kPolicyInForce) {
      out += printable(fmt::format("{}  policy {} in force (digest {}): {}, {}", seconds_form(a.time), a.revision,
                                   a.content_hash, a.reason, a.person)) +
             "\n";
      continue;
    }
    std::string whose = a.person == a.principal ? a.person : a.person + " (key " + a.principal + ")";
    std::string what = a.action;
    if (!a.deployments.empty()) what += fmt::format(" for {}", fmt::join(a.deployments, ", "));
    // Whoever read the text of a ticket decided about no deployment.
    if (a.action == "read") what += " its text";
    out += printable(fmt::format("{}  {}  {} {} under policy {}{}", seconds_form(a.time), a.ticket, whose, what,
                                 a.revision, a.reason.empty() ? "" : ": " + a.reason)) +
           "\n";
  }
  return out;
}

std::string act_json(const Act& act) {
  json::Writer w;
  w.object();
  write_members(w, act);
  return w.end().take();
}

std::string record_json(const Record& record) {
  json::Writer w;
  w.object();
  write_members(w, record.opening);
  w.key("closing");
  if (record.closing) {
    w.object();
    write_members(w, *record.closing);
    w.end();
  } else {
    w.null();
  }
  w.end();
  return w.take();
}

}  // namespace sluice::ledger
