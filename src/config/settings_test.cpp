#include "config/settings.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/id.h"
#include "base/test_folder.h"
#include "config/address.h"

using namespace sluice;
using namespace sluice::config;
using namespace std::literals;

namespace {

constexpr const char* kSecret = "canary-5f1d0c6e2b7a4893";  // must never stand in a message

Environment environment(std::map<std::string, std::string> more = {}) {
  more.emplace("DEEPSEEK_API_KEY", kSecret);
  more.emplace("SLUICE_KEY_WEB", "web-"s + kSecret);
  return [more](const char* name) -> const char* {
    auto found = more.find(name);
    return found == more.end() ? nullptr : found->second.c_str();
  };
}

constexpr const char* kEngine = "{name: guide, kind: engine, model: builtin:guide}";

// A file with one deployment and a route to it; `deployment` and `top` vary.
std::string file_with(const std::string& deployment, const std::string& top = "") {
  return top + "deployments:\n  - " + deployment + "\nroutes:\n  chat: [guide]\n";
}

Result<Settings> parse(const std::string& yaml, const Environment& env = environment()) {
  return parse_settings(yaml, "t.yaml", env);
}

}  // namespace

TEST_CASE("Every key of the file arrives in the settings") {
  const TestFolder folder;
  folder.write("models/m.gguf", "GGUF");
  folder.write("policy.yaml", "");
  folder.write("prices.yaml", "");
  folder.write("ca.pem", "");
  folder.write("sluice.yaml", R"(listen: "[::1]:9090"
data_dir: ./data
policy: policy.yaml
prices: prices.yaml
log_level: warn
loops: 3
limits: {max_body_bytes: 1MiB, max_connections: 7, header_timeout: 1s, body_timeout: 2s, idle_timeout: 3s, drain_timeout: 4s, keep_alive: 5s}
keys:
  - {name: web, key_env: SLUICE_KEY_WEB, tenant: acme, team: site, person: ann, roles: [dpo, admin]}
approvals: {keep_text: true}
deployments:
  - {name: local-r1, kind: engine, model: models/m.gguf, zone: device, jurisdiction: local, threads: 4, context: 8192, slots: 2, drafts: 3, kv_cache: q8_0,
     cache: {memory: 96MiB, disk: prefixes, disk_size: 3GiB, disk_age: 48h}}
  - {name: ds, kind: deepseek, address: "https://api.deepseek.com/", model: deepseek-flash, key_env: DEEPSEEK_API_KEY,
     zone: hosted, jurisdiction: CN, connect_timeout: 1s, stall_timeout: 5m, max_connections: 9, ca_file: ca.pem}
routes:
  chat: [ds, local-r1]
  private-chat: [local-r1]
)");
  auto read = read_settings(folder / "sluice.yaml", environment());
  REQUIRE_MESSAGE(read.has_value(), read.error().to_string());
  const Settings& s = *read;
  CHECK(s.listen.host == "::1");
  CHECK(s.listen.port == 9090);
  CHECK(s.data_dir == folder / "data");
  CHECK(s.policy_file == folder / "policy.yaml");
  CHECK(s.prices_file == folder / "prices.yaml");
  CHECK(s.log_level == "warn");
  CHECK(s.loops == 3);
  CHECK(s.max_body_bytes == 1u << 20);
  CHECK(s.max_connections == 7);
  CHECK(s.header_timeout == 1s);
  CHECK(s.body_timeout == 2s);
  CHECK(s.idle_timeout == 3s);
  CHECK(s.drain_timeout == 4s);
  CHECK(s.keep_alive == 5s);
  REQUIRE(s.keys.size() == 1);
  CHECK(s.keys[0].name == "web");
  CHECK(s.keys[0].tenant == "acme");
  CHECK(s.keys[0].team == "site");
  CHECK(s.keys[0].person == "ann");
  CHECK(s.keys[0].roles == std::vector<std::string>{"dpo", "admin"});
  CHECK(s.approvals.keep_text);
  CHECK(s.keys[0].digest == sha256_hex("web-"s + kSecret));
  REQUIRE(s.deployments.size() == 2);
  const Deployment& engine = s.deployments[0];
  CHECK(engine.kind == Kind::Engine);
  CHECK(engine.zone == Zone::Device);
  CHECK(engine.jurisdiction == "local");
  CHECK(engine.model == folder / "models/m.gguf");
  CHECK(engine.threads == 4);
  CHECK(engine.context == 8192);
  CHECK(engine.slots == 2);
  CHECK(engine.drafts == 3);
  CHECK(engine.kv_cache == KvCache::Q8_0);
  CHECK(engine.cache_bytes == 96u << 20);
  CHECK(engine.cache_folder == folder / "prefixes");
  CHECK(engine.cache_folder_bytes == std::uint64_t{3} << 30);
  CHECK(engine.cache_folder_age == 48h);
  CHECK(engine.where == s.file + ":12");
  const Deployment& ds = s.deployments[1];
  CHECK(ds.kind == Kind::DeepSeek);
  CHECK(ds.zone == Zone::Hosted);
  CHECK(ds.jurisdiction == "CN");
  CHECK(ds.address == "https://api.deepseek.com");
  CHECK(ds.model == "deepseek-flash");
  CHECK(ds.key_env == "DEEPSEEK_API_KEY");
  CHECK(ds.key == kSecret);
  CHECK(ds.connect_timeout == 1s);
  CHECK(ds.stall_timeout == 5min);
  CHECK(ds.max_connections == 9);
  CHECK(ds.ca_file == folder / "ca.pem");
  REQUIRE(s.route("chat"));
  CHECK(s.route("chat")->deployments == std::vector<std::string>{"ds", "local-r1"});
  CHECK(s.route("none") == nullptr);
  CHECK(s.deployment("none") == nullptr);
}

TEST_CASE("What the file leaves out has its documented default") {
  auto s =
      parse("deployments:\n  - " + std::string(kEngine) +
            "\n  - {name: ds, kind: deepseek, address: https://api.deepseek.com, model: deepseek-flash, key_env: "
            "DEEPSEEK_API_KEY}\nroutes: {chat: [ds, guide]}\n");
  REQUIRE_MESSAGE(s.has_value(), s.error().to_string());
  CHECK(s->listen.host == "127.0.0.1");
  CHECK(s->listen.port == 8080);
  CHECK(s->data_dir == "sluice-data");
  CHECK(s->policy_file == "");
  CHECK(s->keys.empty());
  CHECK(s->deployments[0].zone == Zone::Device);
  CHECK(s->deployments[0].jurisdiction == "local");
  CHECK(s->deployments[1].zone == Zone::Hosted);
  CHECK(s->deployments[1].jurisdiction == "CN");
}

TEST_CASE("Each mistake is named with its line, its column and its code, and no message tells a secret") {
  struct Case {
    std::string yaml, where, code;
  };
  auto one = [](const std::string& deployment) { return file_with(deployment); };
  auto top = [](const std::string& line) { return file_with(kEngine, line); };
  const std::string ds = "{name: guide, kind: deepseek, model: m, ";
  const std::string key = ", key_env: DEEPSEEK_API_KEY}";
  const Case cases[] = {
      {"listen: 127.0.0.1:8080\n", "t.yaml:1:1", "config.missing_key"},
      {"deployments: []\nroutes: {a: [b]}\n", "t.yaml:1:14", "config.value"},
      {"deployments:\n  - " + std::string(kEngine) + "\n", "t.yaml:1:1", "config.missing_key"},
      {"deployments:\n  - " + std::string(kEngine) + "\nroutes: {}\n", "t.yaml:3:9", "config.value"},
      {"deployments:\n  - " + std::string(kEngine) + "\nroutes: {a: []}\n", "t.yaml:3:13", "config.value"},
      {"deployments:\n  - " + std::string(kEngine) + "\nroutes: {a: [guide, gide]}\n", "t.yaml:3:21",
       "config.unknown_deployment"},
      {"deployments:\n  - " + std::string(kEngine) + "\nroutes: {a: [guide, guide]}\n", "t.yaml:3:21",
       "config.value"},
      {"deployments:\n  - " + std::string(kEngine) + "\nroutes: {'a b': [guide]}\n", "t.yaml:3:10",
       "config.value"},
      {"deployments:\n  - " + std::string(kEngine) + "\n  - " + kEngine + "\nroutes: {a: [guide]}\n", "t.yaml:3:5",
       "config.duplicate_name"},
      {one("{name: guide, kind: engine, model: builtin:guide, zone: hosted}"), "t.yaml:2:61",
       "config.contradiction"},
      {one("{name: guide, kind: engine, model: builtin:guide, jurisdiction: CN}"), "t.yaml:2:69",
       "config.contradiction"},
      {one("{name: guide, kind: engine, model: builtin:guide, zone: cloud}"), "t.yaml:2:61", "config.value"},
      {one("{name: guide, kind: engine, model: builtin:other}"), "t.yaml:2:40", "config.value"},
      {one("{name: guide, kind: engine, model: none.gguf}"), "t.yaml:2:40", "config.no_such_file"},
      {one("{name: guide, kind: engine, model: builtin:guide, address: https://x}"), "t.yaml:2:55",
       "config.unsupported"},
      {one("{name: guide, kind: engine}"), "t.yaml:2:5", "config.missing_key"},
      {one("{name: guide, knid: engine, model: builtin:guide}"), "t.yaml:2:19", "config.unknown_key"},
      {one("{name: gu ide, kind: engine, model: builtin:guide}"), "t.yaml:2:12", "config.value"},
      {one("{name: guide, kind: bedrock}"), "t.yaml:2:25", "config.unsupported"},
      {one("{name: guide, kind: magic}"), "t.yaml:2:25", "config.value"},
      {one(ds + "address: https://api.deepseek.com, zone: private, jurisdiction: CN" + key), "t.yaml:2:86",
       "config.contradiction"},
      {one(ds + "address: https://api.deepseek.com, jurisdiction: DE" + key), "t.yaml:2:94",
       "config.contradiction"},
      {one(ds + "address: https://llm.example.org, zone: device, jurisdiction: local" + key), "t.yaml:2:85",
       "config.contradiction"},
      {one(ds + "address: https://llm.example.org, zone: private" + key), "t.yaml:2:5", "config.missing_key"},
      {one(ds + "address: https://llm.example.org, zone: private, jurisdiction: local" + key), "t.yaml:2:108",
       "config.contradiction"},
      {one(ds + "address: https://llm.example.org, zone: private, jurisdiction: UK" + key), "t.yaml:2:108",
       "config.value"},
      {one(ds + "address: http://llm.example.org" + key), "t.yaml:2:54", "config.value"},
      {one(ds + "address: https://me:" + kSecret + "@llm.example.org" + key), "t.yaml:2:54", "config.value"},
      {one(ds + "address: ftp://x" + key), "t.yaml:2:54", "config.value"},
      {one(ds + "address: https://api.deepseek.com}"), "t.yaml:2:5", "config.missing_key"},
      {one(ds + "address: https://api.deepseek.com, key_env: NOT_THERE}"), "t.yaml:2:89", "config.missing_secret"},
      {one(ds + "address: https://api.deepseek.com, key_env: EMPTY_KEY}"), "t.yaml:2:89", "config.missing_secret"},
      {one(ds + "address: https://api.deepseek.com, key_env: SPLIT_KEY}"), "t.yaml:2:89", "config.value"},
      {one(ds + "address: https://api.deepseek.com, key_env: " + kSecret + "}"), "t.yaml:2:89", "config.value"},
      {one(ds + "address: https://api.deepseek.com, key: " + kSecret + "}"), "t.yaml:2:80", "config.unsupported"},
      {one(ds + "address: https://api.deepseek.com, threads: 4" + key), "t.yaml:2:80", "config.unsupported"},
      {one("{name: e, kind: engine, model: 'builtin:guide', cache: {memory: 1MiB, disk_age: 5h}}"), "t.yaml:2:85",
       "config.contradiction"},
      {one("{name: e, kind: engine, model: 'builtin:guide', cache: {memory: 0, disk: here}}"), "t.yaml:2:78",
       "config.contradiction"},
      {one("{name: e, kind: engine, model: 'builtin:guide', cache: {disk: here}}"), "t.yaml:2:60",
       "config.missing_key"},
      {one(ds + "address: https://api.deepseek.com, cache: {memory: 1MiB}" + key), "t.yaml:2:80",
       "config.unsupported"},
      {one(ds + "address: https://api.deepseek.com, stall_timeout: 300" + key), "t.yaml:2:95", "config.type"},
      {top("listen: 0.0.0.0:8080\n"), "t.yaml:1:9", "config.open_listener"},
      {top("listen: 192.168.1.5:80\n"), "t.yaml:1:9", "config.open_listener"},
      {top("listen: '[::]:80'\n"), "t.yaml:1:9", "config.open_listener"},
      {top("listen: 127.0.0.1\n"), "t.yaml:1:9", "config.value"},
      {top("listen: 127.0.0.1:99999\n"), "t.yaml:1:9", "config.value"},
      {top("listen: example.org:80\n"), "t.yaml:1:9", "config.value"},
      {top("listn: 127.0.0.1:80\n"), "t.yaml:1:1", "config.unknown_key"},
      {top("tls: {}\n"), "t.yaml:1:1", "config.unsupported"},
      {top("listen: {address: nowhere}\n"), "t.yaml:1:19", "config.value"},
      {top("listen: {adress: 127.0.0.1:1}\n"), "t.yaml:1:10", "config.unknown_key"},
      {top("listen: {tls: {certificate: none.pem, key: none.key}}\n"), "t.yaml:1:29", "config.no_such_file"},
      {top("listen: {tls: {}}\n"), "t.yaml:1:15", "config.missing_key"},
      {top("listen: {tls: yes}\n"), "t.yaml:1:15", "config.type"},
      {top("log_level: loud\n"), "t.yaml:1:12", "config.value"},
      {top("loops: -1\n"), "t.yaml:1:8", "config.value"},
      {top("limits: {max_body_bytes: 0}\n"), "t.yaml:1:26", "config.value"},
      {top("limits: {max_bdy_bytes: 1}\n"), "t.yaml:1:10", "config.unknown_key"},
      {top("policy: none.yaml\n"), "t.yaml:1:9", "config.no_such_file"},
      {top("prices: none.yaml\n"), "t.yaml:1:9", "config.no_such_file"},
      {top("keys: [{name: web}]\n"), "t.yaml:1:8", "config.missing_key"},
      {top("keys: [{name: web, key_env: NOT_THERE}]\n"), "t.yaml:1:29", "config.missing_secret"},
      {top("keys: [{name: web, key_env: SHORT_KEY}]\n"), "t.yaml:1:8", "config.value"},
      {top("keys: [{name: web, key_env: SLUICE_KEY_WEB, person: Ann Lee}]\n"), "t.yaml:1:53", "config.value"},
      {top("keys: [{name: web, key_env: SLUICE_KEY_WEB, roles: [a, \"b c\"]}]\n"), "t.yaml:1:8", "config.value"},
      {top("approvals: {keep_text: yes}\n"), "t.yaml:1:24", "config.type"},
      {top("approvals: {keep: true}\n"), "t.yaml:1:13", "config.unknown_key"},
      {top("keys: [{name: local, key_env: SLUICE_KEY_WEB}]\n"), "t.yaml:1:8", "config.value"},
      {top("keys: [{name: a, key_env: SLUICE_KEY_WEB}, {name: a, key_env: OTHER_KEY}]\n"), "t.yaml:1:44",
       "config.duplicate_name"},
      {top("keys: [{name: a, key_env: SLUICE_KEY_WEB}, {name: b, key_env: SLUICE_KEY_WEB}]\n"), "t.yaml:1:44",
       "config.duplicate_secret"},
  };
  Environment env = environment({{"EMPTY_KEY", ""},
                                 {"SPLIT_KEY", kSecret + "\nx"s},
                                 {"SHORT_KEY", "short"},
                                 {"OTHER_KEY", "other-"s + kSecret}});
  for (const Case& c : cases) {
    CAPTURE(c.yaml);
    auto s = parse(c.yaml, env);
    REQUIRE(!s);
    std::string line = s.error().to_string();
    CAPTURE(line);
    CHECK(s.error().where == c.where);
    CHECK(s.error().code == c.code);
    CHECK(line.find(kSecret) == std::string::npos);
  }
}

TEST_CASE("The remedy stands in the message") {
  auto missing = parse(
      file_with("{name: guide, kind: deepseek, model: m, address: https://api.deepseek.com, key_env: NOT_THERE}"));
  REQUIRE(!missing);
  CHECK(missing.error().to_string() ==
        "config.missing_secret: deployments[0].key_env: the environment variable NOT_THERE is not set (at "
        "t.yaml:2:89); "
        "set it before the start: export NOT_THERE=...");
  auto open = parse(file_with(kEngine, "listen: 0.0.0.0:8080\n"));
  REQUIRE(!open);
  CHECK(open.error().hint == "add keys: [{name: web, key_env: SLUICE_KEY_WEB}], or listen on 127.0.0.1");
  auto typo = parse("deployments:\n  - " + std::string(kEngine) + "\nroutes: {a: [gide]}\n");
  REQUIRE(!typo);
  CHECK(typo.error().hint == "did you mean \"guide\"?");
}

TEST_CASE("With keys Sluice may listen on every network") {
  auto s = parse(file_with(kEngine, "listen: 0.0.0.0:8080\nkeys: [{name: web, key_env: SLUICE_KEY_WEB}]\n"));
  REQUIRE_MESSAGE(s.has_value(), s.error().to_string());
  CHECK(s->keys[0].tenant == "web");
  CHECK(s->keys[0].team == "");
  CHECK(s->keys[0].person == "web");
  CHECK(s->keys[0].roles.empty());
  CHECK_FALSE(s->approvals.keep_text);
}

TEST_CASE("A server on this machine may be called without TLS and without a key") {
  auto s =
      parse(file_with("{name: guide, kind: deepseek, model: m, address: http://127.0.0.1:9000/v1, zone: hosted}"));
  REQUIRE_MESSAGE(s.has_value(), s.error().to_string());
  CHECK(s->deployments[0].key.empty());
}

TEST_CASE("A missing configuration file is named") {
  auto s = read_settings("no/such/sluice.yaml", environment());
  REQUIRE(!s);
  CHECK(s.error().code == "config.unreadable");
  CHECK(s.error().where == "no/such/sluice.yaml");
}

TEST_CASE("Without a file the guide answers; with a DeepSeek key public requests may go there first") {
  Settings alone = default_settings([](const char*) -> const char* { return nullptr; });
  REQUIRE(alone.deployments.size() == 1);
  CHECK(alone.deployment("guide")->model == "builtin:guide");
  CHECK(alone.deployment("guide")->zone == Zone::Device);
  CHECK(alone.route("sluice-guide")->deployments == std::vector<std::string>{"guide"});
  CHECK(alone.route("auto")->deployments == std::vector<std::string>{"guide"});
  CHECK(alone.listen.host == "127.0.0.1");
  Settings hosted = default_settings(environment());
  CHECK(hosted.route("auto")->deployments == std::vector<std::string>{"deepseek-flash", "guide"});
  for (const char* model : {"deepseek-flash", "deepseek-v4-pro"}) {
    const Deployment* d = hosted.deployment(model);
    REQUIRE(d);
    CHECK(d->zone == Zone::Hosted);
    CHECK(d->jurisdiction == "CN");
    CHECK(d->address == "https://api.deepseek.com");
    CHECK(d->key == kSecret);
    CHECK(hosted.route(model)->deployments == std::vector<std::string>{model});
  }
  CHECK(default_settings(environment({{"DEEPSEEK_API_KEY", ""}})).deployments.size() == 1);
  CHECK(default_settings(environment({{"DEEPSEEK_API_KEY", "two\nlines"}})).deployments.size() == 1);
  CHECK(default_settings(environment({{"DEEPSEEK_API_KEY", "key\n"}})).deployment("deepseek-flash")->key == "key");
}

TEST_CASE("Addresses: what is ambiguous is refused") {
  for (const char* good : {"https://api.deepseek.com", "https://a.example:8443/v1", "http://127.0.0.1:9000",
                           "http://[::1]:1/x", "http://localhost", "https://X.example"})
    CHECK_MESSAGE(parse_upstream(good).has_value(), good);
  for (const char* bad : {"",
                          "api.deepseek.com",
                          "HTTPS://x.example",
                          "https://",
                          "https:///v1",
                          "https://a b",
                          "https://a?x=1",
                          "https://a#f",
                          "https://a\\b",
                          "https://u@a",
                          "https://u:p@a",
                          "https://a:",
                          "https://a:0",
                          "https://a:65536",
                          "https://a:8x",
                          "https://::1",
                          "https://[::1",
                          "https://[zz]",
                          "https://a..b",
                          "https://a.",
                          "http://example.org",
                          "http://127.0.0.1.example.org",
                          "http://0x7f.1",
                          "https://a%2eb"})
    CHECK_MESSAGE(!parse_upstream(bad), bad);
  CHECK(is_loopback("127.9.9.9"));
  CHECK(!is_loopback("128.0.0.1"));
  CHECK(!is_loopback("0.0.0.0"));
  CHECK(!is_loopback("::"));
}

TEST_CASE("A jurisdiction is a country, the EU or this machine; member states lie in the EU") {
  for (const char* good : {"CN", "DE", "US", "EU", "local"}) CHECK(valid_jurisdiction(good));
  for (const char* bad : {"", "cn", "UK", "XX", "C", "CHN", "EEA", "N "})
    CHECK_MESSAGE(!valid_jurisdiction(bad), bad);
  CHECK(jurisdiction_within("DE", "EU"));
  CHECK(jurisdiction_within("EU", "EU"));
  CHECK(!jurisdiction_within("EU", "DE"));
  CHECK(!jurisdiction_within("GB", "EU"));
  CHECK(!jurisdiction_within("local", "EU"));
  CHECK(!jurisdiction_within("", ""));
}

TEST_CASE("serve --listen is judged like the file's own address") {
  Settings open = default_settings([](const char*) -> const char* { return nullptr; });
  REQUIRE(override_listen(open, "127.0.0.1:0"));
  CHECK(open.listen.port == 0);
  CHECK(override_listen(open, "0.0.0.0:80").error().code == "config.open_listener");
  CHECK(override_listen(open, "nowhere").error().where == "--listen");
  CHECK(open.listen.host == "127.0.0.1");
  open.keys.push_back({});
  CHECK(override_listen(open, "0.0.0.0:80"));
}

TEST_CASE(
    "A route that ends in a star serves every name that begins so; the exact name and the longest pattern win") {
  auto settings = parse(
      "deployments:\n  - {name: guide, kind: engine, model: builtin:guide}\n"
      "routes:\n  claude-*: [guide]\n  claude-opus*: [guide]\n  claude-opus-4: [guide]\n");
  REQUIRE(settings);
  CHECK(settings->route("claude-sonnet-5")->model == "claude-*");
  CHECK(settings->route("claude-opus-4-6[1m]")->model == "claude-opus*");
  CHECK(settings->route("claude-opus-4")->model == "claude-opus-4");
  CHECK(settings->route("claude-")->model == "claude-*");
  CHECK(settings->route("claude") == nullptr);
  CHECK(settings->route("gpt") == nullptr);
  auto refused =
      parse("deployments:\n  - {name: guide, kind: engine, model: builtin:guide}\nroutes:\n  a*b: [guide]\n");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "t.yaml:4:3");
}

TEST_CASE("TLS stands under listen, its files beside the configuration, and --listen leaves it on") {
  const TestFolder folder;
  folder.write("tls.pem", "");
  folder.write("keys/tls.key", "");
  folder.write("sluice.yaml", file_with(kEngine,
                                        "listen:\n  address: 127.0.0.1:8443\n"
                                        "  tls: {certificate: tls.pem, key: keys/tls.key}\n"));
  auto read = read_settings(folder / "sluice.yaml", environment());
  REQUIRE_MESSAGE(read.has_value(), read.error().to_string());
  CHECK(read->listen.port == 8443);
  REQUIRE(read->listen.tls);
  CHECK(read->listen.tls->certificate_file == folder / "tls.pem");
  CHECK(read->listen.tls->key_file == folder / "keys/tls.key");
  CHECK(read->listen.tls->where == read->file + ":3:8");
  REQUIRE(override_listen(*read, "127.0.0.1:0"));
  CHECK(read->listen.port == 0);
  CHECK(read->listen.tls);
}

TEST_CASE("A server that speaks OpenAI's or Anthropic's protocol is a deployment with its dialect and its place") {
  auto one = [](const std::string& fields) {
    auto settings = parse(file_with("{name: guide, model: m, " + fields + "}"));
    return settings ? settings->deployments[0]
                    : Deployment{.name = settings.error().code + " " + settings.error().where};
  };
  Deployment vllm = one(
      "kind: openai, dialect: vllm, address: \"http://127.0.0.1:8000/v1/\", zone: private, jurisdiction: local");
  CHECK(vllm.name == "guide");
  CHECK(vllm.kind == Kind::OpenAi);
  CHECK(vllm.dialect == "vllm");
  CHECK(vllm.address == "http://127.0.0.1:8000/v1");
  CHECK(vllm.key.empty());
  Deployment claude = one("kind: anthropic, address: \"https://api.anthropic.com\", key_env: DEEPSEEK_API_KEY");
  CHECK(claude.dialect == "anthropic");
  CHECK(claude.zone == Zone::Hosted);
  CHECK(claude.jurisdiction == "US");
  CHECK(claude.key == kSecret);
  CHECK(one("kind: openai, address: \"https://llm.example/v1\", jurisdiction: FR, key_env: DEEPSEEK_API_KEY")
            .dialect == "generic");
  const std::string place = ", address: \"http://127.0.0.1:1/v1\", jurisdiction: local, zone: private";
  CHECK(one("kind: openai, dialect: vlm" + place).name.starts_with("config.value"));
  CHECK(one("kind: vllm" + place).name.starts_with("config.value"));
  CHECK(one("kind: anthropic, dialect: vllm" + place).name.starts_with("config.unsupported"));
  CHECK(one("kind: openai, address: \"https://llm.example/v1\", key_env: DEEPSEEK_API_KEY")
            .name.starts_with("config.missing_key"));
  CHECK(one("kind: openai, address: \"https://api.openai.com/v1\", zone: private, key_env: DEEPSEEK_API_KEY, "
            "jurisdiction: US")
            .name.starts_with("config.contradiction"));
  CHECK(vllm.protocols.empty());
  CHECK(one("kind: openai, protocols: [chat, responses]" + place).protocols ==
        std::vector<std::string>{"chat", "responses"});
  CHECK(one("kind: openai, protocols: []" + place).name.starts_with("config.contradiction"));
  CHECK(one("kind: openai, protocols: [chat, grpc]" + place).name.starts_with("config.value"));
  CHECK_FALSE(one("kind: openai, protocols: [chat, chat]" + place).name == "guide");
  CHECK(one("kind: anthropic, protocols: [messages]" + place).name.starts_with("config.unsupported"));
  auto ollama = [&](const char* model, const char* zone) {
    auto settings =
        parse(file_with(std::string("{name: guide, kind: openai, dialect: ollama, model: \"") + model +
                        "\", address: \"http://127.0.0.1:1/v1\", jurisdiction: local, zone: " + zone + "}"));
    return settings ? std::string() : settings.error().code;
  };
  CHECK(ollama("deepseek-v4:cloud", "private") == "config.contradiction");
  CHECK(ollama("gpt-oss:120b-cloud", "private") == "config.contradiction");
  CHECK(ollama("gpt-oss:120b-cloud", "hosted").empty());
  CHECK(ollama("soundcloud", "private").empty());
}

TEST_CASE("A model of DeepSeek's at another vendor's API stands where that vendor does") {
  auto s = parse(
      "deployments:\n  - {name: ds, kind: deepseek, address: https://integrate.api.nvidia.com, model: "
      "deepseek-v4-pro, "
      "key_env: DEEPSEEK_API_KEY}\nroutes: {chat: [ds]}\n");
  REQUIRE_MESSAGE(s.has_value(), s.error().to_string());
  CHECK(s->deployments[0].zone == Zone::Hosted);
  CHECK(s->deployments[0].jurisdiction == "US");
}
