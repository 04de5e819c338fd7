#include "ledger/entry.h"

#include <type_traits>
#include <utility>

#include "json/doc.h"

namespace sluice::ledger {
namespace {

constexpr std::size_t kMaxEntryBytes = 1u << 20;  // a thousand times a usual one: something is wrong above that

constexpr std::size_t kExpectedBytes = 512;  // of an entry beside its lists, and of an attempt

Error invalid(std::string what, const std::string& id) { return Error{"ledger.invalid", std::move(what), id, ""}; }

void write_usage(json::Writer& w, const std::optional<chat::Usage>& usage) {
  w.key("usage");
  if (!usage) {
    w.null();
    return;
  }
  w.object()
      .member("cache_hit", usage->cache_hit)
      .member("cache_miss", usage->cache_miss)
      .member("completion", usage->completion)
      .member("reasoning", usage->reasoning)
      .end();
}

void write_optional(json::Writer& w, std::string_view key, const std::optional<std::int64_t>& n) {
  w.key(key);
  n ? w.value(*n) : w.null();
}

void write_attempt(json::Writer& w, const Attempt& attempt) {
  w.object()
      .member("deployment", attempt.deployment)
      .member("model", attempt.model)
      .member("zone", attempt.zone)
      .member("jurisdiction", attempt.jurisdiction)
      .member("started", format_utc(attempt.started))
      .member("took_ms", attempt.took_ms)
      .member("outcome", attempt.outcome)
      .member("content_hash", attempt.content_hash);
  if (!attempt.revision.empty()) w.member("revision", attempt.revision);
  w.end();
}

void write_names(json::Writer& w, std::string_view key, const std::vector<std::string>& names) {
  w.key(key).array();
  for (const std::string& name : names) w.value(name);
  w.end();
}

// A JSON array that the caller made, without the space around it; empty stands for the empty array.
Status tidy_array(std::string& text, const char* name, const std::string& id) {
  if (text.empty()) text = "[]";
  if (text == "[]") return {};
  auto doc = json::Doc::parse(text);
  if (!doc || !(*doc)->root().is(json::Type::Array))
    return fail(invalid(std::string(name) + " is no JSON array", id));
  if (std::string_view array = (*doc)->root().raw(); array.size() != text.size()) text = std::string(array);
  return {};
}

Status check_form(const Entry& entry, bool needs_id = true) {
  if (needs_id && entry.id.empty()) return fail(invalid("a record needs an id", ""));
  if (entry.body.size() > kMaxEntryBytes)
    return fail(
        invalid("the entry has " + std::to_string(entry.body.size()) + " bytes, more than 1 MiB", entry.id));
  return {};
}

// Reads members of one object and remembers the first that is missing or of another type.
class Members {
 public:
  explicit Members(json::Value object) : object_(object) {}

  void text(const char* key, std::string& out) { take(key, object_[key].string(), out); }
  void boolean(const char* key, bool& out) { take(key, object_[key].boolean(), out); }
  template <class Integer>
  void integer(const char* key, Integer& out) {
    take(key, object_[key].integer(), out);
  }
  void optional_integer(const char* key, std::optional<std::int64_t>& out) {
    if (object_[key].is_null()) return;
    out.emplace();
    integer(key, *out);
  }
  void time(const char* key, UtcTime& out) {
    std::string text_form;
    text(key, text_form);
    auto parsed = parse_utc(text_form);
    if (parsed) {
      out = *parsed;
    } else {
      missing(key);
    }
  }
  void array(const char* key, std::string& out) {
    json::Value value = object_[key];
    if (!value.is(json::Type::Array)) return missing(key);
    out = value.raw();
  }
  void names(const char* key, std::vector<std::string>& out) {
    json::Value value = object_[key];
    if (!value.is(json::Type::Array)) return missing(key);
    for (json::Value element : value) {
      auto name = element.string();
      if (!name) return missing(key);
      out.push_back(std::move(*name));
    }
  }
  json::Value member(const char* key) { return object_[key]; }
  void missing(const std::string& key) {
    if (bad_.empty()) bad_ = key;
  }
  Status finish() const {
    if (bad_.empty()) return {};
    return fail("ledger.corrupt", "an entry has no usable '" + bad_ + "'", "", "run 'sluice records verify'");
  }

 private:
  template <class From, class To>
  void take(const char* key, std::optional<From> from, To& to) {
    if constexpr (std::is_same_v<From, std::int64_t>)
      if (from && !std::in_range<To>(*from)) from.reset();
    if (!from) return missing(key);
    to = static_cast<To>(std::move(*from));
  }
  json::Value object_;
  std::string bad_;
};

Opening read_opening(Members& m) {
  Opening o;
  m.text("id", o.id);
  m.time("time", o.time);
  m.text("principal", o.principal);
  m.text("tenant", o.tenant);
  m.text("team", o.team);
  m.text("protocol", o.protocol);
  m.text("route", o.route);
  m.text("decision", o.decision);
  m.text("revision", o.revision);
  m.text("label_class", o.label_class);
  m.text("categories", o.categories);
  m.array("provenance", o.provenance);
  m.array("verdicts", o.verdicts);
  m.boolean("stream", o.stream);
  if (m.member("ticket")) m.text("ticket", o.ticket);
  if (m.member("approvers")) m.names("approvers", o.approvers);
  return o;
}

Act read_act(Members& m) {
  Act a;
  m.time("time", a.time);
  m.text("action", a.action);
  m.text("ticket", a.ticket);
  m.text("principal", a.principal);
  m.text("person", a.person);
  m.text("tenant", a.tenant);
  m.text("reason", a.reason);
  m.text("content_hash", a.content_hash);
  m.text("revision", a.revision);
  m.names("deployments", a.deployments);
  return a;
}

Result<Attempt> read_attempt(json::Value value) {
  Attempt a;
  Members m(value);
  m.text("deployment", a.deployment);
  m.text("model", a.model);
  m.text("zone", a.zone);
  m.text("jurisdiction", a.jurisdiction);
  m.time("started", a.started);
  m.integer("took_ms", a.took_ms);
  m.text("outcome", a.outcome);
  m.text("content_hash", a.content_hash);
  if (m.member("revision")) m.text("revision", a.revision);
  SLUICE_TRY_VOID(m.finish());
  return a;
}

Result<chat::Usage> read_usage(json::Value value) {
  chat::Usage usage;
  Members m(value);
  m.integer("cache_hit", usage.cache_hit);
  m.integer("cache_miss", usage.cache_miss);
  m.integer("completion", usage.completion);
  m.integer("reasoning", usage.reasoning);
  SLUICE_TRY_VOID(m.finish());
  return usage;
}

Result<Closing> read_closing(Members& m) {
  Closing c;
  m.text("id", c.id);
  m.time("time", c.time);
  m.text("outcome", c.outcome);
  m.integer("status", c.status);
  m.text("deployment", c.deployment);
  m.text("model", c.model);
  std::string attempts;
  m.array("attempts", attempts);
  for (json::Value value : m.member("attempts")) {
    SLUICE_TRY(Attempt attempt, read_attempt(value));
    c.attempts.push_back(std::move(attempt));
  }
  if (!m.member("usage").is_null()) {
    SLUICE_TRY(c.usage, read_usage(m.member("usage")));
  }
  m.optional_integer("cost_nano_usd", c.cost_nano_usd);
  std::optional<std::int64_t> first_token;
  m.optional_integer("first_token_us", first_token);
  c.first_token_us = first_token.value_or(-1);
  m.integer("total_us", c.total_us);
  return c;
}

}  // namespace

void write_members(json::Writer& w, const Opening& o) {
  w.member("id", o.id)
      .member("time", format_utc(o.time))
      .member("principal", o.principal)
      .member("tenant", o.tenant)
      .member("team", o.team)
      .member("protocol", o.protocol)
      .member("route", o.route)
      .member("decision", o.decision)
      .member("revision", o.revision)
      .member("label_class", o.label_class)
      .member("categories", o.categories);
  w.key("provenance").raw(o.provenance.empty() ? "[]" : o.provenance);
  w.key("verdicts").raw(o.verdicts.empty() ? "[]" : o.verdicts);
  w.member("stream", o.stream);
  // Only where there is a ticket: entries of earlier versions keep their canonical form.
  if (!o.ticket.empty()) w.member("ticket", o.ticket);
  if (!o.approvers.empty()) write_names(w, "approvers", o.approvers);
}

void write_members(json::Writer& w, const Act& a) {
  w.member("time", format_utc(a.time))
      .member("action", a.action)
      .member("ticket", a.ticket)
      .member("principal", a.principal)
      .member("person", a.person)
      .member("tenant", a.tenant)
      .member("reason", a.reason)
      .member("content_hash", a.content_hash)
      .member("revision", a.revision);
  write_names(w, "deployments", a.deployments);
}

void write_members(json::Writer& w, const Closing& c) {
  w.member("id", c.id)
      .member("time", format_utc(c.time))
      .member("outcome", c.outcome)
      .member("status", c.status)
      .member("deployment", c.deployment)
      .member("model", c.model);
  w.key("attempts").array();
  for (const Attempt& attempt : c.attempts) write_attempt(w, attempt);
  w.end();
  write_usage(w, c.usage);
  write_optional(w, "cost_nano_usd", c.cost_nano_usd);
  write_optional(w, "first_token_us",
                 c.first_token_us < 0 ? std::nullopt : std::optional<std::int64_t>(c.first_token_us));
  w.member("total_us", c.total_us);
}

Result<Entry> opening_entry(Opening opening) {
  SLUICE_TRY_VOID(tidy_array(opening.provenance, "provenance", opening.id));
  SLUICE_TRY_VOID(tidy_array(opening.verdicts, "verdicts", opening.id));
  json::Writer w(kExpectedBytes + opening.provenance.size() + opening.verdicts.size());
  w.object().member("entry", "open");
  write_members(w, opening);
  w.end();
  Entry entry;
  entry.kind = Entry::Kind::Open;
  entry.id = std::move(opening.id);
  entry.body = w.take();
  entry.time = opening.time;
  entry.tenant = std::move(opening.tenant);
  entry.principal = std::move(opening.principal);
  SLUICE_TRY_VOID(check_form(entry));
  return entry;
}

Result<Entry> closing_entry(Closing closing) {
  if (closing.outcome.empty()) return fail(invalid("a closing needs an outcome", closing.id));
  if (closing.usage && !closing.usage->valid()) {  // an upstream's nonsense is unknown, and so is what it cost
    closing.usage.reset();
    closing.cost_nano_usd.reset();
  }
  json::Writer w(kExpectedBytes + closing.attempts.size() * kExpectedBytes);
  w.object().member("entry", "close");
  write_members(w, closing);
  w.end();
  Entry entry;
  entry.kind = Entry::Kind::Close;
  entry.id = std::move(closing.id);
  entry.body = w.take();
  entry.outcome = std::move(closing.outcome);
  entry.deployment = std::move(closing.deployment);
  if (closing.usage) {
    entry.cache_hit = closing.usage->cache_hit;
    entry.cache_miss = closing.usage->cache_miss;
    entry.completion = closing.usage->completion;
    entry.reasoning = closing.usage->reasoning;
  }
  entry.cost_nano_usd = closing.cost_nano_usd;
  SLUICE_TRY_VOID(check_form(entry));
  return entry;
}

Result<Entry> act_entry(const Act& act) {
  if (act.action.empty()) return fail(invalid("an act needs a name", act.ticket));
  json::Writer w;
  w.object().member("entry", "act");
  write_members(w, act);
  w.end();
  Entry entry;
  entry.kind = Entry::Kind::Act;
  entry.id = act.ticket;
  entry.body = w.take();
  entry.time = act.time;
  entry.tenant = act.tenant;
  entry.principal = act.principal;
  SLUICE_TRY_VOID(check_form(entry, act.action != kPolicyInForce));
  return entry;
}

Result<ParsedEntry> parse_entry(std::string_view body) {
  auto doc = json::Doc::parse(std::string(body));
  if (!doc) return fail("ledger.corrupt", "an entry is no JSON (" + doc.error().code + ")", doc.error().where);
  json::Value root = (*doc)->root();
  Members members(root);
  ParsedEntry parsed;
  auto kind = root["entry"].string();
  if (kind == "open") {
    parsed.opening = read_opening(members);
  } else if (kind == "close") {
    SLUICE_TRY(parsed.closing, read_closing(members));
  } else if (kind == "act") {
    parsed.act = read_act(members);
  } else {
    members.missing("entry");
  }
  SLUICE_TRY_VOID(members.finish());
  return parsed;
}

}  // namespace sluice::ledger
