// Pieces of parse_settings(). Private to this room.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/reader.h"
#include "config/settings.h"

namespace sluice::config {

struct Context {
  std::string folder;  // of the file; "" if it is the working directory
  const Environment& env;
};

// Several where it names several models.
Result<std::vector<Deployment>> parse_deployment(const Node& node, const Context& context);
Result<Key> parse_key(const Node& node, const Context& context);
Result<NotifyTarget> parse_notify(const Node& node, const Context& context);
// Reads `name`, which must be a valid_name().
void read_name(Fields& fields, std::string& out);
// Reads the name of an environment variable under `key` and the secret it holds into `secret`.
void read_secret(Fields& fields, const Context& context, std::string_view key, Need need, std::string& variable,
                 std::string& secret);
Status read_detectors(const Node& node, OwnDetectors& own, const Context& context);
Status read_extractors(const Node& node, Extractors& all, const Context& context);

// Names of deployments and principals: they stand in headers, logs and metrics.
bool valid_name(std::string_view name);
// Names of models, as clients send them: printable, without spaces.
bool valid_model_name(std::string_view name);
std::string resolve_path(const Context& context, const std::string& path);
// Reads a path of a file that must exist and makes it relative to the folder of the configuration.
void existing_file(Fields& fields, std::string_view key, std::string& out, const Context& context);

}  // namespace sluice::config
