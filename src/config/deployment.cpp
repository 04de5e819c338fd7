#include "config/deployment.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/id.h"
#include "config/address.h"
#include "config/engine_models.h"
#include "config/parts.h"

namespace sluice::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::array<const char*, kZones> kZoneNames{"device", "private", "managed", "hosted"};
constexpr std::array<const char*, 4> kKindNames{"engine", "deepseek", "openai", "anthropic"};
constexpr std::string_view kGuideModel = "builtin:guide";

// Hosts of model vendors' own APIs: what a deployment there says of its place must be true.
struct Vendor {
  std::string_view host;
  const char* jurisdiction;
};
constexpr std::array<Vendor, 5> kVendors{{{"deepseek.com", "CN"},
                                          {"openai.com", "US"},
                                          {"anthropic.com", "US"},
                                          {"openrouter.ai", "US"},
                                          {"api.nvidia.com", "US"}}};

const Vendor* vendor_of(std::string_view host) {
  for (const Vendor& vendor : kVendors)
    if (host == vendor.host || host.ends_with("." + std::string(vendor.host))) return &vendor;
  return nullptr;
}
// Guessing a shorter one takes no luck; the documentation asks for 256 random bits.
constexpr std::size_t kShortestClientKey = 16;

// A key written into the file instead of its variable's name must not be repeated in a message.
bool looks_like_variable(std::string_view name) {
  constexpr std::size_t kLongestWord = 20;  // without an underscore, longer is more likely to be a key
  if (name.empty() || name.size() > 64 || (name[0] >= '0' && name[0] <= '9')) return false;
  if (name.size() > kLongestWord && name.find('_') == name.npos) return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

void only_for(Fields& fields, const char* whom, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    fields.refuse(key, std::string("only a deployment of ") + whom + " has this key", "remove it");
}

void read_jurisdiction(Fields& fields, Deployment& d, const char* fallback) {
  auto node = fields.node("jurisdiction", fallback ? Need::Optional : Need::Required);
  if (!node) {
    if (fallback) d.jurisdiction = fallback;
    return;
  }
  auto name = node->text();
  if (!name) return fields.add(*node, std::move(name).error());
  if (!valid_jurisdiction(*name))
    return fields.add(*node,
                      node->error("value", "expected a country code such as DE or US, EU, or local",
                                  *name == "UK" ? "did you mean \"GB\"?" : "two capital letters of ISO 3166"));
  d.jurisdiction = *name;
}

// One file, or several that share `memory`: then a deployment for each.
std::vector<Deployment> read_models(Fields& fields, Deployment d, const Context& context) {
  if (auto models = fields.node("models")) {
    if (auto model = fields.node("model"))
      fields.add(*model,
                 model->error("contradiction", "a deployment has model or models, not both", "remove one"));
    fields.bytes("memory", d.memory, 1u << 20, std::uint64_t{1} << 50, Need::Required);
    return read_engine_models(fields, d, context);
  }
  fields.refuse("memory", "only a deployment with models has this key", "write models: instead of model:");
  auto model = fields.node("model", Need::Required);
  if (model && fields.text("model", d.model) && d.model != kGuideModel) {
    if (d.model.starts_with("builtin:"))
      fields.add(*model, model->error("value", "the only built-in model is builtin:guide"));
    else
      existing_file(fields, "model", d.model, context);
  }
  return {std::move(d)};
}

void read_cache(Fields& fields, Deployment& d, const Context& context) {
  auto node = fields.node("cache");
  if (!node) return;
  Fields cache(*node);
  cache.bytes("memory", d.cache_bytes, 0, std::uint64_t{1} << 50, Need::Required);
  if (cache.text("disk", d.cache_folder)) d.cache_folder = resolve_path(context, d.cache_folder);
  cache.bytes("disk_size", d.cache_folder_bytes, 1, std::uint64_t{1} << 50);
  cache.duration("disk_age", d.cache_folder_age, hours(1), hours(24 * 3650));
  for (const char* key : {"disk_size", "disk_age"})
    if (auto at = cache.node(key); at && d.cache_folder.empty())
      cache.add(*at, at->error("contradiction", "there is no cache on disk", "name its folder: disk: PATH"));
  if (auto at = cache.node("disk"); at && cache.has("memory") && d.cache_bytes == 0)
    cache.add(*at, at->error("contradiction", "a cache on disk needs one in memory before it", "raise `memory`"));
  if (auto status = cache.finish(); !status) fields.add(*node, std::move(status).error());
}

std::vector<Deployment> read_engine(Fields& fields, Deployment d, const Context& context) {
  only_for(fields, "another kind",
           {"dialect", "protocols", "address", "key_env", "ca_file", "connect_timeout", "stall_timeout",
            "max_connections"});
  d.zone = Zone::Device;
  auto zone = fields.node("zone");
  if (zone && fields.choice("zone", d.zone, kZoneNames) && d.zone != Zone::Device)
    fields.add(*zone, zone->error("contradiction", "the engine runs in this process: its zone is device",
                                  "remove the key or write zone: device"));
  read_jurisdiction(fields, d, "local");
  if (auto where = fields.node("jurisdiction"); where && d.jurisdiction != "local" && !d.jurisdiction.empty())
    fields.add(*where, where->error("contradiction", "zone device is this machine: its jurisdiction is local",
                                    "remove the key or write jurisdiction: local"));
  fields.integer("threads", d.threads, 0, 1024);
  fields.integer("context", d.context, 0, 1 << 24);
  fields.integer("slots", d.slots, 1, 1024);
  fields.integer("drafts", d.drafts, 0, 16);
  fields.choice("kv_cache", d.kv_cache, kKvCacheNames);
  read_cache(fields, d, context);
  return read_models(fields, std::move(d), context);
}

// What a deployment of the vendor's API says of itself must be true, or a policy would be judged by a lie.
void check_place(Fields& fields, const Deployment& d, const Upstream& upstream) {
  const Vendor* vendor = vendor_of(upstream.host);
  auto zone = fields.node("zone");
  auto jurisdiction = fields.node("jurisdiction");
  if (zone && d.zone == Zone::Device)
    fields.add(*zone, zone->error("contradiction",
                                  "zone device is this process, and this deployment is called over the network",
                                  "write zone: private for a server that you run, on this machine or another"));
  if (zone && vendor && d.zone != Zone::Hosted)
    fields.add(*zone, zone->error("contradiction", "this address is the vendor's own API: its zone is hosted",
                                  "remove the key or write zone: hosted"));
  if (jurisdiction && vendor && d.jurisdiction != vendor->jurisdiction && !d.jurisdiction.empty())
    fields.add(*jurisdiction,
               jurisdiction->error("contradiction",
                                   std::string("this address is the vendor's own API: its jurisdiction is ") +
                                       vendor->jurisdiction,
                                   std::string("remove the key or write jurisdiction: ") + vendor->jurisdiction));
  if (jurisdiction && d.jurisdiction == "local" && !upstream.loopback)
    fields.add(*jurisdiction, jurisdiction->error("contradiction",
                                                  "this address is another machine: its jurisdiction is not local",
                                                  "write the country it stands in"));
}

void read_dialect(Fields& fields, Deployment& d) {
  d.dialect = kind_name(d.kind);
  if (d.kind != Kind::OpenAi) return only_for(fields, "kind openai", {"dialect", "protocols"});
  std::size_t index = 0;  // generic
  fields.choice("dialect", index, kOpenAiDialects);
  d.dialect = kOpenAiDialects[index];
}

// What a server offers, where its dialect does not say it or its administrator has switched some of it off.
void read_protocols(Fields& fields, Deployment& d) {
  if (d.kind != Kind::OpenAi) return;
  auto node = fields.node("protocols");
  if (!node) return;
  auto names = node->texts();
  if (!names) return fields.add(*node, std::move(names).error());
  constexpr const char* kHint = "a list of chat, completions, responses, embeddings and messages";
  if (names->empty())
    return fields.add(*node,
                      node->error("contradiction", "a server that offers no protocol can't be asked", kHint));
  for (const std::string& name : *names)
    if (std::find(kProtocols.begin(), kProtocols.end(), name) == kProtocols.end())
      return fields.add(*node, node->error("value", "\"" + name + "\" is no protocol", kHint));
  d.protocols = std::move(*names);
}

// A local Ollama sends such models' prompts on to its vendor.
void check_cloud_model(Fields& fields, const Deployment& d) {
  if (d.dialect != "ollama" || d.zone == Zone::Hosted || !d.model.ends_with("cloud")) return;
  if (!d.model.ends_with(":cloud") && !d.model.ends_with("-cloud")) return;
  auto model = fields.node("model");
  fields.add(*model, model->error("contradiction", "Ollama forwards this model to its vendor: its zone is hosted",
                                  "take a model that runs on your machine, or write zone: hosted"));
}

Deployment read_remote(Fields& fields, Deployment d, const Context& context) {
  only_for(fields, "kind engine",
           {"threads", "context", "slots", "drafts", "kv_cache", "cache", "models", "memory"});
  read_dialect(fields, d);
  read_protocols(fields, d);
  fields.choice("zone", d.zone, kZoneNames);
  const char* vendor = nullptr;  // where this address is known to stand
  if (auto address = fields.node("address")) {
    auto parsed = parse_upstream(address->text().value_or(""));
    if (const Vendor* known = parsed ? vendor_of(parsed->host) : nullptr) vendor = known->jurisdiction;
  }
  if (!vendor && d.kind == Kind::DeepSeek && d.zone == Zone::Hosted) vendor = "CN";
  read_jurisdiction(fields, d, d.zone == Zone::Hosted ? vendor : nullptr);
  if (fields.text("model", d.model, Need::Required)) check_cloud_model(fields, d);
  fields.duration("connect_timeout", d.connect_timeout, milliseconds(10), hours(1));
  fields.duration("stall_timeout", d.stall_timeout, milliseconds(10), hours(24));
  fields.integer("max_connections", d.max_connections, 1, 65'536);
  existing_file(fields, "ca_file", d.ca_file, context);
  Upstream upstream;
  auto address = fields.node("address", Need::Required);
  if (address && fields.text("address", d.address)) {
    if (auto parsed = parse_upstream(d.address)) {
      upstream = *parsed;
      while (d.address.ends_with('/')) d.address.pop_back();
      check_place(fields, d, upstream);
    } else {
      fields.add(*address, address->error("value", parsed.error().message, parsed.error().hint));
    }
  }
  // Servers that one runs oneself, and fakes on this machine, may do without a key.
  bool keyless = upstream.loopback || d.zone == Zone::Private;
  read_secret(fields, context, "key_env", keyless ? Need::Optional : Need::Required, d.key_env, d.key);
  return d;
}

}  // namespace

void read_secret(Fields& fields, const Context& context, std::string_view name_key, Need need,
                 std::string& variable, std::string& secret) {
  for (const char* key : {"key", "api_key", "secret", "token", "password"})
    fields.refuse(key, "secrets don't belong into this file",
                  "put it into an environment variable and name that with " + std::string(name_key) +
                      ": NAME_OF_THE_VARIABLE");
  auto node = fields.node(name_key, need);
  if (!node) return;
  auto name = node->text();
  if (!name) return fields.add(*node, std::move(name).error());
  if (!looks_like_variable(*name))
    return fields.add(*node,
                      node->error("value", "expected the name of an environment variable",
                                  "capital letters, digits and _, such as DEEPSEEK_API_KEY; not the key itself"));
  const char* value = context.env(name->c_str());
  std::string_view text = value ? value : "";
  if (text.empty())
    return fields.add(
        *node,
        node->error("missing_secret", "the environment variable " + *name + (value ? " is empty" : " is not set"),
                    "set it before the start: export " + *name + "=..."));
  bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable)
    return fields.add(*node, node->error("value",
                                         "the value of " + *name +
                                             " contains a space, a line end or other characters that no key has",
                                         "set it again without them"));
  variable = *name;
  secret = text;
}

void read_name(Fields& fields, std::string& out) {
  auto node = fields.node("name", Need::Required);
  if (!node) return;
  auto name = node->text();
  if (!name) return fields.add(*node, std::move(name).error());
  if (!valid_name(*name))
    return fields.add(*node,
                      node->error("value", "expected a name of letters, digits, '.', '_' and '-', at most 64"));
  out = *name;
}

const char* zone_name(Zone zone) {
  auto index = std::size_t(zone);
  return index < kZoneNames.size() ? kZoneNames[index] : "unknown";
}

std::optional<Zone> parse_zone(std::string_view name) {
  for (std::size_t i = 0; i < kZoneNames.size(); ++i)
    if (kZoneNames[i] == name) return Zone(i);
  return std::nullopt;
}

const char* kind_name(Kind kind) {
  auto index = std::size_t(kind);
  return index < kKindNames.size() ? kKindNames[index] : "unknown";
}

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

bool valid_model_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
}

Result<std::vector<Deployment>> parse_deployment(const Node& node, const Context& context) {
  std::vector<Deployment> found;
  Deployment d;
  d.where = node.file() + ":" + std::to_string(node.place().line);
  Fields fields(node);
  read_name(fields, d.name);
  auto kind = fields.node("kind", Need::Required);
  if (kind) {
    auto index = kind->choice(kKindNames);
    static constexpr std::string_view kPlanned[] = {"bedrock", "sagemaker", "process"};
    std::string word = kind->text().value_or("");
    if (!index && std::find(std::begin(kPlanned), std::end(kPlanned), word) != std::end(kPlanned))
      return fail(kind->error("unsupported", "the kind \"" + word + "\" is not supported yet",
                              "use engine, deepseek, openai or anthropic"));
    bool dialect = std::find(kOpenAiDialects.begin(), kOpenAiDialects.end(), word) != kOpenAiDialects.end();
    if (!index && dialect)
      return fail(kind->error("value", "\"" + word + "\" is a dialect of kind openai",
                              "write kind: openai and dialect: " + word));
    if (!index) return fail(std::move(index).error());
    d.kind = Kind(*index);
    if (d.kind == Kind::Engine)
      found = read_engine(fields, std::move(d), context);
    else
      found = {read_remote(fields, std::move(d), context)};
  } else {
    for (const char* key : {"model", "zone", "jurisdiction", "dialect", "protocols", "address", "key_env",
                            "ca_file", "connect_timeout", "stall_timeout", "max_connections", "threads", "context",
                            "slots", "drafts", "kv_cache", "cache", "models", "memory"})
      fields.node(key);  // so that only what no kind has is called unknown
  }
  SLUICE_TRY_VOID(fields.finish());
  return found;
}

Result<Key> parse_key(const Node& node, const Context& context) {
  Key key;
  std::string secret;
  Fields fields(node);
  read_name(fields, key.name);
  if (key.name == "local")
    fields.add(node,
               node.error("value", "\"local\" is the principal of requests without a key", "choose another name"));
  for (auto [name, out] :
       {std::pair{"tenant", &key.tenant}, std::pair{"team", &key.team}, std::pair{"workload", &key.workload}}) {
    auto found = fields.node(name);
    if (found && fields.text(name, *out) && !valid_name(*out))
      fields.add(*found,
                 found->error("value", "expected a name of letters, digits, '.', '_' and '-', at most 64"));
  }
  auto person = fields.node("person");
  if (person && fields.text("person", key.person) && !valid_name(key.person))
    fields.add(*person,
               person->error("value", "expected a name of letters, digits, '.', '_' and '-', at most 64"));
  fields.texts("roles", key.roles);
  for (const std::string& role : key.roles)
    if (!valid_name(role))
      fields.add(node, node.error("value", "expected roles of letters, digits, '.', '_' and '-', at most 64"));
  read_secret(fields, context, "key_env", Need::Required, key.key_env, secret);
  if (!secret.empty() && secret.size() < kShortestClientKey)
    fields.add(node, node.error("value",
                                "the value of " + key.key_env + " is shorter than " +
                                    std::to_string(kShortestClientKey) + " characters",
                                "make one: openssl rand -hex 32"));
  SLUICE_TRY_VOID(fields.finish());
  if (key.tenant.empty()) key.tenant = key.name;
  if (key.person.empty()) key.person = key.name;
  key.digest = sha256_hex(secret);
  return key;
}

std::string resolve_path(const Context& context, const std::string& path) {
  if (context.folder.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (std::filesystem::path(context.folder) / path).lexically_normal().string();
}

void existing_file(Fields& fields, std::string_view key, std::string& out, const Context& context) {
  auto node = fields.node(key);
  std::string written;
  if (!node || !fields.text(key, written)) return;
  std::string path = resolve_path(context, written);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return fields.add(*node, node->error("no_such_file", "there is no file " + path,
                                         "paths are relative to the folder of this file"));
  out = path;
}

}  // namespace sluice::config
