#include "approval/shelf.h"

#include <array>
#include <utility>

namespace sluice::approval {
namespace {

constexpr std::int32_t kApplicationId = 0x534C4150;  // "SLAP"

constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  person TEXT NOT NULL,
  team TEXT NOT NULL,
  content TEXT NOT NULL,         -- keyed hash of what was judged
  bytes INTEGER NOT NULL,
  revision TEXT NOT NULL,
  route TEXT NOT NULL,
  protocol TEXT NOT NULL,
  label_class TEXT NOT NULL,
  categories TEXT NOT NULL,
  findings TEXT NOT NULL,        -- JSON, without text
  places TEXT NOT NULL,          -- JSON: deployments and their terms
  created INTEGER NOT NULL,      -- microseconds since 1970, UTC
  expires INTEGER NOT NULL,
  text BLOB                      -- sealed; NULL: not kept, or the ticket has ended
) STRICT;
CREATE INDEX ticket_content ON ticket (tenant, principal, content);
CREATE INDEX ticket_created ON ticket (tenant, created);
CREATE INDEX ticket_expires ON ticket (state, expires);
CREATE TABLE decision (
  ticket TEXT NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  principal TEXT NOT NULL,
  person TEXT NOT NULL,
  tenant TEXT NOT NULL,
  team TEXT NOT NULL,
  approves INTEGER NOT NULL,
  reason TEXT NOT NULL,
  deployments TEXT NOT NULL      -- JSON
) STRICT;
CREATE INDEX decision_ticket ON decision (ticket);
CREATE TABLE use (
  ticket TEXT NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  request TEXT NOT NULL,
  released INTEGER NOT NULL
) STRICT;
CREATE INDEX use_ticket ON use (ticket);
)sql",
                                       R"sql(
ALTER TABLE ticket ADD COLUMN text_until INTEGER;  -- microseconds since 1970, UTC; NULL: as long as the ticket
)sql"};

constexpr const char* kColumns =
    "SELECT id, state, tenant, principal, person, team, content, bytes, revision, route, protocol, label_class, "
    "categories, findings, places, created, expires, text IS NOT NULL FROM ticket ";

std::string text_of(store::Statement& row, int column) { return std::string(row.text(column)); }

Result<Ticket> read_ticket(store::Statement& row) {
  Ticket t;
  t.id = row.text(0);
  auto state = parse_state(row.text(1));
  if (!state) return fail("approval.corrupt", "a ticket is in no known state", t.id);
  t.state = *state;
  Asked& a = t.asked;
  std::array<std::string*, 5> first{&a.by.tenant, &a.by.principal, &a.by.person, &a.by.team, &a.content};
  for (std::size_t i = 0; i < first.size(); ++i) *first[i] = row.text(int(2 + i));
  a.bytes = std::size_t(row.integer(7));
  std::array<std::string*, 6> second{&a.revision,    &a.route,      &a.protocol,
                                     &a.label_class, &a.categories, &a.findings};
  for (std::size_t i = 0; i < second.size(); ++i) *second[i] = row.text(int(8 + i));
  SLUICE_TRY(a.places, read_places(row.text(14)));
  t.created = {row.integer(15)};
  t.expires = {row.integer(16)};
  t.text_kept = row.integer(17) != 0;
  return t;
}

}  // namespace

Error shelf_error(Error error) {
  if (!error.code.starts_with("store.")) return error;
  for (const char* kept : {"open", "newer", "older", "foreign", "corrupt"})
    if (error.code == std::string("store.") + kept) {
      error.code = std::string("approval.") + kept;
      return error;
    }
  return {"approval.unavailable", "approvals can't be read or written (" + error.code + ")", error.where,
          "whoever runs this Sluice finds the cause in the disk that holds its data directory"};
}

Result<Shelf> Shelf::open(const std::string& data_dir) {
  store::DatabaseOptions options;
  options.path = data_dir + "/approvals.sqlite";
  options.application_id = kApplicationId;
  options.migrations = kMigrations;
  SLUICE_TRY(auto database, store::Database::open(options));
  // What is deleted is overwritten: a text that is gone is gone.
  SLUICE_TRY_VOID(database.execute("PRAGMA secure_delete = ON"));
  return Shelf(std::move(database));
}

Status Shelf::insert(const Ticket& t, const std::optional<std::string>& sealed,
                     std::optional<UtcTime> text_until) {
  const Asked& a = t.asked;
  SLUICE_TRY(auto insert, database_.prepare("INSERT INTO ticket VALUES "
                                            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  std::string places = places_json(a.places);
  store::Parameter text = nullptr;
  if (sealed) text = store::Blob{*sealed};
  store::Parameter until = nullptr;
  if (text_until) until = text_until->micros;
  return insert.run({t.id, state_name(t.state), a.by.tenant, a.by.principal, a.by.person, a.by.team, a.content,
                     std::int64_t(a.bytes), a.revision, a.route, a.protocol, a.label_class, a.categories,
                     a.findings, places, t.created.micros, t.expires.micros, text, until});
}

Status Shelf::set_state(const std::string& id, State state) {
  bool over = state == State::Refused || state == State::Expired;
  SLUICE_TRY(auto update, database_.prepare(over ? "UPDATE ticket SET state = ?, text = NULL WHERE id = ?"
                                                 : "UPDATE ticket SET state = ? WHERE id = ?"));
  return update.run({state_name(state), id});
}

Status Shelf::add(const std::string& id, const Decision& d) {
  SLUICE_TRY(auto insert, database_.prepare("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  std::string deployments = names_json(d.ruling.deployments);
  return insert.run({id, d.time.micros, d.by.principal, d.by.person, d.by.tenant, d.by.team,
                     int(d.ruling.approves), d.ruling.reason, deployments});
}

Status Shelf::add(const std::string& id, const Use& use) {
  SLUICE_TRY(auto insert, database_.prepare("INSERT INTO use VALUES (?, ?, ?, ?)"));
  return insert.run({id, use.time.micros, use.request, int(use.released)});
}

Status Shelf::release(std::string_view id, std::string_view request) {
  SLUICE_TRY(auto update, database_.prepare("UPDATE use SET released = 1 WHERE ticket = ? AND request = ?"));
  SLUICE_TRY_VOID(update.run({id, request}));
  if (database_.changed_rows() == 0) return {};
  SLUICE_TRY(auto again,
             database_.prepare("UPDATE ticket SET state = 'approved' WHERE id = ? AND state = 'used'"));
  return again.run({id});
}

Result<std::vector<Ticket>> Shelf::read(store::Statement& query) {
  std::vector<Ticket> tickets;
  for (;;) {
    SLUICE_TRY(bool more, query.next());
    if (!more) break;
    SLUICE_TRY(Ticket ticket, read_ticket(query));
    tickets.push_back(std::move(ticket));
  }
  for (Ticket& ticket : tickets) {
    SLUICE_TRY_VOID(read_rest(ticket));
  }
  return tickets;
}

Status Shelf::read_rest(Ticket& ticket) {
  SLUICE_TRY(auto decisions, database_.prepare("SELECT time, principal, person, tenant, team, approves, reason, "
                                               "deployments FROM decision WHERE ticket = ? ORDER BY rowid"));
  SLUICE_TRY_VOID(decisions.start({ticket.id}));
  for (;;) {
    SLUICE_TRY(bool more, decisions.next());
    if (!more) break;
    Decision d;
    d.time = {decisions.integer(0)};
    d.by = {text_of(decisions, 1), text_of(decisions, 2), text_of(decisions, 3), text_of(decisions, 4), {}};
    d.ruling = {decisions.integer(5) != 0, text_of(decisions, 6), read_names(decisions.text(7))};
    ticket.decisions.push_back(std::move(d));
  }
  SLUICE_TRY(auto uses,
             database_.prepare("SELECT time, request, released FROM use WHERE ticket = ? ORDER BY rowid"));
  SLUICE_TRY_VOID(uses.start({ticket.id}));
  for (;;) {
    SLUICE_TRY(bool more, uses.next());
    if (!more) return {};
    ticket.uses.push_back({{uses.integer(0)}, text_of(uses, 1), uses.integer(2) != 0});
  }
}

Result<std::optional<Ticket>> Shelf::find(std::string_view id) {
  SLUICE_TRY(auto query, database_.prepare(std::string(kColumns) + "WHERE id = ?"));
  SLUICE_TRY_VOID(query.start({id}));
  SLUICE_TRY(auto tickets, read(query));
  if (tickets.empty()) return std::optional<Ticket>();
  return std::optional<Ticket>(std::move(tickets.front()));
}

Result<std::optional<Ticket>> Shelf::find_same(const Asked& a, UtcTime now) {
  SLUICE_TRY(auto query, database_.prepare(
                             std::string(kColumns) +
                             "WHERE tenant = ? AND principal = ? AND content = ? AND person = ? AND revision = ? "
                             "AND route = ? AND label_class = ? AND categories = ? AND places = ? AND expires > ? "
                             "AND state IN ('pending', 'approved', 'refused') ORDER BY rowid DESC LIMIT 1"));
  std::string places = places_json(a.places);
  SLUICE_TRY_VOID(query.start({a.by.tenant, a.by.principal, a.content, a.by.person, a.revision, a.route,
                               a.label_class, a.categories, places, now.micros}));
  SLUICE_TRY(auto tickets, read(query));
  if (tickets.empty()) return std::optional<Ticket>();
  return std::optional<Ticket>(std::move(tickets.front()));
}

Result<std::vector<Ticket>> Shelf::of_tenant(std::string_view tenant, std::optional<State> state, int limit) {
  SLUICE_TRY(auto query, database_.prepare(std::string(kColumns) + "WHERE tenant = ? AND (? = '' OR state = ?) "
                                                                   "ORDER BY created DESC, rowid DESC LIMIT ?"));
  const char* name = state ? state_name(*state) : "";
  SLUICE_TRY_VOID(query.start({tenant, name, name, limit}));
  return read(query);
}

Result<std::optional<std::string>> Shelf::sealed_text(std::string_view id) {
  SLUICE_TRY(auto query, database_.prepare("SELECT text FROM ticket WHERE id = ? AND text IS NOT NULL"));
  SLUICE_TRY_VOID(query.start({id}));
  SLUICE_TRY(bool found, query.next());
  if (!found) return std::optional<std::string>();
  std::optional<std::string> sealed(query.blob(0));
  query.end();
  return sealed;
}

Result<std::int64_t> Shelf::pending_of(const Person& person) {
  SLUICE_TRY(auto query, database_.prepare("SELECT count(*) FROM ticket WHERE tenant = ? AND principal = ? AND "
                                           "state = 'pending'"));
  SLUICE_TRY_VOID(query.start({person.tenant, person.principal}));
  SLUICE_TRY(bool found, query.next());
  std::int64_t count = found ? query.integer(0) : 0;
  query.end();
  return count;
}

Status Shelf::expire(UtcTime now, UtcTime forget) {
  // A ticket that was used or refused is over by that; its text goes at the latest now.
  SLUICE_TRY(auto end,
             database_.prepare("UPDATE ticket SET state = CASE WHEN state IN ('pending', 'approved') THEN "
                               "'expired' ELSE state END, text = NULL WHERE expires <= ? AND (text IS NOT "
                               "NULL OR state IN ('pending', 'approved'))"));
  SLUICE_TRY_VOID(end.run({now.micros}));
  SLUICE_TRY(auto retained,
             database_.prepare("UPDATE ticket SET text = NULL WHERE text_until <= ? AND text IS NOT NULL"));
  SLUICE_TRY_VOID(retained.run({now.micros}));
  SLUICE_TRY(auto clear, database_.prepare("DELETE FROM ticket WHERE expires <= ?"));
  return clear.run({forget.micros});
}

Result<std::int64_t> Shelf::texts() {
  return database_.integer("SELECT count(*) FROM ticket WHERE text IS NOT NULL");
}

Result<bool> Shelf::empty_log() {
  SLUICE_TRY(auto checkpoint, database_.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  SLUICE_TRY_VOID(checkpoint.start({}));
  SLUICE_TRY(bool told, checkpoint.next());
  const bool busy = told && checkpoint.integer(0) != 0;
  checkpoint.end();
  return told && !busy;
}

Result<UtcTime> Shelf::latest() {
  SLUICE_TRY(
      std::int64_t micros,
      database_.integer("SELECT max(coalesce((SELECT max(created) FROM ticket), 0), coalesce((SELECT max(time) "
                        "FROM decision), 0), coalesce((SELECT max(time) FROM use), 0))"));
  return UtcTime{micros};
}

}  // namespace sluice::approval
