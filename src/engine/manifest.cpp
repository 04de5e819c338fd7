#include "engine/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/sha256.h"
#include "engine/shelf.h"

namespace sluice::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAttribute = "user.sluice.sha256";
constexpr const char* kSums = "SHA256SUMS";
constexpr std::size_t kPiece = 4u << 20;             // bytes read at once
constexpr std::uintmax_t kManifestBytes = 8u << 20;  // more is no manifest

Error io_error(const std::string& what, const std::string& path) {
  return {"manifest.io", what + ": " + std::strerror(errno), path, "check the path, its permissions and the disk"};
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

bool is_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

// A manifest may come with the files from anywhere: it must not make us read elsewhere.
bool stays_inside(const std::string& name) {
  const fs::path path(name);
  if (name.empty() || path.is_absolute() || name.find('\0') != name.npos) return false;
  return std::none_of(path.begin(), path.end(), [](const fs::path& step) { return step == ".."; });
}

// sha256sum writes a backslash before lines whose name has one or a line's end, and escapes them.
bool unescape(std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      out += name[i];
      continue;
    }
    if (++i == name.size()) return false;
    if (name[i] == 'n')
      out += '\n';
    else if (name[i] == 'r')
      out += '\r';
    else if (name[i] == '\\')
      out += '\\';
    else
      return false;
  }
  name = out;
  return true;
}

std::string escape(const std::string& name) {
  std::string out;
  for (char c : name) out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\\' ? "\\\\" : std::string(1, c);
  return out;
}

// Digest, size and time of the last change: what is remembered about a file.
std::string remembered_as(const std::string& sha256, const struct stat& status) {
  return sha256 + " " + std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec);
}

// The line about `path` in the manifest at `manifest`, where there are both.
Result<ManifestLine> line_about(const std::string& manifest, const std::string& name) {
  SLUICE_TRY(const auto lines, read_manifest(manifest));
  for (const ManifestLine& line : lines)
    if (fs::path(line.name).lexically_normal() == fs::path(name).lexically_normal()) return line;
  return fail("manifest.missing", "the manifest has no line about " + name, manifest,
              "write a new one: sluice models verify --write");
}

// FILE.sha256, or the SHA256SUMS of its folder.
Result<Expected> expected_of_file(const std::string& path) {
  const fs::path file(path);
  const std::string own = path + ".sha256", sums = (file.parent_path() / kSums).string();
  std::error_code ignored;
  const bool has_own = fs::exists(own, ignored);
  if (!has_own && !fs::exists(sums, ignored))
    return fail("manifest.missing", "there is neither " + own + " nor " + sums, path,
                "write one: sluice models verify --write");
  SLUICE_TRY(ManifestLine line, line_about(has_own ? own : sums, file.filename().string()));
  return Expected{path, std::move(line.sha256)};
}

Result<std::vector<Expected>> expected_of_folder(const fs::path& folder) {
  std::vector<std::string> manifests;
  std::error_code error;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    const std::string name = i->path().filename().string();
    if (i->is_regular_file(error) && (name == kSums || name.ends_with(".gguf.sha256")))
      manifests.push_back(i->path().string());
  }
  if (error)
    return fail("manifest.io", "the folder can't be read: " + error.message(), folder.string(), "check the path");
  std::sort(manifests.begin(), manifests.end());
  std::vector<Expected> expected;
  for (const std::string& manifest : manifests) {
    SLUICE_TRY(const auto lines, read_manifest(manifest));
    for (const ManifestLine& line : lines)
      expected.push_back({(fs::path(manifest).parent_path() / line.name).string(), line.sha256});
  }
  if (expected.empty())
    return fail("manifest.missing", "the folder has no manifest that names a file", folder.string(),
                "write one: sluice models verify --write");
  return expected;
}

}  // namespace

Result<std::vector<ManifestLine>> parse_manifest(std::string_view text, const std::string& where) {
  std::vector<ManifestLine> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto bad = [&](const char* what) {
      return fail("manifest.line", what, where + ":" + std::to_string(number),
                  "a line is 64 hex characters, two blanks and a name");
    };
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    if (line.size() < 67 || !is_hex(line.substr(0, 64)) || line[64] != ' ' || (line[65] != ' ' && line[65] != '*'))
      return bad("the line is not of the format of sha256sum");
    ManifestLine parsed{std::string(line.substr(0, 64)), std::string(line.substr(66))};
    if (escaped && !unescape(parsed.name)) return bad("the name has an escape that sha256sum does not write");
    if (!stays_inside(parsed.name)) return bad("the name leads out of the manifest's folder");
    for (char& c : parsed.sha256)
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    lines.push_back(std::move(parsed));
  }
  return lines;
}

std::string write_manifest(const std::vector<ManifestLine>& lines) {
  std::string text;
  for (const ManifestLine& line : lines) {
    const std::string name = escape(line.name);
    text += (name != line.name ? "\\" : "") + line.sha256 + "  " + name + "\n";
  }
  return text;
}

Result<std::vector<ManifestLine>> read_manifest(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return fail("manifest.io", "the manifest can't be read", path, "check the path");
  if (size > kManifestBytes) return fail("manifest.line", "the file is too large to be a manifest", path);
  std::ostringstream text;
  text << in.rdbuf();
  return parse_manifest(text.str(), path);
}

Status save_manifest(const std::string& path, const std::vector<ManifestLine>& lines) {
  const std::string beside = path + ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << write_manifest(lines);
    out.flush();
    if (!out) return fail(io_error("the manifest can't be written", beside));
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return fail(io_error("the manifest can't be renamed", path));
  return {};
}

Result<std::string> sha256_of_file(const std::string& path, const Reading& reading) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat before{}, after{};
  if (file.number < 0 || ::fstat(file.number, &before) != 0) return fail(io_error("the file can't be read", path));
  if (!S_ISREG(before.st_mode)) return fail("manifest.io", "this is no regular file", path);
  ::posix_fadvise(file.number, 0, 0, POSIX_FADV_SEQUENTIAL);
  Sha256Stream digest;
  std::vector<char> piece(kPiece);
  const auto size = static_cast<std::uint64_t>(before.st_size);
  for (std::uint64_t done = 0;;) {
    const ssize_t got = ::read(file.number, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(io_error("the file can't be read", path));
    if (got == 0) break;
    digest.add({piece.data(), static_cast<std::size_t>(got)});
    done += static_cast<std::uint64_t>(got);
    if (reading) reading(path, done, size);
  }
  if (::fstat(file.number, &after) != 0 || after.st_size != before.st_size ||
      after.st_mtim.tv_nsec != before.st_mtim.tv_nsec || after.st_mtim.tv_sec != before.st_mtim.tv_sec)
    return fail("manifest.io", "the file changed while it was read", path, "wait until it is written");
  return digest.hex();
}

Result<std::vector<Expected>> expected_of(const std::string& file_or_folder) {
  std::error_code error;
  if (fs::is_directory(file_or_folder, error)) return expected_of_folder(file_or_folder);
  std::vector<Expected> expected;
  const PartName name = part_name(file_or_folder);
  if (name.index == 1) {
    for (int i = 1; i <= name.count; ++i) {
      SLUICE_TRY(auto one, expected_of_file(name.part(i)));
      expected.push_back(std::move(one));
    }
    return expected;
  }
  SLUICE_TRY(auto one, expected_of_file(file_or_folder));
  expected.push_back(std::move(one));
  return expected;
}

Result<bool> verify_file(const Expected& expected, const Reading& reading) {
  SLUICE_TRY(const std::string found, sha256_of_file(expected.path, reading));
  if (found != expected.sha256)
    return fail("manifest.mismatch", "the SHA-256 is " + found + ", the manifest says " + expected.sha256,
                expected.path, "the file is damaged or another one: fetch it again");
  return remember_verified(expected.path, found);
}

bool remember_verified(const std::string& path, const std::string& sha256) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  const std::string value = remembered_as(sha256, status);
  return ::setxattr(path.c_str(), kAttribute, value.data(), value.size(), 0) == 0;
}

Verified verified(const std::string& path) {
  const auto expected = expected_of_file(path);
  if (!expected) return Verified::NoManifest;
  char value[160];
  const ssize_t length = ::getxattr(path.c_str(), kAttribute, value, sizeof value);
  struct stat status{};
  if (length <= 0 || ::stat(path.c_str(), &status) != 0) return Verified::Not;
  const std::string_view remembered(value, static_cast<std::size_t>(length));
  if (remembered == remembered_as(expected->sha256, status)) return Verified::Yes;
  return remembered.starts_with(expected->sha256) ? Verified::Changed : Verified::Not;
}

const char* verified_name(Verified verified) {
  switch (verified) {
    case Verified::Yes:
      return "verified";
    case Verified::Changed:
      return "changed since";
    case Verified::Not:
      return "not checked";
    case Verified::NoManifest:
      return "no manifest";
  }
  return "";
}

}  // namespace sluice::engine
