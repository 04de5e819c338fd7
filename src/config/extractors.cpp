// The section `extractors` of sluice.yaml.
#include "config/extractors.h"

#include <unistd.h>

#include <filesystem>

#include "config/parts.h"
#include "text/media.h"

namespace sluice::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::size_t kMostBytes = 1u << 30;
constexpr std::size_t kMostText = 64u << 20;  // what is judged of a request

void read_media(Fields& fields, Extractor& e) {
  auto node = fields.node("media", Need::Required);
  if (!node || !fields.texts("media", e.media)) return;
  if (e.media.empty())
    return fields.add(*node, node->error("value", "the list is empty", "write for example [application/pdf]"));
  const auto nodes = node->list();
  for (std::size_t i = 0; i < e.media.size(); ++i)
    if (!text::is_known_media(e.media[i]))
      fields.add((*nodes)[i], (*nodes)[i].error(
                                  "value", "\"" + e.media[i] + "\" is no media type that can be told by its bytes",
                                  "write " + any_of(text::known_media())));
}

// An argument may be given twice, so this is no list of names.
void read_command(Fields& fields, Extractor& e, const Context& context) {
  auto node = fields.node("command", Need::Required);
  if (!node) return;
  auto nodes = node->list();
  if (!nodes) return fields.add(*node, std::move(nodes).error());
  for (const Node& item : *nodes) {
    auto word = item.text();
    if (!word) return fields.add(item, std::move(word).error());
    e.command.push_back(std::move(*word));
  }
  if (e.command.empty())
    return fields.add(*node, node->error("value", "the list is empty",
                                         "write the program and its arguments, such as [/usr/bin/pdftotext, "
                                         "-enc, UTF-8, \"-\", \"-\"]"));
  std::string& program = e.command.front();
  if (program.find('/') == program.npos)
    return fields.add(nodes->front(), nodes->front().error("value", "\"" + program + "\" is no path of a program",
                                                           "write its whole path; no PATH is searched"));
  program = resolve_path(context, program);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(program, ignored))
    return fields.add(nodes->front(),
                      nodes->front().error("no_such_file", "there is no program " + program,
                                           "install it; paths are relative to the folder of this file"));
  if (::access(program.c_str(), X_OK) != 0)
    fields.add(nodes->front(),
               nodes->front().error("value", program + " can't be executed by this user", "chmod +x makes it so"));
}

Result<Extractor> read_extractor(const Node& node, const Context& context) {
  Fields fields(node);
  Extractor e;
  e.where = node.where();
  read_name(fields, e.name);
  read_media(fields, e);
  read_command(fields, e, context);
  fields.duration("time_limit", e.time_limit, milliseconds(10), minutes(10));
  fields.bytes("max_bytes", e.max_bytes, 1, kMostBytes);
  fields.bytes("max_text", e.max_text, 1, kMostText);
  fields.boolean("blank_pages", e.blank_pages);
  fields.boolean("network", e.network);
  SLUICE_TRY_VOID(fields.finish());
  return e;
}

}  // namespace

Status read_extractors(const Node& node, Extractors& all, const Context& context) {
  SLUICE_TRY(std::vector<Node> nodes, node.list());
  if (nodes.empty()) return fail(node.error("value", "the list is empty", "remove the key"));
  for (const Node& item : nodes) {
    SLUICE_TRY(Extractor one, read_extractor(item, context));
    for (const Extractor& other : all.list)
      if (other.name == one.name)
        return fail(item.error("duplicate_name",
                               "the extractor \"" + one.name + "\" is already defined at " + other.where,
                               "give it another name"));
    for (const std::string& media : one.media)
      if (const Extractor* other = all.of(media))
        return fail(item.error("contradiction",
                               "two extractors read " + media + ": the first is at " + other->where,
                               "leave it to one of them"));
    all.list.push_back(std::move(one));
  }
  return {};
}

}  // namespace sluice::config
