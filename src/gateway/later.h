// Later: what a policy says that has come into force after a request was decided, before all of its hops were
// sent.
//
// A request keeps the policy that it was judged by. What has not left yet is also decided by the policy in force
// by then, for the one deployment that is asked: both must allow it, the obligations of both are met, and what is
// transformed is decided again by both. So a stricter policy stops what it would no longer send, and a wider one
// opens nothing. An approval is for one policy: what the later one holds is not sent.
//
// One request, one loop's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gateway/obligations.h"
#include "gateway/shared.h"

namespace sluice::gateway {

class Later {
 public:
  // As the request was decided. What is referred to outlives it; `obligations` may be null, as for Voice.
  Later(Shared& shared, const sense::Label& judged, const policy::Decision& decision, Bearer bearer,
        Obligations* obligations)
      : shared_(shared), judged_(judged), decision_(decision), bearer_(std::move(bearer)), first_(obligations) {}

  struct Hop {
    Obligations* obligations = nullptr;  // null: nothing is owed to the deployment
    std::string revision;                // of the later policy; empty: none has come into force
    std::string digest;                  // of the policy in force
  };
  // Right before a hop is sent. Errors: policy.denied, by the later policy; the hop has its revision then as well.
  Status ask(const std::string& deployment, Hop& hop);
  // Yet another policy has come into force meanwhile: ask again.
  bool is_over(const Hop& hop) const { return shared_.policy.current()->digest() != hop.digest; }
  void forget();  // no attempt follows

 private:
  struct Both {
    policy::Decision decision;
    std::unique_ptr<Obligations> obligations;
    Status allowed;
  };
  void decide(const std::string& deployment, const ActivePolicy::Snapshot& policy, Both& both) const;

  Shared& shared_;
  const sense::Label& judged_;
  const policy::Decision& decision_;
  const Bearer bearer_;
  Obligations* const first_;
  std::map<std::pair<std::string, std::string>, Both> known_;  // by deployment and the policy's digest
};

}  // namespace sluice::gateway
