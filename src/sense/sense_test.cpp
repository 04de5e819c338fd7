#include "sense/sense.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "sense/judge.h"
#include "sense/test_text.h"
#include "text/utf8.h"

namespace sluice::sense {
namespace {

using testing::has;
using testing::standard_judge;

constexpr const char* kCard = "4539 5787 6362 1486";
constexpr const char* kToken = "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";

chat::Message message(chat::Role role, std::initializer_list<const char*> texts) {
  chat::Message m;
  m.role = role;
  for (const char* text : texts) m.parts.push_back({chat::Part::Kind::Text, text, ""});
  return m;
}

chat::Request request_of(std::vector<chat::Message> messages) {
  chat::Request request;
  request.model = "auto";
  request.messages = std::move(messages);
  return request;
}

std::string substring(const std::string& utf8, std::size_t from, std::size_t to) {
  std::size_t byte = 0, point = 0, start = utf8.size();
  while (byte < utf8.size() && point < to) {
    if (point == from) start = byte;
    text::next_code_point(utf8, byte);
    ++point;
  }
  return utf8.substr(start, byte - start);
}

// A detector that misbehaves as told.
class Faulty : public scan::Detector {
 public:
  enum class Mode { Fails, Throws, Slow };
  Faulty(Mode mode, ManualClock* clock) : mode_(mode), clock_(clock) {}
  const char* name() const override { return "faulty"; }
  Status detect(const scan::Document&, std::vector<scan::Hit>&) const override {
    if (mode_ == Mode::Fails) return fail("sense.fault", "asked to fail");
    if (mode_ == Mode::Throws) throw std::runtime_error("asked to throw");
    clock_->advance(std::chrono::seconds(3));
    return {};
  }

 private:
  Mode mode_;
  ManualClock* clock_;
};

std::unique_ptr<Judge> judge_with(Faulty::Mode mode, ManualClock& clock) {
  JudgeParts parts;
  parts.clock = &clock;
  parts.make = [mode, &clock](scan::PhraseSet& set) {
    auto all = standard_detectors(set);
    all.insert(all.begin(), std::make_unique<Faulty>(mode, &clock));
    return all;
  };
  auto judge = make_judge(parts);
  REQUIRE(judge.has_value());
  return std::move(*judge);
}

bool failed_by(const Judgement& judgement, std::string_view detail) {
  return std::any_of(judgement.label.provenance.begin(), judgement.label.provenance.end(),
                     [&](const Provenance& p) {
                       return p.source == "detector_failure" && p.detail == detail && p.cls == Class::Restricted;
                     });
}

}  // namespace

TEST_CASE("a request in which nothing is found has the default class") {
  JudgeOptions options;
  options.default_class = Class::Internal;
  const Judgement judgement = standard_judge().judge(request_of({message(chat::Role::User, {"Hello"})}), options);
  CHECK(judgement.label.cls == Class::Internal);
  CHECK(judgement.findings.empty());
  REQUIRE(judgement.label.provenance.size() == 1);
  CHECK(judgement.label.provenance[0].source == "default");
  CHECK(judgement.bytes == 5);
}

TEST_CASE("every place that a model reads is judged") {
  const std::string card = kCard;
  chat::Request request = request_of({message(chat::Role::User, {"What is on it?"})});
  SUBCASE("system prompt") {
    request.messages.insert(request.messages.begin(), message(chat::Role::System, {kCard}));
  }
  SUBCASE("old turn") {
    request.messages.insert(request.messages.begin(), message(chat::Role::Assistant, {kCard}));
  }
  SUBCASE("tool result") { request.messages.push_back(message(chat::Role::Tool, {kCard})); }
  SUBCASE("reasoning") { request.messages[0].reasoning = card; }
  SUBCASE("tool call arguments") {
    request.messages[0].tool_calls.push_back({"call_1", "pay", R"({"card":")" + card + R"("})"});
  }
  SUBCASE("tool description") {
    request.tools.push_back(
        {"pay", card, "", R"({"type":"function","function":{"name":"pay","description":")" + card + R"("}})"});
  }
  SUBCASE("unknown field") { request.extra.push_back({"$.metadata", R"({"note":")" + card + R"("})"}); }
  SUBCASE("response format") { request.format.raw = R"({"type":"json_schema","title":")" + card + R"("})"; }
  const Judgement judgement = standard_judge().judge(request, {});
  CHECK(has(judgement, "payment_card"));
  CHECK(judgement.label.cls == Class::Regulated);
  CHECK(judgement.label.categories.has(Category::Financial));
}

TEST_CASE("a part that nobody can read makes the request restricted") {
  chat::Request request = request_of({message(chat::Role::User, {"What is this?"})});
  request.messages[0].parts.push_back(
      {chat::Part::Kind::Image, "", R"({"type":"image_url","image_url":{"url":"https://h/x.png"}})"});
  const Judgement judgement = standard_judge().judge(request, {});
  CHECK(judgement.label.cls == Class::Restricted);
  CHECK(std::any_of(judgement.label.provenance.begin(), judgement.label.provenance.end(),
                    [](const Provenance& p) { return p.source == "unreadable"; }));
}

TEST_CASE("what is split over two parts or two messages is found at the joint") {
  const auto found = [](std::vector<chat::Message> messages, const char* detector) {
    const Judgement judgement = standard_judge().judge(request_of(std::move(messages)), {});
    return has(judgement, detector);
  };
  using chat::Role;
  CHECK(found({message(Role::User, {"pay 4539 5787", " 6362 1486 now"})}, "payment_card"));
  CHECK(found({message(Role::User, {"45395", "78763", "62148", "6"})}, "payment_card"));
  CHECK(found({message(Role::User, {"my card is 45395787"}), message(Role::User, {"63621486"})}, "payment_card"));
  CHECK(found({message(Role::User, {"first half 45395787"}), message(Role::Assistant, {"And the rest?"}),
               message(Role::User, {"63621486"})},
              "payment_card"));
  CHECK(found({message(Role::User, {"use ghp_4x0YijnSsWNOOmCU"}), message(Role::User, {"piSEVvnoFDGb1n4XHjix"})},
              "api_token"));
  CHECK(found({message(Role::User, {"DE76 8571 3384"}), message(Role::User, {"8541 8736 42"})}, "iban"));
  CHECK(found(
      {message(Role::User, {"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAr7"}),
       message(Role::User, {"t9Xq3mB0Vn8sPqLw2yT5kRz1JdFh6uGxC4oNvQeWiYbSaM\n-----END RSA PRIVATE KEY-----"})},
      "private_key"));
}

TEST_CASE("what is split over a thought, an answer, calls, results and prompts is found") {
  using chat::Role;
  const auto found_at = [](const chat::Request& request, const char* detector) {
    std::string places;
    for (const Finding& finding : standard_judge().judge(request, {}).findings)
      if (finding.detector == detector)
        places += finding.path + ":" + std::to_string(finding.start) + "-" + std::to_string(finding.end) + " ";
    return places;
  };
  chat::Message turn = message(Role::Assistant, {"63621486 it is."});
  turn.reasoning = "The card is 45395787";
  CHECK(found_at(request_of({turn}), "payment_card") ==
        "$.messages[0].reasoning_content:12-20 $.messages[0].content:0-8 ");

  turn = message(Role::Assistant, {"I note the card 45395787"});
  turn.tool_calls = {{"c1", "store", R"({"n":1,"line":"63621486"})"}};
  CHECK(found_at(request_of({turn}), "payment_card") ==
        "$.messages[0].content:16-24 $.messages[0].tool_calls[0].function.arguments:15-23 ");

  turn = message(Role::Assistant, {});
  turn.tool_calls = {{"c1", "store", R"({"größe":"x","line":"use ghp_4x0YijnSsWNOOmCU"})"},
                     {"c2", "store", R"({"line" : "piSEVvnoFDGb1n4XHjix", "n": 3})"}};
  CHECK(found_at(request_of({turn}), "api_token") ==
        "$.messages[0].tool_calls[0].function.arguments:25-45 "
        "$.messages[0].tool_calls[1].function.arguments:11-31 ");
  turn.tool_calls = {{"c1", "note", "the card 45395787"}, {"c2", "note", "63621486"}};  // free text
  CHECK(found_at(request_of({turn}), "payment_card") ==
        "$.messages[0].tool_calls[0].function.arguments:9-17 $.messages[0].tool_calls[1].function.arguments:0-8 ");

  turn.tool_calls = {{"c1", "lookup", R"({"iban":"DE76 8571 3384"})"}};
  CHECK(found_at(request_of({turn, message(Role::Tool, {"8541 8736 42"})}), "iban") ==
        "$.messages[0].tool_calls[0].function.arguments:9-23 $.messages[1].content:0-12 ");

  chat::Request prompts;
  prompts.inputs = {"pay 4539 5787", " 6362 1486 now"};
  CHECK(found_at(prompts, "payment_card") == "$.input[0]:4-13 $.input[1]:0-10 ");
  prompts.inputs = {"card = 45395787"};
  prompts.suffix = "63621486;";
  CHECK(found_at(prompts, "payment_card") == "$.input[0]:7-15 $.suffix:0-8 ");
}

TEST_CASE("a long conversation with tools is what its texts are") {
  using chat::Role;
  std::vector<chat::Message> messages;
  for (int i = 0; i < 3000; ++i) {
    messages.push_back(message(Role::Assistant, {}));
    messages.back().reasoning = "Now the next file, number " + std::to_string(i) + ", which has 20 lines.";
    messages.back().tool_calls = {
        {"c", "read", "{\"path\":\"src/part_" + std::to_string(i) + "/main.cpp\",\"limit\":\"200\"}"}};
    messages.push_back(message(Role::Tool, {"Nothing remarkable in revision 2024.7"}));
  }
  CHECK(standard_judge().judge(request_of(std::move(messages)), {}).label.cls == Class::Public);
}

TEST_CASE("the edges of pieces are boundaries, whatever stands beside") {
  const auto found = [](std::vector<const char*> texts, const char* detector) {
    chat::Message parts = message(chat::Role::User, {});
    std::vector<chat::Message> messages;
    for (const char* text : texts) {
      parts.parts.push_back({chat::Part::Kind::Text, text, ""});
      messages.push_back(message(chat::Role::User, {text}));
    }
    const auto judged = [&](std::vector<chat::Message> list) {
      return has(standard_judge().judge(request_of(std::move(list)), {}), detector);
    };
    return judged({parts}) && judged(messages);
  };
  CHECK(found({"45395787", "63621486", "thanks"}, "payment_card"));
  CHECK(found({"order", "45395787", "63621486"}, "payment_card"));
  CHECK(found({"Pay with card:", "45395787", "63621486", "thanks"}, "payment_card"));
  CHECK(found({"7", "45395787", "63621486", "12"}, "payment_card"));
  CHECK(found({"7", "4539", "5787", "6362", "1486", "9 of them"}, "payment_card"));
  CHECK(found({"x", "4", "5", "3", "9", "5", "7", "8", "7", "6", "3", "6", "2", "1", "4", "8", "6", "y"},
              "payment_card"));
  CHECK(found({"x", "４５３９５７８７", "６３６２１４８６", "y"}, "payment_card"));
  CHECK(found({"my SSN is 536-", "22-8471", "please"}, "us_ssn"));
  CHECK(found({"my SSN is", "536-", "22-", "8471", "please"}, "us_ssn"));
  CHECK(found({"my", "SSN", "is", "536-22", "-8471", "please"}, "us_ssn"));
  CHECK(found({"my key", "ghp_4x0YijnSsWNOOmCU", "piSEVvnoFDGb1n4XHjix", "please"}, "api_token"));
  CHECK(found({"here", "ghp_4x0YijnS", "sWNOOmCU", "piSEVvnoFDGb1", "n4XHjix and thanks"}, "api_token"));
  CHECK(found({"IBAN", "DE7685713384", "8541873642", "Thanks"}, "iban"));
}

TEST_CASE("a conversation of numbers and single words has no finding at its seams") {
  using chat::Role;
  std::vector<chat::Message> messages;
  for (const char* said :
       {"42", "1701", "ok", "yes!", "365", "24", "Paris", "1998", "2024", "no", "60", "7", "done"}) {
    messages.push_back(message(Role::User, {said}));
    messages.push_back(message(Role::Assistant, {"Next one?"}));
  }
  CHECK(standard_judge().judge(request_of(std::move(messages)), {}).label.cls == Class::Public);
}

TEST_CASE("a list of numbers has none that goes on in the next") {
  // Any two neighbours, and any four of the second list, are a card's digits by form and check digit.
  for (const std::vector<const char*>& list :
       {std::vector<const char*>{"45395787", "63621486", "45395787", "63621486", "45395787"},
        std::vector<const char*>{"4539", "5787", "6362", "1486", "4539", "5787", "6362", "1486"}}) {
    chat::Message one = message(chat::Role::Tool, {});
    for (const char* number : list) one.parts.push_back({chat::Part::Kind::Text, number, ""});
    CHECK(standard_judge().judge(request_of({one}), {}).label.cls == Class::Public);
  }
}

TEST_CASE("so many seams that nobody can look at all of them make the request restricted") {
  chat::Message one = message(chat::Role::User, {});
  for (int i = 0; i < 20000; ++i) one.parts.push_back({chat::Part::Kind::Text, "a1-b2", ""});
  const Judgement judgement = standard_judge().judge(request_of({one}), {});
  CHECK(judgement.label.cls == Class::Restricted);
}

TEST_CASE("numbers that merely stand beside a joint are no finding") {
  using chat::Role;
  const Judgement judgement = standard_judge().judge(
      request_of({message(Role::User, {"In 1998 there were 4,539"}),
                  message(Role::Assistant, {"5787 was the next."}), message(Role::User, {"Then 636", "2 and 14"}),
                  message(Role::User, {"What is 12"}), message(Role::User, {"34 + 5"})}),
      {});
  CHECK(judgement.label.cls == Class::Public);
}

TEST_CASE("a finding at a joint is shown at each of its places") {
  const Judgement judgement = standard_judge().judge(
      request_of({message(chat::Role::User, {"größer: 45395787"}), message(chat::Role::User, {"63621486 ok"})}),
      {});
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[0].path == "$.messages[0].content");
  CHECK(judgement.findings[0].start == 8);
  CHECK(judgement.findings[0].end == 16);
  CHECK(judgement.findings[1].path == "$.messages[1].content");
  CHECK(judgement.findings[1].start == 0);
  CHECK(judgement.findings[1].end == 8);
  for (const Finding& finding : judgement.findings) CHECK(finding.part);
}

TEST_CASE("spans are code points of the original, whatever the text was written in") {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"Grüße an 北京, Karte 4539 5787 6362 1486 läuft ab", "4539 5787 6362 1486"},
      {"😀😀 card ４５３９ ５７８７ ６３６２ １４８６ 😀", "４５３９ ５７８７ ６３６２ １４８６"},
      {"e\u0301 4539\u200B5787\u200B63621486!", "4539\u200B5787\u200B63621486"},
      {"ﬁnd ﬁnd 4539578763621486", "4539578763621486"},
  };
  for (const auto& [text, card] : texts) {
    const Judgement judgement = standard_judge().judge_text(text, {});
    REQUIRE(judgement.findings.size() == 1);
    CHECK(substring(text, judgement.findings[0].start, judgement.findings[0].end) == card);
    CHECK(judgement.findings[0].path == "$");
  }
}

TEST_CASE("a needle is found at any place of a long text, once, and its span is right") {
  std::string hay;
  while (hay.size() < (1u << 20)) hay += "The river bends twice before the mill — und fließt weiter nach Süden. ";
  const std::vector<std::pair<std::string, std::string>> needles = {
      {kCard, "payment_card"}, {kToken, "api_token"}, {"536-22-8471", "us_ssn"}};
  for (const auto& [needle, detector] : needles) {
    // Around the ends of windows as well as at the start, the middle and the end.
    for (const std::size_t wanted : {std::size_t{0}, std::size_t{65530}, std::size_t{65536}, std::size_t{61440},
                                     std::size_t{61435}, hay.size() / 2, hay.size()}) {
      std::size_t at = wanted;
      while (at > 0 && hay[at - 1] != ' ') --at;
      const std::string text = hay.substr(0, at) + needle + " " + hay.substr(at);
      const Judgement judgement = standard_judge().judge_text(text, {});
      REQUIRE(judgement.findings.size() == 1);
      CHECK(judgement.findings[0].detector == detector);
      CHECK(judgement.findings[0].end - judgement.findings[0].start == needle.size());
      CHECK(judgement.findings[0].start == text::count_code_points(std::string_view(text).substr(0, at)));
    }
  }
}

TEST_CASE("a paragraph of a patient record is found inside a book") {
  std::string book;
  while (book.size() < 200000) book += "The river bends twice before the mill and goes on to the south. ";
  book.insert(100000, "\n68-year-old man presented with chest pain, BP 160/95, started on aspirin 300 mg.\n");
  CHECK(has(standard_judge().judge_text(book, {}), "health"));
}

TEST_CASE("a detector that fails makes the label restricted and leaves the others their turn") {
  ManualClock clock;
  for (const auto mode : {Faulty::Mode::Fails, Faulty::Mode::Throws}) {
    const auto judge = judge_with(mode, clock);
    const Judgement judgement = judge->judge_text(std::string("my card ") + kCard, {});
    CHECK(judgement.label.cls == Class::Restricted);
    CHECK(failed_by(judgement, "faulty"));
    CHECK(has(judgement, "payment_card"));
  }
}

TEST_CASE("a judgement that takes longer than its limit is restricted") {
  ManualClock clock;
  const auto judge = judge_with(Faulty::Mode::Slow, clock);
  const Judgement judgement = judge->judge_text("Hello", {});
  CHECK(judgement.label.cls == Class::Restricted);
  CHECK(failed_by(judgement, "time_limit"));
  CHECK(judgement.took >= std::chrono::seconds(3));
}

TEST_CASE("a judgement that nobody waits for ends within a window, and is restricted and not remembered") {
  const std::string tenant = "t";
  std::string book;
  while (book.size() < 4'000'000) book += "The river bends twice before the mill and goes on to the south. ";
  std::atomic<bool> given_up = true;
  JudgeOptions options;
  options.tenant = &tenant;
  options.given_up = &given_up;
  const auto judge = Judge::create();
  REQUIRE(judge.has_value());
  const Judgement judgement = (*judge)->judge_text(book, options);
  CHECK(judgement.label.cls == Class::Restricted);
  CHECK(failed_by(judgement, "given_up"));
  given_up = false;
  CHECK((*judge)->judge_text(book, options).label.cls == Class::Public);
}

TEST_CASE("more text than the limit is restricted, not skipped") {
  JudgeOptions options;
  options.max_bytes = 1000;
  CHECK(standard_judge().judge_text(std::string(1000, 'a'), options).label.cls == Class::Public);
  const Judgement judgement = standard_judge().judge_text(std::string(1001, 'a'), options);
  CHECK(judgement.label.cls == Class::Restricted);
  CHECK(failed_by(judgement, "max_bytes"));
  // Over several texts of a request.
  const std::string half(600, 'b');
  const Judgement sum = standard_judge().judge(
      request_of({message(chat::Role::User, {half.c_str()}), message(chat::Role::User, {half.c_str()})}), options);
  CHECK(sum.label.cls == Class::Restricted);
}

TEST_CASE("bytes that are no UTF-8 are judged like any other text") {
  const std::string text = std::string("\xFF\xC3(\x80 card ") + kCard + "\xF0\x9F";
  const Judgement judgement = standard_judge().judge_text(text, {});
  CHECK(has(judgement, "payment_card"));
}

TEST_CASE("the list of findings is bounded while the label is not") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "person" + std::to_string(i) + "@fjordpost.se ";
  text += kCard;
  const Judgement judgement = standard_judge().judge_text(text, {});
  CHECK(std::count_if(judgement.findings.begin(), judgement.findings.end(),
                      [](const Finding& f) { return f.detector == "email"; }) == 1000);
  CHECK(has(judgement, "payment_card"));
  CHECK(judgement.label.to_string() == "regulated; financial,pii");
}

TEST_CASE("the beginning of a token without the rest is none, also near the end of a text") {
  // One character of it is '-', like the marks that end a sentence, and the text goes on for as long as a token
  // is.
  CHECK(!has(standard_judge().judge_text("{\"glpat-\", Chars::Url, 20, 255, 3.0}, x", {}), "api_token"));
  CHECK(!has(standard_judge().judge_text("it begins with xoxb-. Not with A1b2C3d4E5f6G7", {}), "api_token"));
  CHECK(has(standard_judge().judge_text("it is glpat-x7Kq2Lm9Zt4Rw8Yb3Nc5. Not that", {}), "api_token"));
  CHECK(has(standard_judge().judge_text("it is glpat-x7Kq2Lm9Zt4Rw8Yb3Nc5---", {}), "api_token"));
}

TEST_CASE("what was read of a file is judged like a text, and what was not is restricted") {
  auto with = [](const std::string& text, const char* failed) {
    chat::Part file{chat::Part::Kind::File, "", R"({"type":"file"})"};
    file.extraction = std::make_shared<const chat::Extraction>(chat::Extraction{"pdf", text, failed});
    chat::Message m = message(chat::Role::User, {"my card is 4539 5787"});
    m.parts.push_back(std::move(file));
    return request_of({std::move(m)});
  };
  const Judgement clean = standard_judge().judge(with("a harmless word", ""), {});
  CHECK(clean.label.cls == Class::Public);
  REQUIRE(clean.label.provenance.size() == 2);
  CHECK(clean.label.provenance[1].source == "extracted");
  CHECK(clean.label.provenance[1].detail == "$.messages[0].content[1] by pdf");
  const Judgement found = standard_judge().judge(with(std::string("Grüße: ") + kCard, ""), {});
  CHECK(found.label.to_string() == "regulated; financial");
  REQUIRE(has(found, "payment_card"));
  CHECK(found.findings[0].path == "$.messages[0].content[1]@pdf");
  CHECK(found.findings[0].start == 7);
  // The other half stands in the message's words.
  const Judgement halves = standard_judge().judge(with(" 6362 1486 is it", ""), {});
  CHECK(has(halves, "payment_card"));
  const Judgement unread = standard_judge().judge(with("a harmless word", "time_limit"), {});
  CHECK(unread.label.cls == Class::Restricted);
  CHECK(unread.label.provenance.back().detail != "$.messages[0].content[1] by pdf");
}

TEST_CASE("provenance names detectors and never a text of the request") {
  const Judgement judgement = standard_judge().judge_text(std::string("pay with ") + kCard + " and " + kToken, {});
  for (const Provenance& p : judgement.label.provenance) {
    CHECK(p.detail.find("4539") == std::string::npos);
    CHECK(p.detail.find("ghp_") == std::string::npos);
  }
  CHECK(judgement.label.cls == Class::Restricted);
}

}  // namespace sluice::sense
