// `sluice policy init`: asks four questions, writes the policy that the answers make, and checks it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/commands.h"
#include "policy/study/study.h"

namespace sluice::app {
namespace {

// What was given on the command line, or what is answered now; an empty answer is the usual one.
Result<std::string> ask(const std::string& given, const char* question, const char* usual) {
  if (!given.empty()) return given;
  std::fprintf(stderr, "%s [%s] ", question, usual);
  std::string line;
  if (!std::getline(std::cin, line))
    return fail("policy.no_answer", std::string("nobody answered: ") + question, "",
                "answer on the command line: sluice policy init --help lists the options");
  return line.empty() ? std::string(usual) : line;
}

Result<bool> ask_yes_no(const std::string& given, const char* question, const char* usual) {
  SLUICE_TRY(std::string answer, ask(given, question, usual));
  if (answer == "yes" || answer == "y") return true;
  if (answer == "no" || answer == "n") return false;
  return fail("policy.no_answer", "expected yes or no, found \"" + answer + "\"", question);
}

Result<policy::Beginning> ask_all(const InitOptions& o) {
  policy::Beginning b;
  SLUICE_TRY(b.hosted, ask_yes_no(o.hosted, "1. May harmless texts go to a model vendor's API?", "yes"));
  SLUICE_TRY(b.managed,
             ask_yes_no(o.managed, "2. Is there a cloud under contract that may see confidential texts?", "no"));
  SLUICE_TRY(b.private_machines,
             ask_yes_no(o.machines, "3. Do we run model servers that may see regulated texts?", "no"));
  SLUICE_TRY(b.area, ask(o.area,
                         "4. Which area may personal data, official identifiers and health data never leave (EU, "
                         "a country, none)?",
                         "none"));
  if (b.area == "none") b.area.clear();
  // (What stays on this machine is no question of areas.)
  if (!b.area.empty() && (b.area == "local" || !config::valid_jurisdiction(b.area)))
    return fail("policy.no_answer", "expected EU, a country code such as CH, or none; found \"" + b.area + "\"");
  if (!o.approvals.empty()) b.approvals = o.approvals == "yes";
  return b;
}

Status write(const std::string& file, const std::string& text, bool force) {
  std::error_code ignored;
  if (!force && std::filesystem::exists(file, ignored))
    return fail("policy.exists", "there is a file " + file + " already", "",
                "name another with --out, or --force");
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail("policy.unwritable", "can't write " + file);
  return {};
}

}  // namespace

int policy_init(const InitOptions& options) {
  auto answers = ask_all(options);
  if (!answers) return complain(answers.error());
  std::string text = policy::beginning_text(*answers, format_utc(system_clock().utc()).substr(0, 10));
  auto policy = policy::Policy::parse(text, options.out);
  if (!policy) return complain(policy.error());
  if (options.out == "-") {
    std::printf("%s", text.c_str());
    return 0;
  }
  if (Status written = write(options.out, text, options.force); !written) return complain(written.error());
  std::printf("wrote %s, whose tests pass and whose assertions are proved\nname it in sluice.yaml: policy: %s\n",
              options.out.c_str(), options.out.c_str());
  return 0;
}

}  // namespace sluice::app
