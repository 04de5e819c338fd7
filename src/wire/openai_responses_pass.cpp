// Requests of the Responses API for a deployment that speaks it: the client's bytes, with what the deployment
// obliges.
#include <algorithm>

#include "base/check.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/openai_responses.h"
#include "wire/pass_through.h"

namespace sluice::wire {
namespace {

using chat::Request;
using json::Type;
using json::Value;

Failure refuse(std::string path, const std::string& what) {
  return fail("request.unsupported", "this deployment of the Responses API can't be told " + what, std::move(path),
              "leave it out, or use a model behind another deployment");
}

// What the deployment would leave out in silence.
Status check(const Request& request, const Target& target, std::vector<std::string>& notes) {
  using Kind = chat::OutputFormat::Kind;
  if (request.format.kind == Kind::JsonObject && !target.json_object)
    return refuse("$.text.format", "to answer in JSON");
  if (request.format.kind == Kind::JsonSchema && !target.json_schema)
    return refuse("$.text.format", "to answer by a JSON schema");
  if (request.sampling.logprobs && !target.logprobs)
    return refuse(request.sampling.top_logprobs ? "$.top_logprobs" : "$.include", "to send log-probabilities");
  if (request.sampling.logprobs && request.sampling.top_logprobs.value_or(0) == 0 && ignores(target, "$.include"))
    return refuse("$.include", kOnlyByTop);
  SLUICE_TRY_VOID(check_tool_choice(request, target));
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    if (request.tools[i].strict == true && !target.strict_tools)
      return refuse("$.tools[" + std::to_string(i) + "].strict", "to hold arguments to a schema");
  }
  if (!target.images) {
    for (const chat::Message& message : request.messages)
      for (const chat::Part& part : message.parts)
        if (part.kind == chat::Part::Kind::Image) return refuse("$.input", "an image");
  }
  SLUICE_TRY_VOID(check_ignored(request, target, notes));
  if (request.parallel_tool_calls == false && !target.parallel_switch)
    note_unhonoured(notes, "$.parallel_tool_calls");
  return {};
}

}  // namespace

// A forced tool call that the deployment can't combine with thinking switches thinking off where the client left
// it open.
Result<Outgoing> pass_on_openai_responses(const Request& request, const Target& target) {
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  Outgoing out;
  SLUICE_TRY_VOID(check(request, target, out.notes));
  Value root = request.body->root();
  json::Splice splice(*request.body);
  splice.set(root, "model", json::quote(target.model));
  bool off = request.thinking == false;
  bool insists = !off && !request.reasoning_effort.empty();
  bool forced = request.tool_choice.forced() && !target.forced_tools_thinking;
  if (forced && insists) return refuse("$.tool_choice", "to force a tool call while it thinks");
  if (forced && !off && target.thinks_by_default) {
    if (Value reasoning = root["reasoning"]; reasoning.is(Type::Object)) {
      splice.set(reasoning, "effort", "\"none\"");
    } else {
      splice.set(root, "reasoning", R"({"effort":"none"})");
    }
    out.notes.push_back(kThinkingOff);
  }
  const std::string name = off || forced ? "" : effort_synonym(request.reasoning_effort, target);
  if (!name.empty()) {
    splice.replace(root["reasoning"]["effort"], json::quote(name));
    out.notes.push_back("reasoning_effort " + request.reasoning_effort + " sent as " + name);
  }
  out.body = splice.apply();
  return out;
}

}  // namespace sluice::wire
