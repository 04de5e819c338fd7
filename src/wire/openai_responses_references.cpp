// Items of the Responses API that a client names instead of sending.
#include "json/splice.h"
#include "wire/openai_responses.h"

namespace sluice::wire {

using json::Type;
using json::Value;

Result<std::optional<std::string>> resolve_item_references(const json::Doc& body, const ItemLookup& lookup) {
  json::Splice splice(body);
  bool any = false;
  std::size_t bytes = 0;
  Value input = body.root()["input"];
  if (!input.is(Type::Array)) return std::optional<std::string>();
  for (Value item : input) {
    auto type = item["type"].string();
    auto id = item["id"].string();
    // The type may be left out where only an id is given.
    bool reference = type ? *type == "item_reference" : item.is(Type::Object) && item.size() == 1 && id;
    if (!reference || !id) continue;
    auto known = lookup(*id);
    if (!known)
      return fail(
          "response.unknown", "there is no earlier item of this id here", item["id"].path(),
          "send the item itself; items are kept in memory for a while, and not where the policy forbids it");
    // One item may be named as often as fits a request, and what it stands for be the larger.
    bytes += known->size();
    if (bytes > json::Limits().bytes)
      return fail("json.size", "the items that are named here make the request too large", item["id"].path(),
                  "name fewer items, or begin a new conversation");
    splice.replace(item, std::move(*known));
    any = true;
  }
  if (!any) return std::optional<std::string>();
  return std::optional<std::string>(splice.apply());
}

std::vector<std::pair<std::string, std::string>> answer_items(std::string_view whole_answer) {
  std::vector<std::pair<std::string, std::string>> items;
  auto doc = json::Doc::parse(std::string(whole_answer));
  if (!doc) return items;
  for (Value item : (*doc)->root()["output"])
    if (auto id = item["id"].string()) items.emplace_back(std::move(*id), std::string(item.raw()));
  return items;
}

}  // namespace sluice::wire
