#include "pull/listing.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "json/doc.h"

namespace sluice::pull {
namespace {

constexpr std::size_t kLongestName = 200;  // room for ".part.json" below 255
constexpr std::string_view kEnd = ".gguf";

bool unsafe_character(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; }

// A path that is one of a tree: relative, of plain parts.
bool safe_path(std::string_view path) {
  if (path.empty() || std::any_of(path.begin(), path.end(), unsafe_character)) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > kLongestName) return false;
    begin = end + 1;
  }
  return true;
}

std::string shown(std::string text) {
  for (char& c : text)
    if (unsafe_character(c)) c = '?';
  return text.substr(0, kLongestName);
}

Result<RemoteFile> read_file(json::Value entry) {
  RemoteFile file;
  file.path = *entry["path"].string();
  if (!safe_path(file.path))
    return fail("pull.unsafe", "the listing has the path " + shown(file.path) + ", which leads elsewhere", "",
                "don't trust this hub");
  file.name = file.path.substr(file.path.find_last_of('/') + 1);
  const json::Value stored = entry["lfs"];
  const auto size = (stored ? stored : entry)["size"].integer();
  if (!size || *size < 0) return fail("pull.listing", "the listing has no size of " + file.path);
  file.size = static_cast<std::uint64_t>(*size);
  std::string digest = stored["oid"].string().value_or("");
  if (digest.starts_with("sha256:")) digest.erase(0, 7);
  if (is_sha256(digest)) file.sha256 = digest;
  return file;
}

// "-00002-of-00003" before the end: its place, else npos.
std::size_t part_mark(std::string_view path) {
  constexpr std::string_view kShape = "-00000-of-00000.gguf";
  if (path.size() <= kShape.size()) return path.npos;
  const std::string_view end = path.substr(path.size() - kShape.size());
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = kShape[i] == '0';
    if (digit ? !std::isdigit(static_cast<unsigned char>(end[i])) : end[i] != kShape[i]) return path.npos;
  }
  return path.size() - kShape.size();
}

// Parts of one model have the same: the path without the part's number.
std::string model_of(const std::string& path) {
  const std::size_t mark = part_mark(path);
  return mark == path.npos ? path : path.substr(0, mark) + path.substr(mark + 6);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// "Q4_K_M" stands between marks: "model-Q4_K_M.gguf", "Q4_K_M/model-00001-of-00002.gguf", not in "IQ4_K_M".
bool names_quantisation(const std::string& path, const std::string& wanted) {
  const std::string in = upper(path), what = upper(wanted);
  const auto mark = [](char c) { return c == '-' || c == '.' || c == '/' || c == ' '; };
  for (std::size_t at = in.find(what); at != in.npos; at = in.find(what, at + 1)) {
    const std::size_t end = at + what.size();
    if ((at == 0 || mark(in[at - 1])) && end < in.size() && mark(in[end])) return true;
  }
  return false;
}

// Not a model of its own: a projector for images, importance data.
bool is_companion(const std::string& name) {
  const std::string in = upper(name);
  return in.find("MMPROJ") != in.npos || in.find("IMATRIX") != in.npos;
}

using Models = std::map<std::string, std::vector<RemoteFile>>;

std::string list_of(const Models& models) {
  constexpr std::size_t kMost = 40;
  std::string text;
  std::size_t count = 0;
  for (const auto& [model, files] : models) {
    if (++count > kMost) return text + ", and " + std::to_string(models.size() - kMost) + " more";
    text += (text.empty() ? "" : ", ") + files.front().path;
  }
  return text;
}

Status check(const std::vector<RemoteFile>& files) {
  const std::size_t mark = part_mark(files.front().path);
  if (mark != std::string::npos) {
    const auto count = std::stoul(files.front().path.substr(mark + 10, 5));
    if (count != files.size())
      return fail("pull.not_found",
                  "the repository has " + std::to_string(files.size()) + " of the model's " +
                      std::to_string(count) + " parts",
                  files.front().path);
  }
  for (const RemoteFile& file : files)
    if (file.sha256.empty())
      return fail("pull.no_checksum", "the listing has no SHA-256 of the file", file.path,
                  "fetch it by other means and check it yourself");
  return {};
}

}  // namespace

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                          [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool valid_repository(std::string_view repository) {
  const bool plain = std::all_of(repository.begin(), repository.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '/';
  });
  return plain && safe_path(repository) && std::count(repository.begin(), repository.end(), '/') == 1;
}

bool valid_revision(std::string_view revision) { return safe_path(revision); }

std::string encode_path(std::string_view path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~' || c == '/')
      out += c;
    else
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

Result<std::vector<RemoteFile>> read_listing(std::string text) {
  const auto doc = json::Doc::parse(std::move(text));
  if (!doc || !(*doc)->root().is(json::Type::Array))
    return fail("pull.listing", "the hub's listing is not a JSON array", "",
                "is this a hub of Hugging Face's layout?");
  std::vector<RemoteFile> files;
  for (json::Value entry : (*doc)->root()) {
    const auto path = entry["path"].string(), type = entry["type"].string();
    if (!path || !type) return fail("pull.listing", "an entry of the hub's listing has no path or type");
    if (*type != "file" || !path->ends_with(kEnd)) continue;
    SLUICE_TRY(auto file, read_file(entry));
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<RemoteFile>> choose(const std::vector<RemoteFile>& files, const std::string& wanted) {
  Models models;
  for (const RemoteFile& file : files) models[model_of(file.path)].push_back(file);
  for (auto& [model, parts] : models)
    std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const bool by_path = wanted.ends_with(kEnd);
  Models fitting;
  for (const auto& [model, parts] : models) {
    if (by_path ? model == model_of(wanted)
                : !is_companion(parts.front().name) &&
                      (wanted.empty() || names_quantisation(parts.front().path, wanted)))
      fitting[model] = parts;
  }
  if (fitting.size() == 1) {
    SLUICE_TRY_VOID(check(fitting.begin()->second));
    return fitting.begin()->second;
  }
  if (models.empty()) return fail("pull.not_found", "the repository has no .gguf file");
  if (fitting.empty())
    return fail("pull.not_found", "the repository has no " + shown(wanted) + "; it has " + list_of(models), "",
                "name one of them: REPO:FILE");
  return fail("pull.choose", "several files fit: " + list_of(fitting), "",
              "name one of them: REPO:FILE or REPO:QUANT");
}

}  // namespace sluice::pull
