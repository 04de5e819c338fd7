#include "gateway/obliged_body.h"

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

struct Edited {
  std::shared_ptr<const json::Doc> doc;
  std::vector<std::string> notes;
  std::string at(const std::string& key) const { return std::string(doc->root()[key].raw()); }
};

Edited edit(const chat::Request& request, const BodyEdits& edits, const std::string& dialect = "generic") {
  config::Deployment target;
  target.kind = config::Kind::OpenAi;
  target.dialect = dialect;
  Edited out;
  auto body = edited_body(request, target, edits, out.notes);
  REQUIRE(body);
  REQUIRE(body->has_value());
  out.doc = *json::Doc::parse(**body);
  return out;
}

BodyEdits at_most(int n) { return {n, {}}; }
const BodyEdits kOpaque{{}, "t_x"};

}  // namespace

TEST_CASE("an answer is limited by the protocol's own field, and the client is told where that changes anything") {
  Edited none = edit(chat_with(""), at_most(100));
  CHECK(none.at("max_tokens") == "100");
  CHECK(none.notes.size() == 1);
  CHECK(edit(chat_with(""), at_most(100), "openai").at("max_completion_tokens") == "100");
  Edited both = edit(chat_with(R"(,"max_tokens":5000,"max_completion_tokens":50)"), at_most(100));
  CHECK(both.at("max_tokens") == "100");
  CHECK(both.at("max_completion_tokens") == "50");
  CHECK(edit(chat_with(R"(,"max_tokens":7)"), at_most(100)).notes.empty());
  CHECK(edit(responses_with(""), at_most(100)).at("max_output_tokens") == "100");
  CHECK(edit(messages_with(""), at_most(100)).at("max_tokens") == "100");
}

TEST_CASE("a thinking budget that does not fit under the limit is refused") {
  config::Deployment target;
  std::vector<std::string> notes;
  auto request = messages_with(R"(,"thinking":{"type":"enabled","budget_tokens":4000})");
  auto body = edited_body(request, target, at_most(1000), notes);
  REQUIRE_FALSE(body);
  CHECK(body.error().code == "policy.obligation");
}

TEST_CASE("whatever names a user or marks a cache is replaced") {
  Edited all = edit(chat_with(R"(,"user":"jane","safety_identifier":"jane","prompt_cache_key":"j",
                              "metadata":{"user_id":"jane","x":"y"})"),
                    kOpaque);
  for (const char* field : {"user", "safety_identifier", "prompt_cache_key"}) CHECK(all.at(field) == "\"t_x\"");
  CHECK(all.doc->root()["metadata"]["user_id"].string() == "t_x");
  CHECK(all.doc->text().find("jane") == std::string_view::npos);
  CHECK(edit(chat_with(""), kOpaque).at("user") == "\"t_x\"");
  CHECK(edit(chat_with(""), kOpaque, "deepseek").at("user_id") == "\"t_x\"");
  CHECK(edit(chat_with(""), kOpaque, "vllm").at("cache_salt") == "\"t_x\"");
  CHECK(edit(messages_with(R"(,"metadata":{"user_id":"jane"})"), kOpaque).at("metadata") ==
        R"({"user_id":"t_x"})");
  CHECK(edit(messages_with(""), kOpaque).at("metadata") == R"({"user_id":"t_x"})");
}

TEST_CASE("an opaque id is the tenant's and tells nothing of it") {
  CHECK(opaque_id("s", "clinic") == opaque_id("s", "clinic"));
  CHECK(opaque_id("s", "clinic") != opaque_id("s", "sales"));
  CHECK(opaque_id("s", "clinic") != opaque_id("t", "clinic"));
  CHECK(opaque_id("s", "clinic").find("clinic") == std::string::npos);
}

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
