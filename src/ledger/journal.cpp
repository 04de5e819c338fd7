#include "ledger/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "ledger/crc32c.h"

namespace sluice::ledger {
namespace {

constexpr std::string_view kMagic = "SLLGJRN1";  // the last character is the format's version
constexpr std::size_t kHeadBytes = 4096;         // a page, so that the areas begin at one
constexpr std::size_t kFrameHead = 16;
constexpr std::size_t kMostAreaBytes = std::size_t{1} << 30;  // what a damaged head may make us believe

std::uint64_t little(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | std::uint8_t(bytes[i - 1]);
  return value;
}

void put_little(char* to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = char(value >> (8 * i));
}

bool write_at(int file, std::string_view bytes, std::size_t at) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(file, bytes.data(), bytes.size(), off_t(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(std::size_t(written));
    at += std::size_t(written);
  }
  return true;
}

// Fewer bytes than asked for at the file's end only; -1 with errno.
ssize_t read_at(int file, char* to, std::size_t bytes, std::size_t at) {
  std::size_t had = 0;
  while (had < bytes) {
    ssize_t got = pread(file, to + had, bytes - had, off_t(at + had));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    had += std::size_t(got);
  }
  return ssize_t(had);
}

Error io_error(const char* what, int number, const std::string& path) {
  const char* code = number == ENOSPC || number == EDQUOT || number == EFBIG ? "ledger.full" : "ledger.io";
  return {code, std::string(what) + ": " + std::generic_category().message(number), path,
          "the file needs its whole room at once: free some space, and see the system's log"};
}

}  // namespace

std::string journal_path(const std::string& data_dir) { return data_dir + "/ledger.journal"; }

Result<Journal> Journal::open(const std::string& data_dir, std::size_t area_bytes) {
  const std::string path = journal_path(data_dir);
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return fail("ledger.open", "the journal can't be opened: " + std::generic_category().message(errno), path,
                "make the data directory writable for the user that runs this program");
  Journal journal(file, area_bytes);
  SLUICE_TRY(bool made, journal.read_head(path));
  if (!made) {
    SLUICE_TRY_VOID(journal.make(path));
  }
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      area_bytes_(other.area_bytes_),
      generation_(other.generation_),
      end_(other.end_),
      frames_(std::move(other.frames_)) {}

Journal::~Journal() {
  if (file_ >= 0) close(file_);
}

// The head comes last: a file without one was left by a kill in here, and is made again.
Status Journal::make(const std::string& path) {
  if (int number = posix_fallocate(file_, 0, off_t(kHeadBytes + 2 * area_bytes_)); number != 0)
    return fail(io_error("there is no room for the journal", number, path));
  std::string head(kMagic);
  head.resize(kMagic.size() + 8);
  put_little(head.data() + kMagic.size(), area_bytes_, 8);
  if (!write_at(file_, head, 0)) return fail(io_error("the journal can't be written", errno, path));
  return {};
}

// False if the file was never finished.
Result<bool> Journal::read_head(const std::string& path) {
  std::array<char, kMagic.size() + 8> bytes{};
  if (read_at(file_, bytes.data(), bytes.size(), 0) < 0)
    return fail(io_error("the journal can't be read", errno, path));
  std::string_view head(bytes.data(), bytes.size());
  if (std::all_of(head.begin(), head.end(), [](char c) { return c == 0; })) return false;
  std::uint64_t area = little(head.substr(kMagic.size()));
  if (!head.starts_with(kMagic) || area < kFrameHead || area > kMostAreaBytes)
    return fail("ledger.corrupt", "this is no journal that this program knows", path,
                "keep it for inspection: it may hold records that are not in the database; then move it away");
  area_bytes_ = area;
  return true;
}

std::size_t Journal::area_of(std::int64_t generation) const {
  return kHeadBytes + (generation % 2 != 0 ? area_bytes_ : 0);
}

Result<std::vector<Journal::Generation>> Journal::above(std::int64_t moved) const {
  std::vector<Generation> found;
  for (int area : {0, 1}) {
    SLUICE_TRY(Generation one, read_area(area, area_bytes_));
    if (one.number > moved) found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return found;
}

Result<Journal::Generation> Journal::read_area(int area, std::size_t most_frames) const {
  Generation read;
  std::size_t end = 0;
  while (read.bodies.size() < most_frames && end + kFrameHead <= area_bytes_) {
    const std::size_t at = area_of(area) + end;
    std::string frame(kFrameHead, '\0');
    ssize_t got = read_at(file_, frame.data(), kFrameHead, at);
    if (got < 0) return fail("ledger.io", "the journal can't be read: " + std::generic_category().message(errno));
    if (std::size_t(got) < kFrameHead) break;
    std::size_t length = little(std::string_view(frame).substr(0, 4));
    auto number = std::int64_t(little(std::string_view(frame).substr(8, 8)));
    if (number <= 0 || number % 2 != area || length > area_bytes_ - end - kFrameHead) break;
    if (read.number != 0 && number != read.number) break;
    frame.resize(kFrameHead + length);
    got = read_at(file_, frame.data() + kFrameHead, length, at + kFrameHead);
    if (got < 0) return fail("ledger.io", "the journal can't be read: " + std::generic_category().message(errno));
    std::string_view summed = std::string_view(frame).substr(8);
    if (std::size_t(got) < length || crc32c(summed) != little(std::string_view(frame).substr(4, 4))) break;
    read.number = number;
    read.bodies.emplace_back(summed.substr(8));
    end += frame.size();
  }
  return read;
}

void Journal::begin(std::int64_t generation) {
  generation_ = generation;
  end_ = 0;
  frames_.clear();
}

bool Journal::hold(std::string_view body) {
  const std::size_t at = frames_.size();
  if (body.size() + kFrameHead > area_bytes_ - end_ - at) return false;
  frames_.resize(at + kFrameHead);
  put_little(frames_.data() + at, body.size(), 4);
  put_little(frames_.data() + at + 8, std::uint64_t(generation_), 8);
  frames_ += body;
  put_little(frames_.data() + at + 4, crc32c(std::string_view(frames_).substr(at + 8)), 4);
  return true;
}

// What a failed write leaves behind is torn, and the next one overwrites it.
bool Journal::flush() {
  if (frames_.empty()) return true;
  if (!write_at(file_, frames_, area_of(generation_) + end_)) return false;
  end_ += frames_.size();
  frames_.clear();
  return true;
}

bool Journal::append(std::string_view body) {
  const std::size_t held = frames_.size();
  if (!hold(body)) return false;
  if (flush()) return true;
  frames_.resize(held);
  return false;
}

std::int64_t Journal::newest_generation(const std::string& data_dir) {
  const std::string path = journal_path(data_dir);
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return 0;
  Journal journal(file, 0);
  auto made = journal.read_head(path);
  std::int64_t newest = 0;
  for (int area : {0, 1}) {
    auto one = made && *made ? journal.read_area(area, 1) : Generation();
    if (one) newest = std::max(newest, one->number);
  }
  return newest;
}

}  // namespace sluice::ledger
