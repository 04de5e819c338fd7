#include "engine/constraint/tool_grammar.h"

#include <array>

#include "engine/constraint/marked_text.h"
#include "engine/constraint/schema.h"
#include "engine/prompt/dsml.h"
#include "engine/prompt/formats.h"
#include "json/writer.h"

namespace sluice::engine::constraint {
namespace {

constexpr int kMostCalls = 16;
constexpr std::string_view kHermes = "<tool_call>";

// How DSML's mark may be spelled. Its character does not come in texts: the mark would end them.
struct Spelling {
  std::string_view mark;
  CodeSet in_texts, in_json;  // what does not come; an escape in JSON spells no mark
};
Spelling fullwidth() {
  const CodeSet bar = CodeSet::range(0xFF5C, 0xFF5C);
  return {kDsmlMark, bar, bar};
}
std::array<Spelling, 3> all_spellings() {
  return {fullwidth(), Spelling{"\\DSML\\", CodeSet::of("\\"), {}},
          Spelling{"|DSML|", CodeSet::of("|"), CodeSet::of("|")}};
}

bool is_dsml(ToolDialect dialect) {
  return dialect == ToolDialect::Dsml32 || dialect == ToolDialect::Dsml4 || dialect == ToolDialect::Dsml41;
}

// A block of calls: its opening tag, and what stands before that and behind it.
struct Block {
  std::string before, opening;
  Id rest = 0;
};

class ToolGrammar {
 public:
  ToolGrammar(GrammarBuilder& b, ToolDialect dialect, bool one_call, Spelling spelling)
      : b_(b),
        dialect_(dialect),
        one_call_(one_call),
        spelling_(std::move(spelling)),
        parts_(b_, spelling_.in_json) {}

  Result<Block> build(const std::vector<ToolForm>& tools) {
    if (dialect_ == ToolDialect::None)
      return fail("engine.unsupported_field", "the model's prompt format has no tool calls", "$.tool_choice",
                  "use another model, or leave the choice to it");
    std::vector<Id> calls;
    for (const ToolForm& tool : tools) {
      SLUICE_TRY(const Id one, call(tool));
      calls.push_back(one);
    }
    return block(b_.choice(calls));
  }

 private:
  bool dsml() const { return is_dsml(dialect_); }
  DsmlNames names() const {
    return dsml_names(dialect_ == ToolDialect::Dsml32   ? Edition::V32
                      : dialect_ == ToolDialect::Dsml41 ? Edition::V41
                                                        : Edition::V4);
  }
  std::string tag(bool closes, std::string_view name) const {
    return (closes ? "</" : "<") + std::string(spelling_.mark) + std::string(name);
  }
  Id text(std::string_view words) { return b_.literal(words); }

  // The calls with what stands before, between and behind them. Each call of Hermes opens anew.
  Block block(Id call) {
    Block out;
    std::string first, between, behind;
    if (dsml()) {
      out.before = "\n\n";
      out.opening = tag(false, names().calls) + ">";
      first = "\n";
      behind = tag(true, names().calls) + ">";
    } else if (dialect_ == ToolDialect::Fenced || dialect_ == ToolDialect::Marked) {
      out.opening = "<\uFF5Ctool\u2581calls\u2581begin\uFF5C>";
      between = dialect_ == ToolDialect::Fenced ? "\n" : "";
      behind = "<\uFF5Ctool\u2581calls\u2581end\uFF5C>";
    } else if (dialect_ == ToolDialect::Hermes) {
      out.opening = kHermes;
      between = "\n" + std::string(kHermes);
    }
    const int more = one_call_ || dialect_ == ToolDialect::Bare ? 0 : kMostCalls - 1;
    out.rest =
        b_.sequence({text(first), call, b_.repeat(b_.sequence({text(between), call}), 0, more), text(behind)});
    return out;
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
        return b_.sequence({text("\n{\"name\": " + name + ", \"arguments\": "), json, text("}\n</tool_call>")});
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
    if (!made && tool.strict) return fail(located(made.error(), tool));
    if (!made) made = any_parameters(doc->root());
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

  // The declared ones, whatever their values: the reader takes none twice.
  Result<std::vector<Id>> any_parameters(json::Value schema) {
    std::vector<Id> out;
    const Id tail = text(tag(true, names().parameter) + ">\n");
    const Id words = b_.repeat(b_.chars(CodeSet::all().without(spelling_.in_texts)), 0);
    for (const json::Value property : schema["properties"]) {
      const std::string head =
          tag(false, names().parameter) + " name=\"" + std::string(property.key()) + "\" string=\"";
      out.push_back(b_.optional(b_.choice({b_.sequence({text(head + "true\">"), words, tail}),
                                           b_.sequence({text(head + "false\">"), parts_.value(), tail})})));
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
      SLUICE_TRY(const Id body, compiler.string_body(flat, {false, spelling_.in_texts}));
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

  GrammarBuilder& b_;
  const ToolDialect dialect_;
  const bool one_call_;
  const Spelling spelling_;
  JsonParts parts_;
  std::vector<std::shared_ptr<const json::Doc>> docs_;
};

}  // namespace

Result<std::shared_ptr<const Grammar>> tool_call_grammar(ToolDialect dialect, const std::vector<ToolForm>& tools,
                                                         bool one_call) {
  GrammarBuilder b;
  SLUICE_TRY(const Block block, ToolGrammar(b, dialect, one_call, fullwidth()).build(tools));
  return b.build(b.sequence({b.literal(block.before + block.opening), block.rest}));
}

Result<std::shared_ptr<const Grammar>> tool_text_grammar(ToolDialect dialect, const std::vector<ToolForm>& tools,
                                                         bool one_call) {
  GrammarBuilder b;
  std::vector<MarkedText> blocks;
  for (const Spelling& spelling : all_spellings()) {
    SLUICE_TRY(const Block block, ToolGrammar(b, dialect, one_call, spelling).build(tools));
    blocks.push_back({block.opening, block.rest});
    if (!is_dsml(dialect)) break;
  }
  if (dialect != ToolDialect::Bare) return b.build(text_with(b, blocks));
  Grammar::Bytes blank, other;
  for (const char c : std::string_view(" \t\r\n")) blank.set(static_cast<unsigned char>(c));
  for (unsigned c = 0; c < 256; ++c) other.set(c, !blank.test(c) && c != '{');
  const Id any = b.repeat(b.byte(Grammar::Bytes().set()), 0);
  const Id answer = b.choice({b.literal(""), blocks[0].then, b.sequence({b.byte(other), any})});
  return b.build(b.sequence({b.repeat(b.byte(blank), 0), answer}));
}

}  // namespace sluice::engine::constraint
