// What `classify` and `policy explain` share: reading a text or a chat request, and judging it as the gateway
// would.
#pragma once

#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "config/settings.h"
#include "policy/policy.h"
#include "sense/sense.h"

namespace sluice::app {

struct Judged {
  chat::Request request;    // of a chat request, or of a file that an extractor reads; else empty
  bool is_request = false;  // the input was a chat request in JSON
  sense::Judgement judgement;
};

// Input that is a JSON object with "messages" is judged as that request, a file that one of the settings'
// extractors reads by what it reads of it, everything else as plain text.
Result<Judged> judge_input(const std::string& file, const policy::Policy& policy,
                           const config::Settings& settings);
// The configuration's policy, or the built-in one.
Result<std::shared_ptr<const policy::Policy>> load_policy(const config::Settings& settings);
// "  health  medical  $.messages[0].content 12-80  confidence 0.93" a line; never the text itself.
std::string describe_findings(const sense::Judgement& judgement);

}  // namespace sluice::app
