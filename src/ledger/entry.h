// An entry of the ledger's chain: its canonical JSON, and the columns by which records are found and summed.
//
// Canonical: fixed keys in a fixed order, no white space, times as format_utc writes them, what is unknown is
// null. The keys are a closed list (docs/records.md); none of them can hold prompt or answer text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/writer.h"
#include "ledger/ledger.h"

namespace sluice::ledger {

struct Entry {
  enum class Kind : std::uint8_t { Open, Close, Act };
  Kind kind = Kind::Open;
  std::string id;    // of the request; an act's: of its ticket
  std::string body;  // what is hashed

  // Open, Act
  UtcTime time;
  std::string tenant, principal;
  // Close
  std::string outcome, deployment;
  std::optional<std::int64_t> cache_hit, cache_miss, completion, reasoning, cost_nano_usd;
};

// Refuses an entry above 1 MiB, an empty id or outcome, and provenance or verdicts that are no JSON array:
// ledger.invalid. A usage that contradicts itself is written as unknown.
Result<Entry> opening_entry(Opening opening);
Result<Entry> closing_entry(Closing closing);
Result<Entry> act_entry(const Act& act);

struct ParsedEntry {
  std::optional<Opening> opening;  // one of the three
  std::optional<Closing> closing;
  std::optional<Act> act;
};
// ledger.corrupt if the text is not an entry.
Result<ParsedEntry> parse_entry(std::string_view body);

// The members of an entry without its braces, for other forms of the same facts.
void write_members(json::Writer& writer, const Opening& opening);
void write_members(json::Writer& writer, const Closing& closing);
void write_members(json::Writer& writer, const Act& act);

}  // namespace sluice::ledger
