#include "sense/own/prints.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "text/normalise.h"
#include "text/utf8.h"

namespace sluice::sense::own {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 100'000;
constexpr std::size_t kMostBytes = 256u << 20;   // of one file
constexpr std::size_t kMostPrints = 50'000'000;  // of all detectors: about 150 million words
constexpr std::size_t kGap = 16;              // words between prints of one quotation, as it may have been edited
constexpr std::size_t kFilterBits = 1 << 20;  // 128 KiB
constexpr std::string_view kForm = "sluice-prints 1";

std::vector<Token> words_of(std::string_view utf8, const WordHash& hash) {
  return hash.tokens(scan::lower_case(text::normalise(utf8).text));
}

Result<std::string> read_file(const std::string& path, const std::string& where) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> buffer;
  // (A stream's iterators throw where reading fails; read() notes it.)
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0)
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
  if (!in.eof() || in.bad()) return fail("config.value", "can't read " + path, where, "let this process read it");
  return text;
}

Result<std::string> read_document(const std::string& path, const std::string& where) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) return fail("config.value", "can't read " + path + ": " + failed.message(), where);
  if (size > kMostBytes) return fail("config.value", path + " is larger than 256 MiB", where, "split it");
  SLUICE_TRY(std::string text, read_file(path, where));
  if (text.find('\0') != text.npos || !text::valid_utf8(text))
    return fail("config.value", path + " is not a text in UTF-8", where,
                "convert it, for example with pdftotext or iconv");
  return text;
}

// The files that a path names, those of folders in order of their names. Hidden ones are none.
Result<std::vector<std::string>> files_at(const config::Said& said) {
  std::vector<std::string> files;
  std::error_code failed;
  if (!fs::is_directory(said.text, failed)) return std::vector<std::string>{said.text};
  for (fs::recursive_directory_iterator it(said.text, failed), end; !failed && it != end; it.increment(failed)) {
    const bool hidden = it->path().filename().string().starts_with('.');
    if (hidden && it->is_directory()) it.disable_recursion_pending();
    if (!hidden && it->is_regular_file()) files.push_back(it->path().string());
    if (files.size() > kMostFiles)
      return fail("config.value", "there are more than 100000 files in " + said.text, said.where,
                  "split the folder");
  }
  if (failed)
    return fail("config.value", "can't read the folder " + said.text + ": " + failed.message(), said.where);
  if (files.empty()) return fail("config.value", "there is no file in " + said.text, said.where);
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<std::uint64_t>> prints_at(const std::vector<config::Said>& paths, const WordHash& hash,
                                             bool whole) {
  std::vector<std::uint64_t> all;
  for (const config::Said& path : paths) {
    SLUICE_TRY(const std::vector<std::string> files, files_at(path));
    for (const std::string& file : files) {
      SLUICE_TRY(const std::string text, read_document(file, path.where));
      const std::vector<Token> words = words_of(text, hash);
      if (whole && words.size() < kSurelyFound)
        return fail("config.value", file + " has less than 20 words, which nobody could tell from chance",
                    path.where, "use a dictionary or a pattern for what is short");
      const WordHash::Runs runs(hash, words);
      if (whole) {
        const std::vector<std::uint64_t> some = prints_of(text, hash);
        all.insert(all.end(), some.begin(), some.end());
      } else {
        for (std::size_t i = 0; i + kRun <= words.size(); ++i) all.push_back(runs.of(i, kRun));
      }
      if (all.size() > kMostPrints)
        return fail("config.value", "these texts have more than 150 million words", path.where,
                    "protect those that matter most");
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string hex(std::uint64_t number) {
  char text[17] = {};
  for (int i = 15; i >= 0; --i, number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  return text;
}

std::string head_of(const WordHash& hash) {
  return std::string(kForm) + " run " + std::to_string(kRun) + " window " + std::to_string(kWindow) + " key " +
         hex(hash.key_check());
}

std::size_t filter_bit(std::uint64_t hash) { return hash >> 32 & (kFilterBits - 1); }

}  // namespace

std::vector<std::uint64_t> prints_of(std::string_view utf8, const WordHash& hash) {
  const std::vector<Token> words = words_of(utf8, hash);
  std::vector<std::uint64_t> all, kept;
  const WordHash::Runs runs(hash, words);
  for (std::size_t i = 0; i + kRun <= words.size(); ++i) all.push_back(runs.of(i, kRun));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t count = std::min(kWindow, all.size());
    if (i + count > all.size()) break;
    kept.push_back(*std::min_element(all.begin() + std::ptrdiff_t(i), all.begin() + std::ptrdiff_t(i + count)));
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

Result<std::vector<std::uint64_t>> prints_of_files(const std::vector<config::Said>& files,
                                                   const std::vector<config::Said>& except, const WordHash& hash) {
  SLUICE_TRY(const std::vector<std::uint64_t> all, prints_at(files, hash, true));
  SLUICE_TRY(const std::vector<std::uint64_t> known, prints_at(except, hash, false));
  std::vector<std::uint64_t> left;
  std::set_difference(all.begin(), all.end(), known.begin(), known.end(), std::back_inserter(left));
  if (left.empty())
    return fail("config.value", "all that these texts say is left out by except", files.front().where,
                "remove what is not public from except");
  return left;
}

std::string write_prints(const std::vector<std::uint64_t>& prints, const WordHash& hash) {
  std::string text = head_of(hash) + "\n";
  for (const std::uint64_t print : prints) text += hex(print) + "\n";
  return text;
}

Result<std::vector<std::uint64_t>> read_prints(const config::Said& file, const WordHash& hash) {
  SLUICE_TRY(const std::string text, read_file(file.text, file.where));
  const std::string head = head_of(hash);
  const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
  if (!first.starts_with(kForm))
    return fail("config.value", file.text + " holds no prints", file.where, "make it with sluice fingerprint");
  if (first != head)
    return fail("config.value", file.text + " was made with another key or by another version", file.where,
                "set the variable that key_env names to that key, or make the file again");
  std::vector<std::uint64_t> prints;
  for (std::size_t at = head.size() + 1, line = 2; at < text.size(); at += 17, ++line) {
    std::uint64_t print = 0;
    const char* begin = text.data() + at;
    const bool whole = at + 17 <= text.size() && begin[16] == '\n';
    if (!whole || std::from_chars(begin, begin + 16, print, 16).ptr != begin + 16)
      return fail("config.value", file.text + " is damaged", file.text + ":" + std::to_string(line),
                  "make it again with sluice fingerprint");
    prints.push_back(print);
  }
  if (prints.empty()) return fail("config.value", file.text + " holds no print", file.where, "make it again");
  return prints;
}

void Prints::add(const std::vector<std::uint64_t>& prints, std::uint16_t own) {
  for (const std::uint64_t print : prints) added_.push_back({print, std::uint32_t{own} + 1});
}

void Prints::build() {
  if (added_.empty()) return;
  filter_.assign(kFilterBits / 64, 0);
  slots_.assign(std::bit_ceil(added_.size() * 2), {});
  for (const Slot& slot : added_) {
    const std::size_t bit = filter_bit(slot.hash);
    filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].own != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  added_ = {};
}

void Prints::find(const std::vector<Token>& tokens, const WordHash::Runs& runs,
                  std::vector<scan::Hit>& hits) const {
  std::vector<Found> found;
  for (std::size_t i = 0; i + kRun <= tokens.size(); ++i) {
    const std::uint64_t hash = runs.of(i, kRun);
    const std::size_t bit = filter_bit(hash);
    if ((filter_[bit / 64] >> bit % 64 & 1) == 0) continue;
    for (std::size_t at = hash & (slots_.size() - 1); slots_[at].own != 0; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].hash == hash) found.push_back({slots_[at].own - 1, i, hash});
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.own != b.own ? a.own < b.own : a.at < b.at; });
  for (std::size_t first = 0; first < found.size();) {
    std::size_t last = first;
    while (last + 1 < found.size() && found[last + 1].own == found[first].own &&
           found[last + 1].at - found[last].at <= kRun + kGap)
      ++last;
    gather(found, first, last, tokens, hits);
    first = last + 1;
  }
}

// One stretch of prints near each other, if they are enough. A print that comes again is no more of the document:
// it counts neither as another print nor as more words, or eight words said over and over would be a quotation of
// as many words as one likes.
void Prints::gather(const std::vector<Found>& found, std::size_t first, std::size_t last,
                    const std::vector<Token>& tokens, std::vector<scan::Hit>& hits) {
  std::size_t covered = 0, counted = 0;  // words; the end of those counted
  std::unordered_set<std::uint64_t> different;
  for (std::size_t i = first; i <= last; ++i) {
    if (!different.insert(found[i].hash).second) continue;
    covered += found[i].at + kRun - std::max(found[i].at, counted);
    counted = found[i].at + kRun;
  }
  if (different.size() < kLeastPrints || covered < kLeastCovered) return;
  const std::size_t end = found[last].at + kRun;
  scan::Hit hit{scan::Kind::Own, 0.95, tokens[found[first].at].start, tokens[end - 1].end};
  hit.own = static_cast<std::uint16_t>(found[first].own);
  hits.push_back(hit);
}

}  // namespace sluice::sense::own
