#include <cstdio>

#include "app/commands.h"
#include "ledger/ledger.h"
#include "ledger/print.h"

namespace sluice::app {
namespace {

Result<std::unique_ptr<ledger::Ledger>> open_ledger(const RecordsOptions& options) {
  if (!options.data_dir.empty()) return ledger::Ledger::open_read_only(options.data_dir);
  SLUICE_TRY(auto settings, load_settings(options.config));
  return ledger::Ledger::open_read_only(settings.data_dir);
}

}  // namespace

int records_list(const RecordsOptions& options) {
  auto ledger = open_ledger(options);
  if (!ledger) return complain(ledger.error());
  ledger::ListOptions list;
  list.limit = options.limit;
  list.outcome = options.outcome;
  list.deployment = options.deployment;
  if (!options.since.empty()) {
    auto since = parse_utc(options.since);
    if (!since) return complain(since.error());
    list.since = *since;
  }
  auto records = (*ledger)->list(list);
  if (!records) return complain(records.error());
  if (options.json) {
    for (const ledger::Record& record : *records) std::printf("%s\n", ledger::record_json(record).c_str());
  } else {
    std::printf("%s", ledger::format_list(*records).c_str());
  }
  return 0;
}

int records_show(const RecordsOptions& options) {
  auto ledger = open_ledger(options);
  if (!ledger) return complain(ledger.error());
  auto record = (*ledger)->show(options.id);
  if (!record) return complain(record.error());
  std::printf("%s%s", (options.json ? ledger::record_json(*record) : ledger::format_record(*record)).c_str(),
              options.json ? "\n" : "");
  return 0;
}

int records_decisions(const RecordsOptions& options) {
  auto ledger = open_ledger(options);
  if (!ledger) return complain(ledger.error());
  auto acts = (*ledger)->acts({.limit = options.limit, .ticket = options.ticket});
  if (!acts) return complain(acts.error());
  if (!options.json) std::printf("%s", ledger::format_acts(*acts).c_str());
  for (const ledger::Act& act : *acts)
    if (options.json) std::printf("%s\n", ledger::act_json(act).c_str());
  return 0;
}

int records_verify(const RecordsOptions& options) {
  auto ledger = open_ledger(options);
  if (!ledger) return complain(ledger.error());
  auto entries = (*ledger)->verify();
  if (!entries) return complain(entries.error());
  std::printf("%lld entries, the chain is whole\n", (long long)*entries);
  return 0;
}

}  // namespace sluice::app
