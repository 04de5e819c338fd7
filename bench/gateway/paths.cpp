#include "paths.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace bench {
namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";

std::string write_nginx_config(const std::string& folder, int port, int upstream) {
  std::string file = folder + "/nginx.conf";
  std::ofstream(file) << fmt::format(R"(daemon off; worker_processes 1; worker_rlimit_nofile 32768;
pid {0}/nginx.pid; error_log {0}/nginx.log;
events {{ worker_connections 16384; }}
http {{
  access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u;
  scgi_temp_path {0}/s; keepalive_requests 100000000; client_body_buffer_size 512k; client_max_body_size 8m;
  upstream up {{ server 127.0.0.1:{2}; keepalive 128; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{1} backlog=8192;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
      proxy_read_timeout 300s; }} }}
}}
)",
                                     folder, port, upstream);
  return file;
}

// The whole chain: a client key, the classification and policy that are always on, a record of each request.
std::string write_sluice_config(const std::string& folder, const std::string& name, int port, int upstream) {
  std::string file = folder + "/" + name + ".yaml";
  std::ofstream(file) << fmt::format(R"(listen: 127.0.0.1:{1}
data_dir: {0}/{3}
log_level: warn
loops: 1
limits: {{max_connections: 16384}}
keys:
  - {{name: bench, key_env: BENCH_CLIENT_KEY, tenant: bench, team: bench}}
deployments:
  - {{name: up, kind: deepseek, address: "http://127.0.0.1:{2}", model: bench, key_env: BENCH_KEY, zone: hosted,
     jurisdiction: CN, max_connections: 16384}}
  - {{name: chat, kind: openai, address: "http://127.0.0.1:{2}/v1", model: bench, key_env: BENCH_KEY, zone: hosted,
     jurisdiction: CN, protocols: [chat]}}
routes:
  bench: [up]
  bench-chat: [chat]
)",
                                     folder, port, upstream, name);
  return file;
}

Path start_sluice(const std::string& program, const std::string& folder, const std::string& name,
                  const Upstream& upstream, int core) {
  int port = free_port();
  std::vector<std::string> command{program, "serve", "--config",
                                   write_sluice_config(folder, name, port, upstream.port())};
  std::vector<std::string> environment{"BENCH_KEY=sk-bench-000000000000000000",
                                       "BENCH_CLIENT_KEY=" + std::string(kClientKey)};
  return {name, std::uint16_t(port),
          std::make_unique<Process>(command, folder + "/" + name + ".out", environment, core)};
}

}  // namespace

std::vector<Path> start_paths(const std::string& sluice, const std::string& folder, const Upstream& upstream,
                              int core) {
  std::vector<Path> paths;
  paths.push_back({"direct", upstream.port(), nullptr});
  if (std::filesystem::exists(kNginx)) {
    int port = free_port();
    std::string config = write_nginx_config(folder, port, upstream.port());
    std::vector<std::string> command{kNginx, "-p", folder, "-c", config};
    std::vector<std::string> none;
    paths.push_back(
        {"nginx", std::uint16_t(port), std::make_unique<Process>(command, folder + "/nginx.out", none, core)});
  } else {
    fmt::print("nginx is not installed (package nginx-light): that path is left out\n");
  }
  paths.push_back(start_sluice(sluice, folder, "sluice", upstream, core));
  if (std::string bare = sluice + "_bare"; std::filesystem::exists(bare))
    paths.push_back(start_sluice(bare, folder, "bare", upstream, core));
  else
    fmt::print("{} is not there: that path is left out\n", bare);
  for (const Path& path : paths) wait_for_port(path.port);
  return paths;
}

}  // namespace bench
