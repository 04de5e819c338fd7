// Obligations: what the policy's decision demands of the way to one deployment, met per attempt.
//
// A deployment in a fallback chain gets what its own verdict says: text without what it must not see, a user id
// that tells it nothing, a bounded answer. What is transformed is judged and decided again before it is sent; an
// obligation that a request can't meet (policy.obligation) ends the attempt and nothing was sent. The answer is
// restored and watched on its way back. Where no verdict obliges anything of this, there is no Obligations object
// and the request takes its usual way.
//
// One request, one loop's thread; a long text is masked on a thread of `judging`.
#pragma once

#include <atomic>
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

// Whether an attempt is about to be made, of which those hear whom a rule tells, or somebody only asks about it.
enum class Telling { All, Nobody };

class Obligations {
 public:
  // Null where no allowed or held deployment asks for anything that is done per attempt. `shared` and `decision`
  // outlive it, and it the tasks that prepare() returns.
  static std::unique_ptr<Obligations> of(const Shared& shared, const policy::Decision& decision, Bearer bearer);

  Obligations(const Shared& shared, const policy::Decision& decision, Bearer bearer)
      : shared_(shared), decision_(decision), bearer_(std::move(bearer)) {}
  // Where the text is masked for this deployment and long, does so on another thread; meet() finds it done. A
  // short one is masked by meet() itself.
  net::Task<void> prepare(net::Loop& loop, const std::string& deployment, const chat::Request& asked);
  // Errors: policy.obligation, and those of wire::decode for what the edits made of the body.
  Result<Duty> meet(const std::string& deployment, const chat::Request& asked, Telling telling = Telling::All);
  std::unique_ptr<backend::Answer> dress(std::unique_ptr<backend::Answer> answer, const Duty& duty,
                                         const chat::Request& asked) const;
  void forget() { masked_.clear(); }  // no attempt follows

 private:
  struct Masked {
    std::shared_ptr<const chat::Request> request;
    std::shared_ptr<const mask::Vault> vault;
    policy::Verdict verdict;
  };
  using Text = std::pair<std::string, const chat::Request*>;  // by deployment
  struct Making;
  const policy::Verdict* verdict_on(const std::string& deployment) const;
  // Touches nothing of this object but what never changes: on whichever thread.
  Result<Masked> mask(const policy::Verdict& verdict, const chat::Request& asked,
                      const std::atomic<bool>* given_up) const;
  void notify(const policy::Verdict& verdict);
  void tell(const policy::ObligationUse& use, const policy::Verdict& verdict);

  const Shared& shared_;
  const policy::Decision& decision_;
  const Bearer bearer_;
  // Several answers to one request are several attempts with the same text.
  std::map<Text, Result<Masked>> masked_;
  std::map<Text, std::vector<net::Signal>> making_;  // who waits for what one of them has begun
  std::set<std::string> told_;  // deployment and target: retries and several answers are one notice
};

}  // namespace sluice::gateway
