#include <algorithm>
#include <array>
#include <chrono>

#include "policy/model.h"
#include "policy/words.h"

namespace sluice::policy {
namespace {

using config::Fields;
using config::Need;
using config::Node;

constexpr std::array<const char*, 1> kVersions{"v1"};
constexpr std::array<const char*, 1> kDefaults{"deny"};
constexpr std::array<const char*, 1> kWishes{"local_only"};
constexpr std::array<const char*, 1> kUnlessOfDeny{"transformed"};
constexpr std::array<const char*, 1> kUnlessOfFloor{"extracted"};
constexpr std::array<const char*, 3> kUnlessOfAssertion{"transformed", "held", "declassified"};
constexpr std::array<const char*, 1> kReasons{"required"};
constexpr std::chrono::hours kUsualTtl{24}, kLongestTtl{24 * 30};
constexpr int kLargestQuorum = 10;

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

Result<std::vector<std::string>> read_who(const Node& node) { return read_names(node); }

void refuse_other_words(Fields& fields) {
  fields.refuse("level", "the word here is class", "write class: ...");
  fields.refuse("labels", "the word here is categories", "write categories: [...]");
  fields.refuse("label", "the word here is categories", "write categories: [...]");
  fields.refuse("labels_only", "the word here is categories_only", "write categories_only: [...]");
  for (const char* key : {"group", "groups"}) fields.refuse(key, "the word here is team", "write team or teams");
  for (const char* key : {"app", "apps"})
    fields.refuse(key, "the word here is workload", "write workload or workloads");
}

void read_section(Fields& fields, std::string_view key, auto read) {
  auto node = fields.node(key);
  if (!node) return;
  if (Status status = read(*node); !status) fields.add(*node, std::move(status).error());
}

void take_id(Fields& fields, std::string& id, Need need) {
  auto node = fields.node("id", need);
  if (node && fields.text("id", id, need) && !valid_id(id))
    fields.add(*node, node->error("value", "expected an id of letters, digits, '.', '_' and '-', at most 64"));
}

void take_who(Fields& fields, Who& who) {
  take(fields, "teams", who.teams, read_who);
  take(fields, "principals", who.principals, read_who);
  take(fields, "routes", who.routes, read_who);
  take(fields, "workloads", who.workloads, read_who);
}

bool take_wish(Fields& fields, What& what) {
  std::size_t wish = 0;
  bool has = fields.choice("wish", wish, kWishes);
  what.wish = what.wish || has;
  return has;
}

Status read_when(const Node& node, Rule& rule) {
  Fields fields(node);
  take_who(fields, rule.who);
  take(fields, "categories_only", rule.what.categories_only, read_any_categories);
  fields.refuse("parts", "only a floor looks at the kinds of parts",
                "raise them by a floor: {when: {parts: [image]}, class: restricted}");
  refuse_other_words(fields);
  return fields.finish();
}

Status read_deny(const Node& node, What& what) {
  Fields fields(node);
  bool cls = take(fields, "class", what.classes, read_classes);
  bool categories = take(fields, "categories", what.categories, read_categories);
  bool wish = take_wish(fields, what);
  refuse_other_words(fields);
  if (!cls && !categories && !wish && !fields.failed())
    fields.add(node, node.error("missing_key", "expected class, categories, wish or several of them",
                                "to deny everything write class: \">=public\""));
  return fields.finish();
}

Status read_obligations(const Node& node, Rule& rule) {
  SLUICE_TRY(std::vector<Node> items, node.list());
  SLUICE_TRY(std::vector<std::string> texts, node.texts());
  for (const Node& item : items) {
    SLUICE_TRY(ObligationUse use, read_obligation(item, rule.id));
    if (use.kind == Obligation::Pseudonymise) rule.pseudonymise = rule.pseudonymise | use.categories;
    if (use.kind == Obligation::Redact) rule.redact = rule.redact | use.categories;
    rule.obligations.push_back(std::move(use));
  }
  return {};
}

void take_hold_terms(Fields& fields, const Node& node, Rule& rule) {
  std::chrono::milliseconds ttl = kUsualTtl;
  auto approvers = [](const Node& n) {
    return read_names(n, "name who may approve, or remove the key: then it is whoever administers this Sluice");
  };
  bool terms = take(fields, "approvers", rule.hold.approvers, approvers);
  terms = fields.duration("ttl", ttl, std::chrono::minutes(1), kLongestTtl) || terms;
  terms = fields.integer("quorum", rule.hold.quorum, 1, kLargestQuorum) || terms;
  rule.hold.rule = rule.id;
  rule.hold.ttl_s = std::chrono::duration_cast<std::chrono::seconds>(ttl).count();
  if (terms && rule.effect != Effect::Hold)
    fields.add(node, node.error("value", "approvers, ttl and quorum belong to a hold rule", "write hold: [...]"));
}

// Exactly one of allow, hold and deny.
void take_effect(Fields& fields, const Node& node, Rule& rule) {
  int effects = int(fields.has("allow")) + int(fields.has("hold")) + int(fields.has("deny"));
  if (fields.has("hold")) rule.effect = Effect::Hold;
  if (fields.has("deny")) rule.effect = Effect::Deny;
  take(fields, "allow", rule.what.classes, read_classes);
  take(fields, "hold", rule.what.classes, read_classes);
  read_section(fields, "deny", [&](const Node& n) { return read_deny(n, rule.what); });
  if (effects != 1)
    fields.add(node,
               node.error("value",
                          effects ? "a rule allows, holds or denies, one of them" : "expected allow, hold or deny",
                          "make it one of them"));
}

void take_unless_transformed(Fields& fields, Rule& rule) {
  std::size_t only = 0;
  auto unless = fields.node("unless");
  if (!unless) return;
  rule.unless_transformed = fields.choice("unless", only, kUnlessOfDeny);
  if (rule.effect != Effect::Deny)
    fields.add(*unless, unless->error("value", "only a deny rule has an exception for transformed texts",
                                      "an allow rule says oblige: [pseudonymise(pii)]"));
}

Result<Rule> read_rule(const Node& node) {
  Rule rule;
  rule.place = node.where();
  Fields fields(node);
  take_id(fields, rule.id, Need::Required);
  take_effect(fields, node, rule);
  take(fields, "zones", rule.where.zones, read_zones);
  take(fields, "deployments", rule.where.deployments, read_who);
  take(fields, "jurisdictions", rule.where.jurisdictions, read_jurisdictions);
  take(fields, "jurisdictions_not", rule.where.jurisdictions_not, read_jurisdictions);
  read_section(fields, "when", [&](const Node& n) { return read_when(n, rule); });
  read_section(fields, "oblige", [&](const Node& n) { return read_obligations(n, rule); });
  take(fields, "until", rule.until, read_day);
  take_hold_terms(fields, node, rule);
  take_unless_transformed(fields, rule);
  for (const char* key : {"transform", "do"})
    fields.refuse(key, "a transformation is an obligation", "write oblige: [pseudonymise(pii)]");
  refuse_other_words(fields);
  if (auto oblige = fields.node("oblige"); oblige && rule.effect == Effect::Deny)
    fields.add(*oblige,
               oblige->error("value", "a deny rule has no obligations: nothing is sent", "remove oblige"));
  SLUICE_TRY_VOID(fields.finish());
  return rule;
}

Status read_floor_when(const Node& node, Floor& floor, bool& has_parts) {
  Fields fields(node);
  take_who(fields, floor.who);
  take(fields, "categories", floor.when_categories, read_categories);
  has_parts = take(fields, "parts", floor.who.parts, read_parts);
  refuse_other_words(fields);
  return fields.finish();
}

Result<Floor> read_floor(const Node& node, std::size_t number) {
  Floor floor;
  floor.place = node.where();
  floor.id = "floor " + std::to_string(number + 1);
  Fields fields(node);
  take_id(fields, floor.id, Need::Optional);
  bool has_parts = false;
  read_section(fields, "when", [&](const Node& n) { return read_floor_when(n, floor, has_parts); });
  take(fields, "class", floor.cls, read_class);
  take(fields, "categories", floor.categories, read_categories);
  take(fields, "until", floor.until, read_day);
  std::size_t only = 0;
  floor.who.unless_extracted = fields.choice("unless", only, kUnlessOfFloor);
  if (floor.who.unless_extracted && !has_parts)
    fields.add(node, node.error("value", "unless: extracted belongs to a floor with when: {parts: [...]}"));
  refuse_other_words(fields);
  if (!fields.failed() && !floor.cls && floor.categories.empty())
    fields.add(node,
               node.error("missing_key", "expected class, categories or both", "say what the floor raises to"));
  SLUICE_TRY_VOID(fields.finish());
  return floor;
}

Result<Declassification> read_declassification(const Node& node) {
  Declassification out;
  out.place = node.where();
  Fields fields(node);
  take_id(fields, out.id, Need::Required);
  take(fields, "from", out.from, read_class, Need::Required);
  take(fields, "to", out.to, read_class, Need::Required);
  take(fields, "categories", out.categories, read_any_categories, Need::Required);
  auto by = [](const Node& n) { return read_names(n, "name the principals, teams or roles that may claim it"); };
  take(fields, "by", out.by, by, Need::Required);
  take(fields, "until", out.until, read_day, Need::Required);
  std::size_t only = 0;
  fields.choice("reason", only, kReasons);
  read_section(fields, "scope", [&](const Node& n) -> Status {
    Fields scope(n);
    take_who(scope, out.scope);
    refuse_other_words(scope);
    return scope.finish();
  });
  refuse_other_words(fields);
  if (!fields.failed() && out.to >= out.from)
    fields.add(node, node.error("value", "a declassification leads down: `to` must be below `from`"));
  for (sense::Category c : out.categories.list())
    if (!fields.failed() && sense::floor_of(c) > out.from)
      fields.add(
          node, node.error("contradiction",
                           std::string("category ") + sense::category_name(c) + " is at least " +
                               sense::class_name(sense::floor_of(c)) + ", above `from`: it could never be lowered",
                           "raise `from` or leave the category out"));
  SLUICE_TRY_VOID(fields.finish());
  return out;
}

void take_unless(Fields& fields, Unless& unless) {
  auto node = fields.node("unless");
  if (!node) return;
  auto bits = read_names(*node);
  if (!bits) return fields.add(*node, std::move(bits).error());
  auto items = node->type() == Node::Type::List ? *node->list() : std::vector<Node>{*node};
  for (const Node& item : items) {
    auto word = item.choice(kUnlessOfAssertion);
    if (!word) return fields.add(item, std::move(word).error());
    (*word == 0 ? unless.transformed : *word == 1 ? unless.held : unless.declassified) = true;
  }
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
  take(fields, "categories", out.what.categories, read_categories);
  take(fields, "categories_only", out.what.categories_only, read_any_categories);
  take_wish(fields, out.what);
  bool zone = take(fields, "zone", out.where.zones, read_zones);
  if (out.always) out.some_zone = take(fields, "some_zone", out.where.zones, read_zones);
  if (zone && out.some_zone)
    fields.add(body, body.error("value", "zone and some_zone exclude each other", "keep one of them"));
  take(fields, "deployment", out.where.deployments, read_who);
  take(fields, "jurisdiction", out.where.jurisdictions, read_jurisdictions);
  take(fields, "jurisdiction_not", out.where.jurisdictions_not, read_jurisdictions);
  take(fields, "team", out.who.teams, read_who);
  take(fields, "principal", out.who.principals, read_who);
  take(fields, "route", out.who.routes, read_who);
  take(fields, "workload", out.who.workloads, read_who);
  take_unless(fields, out.unless);
  fields.refuse("unredacted", "the word here is unless", "write unless: transformed");
  fields.refuse("fallback", "every fallback is decided like the first choice",
                "write the statement without it: it holds for every position of a route");
  refuse_other_words(fields);
  SLUICE_TRY_VOID(fields.finish());
  return out;
}

void take_test_subject(Fields& fields, Test& test) {
  fields.text("team", test.subject.team);
  fields.text("principal", test.subject.principal);
  fields.text("route", test.subject.route);
  fields.text("workload", test.subject.workload);
  take(fields, "roles", test.subject.roles, read_who);
  take(fields, "parts", test.subject.parts, read_parts);
  take(fields, "extracted", test.subject.extracted, read_parts);
  std::size_t only = 0;
  test.label.local_only = fields.choice("wish", only, kWishes);
  std::string claim;
  if (fields.text("declassify", claim)) test.subject.claim = Claim{claim, "a test"};
  int day = 0;
  if (take(fields, "on", day, read_day)) test.subject.time = UtcTime{day * std::int64_t(86'400'000'000)};
}

Result<Test> read_test(const Node& node, sense::Class default_class) {
  Test test;
  test.place = node.where();
  test.path = node.path();
  test.label.cls = default_class;
  Fields fields(node);
  take(fields, "class", test.label.cls, read_class);
  take(fields, "categories", test.label.categories, read_any_categories);
  take_test_subject(fields, test);
  fields.text("deployment", test.deployment);
  std::size_t zone = 0;
  bool one_zone = fields.choice("zone", zone, kZoneWords);
  if (one_zone) test.zones = std::uint8_t(1u << zone);
  if (!one_zone && test.deployment.empty() && !fields.failed())
    fields.add(node, node.error("missing_key", "expected zone, deployment or both", "add zone: hosted"));
  std::vector<std::string> jurisdiction;
  if (take(fields, "jurisdiction", jurisdiction, read_jurisdictions)) test.jurisdiction = jurisdiction.front();
  if (jurisdiction.size() > 1)
    fields.add(node, node.error("value", "expected one jurisdiction", "write a test for each"));
  fields.choice("want", test.want, kWantWords, Need::Required);
  read_section(fields, "oblige", [&](const Node& n) -> Status {
    Rule scratch;
    SLUICE_TRY_VOID(read_obligations(n, scratch));
    test.obligations.emplace();
    for (const ObligationUse& use : scratch.obligations) test.obligations->push_back(obligation_name(use));
    std::sort(test.obligations->begin(), test.obligations->end());
    return {};
  });
  fields.refuse("fallback", "every fallback is decided like the first choice", "name the deployment or its zone");
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

// A test of a declassification that is not there would pass for ever and show nothing.
void refuse_unknown_claims(Fields& fields, const Node& root, const Model& model) {
  std::vector<std::string> known;
  for (const Declassification& d : model.declassifications) known.push_back(d.id);
  for (const Test& test : model.tests) {
    if (!test.subject.claim || std::find(known.begin(), known.end(), test.subject.claim->id) != known.end())
      continue;
    const auto near = config::did_you_mean(test.subject.claim->id, known);
    Error error = root.error("unknown_declassification",
                             "there is no declassification \"" + test.subject.claim->id + "\" in this policy",
                             near            ? "did you mean \"" + *near + "\"?"
                             : known.empty() ? "the policy has none: remove the key from the test"
                                             : "the policy has " + config::any_of(known));
    error.where = test.place;
    return fields.add(root, std::move(error));
  }
}

void refuse_elsewhere(Fields& fields) {
  for (const char* key : {"deployments", "fallbacks"})
    fields.refuse(key, "deployments and routes stand in sluice.yaml", "rules name them; remove this section");
  for (const char* key : {"levels", "labels", "zones"})
    fields.refuse(key, "classes, categories and zones are fixed",
                  "docs/policy.md lists them; remove this section");
  fields.refuse("transforms", "a transformation is an obligation of a rule",
                "write oblige: [pseudonymise(pii)] in the rule that allows it");
  fields.refuse("holds", "a hold is a rule", "write {id: H1, hold: [restricted], ...} under rules");
  fields.refuse("workloads", "workloads stand in sluice.yaml", "rules name them; remove this section");
}

}  // namespace

Result<Model> parse_model(std::string_view yaml, const std::string& file, const config::OwnDetectors& own) {
  SLUICE_TRY(Node root, config::parse_yaml(yaml, file, "policy"));
  Model model;
  model.file = file;
  model.replaceable = sense::replaceable(own);
  Fields fields(root);
  std::size_t only = 0;
  fields.choice("policy", only, kVersions, Need::Required);
  fields.choice("default", only, kDefaults);
  auto revision = fields.node("revision", Need::Required);
  if (revision && fields.text("revision", model.revision) && !valid_id(model.revision))
    fields.add(*revision, revision->error("value", "expected letters, digits, '.', '_' and '-', at most 64",
                                          "for example 2026-09-01a"));
  take(fields, "default_class", model.default_class, read_class);
  fields.text("shadow", model.shadow_file);
  std::size_t number = 0;
  read_items(fields, "floors", model.floors, [&](const Node& n) { return read_floor(n, number++); });
  read_items(fields, "rules", model.rules, read_rule, Need::Required);
  read_items(fields, "declassify", model.declassifications, read_declassification);
  read_items(fields, "assert", model.assertions, read_assertion);
  read_items(fields, "tests", model.tests, [&](const Node& n) { return read_test(n, model.default_class); });
  refuse_same_id(fields, root, model.rules);
  refuse_same_id(fields, root, model.floors);
  refuse_same_id(fields, root, model.declassifications);
  refuse_unknown_claims(fields, root, model);
  refuse_elsewhere(fields);
  SLUICE_TRY_VOID(fields.finish());
  return model;
}

}  // namespace sluice::policy
