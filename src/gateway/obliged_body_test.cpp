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

BodyEdits at_most(int n) { return {n, {}, false}; }
const BodyEdits kOpaque{{}, "t_x", false};
const BodyEdits kKeepNothing{{}, {}, true};

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

TEST_CASE("every other name of the limit is lowered with it, wherever a server may read it") {
  struct Case {
    const char* more;
    std::vector<std::string_view> sent;
  };
  // llama.cpp's n_predict wins over max_tokens; -1 is endless there, and -2 as long as the context.
  const Case kCases[] = {
      {R"(,"n_predict":5000)", {R"("n_predict":100)", R"("max_tokens":100)"}},
      {R"(,"n_predict":-1)", {R"("n_predict":100)"}},
      {R"(,"N_Predict":"5000")", {R"("N_Predict":100)"}},
      {R"(,"n_predict":50)", {R"("n_predict":50)", R"("max_tokens":100)"}},
      {R"(,"options":{"num_predict":5000,"top_k":3})", {R"({"num_predict":100,"top_k":3})"}},
      {R"(,"max_new_tokens":5000)", {R"("max_new_tokens":100)"}},
      {R"(,"max_length":5000.5)", {R"("max_length":100)"}},
      {R"(,"min_tokens":5000)", {R"("min_tokens":100)"}},
      {R"(,"min_tokens":0)", {R"("min_tokens":0)"}},
      {R"(,"extra_body":{"generationConfig":{"maxOutputTokens":9999}})", {R"({"maxOutputTokens":100})"}},
      {R"(,"reasoning":{"max_tokens":5000})", {R"("reasoning":{"max_tokens":100})"}}};
  for (const Case& c : kCases) {
    for (const char* dialect : {"llama.cpp", "generic", "vllm"})
      for (const Protocol protocol : {Protocol::OpenAiChat, Protocol::OpenAiCompletions,
                                      Protocol::AnthropicMessages, Protocol::OpenAiResponses}) {
        const std::string head = protocol == Protocol::OpenAiResponses ? R"({"model":"m","input":"hi")"
                                 : protocol == Protocol::OpenAiCompletions
                                     ? R"({"model":"m","prompt":"hi")"
                                     : R"({"model":"m","messages":[{"role":"user","content":"hi"}])";
        const std::string more = protocol == Protocol::AnthropicMessages ? R"(,"max_tokens":90)" : "";
        if (protocol == Protocol::OpenAiResponses && std::string_view(c.more).starts_with(",\"reasoning\""))
          continue;  // of OpenRouter's chat
        Edited edited = edit(decoded(protocol, head + more + c.more + "}"), at_most(100), dialect);
        CAPTURE(edited.doc->text());
        for (std::string_view wanted : c.sent) {
          if (wanted.starts_with(R"("max_tokens")") && protocol != Protocol::OpenAiChat) continue;
          CHECK(edited.doc->text().find(wanted) != std::string_view::npos);
        }
      }
  }
  // A schema's own word is none of them, and what is no number is not guessed.
  CHECK(edit(chat_with(R"(,"guided_json":{"maxLength":5000})"), at_most(100)).at("guided_json") ==
        R"({"maxLength":5000})");
  config::Deployment target;
  std::vector<std::string> notes;
  auto odd = edited_body(chat_with(R"(,"n_predict":{"x":1})"), target, at_most(100), notes);
  REQUIRE_FALSE(odd);
  CHECK(odd.error().where == "$.n_predict");
}

TEST_CASE("a number whose name says that it may limit the answer is refused where it is no known name") {
  const auto refused = [](const std::string& more) -> std::string {
    config::Deployment target;
    std::vector<std::string> notes;
    auto edited = edited_body(chat_with("," + more), target, at_most(100), notes);
    return edited ? "" : edited.error().code + " " + edited.error().where;
  };
  CHECK(refused(R"("max_output_length":5000)") == "policy.obligation $.max_output_length");
  CHECK(refused(R"("response_length":"5000")") == "policy.obligation $.response_length");
  CHECK(refused(R"("token_limit":5000)") == "policy.obligation $.token_limit");
  CHECK(refused(R"("tokenBudget":5000)") == "policy.obligation $.tokenBudget");
  CHECK(refused(R"("generation_config":{"max_response":5000})") ==
        "policy.obligation $.generation_config.max_response");
  CHECK(refused(R"("extra_body":{"parameters":{"decode_len":50}})") ==
        "policy.obligation $.extra_body.parameters.decode_len");
  // What says something else, or is known.
  for (const char* more : {R"("maxTokens":5000)",
                           R"("extra_body":{"max_completion_tokens":5000})",
                           R"("length_penalty":1.5)",
                           R"("truncate_prompt_tokens":4000)",
                           R"("max_input_tokens":4000)",
                           R"("context_length":8192)",
                           R"("eos_token_id":2)",
                           R"("stop_token_ids":[1,2])",
                           R"("dry_allowed_length":2)",
                           R"("top_n_tokens":5)",
                           R"("logprob_start_len":0)",
                           R"("no_repeat_ngram_size":3)",
                           R"("return_tokens_as_token_ids":true)",
                           R"("skip_special_tokens":true)",
                           R"("response_format":{"type":"text"})",
                           R"("top_logprobs":5,"logprobs":true)",
                           R"("reasoning_effort":"low")",
                           R"("n":2)",
                           R"("seed":5000)",
                           R"("num_ctx":8192)",
                           R"("output_format":"mp3")",
                           R"("token_limit":null)"})
    CHECK_MESSAGE(refused(more) == "", more);
}

TEST_CASE("where nothing may be kept the vendor is told so, and what it could do only by keeping it is refused") {
  for (const char* dialect : {"openai", "azure", "generic", "vllm"}) {
    Edited absent = edit(responses_with(""), kKeepNothing, dialect);
    CHECK(absent.at("store") == "false");
    CHECK(absent.notes.size() == 1);
    CHECK(edit(responses_with(R"(,"store":true)"), kKeepNothing, dialect).at("store") == "false");
    CHECK(edit(responses_with(R"(,"store":null)"), kKeepNothing, dialect).at("store") == "false");
    Edited off = edit(responses_with(R"(,"store":false)"), kKeepNothing, dialect);
    CHECK(off.at("store") == "false");
    CHECK(off.notes.empty());
    Edited chat = edit(chat_with(R"(,"store":true)"), kKeepNothing, dialect);
    CHECK(chat.at("store") == "false");
    CHECK(chat.notes.size() == 1);
  }
  CHECK(edit(chat_with(""), kKeepNothing, "openai").at("store") == "false");
  CHECK(edit(chat_with(""), kKeepNothing, "generic").at("store") == "");  // it may refuse what it does not know
  CHECK(edit(chat_with(R"(,"extra_body":{"Store":true})"), kKeepNothing).at("extra_body") == R"({"Store":false})");
  CHECK(edit(messages_with(""), kKeepNothing).at("store") == "");
  config::Deployment target;
  std::vector<std::string> notes;
  for (const char* more : {R"(,"conversation":"conv_1")", R"(,"prompt_cache_retention":"24h")",
                           R"(,"deferred":true)", R"(,"session_params":{"id":"1"})"}) {
    auto body = edited_body(responses_with(more), target, kKeepNothing, notes);
    REQUIRE_FALSE_MESSAGE(body, more);
    CHECK(body.error().code == "policy.obligation");
  }
  CHECK(edited_body(responses_with(R"(,"prompt_cache_retention":"in_memory","background":false)"), target,
                    kKeepNothing, notes));
}
