#include "extract/extract.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "extract/payload.h"
#include "text/media.h"
#include "text/utf8.h"

namespace sluice::extract {
namespace {

// Characters that show nothing: white space of all kinds, controls, marks of direction and order, and what stands
// for a character that could not be read.
bool shows_nothing(std::uint32_t c) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 10> kRanges = {{{0, 0x20},
                                                                                {0x7F, 0xA0},
                                                                                {0xAD, 0xAD},
                                                                                {0x1680, 0x1680},
                                                                                {0x2000, 0x200F},
                                                                                {0x2028, 0x202F},
                                                                                {0x205F, 0x206F},
                                                                                {0x3000, 0x3000},
                                                                                {0xFEFF, 0xFEFF},
                                                                                {0xFFF9, 0xFFFD}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [&](const auto& range) { return c >= range.first && c <= range.second; });
}

bool is_blank(std::string_view page) {
  for (std::size_t at = 0; at < page.size();)
    if (!shows_nothing(text::next_code_point(page, at))) return false;
  return true;
}

}  // namespace

bool may_be_read(const chat::Part& part) {
  using Kind = chat::Part::Kind;
  return part.kind == Kind::Image || part.kind == Kind::Audio || part.kind == Kind::File;
}

Outcome worth_of(std::string_view text, bool blank_pages) {
  if (!text::valid_utf8(text)) return Outcome::InvalidText;
  if (is_blank(text)) return Outcome::NoText;
  while (!blank_pages && !text.empty()) {
    const std::size_t end = text.find('\f');
    const bool last = end == std::string_view::npos;
    if (last && text.find_first_not_of(" \t\r\n") == std::string_view::npos) break;  // after the last page's end
    if (is_blank(text.substr(0, end))) return Outcome::BlankPage;
    text.remove_prefix(last ? text.size() : end + 1);
  }
  return Outcome::Read;
}

File Reader::choose(std::string bytes, std::string_view declared, std::string_view named) const {
  File file;
  const std::string_view found = text::media_of(bytes);
  if (found.empty()) {
    file.outcome = Outcome::NoExtractor;
    return file;
  }
  for (const std::string_view said : {declared, named}) {
    if (said.empty() || text::media_agree(said, found)) continue;
    file.outcome = Outcome::Mismatch;
    return file;
  }
  if (!declared.empty() && !named.empty() && declared != named && declared != "text/plain") {
    file.outcome = Outcome::Mismatch;
    return file;
  }
  file.extractor = extractors_.of(!declared.empty() ? declared : !named.empty() ? named : found);
  if (!file.extractor) {
    file.outcome = Outcome::NoExtractor;
    return file;
  }
  file.outcome = bytes.size() > file.extractor->max_bytes ? Outcome::TooLarge : Outcome::Read;
  if (file.outcome == Outcome::Read) file.bytes = std::move(bytes);
  return file;
}

File Reader::open(const chat::Part& part) const {
  File file;
  Payload payload = payload_of(part);
  file.outcome = payload.outcome;
  if (payload.outcome != Outcome::Read) return file;
  // What is too large by its declaration need not be decoded to know it.
  const std::string_view said = payload.declared.empty() ? payload.named : payload.declared;
  const config::Extractor* declared = extractors_.of(said);
  if (!declared) {
    file.outcome = Outcome::NoExtractor;
    return file;
  }
  if (payload.base64.size() / 4 * 3 > declared->max_bytes + 2) {
    file.extractor = declared;
    file.outcome = Outcome::TooLarge;
    return file;
  }
  std::optional<std::string> bytes = decode_base64(payload.base64);
  if (!bytes) {
    file.outcome = Outcome::BadBase64;
    return file;
  }
  return choose(std::move(*bytes), payload.declared, payload.named);
}

File Reader::open(std::string bytes, std::string_view file_name) const {
  return choose(std::move(bytes), {}, text::media_of_name(file_name));
}

Text Reader::read(const File& file, const Stop& stop) const {
  Text out;
  const config::Extractor& by = *file.extractor;
  Ran ran = run({by.command, by.time_limit, by.max_text, by.network}, file.bytes, stop);
  out.outcome = ran.outcome;
  out.status = ran.status;
  if (ran.outcome != Outcome::Read) return out;
  out.outcome = worth_of(ran.output, by.blank_pages);
  if (out.outcome == Outcome::Read) out.text = std::move(ran.output);
  return out;
}

chat::Extraction Reader::extraction(const File& file, const Stop& stop) const {
  chat::Extraction extraction;
  if (file.extractor) extraction.by = file.extractor->name;
  Text text;
  text.outcome = file.outcome;
  if (file.outcome == Outcome::Read) text = read(file, stop);
  if (text.outcome == Outcome::Read)
    extraction.text = std::move(text.text);
  else
    extraction.failed = outcome_name(text.outcome);
  return extraction;
}

void read_parts(const Reader& reader, chat::Request& request) {
  const Stop stop;
  std::vector<chat::Part*> parts;
  for (chat::Message& message : request.messages)
    for (chat::Part& part : message.parts)
      if (may_be_read(part)) parts.push_back(&part);
  const bool too_many = parts.size() > std::size_t(reader.settings().parts_a_request);
  for (chat::Part* part : parts) {
    File file;
    file.outcome = Outcome::TooMany;
    if (!too_many) file = reader.open(*part);
    part->extraction = std::make_shared<const chat::Extraction>(reader.extraction(file, stop));
  }
}

}  // namespace sluice::extract
