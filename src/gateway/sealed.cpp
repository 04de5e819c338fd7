#include "gateway/sealed.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/id.h"
#include "chat/unreadable.h"
#include "json/doc.h"

namespace sluice::gateway {
namespace {

using json::Type;
using json::Value;

using Known = std::function<bool(const std::string& hash)>;

constexpr std::size_t kMostOfAnAnswer = 1024;  // a search brings some for each of its results and citations
constexpr std::size_t kShortest = 32;          // bytes; a shorter one hides nothing and could be guessed

// One of these stands in every event or body that has one.
constexpr std::array<std::string_view, 3> kWords = {"encrypted_", "redacted_thinking", "reasoning.encrypted"};

bool has_word(std::string_view raw) {
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return raw.find(word) != raw.npos; });
}

// What a vendor's own tool was asked and what it brought.
bool is_tool_block(std::string_view type) {
  return type == "server_tool_use" || type == "mcp_tool_use" || type.ends_with("_tool_result");
}

// {"type":"reasoning","encrypted_content":...}, {"type":"redacted_thinking","data":...},
// {"type":"reasoning.encrypted","data":...}
std::string sealed_text(Value object) {
  const std::string type = object["type"].string().value_or("");
  if (type == "reasoning") return object["encrypted_content"].string().value_or("");
  if (type == "redacted_thinking" || type == "reasoning.encrypted") return object["data"].string().value_or("");
  return {};
}

bool is_encrypted(Value member) { return chat::is_encrypted_name(member.key()) && member.is(Type::String); }

void walk(Value value, std::vector<std::string>& hashes) {
  if (hashes.size() >= kMostOfAnAnswer) return;
  if (value.is(Type::Object)) {
    const std::string text = sealed_text(value);
    if (text.size() >= kShortest) hashes.push_back(sha256_hex(text));
    for (Value member : value) {
      const std::string sealed = is_encrypted(member) ? *member.string() : "";
      if (sealed.size() >= kShortest && sealed != text) hashes.push_back(sha256_hex(sealed));
    }
  }
  if (value.is(Type::Object) || value.is(Type::Array))
    for (Value child : value) walk(child, hashes);
}

// Whether an object is a sealed text and nothing else that anybody could read or hide in it.
bool is_known(Value object, const Known& known) {
  static constexpr std::array<std::string_view, 7> kPlain = {
      "type", "encrypted_content", "data", "format", "index", "id", "status"};
  constexpr std::size_t kLongestPlain = 128;
  if (!object.is(Type::Object)) return false;
  const std::string text = sealed_text(object);
  if (text.size() < kShortest || !known(sha256_hex(text))) return false;
  for (Value member : object) {
    const std::string key = member.key();
    if (std::find(kPlain.begin(), kPlain.end(), key) == kPlain.end()) return false;
    const bool sealed = key == "encrypted_content" || key == "data";
    if (!sealed && (member.is(Type::Object) || member.is(Type::Array) || member.raw().size() > kLongestPlain))
      return false;
  }
  return true;
}

// Whether all that `value` says is text, but for what is encrypted in it, of which everything is known.
bool is_text_beside_known(Value value, const Known& known) {
  if (value.is(Type::Array)) {
    for (Value element : value)
      if (!is_text_beside_known(element, known)) return false;
    return !value.at(0).is(Type::Number) || !chat::is_unreadable("", value);
  }
  if (!value.is(Type::Object)) return !chat::is_unreadable("", value);
  if (value["type"].string() == "image" ||
      (value["source"].is(Type::Object) && value["source"]["type"].string() != "text"))
    return false;
  for (Value member : value) {
    if (is_encrypted(member)) {
      const std::string text = *member.string();
      if (!text.empty() && (text.size() < kShortest || !known(sha256_hex(text)))) return false;
      continue;
    }
    if (chat::names_elsewhere(member.key()) && !member.is_null()) return false;
    const bool inner = member.is(Type::Object) || member.is(Type::Array);
    if (inner ? !is_text_beside_known(member, known) : chat::is_unreadable(member.key(), member)) return false;
  }
  return true;
}

}  // namespace

void note_sealed(std::string_view raw, std::vector<std::string>& hashes) {
  if (!has_word(raw)) return;
  if (auto doc = json::Doc::parse(std::string(raw))) walk((*doc)->root(), hashes);
}

void admit_sealed(chat::Request& request, const Known& known) {
  static const auto kRead = std::make_shared<const chat::Extraction>(chat::Extraction{"this gateway", "", ""});
  static const auto kTold =
      std::make_shared<const chat::Extraction>(chat::Extraction{std::string(chat::kEarlierAnswer), "", ""});
  const auto is_one = [&](const std::string& raw) {
    if (!has_word(raw)) return false;
    auto doc = json::Doc::parse(raw);
    if (!doc) return false;
    Value root = (*doc)->root();
    if (!root.is(Type::Array)) return is_known(root, known);
    bool all = root.size() > 0;
    for (Value element : root) all = all && is_known(element, known);
    return all;
  };
  const auto is_told = [&](const std::string& raw, bool block) {
    auto doc = json::Doc::parse(raw);
    if (!doc) return false;
    const Value root = (*doc)->root();
    return (!block || is_tool_block(root["type"].string().value_or(""))) && is_text_beside_known(root, known);
  };
  for (chat::Message& message : request.messages)
    for (chat::Part& part : message.parts) {
      if (part.kind != chat::Part::Kind::Unknown || part.extraction) continue;
      if (is_one(part.raw))
        part.extraction = kRead;
      else if (is_told(part.raw, true))
        part.extraction = kTold;
    }
  for (chat::ExtraField& field : request.extra) {
    if (field.name == "reasoning_details") field.sealed = is_one(field.raw);
    if (field.name == "citations" && has_word(field.raw)) field.sealed = is_told(field.raw, false);
  }
}

}  // namespace sluice::gateway
