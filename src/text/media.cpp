#include "text/media.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "text/utf8.h"

namespace sluice::text {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kText = "text/plain";
constexpr std::string_view kWord = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kSheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kSlides = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
constexpr std::string_view kOpenText = "application/vnd.oasis.opendocument.text";

// Each with its endings; the first is the usual one.
struct Media {
  std::string_view name;
  std::array<std::string_view, 3> endings;
};
constexpr std::array<Media, 18> kMedia = {{
    {kOpenText, {"odt"}},
    {"application/pdf", {"pdf"}},
    {kSlides, {"pptx"}},
    {kSheet, {"xlsx"}},
    {kWord, {"docx"}},
    {"audio/flac", {"flac"}},
    {"audio/mpeg", {"mp3", "mpga"}},
    {"audio/ogg", {"ogg", "oga", "opus"}},
    {"audio/wav", {"wav"}},
    {"image/gif", {"gif"}},
    {"image/jpeg", {"jpg", "jpeg", "jfif"}},
    {"image/png", {"png"}},
    {"image/tiff", {"tif", "tiff"}},
    {"image/webp", {"webp"}},
    {"text/csv", {"csv"}},
    {"text/html", {"html", "htm"}},
    {"text/markdown", {"md", "markdown"}},
    {kText, {"txt", "text"}},
}};

struct Alias {
  std::string_view written, name;
};
constexpr std::array<Alias, 7> kAliases = {{
    {"audio/mp3", "audio/mpeg"},
    {"audio/vnd.wave", "audio/wav"},
    {"audio/wave", "audio/wav"},
    {"audio/x-flac", "audio/flac"},
    {"audio/x-wav", "audio/wav"},
    {"image/jpg", "image/jpeg"},
    {"text/x-markdown", "text/markdown"},
}};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = char(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool at(std::string_view bytes, std::size_t offset, std::string_view magic) {
  return bytes.size() >= offset + magic.size() && bytes.substr(offset, magic.size()) == magic;
}

// A ZIP archive is an office document by the names in it. Two kinds in one archive are no kind.
std::string_view office_media(std::string_view bytes) {
  if (at(bytes, 30, "mimetypeapplication/vnd.oasis.opendocument.textPK"sv)) return kOpenText;
  std::string_view found;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kParts = {
      {{"word/document.xml", kWord}, {"xl/workbook.xml", kSheet}, {"ppt/presentation.xml", kSlides}}};
  for (const auto& [part, media] : kParts) {
    if (bytes.find(part) == std::string_view::npos) continue;
    if (!found.empty()) return {};
    found = media;
  }
  return found;
}

bool is_text(std::string_view bytes) {
  const auto control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || byte == 0x7F;
  };
  return !bytes.empty() && std::none_of(bytes.begin(), bytes.end(), control) && valid_utf8(bytes);
}

}  // namespace

std::vector<std::string> known_media() {
  std::vector<std::string> names;
  for (const Media& media : kMedia) names.emplace_back(media.name);
  return names;
}

bool is_known_media(std::string_view media) {
  return std::any_of(kMedia.begin(), kMedia.end(), [&](const Media& known) { return known.name == media; });
}

std::string_view canonical_media(std::string_view written) {
  const std::string name = lowered(written);
  for (const Media& media : kMedia)
    if (media.name == name) return media.name;
  for (const Alias& alias : kAliases)
    if (alias.written == name) return alias.name;
  return {};
}

std::string_view media_of(std::string_view bytes) {
  if (at(bytes, 0, "%PDF-")) return "application/pdf";
  if (at(bytes, 0, "\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (at(bytes, 0, "\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (at(bytes, 0, "GIF87a") || at(bytes, 0, "GIF89a")) return "image/gif";
  if (at(bytes, 0, "II*\0"sv) || at(bytes, 0, "MM\0*"sv)) return "image/tiff";
  if (at(bytes, 0, "RIFF") && at(bytes, 8, "WEBP")) return "image/webp";
  if (at(bytes, 0, "RIFF") && at(bytes, 8, "WAVE")) return "audio/wav";
  if (at(bytes, 0, "fLaC")) return "audio/flac";
  if (at(bytes, 0, "OggS")) return "audio/ogg";
  if (at(bytes, 0, "ID3") || at(bytes, 0, "\xFF\xFB"sv) || at(bytes, 0, "\xFF\xF3"sv) ||
      at(bytes, 0, "\xFF\xF2"sv))
    return "audio/mpeg";
  if (at(bytes, 0, "PK\x03\x04"sv)) return office_media(bytes);
  return is_text(bytes) ? kText : std::string_view();
}

std::string_view media_of_name(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string ending = lowered(file_name.substr(dot + 1));
  if (ending.empty()) return {};
  for (const Media& media : kMedia)
    if (std::find(media.endings.begin(), media.endings.end(), ending) != media.endings.end()) return media.name;
  return {};
}

bool media_agree(std::string_view declared, std::string_view found) {
  return declared == found || (found == kText && declared.starts_with("text/"));
}

}  // namespace sluice::text
