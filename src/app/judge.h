// What `classify` and `policy explain` share: reading a text or a chat request, and judging it as the gateway
// would.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "config/settings.h"
#include "policy/policy.h"
#include "sense/sense.h"

namespace sluice::app {

struct Judged {
  chat::Request request;  // without a body: a file, as its one part; or nothing, and `text` is what was judged
  std::string text;
  bool assumed = false;  // nobody said which protocol's the request is
  sense::Judgement judgement;
  std::unique_ptr<sense::Judge> judge;
};

// Input that is a request of a protocol is judged as that, a file that is no text as the gateway judges one in a
// request: by what an extractor of the settings reads of it, or restricted. Everything else is plain text.
// `protocol`: the name of what the input is a request of, or empty: it shows. Errors: input.*, command.protocol,
// and the gateway's own for a request that it would refuse.
Result<Judged> judge_input(const std::string& file, const std::string& protocol, const policy::Policy& policy,
                           const config::Settings& settings);
// Which protocol's request was judged, as a line; empty for what is none.
std::string describe_reading(const Judged& judged);
// The configuration's policy, or the built-in one.
Result<std::shared_ptr<const policy::Policy>> load_policy(const config::Settings& settings);
// "  health  medical  $.messages[0].content 12-80  confidence 0.93" a line; never the text itself.
std::string describe_findings(const sense::Judgement& judgement);

}  // namespace sluice::app
