// Calls to a running gateway, for the commands that ask it: under the key in SLUICE_KEY, since who asks is who
// holds that key.
#pragma once

#include <string>

#include "base/result.h"

namespace sluice::app {

struct Gate {
  std::string url;       // of the gateway; empty: SLUICE_URL, else the configuration's address
  std::string config;    // sluice.yaml
  bool keyless = false;  // without SLUICE_KEY it is asked without a key, as a gateway without keys allows
};

// The body of the answer, if its status is 200. Errors: the gateway's own, in its words; gateway.answer if what
// answered is no Sluice; auth.missing; net.*, http.*.
Result<std::string> ask(const Gate& gate, std::string method, std::string target, std::string body = {});

}  // namespace sluice::app
