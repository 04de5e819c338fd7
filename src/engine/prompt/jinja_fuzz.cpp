// Any bytes as a chat template: refused, failing with a reason, or a text, the same each time. Whatever the
// template does with a client's words, no byte of theirs comes out as the template's own: that would forge marks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/prompt/jinja.h"

namespace {

using namespace sluice;
using namespace sluice::engine;

void must(bool holds) {
  if (!holds) std::abort();
}

// Every word of the client holds the byte 0x01, which is in no template that is looked at for it.
jinja::Members variables() {
  auto doc = json::Doc::parse(
      R"({"messages":[{"role":"system","content":"\u0001be"},{"role":"user","content":" \u0001hi\n"},)"
      R"({"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"f\u0001",)"
      R"("arguments":{"a":[1,2.5,null,true,"\u0001"]}}}]},{"role":"tool","content":"\u0001"}],)"
      R"("tools":[{"type":"function","function":{"name":"f","description":"\u0001"}}]})");
  must(doc.has_value());
  jinja::Members out;
  for (const json::Value member : (*doc)->root()) out.emplace_back(member.key(), jinja::Value::of(member));
  out.emplace_back("add_generation_prompt", jinja::Value::of(true));
  out.emplace_back("bos_token", jinja::Value::of(jinja::Text::written("<s>")));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const jinja::Members kVariables = variables();
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto parsed = jinja::Template::parse(source);
  if (!parsed) {
    must(parsed.error().code == "engine.template" && !parsed.error().message.empty());
    return 0;
  }
  const auto first = (*parsed)->render(kVariables), second = (*parsed)->render(kVariables);
  must(first.has_value() == second.has_value());
  if (!first) {
    must(first.error().code == "engine.template");
    return 0;
  }
  must(first->bytes == second->bytes && first->own == second->own && first->own.size() == first->bytes.size());
  if (source.find('\x01') != std::string_view::npos || source.find('\\') != std::string_view::npos) return 0;
  for (std::size_t i = 0; i < first->bytes.size(); ++i)
    if (first->bytes[i] == '\x01') must(!first->own[i]);
  return 0;
}
