// What all loops of a gateway share: immutable snapshots and thread-safe services. Made once at start; the policy
// alone may be replaced while requests run.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "approval/desk.h"
#include "base/forward_time.h"
#include "base/id.h"
#include "base/time.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "engine/model_set.h"
#include "gateway/answer_marks.h"
#include "gateway/extracting.h"
#include "gateway/judging.h"
#include "gateway/memory.h"
#include "gateway/office/active_policy.h"
#include "gateway/office/notifier.h"
#include "gateway/office/office.h"
#include "ledger/ledger.h"
#include "ledger/prices.h"
#include "net/certificate.h"
#include "sense/sense.h"

namespace sluice::gateway {

// About 10,000 turns of a thousand words of thought; about 1,000 conversations of 16,000 words.
inline constexpr std::size_t kReasoningBytes = 64u << 20;
inline constexpr std::size_t kResponseBytes = 128u << 20;
// About 100,000 answers to requests above internal.
inline constexpr std::size_t kAnswerMarkBytes = 16u << 20;

// In `responses`: the conversation stands under the response's id, its object under the first of these.
std::string response_object_key(const std::string& id);
std::string response_item_key(const std::string& id);  // an item of an answer

// One of several models of a deployment.
struct SetMember {
  std::shared_ptr<engine::ModelSet> set;
  std::size_t model = 0;
};

struct Shared {
  config::Settings settings;
  ActivePolicy policy;
  std::unique_ptr<sense::Judge> judge;
  std::shared_ptr<const ledger::Prices> prices;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<approval::Desk> desk;
  std::map<std::string, std::shared_ptr<engine::Engine>> engines;  // by deployment
  std::map<std::string, SetMember> members;                        // by deployment, of those with a group
  Memory reasoning{kReasoningBytes};                               // what answers thought, by tool call and text
  Memory responses{kResponseBytes};                                // conversations, by response id
  AnswerMarks answers{kAnswerMarkBytes};                           // what they were made from
  std::shared_ptr<net::Certificate> certificate;                   // of the listener; null: plain HTTP
  // Keys the tokens and user ids that upstreams see instead of what they stand for. Of this process: after a
  // restart they are others, which costs an upstream's cache and nothing else.
  const std::string obligation_secret = sha256_hex(random_id("") + random_id("") + random_id(""));
  const Clock* clock = &system_clock();
  ForwardTime policy_time{system_clock()};  // by which the policy's dates are judged
  std::atomic<bool> draining{false};        // a graceful stop has begun: no new requests
  std::unique_ptr<Extracting> extracting;   // null: no extractors
  std::unique_ptr<Judging> judging;         // of long requests
  Office office;                            // closed before anything here goes
  std::unique_ptr<Notifier> notifier;       // null: nobody is told
};

}  // namespace sluice::gateway
