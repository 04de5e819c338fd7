#include "gateway/obliged_body.h"

#include <algorithm>
#include <array>

#include "base/id.h"
#include "json/splice.h"
#include "json/writer.h"

namespace sluice::gateway {
namespace {

using chat::Protocol;
using json::Type;
using json::Value;

// Fields beside `tools` that have the upstream search, run or fetch something: OpenAI's, Anthropic's,
// OpenRouter's, Perplexity's and Alibaba's names.
constexpr std::array<std::string_view, 9> kServerFields = {
    "web_search_options", "mcp_servers", "container",           "plugins", "data_sources", "search_parameters",
    "enable_search",      "web_search",  "search_domain_filter"};
// Tools that run at the client's, by the beginning of their type.
constexpr std::array<std::string_view, 8> kClientTools = {"function", "custom",      "bash_",       "text_editor_",
                                                          "computer", "local_shell", "apply_patch", "memory_"};

Error refused(std::string message, std::string where) {
  return {"policy.obligation", std::move(message), std::move(where),
          "leave it out, or use a model whose deployment may have it"};
}

Status refuse_fields(const chat::Request& request) {
  for (const chat::ExtraField& field : request.extra)
    if (asks_for_server_tools(field))
      return fail(refused("the policy allows no tools of the upstream's own here", field.path));
  return {};
}

std::string place(std::size_t i) { return "$.tools[" + std::to_string(i) + "]"; }

std::string number(std::int64_t n) { return std::to_string(n); }

// The names under which each protocol limits an answer; the first is written where there is none.
std::vector<std::string> limit_fields(const chat::Request& request, const config::Deployment& target) {
  if (request.protocol == Protocol::OpenAiResponses) return {"max_output_tokens"};
  if (request.protocol != Protocol::OpenAiChat) return {"max_tokens"};
  if (target.dialect == "openai" || target.dialect == "azure") return {"max_completion_tokens", "max_tokens"};
  return {"max_tokens", "max_completion_tokens"};
}

Status limit(json::Splice& splice, const chat::Request& request, const config::Deployment& target,
             std::int64_t most, std::vector<std::string>& notes) {
  const Value root = request.body->root();
  if (request.thinking_budget && *request.thinking_budget >= most)
    return fail(refused("the policy allows answers of at most " + number(most) +
                            " tokens here, and thinking alone may take " + number(*request.thinking_budget),
                        "$.thinking.budget_tokens"));
  bool said = false, lowered = false;
  const std::vector<std::string> fields = limit_fields(request, target);
  for (const std::string& field : fields) {
    Value value = root[field];
    if (!value || value.is_null()) continue;
    said = true;
    auto wanted = value.integer();
    if (wanted && *wanted <= most) continue;
    splice.replace(value, number(most));
    lowered = true;
  }
  if (!said) splice.set(root, fields.front(), number(most));
  if (lowered || !said) notes.push_back("the policy limits the answer to " + number(most) + " tokens");
  return {};
}

// Everything by which an upstream could tell users apart or tie requests together.
void anonymise(json::Splice& splice, const chat::Request& request, const config::Deployment& target,
               const std::string& id) {
  const Value root = request.body->root();
  const std::string quoted = json::quote(id);
  for (const char* field :
       {"user", "user_id", "safety_identifier", "prompt_cache_key", "cache_salt", "session_id"})
    if (root[field]) splice.replace(root[field], quoted);
  Value metadata = root["metadata"];
  if (request.protocol == Protocol::AnthropicMessages) {
    if (metadata.is(Type::Object))
      splice.set(metadata, "user_id", quoted);
    else
      splice.set(root, "metadata", "{\"user_id\":" + quoted + "}");
    return;
  }
  if (metadata["user_id"]) splice.replace(metadata["user_id"], quoted);
  if (!root["user"]) splice.set(root, "user", quoted);
  // Names of one engine only go where that engine reads the body as it is.
  if (request.protocol == Protocol::OpenAiChat && target.dialect == "deepseek" && !root["user_id"])
    splice.set(root, "user_id", quoted);
  bool vllm = target.dialect == "vllm" && request.protocol != Protocol::OpenAiEmbeddings;
  if (vllm && !root["cache_salt"]) splice.set(root, "cache_salt", quoted);
}

}  // namespace

std::string opaque_id(std::string_view secret, std::string_view tenant) {
  // Letters without vowels: no word, no number, nothing that looks like anybody's identifier.
  constexpr std::string_view kLetters = "bcdfghjklmnpqrst";
  std::string id = "t_";
  for (char c : hmac_sha256_hex(secret, "opaque user " + std::string(tenant)).substr(0, 24))
    id += kLetters[std::size_t(c <= '9' ? c - '0' : c - 'a' + 10)];
  return id;
}

bool asks_for_server_tools(const chat::ExtraField& field) {
  const bool server = std::find(kServerFields.begin(), kServerFields.end(), field.name) != kServerFields.end();
  return server && field.raw != "null" && field.raw != "false" && field.raw != "[]";
}

Status refuse_tools(const chat::Request& request) {
  if (!request.tools.empty()) return fail(refused("the policy allows no tools here", place(0)));
  for (const chat::ExtraField& field : request.extra)
    if (field.name == "functions") return fail(refused("the policy allows no tools here", field.path));
  return refuse_fields(request);
}

Status refuse_server_tools(const chat::Request& request) {
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    if (request.tools[i].kind == chat::Tool::Kind::Function) continue;
    auto doc = json::Doc::parse(request.tools[i].raw);
    std::string type = doc ? (*doc)->root()["type"].string().value_or("") : "";
    auto begins = [&](std::string_view name) { return type.starts_with(name); };
    if (!std::any_of(kClientTools.begin(), kClientTools.end(), begins))
      return fail(refused("the policy allows no tools that the upstream runs itself here", place(i)));
  }
  return refuse_fields(request);
}

Result<std::optional<std::string>> edited_body(const chat::Request& request, const config::Deployment& target,
                                               const BodyEdits& edits, std::vector<std::string>& notes) {
  const bool limits = edits.max_output && request.operation == chat::Operation::Generate;
  if (!request.body || !(limits || edits.opaque_id)) return std::nullopt;
  json::Splice splice(*request.body);
  if (limits) {
    SLUICE_TRY_VOID(limit(splice, request, target, *edits.max_output, notes));
  }
  if (edits.opaque_id) anonymise(splice, request, target, *edits.opaque_id);
  return splice.apply();
}

}  // namespace sluice::gateway
