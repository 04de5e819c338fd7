#include "chat/request.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/event.h"
#include "json/doc.h"

using namespace sluice;
using chat::Part;
using chat::Role;

namespace {

bool seen(const chat::Request& request, std::string_view needle) {
  auto texts = chat::visible_texts(request);
  return std::any_of(texts.begin(), texts.end(),
                     [&](const chat::VisibleText& t) { return t.text.find(needle) != std::string::npos; });
}

chat::Request example() {
  chat::Request r;
  r.messages.push_back({.role = Role::System, .parts = {{Part::Kind::Text, "be brief", ""}}});
  r.messages.push_back(
      {.role = Role::User,
       .parts = {{Part::Kind::Text, "look", R"({"type":"text","text":"look"})"},
                 {Part::Kind::Image, "", R"({"type":"image_url","image_url":{"url":"http://x/y"}})"}},
       .name = "ann"});
  chat::Message assistant{.role = Role::Assistant, .reasoning = "hmm"};
  assistant.tool_calls.push_back({"call_1", "get", R"({"ssn":"\u0030\u0037\u0038-05"})"});
  r.messages.push_back(assistant);
  r.messages.push_back(
      {.role = Role::Tool, .parts = {{Part::Kind::Text, "result", ""}}, .tool_call_id = "call_1"});
  chat::Tool tool;
  tool.raw =
      R"({"type":"function","function":{"name":"get","description":"gets it","strict":true,"x":["extra"],)"
      R"("parameters":{"type":"object","properties":{"city":{"enum":["Bonn",12345],"d":{}}}}},"cache":"c1"})";
  r.tools.push_back(tool);
  r.format.raw = R"({"type":"json_schema","json_schema":{"name":"plan"}})";
  r.sampling.stop = {"END"};
  r.user = "u-77";
  r.extra.push_back({"$.metadata", R"({"case":"4711"})", "metadata"});
  return r;
}

}  // namespace

TEST_CASE("chat: every text of a request is visible, with its place and in the model's order") {
  auto texts = chat::visible_texts(example());
  std::vector<std::string> paths;
  for (const auto& t : texts) paths.push_back(t.path);
  CHECK(paths ==
        std::vector<std::string>{"$.messages[0].content", "$.messages[1].name", "$.messages[1].content[0]",
                                 "$.messages[1].content[1]", "$.messages[2].reasoning_content",
                                 "$.messages[2].tool_calls[0].id", "$.messages[2].tool_calls[0].function.name",
                                 "$.messages[2].tool_calls[0].function.arguments",
                                 "$.messages[2].tool_calls[0].function.arguments#decoded", "$.messages[3].content",
                                 "$.messages[3].tool_call_id", "$.tools[0].function.name",
                                 "$.tools[0].function.description", "$.tools[0].function.parameters", "$.tools[0]",
                                 "$.response_format", "$.stop", "$.user", "$.metadata"});
  for (const char* needle : {"be brief", "look", "http://x/y", "078-05", "gets it", "Bonn", "12345",
                             "strict: true", "extra", "cache: c1", "name: plan", "case: 4711", "u-77"}) {
    CAPTURE(needle);
    CHECK(seen(example(), needle));
  }
}

TEST_CASE("chat: the digits of long numbers are visible wherever they stand, short ones are no text") {
  auto doc = json::Doc::parse(R"({"model":"m","seed":4539578763621486,"temperature":0.4539578763621487,"n":1,)"
                              R"("max_tokens":4096,"thinking":{"budget_tokens":45395787636214881}})");
  REQUIRE(doc);
  chat::Request r;
  r.body = *doc;
  std::string all;
  for (const chat::VisibleText& t : chat::visible_texts(r)) all += t.path + "=" + std::string(t.text);
  CHECK(all ==
        "$.seed=4539578763621486$.temperature=0.4539578763621487$.thinking.budget_tokens=45395787636214881");
}

TEST_CASE("chat: a tool that is no function, and one that is not even JSON, are visible whole") {
  chat::Request r;
  r.tools.push_back({.raw = R"({"type":"web_search","site":"intra.example"})"});
  r.tools.push_back({.raw = R"({"function":"not an object","type":"function"})"});
  r.tools.push_back({.name = "n1", .description = "d1", .parameters = "{\"p1\":1}", .raw = "broken {"});
  for (const char* needle :
       {"type: web_search", "site: intra.example", "function: not an object", "n1", "d1", "p1", "broken {"}) {
    CAPTURE(needle);
    CHECK(seen(r, needle));
  }
}

TEST_CASE("chat: what no detector can read is listed") {
  chat::Request r = example();
  CHECK(chat::unreadable_parts(r) == std::vector<std::string>{"$.messages[1].content[1]"});
  r.extra.push_back({"$.messages[2].audio", R"({"id":"audio_1"})", "audio"});
  r.extra.push_back({"$.audio", R"({"voice":"alloy"})", "audio"});
  r.extra.push_back({"$.previous_response_id", R"("resp_1")", "previous_response_id"});
  r.extra.push_back({"$.conversation", "null", "conversation"});
  r.extra.push_back({"$.extra_body", R"({"doc":"data:application/pdf;base64,AAAA"})", "extra_body"});
  CHECK(chat::unreadable_parts(r) == std::vector<std::string>{"$.messages[1].content[1]", "$.messages[2].audio",
                                                              "$.previous_response_id", "$.extra_body"});
  r = {};
  r.messages.push_back({.role = Role::User, .parts = {{Part::Kind::Unknown, "", "{}"}}});
  CHECK(chat::unreadable_parts(r) == std::vector<std::string>{"$.messages[0].content[0]"});
}

TEST_CASE(
    "chat: what an extractor read is visible at its part's place, and what it could not read is listed with why") {
  auto extraction = [](const char* by, const char* text, const char* failed) {
    return std::make_shared<const chat::Extraction>(chat::Extraction{by, text, failed});
  };
  // Its bytes are no words.
  const char* const kLetter = R"({"type":"file","file":{"filename":"letter","file_data":"AAAA"}})";
  chat::Request r;
  r.messages.push_back({.role = Role::User,
                        .parts = {{Part::Kind::Text, "look", "{}"},
                                  {Part::Kind::File, "", kLetter},
                                  {Part::Kind::Image, "", R"({"x":1})"},
                                  {Part::Kind::File, "", R"({"name":"other","data":"AAAA"})"}}});
  std::vector<Part>& parts = r.messages[0].parts;
  parts[1].extraction = extraction("pdf", "card 4539", "");
  parts[2].extraction = extraction("ocr", "", "time_limit");
  parts[3].extraction = extraction("", "", "not_inline");
  std::string all;
  for (const chat::VisibleText& t : chat::visible_texts(r)) all += t.path + "=" + std::string(t.text) + "|";
  CHECK(all ==
        "$.messages[0].content[0]=look|$.messages[0].content[1]@pdf=card 4539|"
        "$.messages[0].content[1]=filename: letter\n|$.messages[0].content[2]=x: 1\n|"
        "$.messages[0].content[3]=name: other\ndata: AAAA\n|");
  CHECK(chat::unreadable_parts(r) == std::vector<std::string>{"$.messages[0].content[2] (ocr: time_limit)",
                                                              "$.messages[0].content[3] (not_inline)"});
  // Another decoding gets it where the bytes are the same, wherever they stand now, and nowhere else.
  chat::Request other;
  other.messages.push_back({.role = Role::Assistant});
  other.messages.push_back({.role = Role::User,
                            .parts = {{Part::Kind::File, "", kLetter},
                                      {Part::Kind::File, "", R"({"name":"EMAIL_x"})"},
                                      {Part::Kind::Unknown, "", kLetter}}});
  chat::share_extractions(r, other);
  CHECK(other.messages[1].parts[0].extraction == parts[1].extraction);
  CHECK(!other.messages[1].parts[1].extraction);
  CHECK(!other.messages[1].parts[2].extraction);
}

// If each part were looked for among all that were tried, this would take half an hour.
TEST_CASE("chat: what was read of very many parts is given to each of them") {
  constexpr std::size_t kParts = 500'000;
  chat::Request from, to;
  from.messages.resize(1), to.messages.resize(1);
  const auto tried = std::make_shared<const chat::Extraction>(chat::Extraction{"", "", "too_many"});
  for (std::size_t i = 0; i < kParts; ++i) {
    Part part{Part::Kind::File, "", "{\"type\":\"file\",\"id\":" + std::to_string(1'000'000 + i) + "}"};
    to.messages[0].parts.push_back(part);
    part.extraction = tried;
    from.messages[0].parts.push_back(std::move(part));
  }
  chat::share_extractions(from, to);
  CHECK(std::all_of(to.messages[0].parts.begin(), to.messages[0].parts.end(),
                    [&](const Part& part) { return part.extraction == tried; }));
}

TEST_CASE("chat: names of roles, finish reasons and the text of a message") {
  CHECK(std::string(chat::role_name(Role::Developer)) == "developer");
  CHECK(std::string(chat::finish_reason_name(chat::FinishReason::ContentFilter)) == "content_filter");
  CHECK(std::string(chat::finish_reason_name(chat::FinishReason::Interrupted)) == "interrupted");
  chat::Message m{
      .parts = {{Part::Kind::Text, "a", ""}, {Part::Kind::Image, "", "{}"}, {Part::Kind::Text, "b", ""}}};
  CHECK(m.text() == "ab");
  CHECK(chat::Usage{3, 4, 5, 2}.total() == 12);
  CHECK_FALSE(chat::Usage{3, 4, 1, 2}.valid());
}
