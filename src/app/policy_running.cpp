#include <cstdio>

#include "app/ask.h"
#include "app/commands.h"
#include "json/doc.h"

namespace sluice::app {
namespace {

std::string word(json::Value value) { return value.string().value_or(""); }

Status print_state(const std::string& body, bool json) {
  if (json) {
    std::printf("%s\n", body.c_str());
    return {};
  }
  SLUICE_TRY(auto doc, json::Doc::parse(body));
  json::Value root = doc->root();
  std::printf("revision %s of %s is in force since %s\n", word(root["revision"]).c_str(),
              word(root["file"]).c_str(), word(root["since"]).c_str());
  std::printf("digest %s\n", word(root["digest"]).c_str());
  if (json::Value failed = root["failed"]; failed && !failed.is(json::Type::Null))
    std::printf("the file could not be used at %s: %s: %s%s\n", word(failed["time"]).c_str(),
                word(failed["code"]).c_str(), word(failed["message"]).c_str(),
                word(failed["at"]).empty() ? "" : (" (at " + word(failed["at"]) + ")").c_str());
  return {};
}

int show(const RunningPolicyOptions& options, std::string method, std::string target) {
  auto body = ask({options.url, options.config, true}, std::move(method), std::move(target));
  if (!body) return complain(body.error());
  Status printed = print_state(*body, options.json);
  return printed ? 0 : complain(printed.error());
}

}  // namespace

int policy_status(const RunningPolicyOptions& options) { return show(options, "GET", "/sluice/policy"); }
int policy_reload(const RunningPolicyOptions& options) { return show(options, "POST", "/sluice/policy/reload"); }

}  // namespace sluice::app
