// The section `detectors` of sluice.yaml.
#include "config/detectors.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "config/parts.h"

namespace sluice::config {
namespace {

constexpr std::size_t kShortestKey = 16;  // characters; as for client keys

Said said(const Node& node, std::string text) { return {std::move(text), node.where()}; }

void read_said(Fields& fields, std::string_view key, Said& out, Need need = Need::Optional) {
  auto node = fields.node(key, need);
  std::string text;
  if (node && fields.text(key, text)) out = said(*node, std::move(text));
}

void read_many(Fields& fields, std::string_view key, std::vector<Said>& out) {
  auto node = fields.node(key);
  if (!node) return;
  auto texts = node->texts();
  auto nodes = node->list();
  if (!texts || !nodes) return fields.add(*node, texts ? nodes.error() : texts.error());
  if (texts->empty()) return fields.add(*node, node->error("value", "the list is empty", "remove the key"));
  for (std::size_t i = 0; i < texts->size(); ++i) out.push_back(said((*nodes)[i], std::move((*texts)[i])));
}

void read_path(Fields& fields, const Node& node, Said& path, const Context& context, bool folders) {
  path.text = resolve_path(context, path.text);
  std::error_code ignored;
  const auto status = std::filesystem::status(path.text, ignored);
  if (std::filesystem::is_regular_file(status) || (folders && std::filesystem::is_directory(status))) return;
  fields.add(node, node.error("no_such_file", "there is no file " + path.text,
                              "paths are relative to the folder of this file"));
}

void read_paths(Fields& fields, std::string_view key, std::vector<Said>& out, const Context& context) {
  read_many(fields, key, out);
  if (out.empty()) return;
  for (Said& path : out) read_path(fields, *fields.node(key), path, context, true);
}

void read_file(Fields& fields, std::string_view key, Said& out, const Context& context) {
  read_said(fields, key, out);
  if (!out.text.empty()) read_path(fields, *fields.node(key), out, context, false);
}

Status read_examples(const Node& node, OwnDetector& d) {
  Fields fields(node);
  read_many(fields, "match", d.match);
  read_many(fields, "no_match", d.no_match);
  return fields.finish();
}

void read_common(Fields& fields, const Node& node, OwnDetector& d, bool typed) {
  d.where = node.where();
  auto name = fields.node("name", Need::Required);
  if (name && fields.text("name", d.name) && !valid_name(d.name))
    fields.add(*name, name->error("value", "expected a name of letters, digits, '.', '_' and '-', at most 64"));
  read_said(fields, "category", d.category, Need::Required);
  read_said(fields, "class", d.cls);
  if (typed) {
    d.type = "TERM";
    auto type = fields.node("type");
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
    if (type && fields.text("type", d.type) &&
        (d.type.size() > 24 || d.type.front() == '_' || d.type.back() == '_' ||
         !std::all_of(d.type.begin(), d.type.end(), is_letter)))
      fields.add(*type,
                 type->error("value", "expected capital letters and '_', at most 24", "such as CONTRACT_NO"));
  }
  if (auto examples = fields.node("examples"))
    if (Status read = read_examples(*examples, d); !read) fields.add(*examples, std::move(read).error());
}

Result<OwnPattern> read_pattern(const Node& node, const Context&) {
  Fields fields(node);
  OwnPattern p;
  read_common(fields, node, p, true);
  read_said(fields, "regex", p.regex, Need::Required);
  fields.boolean("ignore_case", p.ignore_case);
  read_many(fields, "context", p.context);
  read_said(fields, "check", p.check);
  SLUICE_TRY_VOID(fields.finish());
  return p;
}

// Exactly one of two keys.
void one_of(Fields& fields, const Node& node, const char* a, bool has_a, const char* b, bool has_b) {
  if (fields.failed() || has_a != has_b) return;
  const std::string keys = std::string(a) + " or " + b;
  fields.add(node,
             has_a ? node.error("contradiction", "there is both " + std::string(a) + " and " + b, "write one")
                   : node.error("missing_key", "there is neither " + std::string(a) + " nor " + b, "add " + keys));
}

Result<OwnDictionary> read_dictionary(const Node& node, const Context& context) {
  Fields fields(node);
  OwnDictionary d;
  read_common(fields, node, d, true);
  read_many(fields, "terms", d.terms);
  read_file(fields, "file", d.file, context);
  one_of(fields, node, "terms", !d.terms.empty(), "file", !d.file.text.empty());
  SLUICE_TRY_VOID(fields.finish());
  return d;
}

Result<OwnFingerprints> read_prints(const Node& node, const Context& context) {
  Fields fields(node);
  OwnFingerprints f;
  read_common(fields, node, f, false);
  read_paths(fields, "files", f.files, context);
  read_paths(fields, "except", f.except, context);
  read_file(fields, "prints", f.prints, context);
  one_of(fields, node, "files", !f.files.empty(), "prints", !f.prints.text.empty());
  if (!f.except.empty() && !f.prints.text.empty())
    fields.add(node, node.error("contradiction", "what prints leave out was said when they were made",
                                "remove except, and give it to sluice fingerprint"));
  SLUICE_TRY_VOID(fields.finish());
  return f;
}

template <class One>
void read_list(Fields& fields, std::string_view key, std::vector<One>& out, std::set<std::string>& names,
               const Context& context, Result<One> (*read)(const Node&, const Context&)) {
  auto node = fields.node(key);
  if (!node) return;
  auto items = node->list();
  if (!items) return fields.add(*node, std::move(items).error());
  for (const Node& item : *items) {
    Result<One> one = read(item, context);
    if (!one) {
      fields.add(item, std::move(one).error());
      continue;
    }
    if (!names.insert(one->name).second)
      fields.add(item, item.error("duplicate_name", "there are two detectors named \"" + one->name + "\"",
                                  "findings name them: give it another name"));
    out.push_back(std::move(*one));
  }
}

}  // namespace

Status read_detectors(const Node& node, OwnDetectors& own, const Context& context) {
  Fields fields(node);
  std::set<std::string> names;
  read_list(fields, "patterns", own.patterns, names, context, read_pattern);
  read_list(fields, "dictionaries", own.dictionaries, names, context, read_dictionary);
  read_list(fields, "fingerprints", own.fingerprints, names, context, read_prints);
  read_secret(fields, context, "key_env", Need::Optional, own.key_env, own.key);
  auto key = fields.node("key_env");
  if (key && !own.key.empty() && own.key.size() < kShortestKey)
    fields.add(*key, key->error("value", "the key in " + own.key_env + " is shorter than 16 characters",
                                "make one with openssl rand -hex 32"));
  for (const OwnFingerprints& f : own.fingerprints)
    if (!f.prints.text.empty() && !key)
      fields.add(node, node.error("missing_key", "prints need the key they were made with", "add key_env"));
  return fields.finish();
}

}  // namespace sluice::config
