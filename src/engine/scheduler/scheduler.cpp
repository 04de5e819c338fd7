#include "engine/scheduler/scheduler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "engine/sampler/logprobs.h"
#include "json/writer.h"
#include "text/utf8.h"

namespace sluice::engine {

Scheduler::Scheduler(model::Model& model, const Tokenizer& tokenizer, const SchedulerLimits& limits,
                     PrefixCache* cache)
    : model_(model),
      tokenizer_(tokenizer),
      limits_(limits),
      cache_(cache),
      slot_used_(static_cast<std::size_t>(limits.slots), false) {
  rows_.reserve(static_cast<std::size_t>(limits.slots * (1 + limits.drafts) + limits.chunk));
  takers_.reserve(static_cast<std::size_t>(limits.slots));
  thread_ = std::thread([this] { work(); });
}

Scheduler::~Scheduler() {
  {
    std::lock_guard guard(lock_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (cache_ != nullptr) cache_->drop_fetches();
}

Result<std::uint64_t> Scheduler::submit(JobRequest request) {
  SLUICE_CHECK(!request.prompt.empty() && request.sink, "the engine renders a prompt before it submits");
  const auto context = static_cast<std::size_t>(limits_.context);
  if (request.pooled && request.prompt.size() > context)
    return fail("engine.context_exceeded",
                "the text has " + std::to_string(request.prompt.size()) + " tokens; the context has " +
                    std::to_string(limits_.context),
                "$.input", "send less text or load the model with a larger `context`");
  if (!request.pooled && request.prompt.size() >= context)
    return fail("engine.context_exceeded",
                "the prompt has " + std::to_string(request.prompt.size()) + " tokens; the context has " +
                    std::to_string(limits_.context) + " and the answer needs at least one",
                "$.messages", "shorten the conversation or load the model with a larger `context`");
  std::uint64_t id = 0;
  {
    std::lock_guard guard(lock_);
    if (stopping_) return fail("engine.stopped", "the engine is being stopped");
    if (!request.admitted && waiting_.size() >= static_cast<std::size_t>(limits_.queue))
      return fail("engine.busy",
                  std::to_string(limits_.slots) + " answers are being written and " +
                      std::to_string(waiting_.size()) + " requests wait already",
                  "", "try again in some seconds");
    id = next_id_++;
    waiting_.push_back(std::make_shared<Job>(id, std::move(request), tokenizer_, limits_.drafts));
    running_.fetch_add(1);
  }
  wake_.notify_all();
  return id;
}

void Scheduler::cancel(std::uint64_t id) {
  if (id == 0) return;  // ids begin at 1; in delivering_ 0 means that no sink is being called
  JobPointer removed;   // its sink is destroyed outside the lock
  std::unique_lock guard(lock_);
  const auto same = [id](const JobPointer& job) { return job->id == id; };
  if (auto found = std::find_if(waiting_.begin(), waiting_.end(), same); found != waiting_.end()) {
    removed = std::move(*found);
    waiting_.erase(found);
    running_.fetch_sub(1);
    return;
  }
  if (auto found = std::find_if(jobs_.begin(), jobs_.end(), same); found != jobs_.end())
    (*found)->cancelled = true;
  wake_.notify_all();  // a job whose pages are being read has no other step to end in
  if (std::this_thread::get_id() == thread_.get_id()) return;  // from inside a sink
  delivered_.wait(guard, [&] { return delivering_ != id; });
}

void Scheduler::forget_prefixes() {
  if (cache_ == nullptr) return;
  {
    std::unique_lock guard(lock_);
    forgetting_ = true;
    wake_.notify_all();
    forgotten_.wait(guard, [this] { return !forgetting_ || stopping_; });
  }
  cache_->forget_disk();  // now that no job leaves anything there
}

void Scheduler::work() {
  while (admit()) {
    restore_prefixes();
    plan();
    if (!rows_.empty()) {
      const MonotonicTime began = system_clock().monotonic();
      model_.forward(rows_);
      measure(std::chrono::duration<double>(system_clock().monotonic() - began).count());
      take_logits();
      for (const JobPointer& job : jobs_) keep_pages(*job);
      take_hidden();
    }
    forget_finished();
  }
  const Error stopped{"engine.stopped", "the engine was stopped before the answer was complete", "", "ask again"};
  for (const JobPointer& job : jobs_) break_off(*job, stopped);
  std::deque<JobPointer> waiting;
  {
    std::lock_guard guard(lock_);
    waiting.swap(waiting_);
    jobs_.insert(jobs_.end(), waiting.begin(), waiting.end());  // so that cancel() finds them
  }
  for (const JobPointer& job : waiting) break_off(*job, stopped);
  forget_finished();
}

// Waits for work and gives free slots to those who wait.
bool Scheduler::admit() {
  std::unique_lock guard(lock_);
  wake_.wait(guard, [this] { return stopping_ || forgetting_ || can_go_on(); });
  if (stopping_) return false;
  if (std::exchange(forgetting_, false)) {
    cache_->forget();
    for (const JobPointer& job : waiting_) job->request.cache.keep = Keep::Nothing;
    for (const JobPointer& job : jobs_) {
      job->request.cache.keep = Keep::Nothing;
      job->trail.ended = true;
    }
    forgotten_.notify_all();
  }
  while (!waiting_.empty()) {
    const auto free = std::find(slot_used_.begin(), slot_used_.end(), false);
    if (free == slot_used_.end()) break;
    *free = true;
    waiting_.front()->slot = static_cast<int>(free - slot_used_.begin());
    jobs_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return true;
}

// Whether anybody may come in, or a job can be computed or ended; under lock_.
bool Scheduler::can_go_on() const {
  const bool free = std::find(slot_used_.begin(), slot_used_.end(), false) != slot_used_.end();
  return (free && !waiting_.empty()) || std::any_of(jobs_.begin(), jobs_.end(), [](const JobPointer& job) {
           return job->fetching.empty() || job->fetched || job->cancelled;
         });
}

// At least the prompt's last token is left to compute: its logits begin the answer.
void Scheduler::restore_prefixes() {
  if (cache_ == nullptr) return;
  for (const JobPointer& job : jobs_) {
    if (job->done || job->request.pooled) continue;
    if (!job->looked_up) look_up(job);
    if (!job->fetching.empty()) take_fetched(*job);
  }
}

void Scheduler::look_up(const JobPointer& pointer) {
  Job& job = *pointer;
  job.looked_up = true;
  job.trail.tenant = job.request.cache.tenant;
  const std::size_t most = job.request.prompt.size() - 1;
  const auto pages = cache_->find(job.trail, job.request.prompt, most, job.request.cache.keep);
  for (const auto& page : pages) restore(job, *page);
  job.fetching = cache_->on_disk(job.trail, job.request.prompt, most);
  if (job.fetching.empty()) return;
  cache_->fetch(job.trail, job.fetching, [this, pointer](std::vector<std::shared_ptr<const Page>> found) {
    {
      std::lock_guard guard(lock_);
      pointer->fetched = std::move(found);
    }
    wake_.notify_all();
  });
}

void Scheduler::take_fetched(Job& job) {
  std::vector<std::shared_ptr<const Page>> pages;
  {
    std::lock_guard guard(lock_);
    if (!job.fetched) return;
    pages = std::move(*job.fetched);
    job.fetched.reset();
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    restore(job, *pages[i]);
    cache_->adopt(job.trail, job.fetching[i], std::move(pages[i]));
  }
  job.fetching.clear();
}

// The page behind those that the job has.
void Scheduler::restore(Job& job, const Page& page) {
  const auto positions = static_cast<std::size_t>(cache_->form().positions);
  model_.pages().restore_page(job.slot, static_cast<int>(job.position / positions), page);
  job.position += positions;
  job.restored = job.position;
}

std::int32_t Scheduler::token_at(const Job& job, std::size_t position) const {
  const std::size_t prompt = job.request.prompt.size();
  return position < prompt ? job.request.prompt[position] : job.answered[position - prompt];
}

// What was computed in this pass may have completed pages.
void Scheduler::keep_pages(Job& job) {
  if (cache_ == nullptr || job.request.cache.keep == Keep::Nothing) return;
  const auto positions = static_cast<std::size_t>(cache_->form().positions);
  while (!job.trail.ended && (static_cast<std::size_t>(job.trail.pages) + 1) * positions <= job.position) {
    const int page = job.trail.pages;
    std::vector<std::int32_t> tokens(positions);
    for (std::size_t i = 0; i < positions; ++i)
      tokens[i] = token_at(job, static_cast<std::size_t>(page) * positions + i);
    const auto fill = [&](std::span<std::byte> to) { model_.pages().save_page(job.slot, page, to); };
    cache_->put(job.trail, tokens, fill, job.request.cache.keep);
  }
}

// A page that can be saved at its end only ends the pass for its job.
bool Scheduler::at_page_end(const Job& job) const {
  return cache_ != nullptr && cache_->form().at_end_only && !job.trail.ended &&
         job.request.cache.keep != Keep::Nothing &&
         job.position % static_cast<std::size_t>(cache_->form().positions) == 0;
}

void Scheduler::plan() {
  rows_.clear();
  takers_.clear();
  pooling_.clear();
  const auto answers = [](const JobPointer& job) { return !job->done && !job->reading(); };
  const auto count = static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), answers));
  for (const JobPointer& job : jobs_) {
    if (!answers(job)) continue;
    add_row(*job, true);
    add_draft(*job, count);
  }
  plan_reading(limits_.chunk);
}

// Rows of what may follow the token that was chosen last, as far as the answer and the context may go.
void Scheduler::add_draft(Job& job, int answers) {
  std::int64_t room = limits_.context - static_cast<std::int64_t>(job.position);
  if (job.request.max_tokens) room = std::min(room, *job.request.max_tokens - job.completion - 1);
  const auto guess = job.drafts.guess(static_cast<int>(std::max<std::int64_t>(room, 0)), answers,
                                      limits_.drafts_pay ? &costs_ : nullptr);
  job.draft.assign(guess.begin(), guess.end());
  for (std::size_t i = 0; i < job.draft.size(); ++i)
    rows_.push_back({job.draft[i], job.slot, static_cast<int>(job.position + i), true});
  takers_.back().rows += static_cast<int>(job.draft.size());
}

// Steps in which a prompt is read too tell nothing of rows that are guessed.
void Scheduler::measure(double seconds) {
  int wanted = 0;
  for (const Taker& taker : takers_) wanted += taker.rows;
  const auto answers = static_cast<int>(takers_.size());
  if (answers > 0 && static_cast<std::size_t>(wanted) == rows_.size())
    costs_.took(answers, wanted - answers, seconds);
}

// The budget goes to one reading job after another, another one first in each step.
void Scheduler::plan_reading(int budget) {
  const std::size_t count = jobs_.size();
  if (count == 0) return;
  ++turn_;
  for (std::size_t i = 0; i < count && budget > 0; ++i) {
    Job& job = *jobs_[(turn_ + i) % count];
    if (job.done || !job.fetching.empty()) continue;
    while (job.reading() && budget > 0) {
      const bool last = job.position + 1 == job.request.prompt.size();
      add_row(job, last && !job.request.pooled);
      --budget;
      if (last || at_page_end(job)) break;
    }
  }
}

void Scheduler::add_row(Job& job, bool wants_logits) {
  const std::int32_t token = job.reading() ? job.request.prompt[job.position] : job.last;
  const PooledText* pooled = job.request.pooled.get();
  const bool wants_hidden = pooled != nullptr && pooled->wants(job.position, job.request.prompt.size());
  rows_.push_back({token, job.slot, static_cast<int>(job.position), wants_logits, wants_hidden});
  if (cache_ != nullptr && !job.reading()) job.answered.push_back(token);
  ++job.position;
  if (wants_logits) takers_.push_back({&job, 1});
  if (wants_hidden) pooling_.push_back(&job);
}

void Scheduler::take_logits() {
  int first = 0;
  for (const Taker& taker : takers_) {
    take_answer(*taker.job, first, taker.rows);
    first += taker.rows;
  }
}

// The first row's logits choose a token; if it is the one that was guessed, the next row was computed with it, and
// its logits choose the one behind.
void Scheduler::take_answer(Job& job, int first, int rows) {
  int right = 0;
  for (;;) {
    std::span<const float> logits = model_.logits(first + right);
    // A vocabulary may be padded; ids that the tokenizer does not know are never chosen.
    logits = logits.first(std::min(logits.size(), static_cast<std::size_t>(tokenizer_.size())));
    const std::int32_t token = job.sampler.choose(job.constraint ? masked(job, logits) : logits);
    take_token(job, token, logits);
    if (job.done || right + 1 == rows || token != job.draft[static_cast<std::size_t>(right)]) break;
    ++right;
    ++job.position;
    if (cache_ != nullptr) job.answered.push_back(token);
  }
  guessed_.fetch_add(rows - 1);
  right_.fetch_add(right);
  if (rows > 1 && !job.done) job.drafts.judge(rows - 1, right);
}

void Scheduler::take_hidden() {
  for (std::size_t i = 0; i < pooling_.size(); ++i)
    pooling_[i]->request.pooled->take(model_.hidden(static_cast<int>(i)));
  for (const JobPointer& job : jobs_)
    if (job->request.pooled && !job->done && !job->reading()) end(*job, {}, chat::FinishReason::Stop);
}

// Without the tokens that the answer's form does not allow. Reasoning is free, but it must end before the answer
// does, unless the form is of some parts only.
std::span<const float> Scheduler::masked(Job& job, std::span<const float> logits) {
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  if (job.request.free_text && job.text.in_reasoning()) return logits;
  masked_.assign(logits.begin(), logits.end());
  if (job.text.in_reasoning()) {
    for (const std::int32_t end : job.request.trie->ends())
      if (static_cast<std::size_t>(end) < masked_.size()) masked_[static_cast<std::size_t>(end)] = kNever;
  } else {
    job.constraint->allowed().silence_others(masked_, kNever);
  }
  return masked_;
}

// One element of OpenAI's logprobs.content. A token may be a part of a character: `bytes` has it exactly.
std::string Scheduler::logprob_json(std::span<const float> logits, std::int32_t token, int count) const {
  const Logprobs found = logprobs_of(logits, token, static_cast<std::size_t>(count));
  json::Writer out;
  const auto write = [&](const TokenLogprob& one) {
    std::string bytes;
    tokenizer_.append_token_text(bytes, one.token, true);
    out.object().member("token", text::repair_utf8(bytes)).member("logprob", one.logprob).key("bytes").array();
    for (const char c : bytes) out.value(static_cast<int>(static_cast<unsigned char>(c)));
    out.end();
  };
  write(found.chosen);
  out.key("top_logprobs").array();
  for (const TokenLogprob& one : found.top) {
    write(one);
    out.end();
  }
  out.end().end();
  return out.take();
}

// No token can be chosen: the form allows none, or the numbers are none, whatever the form.
void Scheduler::take_nothing(Job& job, std::span<const float> logits) {
  if (std::any_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }))
    return break_off(job, {"engine.constraint", "no token of the model continues the form that is asked for", "",
                           "ask for a simpler form"});
  if (cache_ != nullptr) cache_->distrust(job.trail);
  break_off(job, {"engine.numeric", "the model computed no usable numbers", "", "the model file may be damaged"});
}

void Scheduler::take_token(Job& job, std::int32_t token, std::span<const float> logits) {
  if (token < 0) return take_nothing(job, logits);
  if (job.constraint && !job.text.in_reasoning() && !tokenizer_.is_end(token))
    job.constraint->take(job.text.text_of(token));
  ++job.completion;
  job.last = token;
  job.drafts.append(token);
  chat::Chunk chunk;
  if (tokenizer_.is_end(token)) return end(job, std::move(chunk), chat::FinishReason::Stop);
  std::string told;
  if (job.request.logprobs >= 0) told = logprob_json(logits, token, job.request.logprobs);
  job.text.feed(token, chunk.events, told);
  const bool whole = job.constraint && !job.text.in_reasoning() && job.constraint->complete();
  if (job.text.stopped() || whole) return end(job, std::move(chunk), chat::FinishReason::Stop);
  const bool enough = job.request.max_tokens && job.completion >= *job.request.max_tokens;
  if (enough || job.position >= static_cast<std::size_t>(limits_.context))
    return end(job, std::move(chunk), chat::FinishReason::Length);
  if (!chunk.events.empty()) deliver(job, std::move(chunk));
}

void Scheduler::end(Job& job, chat::Chunk chunk, chat::FinishReason reason) {
  job.text.end(chunk.events, reason == chat::FinishReason::Length);
  chat::Usage usage;
  usage.cache_hit = static_cast<std::int64_t>(job.restored);
  usage.cache_miss = static_cast<std::int64_t>(job.request.prompt.size() - job.restored);
  usage.completion = job.completion;
  usage.reasoning = job.text.reasoning_tokens();
  chunk.events.push_back(usage);
  const bool calls = reason == chat::FinishReason::Stop && job.text.called();
  chat::Finish finished{calls ? chat::FinishReason::ToolCalls : reason};
  if (reason == chat::FinishReason::Stop && !calls) finished.stop_sequence = job.text.stop_sequence();
  chunk.events.push_back(std::move(finished));
  chunk.last = true;
  finish(job, std::move(chunk));
}

void Scheduler::break_off(Job& job, Error error) {
  chat::Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  finish(job, std::move(chunk));
}

// Whoever sees the last chunk sees running() without the job.
void Scheduler::finish(Job& job, chat::Chunk chunk) {
  job.done = true;
  running_.fetch_sub(1);
  deliver(job, std::move(chunk));
}

void Scheduler::deliver(Job& job, chat::Chunk chunk) {
  {
    std::lock_guard guard(lock_);
    if (job.cancelled) return;
    delivering_ = job.id;
  }
  job.request.sink(std::move(chunk));
  {
    std::lock_guard guard(lock_);
    delivering_ = 0;
  }
  delivered_.notify_all();
}

// Frees the slots of jobs that ended or were cancelled during the step.
void Scheduler::forget_finished() {
  std::vector<JobPointer> finished, kept;  // the finished ones' sinks are destroyed outside the lock
  std::lock_guard guard(lock_);
  for (JobPointer& job : jobs_) {
    const bool over = job->done || job->cancelled;
    if (over && job->slot >= 0) slot_used_[static_cast<std::size_t>(job->slot)] = false;
    if (over && !job->done) running_.fetch_sub(1);  // those that are done were taken off before their last chunk
    (over ? finished : kept).push_back(std::move(job));
  }
  jobs_.swap(kept);
}

}  // namespace sluice::engine
