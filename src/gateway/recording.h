// A request's record: opened before anything is sent anywhere, closed when it has ended.
#pragma once

#include "gateway/way.h"

namespace sluice::gateway {

// Ends when the record is in the ledger's journal or database; ledger.unavailable where it can't be, and then
// nothing may be sent.
net::Task<Status> record_opening(Lane lane, ledger::Opening opening);
// What can't be written is logged: the record stays open, and the next start closes it as interrupted.
void record_closing(const Lane& lane, ledger::Closing closing);
// Waits until it stands in the ledger's database; ledger.unavailable where it can't, and then what it tells of may
// not be done.
Status record_act(Shared& shared, ledger::Act act);

}  // namespace sluice::gateway
