#include "gateway/obligations.h"

#include <algorithm>

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "gateway/fulfil.h"
#include "gateway/keeping.h"
#include "gateway/obliged_body.h"
#include "gateway/tool_fields.h"
#include "mask/answer.h"
#include "wire/protocol.h"

namespace sluice::gateway {
namespace {

using policy::Obligation;

// What is masked is judged again, and what that finds is masked as well. A request of which this does not come to
// an end has more in it than sense lists at a time.
constexpr int kRounds = 16;

Error unmet(std::string message, std::string where = {}) {
  return {"policy.obligation", std::move(message), std::move(where),
          "leave it out, or use a model that may see it without"};
}

// What was read of files can't be replaced in them: they are sent as they came or not at all.
std::string in_files(const std::vector<sense::Finding>& findings) {
  for (const sense::Finding& finding : findings)
    if (const std::size_t at = finding.path.rfind("]@"); at != finding.path.npos)
      return "; it stands in a file (" + finding.path.substr(0, at + 1) + ", read by " +
             finding.path.substr(at + 2) + "), where nothing can be replaced";
  return {};
}

bool per_attempt(const policy::ObligationUse& use) {
  switch (use.kind) {
    case Obligation::Pseudonymise:
    case Obligation::Redact:
    case Obligation::OpaqueUser:
    case Obligation::NoTools:
    case Obligation::NoServerTools:
    case Obligation::OutputScan:
    case Obligation::MaxOutput:
    case Obligation::NoStore:
    case Obligation::RetainDays:
    case Obligation::Notify:
      return true;
    default:
      return false;
  }
}

// Several prompts or answers in one body of the completions API come back as one that nobody takes apart.
bool answers_are_readable(const chat::Request& request) {
  if (request.protocol != chat::Protocol::OpenAiCompletions) return true;
  return request.inputs.size() <= 1 && request.sampling.n <= 1 && !request.echo;
}

// An answer that is restored and watched while it is read.
class ObligedAnswer : public backend::Answer {
 public:
  ObligedAnswer(std::unique_ptr<backend::Answer> inner, mask::AnswerPlan plan, std::vector<std::string> notes)
      : inner_(std::move(inner)), mask_(std::move(plan)), notes_(std::move(notes)) {}

  net::Task<chat::Chunk> next() override;
  void cancel() override { inner_->cancel(); }
  bool waiting() const override { return inner_->waiting(); }
  std::vector<std::string> notes() const override {
    std::vector<std::string> all = inner_->notes();
    all.insert(all.end(), notes_.begin(), notes_.end());
    return all;
  }
  backend::Served served() const override { return inner_->served(); }

 private:
  std::unique_ptr<backend::Answer> inner_;
  mask::AnswerMask mask_;
  const std::vector<std::string> notes_;
};

net::Task<chat::Chunk> ObligedAnswer::next() {
  chat::Chunk chunk = co_await inner_->next();
  bool more = !chunk.last;
  chunk = mask_.take(std::move(chunk));
  if (more && chunk.last) inner_->cancel();  // it was stopped
  co_return chunk;
}

// The same with nothing but notes.
class NotedAnswer : public backend::Answer {
 public:
  NotedAnswer(std::unique_ptr<backend::Answer> inner, std::vector<std::string> notes)
      : inner_(std::move(inner)), notes_(std::move(notes)) {}
  net::Task<chat::Chunk> next() override { return inner_->next(); }
  void cancel() override { inner_->cancel(); }
  bool waiting() const override { return inner_->waiting(); }
  std::vector<std::string> notes() const override {
    std::vector<std::string> all = inner_->notes();
    all.insert(all.end(), notes_.begin(), notes_.end());
    return all;
  }
  backend::Served served() const override { return inner_->served(); }

 private:
  std::unique_ptr<backend::Answer> inner_;
  const std::vector<std::string> notes_;
};

// How long a vendor keeps answers that it was not told to forget, in days, where it says so: OpenAI's and Azure's
// stored responses and completions.
constexpr int kStoredDays = 30;

bool forbids_storing(const policy::Verdict& verdict, const config::Deployment& target) {
  if (target.kind == config::Kind::Engine) return false;  // kept_in_engine()
  if (verdict.obliges(Obligation::NoStore)) return true;
  const auto days = verdict.least(Obligation::RetainDays);
  const bool known = target.dialect == "openai" || target.dialect == "azure";
  return days && !(known && *days >= kStoredDays);
}

bool watches(const Duty& duty) { return duty.vault != nullptr || !duty.watched.empty(); }

}  // namespace

std::unique_ptr<Obligations> Obligations::of(const Shared& shared, const policy::Decision& decision,
                                             Bearer bearer) {
  for (const policy::Verdict& verdict : decision.verdicts) {
    if (verdict.state() == policy::State::Denied) continue;
    bool any = std::any_of(verdict.obligations.begin(), verdict.obligations.end(), per_attempt);
    if (any || verdict.transforms()) return std::make_unique<Obligations>(shared, decision, std::move(bearer));
  }
  return nullptr;
}

const policy::Verdict* Obligations::verdict_on(const std::string& deployment) const {
  auto named = [&](const policy::Verdict& v) { return v.deployment == deployment; };
  auto found = std::find_if(decision_.verdicts.begin(), decision_.verdicts.end(), named);
  return found == decision_.verdicts.end() ? nullptr : &*found;
}

// While it lives, others that want the same wait; they are woken however it ends.
struct Obligations::Making {
  Obligations& of;
  const Text text;
  Making(Obligations& of_in, Text text_in) : of(of_in), text(std::move(text_in)) { of.making_[text]; }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;
  ~Making() {
    for (const net::Signal& waiting : of.making_[text]) waiting.set();
    of.making_.erase(text);
  }
};

net::Task<void> Obligations::prepare(net::Loop& loop, const std::string& deployment, const chat::Request& asked) {
  const policy::Verdict* verdict = verdict_on(deployment);
  if (!verdict || !verdict->transforms() || !shared_.judging) co_return;
  if (!asked.body || asked.body->text().size() < kLongBody) co_return;
  const Text text{deployment, &asked};
  while (!masked_.contains(text)) {
    if (auto others = making_.find(text); others != making_.end()) {
      const net::Signal ended(loop);
      others->second.push_back(ended);
      co_await ended.wait();
      continue;
    }
    const Making making(*this, text);
    Result<Masked> masked = fail(unmet("there was no memory to mask it"));
    auto work = [&](const std::atomic<bool>& given_up) { masked = mask(*verdict, asked, &given_up); };
    co_await shared_.judging->run(loop, work);
    masked_.emplace(text, std::move(masked));
  }
}

Result<Duty> Obligations::meet(const std::string& deployment, const chat::Request& asked, Telling telling) {
  Duty duty;
  const policy::Verdict* verdict = verdict_on(deployment);
  if (!verdict) return duty;
  const chat::Request* current = &asked;
  if (verdict->transforms()) {
    auto known = masked_.find({deployment, &asked});
    if (known == masked_.end())
      known = masked_.emplace(Text(deployment, &asked), mask(*verdict, asked, nullptr)).first;
    if (!known->second) return fail(known->second.error());
    const Masked& masked = *known->second;
    duty.request = masked.request;
    if (masked.vault && !masked.vault->empty()) duty.vault = masked.vault;
    if (duty.request) current = duty.request.get();
    verdict = &masked.verdict;
  }
  duty.keep = kept_in_engine(*verdict);
  if (verdict->obliges(Obligation::OutputScan)) duty.watched = verdict->categories_of(Obligation::OutputScan);
  if (watches(duty) && !answers_are_readable(asked))
    return fail(unmet("the answer to several prompts at once can't be " +
                      std::string(duty.vault ? "restored" : "scanned") + ", which the policy demands"));
  if (verdict->obliges(Obligation::NoTools)) {
    SLUICE_TRY_VOID(refuse_tools(*current));
  }
  if (verdict->obliges(Obligation::NoServerTools)) {
    SLUICE_TRY_VOID(refuse_server_tools(*current));
  }
  BodyEdits edits;
  edits.max_output = verdict->least(Obligation::MaxOutput);
  if (verdict->obliges(Obligation::OpaqueUser))
    edits.opaque_id = opaque_id(shared_.obligation_secret, bearer_.tenant);
  const config::Deployment& target = *shared_.settings.deployment(deployment);
  edits.no_store = forbids_storing(*verdict, target);
  SLUICE_TRY(std::optional<std::string> body, edited_body(*current, target, edits, duty.notes));
  if (body) {
    SLUICE_TRY(chat::Request own, wire::decode(asked.protocol, asked.operation, std::move(*body)));
    duty.request = std::make_shared<chat::Request>(std::move(own));
  }
  // Its events are written anew; what else the upstream put around them is left out, and the client should know.
  if (duty.vault) duty.notes.push_back("pseudonymised; the answer is restored and written anew");
  if (!duty.watched.empty()) duty.notes.push_back("the answer is scanned and written anew");
  if (watches(duty) && asked.sampling.logprobs) duty.notes.push_back("dropped $.logprobs");
  if (telling == Telling::All) notify(*verdict);
  return duty;
}

Result<Obligations::Masked> Obligations::mask(const policy::Verdict& verdict, const chat::Request& asked,
                                              const std::atomic<bool>* given_up) const {
  // A file alone, as `sluice policy explain` has it.
  if (!asked.body)
    return fail(unmet("what the policy wants transformed stands in a file, where nothing can be replaced"));
  sense::JudgeOptions options;
  options.given_up = given_up;
  options.default_class = bearer_.policy->default_class();
  auto vault =
      std::make_shared<mask::Vault>(mask::conversation_key(shared_.obligation_secret, bearer_.tenant, asked));
  mask::avoid_all(*vault, *asked.body);
  for (const chat::Message& message : asked.messages)
    for (const chat::Part& part : message.parts)
      if (part.extraction) vault->avoid(part.extraction->text);
  mask::Masker masker({verdict.pseudonymise, verdict.redact}, *vault);
  Masked masked;
  sense::Judgement judged = shared_.judge->judge(asked, options);
  const chat::Request* current = &asked;
  for (int round = 0; round < kRounds && masker.learn(*current, judged.findings); ++round) {
    SLUICE_TRY(std::string body, masker.rewrite(*asked.body));
    auto decoded = wire::decode(asked.protocol, asked.operation, std::move(body));
    // What was asked could be read, so that it is a value in its place that can't: a number that is a text now.
    if (!decoded)
      return fail(unmet("a value that the policy wants transformed stands where nothing can take its place: " +
                            decoded.error().message,
                        decoded.error().where));
    chat::Request next = std::move(*decoded);
    chat::share_extractions(asked, next);
    masked.request = std::make_shared<chat::Request>(std::move(next));
    current = masked.request.get();
    judged = mask::residual(*current, shared_.judge->judge(*current, options), *vault);
  }
  const config::Deployment& target = *shared_.settings.deployment(verdict.deployment);
  masked.verdict = bearer_.policy->decide_again(decision_, verdict, judged.label, bearer_.subject, target);
  // Whoever approved the request as it came has approved less of it, too. (Held and allowed: it was approved.)
  bool approved =
      verdict.allowed && verdict.hold && masked.verdict.hold && masked.verdict.hold->rule == verdict.hold->rule;
  if (!masked.verdict.allowed && !approved)
    return fail(unmet("what is left after the policy's transformations is judged " + judged.label.to_string() +
                      ": " + masked.verdict.reason + in_files(judged.findings)));
  for (const policy::ObligationUse& use : masked.verdict.obligations)
    if (!can_fulfil(use.kind, target))
      return fail(unmet("rule " + use.rule + " obliges " + policy::obligation_name(use) + ", which " +
                        why_unfulfilled(use.kind, target)));
  masked.vault = std::move(vault);
  return masked;
}

std::unique_ptr<backend::Answer> Obligations::dress(std::unique_ptr<backend::Answer> answer, const Duty& duty,
                                                    const chat::Request& asked) const {
  using Kind = chat::OutputFormat::Kind;
  // Embeddings and counts of tokens carry no text.
  bool text = asked.operation == chat::Operation::Generate && watches(duty);
  if (!text && duty.notes.empty()) return answer;
  if (!text) return std::make_unique<NotedAnswer>(std::move(answer), duty.notes);
  mask::AnswerPlan plan;
  plan.vault = duty.vault;
  plan.judge = duty.watched.empty() ? nullptr : shared_.judge.get();
  plan.watched = duty.watched;
  plan.json_text = asked.format.kind == Kind::JsonObject || asked.format.kind == Kind::JsonSchema;
  return std::make_unique<ObligedAnswer>(std::move(answer), std::move(plan), duty.notes);
}

void Obligations::tell(const policy::ObligationUse& use, const policy::Verdict& verdict) {
  if (!shared_.notifier || !told_.insert(verdict.deployment + " " + use.text).second) return;
  Notice notice;
  notice.id = random_id("ntc_");
  notice.target = use.text;
  notice.event = "policy.notify";
  notice.time = shared_.clock->utc();
  notice.request = bearer_.request_id;
  notice.label_class = sense::class_name(decision_.label.cls);
  notice.categories = decision_.label.categories.to_string();
  notice.deployment = verdict.deployment;
  notice.revision = decision_.revision;
  notice.rule = use.rule;
  shared_.notifier->tell(std::move(notice));
}

void Obligations::notify(const policy::Verdict& verdict) {
  for (const policy::ObligationUse& use : verdict.obligations) {
    if (use.kind != Obligation::Notify) continue;
    metrics::counter("sluice_notifications_total", "requests that a rule wants a role to learn of",
                     {{"role", use.text}, {"deployment", verdict.deployment}})
        .add();
    log::warn("policy.notify", {{"role", use.text},
                                {"rule", use.rule},
                                {"id", bearer_.request_id},
                                {"deployment", verdict.deployment},
                                {"label", decision_.label.to_string()}});
    tell(use, verdict);
  }
}

}  // namespace sluice::gateway
