// Tool calls in the model's own dialect, with arguments as the tools' schemas say: an answer that is calls, or one
// that may hold some.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/constraint/grammar.h"
#include "engine/prompt/prompt.h"

namespace sluice::engine::constraint {

struct ToolForm {
  std::string name;
  std::string parameters;  // JSON Schema; empty: no arguments
  bool strict = false;     // a schema that cannot be held is refused; else any object will do where it cannot
};

// One call or, unless `one_call`, up to 16, each of one of the tools. The fullwidth bar of DeepSeek's marks does
// not come in texts: it would end them. Errors: engine.constraint; engine.unsupported_field for a dialect without
// calls.
Result<std::shared_ptr<const Grammar>> tool_call_grammar(ToolDialect dialect, const std::vector<ToolForm>& tools,
                                                         bool one_call);

// Any bytes, in which calls are such calls: from where a block begins, as ToolCallParser finds it in any spelling,
// to where it ends. Behind it there may be more of both. With the dialect Bare, whose calls have no mark, an
// answer that begins with { is a call. Errors as above.
Result<std::shared_ptr<const Grammar>> tool_text_grammar(ToolDialect dialect, const std::vector<ToolForm>& tools,
                                                         bool one_call);

}  // namespace sluice::engine::constraint
