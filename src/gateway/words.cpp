#include "gateway/words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "json/doc.h"
#include "json/writer.h"
#include "sense/memory.h"
#include "text/normalise.h"
#include "text/utf8.h"

namespace sluice::gateway {
namespace {

constexpr std::size_t kPiece = 64u << 10;  // bytes; what is longer is several
constexpr std::size_t kPlain = 64;         // bytes of a form that is the text itself
constexpr std::string_view kSpace = " \t\r\n";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

struct Range {
  char32_t first, last;
};
// Characters that are as NFC has them wherever they stand, and that no character before them takes in; of those
// that texts are made of. (UAX #15, section 9: all others are looked at by who knows them all.)
constexpr std::array kSteady = std::to_array<Range>(
    {{0, 0x2FF},       {0x388, 0x3FF},   {0x400, 0x482},    {0x48A, 0x52F},   {0x5D0, 0x5EA},   {0x621, 0x64A},
     {0xE01, 0xE37},   {0x2010, 0x2027}, {0x2030, 0x205E},  {0x20A0, 0x20BF}, {0x2190, 0x2328}, {0x2500, 0x27BF},
     {0x3000, 0x3029}, {0x3041, 0x3096}, {0x30A1, 0x30FA},  {0x30FC, 0x30FE}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
     {0xFE00, 0xFE0F}, {0xFF01, 0xFF60}, {0x1F300, 0x1FAFF}});

bool is_steady(char32_t c) {
  if (c < 0x80) return true;
  return std::any_of(kSteady.begin(), kSteady.end(), [&](Range r) { return c >= r.first && c <= r.last; });
}

bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

// (Without an early end it runs as fast as memory is read.)
bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

bool is_composed(std::string_view text) {
  if (is_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size();)
    if (!is_steady(text::next_code_point(text, at))) return false;
  return true;
}

// Behind the last place where what follows can be normalised by itself.
std::size_t last_cut(std::string_view text) {
  for (std::size_t at = text.size(); at > 0;) {
    --at;
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    std::size_t next = at;
    const char32_t c = text::next_code_point(text, next);
    if (c != 0xFFFD && is_steady(c)) return at;
  }
  return 0;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool has_plain_lines(std::string_view text) {
  if (text.find('\r') != text.npos) return false;
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
    if (at > 0 && is_blank(text[at - 1])) return false;
  return true;
}

// Of one process: what it makes short is compared in that process only.
const sense::Shelf& pieces_key() {
  static const sense::Shelf key;
  return key;
}

void append_bytes(std::string& to, std::uint64_t number) {
  std::array<char, sizeof number> bytes;
  std::memcpy(bytes.data(), &number, sizeof number);
  to.append(bytes.data(), bytes.size());
}

void append_digest(std::string& to, std::string_view piece) {
  thread_local sense::TextHash hash(pieces_key());
  for (const std::uint64_t half : hash(piece)) append_bytes(to, half);
}

// Tells a short form from a text of as many bytes.
constexpr char kShortened = '\x01';

std::string shortened(const std::string& digests, std::string_view last, std::uint64_t size) {
  std::string form(1, kShortened);
  form += digests;
  append_digest(form, last);
  append_bytes(form, size);
  return form;
}

// `words` is trimmed.
bool is_in_form(std::string_view words) { return has_plain_lines(words) && is_composed(words); }

std::string form_as_it_is(std::string_view words) {
  if (words.size() <= kPlain) return std::string(words);
  std::string digests;
  const std::uint64_t size = words.size();
  for (; words.size() > kPiece; words.remove_prefix(kPiece)) append_digest(digests, words.substr(0, kPiece));
  return shortened(digests, words, size);
}

}  // namespace

struct Words::Long {
  std::string digests;      // of the pieces before
  std::string piece;        // in its form
  std::string space;        // behind it, if anything follows
  std::uint64_t size = 0;   // of the pieces before, in their form
  bool ended_line = false;  // by "\r", so that "\n" is no other end

  void add(std::string_view text);
  void put(std::string_view words);
};

void Words::Long::put(std::string_view words) {
  while (piece.size() + words.size() > kPiece) {
    const std::size_t fits = kPiece - piece.size();
    piece += words.substr(0, fits);
    words.remove_prefix(fits);
    append_digest(digests, piece);
    size += piece.size();
    piece.clear();
  }
  piece += words;
}

// `text` is composed.
void Words::Long::add(std::string_view text) {
  while (!text.empty()) {
    std::size_t words = 0;
    while (words < text.size() && !is_space(text[words])) ++words;
    if (words > 0) {
      if (size + piece.size() > 0) put(space);
      space.clear();
      put(text.substr(0, words));
      text.remove_prefix(words);
      ended_line = false;
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (is_blank(c)) {
      space += c;
    } else if (c == '\r' || !ended_line) {
      while (!space.empty() && is_blank(space.back())) space.pop_back();
      space += '\n';
    }
    ended_line = c == '\r';
  }
}

Words::Words() = default;
Words::~Words() = default;
Words::Words(Words&&) noexcept = default;
Words& Words::operator=(Words&&) noexcept = default;
Words::Words(const Words& other)
    : raw_(other.raw_), long_(other.long_ ? std::make_unique<Long>(*other.long_) : nullptr) {}

void Words::add(std::string_view more) {
  while (!more.empty()) {
    const std::string_view now = more.substr(0, kPiece);
    more.remove_prefix(now.size());
    raw_ += now;
    if (raw_.size() > kPiece) settle(false);
  }
}

// What could not be cut within a piece is cut there: no such text is written anew in another normal form.
void Words::settle(bool all) {
  std::size_t cut = all ? raw_.size() : last_cut(raw_);
  if (cut == 0) cut = raw_.size();
  if (!long_) long_ = std::make_unique<Long>();
  const std::string_view settled = std::string_view(raw_).substr(0, cut);
  if (is_composed(settled))
    long_->add(settled);
  else
    long_->add(text::nfc(settled));
  raw_.erase(0, cut);
}

std::string Words::form() {
  if (!long_) {
    const std::string_view words = trimmed(raw_);
    if (is_in_form(words)) return form_as_it_is(words);
  }
  settle(true);
  const Long& whole = *long_;
  const std::uint64_t size = whole.size + whole.piece.size();
  return size <= kPlain ? whole.piece : shortened(whole.digests, whole.piece, size);
}

std::string form_of(std::string_view text) {
  const std::string_view words = trimmed(text);
  if (is_in_form(words)) return form_as_it_is(words);
  Words all;
  all.add(words);
  return all.form();
}

namespace {

// Blanks and escapes aside, as it was written.
std::string without_notation(std::string_view written) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (quoted && c == '\\' && i + 1 < written.size()) {
      out += c;
      out += written[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (quoted || !is_space(c)) out += c;
  }
  return out.find('\\') == out.npos ? out : json::decode_escapes(out);
}

void write(json::Value value, std::string& out);

void write_string(const std::string& text, std::string& out) {
  out += '"';
  out += text;
  out += '"';
}

void write_members(json::Value object, std::string& out) {
  std::vector<std::pair<std::string, json::Value>> members;
  for (json::Value member : object) members.emplace_back(text::nfc(member.key()), member);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out += '{';
  for (const auto& [name, member] : members) {
    write_string(name, out);
    out += ':';
    write(member, out);
    out += ',';
  }
  out += '}';
}

// 1.0, 1e0 and 1 are one; a number that is none of 64 bits stays as it is.
void write_number(json::Value value, std::string& out) {
  const auto whole = value.integer();
  const auto number = value.number();
  if (whole)
    out += std::to_string(*whole);
  else if (number)
    out += json::Writer().value(*number).take();
  else
    out += value.raw();
}

void write(json::Value value, std::string& out) {
  switch (value.type()) {
    case json::Type::String:
      return write_string(*value.string(), out);
    case json::Type::Number:
      return write_number(value, out);
    case json::Type::Object:
      return write_members(value, out);
    case json::Type::Array:
      out += '[';
      for (json::Value element : value) {
        write(element, out);
        out += ',';
      }
      out += ']';
      return;
    default:
      out += value.raw();
  }
}

}  // namespace

std::string form_of_arguments(std::string_view written) {
  if (written.size() > kMostArguments) return form_of(written);
  auto doc = json::Doc::parse(std::string(written));
  std::string out;
  if (!doc) return form_of(without_notation(written));
  write((*doc)->root(), out);
  return form_of(out);
}

}  // namespace sluice::gateway
