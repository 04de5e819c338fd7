// What a deployment makes of the protocol it speaks: the facts by which an encoder tells a field that can be
// honoured from one that must be refused. Data, filled from the dialect table (backend/dialect.h); engines change
// weekly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::wire {

// How a deployment is told to think or not to.
enum class ThinkingSwitch : std::uint8_t {
  None,          // it can't be told: a request that insists is refused
  Thinking,      // "thinking": {"type": "enabled" | "disabled"}: DeepSeek, Anthropic
  ChatTemplate,  // "chat_template_kwargs": {"thinking": bool}: vLLM, SGLang
  Effort         // "reasoning_effort": "none" | ...: NIM, OpenAI
};

struct Target {
  std::string model;  // the deployment's name of the model, put in the place of the route's
  ThinkingSwitch thinking = ThinkingSwitch::None;
  bool thinks_by_default = false;     // without a word about it, the model thinks
  bool forced_tools_thinking = true;  // a forced tool_choice works while it thinks
  bool keeps_reasoning = false;       // history may or must carry reasoning ("reasoning_content", thinking blocks)
  bool needs_reasoning = false;       // with tools, a history without reasoning is refused (DeepSeek)
  bool verifies_signatures = false;   // thinking blocks must carry the vendor's own signature (Anthropic)
  bool developer_role = false;        // else such a message is sent as a system message, which means the same
  bool images = false;
  bool json_object = true;
  bool json_schema = true;
  bool strict_tools = true;  // "strict" of a tool is understood
  bool logprobs = true;
  bool seed = true;
  bool logit_bias = true;
  bool penalties = true;        // frequency_penalty and presence_penalty have an effect
  bool parallel_switch = true;  // parallel_tool_calls is understood
  bool prefix = false;          // an answer can continue the last assistant message
  std::size_t max_stop = 16;    // stop strings it takes
  bool tool_choice = true;      // tool_choice is read at all
  bool top_k = false;
  bool min_p = false;
  bool several = true;                 // text completions: "n" is read
  bool tool_parts = true;              // chat: a tool's result may be content parts, not only a string
  bool effort_synonyms = false;        // other names of effort mean one of `efforts`, and it does not say which
  bool effort_needs_thinking = false;  // an effort is refused while thinking is off
  // Fields that it takes and makes nothing of, for bodies that go on as they came (pass_through.h). "$.metadata":
  // at this place; "$.metadata.": everything below it; "cache_control": of this name anywhere.
  std::vector<std::string> ignored;
  // Types of tools besides functions that it has; one that ends in '_' stands for all that begin so. Absent: not
  // known, and all of them go on.
  std::optional<std::vector<std::string>> hosted_tools;
  std::vector<std::string> blocks;              // Messages: types of content blocks it reads; empty: all
  std::vector<std::string> efforts;             // names of reasoning effort it takes, weakest first; empty: none
  std::string max_tokens_field = "max_tokens";  // empty: both names, as the client wrote it
  std::string user_field = "user";              // of the end user's id
};

// A body for a deployment, and what the client should know of how it differs from what it asked for.
struct Outgoing {
  std::string body;
  // Shown to the client in x-sluice-note and counted: "dropped $.metadata", "thinking off: tool_choice is forced".
  // Names of fields and fixed words only, never the client's text.
  std::vector<std::string> notes;
  // Stop strings that the body does not carry, because the target takes fewer: whoever reads the answer ends it
  // there (backend/stop_watch.h).
  std::vector<std::string> stops;
};

}  // namespace sluice::wire
