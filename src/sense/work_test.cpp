// How much a judgement has to look at, counted in what detectors are shown, and what must not grow faster than the
// text: the time of a judgement depends on the machine, these counts do not.
#include <doctest/doctest.h>

#include <string>

#include "sense/judge.h"
#include "sense/scan/decode/decode.h"
#include "sense/test_text.h"

namespace sluice::sense {
namespace {

using testing::patient;

struct Work {
  std::size_t documents = 0, bytes = 0, hits = 0, numbers = 0;
};

// Counts what it is shown. Made last, so that it sees what those before it have found.
class Counter : public scan::Detector {
 public:
  explicit Counter(Work& work) : work_(work) {}
  const char* name() const override { return "counter"; }
  Status detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const override {
    ++work_.documents;
    work_.bytes += doc.text.size();
    work_.hits += hits.size();
    work_.numbers += doc.groups.size();
    for (const auto& list : doc.phrases) work_.hits += list.size();
    return {};
  }

 private:
  Work& work_;
};

Work work;

const Judge& counting() {
  static const std::unique_ptr<Judge> judge = [] {
    JudgeParts parts;
    parts.make = [](scan::PhraseSet& set) {
      auto all = standard_detectors(set);
      all.push_back(std::make_unique<Counter>(work));
      return all;
    };
    return std::move(*make_judge(parts));
  }();
  return *judge;
}

Work work_of(const std::string& text) {
  work = Work();
  counting().judge_text(text, patient());
  return work;
}

std::vector<scan::Decoded> decode(const std::string& text) {
  scan::Unread unread;
  return scan::decode(text, unread);
}

std::string again(const std::string& piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

std::string base64(const std::string& bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | static_cast<unsigned char>(bytes[i + k]);
    for (int shift = 18; shift >= 0; shift -= 6) out += kLetters[three >> shift & 0x3F];
  }
  return out;
}

TEST_CASE("texts that are made to be slow show detectors a bounded multiple of their length") {
  // Some contain the start of a finding at every byte, others a notation that is read as a text of its own.
  const std::string pieces[] = {"1",
                                "@",
                                "a",
                                "4 1 ",
                                "1-",
                                "a@",
                                "<<",
                                "\n",
                                "a\n",
                                "=41",
                                "%41",
                                "0x41 ",
                                "\\u0034",
                                "&#52;",
                                "A",
                                "Ab ",
                                "ghp_",
                                "://a:b@",
                                "eyJ",
                                "\xD0\xB0"
                                "a",
                                "e\xCC\x81",
                                "p a ",
                                "\\x41",
                                "\\34 ",
                                "1\f",
                                "1\x1B[m",
                                "1\\e[m",
                                "\\e]",
                                "\u009D",
                                "1&shy;",
                                "1=\n",
                                "0000000   c   a   r   d\n",
                                "0000000 ",
                                "begin 644 x\n#86)C\n",
                                "<~",
                                "<~9jqo^~>",
                                "a!b#c$d%e&f(g)h*i",
                                "00000010: 6361 7264 2034 3533 3920 3134 3838 2030  card 4539 1488 0\n",
                                "00000010: 00ff 7264 2034 3533 3920 3134 3838 2030  ..rd 4539 1488 0\n",
                                "p_1=4539&p_2=",
                                "\u202E",
                                "\u202E123456 ",
                                "1\uE000",
                                "H4sIAAAAAAACA",
                                base64("a text, Ab12") + " "};
  for (const std::string& piece : pieces) {
    CAPTURE(piece);
    const std::string small = again(piece, 100'000), large = again(piece, 200'000);
    const Work one = work_of(small), two = work_of(large);
    // A window overlaps the one before it by a sixteenth. What is decoded of these is never more than four times
    // the text, though it may be twice as much.
    CHECK(one.bytes <= 6 * small.size());
    CHECK(two.bytes <= 2.5 * double(one.bytes));
    CHECK(two.documents <= 2.5 * double(one.documents) + 4);
    CHECK(one.documents <= 4 + 2 * 4096u);
    // No detector and no list of anchors has more entries than the documents have bytes.
    CHECK(one.hits <= 2 * one.bytes);
    CHECK(two.hits <= 2.5 * double(one.hits) + 64);
    CHECK(one.numbers <= one.bytes);
  }
}

TEST_CASE("what is encoded again and again is read three levels deep and no further") {
  std::string text = again("Her card is 4539 5787 6362 1486, and the sky is blue. ", 3'000);
  for (int level = 1; level <= 6; ++level) {
    text = base64(text);
    CAPTURE(level);
    std::size_t bytes = 0;
    for (const scan::Decoded& piece : decode(text)) bytes += piece.view.text.size();
    CHECK(bytes <= 4 * text.size() + 4096);
    CHECK(work_of(text).bytes <= 6 * text.size() + 4096);
  }
}

TEST_CASE("a run of characters written apart becomes one text, however long it is") {
  for (const char* piece : {"4 1 ", "a-b-", "7.", "x|y|"}) {
    CAPTURE(piece);
    const std::string text = again(piece, 60'000);
    std::size_t bytes = 0;
    for (const scan::Decoded& part : decode(text)) {
      if (part.rearranged) bytes += part.view.text.size();
    }
    CHECK(bytes <= text.size());
  }
}

TEST_CASE("values of maps, schemas and calls show detectors a bounded multiple of their length") {
  struct Written {
    const char *key, *value;
  };
  for (const Written& one : {Written{"a", "4"},
                             {"a", "4539"},
                             {"a", "word"},
                             {"key", "x1-y2"},
                             {"a", "VGhlIHNr1eSB"},
                             {"description", "the card 45395787"}}) {
    CAPTURE(one.value);
    const auto asked = [&](std::size_t count) {
      std::string json = "{";
      for (std::size_t i = 0; i < count; ++i)
        json += (i == 0 ? "\"" : ",\"") + (one.key + std::to_string(i % 700 + i / 700 * 1000)) + "\":\"" +
                one.value + "\"";
      json += "}";
      chat::Request request;
      request.messages.emplace_back();
      request.messages.back().tool_calls.push_back({"c", "f", json});
      request.extra.push_back({"$.metadata", json, "metadata"});
      work = Work();
      counting().judge(request, patient());
      return std::pair(json.size(), work);
    };
    const auto [size, small] = asked(2'000);
    const auto [twice, large] = asked(4'000);
    CHECK(large.bytes <= 2.6 * double(small.bytes) + 4096);
    CHECK(large.documents <= 2.6 * double(small.documents) + 64);
    CHECK(large.bytes <= 80 * twice);
  }
}

}  // namespace
}  // namespace sluice::sense
