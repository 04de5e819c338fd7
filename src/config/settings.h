// One immutable snapshot of sluice.yaml. Every error names file, line, column, what was expected and the
// remedy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/deployment.h"
#include "config/detectors.h"
#include "config/extractors.h"
#include "config/notify.h"

namespace sluice::config {

// TLS of the listener. That the files fit together is found when the gateway starts.
struct ListenTls {
  std::string certificate_file, key_file;  // PEM
  std::string where;                       // "sluice.yaml:3:8"
};

struct Listen {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::optional<ListenTls> tls;  // absent: plain HTTP
};

// What is kept with a request that waits for approval (docs/policy.md).
struct Approvals {
  bool keep_text = false;  // its text, encrypted, until the ticket ends; else only a keyed hash
};

struct Settings {
  std::string file;  // where it was read from; "(built-in default)" without a file
  Listen listen;
  std::string data_dir = "sluice-data";  // like every path in the file: relative to the folder of the file
  std::string policy_file;               // empty: the embedded default policy
  std::string prices_file;               // empty: the embedded price catalog
  std::vector<Deployment> deployments;
  std::vector<Route> routes;
  std::vector<Key> keys;
  Approvals approvals;
  std::vector<NotifyTarget> notify;
  OwnDetectors detectors;
  Extractors extractors;

  int loops = 0;  // event loops (threads); 0: one per hardware thread
  std::size_t max_body_bytes = 32u << 20;
  int max_connections = 10'000;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{60'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds drain_timeout{30'000};  // graceful stop: running streams may take this long
  std::chrono::milliseconds keep_alive{15'000};     // a stream that is silent for so long gets a comment line
  std::string log_level = "info";

  const Deployment* deployment(std::string_view name) const;
  const NotifyTarget* notify_target(std::string_view name) const;
  // The route of a client's model name: the one of that name, else the longest pattern that fits; null if none
  // does.
  const Route* route(std::string_view model) const;
};

using Environment = std::function<const char*(const char* name)>;  // getenv-shaped

Result<Settings> read_settings(const std::string& file, const Environment& env);
Result<Settings> parse_settings(std::string_view yaml, const std::string& file, const Environment& env);
// Another address for an existing snapshot, as `serve --listen` asks; the same rules hold, and TLS stays as it is.
// Errors: config.value, config.open_listener with `where` "--listen".
Status override_listen(Settings& settings, std::string_view listen);
// Without a file: the guide on this machine; with DEEPSEEK_API_KEY set, DeepSeek's API as well.
Settings default_settings(const Environment& env);

}  // namespace sluice::config
