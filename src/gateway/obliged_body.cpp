#include "gateway/obliged_body.h"

#include <algorithm>
#include <array>

#include "base/id.h"
#include "gateway/field_names.h"
#include "json/splice.h"
#include "json/writer.h"

namespace sluice::gateway {
namespace {

using chat::Protocol;
using json::Type;
using json::Value;

Error refused(std::string message, std::string where) {
  return {"policy.obligation", std::move(message), std::move(where),
          "leave it out, or use a model whose deployment may have it"};
}

std::string number(std::int64_t n) { return std::to_string(n); }

// The names under which each protocol limits an answer; the first is written where there is none.
std::vector<std::string> limit_fields(const chat::Request& request, const config::Deployment& target) {
  if (request.protocol == Protocol::OpenAiResponses) return {"max_output_tokens"};
  if (request.protocol != Protocol::OpenAiChat) return {"max_tokens"};
  if (target.dialect == "openai" || target.dialect == "azure") return {"max_completion_tokens", "max_tokens"};
  return {"max_tokens", "max_completion_tokens"};
}

// Other names of the limit, by plain name, which a server may read instead of it or beside it: llama.cpp, Ollama,
// Hugging Face, TensorRT-LLM, Google, Meta, Anthropic's older API, and the protocols' own in another's place.
constexpr std::array kLimits = std::to_array<std::string_view>(
    {"maxtokens", "maxcompletiontokens", "maxoutputtokens", "maxnewtokens", "maxlength", "maxgenlen", "maxgentoks",
     "maxtokenstosample", "maxtokencount", "maxdecodinglength", "maxcompletionlength", "maxtokenstogenerate",
     "npredict", "numpredict", "outputlen", "tokenstogenerate"});
// What may be zero: an answer that is at least so long, and what thinking alone may take.
constexpr std::array kShares = std::to_array<std::string_view>(
    {"mintokens", "mincompletiontokens", "minoutputtokens", "minnewtokens", "minlength", "npredictmin",
     "thinkingbudget", "thinkingtokenbudget", "reasoningbudget", "reasoningtokens", "maxthinkingtokens",
     "maxreasoningtokens"});

template <std::size_t N>
bool is_one(std::string_view name, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// A number, or a text that a lenient server takes for one.
bool is_number(Value value) {
  if (value.is(Type::Number)) return true;
  const std::string text = value.string().value_or("");
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == text.npos;
}

// Lowers every name of the limit that is not `fields` of the body itself. What is below one is no limit (-1, -2).
// A number under a name that nobody here knows, and that says it is one, is refused: in which unit it counts is
// not known either.
Status limit_aliases(json::Splice& splice, Value root, const std::vector<std::string>& fields, std::int64_t most,
                     bool& lowered) {
  return see_settings(root, [&](Value member, const std::string& plain, bool of_body) -> Status {
    const bool limit = is_one(plain, kLimits);
    if (!limit && !is_one(plain, kShares)) {
      if (!may_limit_answer(plain) || !is_number(member)) return {};
      return fail(refused("the policy limits the answer to " + number(most) +
                              " tokens here, and this may be a limit that is not known here",
                          member.path()));
    }
    if (of_body && std::find(fields.begin(), fields.end(), member.key()) != fields.end()) return {};
    if (!member.is(Type::Number) && !member.is(Type::String))
      return fail(
          refused("the policy limits the answer to " + number(most) + " tokens here, and this is no number",
                  member.path()));
    auto wanted = member.integer();
    if (wanted && *wanted <= most && *wanted >= (limit ? 1 : 0)) return {};
    splice.replace(member, number(most));
    lowered = true;
    return {};
  });
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
  SLUICE_TRY_VOID(limit_aliases(splice, root, fields, most, lowered));
  if (!said) splice.set(root, fields.front(), number(most));
  if (lowered || !said) notes.push_back("the policy limits the answer to " + number(most) + " tokens");
  return {};
}

// What a vendor can do only by keeping the request, by plain name: answer later, remember a conversation.
constexpr std::array kStoring = std::to_array<std::string_view>(
    {"background", "deferred", "conversation", "conversationid", "thread", "threadid", "sessionparams"});

// A key and value cache that is kept on disk for a day (OpenAI's "24h"); in memory it goes by itself within
// minutes.
bool keeps_prompt(Value retention) {
  const std::string word = retention.string().value_or("?");
  return word != "in_memory" && word != "in-memory";
}

// The switch is sent where the dialect has it: vendors keep responses unless they are told not to, and some keep
// chats where the account says so. Elsewhere a client's own switch is turned off.
Status forbid_storing(json::Splice& splice, const chat::Request& request, const config::Deployment& target,
                      std::vector<std::string>& notes) {
  const Value root = request.body->root();
  bool told = false, changed = false;
  SLUICE_TRY_VOID(see_settings(root, [&](Value member, const std::string& plain, bool of_body) -> Status {
    const bool off = member.boolean() == false;
    const bool storing = is_one(plain, kStoring) || (plain == "promptcacheretention" && keeps_prompt(member));
    if (storing && !off)
      return fail(refused("the policy lets the upstream keep nothing of this request, and this asks it to",
                          member.path()));
    if (plain != "store") return {};
    told = told || (of_body && member.key() == "store");
    if (off) return {};
    splice.replace(member, "false");
    changed = true;
    return {};
  }));
  const bool responses = request.protocol == Protocol::OpenAiResponses;
  const bool switched = target.dialect == "openai" || target.dialect == "azure";
  if (responses || (switched && request.protocol == Protocol::OpenAiChat)) {
    if (!told) splice.set(root, "store", "false");
    changed = changed || (responses && !told);
  }
  if (changed) notes.push_back("sent with store: false, since the policy lets the upstream keep nothing");
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

Result<std::optional<std::string>> edited_body(const chat::Request& request, const config::Deployment& target,
                                               const BodyEdits& edits, std::vector<std::string>& notes) {
  const bool limits = edits.max_output && request.operation == chat::Operation::Generate;
  const bool stores = edits.no_store && request.operation == chat::Operation::Generate;
  if (!request.body || !(limits || stores || edits.opaque_id)) return std::nullopt;
  json::Splice splice(*request.body);
  if (limits) {
    SLUICE_TRY_VOID(limit(splice, request, target, *edits.max_output, notes));
  }
  if (stores) {
    SLUICE_TRY_VOID(forbid_storing(splice, request, target, notes));
  }
  if (edits.opaque_id) anonymise(splice, request, target, *edits.opaque_id);
  return splice.apply();
}

}  // namespace sluice::gateway
