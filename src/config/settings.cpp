#include "config/settings.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "base/log.h"
#include "config/address.h"
#include "config/engine_models.h"
#include "config/parts.h"

namespace sluice::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<const char*, 5> kLogLevels{"debug", "info", "warn", "error", "off"};
constexpr const char* kHostedKey = "DEEPSEEK_API_KEY";

Status read_limits(const Node& node, Settings& s) {
  Fields fields(node);
  fields.bytes("max_body_bytes", s.max_body_bytes, 1u << 10, 1u << 30);
  fields.integer("max_connections", s.max_connections, 1, 1'000'000);
  fields.duration("header_timeout", s.header_timeout, milliseconds(10), hours(1));
  fields.duration("body_timeout", s.body_timeout, milliseconds(10), hours(1));
  fields.duration("idle_timeout", s.idle_timeout, milliseconds(10), hours(24));
  fields.duration("drain_timeout", s.drain_timeout, milliseconds(0), hours(1));
  fields.duration("keep_alive", s.keep_alive, milliseconds(10), hours(1));
  fields.integer("extractors_at_once", s.extractors.at_once, 1, 64);
  fields.integer("extracted_parts", s.extractors.parts_a_request, 1, 1000);
  return fields.finish();
}

Status read_approvals(const Node& node, Settings& s) {
  Fields fields(node);
  fields.boolean("keep_text", s.approvals.keep_text);
  return fields.finish();
}

Status read_deployments(const Node& node, Settings& s, const Context& context) {
  SLUICE_TRY(std::vector<Node> nodes, node.list());
  if (nodes.empty())
    return fail(node.error("value", "expected at least one deployment", "docs/configuration.md has one to copy"));
  for (const Node& item : nodes) {
    SLUICE_TRY(std::vector<Deployment> found, parse_deployment(item, context));
    const std::string name(group_of(found.front().name));
    for (const Deployment& other : s.deployments)
      if (group_of(other.name) == name)
        return fail(item.error("duplicate_name",
                               "the deployment \"" + name + "\" is already defined at " + other.where,
                               "give it another name"));
    std::move(found.begin(), found.end(), std::back_inserter(s.deployments));
  }
  return {};
}

Status read_route(const Entry& entry, Settings& s) {
  if (!valid_model_name(entry.key))
    return fail(
        entry.key_node.error("value", "expected a model name without spaces or quotes, at most 128 characters"));
  if (std::size_t star = entry.key.find('*'); star != entry.key.npos && star + 1 != entry.key.size())
    return fail(entry.key_node.error("value",
                                     "a * stands for the rest of a name, so it can only be the last character",
                                     "write for example claude-*"));
  SLUICE_TRY(std::vector<std::string> names, entry.value.texts());
  if (names.empty())
    return fail(entry.value.error("value", "expected at least one deployment",
                                  "write [name, ...] in order of preference"));
  SLUICE_TRY(std::vector<Node> nodes, entry.value.list());
  std::vector<std::string> known;
  for (const Deployment& d : s.deployments) known.push_back(d.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (s.deployment(names[i])) continue;
    auto near = did_you_mean(names[i], known);
    for (const Deployment& d : s.deployments)
      if (d.group == names[i])
        return fail(nodes[i].error("value", "the deployment \"" + names[i] + "\" has several models",
                                   "name one of them, for example " + d.name));
    return fail(nodes[i].error("unknown_deployment", "there is no deployment \"" + names[i] + "\"",
                               near ? "did you mean \"" + *near + "\"?" : "known: " + any_of(known)));
  }
  s.routes.push_back(
      {entry.key, std::move(names), entry.key_node.file() + ":" + std::to_string(entry.key_node.place().line)});
  return {};
}

Status read_routes(const Node& node, Settings& s) {
  SLUICE_TRY(std::vector<Entry> entries, node.map());
  if (entries.empty())
    return fail(node.error("value", "expected at least one route", "write model-name: [deployment, ...]"));
  for (const Entry& entry : entries) {
    SLUICE_TRY_VOID(read_route(entry, s));
  }
  return {};
}

// Each of several models in one deployment has a route of its own name, where the file says nothing else of it.
Status add_model_routes(const Node& node, Settings& s) {
  std::map<std::string, const Deployment*> added;
  for (const Deployment& d : s.deployments) {
    if (d.group.empty()) continue;
    const std::string name = d.name.substr(d.group.size() + 1);
    const auto same = [&name](const Route& route) { return route.model == name; };
    if (const auto other = added.find(name); other != added.end())
      return fail(node.error(
          "duplicate_name",
          "a request for the model \"" + name + "\" could mean " + other->second->name + " or " + d.name,
          "add it to routes: " + name + ": [" + d.name + "]"));
    if (std::any_of(s.routes.begin(), s.routes.end(), same)) continue;
    added.emplace(name, &d);
    s.routes.push_back({name, {d.name}, d.where});
  }
  return {};
}

Status read_keys(const Node& node, Settings& s, const Context& context) {
  SLUICE_TRY(std::vector<Node> nodes, node.list());
  for (const Node& item : nodes) {
    SLUICE_TRY(Key key, parse_key(item, context));
    for (const Key& other : s.keys) {
      if (other.name == key.name)
        return fail(item.error("duplicate_name", "there are two keys named \"" + key.name + "\"", "rename one"));
      if (other.digest == key.digest)
        return fail(item.error("duplicate_secret",
                               "the keys \"" + other.name + "\" and \"" + key.name + "\" have the same secret",
                               "nobody could tell who asks: make a new one with openssl rand -hex 32"));
    }
    s.keys.push_back(std::move(key));
  }
  return {};
}

Status read_notify(const Node& node, Settings& s, const Context& context) {
  SLUICE_TRY(std::vector<Node> nodes, node.list());
  for (const Node& item : nodes) {
    SLUICE_TRY(NotifyTarget target, parse_notify(item, context));
    if (const NotifyTarget* first = s.notify_target(target.name))
      return fail(item.error("duplicate_name",
                             "the target \"" + target.name + "\" is already defined at " + first->where,
                             "give it another name"));
    s.notify.push_back(std::move(target));
  }
  return {};
}

// Anyone on the network could use an open gateway, and its provider keys with it.
Status check_listen(const std::optional<Node>& node, const Settings& s) {
  if (is_loopback(s.listen.host) || !s.keys.empty() || !node) return {};
  return fail(node->error("open_listener",
                          "listening on " + s.listen.host + " without keys would serve everybody who can reach it",
                          "add keys: [{name: web, key_env: SLUICE_KEY_WEB}], or listen on 127.0.0.1"));
}

void read_address(Fields& fields, std::string_view key, Settings& s) {
  auto node = fields.node(key);
  std::string text;
  if (!node || !fields.text(key, text)) return;
  if (auto listen = parse_listen(text)) {
    s.listen = *listen;
  } else {
    fields.add(*node, node->error("value", listen.error().message, listen.error().hint));
  }
}

Status read_tls(const Node& node, Settings& s, const Context& context) {
  Fields fields(node);
  ListenTls tls;
  tls.where = node.where();
  fields.node("certificate", Need::Required);
  fields.node("key", Need::Required);
  existing_file(fields, "certificate", tls.certificate_file, context);
  existing_file(fields, "key", tls.key_file, context);
  SLUICE_TRY_VOID(fields.finish());
  s.listen.tls = std::move(tls);
  return {};
}

// "listen: 127.0.0.1:8080", or a map where there is more to say than the address.
Status read_listen_map(const Node& node, Settings& s, const Context& context) {
  Fields fields(node);
  read_address(fields, "address", s);
  if (auto tls = fields.node("tls"))
    if (Status read = read_tls(*tls, s, context); !read) fields.add(*tls, std::move(read).error());
  return fields.finish();
}

void read_listen(Fields& fields, Settings& s, const Context& context) {
  auto node = fields.node("listen");
  if (!node || node->type() != Node::Type::Map) return read_address(fields, "listen", s);
  if (Status read = read_listen_map(*node, s, context); !read) fields.add(*node, std::move(read).error());
}

// A section is read by a function of its own, whose error takes its place among those of this map.
template <class Read>
void section(Fields& fields, std::string_view key, Need need, Read read) {
  auto node = fields.node(key, need);
  if (!node) return;
  if (Status status = read(*node); !status) fields.add(*node, std::move(status).error());
}

void read_top(Fields& fields, Settings& s, const Context& context) {
  read_listen(fields, s, context);
  fields.text("data_dir", s.data_dir);
  s.data_dir = resolve_path(context, s.data_dir);
  existing_file(fields, "policy", s.policy_file, context);
  existing_file(fields, "prices", s.prices_file, context);
  std::size_t level = 1;
  fields.choice("log_level", level, kLogLevels);
  s.log_level = kLogLevels[level];
  fields.integer("loops", s.loops, 0, 1024);
  section(fields, "limits", Need::Optional, [&](const Node& n) { return read_limits(n, s); });
  section(fields, "keys", Need::Optional, [&](const Node& n) { return read_keys(n, s, context); });
  section(fields, "approvals", Need::Optional, [&](const Node& n) { return read_approvals(n, s); });
  section(fields, "notify", Need::Optional, [&](const Node& n) { return read_notify(n, s, context); });
  section(fields, "detectors", Need::Optional,
          [&](const Node& n) { return read_detectors(n, s.detectors, context); });
  section(fields, "extractors", Need::Optional,
          [&](const Node& n) { return read_extractors(n, s.extractors, context); });
  bool deployments_read = false;
  section(fields, "deployments", Need::Required, [&](const Node& n) {
    Status status = read_deployments(n, s, context);
    deployments_read = status.has_value();
    return status;
  });
  const auto of_group = [](const Deployment& d) { return !d.group.empty(); };
  const bool named = std::any_of(s.deployments.begin(), s.deployments.end(), of_group);
  section(fields, "routes", named ? Need::Optional : Need::Required,
          [&](const Node& n) { return deployments_read ? read_routes(n, s) : Status{}; });
  section(fields, "deployments", Need::Optional,
          [&](const Node& n) { return fields.failed() ? Status{} : add_model_routes(n, s); });
  fields.refuse("tls", "tls belongs to the listener",
                "write listen: {address: 0.0.0.0:8443, tls: {certificate: tls.pem, key: tls.key}}");
  for (const char* key : {"budgets", "workloads", "database", "cache"}) fields.not_yet(key, "remove it");
}

Deployment hosted_default(const char* model, const std::string& key) {
  Deployment d;
  d.name = model;
  d.kind = Kind::DeepSeek;
  d.dialect = "deepseek";
  d.zone = Zone::Hosted;
  d.jurisdiction = "CN";
  d.model = model;
  d.address = "https://api.deepseek.com";
  d.key_env = kHostedKey;
  d.key = key;
  d.where = "(built-in default)";
  return d;
}

// The key of the built-in default, or "" with a line in the log that says why there is none.
std::string default_key(const Environment& env) {
  const char* value = env(kHostedKey);
  std::string_view key = value ? value : "";
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' ')) key.remove_suffix(1);
  if (key.empty()) return "";
  if (std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; }))
    return std::string(key);
  log::warn("config.key_unusable",
            {{"variable", kHostedKey}, {"reason", "it contains characters that no key has"}});
  return "";
}

}  // namespace

const Deployment* Settings::deployment(std::string_view name) const {
  for (const Deployment& d : deployments)
    if (d.name == name) return &d;
  return nullptr;
}

const NotifyTarget* Settings::notify_target(std::string_view name) const {
  for (const NotifyTarget& t : notify)
    if (t.name == name) return &t;
  return nullptr;
}

const Route* Settings::route(std::string_view model) const {
  const Route* best = nullptr;
  for (const Route& r : routes) {
    if (r.model == model) return &r;
    bool fits = r.is_pattern() && model.starts_with(std::string_view(r.model).substr(0, r.model.size() - 1));
    if (fits && (!best || best->model.size() < r.model.size())) best = &r;
  }
  return best;
}

Result<Settings> parse_settings(std::string_view yaml, const std::string& file, const Environment& env) {
  SLUICE_TRY(Node root, parse_yaml(yaml, file, "config"));
  Settings settings;
  settings.file = file;
  Context context{std::filesystem::path(file).parent_path().string(), env};
  Fields fields(root);
  read_top(fields, settings, context);
  auto listen = fields.node("listen");
  SLUICE_TRY_VOID(fields.finish());
  SLUICE_TRY_VOID(check_listen(listen, settings));
  return settings;
}

Result<Settings> read_settings(const std::string& file, const Environment& env) {
  SLUICE_TRY(std::string text, read_text_file(file, "config"));
  return parse_settings(text, file, env);
}

Settings default_settings(const Environment& env) {
  Settings s;
  s.file = "(built-in default)";
  Deployment guide;
  guide.name = "guide";
  guide.kind = Kind::Engine;
  guide.zone = Zone::Device;
  guide.jurisdiction = "local";
  guide.model = "builtin:guide";
  guide.where = s.file;
  s.deployments.push_back(guide);
  s.routes.push_back({"sluice-guide", {"guide"}, s.file});
  s.routes.push_back({"auto", {"guide"}, s.file});
  std::string key = default_key(env);
  if (key.empty()) return s;
  for (const char* model : {"deepseek-flash", "deepseek-v4-pro"}) {
    s.deployments.push_back(hosted_default(model, key));
    s.routes.push_back({model, {model}, s.file});
  }
  s.routes[1].deployments = {"deepseek-flash", "guide"};
  // Anthropic's clients ask for Anthropic's models; DeepSeek's own mapping of those names.
  s.routes.push_back({"claude-opus*", {"deepseek-v4-pro"}, s.file});
  s.routes.push_back({"claude-*", {"deepseek-flash"}, s.file});
  return s;
}

}  // namespace sluice::config
