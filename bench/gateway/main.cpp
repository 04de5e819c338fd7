// What does Sluice cost? The same request to the same upstream on three paths, interleaved in one run: direct,
// through nginx as a plain reverse proxy, and through Sluice with its whole chain (classification, policy,
// record).
//
//   bench_gateway SLUICE [REQUESTS] [STREAMS]     default 3000 and 1000
//
// Prints medians over rounds: latency of a whole answer and of the first streamed byte at concurrency 1, processor
// time per request of the process in the middle, and its resident memory per open stream. On a shared machine
// quote the differences to "direct", not the absolute numbers.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "client.h"
#include "process.h"
#include "upstream.h"

namespace {

constexpr std::size_t kPromptBytes = 2048;
constexpr int kRounds = 10;

struct Path {
  std::string name;
  std::uint16_t port;
  std::string target;
  bench::Process* process;  // in the middle; null for direct
  std::vector<double> whole_us, first_us;
  double cpu_us = 0;
  int asked = 0;
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}

std::string write_nginx_config(const std::string& folder, int port, int upstream) {
  std::string file = folder + "/nginx.conf";
  std::ofstream(file) << fmt::format(R"(daemon off; worker_processes 1; pid {0}/nginx.pid; error_log {0}/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u;
  scgi_temp_path {0}/s; keepalive_requests 1000000;
  upstream up {{ server 127.0.0.1:{2}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{1};
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}
)",
                                     folder, port, upstream);
  return file;
}

std::string write_sluice_config(const std::string& folder, int port, int upstream) {
  std::string file = folder + "/sluice.yaml";
  std::ofstream(file) << fmt::format(R"(listen: 127.0.0.1:{1}
data_dir: {0}/data
log_level: warn
loops: 1
deployments:
  - {{name: up, kind: deepseek, address: "http://127.0.0.1:{2}", model: bench, key_env: BENCH_KEY, zone: hosted,
     jurisdiction: CN, max_connections: 8192}}
routes:
  bench: [up]
)",
                                     folder, port, upstream);
  return file;
}

// One round on one path: whole answers, then streamed ones, on one kept connection.
void measure(Path& path, int requests) {
  std::string whole = bench::chat_request(path.target, kPromptBytes, false);
  std::string stream = bench::chat_request(path.target, kPromptBytes, true);
  bench::Connection connection(path.port);
  for (int i = 0; i < 20; ++i) connection.ask(whole);
  double before = path.process ? path.process->cpu_us() : 0;
  for (int i = 0; i < requests; ++i) path.whole_us.push_back(connection.ask(whole).whole_us);
  if (path.process) path.cpu_us += path.process->cpu_us() - before;
  path.asked += requests;
  for (int i = 0; i < requests / 4; ++i) path.first_us.push_back(connection.ask(stream).first_us);
}

double memory_per_stream_kib(const Path& path, bench::Upstream& upstream, int streams) {
  std::string request = bench::chat_request(path.target, kPromptBytes, true);
  {
    bench::Connection warm(path.port);
    warm.ask(request);
  }
  upstream.hold_streams(true);
  double before = path.process->resident_kib();
  std::vector<std::unique_ptr<bench::Connection>> open;
  for (int i = 0; i < streams; ++i) {
    open.push_back(std::make_unique<bench::Connection>(path.port));
    open.back()->begin(request);
  }
  double after = path.process->resident_kib();
  open.clear();
  upstream.hold_streams(false);
  return (after - before) / streams;
}

void print(const std::vector<Path>& paths) {
  fmt::print("{:<8} {:>12} {:>12} {:>12} {:>14} {:>14} {:>14}\n", "path", "p50 us", "p99 us", "added p50",
             "stream first", "added first", "cpu us/request");
  for (const Path& p : paths)
    fmt::print("{:<8} {:>12.1f} {:>12.1f} {:>12.1f} {:>14.1f} {:>14.1f} {:>14}\n", p.name,
               quantile(p.whole_us, 0.5), quantile(p.whole_us, 0.99),
               quantile(p.whole_us, 0.5) - quantile(paths[0].whole_us, 0.5), quantile(p.first_us, 0.5),
               quantile(p.first_us, 0.5) - quantile(paths[0].first_us, 0.5),
               p.process ? fmt::format("{:.1f}", p.cpu_us / p.asked) : "-");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_gateway path/to/sluice [requests] [streams]\n");
    return 2;
  }
  int requests = argc > 2 ? std::atoi(argv[2]) : 3000, streams = argc > 3 ? std::atoi(argv[3]) : 1000;
  rlimit files{16384, 16384};
  setrlimit(RLIMIT_NOFILE, &files);
  std::string folder = std::filesystem::temp_directory_path() / fmt::format("bench_gateway.{}", getpid());
  std::filesystem::create_directories(folder);

  {
    bench::Upstream upstream;
    int nginx_port = bench::free_port(), sluice_port = bench::free_port();
    std::vector<Path> paths{{"direct", upstream.port(), "/v1/chat/completions", nullptr, {}, {}}};
    std::unique_ptr<bench::Process> nginx;
    if (std::filesystem::exists("/usr/sbin/nginx")) {
      std::string config = write_nginx_config(folder, nginx_port, upstream.port());
      std::vector<std::string> command{"/usr/sbin/nginx", "-p", folder, "-c", config};
      nginx = std::make_unique<bench::Process>(command, folder + "/nginx.out");
      paths.push_back({"nginx", std::uint16_t(nginx_port), "/v1/chat/completions", nginx.get(), {}, {}});
    } else {
      fmt::print("nginx is not installed (package nginx-light): that path is left out\n");
    }
    std::vector<std::string> command{argv[1], "serve", "--config",
                                     write_sluice_config(folder, sluice_port, upstream.port())};
    std::vector<std::string> environment{"BENCH_KEY=sk-bench-000000000000000000"};
    bench::Process sluice(command, folder + "/sluice.out", environment);
    paths.push_back({"sluice", std::uint16_t(sluice_port), "/v1/chat/completions", &sluice, {}, {}});
    for (const Path& path : paths) bench::wait_for_port(path.port);

    for (int round = 0; round < kRounds; ++round)
      for (Path& path : paths) measure(path, requests / kRounds);
    fmt::print("{} requests of {} bytes each, concurrency 1, {} interleaved rounds\n", requests, kPromptBytes,
               kRounds);
    print(paths);
    for (const Path& path : paths)
      if (path.process)
        fmt::print("{}: {:.1f} KiB resident per open stream ({} streams)\n", path.name,
                   memory_per_stream_kib(path, upstream, streams), streams);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
