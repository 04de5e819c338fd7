// What does Sluice cost? The same requests to the same upstream on three paths, interleaved in one run: direct,
// through nginx as a plain reverse proxy, through Sluice with its whole chain (key check, classification, policy,
// record), and through a Sluice that was built without judge and ledger ("bare").
//
//   bench_gateway SLUICE [--rounds 5] [--requests 500] [--streams 5000] [--only
//   latency,rate,saturated,large,translation,streams]
//
// With two cores or more, what stands in the middle has one core for itself and the load and the upstream another.
// On a shared machine quote ratios to nginx and differences to "direct", not the absolute numbers.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "client.h"
#include "load.h"
#include "paths.h"

namespace {

constexpr std::size_t kPrompt = 2 << 10, kLargePrompt = 400 << 10;  // bytes
constexpr int kWarmUp = 20;                                         // requests on each new connection, not counted
constexpr int kRate = 100;                                          // requests a second
constexpr int kBusyConnections = 32;
constexpr double kBusySeconds = 1;
constexpr int kLargeRequests = 20;
constexpr int kTurns = 3;  // of both kinds, in a round

struct Options {
  std::string sluice;
  int rounds = 5, requests = 500, streams = 5000;
  std::string only;
  bool wants(std::string_view section) const {
    return only.empty() || ("," + only + ",").find("," + std::string(section) + ",") != std::string::npos;
  }
};

// What a path has shown, over all rounds.
struct Shown {
  std::vector<double> whole_us, first_us, paced_us, busy_rate, busy_cpu_us, busy_share;
  double cpu_us = 0, stream_cpu_us = 0, paced_cpu_us = 0, large_cpu_us = 0;
  int asked = 0, streamed = 0, paced = 0, large = 0;
  std::vector<double> plain_cpu_us, translated_cpu_us;
};

double cpu_us(const bench::Path& path) { return path.process ? path.process->cpu_us() : 0; }

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}
double median(const std::vector<double>& values) { return quantile(values, 0.5); }

// One request after the other on one connection: whole answers, then streams.
void measure_latency(const bench::Path& path, Shown& shown, int requests) {
  std::string whole = bench::chat_request(kPrompt, false), stream = bench::chat_request(kPrompt, true);
  bench::Connection connection(path.port);
  for (int i = 0; i < kWarmUp; ++i) connection.ask(whole);
  double before = cpu_us(path);
  for (int i = 0; i < requests; ++i) shown.whole_us.push_back(connection.ask(whole).whole_us);
  double between = cpu_us(path);
  shown.cpu_us += between - before;
  shown.asked += requests;
  for (int i = 0; i < requests / 4; ++i) shown.first_us.push_back(connection.ask(stream).first_us);
  shown.stream_cpu_us += cpu_us(path) - between;
  shown.streamed += requests / 4;
}

// kRate requests a second. One that could not be sent in time, since the one before took too long, is timed from
// the moment it was due; else the sleep's own delay would count, which is this program's.
void measure_rate(const bench::Path& path, Shown& shown, int requests) {
  std::string whole = bench::chat_request(kPrompt, false);
  bench::Connection connection(path.port);
  for (int i = 0; i < kWarmUp; ++i) connection.ask(whole);
  double before = cpu_us(path);
  auto due = std::chrono::steady_clock::now();
  for (int i = 0; i < requests; ++i) {
    due += std::chrono::microseconds(1'000'000 / kRate);
    std::chrono::duration<double, std::micro> late = std::chrono::steady_clock::now() - due;
    std::this_thread::sleep_until(due);
    shown.paced_us.push_back(connection.ask(whole).whole_us + std::max(0.0, late.count()));
  }
  shown.paced_cpu_us += cpu_us(path) - before;
  shown.paced += requests;
}

void measure_saturated(const bench::Path& path, Shown& shown) {
  std::string whole = bench::chat_request(kPrompt, false);
  double before = cpu_us(path);
  auto start = std::chrono::steady_clock::now();
  double answered = double(bench::saturate(path.port, whole, kBusyConnections, kBusySeconds));
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double used = cpu_us(path) - before;
  shown.busy_rate.push_back(answered / seconds);
  shown.busy_cpu_us.push_back(used / answered);
  shown.busy_share.push_back(used / (seconds * 1e6));
}

void measure_large(const bench::Path& path, Shown& shown) {
  std::string large = bench::chat_request(kLargePrompt, false);
  bench::Connection connection(path.port);
  for (int i = 0; i < 3; ++i) connection.ask(large);
  double before = cpu_us(path);
  for (int i = 0; i < kLargeRequests; ++i) connection.ask(large);
  shown.large_cpu_us += cpu_us(path) - before;
  shown.large += kLargeRequests;
}

// Turns of chat requests and of the same texts for the Anthropic front, to the same deployment in chat form.
void measure_translation(const bench::Path& path, Shown& shown, int requests) {
  std::string plain = bench::chat_request(kPrompt, false), translated = bench::messages_request(kPrompt);
  bench::Connection connection(path.port);
  for (int i = 0; i < kWarmUp; ++i) connection.ask(plain), connection.ask(translated);
  auto turn = [&](const std::string& request, std::vector<double>& per_request) {
    double before = cpu_us(path);
    for (int i = 0; i < requests; ++i) connection.ask(request);
    per_request.push_back((cpu_us(path) - before) / requests);
  };
  for (int i = 0; i < kTurns; ++i) {
    turn(plain, shown.plain_cpu_us);
    turn(translated, shown.translated_cpu_us);
  }
}

void measure_streams(const bench::Path& path, bench::Upstream& upstream, int streams) {
  std::string request = bench::chat_request(kPrompt, true);
  {
    bench::Connection warm(path.port);
    warm.ask(request);
  }
  upstream.hold_streams(true);
  double before = path.process ? path.process->resident_kib() : 0, open = before;
  auto opened = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (path.process) open = path.process->resident_kib();
    upstream.hold_streams(false);
  };
  auto counted = bench::read_streams(path.port, request, streams, bench::kStreamEvents, opened);
  fmt::print("{:<8} {:>8} {:>10} {:>12} {:>16.1f}\n", path.name, streams, counted.whole, counted.lost,
             (open - before) / streams);
}

void print_latency(const std::vector<bench::Path>& paths, const std::vector<Shown>& shown) {
  fmt::print("\none at a time, prompt of {} bytes, {} requests\n", kPrompt, shown[0].asked);
  fmt::print("{:<8} {:>10} {:>10} {:>10} {:>13} {:>12} {:>15} {:>14}\n", "path", "p50 us", "p99 us", "added p50",
             "stream first", "added first", "cpu us/request", "cpu us/stream");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Shown& s = shown[i];
    fmt::print("{:<8} {:>10.1f} {:>10.1f} {:>10.1f} {:>13.1f} {:>12.1f} {:>15.1f} {:>14.1f}\n", paths[i].name,
               median(s.whole_us), quantile(s.whole_us, 0.99), median(s.whole_us) - median(shown[0].whole_us),
               median(s.first_us), median(s.first_us) - median(shown[0].first_us), s.cpu_us / s.asked,
               s.stream_cpu_us / s.streamed);
  }
}

void print_rate(const std::vector<bench::Path>& paths, const std::vector<Shown>& shown) {
  fmt::print("\n{} requests a second, {} requests\n", kRate, shown[0].paced);
  fmt::print("{:<8} {:>10} {:>10} {:>10} {:>10} {:>15}\n", "path", "p50 us", "p99 us", "added p50", "added p99",
             "cpu us/request");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Shown& s = shown[i];
    fmt::print("{:<8} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f} {:>15.1f}\n", paths[i].name, median(s.paced_us),
               quantile(s.paced_us, 0.99), median(s.paced_us) - median(shown[0].paced_us),
               quantile(s.paced_us, 0.99) - quantile(shown[0].paced_us, 0.99), s.paced_cpu_us / s.paced);
  }
}

// "busy" below 0.9: the load, not the path, was the limit, or others used the core; then cpu us/request says more.
void print_saturated(const std::vector<bench::Path>& paths, const std::vector<Shown>& shown) {
  const Shown* nginx = nullptr;
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (paths[i].name == "nginx") nginx = &shown[i];
  fmt::print("\nsaturated, {} connections, medians of {} rounds\n", kBusyConnections, shown[0].busy_rate.size());
  fmt::print("{:<8} {:>12} {:>8} {:>15} {:>15} {:>18}\n", "path", "requests/s", "busy", "cpu us/request",
             "rate : nginx", "per cpu s : nginx");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Shown& s = shown[i];
    double rate = nginx ? median(s.busy_rate) / median(nginx->busy_rate) : 0;
    double per_cpu = nginx && paths[i].process ? median(nginx->busy_cpu_us) / median(s.busy_cpu_us) : 0;
    fmt::print("{:<8} {:>12.0f} {:>8.2f} {:>15.1f} {:>15.2f} {:>18.2f}\n", paths[i].name, median(s.busy_rate),
               median(s.busy_share), median(s.busy_cpu_us), rate, per_cpu);
  }
}

void run(const Options& options, const std::string& folder) {
  bool cores = std::thread::hardware_concurrency() > 1;
  if (cores) bench::pin_to_core(0);
  bench::Upstream upstream;
  std::vector<bench::Path> paths = bench::start_paths(options.sluice, folder, upstream, cores ? 1 : -1);
  std::vector<Shown> shown(paths.size());
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (options.wants("latency")) measure_latency(paths[i], shown[i], options.requests);
      if (options.wants("rate")) measure_rate(paths[i], shown[i], options.requests / 2);
      if (options.wants("saturated")) measure_saturated(paths[i], shown[i]);
      if (options.wants("large")) measure_large(paths[i], shown[i]);
      if (options.wants("translation") && paths[i].name == "sluice")
        measure_translation(paths[i], shown[i], options.requests);
    }
  }
  if (options.wants("latency")) print_latency(paths, shown);
  if (options.wants("rate")) print_rate(paths, shown);
  if (options.wants("saturated")) print_saturated(paths, shown);
  if (options.wants("large")) {
    fmt::print("\nprompt of {} bytes, {} requests\n", kLargePrompt, shown[0].large);
    for (std::size_t i = 0; i < paths.size(); ++i)
      if (paths[i].process)
        fmt::print("{:<8} {:>10.2f} ms cpu/request\n", paths[i].name,
                   shown[i].large_cpu_us / shown[i].large / 1000);
  }
  for (const Shown& s : shown)
    if (!s.plain_cpu_us.empty())
      fmt::print("\nAnthropic to chat: {:.1f} us cpu/request, {:.1f} more than from chat to chat\n",
                 median(s.translated_cpu_us), median(s.translated_cpu_us) - median(s.plain_cpu_us));
  if (options.wants("streams")) {
    fmt::print("\n{:<8} {:>8} {:>10} {:>12} {:>16}\n", "path", "streams", "whole", "events lost",
               "KiB per stream");
    for (const bench::Path& path : paths) measure_streams(path, upstream, options.streams);
  }
}

bool parse(int argc, char** argv, Options& options) {
  if (argc < 2 || argv[1][0] == '-') return false;
  options.sluice = argv[1];
  for (int i = 2; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 == argc) return false;
    if (name == "--rounds")
      options.rounds = std::max(1, std::atoi(argv[i + 1]));
    else if (name == "--requests")
      options.requests = std::max(4, std::atoi(argv[i + 1]));
    else if (name == "--streams")
      options.streams = std::max(1, std::atoi(argv[i + 1]));
    else if (name == "--only")
      options.only = argv[i + 1];
    else
      return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: bench_gateway path/to/sluice [--rounds N] [--requests N] [--streams N]\n"
               "                     [--only latency,rate,saturated,large,translation,streams]\n");
    return 2;
  }
  // Each stream takes two descriptors here, its client's and its upstream's, and two of the process in the middle.
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (int most = int(std::min<rlim_t>(files.rlim_max, 1 << 20) / 2) - 64; options.streams > most) {
    options.streams = most;
    fmt::print("the limit of open files allows {} streams\n", most);
  }
  std::string folder = std::filesystem::temp_directory_path() / fmt::format("bench_gateway.{}", getpid());
  std::filesystem::create_directories(folder);
  run(options, folder);
  std::filesystem::remove_all(folder);
  return 0;
}
