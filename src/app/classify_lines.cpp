// `sluice classify --jsonl`: many texts, one JSON object a line in and out. The form of the output is that of the
// scorers of labelled sets; docs/policy.md describes it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "app/classify_lines.h"
#include "app/commands.h"
#include "app/input.h"
#include "app/judge.h"
#include "app/request_text.h"
#include "json/doc.h"
#include "json/writer.h"
#include "wire/protocol.h"

namespace sluice::app {
namespace {

constexpr std::size_t kLineBytes = 64u << 20;

struct Line {
  std::string id;  // as JSON: a string or a number, written back as it came
  sense::Judgement judgement;
};

// What labelled sets say about a text, which is no part of it.
bool is_annotation(std::string_view name) {
  constexpr std::array<std::string_view, 30> kNames = {
      "id",     "text",    "labels",       "level",      "spans",    "kind",       "use",       "source",
      "lang",   "tags",    "intent_local", "ambiguous",  "topic",    "cat",        "neg_types", "split",
      "group",  "note",    "notes",        "comment",    "category", "categories", "class",     "expected",
      "origin", "license", "author",       "difficulty", "evasion",  "language"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// All of the line but what is said about it: a card in a tool's description or in "system" goes out with the
// messages.
Result<sense::Judgement> judge_messages(json::Value line, const sense::Judge& judge,
                                        const sense::JudgeOptions& options) {
  const auto front = front_of(line);
  const bool anthropic = front && front->protocol == chat::Protocol::AnthropicMessages;
  json::Writer w;
  w.object();
  if (!line["model"]) w.member("model", "any");
  if (anthropic && !line["max_tokens"]) w.member("max_tokens", std::int64_t{1});
  for (json::Value member : line)
    if (!is_annotation(member.key())) w.key(member.key()).raw(member.raw());
  SLUICE_TRY(const chat::Request request,
             wire::decode(anthropic ? chat::Protocol::AnthropicMessages : chat::Protocol::OpenAiChat,
                          chat::Operation::Generate, w.end().take()));
  return judge.judge(request, options);
}

Result<Line> judge_line(std::string text, const sense::Judge& judge, const sense::JudgeOptions& options) {
  SLUICE_TRY(const auto doc, json::Doc::parse(std::move(text)));
  const json::Value root = doc->root(), id = root["id"];
  if (!id.is(json::Type::String) && !id.is(json::Type::Number))
    return fail("classify.line", "a line needs an \"id\", a string or a number", "$.id");
  Line line;
  line.id = id.raw();
  const json::Value text_member = root["text"], messages = root["messages"];
  const auto plain = text_member.string();
  const bool is_request = messages.is(json::Type::Array);
  if (!plain && text_member && !text_member.is_null())
    return fail("classify.line", "the \"text\" of a line is a string", "$.text");
  if (!plain && !is_request)
    return fail("classify.line", "a line needs a \"text\" or a list of \"messages\"", "$");
  for (json::Value member : root)
    if (!is_request && is_request_member(member.key()) && !member.is_null())
      return fail("classify.line", "a request has a list of \"messages\", and a text nothing of a request",
                  "$." + member.key(), "add the messages, or take it away");
  if (is_request) {
    SLUICE_TRY(line.judgement, judge_messages(root, judge, options));
  }
  if (!plain) return line;
  // Both: the messages are how the text was said. Both count, and the offsets are those of the text.
  sense::Judgement judgement = judge.judge_text(*plain, options);
  judgement.label.join(line.judgement.label);
  judgement.took += line.judgement.took;
  line.judgement = std::move(judgement);
  return line;
}

std::string to_json(const Line& line) {
  const sense::Judgement& judgement = line.judgement;
  json::Writer w;
  w.object().key("id").raw(line.id).member("level", sense::class_name(judgement.label.cls)).key("labels").array();
  for (const sense::Category c : judgement.label.categories.list()) w.value(sense::category_name(c));
  w.end().key("spans").array();
  for (const sense::Finding& f : judgement.findings) {
    if (f.type.empty()) continue;  // a topic, which is all of the text and stands among the labels
    w.object().member("start", std::uint64_t{f.start}).member("end", std::uint64_t{f.end}).member("type", f.type);
    if (f.path != "$") w.member("path", f.path);
    w.end();
  }
  w.end();
  if (judgement.label.local_only) w.member("intent_local", true);
  const double ms = std::chrono::duration<double, std::milli>(judgement.took).count();
  return w.member("ms", ms).end().take();
}

// The next line without its line break; false at the end. A line above the limit fails here, before it is read
// whole.
Result<bool> read_line(const Lines& lines, std::string& line, std::size_t number) {
  line.clear();
  bool any = false;
  try {
    std::streambuf& from = *lines.in.rdbuf();
    for (int c = from.sbumpc(); c != EOF; c = from.sbumpc()) {
      any = true;
      if (c == '\n') break;
      if (line.size() == kLineBytes)
        return fail("input.too_large", "a line is larger than 64 MiB", fmt::format("line {}", number), "split it");
      line.push_back(static_cast<char>(c));
    }
  } catch (const std::ios_base::failure&) {  // the buffer throws what a stream would only note
    return fail("input.unreadable", "reading '" + lines.name + "' failed", fmt::format("line {}", number),
                "name a file, or - for standard input");
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return any;
}

}  // namespace

int judge_lines(const Lines& lines, const sense::Judge& judge, const sense::JudgeOptions& options) {
  int status = 0;
  std::string line;
  for (std::size_t number = 1;; ++number) {
    const auto more = read_line(lines, line, number);
    if (!more) return lines.errors << "sluice: " << more.error().to_string() << '\n', 1;
    if (!*more) return status;
    if (line.find_first_not_of(" \t") == line.npos) continue;
    auto judged = judge_line(line, judge, options);
    if (judged) {
      lines.out << to_json(*judged) << '\n';
      continue;
    }
    Error error = judged.error();
    error.where = fmt::format("{}:{}{}{}", lines.name, number, error.where.empty() ? "" : " ", error.where);
    lines.errors << "sluice: " << error.to_string() << '\n';
    status = 1;
  }
}

int classify_lines(const ClassifyOptions& options) {
  auto settings = load_settings(options.config);
  if (!settings) return complain(settings.error());
  auto policy = load_policy(*settings);
  if (!policy) return complain(policy.error());
  auto judge = sense::Judge::create(settings->detectors);
  if (!judge) return complain(judge.error());
  auto input = Input::open(options.file);
  if (!input) return complain(input.error());
  sense::JudgeOptions judging;
  judging.default_class = (*policy)->default_class();
  return judge_lines({input->stream(), input->name(), std::cout, std::cerr}, **judge, judging);
}

}  // namespace sluice::app
