#include "gateway/approvals.h"

#include "base/log.h"
#include "gateway/holding.h"
#include "gateway/recording.h"
#include "json/doc.h"
#include "json/writer.h"

namespace sluice::gateway {
namespace {

constexpr std::string_view kPage = "/sluice/approvals";

void write_names(json::Writer& w, std::string_view key, const std::vector<std::string>& names) {
  w.key(key).array();
  for (const std::string& name : names) w.value(name);
  w.end();
}

void write_places(json::Writer& w, const approval::Ticket& t) {
  w.key("deployments").array();
  for (const approval::Place& p : t.asked.places) {
    w.object().member("name", p.deployment).member("zone", p.zone).member("jurisdiction", p.jurisdiction);
    w.member("rule", p.rule);
    write_names(w, "approvers", p.approvers);
    w.member("quorum", p.quorum).member("approvals", t.approvals(p));
    w.member("expires", format_utc(t.expires_at(p))).end();
  }
  w.end();
}

void write_history(json::Writer& w, const approval::Ticket& t) {
  w.key("decisions").array();
  for (const approval::Decision& d : t.decisions) {
    w.object().member("time", format_utc(d.time)).member("decision", d.ruling.approves ? "approved" : "refused");
    w.member("principal", d.by.principal).member("person", d.by.person).member("reason", d.ruling.reason);
    write_names(w, "deployments", d.ruling.deployments);
    w.end();
  }
  w.end().key("uses").array();
  for (const approval::Use& use : t.uses)
    w.object()
        .member("time", format_utc(use.time))
        .member("request", use.request)
        .member("released", use.released)
        .end();
  w.end();
}

void write_ticket(json::Writer& w, const approval::Ticket& t, const approval::Person& reader) {
  const approval::Asked& a = t.asked;
  w.object().member("id", t.id).member("object", "approval").member("state", approval::state_name(t.state));
  w.member("created", format_utc(t.created)).member("expires", format_utc(t.expires));
  w.member("principal", a.by.principal).member("person", a.by.person).member("team", a.by.team);
  w.member("tenant", a.by.tenant).member("model", a.route).member("protocol", a.protocol);
  w.key("label").object().member("class", a.label_class).member("categories", a.categories).end();
  w.key("findings").raw(a.findings);
  w.member("content_hash", a.content).member("bytes", std::uint64_t(a.bytes)).member("revision", a.revision);
  write_places(w, t);
  write_history(w, t);
  w.member("text_kept", t.text_kept);
  w.member("may_decide", approval::may_decide(t, reader).has_value()).end();
}

http::Response answer(std::string type, std::string body) {
  http::Response response;
  response.headers.add("Content-Type", std::move(type));
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

http::Response ticket_answer(const approval::Ticket& ticket, const approval::Person& reader) {
  json::Writer w;
  write_ticket(w, ticket, reader);
  return answer("application/json", w.take());
}

ledger::Act act_on(const approval::Ticket& t, const approval::Person& by, UtcTime now, std::string action) {
  ledger::Act act;
  act.time = now;
  act.action = std::move(action);
  act.ticket = t.id;
  act.principal = by.principal;
  act.person = by.person;
  act.tenant = by.tenant;
  act.content_hash = t.asked.content;
  act.revision = t.asked.revision;
  return act;
}

Result<http::Response> list(Shared& shared, const approval::Person& who, const http::Request& request) {
  constexpr std::string_view kState = "state=";
  std::string_view target = request.target;
  std::size_t mark = target.find('?');
  std::optional<approval::State> state;
  if (mark != target.npos) {
    std::string_view query = target.substr(mark + 1);
    if (query.starts_with(kState)) state = approval::parse_state(query.substr(kState.size()));
    if (!state)
      return fail("request.invalid", "this page takes ?state= pending, approved, refused, expired or used",
                  "query", "leave it out for all");
  }
  SLUICE_TRY(auto tickets, shared.desk->list(who, state));
  json::Writer w;
  w.object().member("object", "list").key("data").array();
  for (const approval::Ticket& ticket : tickets) write_ticket(w, ticket, who);
  return answer("application/json", w.end().end().take());
}

// {"reason": "...", "deployments": ["..."]} and nothing else.
Result<approval::Ruling> read_ruling(const std::string& body, bool approves) {
  SLUICE_TRY(auto doc, json::Doc::parse(body));
  auto invalid = [](std::string path, const char* what) {
    return fail("request.invalid", what, "$" + path, R"(send {"reason": "..."})");
  };
  if (!doc->root().is(json::Type::Object)) return invalid("", "expected an object");
  approval::Ruling ruling;
  ruling.approves = approves;
  for (json::Value member : doc->root()) {
    if (member.key() == "reason") {
      auto reason = member.string();
      if (!reason) return invalid(".reason", "expected a string");
      ruling.reason = std::move(*reason);
    } else if (member.key() == "deployments" && approves) {
      if (!member.is(json::Type::Array) || member.size() == 0)
        return invalid(".deployments", "expected names of deployments");
      for (json::Value name : member) ruling.deployments.push_back(name.string().value_or(""));
    } else {
      return invalid(
          "", approves ? "expected the members reason and deployments alone" : "expected the member reason alone");
    }
  }
  return ruling;
}

// A reason stays in the ledger for good, so it may not repeat what the request was held for: numbers and secrets
// that are known by their form. What it speaks about is the approver's business.
Status check_reason(const Shared& shared, const std::string& reason) {
  for (const sense::Finding& f : shared.judge->judge_text(reason, {}).findings) {
    bool identifier = f.category == sense::Category::Credentials || f.category == sense::Category::GovId ||
                      f.category == sense::Category::Financial;
    if (identifier && !f.type.empty())
      return fail("approval.reason", "the reason itself holds what looks like a " + f.detector, "$.reason",
                  "say why without the number or the secret: the reason is kept in the ledger");
  }
  return {};
}

Result<http::Response> decide(Shared& shared, const approval::Person& who, const std::string& id, bool approves,
                              const std::string& body) {
  SLUICE_TRY(approval::Ruling ruling, read_ruling(body, approves));
  SLUICE_TRY_VOID(check_reason(shared, ruling.reason));
  auto record = [&](const approval::Ticket& ticket, const approval::Decision& decision) {
    ledger::Act act = act_on(ticket, decision.by, decision.time, approves ? "approved" : "refused");
    act.reason = decision.ruling.reason;
    act.deployments = decision.ruling.deployments;
    return record_act(shared, std::move(act));
  };
  SLUICE_TRY(approval::Ticket ticket, shared.desk->decide(who, id, ruling, record));
  log::info("approval.decided", {{"ticket", ticket.id},
                                 {"principal", who.principal},
                                 {"approves", approves ? "yes" : "no"},
                                 {"state", approval::state_name(ticket.state)}});
  return ticket_answer(ticket, who);
}

// Whoever reads a text is in the ledger before they have it.
Result<http::Response> text(Shared& shared, const approval::Person& who, const std::string& id) {
  UtcTime now = shared.clock->utc();
  SLUICE_TRY(approval::Ticket ticket, shared.desk->show(who, id));
  SLUICE_TRY(std::string text, shared.desk->text(who, id));
  SLUICE_TRY_VOID(record_act(shared, act_on(ticket, who, now, "read")));
  return answer("text/plain; charset=utf-8", std::move(text));
}

Failure no_page() {
  return fail("request.not_found", "there is no such page here", "",
              "GET /sluice/approvals, /sluice/approvals/ID, /sluice/approvals/ID/text; POST "
              "/sluice/approvals/ID/approve, /sluice/approvals/ID/refuse");
}

Failure wrong_method(const std::string& allowed) {
  return fail("request.method", "this page takes " + allowed, "", "use " + allowed);
}

}  // namespace

bool is_approvals(std::string_view path) {
  return path.starts_with(kPage) && (path.size() == kPage.size() || path[kPage.size()] == '/');
}

Result<http::Response> approvals_page(Shared& shared, const http::Request& request) {
  SLUICE_TRY(Principal principal, authenticate(shared.settings, request.headers));
  const approval::Person who = person_of(principal);
  const std::string path = request.path();
  std::string_view rest = std::string_view(path).substr(kPage.size());
  if (!rest.empty()) rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  const std::string id(rest.substr(0, slash));
  const std::string_view what = slash == rest.npos ? "" : rest.substr(slash + 1);
  const bool post = what == "approve" || what == "refuse";
  if (!post && what != "" && what != "text") return no_page();
  if (id.empty() && !rest.empty()) return no_page();
  if (post && request.method != "POST") return wrong_method("POST");
  if (!post && request.method != "GET" && request.method != "HEAD") return wrong_method("GET");
  if (id.empty()) return list(shared, who, request);
  if (post) return decide(shared, who, id, what == "approve", request.body);
  if (what == "text") return text(shared, who, id);
  SLUICE_TRY(approval::Ticket ticket, shared.desk->show(who, id));
  return ticket_answer(ticket, who);
}

}  // namespace sluice::gateway
