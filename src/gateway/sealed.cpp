#include "gateway/sealed.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/id.h"
#include "json/doc.h"

namespace sluice::gateway {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t kMostOfAnAnswer = 256;
constexpr std::size_t kShortest = 32;  // bytes; a shorter one hides nothing and could be guessed

// One of these stands in every event or body that has one.
constexpr std::array<std::string_view, 3> kWords = {"encrypted_content", "redacted_thinking",
                                                    "reasoning.encrypted"};

// {"type":"reasoning","encrypted_content":...}, {"type":"redacted_thinking","data":...},
// {"type":"reasoning.encrypted","data":...}
std::string sealed_text(Value object) {
  const std::string type = object["type"].string().value_or("");
  if (type == "reasoning") return object["encrypted_content"].string().value_or("");
  if (type == "redacted_thinking" || type == "reasoning.encrypted") return object["data"].string().value_or("");
  return {};
}

void walk(Value value, std::vector<std::string>& hashes) {
  if (hashes.size() >= kMostOfAnAnswer) return;
  if (value.is(Type::Object)) {
    const std::string text = sealed_text(value);
    if (text.size() >= kShortest) hashes.push_back(sha256_hex(text));
  }
  if (value.is(Type::Object) || value.is(Type::Array))
    for (Value child : value) walk(child, hashes);
}

// Whether an object is a sealed text and nothing else that anybody could read or hide in it.
bool is_known(Value object, const std::function<bool(const std::string&)>& known) {
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

}  // namespace

void note_sealed(std::string_view raw, std::vector<std::string>& hashes) {
  const auto stands = [&](std::string_view word) { return raw.find(word) != raw.npos; };
  if (std::none_of(kWords.begin(), kWords.end(), stands)) return;
  if (auto doc = json::Doc::parse(std::string(raw))) walk((*doc)->root(), hashes);
}

void admit_sealed(chat::Request& request, const std::function<bool(const std::string& hash)>& known) {
  static const auto kRead = std::make_shared<const chat::Extraction>(chat::Extraction{"this gateway", "", ""});
  const auto is_one = [&](const std::string& raw) {
    const auto stands = [&](std::string_view word) { return raw.find(word) != raw.npos; };
    if (std::none_of(kWords.begin(), kWords.end(), stands)) return false;
    auto doc = json::Doc::parse(raw);
    if (!doc) return false;
    Value root = (*doc)->root();
    if (!root.is(Type::Array)) return is_known(root, known);
    bool all = root.size() > 0;
    for (Value element : root) all = all && is_known(element, known);
    return all;
  };
  for (chat::Message& message : request.messages)
    for (chat::Part& part : message.parts)
      if (part.kind == chat::Part::Kind::Unknown && !part.extraction && is_one(part.raw)) part.extraction = kRead;
  for (chat::ExtraField& field : request.extra)
    if (field.name == "reasoning_details" && is_one(field.raw)) field.sealed = true;
}

}  // namespace sluice::gateway
