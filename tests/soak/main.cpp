// A soak: the gateway under load and faults for minutes, and what must hold all the time and at its end.
//
//   soak SLUICE [--seconds 1200] [--rate 500] [--seed 1] [--no-memory-limit] [--keep]
//
// Clients (an open loop: a slow gateway does not slow them down) and upstream share one thread here, so the
// upstream knows what each request is. Everything is on the loopback. Ends with status 0 if nothing was violated:
//   - each answer is proper and exactly what the upstream sent, or it is an error, or ends in one; none is lost
//   - no answer holds another's bytes; nothing sensitive reaches a deployment that may not see it
//   - each request that a key let in left one record with the outcome that its client saw; the chain verifies
//   - resident memory is flat, descriptors return to their idle number, the process ends by itself with status 0
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client.h"
#include "process.h"
#include "records.h"
#include "requests.h"
#include "upstream.h"

namespace soak {
namespace {

constexpr int kStartSeconds = 60;
constexpr int kIdleSeconds = 60;  // the gateway keeps connections to an upstream for 30 s
constexpr int kCalm = 50;         // streams that run when the gateway is asked to stop
constexpr int kLoops = 2;         // each opens a descriptor for good at its first call, which may come late
constexpr double kGrowth = 1.05, kGrowthMib = 2;
// A load that is itself so late says nothing: the machine was busy with something else.
constexpr double kLateMs = 2000;

struct Options {
  std::string sluice;
  int seconds = 1200, rate = 500;
  std::uint64_t seed = 1;
  bool memory_limit = true, keep = false;
};

struct Sample {
  double second, resident_mib;
  int descriptors;
};

std::string write_config(const std::string& folder, const Upstream& upstream) {
  std::string file = folder + "/sluice.yaml";
  auto deployment = [&](const char* name, int which) {
    return fmt::format(
        // A server that speaks chat completions only, so that the other fronts' requests are translated.
        "  - {{name: {}, kind: openai, dialect: generic, address: \"http://127.0.0.1:{}/v1\", model: soak-1,\n"
        "     key_env: SOAK_UPSTREAM_KEY,\n"
        "     zone: hosted, jurisdiction: CN, stall_timeout: 2s, connect_timeout: 5s, max_connections: 8192}}\n",
        name, upstream.port(which));
  };
  std::ofstream(file) << "listen: 127.0.0.1:0\ndata_dir: data\nlog_level: warn\nloops: 2\n"
                      << "limits: {idle_timeout: 20s, drain_timeout: 30s}\n"
                      << "keys:\n  - {name: soak, key_env: SOAK_CLIENT_KEY}\n"
                      << "deployments:\n"
                      << deployment("up", 0) << deployment("backup", 1)
                      << "  - {name: here, kind: engine, model: \"builtin:guide\", threads: 1, slots: 4}\n"
                      << "routes:\n  hosted: [up]\n  pair: [up, backup]\n  mixed: [up, here]\n";
  return file;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + long(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}

class Soak {
 public:
  Soak(const Options& options, std::string folder)
      : options_(options),
        folder_(std::move(folder)),
        upstream_(loop_, running_, options.seed),
        judge_(upstream_),
        random_(options.seed),
        sluice_({options.sluice, "serve", "--config", write_config(folder_, upstream_)}, folder_ + "/log",
                {std::string("SOAK_CLIENT_KEY=") + kClientKey, "SOAK_UPSTREAM_KEY=sk-soak-000000000000000000"}) {}

  int run() {
    std::uint16_t port = sluice_.port(kStartSeconds);
    if (port == 0) {
      fmt::print("the gateway did not start:\n{}", sluice_.log_text());
      return 2;
    }
    clients_ = std::make_unique<Clients>(loop_, running_, judge_, port, Millis(20'000));
    find_fronts();
    idle_descriptors_ = settle_descriptors(sluice_.descriptors());
    load();
    expect_no_one_waits("after the load");
    after_descriptors_ = settle_descriptors(idle_descriptors_);
    stop();
    compare();
    print();
    if (judge_.violations != 0) return 1;
    if (late_ms_ <= kLateMs) return 0;
    fmt::print("the load was up to {:.0f} ms late: this run shows nothing; the machine must be quieter\n",
               late_ms_);
    return 2;
  }

 private:
  // Which fronts this gateway has, by asking each once.
  void find_fronts() {
    for (Front front : {Front::Chat, Front::Messages, Front::Responses}) {
      auto asked = calm(front);
      long refused = judge_.refused;
      clients_->ask({asked}, random_);
      expect_no_one_waits("while asking each front");
      if (judge_.refused == refused) fronts_.push_back(front);
    }
    if (fronts_.empty()) judge_.violation("the gateway answers no front at all");
    if (fronts_.empty()) fronts_.push_back(Front::Chat);
  }

  AskedPtr calm(Front front) {
    auto asked = std::make_shared<Asked>();
    asked->number = ++number_;
    asked->mark = mark_of(options_.seed, number_);
    asked->manner = Manner::Fresh;
    asked->front = front;
    asked->stream = asked->calm = true;
    asked->prompt_bytes = 200;
    asked->due = Clock::now();
    return asked;
  }

  void load() {
    Time start = Clock::now(), end = start + std::chrono::seconds(options_.seconds);
    double cpu = sluice_.cpu_seconds();
    sample(start, end);
    outage(end);
    std::int64_t sent = 0;
    while (Clock::now() < end && sluice_.running()) {
      Time due = start + std::chrono::microseconds(sent * 1'000'000 / options_.rate);
      loop_.run([] { return false; }, std::min(due, end));
      auto list = draw_requests(random_, options_.seed, number_, fronts_);
      for (const AskedPtr& asked : list) asked->due = due;
      late_ms_ = std::max(late_ms_, std::chrono::duration<double, std::milli>(Clock::now() - due).count());
      clients_->ask(list, random_);
      sent += std::int64_t(list.size());
      most_waiting_ = std::max(most_waiting_, clients_->waiting());
    }
    took_ = std::chrono::duration<double>(Clock::now() - start).count();
    cpu_ = sluice_.cpu_seconds() - cpu;
    sent_ = sent;
    if (!sluice_.running())
      judge_.violation("the gateway ended by itself with status " + std::to_string(sluice_.wait(1)));
  }

  void sample(Time start, Time end) {
    if (Clock::now() >= end || !sluice_.running()) return;
    double second = std::chrono::duration<double>(Clock::now() - start).count();
    samples_.push_back({second, sluice_.resident_mib(), sluice_.descriptors()});
    loop_.after(Millis(std::clamp(options_.seconds * 25, 250, 5000)), [this, start, end] { sample(start, end); });
  }

  // About every 20 s one second without a listener.
  void outage(Time end) {
    auto begin = [this, end] {
      if (Clock::now() + std::chrono::seconds(2) > end) return;
      upstream_.refuse_for(Millis(1000));
      ++outages_;
      outage(end);
    };
    loop_.after(Millis(10'000 + long(random_.below(20'000))), begin);
  }

  void expect_no_one_waits(const char* when) {
    if (!loop_.run([this] { return clients_->waiting() == 0; }, Clock::now() + std::chrono::seconds(30)))
      judge_.violation(fmt::format("{} requests wait {}", clients_->waiting(), when));
  }

  // Closes every connection on this side and waits until the gateway has done so, too.
  int settle_descriptors(int want) {
    clients_->close_all();
    upstream_.close_idle();
    auto settled = [&] { return sluice_.descriptors() <= want; };
    Time end = Clock::now() + std::chrono::seconds(kIdleSeconds);
    while (!settled() && Clock::now() < end && sluice_.running())
      loop_.run([] { return false; }, Clock::now() + Millis(200));
    // The first number is of a gateway that has just served a few calls: what it opened for good is in it.
    loop_.run([] { return false; }, Clock::now() + Millis(500));
    return sluice_.descriptors();
  }

  // Asks it to stop while streams run: they end whole, and it ends by itself.
  void stop() {
    if (!sluice_.running()) return;
    std::vector<AskedPtr> list;
    for (int i = 0; i < kCalm; ++i) {
      list.push_back(calm(Front::Chat));
      clients_->ask({list.back()}, random_);
    }
    auto begun = [&] {
      return std::all_of(list.begin(), list.end(), [](const AskedPtr& a) { return !a->attempts.empty(); });
    };
    if (!loop_.run(begun, Clock::now() + std::chrono::seconds(10)))
      judge_.violation("streams before the stop did not begin");
    long whole = judge_.whole,
         over = std::count_if(list.begin(), list.end(), [](const AskedPtr& a) { return a->over; });
    sluice_.terminate();
    expect_no_one_waits("after the stop");
    if (judge_.whole - whole != kCalm - over)
      judge_.violation(fmt::format("{} of {} streams ended whole when the gateway was stopped",
                                   judge_.whole - whole, kCalm - over));
    clients_->close_all();
    exit_status_ = sluice_.wait(60);
    if (exit_status_ != 0)
      judge_.violation(fmt::format("the gateway ended with status {} (-1: not at all)", exit_status_));
  }

  void compare() {
    for (const std::string& stranger : upstream_.strangers) judge_.violation(stranger);
    found_ = compare_records(folder_ + "/data/ledger.sqlite", judge_);
    if (!found_.error.empty()) judge_.violation("the database: " + found_.error);
    // Of a request whose answer never came nobody knows whether the gateway had read it.
    if (found_.records < judge_.records_due() || found_.records > judge_.records_due() + judge_.lost_requests)
      judge_.violation(fmt::format("{} records, but {} requests that must leave one and {} that may",
                                   found_.records, judge_.records_due(), judge_.lost_requests));
    if (found_.open != 0) judge_.violation(fmt::format("{} records are open after a graceful stop", found_.open));
    std::string said, command = options_.sluice + " records verify --data-dir " + folder_ + "/data";
    if (run_command(command, said) != 0) judge_.violation("the chain does not verify: " + said);
    verified_ = said;
    if (after_descriptors_ > idle_descriptors_ + kLoops)
      judge_.violation(
          fmt::format("{} descriptors when idle again, {} before", after_descriptors_, idle_descriptors_));
    std::string log = sluice_.log_text();
    if (log.find("Sanitizer") != log.npos) judge_.violation("a sanitizer's report is in " + folder_ + "/log");
    second_quarter_ = quarter(1);
    last_quarter_ = quarter(3);
    if (options_.memory_limit && last_quarter_ > second_quarter_ * kGrowth + kGrowthMib)
      judge_.violation(fmt::format("memory grows: {:.1f} MiB in the last quarter, {:.1f} in the second",
                                   last_quarter_, second_quarter_));
  }

  double quarter(int which) const {
    std::vector<double> values;
    for (std::size_t i = samples_.size() * std::size_t(which) / 4;
         i < samples_.size() * std::size_t(which + 1) / 4; ++i)
      values.push_back(samples_[i].resident_mib);
    return median(values);
  }

  // MiB an hour, by least squares over the last three quarters.
  double slope() const {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = samples_.size() / 4; i < samples_.size(); ++i) {
      const Sample& s = samples_[i];
      n += 1, x += s.second, y += s.resident_mib, xx += s.second * s.second, xy += s.second * s.resident_mib;
    }
    double below = n * xx - x * x;
    return below > 0 ? (n * xy - x * y) / below * 3600 : 0;
  }

  void print() {
    fmt::print("\n{:<24} {:>8}    {:<24} {:>8}\n", "what the clients did", "answers", "what the upstream did",
               "calls");
    for (std::size_t i = 0; i < std::size_t(Fault::kCount); ++i) {
      bool left = i < std::size_t(Manner::kCount);
      fmt::print("{:<24} {:>8}    {:<24} {:>8}\n", left ? name(Manner(i)) : "",
                 left ? std::to_string(judge_.manners[i]) : "", name(Fault(i)), upstream_.faults[i]);
    }
    fmt::print("\nmemory and descriptors\n{:>8} {:>10} {:>12}\n", "second", "MiB", "descriptors");
    std::size_t every = std::max<std::size_t>(1, samples_.size() / 20);
    for (std::size_t i = 0; i < samples_.size(); i += every)
      fmt::print("{:>8.0f} {:>10.1f} {:>12}\n", samples_[i].second, samples_[i].resident_mib,
                 samples_[i].descriptors);
    std::string fronts;
    for (Front front : fronts_) fronts += fmt::format("{} {}  ", name(front), judge_.fronts[std::size_t(front)]);
    auto row = [](std::string_view what, const std::string& value) { fmt::print("{:<30} {}\n", what, value); };
    fmt::print("\n");
    row("requests", fmt::format("{} in {:.0f} s, {:.1f}/s; at most {} at once", sent_, took_,
                                double(sent_) / took_, most_waiting_));
    row("fronts", fronts);
    row("answers", fmt::format("{} whole, {} broken and told so, {} refused; {} by the guide", judge_.whole,
                               judge_.told, judge_.refused, judge_.guide));
    row("upstream refused connections", fmt::format("{} times for 1 s", outages_));
    row("latency of undisturbed",
        fmt::format("p50 {:.1f} ms, p99 {:.1f} ms (the upstream pauses up to 60 ms); sent up to {:.0f} ms late",
                    quantile(judge_.whole_ms, 0.5), quantile(judge_.whole_ms, 0.99), late_ms_));
    row("client gone, call ended in",
        fmt::format("p50 {:.1f} ms, p99 {:.1f} ms ({} times)", quantile(upstream_.cancelled_ms, 0.5),
                    quantile(upstream_.cancelled_ms, 0.99), upstream_.cancelled_ms.size()));
    row("gateway's processor time",
        fmt::format("{:.0f} us a request", cpu_ * 1e6 / double(std::max<std::int64_t>(1, sent_))));
    row("records", fmt::format("{}, {} due ({} with an id that a client saw), {} open; {}", found_.records,
                               judge_.records_due(), judge_.ids.size(), found_.open,
                               verified_.substr(0, verified_.find('\n'))));
    row("resident memory",
        fmt::format("second quarter {:.1f} MiB, last quarter {:.1f} MiB, limit {:.1f}; slope {:+.1f} MiB/h",
                    second_quarter_, last_quarter_, second_quarter_ * kGrowth + kGrowthMib, slope()));
    row("descriptors", fmt::format("{} idle before, {} after", idle_descriptors_, after_descriptors_));
    row("exit status", std::to_string(exit_status_));
    row("violations", std::to_string(judge_.violations));
  }

  const Options options_;
  const std::string folder_;
  Loop loop_;
  Running running_;
  Upstream upstream_;
  Judge judge_;
  Random random_;
  Process sluice_;
  std::unique_ptr<Clients> clients_;
  std::vector<Front> fronts_;
  std::uint32_t number_ = 0;
  std::vector<Sample> samples_;
  int idle_descriptors_ = 0, after_descriptors_ = 0, most_waiting_ = 0, outages_ = 0, exit_status_ = -1;
  std::int64_t sent_ = 0;
  double took_ = 0, cpu_ = 0, late_ms_ = 0, second_quarter_ = 0, last_quarter_ = 0;
  RecordsFound found_;
  std::string verified_;
};

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (word == "--no-memory-limit") {
      options.memory_limit = false;
    } else if (word == "--keep") {
      options.keep = true;
    } else if (!word.starts_with("--") && options.sluice.empty()) {
      options.sluice = std::filesystem::absolute(word);
    } else if (value && (word == "--seconds" || word == "--rate" || word == "--seed")) {
      int number = std::atoi(value);
      if (number < 1) return false;
      if (word == "--seconds") options.seconds = number;
      if (word == "--rate") options.rate = number;
      if (word == "--seed") options.seed = std::uint64_t(number);
      ++i;
    } else {
      return false;
    }
  }
  return !options.sluice.empty() && options.seconds <= 86'400 && options.rate <= 5000;
}

}  // namespace
}  // namespace soak

int main(int argc, char** argv) {
  soak::Options options;
  if (!soak::read_options(argc, argv, options)) {
    fmt::print(
        stderr,
        "usage: soak path/to/sluice [--seconds 1200] [--rate 500] [--seed 1] [--no-memory-limit] [--keep]\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{16384, 16384};
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::string folder = std::filesystem::temp_directory_path() / fmt::format("sluice-soak.{}", ::getpid());
  std::filesystem::create_directories(folder);
  int status = 2;
  {
    soak::Soak soak(options, folder);
    status = soak.run();
  }
  if (status == 0 && !options.keep)
    std::filesystem::remove_all(folder);
  else
    fmt::print("log and records are in {}\n", folder);
  return status;
}
