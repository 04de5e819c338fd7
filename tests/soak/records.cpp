#include "records.h"

#include <sqlite3.h>

#include <memory>

namespace soak {
namespace {

std::string column(sqlite3_stmt* row, int index) {
  auto text = reinterpret_cast<const char*>(sqlite3_column_text(row, index));
  return text ? text : "";
}

}  // namespace

RecordsFound compare_records(const std::string& file, Judge& judge) {
  RecordsFound found;
  sqlite3* raw = nullptr;
  int opened = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, sqlite3_close);
  sqlite3_stmt* raw_rows = nullptr;
  if (opened == SQLITE_OK)
    opened = sqlite3_prepare_v2(raw, "SELECT id, outcome FROM record", -1, &raw_rows, nullptr);
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> rows(raw_rows, sqlite3_finalize);
  if (opened != SQLITE_OK) {
    found.error = sqlite3_errmsg(raw);
    return found;
  }
  long seen = 0;
  while (sqlite3_step(raw_rows) == SQLITE_ROW) {
    ++found.records;
    std::string id = column(raw_rows, 0), outcome = column(raw_rows, 1);
    if (outcome.empty()) ++found.open;
    auto expected = judge.ids.find(id);
    if (expected == judge.ids.end()) continue;
    ++seen;
    const std::string& want = expected->second.outcome;
    if (!want.empty() && want != outcome)
      judge.violation("record " + id + " has the outcome " + outcome + ", its client saw " + want);
  }
  if (seen != long(judge.ids.size()))
    judge.violation(std::to_string(long(judge.ids.size()) - seen) + " answered requests have no record");
  return found;
}

}  // namespace soak
