// How long a judgement takes, and how much memory. Texts are made here, so that anyone can run it: prose, prose
// with identifiers, several languages, code, JSON, encoded runs, pages of digits (the worst case of the
// validators), and texts that are made to be slow.
//
// `memory` is the text and the most that was allocated at once to judge it, as a multiple of the text.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "sense/sense.h"

namespace {

std::atomic<std::int64_t> allocated{0}, most_allocated{0};  // bytes

void count(std::int64_t bytes) {
  const std::int64_t now = allocated += bytes;
  if (now > most_allocated) most_allocated = now;
}

}  // namespace

// Every allocation of C++, counted by what malloc gave for it.
void* operator new(std::size_t bytes) {
  void* const place = std::malloc(bytes);
  if (place == nullptr) std::abort();
  count(static_cast<std::int64_t>(malloc_usable_size(place)));
  return place;
}
void operator delete(void* place) noexcept {
  if (place != nullptr) count(-static_cast<std::int64_t>(malloc_usable_size(place)));
  std::free(place);
}
void operator delete(void* place, std::size_t) noexcept { operator delete(place); }

namespace {

using sluice::sense::Judge;

const Judge& judge() {
  static const auto made = Judge::create();
  return **made;
}

// `bytes` of text: pieces in a fixed pseudo-random order.
std::string text_of(std::size_t bytes, const std::vector<std::string>& pieces) {
  std::string text;
  std::uint64_t state = 0x9E3779B97F4A7C15;
  while (text.size() < bytes) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    text += pieces[(state >> 33) % pieces.size()];
  }
  text.resize(bytes);
  return text;
}

const std::vector<std::string> kProse = {
    "The committee met on Tuesday and talked about the new playground behind the library. ",
    "Why does bread rise, and what happens to the yeast when the oven is too hot? ",
    "In 1998 about 3,400 visitors came to the exhibition, twice as many as the year before. ",
    "Please write a short story in which a lighthouse keeper learns to play the accordion. ",
    "A patient reader will notice that the account of the journey changes in chapter 12.\n",
    "Version 2.4.1 fixes a problem with time zones; see section 3 for the details.\n"};
const std::vector<std::string> kMixed = {kProse[0],
                                         kProse[1],
                                         kProse[2],
                                         kProse[3],
                                         "Her number is +44 7911 654321 and she lives at 14 Elm Street. ",
                                         "Pay DE76 8571 3384 8541 8736 42 by Friday. ",
                                         "mail jan.kowalski@poczta-polnoc.pl about order 20231107\n"};
const std::vector<std::string> kAccented = {"Die Straße führt über den Fluß; „schön“, sagte er – und ging. ",
                                            "Où est passée la clé de l'hôtel ? Là-bas, évidemment. ",
                                            "请写一首关于春天的短诗，不超过八行。",
                                            "Сегодня мы поговорим о погоде и о море. "};
const std::vector<std::string> kDigits = {"4 1 4 1 ",   "4539 1488 ", "12.34 ",
                                          "5 5 5 5 5 ", "0171 ",      "2024-05-06 "};

const std::vector<std::string> kLanguages = {kProse[0],    kProse[3],    kAccented[0], kAccented[1],
                                             kAccented[2], kAccented[3], kMixed[6]};
const std::vector<std::string> kCode = {
    "for (std::size_t i = 0; i < list.size(); ++i) {\n  if (list[i].name == wanted) return &list[i];\n}\n",
    "// The size of the window, in rows.\nstatic constexpr int kRows = 24;\n",
    "def area(width, height):\n    \"\"\"Of a rectangle.\"\"\"\n    return width * height\n\n",
    "printf(\"%d of %s\\n\", count, name);\n",
    "SELECT title, year FROM books WHERE year > 1998 ORDER BY title;\n"};
const std::vector<std::string> kJson = {
    R"({"id": 40213, "title": "A walk in the hills", "tags": ["outdoor", "autumn"], "length_km": 12.4},)",
    R"({"text": "She said \"no\" and left.\nThen it rained.", "likes": 17, "at": "2024-05-06T07:08:09Z"},)",
    R"({"url": "https:\/\/example.org\/pictures\/17.jpg", "width": 1024, "height": 768, "alt": null},)"};
// Base64 of "The committee met on Tuesday. ", of bytes that are no text, and a hash.
const std::vector<std::string> kEncoded = {kProse[0], "VGhlIGNvbW1pdHRlZSBtZXQgb24gVHVlc2RheS4g ",
                                           "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAA ",
                                           "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"};

void judge_text(benchmark::State& state, const std::string& text) {
  judge();
  const std::int64_t before = allocated;
  most_allocated = before;
  for (auto _ : state) benchmark::DoNotOptimize(judge().judge_text(text, {}));
  const auto size = static_cast<std::int64_t>(text.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
  state.counters["memory"] = 1 + double(most_allocated - before) / double(size);
}

void run(benchmark::State& state, const std::vector<std::string>& pieces) {
  judge_text(state, text_of(static_cast<std::size_t>(state.range(0)), pieces));
}

void prose(benchmark::State& s) { run(s, kProse); }
void mixed(benchmark::State& s) { run(s, kMixed); }
void accented(benchmark::State& s) { run(s, kAccented); }
void languages(benchmark::State& s) { run(s, kLanguages); }
void code(benchmark::State& s) { run(s, kCode); }
void json(benchmark::State& s) { run(s, kJson); }
void encoded(benchmark::State& s) { run(s, kEncoded); }
void digits(benchmark::State& s) { run(s, kDigits); }

BENCHMARK(prose)->Arg(2048)->Arg(65536)->Arg(1 << 20)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(mixed)->Arg(2048)->Arg(1 << 20)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(accented)->Arg(2048)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(languages)->Arg(2048)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(code)->Arg(2048)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(json)->Arg(2048)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(encoded)->Arg(2048)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(digits)->Arg(2048)->Arg(1 << 20)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);

// One thing again and again: what a reader could be made to look at for each byte anew. A quarter and all of 4 MB,
// of which the second may take four times as long as the first.
const std::vector<std::string> kHostile = {"1",
                                           "@",
                                           "a",
                                           "4 1 ",
                                           "1-",
                                           "a@",
                                           "password=",
                                           "://a:b@",
                                           "-----BEGIN PRIVATE KEY-----",
                                           "eyJ",
                                           "<<",
                                           "\n",
                                           "a\n",
                                           "=41",
                                           "0x41 ",
                                           "\\",
                                           "A",
                                           "+49 ",
                                           "ghp_",
                                           "4539 5787 6362 1486 ",
                                           "a.b@c.de ",
                                           "eyJ-",
                                           "xoxb-",
                                           "seed phrase ",
                                           "q~1Q~",
                                           "e\xCC\x81",
                                           "\xCC\x81",
                                           "\xD0\xB0"
                                           "a"};

void hostile(benchmark::State& state) {
  const std::string& piece = kHostile[static_cast<std::size_t>(state.range(0))];
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(1))) text += piece;
  std::string label = piece;
  for (char& c : label) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  state.SetLabel(label);
  judge_text(state, text);
}
BENCHMARK(hostile)
    ->ArgsProduct({benchmark::CreateDenseRange(0, std::int64_t(kHostile.size()) - 1, 1), {1 << 20, 4 << 20}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

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

// Prose in base64, in base64 again, and so on.
void nested(benchmark::State& state) {
  std::string text = text_of(1 << 20, kMixed);
  for (int level = 0; level < state.range(0); ++level) text = base64(text);
  text.resize(static_cast<std::size_t>(state.range(1)));
  judge_text(state, text);
}
BENCHMARK(nested)->ArgsProduct({{1, 3, 6}, {1 << 20}})->Iterations(1)->Unit(benchmark::kMillisecond);

// Runs of base64 as short as can be, each of which is read as a text of its own.
void many_runs(benchmark::State& state) {
  const std::string run = base64("a text, Ab12") + " ";
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += run;
  judge_text(state, text);
}
BENCHMARK(many_runs)->Arg(1 << 20)->Arg(4 << 20)->Iterations(1)->Unit(benchmark::kMillisecond);

// A 2 KB turn after a conversation of `range` bytes, in turns of 20 KB, that was judged with the turn before.
void next_turn(benchmark::State& state) {
  sluice::chat::Request request;
  auto say = [&request](std::string text) {
    sluice::chat::Message message;
    message.role = request.messages.size() % 2 ? sluice::chat::Role::Assistant : sluice::chat::Role::User;
    message.parts.push_back({sluice::chat::Part::Kind::Text, std::move(text), ""});
    request.messages.push_back(std::move(message));
  };
  for (int i = 0; i < state.range(0) / 20'000; ++i) say(std::to_string(i) + text_of(20'000, kProse));
  const std::string tenant = "bench";
  sluice::sense::JudgeOptions options;
  options.tenant = &tenant;
  judge().judge(request, options);
  std::uint64_t turn = 0;
  for (auto _ : state) {
    say(std::to_string(++turn) + text_of(2048, kProse));
    benchmark::DoNotOptimize(judge().judge(request, options));
    request.messages.pop_back();
  }
}
BENCHMARK(next_turn)->Arg(40'000)->Arg(4'000'000)->Unit(benchmark::kMicrosecond);

// Four megabytes, or as much as there is, in so many messages of so many bytes: prose, and words with a digit in
// them that stand beside one another without a gap.
void in_pieces(benchmark::State& state, const std::vector<std::string>& pieces) {
  const auto count = static_cast<std::size_t>(state.range(0)), bytes = static_cast<std::size_t>(state.range(1));
  const std::string text = text_of(count * bytes, pieces);
  sluice::chat::Request request;
  for (std::size_t i = 0; i < count; ++i) {
    request.messages.push_back({.role = i % 2 ? sluice::chat::Role::Assistant : sluice::chat::Role::User});
    request.messages.back().parts.push_back({sluice::chat::Part::Kind::Text, text.substr(i * bytes, bytes), ""});
  }
  for (auto _ : state) benchmark::DoNotOptimize(judge().judge(request, {}));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(count * bytes));
}
void prose_pieces(benchmark::State& s) { in_pieces(s, kProse); }
void terse_pieces(benchmark::State& s) { in_pieces(s, {"a1-b2", "77120", "x9", "q.4"}); }
BENCHMARK(prose_pieces)->Args({40, 100'000})->Args({4000, 1000})->Args({4000, 100})->Unit(benchmark::kMicrosecond);
BENCHMARK(terse_pieces)
    ->Args({40, 8})
    ->Args({300, 8})
    ->Args({1000, 8})
    ->Args({4000, 8})
    ->Unit(benchmark::kMicrosecond);

void create(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Judge::create());
}
BENCHMARK(create)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
