#include "engine/constraint/tool_grammar.h"

#include "engine/constraint/schema.h"
#include "engine/prompt/dsml.h"
#include "json/writer.h"

namespace sluice::engine::constraint {
namespace {

constexpr int kMostCalls = 16;
constexpr std::uint32_t kBar = 0xFF5C;

class ToolGrammar {
 public:
  ToolGrammar(ToolDialect dialect, bool one_call)
      : dialect_(dialect), one_call_(one_call), parts_(b_, CodeSet::range(kBar, kBar)) {}

  Result<std::shared_ptr<const Grammar>> build(const std::vector<ToolForm>& tools) {
    if (dialect_ == ToolDialect::None)
      return fail("engine.unsupported_field", "the model's prompt format has no tool calls", "$.tool_choice",
                  "use another model, or leave the choice to it");
    std::vector<Id> calls;
    for (const ToolForm& tool : tools) {
      SLUICE_TRY(const Id one, call(tool));
      calls.push_back(one);
    }
    return b_.build(block(b_.choice(calls)));
  }

 private:
  bool dsml() const {
    return dialect_ == ToolDialect::Dsml32 || dialect_ == ToolDialect::Dsml4 || dialect_ == ToolDialect::Dsml41;
  }
  DsmlNames names() const {
    return dsml_names(dialect_ == ToolDialect::Dsml32   ? Edition::V32
                      : dialect_ == ToolDialect::Dsml41 ? Edition::V41
                                                        : Edition::V4);
  }
  static std::string tag(bool closes, std::string_view name) {
    return (closes ? "</\uFF5CDSML\uFF5C" : "<\uFF5CDSML\uFF5C") + std::string(name);
  }
  Id text(std::string_view words) { return b_.literal(words); }

  // The calls with what stands before, between and behind them.
  Id block(Id call) {
    std::string before, between, behind;
    if (dsml()) {
      before = "\n\n" + tag(false, names().calls) + ">\n";
      behind = tag(true, names().calls) + ">";
    } else if (dialect_ == ToolDialect::Fenced || dialect_ == ToolDialect::Marked) {
      before = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
      between = dialect_ == ToolDialect::Fenced ? "\n" : "";
      behind = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
    } else if (dialect_ == ToolDialect::Hermes) {
      between = "\n";
    }
    const int more = one_call_ || dialect_ == ToolDialect::Bare ? 0 : kMostCalls - 1;
    return b_.sequence({text(before), call, b_.repeat(b_.sequence({text(between), call}), 0, more), text(behind)});
  }

  Result<Id> call(const ToolForm& tool) {
    if (dsml()) return dsml_call(tool);
    SLUICE_TRY(const Id json, arguments(tool));
    const std::string name = json::quote(tool.name);
    switch (dialect_) {
      case ToolDialect::Fenced:
        return b_.sequence({text("<\uFF5Ctool\u2581call\u2581begin\uFF5C>function<\uFF5Ctool\u2581sep\uFF5C>" +
                                 tool.name + "\n```json\n"),
                            json, text("\n```<\uFF5Ctool\u2581call\u2581end\uFF5C>")});
      case ToolDialect::Marked:
        return b_.sequence(
            {text("<\uFF5Ctool\u2581call\u2581begin\uFF5C>" + tool.name + "<\uFF5Ctool\u2581sep\uFF5C>"), json,
             text("<\uFF5Ctool\u2581call\u2581end\uFF5C>")});
      case ToolDialect::Hermes:
        return b_.sequence(
            {text("<tool_call>\n{\"name\": " + name + ", \"arguments\": "), json, text("}\n</tool_call>")});
      default:
        return b_.sequence({text("{\"name\": " + name + ", \"parameters\": "), json, text("}")});
    }
  }

  // Where the schema cannot be held and need not be, any object.
  Result<Id> arguments(const ToolForm& tool) {
    if (tool.parameters.empty()) return text("{}");
    SLUICE_TRY(const auto doc, json::Doc::parse(tool.parameters));
    docs_.push_back(doc);
    SchemaCompiler compiler(parts_, doc->root());
    auto value = compiler.compile({doc->root()});
    if (value) return value;
    if (tool.strict) return fail(located(value.error(), tool));
    return parts_.object();
  }

  static Error located(Error error, const ToolForm& tool) {
    error.message = "the tool " + tool.name + ": " + error.message;
    return error;
  }

  Result<Id> dsml_call(const ToolForm& tool) {
    const Id head = text(tag(false, names().invoke) + " name=\"" + tool.name + "\">\n");
    const Id tail = text(tag(true, names().invoke) + ">\n");
    if (tool.parameters.empty()) return b_.sequence({head, tail});
    SLUICE_TRY(const auto doc, json::Doc::parse(tool.parameters));
    docs_.push_back(doc);
    SchemaCompiler compiler(parts_, doc->root());
    auto made = parameters(compiler, doc->root());
    if (!made) return fail(located(made.error(), tool));
    std::vector<Id> all{head};
    all.insert(all.end(), made->begin(), made->end());
    all.push_back(tail);
    return b_.sequence(all);
  }

  Result<std::vector<Id>> parameters(SchemaCompiler& compiler, json::Value schema) {
    SLUICE_TRY(const SchemaCompiler::All flat, compiler.flatten({schema}));
    SLUICE_TRY(const SchemaCompiler::ObjectForm form, compiler.object_form(flat));
    std::vector<Id> out;
    for (const SchemaCompiler::Property& property : form.properties) {
      SLUICE_TRY(const Id one, parameter(compiler, property));
      out.push_back(property.required ? one : b_.optional(one));
    }
    return out;
  }

  Result<Id> parameter(SchemaCompiler& compiler, const SchemaCompiler::Property& property) {
    const std::string head = tag(false, names().parameter) + " name=\"" + property.name + "\" string=\"";
    const Id tail = text(tag(true, names().parameter) + ">\n");
    SLUICE_TRY(const SchemaCompiler::All flat, compiler.flatten(property.schemas));
    SLUICE_TRY(const bool words, compiler.only_string(flat));
    const bool listed = std::any_of(flat.begin(), flat.end(),
                                    [](json::Value schema) { return schema["enum"] || schema["const"]; });
    if (words && !listed) {
      SLUICE_TRY(const Id body, compiler.string_body(flat, {false, CodeSet::range(kBar, kBar)}));
      return b_.sequence({text(head + "true\">"), body, tail});
    }
    if (words) {
      std::vector<Id> all;
      for (const json::Value schema : flat) {
        for (const json::Value value : schema["enum"]) all.push_back(text(value.string().value_or("")));
        if (schema["const"]) all.push_back(text(schema["const"].string().value_or("")));
      }
      return b_.sequence({text(head + "true\">"), b_.choice(all), tail});
    }
    SLUICE_TRY(const Id value,
               property.schemas.empty() ? Result<Id>(parts_.value()) : compiler.compile(property.schemas));
    return b_.sequence({text(head + "false\">"), value, tail});
  }

  const ToolDialect dialect_;
  const bool one_call_;
  GrammarBuilder b_;
  JsonParts parts_;
  std::vector<std::shared_ptr<const json::Doc>> docs_;
};

}  // namespace

Result<std::shared_ptr<const Grammar>> tool_call_grammar(ToolDialect dialect, const std::vector<ToolForm>& tools,
                                                         bool one_call) {
  return ToolGrammar(dialect, one_call).build(tools);
}

}  // namespace sluice::engine::constraint
