#include "ledger/print.h"

#include <doctest/doctest.h>

#include "json/doc.h"
#include "ledger/example.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

Record closed(const std::string& id) { return {example_opening(id), example_closing(id)}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("Money is shown exactly, with at least cents") {
  CHECK(format_usd(0) == "$0.00");
  CHECK(format_usd(1) == "$0.000000001");
  CHECK(format_usd(1'234'567) == "$0.001234567");
  CHECK(format_usd(12'500'000'000) == "$12.50");
  CHECK(format_usd(-1'500'000'000) == "-$1.50");
  CHECK(format_usd(std::numeric_limits<std::int64_t>::max()) == "$9223372036.854775807");
}

TEST_CASE("The list has a line for each record and shows what is unknown as such") {
  CHECK(format_list({}) == "no records\n");
  Record unknown = closed("req_2");
  unknown.closing->usage.reset();
  unknown.closing->cost_nano_usd.reset();
  std::string list = format_list({closed("req_1"), unknown, {example_opening("req_3"), std::nullopt}});
  CHECK(list ==
        "TIME                  ID     CLASS      OUTCOME  DEPLOYMENT  HIT  MISS  OUT   COST\n"
        "2023-11-14T22:13:20Z  req_1  regulated  ok       guide        64    36   50  $0.00\n"
        "2023-11-14T22:13:20Z  req_2  regulated  ok       guide         -     -    -      -\n"
        "2023-11-14T22:13:20Z  req_3  regulated  open     -             -     -    -      -\n");
}

TEST_CASE("A card shows everything a record holds") {
  std::string card = format_record(closed("req_1"));
  for (const char* part :
       {"req_1", "web, tenant acme, team support", "auto (streamed, openai_chat)", "regulated (health,pii)",
        "medical", "by policy 2026-11-01", "deployment hosted, allowed false, reason class",
        "prompt 100 (64 from cache)", "completion 50 (20 reasoning)", "$0.00", "250.000 ms", "1500.000 ms",
        "attempt 1", "hosted (hosted, CN)", "upstream.stalled", "ab12", "attempt 2", "guide (device, local)"}) {
    CAPTURE(part);
    CHECK(has(card, part));
  }
  Record interrupted{example_opening("req_1"), Closing{}};
  interrupted.closing->outcome = "interrupted";
  card = format_record(interrupted);
  CHECK(has(card, "tokens        unknown"));
  CHECK(has(card, "cost          unknown"));
  CHECK(has(card, "total         unknown"));
  CHECK(has(format_record({example_opening("req_1"), std::nullopt}), "open: "));
}

TEST_CASE("Text from outside can't steer the terminal") {
  Record record = closed("req_1");
  record.closing->deployment = "a\x1b[2Jb\x7f";
  record.closing->model =
      "m\xC2\x9B"
      "31m\nid  fake";
  record.opening.provenance = R"([{"detail":"\u001b]0;x\u0007"}])";
  for (const std::string& text : {format_list({record}), format_record(record)}) {
    for (char c : text) CHECK((c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)));
    CHECK_FALSE(has(text, "\xC2\x9B"));
    CHECK_FALSE(has(text, "\nid  fake"));
  }
}

TEST_CASE("What people did is told in whole sentences, also where no deployment was decided about") {
  Act act;
  act.time = example_opening("req_1").time;
  act.action = "read";
  act.ticket = "tkt_1";
  act.principal = act.person = "bob";
  act.revision = "r1";
  CHECK(format_acts({act}) == "2023-11-14T22:13:20Z  tkt_1  bob read its text under policy r1\n");
  act.action = "approved";
  act.deployments = {"near", "far"};
  act.reason = "fine";
  CHECK(format_acts({act}) == "2023-11-14T22:13:20Z  tkt_1  bob approved for near, far under policy r1: fine\n");
}

TEST_CASE("The JSON of a record is one line with everything in it") {
  std::string text = record_json(closed("req_1"));
  CHECK_FALSE(has(text, "\n"));
  auto doc = json::Doc::parse(text);
  REQUIRE(doc);
  json::Value root = (*doc)->root();
  CHECK(root["id"].string() == "req_1");
  CHECK(root["provenance"].at(0)["detail"].string() == "medical");
  CHECK(root["closing"]["usage"]["cache_hit"].integer() == 64);
  CHECK(root["closing"]["attempts"].size() == 2);
  auto open = json::Doc::parse(record_json({example_opening("req_2"), std::nullopt}));
  REQUIRE(open);
  CHECK((*open)->root()["closing"].is_null());
}
