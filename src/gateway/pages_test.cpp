#include "gateway/pages.h"

#include <doctest/doctest.h>

using namespace sluice;

namespace {

http::Request request(std::string method, std::string target) {
  http::Request r;
  r.method = std::move(method);
  r.target = std::move(target);
  return r;
}

}  // namespace

TEST_CASE("pages: a response that was deleted can't be continued, read, or named item by item") {
  gateway::Shared shared;
  gateway::Backends backends;
  const std::string owner = gateway::Principal{}.owner();
  auto keep = [&](const std::string& key, std::string text) {
    shared.responses.put(owner, key, gateway::Remembered{std::move(text), {}});
  };
  keep("resp_1", "[]");
  keep(gateway::response_object_key("resp_1"), R"({"id":"resp_1","output":[{"id":"msg_1","type":"message"}]})");
  keep(gateway::response_item_key("msg_1"), R"({"id":"msg_1","type":"message"})");
  keep(gateway::response_item_key("msg_2"), R"({"id":"msg_2","type":"message"})");  // of another one

  auto deleted = gateway::page(shared, backends, request("DELETE", "/v1/responses/resp_1"));
  REQUIRE(deleted);
  CHECK(deleted->status == 200);
  CHECK_FALSE(gateway::page(shared, backends, request("GET", "/v1/responses/resp_1")));
  CHECK_FALSE(shared.responses.get(owner, "resp_1"));
  CHECK_FALSE(shared.responses.get(owner, gateway::response_item_key("msg_1")));
  CHECK(shared.responses.get(owner, gateway::response_item_key("msg_2")));
}
