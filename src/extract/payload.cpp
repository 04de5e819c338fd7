#include "extract/payload.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "json/doc.h"
#include "text/media.h"

namespace sluice::extract {
namespace {

using json::Type;
using json::Value;

// Nothing but these, and each of them a string (or null), except `inner`, which the caller looks into.
bool has_only(Value object, std::initializer_list<std::string_view> known, std::string_view inner = {}) {
  if (!object.is(Type::Object)) return false;
  for (Value member : object) {
    const std::string key = member.key();
    if (std::find(known.begin(), known.end(), key) == known.end()) return false;
    if (key != inner && !member.is(Type::String) && !member.is_null()) return false;
  }
  return true;
}

bool names_another_place(Value object) {
  for (std::string_view key : {"file_id", "file_url", "url"})
    if (object[key].is(Type::String)) return true;
  return false;
}

Payload failed(Outcome outcome) {
  Payload payload;
  payload.outcome = outcome;
  return payload;
}

// What is declared but is no type we know can't be what is found.
bool declare(Payload& payload, std::string_view written) {
  payload.declared = text::canonical_media(written);
  return !payload.declared.empty();
}

// "data:application/pdf;base64,JVBERi0...": no parameters, since they would say how to read it otherwise.
Payload of_data_url(std::string url) {
  constexpr std::string_view kData = "data:", kBase64 = ";base64,";
  if (!url.starts_with(kData)) return failed(Outcome::NotInline);
  const std::size_t at = url.find(kBase64);
  if (at == std::string::npos) return failed(Outcome::UnknownForm);
  Payload payload;
  if (!declare(payload, std::string_view(url).substr(kData.size(), at - kData.size())))
    return failed(Outcome::NoExtractor);
  url.erase(0, at + kBase64.size());
  payload.base64 = std::move(url);
  payload.outcome = Outcome::Read;
  return payload;
}

void name(Payload& payload, Value file_name) {
  if (file_name.is(Type::String)) payload.named = text::media_of_name(*file_name.string());
}

// A data URL, or base64 alone whose file's name says what it is.
Payload of_file(Value file, std::initializer_list<std::string_view> known) {
  if (!file["file_data"].is(Type::String))
    return failed(names_another_place(file) ? Outcome::NotInline : Outcome::UnknownForm);
  if (!has_only(file, known)) return failed(Outcome::UnknownForm);
  std::string data = *file["file_data"].string();
  Payload payload;
  if (data.starts_with("data:")) {
    payload = of_data_url(std::move(data));
  } else {
    payload.base64 = std::move(data);
    payload.outcome = Outcome::Read;
  }
  name(payload, file["filename"]);
  if (payload.outcome == Outcome::Read && payload.declared.empty() && payload.named.empty())
    return failed(Outcome::NoExtractor);
  return payload;
}

Payload of_image(Value part) {
  Value image = part["image_url"];
  if (image.is(Type::Object)) {  // chat completions
    if (!has_only(part, {"type", "image_url"}, "image_url") || !has_only(image, {"url", "detail"}))
      return failed(Outcome::UnknownForm);
    image = image["url"];
  } else if (!has_only(part, {"type", "image_url", "detail", "file_id"}) || part["file_id"].is(Type::String)) {
    return failed(part["file_id"].is(Type::String) ? Outcome::NotInline : Outcome::UnknownForm);
  }
  if (!image.is(Type::String)) return failed(Outcome::UnknownForm);
  return of_data_url(*image.string());
}

Payload of_audio(Value part) {
  Value audio = part["input_audio"];
  if (!has_only(part, {"type", "input_audio"}, "input_audio") || !has_only(audio, {"data", "format"}) ||
      !audio["data"].is(Type::String) || !audio["format"].is(Type::String))
    return failed(Outcome::UnknownForm);
  Payload payload;
  if (!declare(payload, "audio/" + *audio["format"].string())) return failed(Outcome::NoExtractor);
  payload.base64 = *audio["data"].string();
  payload.outcome = Outcome::Read;
  return payload;
}

// Anthropic's. Title and context are texts, and judged as such.
Payload of_source(Value part) {
  Value source = part["source"];
  for (Value member : part) {
    const std::string key = member.key();
    const bool text = key == "type" || key == "title" || key == "context";
    const bool switches = key == "cache_control" || key == "citations";
    if (key == "source" || (text && (member.is(Type::String) || member.is_null()))) continue;
    if (switches && (member.is_null() || has_only(member, {"type", "ttl", "enabled"}, "enabled"))) continue;
    return failed(Outcome::UnknownForm);
  }
  const auto type = source["type"].string();
  if (type == "url" || type == "file") return failed(Outcome::NotInline);
  if (type != "base64" || !has_only(source, {"type", "media_type", "data"}) || !source["data"].is(Type::String) ||
      !source["media_type"].is(Type::String))
    return failed(Outcome::UnknownForm);
  Payload payload;
  if (!declare(payload, *source["media_type"].string())) return failed(Outcome::NoExtractor);
  name(payload, part["title"]);
  payload.base64 = *source["data"].string();
  payload.outcome = Outcome::Read;
  return payload;
}

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}();

}  // namespace

Payload payload_of(const chat::Part& part) {
  auto doc = json::Doc::parse(part.raw);
  if (!doc) return failed(Outcome::UnknownForm);
  Value root = (*doc)->root();
  const std::string type = root["type"].string().value_or("");
  if (type == "image_url" || type == "input_image") return of_image(root);
  if (type == "input_audio") return of_audio(root);
  if (type == "input_file") return of_file(root, {"type", "filename", "file_data", "detail"});
  if (type == "file" && root["file"].is(Type::Object)) {
    if (!has_only(root, {"type", "file"}, "file")) return failed(Outcome::UnknownForm);
    return of_file(root["file"], {"filename", "file_data"});
  }
  if ((type == "image" || type == "document") && root["source"].is(Type::Object)) return of_source(root);
  return failed(Outcome::UnknownForm);
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const std::size_t digits = text.size() - padding;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int had = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int value = kValues[static_cast<unsigned char>(text[i])];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | std::uint32_t(value);
    had += 6;
    if (had < 8) continue;
    had -= 8;
    out += char(bits >> had & 0xFF);
  }
  if ((bits & ((1u << had) - 1)) != 0) return std::nullopt;  // two texts would stand for the same bytes
  return out;
}

}  // namespace sluice::extract
