#include "config/notify.h"

#include "config/address.h"
#include "config/parts.h"

namespace sluice::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::size_t kShortestSecret = 16;  // of 256 random bits nobody takes so few

void read_url(Fields& fields, NotifyTarget& t) {
  auto node = fields.node("url");
  if (!node || !fields.text("url", t.url)) return;
  auto parsed = parse_upstream(t.url, Plain::Private);
  if (!parsed) fields.add(*node, node->error("value", parsed.error().message, parsed.error().hint));
}

}  // namespace

Result<NotifyTarget> parse_notify(const Node& node, const Context& context) {
  NotifyTarget t;
  t.where = node.file() + ":" + std::to_string(node.place().line);
  Fields fields(node);
  read_name(fields, t.name);
  read_url(fields, t);
  fields.boolean("held", t.held);
  const bool hook = fields.has("url");
  if (hook) {
    read_secret(fields, context, "secret_env", Need::Required, t.secret_env, t.secret);
    if (!t.secret.empty() && t.secret.size() < kShortestSecret)
      fields.add(node, node.error("value",
                                  "the value of " + t.secret_env + " is shorter than " +
                                      std::to_string(kShortestSecret) + " characters",
                                  "make one: openssl rand -hex 32"));
    existing_file(fields, "ca_file", t.ca_file, context);
    fields.duration("timeout", t.timeout, milliseconds(10), hours(1));
    fields.duration("give_up", t.give_up, milliseconds(10), hours(24 * 30));
    fields.duration("longest_pause", t.longest_pause, milliseconds(10), hours(1));
    fields.integer("queue", t.queue, 1, 1'000'000);
  } else {
    for (const char* key : {"secret_env", "ca_file", "timeout", "give_up", "longest_pause", "queue"})
      fields.refuse(key, "a target without url gets no deliveries, only lines in the log",
                    "add its url, or remove this key");
  }
  SLUICE_TRY_VOID(fields.finish());
  return t;
}

}  // namespace sluice::config
