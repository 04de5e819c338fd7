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
     "contextwindowfallbacks", "contentpolicyfallbacks", "fallbackcredittoken", "modellist", "modelgroup",
     "modelalias", "modelselection", "allowedmodels", "excludedmodels", "analysismodels", "agentid", "assistantid",
     // another provider or account
     "provider", "providers", "llmprovider", "customllmprovider", "gateway", "byok", "router", "routing",
     "routingstrategy", "deployment", "targets",
     // another region
     "region", "regions", "datacenter",
     // another host
     "host", "hostname", "endpoint", "proxy", "proxies", "headers", "callbacks"});
// And what more or less only such gateways call so.
constexpr std::array kSurely = std::to_array<std::string_view>({"routersettings",
                                                                "routersettingsoverride",
                                                                "userconfig",
                                                                "litellmparams",
                                                                "litellmcredentialname",
                                                                "specificdeployment",
                                                                "deploymentid",
                                                                "virtualkey",
                                                                "virtualkeys",
                                                                "apiversion",
                                                                "apitype",
                                                                "regionname",
                                                                "allowedmodelregion",
                                                                "inferencegeo",
                                                                "customhost",
                                                                "extraheaders",
                                                                "extraquery",
                                                                "datasources",
                                                                "successcallback",
                                                                "failurecallback",
                                                                "kvtransferparams",
                                                                "ectransferparams",
                                                                "disaggregatedparams",
                                                                "migrationrequest",
                                                                "remotehost",
                                                                "remoteport",
                                                                "remotemodel",
                                                                "remoteengineid"});
// Beginnings of such names: a cloud's own account and region, and services that record what passes.
constexpr std::array kBeginnings =
    std::to_array<std::string_view>({"aws",       "azuread",       "azureendpoint",  "azuredeployment",
                                     "bootstrap", "vertexproject", "vertexlocation", "vertexcredentials",
                                     "vertexai",  "portkey",       "langfuse",       "langsmith",
                                     "posthog",   "braintrust",    "arize",          "humanloop",
                                     "lunary",    "wandb",         "weaveproject",   "phoenixproject",
                                     "gcsbucket", "gcspath",       "s3bucket"});
// And ends: addresses and keys of whatever service.
constexpr std::array kEnds = std::to_array<std::string_view>(
    {"apibase", "baseurl", "apihost", "apiurl", "apikey", "serverurl", "deploymenturl", "remoteurl", "proxyurl",
     "endpointurl", "endpoint", "webhook", "webhookurl", "callbackurl", "notifyurl"});

// Asked for every field of every request.
template <const auto& kNames>
bool among(std::string_view plain) {
  static constexpr auto kSorted = [] {
    auto list = kNames;
    std::sort(list.begin(), list.end());
    return list;
  }();
  return std::binary_search(kSorted.begin(), kSorted.end(), plain);
}

bool surely_chooses(const std::string& plain) {
  return among<kSurely>(plain) ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view name) { return plain.starts_with(name); }) ||
         std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view name) { return plain.ends_with(name); });
}

bool chooses(Value member, const std::string& plain, bool root) {
  // The client's own name for a route; the deployment's name takes its place. Written otherwise, a server that
  // does not tell cases apart would read it beside that one.
  if (plain == "model") return !root || member.key() != "model";
  // LiteLLM routes by a list of tags.
  if (plain == "tags") return member.is(Type::Array);
  return among<kChoices>(plain) || surely_chooses(plain);
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

// Of texts in metadata those that LiteLLM takes for an address, a key or parameters of its own; a region, a
// version or a trace's id is bookkeeping there.
bool chooses_in_metadata(const std::string& plain) {
  static constexpr auto kParameters = std::to_array<std::string_view>(
      {"userconfig", "litellmparams", "litellmcredentialname", "specificdeployment", "customllmprovider",
       "routersettings", "routersettingsoverride", "apibase"});
  static constexpr auto kRecorders = std::to_array<std::string_view>(
      {"langfuse", "langsmith", "posthog", "braintrust", "arize", "humanloop", "lunary"});
  if (std::find(kParameters.begin(), kParameters.end(), plain) != kParameters.end()) return true;
  const bool recorder = std::any_of(kRecorders.begin(), kRecorders.end(),
                                    [&](std::string_view name) { return plain.starts_with(name); });
  return recorder && (plain.ends_with("host") || plain.ends_with("key") || plain.ends_with("secret") ||
                      plain.ends_with("url") || plain.ends_with("endpoint"));
}

// Bookkeeping as a rule, with texts for values. Gateways read more in it.
Status look_at_metadata(Value metadata, Value at) {
  for (Value member : metadata) {
    const bool text = !member.is(Type::Array) && !member.is(Type::Object);
    const std::string plain = plain_name(member.key());
    if (text ? chooses_in_metadata(plain) : chooses(member, plain, false)) return refuse(at ? at : member);
  }
  return {};
}

// LiteLLM takes it as a text with JSON, too.
Status look_at_written_metadata(Value metadata) {
  if (!metadata.is(Type::String)) return look_at_metadata(metadata, {});
  auto doc = json::Doc::parse(*metadata.string());
  if (!doc || !(*doc)->root().is(Type::Object)) return {};
  return look_at_metadata((*doc)->root(), metadata);
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
    if (plain == "metadata" || plain == "litellmmetadata") return look_at_written_metadata(member);
    if (plain == "plugins")
      for (Value plugin : member)
        if (routes_on(plugin)) return refuse(plugin);
    return {};
  });
}

}  // namespace sluice::gateway
