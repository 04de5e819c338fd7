// Who asks for what, as the policy sees it, and what became of it: between the way of a request and the policy.
#pragma once

#include "chat/request.h"
#include "gateway/meters.h"
#include "gateway/principal.h"
#include "http/codec.h"
#include "policy/policy.h"

namespace sluice::gateway {

// All but the route. A claim to a declassification comes in two headers: x-sluice-declassify names it, and
// x-sluice-reason says why; without a reason it is refused by the policy.
policy::Subject subject_of(const Principal& principal, const chat::Request& request, const http::Headers& headers,
                           UtcTime time);
// Which kinds of parts the request has, and which of them were read as text.
void note_parts(const chat::Request& request, policy::Subject& subject);
// Into the label's provenance, and so into the record: which declassification was claimed, whether it applied, and
// the hash of the reason (the words are the client's own).
void note_claim(policy::Decision& decision);
// The label as it was before a declassification: what is remembered of a conversation does not fall.
sense::Label lasting_label(const policy::Decision& decision);
// sluice_policy_shadow_total: what the shadow revision would have answered otherwise.
void count_shadow(Meters& meters, const policy::Decision& decision);

}  // namespace sluice::gateway
