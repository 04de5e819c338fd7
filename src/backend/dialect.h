// The dialect table: what each kind of server makes of the protocols, as data. Engines change weekly; a change
// there is a row here. Sources: the reference notes on back ends (sections 1.1, 2 and 3) and on DeepSeek (A1 to
// A11).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "chat/request.h"
#include "wire/target.h"

namespace sluice::backend {

// In which header the key goes.
enum class Auth : std::uint8_t {
  Bearer,  // Authorization: Bearer <key>
  ApiKey,  // api-key: <key>              (Azure)
  XApiKey  // x-api-key: <key>, with anthropic-version
};

struct Dialect {
  std::string_view name;
  Auth auth = Auth::Bearer;
  // Below the deployment's address, by chat::Protocol; empty: not spoken.
  std::array<std::string_view, chat::kProtocols> paths{};
  std::string_view count_tokens;  // of the Messages API; empty: it has none
  std::string_view beta_chat;     // instead of the chat path for a prefix or strict tools; empty: the same
  std::string_view balance;       // what the account still has; empty: not told
  bool think_tags = false;        // its chat may leave "<think>...</think>" in the text (think_tags.h)
  wire::Target target;            // without the model's name

  std::string_view path(const chat::Request& request, chat::Protocol spoken) const;
  // The target for one of its protocols: they differ even at one vendor.
  wire::Target target_for(chat::Protocol spoken, std::string_view model) const;
};

// The same server, of which is known by name what it offers (config::kProtocols): those of its row, the others
// where OpenAI's servers have them below the address, and nothing else. An empty list changes nothing.
Dialect offering(Dialect row, const std::vector<std::string>& protocols);

// The row of this name; every name that the configuration knows has one.
const Dialect& dialect(std::string_view name);

}  // namespace sluice::backend
