// Any bytes as a GBNF grammar, a regular expression, a JSON Schema or a strict tool: it is refused with a reason,
// or answers can be walked. On the way an automaton that forgets its past states says the same as one that does
// not, and what a schema's grammar takes for a whole answer is JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/constraint/constraint.h"
#include "engine/constraint/tool_grammar.h"
#include "json/doc.h"
#include "text/utf8.h"

namespace {

using namespace sluice;
using namespace sluice::engine;
using namespace sluice::engine::constraint;

void must(bool holds) {
  if (!holds) std::abort();
}

Result<std::shared_ptr<const Grammar>> parse(std::uint8_t kind, std::string_view text) {
  switch (kind % 4) {
    case 0:
      return parse_grammar(text);
    case 1:
      return parse_regex(text);
    case 2:
      return parse_schema(text);
    default:
      return tool_call_grammar(static_cast<ToolDialect>(1 + kind / 4 % 7), {{"f", std::string(text), true}}, true);
  }
}

// Walks by choosing among the bytes that may follow; which ones `random` decides.
void walk(const std::shared_ptr<const Grammar>& grammar, std::uint32_t random, bool schema) {
  Automaton automaton(grammar), forgetful(grammar);
  Automaton::State state = automaton.start(), other = forgetful.start();
  std::string answer;
  for (int step = 0; step < 40 && !automaton.overflowed(); ++step) {
    must(automaton.accepts(state) == forgetful.accepts(other) || forgetful.overflowed());
    if (schema && automaton.accepts(state)) {
      const auto doc = json::Doc::parse(answer);
      // No grammar can tell whether a free object has a name twice.
      must(doc.has_value() || doc.error().code == "json.duplicate_key");
    }
    std::string possible;
    for (unsigned b = 0; b < 256; ++b)
      if (automaton.step(state, static_cast<unsigned char>(b)) != Automaton::kDead)
        possible += static_cast<char>(b);
    if (automaton.overflowed()) return;
    must(possible.empty() == automaton.complete(state));
    must(!possible.empty() || automaton.accepts(state));  // no dead ends
    if (possible.empty()) break;
    random = random * 1664525u + 1013904223u;
    const auto byte = static_cast<unsigned char>(possible[(random >> 8) % possible.size()]);
    answer += static_cast<char>(byte);
    state = automaton.step(state, byte);
    other = forgetful.step(other, byte);
    if (forgetful.overflowed()) return;
    must(other != Automaton::kDead);
    other = forgetful.forget_others(other);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto grammar = parse(data[0], text);
  if (!grammar) {
    must(!grammar.error().message.empty());
    must(grammar.error().code.starts_with("engine.") || grammar.error().code.starts_with("json."));
    must(text::valid_utf8(grammar.error().to_string()) || !text::valid_utf8(text));
    return 0;
  }
  walk(*grammar, data[1], data[0] % 4 == 2);
  return 0;
}
