#include "app/classify_lines.h"

#include <doctest/doctest.h>

#include <sstream>

#include "json/doc.h"

namespace sluice::app {
namespace {

struct Run {
  std::vector<std::shared_ptr<const json::Doc>> lines;
  std::string errors;
  int status;
};

Run run(const std::string& input) {
  static const auto judge = sense::Judge::create();
  REQUIRE(judge.has_value());
  std::istringstream in(input);
  std::ostringstream out, errors;
  Run run;
  run.status = judge_lines({in, "set.jsonl", out, errors}, **judge, {});
  run.errors = errors.str();
  std::istringstream written(out.str());
  for (std::string line; std::getline(written, line);) {
    auto doc = json::Doc::parse(line);
    REQUIRE(doc.has_value());
    run.lines.push_back(*doc);
  }
  return run;
}

}  // namespace

TEST_CASE("each line is judged, with offsets in code points and its own id") {
  const Run r =
      run("{\"id\":\"a\",\"text\":\"Größe: mail jan.kowalski@poczta-polnoc.pl\"}\r\n\n"
          "{\"id\":7,\"text\":\"Why does bread rise?\"}\n");
  CHECK(r.status == 0);
  CHECK(r.errors.empty());
  REQUIRE(r.lines.size() == 2);
  const json::Value first = r.lines[0]->root();
  CHECK(first["id"].string() == "a");
  CHECK(first["level"].string() == "confidential");
  CHECK(first["labels"].at(0).string() == "pii");
  CHECK(first["spans"].at(0)["type"].string() == "EMAIL");
  CHECK(first["spans"].at(0)["start"].integer() == 12);
  CHECK(first["spans"].at(0)["end"].integer() == 41);
  CHECK(first["ms"].number().has_value());
  CHECK(r.lines[1]->root()["id"].integer() == 7);
  CHECK(r.lines[1]->root()["level"].string() == "public");
}

TEST_CASE("a span in messages names the text in which its offsets count") {
  const Run r =
      run("{\"id\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be kind.\"},"
          "{\"role\":\"user\",\"content\":\"my ssn is 536-22-8871\"}]}");
  REQUIRE(r.lines.size() == 1);
  const json::Value span = r.lines[0]->root()["spans"].at(0);
  CHECK(span["path"].string() == "$.messages[1].content");
  CHECK(span["start"].integer() == 10);
}

TEST_CASE("a line that can't be read is told with its number and the rest is judged") {
  const Run r =
      run("nope\n{\"id\":1}\n{\"text\":\"x\"}\n{\"id\":2,\"messages\":[{\"role\":7}]}\n"
          "{\"id\":3,\"text\":\"x\"}\n");
  CHECK(r.status == 1);
  REQUIRE(r.lines.size() == 1);
  CHECK(r.lines[0]->root()["id"].integer() == 3);
  for (const char* where : {"set.jsonl:1 ", "set.jsonl:2 ", "set.jsonl:3 ", "set.jsonl:4 "})
    CHECK_MESSAGE(r.errors.find(where) != std::string::npos, where << " in " << r.errors);
}

TEST_CASE("a line is judged whole, or it is told what of it would not be") {
  const std::string tool =
      R"("tools":[{"type":"function","function":{"name":"pay","description":"With card 4539 1488 0343 6467."}}])";
  const Run r =
      run("{\"id\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," + tool +
          "}\n"
          R"({"id":2,"messages":[{"role":"user","content":"hi"}],"system":"The card is 4539 1488 0343 6467."})"
          "\n"
          R"({"id":3,"messages":[{"role":"user","content":"hi"}],"labels":["financial"],"level":"regulated"})"
          "\n"
          R"({"id":4,"text":"hi","labels":["financial"],"source":"card 4539 1488 0343 6467"})"
          "\n"
          R"({"id":5,"text":"hi","messages":[{"role":"user","content":"4539 1488 0343 6467"}]})"
          "\n"
          R"({"id":6,"text":7,"messages":[{"role":"user","content":"hi"}]})"
          "\n"
          R"({"id":7,"text":"hi","system":"4539 1488 0343 6467"})"
          "\n"
          R"({"id":8,"text":null,"messages":[{"role":"user","content":"4539 1488 0343 6467"}]})"
          "\n");
  CHECK(r.status == 1);
  REQUIRE(r.lines.size() == 6);
  CHECK(r.lines[0]->root()["labels"].at(0).string() == "financial");
  CHECK(r.lines[1]->root()["labels"].at(0).string() == "financial");
  CHECK(r.lines[2]->root()["level"].string() == "public");  // what is said about it is no part of it
  CHECK(r.lines[3]->root()["level"].string() == "public");
  CHECK(r.lines[4]->root()["level"].string() == "regulated");  // of what was said, in the text or not
  CHECK(r.lines[5]->root()["level"].string() == "regulated");
  for (const char* where : {"set.jsonl:6 $.text", "set.jsonl:7 $.system"})
    CHECK_MESSAGE(r.errors.find(where) != std::string::npos, where << " in " << r.errors);
}

}  // namespace sluice::app
