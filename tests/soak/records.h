// Reads the gateway's database with SQLite itself, after the gateway has ended.
#pragma once

#include <string>

#include "judge.h"

namespace soak {

struct RecordsFound {
  long records = 0, open = 0;
  std::string error;  // of SQLite
};

// Tells `judge` of each record whose outcome differs from what the client saw, and of each id without a record.
RecordsFound compare_records(const std::string& file, Judge& judge);

}  // namespace soak
