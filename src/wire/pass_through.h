// Inside this room: bodies that go to a deployment of the client's own protocol. The bytes stay, so that what the
// deployment would leave out in silence has to be found: refused, or noted where the answer does not change by it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/request.h"
#include "wire/target.h"

namespace sluice::wire {

inline constexpr const char* kThinkingOff = "thinking off: tool_choice is forced";
inline constexpr const char* kEffortDropped = "dropped reasoning_effort: thinking is off";

// Of a deployment of the Responses API that does not read `include`.
inline constexpr const char* kOnlyByTop = "to send log-probabilities but by top_logprobs";

// "not honoured by the deployment: $.seed"
std::string unhonoured(std::string_view field);
// The same, once.
void note_unhonoured(std::vector<std::string>& notes, std::string_view field);

// The target makes nothing of the field (Target::ignored). `name` is its last key.
bool ignores(const Target& target, std::string_view path, std::string_view name = {});

// Fields and tools of any protocol that the target would ignore.
Status check_ignored(const chat::Request& request, const Target& target, std::vector<std::string>& notes);

// A choice of tools that the target would not read.
Status check_tool_choice(const chat::Request& request, const Target& target);

// The stop strings, each once, which says the same: as many as the target takes to be sent, the others put into
// Outgoing::stops. Refused where the answer can't be cut here: with log-probabilities, which belong to tokens, and
// where one answer of the completions API holds several texts or begins with the prompt.
Result<std::vector<std::string>> stop_strings(const chat::Request& request, std::size_t most, Outgoing& out);

// The name that the target takes an effort for; empty: the name goes as it is, and what it means is not known
// here. Chat completions and the others have the same names of it.
std::string effort_synonym(const std::string& effort, const Target& target);

// Messages: a forced call and thinking exclude each other at some deployments. True: thinking must be switched
// off for it.
Result<bool> messages_must_stop_thinking(const chat::Request& request, const Target& target);

Result<Outgoing> pass_on_anthropic_messages(const chat::Request& request, const Target& target);
Result<Outgoing> pass_on_openai_responses(const chat::Request& request, const Target& target);

}  // namespace sluice::wire
