#include "gateway/steering.h"

#include <algorithm>
#include <array>

#include "gateway/field_names.h"

namespace sluice::gateway {
namespace {

using json::Type;
using json::Value;

// Fields that choose, by plain name, from what these document: OpenRouter, LiteLLM's proxy, Vercel's AI gateway,
// Portkey, Azure ("on your data"), Mistral and Groq, Anthropic (inference_geo); vLLM, SGLang, TensorRT-LLM and
// LMDeploy, which fetch a prompt's state from the host that a field names. And what several gateways call alike.
constexpr std::array kChoices = std::to_array<std::string_view>(
    {// another model
     "models", "route", "preset", "fallback", "fallbacks", "fallbackmodel", "fallbackmodels", "defaultfallbacks",
     "contextwindowfallbacks", "contentpolicyfallbacks", "modellist", "modelgroup", "modelalias", "modelselection",
     "allowedmodels", "excludedmodels", "analysismodels", "agentid", "assistantid",
     // another provider or account
     "provider", "providers", "llmprovider", "customllmprovider", "gateway", "byok", "router", "routing",
     "routingstrategy", "routersettings", "routersettingsoverride", "userconfig", "litellmparams",
     "litellmcredentialname", "specificdeployment", "deployment", "deploymentid", "targets", "virtualkey",
     "virtualkeys", "apikey", "apiversion", "apitype",
     // another region
     "region", "regions", "regionname", "allowedmodelregion", "inferencegeo", "datacenter", "vertexproject",
     "vertexlocation", "vertexcredentials", "vertexaiproject", "vertexailocation", "vertexaicredentials",
     // another host, also one that gets a copy, or is told of the answer
     "apibase", "baseurl", "apihost", "host", "hostname", "endpoint", "endpointurl", "customhost", "proxy",
     "proxies", "proxyurl", "headers", "extraheaders", "extraquery", "datasources", "callbacks", "successcallback",
     "failurecallback", "callbackurl", "notifyurl", "webhook", "webhookurl", "kvtransferparams",
     "ectransferparams", "disaggregatedparams", "migrationrequest", "remotehost", "remoteport", "remoteurl",
     "remotemodel", "remoteengineid"});
// Beginnings of such names: a cloud's own account and region, and services that record what passes.
constexpr std::array kBeginnings = std::to_array<std::string_view>(
    {"aws", "azuread", "azureendpoint", "azuredeployment", "bootstrap", "portkey", "langfuse", "langsmith",
     "posthog", "braintrust", "arize", "humanloop", "gcsbucket", "gcspath", "s3bucket", "s3endpoint"});

bool chooses(Value member, const std::string& plain, bool root) {
  // The client's own name for a route; the deployment's name takes its place. Written otherwise, a server that
  // does not tell cases apart would read it beside that one.
  if (plain == "model") return !root || member.key() != "model";
  // LiteLLM routes by a list of tags.
  if (plain == "tags") return member.is(Type::Array);
  const auto begins = [&](std::string_view name) { return plain.starts_with(name); };
  return std::find(kChoices.begin(), kChoices.end(), plain) != kChoices.end() ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(), begins);
}

Failure refuse(Value member) {
  return fail(
      "request.steering",
      "this field chooses model, provider, region or host, and the text was judged for the deployment that the "
      "configuration names",
      member.path(),
      "leave it out; whoever runs this Sluice makes such a choice in sluice.yaml: a deployment with that model, "
      "address and jurisdiction, and a route to it");
}

// OpenRouter's plugins that hand a text to other models.
bool routes_on(Value plugin) {
  const std::string id = plugin["id"].string().value_or("");
  return id.find("router") != id.npos || id.find("fusion") != id.npos;
}

// Bookkeeping as a rule, with texts for values. Gateways read lists and objects in it.
Status look_at_metadata(Value metadata) {
  for (Value member : metadata) {
    const bool text = !member.is(Type::Array) && !member.is(Type::Object);
    if (!text && chooses(member, plain_name(member.key()), false)) return refuse(member);
  }
  return {};
}

// A tool that a gateway runs by a model that its definition names. OpenAI's and Anthropic's own tools with a model
// (pictures, an adviser) stay at the vendor.
Status look_at_tools(Value tools) {
  if (!tools.is(Type::Array)) return {};
  for (Value tool : tools) {
    if (!tool["type"].string().value_or("").starts_with("openrouter:")) continue;
    SLUICE_TRY_VOID(see_settings(tool, [](Value member, const std::string& plain, bool) -> Status {
      if (chooses(member, plain, false)) return refuse(member);
      return {};
    }));
  }
  return {};
}

}  // namespace

Status refuse_steering(const chat::Request& request) {
  if (!request.body) return {};
  const Value body = request.body->root();
  SLUICE_TRY_VOID(look_at_tools(body["tools"]));
  return see_settings(body, [](Value member, const std::string& plain, bool root) -> Status {
    if (chooses(member, plain, root)) return refuse(member);
    if (plain == "metadata" || plain == "litellmmetadata") return look_at_metadata(member);
    if (plain == "plugins")
      for (Value plugin : member)
        if (routes_on(plugin)) return refuse(plugin);
    return {};
  });
}

}  // namespace sluice::gateway
