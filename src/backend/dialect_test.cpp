#include "backend/dialect.h"

#include <doctest/doctest.h>

#include "wire/protocol.h"

using namespace sluice;
using chat::Protocol;

namespace {

chat::Request decoded(Protocol protocol, std::string body) {
  auto request = wire::decode(protocol, chat::Operation::Generate, std::move(body));
  if (!request) FAIL(request.error().to_string());
  return *request;
}

// Where it is refused, else the body.
std::string sent(const char* row, Protocol spoken, const chat::Request& request) {
  auto out = wire::encode(spoken, request, backend::dialect(row).target_for(spoken, "up"));
  return out ? out->body : out.error().where;
}
bool contains(const std::string& in, const std::string& part) { return in.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("dialects: what DeepSeek ignores in each of its protocols is not sent to it in silence") {
  auto messages = [](const std::string& fields) {
    return sent(
        "deepseek", Protocol::AnthropicMessages,
        decoded(Protocol::AnthropicMessages,
                R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}],)" + fields + "}"));
  };
  CHECK(messages(R"("output_config":{"format":{"type":"json_schema","schema":{}}})") == "$.output_config.format");
  CHECK(messages(R"("top_k":5)") == "$.top_k");
  CHECK(messages(R"("mcp_servers":[{"name":"x"}])") == "$.mcp_servers");
  CHECK(messages(R"("container":"c")") == "$.container");
  CHECK(messages(R"("tools":[{"name":"f","input_schema":{},"strict":true}])") == "$.tools[0].strict");
  CHECK(messages(R"("tools":[{"type":"bash_20250124","name":"bash"}])") == "$.tools[0]");
  auto responses = [](const std::string& fields) {
    return sent("deepseek", Protocol::OpenAiResponses,
                decoded(Protocol::OpenAiResponses, R"({"model":"m","input":"a",)" + fields + "}"));
  };
  CHECK(responses(R"("conversation":"c")") == "$.conversation");
  CHECK(responses(R"("prompt":{"id":"p"})") == "$.prompt");
  CHECK(responses(R"("truncation":"auto")") == "$.truncation");
  CHECK(responses(R"("tools":[{"type":"code_interpreter"}])") == "$.tools[0]");
  CHECK(contains(responses(R"("text":{"format":{"type":"json_schema","name":"a","schema":{}}})"), "json_schema"));
  auto chat = [](const std::string& fields) {
    return sent("deepseek", Protocol::OpenAiChat,
                decoded(Protocol::OpenAiChat,
                        R"({"model":"m","messages":[{"role":"user","content":"a"}],)" + fields + "}"));
  };
  CHECK(chat(R"("top_k":5)") == "$.top_k");
  CHECK(chat(R"("functions":[])") == "$.functions");
  CHECK(contains(chat(R"("user":"u")"), R"("user_id":"u")"));
  auto completion = [](const char* row, const std::string& fields) {
    return sent(row, Protocol::OpenAiCompletions,
                decoded(Protocol::OpenAiCompletions, R"({"model":"m","prompt":"a",)" + fields + "}"));
  };
  CHECK(completion("deepseek", R"("n":2)") == "$.n");
  CHECK(completion("deepseek", R"("logit_bias":{"1":5})") == "$.logit_bias");
  for (const char* row : {"openai", "tgi"}) {
    CAPTURE(row);
    CHECK(contains(completion(row, R"("stop":["a","b","c","d","e"])"), R"("stop":["a","b","c","d"])"));
    CHECK(completion(row, R"("stop":["a","b","c","d","e"],"echo":true)") == "$.stop");
  }
  CHECK(contains(completion("openai", R"("n":2)"), R"("n":2)"));
}

TEST_CASE("dialects: OpenAI's models at either vendor get the limit under the name that they take") {
  auto request = decoded(Protocol::AnthropicMessages,
                         R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}]})");
  for (const char* row : {"openai", "azure"}) {
    CAPTURE(row);
    CHECK(contains(sent(row, Protocol::OpenAiChat, request), R"("max_completion_tokens":9)"));
  }
  CHECK(contains(sent("vllm", Protocol::OpenAiChat, request), R"("max_tokens":9)"));
}

TEST_CASE("dialects: Ollama, which reads no tool_choice, is not asked for a forced call in any protocol") {
  auto request = decoded(Protocol::OpenAiChat,
                         R"({"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function",)"
                         R"("function":{"name":"f","parameters":{}}}],"tool_choice":"required"})");
  for (Protocol spoken : {Protocol::OpenAiChat, Protocol::OpenAiResponses, Protocol::AnthropicMessages}) {
    CAPTURE(chat::protocol_name(spoken));
    CHECK(sent("ollama", spoken, request) == "$.tool_choice");
  }
}
