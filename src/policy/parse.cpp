#include <algorithm>
#include <array>

#include "policy/model.h"
#include "policy/words.h"

namespace sluice::policy {
namespace {

using config::Fields;
using config::Need;
using config::Node;

constexpr std::array<const char*, config::kZones> kZones{"device", "private", "managed", "hosted"};
constexpr std::array<const char*, 2> kWants{"deny", "allow"};
constexpr std::array<const char*, 1> kVersions{"v1"};
constexpr std::array<const char*, 1> kDefaults{"deny"};

Result<sense::Class> read_class(const Node& node, std::string_view name) {
  if (auto cls = sense::parse_class(name)) return *cls;
  std::vector<std::string> known;
  for (int i = 0; i < sense::kClasses; ++i) known.push_back(sense::class_name(sense::Class(i)));
  auto near = config::did_you_mean(name, known);
  return fail(node.error("unknown_class",
                         "expected " + config::any_of(known) + ", found \"" + std::string(name) + "\"",
                         near ? "did you mean \"" + *near + "\"?" : ""));
}

Result<sense::CategorySet> read_categories(const Node& node, bool may_be_empty) {
  SLUICE_TRY(std::vector<Node> items, node.list());
  SLUICE_TRY(std::vector<std::string> names, node.texts());
  if (names.empty() && !may_be_empty)
    return fail(node.error("value", "expected at least one category", "remove the key"));
  sense::CategorySet set;
  std::vector<std::string> known;
  for (int i = 0; i < sense::kCategories; ++i) known.push_back(sense::category_name(sense::Category(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto category = sense::parse_category(names[i]);
    if (category) {
      set.add(*category);
      continue;
    }
    auto near = config::did_you_mean(names[i], known);
    return fail(items[i].error("unknown_category", "there is no category \"" + names[i] + "\"",
                               near ? "did you mean \"" + *near + "\"?" : "known: " + config::any_of(known)));
  }
  return set;
}

// confidential, ">=confidential", "<=confidential" or a list of classes.
Result<std::uint8_t> read_classes(const Node& node) {
  if (node.type() == Node::Type::List) {
    SLUICE_TRY(std::vector<Node> items, node.list());
    SLUICE_TRY(std::vector<std::string> names, node.texts());
    if (names.empty()) return fail(node.error("value", "expected at least one class"));
    unsigned bits = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      SLUICE_TRY(sense::Class cls, read_class(items[i], names[i]));
      bits |= 1u << int(cls);
    }
    return std::uint8_t(bits);
  }
  SLUICE_TRY(std::string text, node.text());
  bool up = text.starts_with(">="), down = text.starts_with("<=");
  SLUICE_TRY(sense::Class cls, read_class(node, std::string_view(text).substr(up || down ? 2 : 0)));
  unsigned bits = 1u << int(cls);
  if (up) bits = 0x1fu & ~(bits - 1);
  if (down) bits = (bits << 1) - 1;
  return std::uint8_t(bits);
}

// A list, or in tests and assertions a single value for a list of one.
Result<std::vector<Node>> list_or_one(const Node& node) {
  if (node.type() == Node::Type::Scalar) return std::vector<Node>{node};
  return node.list();
}

Result<std::vector<std::string>> read_names(const Node& node) {
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  if (items.empty())
    return fail(node.error("value", "an empty list matches nothing", "name something or remove the key"));
  if (node.type() == Node::Type::List) return node.texts();
  SLUICE_TRY(std::string one, node.text());
  return std::vector<std::string>{one};
}

Result<std::vector<std::string>> read_jurisdictions(const Node& node) {
  SLUICE_TRY(std::vector<std::string> names, read_names(node));
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!config::valid_jurisdiction(names[i]))
      return fail(items[i].error("value", "expected a country code such as DE or US, EU, or local",
                                 "two capital letters of ISO 3166"));
  return names;
}

Result<std::uint8_t> read_zones(const Node& node) {
  SLUICE_TRY(std::vector<Node> items, list_or_one(node));
  if (items.empty()) return fail(node.error("value", "expected at least one zone", "name one or remove the key"));
  unsigned bits = 0;
  for (const Node& item : items) {
    SLUICE_TRY(std::size_t zone, item.choice(kZones));
    if (bits >> zone & 1) return fail(item.error("value", "this zone stands twice in the list", "keep one"));
    bits |= 1u << zone;
  }
  return std::uint8_t(bits);
}

// Reads the value of `key` with `read` into `out`; errors go to `fields`.
template <class Out, class Read>
bool take(Fields& fields, std::string_view key, Out& out, Read read, Need need = Need::Optional) {
  auto node = fields.node(key, need);
  if (!node) return false;
  auto value = read(*node);
  if (!value) {
    fields.add(*node, std::move(value).error());
    return false;
  }
  out = std::move(*value);
  return true;
}

auto some_categories = [](const Node& n) { return read_categories(n, false); };
auto any_categories = [](const Node& n) { return read_categories(n, true); };

void refuse_planned(Fields& fields, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    fields.not_yet(key, "if it were ignored, the policy would mean something else: remove it");
}
void refuse_other_words(Fields& fields) {
  fields.refuse("level", "the word here is class", "write class: ...");
  fields.refuse("labels", "the word here is categories", "write categories: [...]");
  fields.refuse("label", "the word here is categories", "write categories: [...]");
  fields.refuse("labels_only", "the word here is categories_only", "write categories_only: [...]");
  for (const char* key : {"group", "groups"}) fields.refuse(key, "the word here is team", "write team or teams");
  refuse_planned(fields, {"app", "apps", "workload", "workloads", "wish", "unless", "part", "repo", "shadow"});
}

Status read_when(const Node& node, Who& who, What* what) {
  Fields fields(node);
  take(fields, "teams", who.teams, read_names);
  take(fields, "principals", who.principals, read_names);
  take(fields, "routes", who.routes, read_names);
  if (what) take(fields, "categories_only", what->categories_only, any_categories);
  refuse_other_words(fields);
  return fields.finish();
}

Status read_deny(const Node& node, What& what) {
  Fields fields(node);
  bool cls = take(fields, "class", what.classes, read_classes);
  bool categories = take(fields, "categories", what.categories, some_categories);
  refuse_other_words(fields);
  if (!cls && !categories && !fields.failed())
    fields.add(node, node.error("missing_key", "expected class, categories or both",
                                "to deny everything write class: \">=public\""));
  return fields.finish();
}

void read_section(Fields& fields, std::string_view key, auto read) {
  auto node = fields.node(key);
  if (!node) return;
  if (Status status = read(*node); !status) fields.add(*node, std::move(status).error());
}

Status read_obligations(const Node& node, Rule& rule) {
  SLUICE_TRY(std::vector<Node> items, node.list());
  SLUICE_TRY(std::vector<std::string> texts, node.texts());
  for (const Node& item : items) {
    SLUICE_TRY(ObligationUse use, read_obligation(item, rule.id));
    rule.obligations.push_back(std::move(use));
  }
  return {};
}

Result<Rule> read_rule(const Node& node) {
  Rule rule;
  rule.place = node.where();
  Fields fields(node);
  auto id = fields.node("id", Need::Required);
  if (id && fields.text("id", rule.id) && !valid_id(rule.id))
    fields.add(*id, id->error("value", "expected an id of letters, digits, '.', '_' and '-', at most 64"));
  bool allow = fields.has("allow");
  rule.deny = fields.has("deny");
  take(fields, "allow", rule.what.classes, read_classes);
  read_section(fields, "deny", [&](const Node& n) { return read_deny(n, rule.what); });
  take(fields, "zones", rule.where.zones, read_zones);
  take(fields, "deployments", rule.where.deployments, read_names);
  take(fields, "jurisdictions", rule.where.jurisdictions, read_jurisdictions);
  take(fields, "jurisdictions_not", rule.where.jurisdictions_not, read_jurisdictions);
  read_section(fields, "when", [&](const Node& n) { return read_when(n, rule.who, &rule.what); });
  read_section(fields, "oblige", [&](const Node& n) { return read_obligations(n, rule); });
  refuse_planned(fields, {"hold", "approvers", "ttl", "quorum", "transform", "declassify"});
  refuse_other_words(fields);
  bool planned = fields.has("hold");
  if (allow == rule.deny && !planned)
    fields.add(node, node.error("value", allow ? "a rule allows or denies, not both" : "expected allow or deny",
                                "make it one of them"));
  if (auto oblige = fields.node("oblige"); oblige && rule.deny)
    fields.add(*oblige,
               oblige->error("value", "a deny rule has no obligations: nothing is sent", "remove oblige"));
  SLUICE_TRY_VOID(fields.finish());
  return rule;
}

Result<Floor> read_floor(const Node& node, std::size_t number) {
  Floor floor;
  floor.place = node.where();
  floor.id = "floor " + std::to_string(number + 1);
  Fields fields(node);
  auto id = fields.node("id");
  if (id && fields.text("id", floor.id) && !valid_id(floor.id))
    fields.add(*id, id->error("value", "expected an id of letters, digits, '.', '_' and '-', at most 64"));
  read_section(fields, "when", [&](const Node& n) { return read_when(n, floor.who, nullptr); });
  take(fields, "class", floor.cls, [](const Node& n) -> Result<sense::Class> {
    SLUICE_TRY(std::string text, n.text());
    return read_class(n, text);
  });
  take(fields, "categories", floor.categories, some_categories);
  refuse_other_words(fields);
  if (!fields.failed() && !floor.cls && floor.categories.empty())
    fields.add(node,
               node.error("missing_key", "expected class, categories or both", "say what the floor raises to"));
  SLUICE_TRY_VOID(fields.finish());
  return floor;
}

Result<Assertion> read_assertion(const Node& node) {
  Assertion out;
  out.place = node.where();
  Fields outer(node);
  auto never = outer.node("never");
  auto always = outer.node("always");
  if (never.has_value() == always.has_value())
    outer.add(node, node.error("value", "expected either never or always", "write never: {...} or always: {...}"));
  SLUICE_TRY_VOID(outer.finish());
  out.always = always.has_value();
  const Node& body = out.always ? *always : *never;
  Fields fields(body);
  take(fields, "class", out.what.classes, read_classes);
  take(fields, "categories", out.what.categories, some_categories);
  take(fields, "categories_only", out.what.categories_only, any_categories);
  bool zone = take(fields, "zone", out.where.zones, read_zones);
  if (out.always) out.some_zone = take(fields, "some_zone", out.where.zones, read_zones);
  if (zone && out.some_zone)
    fields.add(body, body.error("value", "zone and some_zone exclude each other", "keep one of them"));
  take(fields, "deployment", out.where.deployments, read_names);
  take(fields, "jurisdiction", out.where.jurisdictions, read_jurisdictions);
  take(fields, "jurisdiction_not", out.where.jurisdictions_not, read_jurisdictions);
  take(fields, "team", out.who.teams, read_names);
  take(fields, "principal", out.who.principals, read_names);
  take(fields, "route", out.who.routes, read_names);
  refuse_planned(fields, {"unredacted", "fallback"});
  refuse_other_words(fields);
  SLUICE_TRY_VOID(fields.finish());
  return out;
}

Result<Test> read_test(const Node& node, sense::Class default_class) {
  Test test;
  test.place = node.where();
  test.path = node.path();
  test.label.cls = default_class;
  Fields fields(node);
  take(fields, "class", test.label.cls, [](const Node& n) -> Result<sense::Class> {
    SLUICE_TRY(std::string text, n.text());
    return read_class(n, text);
  });
  take(fields, "categories", test.label.categories, any_categories);
  fields.text("team", test.subject.team);
  fields.text("principal", test.subject.principal);
  fields.text("route", test.subject.route);
  fields.text("deployment", test.deployment);
  std::size_t zone = 0;
  bool one_zone = fields.choice("zone", zone, kZones);
  if (one_zone) test.zones = std::uint8_t(1u << zone);
  if (!one_zone && test.deployment.empty() && !fields.failed())
    fields.add(node, node.error("missing_key", "expected zone, deployment or both", "add zone: hosted"));
  std::vector<std::string> jurisdiction;
  if (take(fields, "jurisdiction", jurisdiction, read_jurisdictions)) test.jurisdiction = jurisdiction.front();
  if (jurisdiction.size() > 1)
    fields.add(node, node.error("value", "expected one jurisdiction", "write a test for each"));
  fields.choice("want", test.want_allow, kWants, Need::Required);
  read_section(fields, "oblige", [&](const Node& n) -> Status {
    Rule scratch;
    SLUICE_TRY_VOID(read_obligations(n, scratch));
    test.obligations.emplace();
    for (const ObligationUse& use : scratch.obligations) test.obligations->push_back(obligation_name(use));
    std::sort(test.obligations->begin(), test.obligations->end());
    return {};
  });
  refuse_planned(fields, {"fallback"});
  refuse_other_words(fields);
  SLUICE_TRY_VOID(fields.finish());
  return test;
}

template <class Item, class Read>
void read_items(Fields& fields, std::string_view key, std::vector<Item>& out, Read read,
                Need need = Need::Optional) {
  auto node = fields.node(key, need);
  if (!node) return;
  auto items = node->list();
  if (!items) return fields.add(*node, std::move(items).error());
  for (const Node& item : *items) {
    auto value = read(item);
    if (!value) return fields.add(item, std::move(value).error());
    out.push_back(std::move(*value));
  }
}

template <class Item>
void refuse_same_id(Fields& fields, const Node& root, const std::vector<Item>& items) {
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (items[i].id == items[j].id) {
        Error error =
            root.error("duplicate_rule", "the id \"" + items[i].id + "\" is already taken at " + items[j].place,
                       "give this one another id");
        error.where = items[i].place;
        return fields.add(root, std::move(error));
      }
}

}  // namespace

Result<Model> parse_model(std::string_view yaml, const std::string& file) {
  SLUICE_TRY(Node root, config::parse_yaml(yaml, file, "policy"));
  Model model;
  Fields fields(root);
  std::size_t only = 0;
  fields.choice("policy", only, kVersions, Need::Required);
  fields.choice("default", only, kDefaults);
  auto revision = fields.node("revision", Need::Required);
  if (revision && fields.text("revision", model.revision) && !valid_id(model.revision))
    fields.add(*revision, revision->error("value", "expected letters, digits, '.', '_' and '-', at most 64",
                                          "for example 2026-09-01a"));
  take(fields, "default_class", model.default_class, [](const Node& n) -> Result<sense::Class> {
    SLUICE_TRY(std::string text, n.text());
    return read_class(n, text);
  });
  std::size_t number = 0;
  read_items(fields, "floors", model.floors, [&](const Node& n) { return read_floor(n, number++); });
  read_items(fields, "rules", model.rules, read_rule, Need::Required);
  read_items(fields, "assert", model.assertions, read_assertion);
  read_items(fields, "tests", model.tests, [&](const Node& n) { return read_test(n, model.default_class); });
  refuse_same_id(fields, root, model.rules);
  refuse_same_id(fields, root, model.floors);
  refuse_planned(fields, {"transforms", "declassify", "shadow", "holds", "workloads"});
  for (const char* key : {"deployments", "fallbacks"})
    fields.refuse(key, "deployments and routes stand in sluice.yaml", "rules name them; remove this section");
  for (const char* key : {"levels", "labels", "zones"})
    fields.refuse(key, "classes, categories and zones are fixed",
                  "docs/policy.md lists them; remove this section");
  SLUICE_TRY_VOID(fields.finish());
  return model;
}

}  // namespace sluice::policy
