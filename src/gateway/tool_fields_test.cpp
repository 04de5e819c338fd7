#include "gateway/tool_fields.h"

#include <doctest/doctest.h>

#include "wire/protocol.h"

using namespace sluice;
using namespace sluice::gateway;
using chat::Protocol;

namespace {

chat::Request decoded(Protocol protocol, const std::string& body) {
  auto request = wire::decode(protocol, chat::Operation::Generate, body);
  REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  return std::move(*request);
}

chat::Request chat_with(const std::string& more) {
  return decoded(Protocol::OpenAiChat, R"({"model":"m","messages":[{"role":"user","content":"hi"}])" + more + "}");
}
chat::Request messages_with(const std::string& more) {
  return decoded(Protocol::AnthropicMessages,
                 R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9000)" + more + "}");
}
chat::Request responses_with(const std::string& more) {
  return decoded(Protocol::OpenAiResponses, R"({"model":"m","input":"hi")" + more + "}");
}

std::string refused_at(const Status& status) {
  return status ? "" : status.error().code == "policy.obligation" ? status.error().where : status.error().code;
}

}  // namespace

TEST_CASE("tools that run at the upstream's are refused by place, tools of the client may stay") {
  const char* function = R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}})";
  CHECK(refuse_server_tools(chat_with(R"(,"tools":[)" + std::string(function) + "]")));
  CHECK(refuse_server_tools(messages_with(R"(,"tools":[{"type":"bash_20250124","name":"bash"}])")));
  struct Case {
    chat::Request request;
    std::string place;
  };
  const Case kCases[] = {
      {chat_with(R"(,"web_search_options":{})"), "$.web_search_options"},
      {messages_with(
           R"(,"tools":[{"name":"f","input_schema":{}},{"type":"web_search_20250305","name":"web_search"}])"),
       "$.tools[1]"},
      {messages_with(R"(,"mcp_servers":[{"type":"url","url":"https://x","name":"x"}])"), "$.mcp_servers"},
      {responses_with(R"(,"tools":[{"type":"web_search"}])"), "$.tools[0]"},
      {responses_with(R"(,"tools":[{"type":"mcp","server_label":"x","server_url":"https://x"}])"), "$.tools[0]"}};
  for (const Case& c : kCases) {
    CAPTURE(c.place);
    auto refused = refuse_server_tools(c.request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "policy.obligation");
    CHECK(refused.error().where == c.place);
    CHECK_FALSE(refuse_tools(c.request));
  }
  CHECK(refuse_tools(chat_with(R"(,"web_search_options":null)")));
  CHECK_FALSE(refuse_tools(chat_with(R"(,"tools":[)" + std::string(function) + "]")));
}

TEST_CASE("what nobody knows to be harmless is refused under both, by its place") {
  struct Case {
    const char* more;
    const char* place;
  };
  const Case kCases[] = {
      {R"(,"extra_body":{"google":{"tools":[{"google_search":{}}]}})", "$.extra_body.google"},
      {R"(,"extra_body":{"google":{"cached_content":"cachedContents/1"}})", "$.extra_body.google"},
      {R"(,"extra_body":{"tools":[{"type":"web_search"}]})", "$.extra_body.tools"},
      {R"(,"google":{"tools":[{"google_search":{}}]})", "$.google"},
      {R"(,"connectors":[{"id":"web-search"}])", "$.connectors"},
      {R"(,"compound_custom":{"tools":{"enabled_tools":["web_search"]}})", "$.compound_custom"},
      {R"(,"search_settings":{"include_domains":["x.com"]})", "$.search_settings"},
      {R"(,"search_mode":"academic")", "$.search_mode"},
      {R"(,"disable_search":false)", "$.disable_search"},
      {R"(,"enable_enhancement":true)", "$.enable_enhancement"},
      {R"(,"builtin_tools":["web_search"])", "$.builtin_tools"},
      {R"(,"code_execution":true)", "$.code_execution"},
      {R"(,"web":true)", "$.web"},
      {R"(,"agent_id":"ag_1")", "$.agent_id"},
      {R"(,"Tools":[{"type":"web_search"}])", "$.Tools"},
      {R"(,"Web_Search_Options":{})", "$.Web_Search_Options"},
      {R"(,"options":{"num_ctx":9,"top_k":2})", "$.options.num_ctx"},
      {R"(,"chat_template_kwargs":{"builtin_tools":["browser"]})", "$.chat_template_kwargs.builtin_tools"},
      {R"(,"something_new":{})", "$.something_new"}};
  for (const Case& c : kCases) {
    CAPTURE(c.more);
    const std::vector<chat::Request> all = {
        chat_with(c.more), messages_with(c.more), responses_with(c.more),
        decoded(Protocol::OpenAiCompletions, R"({"model":"m","prompt":"hi")" + std::string(c.more) + "}"),
        decoded(Protocol::OpenAiEmbeddings, R"({"model":"m","input":"hi")" + std::string(c.more) + "}")};
    for (const chat::Request& request : all) {
      CHECK(refused_at(refuse_server_tools(request)) == c.place);
      CHECK(refused_at(refuse_tools(request)) == c.place);
    }
  }
}

TEST_CASE("what only says how a text is sampled, written and billed goes on") {
  // As OpenAI's SDK, Codex, Claude Code, vLLM, SGLang, llama.cpp and OpenRouter have it.
  const std::vector<chat::Request> all = {
      chat_with(R"(,"temperature":1,"top_p":1,"top_k":4,"min_p":0.1,"seed":1,"n":1,"stop":["x"],"max_tokens":9,
        "max_completion_tokens":9,"frequency_penalty":0,"presence_penalty":0,"repetition_penalty":1.1,"logit_bias":{},
        "logprobs":true,"top_logprobs":2,"response_format":{"type":"json_object"},"reasoning_effort":"low","user":"u",
        "store":false,"metadata":{"tools":"hammer"},"service_tier":"auto","prompt_cache_key":"k","verbosity":"low",
        "parallel_tool_calls":true,"stream":true,"stream_options":{"include_usage":true},"thinking":{"type":"enabled"},
        "guided_json":{"properties":{"tools":{}}},"chat_template_kwargs":{"enable_thinking":true},"ignore_eos":true,
        "extra_body":{"top_k":3},"options":{"top_k":3},"reasoning":{"effort":"low"},"dry_multiplier":1,"web":false,
        "mirostat":0,"web_search_options":null,"made_up":null,"safety_identifier":"s","prediction":{"type":"content"})"),
      messages_with(R"(,"system":"s","temperature":1,"top_k":3,"top_p":0.5,"stop_sequences":["x"],"stream":true,
        "thinking":{"type":"adaptive"},"metadata":{"user_id":"u"},"service_tier":"auto","output_config":{"effort":"low"},
        "context_management":{"edits":[]},"cache_control":{"type":"ephemeral"})"),
      responses_with(R"(,"instructions":"i","temperature":1,"max_output_tokens":9,"parallel_tool_calls":true,
        "reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],"store":false,
        "text":{"verbosity":"low"},"prompt_cache_key":"k","stream":true,"client_metadata":{"x":"y"},"user":"u",
        "truncation":"auto","service_tier":"auto","top_logprobs":1)"),
      decoded(
          Protocol::OpenAiCompletions,
          R"({"model":"m","prompt":"hi","suffix":"s","echo":true,"best_of":1,"n_predict":3,"cache_prompt":true})"),
      decoded(
          Protocol::OpenAiEmbeddings,
          R"({"model":"m","input":"hi","dimensions":3,"encoding_format":"float","user":"u","input_type":"query"})")};
  for (const chat::Request& request : all) {
    CHECK(refused_at(refuse_tools(request)) == "");
    CHECK(refused_at(refuse_server_tools(request)) == "");
  }
}

TEST_CASE("a function is a client's only where nothing more stands in it") {
  auto at = [](const char* tool) {
    return refused_at(refuse_server_tools(chat_with(R"(,"tools":[)" + std::string(tool) + "]")));
  };
  CHECK(at(R"({"type":"function","function":{"name":"f","strict":true},"cache_control":{"type":"ephemeral"}})") ==
        "");
  CHECK(at(R"({"type":"custom","custom":{"name":"f"}})") == "");
  CHECK(at(R"({"type":"function","function":{"name":"f"},"google_search":{}})") == "$.tools[0].google_search");
  CHECK(at(R"({"type":"builtin_function","function":{"name":"$web_search"}})") == "$.tools[0]");
  CHECK(at(R"({"type":"function","function":{"name":"$web_search"}})") == "$.tools[0]");
  CHECK(at(R"({"type":"function_search"})") == "$.tools[0]");
  CHECK(at(R"({"type":"custom_search"})") == "$.tools[0]");
}

TEST_CASE("tools that come in the middle of a conversation are tools") {
  auto with = [](const char* item) {
    return decoded(Protocol::OpenAiResponses,
                   R"({"model":"m","input":[{"role":"user","content":"hi"},)" + std::string(item) + "]}");
  };
  const chat::Request function = with(R"({"type":"additional_tools","tools":[{"type":"function","name":"f"}]})");
  CHECK(refused_at(refuse_tools(function)) == "$.input[1]");
  CHECK(refused_at(refuse_server_tools(function)) == "");
  const chat::Request search = with(R"({"type":"additional_tools","tools":[{"type":"web_search"}]})");
  CHECK(refused_at(refuse_server_tools(search)) == "$.input[1]");
  const chat::Request approval =
      with(R"({"type":"mcp_approval_response","approval_request_id":"a","approve":true})");
  CHECK(refused_at(refuse_server_tools(approval)) == "$.input[1]");
  const chat::Request turn = decoded(
      Protocol::OpenAiChat,
      R"({"model":"m","messages":[{"role":"system","content":"s","tools":[{"type":"function"}]},{"role":"user","content":"hi"}]})");
  CHECK(refused_at(refuse_tools(turn)) == "$.messages[0].tools");
}

TEST_CASE("models that search by themselves are known by their vendors' names") {
  for (const char* model :
       {"openai/gpt-5:online", "gpt-4o-search-preview", "gpt-4o-mini-search-preview-2025-03-11",
        "gpt-5-search-api", "sonar", "sonar-pro", "perplexity/sonar-reasoning-pro", "groq/compound",
        "compound-beta-mini", "o3-deep-research", "openai/o4-mini-deep-research-2025-06-26", "sonar-deep-research",
        "llama-3.1-sonar-small-128k-online"})
    CHECK_MESSAGE(acts_by_itself(model), model);
  for (const char* model :
       {"openai/gpt-5", "gpt-4o", "deepseek-chat", "claude-sonnet-4-5", "qwen3:8b", "llama3.2:latest",
        "perplexity/r1-1776", "alibaba/tongyi-deepresearch-30b-a3b", "meta-llama/Llama-3-8B"})
    CHECK_MESSAGE(!acts_by_itself(model), model);
}
