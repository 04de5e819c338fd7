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

TEST_CASE("chat: token ids and encoded content are unreadable in whatever field they come") {
  const auto unreadable = [](std::string_view name, const std::string& raw) {
    chat::Request request;
    request.extra.push_back({"$.x", raw, std::string(name)});
    return chat::unreadable_parts(request) == std::vector<std::string>{"$.x"};
  };
  const std::string png =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const std::string blob = "k3Jx9Qz0V7bLr2YtW8nD5mHcP1sGfA6uEoKiXqZvRj4NwTy+BdSlMhOaUeCgIpFx7Q2Zb9";
  // By name.
  for (const char* name : {"prompt_token_ids", "input_ids", "token_ids", "tokens", "prompt_ids", "promptTokenIds",
                           "Prompt-Token-Ids", "decoder_input_ids", "ids"}) {
    CHECK_MESSAGE(unreadable(name, "[3617]"), name);
    CHECK_MESSAGE(unreadable(name, "[[3617,25],[1180]]"), name);
    CHECK_MESSAGE(unreadable(name, R"("3617, 25, 1180")"), name);
    CHECK_MESSAGE(!unreadable(name, "[]"), name);
    CHECK_MESSAGE(!unreadable(name, "7"), name);
  }
  CHECK(unreadable("vllm_xargs", R"({"ids":[4539,1488]})"));
  CHECK(unreadable("prompt_embeds", R"("gAJjdG9yY2g=")"));
  CHECK(unreadable("inputs_embeds", "[[0.25,1e-3]]"));
  CHECK(unreadable("images", "[\"" + png + "\"]"));
  CHECK(unreadable("image", R"("https://x.example/a.png")"));
  CHECK(unreadable("multi_modal_data", "{\"image\":\"" + png.substr(0, 40) + "\"}"));
  CHECK(unreadable("pixel_values", "[[0.5,0.5],[0.5,0.5]]"));
  // By shape.
  CHECK(unreadable("zz", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"));
  CHECK(unreadable("zz", "{\"a\":[\"" + png + "\"]}"));
  CHECK(unreadable("zz", "\"" + blob + "\""));
  CHECK(unreadable("zz", "\"see " + blob + ", please\""));
  CHECK(unreadable("zz", "\"" + std::string(130, 'a') + "\""));
  CHECK(unreadable("zz", R"("data:image/png;base64,AAAA")"));
  CHECK(unreadable("zz", R"("d\u0061ta:image/png;base64,AAAA")"));
  CHECK(unreadable("zz", R"("DATA:image/png;charset=x;BASE64,AAAA")"));
  CHECK(unreadable("content", "\"" + png + "\""));
  // Neither.
  CHECK(!unreadable("allowed_token_ids", "[1,2,3]"));
  CHECK(!unreadable("stop_token_ids", "[1,2]"));
  CHECK(!unreadable("logit_bias", R"({"1000":1})"));
  CHECK(!unreadable("guided_json", R"({"enum":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]})"));
  CHECK(!unreadable("dimensions", "256"));
  CHECK(!unreadable("zz", "[1,2,3]"));
  CHECK(!unreadable(
      "metadata",
      R"({"image":"logo","image_count":"3","link":"https://docs.example/document/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQrStUvWxYz/edit"})"));
  CHECK(!unreadable(
      "metadata",
      R"({"user_id":"user_2f1c9e0a7b6d5c4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e_account_0b7e3c52-6a1d-4f8e-9c2b-5d4e3f2a1b0c_session_9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a"})"));
  CHECK(!unreadable("prompt_cache_key", "\"" + blob + "\""));
  CHECK(!unreadable("signature", "\"" + blob + blob + blob + "\""));
  CHECK(!unreadable("sha512", "\"" + std::string(128, 'a') + "\""));
  CHECK(!unreadable("audio", R"({"voice":"alloy","format":"mp3"})"));
  CHECK(!unreadable("", "{\"type\":\"local_shell_call_output\",\"output\":\"integrity sha512-" + blob + "==\"}"));
  CHECK(
      !unreadable("zz", R"("VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZy4gVGhlIGVuZC4gWWVzIQ==")"));
  CHECK(!unreadable("path", R"("/home/User1/Projects2/Website3/src/Main/Resources/Templates/Index4/Page5.html")"));
  chat::Request request;
  request.format.raw = R"({"type":"text","images":[")" + png + "\"]}";
  request.tool_choice.raw = R"({"type":"auto","input_ids":[5]})";
  CHECK(chat::unreadable_parts(request) == std::vector<std::string>{"$.tool_choice", "$.response_format"});
}

// The tools are those of OpenAI's reference (tests/clients/schemas/openai.json) and of Anthropic's.
TEST_CASE("chat: a tool that the upstream runs may point at what it keeps") {
  auto unreadable = [](const char* raw) {
    chat::Request request;
    chat::Tool tool;
    tool.kind = chat::Tool::Kind::Other;
    tool.raw = raw;
    request.tools = {{.name = "f"}, tool};
    return chat::unreadable_parts(request) == std::vector<std::string>{"$.tools[1]"};
  };
  CHECK(unreadable(R"({"type":"file_search","vector_store_ids":["vs_1"]})"));
  CHECK(unreadable(R"({"type":"code_interpreter","container":"cntr_1"})"));
  CHECK(unreadable(R"({"type":"code_interpreter","container":{"type":"auto","file_ids":["file-1"]}})"));
  CHECK(unreadable(R"({"type":"image_generation","input_image_mask":{"file_id":"file-1"}})"));
  CHECK(
      unreadable(R"({"type":"image_generation","input_image_mask":{"image_url":"data:image/png;base64,AAAA"}})"));
  CHECK(unreadable(R"({"type":"shell","environment":{"type":"container_reference","container_id":"cntr_1"}})"));
  CHECK(unreadable(R"({"type":"shell","environment":{"skills":[{"type":"skill_reference","skill_id":"s"}]}})"));
  CHECK_FALSE(unreadable(R"({"type":"file_search","vector_store_ids":[]})"));
  CHECK_FALSE(unreadable(R"({"type":"code_interpreter","container":{"type":"auto"}})"));
  CHECK_FALSE(unreadable(R"({"type":"code_interpreter","container":{"type":"auto","file_ids":[]}})"));
  CHECK_FALSE(unreadable(R"({"type":"web_search","filters":{"allowed_domains":["example.org"]}})"));
  CHECK_FALSE(
      unreadable(R"({"type":"custom","name":"f","input_schema":{"properties":{"file_id":{"type":"string"}}}})"));
  CHECK_FALSE(unreadable(R"({"type":"computer_20250124","name":"computer","display_width_px":1024})"));
  chat::Request request;
  request.extra = {{"$.tool_resources", R"({"file_search":{"vector_store_ids":["vs_1"]}})", "tool_resources"}};
  CHECK(chat::unreadable_parts(request) == std::vector<std::string>{"$.tool_resources"});
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
