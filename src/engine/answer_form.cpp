#include "engine/answer_form.h"

#include <algorithm>
#include <array>

#include "engine/constraint/tool_grammar.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

using Made = Result<std::shared_ptr<const constraint::Grammar>>;

constexpr std::array<std::string_view, 4> kFields = {"$.grammar", "$.guided_grammar", "$.guided_regex",
                                                     "$.guided_json"};

// The error stands in the request, not in the grammar alone.
Made placed(Made made, const std::string& field) {
  if (!made) made.error().where = field + (made.error().where.empty() ? "" : ": " + made.error().where);
  return made;
}

Made of_extra(const chat::ExtraField& field) {
  const auto doc = json::Doc::parse(field.raw);
  if (!doc) return fail(doc.error());
  const auto text = (*doc)->root().string();
  if (field.path == "$.guided_json") return placed(constraint::parse_schema(text ? *text : field.raw), field.path);
  if (!text) return fail("engine.constraint", "a text is wanted", field.path);
  if (field.path == "$.guided_regex") return placed(constraint::parse_regex(*text), field.path);
  return placed(constraint::parse_grammar(*text), field.path);
}

Made of_format(const chat::OutputFormat& format) {
  if (format.kind == chat::OutputFormat::Kind::JsonObject) return constraint::json_object();
  return placed(constraint::parse_schema(format.schema.empty() ? "{}" : format.schema), "$.response_format");
}

std::vector<constraint::ToolForm> tools_of(const chat::Request& request, const std::string* named) {
  std::vector<constraint::ToolForm> tools;
  for (const chat::Tool& tool : request.tools)
    if (named == nullptr || tool.name == *named)
      tools.push_back({tool.name, tool.parameters, tool.strict.value_or(false)});
  return tools;
}

Made forced_calls(const chat::Request& request, ToolDialect dialect) {
  const bool named = request.tool_choice.mode == chat::ToolChoice::Mode::Named;
  const std::vector<constraint::ToolForm> tools = tools_of(request, named ? &request.tool_choice.name : nullptr);
  if (tools.empty())
    return fail("engine.unsupported_field",
                named ? "no tool is named as tool_choice says" : "there is no tool to call", "$.tool_choice",
                "declare the tool, or leave tool_choice out");
  return placed(constraint::tool_call_grammar(dialect, tools, request.parallel_tool_calls == false || named),
                "$.tools");
}

}  // namespace

bool is_form_field(const chat::ExtraField& field) {
  return std::find(kFields.begin(), kFields.end(), field.path) != kFields.end();
}

Result<AnswerGrammar> answer_grammar(const chat::Request& request, ToolDialect dialect) {
  std::shared_ptr<const constraint::Grammar> grammar;
  std::string where;
  const auto take = [&](Made made, const std::string& field) -> Status {
    if (!made) return fail(made.error());
    if (grammar)
      return fail("engine.unsupported_field", "the answer cannot have two forms: " + where + " asks for one too",
                  field, "leave one of them out");
    grammar = *made;
    where = field;
    return {};
  };
  if (request.tool_choice.forced()) {
    SLUICE_TRY_VOID(take(forced_calls(request, dialect), "$.tool_choice"));
  }
  const chat::OutputFormat::Kind kind = request.format.kind;
  if (kind == chat::OutputFormat::Kind::JsonObject || kind == chat::OutputFormat::Kind::JsonSchema) {
    SLUICE_TRY_VOID(take(of_format(request.format), "$.response_format"));
  }
  for (const chat::ExtraField& field : request.extra) {
    if (!is_form_field(field) || field.raw == "null") continue;
    SLUICE_TRY_VOID(take(of_extra(field), field.path));
  }
  const bool strict = std::any_of(request.tools.begin(), request.tools.end(),
                                  [](const chat::Tool& tool) { return tool.strict == true; });
  const chat::ToolChoice::Mode mode = request.tool_choice.mode;
  const bool free = mode == chat::ToolChoice::Mode::Auto || mode == chat::ToolChoice::Mode::Unset;
  if (grammar || !strict || !free || dialect == ToolDialect::None) return AnswerGrammar{grammar};
  SLUICE_TRY(grammar, placed(constraint::tool_text_grammar(dialect, tools_of(request, nullptr),
                                                           request.parallel_tool_calls == false),
                             "$.tools"));
  return AnswerGrammar{std::move(grammar), true};
}

}  // namespace sluice::engine
