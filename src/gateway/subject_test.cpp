#include "gateway/subject.h"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;

TEST_CASE("The policy sees who asks, what kinds of parts come along, and a claim with its reason") {
  Principal principal{"web", "acme", "clinic", "intake", {"dpo"}};
  chat::Request request;
  chat::Message asked, result;
  asked.parts.push_back({chat::Part::Kind::Text, "look", ""});
  asked.parts.push_back({chat::Part::Kind::Image, "", ""});
  result.role = chat::Role::Tool;
  request.messages = {asked, result};
  http::Headers headers;
  policy::Subject plain = subject_of(principal, request, headers, UtcTime{5});
  CHECK(plain.principal == "web");
  CHECK(plain.team == "clinic");
  CHECK(plain.workload == "intake");
  CHECK(plain.roles == std::vector<std::string>{"dpo"});
  CHECK(plain.parts ==
        (policy::part_bit(policy::PartKind::Image) | policy::part_bit(policy::PartKind::ToolResult)));
  CHECK(plain.extracted == 0);
  CHECK(plain.time == UtcTime{5});
  CHECK(!plain.claim);
  headers.add("X-Sluice-Declassify", "L1");
  headers.add("X-Sluice-Reason", "published on Tuesday");
  policy::Subject claiming = subject_of(principal, request, headers, UtcTime{5});
  REQUIRE(claiming.claim);
  CHECK(claiming.claim->id == "L1");
  CHECK(claiming.claim->reason == "published on Tuesday");
}

TEST_CASE(
    "The record has a claim's id and the hash of its reason, never its words nor a name of the client's own") {
  policy::Decision decision;
  decision.label.cls = sense::Class::Internal;
  note_claim(decision);
  CHECK(decision.label.provenance.empty());
  policy::Declassified claim;
  claim.id = "L1";
  claim.applied = true;
  claim.reason = "published on Tuesday";
  claim.before.raise(sense::Category::SourceCode, {"finding", "code", {}, {}});
  decision.declassified = claim;
  note_claim(decision);
  REQUIRE(decision.label.provenance.size() == 1);
  CHECK(decision.label.provenance[0].source == "declassify");
  CHECK(decision.label.provenance[0].detail.starts_with("L1, reason sha256 "));
  CHECK(decision.label.provenance[0].detail.find("Tuesday") == std::string::npos);
  CHECK(decision.label.provenance[0].cls == sense::Class::Public);  // it raises nothing
  CHECK(lasting_label(decision).to_string() == "confidential; source_code");

  decision = {};
  claim.applied = false;
  claim.id = "my patient's name";
  claim.why_not = "the policy has no declassification of this name";
  decision.declassified = claim;
  note_claim(decision);
  CHECK(decision.label.provenance[0].detail == "(unknown), not applied: " + claim.why_not);
  CHECK(lasting_label(decision).to_string() == "public");
}

TEST_CASE("A kind of parts counts as extracted where every part of it was read") {
  auto with = [](chat::Part::Kind kind, const char* failed) {
    chat::Part part{kind, "", "{}"};
    if (failed)
      part.extraction = std::make_shared<const chat::Extraction>(chat::Extraction{"pdf", "text", failed});
    return part;
  };
  using Kind = chat::Part::Kind;
  constexpr unsigned kFile = policy::part_bit(policy::PartKind::File);
  constexpr unsigned kImage = policy::part_bit(policy::PartKind::Image);
  chat::Request request;
  request.messages.resize(2);
  request.messages[0].parts = {with(Kind::Text, nullptr), with(Kind::File, "")};
  request.messages[1].parts = {with(Kind::Image, "time_limit")};
  policy::Subject subject;
  note_parts(request, subject);
  CHECK(subject.parts == (kFile | kImage));
  CHECK(subject.extracted == kFile);
  request.messages[1].parts.push_back(with(Kind::File, nullptr));
  note_parts(request, subject);
  CHECK(subject.extracted == 0);
  request.messages[1].parts = {with(Kind::Image, ""), with(Kind::File, "")};
  note_parts(request, subject);
  CHECK(subject.extracted == (kFile | kImage));
}

TEST_CASE("Tools and their results are seen in every form that a protocol has for them") {
  using Kind = chat::Part::Kind;
  constexpr unsigned kTools = policy::part_bit(policy::PartKind::Tools);
  constexpr unsigned kResult = policy::part_bit(policy::PartKind::ToolResult);
  const auto parts_of = [](const chat::Request& request) {
    policy::Subject subject;
    note_parts(request, subject);
    return unsigned(subject.parts);
  };
  const auto field = [&](const char* name, const char* raw) {
    chat::Request request;
    request.extra.push_back({"$.x", raw, name});
    return parts_of(request);
  };
  const auto block = [&](const char* raw) {
    chat::Request request;
    request.messages.resize(1);
    request.messages[0].parts = {chat::Part{Kind::Unknown, "", raw}};
    return parts_of(request);
  };
  CHECK(field("functions", R"([{"name":"f"}])") == kTools);
  CHECK(field("functions", "[]") == 0);
  CHECK(field("web_search_options", "{}") == kTools);
  CHECK(field("mcp_servers", R"([{"url":"https://x"}])") == kTools);
  CHECK(field("", R"({"type":"mcp_list_tools","tools":[{"name":"f"}]})") == kTools);
  CHECK(field("", R"({"type":"additional_tools"})") == kTools);
  CHECK(field("", R"({"type":"local_shell_call_output","output":"r"})") == kResult);
  CHECK(field("", R"({"type":"mcp_call","name":"f","output":"r"})") == kResult);
  CHECK(field("", R"({"type":"mcp_call","name":"f","output":null,"error":"no"})") == kResult);
  CHECK(field("", R"({"type":"mcp_call","name":"f","output":null})") == 0);
  CHECK(field("", R"({"type":"web_search_call","status":"completed"})") == 0);
  CHECK(field("metadata", R"({"type":"table"})") == 0);
  CHECK(field("connectors", R"([{"id":"web-search"}])") == kTools);
  CHECK(field("extra_body", R"({"google":{"tools":[{"google_search":{}}]}})") == kTools);
  CHECK(field("extra_body", R"({"top_k":3})") == 0);
  CHECK(block(R"({"type":"code_interpreter_call","outputs":[{"logs":"r"}]})") == kResult);
  CHECK(block(R"({"type":"web_search_tool_result","content":[]})") == kResult);
  CHECK(block(R"({"type":"mcp_tool_result","content":[]})") == kResult);
  CHECK(block(R"({"type":"input_video"})") == 0);
}
