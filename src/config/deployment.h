// What a configuration says of deployments, routes and keys: plain values, checked when read.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// How far data travels, ordered from here to the model vendor.
enum class Zone : std::uint8_t { Device, Private, Managed, Hosted };
inline constexpr int kZones = 4;
const char* zone_name(Zone zone);
std::optional<Zone> parse_zone(std::string_view name);

enum class Kind : std::uint8_t {
  Engine,    // a GGUF file in this process
  DeepSeek,  // DeepSeek's hosted API
  OpenAi,    // any server that speaks OpenAI's protocols; `dialect` says which
  Anthropic  // any server that speaks Anthropic's Messages API
};
const char* kind_name(Kind kind);  // "engine", "deepseek", "openai", "anthropic"

// The dialects a deployment of kind openai can name; backend/dialect.h has a row for each.
inline constexpr std::array<const char*, 13> kOpenAiDialects{"generic",   "openai", "azure",     "vllm", "sglang",
                                                             "llama.cpp", "ollama", "lmstudio",  "nim",  "tgi",
                                                             "lmdeploy",  "trtllm", "openrouter"};

// The wire protocols such a deployment can name, in the order of chat::Protocol.
inline constexpr std::array<const char*, 5> kProtocols{"chat", "completions", "responses", "embeddings",
                                                       "messages"};

// "EU", "local" or an ISO 3166 country code.
bool valid_jurisdiction(std::string_view name);
// True if all of `jurisdiction` lies in `area`: the same, or a member state of the EU and the EU.
bool jurisdiction_within(std::string_view jurisdiction, std::string_view area);

enum class KvCache { F16, Q8_0 };  // what the engine keeps keys and values in
inline constexpr const char* kKvCacheNames[] = {"f16", "q8_0"};

struct Deployment {
  std::string name;
  Kind kind = Kind::Engine;
  Zone zone = Zone::Hosted;
  std::string jurisdiction;  // ISO 3166 country, "EU", or "local" for this machine
  std::string model;         // engine: path of a .gguf or "builtin:guide"; else: the upstream's model name

  // every kind but engine
  std::string dialect;                   // row of the dialect table: "deepseek", "vllm", "anthropic", ...
  std::vector<std::string> protocols{};  // of kProtocols, what the server offers; empty: what its dialect has
  std::string address;                   // "https://api.deepseek.com"; the key is sent to this origin only
  std::string key_env;                   // name of the environment variable
  std::string key;                       // its value; never printed
  std::string ca_file;                   // PEM bundle instead of the system's, empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{300'000};  // without a byte or comment from the upstream
  int max_connections = 256;

  // kind engine; of several models that share memory each is a deployment, "shelf/qwen3" of the group "shelf"
  std::string group;         // empty: a model of its own
  std::uint64_t memory = 0;  // of the group, bytes
  int threads = 0;           // 0: one per hardware thread
  int context = 0;           // positions; 0: the engine's default
  int drafts = 0;            // tokens guessed per answer and step; 0: none
  int slots = 4;             // concurrent streams
  KvCache kv_cache = KvCache::F16;
  std::uint64_t cache_bytes = 0;  // of the prefix cache in memory; 0: none
  std::string cache_folder;       // of the prefix cache on disk; empty: none
  std::uint64_t cache_folder_bytes = std::uint64_t{4} << 30;
  std::chrono::milliseconds cache_folder_age = std::chrono::hours(24 * 7);

  std::string where;  // file:line of its definition, for messages
};

struct Route {
  std::string model;                     // the name clients use; "claude-*" is a pattern for names that begin so
  std::vector<std::string> deployments;  // in order of preference
  std::string where;
  bool is_pattern() const { return model.ends_with('*'); }
};

// A client key. Without keys Sluice serves loopback only and everybody is the principal "local".
struct Key {
  std::string name;                  // the principal
  std::string tenant;                // default: the name
  std::string team;                  // for policy rules; may be empty
  std::string workload{};            // the named use that this key is for; for policy rules; may be empty
  std::vector<std::string> roles{};  // what its holder may be asked for: to approve, to declassify
  std::string person{};              // who holds it; default: the name. A person may hold several keys
  std::string key_env;               // environment variable with the secret
  std::string digest;                // sha256 hex of the secret; the secret itself is not kept
};

}  // namespace sluice::config
