#include "mask/mask.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "json/writer.h"
#include "mask/restore.h"
#include "text/utf8.h"

namespace sluice::mask {
namespace {

// JSON in a string in JSON in a string: tools that pass each other's results on do that.
constexpr int kNesting = 3;

using json::Type;
using json::Value;

// Bytes of code points in one text, so that a thousand findings in a long one are no thousand walks through it.
class Points {
 public:
  explicit Points(std::string text) : text_(std::move(text)) {}
  std::string_view whole() const { return text_; }
  // Code points [start, end), as far as the text goes.
  std::string_view slice(std::size_t start, std::size_t end) const {
    std::size_t from = byte_of(start);
    return std::string_view(text_).substr(from, byte_of(std::max(start, end)) - from);
  }

 private:
  static constexpr std::size_t kEvery = 256;
  std::size_t byte_of(std::size_t point) const {
    if (marks_.empty()) mark();
    std::size_t mark = std::min(point / kEvery, marks_.size() - 1), pos = marks_[mark];
    for (std::size_t n = point - mark * kEvery; n > 0 && pos < text_.size(); --n)
      text::next_code_point(text_, pos);
    return pos;
  }
  void mark() const {
    std::size_t pos = 0;
    for (std::size_t n = 0; pos < text_.size() || n == 0; ++n) {
      if (n % kEvery == 0) marks_.push_back(pos);
      if (pos < text_.size()) text::next_code_point(text_, pos);
    }
  }
  std::string text_;
  mutable std::vector<std::size_t> marks_;  // byte of every 256th code point; made when first asked for
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) + 1 - from);
}

// JSON in a string, as tool arguments and results are.
std::shared_ptr<const json::Doc> nested(std::string_view text, int depth) {
  std::size_t at = text.find_first_not_of(" \t\r\n");
  if (depth >= kNesting || at == std::string_view::npos || (text[at] != '{' && text[at] != '[')) return nullptr;
  auto doc = json::Doc::parse(std::string(text));
  return doc ? *doc : nullptr;
}

// The protocol's own words ("role": "user"): a value that happens to be one must not break the request. What
// stands under such a key otherwise is judged like all else.
bool is_protocol_word(Value member, int depth) {
  static const std::set<std::string_view> kKeys = {"\"role\"", "\"type\"", "\"model\"", "\"object\""};
  if (depth > 0 || member.raw_key().empty() || !kKeys.contains(member.raw_key())) return false;
  std::string_view raw = member.raw();
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.'; };
  if (member.raw_key() == "\"model\"") return true;  // replaced by the deployment's
  return raw.size() < 40 && std::all_of(raw.begin() + 1, raw.end() - 1, plain);
}

// Rewrites one document. What it changed is kept for the proof that it can be restored.
class Rewriting {
 public:
  Rewriting(const Values& values, Vault& vault) : values_(values), vault_(vault) {}

  std::string document(const json::Doc& doc, int depth) {
    std::vector<Edit> edits;
    walk(doc.root(), depth, edits);
    std::string out;
    std::size_t done = 0;
    for (const Edit& edit : edits) {
      out += doc.text().substr(done, edit.offset - done);
      out += edit.text;
      done = edit.offset + edit.length;
    }
    return out += doc.text().substr(done);
  }

  std::string text(std::string_view original, int depth) {
    if (auto doc = nested(original, depth)) return document(*doc, depth + 1);
    return leaf(original);
  }

  bool restorable() const {
    const Spellings spellings(vault_);
    for (const auto& [masked, expected] : changed_)
      if (restore(spellings, Form::Text, masked) != expected) return false;
    return true;
  }

 private:
  struct Edit {
    std::size_t offset, length;
    std::string text;
  };

  void walk(Value value, int depth, std::vector<Edit>& edits) {
    switch (value.type()) {
      case Type::Array:
        for (Value child : value) walk(child, depth, edits);
        break;
      case Type::Object:
        object(value, depth, edits);
        break;
      case Type::String:
        if (!is_protocol_word(value, depth)) string(value.raw(), value.offset(), depth, edits);
        break;
      case Type::Number:
        number(value, edits);
        break;
      default:
        break;
    }
  }

  void object(Value object, int depth, std::vector<Edit>& edits) {
    std::vector<std::string> names;
    bool changed = false;
    for (Value member : object) {
      const std::string original = member.key();
      names.push_back(text(original, depth));
      changed = changed || names.back() != original;
    }
    if (changed) tell_apart(object, names);
    auto name = names.begin();
    for (Value member : object) {
      if (*name != member.key())
        edits.push_back({member.key_offset(), member.raw_key().size(), json::quote(*name)});
      ++name;
      walk(member, depth, edits);
    }
  }

  // Two names that became one mark would be one member to whoever reads them, and what the other holds would be
  // gone:
  // "[EMAIL]", "[EMAIL] 2". What was not changed keeps its name.
  static void tell_apart(Value object, std::vector<std::string>& names) {
    std::set<std::string, std::less<>> taken;
    std::unordered_map<std::string, int> times;
    auto name = names.begin();
    for (Value member : object)
      if (*name++ == member.key()) taken.insert(member.key());
    name = names.begin();
    for (Value member : object) {
      std::string& masked = *name++;
      if (masked == member.key()) continue;
      const std::string mark = masked;
      while (!taken.insert(masked).second)
        masked = mark + " " + std::to_string(++times.emplace(mark, 1).first->second);
    }
  }

  void string(std::string_view raw, std::size_t offset, int depth, std::vector<Edit>& edits) {
    std::string original = json::unescape(raw);
    std::string masked = text(original, depth);
    if (masked != original) edits.push_back({offset, raw.size(), json::quote(masked)});
  }

  void number(Value value, std::vector<Edit>& edits) {
    std::string_view raw = value.raw();
    for (std::size_t pos = 0; pos < raw.size(); ++pos) {
      const SensitiveValue* found = values_.at(raw, pos);
      if (!found) continue;
      std::string in_place = found->redact ? redaction_mark(found->type) : vault_.token_of(found->type, raw, true);
      edits.push_back({value.offset(), raw.size(), json::quote(in_place)});
      return;
    }
  }

  std::string leaf(std::string_view original) {
    std::string masked, expected;
    std::size_t copied = 0;
    for (std::size_t pos = 0; pos < original.size();) {
      const SensitiveValue* found = values_.at(original, pos);
      if (!found) {
        ++pos;
        continue;
      }
      masked += original.substr(copied, pos - copied);
      expected += original.substr(copied, pos - copied);
      std::string in_place =
          found->redact ? redaction_mark(found->type) : vault_.token_of(found->type, found->text, false);
      masked += in_place;
      expected += found->redact ? in_place : found->text;
      copied = pos += found->text.size();
    }
    if (copied == 0) return std::string(original);
    masked += original.substr(copied);
    expected += original.substr(copied);
    changed_.emplace_back(masked, std::move(expected));
    return masked;
  }

  const Values& values_;
  Vault& vault_;
  std::vector<std::pair<std::string, std::string>> changed_;  // masked, what it must restore to
};

void avoid_in(Vault& vault, Value value, int depth);

void avoid_string(Vault& vault, std::string_view raw, int depth) {
  std::string text = json::unescape(raw);
  vault.avoid(text);
  if (auto doc = nested(text, depth)) avoid_in(vault, doc->root(), depth + 1);
}

void avoid_in(Vault& vault, Value value, int depth) {
  if (!value.raw_key().empty()) avoid_string(vault, value.raw_key(), depth);
  if (value.is(Type::String)) avoid_string(vault, value.raw(), depth);
  for (Value child : value) avoid_in(vault, child, depth);
}

Error ambiguous() {
  return {"policy.obligation", "the text can't be pseudonymised so that the answer is restored without doubt", "",
          "the request was not sent there; remove what was found, or use a model that may see it"};
}

Error torn() {
  return {"policy.obligation",
          "what was found goes on from one text into the next, and a part of it can't be replaced there", "",
          "write it in one text, leave it out, or use a model that may see it"};
}

bool has_word(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_word(static_cast<unsigned char>(c)); });
}

// Whether all of [from, to) is replaced, as leaf() does it.
bool replaced(const Values& values, std::string_view text, std::size_t from, std::size_t to) {
  for (std::size_t pos = 0; pos < to;) {
    const SensitiveValue* found = values.at(text, pos);
    const std::size_t end = pos + (found ? found->text.size() : 1);
    if (!found && pos >= from && is_word(static_cast<unsigned char>(text[pos]))) return false;
    pos = end;
  }
  return true;
}

using Places = std::unordered_map<std::string, std::vector<Points>>;

Places places_of(const chat::Request& request) {
  Places places;
  const chat::VisibleTexts texts = chat::visible_texts(request);
  for (const chat::VisibleText& text : texts) places[text.path].emplace_back(std::string(text.text));
  return places;
}

}  // namespace

bool Masker::learn(const chat::Request& request, const std::vector<sense::Finding>& findings) {
  const Places places = places_of(request);
  const Spellings spellings(vault_);
  const std::size_t known = values_.size();
  std::vector<std::pair<const Points*, std::string_view>> parts;  // of what goes on in the next text
  for (const sense::Finding& finding : findings) {
    if (finding.type.empty() || !plan_.all().has(finding.category)) continue;
    auto texts = places.find(finding.path);
    if (texts == places.end()) continue;
    for (const Points& text : texts->second) {
      std::string_view found = trimmed(text.slice(finding.start, finding.end));
      if (found.empty() || vault_.covers(found)) continue;
      if (finding.part && !has_word(found)) continue;
      std::string value = spellings.longest() == 0 ? std::string(found) : restore(spellings, Form::Text, found);
      values_.add({std::move(value), finding.type, plan_.redact.has(finding.category)});
      if (!finding.part) continue;
      parts.emplace_back(&text, found);
      torn_ = torn_ || finding.path.find('@') != std::string::npos;  // a file's text is sent as it came
    }
  }
  for (const auto& [text, found] : parts) {
    if (torn_) break;
    const auto from = static_cast<std::size_t>(found.data() - text->whole().data());
    torn_ = !replaced(values_, text->whole(), from, from + found.size());
  }
  return values_.size() > known;
}

Result<std::string> Masker::rewrite(const json::Doc& body) const {
  if (torn_) return fail(torn());
  Rewriting rewriting(values_, vault_);
  std::string out = rewriting.document(body, 0);
  if (!rewriting.restorable()) return fail(ambiguous());
  return out;
}

Result<std::string> Masker::rewrite_text(std::string_view text) const {
  Rewriting rewriting(values_, vault_);
  std::string out = rewriting.text(text, 0);
  if (!rewriting.restorable()) return fail(ambiguous());
  return out;
}

void avoid_all(Vault& vault, const json::Doc& body) { avoid_in(vault, body.root(), 0); }

sense::Judgement residual(const chat::Request& masked, sense::Judgement judged, const Vault& vault) {
  const Places places = places_of(masked);
  std::unordered_map<std::string, std::size_t> listed, left;
  std::vector<sense::Finding> remaining;
  for (sense::Finding& finding : judged.findings) {
    ++listed[finding.detector];
    auto texts = places.find(finding.path);
    bool covered = !finding.type.empty() && texts != places.end() && texts->second.size() == 1 &&
                   vault.covers(texts->second.front().slice(finding.start, finding.end));
    if (covered) continue;
    ++left[finding.detector];
    remaining.push_back(std::move(finding));
  }
  sense::Label label;
  label.local_only = judged.label.local_only;
  for (const sense::Provenance& why : judged.label.provenance) {
    bool settled = why.source == "finding" && listed[why.detail] > 0 && listed[why.detail] < sense::kMostListed &&
                   left[why.detail] == 0;
    if (settled) continue;
    if (why.category)
      label.raise(*why.category, why);
    else
      label.raise(why.cls, why);
  }
  judged.label = std::move(label);
  judged.findings = std::move(remaining);
  return judged;
}

}  // namespace sluice::mask
