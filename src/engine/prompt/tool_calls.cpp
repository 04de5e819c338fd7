#include "engine/prompt/tool_calls.h"

#include <algorithm>
#include <array>
#include <random>

#include "engine/prompt/dsml.h"
#include "engine/prompt/formats.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

using Kind = BlockReading::Kind;

constexpr std::string_view kBlank = " \t\r\n";

bool is_dsml(ToolDialect dialect) {
  return dialect == ToolDialect::Dsml32 || dialect == ToolDialect::Dsml4 || dialect == ToolDialect::Dsml41;
}

// What opens a block, and what closes it, in all spellings.
struct Tags {
  std::vector<std::string> open, close;
  std::string_view lead;  // stands before a block and belongs to it
};

Tags dsml_tags(std::string_view calls) {
  Tags tags;
  for (const std::string_view mark : {kDsmlMark, std::string_view("\\DSML\\"), std::string_view("|DSML|")}) {
    tags.open.push_back("<" + std::string(mark) + std::string(calls) + ">");
    tags.close.push_back("</" + std::string(mark) + std::string(calls) + ">");
  }
  tags.lead = "\n\n";
  return tags;
}

const Tags& tags_of(ToolDialect dialect) {
  static const Tags kV32 = dsml_tags("function_calls"), kV4 = dsml_tags("tool_calls"), kV41 = dsml_tags(" calls");
  static const Tags kMarked = {
      {"<\uFF5Ctool\u2581calls\u2581begin\uFF5C>"}, {"<\uFF5Ctool\u2581calls\u2581end\uFF5C>"}, ""};
  static const Tags kHermes = {{"<tool_call>"}, {"</tool_call>"}, "\n"};
  static const Tags kNone = {};
  switch (dialect) {
    case ToolDialect::Dsml32:
      return kV32;
    case ToolDialect::Dsml4:
      return kV4;
    case ToolDialect::Dsml41:
      return kV41;
    case ToolDialect::Fenced:
    case ToolDialect::Marked:
      return kMarked;
    case ToolDialect::Hermes:
      return kHermes;
    case ToolDialect::None:
    case ToolDialect::Bare:
      break;
  }
  return kNone;
}

struct Place {
  std::size_t at = std::string_view::npos, size = 0;
};

Place first_of(std::string_view text, const std::vector<std::string>& tags, std::size_t from) {
  Place best;
  for (const std::string& tag : tags) {
    const std::size_t at = text.find(tag, from);
    if (at < best.at) best = {at, tag.size()};
  }
  return best;
}

// How many bytes at the end of `text` could be the beginning of a block: a lead, and perhaps a part of a tag.
std::size_t possible_block(std::string_view text, const Tags& tags) {
  std::size_t most = 0;
  for (const std::string& tag : tags.open) {
    const std::string whole = std::string(tags.lead) + tag;
    for (std::size_t size = std::min(text.size(), whole.size() - 1); size > most; --size)
      if (text.ends_with(std::string_view(whole).substr(0, size))) most = size;
    for (std::size_t size = std::min(text.size(), tag.size() - 1); size > most; --size)
      if (text.ends_with(std::string_view(tag).substr(0, size))) most = size;
  }
  return most;
}

// How much of what `possible_block` found says that it was one: a mark, not just a character that may be text.
bool begins_block(std::string_view held, const Tags& tags) {
  constexpr std::size_t kTelling = 6;  // "<" and a word
  const std::size_t mark = held.find('<');
  if (mark == std::string_view::npos || held.size() - mark < kTelling) return false;
  return std::any_of(tags.open.begin(), tags.open.end(),
                     [&](const std::string& tag) { return tag.starts_with(held.substr(mark)); });
}

BlockReading read_block(std::string_view text, ToolDialect dialect, bool ended) {
  if (is_dsml(dialect)) return read_dsml_block(text, dialect);
  if (dialect == ToolDialect::Hermes) return read_hermes_block(text);
  return read_marked_block(text, ended);
}

std::string call_id() {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  thread_local std::mt19937_64 random(std::random_device{}());
  std::string id = "call_";
  for (int i = 0; i < 24; ++i) id += kLetters[random() % kLetters.size()];
  return id;
}

}  // namespace

ToolCallParser::ToolCallParser(ToolDialect dialect, std::vector<std::string> names)
    : dialect_(dialect), names_(std::move(names)) {}

std::vector<std::string_view> ToolCallParser::marks(ToolDialect dialect) {
  if (is_dsml(dialect)) return {kDsmlMark};
  switch (dialect) {
    case ToolDialect::Fenced:
    case ToolDialect::Marked:
      return {"<\uFF5Ctool\u2581calls\u2581begin\uFF5C>", "<\uFF5Ctool\u2581calls\u2581end\uFF5C>",
              "<\uFF5Ctool\u2581call\u2581begin\uFF5C>", "<\uFF5Ctool\u2581call\u2581end\uFF5C>",
              "<\uFF5Ctool\u2581sep\uFF5C>"};
    case ToolDialect::Hermes:
      return {"<tool_call>", "</tool_call>"};
    default:
      return {};
  }
}

void ToolCallParser::feed(std::string_view text, std::vector<chat::Event>& out) {
  held_.append(text);
  while (step(out, Ends::No)) {
  }
}

void ToolCallParser::end(std::vector<chat::Event>& out, bool cut_off) {
  if (dialect_ == ToolDialect::Bare) return end_bare(out, cut_off);
  while (step(out, cut_off ? Ends::CutOff : Ends::Whole)) {
  }
}

bool ToolCallParser::step(std::vector<chat::Event>& out, Ends ends) {
  if (held_.empty()) return false;
  return in_block_ ? step_block(out, ends) : step_text(out, ends);
}

bool ToolCallParser::step_text(std::vector<chat::Event>& out, Ends ends) {
  if (dialect_ == ToolDialect::Bare) {
    const std::size_t first = held_.find_first_not_of(kBlank);
    if (!is_text_ && (first == std::string::npos || held_[first] == '{')) return false;
    is_text_ = true;
  }
  const Tags& tags = tags_of(dialect_);
  const Place open = first_of(held_, tags.open, 0);
  if (open.at != std::string::npos) {
    std::size_t begin = open.at;
    if (std::string_view(held_).substr(0, begin).ends_with(tags.lead)) begin -= tags.lead.size();
    emit_text(std::string_view(held_).substr(0, begin), out);
    held_.erase(0, begin);
    opening_ = open.at - begin + open.size;
    searched_ = opening_;
    in_block_ = true;
    return true;
  }
  std::size_t kept = ends == Ends::Whole ? 0 : possible_block(held_, tags);
  if (ends == Ends::CutOff && !begins_block(std::string_view(held_).substr(held_.size() - kept), tags)) kept = 0;
  emit_text(std::string_view(held_).substr(0, held_.size() - kept), out);
  held_.erase(0, ends == Ends::No ? held_.size() - kept : held_.size());
  return false;
}

// A block is read at each place where it may end.
bool ToolCallParser::step_block(std::vector<chat::Event>& out, Ends ends) {
  const Tags& tags = tags_of(dialect_);
  const Place close = first_of(held_, tags.close, searched_);
  const bool closes = close.at != std::string::npos;
  if (!closes && ends == Ends::No) {
    std::size_t longest = 0;
    for (const std::string& tag : tags.close) longest = std::max(longest, tag.size());
    searched_ = std::max(searched_, held_.size() - std::min(held_.size(), longest - 1));
    return false;
  }
  const std::size_t lead = opening_ - first_of(held_, tags.open, 0).size;
  const std::size_t end = closes ? close.at + close.size : held_.size();
  const std::string_view text = std::string_view(held_).substr(lead, end - lead);
  const BlockReading block =
      !closes && ends == Ends::CutOff ? read_begun_block(text, dialect_) : read_block(text, dialect_, !closes);
  if (block.kind == Kind::Incomplete && closes) {
    searched_ = end;
    return true;
  }
  in_block_ = false;
  if (block.kind == Kind::Complete) {
    emit_calls(block.calls, out);
    held_.erase(0, lead + block.size);
  } else if (block.kind == Kind::Incomplete && ends == Ends::CutOff) {
    emit_calls(block.calls, out);
    if (block.begun) emit_calls({*block.begun}, out);
    held_.clear();
  } else {
    emit_text(std::string_view(held_).substr(0, opening_), out);
    held_.erase(0, opening_);
  }
  return true;
}

// An answer that is one JSON object, or several with semicolons between, each of which names a declared tool.
void ToolCallParser::end_bare(std::vector<chat::Event>& out, bool cut_off) {
  const auto known = [this](const std::string& name) {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  };
  std::vector<FoundCall> found;
  std::string_view rest = held_;
  while (rest.find_first_not_of(kBlank) != std::string_view::npos) {
    std::shared_ptr<const json::Doc> doc;
    std::size_t end = rest.find(';');
    for (;; end = rest.find(';', end + 1)) {
      if (auto parsed = json::Doc::parse(std::string(rest.substr(0, end)))) doc = *parsed;
      if (doc || end == std::string_view::npos) break;
    }
    if (!doc && cut_off) {
      // What no name stands in yet is the beginning of one more call if there was one before it.
      const auto begun = begun_object_call(rest);
      if (begun && known(begun->name)) found.push_back(*begun);
      if (begun ? !known(begun->name) : rest[rest.find_first_not_of(kBlank)] != '{') found.clear();
      break;
    }
    const json::Value call = doc ? doc->root() : json::Value();
    const std::string name = call["name"].string().value_or("");
    const json::Value arguments = call["parameters"] ? call["parameters"] : call["arguments"];
    if (!known(name) || !arguments.is(json::Type::Object)) {
      found.clear();
      break;
    }
    found.push_back({name, std::string(arguments.raw())});
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  if (found.empty()) {
    emit_text(held_, out);
  } else {
    emit_calls(found, out);
  }
  held_.clear();
}

void ToolCallParser::emit_text(std::string_view text, std::vector<chat::Event>& out) {
  if (after_calls_) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    if (text.empty()) return;
    after_calls_ = false;
  }
  if (!text.empty()) out.push_back(chat::TextDelta{std::string(text)});
}

void ToolCallParser::emit_calls(const std::vector<FoundCall>& calls, std::vector<chat::Event>& out) {
  for (const FoundCall& call : calls)
    out.push_back(chat::ToolCallDelta{calls_++, call_id(), call.name, call.arguments});
  after_calls_ = true;
}

}  // namespace sluice::engine
