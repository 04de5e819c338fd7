// Values in pieces all over a request: in schemas, maps, arguments and fields, and the ordinary requests that look
// alike.
#include "sense/joints.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "json/writer.h"
#include "sense/test_text.h"

namespace sluice::sense {
namespace {

using testing::has;
using testing::patient;
using testing::standard_judge;

chat::Message said(chat::Role role, const std::string& text) {
  chat::Message m;
  m.role = role;
  if (!text.empty()) m.parts.push_back({chat::Part::Kind::Text, text, ""});
  return m;
}

chat::Request hello() {
  chat::Request request;
  request.messages.push_back(said(chat::Role::User, "hi"));
  return request;
}

chat::Tool tool(const std::string& raw) {
  chat::Tool one;
  one.raw = raw;
  return one;
}

chat::Request with_tools(const std::vector<std::string>& raws) {
  chat::Request request = hello();
  for (const std::string& raw : raws) request.tools.push_back(tool(raw));
  return request;
}

chat::Request with_calls(const std::vector<std::string>& arguments) {
  chat::Request request = hello();
  request.messages.push_back(said(chat::Role::Assistant, ""));
  for (const std::string& one : arguments) request.messages.back().tool_calls.push_back({"c", "f", one});
  return request;
}

// What the parts of findings are, for a message of a test that fails.
std::string parts_of(const chat::Request& request, const Judgement& judgement) {
  std::string list;
  const chat::VisibleTexts texts = chat::visible_texts(request);
  for (const Finding& finding : judgement.findings)
    for (const chat::VisibleText& text : texts)
      if (finding.part && text.path == finding.path)
        list += finding.detector + " [" +
                std::string(text.text.substr(finding.start, finding.end - finding.start)) + "] in " +
                finding.path + "\n";
  return list;
}

// "path:start-end" of each place of a detector's findings.
std::string places(const chat::Request& request, const std::string& detector) {
  std::string list;
  for (const Finding& finding : standard_judge().judge(request, {}).findings)
    if (finding.detector == detector)
      list += finding.path + ":" + std::to_string(finding.start) + "-" + std::to_string(finding.end) + " ";
  return list;
}

std::string function(const std::string& inner) { return R"({"type":"function","function":{)" + inner + "}}"; }

}  // namespace

TEST_CASE("halves in tool definitions are found where they stand") {
  const std::string first =
      function(R"("name":"c","description":"card 4539 5787","parameters":{"type":"object"})");
  const std::string second = function(R"("name":"d","description":"6362 1486","parameters":{"type":"object"})");
  CHECK(places(with_tools({first, second}), "payment_card") ==
        "$.tools[0].function.description:5-14 $.tools[1].function.description:0-9 ");
  CHECK(places(with_tools({function(R"("name":"c","description":"4539 5787","parameters":)"
                                    R"({"type":"object","description":"6362 1486","properties":{}})")}),
               "payment_card") == "$.tools[0].function.description:0-9 $.tools[0].function.parameters:26-35 ");
  const auto in_schema = [](const std::string& properties) {
    return with_tools(
        {function(R"("name":"c","parameters":{"type":"object","properties":{)" + properties + "}}")});
  };
  CHECK(has(standard_judge().judge(in_schema(R"("a":{"type":"string","description":"card 4539 5787"},)"
                                             R"("b":{"type":"string","description":"6362 1486"})"),
                                   {}),
            "payment_card"));
  // Another key between them in each.
  CHECK(has(standard_judge().judge(
                in_schema(R"("a":{"title":"A","description":"use ghp_4x0YijnSsWNOOmCU","type":"string"},)"
                          R"("b":{"title":"B","description":"piSEVvnoFDGb1n4XHjix","type":"string"})"),
                {}),
            "api_token"));
  CHECK(has(standard_judge().judge(in_schema(R"("a":{"enum":["4539 5787","6362 1486"]})"), {}), "payment_card"));
}

TEST_CASE("halves in fields are found where they stand") {
  const auto field = [](const char* path, const char* name, const char* raw) {
    chat::Request request = hello();
    request.extra.push_back({path, raw, name});
    return request;
  };
  CHECK(places(field("$.metadata", "metadata", R"({"a":"card 4539 5787","b":"6362 1486"})"), "payment_card") ==
        "$.metadata:18-27 $.metadata:31-40 ");
  CHECK(has(
      standard_judge().judge(field("$.x", "x", R"({"a":{"n":1,"b":"x","c":"4539 5787"},"d":"6362 1486"})"), {}),
      "payment_card"));
  CHECK(has(standard_judge().judge(field("$.x", "x", R"({"a":"x","p1":"45395787","n":"y","p2":"63621486"})"), {}),
            "payment_card"));
  CHECK(has(standard_judge().judge(field("$.x", "x", R"({"a":45395787,"b":63621486})"), {}), "payment_card"));
  chat::Request request = hello();
  request.sampling.stop = {"4539 5787", "6362 1486"};
  CHECK(places(request, "payment_card") == "$.stop[0]:0-9 $.stop[1]:0-9 ");
  request = hello();
  request.extra = {{"$.za", "\"card 4539 5787\"", "za"}, {"$.zb", "\"6362 1486\"", "zb"}};
  CHECK(places(request, "payment_card") == "$.za:9-18 $.zb:4-13 ");
}

TEST_CASE("halves among the arguments of calls are found where they stand") {
  CHECK(places(with_calls({R"({"a":"x","b":"card 4539 5787","c":"6362 1486","d":"y"})"}), "payment_card") ==
        "$.messages[1].tool_calls[0].function.arguments:19-28 "
        "$.messages[1].tool_calls[0].function.arguments:35-44 ");
  for (std::string arguments :
       {R"({"card":{"a":"4539","b":"5787","c":"6362","d":"1486"},"note":"thanks"})",
        R"({"x":["a","4539","5787","6362","1486","b"]})", R"({"pan1":"45395787","pan2":"63621486","n":1})",
        R"({"a":"card 4539\u00205787","b":"6362 1486"})"}) {
    CAPTURE(arguments);
    CHECK(has(standard_judge().judge(with_calls({arguments}), {}), "payment_card"));
  }
  CHECK(has(standard_judge().judge(with_calls({R"({"path":"a","line":"card 4539 5787","mode":"w"})",
                                               R"({"path":"b","line":"6362 1486","mode":"w"})"}),
                                   {}),
            "payment_card"));
}

TEST_CASE("what is encoded is found over the edge of two messages, whatever stands beside") {
  // "Dear all, my card number is 4539 5787 6362 1486 and it expires"
  const std::string base64 = "RGVhciBhbGwsIG15IGNhcmQgbnVtYmVyIGlzIDQ1MzkgNTc4NyA2MzYyIDE0ODYgYW5kIGl0IGV4cGlyZXM";
  const auto judged = [](const std::vector<std::string>& texts) {
    chat::Request request;
    for (const std::string& text : texts) request.messages.push_back(said(chat::Role::User, text));
    return standard_judge().judge(request, {});
  };
  for (const std::size_t at : {20u, 37u, 38u, 39u, 40u, 60u}) {
    CAPTURE(at);
    const Judgement judgement = judged({"read " + base64.substr(0, at), base64.substr(at) + " please"});
    CHECK(has(judgement, "payment_card"));
    if (at % 4 == 0) continue;  // the second half says it all
    REQUIRE(judgement.findings.size() >= 2);
    CHECK(judgement.findings[0].start == 5);
    CHECK(judgement.findings[0].end == 5 + at);
    CHECK(judgement.findings[1].start == 0);
    CHECK(judgement.findings[1].end == base64.size() - at);
  }
  CHECK(has(judged({"Decode", base64.substr(0, 30), base64.substr(30, 21), base64.substr(51), "thanks"}),
            "payment_card"));
  // The first half is long, and only its end is looked at with the second.
  std::string filler;
  for (int i = 0; i < 100; ++i) filler += "VGhlIHNreSBpcyBibHVlLiBB";  // "The sky is blue. A", 18 bytes
  for (const char* before : {"", "x ", "xy ", "xyz "})
    CHECK(has(judged({before + filler + base64.substr(0, 54), base64.substr(54)}), "payment_card"));
  CHECK(judged({"The", "internationalisation", "of", "SomethingVeryLongIndeed2024", "and0123456789abcdef"})
            .label.cls == Class::Public);
}

namespace {

// Requests of ordinary agents, made of what their authors write.
class Ordinary {
 public:
  explicit Ordinary(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string number(std::size_t from, std::size_t to) { return std::to_string(from + below(to - from)); }
  std::string digits(std::size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>('0' + below(10));
    return out;
  }
  std::string hex(std::size_t count) {
    std::string out;
    while (out.size() < count) out += "0123456789abcdef"[below(16)];
    return out;
  }
  std::string date() { return number(1998, 2027) + "-0" + number(1, 10) + "-" + number(10, 29); }
  std::string uuid() { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12); }
  std::string word() {
    static const std::vector<std::string> all = {"city",  "path",  "query",   "limit",  "order", "start", "title",
                                                 "email", "price", "channel", "branch", "table", "user"};
    return all[below(all.size())];
  }
  std::string description() {
    switch (below(16)) {
      case 0:
        return "Maximum number of results, between 1 and " + number(10, 2000) + ". Default " + number(5, 50);
      case 1:
        return "An ISO 8601 date such as " + date() + "T10:00:00Z";
      case 2:
        return "Timeout in ms (default " + number(100, 60000) + ")";
      case 3:
        return "Port, e.g. " + number(1024, 9999) + " or " + number(1024, 9999);
      case 4:
        return "The " + word() + " to use";
      case 5:
        return "Id of the " + word() + ", 8 digits";
      case 6:
        return "Size in pixels, e.g. 1024x1536";
      case 7:
        return "HTTP status: 200, 201, 404 or 500";
      case 8:
        return "Latitude, -90 to 90, for example 48.1371";
      case 9:
        return "Added in version " + number(1, 9) + "." + number(0, 40) + "." + number(0, 9);
      case 10:
        return "Matches ^[A-Z]{3}-[0-9]{4}$";
      case 11:
        return "Tokens, at most " + number(1000, 200000);
      case 12:
        return word();
      case 13:
        return "Year (" + number(1900, 2000) + "-" + number(2000, 2100) + ")";
      case 14:
        return "e.g. " + number(1000, 9999);
      default:
        return "Absolute path, not a " + word() + "; see RFC " + number(1000, 9999);
    }
  }
  std::string value() {
    switch (below(14)) {
      case 0:
        return uuid();
      case 1:
        return date() + "T0" + number(1, 9) + ":" + number(10, 59) + ":00Z";
      case 2:
        return "src/part_" + number(1, 500) + "/" + word() + ".cpp";
      case 3:
        return number(1, 500);
      case 4:
        return hex(40);
      case 5:
        return "1732" + digits(6);
      case 6:
        return word();
      case 7:
        return "grep -n " + word() + " src | head -" + number(1, 99);
      case 8:
        return "v" + number(1, 9) + "." + number(0, 30) + "." + number(0, 30);
      case 9:
        return date();
      case 10:
        return "feature/" + word() + "-" + number(100, 9999);
      case 11:
        return "utf-8";
      case 12:
        return number(1000, 9999);
      default:
        return "ORD-" + number(2019, 2027) + "-" + number(1000, 99999);
    }
  }
  std::string tool_definition() {
    json::Writer w;
    w.object().member("type", "function").key("function").object();
    w.member("name", "get_" + word() + (below(4) == 0 ? "_v2" : "")).member("description", description());
    w.key("parameters").object().member("type", "object").key("properties").object();
    const std::size_t count = 1 + below(6);
    for (std::size_t i = 0; i < count; ++i) {
      w.key(word() + std::to_string(i)).object().member("type", below(3) == 0 ? "integer" : "string");
      if (below(5) != 0) w.member("description", description());
      if (below(6) == 0) w.member("default", value());
      if (below(8) == 0) w.key("minimum").raw(number(0, 100)).key("maximum").raw(number(1000, 5000000));
      if (below(8) == 0) {
        w.key("enum").array();
        for (std::size_t k = 2 + below(4); k > 0; --k) w.value(value());
        w.end();
      }
      w.end();
    }
    return w.end().end().end().end().take();
  }
  std::string map() {
    json::Writer w;
    w.object();
    const std::size_t count = 1 + below(6);
    for (std::size_t i = 0; i < count; ++i) w.member(word() + "_" + std::to_string(i), value());
    return w.end().take();
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("ordinary tools, maps and calls have nothing at their joints") {
  Ordinary make(7);
  std::size_t alarms = 0;
  std::string wrong;
  const auto count = [&](const chat::Request& request) {
    const Judgement judgement = standard_judge().judge(request, {});
    // A text that says something by itself has not been cut in two.
    const std::string parts = parts_of(request, judgement);
    const bool failed = std::any_of(judgement.label.provenance.begin(), judgement.label.provenance.end(),
                                    [](const Provenance& p) { return p.source == "detector_failure"; });
    alarms += failed || !parts.empty();
    wrong += failed ? judgement.label.provenance.back().detail + "\n" : parts;
  };
  for (int i = 0; i < 300; ++i) {
    std::vector<std::string> tools;
    for (std::size_t n = 1 + make.below(20); n > 0; --n) tools.push_back(make.tool_definition());
    chat::Request request = with_tools(tools);
    request.extra.push_back({"$.metadata", make.map(), "metadata"});
    request.extra.push_back({"$.trace_id", "\"" + make.uuid() + "\"", "trace_id"});
    count(request);
    std::vector<std::string> calls;
    for (std::size_t n = 1 + make.below(20); n > 0; --n) calls.push_back(make.map());
    count(with_calls(calls));
  }
  CHECK_MESSAGE(alarms <= 2, alarms << " of 600:\n" << wrong);
}

TEST_CASE("thousands of an agent's calls are looked at, and are what they are") {
  Ordinary make(11);
  chat::Request request;
  for (int i = 0; i < 3000; ++i) {
    const std::string number = std::to_string(i);
    request.messages.push_back(said(chat::Role::Assistant, ""));
    request.messages.back().tool_calls = {{"c", "edit",
                                           "{\"path\":\"src/part_" + number + "/main.cpp\",\"old\":\"line " +
                                               number + "\",\"new\":\"a\",\"offset\":\"" + make.number(1, 900) +
                                               "\",\"at\":\"" + make.date() + "\"}"}};
    request.messages.push_back(said(chat::Role::Tool, "Nothing remarkable in revision 2024.7"));
  }
  const Judgement judgement = standard_judge().judge(request, patient());
  CHECK_MESSAGE(judgement.label.cls == Class::Public, parts_of(request, judgement));
}

}  // namespace sluice::sense
