#include "engine/prompt/jinja.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "engine/gguf/gguf.h"
#include "engine/prompt/formats.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {
namespace {

using jinja::Members;
using jinja::Text;
using jinja::Value;

std::string render(const std::string& source, const Members& variables = {}) {
  const auto parsed = jinja::Template::parse(source);
  if (!parsed) return "ERROR " + parsed.error().where + " " + parsed.error().message;
  const auto out = (*parsed)->render(variables);
  return out ? out->bytes : "ERROR " + out.error().where + " " + out.error().message;
}

// Expectations: what python3-jinja2 3.1 prints with trim_blocks and lstrip_blocks.
TEST_CASE("templates mean what Jinja2 means") {
  const std::pair<const char*, const char*> cases[] = {
      {"{% if 1 %}\nx\n{% endif %}\ny\n", "x\ny"},
      {"a  {%- if true -%}  b  {%- endif %}  c", "ab  c"},
      {"  {% set x = 3 %}{{ x }}\n  {# note #}\nz", "3\nz"},
      {"{% for i in range(3) %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2,3"},
      {"{% for i in [] %}x{% else %}none{% endfor %}", "none"},
      {"{% set ns = namespace(n=0) %}{% for i in range(4) if i % 2 == 1 %}{% set ns.n = ns.n + i %}{% endfor %}{{ "
       "ns.n }}",
       "4"},
      {"{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1"},
      {"{{ 'a</think>b</think>c'.split('</think>')[-1] }}", "c"},
      {"{{ [1,2,3][::-1] | join('-') }} {{ 'abc'[1:] }}", "3-2-1 bc"},
      {"{{ {'a': [1, 2.0, none, true], 'é': 'x\"'} | tojson }}",
       "{\"a\": [1, 2.0, null, true], \"é\": \"x\\\"\"}"},
      {"{{ {'a': [1]} | tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ]\n}"},
      {"{{ x is defined }} {{ x is not none }} {{ 'a' in 'cat' and 2 not in [1] }}", "False True True"},
      {"{{ x | default('d') }}{{ '' | default('e', true) }}{{ ' t ' | trim }}|", "det|"},
      {"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 'a' ~ 1 }}", "3 -4 2 3.5 a1"},
      {"{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "a=1"},
      {"{% for i in range(9) %}{% if i == 2 %}{% continue %}{% elif i == 4 %}{% break %}{% endif %}{{ i }}{% "
       "endfor %}",
       "013"},
      {"{% set x %}<{{ 1 }}>{% endset %}{{ x }}", "<1>"},
      {"{{ 'x' if false else 'y' if true else 'z' }}{{ not false }}{{ {'a': 1}.get('b', 'n') }}", "yTruen"},
      // Numbers at the ends of 64 bits.
      {"{{ [1, 2, 3, 4][1::9223372036854775807] }} {{ [1, 2, 3][::-9223372036854775807] }}", "[2] [3]"},
      {"{{ range(1, 5, 9223372036854775807) | list }} {{ range(9223372036854775806, 9223372036854775807, 5) | "
       "list }}",
       "[1] [9223372036854775806]"},
      {"{{ 9223372036854775806 % 9223372036854775807 }} {{ -7 % -3 }} {{ 7 % -3 }}", "9223372036854775806 -1 -2"},
      {"{{ range(5, 0, -2) | list }} {{ range(0) | list }}", "[5, 3, 1] []"},
      {"{{ 'é世' | length }} {{ 'ab' | upper }} {{ '  a '.lstrip() }}| {{ 'aXbX'.replace('X', '') }}",
       "2 AB a | ab"},
  };
  for (const auto& [source, expected] : cases) {
    CAPTURE(source);
    CHECK(render(source) == expected);
  }
}

TEST_CASE("what is not known is refused by name, and what runs on is stopped") {
  const std::pair<const char*, const char*> cases[] = {
      {"\n{% macro f() %}{% endmacro %}", "line 2"},
      {"{% include 'x' %}", "include"},
      {"{{ x | groupby('a') }}", "groupby"},
      {"{{ lipsum() }}", "lipsum"},
      {"{{ ''.format(1) }}", "format"},
      {"{{ 1 is prime }}", "prime"},
      {"{{ 'a' + 1 }}", "a text + a number"},
      {"{{ a.b.c }}", "not there"},
      {"{% if %}", "missing"},
      {"{{ 1", "closed"},
      {"{{ raise_exception('only one') }}", "only one"},
      {"{% for i in range(2000000) %}{% endfor %}", "million"},
      {"{% set ns = namespace(s='x') %}{% for i in range(40) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
       "copies"},
      {"{{ 1777777777777777777777.5 | int }}", "64 bits"},
      {"{{ -9300000000000000000.0 | int }}", "64 bits"},
      {"{{ ''.__class__ }}", ""}};
  for (const auto& [source, part] : cases) {
    CAPTURE(source);
    const std::string out = render(source);
    CAPTURE(out);
    if (*part != 0) CHECK(out.starts_with("ERROR"));
    CHECK(out.find(part) != std::string::npos);
  }
  CHECK(render("{{ " + std::string(5000, '(') + "1" + std::string(5000, ')') + " }}").starts_with("ERROR"));
}

// A few lines can say a value that does not fit any machine, and each of these ended or stopped the process once.
TEST_CASE("a template that asks for too much is stopped: time, memory and depth") {
  const std::string eight = "[ns.x, ns.x, ns.x, ns.x, ns.x, ns.x, ns.x, ns.x]";
  const std::string laughs =
      "{% set ns = namespace(x=['aaaa']) %}{% for i in range(20) %}{% set ns.x = " + eight + " %}{% endfor %}";
  const std::string doubled =
      "{% set ns = namespace(x='a', l=[]) %}{% for i in range(20) %}{% set ns.x = ns.x ~ ns.x %}"
      "{% endfor %}";
  const std::string sixty(60, 'a');
  std::string grown = "'" + sixty + "'";
  for (int i = 0; i < 4; ++i) grown += " | replace('a', '" + sixty + "')";
  for (const std::string& source : std::vector<std::string>{
           "{% set ns = namespace(x=[]) %}{% for i in range(150000) %}{% set ns.x = [ns.x] %}{% endfor %}",
           "{% set ns = namespace(x=[]) %}{% for i in range(150000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
           "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
           "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns.a }}",
           "{% set ns = namespace() %}{% set n = namespace(a={'b': ns}) %}{{ n }}",
           laughs + "{{ ns.x | tojson | length }}",
           laughs + "{{ ns.x }}",
           laughs + "{{ ns.x == ns.x }}",
           laughs + "{{ ns.x in [ns.x] }}",
           laughs + "{{ ns.x | join }}",
           doubled + "{% for i in range(3000) %}{% set ns.l = ns.l + [ns.x] %}{% endfor %}",
           doubled + "{% for i in range(300000) %}{% set y = ns.x %}{% endfor %}",
           doubled + "{% for i in range(300000) %}{% if ns.x == ns.x %}{% endif %}{% endfor %}",
           doubled + "{{ ns.x.replace('a', ns.x) }}",
           doubled + "{{ ns.x.split('a') | length }}",
           "{% set r = range(999999) %}",
           "{% for i in range(300000) %}{% set r = range(1000) %}{% endfor %}",
           "{{ " + grown + " }}",
           "{{ -(-9223372036854775807 - 1) }}",
       }) {
    CAPTURE(source);
    CHECK(render(source).starts_with("ERROR"));
  }
}

// What a template may do grows with the conversation.
TEST_CASE("a long conversation is no reason to stop a template that looks at each message a few times") {
  jinja::List messages;
  for (int i = 0; i < 1000; ++i)
    messages.push_back(Value::of(Members{{"role", Value::of(Text::written(i % 2 == 0 ? "user" : "assistant"))},
                                         {"content", Value::of(Text::foreign(std::string(4000, 'a')))}}));
  const std::string out = render(
      "{% set ns = namespace(l=[], n=0) %}{% for m in messages %}{% set ns.l = ns.l + [m] %}"
      "{% if m['role'] == 'user' and m.content and '</think>' not in m.content %}{% set ns.n = loop.index0 %}{% "
      "endif %}"
      "{{ m.role + '\n' + m.content | trim + (m.content.split('</think>')[-1])[:1] }}{% endfor %}{{ ns.n }}",
      Members{{"messages", Value::of(std::move(messages))}});
  CHECK(out.ends_with("a998"));
  CHECK(out.size() > 4'000'000);
}

// The prompts of tests/golden, which Jinja2 rendered from the same templates.
TEST_CASE("the models' own templates give the prompts that Jinja2 gives, and texts never become marks") {
  if (!std::filesystem::exists("../shared/tokenizers")) {
    MESSAGE("SKIPPED: ../shared/tokenizers is not there");
    return;
  }
  struct Loaded {
    std::unique_ptr<gguf::File> file;
    std::unique_ptr<Tokenizer> tokenizer;
    std::unique_ptr<PromptFormat> format;
  };
  std::map<std::string, Loaded> models;
  std::ifstream golden("tests/golden/prompts.jsonl");
  REQUIRE(golden.good());
  int rows = 0;
  for (std::string line; std::getline(golden, line);) {
    const auto doc = json::Doc::parse(line);
    REQUIRE(doc.has_value());
    const json::Value row = (*doc)->root();
    const std::string vocabulary = *row["vocabulary"].string();
    if (vocabulary == "llama-bpe") continue;  // the file has no template
    Loaded& model = models[vocabulary];
    if (!model.format) {
      model.file = std::move(*gguf::File::open("../shared/tokenizers/ggml-vocab-" + vocabulary + ".gguf"));
      model.tokenizer = std::move(*Tokenizer::create(*model.file));
      auto made = make_template_format({"template", "for the test"}, *model.tokenizer,
                                       model.file->string("tokenizer.chat_template").value_or(""));
      REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().to_string()));
      model.format = std::move(*made);
    }
    chat::Request request;
    for (const json::Value m : row["messages"]) {
      chat::Message message;
      const std::string role = *m["role"].string();
      message.role = role == "system" ? chat::Role::System
                     : role == "user" ? chat::Role::User
                                      : chat::Role::Assistant;
      message.parts.push_back({chat::Part::Kind::Text, *m["content"].string(), ""});
      request.messages.push_back(std::move(message));
    }
    request.thinking = row["thinking"].boolean();
    const auto ids = model.format->render(request);
    REQUIRE_MESSAGE(ids.has_value(), (ids ? "" : ids.error().to_string()));
    std::string text;
    std::int64_t marks = 0;
    for (const std::int32_t id : *ids) {
      std::string name;
      model.tokenizer->append_token_text(name, id, true);
      marks += model.tokenizer->token_id(name) == id;
      text += name;
    }
    REQUIRE(text == *row["text"].string());
    REQUIRE(marks == *row["marks"].integer());
    ++rows;
  }
  CHECK(rows > 300);
}

}  // namespace
}  // namespace sluice::engine
