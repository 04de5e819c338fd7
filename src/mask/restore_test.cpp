#include "mask/restore.h"

#include <doctest/doctest.h>

#include "mask/answer.h"

using namespace sluice;
using namespace sluice::mask;

namespace {

struct Fixture {
  Vault vault{"key"};
  std::string email = vault.token_of("EMAIL", "jane@corp.de", false);
  std::string person = vault.token_of("PERSON", "Bob \"the\nBuilder\"", false);
  std::string card = vault.token_of("CREDIT_CARD", "4556737586899855", true);
  Spellings spellings{vault};
  std::string text(const std::string& s) { return restore(spellings, Form::Text, s); }
  std::string json(const std::string& s) { return restore(spellings, Form::Json, s); }
  std::string bar(std::string token, const std::string& bar) { return token.replace(token.find('_'), 1, bar); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a token is restored in any case, quoted, in Markdown, in a URL and inside a word") {
  CHECK(text(email) == "jane@corp.de");
  CHECK(text("**" + lower(email) + "**'s `" + email + "`,<" + email + ">") ==
        "**jane@corp.de**'s `jane@corp.de`,<jane@corp.de>");
  CHECK(text("mailto:" + bar(email, "%5F") + "?x") == "mailto:jane@corp.de?x");
  CHECK(text("note-" + bar(lower(email), "-") + ".txt") == "note-jane@corp.de.txt");
  CHECK(text(bar(email, "\\_") + "s") == "jane@corp.des");
}

TEST_CASE_FIXTURE(Fixture, "a shortened, split or unknown token stays as it is") {
  const std::vector<std::string> close = {email.substr(0, email.size() - 1),
                                          "EMAIL_" + std::string("bcdfghj"),
                                          bar(email, " "),
                                          bar(email, "__"),
                                          "EMAIL",
                                          "EMAIL_"};
  for (const std::string& s : close) CHECK(text(s) == s);
}

TEST_CASE_FIXTURE(Fixture, "in JSON an original is escaped for the string it stands in") {
  CHECK(json("{\"a\":\"" + person + "\"}") == R"({"a":"Bob \"the\nBuilder\""})");
  CHECK(json("{\"a\":\"{\\\"b\\\":\\\"" + person + "\\\"}\"}") ==
        R"({"a":"{\"b\":\"Bob \\\"the\\nBuilder\\\"\"}"})");
  CHECK(json("{\"a\":\"said \\\"" + person + "\\\"\"}") == R"({"a":"said \"Bob \"the\nBuilder\"\""})");
}

TEST_CASE_FIXTURE(Fixture, "a number comes back as a number where it is a whole value, and as text elsewhere") {
  CHECK(json("{\"c\":\"" + card + "\",\"d\":\"no " + card + "\"}") ==
        R"({"c":4556737586899855,"d":"no 4556737586899855"})");
  CHECK(text("\"" + card + "\"") == "\"4556737586899855\"");
}

TEST_CASE_FIXTURE(Fixture,
                  "no more is held back than the longest spelling, and nothing that can't become a token") {
  Restorer restorer(spellings, Form::Text);
  CHECK(restorer.push("Hello EM") == "Hello ");
  CHECK(restorer.push("PTY EMAIL") == "EMPTY ");
  CHECK(restorer.held() == 5);
  CHECK(restorer.push("s") == "EMAILs");
  for (char c : email + email) {
    restorer.push(std::string(1, c));
    CHECK(restorer.held() < spellings.longest());
  }
  CHECK(restorer.held() == 0);
}

TEST_CASE_FIXTURE(Fixture, "an answer's texts are restored each by itself, and hold back what may go on") {
  AnswerPlan plan;
  plan.vault = std::make_shared<Vault>(vault);
  AnswerMask mask(plan);
  chat::Chunk chunk;
  chunk.raw = "{}";
  chunk.closing = true;
  chunk.events.push_back(chat::ReasoningDelta{"so EMAIL"});
  chunk.events.push_back(chat::TextDelta{email.substr(0, 8)});
  chunk.events.push_back(chat::TextDelta{email.substr(8) + " EMA"});
  chunk.events.push_back(chat::ToolCallDelta{0, "call", "f", "{\"x\":\"" + email.substr(0, 3)});
  chat::Chunk out = mask.take(chunk);
  CHECK(out.raw.empty());
  REQUIRE(out.events.size() == 4);
  CHECK(std::get<chat::ReasoningDelta>(out.events[0]).text == "so ");
  CHECK(std::get<chat::TextDelta>(out.events[1]).text == "jane@corp.de ");
  CHECK(std::get<chat::ToolCallDelta>(out.events[2]).id == "call");
  CHECK(std::get<chat::ToolCallDelta>(out.events[3]).arguments == "{\"x\":\"");
  chat::Chunk end;
  end.last = true;
  end.events.push_back(chat::ToolCallDelta{0, "", "", email.substr(3) + "\"}"});
  end.events.push_back(chat::Finish{});
  out = mask.take(end);
  REQUIRE(out.events.size() == 4);
  CHECK(std::get<chat::ToolCallDelta>(out.events[0]).arguments == "jane@corp.de\"}");
  CHECK(std::get<chat::TextDelta>(out.events[1]).text == "EMA");
  CHECK(std::get<chat::ReasoningDelta>(out.events[2]).text == "EMAIL");
  CHECK(out.last);
}

TEST_CASE_FIXTURE(Fixture, "a token is restored across whatever interrupts its text") {
  AnswerPlan plan;
  plan.vault = std::make_shared<Vault>(vault);
  const std::string& token = email;
  for (std::size_t cut = 2; cut < token.size(); ++cut) {
    AnswerMask mask(plan);
    chat::Chunk chunk;
    chunk.events.push_back(chat::TextDelta{"to " + token.substr(0, cut)});
    chunk.events.push_back(chat::ReasoningDelta{"hm"});
    chunk.events.push_back(chat::ToolCallDelta{0, "call", "f", "{}"});
    chunk.events.push_back(chat::TextDelta{token.substr(cut) + " ok"});
    chunk.events.push_back(chat::Finish{});
    chunk.last = true;
    std::string text;
    for (const chat::Event& event : mask.take(std::move(chunk)).events)
      if (auto* said = std::get_if<chat::TextDelta>(&event)) text += said->text;
    CHECK_MESSAGE(text == "to jane@corp.de ok", cut);
  }
  // Words end where another text begins, whatever tokens begin with.
  AnswerMask mask(plan);
  chat::Chunk chunk;
  chunk.events.push_back(chat::TextDelta{"that is in an email"});
  chunk.events.push_back(chat::ToolCallDelta{0, "call", "f", "{}"});
  std::string text;
  for (const chat::Event& event : mask.take(std::move(chunk)).events)
    if (auto* said = std::get_if<chat::TextDelta>(&event)) text += said->text;
  CHECK(text == "that is in an email");
}
