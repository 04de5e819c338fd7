// How long a judgement takes. Texts are made here, so that anyone can run it: prose, prose with identifiers, code,
// and pages of digits (the worst case of the validators).
#include <benchmark/benchmark.h>

#include <string>

#include "sense/sense.h"

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

void run(benchmark::State& state, const std::vector<std::string>& pieces) {
  const std::string text = text_of(static_cast<std::size_t>(state.range(0)), pieces);
  for (auto _ : state) benchmark::DoNotOptimize(judge().judge_text(text, {}));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void prose(benchmark::State& s) { run(s, kProse); }
void mixed(benchmark::State& s) { run(s, kMixed); }
void accented(benchmark::State& s) { run(s, kAccented); }
void digits(benchmark::State& s) { run(s, kDigits); }

BENCHMARK(prose)->Arg(2048)->Arg(65536)->Arg(1 << 20)->Arg(4 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(mixed)->Arg(2048)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(accented)->Arg(2048)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);
BENCHMARK(digits)->Arg(2048)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);

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

void create(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Judge::create());
}
BENCHMARK(create)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
