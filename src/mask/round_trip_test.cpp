// Random requests, masked, echoed by a model that spells tokens in its own way, and restored through random
// chunkings. SLUICE_ROUND_TRIPS sets how many (the full count is 100000).
#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>

#include "mask/answer.h"
#include "mask/documents.h"
#include "mask/mask.h"

using namespace sluice;
using namespace sluice::mask;
using test::Document;
using test::RandomDocuments;

namespace {

std::size_t rounds() {
  const char* wanted = std::getenv("SLUICE_ROUND_TRIPS");
  return wanted ? std::strtoul(wanted, nullptr, 10) : 2000;
}

Plan everything() {
  return {{sense::Category::Pii, sense::Category::Financial, sense::Category::Credentials}, {}};
}

// A model's spelling of a token inside a text (or inside JSON strings, where a backslash takes two).
std::string spell(RandomDocuments& random, std::string token, bool json) {
  if (random.chance(20)) token = lower(token);
  if (random.chance(20))
    for (char& c : token) c = char(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  std::size_t bar = token.find('_');
  if (random.chance(15))
    token.replace(bar, 1, json ? "\\\\_" : "\\_");
  else if (random.chance(5))
    token.replace(bar, 1, "-");
  else if (random.chance(5))
    token.replace(bar, 1, "%5F");
  else if (json && random.chance(10))
    token.replace(bar, 1, "\\u005f");
  return token;
}

std::string respelt(RandomDocuments& random, const Vault& vault, const std::string& text, bool json) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size();) {
    std::size_t n = vault.token_at(text, pos);
    out += n > 0 ? spell(random, text.substr(pos, n), json) : text.substr(pos, 1);
    pos += n > 0 ? n : 1;
  }
  return out;
}

using MakeEvent = std::function<chat::Event(std::string)>;
using ReadEvent = std::function<std::string(const chat::Event&)>;

// The text through an answer, cut anywhere.
std::string through(RandomDocuments& random, std::shared_ptr<const Vault> vault, const std::string& text,
                    bool json, const MakeEvent& make, const ReadEvent& read) {
  AnswerPlan plan;
  plan.vault = std::move(vault);
  plan.json_text = json;
  AnswerMask mask(plan);
  std::string out;
  auto take = [&](chat::Chunk chunk) {
    for (const chat::Event& event : mask.take(std::move(chunk)).events) out += read(event);
  };
  const std::size_t most = 1 + random.below(random.chance(50) ? 4 : 60);
  for (std::size_t pos = 0; pos < text.size();) {
    chat::Chunk chunk;
    for (std::size_t events = 1 + random.below(2); events > 0 && pos < text.size(); --events) {
      std::size_t n = 1 + random.below(most);
      chunk.events.push_back(make(text.substr(pos, n)));
      pos += n;
    }
    take(std::move(chunk));
  }
  chat::Chunk last;
  last.last = true;
  last.events.push_back(chat::Finish{});
  take(std::move(last));
  return out;
}

chat::Event text_event(std::string s) { return chat::TextDelta{std::move(s)}; }
chat::Event thought_event(std::string s) { return chat::ReasoningDelta{std::move(s)}; }
chat::Event call_event(std::string s) { return chat::ToolCallDelta{0, "", "", std::move(s)}; }
template <class Delta>
std::string text_in(const chat::Event& event) {
  auto* delta = std::get_if<Delta>(&event);
  return delta ? delta->text : "";
}
std::string arguments_in(const chat::Event& event) {
  auto* delta = std::get_if<chat::ToolCallDelta>(&event);
  return delta ? delta->arguments : "";
}

std::string escaped(const std::string& value) {
  std::string quoted = json::quote(value);
  return quoted.substr(1, quoted.size() - 2);
}

// Tokens that this very conversation would use, as a user could have read them somewhere.
std::vector<std::string> typed_tokens(RandomDocuments& random, const std::string& key, std::uint64_t seed) {
  std::vector<std::string> out;
  if (!random.chance(30)) return out;
  Document same = RandomDocuments(seed).document({});
  Vault vault(key);
  for (const test::Planted& value : same.values)
    out.push_back(spell(random, vault.token_of(value.type, value.text, false), false));
  return out;
}

void round_trip(std::uint64_t seed) {
  RandomDocuments random(seed * 7919 + 1);
  const std::string key = "key " + std::to_string(seed);
  Document d = RandomDocuments(seed).document(typed_tokens(random, key, seed));
  auto vault = std::make_shared<Vault>(key);
  avoid_all(*vault, *d.request.body);
  Masker masker(everything(), *vault);
  REQUIRE(masker.learn(d.request, d.findings));
  auto body = masker.rewrite(*d.request.body);
  REQUIRE(body);
  for (const test::Planted& value : d.values) {
    CHECK(body->find(value.text) == std::string::npos);
    CHECK(body->find(escaped(value.text)) == std::string::npos);
    CHECK(body->find(escaped(escaped(value.text))) == std::string::npos);
  }
  auto doc = json::Doc::parse(*body);
  REQUIRE(doc);
  json::Value messages = (*doc)->root()["messages"];
  std::string prose = *messages.at(0)["content"].string();
  std::string arguments = *messages.at(1)["tool_calls"].at(0)["function"]["arguments"].string();
  std::string result = *messages.at(2)["content"].string();
  REQUIRE(json::Doc::parse(arguments));
  REQUIRE(json::Doc::parse(result));
  std::string said = respelt(random, *vault, prose, false);
  CHECK(through(random, vault, said, false, text_event, text_in<chat::TextDelta>) == d.prose);
  CHECK(through(random, vault, said, false, thought_event, text_in<chat::ReasoningDelta>) == d.prose);
  arguments = respelt(random, *vault, arguments, true);
  CHECK(through(random, vault, arguments, false, call_event, arguments_in) == d.arguments);
  result = respelt(random, *vault, result, true);
  CHECK(through(random, vault, result, true, text_event, text_in<chat::TextDelta>) == d.result);
}

}  // namespace

TEST_CASE("random requests come back as they went, however the answer is cut and the tokens are spelt") {
  const std::size_t n = rounds();
  for (std::uint64_t seed = 1; seed <= n; ++seed) {
    CAPTURE(seed);
    round_trip(seed);
  }
}
