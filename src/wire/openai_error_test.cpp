#include "wire/openai_error.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "text/utf8.h"
#include "wire/anthropic_messages.h"
#include "wire/openai_chat.h"
#include "wire/protocol.h"

using namespace sluice;

TEST_CASE("errors: an upstream's status decides the name") {
  auto code = [](int status) {
    return wire::read_openai_error(status, R"({"error":{"message":"m","type":"t"}})").code;
  };
  CHECK(code(400) == "upstream.refused");
  CHECK(code(413) == "upstream.refused");
  CHECK(code(422) == "upstream.refused");
  CHECK(code(401) == "upstream.auth");
  CHECK(code(403) == "upstream.auth");
  CHECK(code(402) == "upstream.balance");
  CHECK(code(404) == "upstream.not_found");
  CHECK(code(408) == "upstream.timeout");
  CHECK(code(504) == "upstream.timeout");
  CHECK(code(429) == "upstream.rate_limited");
  CHECK(code(500) == "upstream.unavailable");
  CHECK(code(503) == "upstream.unavailable");
  CHECK(code(302) == "upstream.protocol");
  CHECK(code(204) == "upstream.protocol");
  CHECK(wire::read_openai_error(502, "<html>nginx secret</html>").message.find("secret") == std::string::npos);
  CHECK(wire::read_openai_error(400, R"({"error":{"message":"This model does not support image"}})").message ==
        "the deployment refused the request (status 400): This model does not support image");
}

TEST_CASE("errors: a vendor's word that clients act on reaches them, with its field and status") {
  const auto told = [](int status, const char* body) {
    const Error error = wire::read_openai_error(status, body);
    const int sent = wire::http_status_of(error);
    auto doc = json::Doc::parse(wire::openai_error_body(error, sent));
    REQUIRE(doc);
    json::Value told = (*doc)->root()["error"];
    return std::to_string(sent) + " " + told["code"].string().value_or("-") + " " +
           told["param"].string().value_or("-") + " " + told["sluice_code"].string().value_or("-");
  };
  CHECK(told(400,
             R"({"error":{"message":"too long","type":"invalid_request_error","param":"messages",)"
             R"("code":"context_length_exceeded"}})") == "400 context_length_exceeded messages upstream.refused");
  CHECK(told(429, R"({"error":{"message":"quota","type":"insufficient_quota","code":"insufficient_quota"}})") ==
        "429 insufficient_quota - upstream.rate_limited");
  // By words only: vLLM and DeepSeek, Anthropic.
  for (const char* said :
       {"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
        "prompt is too long: 210000 tokens > 200000 maximum"}) {
    const std::string body = R"({"error":{"message":")" + std::string(said) +
                             R"(","type":"invalid_request_error",)" + R"("code":"invalid_request_error"}})";
    CHECK(told(400, body.c_str()) == "400 context_length_exceeded - upstream.refused");
  }
  CHECK(told(400, R"({"error":{"message":"no","code":"invalid_request_error","param":"my patient, 54"}})") ==
        "400 upstream.refused - -");
  CHECK(told(400, R"({"error":{"message":"no","code":"My patient has x"}})") == "400 upstream.refused - -");
  CHECK(told(413, R"({"type":"error","error":{"type":"request_too_large","message":"m"}})") ==
        "413 upstream.refused - -");
  CHECK(told(409, R"({"error":{"message":"m"}})") == "400 upstream.refused - -");
  CHECK(
      told(
          422,
          R"({"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{"a":1}}]})") ==
      "422 upstream.refused messages -");
  CHECK(wire::read_openai_error(422, R"({"detail":[{"loc":["body","messages",0,"role"],"msg":"Field required"}]})")
            .message.ends_with(": messages.0.role: Field required"));
  CHECK(wire::read_openai_error(400, R"({"detail":"Unknown adapter"})").message.ends_with(": Unknown adapter"));
  CHECK(wire::read_openai_error(400, "Model is loading\n").message.ends_with(": Model is loading"));
}

TEST_CASE("errors: Anthropic's clients shorten the conversation at these words") {
  const Error error = wire::read_openai_error(
      400, R"({"error":{"message":"This model's maximum context length is 10 tokens","code":"x"}})");
  CHECK(wire::anthropic_error_body(error, 400, "req_1").find(R"("message":"prompt is too long: )") !=
        std::string::npos);
  const Error ours{"engine.context_exceeded", "too long", "", ""};
  CHECK(wire::anthropic_error_body(ours, 400, "req_1").find("prompt is too long: ") != std::string::npos);
  CHECK(wire::openai_error_body(ours, 400).find(R"("code":"context_length_exceeded")") != std::string::npos);
}

TEST_CASE("errors: what comes again in the same way is not to be sent again") {
  for (int status : {401, 402, 403, 404}) CHECK(wire::is_final(wire::read_openai_error(status, "{}")));
  for (int status : {400, 429, 500, 503}) CHECK(!wire::is_final(wire::read_openai_error(status, "{}")));
}

TEST_CASE("errors: words an upstream was seen to say stay readable") {
  for (const char* said :
       {"The `reasoning_content` in the thinking mode must be passed back to the API.",
        "Thinking mode does not support this tool_choice", "the valid range of max_tokens is [1, 8192]",
        "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens",
        "Rate limit reached for TPM", "Invalid value for 'messages[0].role'"}) {
    CHECK(wire::safe_upstream_message(said) == said);
  }
}

TEST_CASE("errors: keys, personal data and echoes of the request are not kept") {
  for (const char* said :
       {"Authentication Fails, Your api key: ****x7Qz is invalid",
        "Incorrect API key provided: sk-abcDEF1234567890abcd.",
        "bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "Bearer AKIAIOSFODNN7EXAMPLE",
        "call +49 170 1234567 now", "card 4111 1111 1111 1111 is invalid", "user jane.doe@example.org not found",
        "input 'my patient has diabetes' is invalid", "got \"SECRET words here", "value {\"ssn\": \"SECRET\"}",
        "key 0123456789abcdef0123456789abcdef"}) {
    std::string kept = wire::safe_upstream_message(said);
    CAPTURE(kept);
    for (const char* secret : {"x7Qz", "sk-abc", "eyJ", "AKIA", "1234567", "4111", "1111", "jane", "example.org",
                               "patient", "diabetes", "SECRET", "ssn", "0123456789abcdef"}) {
      CHECK(kept.find(secret) == std::string::npos);
    }
  }
}

TEST_CASE("errors: any bytes become one short line of valid text without control characters") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    std::string said;
    for (std::size_t n = random() % 900; n > 0; --n)
      said += char(random() % 3 ? "ab '\"`{:\n1-@ "[random() % 13] : random());
    std::string kept = wire::safe_upstream_message(said);
    CHECK(kept.size() <= 300);
    CHECK(text::valid_utf8(kept));
    for (char c : kept) CHECK_FALSE((static_cast<unsigned char>(c) < 0x20 || c == 0x7F));
  }
}

TEST_CASE("errors: a client gets OpenAI's shape with the name, the place and what to do") {
  Error error{"request.invalid", "expected a string, found a number", "$.messages[0].content", "send text"};
  CHECK(wire::openai_error_body(error, 400) ==
        R"x({"error":{"message":"expected a string, found a number; send text (at $.messages[0].content)",)x"
        R"("type":"invalid_request_error","param":"$.messages[0].content","code":"request.invalid"}})");
  ;
  CHECK(wire::openai_error_body({"json.syntax", "m", "byte 7 in $.a", ""}, 400).find(R"("param":"$.a")") !=
        std::string::npos);
  CHECK(wire::openai_error_body({"json.syntax", "m", "byte 7", ""}, 400).find(R"("param":null)") !=
        std::string::npos);
  CHECK(wire::openai_error_body({"a.b", "m", "", ""}, 503).find("server_error") != std::string::npos);
}

TEST_CASE("errors: every name in docs/errors.md has the status that is written there") {
  std::ifstream in("docs/errors.md");
  if (!in) {
    MESSAGE("SKIPPED: docs/errors.md is not there");
    return;
  }
  int names = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    std::size_t end = line.find('`', 3);
    std::string code = line.substr(3, end - 3);
    std::istringstream cell(line.substr(line.find('|', end) + 1));
    int status = 0;
    if (!(cell >> status)) continue;  // never reaches a client
    CAPTURE(code);
    CHECK(wire::http_status_of({code, "", "", ""}) == status);
    ++names;
  }
  CHECK(names > 40);
}

TEST_CASE("errors: every name that the source makes an error of is in docs/errors.md") {
  std::ifstream in("docs/errors.md");
  if (!in || !std::filesystem::exists("src")) {
    MESSAGE("SKIPPED: docs/errors.md or src is not there");
    return;
  }
  std::string listed((std::istreambuf_iterator<char>(in)), {});
  int found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("src")) {
    std::string path = entry.path().string();
    if (!path.ends_with(".cpp") || path.ends_with("_test.cpp") || path.ends_with("_fuzz.cpp")) continue;
    std::ifstream file(path);
    std::string source((std::istreambuf_iterator<char>(file)), {});
    for (std::string_view maker : {"fail(", "Error{", "return {", "error{"}) {
      for (std::size_t at = source.find(maker); at != std::string::npos; at = source.find(maker, at + 1)) {
        std::size_t quote = source.find_first_not_of(" \n", at + maker.size());
        if (quote == std::string::npos || source[quote] != '"') continue;
        std::string code = source.substr(quote + 1, source.find('"', quote + 1) - quote - 1);
        bool is_name = code.find('.') != std::string::npos && code.back() != '_' && code.back() != '.' &&
                       code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string::npos;
        if (!is_name) continue;
        ++found;
        CAPTURE(path);
        CHECK_MESSAGE(listed.find("`" + code + "`") != std::string::npos, code);
      }
    }
  }
  CHECK(found > 20);
}

TEST_CASE("errors: a name nobody knows is the server's fault") {
  CHECK(wire::http_status_of({"nobody.knows", "", "", ""}) == 500);
  CHECK(wire::http_status_of({"", "", "", ""}) == 500);
}
