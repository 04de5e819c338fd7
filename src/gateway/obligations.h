// Obligations: what the policy's decision demands of the way to one deployment, met per attempt.
//
// A deployment in a fallback chain gets what its own verdict says: text without what it must not see, a user id
// that tells it nothing, a bounded answer. What is transformed is judged and decided again before it is sent; an
// obligation that a request can't meet (policy.obligation) ends the attempt and nothing was sent. The answer is
// restored and watched on its way back. Where no verdict obliges anything of this, there is no Obligations object
// and the request takes its usual way.
//
// One request, one loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "gateway/shared.h"
#include "mask/mask.h"

namespace sluice::gateway {

// How one attempt is made.
struct Duty {
  std::shared_ptr<const chat::Request> request;  // what is sent; null: what was asked
  std::shared_ptr<const mask::Vault> vault;      // what the answer restores; null: nothing
  engine::Keep keep = engine::Keep::Disk;        // what may stay of it, by the verdict on what is sent
  sense::CategorySet watched;                    // what no answer may contain
  std::vector<std::string> notes;                // for the client: how it differs from what was asked
};

// What an attempt needs to know of its request.
struct Bearer {
  std::string request_id;
  std::string tenant;
  policy::Subject subject;
  ActivePolicy::Snapshot policy;  // that decided on it
};

class Obligations {
 public:
  // Null where no allowed or held deployment asks for anything that is done per attempt. `shared` and `decision`
  // outlive it.
  static std::unique_ptr<Obligations> of(const Shared& shared, const policy::Decision& decision, Bearer bearer);

  Obligations(const Shared& shared, const policy::Decision& decision, Bearer bearer)
      : shared_(shared), decision_(decision), bearer_(std::move(bearer)) {}
  // Errors: policy.obligation, and those of wire::decode for what the edits made of the body.
  Result<Duty> meet(const std::string& deployment, const chat::Request& asked);
  std::unique_ptr<backend::Answer> dress(std::unique_ptr<backend::Answer> answer, const Duty& duty,
                                         const chat::Request& asked) const;
  void forget() { masked_.clear(); }  // no attempt follows

 private:
  struct Masked {
    std::shared_ptr<const chat::Request> request;
    std::shared_ptr<const mask::Vault> vault;
    policy::Verdict verdict;
  };
  Result<Masked> mask(const policy::Verdict& verdict, const chat::Request& asked) const;
  void notify(const policy::Verdict& verdict);
  void tell(const policy::ObligationUse& use, const policy::Verdict& verdict);

  const Shared& shared_;
  const policy::Decision& decision_;
  const Bearer bearer_;
  // Several answers to one request are several attempts with the same text.
  std::map<std::pair<std::string, const chat::Request*>, Masked> masked_;
  std::set<std::string> told_;  // deployment and target: retries and several answers are one notice
};

}  // namespace sluice::gateway
