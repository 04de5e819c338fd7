// Continuous batching: many answers decoded together on one model.
//
// Each step of the scheduler's thread is one forward pass over one row per answering job and up to `chunk` prompt
// rows of jobs that are still reading; those take turns, so that a long prompt delays the others by a chunk at
// most and a short prompt is not stuck behind a long one. Jobs beyond the slots wait in order of arrival.
//
// An answer's row may be followed by rows of guessed tokens (drafts.h). What the sampler chooses from the logits
// of one row is compared with the guess behind it: as long as they are the same, the next row's logits are those
// that a step of its own would have given, so no answer changes by it. Rows behind the first wrong guess are
// forgotten.
//
// With a prefix cache a job begins behind the longest prefix of its prompt that is held for its tenant, and leaves
// its own full pages there as they are computed, those of its answer too. While pages of a job are read from disk
// the others go on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "chat/event.h"
#include "engine/cache/prefix_cache.h"
#include "engine/cache/use.h"
#include "engine/constraint/constraint.h"
#include "engine/model/model.h"
#include "engine/sampler/sampler.h"
#include "engine/scheduler/answer.h"
#include "engine/scheduler/drafts.h"
#include "engine/scheduler/pooled.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine {

struct SchedulerLimits {
  int slots = 4;    // as the model was loaded
  int context = 0;  // positions per slot, as the model was loaded
  int chunk = 64;   // prompt rows per step; slots + chunk is at most the model's Options::rows
  int queue = 256;  // jobs that may wait
  // Guessed tokens per answer and step; then slots x (1 + drafts) + chunk is at most the model's Options::rows,
  // and the model must be able to go back (Model::goes_back()).
  int drafts = 0;
  bool drafts_pay = true;  // guesses are made where they make a step worth more; false: wherever there is one
};

struct JobRequest {
  std::vector<std::int32_t> prompt;  // at least one token, fewer than the context
  SamplerSettings sampler;
  std::optional<std::int64_t> max_tokens;  // none: as far as the context goes
  std::vector<std::string> stops;
  AnswerForm form;
  int logprobs =
      -1;  // how many likely tokens are told with each token of the answer; -1: not even the token's own
  // What the answer behind its reasoning must look like; none: anything. The tree is of the scheduler's tokenizer.
  std::shared_ptr<const constraint::Grammar> grammar;
  std::shared_ptr<const constraint::TokenTrie> trie;
  std::string begun;       // the answer's beginning, which the prompt holds already
  bool free_text = false;  // the grammar holds some parts of the answer only: it may say nothing, or reason on
  CacheUse cache;
  // Not null: nothing is answered. The prompt, which may fill the context, is read and its hidden states are put
  // here before the only chunk comes, with Usage and Finish.
  std::shared_ptr<PooledText> pooled;
  bool admitted = false;  // a part of what was admitted before: however many wait, it may wait too
  std::function<void(chat::Chunk)> sink;
};

// submit(), cancel() and running() may be called from any thread, sinks included.
class Scheduler {
 public:
  // Model, tokenizer and cache (null: none) must outlive the scheduler, which alone uses the model and the cache.
  Scheduler(model::Model& model, const Tokenizer& tokenizer, const SchedulerLimits& limits,
            PrefixCache* cache = nullptr);
  ~Scheduler();  // every job that runs or waits ends with a Failure engine.stopped
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Errors: engine.context_exceeded, engine.busy.
  Result<std::uint64_t> submit(JobRequest request);
  // The sink is not called after this returned. Waits for a call in progress, unless it is the caller.
  void cancel(std::uint64_t id);
  // Forgets what the prefix cache holds, and keeps nothing of the jobs that are here; on disk too, for which it
  // waits.
  void forget_prefixes();
  int running() const { return running_.load(); }
  // Tokens guessed since the start, and how many of them were right.
  std::int64_t guessed() const { return guessed_.load(); }
  std::int64_t guessed_right() const { return right_.load(); }

 private:
  struct Job {
    Job(std::uint64_t number, JobRequest wanted, const Tokenizer& tokenizer, int most_drafts)
        : id(number),
          request(std::move(wanted)),
          sampler(request.sampler),
          text(tokenizer, request.form, request.stops),
          drafts(request.pooled ? 0 : most_drafts) {
      sampler.saw(request.prompt);
      drafts.begin(request.prompt);
      if (request.grammar) constraint.emplace(request.grammar, request.trie, tokenizer);
      if (constraint && request.free_text) constraint->set_free_text();
      if (constraint) constraint->take(request.begun);
    }
    bool reading() const { return position < request.prompt.size(); }

    const std::uint64_t id;
    JobRequest request;
    Sampler sampler;
    AnswerText text;
    std::optional<constraint::Constraint> constraint;
    Drafts drafts;
    std::vector<std::int32_t> draft;  // guessed in this step
    int slot = -1;
    std::size_t position = 0;  // rows computed so far, or restored
    std::size_t restored = 0;  // of these
    bool looked_up = false;    // in the cache
    // Pages on disk that are being read: their keys; and what came, guarded by lock_.
    std::vector<std::string> fetching;
    std::optional<std::vector<std::shared_ptr<const Page>>> fetched;
    Trail trail;
    std::vector<std::int32_t> answered;  // tokens computed behind the prompt, where pages are kept
    std::int32_t last = -1;              // the token chosen last, not yet computed
    std::int64_t completion = 0;
    bool cancelled = false;  // guarded by lock_
    bool done = false;       // scheduler's thread only
  };
  using JobPointer = std::shared_ptr<Job>;

  void work();
  bool admit();  // false: stopping
  bool can_go_on() const;
  void restore_prefixes();
  void look_up(const JobPointer& pointer);
  void take_fetched(Job& job);
  void restore(Job& job, const Page& page);
  void plan();
  void plan_reading(int budget);
  void add_row(Job& job, bool wants_logits);
  void add_draft(Job& job, int answers);
  bool at_page_end(const Job& job) const;
  std::int32_t token_at(const Job& job, std::size_t position) const;
  void keep_pages(Job& job);
  void take_logits();
  void take_answer(Job& job, int first, int rows);
  void measure(double seconds);
  void take_hidden();
  std::span<const float> masked(Job& job, std::span<const float> logits);
  void take_nothing(Job& job, std::span<const float> logits);
  void take_token(Job& job, std::int32_t token, std::span<const float> logits);
  std::string logprob_json(std::span<const float> logits, std::int32_t token, int count) const;
  void end(Job& job, chat::Chunk chunk, chat::FinishReason reason);
  void break_off(Job& job, Error error);
  void finish(Job& job, chat::Chunk chunk);
  void deliver(Job& job, chat::Chunk chunk);
  void forget_finished();

  model::Model& model_;
  const Tokenizer& tokenizer_;
  const SchedulerLimits limits_;
  PrefixCache* const cache_;

  // lock_ guards waiting_, stopping_, delivering_, next_id_, Job::cancelled, Job::fetched, forgetting_, and jobs_
  // for other threads than the scheduler's (which alone changes it, under the lock). No sink is called under it.
  std::mutex lock_;
  std::condition_variable wake_;       // something to do for the scheduler's thread
  std::condition_variable forgotten_;  // forgetting_ changed
  std::condition_variable delivered_;  // delivering_ changed
  std::deque<JobPointer> waiting_;
  std::vector<JobPointer> jobs_;  // in a slot, in order of admission
  std::uint64_t next_id_ = 1;
  std::uint64_t delivering_ = 0;  // the job whose sink is being called; 0: none
  bool stopping_ = false;
  bool forgetting_ = false;      // what the cache has in memory
  std::atomic<int> running_{0};  // jobs in waiting_ and jobs_
  std::atomic<std::int64_t> guessed_{0}, right_{0};

  // Scheduler's thread only.
  std::vector<bool> slot_used_;
  std::vector<model::Row> rows_;
  struct Taker {
    Job* job;
    int rows;
  };
  std::vector<Taker> takers_;  // who gets the logits, one after another
  std::vector<Job*> pooling_;  // who gets the i-th hidden state
  std::vector<float> masked_;  // logits of a job whose answer has a form
  DraftCosts costs_;
  std::size_t turn_ = 0;  // which reading job comes first in this step
  std::thread thread_;    // last: starts when all else is ready
};

}  // namespace sluice::engine
