// The commands of the program, one file each. A command prints its result on standard output and returns the
// process' exit status: 0 it did what was asked, 1 it could not (with the Error on standard error), 2 the
// command line was wrong. cli.cpp fills the option structs; main.cpp calls run().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace sluice::app {

int run(int argc, char** argv);  // parses the command line and runs the command it names

struct ServeOptions {
  std::string config;  // sluice.yaml; empty: ./sluice.yaml if it exists, else the built-in default
  std::string listen;  // overrides the configuration's address, "host:port"
};
int serve(const ServeOptions& options);

struct ClassifyOptions {
  std::string file;  // "-": standard input
  std::string config;
  std::string protocol;  // that the file is a request of: request_text.h; empty: it shows
  bool json = false;
  bool lines = false;  // --jsonl: classify_lines() instead
};
int classify(const ClassifyOptions& options);
// One line {"id", "text"} or {"id", "messages"} after the other. A line that can't be read is complained of with
// its number, the others are judged; then the status is 1.
int classify_lines(const ClassifyOptions& options);

struct FingerprintOptions {
  std::vector<std::string> files, except;  // texts, or folders of such
  std::string key_env = "SLUICE_FINGERPRINT_KEY";
  std::string out = "-";  // "-": standard output
};
int fingerprint(const FingerprintOptions& options);

struct ExplainOptions {
  std::string file;  // "-": standard input; a chat request in JSON, or plain text
  std::string config;
  std::string protocol;  // as with classify
  std::string model;     // the route; empty: the request's, else the first route
  std::string principal, team, workload;
  std::string declassify;  // id of a declassification to claim
  std::string label;       // to declare, as by x-sluice-class
};
int policy_explain(const ExplainOptions& options);

struct PolicyOptions {
  std::string file;      // policy.yaml; empty: the configuration's, or the built-in one
  std::string other;     // diff: the new one
  std::string config;    // sluice.yaml: look at its keys, routes and deployments as well
  bool strict = false;   // check: a remark is a failure
  std::string since;     // replay
  std::string data_dir;  // replay; empty: the configuration's
  int limit = 100'000;   // replay
};
int policy_check(const PolicyOptions& options);   // syntax, tests, assertions and what else is odd
int policy_test(const PolicyOptions& options);    // its tests, one by one
int policy_prove(const PolicyOptions& options);   // its assertions, over everything a configuration can bring
int policy_diff(const PolicyOptions& options);    // what another policy would change
int policy_replay(const PolicyOptions& options);  // what it would have changed for the requests in the records
int policy_show_default();

// These ask a running gateway, under the key in SLUICE_KEY where it has keys.
struct RunningPolicyOptions {
  std::string url;  // of the gateway; empty: SLUICE_URL, else the configuration's address
  std::string config;
  bool json = false;
};
int policy_status(const RunningPolicyOptions& options);  // which revision is in force
int policy_reload(const RunningPolicyOptions& options);  // has the file read anew

struct InitOptions {
  std::string out = "policy.yaml";
  std::string hosted, managed, machines, area, approvals;  // the answers; empty: asked for
  bool force = false;                                      // overwrite
};
int policy_init(const InitOptions& options);

struct RecordsOptions {
  std::string config;
  std::string data_dir;  // empty: the configuration's
  int limit = 50;
  std::string outcome, deployment, since;
  std::string id;  // show
  std::string ticket;
  bool json = false;
};
int records_list(const RecordsOptions& options);
int records_show(const RecordsOptions& options);
int records_verify(const RecordsOptions& options);

int records_decisions(const RecordsOptions& options);  // what people decided on held requests

// These ask a running gateway, under the key in SLUICE_KEY: who decides is who holds that key.
struct ApprovalsOptions {
  std::string url;  // of the gateway; empty: SLUICE_URL, else the configuration's address
  std::string config;
  std::string id;  // "tkt_..."
  std::string state, reason;
  std::vector<std::string> deployments;
  bool json = false, text = false;
};
int approvals_list(const ApprovalsOptions& options);
int approvals_show(const ApprovalsOptions& options);
int approvals_decide(const ApprovalsOptions& options, bool approve);

int models_inspect(const std::string& file);

struct ShelfOptions {
  std::string path;    // a folder; verify: or a file; empty: SLUICE_MODELS, else ./models
  bool json = false;   // ls: one object a line
  bool write = false;  // verify: write the manifest
};
int models_ls(const ShelfOptions& options);
// Checks all files and names each; the status is 1 if one is not what its manifest says.
int models_verify(const ShelfOptions& options);

struct QuantizeOptions {
  std::string in, out, to, importance;
  int threads = 0;  // 0: one per processor
  bool force = false;
};
int models_quantize(const QuantizeOptions& options);

struct ImportanceOptions {
  std::string model, out;
  std::string text;  // a file; "-": standard input
  int context = 512, stretches = 0, threads = 0;
  bool force = false;
};
int models_importance(const ImportanceOptions& options);

struct CompareOptions {
  std::string a, b;
  std::string text;  // a file; "-": standard input
  int context = 512, stretches = 0, threads = 0;
  bool exact = false, json = false;
  std::string kv_cache = "f16";  // of b
};
int models_compare(const CompareOptions& options);

struct PullOptions {
  std::string what;                        // REPO, REPO:FILE or REPO:QUANT
  std::string folder;                      // empty: SLUICE_MODELS, else ./models
  std::string endpoint;                    // empty: HF_ENDPOINT, else https://huggingface.co
  std::string revision = "main", ca_file;  // a PEM bundle instead of the system's
  int connections = 4, piece_mib = 16;
  double retry_seconds = 0.5;
  bool force = false;
};
int models_pull(const PullOptions& options);          // the token is in HF_TOKEN
std::string models_folder(const std::string& given);  // where model files are

struct LogitsOptions {
  std::string file;
  std::string prompt, prompt_file;  // one of these three; "-": standard input
  std::string grammar;              // a file
  std::vector<int> tokens;
  std::vector<int> force;
  int predict = 16, top = 10, threads = 0, chunk = 64;
  bool all = false, exact = false, plain = false;
  std::string kv_cache = "f16";
};
int models_logits(const LogitsOptions& options);  // prints one JSON object

struct BenchOptions {
  std::string file;  // a .gguf file or builtin:guide
  int prompt = 512, generate = 128, chunk = 64, repeat = 3;
  std::vector<int> batches{1};
  int threads = 0;  // 0: one per processor
  bool exact = false, json = false;
  std::string kv_cache = "f16";
};
int bench_engine(const BenchOptions& options);  // tokens per second

struct ChatOptions {
  std::string file;  // a .gguf file or builtin:guide; empty: the guide, unless
  std::string url, model, key_env = "SLUICE_KEY", ca_file;  // a running Sluice is asked
  std::string system;
  std::optional<int> max_tokens;
  std::optional<double> temperature;
  std::optional<std::uint64_t> seed;
  int threads = 0, context = 0;
};
int chat(const ChatOptions& options);

// Shared by the commands.
Result<config::Settings> load_settings(const std::string& config);
Result<std::string> read_input(const std::string& file);  // a file or "-"; at most 64 MiB
int complain(const Error& error);                         // prints it on standard error; returns 1

}  // namespace sluice::app
