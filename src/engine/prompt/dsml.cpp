#include "engine/prompt/dsml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "engine/prompt/dsml_texts.h"
#include "engine/prompt/formats.h"
#include "engine/prompt/python_json.h"

namespace sluice::engine {
namespace {

constexpr std::string_view kSystem = "<\uFF5CSystem\uFF5C>";
constexpr std::string_view kReminder = "<\uFF5Clatest_reminder\uFF5C>";
constexpr std::array<std::string_view, 6> kTasks = {"action", "query", "authority", "domain", "title", "read_url"};

// One part of a question: words, or a tool's result among them.
struct Block {
  bool result = false;
  std::string text;
  std::string call;  // id of the call that it answers
};

struct Merged {
  Turn turn;
  std::vector<Block> blocks;  // of a user turn
};

bool asks(const Turn& turn) { return turn.role == Turn::Role::User || turn.role == Turn::Role::Developer; }

Failure refuse(std::string what, std::string where) {
  return fail("engine.unsupported_field", std::move(what), std::move(where), "correct the field or leave it out");
}

class Encoder {
 public:
  Encoder(const Conversation& conversation, Edition edition)
      : wanted_(conversation), edition_(edition), names_(dsml_names(edition)) {}
  Result<Script> encode();

 private:
  bool thinks() const { return wanted_.thinking; }
  Result<std::string> effort() const;
  void merge();
  static void sort_results(std::vector<Merged>& turns);
  void drop_reasoning();
  std::size_t last_question() const;
  void own(std::string_view words);
  void declare(const Turn& turn);
  Status calls(const Turn& turn);
  Status arguments(const chat::ToolCall& call);
  Status answer(std::size_t index, bool drop);
  Status turn(std::size_t index, bool drop);
  void system(std::size_t index, std::string_view effort_text);
  void question(const Merged& merged);
  Status open_answer(std::size_t index, bool drop);
  // V3.2
  Status turn_32(std::size_t index);
  Status result_32(std::size_t index);
  void question_32(const Turn& turn, bool last);

  const Conversation& wanted_;
  const Edition edition_;
  const DsmlNames names_;
  std::vector<Merged> turns_;
  std::size_t last_ = 0;  // the last question; turns_.size() if there is none
  bool any_question_ = false;
  Script out_;
};

// The words about the effort that stand before all else.
Result<std::string> Encoder::effort() const {
  const std::string& level = wanted_.effort;
  if (!thinks() || edition_ == Edition::V32) return std::string();
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), level) != names.end();
  };
  const bool low = is({"low", "minimal"}), top = is({"max", "ultra"});
  const bool high = level.empty() || is({"high", "medium", "xhigh"});
  if (edition_ == Edition::V41) {
    int number = low ? 50 : top ? 100 : high ? 75 : 0;
    if (number == 0) {
      const auto read = std::from_chars(level.data(), level.data() + level.size(), number);
      if (read.ec != std::errc{} || read.ptr != level.data() + level.size()) number = 0;
    }
    if (number < 1 || number > 100)
      return refuse("the model knows the efforts low, high, max and 1 to 100", "$.reasoning_effort");
    return "Reasoning Effort: " + std::to_string(number) +
           " (range 1-100, the higher the value, the more thorough the reasoning)\n\n";
  }
  if (!low && !top && !high) return refuse("the model knows the efforts low, high and max", "$.reasoning_effort");
  if (edition_ == Edition::V4) return std::string(top ? kEffortAbsolute : "");
  if (top) return std::string(kEffortBeyond);
  return std::string(high && !level.empty() ? kEffortAbsolute : "");  // low is the default
}

// V4 has no turn for results: they become parts of the user's turn, as do questions that follow each other.
void Encoder::merge() {
  for (const Turn& turn : wanted_.turns) {
    const bool result = turn.role == Turn::Role::Tool;
    if (edition_ == Edition::V32 || (!result && turn.role != Turn::Role::User)) {
      turns_.push_back({turn, {}});
      continue;
    }
    const bool joins = !turns_.empty() && turns_.back().turn.role == Turn::Role::User &&
                       (result || turns_.back().turn.task.empty());
    if (!joins) {
      Merged fresh;
      if (!result) fresh.turn = turn;
      fresh.turn.role = Turn::Role::User;
      turns_.push_back(std::move(fresh));
    }
    turns_.back().blocks.push_back({result, turn.content, turn.tool_call_id});
  }
  if (edition_ != Edition::V32) sort_results(turns_);
}

// Results in the order of the calls that they answer, whatever order they came in.
void Encoder::sort_results(std::vector<Merged>& turns) {
  std::map<std::string, std::size_t> order;
  for (Merged& merged : turns) {
    if (!merged.turn.tool_calls.empty()) {
      order.clear();
      for (std::size_t i = 0; i < merged.turn.tool_calls.size(); ++i)
        if (!merged.turn.tool_calls[i].id.empty()) order[merged.turn.tool_calls[i].id] = i;
    }
    if (order.empty()) continue;
    std::multimap<std::size_t, Block> results;  // equal places stay in the order they came in
    for (const Block& block : merged.blocks) {
      if (!block.result) continue;
      const auto found = order.find(block.call);
      results.emplace(found == order.end() ? 0 : found->second, block);
    }
    auto next = results.begin();
    for (Block& block : merged.blocks)
      if (block.result) block = (next++)->second;
  }
}

std::size_t Encoder::last_question() const {
  for (std::size_t i = turns_.size(); i-- > 0;) {
    const Turn& turn = turns_[i].turn;
    if (asks(turn) || (edition_ == Edition::V41 && turn.role == Turn::Role::System && i > 0)) return i;
  }
  return turns_.size();
}

// Before the last question: no reasoning, and none of the developer turns of DeepSeek's search.
void Encoder::drop_reasoning() {
  const std::size_t last = last_question();
  if (last == turns_.size()) return;
  std::vector<Merged> kept;
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if (i < last && turns_[i].turn.role == Turn::Role::Developer) continue;
    if (i < last) turns_[i].turn.reasoning.clear();
    kept.push_back(std::move(turns_[i]));
  }
  turns_ = std::move(kept);
}

// The format's words, with the tags' names put in.
void Encoder::own(std::string_view words) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> kNames = {
      {{"@calls", names_.calls}, {"@invoke", names_.invoke}, {"@parameter", names_.parameter}}};
  std::string spelled;
  while (!words.empty()) {
    const std::size_t at = words.find('@');
    spelled.append(words.substr(0, at));
    if (at == std::string_view::npos) break;
    words.remove_prefix(at);
    for (const auto& [name, tag] : kNames) {
      if (!words.starts_with(name)) continue;
      spelled.append(kDsmlMark).append(tag);
      words.remove_prefix(name.size());
      break;
    }
  }
  out_.own(spelled);
}

void Encoder::declare(const Turn& turn) {
  const bool v32 = edition_ == Edition::V32;
  if (!turn.tools.empty()) {
    out_.own("\n\n");
    own(v32 ? kToolsBefore32 : kToolsBefore4);
    bool first = true;
    for (const std::string& tool : turn.tools) {
      if (!first) out_.own("\n");
      first = false;
      const auto doc = json::Doc::parse(tool);
      out_.text(doc ? python_json((*doc)->root()) : tool);
    }
    out_.own(v32 ? kToolsAfter32 : kToolsAfter4);
  }
  if (!turn.response_format.empty()) {
    out_.own("\n\n");
    out_.own(kResponseFormat);
    const auto doc = json::Doc::parse(turn.response_format);
    out_.text(doc ? python_json((*doc)->root()) : turn.response_format);
  }
}

Status Encoder::arguments(const chat::ToolCall& call) {
  const auto parameter = [&](std::string_view name, bool is_string, std::string_view value) {
    own("<@parameter name=\"");
    out_.text(name);
    out_.own(is_string ? "\" string=\"true\">" : "\" string=\"false\">");
    out_.text(value);
    own("</@parameter>");
  };
  const auto doc = json::Doc::parse(call.arguments);
  if (!doc || !(*doc)->root().is(json::Type::Object)) {
    if (edition_ == Edition::V4 || edition_ == Edition::V4July) {
      parameter("arguments", true, call.arguments);
      return {};
    }
    return refuse("the arguments of an earlier call are no JSON object", "$.messages");
  }
  bool first = true;
  for (const json::Value value : (*doc)->root()) {
    if (!first) out_.own("\n");
    first = false;
    const auto words = value.string();
    parameter(value.key(), words.has_value(), words ? *words : python_json(value));
  }
  return {};
}

Status Encoder::calls(const Turn& turn) {
  if (turn.tool_calls.empty()) return {};
  own("\n\n<@calls>\n");
  for (const chat::ToolCall& call : turn.tool_calls) {
    own("<@invoke name=\"");
    out_.text(call.name);
    own("\">\n");
    SLUICE_TRY_VOID(arguments(call));
    own("\n</@invoke>\n");
  }
  own("</@calls>");
  return {};
}

Status Encoder::answer(std::size_t index, bool drop) {
  const Turn& turn = turns_[index].turn;
  const bool after_task = index > 0 && !turns_[index - 1].turn.task.empty();
  const bool after_last = !any_question_ || index > last_;
  if (thinks() && !after_task && (!drop || after_last)) {
    out_.text(turn.reasoning);
    if (!turn.open || !turn.content.empty()) out_.own("</think>");
  }
  out_.text(turn.content);
  SLUICE_TRY_VOID(calls(turn));
  if (!turn.open) out_.mark(kDeepSeekEnd);
  return {};
}

void Encoder::question(const Merged& merged) {
  out_.mark(kDeepSeekUser);
  bool first = true;
  for (const Block& block : merged.blocks) {
    if (!first) out_.own("\n\n");
    first = false;
    if (block.result) out_.own("<tool_result>");
    out_.text(block.text);
    if (block.result) out_.own("</tool_result>");
  }
}

// What stands between a question and its answer.
Status Encoder::open_answer(std::size_t index, bool drop) {
  const Turn& turn = turns_[index].turn;
  if (index + 1 < turns_.size()) {
    const Turn::Role next = turns_[index + 1].turn.role;
    if (next != Turn::Role::Assistant && next != Turn::Role::Reminder) return {};
  }
  if (!turn.task.empty()) {
    if (std::find(kTasks.begin(), kTasks.end(), turn.task) == kTasks.end())
      return refuse("the model has no task \"" + turn.task + "\"", "$.messages");
    if (turn.task == "action") {
      out_.mark(kDeepSeekAssistant);
      out_.own(thinks() ? "<think>" : "</think>");
    }
    out_.mark("<\uFF5C" + turn.task + "\uFF5C>");
    return {};
  }
  const bool late_system = edition_ == Edition::V41 && turn.role == Turn::Role::System && index > 0;
  if (!asks(turn) && !late_system) return {};
  out_.mark(kDeepSeekAssistant);
  out_.own(thinks() && (!drop || index >= last_) ? "<think>" : "</think>");
  return {};
}

void Encoder::system(std::size_t index, std::string_view effort_text) {
  const bool is_system = turns_[index].turn.role == Turn::Role::System;
  if (edition_ == Edition::V41 && (is_system || !effort_text.empty())) out_.mark(kSystem);
  out_.own(effort_text);
  if (!is_system) return;
  out_.text(turns_[index].turn.content);
  declare(turns_[index].turn);
}

Status Encoder::turn(std::size_t index, bool drop) {
  const Merged& merged = turns_[index];
  std::string effort_text;
  if (index == 0) {
    SLUICE_TRY(effort_text, effort());
  }
  system(index, effort_text);
  switch (merged.turn.role) {
    case Turn::Role::System:
    case Turn::Role::Tool:  // merged into questions
      break;
    case Turn::Role::Developer:
      out_.mark(kDeepSeekUser);
      out_.text(merged.turn.content);
      declare(merged.turn);
      break;
    case Turn::Role::User:
      question(merged);
      break;
    case Turn::Role::Reminder:
      out_.mark(kReminder);
      out_.text(merged.turn.content);
      break;
    case Turn::Role::Assistant:
      SLUICE_TRY_VOID(answer(index, drop));
      break;
  }
  return open_answer(index, drop);
}

void Encoder::question_32(const Turn& turn, bool last) {
  out_.mark(kDeepSeekUser);
  if (turn.role == Turn::Role::Developer) {
    declare(turn);
    out_.own("\n\n# The user's message is: ");
  }
  out_.text(turn.content);
  out_.mark(kDeepSeekAssistant);
  out_.own(last && thinks() ? "<think>" : "</think>");
}

Status Encoder::result_32(std::size_t index) {
  std::size_t asker = index;
  while (asker > 0 && turns_[asker].turn.role == Turn::Role::Tool) --asker;
  const Turn& turn = turns_[asker].turn;
  const std::size_t number = index - asker;
  if (turn.role != Turn::Role::Assistant || number > turn.tool_calls.size())
    return refuse("a tool result that no tool call asked for", "$.messages");
  if (number == 1) out_.own("\n\n<function_results>");
  out_.own("\n<result>");
  out_.text(turns_[index].turn.content);
  out_.own("</result>");
  if (number < turn.tool_calls.size()) return {};
  out_.own("\n</function_results>\n\n");
  out_.own((!any_question_ || index >= last_) && thinks() ? "<think>" : "</think>");
  return {};
}

Status Encoder::turn_32(std::size_t index) {
  const Turn& turn = turns_[index].turn;
  switch (turn.role) {
    case Turn::Role::System:
      out_.text(turn.content);
      declare(turn);
      return {};
    case Turn::Role::Developer:
    case Turn::Role::User:
      question_32(turn, index == last_);
      return {};
    case Turn::Role::Tool:
      return result_32(index);
    case Turn::Role::Assistant:
      return answer(index, true);
    case Turn::Role::Reminder:
      break;
  }
  return refuse("the model knows no reminders", "$.messages");
}

Result<Script> Encoder::encode() {
  merge();
  bool drop = wanted_.drop_reasoning;
  for (const Merged& merged : turns_)
    if (edition_ != Edition::V32 && !merged.turn.tools.empty()) drop = false;
  if (thinks() && drop) drop_reasoning();
  last_ = last_question();
  any_question_ = last_ < turns_.size();
  if (wanted_.begins) out_.mark(kDeepSeekBegin);
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if (edition_ == Edition::V32) {
      SLUICE_TRY_VOID(turn_32(i));
    } else {
      SLUICE_TRY_VOID(turn(i, drop));
    }
  }
  return std::move(out_);
}

}  // namespace

DsmlNames dsml_names(Edition edition) {
  switch (edition) {
    case Edition::V32:
      return {"function_calls", "invoke", "parameter"};
    case Edition::V41:
      return {" calls", " invoke", " parameter"};
    case Edition::V4:
    case Edition::V4July:
      break;
  }
  return {"tool_calls", "invoke", "parameter"};
}

Result<Script> encode_dsml(const Conversation& conversation, Edition edition) {
  return Encoder(conversation, edition).encode();
}

}  // namespace sluice::engine
