// Voice: one answer to a request: the attempts that lead to it, then its chunks.
//
// Fallback moves among the deployments of the plan only (which the policy's decision made), and only until the
// first content came: what an attempt sent up to then is held back, so that a failed one leaves no trace in the
// answer. A Voice lives on its loop's thread. Its owner keeps it alive until attempt() and next() have returned.
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"
#include "gateway/meters.h"
#include "gateway/obligations.h"
#include "gateway/shared.h"

namespace sluice::gateway {

// What is asked: the client's request, and the same with the reasoning of its earlier turns put back, for the
// deployments that refuse a history without it. Both were judged.
struct Asked {
  const chat::Request* plain = nullptr;
  const chat::Request* reasoned = nullptr;     // null: nothing was missing
  Obligations* obligations = nullptr;          // null: nothing is owed to any deployment
  const policy::Decision* decision = nullptr;  // null: nothing may be kept of it
  const chat::Request& for_backend(const backend::Backend& backend) const {
    // Anthropic's own clients bring what it signed.
    const bool signs = backend.signs_reasoning() && plain->protocol != chat::Protocol::AnthropicMessages;
    return reasoned && (backend.needs_reasoning() || signs) ? *reasoned : *plain;
  }
};

// Content is what a client shows; until it came, another deployment may still answer in this one's place.
bool has_content(const chat::Chunk& chunk);
const Error* failure_in(const chat::Chunk& chunk);

class Voice {
 public:
  Voice(net::Loop& loop, const Shared& shared, Meters& meters, std::vector<backend::Backend*> plan, Asked asked,
        backend::CallContext context)
      : loop_(loop),
        shared_(shared),
        meters_(meters),
        plan_(std::move(plan)),
        asked_(asked),
        context_(std::move(context)) {}

  // Asks one deployment after the other until content comes. The error of the last one where none answered.
  net::Task<Status> attempt();
  // After a successful attempt(): the next chunk; the last one has last = true.
  net::Task<chat::Chunk> next();
  bool waiting() const { return relayed_ < held_.size() || (answer_ && answer_->waiting()); }
  void cancel();  // what is pending ends soon with request.cancelled

  const backend::Answer* answer() const { return answer_.get(); }  // of the attempt that serves
  const backend::Backend* backend() const { return backend_; }     // the same
  std::vector<ledger::Attempt>& attempts() { return attempts_; }   // in order, the serving one last
  std::optional<chat::Usage> usage;                                // as told so far; its owner sets it

 private:
  net::Task<Status> attempt_one(backend::Backend& backend);
  net::Task<Status> read_to_content();
  net::Task<chat::Chunk> next_held();
  engine::Keep keep_at(const std::string& deployment) const;

  net::Loop& loop_;
  const Shared& shared_;
  Meters& meters_;
  std::vector<backend::Backend*> plan_;
  Asked asked_;
  backend::CallContext context_;
  std::unique_ptr<backend::Answer> answer_;
  const backend::Backend* backend_ = nullptr;
  std::vector<ledger::Attempt> attempts_;
  std::vector<chat::Chunk> held_;  // what the answer began with, up to and with its first content
  std::size_t relayed_ = 0;        // how many of held_ were given out
  bool cancelled_ = false;
};

}  // namespace sluice::gateway
