#include "app/talk/conversation.h"

#include "json/writer.h"
#include "wire/protocol.h"

namespace sluice::app {
namespace {

void write_message(json::Writer& w, std::string_view role, std::string_view text) {
  w.object().member("role", role).member("content", text).end();
}

}  // namespace

std::string Conversation::json(std::string_view model) const {
  json::Writer w;
  w.object().member("model", model).key("messages").array();
  if (!settings_.system.empty()) write_message(w, "system", settings_.system);
  for (const Turn& turn : turns_) write_message(w, turn.role, turn.text);
  return w.end().end().take();
}

Result<chat::Request> Conversation::request(std::string_view model) const {
  std::string body = json(model);
  body.pop_back();
  json::Writer w;
  w.object().member("stream", true);
  if (settings_.max_tokens) w.member("max_tokens", *settings_.max_tokens);
  if (settings_.temperature) w.member("temperature", *settings_.temperature);
  if (settings_.seed) w.member("seed", *settings_.seed);
  body += "," + w.end().take().substr(1);
  return wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate, std::move(body));
}

}  // namespace sluice::app
