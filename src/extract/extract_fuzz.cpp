// Any bytes as base64, as a file, as a part of a request and as what a program has written. Beside each reader
// stands a second one that is written from the standards and shares no code with it:
//
// - base64 is decoded by writing it: bytes are right if their one text in RFC 4648 is the text that was read;
// - what a file is agrees with a table of signatures, and what follows a signature changes nothing;
// - a part reads the same however its JSON is spelled and in whichever order its members stand; with one member
//   more it is not read; each of its strings is the one that carries the bytes or is judged;
// - a file is handed to a program exactly if all that is said of it is true of its bytes;
// - a text is worth what its pages are.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/extract.h"
#include "extract/payload.h"
#include "json/doc.h"
#include "text/media.h"

namespace {

using namespace sluice;
using namespace sluice::extract;
using namespace std::string_view_literals;
using json::Type;
using json::Value;

void must(bool holds) {
  if (!holds) std::abort();
}

// ---- base64: RFC 4648, section 4 ----

std::string encode(std::string_view bytes) {
  std::string bits;
  for (const char c : bytes)
    for (int bit = 7; bit >= 0; --bit) bits += (static_cast<unsigned char>(c) >> bit & 1) != 0 ? '1' : '0';
  while (bits.size() % 6 != 0) bits += '0';
  std::string out;
  for (std::size_t at = 0; at < bits.size(); at += 6) {
    const int value = std::stoi(bits.substr(at, 6), nullptr, 2);
    if (value < 26)
      out += char('A' + value);
    else if (value < 52)
      out += char('a' + value - 26);
    else if (value < 62)
      out += char('0' + value - 52);
    else
      out += value == 62 ? '+' : '/';
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

// The bytes whose text `text` is, if it is one. What is no digit counts as zero: then it is not.
std::optional<std::string> decode(std::string_view text) {
  std::string bits;
  for (const char c : text.substr(0, text.find('='))) {
    int value = 0;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (c >= '0' && c <= '9') value = c - '0' + 52;
    if (c == '+') value = 62;
    if (c == '/') value = 63;
    for (int bit = 5; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
  }
  std::string out;
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8) out += char(std::stoi(bits.substr(at, 8), nullptr, 2));
  if (out.empty() || encode(out) != text) return std::nullopt;
  return out;
}

void base64(std::string_view bytes) {
  must(decode_base64(bytes) == decode(bytes));
  const std::string text = encode(bytes);
  const auto back = decode_base64(text);
  must(bytes.empty() ? !back : back == bytes);
  must(!decode_base64(text + "\n") && !decode_base64(text + "A"));
  // Cut at a digit that ends a byte, both halves are texts of their own.
  const std::size_t half = bytes.size() / 6 * 4;
  if (half == 0 || half == text.size()) return;
  must(*decode_base64(text.substr(0, half)) + *decode_base64(text.substr(half)) == bytes);
}

// ---- what a file is ----

// RFC 3629: a character is the bytes that its number is written with.
bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || bytes.size() < length) return false;
    std::uint32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(bytes[i]) & 0x3F);
    std::string written;
    if (length == 1) written = {char(c)};
    if (length == 2) written = {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
    if (length == 3) written = {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    if (length == 4)
      written = {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)),
                 char(0x80 | (c & 63))};
    const std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (written != bytes.substr(0, length) || c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
      return false;
    bytes.remove_prefix(length);
  }
  return true;
}

struct Signature {
  std::string_view first, type;
  std::size_t offset = 0;
  std::string_view second = {};
};
constexpr std::array<Signature, 15> kSignatures = {{
    {"%PDF-", "application/pdf"},
    {"\x89PNG\x0D\x0A\x1A\x0A", "image/png"},
    {"\xFF\xD8\xFF", "image/jpeg"},
    {"GIF87a", "image/gif"},
    {"GIF89a", "image/gif"},
    {"\x49\x49\x2A\x00"sv, "image/tiff"},
    {"\x4D\x4D\x00\x2A"sv, "image/tiff"},
    {"RIFF", "image/webp", 8, "WEBP"},
    {"RIFF", "audio/wav", 8, "WAVE"},
    {"fLaC", "audio/flac"},
    {"OggS", "audio/ogg"},
    {"ID3", "audio/mpeg"},
    {"\xFF\xFB", "audio/mpeg"},
    {"\xFF\xF3", "audio/mpeg"},
    {"\xFF\xF2", "audio/mpeg"},
}};

std::string signed_type(std::string_view bytes) {
  for (const Signature& one : kSignatures)
    if (bytes.starts_with(one.first) && bytes.size() >= one.offset + one.second.size() &&
        bytes.substr(one.offset, one.second.size()) == one.second)
      return std::string(one.type);
  return {};
}

std::string type_of(std::string_view bytes) {
  if (std::string type = signed_type(bytes); !type.empty()) return type;
  if (bytes.starts_with("PK\x03\x04")) {
    constexpr std::string_view kOffice = "application/vnd.openxmlformats-officedocument.";
    if (bytes.size() >= 30 && bytes.substr(30).starts_with("mimetypeapplication/vnd.oasis.opendocument.textPK"))
      return "application/vnd.oasis.opendocument.text";
    const bool word = bytes.find("word/document.xml") != std::string_view::npos;
    const bool sheet = bytes.find("xl/workbook.xml") != std::string_view::npos;
    const bool slides = bytes.find("ppt/presentation.xml") != std::string_view::npos;
    if (int(word) + int(sheet) + int(slides) != 1) return {};
    return std::string(kOffice) + (word    ? "wordprocessingml.document"
                                   : sheet ? "spreadsheetml.sheet"
                                           : "presentationml.presentation");
  }
  for (const char c : bytes)
    if ((static_cast<unsigned char>(c) < 32 && "\t\n\f\r"sv.find(c) == std::string_view::npos) || c == 0x7F)
      return {};
  return bytes.empty() || !is_utf8(bytes) ? "" : "text/plain";
}

bool agree(std::string_view said, std::string_view found) {
  return said == found || (found == "text/plain" && said.substr(0, 5) == "text/");
}

void media(std::string_view bytes) {
  const std::string_view found = text::media_of(bytes);
  must(found == type_of(bytes));
  must(found.empty() || (text::is_known_media(found) && text::canonical_media(found) == found));
  if (!signed_type(bytes).empty()) {
    must(text::media_of(bytes.substr(0, 12)) == found);
    must(text::media_of(std::string(bytes) + "\xFF%PDF-") == found);
  }
  // As a name and as a written type.
  const std::string_view named = text::media_of_name(bytes), written = text::canonical_media(bytes);
  must(named.empty() || text::is_known_media(named));
  must(text::canonical_media(written) == written);
  must(text::media_of_name("a.pdf/" + std::string(bytes)) == (bytes.find('.') == bytes.npos ? "" : named));
}

// ---- a part ----

// The part written anew: members in another order, each character as an escape, white space between. With `more`,
// object number `more` has one member more.
std::string spelled(std::string_view text) {
  std::string out = "\"";
  const auto unit = [&out](std::uint32_t value) {
    constexpr std::string_view kDigits = "0123456789aBcDeF";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    if (c >= 0x10000) unit(0xD800 + ((c - 0x10000) >> 10));
    unit(c >= 0x10000 ? 0xDC00 + ((c - 0x10000) & 0x3FF) : c);
    at += length;
  }
  return out + "\"";
}

void respell(std::string& out, Value value, int& objects, int more) {
  if (value.is(Type::String)) {
    out += spelled(*value.string());
  } else if (value.is(Type::Array)) {
    out += "[";
    for (Value element : value) {
      if (out.back() != '[') out += " ,";
      respell(out, element, objects, more);
    }
    out += "]";
  } else if (value.is(Type::Object)) {
    std::vector<std::string> members;
    const bool here = objects++ == more;
    for (Value member : value) {
      std::string one = spelled(member.key()) + " :\n";
      respell(one, member, objects, more);
      members.insert(members.begin(), std::move(one));
    }
    if (here) members.insert(members.begin() + std::ptrdiff_t(members.size() / 2), R"("more":"x")");
    out += "{";
    for (const std::string& one : members) out += (out.back() == '{' ? "\t" : ",") + one;
    out += "}";
  } else {
    out += value.raw();
  }
}

void strings_in(Value value, std::vector<std::string>& out) {
  if (value.is(Type::String)) out.push_back(*value.string());
  if (!value.is(Type::Array) && !value.is(Type::Object)) return;
  for (Value inner : value) strings_in(inner, out);
}

chat::Part part_of(std::string raw) {
  chat::Part part;
  part.kind = chat::Part::Kind::File;
  part.raw = std::move(raw);
  return part;
}

// What is judged of a part, once as one that nobody has read and once as one that a program has.
std::string judged(chat::Part part, bool read) {
  if (read) part.extraction = std::make_shared<const chat::Extraction>(chat::Extraction{"pdf", "words", ""});
  chat::Request request;
  request.messages.resize(1);
  request.messages[0].parts.push_back(std::move(part));
  must(chat::unreadable_parts(request).empty() == read);
  std::string all;
  const chat::VisibleTexts texts = chat::visible_texts(request);
  for (const chat::VisibleText& text : texts) all += std::string(text.text) + "\n";
  return all;
}

bool is_carrier(std::string_view string, const Payload& payload) {
  if (!string.ends_with(payload.base64)) return false;
  const std::string_view before = string.substr(0, string.size() - payload.base64.size());
  return before.empty() || (before.starts_with("data:") && before.ends_with(";base64,"));
}

void every_string_is_judged(const chat::Part& part, Value root, const Payload& payload) {
  constexpr std::array<std::string_view, 14> kOfTheProtocols = {
      "base64",      "document",   "file",      "image",     "image_url",  "input_audio", "input_file",
      "input_image", "image/jpeg", "image/png", "image/gif", "image/webp", "source",      "application/pdf"};
  std::vector<std::string> strings;
  strings_in(root, strings);
  const std::string unread = judged(part, false);
  for (const std::string& one : strings) must(unread.find(one) != std::string::npos);
  if (payload.outcome != Outcome::Read) return;
  const std::string read = judged(part, true);
  int carriers = 0;
  for (const std::string& one : strings) {
    if (is_carrier(one, payload)) ++carriers;
    must(is_carrier(one, payload) || read.find(one) != std::string::npos ||
         std::find(kOfTheProtocols.begin(), kOfTheProtocols.end(), one) != kOfTheProtocols.end());
  }
  must(carriers > 0);
}

// Programs for some types and not for others, and for files that are not too large.
config::Extractors programs(std::uint8_t choice) {
  config::Extractors out;
  const std::vector<std::string> known = text::known_media();
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (choice % 4 == i % 4 && choice >= 128) continue;
    config::Extractor one;
    one.name = known[i];
    one.media = {known[i]};
    one.max_bytes = choice % 128 + 16u;
    out.list.push_back(std::move(one));
  }
  return out;
}

// A file goes to a program exactly if it is written in the one way, everything said of it is true, and somebody
// takes such files and so much.
void opened(const File& file, const config::Extractors& by, const std::optional<std::string>& bytes,
            std::string_view declared, std::string_view named) {
  bool right = bytes.has_value();
  const std::string found = right ? type_of(*bytes) : "";
  right = right && !found.empty() && (declared.empty() || agree(declared, found)) &&
          (named.empty() || agree(named, found));
  if (!declared.empty() && !named.empty()) right = right && (declared == named || declared == "text/plain");
  const std::string_view said = !declared.empty() ? declared : !named.empty() ? named : std::string_view(found);
  const config::Extractor* taker = nullptr;
  for (const config::Extractor& one : by.list)
    if (one.name == said) taker = &one;
  right = right && taker != nullptr && bytes->size() <= taker->max_bytes;
  must((file.outcome == Outcome::Read) == right);
  must(right ? file.bytes == *bytes && file.extractor == taker : file.bytes.empty());
}

void part(std::uint8_t choice, std::string_view raw) {
  const chat::Part part = part_of(std::string(raw));
  const Payload payload = payload_of(part);
  const auto doc = json::Doc::parse(part.raw);
  if (!doc) {
    must(payload.outcome == Outcome::UnknownForm);
    return;
  }
  int objects = 0;
  std::string again;
  respell(again, (*doc)->root(), objects, -1);
  const Payload same = payload_of(part_of(again));
  must(same.outcome == payload.outcome && same.declared == payload.declared && same.named == payload.named &&
       same.base64 == payload.base64);
  every_string_is_judged(part, (*doc)->root(), payload);
  const config::Extractors by = programs(choice);
  const File file = Reader(by).open(part);
  if (payload.outcome != Outcome::Read) {
    must(file.outcome == payload.outcome && file.bytes.empty());
    return;
  }
  must(!payload.declared.empty() || !payload.named.empty());
  opened(file, by, decode(payload.base64), payload.declared, payload.named);
  for (int more = 0; more < objects; ++more) {
    int counted = 0;
    std::string longer;
    respell(longer, (*doc)->root(), counted, more);
    must(payload_of(part_of(longer)).outcome != Outcome::Read);
  }
}

// A part made of a type, a name and bytes, in the form of one of the protocols.
void made(std::uint8_t form, std::uint8_t type, std::uint8_t ending, std::uint8_t choice, std::string_view bytes) {
  struct Written {
    std::string_view written, type;
  };
  constexpr std::array<Written, 12> kTypes = {{{"application/pdf", "application/pdf"},
                                               {"IMAGE/JPG", "image/jpeg"},
                                               {"image/png", "image/png"},
                                               {"image/tiff", "image/tiff"},
                                               {"audio/mp3", "audio/mpeg"},
                                               {"audio/x-wav", "audio/wav"},
                                               {"audio/ogg", "audio/ogg"},
                                               {"text/plain", "text/plain"},
                                               {"text/csv", "text/csv"},
                                               {"text/x-markdown", "text/markdown"},
                                               {"application/octet-stream", ""},
                                               {"application/pdf;x=1", ""}}};
  constexpr std::array<Written, 9> kNames = {{{"letter", ""},
                                              {"a.PDF", "application/pdf"},
                                              {"a.b.jpeg", "image/jpeg"},
                                              {"a.png", "image/png"},
                                              {"a.tif", "image/tiff"},
                                              {"a.wav", "audio/wav"},
                                              {"a.txt", "text/plain"},
                                              {"a.csv", "text/csv"},
                                              {"a.exe", ""}}};
  const Written& declared = kTypes[type % kTypes.size()];
  const Written& name = kNames[ending % kNames.size()];
  const std::string data = encode(bytes), written(declared.written);
  const std::string url = "\"data:" + written + ";base64," + data + "\"";
  const std::string names = "\"filename\":\"" + std::string(name.written) + "\"";
  const bool audio = written.starts_with("audio/");
  std::string raw;
  std::string_view said = declared.type, named = name.type;
  bool known = !said.empty();
  switch (form % 7) {
    case 0:
      raw = R"({"type":"file","file":{"file_data":)" + url + "," + names + "}}";
      break;
    case 1:  // without a declaration: its name has to say it
      raw = R"({"type":"file","file":{"file_data":")" + data + "\"," + names + "}}";
      said = {};
      known = !named.empty();
      break;
    case 2:
      raw = R"({"type":"input_file",)" + names + ",\"file_data\":" + url + "}";
      break;
    case 3:
      raw = R"({"type":"document","source":{"type":"base64","media_type":")" + written + R"(","data":")" + data +
            R"("},"title":")" + std::string(name.written) + "\"}";
      break;
    case 4:
      raw = R"({"type":"image_url","image_url":{"url":)" + url + "}}";
      named = {};
      break;
    case 5:
      raw = R"({"type":"input_image","image_url":)" + url + "}";
      named = {};
      break;
    default:
      raw = R"({"type":"input_audio","input_audio":{"data":")" + data + R"(","format":")" +
            (audio ? written.substr(6) : written) + "\"}}";
      named = {};
      known = audio;
  }
  const config::Extractors by = programs(choice);
  const File file = Reader(by).open(part_of(raw));
  opened(file, by, known && !bytes.empty() ? std::optional<std::string>(bytes) : std::nullopt, said, named);
  const File alone = Reader(by).open(std::string(bytes), name.written);
  opened(alone, by, std::string(bytes), {}, name.type);
  part(choice, raw);
}

// ---- what a program has written ----

void worth(std::string_view text) {
  const Outcome all = worth_of(text, true), each = worth_of(text, false);
  must((all == Outcome::InvalidText) == !is_utf8(text) && (each == Outcome::InvalidText) == !is_utf8(text));
  if (all == Outcome::InvalidText) return;
  bool some = false, blank = false;
  std::string_view rest = text;
  for (bool last = false; !last;) {
    const std::size_t end = rest.find('\f');
    last = end == std::string_view::npos;
    const std::string_view page = rest.substr(0, end);
    const bool says = worth_of(page, true) == Outcome::Read;
    some = some || says;
    // After the last form feed there is no page, if there is nothing but the end of a file.
    blank = blank || (!says && !(last && page.find_first_not_of(" \t\r\n") == std::string_view::npos));
    if (!last) rest.remove_prefix(end + 1);
  }
  must(all == (some ? Outcome::Read : Outcome::NoText));
  must(each == (!some ? Outcome::NoText : blank ? Outcome::BlankPage : Outcome::Read));
  for (const char c : text)
    if (c > ' ' && c < 0x7F) must(all == Outcome::Read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      base64(bytes);
      break;
    case 1:
      media(bytes);
      break;
    case 2:
      part(data[1], bytes.substr(1));
      break;
    case 3:
      made(data[1], data[2], data[3], data[4], bytes.substr(4));
      break;
    default:
      worth(bytes);
  }
  return 0;
}
