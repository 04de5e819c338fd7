// A journal that is written as the bytes say, damaged as they say, and read again: of each generation that was not
// begun anew comes what was appended, up to the damage and nothing else; the oldest first. Bytes that are no
// journal are refused. Texts are tried as entries of the chain too.
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "ledger/entry.h"
#include "ledger/journal.h"

namespace {

using namespace sluice;
using namespace sluice::ledger;

constexpr std::size_t kArea = 4096;

void must(bool holds) {
  if (!holds) std::abort();
}

// Removed when the program ends.
class Folder {
 public:
  Folder() : path((base() / "sluice-journal-fuzz-XXXXXX").string()) { must(mkdtemp(path.data()) != nullptr); }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;

 private:
  static std::filesystem::path base() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  }
};

const std::string& folder() {
  static const Folder kFolder;
  return kFolder.path;
}

// Changes one byte; false where the file does not reach so far.
bool damage(std::size_t at, std::uint8_t by) {
  std::fstream file(journal_path(folder()), std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(0, std::ios::end);
  if (by == 0 || at >= static_cast<std::size_t>(file.tellg())) return false;
  file.seekg(std::streamoff(at));
  const int before = file.get();
  file.seekp(std::streamoff(at));
  file.put(static_cast<char>(before ^ by));
  return true;
}

void as_file(std::string_view bytes) {
  std::ofstream(journal_path(folder()), std::ios::binary | std::ios::trunc)
      .write(bytes.data(), std::streamsize(bytes.size()));
  const auto journal = Journal::open(folder(), kArea);
  if (!journal) {
    must(journal.error().code.starts_with("ledger."));
    return;
  }
  const auto read = journal->above(0);
  must(read.has_value() || read.error().code.starts_with("ledger."));
}

void as_script(const std::uint8_t* data, std::size_t size) {
  std::filesystem::remove(journal_path(folder()));
  std::map<std::int64_t, std::vector<std::string>> appended;
  std::int64_t generation = 1;
  std::size_t used = 0;
  bool damaged = false;
  {
    auto journal = Journal::open(folder(), kArea);
    must(journal.has_value());
    journal->begin(generation);
    for (; used + 3 <= size && data[used] < 240; ++used) {
      if (data[used] < 32) {
        journal->begin(++generation);
        continue;
      }
      const std::string body(data[used], static_cast<char>(data[used + 1]));
      if (journal->append(body)) appended[generation].push_back(body);
    }
  }
  // Only bodies and frames are damaged: the head page has its own check, and may refuse the file.
  for (++used; used + 3 <= size; used += 3)
    damaged =
        damage(4096 + (std::size_t(data[used]) << 8 | data[used + 1]) % (2 * kArea), data[used + 2]) || damaged;
  const auto journal = Journal::open(folder(), kArea);
  must(journal.has_value());
  const auto read = journal->above(0);
  must(read.has_value());
  std::int64_t last = 0;
  for (const Journal::Generation& one : *read) {
    must(one.number > last);
    last = one.number;
    // Nothing but what was appended, in its order, from the beginning on. (What stands behind a generation's end
    // is of an older one and has another number.)
    const auto& wanted = appended[one.number];
    must(one.bodies.size() <= wanted.size());
    must(std::equal(one.bodies.begin(), one.bodies.end(), wanted.begin()));
    if (!damaged) must(one.bodies.size() == wanted.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    as_file(bytes);
  } else if (data[0] % 4 == 1) {
    const auto entry = parse_entry(bytes);
    must(entry.has_value() || entry.error().code.starts_with("ledger."));
    if (entry) must(int(bool(entry->opening)) + int(bool(entry->closing)) + int(bool(entry->act)) == 1);
  } else {
    as_script(data + 1, size - 1);
  }
  return 0;
}
