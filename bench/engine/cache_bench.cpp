// The prefix cache: what a hit saves, and whether a tenant can tell by the clock what another one has cached.
// README.md says how to run it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace {

using namespace sluice;
using engine::CacheUse;
using engine::Engine;
using engine::Keep;

const CacheUse kVictim{"victim", Keep::Memory}, kProber{"prober", Keep::Memory};

std::string random_text(std::mt19937& random, int words) {
  constexpr const char* kWords[] = {"the ",  "girl ", "dog ",  "ran ", "far ",
                                    "ball ", "red ",  "home ", "saw ", "mom "};
  std::string text;
  for (int i = 0; i < words; ++i) text += kWords[random() % std::size(kWords)];
  return text;
}

struct Timed {
  double ms = 0;  // to the end of an answer of one token
  chat::Usage usage;
};

Timed ask(Engine& engine, const std::string& text, const CacheUse& use) {
  chat::Request request;
  request.protocol = chat::Protocol::OpenAiCompletions;
  request.inputs = {text};
  request.sampling.temperature = 0;
  request.sampling.max_tokens = 1;
  std::mutex lock;
  std::condition_variable changed;
  bool done = false;
  Timed timed;
  const auto sink = [&](chat::Chunk chunk) {
    std::lock_guard guard(lock);
    for (const chat::Event& event : chunk.events)
      if (const auto* usage = std::get_if<chat::Usage>(&event)) timed.usage = *usage;
    done = chunk.last;
    changed.notify_all();
  };
  const auto start = std::chrono::steady_clock::now();
  if (auto job = engine.submit(request, sink, use); !job) {
    std::fprintf(stderr, "%s\n", job.error().to_string().c_str());
    std::exit(1);
  }
  std::unique_lock guard(lock);
  changed.wait(guard, [&] { return done; });
  timed.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return timed;
}

// Mann and Whitney 1947: two-sided p of the rank sum, by the normal approximation; times are hardly ever equal.
double same_distribution(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : a) all.emplace_back(value, true);
  for (const double value : b) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  double ranks = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].second) ranks += static_cast<double>(i + 1);
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  const double u = ranks - n * (n + 1) / 2;
  const double z = (u - n * m / 2) / std::sqrt(n * m * (n + m + 1) / 12);
  return std::erfc(std::fabs(z) / std::sqrt(2.0));
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

void hits_and_misses(Engine& engine, int words) {
  std::mt19937 random(1);
  std::vector<double> miss, hit;
  Timed last;
  for (int i = 0; i < 5; ++i) {
    const std::string text = random_text(random, words);
    miss.push_back(ask(engine, text, kVictim).ms);
    last = ask(engine, text, kVictim);
    hit.push_back(last.ms);
  }
  std::printf("prompt of %lld tokens: %.2f ms computed, %.2f ms with %lld tokens from the cache (median of 5)\n",
              static_cast<long long>(last.usage.prompt()), median(miss), median(hit),
              static_cast<long long>(last.usage.cache_hit));
}

// Before each probe the victim sends either the probed text or another one. `prober` is who probes: the victim
// itself shows that the test can see a hit.
void probe(Engine& engine, const CacheUse& prober, int probes, int words) {
  std::mt19937 random(2);
  std::vector<double> cached, not_cached;
  std::int64_t hits = 0;
  for (int i = 0; i < probes; ++i) {
    const std::string text = random_text(random, words), other = random_text(random, words);
    const bool same = random() % 2 == 0;
    ask(engine, same ? text : other, kVictim);
    const Timed timed = ask(engine, text, prober);
    hits += timed.usage.cache_hit;
    (same ? cached : not_cached).push_back(timed.ms);
  }
  std::printf(
      "%d probes by %s: median %.4f ms where the victim has it, %.4f ms where not, p = %.4g, %lld tokens hit\n",
      probes, prober.tenant.c_str(), median(cached), median(not_cached), same_distribution(cached, not_cached),
      static_cast<long long>(hits));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_cache FILE.gguf [words of a prompt] [probes]\n");
    return 2;
  }
  const int words = argc > 2 ? std::atoi(argv[2]) : 100, probes = argc > 3 ? std::atoi(argv[3]) : 2000;
  engine::LoadOptions options;
  options.path = argv[1];
  options.threads = 1;
  options.cache_bytes = 64 << 20;
  options.cache_tenants = {kVictim.tenant, kProber.tenant};
  auto engine = Engine::load(options);
  if (!engine) {
    std::fprintf(stderr, "%s\n", engine.error().to_string().c_str());
    return 1;
  }
  hits_and_misses(**engine, words);
  probe(**engine, kProber, probes, words);
  probe(**engine, kVictim, std::min(probes, 200), words);
  return 0;
}
