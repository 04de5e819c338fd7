// One reader for each way of writing a block of calls. All read from the block's first byte; what they say of a
// text they say of every longer text that begins with it, unless they said Incomplete.
#include <algorithm>
#include <array>
#include <set>

#include "engine/prompt/dsml.h"
#include "engine/prompt/formats.h"
#include "engine/prompt/python_json.h"
#include "engine/prompt/tool_calls.h"

namespace sluice::engine {
namespace {

using Kind = BlockReading::Kind;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  std::string_view rest() const { return text_.substr(at_); }
  std::size_t at() const { return at_; }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  // The text is what is expected; if it ends before that can be said, short_ is set.
  bool take(std::string_view expected) {
    if (rest().starts_with(expected)) {
      at_ += expected.size();
      return true;
    }
    if (expected.starts_with(rest())) short_ = true;
    return false;
  }
  // The text up to `end`, which is taken too; nullopt (and short_) if it does not come.
  std::optional<std::string_view> until(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) {
      short_ = true;
      return std::nullopt;
    }
    const std::string_view before = text_.substr(at_, found - at_);
    at_ = found + end.size();
    return before;
  }
  BlockReading failure() const {
    BlockReading out;
    out.kind = short_ ? Kind::Incomplete : Kind::Malformed;
    return out;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool short_ = false;
};

bool is_object(const std::string& text) {
  const auto doc = json::Doc::parse(text);
  return doc && (*doc)->root().is(json::Type::Object);
}

// The spellings of the DSML mark that models were seen to write.
constexpr std::array<std::string_view, 3> kMarkSpellings = {kDsmlMark, "\\DSML\\", "|DSML|"};

// `text` without the beginning of `end` that it ends with.
std::string_view without_begun(std::string_view text, std::string_view end) {
  for (std::size_t size = std::min(text.size(), end.size() - 1); size > 0; --size)
    if (text.ends_with(end.substr(0, size))) return text.substr(0, text.size() - size);
  return text;
}

Edition edition_of(ToolDialect dialect) {
  if (dialect == ToolDialect::Dsml32) return Edition::V32;
  return dialect == ToolDialect::Dsml41 ? Edition::V41 : Edition::V4;
}

class DsmlReader {
 public:
  DsmlReader(std::string_view text, ToolDialect dialect, std::string_view mark)
      : in_(text), names_(dsml_names(edition_of(dialect))), mark_(mark) {}

  BlockReading read() {
    if (!in_.take(tag(false, names_.calls) + ">")) return in_.failure();
    BlockReading out;
    const std::string end = tag(true, names_.calls) + ">", invoke = tag(false, names_.invoke) + " name=\"";
    for (in_.skip_space(); !in_.take(end); in_.skip_space()) {
      FoundCall call;
      if (!in_.take(invoke) || !read_call(call)) {
        BlockReading failed = in_.failure();
        failed.calls = std::move(out.calls);
        if (!call.name.empty()) failed.begun = std::move(call);
        return failed;
      }
      out.calls.push_back(std::move(call));
    }
    out.kind = out.calls.empty() ? Kind::Malformed : Kind::Complete;
    out.size = in_.at();
    return out;
  }

 private:
  std::string tag(bool closes, std::string_view name) const {
    return (closes ? "</" : "<") + std::string(mark_) + std::string(name);
  }

  bool read_call(FoundCall& call) {
    const auto name = in_.until("\">");
    if (!name) return false;
    call.name = *name;
    call.arguments = "{";
    std::set<std::string, std::less<>> seen;
    const std::string end = tag(true, names_.invoke) + ">", parameter = tag(false, names_.parameter) + " name=\"";
    for (in_.skip_space(); !in_.take(end); in_.skip_space()) {
      if (!in_.take(parameter) || !read_parameter(call.arguments, seen)) return false;
    }
    call.arguments += "}";
    return true;
  }

  bool read_parameter(std::string& arguments, std::set<std::string, std::less<>>& seen) {
    const auto key = in_.until("\" string=\"");
    if (!key) return false;
    const bool words = in_.take("true\">");
    if (!words && !in_.take("false\">")) return false;
    const std::string end = tag(true, names_.parameter) + ">";
    const std::string_view begun = in_.rest();
    const auto value = in_.until(end);
    if (!seen.emplace(*key).second) return false;
    // Of a value that is cut off, only words are told: whether it is JSON or words is known of a whole one.
    if (!value && !words) return false;
    if (arguments.size() > 1) arguments += ", ";
    if (!value) {
      arguments += python_quoted(*key) + ": " + python_quoted(without_begun(begun, end));
      arguments.pop_back();  // the closing quote
      return false;
    }
    // A value that should be JSON and is none is kept as words, so that the arguments are JSON in any case.
    const bool quotes = words || !json::Doc::parse(std::string(*value));
    arguments += python_quoted(*key) + ": " + (quotes ? python_quoted(*value) : std::string(trimmed(*value)));
    return true;
  }

  Cursor in_;
  DsmlNames names_;
  std::string_view mark_;
};

constexpr std::string_view kCalls = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
constexpr std::string_view kCallsEnd = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
constexpr std::string_view kCall = "<\uFF5Ctool\u2581call\u2581begin\uFF5C>";
constexpr std::string_view kCallEnd = "<\uFF5Ctool\u2581call\u2581end\uFF5C>";
constexpr std::string_view kSeparator = "<\uFF5Ctool\u2581sep\uFF5C>";

// "function" and a fenced block (R1), or the name and plain JSON (V3.1); models mix the two.
std::optional<FoundCall> marked_call(std::string_view head, std::string_view body) {
  FoundCall call;
  constexpr std::string_view kFence = "```";
  const std::size_t fence = body.find(kFence);
  if (trimmed(head) == "function" && fence != std::string_view::npos) {
    call.name = trimmed(body.substr(0, fence));
    body.remove_prefix(fence + kFence.size());
    if (body.starts_with("json")) body.remove_prefix(4);
    const std::size_t close = body.rfind(kFence);
    if (close == std::string_view::npos) return std::nullopt;
    call.arguments = trimmed(body.substr(0, close));
  } else {
    call.name = trimmed(head);
    call.arguments = trimmed(body);
  }
  if (call.name.empty() || !is_object(call.arguments)) return std::nullopt;
  return call;
}

}  // namespace

BlockReading read_dsml_block(std::string_view text, ToolDialect dialect) {
  for (const std::string_view mark : kMarkSpellings)
    if (text.substr(1).starts_with(mark)) return DsmlReader(text, dialect, mark).read();
  return {Kind::Malformed, {}, 0, {}};
}

BlockReading read_marked_block(std::string_view text, bool ended) {
  Cursor in(text);
  if (!in.take(kCalls)) return in.failure();
  BlockReading out;
  for (in.skip_space(); !in.take(kCallsEnd); in.skip_space()) {
    if (ended && in.rest().empty() && !out.calls.empty()) break;  // R1 leaves the end mark out at times
    const auto head = in.take(kCall) ? in.until(kSeparator) : std::nullopt;
    const std::string_view begun = in.rest();
    const auto body = head ? in.until(kCallEnd) : std::nullopt;
    if (!body) {
      BlockReading failed = in.failure();
      failed.calls = std::move(out.calls);
      if (head) failed.begun = begun_marked_call(*head, begun);
      return failed;
    }
    const auto call = marked_call(*head, *body);
    if (!call) return {Kind::Malformed, {}, 0, {}};
    out.calls.push_back(*call);
  }
  out.kind = out.calls.empty() ? Kind::Malformed : Kind::Complete;
  out.size = in.at();
  return out;
}

BlockReading read_hermes_block(std::string_view text) {
  constexpr std::string_view kOpen = "<tool_call>", kClose = "</tool_call>";
  if (!text.starts_with(kOpen) || !text.ends_with(kClose)) return {};
  const std::string_view body = text.substr(kOpen.size(), text.size() - kOpen.size() - kClose.size());
  const auto doc = json::Doc::parse(std::string(trimmed(body)));
  // The closing tag may stand in a string of the arguments: then there is another one behind.
  if (!doc) return {};
  const json::Value call = (*doc)->root();
  const auto name = call["name"].string();
  const json::Value arguments = call["arguments"] ? call["arguments"] : call["parameters"];
  if (!name || (arguments && !arguments.is(json::Type::Object))) return {Kind::Malformed, {}, 0, {}};
  return {Kind::Complete, {{*name, arguments ? std::string(arguments.raw()) : "{}"}}, text.size(), {}};
}

}  // namespace sluice::engine
