#include "gateway/answer_marks.h"

#include <doctest/doctest.h>

#include "json/writer.h"
#include "wire/openai_chat.h"

using namespace sluice;
using gateway::AnswerMarks;
using gateway::form_of;
using gateway::Given;

namespace {

const std::string kAnswer = "Noted: the customer is behind on payments.";

sense::Label label(sense::Class cls, sense::CategorySet categories = {}) {
  sense::Label label;
  label.cls = cls;
  label.categories = categories;
  return label;
}

const sense::Label kFinancial = label(sense::Class::Regulated, {sense::Category::Financial});

chat::Request request(const std::string& messages) {
  auto request = wire::decode_openai_chat("{\"model\":\"m\",\"messages\":" + messages + "}");
  REQUIRE_MESSAGE(request.has_value(), messages);
  return std::move(*request);
}

std::string said(const std::string& text, const char* role = "assistant") {
  return std::string("[{\"role\":\"") + role + "\",\"content\":\"" + text +
         "\"},{\"role\":\"user\",\"content\":\"go on\"}]";
}

std::string joined(AnswerMarks& marks, const std::string& messages, const std::string& tenant = "acme",
                   sense::Label begin = {}) {
  marks.join(tenant, request(messages), begin);
  return begin.to_string();
}

}  // namespace

TEST_CASE("answer marks: an answer brings the label of the request that it was made from") {
  AnswerMarks marks(1 << 20);
  CHECK_FALSE(marks.knows("acme"));
  CHECK(joined(marks, said(kAnswer)) == "public");
  marks.keep("acme", {kAnswer}, kFinancial);
  CHECK(marks.knows("acme"));
  sense::Label begin;
  marks.join("acme", request(said(kAnswer)), begin);
  CHECK(begin.to_string() == "regulated; financial");
  REQUIRE_FALSE(begin.provenance.empty());
  CHECK(begin.provenance[0].source == "answer");
  CHECK(begin.provenance[0].detail == "the answer in messages[0] was made from a regulated request");
  // White space around it, parts, and whoever is said to have said it.
  CHECK(joined(marks, said("\\n " + kAnswer + "  \\n")) == "regulated; financial");
  CHECK(joined(marks, said(kAnswer, "user")) == "regulated; financial");
  CHECK(joined(marks, "[{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" +
                          kAnswer.substr(0, 20) + "\"},{\"type\":\"text\",\"text\":\"" + kAnswer.substr(20) +
                          "\"}]}]") == "regulated; financial");
  // Other words, and another tenant.
  CHECK(joined(marks, said(kAnswer + "!")) == "public");
  CHECK(joined(marks, said(kAnswer), "other") == "public");
}

TEST_CASE("answer marks: what the request has by itself gets no further reason") {
  AnswerMarks marks(1 << 20);
  marks.keep("acme", {kAnswer}, kFinancial);
  sense::Label found;
  found.raise(sense::Category::Financial,
              {"finding", "payment_card", sense::Class::Regulated, sense::Category::Financial});
  const std::size_t reasons = found.provenance.size();
  marks.join("acme", request(said(kAnswer)), found);
  CHECK(found.provenance.size() == reasons);
}

TEST_CASE("answer marks: public and internal answers are none, and words that such an answer had mark nothing") {
  AnswerMarks marks(1 << 20);
  marks.keep("acme", {kAnswer}, label(sense::Class::Internal));
  CHECK(marks.size() == 0);
  CHECK_FALSE(marks.knows("acme"));
  marks.keep("acme", {kAnswer, "short", "Another answer, of the same request."}, kFinancial);
  CHECK(marks.size() == 1);  // the first was said before, to somebody who had asked nothing of the kind
  CHECK(joined(marks, said(kAnswer)) == "public");
  const std::string later = kAnswer + " Shall I write to them?";
  marks.keep("acme", {form_of(later)}, kFinancial);
  CHECK(joined(marks, said(later)) == "regulated; financial");
  CHECK(joined(marks, said(later, "system")) == "public");  // what an application tells is no answer
  marks.keep("acme", {form_of(later)}, label(sense::Class::Public));
  CHECK(joined(marks, said(later)) == "public");
  CHECK(joined(marks, said("Another answer, of the same request.")) == "regulated; financial");
  marks.keep("acme", {kAnswer}, kFinancial);  // still said to both
  CHECK(joined(marks, said(kAnswer)) == "public");
  CHECK(marks.size() == 2);
}

TEST_CASE("answer marks: words that several requests were answered with bring what these have in common") {
  AnswerMarks marks(1 << 20);
  marks.keep("acme", {kAnswer}, kFinancial);
  sense::Label both = label(sense::Class::Restricted);
  both.raise(sense::Category::Financial, {"finding", "x", sense::Class::Regulated, sense::Category::Financial});
  both.raise(sense::Category::Health, {"finding", "x", sense::Class::Regulated, sense::Category::Health});
  marks.keep("acme", {kAnswer}, both);
  CHECK(joined(marks, said(kAnswer)) == "regulated; financial");
  marks.keep("acme", {kAnswer}, label(sense::Class::Confidential));
  CHECK(joined(marks, said(kAnswer)) == "confidential");
}

TEST_CASE("answer marks: the arguments of calls are known in another notation of the same JSON") {
  Given given;
  given.listen(chat::TextDelta{"I look that up "});
  given.listen(chat::TextDelta{"for you right now."});
  given.listen(chat::ToolCallDelta{0, "call_1", "find", "{\"name\": \"Gr\\u00fc"});
  given.listen(chat::ToolCallDelta{1, "call_2", "find", "{\"name\": \"x\"}"});
  given.listen(chat::ToolCallDelta{0, "", "", "nfeld\",\n \"owed\": [1, 2]}"});
  given.listen(chat::TextDelta{"And here is what I think of it."});
  AnswerMarks marks(1 << 20);
  marks.keep("acme", given.forms(), kFinancial);
  CHECK(marks.size() == 4);  // the text, its two pieces, one call that is long enough
  auto call = [](const std::string& arguments) {
    return "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
           "\"function\":"
           "{\"name\":\"find\",\"arguments\":\"" +
           arguments + "\"}}]}]";
  };
  CHECK(joined(marks, call("{\\\"name\\\":\\\"Grünfeld\\\",\\\"owed\\\":[1,2]}")) == "regulated; financial");
  CHECK(joined(marks, call("{\\\"name\\\":\\\"Grünfeld\\\",\\\"owed\\\":[1,3]}")) == "public");
  CHECK(joined(marks, said("I look that up for you right now.")) == "regulated; financial");
  CHECK(joined(marks, said("I look that up for you right now.And here is what I think of it.")) ==
        "regulated; financial");
}

TEST_CASE("answer marks: an answer is known although it was written anew on its way, and however long it is") {
  const auto call = [](const std::string& arguments) {
    return "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
           "\"function\":{\"name\":\"find\",\"arguments\":" +
           json::quote(arguments) + "}}]}]";
  };
  std::string story;
  for (int i = 0; story.size() < (5u << 20); ++i) story += "Line " + std::to_string(i) + " of what they owe. \r\n";
  std::string retold = story;
  for (std::size_t at = 0; (at = retold.find(" \r\n", at)) != retold.npos;) retold.replace(at, 3, "\n");
  struct Case {
    std::string given, back;
  };
  for (const Case& c :
       {Case{"The customer owes us:  \n12 for M\xC3\xBCller\n", "The customer owes us:\r\n12 for Mu\xCC\x88ller"},
        Case{story, retold}, Case{retold, story}}) {
    AnswerMarks marks(1 << 20);
    Given given;
    for (std::size_t at = 0; at < c.given.size(); at += 9000)
      given.listen(chat::TextDelta{c.given.substr(at, 9000)});
    marks.keep("acme", given.forms(), kFinancial);
    const auto back = [&](const std::string& text) {
      return joined(marks, "[{\"role\":\"assistant\",\"content\":" + json::quote(text) + "}]");
    };
    CHECK(back(c.back) == "regulated; financial");
    CHECK(back(c.back + "!") == "public");
    CHECK(back(c.back.substr(1)) == "public");
  }
  std::string list;
  for (int i = 0; list.size() < (5u << 20); ++i)
    list += std::string(i ? "," : "") + "\"owed by " + std::to_string(i) + "\"";
  const std::string large = "{\"all\": [" + list + "]}";
  for (const Case& c : {Case{R"({"name":"Gr\u00fcnfeld","owed":{"b":2.0,"a":[1, 20]}})",
                             R"({"owed":{"a":[1,2e1],"b":2},"name":"Gru)"
                             "\xCC\x88"
                             R"(nfeld"})"},
                        Case{large, large}}) {
    AnswerMarks marks(1 << 20);
    Given given;
    given.listen(chat::ToolCallDelta{0, "call_1", "find", ""});
    for (std::size_t at = 0; at < c.given.size(); at += 9000)
      given.listen(chat::ToolCallDelta{0, "", "", c.given.substr(at, 9000)});
    marks.keep("acme", given.forms(), kFinancial);
    CHECK(joined(marks, call(c.back)) == "regulated; financial");
    CHECK(joined(marks, call("[" + c.back + "]")) == "public");
  }
}

TEST_CASE("answer marks: an owner holds a fourth at most, and what was not used goes first") {
  AnswerMarks marks(160 * 200);  // half of it for harmless answers
  auto words = [](int i) { return "This is an answer of more than a few words: " + std::to_string(i); };
  for (int i = 0; i < 25; ++i) marks.keep("acme", {words(i)}, kFinancial);
  CHECK(joined(marks, said(words(0))) == "regulated; financial");  // used
  for (int i = 25; i < 49; ++i) marks.keep("acme", {words(i)}, kFinancial);
  CHECK(marks.size() == 25);
  CHECK(joined(marks, said(words(0))) == "regulated; financial");
  CHECK(joined(marks, said(words(1))) == "public");
  for (int o = 0; o < 10; ++o)
    for (int i = 0; i < 20; ++i) marks.keep("owner " + std::to_string(o), {words(i)}, kFinancial);
  CHECK(marks.size() == 100);
  CHECK(marks.knows("acme"));  // whoever has fewer than the others gives up nothing
  for (int o = 0; o < 10; ++o) CHECK(marks.knows("owner " + std::to_string(o)));
}
