#include "gateway/steering.h"

#include <doctest/doctest.h>

#include "wire/protocol.h"

using namespace sluice;
using namespace sluice::gateway;
using chat::Operation;
using chat::Protocol;

namespace {

// Where the field is refused in every protocol alike; "" where it may go on.
std::string refused_at(const std::string& more) {
  struct Front {
    Protocol protocol;
    Operation operation;
    const char* head;
  };
  const Front kFronts[] = {
      {Protocol::OpenAiChat, Operation::Generate, R"({"model":"m","messages":[{"role":"user","content":"hi"}])"},
      {Protocol::OpenAiCompletions, Operation::Generate, R"({"model":"m","prompt":"hi")"},
      {Protocol::OpenAiResponses, Operation::Generate, R"({"model":"m","input":"hi")"},
      {Protocol::OpenAiEmbeddings, Operation::Embed, R"({"model":"m","input":"hi")"},
      {Protocol::AnthropicMessages, Operation::Generate,
       R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}])"},
      {Protocol::AnthropicMessages, Operation::CountTokens,
       R"({"model":"m","messages":[{"role":"user","content":"hi"}])"}};
  std::string place;
  for (const Front& front : kFronts) {
    auto request = wire::decode(front.protocol, front.operation, front.head + more + "}");
    REQUIRE_MESSAGE(request, more);
    Status status = refuse_steering(*request);
    const std::string here = status ? "" : status.error().code + " " + status.error().where;
    if (&front != kFronts) CHECK(here == place);
    place = here;
  }
  return place;
}

}  // namespace

// Each as its gateway documents it.
TEST_CASE("a field of the client's that chooses model, provider, region or host is refused by name") {
  const std::pair<const char*, const char*> kCases[] = {
      // OpenRouter
      {R"("models":["deepseek/deepseek-v3.2"])", "$.models"},
      {R"("provider":{"only":["deepseek"]})", "$.provider"},
      {R"("route":"fallback")", "$.route"},
      {R"("preset":"mine")", "$.preset"},
      {R"("plugins":[{"id":"auto-router","allowed_models":["deepseek/*"]}])", "$.plugins[0]"},
      // LiteLLM
      {R"("fallbacks":["cn"])", "$.fallbacks"},
      {R"("context_window_fallbacks":[{"a":["b"]}])", "$.context_window_fallbacks"},
      {R"("api_base":"https://elsewhere")", "$.api_base"},
      {R"("base_url":"https://elsewhere")", "$.base_url"},
      {R"("api_key":"sk-1")", "$.api_key"},
      {R"("model_list":[{"model_name":"x"}])", "$.model_list"},
      {R"("user_config":{"model_list":[]})", "$.user_config"},
      {R"("custom_llm_provider":"deepseek")", "$.custom_llm_provider"},
      {R"("metadata":{"tags":["cn"]})", "$.metadata.tags"},
      {R"("tags":["cn"])", "$.tags"},
      {R"("metadata":{"langfuse_host":"https://elsewhere"})", "$.metadata.langfuse_host"},
      {R"("litellm_metadata":{"api_base":"https://elsewhere"})", "$.litellm_metadata.api_base"},
      {R"("litellm_metadata":"{\"api_base\":\"https://elsewhere\"}")", "$.litellm_metadata"},
      {R"("sagemaker_base_url":"https://elsewhere")", "$.sagemaker_base_url"},
      {R"("s3_endpoint_url":"https://elsewhere")", "$.s3_endpoint_url"},
      {R"("slack_webhook_url":"https://elsewhere")", "$.slack_webhook_url"},
      {R"("extra_headers":{"x-portkey-config":"pc"})", "$.extra_headers"},
      {R"("langfuse_host":"https://elsewhere")", "$.langfuse_host"},
      {R"("aws_region_name":"cn-north-1")", "$.aws_region_name"},
      {R"("aws_bedrock_runtime_endpoint":"https://elsewhere")", "$.aws_bedrock_runtime_endpoint"},
      {R"("vertex_location":"asia-east1")", "$.vertex_location"},
      // Vercel
      {R"("providerOptions":{"gateway":{"only":["deepseek"],"models":["x"]}})", "$.providerOptions.gateway"},
      // Portkey
      {R"("config":{"targets":[{"custom_host":"https://elsewhere"}]})", "$.config.targets"},
      {R"("virtual_key":"v")", "$.virtual_key"},
      // Azure, Anthropic, Mistral, Groq
      {R"("data_sources":[{"type":"azure_search","parameters":{"endpoint":"https://elsewhere"}}])",
       "$.data_sources"},
      {R"("inference_geo":"us")", "$.inference_geo"},
      {R"("agent_id":"ag")", "$.agent_id"},
      {R"("compound_custom":{"models":{"answering_model":"x"}})", "$.compound_custom.models"},
      // vLLM, SGLang, TensorRT-LLM, LMDeploy
      {R"("kv_transfer_params":{"remote_host":"10.0.0.9","remote_port":1})", "$.kv_transfer_params"},
      {R"("bootstrap_host":"10.0.0.9")", "$.bootstrap_host"},
      {R"("disaggregated_params":{"x":1})", "$.disaggregated_params"},
      {R"("migration_request":{"x":1})", "$.migration_request"},
      // inside of what gateways unpack, and spelt otherwise
      {R"("extra_body":{"models":["x"]})", "$.extra_body.models"},
      {R"("extra_body":{"model":"x"})", "$.extra_body.model"},
      {R"("vllm_xargs":{"kv_transfer_params":{}})", "$.vllm_xargs.kv_transfer_params"},
      {R"("Models":["x"])", "$.Models"},
      {R"("baseURL":"https://elsewhere")", "$.baseURL"},
      {R"("Model":"x")", "$.Model"},
      {R"("models":[])", "$.models"}};
  for (const auto& [field, place] : kCases)
    CHECK_MESSAGE(refused_at("," + std::string(field)) == "request.steering " + std::string(place), field);
  auto tool = wire::decode(Protocol::OpenAiChat, Operation::Generate,
                           R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[
                             {"type":"openrouter:advisor","parameters":{"model":"deepseek/deepseek-v3.2"}}]})");
  CHECK_FALSE(refuse_steering(*tool));
}

TEST_CASE("content, schemas and bookkeeping may have these words") {
  for (
      const char* field :
      {R"("models":null)", R"("metadata":{"provider":"x","region":"EU","route":"a","tags":"x"})",
       R"("metadata":{"endpoint":"abc-1","api_version":"2","deployment_id":"d","aws_region":"eu","callback_url":"u"})",
       R"("metadata":{"langfuse_session_id":"s","wandb_run_id":"r","s3_bucket":"b","webhook":"w","base_url":"u"})",
       R"("guided_json":{"properties":{"provider":{"type":"string"},"models":{"type":"array"}}})", R"("tools":[])",
       R"("service_tier":"auto")", R"("chat_template_kwargs":{"enable_thinking":false})",
       R"("documents":[{"title":"t","provider":"p"}])", R"("top_k":3)",
       R"("web_search_options":{"user_location":{"region":"Bavaria"}})",
       R"("plugins":[{"id":"response-healing"}])", R"("extra_body":{"top_k":3})", R"("user":"u")"})
    CHECK_MESSAGE(refused_at("," + std::string(field)) == "", field);
}
