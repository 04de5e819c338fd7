#include "backend/outgoing.h"

#include <array>
#include <optional>

#include "engine/refusal.h"
#include "wire/protocol.h"

namespace sluice::backend {
namespace {

using chat::Operation;
using chat::Protocol;

// Protocols in which a request of another one can be said, the most faithful first.
constexpr std::array kTranslations{Protocol::OpenAiChat, Protocol::OpenAiResponses, Protocol::AnthropicMessages};

std::string what_is_asked(const chat::Request& request) {
  if (request.operation == Operation::CountTokens) return "a way to count tokens";
  if (request.operation == Operation::Embed) return "embeddings";
  if (request.protocol == Protocol::OpenAiCompletions) return "text completions";
  return "a protocol in which this can be asked";
}

std::vector<Protocol> candidates_for(const chat::Request& request, const Dialect& row) {
  std::vector<Protocol> candidates;
  if (!row.path(request, request.protocol).empty()) candidates.push_back(request.protocol);
  const bool translates =
      request.operation == Operation::Generate && request.protocol != Protocol::OpenAiCompletions;
  for (const Protocol protocol : kTranslations)
    if (translates && protocol != request.protocol && !row.path(request, protocol).empty())
      candidates.push_back(protocol);
  return candidates;
}

}  // namespace

Dialect dialect_of(const config::Deployment& deployment) {
  return offering(dialect(deployment.dialect), deployment.protocols);
}

Result<Outgoing> outgoing(const chat::Request& request, const config::Deployment& deployment, const Dialect& row) {
  const std::vector<Protocol> candidates = candidates_for(request, row);
  if (candidates.empty())
    return fail("deployment.unsupported",
                "deployment '" + deployment.name + "' does not have " + what_is_asked(request), "",
                "use a model whose route leads to a deployment that has it");
  std::optional<Error> first;
  bool schema = false;  // the first takes one
  for (const Protocol protocol : candidates) {
    const wire::Target target = row.target_for(protocol, deployment.model);
    auto body = wire::encode(protocol, request, target);
    if (body) return Outgoing{protocol, std::move(*body)};
    // A schema is at fault only if no protocol takes one.
    if (first && request.format.kind == chat::OutputFormat::Kind::JsonSchema && target.json_schema && !schema)
      first.reset();
    if (!first) schema = target.json_schema;
    if (!first) first = body.error();
  }
  return fail(std::move(*first));
}

Result<std::vector<std::string>> rehearse(const chat::Request& request, const config::Deployment& deployment) {
  if (deployment.kind == config::Kind::Engine) {
    const bool embeds = request.operation == Operation::Embed;
    SLUICE_TRY_VOID(embeds ? engine::refuse_unsupported_embedding(request) : engine::refuse_unsupported(request));
    return std::vector<std::string>();
  }
  SLUICE_TRY(Outgoing out, outgoing(request, deployment, dialect_of(deployment)));
  return std::move(out.body.notes);
}

}  // namespace sluice::backend
