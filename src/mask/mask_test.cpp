#include "mask/mask.h"

#include <doctest/doctest.h>

#include "json/writer.h"
#include "mask/restore.h"

using namespace sluice;
using namespace sluice::mask;

namespace {

struct Asked {
  chat::Request request;
  std::string body;
};

// One user message and a tool call with these arguments.
Asked ask(const std::string& content, const std::string& arguments = "{}") {
  json::Writer w;
  w.object().member("model", "chat").key("messages").array();
  w.object().member("role", "user").member("content", content).end();
  w.object().member("role", "assistant").key("tool_calls").array().object().key("function").object();
  w.member("arguments", arguments).end().end().end().end().end().end();
  Asked asked;
  asked.body = w.take();
  asked.request.messages.resize(2);
  asked.request.messages[0].parts.push_back({chat::Part::Kind::Text, content, ""});
  asked.request.messages[1].role = chat::Role::Assistant;
  asked.request.messages[1].tool_calls.push_back({"c", "f", arguments});
  asked.request.body = *json::Doc::parse(asked.body);
  return asked;
}

const sense::Judge& judge() {
  static const std::unique_ptr<sense::Judge> one = *sense::Judge::create();
  return *one;
}

std::string masked_text(const std::string& text, const Plan& plan, Vault& vault) {
  Asked asked = ask(text);
  avoid_all(vault, *asked.request.body);
  Masker masker(plan, vault);
  masker.learn(asked.request, judge().judge(asked.request, {}).findings);
  auto out = masker.rewrite_text(text);
  REQUIRE(out);
  return *out;
}

constexpr const char* kText = "Write to jane.roe@corp.de or charge 4556 7375 8689 9855.";
const Plan kPii{{sense::Category::Pii}, {}};
const Plan kAll{{sense::Category::Pii, sense::Category::Financial, sense::Category::Credentials}, {}};

}  // namespace

TEST_CASE("what sense finds is replaced by tokens of its type, and nothing else is changed") {
  Vault vault("key");
  std::string masked = masked_text(kText, kAll, vault);
  REQUIRE(vault.tokens().size() == 2);
  std::string expected = kText;
  for (const Token& token : vault.tokens())
    expected.replace(expected.find(token.value), token.value.size(), token.name);
  CHECK(masked == expected);
  CHECK(masked.find("EMAIL_") != std::string::npos);
  CHECK(masked.find("CREDITCARD_") != std::string::npos);
  CHECK(restore(Spellings(vault), Form::Text, masked) == kText);
}

TEST_CASE("only the categories of the plan are replaced") {
  Vault vault("key");
  std::string masked = masked_text(kText, kPii, vault);
  CHECK(masked.find("4556 7375 8689 9855") != std::string::npos);
  CHECK(masked.find("jane.roe") == std::string::npos);
}

TEST_CASE("a redacted value leaves a mark that stands for nothing") {
  Vault vault("key");
  CHECK(masked_text("Write to jane.roe@corp.de now.", {{}, {sense::Category::Pii}}, vault) ==
        "Write to [EMAIL] now.");
  CHECK(vault.empty());
}

TEST_CASE("a value has one token in every turn of its conversation and another one elsewhere") {
  chat::Request first = ask("hello").request, later = ask("hello").request, other = ask("hi").request;
  later.messages.push_back(later.messages[0]);
  std::string key = conversation_key("secret", "tenant", first);
  CHECK(conversation_key("secret", "tenant", later) == key);
  CHECK(conversation_key("secret", "tenant", other) != key);
  CHECK(conversation_key("secret", "another", first) != key);
  CHECK(conversation_key("another", "tenant", first) != key);
  Vault a(key), b(key), c(conversation_key("secret", "tenant", other));
  b.token_of("IBAN", "DE02", false);
  CHECK(a.token_of("EMAIL", "x@y.org", false) == b.token_of("EMAIL", "x@y.org", false));
  CHECK(a.token_of("EMAIL", "x@y.org", false) != c.token_of("EMAIL", "x@y.org", false));
}

TEST_CASE("no token reads as a number, which would be judged as one") {
  Vault vault("key");
  for (int i = 0; i < 2000; ++i) {
    const std::string token = vault.token_of("CREDIT_CARD", "card " + std::to_string(i), false);
    CAPTURE(token);
    CHECK(std::count_if(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; }) <= 4);
  }
}

TEST_CASE("a token that stands in the text already is given to no value, in whatever case it was typed") {
  Vault known("key");
  std::string typed = lower(known.token_of("EMAIL", "jane.roe@corp.de", false));
  Vault vault("key");
  std::string text = "What is " + typed + "? Ask jane.roe@corp.de.";
  std::string masked = masked_text(text, kAll, vault);
  CHECK(masked.find(typed) != std::string::npos);
  CHECK(lower(vault.tokens().front().name) != typed);
  CHECK(restore(Spellings(vault), Form::Text, masked) == text);
}

TEST_CASE("tool arguments stay JSON, escaped strings, keys and numbers included") {
  Asked asked =
      ask("charge 4556737586899855 for jane@corp.de",
          R"({"card":4556737586899855,"to":"jane\u0040corp.de","jane@corp.de":[1,{"x":"a \"jane@corp.de\""}]})");
  Vault vault("key");
  avoid_all(vault, *asked.request.body);
  Masker masker(kAll, vault);
  REQUIRE(masker.learn(asked.request, judge().judge(asked.request, {}).findings));
  auto body = masker.rewrite(*asked.request.body);
  REQUIRE(body);
  CHECK(body->find("4556737586899855") == std::string::npos);
  CHECK(body->find("corp.de") == std::string::npos);
  auto doc = json::Doc::parse(*body);
  REQUIRE(doc);
  json::Value call = (*doc)->root()["messages"].at(1)["tool_calls"].at(0);
  std::string arguments = *call["function"]["arguments"].string();
  auto inner = json::Doc::parse(arguments);
  REQUIRE(inner);
  CHECK((*inner)->root()["card"].is(json::Type::String));
  CHECK(restore(Spellings(vault), Form::Json, arguments) ==
        R"({"card":4556737586899855,"to":"jane@corp.de","jane@corp.de":[1,{"x":"a \"jane@corp.de\""}]})");
}

TEST_CASE("names that become one mark are told apart, and no member is lost") {
  const std::string accounts = R"({"jane.roe@corp.de":1,"john.doe@corp.de":2,"[EMAIL]":3,"note":4,)"
                               R"("kim.poe@corp.de":{"jane.roe@corp.de":5}})";
  for (const std::string& arguments : {accounts, "{\"text\":" + json::quote(accounts) + "}"}) {
    Asked asked = ask("look at these", arguments);
    Vault vault("key");
    avoid_all(vault, *asked.request.body);
    Masker masker({{}, {sense::Category::Pii}}, vault);
    REQUIRE(masker.learn(asked.request, judge().judge(asked.request, {}).findings));
    auto out = masker.rewrite(*asked.request.body);
    REQUIRE(out);
    CHECK(out->find("corp.de") == std::string::npos);
    auto body = json::Doc::parse(*out);
    REQUIRE(body);
    auto written =
        json::Doc::parse(*(*body)->root()["messages"].at(1)["tool_calls"].at(0)["function"]["arguments"].string());
    REQUIRE(written);
    std::shared_ptr<const json::Doc> doc = *written;
    if (json::Value inner = doc->root()["text"]) {
      auto read = json::Doc::parse(*inner.string());
      REQUIRE(read);
      doc = *read;
    }
    const json::Value root = doc->root();
    CHECK(root.raw() == R"({"[EMAIL] 2":1,"[EMAIL] 3":2,"[EMAIL]":3,"note":4,"[EMAIL] 4":{"[EMAIL]":5}})");
  }
}

TEST_CASE("the protocol's own words stay, even if somebody's password is one of them") {
  Asked asked = ask("my password is assistant");
  Vault vault("key");
  avoid_all(vault, *asked.request.body);
  Masker masker(kAll, vault);
  sense::Finding finding{"password", "PASSWORD", sense::Category::Credentials, 1, "$.messages[0].content", 15, 24};
  REQUIRE(masker.learn(asked.request, {finding}));
  auto doc = json::Doc::parse(*masker.rewrite(*asked.request.body));
  CHECK((*doc)->root()["messages"].at(1)["role"].string() == "assistant");
  CHECK((*doc)->root()["messages"].at(0)["content"].string() == "my password is " + vault.tokens().at(0).name);
}

TEST_CASE("what is found in tokens and marks is no finding, and all else stays one") {
  Vault vault("key");
  Plan plan = kAll;
  std::string text =
      "Login: password: hunter2Xq9! and card 4556 7375 8689 9855, patient has ICD E11.9 diabetes mellitus";
  Asked asked = ask(masked_text(text, plan, vault));
  REQUIRE(vault.tokens().size() >= 2);
  sense::Judgement judged = judge().judge(asked.request, {});
  sense::Judgement left = residual(asked.request, judged, vault);
  CHECK_FALSE(left.label.categories.has(sense::Category::Credentials));
  CHECK_FALSE(left.label.categories.has(sense::Category::Financial));
  Vault stranger("other");
  Asked forged = ask("password: " + Vault("key").token_of("PASSWORD", "hunter2Xq9!", false));
  sense::Judgement found = judge().judge(forged.request, {});
  CHECK(residual(forged.request, found, stranger).label.to_string() == found.label.to_string());
  found.label.raise(sense::Class::Restricted, {"unreadable", "$.x", sense::Class::Restricted, {}});
  CHECK(residual(forged.request, found, vault).label.cls == sense::Class::Restricted);
}

TEST_CASE("where findings may be missing from the list, nothing is taken back") {
  Vault vault("key");
  std::string token = vault.token_of("EMAIL", "a@b.org", false);
  Asked asked = ask(token);
  sense::Judgement judged;
  judged.label.raise(sense::Category::Pii, {"finding", "email", sense::Class::Confidential, sense::Category::Pii});
  sense::Finding finding{"email", "EMAIL", sense::Category::Pii, 1, "$.messages[0].content", 0, token.size()};
  judged.findings.assign(sense::kMostListed - 1, finding);
  CHECK(residual(asked.request, judged, vault).label.cls == sense::Class::Public);
  judged.findings.push_back(finding);
  CHECK(residual(asked.request, judged, vault).label.cls == sense::Class::Confidential);
}

TEST_CASE("what goes on from one text into the next is masked in all of them, or not sent") {
  const auto masked = [](const std::vector<std::string>& texts, const Plan& plan) {
    Vault vault("key");
    json::Writer w;
    chat::Request request;
    w.object().key("messages").array();
    for (const std::string& text : texts) {
      w.object().member("role", "user").member("content", text).end();
      request.messages.push_back({});
      request.messages.back().parts.push_back({chat::Part::Kind::Text, text, ""});
    }
    request.body = *json::Doc::parse(w.end().end().take());
    avoid_all(vault, *request.body);
    Masker masker(plan, vault);
    masker.learn(request, judge().judge(request, {}).findings);
    auto out = masker.rewrite(*request.body);
    return out ? *out : out.error().code;
  };
  const Plan plan{
      {sense::Category::GovId, sense::Category::Financial, sense::Category::Credentials, sense::Category::Pii},
      {}};
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> cases = {
      {{"my SSN is 536-", "22-8736"}, {"536-", "22-8736"}},
      {{"my SSN is 536-", "22-8736", "please"}, {"536-", "22-8736"}},
      {{"card 45567375", "86899855 ok"}, {"45567375", "86899855"}},
      {{"card", "4556", "7375", "8689", "9855", "ok"}, {"4556", "7375", "8689", "9855"}},
      {{"key ghp_x7Kq2mR9vT4wZ8nB3", "cF6hJ1pL5sD0gAyEuQi ok"}, {"x7Kq2m", "cF6hJ1"}},
      {{"mail jane.roe@", "corp.de please"}, {"jane.roe", "corp.de"}}};
  for (const auto& [texts, secret] : cases) {
    const std::string body = masked(texts, plan);
    CHECK(body.find("_") != std::string::npos);
    for (const std::string& half : secret) CHECK_MESSAGE(body.find(half) == std::string::npos, body);
    CHECK(body.find("policy.obligation") == std::string::npos);
  }
  // One digit can't be replaced wherever it stands.
  CHECK(masked({"my card is 455673758689985", "5 ok"}, plan) == "policy.obligation");
  // What one text shows by itself goes on in no other: "I" is no part of the address.
  const std::string body = masked({"write to jane.roe@corp.de", "I see"}, plan);
  CHECK(body.find("jane.roe") == std::string::npos);
  CHECK(body.find("I see") != std::string::npos);
}

TEST_CASE("what goes on from the arguments of one call into those of the next is masked in both") {
  const std::vector<std::string> lines = {R"({"line":"card 45567375"})", R"({"line":"86899855"})"};
  json::Writer w;
  chat::Request request;
  request.messages.resize(1);
  request.messages[0].role = chat::Role::Assistant;
  w.object().key("messages").array().object().member("role", "assistant").key("tool_calls").array();
  for (const std::string& line : lines) {
    w.object().key("function").object().member("arguments", line).end().end();
    request.messages[0].tool_calls.push_back({"c", "note", line});
  }
  request.body = *json::Doc::parse(w.end().end().end().end().take());
  Vault vault("key");
  avoid_all(vault, *request.body);
  Masker masker(kAll, vault);
  masker.learn(request, judge().judge(request, {}).findings);
  auto out = masker.rewrite(*request.body);
  REQUIRE(out);
  for (const char* half : {"45567375", "86899855"}) CHECK_MESSAGE(out->find(half) == out->npos, *out);
  auto sent = json::Doc::parse(std::move(*out));
  REQUIRE(sent);
  for (json::Value call : (*sent)->root()["messages"].at(0)["tool_calls"])
    CHECK(json::Doc::parse(*call["function"]["arguments"].string()).has_value());
}
