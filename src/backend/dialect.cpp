#include "backend/dialect.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "config/deployment.h"

namespace sluice::backend {
namespace {

using chat::Protocol;
using wire::ThinkingSwitch;

constexpr std::string_view kChat = "/chat/completions", kCompletions = "/completions", kResponses = "/responses",
                           kEmbeddings = "/embeddings", kMessages = "/messages", kCount = "/messages/count_tokens";

// A server of which nothing is known but that it speaks OpenAI's chat: what it can't do it refuses itself.
Dialect plain(std::string_view name) {
  Dialect d;
  d.name = name;
  d.paths = {kChat, kCompletions, "", kEmbeddings, ""};
  d.target.images = true;
  d.target.max_tokens_field = "";  // as the client wrote it
  d.target.efforts = {"minimal", "low", "medium", "high", "xhigh"};
  return d;
}

// The open engines: they speak nearly everything, take reasoning back, and switch it in the chat template.
Dialect engine(std::string_view name) {
  Dialect d = plain(name);
  d.paths = {kChat, kCompletions, kResponses, kEmbeddings, kMessages};
  d.count_tokens = kCount;
  d.target.thinking = ThinkingSwitch::ChatTemplate;
  d.target.keeps_reasoning = true;
  d.target.top_k = d.target.min_p = true;
  d.target.efforts = {"low", "medium", "high", "max"};
  return d;
}

Dialect deepseek() {
  Dialect d = plain("deepseek");
  d.paths = {kChat, "/beta/completions", kResponses, "", "/anthropic/v1/messages"};
  d.beta_chat = "/beta/chat/completions";
  d.balance = "/user/balance";
  wire::Target& t = d.target;
  t.max_tokens_field = "max_tokens";
  t.thinking = ThinkingSwitch::Thinking;
  t.thinks_by_default = true;
  t.forced_tools_thinking = false;
  t.keeps_reasoning = t.needs_reasoning = true;
  t.json_schema = false;  // but on its Responses
  t.seed = t.logit_bias = t.penalties = t.parallel_switch = false;
  t.prefix = true;
  t.several = t.tool_parts = false;
  t.effort_synonyms = t.effort_needs_thinking = true;
  t.user_field = "user_id";
  t.efforts = {"low", "high", "max"};
  return d;
}

// DeepSeek's protocols differ in what they have, and each takes more fields than it reads.
void deepseek_target(Protocol spoken, wire::Target& t) {
  if (spoken == Protocol::OpenAiChat) {
    t.hosted_tools = std::vector<std::string>();
    t.ignored = {"$.functions",
                 "$.function_call",
                 "$.top_k",
                 "$.min_p",
                 "$.web_search_options",
                 "$.audio",
                 "$.store",
                 "$.verbosity",
                 "$.metadata",
                 "$.service_tier",
                 "cache_control",
                 "$.safety_identifier",
                 "$.thinking.budget_tokens",
                 "$.prompt_cache_key",
                 "$.prompt_cache_retention"};
  }
  if (spoken == Protocol::OpenAiCompletions) t.ignored = {"$.top_k", "$.min_p", "$.user", "$.user_id"};
  if (spoken == Protocol::OpenAiResponses) {
    t.json_schema = true;
    t.thinking = ThinkingSwitch::Effort;
    t.prefix = false;
    t.hosted_tools = {"web_search", "custom"};  // of custom ones it refuses itself what it lacks
    t.ignored = {"$.conversation",      "$.prompt",
                 "$.truncation",        "$.include",
                 "$.metadata",          "$.service_tier",
                 "$.prompt_cache_key",  "$.stream_options.",
                 "$.reasoning.summary", "$.reasoning.generate_summary"};
  }
  if (spoken == Protocol::AnthropicMessages) {
    t.json_object = t.logprobs = t.strict_tools = false;
    t.hosted_tools = {"web_search_"};
    t.blocks = {
        "text", "image", "thinking", "tool_use", "tool_result", "server_tool_use", "web_search_tool_result"};
    t.ignored = {"$.container", "$.mcp_servers", "$.service_tier", "$.top_k", "$.thinking.budget_tokens",
                 "$.metadata.", "cache_control", "citations",      "is_error"};
  }
}

Dialect openai() {
  Dialect d = plain("openai");
  d.paths = {kChat, kCompletions, kResponses, kEmbeddings, ""};
  d.target.thinking = ThinkingSwitch::Effort;
  d.target.developer_role = true;
  d.target.max_stop = 4;
  d.target.efforts = {"minimal", "low", "medium", "high", "xhigh"};
  d.target.max_tokens_field = "max_completion_tokens";
  return d;
}

Dialect anthropic() {
  Dialect d;
  d.name = "anthropic";
  d.auth = Auth::XApiKey;
  d.paths[std::size_t(Protocol::AnthropicMessages)] = "/v1/messages";
  d.count_tokens = "/v1/messages/count_tokens";
  wire::Target& t = d.target;
  t.thinking = ThinkingSwitch::Thinking;
  t.keeps_reasoning = t.verifies_signatures = t.images = t.prefix = t.top_k = true;
  t.forced_tools_thinking = t.json_object = t.logprobs = t.seed = t.logit_bias = t.penalties = false;
  t.max_stop = 8191;
  t.efforts = {"low", "medium", "high", "max"};
  return d;
}

std::vector<Dialect> rows() {
  Dialect azure = plain("azure");
  azure.auth = Auth::ApiKey;
  azure.paths = {kChat, "", kResponses, kEmbeddings, ""};
  azure.target.max_tokens_field = "max_completion_tokens";  // of its /openai/v1, where max_tokens is refused

  Dialect vllm = engine("vllm"), sglang = engine("sglang"), llama = engine("llama.cpp"),
          lmdeploy = engine("lmdeploy");
  sglang.target.efforts = {"high", "max"};
  llama.target.efforts = {};
  llama.think_tags = true;  // with --reasoning-format none
  lmdeploy.paths[std::size_t(Protocol::OpenAiEmbeddings)] = "";

  Dialect ollama = plain("ollama");
  ollama.paths = {kChat, kCompletions, kResponses, kEmbeddings, kMessages};
  ollama.target.thinking = ThinkingSwitch::Effort;
  ollama.target.max_tokens_field = "max_tokens";
  ollama.target.tool_choice = ollama.target.strict_tools = ollama.target.several = false;
  ollama.target.logit_bias = ollama.target.parallel_switch = false;
  ollama.target.efforts = {"low", "medium", "high", "max"};

  Dialect lmstudio = plain("lmstudio");
  lmstudio.paths = {kChat, kCompletions, kResponses, kEmbeddings, kMessages};
  lmstudio.think_tags = true;  // as its settings have it
  lmstudio.target.top_k = true;
  lmstudio.target.efforts = {"low", "medium", "high"};

  Dialect nim = plain("nim");
  nim.target.thinking = ThinkingSwitch::Effort;
  nim.target.efforts = {"high", "max"};

  Dialect tgi = plain("tgi");
  tgi.paths = {kChat, kCompletions, "", "", ""};
  tgi.think_tags = true;
  tgi.target.max_stop = 4;
  tgi.target.logit_bias = tgi.target.several = false;
  tgi.target.efforts = {};

  Dialect trtllm = plain("trtllm");
  trtllm.paths = {kChat, kCompletions, kResponses, "", ""};
  trtllm.target.thinking = ThinkingSwitch::ChatTemplate;
  trtllm.target.top_k = trtllm.target.min_p = true;
  trtllm.target.efforts = {"low", "medium", "high"};

  Dialect openrouter = plain("openrouter");
  openrouter.paths = {kChat, kCompletions, kResponses, kEmbeddings, ""};
  openrouter.target.thinking = ThinkingSwitch::Effort;
  openrouter.target.keeps_reasoning = true;

  return {plain("generic"), openai(), azure,      vllm,       sglang,     llama, ollama, lmstudio, nim, tgi,
          lmdeploy,         trtllm,   openrouter, deepseek(), anthropic()};
}

// DeepSeek has both only below /beta: an answer that continues a message, and arguments held to their schema.
bool needs_beta(const chat::Request& request) {
  for (const chat::Tool& tool : request.tools)
    if (tool.strict == true) return true;
  return !request.messages.empty() && request.messages.back().prefix;
}

}  // namespace

std::string_view Dialect::path(const chat::Request& request, Protocol spoken) const {
  if (request.operation == chat::Operation::CountTokens)
    return spoken == Protocol::AnthropicMessages ? count_tokens : std::string_view();
  if (spoken == Protocol::OpenAiChat && !beta_chat.empty() && needs_beta(request)) return beta_chat;
  return paths[std::size_t(spoken)];
}

wire::Target Dialect::target_for(Protocol spoken, std::string_view model) const {
  wire::Target t = target;
  t.model = std::string(model);
  if (name == "deepseek") deepseek_target(spoken, t);
  // Its side of Messages reads top_k, its OpenAI side drops what it does not know.
  if (name == "ollama" && spoken != Protocol::AnthropicMessages) t.ignored = {"$.top_k", "$.min_p"};
  return t;
}

Dialect offering(Dialect row, const std::vector<std::string>& protocols) {
  constexpr std::array<std::string_view, chat::kProtocols> kUsual{kChat, kCompletions, kResponses, kEmbeddings,
                                                                  kMessages};
  static_assert(config::kProtocols.size() == chat::kProtocols);
  if (protocols.empty()) return row;
  for (std::size_t i = 0; i < row.paths.size(); ++i) {
    bool offered = std::find(protocols.begin(), protocols.end(), config::kProtocols[i]) != protocols.end();
    if (!offered) row.paths[i] = {};
    if (offered && row.paths[i].empty()) row.paths[i] = kUsual[i];
  }
  if (row.paths[std::size_t(Protocol::AnthropicMessages)].empty()) row.count_tokens = {};
  if (row.paths[std::size_t(Protocol::OpenAiChat)].empty()) row.beta_chat = {};
  return row;
}

const Dialect& dialect(std::string_view name) {
  static const std::vector<Dialect> all = rows();
  auto found = std::find_if(all.begin(), all.end(), [&](const Dialect& d) { return d.name == name; });
  SLUICE_CHECK(found != all.end(), "every dialect of the configuration has a row");
  return *found;
}

}  // namespace sluice::backend
