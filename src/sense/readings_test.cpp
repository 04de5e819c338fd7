#include "sense/readings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "chat/request.h"
#include "sense/test_text.h"

namespace sluice::sense {
namespace {

using testing::standard_judge;

// What is found, each as it stands in the text, which is ASCII.
std::vector<std::string> values_in(const std::string& text) {
  std::vector<std::string> all;
  for (const Finding& finding : standard_judge().judge_text(text, {}).findings)
    if (!finding.type.empty()) all.push_back(text.substr(finding.start, finding.end - finding.start));
  std::sort(all.begin(), all.end());
  return all;
}

std::string shown(const std::string& text) {
  std::string all;
  for (const std::string& value : values_in(text)) all += "[" + value + "]";
  return all;
}

const std::string kMail = "bob.smith@corp-x.de", kCard = "4539148803436467", kKey = "AKIAQ6R4DT7XW9ZKL3PM",
                  kWord = "Tr0ub4dor&3xK!";

}  // namespace

TEST_CASE("the letter of an escape is no part of the value behind it, in whatever it stands") {
  const std::vector<std::string> escapes = {"\\n",       "\\t",    "\\r",     "\\b",         "\\f",     "\\\\n",
                                            "\\\\\\\\t", "\\r\\n", "\\x0a",   "\\012",       "\\u000a", "\\u20",
                                            "%0A",       "%20",    "\\u{a}",  "\\U0000000a", "&#10;",   "\\\"",
                                            "\\u0022",   "\\'",    "\\u003c", "\\/"};
  const std::vector<std::string> before = {"print(\"x", "{\"m\":\"x", "log: a=1", "", "\"", "first line. "};
  for (const std::string& escape : escapes)
    for (const std::string& text : before)
      for (const std::string& value : {kMail, kCard}) {
        if (escape == "\\u20") continue;  // none
        const std::string all = text + escape + value;
        for (const std::string behind : {"", "\")", "\\n\")", " and so on", escape.c_str()})
          CHECK_MESSAGE(shown(all + behind) == "[" + value + "]", all << behind);
      }
  for (const std::string escape : {"\\n", "\\t", "\\\\n", "\\u000a"}) {
    CHECK(shown("key:" + escape + kKey) == "[" + std::string(kKey) + "]");
    CHECK(shown("password:" + escape + kWord + escape + "User: bob") == "[" + std::string(kWord) + "]");
    CHECK(shown("pw=\"" + kWord + "\\n\"") == "[" + std::string(kWord) + "]");
    CHECK(shown("SSN:" + escape + "536-22-1234") == "[" + std::string("536-22-1234") + "]");
  }
}

TEST_CASE("a value with escapes in it is the value as it is written") {
  CHECK(shown(R"({"m":"bob.sm\u0069th@corp-x.de)") == "[" + std::string(R"(bob.sm\u0069th@corp-x.de)") + "]");
  CHECK(shown(R"(to \u0062ob.smith@corp-x.de")") == "[" + std::string(R"(\u0062ob.smith@corp-x.de)") + "]");
  CHECK(shown(R"(4539\u00201488\u00200343\u00206467)") ==
        "[" + std::string(R"(4539\u00201488\u00200343\u00206467)") + "]");
  // A backslash and a letter may be a password's own, where nothing else says what they are.
  CHECK(values_in("password: Tr0u\\tb4dor&3xK! is it").front() == "Tr0u\\tb4dor&3xK!");
}

TEST_CASE("nor where the value goes on in the next text") {
  chat::Request request;
  request.model = "m";
  for (const char* text : {"print(\"x\\nbob.smi", "th@corp-x.de\")"}) {
    chat::Message message;
    message.parts.push_back({chat::Part::Kind::Text, text, ""});
    request.messages.push_back(message);
  }
  const Judgement judged = standard_judge().judge(request, {});
  const auto part =
      std::find_if(judged.findings.begin(), judged.findings.end(), [](const Finding& f) { return f.part; });
  REQUIRE(part != judged.findings.end());
  CHECK(part->type == "EMAIL");
  CHECK(part->start == 10);  // the b
}

TEST_CASE("a backslash of a path is no escape") {
  CHECK(shown(R"(see C:\Users\nina.roe@corp-x.de\mail)") == "[" + std::string("nina.roe@corp-x.de") + "]");
  CHECK(shown(R"("C:\\new\\bob.smith@corp-x.de")") == "[" + std::string(kMail) + "]");
  CHECK(shown(R"(C:\new\nbob.smith@corp-x.de)") == "[" + std::string("nbob.smith@corp-x.de") + "]");
  CHECK(shown(R"("C:\\new\nbob.smith@corp-x.de")") ==
        "[" + std::string(kMail) + "]");  // written twice: the single one is an escape
  CHECK(shown(R"(Q: who?\nA:\nbob.smith@corp-x.de)") == "[" + std::string(kMail) + "]");
}

TEST_CASE("what begins and ends inside of an escape stays what it is") {
  config::OwnDetectors own;
  own.patterns.emplace_back();
  own.patterns[0].name = "odd";
  own.patterns[0].category.text = "business";
  own.patterns[0].type = "ODD";
  own.patterns[0].regex.text = "u20|00b";
  own.patterns[0].match = {{"u20", "f:1"}};
  own.patterns[0].no_match = {{"x", "f:2"}};
  auto judge = Judge::create(own);
  REQUIRE(judge.has_value());
  CHECK(!(*judge)->judge_text("\\u200b\\u200b and so on", {}).findings.empty());
}

TEST_CASE("bytes that are no text hide nothing beside them") {
  CHECK(shown("%FF%FE x\\n" + kMail) == "[" + std::string(kMail) + "]");
  CHECK(shown("\\377 \\u0062ob.smith@corp-x.de") == "[" + std::string("\\u0062ob.smith@corp-x.de") + "]");
}

TEST_CASE("a number with an exponent is found whole where it is a whole number") {
  for (const std::string number :
       {"4539148803436467e0", "4539148803436467E+0", "4.539148803436467e15", "4.539148803436467E+15",
        "4,539148803436467E+15", "45391488.03436467e8", "45391488034364670e-1", "0.4539148803436467E16"}) {
    CHECK_MESSAGE(shown(number) == "[" + std::string(number) + "]", number);
    CHECK_MESSAGE(shown("{\"card\":" + number + "}") == "[" + std::string(number) + "]", number);
    CHECK_MESSAGE(shown("the card is " + number + ", and so on") == "[" + std::string(number) + "]", number);
    CHECK_MESSAGE(shown("a;b\\n" + number + ";c") == "[" + number + "]", number);
  }
  CHECK(shown("4.53914880343646E+15") == "");  // another number: its sum is wrong
  for (const std::string none : {"4539148803436467e1", "4539148803436467e-1", "4.539148803436467e14",
                                 "4.539148803436467e", "x4539148803436467e0", "4539148803436467e0x",
                                 "4539148803436467e999", "1.5e9", "6.02214076e23", "6.62607015e-34"})
    CHECK_MESSAGE(shown("value " + none) == "", none);
}

}  // namespace sluice::sense
