// The form that a request asks its answer to have.
#pragma once

#include <memory>

#include "base/result.h"
#include "chat/request.h"
#include "engine/constraint/constraint.h"
#include "engine/prompt/prompt.h"

namespace sluice::engine {

struct AnswerGrammar {
  std::shared_ptr<const constraint::Grammar> grammar;  // null: the answer is free
  bool free_text = false;                              // it is, but for the tool calls in it
};

// Forced tool calls, calls of strict tools where there are any, response_format (JSON object or schema), or the
// extra fields `grammar` (GBNF), `guided_grammar`, `guided_regex` and `guided_json`, as llama.cpp and vLLM call
// them; none: null. Errors: engine.constraint with the field's place, engine.unsupported_field for two forms at
// once.
Result<AnswerGrammar> answer_grammar(const chat::Request& request, ToolDialect dialect);
// Is it one of the extra fields that answer_grammar() reads?
bool is_form_field(const chat::ExtraField& field);

}  // namespace sluice::engine
