#include "ledger/book.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

Entry opening(const std::string& id, std::int64_t micros) {
  Opening o;
  o.id = id;
  o.time = UtcTime{micros};
  o.principal = "someone";
  o.tenant = "acme";
  auto entry = opening_entry(o);
  REQUIRE(entry);
  return std::move(*entry);
}

Entry closing(const std::string& id, std::int64_t micros, std::mt19937_64& random) {
  Closing c;
  c.id = id;
  c.time = UtcTime{micros};
  c.outcome = random() % 3 == 0 ? "upstream.timeout" : "ok";
  c.deployment = "up";
  if (random() % 2 == 0) c.usage = chat::Usage{1, std::int64_t(random() % 100), 3, 2};
  if (random() % 2 == 0) c.cost_nano_usd = std::int64_t(random() % 1000);
  auto entry = closing_entry(c);
  REQUIRE(entry);
  return std::move(*entry);
}

Entry act(std::int64_t micros) {
  Act a;
  a.action = std::string(kPolicyInForce);
  a.time = UtcTime{micros};
  auto entry = act_entry(a);
  REQUIRE(entry);
  return std::move(*entry);
}

// Ids come again, are closed twice or never opened.
std::vector<Entry> random_entries(std::mt19937_64& random, bool orderly) {
  std::vector<Entry> entries;
  std::vector<std::string> open;
  for (int i = 0; i < 120; ++i) {
    std::string id = "req_" + std::to_string(orderly ? 1000 + i : int(random() % 60));
    switch (random() % 8) {
      case 0:
        entries.push_back(act(i));
        break;
      case 1:
      case 2:
      case 3:
        if (orderly && !open.empty()) {
          std::size_t at = random() % open.size();
          id = open[at];
          open.erase(open.begin() + std::ptrdiff_t(at));
        } else if (orderly) {
          break;
        }
        entries.push_back(closing(id, i, random));
        break;
      default:
        open.push_back(id);
        entries.push_back(opening(id, i));
    }
  }
  return entries;
}

std::string all_rows(const std::string& folder) {
  auto database = store::Database::open(book_options(folder, store::Mode::ReadOnly));
  REQUIRE(database);
  std::string text;
  for (const char* sql :
       {"SELECT seq, body, hex(hash) FROM entry ORDER BY seq", "SELECT seq, ticket, time FROM act",
        "SELECT seq || ',' || id || ',' || time || ',' || tenant || ',' || principal, "
        "ifnull(closed_seq, '-') || ',' || ifnull(outcome, '-') || ',' || ifnull(deployment, '-'), "
        "ifnull(cache_hit, '-') || ',' || ifnull(cache_miss, '-') || ',' || ifnull(completion, '-') "
        "|| ',' || ifnull(reasoning, '-') || ',' || ifnull(cost_nano_usd, '-') FROM record ORDER BY "
        "seq"}) {
    auto query = database->prepare(sql);
    REQUIRE(query);
    REQUIRE(query->start());
    for (auto more = query->next(); more && *more; more = query->next()) {
      for (int column = 0; column < 3; ++column) text.append(query->text(column)).append("|");
      text += "\n";
    }
  }
  return text;
}

std::string code_of(const Status& status) { return status ? "ok" : status.error().code; }

}  // namespace

// The reference is the same book written entry by entry, where no record is opened and closed in one group.
TEST_CASE("However entries are grouped, the chain, the records and who is refused are the same") {
  std::mt19937_64 random(20261126);
  for (int round = 0; round < 60; ++round) {
    const auto entries = random_entries(random, round % 2 == 0);
    TestFolder grouped, single;
    std::vector<std::string> expected, codes;
    {
      auto book = Book::open(single.path(), store::Durability::Process);
      REQUIRE(book);
      for (const Entry& entry : entries) {
        auto statuses = book->append(std::span(&entry, 1));
        REQUIRE(statuses);
        expected.push_back(code_of(statuses->front()));
      }
    }
    {
      auto book = Book::open(grouped.path(), store::Durability::Process);
      REQUIRE(book);
      for (std::size_t at = 0; at < entries.size();) {
        std::size_t n = std::min<std::size_t>(entries.size() - at, 1 + random() % 40);
        auto statuses = book->append(std::span(entries).subspan(at, n));
        REQUIRE(statuses);
        for (const Status& status : *statuses) codes.push_back(code_of(status));
        at += n;
      }
    }
    CAPTURE(round);
    CHECK(codes == expected);
    CHECK(all_rows(grouped.path()) == all_rows(single.path()));
  }
}
