#include "sense/memory.h"

#include <doctest/doctest.h>

#include <random>

#include "sense/judge.h"
#include "sense/test_text.h"

namespace sluice::sense {
namespace {

// Counts what it is shown, and fails as long as it is told to.
class Counter : public scan::Detector {
 public:
  Counter(std::size_t& bytes, bool& fails) : bytes_(bytes), fails_(fails) {}
  const char* name() const override { return "counter"; }
  Status detect(const scan::Document& doc, std::vector<scan::Hit>&) const override {
    bytes_ += doc.text.size();
    if (fails_) return fail("sense.fault", "asked to fail");
    return {};
  }

 private:
  std::size_t& bytes_;
  bool& fails_;
};

struct Watched {
  std::size_t bytes = 0;
  bool fails = false;
  std::unique_ptr<Judge> judge;
  Watched() {
    JudgeParts parts;
    parts.make = [this](scan::PhraseSet& set) {
      auto all = standard_detectors(set);
      all.push_back(std::make_unique<Counter>(bytes, fails));
      return all;
    };
    judge = std::move(*make_judge(parts));
  }
  Judgement operator()(const chat::Request& request, const std::string& tenant) {
    JudgeOptions options;
    options.tenant = &tenant;
    bytes = 0;
    return judge->judge(request, options);
  }
};

void say(chat::Request& request, std::string text, chat::Role role = chat::Role::User) {
  chat::Message message;
  message.role = role;
  message.parts.push_back({chat::Part::Kind::Text, std::move(text), ""});
  request.messages.push_back(std::move(message));
}

std::string filler(std::size_t bytes, unsigned seed) {
  constexpr const char* kWords[] = {"mill ",   "river ",  "turns ", "bread ",
                                    "slowly ", "planet ", "seven ", "song "};
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) text += kWords[random() % std::size(kWords)];
  return text;
}

using Seen = std::vector<std::tuple<std::string, std::string, std::size_t, std::size_t>>;
Seen seen(const Judgement& judgement) {
  Seen list;
  for (const Finding& f : judgement.findings) list.emplace_back(f.path, f.detector, f.start, f.end);
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

constexpr const char* kCard = "4539 5787 6362 1486";

}  // namespace

TEST_CASE("memory: a turn that is added to a long conversation is all that is scanned") {
  Watched judge;
  chat::Request request;
  for (unsigned i = 0; i < 100; ++i)
    say(request, filler(10'000, i), i % 2 ? chat::Role::Assistant : chat::Role::User);
  judge(request, "a");
  CHECK(judge.bytes >= 1'000'000);
  say(request, filler(2'000, 1000));
  judge(request, "a");
  CHECK(judge.bytes >= 2'000);
  CHECK(judge.bytes < 40'000);  // the turn, and the last stretches of the joints
}

TEST_CASE("memory: what was found in an earlier turn is found again, at its new place, without a scan") {
  Watched judge;
  chat::Request request;
  say(request, filler(3'000, 1) + kCard + " is my card. " + filler(3'000, 2));
  Judgement first = judge(request, "a");
  CHECK(testing::has(first, "payment_card"));
  chat::Request later;
  say(later, filler(500, 3), chat::Role::System);
  later.messages.push_back(request.messages[0]);
  Judgement second = judge(later, "a");
  CHECK(judge.bytes < 6'000);
  CHECK(second.label.cls == first.label.cls);
  REQUIRE(second.findings.size() == first.findings.size());
  CHECK(second.findings[0].path == "$.messages[1].content");
  CHECK(second.findings[0].start == first.findings[0].start);
}

TEST_CASE("memory: what one tenant's text held is not looked up for another") {
  Watched judge;
  chat::Request request;
  say(request, filler(5'000, 1));
  judge(request, "a");
  judge(request, "b");
  CHECK(judge.bytes >= 5'000);
  judge(request, "b");
  CHECK(judge.bytes == 0);
}

TEST_CASE("memory: a text that a detector failed on is judged anew") {
  Watched judge;
  chat::Request request;
  say(request, filler(5'000, 1));
  judge.fails = true;
  CHECK(judge(request, "a").label.cls == Class::Restricted);
  judge.fails = false;
  CHECK(judge(request, "a").label.cls == Class::Public);
  CHECK(judge.bytes >= 5'000);
}

TEST_CASE("memory: a number in two halves is found where two known texts meet for the first time") {
  Watched judge;
  const std::string head = filler(2'000, 1) + "card 4539 5787 ", tail = "6362 1486 " + filler(2'000, 2);
  chat::Request one, two, both;
  say(one, head);
  say(two, tail);
  CHECK_FALSE(testing::has(judge(one, "a"), "payment_card"));
  CHECK_FALSE(testing::has(judge(two, "a"), "payment_card"));
  say(both, head);
  say(both, tail);
  CHECK(testing::has(judge(both, "a"), "payment_card"));
  CHECK(testing::has(judge(both, "a"), "payment_card"));  // and again
}

TEST_CASE("memory: conversations that grow are judged as without memory") {
  Watched judge;
  const std::string pieces[] = {kCard, "4539 5787 ", "6362 1486", "My SSN is 536-22-4178. ",
                                "aws_access_key_id = AKIAQ3EGRTWXK7PLJ2MN\n"};
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    chat::Request request;
    for (int turn = 0; turn < 12; ++turn) {
      std::string text = filler(random() % 3'000, random() % 40);  // the same fillers come again
      if (random() % 3 == 0) text.insert(random() % 2 ? text.size() : 0, pieces[random() % std::size(pieces)]);
      say(request, text, random() % 2 ? chat::Role::User : chat::Role::Assistant);
      Judgement with = judge(request, "a");
      Judgement without = judge.judge->judge(request, {});
      CHECK(with.label.cls == without.label.cls);
      CHECK(with.label.categories == without.label.categories);
      CHECK(seen(with) == seen(without));
    }
  }
}

TEST_CASE("memory: it is bounded, and what was asked for lately stays") {
  Shelf shelf;
  TextHash hash(shelf);
  std::shared_ptr<const Known> known;
  const TextHash::Key kept = hash("this one is asked for again and again");
  shelf.keep(kept, nullptr);
  const TextHash::Key left = hash("this one is not");
  shelf.keep(left, nullptr);
  for (int i = 0; i < 100'000; ++i) {
    shelf.keep(hash(std::to_string(i)), nullptr);
    if (i % 1000 == 0) CHECK(shelf.find(kept, known));
  }
  CHECK(shelf.find(kept, known));
  CHECK_FALSE(shelf.find(left, known));
  Shelf other;
  CHECK_FALSE(TextHash(other)("one text") == hash("one text"));
}

}  // namespace sluice::sense
