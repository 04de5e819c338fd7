#include "chat/unreadable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "text/utf8.h"

namespace sluice::chat {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t kMostNumbers = 16;  // in a row, from here on they are content
constexpr std::size_t kMostNumbersOfMedia = 4;
constexpr std::size_t kBlob = 64;         // characters of base64
constexpr std::size_t kShortBlob = 16;    // likewise, where the name or the beginning says what it is
constexpr std::size_t kHash = 128;        // hexadecimal digits of SHA-512; identifiers are shorter
constexpr std::size_t kSurelyBlob = 256;  // no word, name or path is as long

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// In lower case without separators: prompt_token_ids, promptTokenIds and prompt-token-ids are one.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-' && c != '.') out += lower(c);
  return out;
}

template <std::size_t N>
bool is_one(std::string_view name, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}
template <std::size_t N>
bool has_one(std::string_view name, const std::array<std::string_view, N>& list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view part) { return name.find(part) != name.npos; });
}

// Fields that point at content which the upstream holds and nobody here can read. Message-level "audio" is an
// earlier spoken answer by id; the other names are those of OpenAI's and compatible APIs.
constexpr std::array<std::string_view, 8> kElsewhere = {
    "attachments", "container", "conversation", "document_ids",
    "file_id",     "file_ids",  "image_url",    "previous_response_id"};

// They name tokens of the answer, or tell again what an answer had.
constexpr std::array<std::string_view, 9> kOfTheAnswer = {"logitbias",           "allowedtokenids", "stoptokenids",
                                                          "badtokenids",         "suppresstokens",  "eostokenid",
                                                          "beginsuppresstokens", "eostokenids",     "logprobs"};
constexpr std::array<std::string_view, 4> kOfASchema = {"enum", "examples", "const", "default"};
constexpr std::array<std::string_view, 4> kTokens = {"tokenid", "inputid", "promptid", "tokenized"};
constexpr std::array<std::string_view, 4> kTokensWhole = {"tokens", "ids", "prompttokens", "inputtokens"};
constexpr std::array<std::string_view, 3> kEmbeddings = {"promptembed", "inputembed", "inputsembed"};
constexpr std::array<std::string_view, 7> kMedia = {"image",  "audio",      "video", "picture",
                                                    "mmdata", "multimodal", "pixel"};
// Of items that are told as fields: words of a turn, where base64 is text like any other.
constexpr std::array<std::string_view, 9> kWords = {"text",        "content", "output",  "arguments",   "input",
                                                    "description", "query",   "command", "instructions"};
constexpr std::array<std::string_view, 7> kIdentifiers = {"id",     "key",  "identifier", "hash",
                                                          "digest", "etag", "token"};

enum class Name { Plain, Answer, Schema, Tokens, Embeddings, Media, Words, Identifier, Signature };

Name kind_of(std::string_view written) {
  const std::string name = plain_name(written);
  if (is_one(name, kOfTheAnswer)) return Name::Answer;
  if (is_one(name, kOfASchema)) return Name::Schema;
  if (name.ends_with("signature")) return Name::Signature;
  if (has_one(name, kEmbeddings)) return Name::Embeddings;
  if (has_one(name, kTokens) || is_one(name, kTokensWhole) || name.ends_with("ids")) return Name::Tokens;
  if (has_one(name, kMedia)) return Name::Media;
  if (is_one(name, kWords)) return Name::Words;
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (std::any_of(kIdentifiers.begin(), kIdentifiers.end(), ends)) return Name::Identifier;
  return Name::Plain;
}

// Six bits of either alphabet of RFC 4648; -1: not of it.
int base64_value(char c) {
  if (is_upper(c)) return c - 'A';
  if (is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

// Whether it decodes to text, which detectors read. The last character may be cut.
bool decodes_to_text(std::string_view run) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    bits = bits << 6 | static_cast<std::uint32_t>(base64_value(c));
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F) return false;
    const std::size_t before = at;
    if (text::next_code_point(bytes, at) == 0xFFFD && bytes.size() - before >= 4) return false;
  }
  return true;
}

// The beginnings of PNG, JPEG, GIF, WebP or WAV, PDF, zip and gzip files in base64.
constexpr std::array<std::string_view, 7> kFiles = {"iVBORw0KGgo", "/9j/",  "R0lGODl", "UklGR",
                                                    "JVBERi0",     "UEsDB", "H4sI"};

bool begins_a_file(std::string_view run) {
  return run.size() >= kShortBlob &&
         std::any_of(kFiles.begin(), kFiles.end(), [&](std::string_view file) { return run.starts_with(file); });
}

// Letters of both cases and digits as bytes have them, and no more separators than they have: neither a path nor
// words in a row.
bool looks_random(std::string_view run) {
  std::size_t upper = 0, small = 0, digits = 0, marks = 0;
  for (const char c : run) {
    upper += is_upper(c);
    small += is_lower(c);
    digits += is_digit(c);
    marks += c == '/' || c == '-' || c == '_';
  }
  const std::size_t size = run.size();
  return upper >= size / 10 && small >= size / 10 && (digits >= 3 || size >= kSurelyBlob) && marks * 12 <= size;
}

bool is_hex(std::string_view run) {
  return std::all_of(run.begin(), run.end(),
                     [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); });
}

bool is_blob(std::string_view run, Name name) {
  if (begins_a_file(run)) return name != Name::Words || run.size() >= kBlob;
  if (run.size() < kBlob || name == Name::Words || (name == Name::Identifier && run.size() <= kHash)) return false;
  if (is_hex(run)) return run.size() > kHash;
  return looks_random(run) && !decodes_to_text(run);
}

bool has_data_url(std::string_view text) {
  const std::string small = lower_case(text);
  const std::size_t at = small.find("data:");
  return at != small.npos && small.find(";base64", at) != small.npos;
}

// Characters that base64 is made of, one run after the other. In a link a slash ends one.
bool has_blob(std::string_view text, Name name) {
  const bool link = text.find("://") != text.npos;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && base64_value(text[end]) >= 0 && !(link && text[end] == '/')) ++end;
    if (end - i >= kShortBlob && is_blob(text.substr(i, end - i), name)) return true;
    i = end + 1;
  }
  return false;
}

bool is_list_of_numbers(std::string_view text) {
  bool digit = false;
  for (const char c : text) {
    digit = digit || is_digit(c);
    if (!is_digit(c) && c != ' ' && c != ',' && c != '[' && c != ']' && c != '\n' && c != ';') return false;
  }
  return digit;
}

// One word of base64's characters, or a link.
bool is_media(std::string_view text) {
  if (text.size() < kShortBlob) return false;
  if (text.find("://") != text.npos) return true;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return base64_value(c) >= 0 || c == '=' || c == '\n' || c == '\r'; });
}

bool unreadable_string(Name name, std::string_view text) {
  if (has_data_url(text)) return true;
  switch (name) {
    case Name::Embeddings:
      return !text.empty();
    case Name::Tokens:
      if (is_list_of_numbers(text)) return true;
      break;
    case Name::Media:
      if (is_media(text)) return true;
      break;
    case Name::Signature:
      return false;
    default:
      break;
  }
  return has_blob(text, name);
}

// Numbers in an array and in the arrays in it.
std::size_t numbers_of(Value array) {
  std::size_t count = 0;
  for (Value element : array) {
    count += element.is(Type::Number);
    if (element.is(Type::Array)) count += numbers_of(element);
  }
  return count;
}

std::size_t most_numbers(Name name) {
  if (name == Name::Tokens || name == Name::Embeddings) return 0;
  return name == Name::Media ? kMostNumbersOfMedia - 1 : kMostNumbers - 1;
}

// `name`: of the member that it is or is in.
bool unreadable(Name name, Value value, bool counted) {
  if (name == Name::Answer) return false;
  switch (value.type()) {
    case Type::String:
      return unreadable_string(name, *value.string());
    case Type::Array:
      if (!counted && name != Name::Schema && numbers_of(value) > most_numbers(name)) return true;
      for (Value element : value)
        if (unreadable(name, element, true)) return true;
      return false;
    case Type::Object:
      for (Value member : value) {
        const Name own = kind_of(member.key());
        if (unreadable(own == Name::Plain ? name : own, member, false)) return true;
      }
      return false;
    default:
      return false;
  }
}

}  // namespace

bool is_encrypted_name(std::string_view name) { return name.starts_with("encrypted_"); }

bool names_elsewhere(std::string_view name) { return is_one(name, kElsewhere); }

bool is_unreadable(std::string_view name, Value value) { return unreadable(kind_of(name), value, false); }

}  // namespace sluice::chat
