#include "gateway/office/notice.h"

#include "base/id.h"
#include "json/writer.h"

namespace sluice::gateway {

std::string notice_json(const Notice& n) {
  json::Writer w;
  w.object().member("id", n.id).member("object", "notice").member("event", n.event);
  w.member("time", format_utc(n.time)).member("target", n.target);
  if (!n.request.empty()) w.member("request", n.request);
  if (!n.ticket.empty()) w.member("ticket", n.ticket);
  w.key("label").object().member("class", n.label_class).member("categories", n.categories).end();
  w.member("deployment", n.deployment).member("revision", n.revision).member("rule", n.rule);
  return w.end().take();
}

std::string notice_signature(std::string_view secret, UtcTime now, std::string_view body) {
  const std::string seconds = std::to_string(now.micros / 1'000'000);
  return "t=" + seconds + ",v1=" + hmac_sha256_hex(secret, seconds + "." + std::string(body));
}

}  // namespace sluice::gateway
