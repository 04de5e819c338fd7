#include "gateway/tool_fields.h"

#include <algorithm>
#include <array>

#include "gateway/field_names.h"

namespace sluice::gateway {
namespace {

using json::Type;
using json::Value;

template <std::size_t N>
bool is_one(std::string_view name, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Fields that have the upstream search, run or fetch something, or offer it tools, by plain name: OpenAI's,
// Anthropic's, OpenRouter's, Perplexity's, Alibaba's, Cohere's, Groq's, Google's, xAI's, Mistral's and Azure's.
constexpr std::array kActing = std::to_array<std::string_view>({"tools",
                                                                "functions",
                                                                "functiondeclarations",
                                                                "toolresources",
                                                                "builtintools",
                                                                "servertools",
                                                                "enabledtools",
                                                                "websearchoptions",
                                                                "mcpservers",
                                                                "container",
                                                                "plugins",
                                                                "datasources",
                                                                "searchparameters",
                                                                "enablesearch",
                                                                "websearch",
                                                                "web",
                                                                "searchmode",
                                                                "searchsettings",
                                                                "searchoptions",
                                                                "searchdomainfilter",
                                                                "connectors",
                                                                "compoundcustom",
                                                                "codeexecution",
                                                                "codeinterpreter",
                                                                "googlesearch",
                                                                "urlcontext",
                                                                "browsersearch",
                                                                "filesearch",
                                                                "googlesearchretrieval",
                                                                "agentid"});

// How a text is sampled, which form it has, how it is told, who asks, what is billed: as the protocols and the
// servers behind them spell it. None of these has the upstream do more than continue a text.
constexpr std::array kHarmless = std::to_array<std::string_view>(
    {// the request itself
     "model", "messages", "system", "input", "prompt", "instructions", "suffix", "prefix", "echo", "stream",
     "stream_options", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call",
     "disable_parallel_tool_use", "previous_response_id", "parse_tool_calls", "max_tool_calls",
     // sampling
     "temperature", "top_p", "top_k", "top_a", "min_p", "typical_p", "tfs_z", "top_n_sigma", "seed", "random_seed",
     "n", "best_of", "n_cmpl", "frequency_penalty", "presence_penalty", "repetition_penalty", "repeat_penalty",
     "repeat_last_n", "penalty_decay", "length_penalty", "no_repeat_ngram_size", "encoder_repetition_penalty",
     "epsilon_cutoff", "eta_cutoff", "smoothing_factor", "smoothing_curve", "dynatemp_range", "dynatemp_exponent",
     "dynamic_temperature", "mirostat", "mirostat_tau", "mirostat_eta", "xtc_probability", "xtc_threshold",
     "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers", "samplers",
     "min_keep", "penalize_nl", "do_sample", "num_beams", "use_beam_search", "early_stopping", "watermark",
     "logit_bias", "allowed_token_ids", "bad_words", "bad_token_ids", "sampling_seed", "temperature_last",
     // its end
     "stop", "stop_sequences", "stop_token_ids", "stop_regex", "no_stop_trim", "ignore_eos",
     "include_stop_str_in_output", "eos_token_id", "max_tokens", "max_completion_tokens", "max_output_tokens",
     "max_new_tokens", "max_length", "min_tokens", "min_new_tokens", "min_length", "n_predict", "num_predict",
     "max_gen_len", "max_tokens_to_sample", "t_max_predict_ms", "truncation", "truncate", "truncate_prompt_tokens",
     "transforms", "n_keep", "n_discard",
     // thinking
     "thinking", "enable_thinking", "preserve_thinking", "clear_thinking", "think", "thinking_budget",
     "thinking_token_budget", "reasoning", "reasoning_effort", "reasoning_format", "reasoning_split",
     "reasoning_budget", "reasoning_in_content", "include_reasoning", "separate_reasoning", "stream_reasoning",
     "prompt_mode", "chat_template_kwargs", "context_management", "compaction", "billing_policy", "documents",
     // form
     "response_format", "output_format", "output_config", "text", "format", "verbosity", "modalities", "audio",
     "prediction", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "guided_decoding_backend",
     "guided_whitespace_pattern", "structured_outputs", "structural_tag", "json_schema", "grammar", "regex",
     "ebnf", "include", "safe_prompt", "moderation",
     // what is told of it
     "logprobs", "top_logprobs", "prompt_logprobs", "top_n_tokens", "n_probs", "post_sampling_probs", "details",
     "decoder_input_details", "return_full_text", "return_token_ids", "return_tokens_as_token_ids",
     "return_hidden_states", "return_progress", "return_tokens", "return_cached_tokens_details",
     "return_routed_experts", "verbose", "timings_per_token", "skip_special_tokens",
     "spaces_between_special_tokens", "add_special_tokens", "add_generation_prompt", "continue_final_message",
     "usage",
     // embeddings
     "dimensions", "encoding_format", "input_type", "task", "task_type", "normalize", "normalized",
     "embedding_type", "embedding_types", "embedding_format", "output_dtype", "output_dimension", "late_chunking",
     // who asks, what is kept and billed
     "user", "user_id", "safety_identifier", "session_id", "metadata", "client_metadata", "request_id", "rid",
     "custom_labels", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "cache_control",
     "cache_salt", "cache_prompt", "id_slot", "slot_id", "store", "background", "service_tier", "speed",
     "priority", "keep_alive", "betas", "anthropic_beta", "anthropic_version", "diagnostics", "user_profile_id",
     "workspace_id", "dsh_session_log", "dsh_plugin_packages"});
// Whose members count like fields of the body.
constexpr std::array kContainers = std::to_array<std::string_view>(
    {"extra_body", "options", "parameters", "sampling_params", "generation_config"});
// The same and more, by plain name: fields that other fields of a vendor's stand in.
constexpr std::array kVendors = std::to_array<std::string_view>(
    {"extrabody", "options", "parameters", "config", "generationconfig", "google", "provideroptions"});
// Variables of chat templates that switch thinking. Others may put tools into the prompt (gpt-oss's
// `builtin_tools`).
constexpr std::array kTemplate = std::to_array<std::string_view>(
    {"thinking", "enable_thinking", "preserve_thinking", "clear_thinking", "reasoning_effort", "thinking_mode",
     "thinking_budget", "drop_thinking", "add_generation_prompt", "add_vision_id"});
// Members of a definition of a function, beside its name, description and schema.
constexpr std::array kOfATool = std::to_array<std::string_view>(
    {"cache_control", "strict", "defer_loading", "allowed_callers", "input_examples", "eager_input_streaming",
     "output_schema", "annotations", "title", "type"});

// Tools that run at the client's, by their type, which a vendor may date.
constexpr std::array kClientTools =
    std::to_array<std::string_view>({"function", "custom", "local_shell", "apply_patch", "computer",
                                     "computer_use_preview", "bash", "text_editor", "memory"});

Error refused(std::string message, std::string where) {
  return {"policy.obligation", std::move(message), std::move(where),
          "leave it out, or use a model whose deployment may have it"};
}

constexpr const char* kNone = "the policy allows no tools here";
constexpr const char* kNoServers = "the policy allows no tools that the upstream runs itself here";

std::string place(std::size_t i) { return "$.tools[" + std::to_string(i) + "]"; }

// "bash_20250124" is "bash".
std::string_view undated(std::string_view type) {
  const std::size_t digits = type.find_last_not_of("0123456789");
  const bool dated = digits != type.npos && digits > 0 && type[digits] == '_' && digits + 1 < type.size();
  return dated ? type.substr(0, digits) : type;
}

bool is_client_tool(Value tool) {
  const std::string type = tool["type"].string().value_or("");
  if (!is_one(undated(type), kClientTools)) return false;
  // Moonshot's own functions are called so.
  const Value function = tool["function"] ? tool["function"] : tool;
  return !function["name"].string().value_or("").starts_with('$');
}

// What the body's field, or a member of such a container, may do.
Status look_at_field(Value member) {
  const std::string key = member.key();
  if (member.is_null()) return {};
  if (key == "prompt" &&
      member.is(Type::Object))  // a template that is kept at the vendor's, with tools of its own
    return fail(
        refused("what a stored prompt has in it can't be told, and the policy limits tools here", member.path()));
  if (key == "chat_template_kwargs") {
    for (Value variable : member)
      if (!is_one(variable.key(), kTemplate) && !variable.is_null())
        return fail(
            refused("what this variable puts into the prompt is not known, and the policy limits tools here",
                    variable.path()));
    return {};
  }
  if (is_one(key, kHarmless)) return {};
  if (is_one(key, kContainers) && member.is(Type::Object)) {
    for (Value inner : member) {
      if (is_one(plain_name(inner.key()), kActing) && !inner.is_null())
        return fail(refused("the policy limits tools here, and this field offers some", inner.path()));
      SLUICE_TRY_VOID(look_at_field(inner));
    }
    return {};
  }
  const bool off = member.boolean() == false || (member.is(Type::Array) && member.size() == 0);
  const bool acts = is_one(plain_name(key), kActing);
  if (acts && off) return {};
  return fail(refused(acts ? "the policy allows no tools of the upstream's own here"
                           : "what this field has the upstream do is not known, and the policy limits tools here",
                      member.path()));
}

bool is_of_body(const chat::ExtraField& field) { return field.path.find_first_of(".[", 2) == field.path.npos; }

// Fields inside messages and definitions. Those of the body itself are looked at one by one.
Status look_at_inner(const chat::ExtraField& field) {
  if (field.raw == "null") return {};
  if (field.path.starts_with("$.tools[") && !is_one(field.name, kOfATool))
    return fail(refused("what this makes of the tool is not known, and the policy limits tools here", field.path));
  if (!is_of_body(field) && asks_to_act(field))
    return fail(refused("the policy limits tools here, and this field offers some", field.path));
  return {};
}

Status look_at_fields(const chat::Request& request) {
  if (request.body)
    for (Value member : request.body->root()) {
      SLUICE_TRY_VOID(look_at_field(member));
    }
  for (const chat::ExtraField& field : request.extra) {
    SLUICE_TRY_VOID(look_at_inner(field));
  }
  return {};
}

// Items that hand over tools. `client`: such as the client runs may stay.
Status look_at_item(const std::string& raw, const std::string& path, bool client) {
  if (!raw.starts_with('{')) return {};
  auto doc = json::Doc::parse(raw);
  const Value item = doc ? (*doc)->root() : Value();
  if (item["type"].string() == "mcp_approval_response")  // now the upstream calls a server
    return fail(refused(client ? kNoServers : kNone, path));
  if (!hands_over_tools(item)) return {};
  const bool listed = item["type"].string() == "mcp_list_tools";  // of an earlier turn; calls nothing by itself
  bool ours = client;
  if (!listed)
    for (Value tool : item["tools"]) ours = ours && is_client_tool(tool);
  if (ours) return {};
  return fail(refused(client ? kNoServers : kNone, path));
}

Status look_at_items(const chat::Request& request, bool client) {
  for (const chat::ExtraField& field : request.extra) {
    if (is_of_body(field)) continue;
    SLUICE_TRY_VOID(look_at_item(field.raw, field.path, client));
  }
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const std::vector<chat::Part>& parts = request.messages[i].parts;
    for (std::size_t j = 0; j < parts.size(); ++j)
      if (parts[j].kind == chat::Part::Kind::Unknown) {
        SLUICE_TRY_VOID(look_at_item(parts[j].raw, chat::part_path(i, j), client));
      }
  }
  return {};
}

// Whether a value that may hold tools holds any: `tools` inside of other fields.
bool holds_acting(Value value) {
  for (Value member : value) {
    if (value.is(Type::Object) && is_one(plain_name(member.key()), kActing) && !member.is_null()) return true;
    if ((member.is(Type::Object) || member.is(Type::Array)) && holds_acting(member)) return true;
  }
  return false;
}

}  // namespace

bool asks_to_act(const chat::ExtraField& field) {
  const std::string& raw = field.raw;
  if (raw == "null" || raw == "false" || raw == "[]" || field.path.starts_with("$.metadata.")) return false;
  const std::string plain = plain_name(field.name);
  if (is_one(plain, kActing)) return true;
  if (!is_one(plain, kVendors) || !raw.starts_with('{')) return false;
  auto doc = json::Doc::parse(raw);
  return doc && holds_acting((*doc)->root());
}

bool hands_over_tools(Value item) {
  const std::string type = item["type"].string().value_or("");
  return type.ends_with("tools") || type.starts_with("tool_search") || item["tools"].size() > 0;
}

Status refuse_tools(const chat::Request& request) {
  if (!request.tools.empty()) return fail(refused(kNone, place(0)));
  for (const chat::ExtraField& field : request.extra)
    if (field.path == "$.functions" && asks_to_act(field)) return fail(refused(kNone, field.path));
  SLUICE_TRY_VOID(look_at_items(request, false));
  return look_at_fields(request);
}

Status refuse_server_tools(const chat::Request& request) {
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    auto doc = json::Doc::parse(request.tools[i].raw);
    // Messages' functions may go without a type.
    const bool plain = doc && request.tools[i].kind == chat::Tool::Kind::Function && !(*doc)->root()["type"] &&
                       !request.tools[i].name.starts_with('$');
    if (!plain && !(doc && is_client_tool((*doc)->root()))) return fail(refused(kNoServers, place(i)));
  }
  SLUICE_TRY_VOID(look_at_items(request, true));
  return look_at_fields(request);
}

bool acts_by_itself(std::string_view model) {
  std::string name;
  for (const char c : model) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::size_t slash = name.rfind('/');
  const std::string own = slash == name.npos ? name : name.substr(slash + 1);
  const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
  return own.starts_with("sonar") || has("-sonar-") || own.starts_with("compound") || has("deep-research") ||
         has("search-preview") || has("-search-api") || own.ends_with(":online") || own.ends_with("-online");
}

}  // namespace sluice::gateway
