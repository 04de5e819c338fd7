// Prompts of DeepSeek V3.2, V4 and V4.1: the published Python encoders (no chat template ships with these models),
// byte for byte, with their tool calls in DSML.
#pragma once

#include "base/result.h"
#include "engine/prompt/conversation.h"
#include "engine/prompt/script.h"

namespace sluice::engine {

// V4 is the preview of April 2026; V4July the refreshed V4-Flash-0731 and V4-Pro-0813, whose effort texts moved
// down by one level.
enum class Edition { V32, V4, V4July, V41 };

// Tag names as they stand behind the DSML mark: "tool_calls", "invoke", "parameter"; V4.1 writes a space first.
struct DsmlNames {
  std::string_view calls, invoke, parameter;
};
DsmlNames dsml_names(Edition edition);

// Errors: engine.unsupported_field for what the encoder refuses: results without calls (V3.2), arguments that are
// no JSON object (V3.2, V4.1), an effort or a task that it does not know.
Result<Script> encode_dsml(const Conversation& conversation, Edition edition);

}  // namespace sluice::engine
