#include <cstdio>

#include "app/ask.h"
#include "app/commands.h"
#include "json/doc.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

constexpr const char* kPage = "/sluice/approvals";

Gate gate_of(const ApprovalsOptions& options) { return {options.url, options.config}; }

Result<std::string> path_of(const std::string& id) {
  for (unsigned char c : id)
    if (!std::isalnum(c) && c != '_') return fail("approval.unknown", "that is no ticket's id", "", "tkt_...");
  return std::string(kPage) + "/" + id;
}

std::string word(json::Value value) {
  std::string text = value.string().value_or(std::string(value.raw()));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';  // they would steer the terminal
  return text;
}

std::string words(json::Value array) {
  std::string text;
  for (json::Value value : array) text += (text.empty() ? "" : ", ") + word(value);
  return text;
}

void line(const char* name, const std::string& value) { std::printf("%-13s %s\n", name, value.c_str()); }

std::string label_of(json::Value t) {
  std::string categories = word(t["label"]["categories"]);
  return word(t["label"]["class"]) + (categories.empty() ? "" : " (" + categories + ")");
}

void print_row(json::Value t) {
  std::string places;
  for (json::Value p : t["deployments"])
    places +=
        (places.empty() ? "" : ", ") + word(p["name"]) + " " + word(p["approvals"]) + "/" + word(p["quorum"]);
  std::printf("%s  %-8s  %s for %s: %s -> %s; until %s%s\n", word(t["id"]).c_str(), word(t["state"]).c_str(),
              word(t["person"]).c_str(), word(t["model"]).c_str(), label_of(t).c_str(), places.c_str(),
              word(t["expires"]).substr(0, 19).c_str(),
              t["may_decide"].boolean().value_or(false) ? "" : "; not yours to decide");
}

void print_ticket(json::Value t) {
  line("id", word(t["id"]));
  line("state", word(t["state"]));
  line("asked by", word(t["person"]) + " (key " + word(t["principal"]) + ", tenant " + word(t["tenant"]) + ")");
  line("asked for", word(t["model"]) + " (" + word(t["protocol"]) + ", " + word(t["bytes"]) + " bytes)");
  line("created", word(t["created"]));
  line("expires", word(t["expires"]));
  line("label", label_of(t));
  for (json::Value f : t["findings"]) {
    if (f["more"]) {
      line("found", word(f["more"]) + " more");
      continue;
    }
    line("found", word(f["detector"]) + ", " + word(f["category"]) + ", confidence " + word(f["confidence"]) +
                      ", at " + word(f["path"]) + " [" + word(f["start"]) + ", " + word(f["end"]) + ")");
  }
  for (json::Value p : t["deployments"])
    line("deployment", word(p["name"]) + " (" + word(p["zone"]) + ", " + word(p["jurisdiction"]) + "): held by " +
                           word(p["rule"]) + ", " + word(p["approvals"]) + " of " + word(p["quorum"]) +
                           " approvals by " + (p["approvers"].size() == 0 ? "admin" : words(p["approvers"])));
  for (json::Value d : t["decisions"])
    line("decision", word(d["time"]).substr(0, 19) + "Z " + word(d["person"]) + " " + word(d["decision"]) +
                         " for " + words(d["deployments"]) + ": " + word(d["reason"]));
  for (json::Value u : t["uses"])
    line("used", word(u["time"]).substr(0, 19) + "Z by " + word(u["request"]) +
                     (u["released"].boolean().value_or(false) ? ", which failed" : ""));
  line("policy", word(t["revision"]));
  line("content hash", word(t["content_hash"]));
  line("text", t["text_kept"].boolean().value_or(false) ? "kept, encrypted: --text prints it" : "not kept");
}

Status print_tickets(const std::string& body, bool json, bool whole) {
  if (json) {
    std::printf("%s\n", body.c_str());
    return {};
  }
  SLUICE_TRY(auto doc, json::Doc::parse(body));
  json::Value root = doc->root();
  if (whole) {
    print_ticket(root);
    return {};
  }
  for (json::Value ticket : root["data"]) print_row(ticket);
  if (root["data"].size() == 0) std::printf("no tickets\n");
  return {};
}

int finish(const Status& status) { return status ? 0 : complain(status.error()); }

}  // namespace

int approvals_list(const ApprovalsOptions& options) {
  auto body = ask(gate_of(options), "GET", kPage + (options.state.empty() ? "" : "?state=" + options.state));
  if (!body) return complain(body.error());
  return finish(print_tickets(*body, options.json, false));
}

int approvals_show(const ApprovalsOptions& options) {
  auto path = path_of(options.id);
  if (!path) return complain(path.error());
  auto body = ask(gate_of(options), "GET", *path + (options.text ? "/text" : ""));
  if (!body) return complain(body.error());
  if (options.text) {
    std::printf("%s\n", body->c_str());
    return 0;
  }
  return finish(print_tickets(*body, options.json, true));
}

int approvals_decide(const ApprovalsOptions& options, bool approve) {
  auto path = path_of(options.id);
  if (!path) return complain(path.error());
  json::Writer w;
  w.object().member("reason", options.reason);
  if (!options.deployments.empty()) {
    w.key("deployments").array();
    for (const std::string& name : options.deployments) w.value(name);
    w.end();
  }
  auto body = ask(gate_of(options), "POST", *path + (approve ? "/approve" : "/refuse"), w.end().take());
  if (!body) return complain(body.error());
  return finish(print_tickets(*body, false, true));
}

}  // namespace sluice::app
