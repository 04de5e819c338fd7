// Own detectors as parts of a judge: labels, places, memory, and what they are refused for.
#include <doctest/doctest.h>

#include <algorithm>

#include "chat/request.h"
#include "sense/sense.h"

namespace sluice::sense {
namespace {

config::OwnDetectors own() {
  config::OwnDetectors own;
  config::OwnPattern number;
  number.name = "file_number";
  number.category = {"legal", "f:1"};
  number.type = "FILE_NO";
  number.regex = {R"(\bAZ-\d{6}\b)", "f:2"};
  number.match = {{"see AZ-123456", "f:3"}};
  number.no_match = {{"see AZ-12345", "f:4"}};
  own.patterns.push_back(number);
  config::OwnDictionary names;
  names.name = "code_names";
  names.category = {"business", "f:5"};
  names.cls = {"restricted", "f:6"};
  names.type = "CODE_NAME";
  names.terms = {{"Blue Heron", "f:7"}};
  own.dictionaries.push_back(names);
  return own;
}

std::unique_ptr<Judge> judge_of(const config::OwnDetectors& own) {
  auto judge = Judge::create(own);
  REQUIRE_MESSAGE(judge.has_value(), (judge ? "" : judge.error().to_string()));
  return std::move(*judge);
}

const Finding* finding(const Judgement& judgement, std::string_view detector) {
  const auto at = std::find_if(judgement.findings.begin(), judgement.findings.end(),
                               [&](const Finding& f) { return f.detector == detector; });
  return at == judgement.findings.end() ? nullptr : &*at;
}

Error error_of(const config::OwnDetectors& own) {
  auto judge = Judge::create(own);
  REQUIRE(!judge.has_value());
  return judge.error();
}

}  // namespace

TEST_CASE("an own detector's finding has its name, type, category and place") {
  const auto judge = judge_of(own());
  const Judgement judgement = judge->judge_text("Größe: AZ-123456 und sonst nichts", {});
  CHECK(judgement.label.cls == Class::Regulated);
  CHECK(judgement.label.categories == CategorySet{Category::Legal});
  const Finding* found = finding(judgement, "file_number");
  REQUIRE(found != nullptr);
  CHECK(found->type == "FILE_NO");
  CHECK(found->category == Category::Legal);
  CHECK(found->start == 7);
  CHECK(found->end == 16);
  CHECK(judge->judge_text("nothing here", {}).label.cls == Class::Public);
}

TEST_CASE("a class above the category's own is given, and says why") {
  const Judgement judgement = judge_of(own())->judge_text("on to BLUE\nHERON", {});
  CHECK(judgement.label.cls == Class::Restricted);
  CHECK(judgement.label.categories == CategorySet{Category::Business});
  CHECK(std::any_of(judgement.label.provenance.begin(), judgement.label.provenance.end(), [](const Provenance& p) {
    return p.source == "finding" && p.detail == "code_names" && p.cls == Class::Restricted;
  }));
}

TEST_CASE("other notations, joints and long texts hide nothing from own detectors") {
  const auto judge = judge_of(own());
  CHECK(finding(judge->judge_text("Ymx1ZSBoZXJvbiBmbGllcyBhdCBub29u", {}), "code_names"));  // base64
  CHECK(finding(judge->judge_text("A Z - 1 2 3 4 5 6 .", {}), "file_number"));
  for (std::size_t at = 65'490; at < 65'550; ++at)
    CHECK_MESSAGE(finding(judge->judge_text(std::string(at, 'x') + " blue heron " + std::string(9000, 'y'), {}),
                          "code_names"),
                  at);
  chat::Request request;
  request.model = "m";
  for (const char* text : {"what is AZ-1", "23456 about?"}) {
    chat::Message message;
    message.role = chat::Role::User;
    message.parts.push_back({chat::Part::Kind::Text, text, ""});
    request.messages.push_back(std::move(message));
  }
  CHECK(finding(judge->judge(request, {}), "file_number"));
}

TEST_CASE("what is remembered of a text is what own detectors found in it, and another judge starts anew") {
  const std::string tenant = "acme", text = "the meeting about blue heron is on Tuesday at noon";
  JudgeOptions options;
  options.tenant = &tenant;
  config::OwnDetectors fewer = own();
  fewer.dictionaries.clear();
  const auto before = judge_of(fewer), after = judge_of(own());
  for (int turn = 0; turn < 3; ++turn) {
    CHECK(before->judge_text(text, options).label.cls == Class::Public);
    const Judgement judgement = after->judge_text(text, options);
    CHECK(judgement.label.cls == Class::Restricted);
    REQUIRE(finding(judgement, "code_names") != nullptr);
    CHECK(finding(judgement, "code_names")->start == 18);
  }
}

TEST_CASE("examples that don't hold are refused with their place and without their text") {
  config::OwnDetectors wrong = own();
  wrong.patterns[0].match.push_back({"AZ-1", "f:9"});
  CHECK(error_of(wrong).code == "config.example");
  CHECK(error_of(wrong).where == "f:9");
  CHECK(error_of(wrong).to_string().find("AZ-1") == std::string::npos);
  wrong = own();
  wrong.dictionaries[0].no_match.push_back({"a blue heron", "f:10"});
  CHECK(error_of(wrong).where == "f:10");
}

TEST_CASE("categories, classes and names that mean something else are refused with their place") {
  config::OwnDetectors wrong = own();
  wrong.patterns[0].category.text = "secret";
  CHECK(error_of(wrong).where == "f:1");
  wrong = own();
  wrong.dictionaries[0].cls.text = "internal";  // business is at least confidential
  CHECK(error_of(wrong).where == "f:6");
  wrong = own();
  wrong.dictionaries[0].cls.text = "top";
  CHECK(error_of(wrong).where == "f:6");
  wrong = own();
  wrong.patterns[0].name = "iban";
  CHECK(error_of(wrong).message.find("iban") != std::string::npos);
  wrong = own();
  wrong.patterns[0].regex.text = "(";
  CHECK(error_of(wrong).where == "f:2");
}

}  // namespace sluice::sense
