#include "gateway/pages.h"

#include "base/metrics.h"
#include "json/writer.h"
#include "wire/openai_responses.h"

namespace sluice::gateway {
namespace {

http::Response answer(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

// Anthropic's clients read another list than OpenAI's.
bool speaks_anthropic(const http::Request& request) {
  return request.path().starts_with("/anthropic/") || request.headers.get("anthropic-version").has_value();
}

// Whether a request for the model would have to wait until it is loaded; null where no engine has it.
const char* load_state(const Shared& shared, std::string_view name) {
  const config::Route* route = shared.settings.route(name);
  for (const std::string& deployment : route ? route->deployments : std::vector<std::string>()) {
    if (shared.engines.count(deployment)) return engine::state_name(engine::ModelSet::State::Loaded);
    if (auto member = shared.members.find(deployment); member != shared.members.end())
      return engine::state_name(member->second.set->state(member->second.model));
  }
  return nullptr;
}

void write_model(json::Writer& w, const Shared& shared, std::string_view name, bool anthropic) {
  UtcTime now = shared.clock->utc();
  if (anthropic) {
    w.object().member("type", "model").member("id", name).member("display_name", name);
    w.member("created_at", format_utc(now)).end();
  } else {
    w.object().member("id", name).member("object", "model").member("created", now.micros / 1'000'000);
    w.member("owned_by", "sluice");
    if (const char* state = load_state(shared, name)) w.member("state", state);
    w.end();
  }
}

http::Response models(const Shared& shared, bool anthropic) {
  json::Writer w;
  w.object();
  if (!anthropic) w.member("object", "list");
  w.key("data").array();
  std::vector<std::string_view> names;  // a pattern is no name that a client could use
  for (const config::Route& route : shared.settings.routes)
    if (!route.is_pattern()) names.push_back(route.model);
  for (std::string_view name : names) write_model(w, shared, name, anthropic);
  w.end();
  if (anthropic) {
    w.member("has_more", false).key("first_id");
    names.empty() ? w.null() : w.value(names.front());
    w.key("last_id");
    names.empty() ? w.null() : w.value(names.back());
  }
  return answer(200, "application/json", w.end().take());
}

Result<http::Response> model(const Shared& shared, std::string_view name, bool anthropic) {
  if (!shared.settings.route(name))
    return fail("route.unknown", "there is no model of this name here", "",
                "GET /v1/models lists the names; routes in sluice.yaml define them");
  json::Writer w;
  write_model(w, shared, name, anthropic);
  return answer(200, "application/json", w.take());
}

// A response that is kept for previous_response_id.
Result<http::Response> kept_response(Shared& shared, const Principal& principal, const std::string& id,
                                     bool remove) {
  auto kept = shared.responses.get(principal.owner(), response_object_key(id), shared.policy_time.now());
  if (!kept)
    return fail("response.unknown", "there is no response of this id here", "",
                "responses are kept in memory for a while, and not where the policy forbids it");
  if (!remove) return answer(200, "application/json", std::move(kept->text));
  for (const auto& [item, json] : wire::answer_items(kept->text))
    shared.responses.forget(principal.owner(), response_item_key(item));
  shared.responses.forget(principal.owner(), id);
  shared.responses.forget(principal.owner(), response_object_key(id));
  json::Writer w;
  w.object().member("id", id).member("object", "response").member("deleted", true).end();
  return answer(200, "application/json", w.take());
}

// Ready: at least one deployment of every route can be asked, and no stop has begun.
http::Response readiness(const Shared& shared, const Backends& backends) {
  bool ready = !shared.draining;
  json::Writer w;
  w.object().key("deployments").object();
  for (const auto& [name, backend] : backends) w.member(name, backend->ready() ? "ready" : "not ready");
  w.end();
  for (const config::Route& route : shared.settings.routes) {
    bool any = false;
    for (const std::string& name : route.deployments) any = any || backends.at(name)->ready();
    ready = ready && any;
  }
  ActivePolicy::State policy = shared.policy.state();
  w.key("policy").object().member("revision", policy.policy ? policy.policy->revision() : "");
  w.member("reload_failed", policy.failed.has_value()).end();
  w.member("draining", shared.draining.load()).member("ready", ready).end();
  return answer(ready ? 200 : 503, "application/json", w.take());
}

Error not_found() {
  return {"request.not_found", "there is no such page here", "",
          "POST /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings, /v1/messages, "
          "/v1/messages/count_tokens; GET /v1/models, /healthz, /readyz, /metrics"};
}

Error wrong_method(const char* allowed) {
  return {"request.method", std::string("this page takes ") + allowed, "", std::string("use ") + allowed};
}

bool is_response(std::string_view name) {
  constexpr std::string_view kResponse = "/responses/";
  return name.starts_with(kResponse) && name.find('/', kResponse.size()) == name.npos;
}

// The methods of a page in words, null if there is no such page. HEAD goes where GET does.
const char* methods_of(std::string_view path) {
  std::string_view name = page_name(path);
  if (front_of(path)) return "POST";
  if (is_response(name)) return "GET or DELETE";
  bool known = path == "/healthz" || path == "/readyz" || path == "/metrics" || name == "/models" ||
               name == kBalancePage || name.starts_with("/models/");
  return known ? "GET" : nullptr;
}

// "GET or DELETE" as the field Allow has it: "GET, HEAD, DELETE, OPTIONS".
std::string allow_field(std::string words) {
  if (std::size_t at = words.find(" or "); at != words.npos) words.replace(at, 4, ", ");
  if (words.starts_with("GET")) words.insert(3, ", HEAD");
  return words + ", OPTIONS";
}

// What may be done with a page (RFC 9110, section 9.3.7). No field here lets a browser's page of another origin
// read anything (CORS): a key of this Sluice has no place in such a page.
Result<http::Response> options(std::string_view path) {
  const char* methods = path == "*" ? "GET or POST" : methods_of(path);
  if (!methods) return fail(not_found());
  http::Response response;
  response.status = 204;
  response.headers.add("Allow", allow_field(methods));
  return response;
}

}  // namespace

std::string response_object_key(const std::string& id) { return "object:" + id; }
std::string response_item_key(const std::string& id) { return "item:" + id; }

Result<http::Response> page(Shared& shared, const Backends& backends, const http::Request& request) {
  constexpr std::string_view kModel = "/models/", kResponse = "/responses/";
  const std::string path = request.path();
  const std::string name(page_name(path));
  if (request.method == "OPTIONS") return options(path);
  const char* methods = methods_of(path);
  if (!methods || (request.method == "POST" && is_response(name))) return fail(not_found());
  const bool get = request.method == "GET" || request.method == "HEAD";
  const bool remove = request.method == "DELETE" && is_response(name);
  if (front_of(path) || (!get && !remove)) return fail(wrong_method(methods));
  if (path == "/healthz") return answer(200, "text/plain; charset=utf-8", "ok\n");
  if (path == "/readyz") return readiness(shared, backends);
  // Names of models and numbers of traffic are for those who hold a key, where keys are in use.
  SLUICE_TRY(Principal principal, authenticate(shared.settings, request.headers));
  if (path == "/metrics") return answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics::expose());
  if (is_response(name)) return kept_response(shared, principal, name.substr(kResponse.size()), remove);
  const bool anthropic = speaks_anthropic(request);
  if (name == "/models") return models(shared, anthropic);
  return model(shared, name.substr(kModel.size()), anthropic);
}

http::Response error_response(const Error& error, int status, chat::Protocol protocol, std::string id) {
  http::Response response = answer(status, "application/json", wire::error_body(protocol, error, status, id));
  response.headers.add("x-request-id", std::move(id));
  if (error.retry_after_s > 0) response.headers.add("Retry-After", std::to_string(error.retry_after_s));
  if (error.code == "request.method") response.headers.add("Allow", allow_field(error.hint.substr(4)));
  return response;
}

}  // namespace sluice::gateway
