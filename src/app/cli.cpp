// The command line: its grammar and nothing else. The only file that includes CLI11.
#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace sluice::app {
namespace {

constexpr const char* kProtocolHelp =
    "what the file is a request of: chat, responses, messages, completions, embeddings, count_tokens (default: it "
    "shows)";
constexpr const char* kConfigHelp = "configuration file (default: ./sluice.yaml if there is one)";

struct Options {
  ServeOptions serve;
  ClassifyOptions classify;
  FingerprintOptions fingerprint;
  ExplainOptions explain;
  RecordsOptions records;
  ApprovalsOptions approvals;
  PolicyOptions policy;
  RunningPolicyOptions running;
  InitOptions init;
  std::string model_file;
  ShelfOptions shelf;
  QuantizeOptions quantize;
  CompareOptions compare;
  ImportanceOptions importance;
  PullOptions pull;
  LogitsOptions logits;
  BenchOptions bench;
  ChatOptions chat;
};

void add_serve(CLI::App& app, Options& o, int& status) {
  auto* serve_command = app.add_subcommand("serve", "Start the gateway");
  serve_command->add_option("-c,--config", o.serve.config, kConfigHelp);
  serve_command->add_option("--listen", o.serve.listen, "host:port instead of the configuration's");
  serve_command->callback([&] { status = serve(o.serve); });
}

void add_classify(CLI::App& app, Options& o, int& status) {
  auto* command = app.add_subcommand("classify", "Show what a text contains; nothing is sent anywhere");
  command->add_option("file", o.classify.file, "a text, or a chat request in JSON; - for standard input")
      ->required();
  command->add_option("-c,--config", o.classify.config, kConfigHelp);
  auto* protocol = command->add_option("--protocol", o.classify.protocol, kProtocolHelp);
  auto* json = command->add_flag("--json", o.classify.json, "print one JSON object");
  command->add_flag("--jsonl", o.classify.lines, "the file holds many: one {id, text} or {id, messages} a line")
      ->excludes(json)
      ->excludes(protocol);
  command->callback([&] { status = o.classify.lines ? classify_lines(o.classify) : classify(o.classify); });
}

void add_fingerprint(CLI::App& app, Options& o, int& status) {
  auto* command =
      app.add_subcommand("fingerprint", "Make prints of protected documents, which hold no text of them");
  command->add_option("files", o.fingerprint.files, "texts in UTF-8, or folders of such")->required();
  command->add_option("--except", o.fingerprint.except, "texts or folders: what they say is no secret");
  command->add_option("--key-env", o.fingerprint.key_env,
                      "environment variable with the key (default: SLUICE_FINGERPRINT_KEY)");
  command->add_option("-o,--out", o.fingerprint.out, "file to write (default: standard output)");
  command->callback([&] { status = fingerprint(o.fingerprint); });
}

void add_policy_init(CLI::App& policy, Options& o, int& status) {
  auto* init = policy.add_subcommand("init", "Write a policy from four questions");
  auto yes_no = CLI::IsMember({"yes", "no"});
  init->add_option("-o,--out", o.init.out, "file to write (default: policy.yaml; - prints it)");
  init->add_option("--hosted", o.init.hosted, "may harmless texts go to a vendor's API? yes or no")->check(yes_no);
  init->add_option("--managed", o.init.managed, "is there a cloud under contract? yes or no")->check(yes_no);
  init->add_option("--machines", o.init.machines, "do we run model servers ourselves? yes or no")->check(yes_no);
  init->add_option("--area", o.init.area, "personal and health data never leave it: EU, CH, ... or none");
  init->add_option("--approvals", o.init.approvals, "may somebody approve what is restricted? yes or no")
      ->check(yes_no);
  init->add_flag("--force", o.init.force, "overwrite the file");
  init->callback([&] { status = policy_init(o.init); });
}

void add_policy_running(CLI::App& policy, Options& o, int& status) {
  auto common = [&](CLI::App* command) {
    command->add_option("-c,--config", o.running.config, kConfigHelp);
    command->add_option("--url", o.running.url, "the gateway (default: SLUICE_URL, else the configuration's)");
    command->add_flag("--json", o.running.json, "print JSON");
    return command;
  };
  common(policy.add_subcommand("status", "Show which revision a running gateway judges by"))->callback([&] {
    status = policy_status(o.running);
  });
  common(policy.add_subcommand("reload", "Have a running gateway read its policy file anew"))->callback([&] {
    status = policy_reload(o.running);
  });
}

void add_policy(CLI::App& app, Options& o, int& status) {
  auto* policy = app.add_subcommand("policy", "Explain, check, prove, compare, begin and reload a policy")
                     ->require_subcommand(1);
  auto* explain =
      policy->add_subcommand("explain", "Show where a request may go and why; nothing is sent anywhere");
  explain->add_option("file", o.explain.file, "a text, or a chat request in JSON; - for standard input")
      ->required();
  explain->add_option("-c,--config", o.explain.config, kConfigHelp);
  explain->add_option("--protocol", o.explain.protocol, kProtocolHelp);
  explain->add_option("-m,--model", o.explain.model, "the model name a client would ask for");
  explain->add_option("--principal", o.explain.principal, "judge as this principal");
  explain->add_option("--team", o.explain.team, "judge as a member of this team");
  explain->add_option("--workload", o.explain.workload, "judge as this workload");
  explain->add_option("--declassify", o.explain.declassify, "claim this declassification of the policy");
  explain->add_option("--class", o.explain.label, "declare a label, as by the header x-sluice-class");
  explain->callback([&] { status = policy_explain(o.explain); });
  auto with_file = [&](const char* name, const char* help) {
    auto* command = policy->add_subcommand(name, help);
    command->add_option("file", o.policy.file, "policy.yaml (default: the configuration's, or the built-in one)");
    command->add_option("-c,--config", o.policy.config, "configuration whose keys, routes and deployments count");
    return command;
  };
  auto* check = with_file("check", "Run its tests, prove its assertions and say what else is odd");
  check->add_flag("--strict", o.policy.strict, "fail if anything is odd");
  check->callback([&] { status = policy_check(o.policy); });
  with_file("test", "Run its tests, one line each")->callback([&] { status = policy_test(o.policy); });
  with_file("prove", "Prove its assertions, in a configuration for every key, route and fallback")->callback([&] {
    status = policy_prove(o.policy);
  });
  auto* diff = policy->add_subcommand("diff", "Show whose texts may go elsewhere under another policy");
  diff->add_option("old", o.policy.file, "policy.yaml, or 'default'")->required();
  diff->add_option("new", o.policy.other, "policy.yaml, or 'default'")->required();
  diff->add_option("-c,--config", o.policy.config, "configuration whose deployments count");
  diff->callback([&] { status = policy_diff(o.policy); });
  auto* replay = policy->add_subcommand("replay", "Show what another policy would change for recorded requests");
  replay->add_option("file", o.policy.file, "the policy to try")->required();
  replay->add_option("-c,--config", o.policy.config, kConfigHelp);
  replay->add_option("--data-dir", o.policy.data_dir, "data directory instead of the configuration's");
  replay->add_option("--since", o.policy.since, "only from this UTC time on, 2026-11-23T08:00:00Z");
  replay->add_option("-n,--limit", o.policy.limit, "how many records, newest first")
      ->check(CLI::Range(1, 100'000));
  replay->callback([&] { status = policy_replay(o.policy); });
  add_policy_init(*policy, o, status);
  add_policy_running(*policy, o, status);
  policy->add_subcommand("default", "Print the policy used when none is configured")->callback([&] {
    status = policy_show_default();
  });
}

void add_records(CLI::App& app, Options& o, int& status) {
  auto* records = app.add_subcommand("records", "List, show and verify the records of requests");
  auto common = [&](CLI::App* command) {
    command->add_option("-c,--config", o.records.config, kConfigHelp);
    command->add_option("--data-dir", o.records.data_dir, "data directory instead of the configuration's");
    command->add_flag("--json", o.records.json, "print JSON, one record a line");
  };
  auto filters = [&](CLI::App* command) {
    common(command);
    command->add_option("-n,--limit", o.records.limit, "how many, newest first")->check(CLI::Range(1, 1'000'000));
    command->add_option("--outcome", o.records.outcome, "only this outcome: ok, policy.denied, interrupted, ...");
    command->add_option("--deployment", o.records.deployment, "only those this deployment served");
    command->add_option("--since", o.records.since, "only from this UTC time on, 2026-11-23T08:00:00Z");
  };
  filters(records);
  auto* list = records->add_subcommand("list", "List records (what 'sluice records' does)");
  filters(list);
  auto* show = records->add_subcommand("show", "Show one record");
  show->add_option("id", o.records.id, "req_...")->required();
  common(show);
  auto* verify = records->add_subcommand("verify", "Check the hash chain over all records");
  common(verify);
  auto* decisions = records->add_subcommand("decisions", "Show what people decided on held requests, and why");
  common(decisions);
  decisions->add_option("-n,--limit", o.records.limit, "how many, newest first")->check(CLI::Range(1, 100'000));
  decisions->add_option("--ticket", o.records.ticket, "only on this ticket, tkt_...");
  decisions->callback([&] { status = records_decisions(o.records); });
  list->callback([&] { status = records_list(o.records); });
  show->callback([&] { status = records_show(o.records); });
  verify->callback([&] { status = records_verify(o.records); });
  records->callback([records, &o, &status] {
    if (records->get_subcommands().empty()) status = records_list(o.records);
  });
}

void add_approvals(CLI::App& app, Options& o, int& status) {
  auto* approvals = app.add_subcommand("approvals", "Approve or refuse held requests, with the key in SLUICE_KEY")
                        ->require_subcommand(1);
  auto common = [&](CLI::App* command, bool one) {
    command->add_option("-c,--config", o.approvals.config, kConfigHelp);
    command->add_option("--url", o.approvals.url, "the gateway (default: SLUICE_URL, else the configuration's)");
    if (one) command->add_option("id", o.approvals.id, "tkt_...")->required();
  };
  auto* list = approvals->add_subcommand("list", "List the tickets that you may see");
  common(list, false);
  list->add_option("--state", o.approvals.state, "only pending, approved, refused, expired or used")
      ->check(CLI::IsMember({"pending", "approved", "refused", "expired", "used"}));
  list->add_flag("--json", o.approvals.json, "print JSON");
  auto* show = approvals->add_subcommand("show", "Show one ticket");
  common(show, true);
  show->add_flag("--json", o.approvals.json, "print JSON");
  show->add_flag("--text", o.approvals.text,
                 "print the request's text, where it is kept; the ledger notes that you read it");
  auto* approve = approvals->add_subcommand("approve", "Let a request go");
  common(approve, true);
  approve->add_option("--reason", o.approvals.reason, "why; kept in the ledger")->required();
  approve->add_option("--deployment", o.approvals.deployments, "only to this one; may be repeated");
  auto* refuse = approvals->add_subcommand("refuse", "Refuse a request");
  common(refuse, true);
  refuse->add_option("--reason", o.approvals.reason, "why; kept in the ledger, and told to who asked")->required();
  list->callback([&] { status = approvals_list(o.approvals); });
  show->callback([&] { status = approvals_show(o.approvals); });
  approve->callback([&] { status = approvals_decide(o.approvals, true); });
  refuse->callback([&] { status = approvals_decide(o.approvals, false); });
}

void add_model_files(CLI::App& models, Options& o, int& status) {
  auto* list = models.add_subcommand("ls", "List the model files of a folder, and what they are");
  list->add_option("folder", o.shelf.path, "default: SLUICE_MODELS, else ./models");
  list->add_flag("--json", o.shelf.json, "print JSON, one file a line");
  list->callback([&] { status = models_ls(o.shelf); });
  auto* verify = models.add_subcommand("verify", "Check files against their SHA-256 manifests");
  verify->add_option("path", o.shelf.path, "a .gguf file or a folder (default: SLUICE_MODELS, else ./models)");
  verify->add_flag("--write", o.shelf.write, "write the manifest: FILE.sha256, or SHA256SUMS of a folder");
  verify->callback([&] { status = models_verify(o.shelf); });
  auto* quantize = models.add_subcommand("quantize", "Write a model file with smaller types");
  quantize->add_option("in", o.quantize.in, "a .gguf file; of a model in parts the first")->required();
  quantize->add_option("out", o.quantize.out, "the file to write")->required();
  quantize->add_option("--to", o.quantize.to, "Q8_0, Q6_K, Q5_K_M, Q4_K_M or MXFP4")->required();
  quantize->add_option("--importance", o.quantize.importance, "importance data of llama-imatrix, GGUF or .dat");
  quantize->add_option("--threads", o.quantize.threads, "0: one per processor")->check(CLI::Range(0, 256));
  quantize->add_flag("--force", o.quantize.force, "replace the file");
  quantize->callback([&] { status = models_quantize(o.quantize); });
}

void add_pull(CLI::App& models, Options& o, int& status) {
  auto* pull = models.add_subcommand("pull", "Fetch a model file from a hub; goes on where it was interrupted");
  pull->add_option("what", o.pull.what, "owner/name, owner/name:FILE or owner/name:QUANT")->required();
  pull->add_option("--to", o.pull.folder, "folder (default: SLUICE_MODELS, else ./models)");
  pull->add_option("--endpoint", o.pull.endpoint, "the hub (default: HF_ENDPOINT, else https://huggingface.co)");
  pull->add_option("--revision", o.pull.revision, "branch, tag or commit (default: main)");
  pull->add_option("--ca-file", o.pull.ca_file, "certificates to trust instead of the system's, PEM");
  pull->add_option("--connections", o.pull.connections, "at once (default: 4)")->check(CLI::Range(1, 32));
  pull->add_option("--piece", o.pull.piece_mib, "MiB per range (default: 16)")->check(CLI::Range(1, 1024));
  pull->add_option("--retry-delay", o.pull.retry_seconds, "seconds before the first retry; doubles each time")
      ->check(CLI::Range(0.01, 60.0));
  pull->add_flag("--force", o.pull.force, "replace another file of the same name");
  pull->callback([&] { status = models_pull(o.pull); });
}

void add_model_comparison(CLI::App& models, Options& o, int& status) {
  auto* compare = models.add_subcommand("compare", "Say what quantisation cost: two files of one model on a text");
  compare->add_option("a", o.compare.a, "the reference, a .gguf file")->required();
  compare->add_option("b", o.compare.b, "the file to judge")->required();
  compare->add_option("--text", o.compare.text, "a text file to read; - for standard input")->required();
  compare->add_option("--context", o.compare.context, "tokens per stretch of text")->check(CLI::Range(8, 1 << 20));
  compare->add_option("--stretches", o.compare.stretches, "at most so many; 0: all")
      ->check(CLI::Range(0, 1'000'000));
  compare->add_flag("--exact", o.compare.exact, "F32 activations and cache, slower");
  compare->add_option("--kv-cache", o.compare.kv_cache, "how B keeps keys and values, f16 or q8_0 (default: f16)")
      ->check(CLI::IsMember({"f16", "q8_0"}));
  compare->add_option("--threads", o.compare.threads, "0: one per processor")->check(CLI::Range(0, 256));
  compare->add_flag("--json", o.compare.json, "print one JSON object");
  compare->callback([&] { status = models_compare(o.compare); });
}

void add_importance(CLI::App& models, Options& o, int& status) {
  auto* measure = models.add_subcommand("importance", "Measure which columns of a model matter, for quantize");
  measure->add_option("model", o.importance.model, "a .gguf file, as little quantised as can be had")->required();
  measure->add_option("out", o.importance.out, "the file to write, in the GGUF format of llama-imatrix")
      ->required();
  measure->add_option("--text", o.importance.text, "a text file to read; - for standard input")->required();
  measure->add_option("--context", o.importance.context, "tokens per stretch of text")
      ->check(CLI::Range(8, 1 << 20));
  measure->add_option("--stretches", o.importance.stretches, "at most so many; 0: all")
      ->check(CLI::Range(0, 1'000'000));
  measure->add_option("--threads", o.importance.threads, "0: one per processor")->check(CLI::Range(0, 256));
  measure->add_flag("--force", o.importance.force, "replace the file");
  measure->callback([&] { status = models_importance(o.importance); });
}

void add_models(CLI::App& app, Options& o, int& status) {
  auto* models = app.add_subcommand("models", "List, check and look at model files")->require_subcommand(1);
  add_model_files(*models, o, status);
  add_model_comparison(*models, o, status);
  add_importance(*models, o, status);
  add_pull(*models, o, status);
  auto* inspect = models->add_subcommand("inspect", "Say what a GGUF file is");
  inspect->add_option("file", o.model_file, "a .gguf file, or builtin:guide")->required();
  inspect->callback([&] { status = models_inspect(o.model_file); });
  auto* logits = models->add_subcommand("logits", "Print a model's logits for a prompt as JSON");
  logits->add_option("file", o.logits.file, "a .gguf file")->required();
  auto* input = logits->add_option_group("input")->require_option(1);
  input->add_option("-p,--prompt", o.logits.prompt, "a whole prompt; names of special tokens stand for them");
  input->add_option("--prompt-file", o.logits.prompt_file, "a file with one; - for standard input");
  input->add_option("-t,--tokens", o.logits.tokens, "token ids, 1,2,3")->delimiter(',');
  logits->add_option("-n,--predict", o.logits.predict, "tokens to go on for, each the likeliest")
      ->check(CLI::Range(0, 1'000'000));
  auto* force =
      logits->add_option("--force", o.logits.force, "go on with these token ids instead")->delimiter(',');
  logits
      ->add_option("--grammar", o.logits.grammar,
                   "a file in GBNF: only tokens that it allows, until it is fulfilled")
      ->excludes(force);
  logits->add_option("-k,--top", o.logits.top, "likeliest tokens per position")->check(CLI::Range(0, 1'000'000));
  logits->add_flag("--plain", o.logits.plain, "names of special tokens are text like any other");
  logits->add_flag("--all", o.logits.all, "logits at the prompt's positions too");
  logits->add_flag("--exact", o.logits.exact, "F32 activations and cache: the reference numbers, slower");
  logits->add_option("--kv-cache", o.logits.kv_cache, "keys and values in f16 or q8_0 (default: f16)")
      ->check(CLI::IsMember({"f16", "q8_0"}));
  logits->add_option("--threads", o.logits.threads, "compute threads; 0: one per processor")
      ->check(CLI::Range(0, 256));
  logits->add_option("--chunk", o.logits.chunk, "prompt tokens per step")->check(CLI::Range(1, 4096));
  logits->callback([&] { status = models_logits(o.logits); });
}

void add_bench(CLI::App& app, Options& o, int& status) {
  auto* bench = app.add_subcommand("bench", "Measure")->require_subcommand(1);
  auto* engine = bench->add_subcommand("engine", "Tokens per second of a model file on this machine");
  engine->add_option("file,-m,--model", o.bench.file, "a .gguf file, or builtin:guide")->required();
  engine->add_option("-p,--prompt", o.bench.prompt, "tokens to read (default: 512; 0: don't)")
      ->check(CLI::Range(0, 1 << 20));
  engine->add_option("-n,--generate", o.bench.generate, "tokens to write behind them (default: 128; 0: don't)")
      ->check(CLI::Range(0, 1 << 20));
  engine->add_option("-b,--batch", o.bench.batches, "sequences at once, 1,4,16 (default: 1)")
      ->delimiter(',')
      ->check(CLI::Range(1, 256));
  engine->add_option("--chunk", o.bench.chunk, "prompt tokens per step (default: 64)")->check(CLI::Range(1, 4096));
  engine->add_option("-r,--repeat", o.bench.repeat, "measured repetitions (default: 3)")
      ->check(CLI::Range(1, 1000));
  engine->add_option("-t,--threads", o.bench.threads, "0: one per processor")->check(CLI::Range(0, 256));
  engine->add_flag("--exact", o.bench.exact, "F32 activations and cache, slower");
  engine->add_option("--kv-cache", o.bench.kv_cache, "keys and values in f16 or q8_0 (default: f16)")
      ->check(CLI::IsMember({"f16", "q8_0"}));
  engine->add_flag("--json", o.bench.json, "print one JSON object");
  engine->callback([&] { status = bench_engine(o.bench); });
}

void add_chat(CLI::App& app, Options& o, int& status) {
  auto* chat_command = app.add_subcommand("chat", "Talk to a model: the guide, a model file, or a running Sluice");
  auto* file = chat_command->add_option("file", o.chat.file, "a .gguf file (default: the built-in guide)");
  auto* url = chat_command->add_option("--url", o.chat.url, "a running Sluice, http://127.0.0.1:8080");
  url->excludes(file);
  chat_command->add_option("--model", o.chat.model, "which of its models")->needs(url);
  chat_command->add_option("--key-env", o.chat.key_env, "variable with your key (default: SLUICE_KEY)")
      ->needs(url);
  chat_command->add_option("--ca-file", o.chat.ca_file, "certificates to trust instead of the system's, PEM")
      ->needs(url);
  chat_command->add_option("--system", o.chat.system, "what the model is told before everything else");
  chat_command->add_option("--max-tokens", o.chat.max_tokens, "of an answer")->check(CLI::Range(1, 1 << 24));
  chat_command->add_option("--temperature", o.chat.temperature, "0: always the likeliest token")
      ->check(CLI::Range(0.0, 2.0));
  chat_command->add_option("--seed", o.chat.seed, "the same seed, the same answer");
  chat_command->add_option("--threads", o.chat.threads, "0: one per processor")
      ->check(CLI::Range(0, 256))
      ->excludes(url);
  chat_command->add_option("--context", o.chat.context, "positions; 0: 4096 at most")
      ->check(CLI::Range(0, 1 << 27))
      ->excludes(url);
  chat_command->callback([&] { status = chat(o.chat); });
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Sluice: one endpoint for language models; each request goes only where its words may go.");
  app.set_version_flag("--version", "sluice 0.1.0");
  app.require_subcommand(1);
  Options options;
  int status = 0;
  add_serve(app, options, status);
  add_classify(app, options, status);
  add_fingerprint(app, options, status);
  add_policy(app, options, status);
  add_records(app, options, status);
  add_approvals(app, options, status);
  add_models(app, options, status);
  add_chat(app, options, status);
  add_bench(app, options, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return status;
}

}  // namespace sluice::app
