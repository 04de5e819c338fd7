#include "ledger/prices.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "json/doc.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

std::shared_ptr<const Prices> built_in() {
  static auto prices = Prices::parse(default_prices_text(), "(built-in prices)");
  REQUIRE_MESSAGE(prices.has_value(), prices.error().to_string());
  return *prices;
}

UtcTime at(const char* time) {
  auto parsed = parse_utc(time);
  REQUIRE_MESSAGE(parsed.has_value(), time);
  return *parsed;
}

chat::Usage usage(std::int64_t hit, std::int64_t miss, std::int64_t completion) {
  return {.cache_hit = hit, .cache_miss = miss, .completion = completion, .reasoning = 0};
}

// "hit miss output" in nano-USD for one token a thousand times over, or "unknown".
std::string thousand_of_each(const Prices& prices, const char* model, UtcTime time) {
  std::string text;
  for (const chat::Usage& one : {usage(1000, 0, 0), usage(0, 1000, 0), usage(0, 0, 1000)}) {
    auto cost = prices.cost_nano_usd("deepseek", model, time, one);
    if (!cost) return "unknown";
    text += (text.empty() ? "" : " ") + std::to_string(*cost);
  }
  return text;
}

std::string refusal(const std::string& yaml) {
  auto prices = Prices::parse(yaml, "p.yaml");
  return prices ? "" : prices.error().where + " " + prices.error().code;
}

std::string with_tariffs(const std::string& tariffs) {
  return "prices: v1\ncurrency: USD\nper_tokens: 1000000\n"
         "windows:\n  - {name: day, utc: [\"08:00-18:00\"], source: s, as_of: 2026-01-01}\n"
         "tariffs:\n" +
         tariffs;
}
const std::string kOrigin = ", source: s, as_of: 2026-01-01}\n";

}  // namespace

// Every value is computed by hand from the vendor's table: 1000 tokens at P USD for a million cost P * 10^6
// nano-USD.
TEST_CASE("Each tariff holds from its first microsecond to the last before the next") {
  struct Case {
    const char* model;
    const char* time;
    const char* expected;
  };
  const Case cases[] = {
      // V4 Flash: launch, the cut of cache hits, peak prices (a Sunday evening), weekends off, V4.1
      {"deepseek-v4-flash", "2026-04-23T23:59:59.999999Z", "unknown"},
      {"deepseek-v4-flash", "2026-04-24", "28000 140000 280000"},
      {"deepseek-v4-flash", "2026-04-26T12:14:59.999999Z", "28000 140000 280000"},
      {"deepseek-v4-flash", "2026-04-26T12:15:00Z", "2800 140000 280000"},
      {"deepseek-v4-flash", "2026-08-16T15:59:59.999999Z", "2800 140000 280000"},
      {"deepseek-v4-flash", "2026-08-16T16:00:00Z", "7000 220000 660000"},
      {"deepseek-v4-flash", "2026-08-17T00:59:59.999999Z", "7000 220000 660000"},
      {"deepseek-v4-flash", "2026-08-17T01:00:00Z", "14000 440000 1320000"},
      {"deepseek-v4-flash", "2026-09-10T03:59:59.999999Z", "14000 440000 1320000"},
      {"deepseek-v4-flash", "2026-09-10T04:00:00Z", "3000 150000 600000"},
      {"deepseek-flash", "2026-09-10T03:59:59.999999Z", "unknown"},
      {"deepseek-flash", "2026-09-10T04:00:00Z", "3000 150000 600000"},
      {"deepseek-v4-flash-vision-exp", "2026-09-10T06:00:00Z", "6000 300000 1200000"},
      // V4 Pro
      {"deepseek-v4-pro", "2026-04-25", "36250 435000 870000"},
      {"deepseek-v4-pro", "2026-04-26T12:15:00Z", "3625 435000 870000"},
      {"deepseek-v4-pro", "2026-08-16T15:59:59.999999Z", "3625 435000 870000"},
      {"deepseek-v4-pro", "2026-08-16T16:00:00Z", "22000 660000 1980000"},
      {"deepseek-v4-pro", "2026-08-17T06:00:00Z", "44000 1320000 3960000"},
      {"deepseek-v4-pro", "2026-09-10T04:00:00Z", "22000 660000 1980000"},
      {"deepseek-v4-pro", "2026-11-23T06:30:00Z", "44000 1320000 3960000"},
      // The old names: R1 had another discount than half
      {"deepseek-chat", "2025-02-25", "70000 270000 1100000"},
      {"deepseek-chat", "2025-02-26T16:30:00Z", "35000 135000 550000"},
      {"deepseek-chat", "2025-03-01T00:29:59Z", "35000 135000 550000"},
      {"deepseek-chat", "2025-03-01T00:30:00Z", "70000 270000 1100000"},
      {"deepseek-reasoner", "2025-03-01T16:29:59Z", "140000 550000 2190000"},
      {"deepseek-reasoner", "2025-03-01T16:30:00Z", "35000 135000 550000"},
      {"deepseek-reasoner", "2025-09-05T16:00:00Z", "70000 560000 1680000"},
      {"deepseek-chat", "2025-09-29", "28000 280000 420000"},
      {"deepseek-chat", "2026-07-24T15:58:59Z", "2800 140000 280000"},
      {"deepseek-chat", "2026-07-24T15:59:00Z", "unknown"},
      {"deepseek-chat", "2025-01-15", "unknown"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.model);
    CAPTURE(c.time);
    CHECK(thousand_of_each(*built_in(), c.model, at(c.time)) == c.expected);
  }
}

TEST_CASE("Peak is 01:00-04:00 and 06:00-10:00 UTC, its end excluded, Monday to Friday, not on listed holidays") {
  const std::string off = "3000 150000 600000", peak = "6000 300000 1200000";
  const std::pair<const char*, std::string> cases[] = {
      {"2026-11-23T00:59:59.999999Z", off},  // a Monday
      {"2026-11-23T01:00:00Z", peak},       {"2026-11-23T03:59:59.999999Z", peak},
      {"2026-11-23T04:00:00Z", off},        {"2026-11-23T05:59:59.999999Z", off},
      {"2026-11-23T06:00:00Z", peak},       {"2026-11-23T09:59:59.999999Z", peak},
      {"2026-11-23T10:00:00Z", off},        {"2026-11-23T23:00:00Z", off},
      {"2026-11-27T09:59:59Z", peak},                                       // Friday
      {"2026-11-28T02:00:00Z", off},                                        // Saturday
      {"2026-11-29T07:00:00Z", off},                                        // Sunday
      {"2026-09-30T02:00:00Z", peak},       {"2026-10-01T02:00:00Z", off},  // National Day
      {"2026-10-07T07:00:00Z", off},        {"2026-10-08T07:00:00Z", peak},
  };
  for (const auto& [time, expected] : cases) {
    CAPTURE(time);
    CHECK(thousand_of_each(*built_in(), "deepseek-flash", at(time)) == expected);
  }
  // The first Saturday of peak prices was still a peak day; the next was not.
  CHECK(thousand_of_each(*built_in(), "deepseek-v4-flash", at("2026-08-22T02:00:00Z")) == "14000 440000 1320000");
  CHECK(thousand_of_each(*built_in(), "deepseek-v4-flash", at("2026-08-29T02:00:00Z")) == "7000 220000 660000");
}

TEST_CASE("What nobody priced is unknown, and the engine costs nothing") {
  auto one = usage(1, 1, 1);
  auto now = at("2026-11-23");
  CHECK_FALSE(built_in()->cost_nano_usd("deepseek", "deepseek-v9", now, one));
  CHECK_FALSE(built_in()->cost_nano_usd("deepseek", "DeepSeek-Flash", now, one));
  CHECK_FALSE(built_in()->cost_nano_usd("vllm", "deepseek-flash", now, one));
  CHECK_FALSE(built_in()->cost_nano_usd("deepseek", "deepseek-flash", now, usage(-1, 0, 0)));
  CHECK(built_in()->cost_nano_usd("engine", "any.gguf", now, one) == 0);
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-flash", now, usage(0, 0, 0)) == 0);
}

TEST_CASE("A cost is rounded once to the nearest nano-USD, a half upwards, and never overflows") {
  auto now = at("2026-11-23");  // off-peak: 3, 150, 600 nano-USD a token... 3 = 0.003 USD / 10^6 * 10^9
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-flash", now, usage(1, 0, 0)) == 3);
  auto old = at("2026-06-01");  // V4 Pro: a hit cost 3.625 nano-USD
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-v4-pro", old, usage(1, 0, 0)) == 4);
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-v4-pro", old, usage(2, 0, 0)) == 7);
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-v4-pro", old, usage(4, 0, 0)) == 15);  // 14.5
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-v4-pro", old, usage(8, 0, 0)) == 29);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(built_in()->cost_nano_usd("deepseek", "deepseek-flash", now, usage(kMost, kMost, kMost)));
  CHECK(built_in()->cost_nano_usd("deepseek", "deepseek-flash", now, usage(kMost / 4, 0, 0)) == kMost / 4 * 3);
}

TEST_CASE("Cost adds up over usages but for one rounding each, and never falls when usage rises") {
  std::mt19937_64 random(11);
  auto any = [&](std::int64_t most) { return std::int64_t(random() % std::uint64_t(most + 1)); };
  auto begin = at("2025-02-10").micros, end = at("2026-12-31").micros;
  const char* models[] = {"deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro", "deepseek-chat",
                          "deepseek-reasoner"};
  int known = 0;
  for (int i = 0; i < 20'000; ++i) {
    UtcTime time{begin + any(end - begin)};
    const char* model = models[random() % 5];
    auto cost = [&](const chat::Usage& u) { return built_in()->cost_nano_usd("deepseek", model, time, u); };
    chat::Usage a = usage(any(2'000'000), any(2'000'000), any(400'000));
    chat::Usage b = usage(any(2'000'000), any(2'000'000), any(400'000));
    auto ca = cost(a), cb = cost(b);
    auto both = cost(usage(a.cache_hit + b.cache_hit, a.cache_miss + b.cache_miss, a.completion + b.completion));
    REQUIRE(ca.has_value() == both.has_value());
    if (!ca) continue;
    ++known;
    REQUIRE(std::llabs(*ca + *cb - *both) <= 1);
    REQUIRE(*both >= std::max(*ca, *cb));
    // A cache hit is never dearer than a miss.
    REQUIRE(*cost(usage(a.cache_hit + a.cache_miss, 0, a.completion)) <= *ca);
    // Reasoning is a part of the completion, not more.
    chat::Usage thinking = a;
    thinking.reasoning = a.completion;
    REQUIRE(cost(thinking) == ca);
  }
  CHECK(known > 9'000);
}

TEST_CASE("The built-in file agrees with the collected price history") {
  std::ifstream file("../shared/prices/deepseek_price_history.json");
  if (!file) {
    MESSAGE("SKIPPED: ../shared/prices is not there");
    return;
  }
  std::stringstream text;
  text << file.rdbuf();
  auto doc = json::Doc::parse(text.str());
  REQUIRE(doc);
  std::vector<json::Value> entries;
  for (json::Value entry : (*doc)->root()["entries"]) entries.push_back(entry);
  constexpr std::int64_t kDay = 86'400'000'000;
  int compared = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::string model = *entries[i]["model"].string();
    // One day before the tariff ends: at its end, or where the same model's next one begins, or after two days.
    std::int64_t end = at(entries[i]["effective_from"].string()->c_str()).micros + 2 * kDay;
    if (auto to = entries[i]["effective_to"].string()) {
      end = at(to->c_str()).micros;
    } else {
      for (std::size_t j = entries.size(); j-- > i + 1;)
        if (*entries[j]["model"].string() == model)
          end = at(entries[j]["effective_from"].string()->c_str()).micros;
    }
    std::int64_t midnight = (end - kDay) / kDay * kDay;
    for (json::Value tier : entries[i]["tiers"]) {
      std::int64_t minute = 12 * 60;
      if (json::Value window = tier["windows_utc"].at(0)) {
        auto minutes = [](const std::string& t) {
          return std::stoi(t.substr(0, 2)) * 60 + std::stoi(t.substr(3));
        };
        int first = minutes(*window.at(0).string()), last = minutes(*window.at(1).string());
        minute = (first + ((last - first + 1440) % 1440) / 2) % 1440;
      }
      UtcTime time{midnight + minute * 60'000'000};
      std::string expected;
      for (const char* part : {"hit", "miss", "output"})
        expected += (expected.empty() ? "" : " ") + std::to_string(std::llround(*tier[part].number() * 1e6));
      CAPTURE(model);
      CAPTURE(format_utc(time));
      CHECK(thousand_of_each(*built_in(), model.c_str(), time) == expected);
      ++compared;
    }
  }
  CHECK(compared == 14);
}

TEST_CASE("Mistakes in a price file are refused with their place") {
  const std::string good = "  - {provider: deepseek, models: [m], from: 2026-01-01, hit: 1, miss: 2, output: 3";
  CHECK(refusal(with_tariffs(good + kOrigin)) == "");
  const std::pair<std::string, std::string> cases[] = {
      {"prices: v1\n\tx", "p.yaml:2:1 prices.syntax"},
      {"prices: v2\ncurrency: USD\nper_tokens: 1000000\ntariffs: []\n", "p.yaml:1:9 prices.value"},
      {"prices: v1\ncurrency: EUR\nper_tokens: 1000000\ntariffs: []\n", "p.yaml:2:11 prices.value"},
      {"prices: v1\ncurrency: USD\nper_tokens: 1000\ntariffs: []\n", "p.yaml:3:13 prices.value"},
      {with_tariffs(good + ", typo: 1" + kOrigin), "p.yaml:7:85 prices.unknown_key"},
      {with_tariffs(good + "}\n"), "p.yaml:7:5 prices.missing_key"},
      {with_tariffs("  - {provider: deepseek, models: [m], from: 2026-01-01, hit: -1, miss: 2, output: 3" +
                    kOrigin),
       "p.yaml:7:62 prices.negative"},
      {with_tariffs("  - {provider: engine, models: [m], from: 2026-01-01, hit: 1, miss: 2, output: 3" + kOrigin),
       "p.yaml:7:16 prices.value"},
      {with_tariffs("  - {provider: deepseek, models: [], from: 2026-01-01, hit: 1, miss: 2, output: 3" + kOrigin),
       "p.yaml:7:34 prices.value"},
      {with_tariffs("  - {provider: deepseek, models: [m], from: 2026-13-01, hit: 1, miss: 2, output: 3" +
                    kOrigin),
       "p.yaml:7:45 prices.value"},
      {with_tariffs(
           "  - {provider: deepseek, models: [m], from: 2026-01-01, hit: 0.0000000001, miss: 2, output: 3" +
           kOrigin),
       "p.yaml:7:62 prices.value"},
      {with_tariffs(good + ", until: 2026-01-01" + kOrigin), "p.yaml:7:92 prices.value"},
      {with_tariffs(good + kOrigin + good + kOrigin), "p.yaml:8:5 prices.overlap"},
      {with_tariffs(good + ", until: 2026-02-02" + kOrigin +
                    "  - {provider: deepseek, models: [n, m], from: 2026-02-01, hit: 1, miss: 2, output: 3" +
                    kOrigin),
       "p.yaml:8:5 prices.overlap"},
      {with_tariffs(good + ", peak: {window: night, times: 2}" + kOrigin), "p.yaml:7:100 prices.value"},
      {with_tariffs(good + ", peak: {window: day, times: 2, hit: 1}" + kOrigin), "p.yaml:7:91 prices.value"},
      {with_tariffs(good + ", peak: {window: day, hit: 1, miss: 1}" + kOrigin), "p.yaml:7:91 prices.missing_key"},
      {with_tariffs(
           "  - {provider: deepseek, models: [m], from: 2026-01-01, hit: 0.000000001, miss: 2, output: 3, "
           "peak: {window: day, times: 1.5}" +
           kOrigin),
       "p.yaml:7:122 prices.value"},
  };
  for (const auto& [yaml, expected] : cases) {
    CAPTURE(yaml);
    CHECK(refusal(yaml) == expected);
  }
  for (const char* utc : {"8:00-18:00", "18:00-08:00", "08:00-08:00", "22:00-24:01", "08:60-09:00", "08:00", ""})
    CHECK(refusal("prices: v1\ncurrency: USD\nper_tokens: 1000000\nwindows:\n  - {name: w, utc: [\"" +
                  std::string(utc) + "\"], source: s, as_of: 2026-01-01}\ntariffs: []\n")
              .starts_with("p.yaml:5:"));
  auto missing = Prices::read("no/such/prices.yaml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "prices.unreadable");
}

TEST_CASE("A window may end at midnight and a multiplier may be a fraction") {
  auto prices = Prices::parse(
      "prices: v1\ncurrency: USD\nper_tokens: 1000000\n"
      "windows:\n  - {name: late, utc: [\"22:00-24:00\", \"00:00-02:00\"], days: [fri, sat], source: s, as_of: "
      "2026-01-01}\n"
      "tariffs:\n  - {provider: deepseek, models: [m], from: 2026-01-01, hit: 0.5, miss: 1, output: 2, "
      "peak: {window: late, times: 1.25}, source: s, as_of: 2026-01-01}\n",
      "p.yaml");
  REQUIRE_MESSAGE(prices.has_value(), prices.error().to_string());
  const std::string off = "500000 1000000 2000000", peak = "625000 1250000 2500000";
  CHECK(thousand_of_each(**prices, "m", at("2026-11-27T21:59:59Z")) == off);
  CHECK(thousand_of_each(**prices, "m", at("2026-11-27T23:59:59.999999Z")) == peak);
  CHECK(thousand_of_each(**prices, "m", at("2026-11-28T00:00:00Z")) == peak);
  CHECK(thousand_of_each(**prices, "m", at("2026-11-29T00:00:00Z")) == off);  // Sunday
}
