#include "http/sse.h"

#include <doctest/doctest.h>

#include <random>

using namespace sluice;
using namespace sluice::http;

namespace {

// "event|data" or "#comment" of each event; "!code" if the reader failed; "..." if bytes are pending at the end.
std::vector<std::string> read(const std::vector<std::string_view>& pieces, std::size_t max = 1 << 20) {
  SseReader reader(max);
  std::vector<SseEvent> events;
  std::vector<std::string> out;
  for (std::string_view piece : pieces)
    if (auto fed = reader.feed(piece, events); !fed) return {"!" + fed.error().code};
  for (const SseEvent& e : events) out.push_back(e.comment ? "#" + e.data : e.event + "|" + e.data);
  if (reader.pending()) out.push_back("...");
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("event streams are read as the WHATWG specification says, wherever they are cut") {
  struct Case {
    std::string bytes;
    Lines events;
  };
  std::vector<Case> cases = {
      // The four examples of the specification, section 9.2.6.
      {"data: YHOO\ndata: +2\ndata: 10\n\n", {"message|YHOO\n+2\n10"}},
      {": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
       {"#test stream", "message|first event", "message|second event", "message| third event"}},
      {"data\n\ndata\ndata\n\ndata:", {"message|", "message|\n", "..."}},
      {"data:test\n\ndata: test\n\n", {"message|test", "message|test"}},

      {"event: add\ndata: 1\n\ndata: 2\n\n", {"add|1", "message|2"}},
      {"event: add\n\ndata: 2\n\n", {"message|2"}},
      {"data: a\r\rdata: b\r\n\r\ndata: c\n\n", {"message|a", "message|b", "message|c"}},
      {"data: a\r\n\ndata: b\n\r", {"message|a", "message|b"}},
      {"\xEF\xBB\xBF"
       "data: a\n\n",
       {"message|a"}},
      {"\xEF\xBB\xBF\xEF\xBB\xBF"
       "data: a\n\n",
       {}},
      {"data: {\"a\":\"b:c\"}\n\n", {"message|{\"a\":\"b:c\"}"}},
      {"Data: a\nretry: 5\nunknown: x\n\n", {}},
      {": keep-alive\n\n: keep-alive\n\n", {"#keep-alive", "#keep-alive"}},
      {"data: [DONE]\n\n", {"message|[DONE]"}},
      {"data: cut\n", {"..."}},
      {"data: cut", {"..."}},
      {"event: cut\n", {"..."}},
      {"", {}},
      {"\n\n\n", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.bytes);
    std::string_view all = c.bytes;
    CHECK(read({all}) == c.events);
    for (std::size_t i = 0; i <= all.size(); ++i)
      for (std::size_t j = i; j <= all.size(); ++j)
        REQUIRE(read({all.substr(0, i), all.substr(i, j - i), all.substr(j)}) == c.events);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < all.size(); ++i) bytes.push_back(all.substr(i, 1));
    CHECK(read(bytes) == c.events);
  }
}

TEST_CASE("an event beyond the limit is refused at every split") {
  std::string fits = "data: " + std::string(94, 'x') + "\n\n", over = "data: " + std::string(95, 'x') + "\n\n";
  std::string many;
  for (int i = 0; i < 40; ++i) many += "data: x\n";
  for (std::size_t cut = 0; cut <= fits.size(); ++cut) {
    CHECK(read({std::string_view(fits).substr(0, cut), std::string_view(fits).substr(cut)}, 100).size() == 1);
    CHECK(read({std::string_view(over).substr(0, cut), std::string_view(over).substr(cut)}, 100) ==
          Lines{"!sse.too_large"});
  }
  CHECK(read({many}, 50) == Lines{"!sse.too_large"});
  std::string endless(200, 'x');
  CHECK(read({endless}, 100) == Lines{"!sse.too_large"});
}

TEST_CASE("text can't forge an event: what is written is read back as one, however hostile") {
  std::mt19937 random(21);
  const std::vector<std::string> pieces = {"\n", "\r",   "\r\n",      "data:",    "event:",
                                           ": ", "\n\n", "[DONE]",    "id: 1",    "\xEF\xBB\xBF",
                                           "x",  " ",    "{\"a\":1}", "retry: 1", std::string(1, '\0')};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned n = random() % 8; n > 0; --n) text += pieces[random() % pieces.size()];
    std::string expected;  // every kind of line end comes back as LF
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r') {
        expected += '\n';
        if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
      } else {
        expected += text[i];
      }
    }
    std::string wire;
    append_sse(wire, text, round % 2 ? "add" : "");
    append_sse(wire, "after");
    std::size_t cut = random() % (wire.size() + 1);
    std::vector<std::string> back =
        read({std::string_view(wire).substr(0, cut), std::string_view(wire).substr(cut)});
    REQUIRE(back.size() == 2);
    REQUIRE((back[0] == (round % 2 ? "add|" : "message|") + expected));
    REQUIRE(back[1] == "message|after");
  }
}

TEST_CASE("a recorded stream gives the same events at every split, with every line end, with and without a BOM") {
  // As DeepSeek's API sends it: a keep-alive, role, reasoning, text in several languages, usage, the end.
  const std::string recorded =
      ": keep-alive\n\n"
      "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,"
      "\"reasoning_content\":\"\"}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm\\n\"}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"Gr\xC3\xBC\xC3\x9F \xE4\xBD\xA0\xE5\xA5\xBD "
      "\xF0\x9F\x91\x8B\"}}]}\n\n"
      "event: ping\ndata: {\"type\": \"ping\"}\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"total_tokens\":3}}\n\n"
      "data: [DONE]\n\n";
  const Lines expected = read({recorded});
  REQUIRE(expected.size() == 7);
  CHECK(expected.front() == "#keep-alive");
  CHECK(expected[4] == "ping|{\"type\": \"ping\"}");
  CHECK(expected.back() == "message|[DONE]");
  for (std::string end : {"\n", "\r\n", "\r"}) {
    for (std::string mark : {"", "\xEF\xBB\xBF"}) {
      std::string bytes = mark;
      for (char c : recorded) bytes += c == '\n' ? end : std::string(1, c);
      std::string_view all = bytes;
      std::vector<std::string_view> single;
      for (std::size_t i = 0; i < all.size(); ++i) {
        single.push_back(all.substr(i, 1));
        REQUIRE(read({all.substr(0, i), all.substr(i)}) == expected);
        // And cut again soon after, so that a line end falls into three pieces.
        REQUIRE(read({all.substr(0, i), all.substr(i, 1), all.substr(i + 1, 1),
                      all.substr(std::min(i + 2, all.size()))}) == expected);
      }
      CHECK(read(single) == expected);
    }
  }
}
