// What a held request is to the room of approvals: pure translations, and the answer a client gets.
#pragma once

#include <string>
#include <vector>

#include "approval/desk.h"
#include "config/settings.h"
#include "gateway/principal.h"
#include "policy/policy.h"
#include "sense/sense.h"

namespace sluice::gateway {

// The header that names a ticket, both ways.
inline constexpr const char* kTicketHeader = "x-sluice-ticket";

approval::Person person_of(const Principal& principal);
// The deployments that an approval would open, with its terms, in the route's order.
std::vector<approval::Place> places_of(const policy::Decision& decision);
// Findings as JSON for an approver: what was found where, never the text. At most 200; more are counted.
std::string findings_json(const std::vector<sense::Finding>& findings);
// Whether keys of enough people besides this principal, and of the same tenant, may approve what it asks.
bool can_be_approved(const policy::Hold& hold, const std::string& principal, const config::Settings& settings);
// policy.held: which ticket waits, on whom, until when; and whether anybody here could approve it.
Error held(const approval::Ticket& ticket, const config::Settings& settings);
// Opens what was approved, and nothing else.
void admit_approved(policy::Decision& decision, const approval::Presented& presented);
// The people whose approval opened one of these deployments.
std::vector<std::string> approvers_of(const approval::Presented& presented);

}  // namespace sluice::gateway
