#include "ledger/entry.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <set>

#include "base/id.h"
#include "json/doc.h"
#include "ledger/book.h"
#include "ledger/example.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

const std::string kOpenBody =
    R"({"entry":"open","id":"req_1","time":"2023-11-14T22:13:20.000000Z","principal":"web","tenant":"acme",)"
    R"("team":"support","protocol":"openai_chat","route":"auto","decision":"dec_abcdefghijklmnopqrstuvwxyz",)"
    R"("revision":"2026-11-01","label_class":"regulated","categories":"health,pii","provenance":)"
    R"([{"source":"finding","detail":"medical","class":"regulated","category":"health"}],"verdicts":)"
    R"([{"deployment":"guide","allowed":true,"reason":"device"},)"
    R"({"deployment":"hosted","allowed":false,"reason":"class"}],"stream":true})";
const std::string kCloseBody =
    R"({"entry":"close","id":"req_1","time":"2023-11-14T22:13:21.500000Z","outcome":"ok","status":200,)"
    R"("deployment":"guide","model":"guide-1","attempts":[{"deployment":"hosted","model":"big-model",)"
    R"("zone":"hosted","jurisdiction":"CN","started":"2023-11-14T22:13:20.100000Z","took_ms":12,)"
    R"("outcome":"upstream.stalled","content_hash":"ab12"},{"deployment":"guide","model":"guide-1",)"
    R"("zone":"device","jurisdiction":"local","started":"2023-11-14T22:13:20.200000Z","took_ms":1300,)"
    R"("outcome":"ok","content_hash":""}],"usage":{"cache_hit":64,"cache_miss":36,"completion":50,)"
    R"("reasoning":20},"cost_nano_usd":0,"first_token_us":250000,"total_us":1500000})";

std::set<std::string> keys_of(json::Value object) {
  std::set<std::string> keys;
  for (json::Value member : object) keys.insert(member.key());
  return keys;
}

class Any {
 public:
  explicit Any(unsigned seed) : random_(seed) {}
  std::int64_t integer() { return std::int64_t(random_()) >> (random_() % 64); }
  std::int64_t natural() { return integer() & std::numeric_limits<std::int64_t>::max(); }
  std::int64_t below(std::int64_t n) { return natural() % n; }
  std::string text() {
    static const char* const kPieces[] = {"a", "\"", "\\",           "\n", "\x01", "\x7f",
                                          " ", "ä",  "\xE2\x80\xA8", "😀", "/",    "{"};
    std::string text;
    for (auto n = below(8); n > 0; --n) text += kPieces[below(12)];
    return text;
  }
  UtcTime time() { return {below(4'000'000'000'000'000)}; }

 private:
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("Entries have the documented form, and their hashes are those of another SHA-256") {
  auto open = opening_entry(example_opening("req_1"));
  auto close = closing_entry(example_closing("req_1"));
  REQUIRE(open);
  REQUIRE(close);
  CHECK(open->body == kOpenBody);
  CHECK(close->body == kCloseBody);
  // Python: hashlib.sha256(bytes(32) + open).digest(), then sha256(that + close).
  Hash first = entry_hash(std::string(32, '\0'), open->body);
  Hash second = entry_hash(bytes_of(first), close->body);
  CHECK(to_hex(first) == "13d7c9b2618a9ed1335bb64671a20821f851b72356554ea46a0ea62cae4fda3e");
  CHECK(to_hex(second) == "cb305b919523f05849805a47df98bfe397a7c14e0b5e6a76c50037b5aec2a1cd");
}

TEST_CASE("What is unknown is null, never zero") {
  Closing closing = example_closing("req_1");
  closing.usage.reset();
  closing.cost_nano_usd.reset();
  closing.first_token_us = -1;
  auto entry = closing_entry(closing);
  REQUIRE(entry);
  CHECK(entry->body.find(R"("usage":null,"cost_nano_usd":null,"first_token_us":null)") != std::string::npos);
  CHECK_FALSE(entry->cache_hit.has_value());
  CHECK_FALSE(entry->cost_nano_usd.has_value());
  auto parsed = parse_entry(entry->body);
  REQUIRE(parsed);
  CHECK_FALSE(parsed->closing->usage.has_value());
  CHECK_FALSE(parsed->closing->cost_nano_usd.has_value());
  CHECK(parsed->closing->first_token_us == -1);
}

TEST_CASE("An upstream's impossible token counts are written as unknown, with their cost") {
  for (chat::Usage bad : {chat::Usage{-1, 0, 0, 0}, chat::Usage{0, 0, 5, 6}}) {
    Closing closing = example_closing("req_1");
    closing.usage = bad;
    auto entry = closing_entry(closing);
    REQUIRE(entry);
    CHECK(entry->body.find(R"("usage":null,"cost_nano_usd":null)") != std::string::npos);
  }
}

// The closed list of docs/records.md. A key that could carry prompt or answer text would fail here first.
TEST_CASE("An entry has no key for prompt or answer text") {
  auto open = json::Doc::parse(opening_entry(example_opening("req_1"))->body);
  auto close = json::Doc::parse(closing_entry(example_closing("req_1"))->body);
  REQUIRE(open);
  REQUIRE(close);
  CHECK(keys_of((*open)->root()) == std::set<std::string>{"entry", "id", "time", "principal", "tenant", "team",
                                                          "protocol", "route", "decision", "revision",
                                                          "label_class", "categories", "provenance", "verdicts",
                                                          "stream"});
  CHECK(keys_of((*close)->root()) == std::set<std::string>{"entry", "id", "time", "outcome", "status",
                                                           "deployment", "model", "attempts", "usage",
                                                           "cost_nano_usd", "first_token_us", "total_us"});
  CHECK(keys_of((*close)->root()["attempts"].at(0)) == std::set<std::string>{"deployment", "model", "zone",
                                                                             "jurisdiction", "started", "took_ms",
                                                                             "outcome", "content_hash"});
  CHECK(keys_of((*close)->root()["usage"]) ==
        std::set<std::string>{"cache_hit", "cache_miss", "completion", "reasoning"});
}

TEST_CASE("Whatever is written is read back the same and written the same again") {
  Any any(3);
  for (int i = 0; i < 2000; ++i) {
    Opening o;
    o.id = "req_" + any.text();
    o.time = any.time();
    for (std::string* s : {&o.principal, &o.tenant, &o.team, &o.protocol, &o.route, &o.decision, &o.revision,
                           &o.label_class, &o.categories})
      *s = any.text();
    o.provenance = "[" + json::quote(any.text()) + "]";
    o.verdicts = "[]";
    o.stream = any.below(2) == 1;
    auto entry = opening_entry(o);
    REQUIRE(entry);
    auto parsed = parse_entry(entry->body);
    REQUIRE(parsed);
    REQUIRE(parsed->opening);
    const Opening& back = *parsed->opening;
    REQUIRE((back.id == o.id && back.time == o.time && back.principal == o.principal && back.team == o.team &&
             back.route == o.route && back.provenance == o.provenance && back.stream == o.stream));
    REQUIRE(opening_entry(back)->body == entry->body);

    Closing c;
    c.id = o.id;
    c.time = any.time();
    c.outcome = "x" + any.text();
    c.status = int(any.below(600));
    c.model = any.text();
    for (auto n = any.below(3); n > 0; --n)
      c.attempts.push_back({any.text(), any.text(), any.text(), any.text(), any.time(), any.natural(), any.text(),
                            any.text(), any.below(2) ? any.text() : ""});
    if (any.below(2)) {
      auto completion = any.natural();
      c.usage = chat::Usage{any.natural(), any.natural(), completion, completion / 2};
    }
    if (any.below(2)) c.cost_nano_usd = any.natural();
    if (any.below(2)) c.first_token_us = any.natural();
    c.total_us = any.natural();
    entry = closing_entry(c);
    REQUIRE(entry);
    parsed = parse_entry(entry->body);
    REQUIRE(parsed);
    REQUIRE(parsed->closing);
    REQUIRE((parsed->closing->usage == c.usage && parsed->closing->cost_nano_usd == c.cost_nano_usd &&
             parsed->closing->attempts.size() == c.attempts.size() && parsed->closing->total_us == c.total_us));
    REQUIRE(closing_entry(*parsed->closing)->body == entry->body);
  }
}

TEST_CASE("An entry that can't be judged later is refused now") {
  auto code = [](const Result<Entry>& entry) { return entry ? "" : entry.error().code; };
  Opening o = example_opening("req_1");
  o.provenance.clear();
  CHECK(opening_entry(o)->body.find(R"("provenance":[])") != std::string::npos);
  for (const char* bad : {"{}", "[", "[1,]", "text", "[] []", "[{\"a\":1,\"a\":2}]"}) {
    o.provenance = bad;
    CHECK(code(opening_entry(o)) == "ledger.invalid");
  }
  CHECK(code(opening_entry(example_opening(""))) == "ledger.invalid");
  o = example_opening("req_1");
  o.route = std::string(2 << 20, 'x');
  CHECK(code(opening_entry(o)) == "ledger.invalid");
  Closing c = example_closing("req_1");
  c.outcome.clear();
  CHECK(code(closing_entry(c)) == "ledger.invalid");
}

TEST_CASE("A damaged entry is an error, not a guess") {
  for (const std::string& body : {kOpenBody, kCloseBody}) {
    for (std::size_t cut = 0; cut < body.size(); cut += 7)
      CHECK_FALSE(parse_entry(body.substr(0, cut)).has_value());
    for (const char* key : {"\"id\"", "\"time\"", "\"entry\""}) {
      std::string renamed = body;
      renamed.replace(renamed.find(key) + 1, 1, "X");
      auto parsed = parse_entry(renamed);
      REQUIRE_FALSE(parsed);
      CHECK(parsed.error().code == "ledger.corrupt");
    }
  }
}
