#include "gateway/pages.h"

#include "base/metrics.h"
#include "json/writer.h"
#include "wire/openai_chat.h"

namespace sluice::gateway {
namespace {

http::Response answer(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

http::Response models(const Shared& shared) {
  std::vector<std::string> names;
  for (const config::Route& route : shared.settings.routes) names.push_back(route.model);
  return answer(200, "application/json", wire::openai_models_body(names, shared.clock->utc().micros / 1'000'000));
}

Result<http::Response> model(const Shared& shared, std::string_view name) {
  if (!shared.settings.route(name))
    return fail("route.unknown", "there is no model of this name here", "",
                "GET /v1/models lists the names; routes in sluice.yaml define them");
  json::Writer w;
  w.object().member("id", name).member("object", "model");
  w.member("created", shared.clock->utc().micros / 1'000'000).member("owned_by", "sluice").end();
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
  w.member("draining", shared.draining.load()).member("ready", ready).end();
  return answer(ready ? 200 : 503, "application/json", w.take());
}

}  // namespace

Result<http::Response> page(const Shared& shared, const Backends& backends, const http::Request& request) {
  constexpr std::string_view kModel = "/v1/models/";
  std::string path = request.path();
  bool known = path == "/healthz" || path == "/readyz" || path == "/metrics" || path == "/v1/models" ||
               path.starts_with(kModel) || path == "/v1/chat/completions";
  if (!known)
    return fail("request.not_found", "there is no such page here", "",
                "POST /v1/chat/completions, GET /v1/models, /healthz, /readyz, /metrics");
  std::string allowed = path == "/v1/chat/completions" ? "POST" : "GET";
  if (request.method != allowed) return fail("request.method", "this page takes " + allowed, "", "use " + allowed);
  if (path == "/healthz") return answer(200, "text/plain; charset=utf-8", "ok\n");
  if (path == "/readyz") return readiness(shared, backends);
  // Names of models and numbers of traffic are for those who hold a key, where keys are in use.
  SLUICE_TRY_VOID(authenticate(shared.settings, request.headers));
  if (path == "/metrics") return answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics::expose());
  if (path == "/v1/models") return models(shared);
  return model(shared, std::string_view(path).substr(kModel.size()));
}

http::Response error_response(const Error& error, int status) {
  http::Response response = answer(status, "application/json", wire::openai_error_body(error, status));
  if (error.code == "request.method") response.headers.add("Allow", error.hint.substr(4));
  return response;
}

}  // namespace sluice::gateway
