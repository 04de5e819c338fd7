#include <doctest/doctest.h>

#include "json/doc.h"
#include "wire/anthropic_messages.h"

using namespace sluice;

TEST_CASE("anthropic error: the shape that Anthropic's clients read, with our name for it") {
  Error error{"request.invalid", "expected a string", "$.model", "send one"};
  CHECK(
      wire::anthropic_error_body(error, 400, "req_1") ==
      R"_({"type":"error","error":{"type":"invalid_request_error",)_"
      R"_("message":"expected a string; send one (at $.model)","code":"request.invalid"},"request_id":"req_1"})_");
  CHECK(wire::anthropic_error_body({"x", "m", "", ""}, 500, "") ==
        R"({"type":"error","error":{"type":"api_error","message":"m","code":"x"}})");
}

TEST_CASE("anthropic error: each status has the type by which SDKs decide what to do") {
  auto type = [](int status) {
    auto doc = json::Doc::parse(wire::anthropic_error_body({"x", "m", "", ""}, status, ""));
    return *(*doc)->root()["error"]["type"].string();
  };
  CHECK(type(400) == "invalid_request_error");
  CHECK(type(405) == "invalid_request_error");
  CHECK(type(401) == "authentication_error");
  CHECK(type(402) == "billing_error");
  CHECK(type(403) == "permission_error");
  CHECK(type(404) == "not_found_error");
  CHECK(type(413) == "request_too_large");
  CHECK(type(429) == "rate_limit_error");
  CHECK(type(500) == "api_error");
  CHECK(type(502) == "api_error");
  CHECK(type(503) == "overloaded_error");
  CHECK(type(529) == "overloaded_error");
  CHECK(type(504) == "timeout_error");
}

TEST_CASE("anthropic error: a deployment's error is named by its status, its words kept as far as they are safe") {
  auto read = [](int status, const char* body) { return wire::read_anthropic_error(status, body); };
  const char* body =
      R"({"type":"error","error":{"type":"invalid_request_error","message":"max_tokens is too big"}})";
  CHECK(read(400, body).code == "upstream.refused");
  CHECK(read(400, body).message.find("max_tokens is too big") != std::string::npos);
  CHECK(read(401, body).code == "upstream.auth");
  CHECK(read(529, body).code == "upstream.unavailable");
  CHECK(read(413, "").code == "upstream.refused");
  CHECK(read(502, "<html>").code == "upstream.unavailable");
  CHECK(read(200, "{}").code == "upstream.protocol");
}
