#include "gateway/front.h"

#include <doctest/doctest.h>

using namespace sluice;
using gateway::error_protocol;
using gateway::front_of;

TEST_CASE("front: each protocol is found below every prefix that a client may have") {
  for (const char* prefix : {"", "/v1", "/beta", "/beta/v1", "/anthropic", "/anthropic/v1", "/openai/v1"}) {
    CAPTURE(prefix);
    std::string p = prefix;
    CHECK(front_of(p + "/chat/completions")->protocol == chat::Protocol::OpenAiChat);
    CHECK(front_of(p + "/completions")->protocol == chat::Protocol::OpenAiCompletions);
    CHECK(front_of(p + "/responses")->protocol == chat::Protocol::OpenAiResponses);
    CHECK(front_of(p + "/embeddings")->operation == chat::Operation::Embed);
    CHECK(front_of(p + "/messages")->operation == chat::Operation::Generate);
    CHECK(front_of(p + "/messages/count_tokens")->operation == chat::Operation::CountTokens);
  }
}

TEST_CASE("front: what is no page of a protocol is no front") {
  for (const char* path : {"/", "", "/v1", "/v1/", "/v1/models", "/v2/chat/completions", "/v1/v1/messages",
                           "/v1/chat/completions/", "/anthropicv1/messages", "/v1/messages/batches"}) {
    CAPTURE(path);
    CHECK_FALSE(front_of(path));
  }
}

TEST_CASE("front: an error has the shape that the path's clients read") {
  CHECK(error_protocol("/v1/messages") == chat::Protocol::AnthropicMessages);
  CHECK(error_protocol("/anthropic/v1/models") == chat::Protocol::AnthropicMessages);
  CHECK(error_protocol("/nowhere") == chat::Protocol::OpenAiChat);
}
